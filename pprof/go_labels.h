#ifndef SIDESCOPE_PPROF_GO_LABELS_H
#define SIDESCOPE_PPROF_GO_LABELS_H

/*
 * The label sets in goroutine texts, three spellings of one thing
 * (pprof-reference 5.1 and 5.2):
 *   debug=1:         "k":"v", "k2":"v2"
 *   debug=2, 1.26:   "k": "v", "k2": "v2"
 *   debug=2, 1.27:   k: "v 2", k2: v2
 * Private to pprof/; pure.
 */

#include "pprof/lines.h"

#include <glib.h>

/* The next pair of the text between the braces; false when there is no other. */
bool go_labels_next(struct span *text, GString *key, GString *value);
/* All pairs as "k:v, k2:v2" with the escapes resolved; replaces out. */
void go_labels_text(struct span text, GString *out);

#endif
