#include "app/tui/views/profile_table.h"

#include "app/tui/shell/format.h"

#include <math.h>
#include <string.h>

const struct table_column profile_columns[PROFILE_N_COLUMNS] = {
    [PROFILE_FLAT] = {.title = "FLAT", .width = 8, .align = TEXT_RIGHT, .descending_first = true},
    [PROFILE_FLAT_SHARE] =
        {.title = "FLAT%", .width = 6, .align = TEXT_RIGHT, .drop = 3, .descending_first = true},
    [PROFILE_SUM] =
        {.title = "SUM%", .width = 6, .align = TEXT_RIGHT, .drop = 7, .unsortable = true},
    [PROFILE_CUM] =
        {.title = "CUM", .width = 8, .align = TEXT_RIGHT, .drop = 4, .descending_first = true},
    [PROFILE_CUM_SHARE] =
        {.title = "CUM%", .width = 6, .align = TEXT_RIGHT, .drop = 6, .descending_first = true},
    [PROFILE_DELTA] =
        {.title = "DELTA", .width = 8, .align = TEXT_RIGHT, .drop = 2, .descending_first = true},
    [PROFILE_RATE] =
        {.title = "PER HOUR", .width = 8, .align = TEXT_RIGHT, .drop = 5, .descending_first = true},
    [PROFILE_CUM_DELTA] = {.title = "CUM DELTA",
                           .width = 9,
                           .align = TEXT_RIGHT,
                           .drop = 6,
                           .descending_first = true},
    [PROFILE_TREND] = {.title = "OVER TIME", .width = 10, .drop = 5, .unsortable = true},
    [PROFILE_FUNCTION] = {.title = "FUNCTION", .min_width = 22, .elide = TEXT_ELIDE_FUNCTION},
};

/* --- values --- */

static bool is_bytes(const char *unit)
{
    return strcmp(unit, "bytes") == 0;
}

void profile_value_text(int64_t value, const char *unit, char out[MEASUREMENT_TEXT_MAX])
{
    measurement_label(value, unit, "auto", out);
}

void profile_delta_text(double value, const char *unit, char out[MEASUREMENT_TEXT_MAX])
{
    int64_t whole = fabs(value) < 9.2e18 ? llround(value) : value < 0 ? INT64_MIN + 1 : INT64_MAX;

    if (is_bytes(unit)) {
        g_strlcpy(out, format_bytes_signed(whole).text, MEASUREMENT_TEXT_MAX);
    } else if (measurement_same_family(unit, "nanoseconds")) {
        char plain[MEASUREMENT_TEXT_MAX];

        measurement_label(whole, unit, "auto", plain);
        g_snprintf(out, MEASUREMENT_TEXT_MAX, "%s%s", whole > 0 ? "+" : "", plain);
    } else {
        g_strlcpy(out, format_count_signed(whole).text, MEASUREMENT_TEXT_MAX);
    }
}

enum theme_role profile_delta_role(double value)
{
    if (isnan(value) || value == 0)
        return THEME_DIM;
    return value > 0 ? THEME_LOOK : THEME_GOOD;
}

/* --- cells --- */

static const struct profile_row *row_at(const void *model, size_t row)
{
    return &((const struct profile_rows *)model)->rows[row];
}

static void value_cell(const struct profile_rows *rows, int64_t value, struct table_cell *ret)
{
    char text[MEASUREMENT_TEXT_MAX];

    profile_value_text(value, rows->report->unit, text);
    g_string_assign(ret->text, text);
}

static void share_cell(const struct profile_rows *rows, int64_t value, struct table_cell *ret)
{
    char text[MEASUREMENT_TEXT_MAX];

    measurement_percentage(value, rows->report->total, text);
    g_string_assign(ret->text, text);
}

static double delta_of(const struct profile_rows *rows, const struct profile_row *row)
{
    return rows->compared ? (double)row->flat - (double)row->base_flat : NAN;
}

static double cum_delta_of(const struct profile_rows *rows, const struct profile_row *row)
{
    return rows->compared ? (double)row->cum - (double)row->base_cum : NAN;
}

static void delta_cell(const struct profile_rows *rows, double value, struct table_cell *ret)
{
    char text[MEASUREMENT_TEXT_MAX] = "-";

    if (!isnan(value))
        profile_delta_text(value, rows->report->unit, text);
    g_string_assign(ret->text, text);
    ret->role = profile_delta_role(value);
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

static void name_cell(const struct profile_row *row, struct table_cell *ret)
{
    append_name(row, ret->text);
    if (row->inlined == TOP_INLINE_FULL)
        g_string_append(ret->text, " (inline)");
    else if (row->inlined == TOP_INLINE_PARTIAL)
        g_string_append(ret->text, " (partial-inline)");
}

static void profile_cell(const void *model, size_t index, size_t column, struct table_cell *ret)
{
    const struct profile_rows *rows = model;
    const struct profile_row *row = row_at(model, index);

    switch (column) {
    case PROFILE_FLAT:
        value_cell(rows, row->flat, ret);
        break;
    case PROFILE_FLAT_SHARE:
        share_cell(rows, row->flat, ret);
        break;
    case PROFILE_SUM:
        share_cell(rows, row->running, ret);
        ret->role = THEME_DIM;
        break;
    case PROFILE_CUM:
        value_cell(rows, row->cum, ret);
        break;
    case PROFILE_CUM_SHARE:
        share_cell(rows, row->cum, ret);
        break;
    case PROFILE_DELTA:
        delta_cell(rows, delta_of(rows, row), ret);
        break;
    case PROFILE_RATE:
        delta_cell(rows, delta_of(rows, row) / rows->hours, ret);
        break;
    case PROFILE_CUM_DELTA:
        delta_cell(rows, cum_delta_of(rows, row), ret);
        break;
    case PROFILE_TREND:
        break;
    default:
        name_cell(row, ret);
        break;
    }
}

/* --- order --- */

static int by_number(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

/* As negative numbers: there is one more of them, so that none overflows. */
static int by_magnitude(int64_t a, int64_t b)
{
    return by_number(b > 0 ? -b : b, a > 0 ? -a : a);
}

static int by_change(double a, double b)
{
    return a < b ? -1 : a > b;
}

static int profile_compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct profile_rows *rows = model;
    const struct profile_row *x = row_at(model, a), *y = row_at(model, b);

    switch (column) {
    case PROFILE_FLAT:
    case PROFILE_FLAT_SHARE:
        return by_magnitude(x->flat, y->flat);
    case PROFILE_CUM:
    case PROFILE_CUM_SHARE:
        return by_magnitude(x->cum, y->cum);
    case PROFILE_DELTA:
    case PROFILE_RATE:
        return by_change(delta_of(rows, x), delta_of(rows, y));
    case PROFILE_CUM_DELTA:
        return by_change(cum_delta_of(rows, x), cum_delta_of(rows, y));
    default:
        return strcmp(x->name, y->name);
    }
}

uint64_t profile_table_key(const char *name)
{
    return ((uint64_t)g_str_hash(name) << 1) | 1;
}

static uint64_t profile_key(const void *model, size_t row)
{
    return profile_table_key(row_at(model, row)->name);
}

static void profile_filter(const void *model, size_t row, GString *out)
{
    g_string_append_printf(out, "%s %s", row_at(model, row)->name, row_at(model, row)->file);
}

const struct table_ops profile_table_ops = {.cell = profile_cell,
                                            .compare = profile_compare,
                                            .key = profile_key,
                                            .filter_text = profile_filter};

bool profile_table_by_cum(const struct table *table)
{
    size_t column = table_sort_column(table, NULL);

    return column == PROFILE_CUM || column == PROFILE_CUM_SHARE;
}
