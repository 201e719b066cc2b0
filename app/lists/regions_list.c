#include "app/lists/memory_lists.h"

/* The mappings of one type, one row each; where only vmmap reads the map, its types. */

enum {
    REGION_ADDRESS,
    REGION_SIZE,
    REGION_PERMS,
    REGION_RESIDENT,
    REGION_PSS,
    REGION_DIRTY,
    REGION_SWAPPED,
    REGION_NAME
};

static const struct listing_column columns[] = {
    [REGION_ADDRESS] =
        {.id = "address", .title = "ADDRESS", .kind = LISTING_HEX, .width = 12, .drop = 5},
    [REGION_SIZE] = {.id = "size_bytes", .title = "SIZE", .kind = LISTING_BYTES, .width = 6},
    [REGION_PERMS] = {.id = "perms", .title = "PERM", .width = 4, .drop = 4},
    [REGION_RESIDENT] = {.id = "resident_bytes",
                         .title = "RESIDENT",
                         .kind = LISTING_BYTES,
                         .width = 8},
    [REGION_PSS] =
        {.id = "pss_bytes", .title = "PSS", .kind = LISTING_BYTES, .width = 6, .drop = 3},
    [REGION_DIRTY] =
        {.id = "dirty_bytes", .title = "DIRTY", .kind = LISTING_BYTES, .width = 6, .drop = 2},
    [REGION_SWAPPED] =
        {.id = "swapped_bytes", .title = "SWAPPED", .kind = LISTING_BYTES, .width = 7, .drop = 1},
    [REGION_NAME] = {.id = "name", .title = "NAME", .kind = LISTING_PATH, .min_width = 8},
};

static const struct region *region_at(const void *model, size_t row)
{
    const struct regions_list *list = model;

    return &list->memory->regions[g_array_index(list->rows, size_t, row)];
}

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    bool types = ((const struct regions_list *)model)->memory->regions_are_types;
    const struct region *region = region_at(model, row);

    switch (column) {
    case REGION_ADDRESS:
        if (!types)
            ret->n = (int64_t)region->start;
        break;
    case REGION_SIZE:
        ret->n = (int64_t)(region->end - region->start);
        break;
    case REGION_PERMS:
        if (!types)
            ret->text = region->perms;
        break;
    case REGION_RESIDENT:
        ret->n = region->resident_bytes;
        break;
    case REGION_PSS:
        ret->n = region->pss_bytes;
        break;
    case REGION_DIRTY:
        ret->n = region->dirty_bytes;
        break;
    case REGION_SWAPPED:
        ret->n = region->swapped_bytes;
        break;
    default:
        ret->text = types || *region->name != '\0' ? region->name : "(anonymous)";
        if (types)
            listing_note(ret, ": %s region%s", number_count(region->count).text,
                         region->count == 1 ? "" : "s");
    }
}

static uint64_t key(const void *model, size_t row)
{
    const struct region *region = region_at(model, row);

    /* a type of vmmap has no address, but a name that no other has */
    return (region->start != 0 ? region->start : (uint64_t)g_str_hash(region->name)) | 1;
}

const struct listing regions_listing = {
    .id = "regions",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = REGION_RESIDENT,
    .value = value,
    .key = key,
};
