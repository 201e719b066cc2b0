#include "app/triage/mapped_files.h"

#include <glib.h>

bool mapped_files_count(enum region_class cls)
{
    return cls == REGION_FILE || cls == REGION_SQLITE || cls == REGION_SHARED;
}

struct mapped_files mapped_files_find(const struct memory_sample *memory)
{
    g_autoptr(GHashTable) files = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    struct mapped_files ret = {0};

    for (size_t i = 0; !memory->regions_are_types && i < memory->n_regions; i++) {
        const struct region *region = &memory->regions[i];

        if (!mapped_files_count(region->cls) || *region->name == '\0')
            continue;
        struct mapped_file *file = g_hash_table_lookup(files, region->name);

        if (file == NULL) {
            file = g_new0(struct mapped_file, 1);
            file->name = region->name;
            g_hash_table_insert(files, (gpointer)(guintptr)region->name, file);
        }
        file->resident_bytes += MAX(region->resident_bytes, 0);
        file->dirty_bytes += MAX(region->dirty_bytes, 0);
        file->n_mappings++;
        if (file->resident_bytes > ret.largest.resident_bytes)
            ret.largest = *file;
        if (file->n_mappings > ret.most_mapped.n_mappings)
            ret.most_mapped = *file;
    }
    return ret;
}
