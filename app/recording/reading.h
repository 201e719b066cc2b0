#ifndef SIDESCOPE_APP_RECORDING_READING_H
#define SIDESCOPE_APP_RECORDING_READING_H

/*
 * Questions to a recording that may be anybody's: statements kept by their text,
 * the first error kept until somebody asks, a deadline on every question, so that
 * a file that was made to keep us busy does not. One thread.
 */

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct reading {
    sqlite3 *db;
    char *path;
    GHashTable *statements; /* const char * (static text) -> sqlite3_stmt * */
    GError *error;          /* the first one; nothing is answered any more */
    gint64 until_us;        /* monotonic; 0: nothing is being asked */
};

/* Opens read-only, also what another process is writing and what lies in a directory that may not
 * be written. False with error. reading is cleared in any case by reading_clear. */
bool reading_open(struct reading *reading, const char *path, GError **error);
void reading_clear(struct reading *reading);

/* Between these everything is of one moment of the file. The second passes on what went wrong;
 * false then. */
void reading_begin(struct reading *reading);
bool reading_end(struct reading *reading, GError **error);

/* A statement ready for its first step; sql is static and its parameters are those numbers. NULL
 * after an error. */
sqlite3_stmt *reading_ask(struct reading *reading, const char *sql, const gint64 *numbers,
                          size_t n);
#define READING_ASK(reading, sql, ...)                                                             \
    reading_ask((reading), (sql), (const gint64[]){__VA_ARGS__},                                   \
                G_N_ELEMENTS(((const gint64[]){__VA_ARGS__})))
/* True: there is a row. False: there is none, or an error; NULL accepted. */
bool reading_row(struct reading *reading, sqlite3_stmt *statement);
/* No further rows are wanted. NULL accepted. */
void reading_done(sqlite3_stmt *statement);
/* What was read cannot be right: an error, as if the database had said so. */
void reading_damaged(struct reading *reading);

/* A column as a time: from 0 to the year 2500. */
gint64 reading_time(sqlite3_stmt *statement, int column);
/* As a number that can be added up a million times. NULL is SAMPLE_UNKNOWN. */
int64_t reading_number(sqlite3_stmt *statement, int column);
/* As a text, never NULL; borrowed until the next step. */
const char *reading_text(sqlite3_stmt *statement, int column);

#endif
