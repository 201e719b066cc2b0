#include "app/tui/views/files_views.h"

#include "app/session/survivors.h"
#include "app/tui/shell/format.h"
#include "app/tui/shell/ui.h"

#include <math.h>

/*
 * Survivors: of what was opened in each stretch of time, how much is still
 * open. A busy process opens and closes; a leaking one keeps.
 */

struct survivors_view {
    struct files_view base;
    struct survivors_band bands[SURVIVORS_BANDS];
};

enum { BAND_AGE, BAND_OPENED, BAND_OPEN, BAND_SHARE, BAND_BAR, BAND_MOST };

static const struct table_column columns[] = {
    [BAND_AGE] = {.title = "OPENED", .width = 17},
    [BAND_OPENED] =
        {.title = "THEN", .width = 8, .align = TEXT_RIGHT, .drop = 2, .descending_first = true},
    [BAND_OPEN] = {.title = "STILL OPEN",
                   .width = 10,
                   .align = TEXT_RIGHT,
                   .descending_first = true},
    [BAND_SHARE] =
        {.title = "KEPT", .width = 5, .align = TEXT_RIGHT, .drop = 1, .descending_first = true},
    [BAND_BAR] = {.title = "", .width = 10, .drop = 4, .unsortable = true},
    [BAND_MOST] = {.title = "MOST OF THEM", .min_width = 16, .elide = TEXT_ELIDE_MIDDLE, .drop = 3},
};

static const struct survivors_band *band_at(const void *model, size_t row)
{
    return &((const struct survivors_view *)model)->bands[row];
}

static double share_of(const struct survivors_band *band)
{
    return band->opened > 0 ? (double)band->open / (double)band->opened : NAN;
}

/* Much that stays of much that was opened, minutes later: that is what a leak looks like. */
static bool is_kept(const struct survivors_band *band)
{
    enum { MINUTE_US = 60 * G_USEC_PER_SEC, MANY = 10 };

    return band->min_age_us >= MINUTE_US && band->open >= MANY && share_of(band) >= 0.5;
}

static void most_cell(const struct survivors_view *view, const struct survivors_band *band,
                      struct table_cell *ret)
{
    if (band->open == 0)
        return;
    const struct fd_template *most = &view->base.files->templates[band->most];

    g_string_printf(ret->text, "%s %s", format_count((int64_t)band->most_count).text, most->text);
}

static void cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct survivors_band *band = band_at(model, row);

    switch (column) {
    case BAND_AGE:
        g_string_assign(ret->text, band->name);
        break;
    case BAND_OPENED:
        g_string_assign(ret->text, format_count(band->opened).text);
        ret->role = THEME_DIM;
        break;
    case BAND_OPEN:
        g_string_assign(ret->text, format_count((int64_t)band->open).text);
        ret->role = is_kept(band) ? THEME_BAD : THEME_TEXT;
        break;
    case BAND_SHARE:
        if (!isnan(share_of(band)))
            g_string_printf(ret->text, "%.0f%%", share_of(band) * 100);
        else
            g_string_assign(ret->text, "-");
        ret->role = is_kept(band) ? THEME_BAD : THEME_DIM;
        break;
    case BAND_BAR:
        ret->bar = MIN(share_of(band), 1);
        break;
    default:
        most_cell(model, band, ret);
        break;
    }
}

static int compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct survivors_band *x = band_at(model, a), *y = band_at(model, b);
    double p = share_of(x), q = share_of(y);

    switch (column) {
    case BAND_OPENED:
        return files_by_number(x->opened, y->opened);
    case BAND_OPEN:
        return files_by_number((int64_t)x->open, (int64_t)y->open);
    case BAND_SHARE:
        p = isnan(p) ? -1 : p;
        q = isnan(q) ? -1 : q;
        return p < q ? -1 : p > q;
    default:
        return files_by_number(x->min_age_us, y->min_age_us);
    }
}

static uint64_t key(const void *model, size_t row)
{
    (void)model;
    return row + 1;
}

static void filter_text(const void *model, size_t row, GString *out)
{
    g_string_append(out, band_at(model, row)->name);
}

static const struct table_ops table_ops = {
    .cell = cell, .compare = compare, .key = key, .filter_text = filter_text};

static void update(struct view *base, unsigned kinds)
{
    struct survivors_view *view = view_of(struct survivors_view, base);
    const struct files_sample *files = view->base.files;

    (void)kinds;
    if (files != NULL)
        survivors_bands(session_history(ui_session(base->ui), METRIC_FDS_OPENED), files,
                        view->bands);
    table_set_model(view->base.table, view, files != NULL ? SURVIVORS_BANDS : 0);
}

static bool ref(const struct view *base, struct ref *ret)
{
    struct files_view *view = view_of(struct files_view, base);
    size_t row;

    if (!files_view_row(base, &row))
        return false;
    const struct survivors_band *band = band_at(view, row);

    *ret = (struct ref){
        .kind = REF_AGES, .text = band->name, .from_us = band->from_us, .to_us = band->to_us};
    return true;
}

static char *copy(struct view *base)
{
    size_t row;

    if (!files_view_row(base, &row))
        return NULL;
    const struct survivors_band *band = band_at(base, row);

    return g_strdup_printf("%s: %s opened, %s still open", band->name,
                           format_count(band->opened).text, format_count((int64_t)band->open).text);
}

static enum theme_role info(const struct view *base, GString *out)
{
    const struct files_view *view = view_of(struct files_view, base);
    const struct files_sample *files = view->files;

    g_string_append_printf(out, "since the last census %s opened, %s closed",
                           format_count((int64_t)files->opened).text,
                           format_count((int64_t)files->closed).text);
    return THEME_TITLE;
}

static const struct view_ops ops = {
    .name = "survivors",
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

    return files_view_init(&view->base, &ops, pane,
                           table_new(&table_ops, columns, G_N_ELEMENTS(columns), BAND_AGE));
}
