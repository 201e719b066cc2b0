#ifndef SIDESCOPE_PROBES_MACOS_VMMAP_H
#define SIDESCOPE_PROBES_MACOS_VMMAP_H

/*
 * What `vmmap --summary` and `footprint` print (os-reference 8 and 9.2), of
 * macOS 10.12 to 26. Pure: text in, numbers out. Any thread. Sizes are as good
 * as vmmap prints them: to 51 KiB with M, to 51 MiB with G.
 */

#include "probes/samples.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* A row of the region table; SAMPLE_UNKNOWN where an old table has no such column. */
struct vmmap_region {
    const char *type; /* vmmap's words: "VM_ALLOCATE", "MALLOC_SMALL (empty)"; "" for the total */
    int64_t virtual_bytes, resident_bytes, dirty_bytes, swapped_bytes;
    int64_t count;
};

struct vmmap {
    const char *path;                              /* of the program; "" when not given */
    int64_t footprint_bytes, footprint_peak_bytes; /* SAMPLE_UNKNOWN: not given */
    const struct vmmap_region *regions;
    size_t n_regions;
    struct vmmap_region total; /* count SAMPLE_UNKNOWN: the table was cut off before it */
    const struct malloc_zone *zones;
    size_t n_zones;
    GStringChunk *strings; /* private */
    GArray *region_array, *zone_array;
};

/* NULL when there is no region table in it: then see vmmap_failure_of. */
struct vmmap *vmmap_parse(const char *text, size_t n);
void vmmap_free(struct vmmap *vmmap);
typedef struct vmmap vmmap_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(vmmap_auto, vmmap_free)

/* "9904K", "1.4T", "824" (bytes); false for anything else. */
bool vmmap_parse_size(const char *text, size_t n, int64_t *ret);

/* To what a size of that many bytes is rounded when it is printed. */
int64_t vmmap_size_step(int64_t bytes);

enum vmmap_failure {
    VMMAP_FAILED, /* for a reason it does not tell */
    VMMAP_GONE,   /* the process is no more */
    VMMAP_DENIED, /* the process may not be examined */
};
/* Why it failed, from what it said on stdout and stderr. */
enum vmmap_failure vmmap_failure_of(const char *text);

/*
 * Our class for a type. VM_ALLOCATE is all of the Go runtime's memory, and of
 * anonymous mmaps beside it: Go heap when is_go, else anonymous.
 */
enum region_class vmmap_class(const char *type, bool is_go);

/* phys_footprint and its peak from the text of `footprint`; false when they are not in it. */
bool footprint_parse(const char *text, size_t n, int64_t *ret_bytes, int64_t *ret_peak_bytes);

#endif
