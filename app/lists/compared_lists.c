#include "app/lists/compared_lists.h"

#include "app/lists/list_values.h"
#include "app/triage/goroutine_growth.h"

#include <math.h>

/* --- numbers --- */

enum { NUMBER_WHAT, NUMBER_BEFORE, NUMBER_AFTER, NUMBER_CHANGE, NUMBER_RATE };

static const struct listing_column number_columns[] = {
    [NUMBER_WHAT] = {.id = "what",
                     .title = "WHAT",
                     .kind = LISTING_WORD,
                     .min_width = 14,
                     .max_width = 32,
                     .unsortable = true},
    [NUMBER_BEFORE] = {.id = "before", .title = "BEFORE", .kind = LISTING_COUNT, .width = 11},
    [NUMBER_AFTER] = {.id = "after", .title = "AFTER", .kind = LISTING_COUNT, .width = 11},
    [NUMBER_CHANGE] = {.id = "change",
                       .title = "GROWTH",
                       .kind = LISTING_COUNT_SIGNED,
                       .width = 11},
    [NUMBER_RATE] = {.id = "change_per_hour",
                     .title = "PER HOUR",
                     .kind = LISTING_COUNT_SIGNED,
                     .width = 13,
                     .drop = 1},
};

static void take_number(struct listing_value *ret, int64_t n, bool bytes)
{
    ret->n = n;
    if (bytes)
        listing_say(ret, "%s", number_bytes(n).text);
}

/* Nothing is said of what did not change. */
static void take_rate(const struct comparison *comparison, int64_t change, bool bytes,
                      struct listing_value *ret)
{
    double rate = compare_per_hour(comparison, change);

    ret->text = "";
    if (change == 0)
        ret->n = 0;
    if (change == 0 || isnan(rate) || fabs(rate) > 9e17)
        return;
    list_change(ret, (int64_t)rate);
    listing_say(ret, "%s/h",
                (bytes ? number_bytes_signed(ret->n) : number_count_signed(ret->n)).text);
}

static void number_value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct comparison *comparison = model;
    struct compare_pair pair = comparison->numbers[row];
    bool bytes = metric_is_bytes((enum metric)row);

    switch (column) {
    case NUMBER_WHAT:
        ret->n = (int64_t)row;
        ret->text = metric_info((enum metric)row)->words;
        break;
    case NUMBER_BEFORE:
        take_number(ret, pair.before, bytes);
        break;
    case NUMBER_AFTER:
        take_number(ret, pair.after, bytes);
        break;
    case NUMBER_CHANGE: {
        int64_t change = compare_growth(pair);

        list_change(ret, change);
        if (bytes)
            listing_say(ret, "%s", number_bytes_signed(change).text);
        break;
    }
    default:
        take_rate(comparison, compare_growth(pair), bytes, ret);
    }
}

static uint64_t number_key(const void *model, size_t row)
{
    (void)model;
    return row + 1;
}

const struct listing compared_numbers_listing = {
    .id = "numbers",
    .columns = number_columns,
    .n_columns = G_N_ELEMENTS(number_columns),
    .order = NUMBER_WHAT,
    .value = number_value,
    .key = number_key,
};

/* --- goroutines --- */

enum { STACK_CHANGE, STACK_BEFORE, STACK_AFTER, STACK_STATE, STACK_WAIT, STACK_WHERE };

static const struct listing_column stack_columns[] = {
    [STACK_CHANGE] = {.id = "change", .title = "GROWTH", .kind = LISTING_COUNT_SIGNED, .width = 8},
    [STACK_BEFORE] =
        {.id = "before", .title = "BEFORE", .kind = LISTING_COUNT, .width = 7, .drop = 3},
    [STACK_AFTER] = {.id = "after", .title = "AFTER", .kind = LISTING_COUNT, .width = 7},
    [STACK_STATE] = {.id = "state", .title = "STATE", .min_width = 16, .max_width = 20, .drop = 2},
    [STACK_WAIT] =
        {.id = "wait_s", .title = "WAIT", .kind = LISTING_DURATION, .width = 6, .drop = 4},
    [STACK_WHERE] =
        {.id = "where", .title = "WHERE", .kind = LISTING_FUNCTION, .min_width = 16, .weight = 4},
};

static const struct compare_bucket *bucket_at(const void *model, size_t row)
{
    return &g_array_index(((const struct comparison *)model)->buckets, struct compare_bucket, row);
}

static void stack_value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct compare_bucket *compared = bucket_at(model, row);
    const struct goroutine_bucket *bucket = compared->bucket;

    switch (column) {
    case STACK_CHANGE:
        list_change(ret, compare_growth(compared->count));
        break;
    case STACK_BEFORE:
        ret->n = compared->count.before;
        break;
    case STACK_AFTER:
        ret->n = compared->count.after;
        break;
    case STACK_STATE:
        ret->text = goroutine_bucket_words(bucket);
        break;
    case STACK_WAIT:
        if (compared->wait_max_minutes > 0)
            ret->x = (double)compared->wait_max_minutes * 60;
        else
            ret->text = "";
        break;
    default:
        ret->text = goroutine_site_function(bucket);
    }
}

static uint64_t stack_key(const void *model, size_t row)
{
    return bucket_at(model, row)->key;
}

static void stack_search(const void *model, size_t row, GString *out)
{
    const struct goroutine_bucket *bucket = bucket_at(model, row)->bucket;

    for (size_t i = 0; i < bucket->n_frames; i++)
        g_string_append_printf(out, " %s", bucket->frames[i].function);
}

const struct listing compared_stacks_listing = {
    .id = "stacks",
    .columns = stack_columns,
    .n_columns = G_N_ELEMENTS(stack_columns),
    .order = STACK_CHANGE,
    .value = stack_value,
    .key = stack_key,
    .search = stack_search,
};

/* --- files: templates and paths have the same columns --- */

enum { FILE_CHANGE, FILE_BEFORE, FILE_AFTER, FILE_TYPE, FILE_PATH };

static const struct listing_column file_columns[] = {
    [FILE_CHANGE] = {.id = "change", .title = "GROWTH", .kind = LISTING_COUNT_SIGNED, .width = 8},
    [FILE_BEFORE] =
        {.id = "before", .title = "BEFORE", .kind = LISTING_COUNT, .width = 8, .drop = 2},
    [FILE_AFTER] = {.id = "after", .title = "AFTER", .kind = LISTING_COUNT, .width = 8},
    [FILE_TYPE] = {.id = "type", .title = "TYPE", .width = 9, .drop = 1},
    [FILE_PATH] = {.id = "path", .title = "PATH", .kind = LISTING_PATH, .min_width = 20},
};

static const struct compare_path *path_at(const GArray *paths, size_t row)
{
    return &g_array_index(paths, struct compare_path, row);
}

static void take_file(const struct compare_path *path, size_t column, struct listing_value *ret)
{
    switch (column) {
    case FILE_CHANGE:
        list_change(ret, compare_growth(path->count));
        break;
    case FILE_BEFORE:
        ret->n = path->count.before;
        break;
    case FILE_AFTER:
        ret->n = path->count.after;
        break;
    case FILE_TYPE:
        ret->text = fd_type_label(path->type);
        break;
    default:
        ret->text = path->text;
    }
}

static void path_value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    take_file(path_at(((const struct comparison *)model)->paths, row), column, ret);
}

static void template_value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    take_file(path_at(((const struct comparison *)model)->templates, row), column, ret);
}

static uint64_t path_key(const void *model, size_t row)
{
    return list_key(path_at(((const struct comparison *)model)->paths, row)->text, 0);
}

static uint64_t template_key(const void *model, size_t row)
{
    return list_key(path_at(((const struct comparison *)model)->templates, row)->text, 0);
}

const struct listing compared_paths_listing = {
    .id = "paths",
    .columns = file_columns,
    .n_columns = G_N_ELEMENTS(file_columns),
    .order = FILE_CHANGE,
    .value = path_value,
    .key = path_key,
};

const struct listing compared_templates_listing = {
    .id = "templates",
    .columns = file_columns,
    .n_columns = G_N_ELEMENTS(file_columns),
    .order = FILE_CHANGE,
    .value = template_value,
    .key = template_key,
};

/* --- memory map --- */

enum {
    MAP_CLASS,
    MAP_RESIDENT,
    MAP_RESIDENT_CHANGE,
    MAP_VIRTUAL_CHANGE,
    MAP_COUNT,
    MAP_COUNT_CHANGE
};

static const struct listing_column map_columns[] = {
    [MAP_CLASS] = {.id = "type", .title = "REGIONS OF", .min_width = 14, .max_width = 32},
    [MAP_RESIDENT] =
        {.id = "resident_bytes", .title = "RESIDENT", .kind = LISTING_BYTES, .width = 9, .drop = 2},
    [MAP_RESIDENT_CHANGE] = {.id = "resident_change_bytes",
                             .title = "GROWTH",
                             .kind = LISTING_BYTES_SIGNED,
                             .width = 9},
    [MAP_VIRTUAL_CHANGE] = {.id = "virtual_change_bytes",
                            .title = "VIRTUAL+-",
                            .kind = LISTING_BYTES_SIGNED,
                            .width = 11,
                            .drop = 1},
    [MAP_COUNT] = {.id = "count", .title = "COUNT", .kind = LISTING_COUNT, .width = 8, .drop = 3},
    [MAP_COUNT_CHANGE] = {.id = "count_change",
                          .title = "COUNT+-",
                          .kind = LISTING_COUNT_SIGNED,
                          .width = 9},
};

static const struct compare_regions *regions_at(const void *model, size_t row)
{
    return &g_array_index(((const struct comparison *)model)->regions, struct compare_regions, row);
}

static void map_value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct compare_regions *regions = regions_at(model, row);

    switch (column) {
    case MAP_CLASS:
        ret->text = region_class_name(regions->cls);
        break;
    case MAP_RESIDENT:
        ret->n = regions->resident_bytes.after;
        break;
    case MAP_RESIDENT_CHANGE:
        list_change(ret, compare_growth(regions->resident_bytes));
        break;
    case MAP_VIRTUAL_CHANGE:
        list_change(ret, compare_growth(regions->virtual_bytes));
        break;
    case MAP_COUNT:
        ret->n = regions->count.after;
        break;
    default:
        list_change(ret, compare_growth(regions->count));
    }
}

static uint64_t map_key(const void *model, size_t row)
{
    return (uint64_t)regions_at(model, row)->cls + 1;
}

const struct listing compared_regions_listing = {
    .id = "regions",
    .columns = map_columns,
    .n_columns = G_N_ELEMENTS(map_columns),
    .order = MAP_RESIDENT_CHANGE,
    .value = map_value,
    .key = map_key,
};
