#include "app/tui/screens/screens.h"

#include "app/lists/holders_list.h"
#include "app/triage/notes.h"
#include "app/tui/screens/view_table.h"
#include "app/tui/shell/errands.h"
#include "app/tui/shell/format.h"
#include "app/tui/shell/holdings_desk.h"

/*
 * Who holds the memory: variables and goroutines by what they alone keep alive, and
 * what grew between two looks. Reading takes a moment and is done when it is asked for.
 */

struct holders_screen {
    struct view base;
    struct holdings *holdings, *before; /* own references; NULL: not looked yet */
    struct holders_list list;
    struct table *table;
};

/* The same as shown: nothing to be done. */
static bool take(struct holdings **kept, const struct holdings *newest)
{
    if (*kept == newest)
        return false;
    holdings_unref(*kept);
    *kept = newest != NULL ? holdings_ref((struct holdings *)(uintptr_t)newest) : NULL;
    return true;
}

static void holders_update(struct view *base, unsigned kinds)
{
    struct holders_screen *screen = view_of(struct holders_screen, base);

    (void)kinds;
    table_set_model(screen->table, NULL, 0);
    take(&screen->holdings, ui_holdings(base->ui));
    take(&screen->before, ui_holdings_before(base->ui));
    screen->list =
        (struct holders_list){screen->holdings != NULL ? screen->holdings->holders : NULL,
                              screen->before != NULL ? screen->before->holders : NULL};
    table_hide(screen->table, HOLDER_GROWTH, screen->before == NULL);
    if (screen->holdings != NULL)
        table_set_model(screen->table, &screen->list, screen->holdings->holders->holders->len);
}

/* --- drawing --- */

static void draw_words(const struct holders_screen *screen, const struct canvas *canvas,
                       TickitRect area)
{
    const struct holdings_desk *desk = ui_holdings_desk(screen->base.ui);
    g_autoptr(GString) found = g_string_new(NULL);
    g_autoptr(GString) state = g_string_new(NULL);
    enum theme_role role = holdings_desk_say(desk, state);

    if (screen->holdings != NULL) {
        const struct holders *holders = screen->holdings->holders;

        g_string_printf(found, "%s held in %s %s, %s by nobody: that goes with the next collection",
                        number_bytes((int64_t)holders->reached_bytes).text,
                        number_count((int64_t)holders->n_objects).text,
                        number_word((int64_t)holders->n_objects, "object", "objects"),
                        number_bytes((int64_t)holders->unheld_bytes).text);
        if (state->len == 0) {
            const struct triage_notes *notes = triage_notes_of(ui_session(screen->base.ui));
            gint64 now = ui_now(screen->base.ui);

            g_string_printf(state, "read from memory in %s, %s",
                            number_seconds(holders->took_s).text,
                            format_age(now, notes->holdings_us).text);
            if (screen->before != NULL)
                g_string_append_printf(state, "; growth since the look of %s",
                                       format_age(now, notes->before_us).text);
            else
                g_string_append(state, "; look again to see what grew");
            role = THEME_DIM;
        }
    }
    text_draw(canvas, area.top, area.left, area.cols, &(struct text_style){.role = THEME_TEXT},
              found->str);
    text_draw(canvas, area.top + 1, area.left, area.cols, &(struct text_style){.role = role},
              state->str);
}

static void holders_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct holders_screen *screen = view_of(struct holders_screen, base);
    const struct holdings_desk *desk = ui_holdings_desk(base->ui);
    const char *why = holdings_desk_why_not(desk);
    bool looks = holdings_desk_is_looking(desk);

    screen_title(base->ui, canvas, area, "who holds the memory");
    draw_words(screen, canvas,
               (TickitRect){area.top + 1, area.left + 1, area.lines - 1, area.cols - 1});
    area.top += 4;
    area.lines -= 4;
    if (area.lines > 0)
        table_draw(screen->table, canvas, area,
                   &(struct table_look){.focused = true,
                                        .stale = looks,
                                        .empty = looks ? "the heap is copied and followed from "
                                                         "variables and stacks; the process is "
                                                         "not stopped"
                                                 : why != NULL ? why
                                                               : "not looked for yet"});
}

/* --- keys --- */

static bool can_look(const struct view *base)
{
    const struct holdings_desk *desk = ui_holdings_desk(base->ui);

    return !holdings_desk_is_looking(desk) && holdings_desk_why_not(desk) == NULL;
}

static bool is_looking(const struct view *base)
{
    return holdings_desk_is_looking(ui_holdings_desk(base->ui));
}

static void look(struct view *base)
{
    holdings_desk_look(ui_holdings_desk(base->ui));
}

static void stop(struct view *base)
{
    holdings_desk_stop(ui_holdings_desk(base->ui));
}

static void open_holder(struct view *base)
{
    const struct holders_screen *screen = view_of(struct holders_screen, base);
    size_t row;

    if (table_selected(screen->table, &row))
        ui_push(
            base->ui,
            holder_screen_new(
                base->ui, g_array_index(screen->list.holders->holders, struct holder, row).key));
}

static const struct view_key holders_keys[] = {
    {ACTION_BACK, "stop", is_looking, .act = stop},
    {.action = ACTION_BACK},
    {ACTION_OPEN, "types", view_has_row, .act = open_holder},
    {ACTION_REFRESH, "look again", can_look, .act = look},
    {ACTION_FILTER, .applies = view_has_row},
    {ACTION_SORT_RIGHT, .applies = view_sorts},
    {ACTION_COPY, .applies = view_has_row},
    {ACTION_EXPORT, .applies = view_has_row},
    {.action = ACTION_NONE}};

static struct table *holders_table(struct view *base)
{
    return view_of(struct holders_screen, base)->table;
}

static char *holders_copy(struct view *base)
{
    struct holders_screen *screen = view_of(struct holders_screen, base);
    size_t row;

    if (!table_selected(screen->table, &row))
        return NULL;
    return g_strdup(g_array_index(screen->list.holders->holders, struct holder, row).name);
}

static void holders_help(struct view *base, struct pager *pager)
{
    static const char *const lines[] = {
        "Each object of the heap counts once, with the variable or goroutine from which the "
        "shortest way leads to it: of two that hold the same, one has all of it.",
        "A variable has no name in a stripped program: the functions that use it stand for it. "
        "Goroutines that wait at the same place are one row.",
        "A guess: the word of a stack that leads there is in no map of live ones; it may be left "
        "over from before.",
        "It is read from the memory of the process, which is not stopped: some 10 ms for each "
        "10 MB of heap, and a copy of it here. r looks again, and GROWTH is what came since the "
        "look before.",
    };

    (void)base;
    pager_add(pager, THEME_TITLE, "Holders");
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        pager_add(pager, THEME_TEXT, lines[i]);
}

static void holders_screen_free(struct view *base)
{
    struct holders_screen *screen = view_of(struct holders_screen, base);

    table_free(screen->table);
    holdings_unref(screen->holdings);
    holdings_unref(screen->before);
    g_free(screen);
}

const struct view_ops holders_screen_ops = {
    .name = "holders",
    .draw = holders_draw,
    .update = holders_update,
    .keys = holders_keys,
    .table = holders_table,
    .copy = holders_copy,
    .help = holders_help,
    .free = holders_screen_free,
};

struct view *holders_screen_new(struct ui *ui)
{
    struct holders_screen *screen = g_new0(struct holders_screen, 1);

    screen->base = (struct view){.ops = &holders_screen_ops, .ui = ui};
    screen->table = table_new(&holders_listing);
    holdings_desk_want(ui_holdings_desk(ui));
    return &screen->base;
}
