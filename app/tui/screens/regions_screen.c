#include "app/tui/screens/screens.h"

#include "app/lists/memory_lists.h"
#include "app/tui/screens/view_table.h"

#include "app/tui/shell/format.h"

/* The mappings of one class, one row each. */

struct regions_screen {
    struct view base;
    enum region_class cls;
    struct memory_sample *memory; /* own reference; last one with regions */
    struct regions_list list;
    struct table *table;
};

static void regions_update(struct view *base, unsigned kinds)
{
    struct regions_screen *screen = view_of(struct regions_screen, base);
    struct session *session = ui_session(base->ui);
    const struct memory_sample *newest = session != NULL ? session_memory(session) : NULL;

    (void)kinds;
    if (newest == NULL || newest == screen->memory || newest->regions_us == 0)
        return;
    sample_unref(screen->memory);
    screen->memory = sample_ref(newest);
    g_array_set_size(screen->list.rows, 0);
    for (size_t i = 0; i < newest->n_regions; i++)
        if (newest->regions[i].cls == screen->cls)
            g_array_append_val(screen->list.rows, i);
    screen->list.memory = newest;
    table_set_model(screen->table, &screen->list, screen->list.rows->len);
}

static void regions_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    enum { SHOWN_ZONES = 3 };
    struct regions_screen *screen = view_of(struct regions_screen, base);
    char right[96];

    g_snprintf(right, sizeof right, "%s: %s %s, read %s", region_class_name(screen->cls),
               number_count((int64_t)screen->list.rows->len).text,
               screen->memory != NULL && screen->memory->regions_are_types ? "types" : "mappings",
               screen->memory != NULL
                   ? format_age(ui_now(base->ui), screen->memory->regions_us).text
                   : "never");
    screen_title(base->ui, canvas, area, right);
    /* what malloc has in its pages (vmmap tells it), above the pages */
    const struct memory_sample *memory = screen->memory;
    size_t n = memory != NULL && screen->cls == REGION_C_HEAP ? memory->n_zones : 0;
    int zones = (int)MIN(n, (size_t)MIN(SHOWN_ZONES, MAX(area.lines / 3, 0)));

    for (int i = 0; i < zones; i++) {
        const struct malloc_zone *zone = &memory->zones[i];

        text_drawf(canvas, area.top + 1 + i, area.left + 1, area.cols - 1, THEME_TEXT,
                   "%s: %s allocated in %s pieces, %s dirty, %s swapped", zone->name,
                   number_bytes(zone->allocated_bytes).text, number_count(zone->allocations).text,
                   number_bytes(zone->dirty_bytes).text, number_bytes(zone->swapped_bytes).text);
    }
    area.top += 2 + zones;
    area.lines -= 2 + zones;
    if (area.lines > 0)
        table_draw(screen->table, canvas, area,
                   &(struct table_look){.focused = true, .empty = "no mapping of this type"});
}

static struct table *regions_table(struct view *base)
{
    return view_of(struct regions_screen, base)->table;
}

static char *regions_copy(struct view *base)
{
    struct regions_screen *screen = view_of(struct regions_screen, base);
    size_t row;

    if (!table_selected(screen->table, &row))
        return NULL;
    const struct region *region =
        &screen->memory->regions[g_array_index(screen->list.rows, size_t, row)];

    return g_strdup_printf("%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x %s %s",
                           (guint64)region->start, (guint64)region->end, region->perms,
                           region->name);
}

static const struct view_key regions_keys[] = {
    {.action = ACTION_BACK}, {.action = ACTION_FILTER},  {ACTION_SORT_RIGHT, .applies = view_sorts},
    {.action = ACTION_COPY}, {.action = ACTION_REFRESH}, {.action = ACTION_NONE}};

static void regions_free(struct view *base)
{
    struct regions_screen *screen = view_of(struct regions_screen, base);

    table_free(screen->table);
    sample_unref(screen->memory);
    g_array_unref(screen->list.rows);
    g_free(screen);
}

const struct view_ops regions_screen_ops = {
    .name = "mappings",
    .draw = regions_draw,
    .update = regions_update,
    .keys = regions_keys,
    .table = regions_table,
    .copy = regions_copy,
    .free = regions_free,
};

struct view *regions_screen_new(struct ui *ui, enum region_class cls)
{
    struct regions_screen *screen = g_new0(struct regions_screen, 1);

    screen->base = (struct view){.ops = &regions_screen_ops, .ui = ui};
    screen->cls = cls;
    screen->list.rows = g_array_new(FALSE, FALSE, sizeof(size_t));
    screen->table = table_new(&regions_listing);
    return &screen->base;
}
