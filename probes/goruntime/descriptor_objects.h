#ifndef SIDESCOPE_PROBES_GORUNTIME_DESCRIPTOR_OBJECTS_H
#define SIDESCOPE_PROBES_GORUNTIME_DESCRIPTOR_OBJECTS_H

/*
 * The Go objects that stand for open descriptors: an os.file or a net.netFD is
 * known by its size, by a number in it that is open, and by what its other fields
 * can be. Private to descriptors.c.
 */

#include "probes/goruntime/reach.h"

struct descriptor_object {
    int fd;
    uint32_t slot;
    bool is_net;   /* net.netFD, else os.file */
    bool is_exact; /* its name is the path that is open */
    char *name;
};

/*
 * All of them in a copy of the heap (struct descriptor_object). links: number (int)
 * -> text of /proc/PID/fd. Free with g_array_unref.
 */
GArray *descriptor_objects_find(struct go_runtime *runtime, const struct objects *objects,
                                GHashTable *links);

#endif
