#ifndef SIDESCOPE_PPROF_ID_MAP_H
#define SIDESCOPE_PPROF_ID_MAP_H

/*
 * From the ids of a profile to indices: an array for ids that are dense, as
 * Go writes them, and a hash index for ids that are addresses or hashes.
 * Private to pprof/; one thread.
 */

#include "pprof/hash.h"

struct id_map {
    uint64_t n_in_order; /* ids 1 to this are in order, as Go writes them: indices 0, 1, … */
    uint32_t *dense;     /* index + 1 by id */
    size_t n_dense;
    struct hash_index sparse;
};

/* n: how many ids are expected. */
void id_map_init(struct id_map *map, size_t n);
void id_map_clear(struct id_map *map);
/* False when the id is there already. */
bool id_map_add(struct id_map *map, uint64_t id, uint32_t index);
uint32_t id_map_find_sparse(const struct id_map *map, uint64_t id);

/* HASH_NONE for an id that is not there. */
static inline uint32_t id_map_find(const struct id_map *map, uint64_t id)
{
    if (id - 1 < map->n_in_order)
        return (uint32_t)(id - 1);
    if (id < map->n_dense)
        return map->dense[id] - 1; /* 0 - 1 is HASH_NONE */
    return id_map_find_sparse(map, id);
}

#endif
