#ifndef SIDESCOPE_APP_GROUND_TOOLS_H
#define SIDESCOPE_APP_GROUND_TOOLS_H

/* The programs sidescope or its reader uses, and their versions. Runs them: waits, not for the UI
 * thread. */

#include <glib.h>

/* A program whose version matters to whoever reads a report. */
struct tool {
    char *name, *version; /* raw bytes */
};

/* struct tool * of those that are in PATH, and of the libraries in use;
 * a tool that does not tell its version is there with "". */
GPtrArray *tools_probe(void);

/* First line of what argv (NULL-terminated, looked up in PATH) prints; "" when it prints nothing,
 * NULL when there is no such program. Free with g_free. */
char *tools_first_line(const char *const *argv);

#endif
