#include "app/tui/screens/screens.h"

#include "app/lists/costs_list.h"
#include "app/tui/screens/view_table.h"
#include "app/tui/shell/format.h"

/*
 * What watching costs: per probe its pace, latency, bytes and our own CPU; for
 * the whole the share of the target's CPU that answering us can have taken.
 */

enum { N_ROWS = PROBE_N_KINDS };

struct observer {
    struct view base;
    struct costs_list list;
    struct table *table;
};

static void observer_update(struct view *screen, unsigned kinds)
{
    struct observer *observer = view_of(struct observer, screen);
    struct session *session = ui_session(screen->ui);

    (void)kinds;
    for (int k = 0; session != NULL && k < PROBE_N_KINDS; k++)
        observer->list.paces[k] = probe_pace(session_probe(session, (enum probe_kind)k));
    table_set_model(observer->table, &observer->list, session != NULL ? N_ROWS : 0);
}

/*
 * The target works for us only while it answers pprof requests, and the kernel
 * while it walks its maps; the time a request took bounds both from above.
 */
static double target_share(const struct observer *observer)
{
    double share = 0;
    static const enum probe_kind asks[] = {PROBE_GOROUTINES, PROBE_HEAP, PROBE_MEMORY};

    for (size_t i = 0; i < G_N_ELEMENTS(asks); i++) {
        const struct probe_pace *pace = &observer->list.paces[asks[i]];

        if (pace->samples > 0 && pace->effective_us > 0)
            share += costs_mean_us(pace) / (double)pace->effective_us;
    }
    return share * 100;
}

static void observer_draw(struct view *screen, const struct canvas *canvas, TickitRect area)
{
    struct observer *observer = view_of(struct observer, screen);
    struct ui *ui = screen->ui;
    g_autofree char *kept = ui_remember_words(ui);
    g_autoptr(GPtrArray) lines = text_wrap_bytes(kept, MAX(area.cols - 2, 1), ui_unicode(ui));

    screen_title(ui, canvas, area, "what watching costs");
    text_drawf(canvas, area.top + 2, area.left + 1, area.cols - 1, THEME_TEXT,
               "sidescope itself: %s CPU of one core, RSS %s, %s written to the terminal",
               number_percent(ui_own_cpu(ui)).text, number_bytes(ui_own_rss(ui)).text,
               number_bytes((int64_t)terminal_bytes_written(ui_terminal(ui))).text);
    text_drawf(canvas, area.top + 3, area.left + 1, area.cols - 1, THEME_TEXT,
               "the target: at most %s of one core while it answers",
               number_percent(target_share(observer)).text);
    text_drawf(canvas, area.top + 4, area.left + 1, area.cols - 1, THEME_DIM,
               "A probe that costs more than its share of the time slows itself down.");
    int line = 5;

    for (guint i = 0; i < lines->len; i++)
        text_drawf(canvas, area.top + line++, area.left + 1, area.cols - 1, THEME_TEXT, "%s",
                   (const char *)lines->pdata[i]);
    area.top += line + 1;
    area.lines -= line + 1;
    table_draw(observer->table, canvas, area,
               &(struct table_look){.focused = true, .empty = "no process is attached"});
}

static struct table *observer_table(struct view *screen)
{
    return view_of(struct observer, screen)->table;
}

static const struct view_key observer_keys[] = {{.action = ACTION_BACK},
                                                {ACTION_SORT_RIGHT, .applies = view_sorts},
                                                {.action = ACTION_REFRESH},
                                                {.action = ACTION_NONE}};

static void observer_free(struct view *screen)
{
    struct observer *observer = view_of(struct observer, screen);

    table_free(observer->table);
    g_free(observer);
}

const struct view_ops observer_screen_ops = {
    .name = "cost",
    .draw = observer_draw,
    .update = observer_update,
    .keys = observer_keys,
    .table = observer_table,
    .free = observer_free,
};

struct view *observer_screen_new(struct ui *ui)
{
    struct observer *observer = g_new0(struct observer, 1);

    observer->base = (struct view){.ops = &observer_screen_ops, .ui = ui};
    observer->table = table_new(&costs_listing);
    return &observer->base;
}
