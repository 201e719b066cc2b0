#ifndef SIDESCOPE_PROBES_GO_VERSIONS_H
#define SIDESCOPE_PROBES_GO_VERSIONS_H

/*
 * Which Go built which program file, remembered by (device, inode, size,
 * mtime): a program file is asked for again with every look at the process
 * list. Each way of reading the version has a table of its own, static and
 * never freed. Any thread.
 */

#include <glib.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/stat.h>

struct go_versions {
    pthread_mutex_t mutex;
    GHashTable *versions; /* private: file to text; NULL text: not Go */
};
#define GO_VERSIONS_INIT                                                                           \
    {                                                                                              \
        .mutex = PTHREAD_MUTEX_INITIALIZER                                                         \
    }

/* True when the file is known: *ret is its version (g_free), "" or NULL for not Go. */
bool go_versions_get(struct go_versions *table, const struct stat *file, char **ret);
/* version NULL: not Go. */
void go_versions_put(struct go_versions *table, const struct stat *file, const char *version);

#endif
