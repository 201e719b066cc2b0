#include "app/tui/views/files_views.h"

#include "app/tui/shell/format.h"
#include "app/tui/shell/ui.h"

#include <string.h>

/* By type, beside the documented bands and the limits of the system. */

struct types_view {
    struct files_view base;
    enum fd_type types[FD_N_TYPES]; /* those present */
};

enum { TYPE_COUNT, TYPE_BAND, TYPE_TYPE };

static const struct table_column type_columns[] = {
    [TYPE_COUNT] = {.title = "COUNT", .width = 7, .align = TEXT_RIGHT, .descending_first = true},
    [TYPE_BAND] = {.title = "DOCUMENTED", .width = 10, .align = TEXT_RIGHT, .unsortable = true},
    [TYPE_TYPE] = {.title = "TYPE", .min_width = 10},
};

static enum fd_type type_at(const void *model, size_t row)
{
    return ((const struct types_view *)model)->types[row];
}

static const struct files_sample *files_of(const void *model)
{
    return ((const struct types_view *)model)->base.files;
}

/* Bands of the procedure, "File Descriptor Analysis", or what the configuration says. */
static void band_text(const struct ui *ui, enum fd_type type, GString *out)
{
    const double *limits = ui_thresholds(ui)->value;

    if (type == FD_REG)
        g_string_printf(out, "%.0f-%.0f", limits[THRESHOLD_REG_LOW], limits[THRESHOLD_REG_HIGH]);
    else if (type == FD_FIFO)
        g_string_printf(out, "%.0f-%.0f", limits[THRESHOLD_PIPE_LOW], limits[THRESHOLD_PIPE_HIGH]);
    else if (type == FD_DIR)
        g_string_printf(out, "%.0f-%.0f", limits[THRESHOLD_DIR_LOW], limits[THRESHOLD_DIR_HIGH]);
    else if (type == FD_INOTIFY)
        g_string_printf(out, "up to %.0f", limits[THRESHOLD_INOTIFY_INSTANCES]);
}

static void name_type(const struct files_sample *files, enum fd_type type, struct table_cell *ret)
{
    g_string_assign(ret->text, fd_type_label(type));
    if (strcmp(fd_type_label(type), fd_type_name(type)) != 0)
        g_string_append_printf(ret->text, " (lsof: %s)", fd_type_name(type));
    if (type == FD_INOTIFY && files->inotify_max_instances != SAMPLE_UNKNOWN)
        g_string_append_printf(ret->text, "  of %s per user, %s watches of %s",
                               format_count(files->inotify_max_instances).text,
                               format_count(files->inotify_watches).text,
                               format_count(files->inotify_max_watches).text);
}

static void type_cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct files_sample *files = files_of(model);
    const struct ui *ui = ((const struct types_view *)model)->base.base.ui;
    enum fd_type type = type_at(model, row);

    if (column == TYPE_COUNT) {
        g_string_assign(ret->text, format_count(files->by_type[type]).text);
        ret->role = files_above_band(ui, type, files->by_type[type]) ? THEME_LOOK : THEME_TEXT;
    } else if (column == TYPE_BAND) {
        band_text(ui, type, ret->text);
        ret->role = THEME_DIM;
    } else {
        name_type(files, type, ret);
        /* four fifths of what the user may have, for all processes together */
        if (type == FD_INOTIFY && ((files->inotify_max_instances > 0 &&
                                    files->by_type[type] > files->inotify_max_instances * 4 / 5) ||
                                   (files->inotify_max_watches > 0 &&
                                    files->inotify_watches > files->inotify_max_watches * 4 / 5)))
            ret->role = THEME_BAD;
    }
}

static int type_compare(const void *model, size_t a, size_t b, size_t column)
{
    const int64_t *counts = files_of(model)->by_type;

    if (column == TYPE_COUNT)
        return files_by_number(counts[type_at(model, a)], counts[type_at(model, b)]);
    return strcmp(fd_type_label(type_at(model, a)), fd_type_label(type_at(model, b)));
}

static uint64_t type_key(const void *model, size_t row)
{
    return (uint64_t)type_at(model, row) + 1;
}

static void type_filter(const void *model, size_t row, GString *out)
{
    g_string_append(out, fd_type_label(type_at(model, row)));
}

static const struct table_ops type_ops = {
    .cell = type_cell, .compare = type_compare, .key = type_key, .filter_text = type_filter};

static void update(struct view *base, unsigned kinds)
{
    struct files_view *view = view_of(struct files_view, base);
    const struct files_sample *files = view->files;

    (void)kinds;
    enum fd_type *types = view_of(struct types_view, base)->types;
    size_t n = 0;

    for (int t = 0; files != NULL && t < FD_N_TYPES; t++)
        if (files->by_type[t] > 0)
            types[n++] = (enum fd_type)t;
    table_set_model(view->table, view, n);
}

static bool ref(const struct view *base, struct ref *ret)
{
    struct files_view *view = view_of(struct files_view, base);
    size_t row;

    if (!files_view_row(base, &row))
        return false;
    enum fd_type type = type_at(view, row);

    *ret = (struct ref){.kind = REF_TYPE, .text = fd_type_label(type), .type = type};
    return true;
}

static enum theme_role info(const struct view *base, GString *out)
{
    const struct files_view *view = view_of(struct files_view, base);
    const struct files_sample *files = view->files;

    if (files->soft_limit > 0)
        g_string_append_printf(out, "%s of at most %s descriptors (soft limit)",
                               format_count(files->count).text,
                               format_count(files->soft_limit).text);
    return THEME_TITLE;
}

static const struct view_ops ops = {
    .name = "types",
    .draw = files_view_draw,
    .update = update,
    .table = files_view_table,
    .ref = ref,
    .info = info,
    .free = files_view_free,
};

struct files_view *files_types_new(const struct pane *pane)
{
    struct types_view *view = g_new0(struct types_view, 1);

    return files_view_init(
        &view->base, &ops, pane,
        table_new(&type_ops, type_columns, G_N_ELEMENTS(type_columns), TYPE_COUNT));
}
