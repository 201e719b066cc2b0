#ifndef SIDESCOPE_PROBES_GORUNTIME_ERRORS_H
#define SIDESCOPE_PROBES_GORUNTIME_ERRORS_H

/*
 * What can keep the runtime of a Go process from being read. Every error has a
 * sentence a user can act on, set where it is found. Any thread.
 */

#include <glib.h>

enum goruntime_error {
    GORUNTIME_ERROR_DENIED,      /* rights: Yama, uid, not dumpable, container */
    GORUNTIME_ERROR_GONE,        /* the process ended */
    GORUNTIME_ERROR_FOREIGN,     /* no Go program, or packed, or made by another compiler */
    GORUNTIME_ERROR_UNSUPPORTED, /* a version, experiment or processor whose layout is not known */
    GORUNTIME_ERROR_MISMATCH,    /* what was read is not what this version has */
    GORUNTIME_ERROR_TOO_LARGE,   /* above a cap of limits.h */
    GORUNTIME_ERROR_CANCELLED,
    GORUNTIME_ERROR_OFF,    /* the program does not keep what was asked for */
    GORUNTIME_ERROR_FAILED, /* the operating system: file not readable, call not there */
};

#define GORUNTIME_ERROR (goruntime_error_quark())
GQuark goruntime_error_quark(void);

#endif
