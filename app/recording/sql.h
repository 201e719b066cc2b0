#ifndef SIDESCOPE_APP_RECORDING_SQL_H
#define SIDESCOPE_APP_RECORDING_SQL_H

/*
 * Statements on one connection, prepared once each. The first failure is kept:
 * after it nothing more is run, so that a row of calls is checked once, at its
 * end. Belongs to one thread.
 */

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>

struct sql {
    sqlite3 *db;            /* borrowed */
    GHashTable *statements; /* text, a constant -> sqlite3_stmt */
    bool failed;
};

void sql_init(struct sql *sql, sqlite3 *db);
void sql_clear(struct sql *sql);

/* Reset, with nothing bound; borrowed. text must live as long as sql. NULL after a failure. */
sqlite3_stmt *sql_prepare(struct sql *sql, const char *text);
/*
 * Binds values by their letters: i gint64, u gint64 that is SAMPLE_UNKNOWN or a
 * number, d double (NAN: NULL), t text that may be NULL, b GBytes, n NULL.
 * Texts and bytes are borrowed until the statement is run again.
 */
sqlite3_stmt *sql_bind(struct sql *sql, const char *text, const char *letters, ...);
/* Runs one that gives no row. */
void sql_run(struct sql *sql, const char *text, const char *letters, ...);
/* To be called until it is false; then the statement is reset. */
bool sql_step(struct sql *sql, sqlite3_stmt *statement);
/* The one number that a statement without values gives; otherwise when it gives none. */
gint64 sql_number(struct sql *sql, const char *text, gint64 otherwise);

#endif
