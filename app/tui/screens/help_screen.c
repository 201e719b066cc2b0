#include "app/tui/screens/screens.h"

#include <string.h>

/* Keys from the keymap in force, then the words of the screen below. */

struct help_screen {
    struct view base;
    struct pager *pager;
};

static void add_key(struct pager *pager, const struct keymap *keymap, enum action action)
{
    g_autofree char *keys = keymap_keys(keymap, action);

    if (*keys != '\0' && *action_info(action)->help != '\0')
        pager_addf(pager, THEME_TEXT, "  %-18s %s", keys, action_info(action)->help);
}

static bool is_hint(const enum action *hints, enum action action)
{
    for (; hints != NULL && *hints != ACTION_NONE; hints++)
        if (*hints == action)
            return true;
    return false;
}

static void fill(struct help_screen *help, struct view *of)
{
    const struct keymap *keymap = ui_keymap(help->base.ui);
    const enum action *hints = view_hints(of);

    pager_add(help->pager, THEME_STRONG,
              "sidescope looks at a running Go process and never writes to, signals or stops it.");
    pager_add(help->pager, THEME_TEXT, "What disturbs the target asks first.");
    pager_add(help->pager, THEME_TEXT, "");
    if (hints != NULL) {
        pager_addf(help->pager, THEME_TITLE, "Keys on the %s screen", of->ops->name);
        for (const enum action *a = hints; *a != ACTION_NONE; a++)
            add_key(help->pager, keymap, *a);
        pager_add(help->pager, THEME_TEXT, "");
    }
    pager_add(help->pager, THEME_TITLE, "All keys");
    for (int a = ACTION_NONE + 1; a < ACTION_N; a++)
        if (!is_hint(hints, (enum action)a))
            add_key(help->pager, keymap, (enum action)a);
    pager_add(help->pager, THEME_TEXT, "");
    if (of->ops->help != NULL)
        of->ops->help(of, help->pager);
    pager_add(help->pager, THEME_TITLE, "Mouse");
    pager_add(help->pager, THEME_TEXT,
              "  click selects, a header sorts, double click opens, the wheel scrolls what is");
    pager_add(help->pager, THEME_TEXT, "  under the pointer; the hints in the footer are buttons.");
}

static void help_draw(struct view *screen, const struct canvas *canvas, TickitRect area)
{
    screen_title(screen->ui, canvas, area, "sidescope " SIDESCOPE_VERSION);
    area.top += 2;
    area.lines -= 2;
    pager_draw(view_of(struct help_screen, screen)->pager, canvas, area);
}

/* The help key leaves again, as people expect; a second help screen would explain nothing. */
static bool help_act(struct view *screen, enum action action)
{
    if (action != ACTION_HELP)
        return false;
    ui_pop(screen->ui);
    return true;
}

static struct pager *help_pager(struct view *screen)
{
    return view_of(struct help_screen, screen)->pager;
}

static const enum action help_hints[] = {ACTION_BACK, ACTION_DOWN, ACTION_FILTER,
                                         ACTION_SEARCH_NEXT, ACTION_NONE};

static void help_free(struct view *screen)
{
    struct help_screen *help = view_of(struct help_screen, screen);

    pager_free(help->pager);
    g_free(help);
}

static const struct view_ops ops = {
    .name = "help",
    .draw = help_draw,
    .act = help_act,
    .fixed_hints = help_hints,
    .pager = help_pager,
    .free = help_free,
};

struct view *help_screen_new(struct ui *ui, struct view *screen)
{
    struct help_screen *help = g_new0(struct help_screen, 1);

    help->base = (struct view){.ops = &ops, .ui = ui};
    help->pager = pager_new();
    fill(help, screen);
    return &help->base;
}
