#ifndef SIDESCOPE_PROBES_RECORDED_H
#define SIDESCOPE_PROBES_RECORDED_H

/*
 * Samples from what a tool printed at another time and somebody saved: lsof's
 * table or field output, vmmap --summary. Pure: text in, samples out. Any
 * thread.
 */

#include "probes/samples.h"

enum recorded_kind {
    RECORDED_NONE,
    RECORDED_LSOF,        /* the table for people */
    RECORDED_LSOF_FIELDS, /* lsof -F */
    RECORDED_VMMAP,
};

/* Looks at the beginning only. */
enum recorded_kind recorded_kind_of(const char *text, size_t n);

/* The process that an output of lsof is mostly about. */
struct recorded_process {
    pid_t pid;     /* 0: no process is told */
    char name[64]; /* raw bytes; "" not told */
    size_t others; /* processes beside it */
};

/*
 * A sealed sample with one reference, taken at at_us (monotonic) and real_us,
 * of the process with the most rows. NULL with a sentence when nothing that
 * can be read is in it.
 */
struct files_sample *recorded_files(enum recorded_kind kind, const char *text, size_t n,
                                    gint64 at_us, gint64 real_us, struct recorded_process *ret,
                                    GError **error);
struct memory_sample *recorded_memory(const char *text, size_t n, gint64 at_us, gint64 real_us,
                                      struct recorded_process *ret, GError **error);

#endif
