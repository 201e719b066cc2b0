#include "app/tui/views/memory_regions.h"

#include "app/tui/shell/format.h"

#include <math.h>
#include <string.h>

enum {
    COLUMN_TYPE,
    COLUMN_VIRTUAL,
    COLUMN_RESIDENT,
    COLUMN_GROWN,
    COLUMN_PSS,
    COLUMN_DIRTY,
    COLUMN_SWAPPED,
    COLUMN_COUNT,
    COLUMN_COUNT_GROWN
};

static const struct table_column columns[] = {
    [COLUMN_TYPE] = {.title = "REGION TYPE", .min_width = 10},
    [COLUMN_VIRTUAL] =
        {.title = "VIRTUAL", .width = 8, .align = TEXT_RIGHT, .drop = 4, .descending_first = true},
    [COLUMN_RESIDENT] = {.title = "RESIDENT",
                         .width = 9,
                         .align = TEXT_RIGHT,
                         .descending_first = true},
    [COLUMN_GROWN] =
        {.title = "SINCE m", .width = 8, .align = TEXT_RIGHT, .drop = 1, .descending_first = true},
    [COLUMN_PSS] =
        {.title = "PSS", .width = 6, .align = TEXT_RIGHT, .drop = 7, .descending_first = true},
    [COLUMN_DIRTY] =
        {.title = "DIRTY", .width = 6, .align = TEXT_RIGHT, .drop = 3, .descending_first = true},
    [COLUMN_SWAPPED] =
        {.title = "SWAPPED", .width = 8, .align = TEXT_RIGHT, .drop = 2, .descending_first = true},
    [COLUMN_COUNT] = {.title = "COUNT", .width = 7, .align = TEXT_RIGHT, .descending_first = true},
    [COLUMN_COUNT_GROWN] =
        {.title = "SINCE m", .width = 8, .align = TEXT_RIGHT, .drop = 5, .descending_first = true},
};

static const struct region_row *row_at(const void *model, size_t row)
{
    return &((const struct region_rows *)model)->rows[row];
}

static int64_t value_of(const struct region_row *row, size_t column)
{
    switch (column) {
    case COLUMN_VIRTUAL:
        return row->totals.virtual_bytes;
    case COLUMN_RESIDENT:
        return row->totals.resident_bytes;
    case COLUMN_GROWN:
        return row->growth.resident_bytes;
    case COLUMN_PSS:
        return row->totals.pss_bytes;
    case COLUMN_DIRTY:
        return row->totals.dirty_bytes;
    case COLUMN_SWAPPED:
        return row->totals.swapped_bytes;
    case COLUMN_COUNT_GROWN:
        return row->growth.count;
    default:
        return row->totals.count;
    }
}

static void growth_cell(int64_t growth, const char *text, struct table_cell *ret)
{
    g_string_assign(ret->text, growth != 0 ? text : "0");
    ret->role = growth > 0 ? THEME_LOOK : THEME_DIM;
}

static void type_cell(const struct region_rows *rows, const struct region_row *row,
                      struct table_cell *ret)
{
    const char *words = region_class_vmmap_name(row->cls);

    g_string_assign(ret->text, region_class_name(row->cls));
    if (rows->by_vmmap && g_ascii_strcasecmp(words, region_class_name(row->cls)) != 0)
        g_string_append_printf(ret->text, "  %s", words);
}

static void region_cell(const void *model, size_t index, size_t column, struct table_cell *ret)
{
    const struct region_row *row = row_at(model, index);
    int64_t value = value_of(row, column);

    if (column == COLUMN_TYPE)
        type_cell(model, row, ret);
    else if (column == COLUMN_COUNT)
        g_string_assign(ret->text, format_count(value).text);
    else if (column == COLUMN_GROWN)
        growth_cell(value, format_bytes_signed(value).text, ret);
    else if (column == COLUMN_COUNT_GROWN)
        growth_cell(value, format_count_signed(value).text, ret);
    else
        g_string_assign(ret->text, format_bytes(value).text);
    if (column == COLUMN_SWAPPED && value > 0)
        ret->role = THEME_LOOK;
}

static int region_compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct region_row *x = row_at(model, a), *y = row_at(model, b);

    if (column == COLUMN_TYPE)
        return strcmp(region_class_name(x->cls), region_class_name(y->cls));
    int64_t vx = value_of(x, column), vy = value_of(y, column);

    return vx < vy ? -1 : vx > vy;
}

static uint64_t region_key(const void *model, size_t row)
{
    return (uint64_t)row_at(model, row)->cls + 1;
}

static void region_filter(const void *model, size_t row, GString *out)
{
    g_string_append(out, region_class_name(row_at(model, row)->cls));
}

static const struct table_ops table_ops = {
    .cell = region_cell,
    .compare = region_compare,
    .key = region_key,
    .filter_text = region_filter,
};

struct table *region_rows_table_new(void)
{
    return table_new(&table_ops, columns, G_N_ELEMENTS(columns), COLUMN_RESIDENT);
}

void region_rows_take(struct region_rows *rows, const struct memory_sample *memory)
{
    *rows = (struct region_rows){
        .since_us = memory != NULL ? memory->growth_since_us : 0,
        .by_vmmap = memory != NULL && memory->regions_are_types,
    };
    for (int c = 0; memory != NULL && memory->regions_us != 0 && c < REGION_N_CLASSES; c++)
        if (memory->classes[c].count > 0 || memory->growth[c].count != 0)
            rows->rows[rows->n++] = (struct region_row){.cls = (enum region_class)c,
                                                        .totals = memory->classes[c],
                                                        .growth = memory->growth[c]};
}

char *region_rows_text(const struct region_rows *rows, size_t row)
{
    const struct region_row *r = row_at(rows, row);

    return g_strdup_printf("%s: resident %s (%s), %s regions (%s)", region_class_name(r->cls),
                           format_bytes(r->totals.resident_bytes).text,
                           format_bytes_signed(r->growth.resident_bytes).text,
                           format_count(r->totals.count).text,
                           format_count_signed(r->growth.count).text);
}

/* --- what is left ---------------------------------------------------------------------------- */

/* Of a limit, or of the machine's memory, this much used is worth a look, or bad. */
static const double look_share = 0.8, bad_share = 0.95;
/* Rules of thumb for PSI (os-reference 7): noticeable, thrashing. */
static const double look_some_percent = 10, bad_full_percent = 5;

static enum theme_role worse(enum theme_role role, enum theme_role other)
{
    if (role == THEME_BAD || other == THEME_BAD)
        return THEME_BAD;
    return role == THEME_LOOK || other == THEME_LOOK ? THEME_LOOK : THEME_TEXT;
}

static enum theme_role share_role(double share)
{
    if (share >= bad_share)
        return THEME_BAD;
    return share >= look_share ? THEME_LOOK : THEME_TEXT;
}

static enum theme_role add_cgroup(GString *out, const struct memory_pressure *p)
{
    if (p->cgroup_limit_bytes == SAMPLE_UNKNOWN || p->cgroup_limit_bytes <= 0 ||
        p->cgroup_used_bytes == SAMPLE_UNKNOWN)
        return THEME_TEXT;
    double share = (double)p->cgroup_used_bytes / (double)p->cgroup_limit_bytes;

    g_string_append_printf(out, "cgroup %s of %s (%.0f%%)  ",
                           format_bytes(p->cgroup_used_bytes).text,
                           format_bytes(p->cgroup_limit_bytes).text, share * 100);
    if (p->cgroup_oom_kills > 0)
        g_string_append_printf(out, "%s killed for memory  ",
                               format_count(p->cgroup_oom_kills).text);
    return p->cgroup_oom_kills > 0 ? THEME_BAD : share_role(share);
}

static enum theme_role add_machine(GString *out, const struct memory_pressure *p)
{
    if (p->available_bytes == SAMPLE_UNKNOWN || p->total_bytes <= 0)
        return THEME_TEXT;
    enum theme_role role = share_role(1 - (double)p->available_bytes / (double)p->total_bytes);

    if (role != THEME_TEXT)
        g_string_append_printf(out, "machine: %s of %s left  ",
                               format_bytes(p->available_bytes).text,
                               format_bytes(p->total_bytes).text);
    return role;
}

static enum theme_role add_stalls(GString *out, const struct memory_pressure *p)
{
    bool bad = !isnan(p->full_percent) && p->full_percent >= bad_full_percent;

    if (!bad && (isnan(p->some_percent) || p->some_percent < look_some_percent))
        return THEME_TEXT;
    g_string_append_printf(out, "tasks wait for memory %.0f%% of the time  ", p->some_percent);
    return bad ? THEME_BAD : THEME_LOOK;
}

char *memory_pressure_text(const struct memory_pressure *pressure, enum theme_role *ret_role)
{
    g_autoptr(GString) out = g_string_new(NULL);
    enum theme_role role = add_cgroup(out, pressure);

    role = worse(role, add_machine(out, pressure));
    role = worse(role, add_stalls(out, pressure));
    *ret_role = role;
    return out->len > 0 ? g_strdup(g_strchomp(out->str)) : NULL;
}
