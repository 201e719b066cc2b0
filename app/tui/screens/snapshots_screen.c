#include "app/tui/screens/screens.h"

#include "app/lists/snapshots_list.h"
#include "app/tui/screens/snapshots_disk.h"
#include "app/tui/screens/view_table.h"
#include "app/tui/shell/errands.h"
#include "app/tui/shell/format.h"
#include "app/tui/shell/snapshot_taker.h"

#include <string.h>

/* All snapshots of this run, whatever process they are of, and loaded ones. */

struct snapshots_screen {
    struct view base;
    struct table *table;
    struct snapshots_list list;
};

static void snapshots_update(struct view *base, unsigned kinds)
{
    struct snapshots_screen *screen = view_of(struct snapshots_screen, base);

    (void)kinds;
    screen->list.all = ui_snapshots(base->ui);
    table_set_model(screen->table, &screen->list, snapshots_count(screen->list.all));
    if (snapshots_find(screen->list.all, screen->list.before_id) == NULL)
        screen->list.before_id = 0;
}

/* --- drawing --- */

static void snapshots_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct snapshots_screen *screen = view_of(struct snapshots_screen, base);
    struct keymap *keymap = (struct keymap *)(uintptr_t)ui_keymap(base->ui);
    g_autofree char *empty = g_strdup_printf(
        "No snapshot yet. %s takes one of the process; after a while take another: %s compares "
        "them. %s loads a profile, a goroutine dump or a folder saved earlier; %s takes one every "
        "few minutes.",
        keymap_key(keymap, ACTION_SNAPSHOT), keymap_key(keymap, ACTION_COMPARE),
        keymap_key(keymap, ACTION_LOAD), keymap_key(keymap, ACTION_TIMER));

    struct snapshot_taker *taker = ui_snapshot_taker(base->ui);
    int minutes = snapshot_taker_minutes(taker);
    char right[64] = "";

    if (snapshot_taker_busy(taker))
        g_strlcpy(right, "taking one ... ", sizeof right);
    else if (minutes > 0)
        g_snprintf(right, sizeof right, "one every %d min ", minutes);
    screen_title(base->ui, canvas, area, right);
    area.top += 2;
    area.lines -= 2;
    screen->list.now_us = ui_now(base->ui);
    table_draw(screen->table, canvas, area, &(struct table_look){.focused = true, .empty = empty});
}

/* --- actions --- */

static const struct snapshot *selected(struct snapshots_screen *screen)
{
    size_t row;

    return table_selected(screen->table, &row) ? snapshots_at(ui_snapshots(screen->base.ui), row)
                                               : NULL;
}

static const struct snapshot_profile *main_profile(const struct snapshot *snapshot)
{
    for (guint i = 0; i < snapshot->profiles->len; i++) {
        const struct snapshot_profile *p =
            &g_array_index(snapshot->profiles, struct snapshot_profile, i);

        if (strcmp(p->kind, "heap") == 0)
            return p;
    }
    return snapshot->profiles->len > 0
               ? &g_array_index(snapshot->profiles, struct snapshot_profile, 0)
               : NULL;
}

static void explore(struct view *base, enum action action)
{
    const struct snapshot *snapshot = selected(view_of(struct snapshots_screen, base));
    struct ui *ui = base->ui;
    const struct snapshot_profile *profile = main_profile(snapshot);

    if (profile == NULL) {
        ui_message(ui, THEME_LOOK, "snapshot %u holds no profile: %s compares what it holds",
                   snapshot->id, keymap_key(ui_keymap(ui), ACTION_COMPARE));
        return;
    }
    g_autofree char *label = snapshot_label(snapshot);
    g_autofree char *title = g_strdup_printf("snapshot %s: %s", label, profile->kind);
    struct profile_subject subject = {.title = title,
                                      .kind = profile->kind,
                                      .profile = profile->profile,
                                      .real_us = snapshot->real_us,
                                      .sample_index = -1};

    ui_push(ui, profile_screen_new(ui, &subject,
                                   action == ACTION_FLAME ? PROFILE_TAB_FLAME : PROFILE_TAB_TOP));
}

static void open_web(struct view *base)
{
    const struct snapshot *snapshot = selected(view_of(struct snapshots_screen, base));
    const struct snapshot_profile *profile = main_profile(snapshot);

    if (profile == NULL)
        ui_message(base->ui, THEME_LOOK, "snapshot %u holds no profile", snapshot->id);
    else
        ui_open_web(base->ui, &(struct web_pprof_request){.profile = profile->profile});
}

static void on_name(struct ui *ui, const char *text, void *user)
{
    if (text != NULL && snapshots_rename(ui_snapshots(ui), GPOINTER_TO_UINT(user), text))
        ui_snapshots_changed(ui);
}

static void ask_name(struct view *base)
{
    const struct snapshot *snapshot = selected(view_of(struct snapshots_screen, base));

    ui_prompt(base->ui, &(struct ui_prompt){.label = "name: ",
                                            .text = snapshot->name,
                                            .done = on_name,
                                            .user = GUINT_TO_POINTER(snapshot->id)});
}

static void on_delete(struct ui *ui, bool yes, void *user)
{
    if (yes && snapshots_delete(ui_snapshots(ui), GPOINTER_TO_UINT(user)))
        ui_snapshots_changed(ui);
}

static void ask_delete(struct view *base)
{
    const struct snapshot *snapshot = selected(view_of(struct snapshots_screen, base));
    g_autofree char *label = snapshot_label(snapshot);
    g_autofree char *safe = text_safe(label, -1, ui_unicode(base->ui));
    g_autofree char *text =
        g_strdup_printf("Forget snapshot %s? What is saved on disk stays there.", safe);

    ui_ask(base->ui, "Delete snapshot", text, on_delete, GUINT_TO_POINTER(snapshot->id));
}

/* They have something in common: a profile of one kind, goroutines, files, the map, numbers. */
static bool is_comparable(const struct snapshot *a, const struct snapshot *b)
{
    for (guint i = 0; i < a->profiles->len; i++)
        if (snapshot_profile(b, g_array_index(a->profiles, struct snapshot_profile, i).kind) !=
            NULL)
            return true;
    return (a->goroutines != NULL && b->goroutines != NULL) ||
           (a->files != NULL && b->files != NULL) || (a->memory != NULL && b->memory != NULL) ||
           (a->process != NULL && b->process != NULL) || (a->has_memstats && b->has_memstats);
}

/* The store is in the order of time taken or loaded: the nearest before it with which it can be
 * compared, else the nearest behind it. */
static const struct snapshot *neighbour(const struct snapshots *store, const struct snapshot *of)
{
    const struct snapshot *before = NULL;

    for (size_t i = 0; i < snapshots_count(store); i++) {
        const struct snapshot *snapshot = snapshots_at(store, i);

        if (snapshot->id == of->id || !is_comparable(snapshot, of))
            continue;
        if (snapshot->id > of->id)
            return before != NULL ? before : snapshot;
        before = snapshot;
    }
    return before;
}

static bool is_later(const struct snapshot *a, const struct snapshot *b)
{
    if (a->real_us != 0 && b->real_us != 0 && a->real_us != b->real_us)
        return a->real_us > b->real_us;
    return a->id > b->id;
}

static void open_compare(struct view *base)
{
    struct snapshots_screen *screen = view_of(struct snapshots_screen, base);
    const struct snapshot *snapshot = selected(screen);
    struct ui *ui = base->ui;
    const struct snapshots *store = ui_snapshots(ui);
    const struct snapshot *other = snapshots_find(store, screen->list.before_id);

    if (other == NULL || other == snapshot)
        other = neighbour(store, snapshot);
    else if (!is_comparable(other, snapshot)) {
        ui_message(ui, THEME_LOOK, "snapshots %u and %u hold nothing of the same kind", other->id,
                   snapshot->id);
        return;
    }
    if (other == NULL) {
        ui_message(ui, THEME_LOOK, "there is no other snapshot to compare it with: %s takes one",
                   keymap_key(ui_keymap(ui), ACTION_SNAPSHOT));
        return;
    }
    bool chosen = other->id == screen->list.before_id;
    bool swap = !chosen && is_later(other, snapshot);

    ui_push(ui, compare_screen_new(ui, swap ? snapshot->id : other->id,
                                   swap ? other->id : snapshot->id));
}

static void toggle_before(struct view *base)
{
    struct snapshots_screen *screen = view_of(struct snapshots_screen, base);
    const struct snapshot *snapshot = selected(screen);
    bool off = screen->list.before_id == snapshot->id;

    screen->list.before_id = off ? 0 : snapshot->id;
    if (off)
        ui_message(base->ui, THEME_DIM, "each is compared with the one before it");
    else
        ui_message(base->ui, THEME_DIM, "the others are compared with snapshot %u", snapshot->id);
    ui_damage(base->ui);
}

static void save_which(struct ui *ui, bool yes, void *user)
{
    snapshots_ask_save(ui, yes ? 0 : GPOINTER_TO_UINT(user));
}

static void ask_save(struct view *base)
{
    const struct snapshot *snapshot = selected(view_of(struct snapshots_screen, base));
    struct ui *ui = base->ui;
    size_t n = snapshots_count(ui_snapshots(ui));
    g_autofree char *text =
        g_strdup_printf("Save all %zu snapshots?\n\nno: only snapshot %u.", n, snapshot->id);

    if (n == 1)
        snapshots_ask_save(ui, snapshot->id);
    else
        ui_ask(ui, "Save snapshots", text, save_which, GUINT_TO_POINTER(snapshot->id));
}

static struct table *snapshots_table(struct view *base)
{
    return view_of(struct snapshots_screen, base)->table;
}

static const struct view_key snapshots_keys[] = {
    {.action = ACTION_SNAPSHOT},
    {ACTION_OPEN, .applies = view_has_row, .act_by = explore},
    {ACTION_RIGHT, "", view_has_row, .act_by = explore},
    {ACTION_COMPARE, .applies = view_has_row, .act = open_compare},
    {ACTION_EXPORT, "save", view_has_row, .act = ask_save},
    {.action = ACTION_LOAD},
    {ACTION_RENAME, .applies = view_has_row, .act = ask_name},
    {ACTION_DELETE, .applies = view_has_row, .act = ask_delete},
    {.action = ACTION_TIMER},
    {ACTION_WEB, .applies = view_has_row, .act = open_web},
    {ACTION_FLAME, "", view_has_row, .act_by = explore},
    {ACTION_MARK, "before", view_has_row, .act = toggle_before},
    {.action = ACTION_FILTER},
    {ACTION_LEFT, "", .act = view_leave},
    {.action = ACTION_BACK},
    {.action = ACTION_NONE}};

static void snapshots_help(struct view *base, struct pager *pager)
{
    static const char *const lines[] = {
        "A snapshot keeps heap profile, goroutines with their stacks, open files and memory map of",
        "one moment. They stay when the process ends or another one is attached. Enter explores",
        "the heap; d compares with the snapshot before it, or with the one m has marked [before];",
        "e saves one or all as a folder of files that go tool pprof and others read, and that can",
        "be loaded again here. The timer's own snapshots make room for new ones unless named.",
    };

    (void)base;
    pager_add(pager, THEME_TITLE, "Snapshots");
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        pager_add(pager, THEME_TEXT, lines[i]);
}

static void snapshots_free_screen(struct view *base)
{
    table_free(view_of(struct snapshots_screen, base)->table);
    g_free(base);
}

const struct view_ops snapshots_screen_ops = {
    .name = "snapshots",
    .draw = snapshots_draw,
    .update = snapshots_update,
    .keys = snapshots_keys,
    .table = snapshots_table,
    .help = snapshots_help,
    .free = snapshots_free_screen,
};

struct view *snapshots_screen_new(struct ui *ui)
{
    struct snapshots_screen *screen = g_new0(struct snapshots_screen, 1);

    screen->base = (struct view){.ops = &snapshots_screen_ops, .ui = ui};
    screen->table = table_new(&snapshots_listing);
    return &screen->base;
}
