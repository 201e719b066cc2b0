#include "app/lists/functions_list.h"

#include "app/lists/list_values.h"

#include <math.h>
#include <string.h>

static const struct listing_column columns[] = {
    [FUNCTION_FLAT] = {.id = "flat", .title = "FLAT", .kind = LISTING_AMOUNT, .width = 8},
    [FUNCTION_FLAT_SHARE] =
        {.id = "flat_percent", .title = "FLAT%", .kind = LISTING_PERCENT, .width = 6, .drop = 3},
    [FUNCTION_SUM] = {.id = "sum_percent",
                      .title = "SUM%",
                      .kind = LISTING_PERCENT,
                      .width = 6,
                      .drop = 7,
                      .unsortable = true},
    [FUNCTION_CUM] = {.id = "cum", .title = "CUM", .kind = LISTING_AMOUNT, .width = 8, .drop = 4},
    [FUNCTION_CUM_SHARE] =
        {.id = "cum_percent", .title = "CUM%", .kind = LISTING_PERCENT, .width = 6, .drop = 6},
    [FUNCTION_DELTA] = {.id = "delta",
                        .title = "GROWTH",
                        .since = true,
                        .kind = LISTING_CHANGE,
                        .width = 8,
                        .drop = 2},
    [FUNCTION_RATE] = {.id = "delta_per_hour",
                       .title = "PER HOUR",
                       .kind = LISTING_CHANGE,
                       .width = 8,
                       .drop = 5},
    [FUNCTION_CUM_DELTA] =
        {.id = "cum_delta", .title = "CUM GROWTH", .kind = LISTING_CHANGE, .width = 10, .drop = 6},
    [FUNCTION_TREND] =
        {.id = "trend", .title = "OVER TIME", .width = 10, .drop = 5, .unsortable = true},
    [FUNCTION_NAME] = {.id = "function",
                       .title = "FUNCTION",
                       .kind = LISTING_FUNCTION,
                       .min_width = 22},
};

/* --- values --- */

static bool is_bytes(const char *unit)
{
    return strcmp(unit, "bytes") == 0;
}

void profile_value_text(int64_t value, const char *unit, char out[MEASUREMENT_TEXT_MAX])
{
    if (value != 0 && is_bytes(unit))
        g_strlcpy(out, number_bytes(value).text, MEASUREMENT_TEXT_MAX);
    else if (strcmp(unit, "count") == 0)
        g_strlcpy(out, number_count(value).text, MEASUREMENT_TEXT_MAX);
    else
        measurement_label(value, unit, "auto", out);
}

void profile_delta_text(double value, const char *unit, char out[MEASUREMENT_TEXT_MAX])
{
    int64_t whole = fabs(value) < 9.2e18 ? llround(value) : value < 0 ? INT64_MIN + 1 : INT64_MAX;

    if (is_bytes(unit)) {
        g_strlcpy(out, number_bytes_signed(whole).text, MEASUREMENT_TEXT_MAX);
    } else if (measurement_same_family(unit, "nanoseconds")) {
        char plain[MEASUREMENT_TEXT_MAX];

        measurement_label(whole, unit, "auto", plain);
        g_snprintf(out, MEASUREMENT_TEXT_MAX, "%s%s", whole > 0 ? "+" : "", plain);
    } else {
        g_strlcpy(out, number_count_signed(whole).text, MEASUREMENT_TEXT_MAX);
    }
}

static enum theme_role role_of_change(double value)
{
    if (isnan(value) || value == 0)
        return THEME_DIM;
    return value > 0 ? THEME_LOOK : THEME_GOOD;
}

void list_profile_value(struct listing_value *value, int64_t n, const char *unit)
{
    char text[MEASUREMENT_TEXT_MAX];

    value->n = MAX(n, INT64_MIN + 1); /* of a damaged profile: large, not unknown */
    if (listing_is_order(value))
        return;
    profile_value_text(n, unit, text);
    listing_say(value, "%s", text);
}

void list_profile_change(struct listing_value *value, double change, const char *unit)
{
    char text[MEASUREMENT_TEXT_MAX];

    value->x = change;
    value->role = role_of_change(change);
    if (isnan(change) || listing_is_order(value))
        return;
    profile_delta_text(change, unit, text);
    listing_say(value, "%s", text);
}

/* --- the list --- */

static const struct profile_row *row_at(const void *model, size_t row)
{
    return &((const struct functions_list *)model)->rows->rows[row];
}

static void take_share(const struct profile_rows *rows, int64_t part, struct listing_value *ret)
{
    double total = (double)rows->report->total;
    char text[MEASUREMENT_TEXT_MAX];

    ret->x = total > 0 || total < 0 ? fabs(100 * (double)part / total) : 0;
    if (listing_is_order(ret))
        return;
    measurement_percentage(part, rows->report->total, text);
    /* of less the digits would not fit into the column, and half a number is none */
    listing_say(ret, "%s", ret->x > 0 && ret->x < 0.01 ? "<0.01%" : text);
}

static double delta_of(const struct profile_rows *rows, const struct profile_row *row)
{
    return rows->compared ? (double)row->flat - (double)row->base_flat : NAN;
}

/* Beside its function a file needs no folders: there is room for one of the two. */
static void append_name(const struct profile_row *row, GString *out)
{
    const char *path =
        *row->function != '\0' && *row->file != '\0' ? strstr(row->name, row->file) : NULL;
    const char *slash = path != NULL ? strrchr(row->file, '/') : NULL;

    if (slash == NULL) {
        g_string_append(out, row->name);
        return;
    }
    g_string_append_len(out, row->name, path - row->name);
    g_string_append(out, path + (slash + 1 - row->file));
}

static void take_name(const struct profile_row *row, struct listing_value *ret)
{
    g_autoptr(GString) name = g_string_new(NULL);

    append_name(row, name);
    listing_say(ret, "%s", name->str);
    if (row->inlined == TOP_INLINE_FULL)
        listing_note(ret, " (inline)");
    else if (row->inlined == TOP_INLINE_PARTIAL)
        listing_note(ret, " (partial-inline)");
}

static void value(const void *model, size_t index, size_t column, struct listing_value *ret)
{
    const struct functions_list *list = model;
    const struct profile_rows *rows = list->rows;
    const struct profile_row *row = row_at(model, index);
    const char *unit = rows->report->unit;

    switch (column) {
    case FUNCTION_FLAT:
        list_profile_value(ret, row->flat, unit);
        break;
    case FUNCTION_FLAT_SHARE:
        take_share(rows, row->flat, ret);
        break;
    case FUNCTION_SUM:
        take_share(rows, row->running, ret);
        ret->role = THEME_DIM;
        break;
    case FUNCTION_CUM:
        list_profile_value(ret, row->cum, unit);
        break;
    case FUNCTION_CUM_SHARE:
        take_share(rows, row->cum, ret);
        break;
    case FUNCTION_DELTA:
        list_profile_change(ret, delta_of(rows, row), unit);
        break;
    case FUNCTION_RATE:
        list_profile_change(ret, delta_of(rows, row) / rows->hours, unit);
        break;
    case FUNCTION_CUM_DELTA:
        list_profile_change(ret, rows->compared ? (double)row->cum - (double)row->base_cum : NAN,
                            unit);
        break;
    case FUNCTION_TREND: {
        g_autoptr(GString) trend = g_string_new(NULL);

        if (list->trend != NULL)
            list->trend(list->user, row->name, trend);
        listing_say(ret, "%s", trend->str);
        break;
    }
    default:
        take_name(row, ret);
    }
}

uint64_t functions_list_key(const char *name)
{
    return list_key(name, 0);
}

static uint64_t key(const void *model, size_t row)
{
    return functions_list_key(row_at(model, row)->name);
}

/* What is shown of a name beside its file is not all of it. */
static void search(const void *model, size_t row, GString *out)
{
    g_string_append_printf(out, "%s %s", row_at(model, row)->name, row_at(model, row)->file);
}

const struct listing functions_listing = {
    .id = "functions",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = FUNCTION_FLAT,
    .value = value,
    .key = key,
    .search = search,
};

bool functions_list_by_cum(size_t column)
{
    return column == FUNCTION_CUM || column == FUNCTION_CUM_SHARE;
}
