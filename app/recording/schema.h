#ifndef SIDESCOPE_APP_RECORDING_SCHEMA_H
#define SIDESCOPE_APP_RECORDING_SCHEMA_H

/*
 * What a recording is as a database: its tables, how a file is told to be one,
 * and of which version. The tables are described for readers in
 * sidescope-recording(5). No state; a connection belongs to one thread.
 */

#include "app/recording/sql_record.h"

#include <glib.h>
#include <sqlite3.h>

enum {
    SCHEMA_APPLICATION_ID = 0x53534350, /* "SSCP": file(1) and we know it by this */
    SCHEMA_VERSION = 1,
    SCHEMA_PAGE_BYTES = 4096,
};

enum recording_error {
    RECORDING_ERROR_FILE,   /* cannot be opened, read or written */
    RECORDING_ERROR_FORMAT, /* no recording, or a damaged one */
    RECORDING_ERROR_NEWER,  /* of a later version of sidescope */
    RECORDING_ERROR_BUSY,   /* another sidescope writes it */
    RECORDING_ERROR_FULL,   /* no room on the disk */
};
#define RECORDING_ERROR (recording_error_quark())
GQuark recording_error_quark(void);

/* So many kinds of probe there were when recordings began: their tables are in each of them. */
enum { SCHEMA_N_FIRST_KINDS = 6 };

/* Clocks of tick and point, as they are in files: the samples of a kind, in the order of the
 * table of probes around these two. */
enum recording_clock {
    RECORDING_CLOCK_WALK = SCHEMA_N_FIRST_KINDS, /* walks of the regions: memory.regions_us */
    RECORDING_CLOCK_LOOSE,                       /* points of any other moment: loose_tick */
    RECORDING_N_CLOCKS = PROBE_N_KINDS + 2,      /* from 16 on the view tick has kinds of parts */
};
G_STATIC_ASSERT(RECORDING_N_CLOCKS <= 16);
#define RECORDING_CLOCK_OF(kind)                                                                   \
    ((int)(kind) < (int)SCHEMA_N_FIRST_KINDS ? (int)(kind) : (int)(kind) + 2)

/* What a row of samples has: record_sample, the kind's record, what a kind has besides. */
enum { SCHEMA_N_PARTS = 3 };
/* NULL when a kind has no such part. Static. */
const struct sql_columns *schema_columns(enum probe_kind kind, int part);

/* A connection that trusts nothing in the file: no functions of its own, bounded lengths. Sets
 * a busy timeout. flags: of sqlite3_open_v2. NULL with error. */
sqlite3 *schema_open(const char *path, int flags, GError **error);

/* False with error when the file is no recording this version can read. An empty database is
 * none either. path is for the sentence. */
bool schema_check(sqlite3 *db, const char *path, GError **error);

/* True for a database without anything in it. */
bool schema_is_empty(sqlite3 *db);

/* Makes the tables in an empty database; in one of this version adds tables and columns of samples
 * that a later sidescope of the same version knows. Inside the caller's transaction. */
bool schema_create(sqlite3 *db, GError **error);
bool schema_add_columns(sqlite3 *db, GError **error);
/* Whether runs have the columns that came later: version, td_version, project, other_spaces. */
bool schema_has_run_words(sqlite3 *db);

/* For a connection that only reads: kinds of probe that the file does not know are there as empty
 * tables of this connection's own. */
bool schema_add_missing(sqlite3 *db, GError **error);

/* Sets error of what just failed on db, with what was tried: "night.db: disk is full". */
void schema_fail(sqlite3 *db, const char *path, GError **error);

#endif
