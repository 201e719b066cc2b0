#include "app/tui/views/files_views.h"

#include "app/tui/shell/format.h"
#include "app/tui/shell/ui.h"

#include <string.h>

/*
 * By template: names with UUIDs, dates and digits folded, so that a thousand
 * session files are one line.
 */

enum {
    TEMPLATE_COUNT,
    TEMPLATE_GROWTH,
    TEMPLATE_PATHS,
    TEMPLATE_SAME,
    TEMPLATE_TYPE,
    TEMPLATE_TEXT
};

static const struct table_column template_columns[] = {
    [TEMPLATE_COUNT] = {.title = "COUNT",
                        .width = 6,
                        .align = TEXT_RIGHT,
                        .descending_first = true},
    [TEMPLATE_GROWTH] =
        {.title = "GROWTH", .width = 7, .align = TEXT_RIGHT, .drop = 1, .descending_first = true},
    [TEMPLATE_PATHS] =
        {.title = "PATHS", .width = 6, .align = TEXT_RIGHT, .drop = 4, .descending_first = true},
    [TEMPLATE_SAME] =
        {.title = "SAME", .width = 5, .align = TEXT_RIGHT, .drop = 2, .descending_first = true},
    [TEMPLATE_TYPE] = {.title = "TYPE", .width = 9, .drop = 3},
    [TEMPLATE_TEXT] = {.title = "PATH", .min_width = 30, .elide = TEXT_ELIDE_MIDDLE},
};

struct templates_view {
    struct files_view base;
    uint32_t *same; /* per template: descriptors of its most repeated path */
};

static const struct fd_template *template_at(const void *model, size_t row)
{
    return &((const struct templates_view *)model)->base.files->templates[row];
}

static void template_cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct fd_template *t = template_at(model, row);
    uint32_t same = ((const struct templates_view *)model)->same[row];
    bool repeated =
        files_is_repeated(((const struct templates_view *)model)->base.base.ui, t->type, same);

    if (column == TEMPLATE_COUNT) {
        g_string_assign(ret->text, format_count(t->count).text);
    } else if (column == TEMPLATE_PATHS) {
        g_string_assign(ret->text, format_count(t->n_paths).text);
    } else if (column == TEMPLATE_GROWTH) {
        files_growth_cell(t->growth, ret);
    } else if (column == TEMPLATE_SAME) {
        g_string_assign(ret->text, format_count(same).text);
        ret->role = repeated ? THEME_BAD : THEME_DIM;
    } else if (column == TEMPLATE_TYPE) {
        g_string_assign(ret->text, fd_type_label(t->type));
    } else {
        g_string_assign(ret->text, t->text);
        if (repeated)
            ret->role = THEME_BAD;
    }
}

static int template_compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct fd_template *x = template_at(model, a), *y = template_at(model, b);
    const uint32_t *same = ((const struct templates_view *)model)->same;

    switch (column) {
    case TEMPLATE_COUNT:
        return files_by_number(x->count, y->count);
    case TEMPLATE_PATHS:
        return files_by_number(x->n_paths, y->n_paths);
    case TEMPLATE_GROWTH:
        return files_by_number(x->growth, y->growth);
    case TEMPLATE_SAME:
        return files_by_number(same[a], same[b]);
    case TEMPLATE_TYPE:
        return strcmp(fd_type_label(x->type), fd_type_label(y->type));
    default:
        return strcmp(x->text, y->text);
    }
}

static uint64_t template_key(const void *model, size_t row)
{
    return files_key(template_at(model, row)->text, (uint64_t)template_at(model, row)->type + 100);
}

static void template_filter(const void *model, size_t row, GString *out)
{
    g_string_append_printf(out, "%s %s", template_at(model, row)->text,
                           fd_type_label(template_at(model, row)->type));
}

static const struct table_ops template_ops = {.cell = template_cell,
                                              .compare = template_compare,
                                              .key = template_key,
                                              .filter_text = template_filter};

/* Descriptors of the most repeated path of each template. */
static void count_same(struct templates_view *view)
{
    const struct files_sample *files = view->base.files;
    g_autofree uint32_t *group_size = NULL;

    g_clear_pointer(&view->same, g_free);
    if (files == NULL || files->n_templates == 0)
        return;
    group_size = g_new0(uint32_t, MAX(files->n_fds, 1));
    for (size_t g = 0; g < files->n_groups; g++)
        for (uint32_t i = 0; i < files->groups[g].count; i++)
            group_size[files->by_group[files->groups[g].first + i]] = files->groups[g].count;
    view->same = g_new0(uint32_t, files->n_templates);
    for (size_t t = 0; t < files->n_templates; t++)
        for (uint32_t i = 0; i < files->templates[t].count; i++)
            view->same[t] =
                MAX(view->same[t], group_size[files->by_template[files->templates[t].first + i]]);
}

static void update(struct view *base, unsigned kinds)
{
    struct templates_view *view = view_of(struct templates_view, base);
    const struct files_sample *files = view->base.files;

    (void)kinds;
    count_same(view);
    table_set_model(view->base.table, view, files != NULL ? files->n_templates : 0);
}

static bool ref(const struct view *base, struct ref *ret)
{
    struct files_view *view = view_of(struct files_view, base);
    size_t row;

    if (!files_view_row(base, &row))
        return false;
    const struct fd_template *t = template_at(view, row);

    *ret = (struct ref){.kind = REF_TEMPLATE, .text = t->text, .type = t->type};
    return true;
}

static void free_view(struct view *view)
{
    g_free(view_of(struct templates_view, view)->same);
    files_view_free(view);
}

static const struct view_ops ops = {
    .name = "grouped",
    .draw = files_view_draw,
    .update = update,
    .table = files_view_table,
    .ref = ref,
    .free = free_view,
};

struct files_view *files_templates_new(const struct pane *pane)
{
    struct templates_view *view = g_new0(struct templates_view, 1);

    return files_view_init(
        &view->base, &ops, pane,
        table_new(&template_ops, template_columns, G_N_ELEMENTS(template_columns), TEMPLATE_COUNT));
}
