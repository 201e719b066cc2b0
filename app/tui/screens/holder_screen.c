#include "app/tui/screens/screens.h"

#include "app/lists/holders_list.h"
#include "app/tui/screens/view_table.h"
#include "app/tui/shell/format.h"
#include "app/tui/shell/holdings_desk.h"

/* What one holder keeps alive, by type. */

struct holder_screen {
    struct view base;
    char *key;
    struct holdings *holdings, *before; /* own references */
    struct holder_types_list list;
    struct table *table;
};

static const struct holder *find(const struct holdings *holdings, const char *key)
{
    return holdings != NULL ? holders_find(holdings->holders, key) : NULL;
}

static struct holdings *own(const struct holdings *holdings)
{
    return holdings != NULL ? holdings_ref((struct holdings *)(uintptr_t)holdings) : NULL;
}

static void holder_update(struct view *base, unsigned kinds)
{
    struct holder_screen *screen = view_of(struct holder_screen, base);

    (void)kinds;
    table_set_model(screen->table, NULL, 0);
    holdings_unref(screen->holdings);
    holdings_unref(screen->before);
    screen->holdings = own(ui_holdings(base->ui));
    screen->before = own(ui_holdings_before(base->ui));
    screen->list = (struct holder_types_list){find(screen->holdings, screen->key),
                                              find(screen->before, screen->key)};
    table_hide(screen->table, HELD_GROWTH, screen->list.before == NULL);
    if (screen->list.holder != NULL)
        table_set_model(screen->table, &screen->list, screen->list.holder->types->len);
}

static void holder_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct holder_screen *screen = view_of(struct holder_screen, base);
    const struct holder *holder = screen->list.holder;
    char right[64] = "";

    if (holder != NULL)
        g_snprintf(right, sizeof right, "%s in %s %s", number_bytes((int64_t)holder->bytes).text,
                   number_count((int64_t)holder->n).text,
                   number_word((int64_t)holder->n, "object", "objects"));
    screen_title(base->ui, canvas, area, right);
    text_draw(canvas, area.top + 1, area.left + 1, area.cols - 1,
              &(struct text_style){.role = THEME_STRONG, .elide = TEXT_ELIDE_SENTENCE},
              holder != NULL ? holder->name : screen->key);
    if (holder != NULL && holder->is_guess)
        text_draw(canvas, area.top + 2, area.left + 1, area.cols - 1,
                  &(struct text_style){.role = THEME_LOOK},
                  "a guess: the word that leads here is in no map of live ones, it may be dead");
    area.top += 3;
    area.lines -= 3;
    if (area.lines > 0)
        table_draw(screen->table, canvas, area,
                   &(struct table_look){.focused = true, .empty = "it holds nothing any more"});
}

static struct table *holder_table(struct view *base)
{
    return view_of(struct holder_screen, base)->table;
}

static char *holder_copy(struct view *base)
{
    const struct holder *holder = view_of(struct holder_screen, base)->list.holder;

    return holder != NULL ? g_strdup(holder->name) : NULL;
}

static const struct view_key holder_keys[] = {{.action = ACTION_BACK},
                                              {ACTION_FILTER, .applies = view_has_row},
                                              {ACTION_SORT_RIGHT, .applies = view_sorts},
                                              {ACTION_COPY, .applies = view_has_row},
                                              {.action = ACTION_NONE}};

static void holder_free(struct view *base)
{
    struct holder_screen *screen = view_of(struct holder_screen, base);

    table_free(screen->table);
    holdings_unref(screen->holdings);
    holdings_unref(screen->before);
    g_free(screen->key);
    g_free(screen);
}

static const struct view_ops ops = {
    .name = "holder",
    .draw = holder_draw,
    .update = holder_update,
    .keys = holder_keys,
    .table = holder_table,
    .copy = holder_copy,
    .free = holder_free,
};

struct view *holder_screen_new(struct ui *ui, const char *key)
{
    struct holder_screen *screen = g_new0(struct holder_screen, 1);

    screen->base = (struct view){.ops = &ops, .ui = ui};
    screen->key = g_strdup(key);
    screen->table = table_new(&held_types_listing);
    return &screen->base;
}
