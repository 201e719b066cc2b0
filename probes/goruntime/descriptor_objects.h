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
 * For each number (int) that there is one of in a copied heap, its struct descriptor_object: of
 * several one that is held, then one with the right name. links: number (int) -> text of
 * /proc/PID/fd. Free with g_hash_table_unref.
 */
GHashTable *descriptor_objects_find(struct go_runtime *runtime, const struct reach *reach,
                                    GHashTable *links);

#endif
