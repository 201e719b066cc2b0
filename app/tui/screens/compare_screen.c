#include "app/tui/screens/screens.h"

#include "app/tui/screens/view_table.h"

#include "app/tui/screens/compare_tables.h"
#include "app/tui/screens/stack_text.h"
#include "app/tui/shell/errands.h"
#include "app/tui/shell/format.h"

#include <string.h>

/* Two snapshots side by side: numbers, goroutines, files, memory map; the heap in the explorer. */

struct compare_screen {
    struct view base;
    struct snapshot *before, *after; /* own copies: the store may forget them */
    struct comparison *comparison;
    struct table *tables[COMPARE_N_VIEWS];
    enum compare_view view;
    bool by_path; /* files: single paths instead of templates */
};

static const char *const view_names[COMPARE_N_VIEWS] = {
    [COMPARE_VIEW_SUMMARY] = "Summary", [COMPARE_VIEW_GOROUTINES] = "Goroutines",
    [COMPARE_VIEW_TEMPLATES] = "Files", [COMPARE_VIEW_PATHS] = "Files by path",
    [COMPARE_VIEW_MAP] = "Map",
};

/* --- the stack of one bucket --- */

struct bucket_screen {
    struct view base;
    struct goroutine_dump *dumps[2]; /* keep what bucket belongs to */
    const struct goroutine_bucket *bucket;
    struct pager *pager;
};

static void bucket_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    screen_title(base->ui, canvas, area, NULL);
    area.top += 2;
    area.lines -= 2;
    pager_draw(view_of(struct bucket_screen, base)->pager, canvas, area);
}

static struct pager *bucket_pager(struct view *base)
{
    return view_of(struct bucket_screen, base)->pager;
}

static char *bucket_copy(struct view *base)
{
    return stack_text_plain(view_of(struct bucket_screen, base)->bucket);
}

static const struct view_key bucket_keys[] = {{.action = ACTION_BACK},
                                              {.action = ACTION_FILTER},
                                              {.action = ACTION_COPY},
                                              {.action = ACTION_EXPORT},
                                              {.action = ACTION_NONE}};

static void bucket_free(struct view *base)
{
    struct bucket_screen *screen = view_of(struct bucket_screen, base);

    pager_free(screen->pager);
    goroutine_dump_unref(screen->dumps[0]);
    goroutine_dump_unref(screen->dumps[1]);
    g_free(screen);
}

static const struct view_ops bucket_ops = {
    .name = "stack",
    .draw = bucket_draw,
    .keys = bucket_keys,
    .pager = bucket_pager,
    .copy = bucket_copy,
    .free = bucket_free,
};

static void open_bucket(struct compare_screen *screen, const struct compare_bucket *row)
{
    struct bucket_screen *bucket = g_new0(struct bucket_screen, 1);

    bucket->base = (struct view){.ops = &bucket_ops, .ui = screen->base.ui};
    for (int side = 0; side < 2; side++)
        bucket->dumps[side] = goroutine_dump_ref(screen->comparison->dumps[side]);
    bucket->bucket = row->bucket;
    bucket->pager = pager_new();
    pager_addf(bucket->pager, THEME_STRONG, "%s before, %s after",
               number_count(row->count.before).text, number_count(row->count.after).text);
    if (row->count.after == 0)
        pager_add(bucket->pager, THEME_LOOK, "All of them have ended; this is how they were.");
    pager_add(bucket->pager, THEME_TEXT, "");
    /* no mark is meant here, and descriptors may be others by now */
    stack_text_fill(
        bucket->pager,
        &(struct stack_text_input){.bucket = row->bucket, .growth = SAMPLE_UNKNOWN, .since = ""});
    ui_push(screen->base.ui, &bucket->base);
}

/* --- the heap --- */

static void open_heap(struct compare_screen *screen, enum profile_tab tab)
{
    struct ui *ui = screen->base.ui;
    struct profile *before = snapshot_profile(screen->before, "heap");
    struct profile *after = snapshot_profile(screen->after, "heap");

    if (before == NULL || after == NULL) {
        ui_message(ui, THEME_LOOK, "snapshot %u holds no heap profile: nothing to compare",
                   before == NULL ? screen->before->id : screen->after->id);
        return;
    }
    g_autofree char *label = snapshot_label(screen->after);
    g_autofree char *title = g_strdup_printf("snapshot %s: heap", label);
    g_autofree char *base_label = snapshot_label(screen->before);
    g_autofree char *base_title = g_strdup_printf("snapshot %s", base_label);
    struct profile_subject subject = {.title = title,
                                      .kind = "heap",
                                      .profile = after,
                                      .base = before,
                                      .base_title = base_title,
                                      .real_us = screen->after->real_us,
                                      .base_real_us = screen->before->real_us,
                                      .sample_index = -1};

    ui_push(ui, profile_screen_new(ui, &subject, tab));
}

static void open_web(struct view *base)
{
    const struct compare_screen *screen = view_of(struct compare_screen, base);
    struct profile *after = snapshot_profile(screen->after, "heap");

    if (after == NULL)
        ui_message(base->ui, THEME_LOOK, "snapshot %u holds no heap profile", screen->after->id);
    else
        ui_open_web(base->ui,
                    &(struct web_pprof_request){.profile = after,
                                                .base = snapshot_profile(screen->before, "heap")});
}

/* --- drawing --- */

static enum compare_view shown(const struct compare_screen *screen)
{
    return screen->view == COMPARE_VIEW_TEMPLATES && screen->by_path ? COMPARE_VIEW_PATHS
                                                                     : screen->view;
}

/* "[Summary]  Goroutines (3)  Files (2)  Map (4)   4: heap" */
static void draw_tabs(const struct compare_screen *screen, const struct canvas *canvas, int line,
                      TickitRect area)
{
    int col = area.left + 1;

    for (int view = 0; view < COMPARE_N_VIEWS; view++) {
        char text[48];
        bool on = view == (int)screen->view;

        if (view == COMPARE_VIEW_PATHS)
            continue;
        if (view == COMPARE_VIEW_SUMMARY)
            g_strlcpy(text, view_names[view], sizeof text);
        else
            g_snprintf(text, sizeof text, "%s (%zu)", view_names[view],
                       compare_table_rows(screen->comparison, (enum compare_view)view));
        col += text_drawf(canvas, line, col, MAX(area.left + area.cols - col, 0),
                          on ? THEME_SELECTED : THEME_DIM, on ? "[%s]" : " %s ", text) +
               1;
    }
    if (snapshot_profile(screen->before, "heap") != NULL &&
        snapshot_profile(screen->after, "heap") != NULL)
        text_drawf(canvas, line, col + 1, MAX(area.left + area.cols - col - 1, 0), THEME_KEY,
                   "%s: heap", keymap_key(ui_keymap(screen->base.ui), ACTION_PANE_4));
}

static void draw_sides(const struct compare_screen *screen, const struct canvas *canvas, int line,
                       TickitRect area)
{
    g_autofree char *before = snapshot_label(screen->before);
    g_autofree char *after = snapshot_label(screen->after);
    gint64 apart = screen->comparison->elapsed_us;
    bool other = strcmp(screen->before->origin, screen->after->origin) != 0;
    char when[64] = "";

    if (apart != 0)
        g_snprintf(when, sizeof when, ", %s %s",
                   number_duration((double)ABS(apart) / G_USEC_PER_SEC).text,
                   apart > 0 ? "later" : "EARLIER");
    text_drawf(canvas, line, area.left + 1, area.cols - 1, other ? THEME_LOOK : THEME_STRONG,
               "before: %s   after: %s%s%s", before, after, when,
               other ? "   (of different origin)" : "");
}

/* "goroutine?debug=2, then memory ": a dump of the one has what one of the other has not. NULL:
 * not known of either. */
static char *sources_of_dumps(const struct compare_screen *screen)
{
    const char *before = screen->before->goroutines_source;
    const char *after = screen->after->goroutines_source;

    if (*before == '\0' && *after == '\0')
        return NULL;
    if (strcmp(before, after) == 0)
        return g_strdup_printf("from %s ", after);
    return g_strdup_printf("from %s, then %s ", *before != '\0' ? before : "unknown",
                           *after != '\0' ? after : "unknown");
}

static void compare_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct compare_screen *screen = view_of(struct compare_screen, base);
    enum compare_view view = shown(screen);
    const struct comparison *c = screen->comparison;
    const char *warning = NULL;

    if (screen->view == COMPARE_VIEW_GOROUTINES && c->goroutines_mixed)
        warning = "One dump has states, the other has not: compared by the program's own frames.";
    else if (screen->view == COMPARE_VIEW_TEMPLATES && c->has_files &&
             (c->files[0]->truncated || c->files[1]->truncated))
        warning = "More files were open than were read: what is missing looks like a change.";
    int used = warning != NULL ? 5 : 4;

    g_autofree char *sources =
        view == COMPARE_VIEW_GOROUTINES && c->has_goroutines ? sources_of_dumps(screen) : NULL;

    screen_title(base->ui, canvas, area, view == COMPARE_VIEW_PATHS ? "single paths " : sources);
    draw_sides(screen, canvas, area.top + 1, area);
    draw_tabs(screen, canvas, area.top + 2, area);
    if (warning != NULL)
        text_drawf(canvas, area.top + 3, area.left + 1, area.cols - 1, THEME_LOOK, "%s", warning);
    area.top += used;
    area.lines -= used;
    if (area.lines > 0)
        table_draw(screen->tables[view], canvas, area,
                   &(struct table_look){.focused = true,
                                        .empty = compare_table_empty(screen->comparison, view)});
}

/* --- actions --- */

static void show(struct compare_screen *screen, enum compare_view view)
{
    screen->view = view;
    ui_damage(screen->base.ui);
}

/* Both snapshots hold what the view is about. */
static bool is_comparable(const struct comparison *comparison, enum compare_view view)
{
    switch (view) {
    case COMPARE_VIEW_GOROUTINES:
        return comparison->has_goroutines;
    case COMPARE_VIEW_TEMPLATES:
    case COMPARE_VIEW_PATHS:
        return comparison->has_files;
    case COMPARE_VIEW_MAP:
        return comparison->has_map;
    default:
        return true;
    }
}

/* Past what cannot be compared, which its digit still explains. */
static void step(struct view *base, enum action action)
{
    struct compare_screen *screen = view_of(struct compare_screen, base);
    static const enum compare_view tabs[] = {COMPARE_VIEW_SUMMARY, COMPARE_VIEW_GOROUTINES,
                                             COMPARE_VIEW_TEMPLATES, COMPARE_VIEW_MAP};
    int n = G_N_ELEMENTS(tabs), at = 0;
    int by = action == ACTION_NEXT_PANE || action == ACTION_GROUP ? 1 : n - 1;

    while (tabs[at] != screen->view)
        at++;
    do
        at = (at + by) % n;
    while (!is_comparable(screen->comparison, tabs[at]));
    show(screen, tabs[at]);
}

static void open_number(struct compare_screen *screen, enum metric number)
{
    switch (number) {
    case METRIC_GOROUTINES:
        show(screen, COMPARE_VIEW_GOROUTINES);
        break;
    case METRIC_FDS:
        show(screen, COMPARE_VIEW_TEMPLATES);
        break;
    case METRIC_HEAP_ALLOC:
    case METRIC_HEAP_INUSE:
    case METRIC_HEAP_RELEASED:
    case METRIC_HEAP_LIVE:
        open_heap(screen, PROFILE_TAB_TOP);
        break;
    case METRIC_THREADS:
        ui_message(screen->base.ui, THEME_DIM, "snapshots hold the number of threads only");
        break;
    default:
        show(screen, COMPARE_VIEW_MAP);
    }
}

static void open_row(struct view *base)
{
    struct compare_screen *screen = view_of(struct compare_screen, base);
    enum compare_view view = shown(screen);
    size_t row;

    if (!table_selected(screen->tables[view], &row))
        return;
    if (view == COMPARE_VIEW_SUMMARY)
        open_number(screen, (enum metric)row);
    else if (view == COMPARE_VIEW_GOROUTINES)
        open_bucket(screen,
                    &g_array_index(screen->comparison->buckets, struct compare_bucket, row));
    else if (view == COMPARE_VIEW_TEMPLATES)
        screen->by_path = true;
    ui_damage(base->ui);
}

/* Left and Escape lead back to the summary first. */
static void go_back(struct view *base)
{
    struct compare_screen *screen = view_of(struct compare_screen, base);

    if (shown(screen) == COMPARE_VIEW_PATHS)
        screen->by_path = false;
    else
        screen->view = COMPARE_VIEW_SUMMARY;
    ui_damage(base->ui);
}

static void turn_by_digit(struct view *base, enum action action)
{
    static const enum compare_view views[] = {COMPARE_VIEW_MAP, COMPARE_VIEW_TEMPLATES,
                                              COMPARE_VIEW_GOROUTINES};

    show(view_of(struct compare_screen, base), views[action - ACTION_PANE_1]);
}

static void toggle_paths(struct view *base)
{
    struct compare_screen *screen = view_of(struct compare_screen, base);

    screen->by_path = !screen->by_path;
    ui_damage(base->ui);
}

static void open_heap_at(struct view *base, enum action action)
{
    open_heap(view_of(struct compare_screen, base),
              action == ACTION_FLAME ? PROFILE_TAB_FLAME : PROFILE_TAB_TOP);
}

static struct table *compare_table(struct view *base)
{
    return view_of(struct compare_screen, base)
        ->tables[shown(view_of(struct compare_screen, base))];
}

static char *copy_number(const struct comparison *comparison, size_t row)
{
    bool bytes = metric_is_bytes((enum metric)row);
    struct compare_pair pair = comparison->numbers[row];
    int64_t growth = compare_growth(pair);

    return g_strdup_printf(
        "%s: %s before, %s after, %s", metric_info((enum metric)row)->words,
        (bytes ? number_bytes(pair.before) : number_count(pair.before)).text,
        (bytes ? number_bytes(pair.after) : number_count(pair.after)).text,
        (bytes ? number_bytes_signed(growth) : number_count_signed(growth)).text);
}

/* The stack, the path, or what the row says. */
static char *compare_copy(struct view *base)
{
    struct compare_screen *screen = view_of(struct compare_screen, base);
    const struct comparison *c = screen->comparison;
    enum compare_view view = shown(screen);
    size_t row;

    if (!table_selected(screen->tables[view], &row))
        return NULL;
    switch (view) {
    case COMPARE_VIEW_SUMMARY:
        return copy_number(c, row);
    case COMPARE_VIEW_GOROUTINES:
        return stack_text_plain(g_array_index(c->buckets, struct compare_bucket, row).bucket);
    case COMPARE_VIEW_TEMPLATES:
        return g_strdup(g_array_index(c->templates, struct compare_path, row).text);
    case COMPARE_VIEW_PATHS:
        return g_strdup(g_array_index(c->paths, struct compare_path, row).text);
    default:
        return g_strdup(
            region_class_name(g_array_index(c->regions, struct compare_regions, row).cls));
    }
}

/* All tabs, for a report. */
static char *compare_export(struct view *base)
{
    struct compare_screen *screen = view_of(struct compare_screen, base);
    g_autofree char *before = snapshot_label(screen->before);
    g_autofree char *after = snapshot_label(screen->after);
    g_autofree char *safe_before = text_safe(before, -1, true);
    g_autofree char *safe_after = text_safe(after, -1, true);
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "Snapshot %s against %s\n", safe_after, safe_before);
    for (int view = 0; view < COMPARE_N_VIEWS; view++) {
        g_autofree char *text = table_to_text(screen->tables[view], true);
        bool empty = table_n_shown(screen->tables[view]) == 0;

        g_string_append_printf(
            out, "\n%s\n%s%s", view_names[view],
            empty ? compare_table_empty(screen->comparison, (enum compare_view)view) : text,
            empty ? "\n" : "");
    }
    return g_string_free(out, FALSE);
}

static bool shows_summary(const struct view *base)
{
    return view_of(struct compare_screen, base)->view == COMPARE_VIEW_SUMMARY;
}

static bool is_within(const struct view *base)
{
    return !shows_summary(base) && !view_filtered(base);
}

static bool shows_files(const struct view *base)
{
    return view_of(struct compare_screen, base)->view == COMPARE_VIEW_TEMPLATES;
}

static const char heap_help[] = "the heap, the earlier one as base";

static const struct view_key compare_keys[] = {
    {ACTION_NEXT_PANE, "tab", .act_by = step, .help = "the next tab"},
    {ACTION_PREVIOUS_PANE, "", .act_by = step, .help = "the tab before"},
    {ACTION_OPEN, .applies = view_has_row, .act = open_row},
    {ACTION_RIGHT, "", view_has_row, .act = open_row},
    {ACTION_GROUP, "by path", shows_files, .act = toggle_paths,
     .help = "files by template or by path"},
    {ACTION_GROUP, "", .act_by = step, .help = "the next tab"},
    {ACTION_GROUP_BACK, "", .act_by = step, .help = "the tab before"},
    {ACTION_PANE_1, "", .act_by = turn_by_digit, .help = "what changed of the map"},
    {ACTION_PANE_2, "", .act_by = turn_by_digit, .help = "what changed of the files"},
    {ACTION_PANE_3, "", .act_by = turn_by_digit, .help = "what changed of the goroutines"},
    {ACTION_PANE_4, .applies = shows_summary, .act_by = open_heap_at, .help = heap_help},
    {ACTION_PANE_4, "", .act_by = open_heap_at, .help = heap_help},
    {ACTION_FLAME, .act_by = open_heap_at},
    {ACTION_WEB, .act = open_web},
    {.action = ACTION_FILTER},
    {.action = ACTION_COPY},
    {ACTION_LEFT, "", is_within, .act = go_back},
    {ACTION_LEFT, "", .act = view_leave},
    {ACTION_BACK, .applies = is_within, .act = go_back},
    {.action = ACTION_BACK},
    {.action = ACTION_NONE}};

static void compare_help(struct view *base, struct pager *pager)
{
    static const char *const lines[] = {
        "What changed from one snapshot to the other; what did not is left out. Enter on a number",
        "leads to what it is made of: the heap opens in the explorer with the earlier one as base,",
        "goroutines are compared stack by stack, files by template (a: by path), the map by class.",
        "1 to 4 go to map, files, goroutines and heap as on the dashboard; e writes all of it.",
    };

    (void)base;
    pager_add(pager, THEME_TITLE, "Compare");
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        pager_add(pager, THEME_TEXT, lines[i]);
}

static void compare_free(struct view *base)
{
    struct compare_screen *screen = view_of(struct compare_screen, base);

    for (int view = 0; view < COMPARE_N_VIEWS; view++)
        table_free(screen->tables[view]);
    comparison_free(screen->comparison);
    snapshot_free(screen->before);
    snapshot_free(screen->after);
    g_free(screen);
}

const struct view_ops compare_screen_ops = {
    .name = "compare",
    .draw = compare_draw,
    .keys = compare_keys,
    .table = compare_table,
    .copy = compare_copy,
    .export_text = compare_export,
    .help = compare_help,
    .free = compare_free,
};

struct view *compare_screen_new(struct ui *ui, unsigned before_id, unsigned after_id)
{
    struct compare_screen *screen = g_new0(struct compare_screen, 1);

    screen->base = (struct view){.ops = &compare_screen_ops, .ui = ui};
    screen->before = snapshot_copy(snapshots_find(ui_snapshots(ui), before_id));
    screen->after = snapshot_copy(snapshots_find(ui_snapshots(ui), after_id));
    screen->comparison = compare_snapshots(screen->before, screen->after);
    for (int view = 0; view < COMPARE_N_VIEWS; view++) {
        screen->tables[view] = compare_table_new((enum compare_view)view);
        table_set_model(screen->tables[view], screen->comparison,
                        compare_table_rows(screen->comparison, (enum compare_view)view));
    }
    return &screen->base;
}
