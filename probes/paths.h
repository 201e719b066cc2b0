#ifndef SIDESCOPE_PROBES_PATHS_H
#define SIDESCOPE_PROBES_PATHS_H

/*
 * What a path says about who opened it: its class (sidecar-facts 3) and its
 * template, in which the parts that differ from file to file are folded. Pure,
 * any thread. The names of descriptor types and classes (samples.h) live here
 * as well.
 */

#include "probes/samples.h"

#include <glib.h>

/* First class, in the order of the enum, whose marks are in path. */
enum path_class path_classify(const char *path);

/*
 * Replaces ret by path with its varying parts folded:
 *   <uuid>     8-4-4-4-12 hex digits
 *   <date>     2026-08-22, with a time behind it when there is one, and 2026/08/22
 *   <project>  a directory that encodes a whole path: -home-me-src-thing, %2Fhome%2Fme
 *   <hash>     hex digits, 7 or more with both digits and letters among them
 *   <id>       20 or more letters and digits of mixed case
 *   <n>        any other run of decimal digits, except in an extension (.db3, .so)
 * "/home/me/.claude/projects/-home-me-x/1b…c4.jsonl" becomes
 * "/home/me/.claude/projects/<project>/<uuid>.jsonl".
 */
void path_fold(const char *path, GString *ret);

#endif
