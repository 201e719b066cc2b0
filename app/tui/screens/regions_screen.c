#include "app/tui/screens/screens.h"

#include "app/tui/shell/format.h"

#include <string.h>

/* The mappings of one class, one row each. */

struct regions_screen {
    struct view base;
    enum region_class cls;
    struct memory_sample *memory; /* own reference; last one with regions */
    GArray *rows;                 /* size_t: indices into memory->regions */
    struct table *table;
};

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

static const struct table_column columns[] = {
    [REGION_ADDRESS] = {.title = "ADDRESS", .width = 12, .align = TEXT_RIGHT, .drop = 5},
    [REGION_SIZE] = {.title = "SIZE", .width = 6, .align = TEXT_RIGHT, .descending_first = true},
    [REGION_PERMS] = {.title = "PERM", .width = 4, .drop = 4},
    [REGION_RESIDENT] = {.title = "RESIDENT",
                         .width = 8,
                         .align = TEXT_RIGHT,
                         .descending_first = true},
    [REGION_PSS] =
        {.title = "PSS", .width = 6, .align = TEXT_RIGHT, .drop = 3, .descending_first = true},
    [REGION_DIRTY] =
        {.title = "DIRTY", .width = 6, .align = TEXT_RIGHT, .drop = 2, .descending_first = true},
    [REGION_SWAPPED] =
        {.title = "SWAPPED", .width = 7, .align = TEXT_RIGHT, .drop = 1, .descending_first = true},
    [REGION_NAME] = {.title = "NAME", .min_width = 8, .elide = TEXT_ELIDE_MIDDLE},
};

static const struct region *region_at(const void *model, size_t row)
{
    const struct regions_screen *screen = model;

    return &screen->memory->regions[g_array_index(screen->rows, size_t, row)];
}

static int64_t region_value(const struct region *region, size_t column)
{
    switch (column) {
    case REGION_SIZE:
        return (int64_t)(region->end - region->start);
    case REGION_RESIDENT:
        return region->resident_bytes;
    case REGION_PSS:
        return region->pss_bytes;
    case REGION_DIRTY:
        return region->dirty_bytes;
    case REGION_SWAPPED:
        return region->swapped_bytes;
    default:
        return 0;
    }
}

static void region_cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct region *region = region_at(model, row);

    bool types = ((const struct regions_screen *)model)->memory->regions_are_types;

    if (types && (column == REGION_ADDRESS || column == REGION_PERMS))
        g_string_assign(ret->text, "-");
    else if (column == REGION_ADDRESS)
        g_string_printf(ret->text, "%" G_GINT64_MODIFIER "x", (guint64)region->start);
    else if (column == REGION_PERMS)
        g_string_assign(ret->text, region->perms);
    else if (column == REGION_NAME && types)
        g_string_printf(ret->text, "%s: %s region%s", region->name,
                        format_count(region->count).text, region->count == 1 ? "" : "s");
    else if (column == REGION_NAME)
        g_string_assign(ret->text, *region->name != '\0' ? region->name : "(anonymous)");
    else
        g_string_assign(ret->text, format_bytes(region_value(region, column)).text);
}

static int region_compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct region *x = region_at(model, a), *y = region_at(model, b);

    if (column == REGION_ADDRESS)
        return x->start < y->start ? -1 : x->start > y->start;
    if (column == REGION_PERMS)
        return strcmp(x->perms, y->perms);
    if (column == REGION_NAME)
        return strcmp(x->name, y->name);
    int64_t vx = region_value(x, column), vy = region_value(y, column);

    return vx < vy ? -1 : vx > vy;
}

static uint64_t region_key(const void *model, size_t row)
{
    const struct region *region = region_at(model, row);

    /* a type of vmmap has no address, but a name that no other has */
    return (region->start != 0 ? region->start : (uint64_t)g_str_hash(region->name)) | 1;
}

static void region_filter(const void *model, size_t row, GString *out)
{
    const struct region *region = region_at(model, row);

    g_string_append_printf(out, "%s %s", region->perms, region->name);
}

static const struct table_ops table_ops = {.cell = region_cell,
                                           .compare = region_compare,
                                           .key = region_key,
                                           .filter_text = region_filter};

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
    g_array_set_size(screen->rows, 0);
    for (size_t i = 0; i < newest->n_regions; i++)
        if (newest->regions[i].cls == screen->cls)
            g_array_append_val(screen->rows, i);
    table_set_model(screen->table, screen, screen->rows->len);
}

/* What malloc has in its pages (vmmap tells it), above the pages; the lines it took. */
static int draw_zones(struct regions_screen *screen, const struct canvas *canvas, TickitRect area)
{
    enum { SHOWN = 3 };
    const struct memory_sample *memory = screen->memory;
    size_t n = memory != NULL && screen->cls == REGION_C_HEAP ? memory->n_zones : 0;
    int lines = (int)MIN(n, (size_t)MIN(SHOWN, MAX(area.lines / 3, 0)));

    for (int i = 0; i < lines; i++) {
        const struct malloc_zone *zone = &memory->zones[i];

        text_drawf(canvas, area.top + i, area.left + 1, area.cols - 1, THEME_TEXT,
                   "%s: %s allocated in %s pieces, %s dirty, %s swapped", zone->name,
                   format_bytes(zone->allocated_bytes).text, format_count(zone->allocations).text,
                   format_bytes(zone->dirty_bytes).text, format_bytes(zone->swapped_bytes).text);
    }
    return lines;
}

static void regions_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct regions_screen *screen = view_of(struct regions_screen, base);
    char right[96];

    g_snprintf(right, sizeof right, "%s: %s %s, read %s", region_class_name(screen->cls),
               format_count((int64_t)screen->rows->len).text,
               screen->memory != NULL && screen->memory->regions_are_types ? "types" : "mappings",
               screen->memory != NULL
                   ? format_age(ui_now(base->ui), screen->memory->regions_us).text
                   : "never");
    screen_title(base->ui, canvas, area, right);
    int zones =
        draw_zones(screen, canvas, (TickitRect){area.top + 1, area.left, area.lines, area.cols});

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
    const struct region *region = region_at(screen, row);

    return g_strdup_printf("%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x %s %s",
                           (guint64)region->start, (guint64)region->end, region->perms,
                           region->name);
}

static const enum action regions_hints[] = {ACTION_BACK, ACTION_FILTER,  ACTION_SORT_RIGHT,
                                            ACTION_COPY, ACTION_REFRESH, ACTION_NONE};

static void regions_free(struct view *base)
{
    struct regions_screen *screen = view_of(struct regions_screen, base);

    table_free(screen->table);
    sample_unref(screen->memory);
    g_array_unref(screen->rows);
    g_free(screen);
}

static const struct view_ops ops = {
    .name = "mappings",
    .draw = regions_draw,
    .update = regions_update,
    .fixed_hints = regions_hints,
    .table = regions_table,
    .copy = regions_copy,
    .free = regions_free,
};

struct view *regions_screen_new(struct ui *ui, enum region_class cls)
{
    struct regions_screen *screen = g_new0(struct regions_screen, 1);

    screen->base = (struct view){.ops = &ops, .ui = ui};
    screen->cls = cls;
    screen->rows = g_array_new(FALSE, FALSE, sizeof(size_t));
    screen->table = table_new(&table_ops, columns, G_N_ELEMENTS(columns), REGION_RESIDENT);
    return &screen->base;
}
