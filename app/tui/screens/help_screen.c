#include "app/tui/screens/screens.h"

#include "widgets/text.h"

#include <string.h>

/* Keys from the keymap in force, then the words of the screen below. */

enum { HELP_COLS = 57 }; /* beside the keys, on a terminal of 80 columns */

struct help_screen {
    struct view base;
    struct pager *pager;
};

/* What it does here, when that is not what it does everywhere. */
static void add_key(struct pager *pager, const struct keymap *keymap, const struct view_key *key)
{
    const struct action_info *info = action_info(key->action);
    g_autofree char *keys = keymap_keys(keymap, key->action);
    bool own = key->help == NULL && key->label != NULL && *key->label != '\0' &&
               strcmp(key->label, info->label) != 0;

    if (*keys == '\0' || *info->help == '\0')
        return;
    g_autofree char *words = g_strconcat(own ? key->label : "", own ? ": " : "",
                                         key->help != NULL ? key->help : info->help, NULL);
    g_autoptr(GPtrArray) lines = text_wrap(words, HELP_COLS);

    for (guint i = 0; i < lines->len; i++)
        pager_addf(pager, THEME_TEXT, "  %-18s %s", i == 0 ? keys : "",
                   (const char *)lines->pdata[i]);
}

static bool is_among(const struct view_key *keys, size_t n, enum action action)
{
    for (size_t i = 0; i < n; i++)
        if (keys[i].action == action)
            return true;
    return false;
}

static void fill(struct help_screen *help, struct view *of)
{
    const struct keymap *keymap = ui_keymap(help->base.ui);
    struct pager *pager = help->pager;
    struct view_key keys[VIEW_MAX_KEYS];
    size_t n = view_keys(of, keys, VIEW_MAX_KEYS);

    pager_add(pager, THEME_STRONG,
              "sidescope looks at a running Go process: it never writes to, signals or");
    pager_add(pager, THEME_STRONG, "stops it. What disturbs the target asks first.");
    pager_add(pager, THEME_TEXT, "");
    if (n > 0) {
        pager_addf(pager, THEME_TITLE, "Keys on the %s screen", of->ops->name);
        for (size_t i = 0; i < n; i++)
            add_key(pager, keymap, &keys[i]);
        pager_add(pager, THEME_TEXT, "");
    }
    pager_add(pager, THEME_TITLE, "All keys");
    for (int a = ACTION_NONE + 1; a < ACTION_N; a++)
        if (!is_among(keys, n, (enum action)a))
            add_key(pager, keymap, &(struct view_key){.action = (enum action)a});
    pager_add(pager, THEME_TEXT, "");
    if (of->ops->help != NULL)
        of->ops->help(of, pager);
    pager_add(pager, THEME_TITLE, "Mouse");
    pager_add(pager, THEME_TEXT,
              "  click selects, a header sorts, double click opens, the wheel scrolls what is");
    pager_add(pager, THEME_TEXT, "  under the pointer; the hints in the footer are buttons.");
}

static void help_draw(struct view *screen, const struct canvas *canvas, TickitRect area)
{
    screen_title(screen->ui, canvas, area, "sidescope " SIDESCOPE_VERSION);
    area.top += 2;
    area.lines -= 2;
    pager_draw(view_of(struct help_screen, screen)->pager, canvas, area);
}

static struct pager *help_pager(struct view *screen)
{
    return view_of(struct help_screen, screen)->pager;
}

/* The help key leaves again, as people expect; a second help screen would explain nothing. */
static const struct view_key help_keys[] = {{.action = ACTION_BACK},
                                            {ACTION_HELP, "", .act = view_leave},
                                            {.action = ACTION_DOWN},
                                            {.action = ACTION_FILTER},
                                            {ACTION_SEARCH_NEXT, .applies = view_searches},
                                            {.action = ACTION_NONE}};

static void help_free(struct view *screen)
{
    struct help_screen *help = view_of(struct help_screen, screen);

    pager_free(help->pager);
    g_free(help);
}

static const struct view_ops ops = {
    .name = "help",
    .draw = help_draw,
    .keys = help_keys,
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
