#include "app/tui/screens/screens.h"

#include "app/tui/shell/format.h"

#include <math.h>

/*
 * What watching costs: per probe its pace, latency, bytes and our own CPU; for
 * the whole the share of the target's CPU that answering us can have taken.
 */

enum { N_ROWS = PROBE_N_KINDS };

struct observer {
    struct view base;
    struct probe_pace paces[N_ROWS];
    struct table *table;
};

enum {
    COST_PROBE,
    COST_EVERY,
    COST_LAST,
    COST_MEAN,
    COST_CPU,
    COST_BYTES,
    COST_RATE,
    COST_SAMPLES,
    COST_FAILED
};

static const struct table_column columns[] = {
    [COST_PROBE] = {.title = "PROBE", .min_width = 10},
    [COST_EVERY] = {.title = "EVERY", .width = 16, .align = TEXT_RIGHT},
    [COST_LAST] = {.title = "LAST", .width = 8, .align = TEXT_RIGHT, .descending_first = true},
    [COST_MEAN] =
        {.title = "MEAN", .width = 8, .align = TEXT_RIGHT, .drop = 3, .descending_first = true},
    [COST_CPU] =
        {.title = "OUR CPU", .width = 8, .align = TEXT_RIGHT, .drop = 2, .descending_first = true},
    [COST_BYTES] = {.title = "READ", .width = 7, .align = TEXT_RIGHT, .descending_first = true},
    [COST_RATE] = {.title = "PER SAMPLE",
                   .width = 10,
                   .align = TEXT_RIGHT,
                   .drop = 4,
                   .descending_first = true},
    [COST_SAMPLES] =
        {.title = "SAMPLES", .width = 8, .align = TEXT_RIGHT, .drop = 1, .descending_first = true},
    [COST_FAILED] = {.title = "FAILED", .width = 7, .align = TEXT_RIGHT, .descending_first = true},
};

static const char *probe_name(enum probe_kind kind)
{
    static const char *const names[PROBE_N_KINDS] = {
        [PROBE_PROCESS] = "process",   [PROBE_MEMORY] = "memory map",
        [PROBE_FILES] = "descriptors", [PROBE_GOROUTINES] = "goroutines (pprof)",
        [PROBE_HEAP] = "heap (pprof)", [PROBE_THREADS] = "threads, children",
    };

    return names[kind];
}

static double mean_us(const struct probe_pace *pace)
{
    return pace->samples > 0 ? (double)pace->total_cost_us / (double)pace->samples : 0;
}

static void time_cell(double us, GString *out)
{
    if (us < 1000)
        g_string_printf(out, "%.0f us", us);
    else
        g_string_printf(out, "%.1f ms", us / 1000);
}

static void every_cell(const struct probe_pace *pace, struct table_cell *ret)
{
    if (pace->paused) {
        g_string_assign(ret->text, "paused");
        ret->role = THEME_LOOK;
    } else if (pace->effective_us > pace->interval_us) {
        g_string_printf(ret->text, "%.1f (not %.1f) s", (double)pace->effective_us / 1e6,
                        (double)pace->interval_us / 1e6);
        ret->role = THEME_LOOK;
    } else {
        g_string_printf(ret->text, "%.1f s", (double)pace->interval_us / 1e6);
    }
}

static void cost_cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct probe_pace *pace = &((const struct observer *)model)->paces[row];

    switch (column) {
    case COST_PROBE:
        g_string_assign(ret->text, probe_name((enum probe_kind)row));
        break;
    case COST_EVERY:
        every_cell(pace, ret);
        break;
    case COST_LAST:
        time_cell((double)pace->last_cost_us, ret->text);
        break;
    case COST_MEAN:
        time_cell(mean_us(pace), ret->text);
        break;
    case COST_CPU:
        time_cell((double)pace->total_cpu_us, ret->text);
        break;
    case COST_BYTES:
        g_string_assign(ret->text, format_bytes(pace->total_bytes).text);
        break;
    case COST_RATE:
        g_string_assign(
            ret->text,
            format_bytes(pace->samples > 0 ? pace->total_bytes / (int64_t)pace->samples : 0).text);
        break;
    case COST_SAMPLES:
        g_string_assign(ret->text, format_count((int64_t)pace->samples).text);
        break;
    default:
        g_string_assign(ret->text, format_count((int64_t)pace->failures).text);
        ret->role = pace->failures > 0 ? THEME_LOOK : THEME_DIM;
        break;
    }
}

static double cost_value(const struct probe_pace *pace, size_t column)
{
    switch (column) {
    case COST_EVERY:
        return (double)pace->effective_us;
    case COST_LAST:
        return (double)pace->last_cost_us;
    case COST_MEAN:
        return mean_us(pace);
    case COST_CPU:
        return (double)pace->total_cpu_us;
    case COST_BYTES:
    case COST_RATE:
        return (double)pace->total_bytes;
    case COST_SAMPLES:
        return (double)pace->samples;
    default:
        return (double)pace->failures;
    }
}

static int cost_compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct observer *observer = model;

    if (column == COST_PROBE)
        return a < b ? -1 : a > b;
    double x = cost_value(&observer->paces[a], column), y = cost_value(&observer->paces[b], column);

    return x < y ? -1 : x > y;
}

static uint64_t cost_key(const void *model, size_t row)
{
    (void)model;
    return (uint64_t)row + 1;
}

static const struct table_ops table_ops = {
    .cell = cost_cell, .compare = cost_compare, .key = cost_key};

static void observer_update(struct view *screen, unsigned kinds)
{
    struct observer *observer = view_of(struct observer, screen);
    struct session *session = ui_session(screen->ui);

    (void)kinds;
    for (int k = 0; session != NULL && k < PROBE_N_KINDS; k++)
        observer->paces[k] = probe_pace(session_probe(session, (enum probe_kind)k));
    table_set_model(observer->table, observer, session != NULL ? N_ROWS : 0);
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
        const struct probe_pace *pace = &observer->paces[asks[i]];

        if (pace->samples > 0 && pace->effective_us > 0)
            share += mean_us(pace) / (double)pace->effective_us;
    }
    return share * 100;
}

static void observer_draw(struct view *screen, const struct canvas *canvas, TickitRect area)
{
    struct observer *observer = view_of(struct observer, screen);
    struct ui *ui = screen->ui;
    g_autofree char *kept = ui_remember_words(ui);

    screen_title(ui, canvas, area, "what watching costs");
    text_drawf(canvas, area.top + 2, area.left + 1, area.cols - 1, THEME_TEXT,
               "sidescope itself: %s CPU of one core, RSS %s, %s written to the terminal",
               format_percent(ui_own_cpu(ui)).text, format_bytes(ui_own_rss(ui)).text,
               format_bytes((int64_t)terminal_bytes_written(ui_terminal(ui))).text);
    text_drawf(canvas, area.top + 3, area.left + 1, area.cols - 1, THEME_TEXT,
               "the target: at most %s of one core while it answers",
               format_percent(target_share(observer)).text);
    text_drawf(canvas, area.top + 4, area.left + 1, area.cols - 1, THEME_DIM,
               "A probe that costs more than its share of the time slows itself down.");
    text_drawf(canvas, area.top + 5, area.left + 1, area.cols - 1, THEME_TEXT, "%s", kept);
    area.top += 7;
    area.lines -= 7;
    table_draw(observer->table, canvas, area,
               &(struct table_look){.focused = true, .empty = "no process is attached"});
}

static struct table *observer_table(struct view *screen)
{
    return view_of(struct observer, screen)->table;
}

static const enum action observer_hints[] = {ACTION_BACK, ACTION_SORT_RIGHT, ACTION_REFRESH,
                                             ACTION_NONE};

static void observer_free(struct view *screen)
{
    struct observer *observer = view_of(struct observer, screen);

    table_free(observer->table);
    g_free(observer);
}

static const struct view_ops ops = {
    .name = "cost",
    .draw = observer_draw,
    .update = observer_update,
    .fixed_hints = observer_hints,
    .table = observer_table,
    .free = observer_free,
};

struct view *observer_screen_new(struct ui *ui)
{
    struct observer *observer = g_new0(struct observer, 1);

    observer->base = (struct view){.ops = &ops, .ui = ui};
    observer->table = table_new(&table_ops, columns, G_N_ELEMENTS(columns), COST_PROBE);
    return &observer->base;
}
