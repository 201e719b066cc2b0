#include "app/tui/screens/compare_tables.h"

#include "app/tui/shell/format.h"

#include <math.h>
#include <string.h>

/* --- cells they share ----------------------------------------------------------------------- */

enum { PAIR_BEFORE, PAIR_AFTER, PAIR_GROWTH, PAIR_RATE };

static enum theme_role growth_role(int64_t growth)
{
    if (growth == SAMPLE_UNKNOWN || growth == 0)
        return THEME_DIM;
    return growth > 0 ? THEME_LOOK : THEME_GOOD;
}

static struct format_text value_text(int64_t value, bool bytes)
{
    return bytes ? format_bytes(value) : format_count(value);
}

static struct format_text signed_text(int64_t value, bool bytes)
{
    return bytes ? format_bytes_signed(value) : format_count_signed(value);
}

static void rate_cell(const struct comparison *comparison, int64_t growth, bool bytes,
                      struct table_cell *ret)
{
    double rate = compare_per_hour(comparison, growth);

    if (growth == 0 || isnan(rate) || fabs(rate) > 9e17)
        return;
    g_string_printf(ret->text, "%s/h", signed_text((int64_t)rate, bytes).text);
    ret->role = growth_role(growth);
}

static void pair_cell(const struct comparison *comparison, struct compare_pair pair, bool bytes,
                      int which, struct table_cell *ret)
{
    int64_t growth = compare_growth(pair);

    if (which == PAIR_RATE) {
        rate_cell(comparison, growth, bytes, ret);
    } else if (which == PAIR_GROWTH) {
        g_string_assign(ret->text, signed_text(growth, bytes).text);
        ret->role = growth_role(growth);
    } else {
        g_string_assign(ret->text,
                        value_text(which == PAIR_BEFORE ? pair.before : pair.after, bytes).text);
    }
}

static int order_numbers(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int order_pairs(struct compare_pair a, struct compare_pair b, int which)
{
    if (which == PAIR_BEFORE)
        return order_numbers(a.before, b.before);
    return which == PAIR_AFTER ? order_numbers(a.after, b.after)
                               : order_numbers(compare_growth(a), compare_growth(b));
}

static int order_rows(size_t a, size_t b)
{
    return a < b ? -1 : a > b;
}

#define NUMBER_COLUMN(name, cols, goes)                                                            \
    {                                                                                              \
        .title = (name), .width = (cols), .align = TEXT_RIGHT, .drop = (goes),                     \
        .descending_first = true                                                                   \
    }

/* --- summary -------------------------------------------------------------------------------- */

static const struct table_column summary_columns[] = {
    {.title = "WHAT", .min_width = 14, .unsortable = true},
    NUMBER_COLUMN("BEFORE", 11, 0),
    NUMBER_COLUMN("AFTER", 11, 0),
    NUMBER_COLUMN("CHANGE", 11, 0),
    NUMBER_COLUMN("PER HOUR", 13, 1),
};

static void summary_cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct comparison *comparison = model;
    enum metric number = (enum metric)row;

    if (column == 0)
        g_string_assign(ret->text, metric_info(number)->words);
    else
        pair_cell(comparison, comparison->numbers[row], metric_is_bytes(number), (int)column - 1,
                  ret);
}

static int summary_compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct comparison *comparison = model;

    return column == 0
               ? order_rows(a, b)
               : order_pairs(comparison->numbers[a], comparison->numbers[b], (int)column - 1);
}

static uint64_t summary_key(const void *model, size_t row)
{
    (void)model;
    return row + 1;
}

static void summary_filter(const void *model, size_t row, GString *out)
{
    (void)model;
    g_string_append(out, metric_info((enum metric)row)->words);
}

static const struct table_ops summary_ops = {.cell = summary_cell,
                                             .compare = summary_compare,
                                             .key = summary_key,
                                             .filter_text = summary_filter};

/* --- goroutines ----------------------------------------------------------------------------- */

enum { STACK_CHANGE, STACK_BEFORE, STACK_AFTER, STACK_STATE, STACK_WAIT, STACK_WHERE };

static const struct table_column stack_columns[] = {
    [STACK_CHANGE] = NUMBER_COLUMN("CHANGE", 8, 0),
    [STACK_BEFORE] = NUMBER_COLUMN("BEFORE", 7, 3),
    [STACK_AFTER] = NUMBER_COLUMN("AFTER", 7, 0),
    [STACK_STATE] = {.title = "STATE", .width = 16, .drop = 2},
    [STACK_WAIT] = NUMBER_COLUMN("WAIT", 6, 4),
    [STACK_WHERE] = {.title = "WHERE", .min_width = 16, .elide = TEXT_ELIDE_FUNCTION},
};

static const struct compare_bucket *bucket_at(const void *model, size_t row)
{
    return &g_array_index(((const struct comparison *)model)->buckets, struct compare_bucket, row);
}

static const char *where(const struct goroutine_bucket *bucket)
{
    return bucket->site < bucket->n_frames ? bucket->frames[bucket->site].function : "";
}

static const char *state(const struct goroutine_bucket *bucket)
{
    return *bucket->state != '\0' ? bucket->state : goroutine_category_name(bucket->category);
}

static void stack_cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct compare_bucket *bucket = bucket_at(model, row);

    switch (column) {
    case STACK_CHANGE:
        pair_cell(model, bucket->count, false, PAIR_GROWTH, ret);
        break;
    case STACK_BEFORE:
        pair_cell(model, bucket->count, false, PAIR_BEFORE, ret);
        break;
    case STACK_AFTER:
        pair_cell(model, bucket->count, false, PAIR_AFTER, ret);
        break;
    case STACK_STATE:
        g_string_assign(ret->text, state(bucket->bucket));
        break;
    case STACK_WAIT:
        if (bucket->wait_max_minutes > 0)
            g_string_assign(ret->text, format_duration((double)bucket->wait_max_minutes * 60).text);
        break;
    default:
        g_string_assign(ret->text, where(bucket->bucket));
    }
}

static int stack_compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct compare_bucket *x = bucket_at(model, a), *y = bucket_at(model, b);

    switch (column) {
    case STACK_BEFORE:
        return order_pairs(x->count, y->count, PAIR_BEFORE);
    case STACK_AFTER:
        return order_pairs(x->count, y->count, PAIR_AFTER);
    case STACK_STATE:
        return strcmp(state(x->bucket), state(y->bucket));
    case STACK_WAIT:
        return order_numbers(x->wait_max_minutes, y->wait_max_minutes);
    case STACK_WHERE:
        return strcmp(where(x->bucket), where(y->bucket));
    default:
        return order_pairs(x->count, y->count, PAIR_GROWTH);
    }
}

static uint64_t stack_key(const void *model, size_t row)
{
    return bucket_at(model, row)->key;
}

static void stack_filter(const void *model, size_t row, GString *out)
{
    const struct goroutine_bucket *bucket = bucket_at(model, row)->bucket;

    g_string_append(out, state(bucket));
    for (size_t i = 0; i < bucket->n_frames; i++)
        g_string_append_printf(out, " %s", bucket->frames[i].function);
}

static const struct table_ops stack_ops = {
    .cell = stack_cell, .compare = stack_compare, .key = stack_key, .filter_text = stack_filter};

/* --- files: templates and paths have the same columns ----------------------------------------- */

enum { PATH_CHANGE, PATH_BEFORE, PATH_AFTER, PATH_TYPE, PATH_TEXT };

static const struct table_column path_columns[] = {
    [PATH_CHANGE] = NUMBER_COLUMN("CHANGE", 8, 0),
    [PATH_BEFORE] = NUMBER_COLUMN("BEFORE", 8, 2),
    [PATH_AFTER] = NUMBER_COLUMN("AFTER", 8, 0),
    [PATH_TYPE] = {.title = "TYPE", .width = 9, .drop = 1},
    [PATH_TEXT] = {.title = "PATH", .min_width = 20, .elide = TEXT_ELIDE_MIDDLE},
};

static void one_path_cell(const struct comparison *comparison, const struct compare_path *path,
                          size_t column, struct table_cell *ret)
{
    switch (column) {
    case PATH_CHANGE:
        pair_cell(comparison, path->count, false, PAIR_GROWTH, ret);
        break;
    case PATH_BEFORE:
        pair_cell(comparison, path->count, false, PAIR_BEFORE, ret);
        break;
    case PATH_AFTER:
        pair_cell(comparison, path->count, false, PAIR_AFTER, ret);
        break;
    case PATH_TYPE:
        g_string_assign(ret->text, fd_type_label(path->type));
        break;
    default:
        g_string_assign(ret->text, path->text);
    }
}

static int one_path_compare(const struct compare_path *x, const struct compare_path *y,
                            size_t column)
{
    switch (column) {
    case PATH_BEFORE:
        return order_pairs(x->count, y->count, PAIR_BEFORE);
    case PATH_AFTER:
        return order_pairs(x->count, y->count, PAIR_AFTER);
    case PATH_TYPE:
        return strcmp(fd_type_label(x->type), fd_type_label(y->type));
    case PATH_TEXT:
        return strcmp(x->text, y->text);
    default:
        return order_pairs(x->count, y->count, PAIR_GROWTH);
    }
}

/* FNV-1a; a path's place in the list changes, its text does not. */
static uint64_t text_key(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash | 1;
}

#define PATH_TABLE(name, member)                                                                   \
    static const struct compare_path *name##_at(const void *model, size_t row)                     \
    {                                                                                              \
        return &g_array_index(((const struct comparison *)model)->member, struct compare_path,     \
                              row);                                                                \
    }                                                                                              \
    static void name##_cell(const void *model, size_t row, size_t column, struct table_cell *ret)  \
    {                                                                                              \
        one_path_cell(model, name##_at(model, row), column, ret);                                  \
    }                                                                                              \
    static int name##_compare(const void *model, size_t a, size_t b, size_t column)                \
    {                                                                                              \
        return one_path_compare(name##_at(model, a), name##_at(model, b), column);                 \
    }                                                                                              \
    static uint64_t name##_key(const void *model, size_t row)                                      \
    {                                                                                              \
        return text_key(name##_at(model, row)->text);                                              \
    }                                                                                              \
    static void name##_filter(const void *model, size_t row, GString *out)                         \
    {                                                                                              \
        g_string_append(out, name##_at(model, row)->text);                                         \
    }                                                                                              \
    static const struct table_ops name##_ops = {.cell = name##_cell,                               \
                                                .compare = name##_compare,                         \
                                                .key = name##_key,                                 \
                                                .filter_text = name##_filter}

PATH_TABLE(path, paths);
PATH_TABLE(template, templates);

/* --- memory map ----------------------------------------------------------------------------- */

enum {
    MAP_CLASS,
    MAP_RESIDENT,
    MAP_RESIDENT_CHANGE,
    MAP_VIRTUAL_CHANGE,
    MAP_COUNT,
    MAP_COUNT_CHANGE
};

static const struct table_column map_columns[] = {
    [MAP_CLASS] = {.title = "REGIONS OF", .min_width = 14},
    [MAP_RESIDENT] = NUMBER_COLUMN("RESIDENT", 9, 2),
    [MAP_RESIDENT_CHANGE] = NUMBER_COLUMN("CHANGE", 9, 0),
    [MAP_VIRTUAL_CHANGE] = NUMBER_COLUMN("VIRTUAL+-", 11, 1),
    [MAP_COUNT] = NUMBER_COLUMN("COUNT", 8, 3),
    [MAP_COUNT_CHANGE] = NUMBER_COLUMN("COUNT+-", 9, 0),
};

static const struct compare_regions *regions_at(const void *model, size_t row)
{
    return &g_array_index(((const struct comparison *)model)->regions, struct compare_regions, row);
}

static void map_cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct compare_regions *regions = regions_at(model, row);

    switch (column) {
    case MAP_CLASS:
        g_string_assign(ret->text, region_class_name(regions->cls));
        break;
    case MAP_RESIDENT:
        pair_cell(model, regions->resident_bytes, true, PAIR_AFTER, ret);
        break;
    case MAP_RESIDENT_CHANGE:
        pair_cell(model, regions->resident_bytes, true, PAIR_GROWTH, ret);
        break;
    case MAP_VIRTUAL_CHANGE:
        pair_cell(model, regions->virtual_bytes, true, PAIR_GROWTH, ret);
        break;
    case MAP_COUNT:
        pair_cell(model, regions->count, false, PAIR_AFTER, ret);
        break;
    default:
        pair_cell(model, regions->count, false, PAIR_GROWTH, ret);
    }
}

static int map_compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct compare_regions *x = regions_at(model, a), *y = regions_at(model, b);

    switch (column) {
    case MAP_CLASS:
        return strcmp(region_class_name(x->cls), region_class_name(y->cls));
    case MAP_RESIDENT:
        return order_pairs(x->resident_bytes, y->resident_bytes, PAIR_AFTER);
    case MAP_RESIDENT_CHANGE:
        return order_pairs(x->resident_bytes, y->resident_bytes, PAIR_GROWTH);
    case MAP_VIRTUAL_CHANGE:
        return order_pairs(x->virtual_bytes, y->virtual_bytes, PAIR_GROWTH);
    case MAP_COUNT:
        return order_pairs(x->count, y->count, PAIR_AFTER);
    default:
        return order_pairs(x->count, y->count, PAIR_GROWTH);
    }
}

static uint64_t map_key(const void *model, size_t row)
{
    return (uint64_t)regions_at(model, row)->cls + 1;
}

static void map_filter(const void *model, size_t row, GString *out)
{
    g_string_append(out, region_class_name(regions_at(model, row)->cls));
}

static const struct table_ops map_ops = {
    .cell = map_cell, .compare = map_compare, .key = map_key, .filter_text = map_filter};

/* --- all of them ---------------------------------------------------------------------------- */

static const struct {
    const struct table_ops *ops;
    const struct table_column *columns;
    size_t n, sort;
} tables[COMPARE_N_VIEWS] = {
    [COMPARE_VIEW_SUMMARY] = {&summary_ops, summary_columns, G_N_ELEMENTS(summary_columns), 0},
    [COMPARE_VIEW_GOROUTINES] = {&stack_ops, stack_columns, G_N_ELEMENTS(stack_columns),
                                 STACK_CHANGE},
    [COMPARE_VIEW_TEMPLATES] = {&template_ops, path_columns, G_N_ELEMENTS(path_columns),
                                PATH_CHANGE},
    [COMPARE_VIEW_PATHS] = {&path_ops, path_columns, G_N_ELEMENTS(path_columns), PATH_CHANGE},
    [COMPARE_VIEW_MAP] = {&map_ops, map_columns, G_N_ELEMENTS(map_columns), MAP_RESIDENT_CHANGE},
};

struct table *compare_table_new(enum compare_view view)
{
    return table_new(tables[view].ops, tables[view].columns, tables[view].n, tables[view].sort);
}

size_t compare_table_rows(const struct comparison *comparison, enum compare_view view)
{
    const size_t rows[COMPARE_N_VIEWS] = {
        [COMPARE_VIEW_SUMMARY] = METRIC_N_COMPARED,
        [COMPARE_VIEW_GOROUTINES] = comparison->buckets->len,
        [COMPARE_VIEW_TEMPLATES] = comparison->templates->len,
        [COMPARE_VIEW_PATHS] = comparison->paths->len,
        [COMPARE_VIEW_MAP] = comparison->regions->len,
    };

    return rows[view];
}

const char *compare_table_empty(const struct comparison *comparison, enum compare_view view)
{
    switch (view) {
    case COMPARE_VIEW_GOROUTINES:
        return comparison->has_goroutines
                   ? "The same goroutines in both: none came, none went."
                   : "One of the two snapshots holds no goroutines: nothing to compare.";
    case COMPARE_VIEW_TEMPLATES:
    case COMPARE_VIEW_PATHS:
        return comparison->has_files
                   ? "The same files are open in both."
                   : "One of the two snapshots holds no open files: nothing to compare.";
    default:
        if (comparison->same_map)
            return "Both snapshots hold the same reading of the memory map: it is read less often "
                   "than the rest. Compare snapshots that are further apart.";
        return comparison->has_map
                   ? "The memory map is the same in both."
                   : "One of the two snapshots holds no memory map: nothing to compare.";
    }
}
