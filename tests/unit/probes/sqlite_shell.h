#ifndef SIDESCOPE_TESTS_SQLITE_SHELL_H
#define SIDESCOPE_TESTS_SQLITE_SHELL_H

/* An sqlite3 shell on a database, told what to do line by line. Any failure ends the test. */

#include <glib.h>
#include <stdbool.h>

struct sqlite_shell;

bool sqlite_shell_available(void);
struct sqlite_shell *sqlite_shell_start(const char *path);
/* Returns when the statements have been carried out. */
void sqlite_shell_run(struct sqlite_shell *shell, const char *statements);
GPid sqlite_shell_pid(const struct sqlite_shell *shell);
void sqlite_shell_end(struct sqlite_shell *shell);
/* The database and its side files. */
void sqlite_remove(const char *path);

#endif
