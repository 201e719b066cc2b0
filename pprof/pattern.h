#ifndef SIDESCOPE_PPROF_PATTERN_H
#define SIDESCOPE_PPROF_PATTERN_H

/*
 * Regular expressions over foreign text, which need not be UTF-8. The syntax is
 * PCRE's; what Go programmers write reads the same there. Private to pprof/.
 * Const after creation; any thread.
 */

#include <glib.h>
#include <stdbool.h>

struct pattern;

/* option: what to name in the error (PROFILE_ERROR_INVALID), e.g. "focus". */
struct pattern *pattern_new(const char *text, const char *option, GError **error);
/* *ret is NULL for text NULL or "". */
bool pattern_new_optional(const char *text, const char *option, struct pattern **ret,
                          GError **error);
/* Anywhere in text. An expression that gives up (too much backtracking) does not match. */
bool pattern_matches(const struct pattern *pattern, const char *text);
/* The same; *gave_up becomes true when the expression gave up, and is left alone otherwise. */
bool pattern_tries(const struct pattern *pattern, const char *text, bool *gave_up);
void pattern_free(struct pattern *pattern);
typedef struct pattern pattern_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pattern_auto, pattern_free)

#endif
