#ifndef SIDESCOPE_APP_RECORDING_DETAILS_H
#define SIDESCOPE_APP_RECORDING_DETAILS_H

/*
 * Lists of samples that have no table of their own, as JSON by their records:
 *   threads    {"threads": […], "children": […], "orphans": […], "spawns": […]}
 *   databases  [{…, "locks": […], "users": […]}, …]
 *   zones      [{…}, …]
 *   watches    [{…, "fds": […]}, …], the paths that inotify descriptors watch
 * Both ways; what is read may say anything. Pure; any thread.
 */

#include "app/recording/axis.h"
#include "probes/samples.h"

enum details_kind {
    DETAILS_THREADS,
    DETAILS_DATABASES,
    DETAILS_ZONES,
    DETAILS_WATCHES,
    DETAILS_N_KINDS
};

/* "threads", …: as in the table detail. Static. */
const char *details_name(enum details_kind kind);
/* Whose samples have it. */
enum probe_kind details_probe(enum details_kind kind);

/* Not compressed. NULL when the sample has no such list. Free with g_free. */
char *details_write(enum details_kind kind, const struct sample *sample, const struct axis *axis);
/* Puts the lists into a sample that is being made. False, and no lists, when it is damaged. */
bool details_read(enum details_kind kind, const char *json, size_t n, struct sample *sample);

#endif
