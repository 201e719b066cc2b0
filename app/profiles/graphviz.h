#ifndef SIDESCOPE_APP_PROFILES_GRAPHVIZ_H
#define SIDESCOPE_APP_PROFILES_GRAPHVIZ_H

/* Drawing by Graphviz's dot, where it is installed. Waits for it: not for the UI thread. */

#include <glib.h>
#include <stdbool.h>

/*
 * Replaces a graph in Graphviz's language by what dot -T makes of it ("svg",
 * "png"). False with a sentence when there is no dot or it fails.
 */
bool graphviz_draw(GString *graph, const char *format, GError **error);

/* Whether something was written to the file; an empty one is removed. */
bool graphviz_is_drawn(const char *path);
/* Opens a file with what the desktop has for it, which is not waited for. */
bool graphviz_show(const char *path, GError **error);

#endif
