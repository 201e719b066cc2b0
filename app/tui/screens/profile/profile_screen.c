#include "app/tui/screens/profile/profile_private.h"

/*
 * One profile in four tabs. The screen owns what all of them share: the model,
 * the function they are about, what is compared with; the keys that change
 * these; the lines above the tabs.
 */

struct profile_tab_view *profile_current(const struct profile_screen *screen)
{
    return screen->tabs[screen->tab];
}

struct ui *profile_screen_ui(const struct profile_screen *screen)
{
    return screen->base.ui;
}

struct profile_model *profile_screen_model(const struct profile_screen *screen)
{
    return screen->model;
}

bool profile_screen_is_live(const struct profile_screen *screen)
{
    return screen->live;
}

void profile_update_tab(struct profile_screen *screen)
{
    profile_current(screen)->ops->update(profile_current(screen));
}

/* Answers due from a job. */
static void on_changed(void *user)
{
    struct profile_screen *screen = user;

    profile_update_tab(screen);
    ui_damage(screen->base.ui);
}

static void profile_update(struct view *base, unsigned kinds)
{
    (void)kinds;
    profile_follow(view_of(struct profile_screen, base));
}

/* --- tabs --- */

const char *profile_screen_function(const struct profile_screen *screen)
{
    return screen->function;
}

void profile_screen_set_function(struct profile_screen *screen, const char *name)
{
    char *copy = g_strdup(name); /* name may be our own */

    g_free(screen->function);
    screen->function = copy;
    profile_update_tab(screen);
}

void profile_take_selection(struct profile_screen *screen)
{
    struct profile_tab_view *tab = profile_current(screen);
    const char *name = tab->ops->selected(tab);

    if (name != NULL) {
        char *copy = g_strdup(name);

        g_free(screen->function);
        screen->function = copy;
    }
}

static void show_tab(struct profile_screen *screen, enum profile_tab tab)
{
    profile_take_selection(screen);
    screen->tab = tab;
    profile_update_tab(screen);
    if (screen->function != NULL)
        profile_current(screen)->ops->select(profile_current(screen), screen->function);
}

void profile_screen_open(struct profile_screen *screen, enum profile_tab tab, const char *name)
{
    g_autofree char *function = g_strdup(name);

    if (tab == screen->tab)
        return;
    if (screen->n_back < MAX_BACK)
        screen->back[screen->n_back++] = screen->tab;
    profile_take_selection(screen);
    if (function != NULL) {
        g_free(screen->function);
        screen->function = g_steal_pointer(&function);
    }
    screen->tab = tab;
    profile_update_tab(screen);
    if (screen->function != NULL)
        profile_current(screen)->ops->select(profile_current(screen), screen->function);
}

/* By hand through the tabs: there is no way back but the same keys. */
static void turn_to(struct profile_screen *screen, int tab)
{
    screen->n_back = 0;
    show_tab(screen, (enum profile_tab)((tab + PROFILE_N_TABS) % PROFILE_N_TABS));
}

static void profile_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct profile_screen *screen = view_of(struct profile_screen, base);

    area = profile_draw_header(screen, canvas, area);
    profile_current(screen)->ops->draw(profile_current(screen), canvas, area);
}

/* --- acting --- */

static bool act_on_tabs(struct profile_screen *screen, enum action action)
{
    switch (action) {
    case ACTION_NEXT_PANE:
        turn_to(screen, (int)screen->tab + 1);
        return true;
    case ACTION_PREVIOUS_PANE:
        turn_to(screen, (int)screen->tab - 1);
        return true;
    case ACTION_PANE_1:
    case ACTION_PANE_2:
    case ACTION_PANE_3:
    case ACTION_PANE_4:
        turn_to(screen, (int)(action - ACTION_PANE_1));
        return true;
    case ACTION_FLAME:
        profile_screen_open(screen, PROFILE_TAB_FLAME, NULL);
        return true;
    case ACTION_SOURCE:
    case ACTION_EDIT: /* which needs a line to be chosen */
        profile_screen_open(screen, PROFILE_TAB_SOURCE, NULL);
        return true;
    default:
        return false;
    }
}

static bool act_on_settings(struct profile_screen *screen, enum action action)
{
    switch (action) {
    case ACTION_GROUP:
        profile_next_sample_type(screen);
        return true;
    case ACTION_GRANULARITY:
        profile_take_selection(screen);
        profile_next_granularity(screen);
        return true;
    case ACTION_REFINE:
        profile_ask_filters(screen);
        return true;
    case ACTION_COMPARE:
        profile_ask_comparison(screen);
        return true;
    case ACTION_WEB:
        profile_open_web(screen);
        return true;
    default:
        return false;
    }
}

static bool has_table_filter(const struct profile_screen *screen)
{
    struct profile_tab_view *tab = profile_current(screen);
    struct table *table = tab->ops->table != NULL ? tab->ops->table(tab) : NULL;

    return table != NULL && *table_filter(table) != '\0';
}

/* One level of Escape: the list's filter goes first, the screen last. */
static bool act_back(struct profile_screen *screen)
{
    if (has_table_filter(screen))
        return false;
    if (screen->n_back > 0) {
        show_tab(screen, screen->back[--screen->n_back]);
        return true;
    }
    return profile_forget_filters(screen);
}

static bool profile_act(struct view *base, enum action action)
{
    struct profile_screen *screen = view_of(struct profile_screen, base);
    struct profile_tab_view *tab = profile_current(screen);

    if ((tab->ops->act != NULL && tab->ops->act(tab, action)) || act_on_tabs(screen, action) ||
        act_on_settings(screen, action))
        return true;
    return action == ACTION_BACK && act_back(screen);
}

static const enum action *profile_hints(struct view *base)
{
    struct profile_tab_view *tab = profile_current(view_of(struct profile_screen, base));

    return tab->ops->hints != NULL ? tab->ops->hints(tab) : NULL;
}

static struct table *profile_table(struct view *base)
{
    struct profile_tab_view *tab = profile_current(view_of(struct profile_screen, base));

    return tab->ops->table != NULL ? tab->ops->table(tab) : NULL;
}

static void profile_click(struct view *base, int line, int col, bool twice)
{
    struct profile_screen *screen = view_of(struct profile_screen, base);
    struct profile_tab_view *tab = profile_current(screen);

    if (line != screen->tab_line) {
        if (tab->ops->click != NULL)
            tab->ops->click(tab, line, col, twice);
        return;
    }
    for (int i = 0; i < PROFILE_N_TABS; i++)
        if (col >= screen->tab_cols[i] && col < screen->tab_cols[i + 1])
            turn_to(screen, i);
}

static void profile_wheel(struct view *base, int line, int col, int direction)
{
    struct profile_tab_view *tab = profile_current(view_of(struct profile_screen, base));

    (void)line;
    (void)col;
    if (tab->ops->wheel != NULL)
        tab->ops->wheel(tab, direction);
}

static char *profile_copy(struct view *base)
{
    struct profile_tab_view *tab = profile_current(view_of(struct profile_screen, base));

    return tab->ops->copy(tab);
}

static char *profile_export(struct view *base)
{
    struct profile_tab_view *tab = profile_current(view_of(struct profile_screen, base));

    return tab->ops->export_text != NULL ? tab->ops->export_text(tab) : NULL;
}

static void profile_help(struct view *base, struct pager *pager)
{
    struct profile_screen *screen = view_of(struct profile_screen, base);

    pager_add(pager, THEME_TITLE, "Profile");
    pager_add(
        pager, THEME_TEXT,
        "One profile, as the line below the tabs says: title, sample type, total, what a row");
    pager_add(pager, THEME_TEXT,
              "is, what it is compared with, age. Tab or 1 to 4 change the view and keep the");
    pager_add(
        pager, THEME_TEXT,
        "function. a: next sample type; u: what a row is; x: the filters of pprof; d: compare");
    pager_add(pager, THEME_TEXT,
              "with the mark or a snapshot; w: in the browser views of go tool pprof. Esc undoes "
              "one step.");
    pager_add(pager, THEME_TEXT, "");
    for (int i = 0; i < PROFILE_N_TABS; i++) {
        screen->tabs[i]->ops->help(pager);
        pager_add(pager, THEME_TEXT, "");
    }
}

/* --- life --- */

static void profile_free(struct view *base)
{
    struct profile_screen *screen = view_of(struct profile_screen, base);

    for (int i = 0; i < PROFILE_N_TABS; i++) {
        const struct profile_answer *answer = screen->tabs[i]->answer;

        screen->tabs[i]->ops->free(screen->tabs[i]);
        profile_answer_unref(answer);
    }
    profile_model_free(screen->model);
    g_free(screen->title);
    g_free(screen->kind);
    g_free(screen->function);
    g_free(screen->words);
    g_free(screen);
}

static const struct view_ops ops = {
    .name = "profile",
    .draw = profile_draw,
    .act = profile_act,
    .update = profile_update,
    .hints = profile_hints,
    .table = profile_table,
    .click = profile_click,
    .wheel = profile_wheel,
    .copy = profile_copy,
    .export_text = profile_export,
    .help = profile_help,
    .free = profile_free,
};

struct view *profile_screen_new(struct ui *ui, const struct profile_subject *subject,
                                enum profile_tab tab)
{
    struct profile_screen *screen = g_new0(struct profile_screen, 1);

    screen->base = (struct view){.ops = &ops, .ui = ui};
    screen->title = g_strdup(subject->title);
    screen->kind = g_strdup(subject->kind);
    screen->live = subject->profile == NULL;
    screen->function = g_strdup(subject->function);
    screen->tab = tab;
    screen->model = profile_model_new(on_changed, screen);
    screen->tabs[PROFILE_TAB_TOP] = profile_top_new(screen);
    screen->tabs[PROFILE_TAB_FLAME] = profile_flame_new(screen);
    screen->tabs[PROFILE_TAB_CALLERS] = profile_callers_new(screen);
    screen->tabs[PROFILE_TAB_SOURCE] = profile_source_new(screen);
    profile_input_of_subject(screen, subject);
    profile_update(&screen->base, ~0u);
    if (screen->function != NULL)
        profile_current(screen)->ops->select(profile_current(screen), screen->function);
    return &screen->base;
}
