#ifndef SIDESCOPE_APP_SESSION_FD_ITEMS_H
#define SIDESCOPE_APP_SESSION_FD_ITEMS_H

/*
 * Descriptors that are counted as one, because they share a path or because their paths fold to
 * one template, told in the same way for both. Borrows from the sample. Pure; any thread.
 */

#include "probes/samples.h"

enum fd_fold { FD_BY_PATH, FD_BY_TEMPLATE };

struct fd_item {
    const char *text;
    enum fd_type type;
    const uint32_t *fds;   /* indices into files->fds */
    uint32_t count, paths; /* of descriptors; distinct */
    int64_t growth;        /* since the mark */
};

/* Largest count first. */
size_t fd_items_n(const struct files_sample *files, enum fd_fold fold);
struct fd_item fd_item_at(const struct files_sample *files, enum fd_fold fold, size_t i);
/* The one with that text; false: there is none. */
bool fd_item_find(const struct files_sample *files, enum fd_fold fold, enum fd_type type,
                  const char *text, struct fd_item *ret);

#endif
