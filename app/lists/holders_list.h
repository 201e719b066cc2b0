#ifndef SIDESCOPE_APP_LISTS_HOLDERS_LIST_H
#define SIDESCOPE_APP_LISTS_HOLDERS_LIST_H

/*
 * Who holds the memory of the process, what that consists of, and in which ways its
 * descriptors are held, as lists. Models borrow what they point at. Pure.
 */

#include "probes/goruntime/descriptors.h"
#include "probes/goruntime/holders.h"
#include "widgets/listing.h"

/* A row for each of holders->holders. */
struct holders_list {
    const struct holders *holders, *before; /* before NULL: growth is not known */
};
extern const struct listing holders_listing;
enum holder_column {
    HOLDER_BYTES,
    HOLDER_SHARE,
    HOLDER_OBJECTS,
    HOLDER_GROWTH,
    HOLDER_TYPE,
    HOLDER_NAME,
};

/* A row for each type of what one holds. */
struct holder_types_list {
    const struct holder *holder, *before; /* before NULL: growth is not known */
};
extern const struct listing held_types_listing;
enum held_column { HELD_BYTES, HELD_SHARE, HELD_OBJECTS, HELD_GROWTH, HELD_NAME };

/* A row for each of descriptors->groups. */
struct chains_list {
    const struct descriptors *descriptors, *before; /* before NULL: growth is not known */
    char **paths; /* per group: what its paths have in common, "/tmp/A-*.jsonl" */
};
extern const struct listing chains_listing;
enum chain_column { CHAIN_COUNT, CHAIN_GROWTH, CHAIN_PATHS, CHAIN_TEXT };
/* Takes what descriptors (may be NULL) have; both are borrowed. */
void chains_list_take(struct chains_list *list, const struct descriptors *descriptors,
                      const struct descriptors *before);
void chains_list_clear(struct chains_list *list);

#endif
