#ifndef SIDESCOPE_TESTS_PPROF_TOOL_ARGS_H
#define SIDESCOPE_TESTS_PPROF_TOOL_ARGS_H

/*
 * Command lines of go tool pprof, parsed as the program does and carried out
 * with the library: the expected outputs of the samples begin with the line
 * that made them.
 */

#include "pprof/report_text.h"

/*
 * args: NULL-terminated, without "go tool pprof". File names are relative to
 * directory. Returns the text of the report, or NULL with error.
 */
char *tool_args_run(const char *const *args, const char *directory, enum report_dialect dialect,
                    GError **error);

/* Fails the test with the first line that differs. */
void tool_assert_equal(const char *what, const char *actual, const char *expected);

/* A profile from a file; NULL with error. */
struct profile *tool_load(const char *directory, const char *name, GError **error);

#endif
