#ifndef SIDESCOPE_APP_LISTS_COMPARED_LISTS_H
#define SIDESCOPE_APP_LISTS_COMPARED_LISTS_H

/* What two snapshots differ in, as lists; model of each: struct comparison. Pure. */

#include "app/snapshots/compare.h"
#include "widgets/listing.h"

/* A row for each metric that is compared. */
extern const struct listing compared_numbers_listing;
/* Rows: comparison->buckets, templates, paths, regions. */
extern const struct listing compared_stacks_listing;
extern const struct listing compared_templates_listing;
extern const struct listing compared_paths_listing;
extern const struct listing compared_regions_listing;

#endif
