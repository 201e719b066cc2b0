#ifndef SIDESCOPE_APP_SNAPSHOTS_SNAPSHOT_MANIFEST_H
#define SIDESCOPE_APP_SNAPSHOTS_SNAPSHOT_MANIFEST_H

/*
 * The machine-readable part of a saved snapshot: one JSON object that says
 * which files of the folder hold what, and carries the samples whole.
 *   {"schema": 1, "program": "sidescope", "name": …, "origin": …, "real_us": …,
 *    "profiles": [{"kind": "heap", "file": "heap.pb.gz"}, …],
 *    "goroutines": "goroutine.debug2.txt" or null,
 *    "goroutines_source": "memory", "goroutine?debug=2", … or null, "heap_source": likewise,
 *    "memstats": {"heap_alloc": …, …} or null, "process": {…} or null,
 *    "memory": {…, "classes": […], "regions": […]} or null,
 *    "files": {…, "descriptors": [{"fd": 3, "path": …, …}, …]} or null}
 * Numbers that are not known are null; one that no signed 64-bit integer holds
 * is a string of digits. Text that is not valid UTF-8 is
 * {"text": "readable form", "bytes_base64": "…"}. Monotonic times are those of
 * the machine it was taken on: good for differences within one snapshot.
 * Pure; any thread.
 */

#include "app/snapshots/snapshots.h"

enum {
    SNAPSHOT_MAX_MANIFEST_BYTES = 128 * 1024 * 1024,
    SNAPSHOT_MAX_ROWS = 200 * 1000, /* descriptors, regions: each; more are cut and said so */
    SNAPSHOT_MAX_PROFILES = 64,
};

/* Which file of the folder holds what. */
struct snapshot_part {
    char *kind; /* of the profile */
    char *file; /* plain name, never a path */
};

struct snapshot_parts {
    GArray *profiles; /* struct snapshot_part */
    char *goroutines; /* file of the dump, or NULL */
};

void snapshot_parts_init(struct snapshot_parts *parts);
void snapshot_parts_clear(struct snapshot_parts *parts);
void snapshot_parts_add(struct snapshot_parts *parts, const char *kind, const char *file);

/* NULL with error when it would be larger than what is read back. Free with g_free. */
char *snapshot_manifest_write(const struct snapshot *snapshot, const struct snapshot_parts *parts,
                              GError **error);
/* The snapshot without what the other files hold; fills parts (initialised by the caller). NULL
 * with error. */
struct snapshot *snapshot_manifest_read(const char *text, size_t n, struct snapshot_parts *parts,
                                        GError **error);

#endif
