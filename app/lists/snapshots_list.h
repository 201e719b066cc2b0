#ifndef SIDESCOPE_APP_LISTS_SNAPSHOTS_LIST_H
#define SIDESCOPE_APP_LISTS_SNAPSHOTS_LIST_H

/* All snapshots of a run and loaded ones. Pure. */

#include "app/snapshots/snapshots.h"
#include "widgets/listing.h"

struct snapshots_list {
    const struct snapshots *all;
    unsigned before_id; /* chosen to be compared with; 0: none */
    gint64 now_us;
};
extern const struct listing snapshots_listing;

#endif
