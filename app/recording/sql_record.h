#ifndef SIDESCOPE_APP_RECORDING_SQL_RECORD_H
#define SIDESCOPE_APP_RECORDING_SQL_RECORD_H

/*
 * Records (probes/record.h) as columns of tables, both ways. Unknown is NULL;
 * times are those of the recording, unsigned numbers are stored as the signed
 * ones of the same bits, an enum by its name. What is read may say anything.
 * No state; a statement belongs to one thread.
 */

#include "app/recording/axis.h"
#include "probes/record.h"

#include <sqlite3.h>

/* The members of a record as columns. */
struct sql_columns {
    const struct record *record;
    const char *prefix; /* of each column: "ms_"; "" for none */
};

/* Appends ", name TYPE" for each. */
void sql_record_declare(GString *sql, const struct sql_columns *columns);
/* Appends ", name" for each. */
void sql_record_names(GString *sql, const struct sql_columns *columns);
/* Appends ", ?" for each. */
void sql_record_marks(GString *sql, const struct sql_columns *columns);

/*
 * Binds from column first (1, 2, …) on; returns the next one. Times are mapped by
 * axis. from NULL: all are NULL. Texts are borrowed until the
 * statement is reset.
 */
int sql_record_bind(sqlite3_stmt *statement, int first, const struct record *record,
                    const void *from, const struct axis *axis);

/*
 * Reads the columns of the statement's row that have the names of members, in
 * whatever order; members without a column are unknown. Texts are put into the
 * arena of sample, which may be NULL when there are none.
 */
void sql_record_read(sqlite3_stmt *statement, const struct sql_columns *columns, void *into,
                     void *sample);

#endif
