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

/* Clocks of tick and point, beyond enum probe_kind: samples of that kind. */
enum recording_clock {
    RECORDING_CLOCK_WALK = PROBE_N_KINDS, /* walks of the regions: memory.regions_us */
    RECORDING_CLOCK_LOOSE,                /* points of any other moment: loose_tick */
    RECORDING_N_CLOCKS,
};

/* What a row of samples has: record_sample, the kind's record, for heap record_memstats. */
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

/* Makes the tables in an empty database; in one of this version adds columns of samples that a
 * later sidescope of the same version knows. Inside the caller's transaction. */
bool schema_create(sqlite3 *db, GError **error);
bool schema_add_columns(sqlite3 *db, GError **error);

/* Sets error of what just failed on db, with what was tried: "night.db: disk is full". */
void schema_fail(sqlite3 *db, const char *path, GError **error);

#endif
