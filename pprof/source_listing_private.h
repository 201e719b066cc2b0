#ifndef SIDESCOPE_PPROF_SOURCE_LISTING_PRIVATE_H
#define SIDESCOPE_PPROF_SOURCE_LISTING_PRIVATE_H

/* A listing of a view that exists already. Private to pprof/. */

#include "pprof/source_listing.h"
#include "pprof/view.h"

/* The view must outlive the listing. */
struct source_listing *source_listing_of_view(const struct view *view,
                                              const struct top_options *options,
                                              const char *pattern,
                                              const struct source_listing_sources *sources,
                                              GError **error);

#endif
