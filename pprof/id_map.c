#include "pprof/id_map.h"

#include <glib.h>

void id_map_init(struct id_map *map, size_t n)
{
    *map = (struct id_map){.n_dense = n * 4 + 16};
    map->dense = g_new0(uint32_t, map->n_dense);
}

void id_map_clear(struct id_map *map)
{
    g_clear_pointer(&map->dense, g_free);
    hash_index_clear(&map->sparse);
    map->n_dense = 0;
    map->n_in_order = 0;
}

bool id_map_add(struct id_map *map, uint64_t id, uint32_t index)
{
    if (id_map_find(map, id) != HASH_NONE)
        return false;
    if (id == index + UINT64_C(1) && index == map->n_in_order)
        map->n_in_order++;
    else if (id < map->n_dense)
        map->dense[id] = index + 1;
    else
        hash_index_add(&map->sparse, hash_number(id), index);
    return true;
}

uint32_t id_map_find_sparse(const struct id_map *map, uint64_t id)
{
    return hash_index_find(&map->sparse, hash_number(id), NULL, NULL);
}
