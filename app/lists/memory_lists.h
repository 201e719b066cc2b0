#ifndef SIDESCOPE_APP_LISTS_MEMORY_LISTS_H
#define SIDESCOPE_APP_LISTS_MEMORY_LISTS_H

/*
 * The memory map as lists: by type of region, as vmmap --summary prints it,
 * with what grew; and the regions of one type. Models borrow. Pure.
 */

#include "probes/samples.h"
#include "widgets/listing.h"

/* A row for each type that is there, or was. */
struct classes_list {
    const struct memory_sample *memory;
    enum region_class rows[REGION_N_CLASSES];
    size_t n;
};
extern const struct listing classes_listing;
enum class_column {
    CLASS_TYPE,
    CLASS_VIRTUAL,
    CLASS_RESIDENT,
    CLASS_GROWTH,
    CLASS_PSS,
    CLASS_DIRTY,
    CLASS_SWAPPED,
    CLASS_COUNT,
    CLASS_COUNT_GROWTH,
};
/* None before the first walk; memory may be NULL. */
void classes_list_take(struct classes_list *list, const struct memory_sample *memory);
/* One row in a sentence. Free with g_free. */
char *classes_list_words(const struct classes_list *list, size_t row);

/* A row for each region of one type. */
struct regions_list {
    const struct memory_sample *memory;
    GArray *rows; /* size_t: indices into memory->regions */
};
extern const struct listing regions_listing;

#endif
