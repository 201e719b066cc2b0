#include "app/tui/shell/pane.h"

#include "app/tui/shell/format.h"
#include "app/tui/views/files_views.h"

#include <math.h>
#include <string.h>

/* Counts by type and over time, then what is open, in one of several views. */

enum {
    VIEW_TEMPLATES,
    VIEW_TREE,
    VIEW_SURVIVORS,
    VIEW_DATABASES,
    VIEW_PATHS,
    VIEW_TYPES,
    VIEW_FDS,
    N_VIEWS
};

struct files_pane {
    struct pane base;
    struct files_view *views[N_VIEWS];
    int view;
};

static const struct files_sample *sample_of(const struct pane *pane)
{
    return (const struct files_sample *)(const void *)pane->sample;
}

static struct files_view *current(struct files_pane *pane)
{
    return pane->views[pane->view];
}

/* Only the view that is shown is worth the work. */
static void show_view(struct files_pane *pane, int index)
{
    const struct files_sample *files = sample_of(&pane->base);

    pane->view = index;
    current(pane)->ops->update(current(pane), files);
}

static void files_update(struct pane *base, struct session *session)
{
    struct files_pane *pane = view_of(struct files_pane, base);

    if (!pane_take_sample(base, session))
        return;
    const struct files_sample *files = sample_of(base);

    for (int v = 0; v < N_VIEWS; v++)
        pane->views[v]->files = files;
    show_view(pane, pane->view);
}

/* "REG 1 371  FIFO 18  inotify 11 …" most numerous first, cut where the line ends. */
static void draw_types(const struct files_pane *pane, const struct canvas *canvas, TickitRect inner,
                       int line)
{
    const struct files_sample *files = sample_of(&pane->base);
    enum fd_type order[FD_N_TYPES];
    size_t n = 0;
    int col = 0;

    for (int t = 0; t < FD_N_TYPES; t++)
        if (files->by_type[t] > 0)
            order[n++] = (enum fd_type)t;
    for (size_t i = 1; i < n; i++)
        for (size_t j = i; j > 0 && files->by_type[order[j]] > files->by_type[order[j - 1]]; j--) {
            enum fd_type swap = order[j];

            order[j] = order[j - 1];
            order[j - 1] = swap;
        }
    for (size_t i = 0; i < n; i++) {
        char text[64];
        int64_t count = files->by_type[order[i]];

        g_snprintf(text, sizeof text, "%s %s", fd_type_label(order[i]), format_count(count).text);
        int width = (int)g_utf8_strlen(text, -1);

        if (col + width > inner.cols)
            break;
        text_drawf(canvas, inner.top + line, inner.left + col, width,
                   files_above_band(pane->base.ui, order[i], count) ? THEME_LOOK : THEME_TEXT, "%s",
                   text);
        col += width + 2;
    }
}

static void draw_count(const struct files_pane *pane, const struct canvas *canvas, TickitRect inner,
                       int line)
{
    struct session *session = ui_session(pane->base.ui);
    const struct trend *trend = session_trend(session, METRIC_FDS);
    struct format_text rate = format_rate_count(trend);
    int right = MIN((int)strlen(rate.text) + 1, inner.cols / 3);

    draw_spark(canvas, inner.top + line, inner.left, inner.cols - right, session, METRIC_FDS,
               ui_now(pane->base.ui), THEME_GRAPH2);
    text_draw(canvas, inner.top + line, inner.left + inner.cols - right, right,
              &(struct text_style){.role = trend_direction(trend) > 0 ? THEME_LOOK : THEME_DIM,
                                   .align = TEXT_RIGHT},
              rate.text);
}

static int draw_top_part(const struct files_pane *pane, const struct canvas *canvas,
                         TickitRect inner)
{
    const struct files_sample *files = sample_of(&pane->base);
    struct session *session = ui_session(pane->base.ui);
    int line = 0;

    if (files == NULL || session == NULL || inner.lines < 4)
        return 0;
    draw_types(pane, canvas, inner, line++);
    if (pane->base.zoomed && inner.lines >= 20) {
        double limit = files->soft_limit != SAMPLE_UNKNOWN && files->count > files->soft_limit / 2
                           ? (double)files->soft_limit
                           : NAN;

        draw_series(canvas, (TickitRect){inner.top + line, inner.left, 7, inner.cols}, session,
                    METRIC_FDS, ui_now(pane->base.ui), limit, THEME_GRAPH2);
        line += 7;
    } else if (inner.lines >= 5) {
        draw_count(pane, canvas, inner, line++);
    }
    return line;
}

static int draw_title(struct files_pane *pane, const struct canvas *canvas, TickitRect inner)
{
    const struct files_view *view = current(pane);
    g_autoptr(GString) out = g_string_new(NULL);

    if (view->ops->title == NULL || view->files == NULL || inner.lines < 4)
        return 0;
    view->ops->title(view, out);
    if (out->len == 0)
        return 0;
    text_draw(canvas, inner.top, inner.left, inner.cols,
              &(struct text_style){.role = THEME_TITLE, .elide = TEXT_ELIDE_MIDDLE}, out->str);
    return 1;
}

static void files_draw(struct pane *base, const struct canvas *canvas, TickitRect inner,
                       bool focused)
{
    struct files_pane *pane = view_of(struct files_pane, base);
    const struct files_view *view = current(pane);
    const char *problem = pane_problem(base);
    int used = draw_top_part(pane, canvas, inner);

    inner.top += used;
    inner.lines -= used;
    used = draw_title(pane, canvas, inner);
    inner.top += used;
    inner.lines -= used;
    bool filtered = *table_filter(view->table) != '\0';

    table_draw(view->table, canvas, inner,
               &(struct table_look){.focused = focused,
                                    .stale = pane_stale(base),
                                    .empty = problem != NULL ? problem
                                             : !filtered && view->ops->empty != NULL
                                                 ? view->ops->empty
                                                 : "no descriptor matches the filter"});
}

static void files_info(const struct pane *base, struct pane_text *ret)
{
    const struct files_sample *files = sample_of(base);

    ret->role = THEME_DIM;
    if (files == NULL || files->count == SAMPLE_UNKNOWN)
        return;
    struct session *session = ui_session(base->ui);
    int direction = session != NULL ? trend_direction(session_trend(session, METRIC_FDS)) : 0;

    bool limited = files->soft_limit != SAMPLE_UNKNOWN;

    g_snprintf(ret->text, sizeof ret->text, "%s%s%s %s%s", format_count(files->count).text,
               limited ? " of " : "", limited ? format_count(files->soft_limit).text : "",
               theme_arrow(ui_theme(base->ui), direction), files->truncated ? " truncated" : "");
    if (files->soft_limit > 0 && files->count > files->soft_limit * 8 / 10)
        ret->role = THEME_BAD;
    else if (direction > 0)
        ret->role = THEME_LOOK;
}

static const char *files_view(const struct pane *base)
{
    const struct files_pane *pane = view_of(struct files_pane, base);

    return pane->views[pane->view]->ops->name;
}

static struct table *files_table(struct pane *base)
{
    return current(view_of(struct files_pane, base))->table;
}

static bool files_act(struct pane *base, enum action action)
{
    struct files_pane *pane = view_of(struct files_pane, base);
    struct files_view *view = current(pane);
    size_t row;

    if (view->ops->act != NULL && view->ops->act(view, action))
        return true;
    if (action == ACTION_GROUP) {
        show_view(pane, (pane->view + 1) % N_VIEWS);
        return true;
    }
    if (action != ACTION_OPEN || !table_selected(view->table, &row))
        return false;
    view->ops->open(view, row);
    return true;
}

static char *files_copy(struct pane *base)
{
    struct files_view *view = current(view_of(struct files_pane, base));
    size_t row;

    return table_selected(view->table, &row) ? view->ops->copy(view, row) : NULL;
}

static void files_help(struct pager *pager)
{
    static const char *const lines[] = {
        "Every descriptor the target holds (lsof's extra rows for mapped files are not counted).",
        "a: grouped (names with UUIDs, dates and digits folded, so a thousand session files are",
        "one line), as a tree, survivors, databases, by path, by type, or each descriptor.",
        "SAME is how often the most repeated path is open; red: four times or more. GROWTH counts",
        "since the start or m; > sorts by it: which paths keep growing. Enter: the descriptors.",
        "Tree: Enter or right goes in, left goes out, u shows every path by its own name.",
        "Survivors: of what was opened in a stretch of time, how much is still open: a busy",
        "process opens and closes, a leaking one keeps.",
        "Databases: who holds which SQLite lock (Linux). Only a lock that makes others wait is",
        "coloured; how long it is held is known since it was first seen.",
    };

    pager_add(pager, THEME_TITLE, "Files");
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        pager_add(pager, THEME_TEXT, lines[i]);
}

static void files_free(struct pane *base)
{
    struct files_pane *pane = view_of(struct files_pane, base);

    for (int v = 0; v < N_VIEWS; v++)
        pane->views[v]->ops->free(pane->views[v]);
    sample_unref(base->sample);
    g_free(pane);
}

static const struct pane_ops ops = {
    .title = "Files",
    .kind = PROBE_FILES,
    .draw = files_draw,
    .update = files_update,
    .info = files_info,
    .view = files_view,
    .table = files_table,
    .act = files_act,
    .copy = files_copy,
    .help = files_help,
    .free = files_free,
};

struct pane *files_pane_new(struct ui *ui)
{
    struct files_pane *pane = g_new0(struct files_pane, 1);

    pane->base = (struct pane){.ops = &ops, .ui = ui};
    pane->views[VIEW_TEMPLATES] = files_templates_new(ui);
    pane->views[VIEW_TREE] = files_tree_new(ui);
    pane->views[VIEW_SURVIVORS] = files_survivors_new(ui);
    pane->views[VIEW_DATABASES] = files_databases_new(ui);
    pane->views[VIEW_PATHS] = files_paths_new(ui);
    pane->views[VIEW_TYPES] = files_types_new(ui);
    pane->views[VIEW_FDS] = files_each_new(ui);
    return &pane->base;
}
