#include "app/tui/views/files_views.h"

#include "app/tui/shell/ui.h"

/*
 * Survivors: of what was opened in each stretch of time, how much is still
 * open. A busy process opens and closes; a leaking one keeps.
 */

struct survivors_view {
    struct files_view base;
    struct survivors_list list;
};

static void update(struct view *base, unsigned kinds)
{
    struct survivors_view *view = view_of(struct survivors_view, base);
    const struct files_sample *files = view->base.files;

    (void)kinds;
    view->list.base = files_view_list(&view->base);
    if (files != NULL)
        survivors_bands(session_history(ui_session(base->ui), METRIC_FDS_OPENED), files,
                        view->list.bands);
    table_set_model(view->base.table, &view->list, files != NULL ? SURVIVORS_BANDS : 0);
}

static bool ref(const struct view *base, struct ref *ret)
{
    size_t row;

    if (!files_view_row(base, &row))
        return false;
    const struct survivors_band *band = &view_of(struct survivors_view, base)->list.bands[row];

    *ret = (struct ref){
        .kind = REF_AGES, .text = band->name, .from_us = band->from_us, .to_us = band->to_us};
    return true;
}

static char *copy(struct view *base)
{
    size_t row;

    if (!files_view_row(base, &row))
        return NULL;
    const struct survivors_band *band = &view_of(struct survivors_view, base)->list.bands[row];

    return g_strdup_printf("%s: %s opened, %s still open", band->name,
                           number_count(band->opened).text, number_count((int64_t)band->open).text);
}

static enum theme_role info(const struct view *base, GString *out)
{
    const struct files_view *view = view_of(struct files_view, base);
    const struct files_sample *files = view->files;

    g_string_append_printf(out, "since the last census %s opened, %s closed",
                           number_count((int64_t)files->opened).text,
                           number_count((int64_t)files->closed).text);
    return THEME_TITLE;
}

static const struct view_ops ops = {
    .name = "survivors",
    .keys = files_view_keys,
    .draw = files_view_draw,
    .update = update,
    .table = files_view_table,
    .ref = ref,
    .copy = copy,
    .info = info,
    .free = files_view_free,
};

struct files_view *files_survivors_new(const struct pane *pane)
{
    struct survivors_view *view = g_new0(struct survivors_view, 1);

    return files_view_init(&view->base, &ops, pane, table_new(&survivors_listing));
}
