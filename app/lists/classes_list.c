#include "app/lists/list_values.h"
#include "app/lists/memory_lists.h"

static const struct listing_column columns[] = {
    [CLASS_TYPE] = {.id = "type", .title = "REGION TYPE", .min_width = 10, .max_width = 20},
    [CLASS_VIRTUAL] =
        {.id = "virtual_bytes", .title = "VIRTUAL", .kind = LISTING_BYTES, .width = 8, .drop = 4},
    [CLASS_RESIDENT] = {.id = "resident_bytes",
                        .title = "RESIDENT",
                        .kind = LISTING_BYTES,
                        .width = 9},
    [CLASS_GROWTH] = {.id = "resident_growth_bytes",
                      .title = "GROWTH",
                      .since = true,
                      .kind = LISTING_BYTES_SIGNED,
                      .width = 8,
                      .drop = 1},
    [CLASS_PSS] = {.id = "pss_bytes", .title = "PSS", .kind = LISTING_BYTES, .width = 6, .drop = 7},
    [CLASS_DIRTY] =
        {.id = "dirty_bytes", .title = "DIRTY", .kind = LISTING_BYTES, .width = 6, .drop = 3},
    [CLASS_SWAPPED] =
        {.id = "swapped_bytes", .title = "SWAPPED", .kind = LISTING_BYTES, .width = 8, .drop = 2},
    [CLASS_COUNT] = {.id = "count", .title = "COUNT", .kind = LISTING_COUNT, .width = 7},
    [CLASS_COUNT_GROWTH] = {.id = "count_growth",
                            .title = "COUNT GROWTH",
                            .since = true,
                            .kind = LISTING_COUNT_SIGNED,
                            .width = 12,
                            .drop = 5},
};

static enum region_class class_at(const void *model, size_t row)
{
    return ((const struct classes_list *)model)->rows[row];
}

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct memory_sample *memory = ((const struct classes_list *)model)->memory;
    enum region_class cls = class_at(model, row);
    const struct region_totals *totals = &memory->classes[cls];

    switch (column) {
    case CLASS_TYPE: {
        /* Where vmmap read the map, its word stands beside ours. */
        const char *words = region_class_vmmap_name(cls);

        ret->text = region_class_name(cls);
        if (memory->regions_are_types && g_ascii_strcasecmp(words, region_class_name(cls)) != 0)
            listing_note(ret, "  %s", words);
        break;
    }
    case CLASS_VIRTUAL:
        ret->n = totals->virtual_bytes;
        break;
    case CLASS_RESIDENT:
        ret->n = totals->resident_bytes;
        break;
    case CLASS_GROWTH:
        list_growth(ret, memory->growth[cls].resident_bytes);
        break;
    case CLASS_PSS:
        ret->n = totals->pss_bytes;
        break;
    case CLASS_DIRTY:
        ret->n = totals->dirty_bytes;
        break;
    case CLASS_SWAPPED:
        ret->n = totals->swapped_bytes;
        ret->role = ret->n > 0 ? THEME_LOOK : THEME_TEXT;
        break;
    case CLASS_COUNT:
        ret->n = totals->count;
        break;
    default:
        list_growth(ret, memory->growth[cls].count);
    }
}

static uint64_t key(const void *model, size_t row)
{
    return (uint64_t)class_at(model, row) + 1;
}

const struct listing classes_listing = {
    .id = "region_types",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = CLASS_RESIDENT,
    .value = value,
    .key = key,
};

void classes_list_take(struct classes_list *list, const struct memory_sample *memory)
{
    *list = (struct classes_list){.memory = memory};
    for (int c = 0; memory != NULL && memory->regions_us != 0 && c < REGION_N_CLASSES; c++)
        if (memory->classes[c].count > 0 || memory->growth[c].count != 0)
            list->rows[list->n++] = (enum region_class)c;
}

char *classes_list_words(const struct classes_list *list, size_t row)
{
    enum region_class cls = list->rows[row];
    const struct region_totals *totals = &list->memory->classes[cls];
    const struct region_growth *growth = &list->memory->growth[cls];

    return g_strdup_printf(
        "%s: resident %s (%s), %s %s (%s)", region_class_name(cls),
        number_bytes(totals->resident_bytes).text, number_bytes_signed(growth->resident_bytes).text,
        number_count(totals->count).text, number_word(totals->count, "region", "regions"),
        number_count_signed(growth->count).text);
}
