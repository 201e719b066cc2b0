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
    VIEW_HELD,
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

static void update_shown(struct files_pane *pane)
{
    view_update(&pane->views[pane->view]->base, 0);
}

static void files_update(struct view *base, unsigned kinds)
{
    struct files_pane *pane = view_of(struct files_pane, base);

    /* who holds them changes with a look at the memory, which is no sample */
    if (!pane_take_sample(&pane->base) && (kinds != 0 || pane->view != VIEW_HELD))
        return;
    for (int v = 0; v < N_VIEWS; v++)
        pane->views[v]->files = sample_of(&pane->base);
    update_shown(pane); /* only the view that is shown is worth the work */
}

static struct view *files_inner(const struct view *base)
{
    const struct files_pane *pane = view_of(struct files_pane, base);

    return &pane->views[pane->view]->base;
}

static void files_tabs(const struct view *base, struct tabs *ret)
{
    const struct files_pane *pane = view_of(struct files_pane, base);

    for (int v = 0; v < N_VIEWS; v++)
        ret->names[v] = pane->views[v]->base.ops->name;
    ret->n = N_VIEWS;
    ret->shown = (size_t)pane->view;
}

static void files_turn(struct view *base, size_t tab)
{
    struct files_pane *pane = view_of(struct files_pane, base);

    pane->view = (int)tab;
    update_shown(pane);
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

        g_snprintf(text, sizeof text, "%s %s", fd_type_label(order[i]), number_count(count).text);
        int width = (int)g_utf8_strlen(text, -1);

        if (col + width > inner.cols)
            break;
        text_drawf(canvas, inner.top + line, inner.left + col, width,
                   fd_above_band(ui_thresholds(pane->base.base.ui), order[i], count) ? THEME_LOOK
                                                                                     : THEME_TEXT,
                   "%s", text);
        col += width + 2;
    }
}

static int draw_top_part(const struct files_pane *pane, const struct canvas *canvas,
                         TickitRect inner)
{
    const struct files_sample *files = sample_of(&pane->base);
    struct session *session = ui_session(pane->base.base.ui);
    int line = 0;

    if (files == NULL || session == NULL || inner.lines < 4)
        return 0;
    draw_types(pane, canvas, inner, line++);
    if (pane->base.zoomed && inner.lines >= 20) {
        double limit = files->soft_limit != SAMPLE_UNKNOWN && files->count > files->soft_limit / 2
                           ? (double)files->soft_limit
                           : NAN;

        draw_series(canvas, (TickitRect){inner.top + line, inner.left, 7, inner.cols}, session,
                    METRIC_FDS, ui_now(pane->base.base.ui), limit, THEME_GRAPH2);
        line += 7;
    } else if (inner.lines >= 5) {
        draw_spark_rate(canvas, (TickitRect){inner.top + line++, inner.left, 1, inner.cols},
                        session, METRIC_FDS, ui_now(pane->base.base.ui), THEME_GRAPH2);
    }
    return line;
}

static void files_draw(struct view *base, const struct canvas *canvas, TickitRect inner)
{
    struct files_pane *pane = view_of(struct files_pane, base);
    struct view *shown = files_inner(base);
    int used = draw_top_part(pane, canvas, inner);

    inner.top += used;
    inner.lines -= used;
    shown->unfocused = base->unfocused;
    shown->ops->draw(shown, canvas, inner);
}

static enum theme_role files_info(const struct view *base, GString *out)
{
    const struct files_sample *files = sample_of(view_of(struct pane, base));

    if (files == NULL || files->count == SAMPLE_UNKNOWN)
        return THEME_DIM;
    struct session *session = ui_session(base->ui);
    int direction = session != NULL ? trend_direction(session_trend(session, METRIC_FDS)) : 0;
    bool limited = files->soft_limit != SAMPLE_UNKNOWN;

    static struct number_text (*const ways[][2])(int64_t n) = {{number_count, number_count},
                                                               {format_count, number_count_short}};

    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++)
        g_string_append_printf(
            out, "%s%s %s%s%s%s", i > 0 ? "\n" : "", ways[i][0](files->count).text,
            theme_arrow(ui_theme(base->ui), direction), files->truncated ? " truncated" : "",
            limited ? "  of " : "", limited ? ways[i][1](files->soft_limit).text : "");
    double full = ui_thresholds(base->ui)->value[THRESHOLD_LIMIT_FULL];

    if (files->soft_limit > 0 && (double)files->count * 100 >= (double)files->soft_limit * full)
        return THEME_BAD;
    return direction > 0 ? THEME_LOOK : THEME_DIM;
}

static void files_help(struct view *base, struct pager *pager)
{
    static const char *const lines[] = {
        "Every descriptor the target holds (lsof's extra rows for mapped files are not counted).",
        "a: grouped (names with UUIDs, dates and digits folded, so a thousand session files are",
        "one line), as a tree, survivors, databases, by path, by type, each descriptor, or",
        "by who holds them (Linux: read from the memory of a Go process, which takes a moment).",
        "SAME is how often the most repeated path is open; red: four times or more. GROWTH counts",
        "since the start or m; > sorts by it: which paths keep growing. Enter: the descriptors.",
        "Tree: Enter or right goes in, left goes out, u shows every path by its own name.",
        "Survivors: of what was opened in a stretch of time, how much is still open: a busy",
        "process opens and closes, a leaking one keeps.",
        "Databases: who holds which SQLite lock (Linux). Only a lock that makes others wait is",
        "coloured; how long it is held is known since it was first seen.",
    };

    (void)base;
    pager_add(pager, THEME_TITLE, "Files");
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        pager_add(pager, THEME_TEXT, lines[i]);
}

static void files_free(struct view *base)
{
    struct files_pane *pane = view_of(struct files_pane, base);

    for (int v = 0; v < N_VIEWS; v++)
        view_free(&pane->views[v]->base);
    sample_unref(pane->base.sample);
    g_free(pane);
}

/* It has more tabs than the dashboard has panes. */
static const struct view_key files_keys[] = {{ACTION_TAB_5, "", .applies = view_numbered},
                                             {ACTION_TAB_6, "", .applies = view_numbered},
                                             {ACTION_TAB_7, "", .applies = view_numbered},
                                             {ACTION_TAB_8, "", .applies = view_numbered},
                                             {.action = ACTION_NONE}};

const struct view_ops files_pane_ops = {
    .name = "Files",
    .keys = files_keys,
    .draw = files_draw,
    .update = files_update,
    .inner = files_inner,
    .tabs = files_tabs,
    .turn = files_turn,
    .info = files_info,
    .help = files_help,
    .free = files_free,
};

struct pane *files_pane_new(struct ui *ui)
{
    static struct files_view *(*const makers[N_VIEWS])(const struct pane *pane) = {
        [VIEW_TEMPLATES] = files_templates_new,
        [VIEW_TREE] = files_tree_new,
        [VIEW_SURVIVORS] = files_survivors_new,
        [VIEW_DATABASES] = files_databases_new,
        [VIEW_PATHS] = files_paths_new,
        [VIEW_TYPES] = files_types_new,
        [VIEW_FDS] = files_each_new,
        [VIEW_HELD] = files_held_new};
    struct files_pane *pane = g_new0(struct files_pane, 1);

    pane->base = (struct pane){.base = {.ops = &files_pane_ops, .ui = ui}, .kind = PROBE_FILES};
    for (int v = 0; v < N_VIEWS; v++)
        pane->views[v] = makers[v](&pane->base);
    return &pane->base;
}
