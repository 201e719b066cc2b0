#ifndef SIDESCOPE_APP_DOCTOR_DOCTOR_H
#define SIDESCOPE_APP_DOCTOR_DOCTOR_H

/*
 * What sidescope can see here, and what rights, settings or programs are
 * missing: one row per question with its answer, what follows from it and the
 * command that mends it. Only looks; waits for files, programs and one HTTP
 * answer. Any one thread.
 */

#include "app/report/document.h"
#include "probes/target.h"

#include <glib.h>
#include <stdbool.h>

enum doctor_state {
    DOCTOR_OK,
    DOCTOR_LIMITED, /* works, with less */
    DOCTOR_MISSING, /* what needs it does not work */
    DOCTOR_BROKEN,  /* sidescope is of no use without it */
};

/* What a check says; copied, NULL: "". */
struct doctor_words {
    const char *id;    /* "fd-count"; stable, for JSON */
    const char *title; /* "descriptor count" */
    enum doctor_state state;
    const char *found;       /* what was seen; raw bytes */
    const char *consequence; /* what does not work, or works worse; unless ok */
    const char *fix;         /* a command or setting; unless ok */
};

struct doctor;

struct doctor *doctor_new(void);
void doctor_free(struct doctor *doctor);
typedef struct doctor doctor_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(doctor_auto, doctor_free)

void doctor_add(struct doctor *doctor, const struct doctor_words *words);

/* Kernel and mounts. */
void doctor_check_system(struct doctor *doctor);
/* One process; target may be of an address alone. */
void doctor_check_target(struct doctor *doctor, const struct target *target);
/* ps, lsof, go and what else is run. */
void doctor_check_tools(struct doctor *doctor);
void doctor_check_terminal(struct doctor *doctor);
/* Libraries, configuration, state directory, limits of this process. */
void doctor_check_ourselves(struct doctor *doctor);

/* 0 all ok, 1 something is limited or missing, 2 unusable. */
int doctor_status(const struct doctor *doctor);
/*
 * All of it, to be rendered: a row per check. The JSON is
 * {"schema": 1, "version": …, "exit_status": …, "checks": [{"id": …, "state": "ok", …}]}
 */
struct document *doctor_document(const struct doctor *doctor);

#endif
