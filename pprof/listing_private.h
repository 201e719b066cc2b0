#ifndef SIDESCOPE_PPROF_LISTING_PRIVATE_H
#define SIDESCOPE_PPROF_LISTING_PRIVATE_H

/* A listing of a view that exists already. Private to pprof/. */

#include "pprof/listing.h"
#include "pprof/view.h"

/* The view must outlive the listing. */
struct listing *listing_of_view(const struct view *view, const struct top_options *options,
                                const char *pattern, const struct listing_sources *sources,
                                GError **error);

#endif
