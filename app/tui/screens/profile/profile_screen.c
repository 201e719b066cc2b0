#include "app/tui/screens/profile/profile_private.h"

#include "app/tui/screens/view_table.h"

/*
 * One profile in four tabs. The screen owns what all of them share: the model,
 * the function they are about, what is compared with; the keys that change
 * these; the lines above the tabs.
 */

struct profile_tab_view *profile_current(const struct profile_screen *screen)
{
    return screen->tabs[screen->tab];
}

struct profile_tab_view profile_tab_of(struct profile_screen *screen, const struct view_ops *ops)
{
    return (struct profile_tab_view){.base = {.ops = ops, .ui = screen->base.ui}, .screen = screen};
}

bool profile_tab_ref(const char *name, struct ref *ret)
{
    *ret = (struct ref){.kind = REF_FUNCTION, .text = name};
    return name != NULL;
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
    view_update(&profile_current(screen)->base, 0);
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

/* The tab's selection becomes what all tabs are about. */
static void take_selection(struct profile_screen *screen)
{
    struct ref ref;

    if (view_ref(&profile_current(screen)->base, &ref)) {
        char *copy = g_strdup(ref.text);

        g_free(screen->function);
        screen->function = copy;
    }
}

void profile_select_function(struct profile_screen *screen)
{
    struct view *tab = &profile_current(screen)->base;

    if (screen->function != NULL)
        tab->ops->select(tab, &(struct ref){.kind = REF_FUNCTION, .text = screen->function});
}

static void show_tab(struct profile_screen *screen, enum profile_tab tab)
{
    take_selection(screen);
    screen->tab = tab;
    profile_update_tab(screen);
    profile_select_function(screen);
}

void profile_screen_open(struct profile_screen *screen, enum profile_tab tab, const char *name)
{
    g_autofree char *function = g_strdup(name);

    if (tab == screen->tab)
        return;
    if (screen->n_back < MAX_BACK)
        screen->back[screen->n_back++] = screen->tab;
    take_selection(screen);
    if (function != NULL) {
        g_free(screen->function);
        screen->function = g_steal_pointer(&function);
    }
    screen->tab = tab;
    profile_update_tab(screen);
    profile_select_function(screen);
}

static struct view *profile_inner(const struct view *base)
{
    return &profile_current(view_of(struct profile_screen, base))->base;
}

static void profile_tabs(const struct view *base, struct tabs *ret)
{
    const struct profile_screen *screen = view_of(struct profile_screen, base);

    ret->n = PROFILE_N_TABS;
    ret->shown = (size_t)screen->tab;
    for (int i = 0; i < PROFILE_N_TABS; i++)
        ret->names[i] = screen->tabs[i]->base.ops->name;
}

/* By hand through the tabs: there is no way back but the same keys. */
static void profile_turn(struct view *base, size_t tab)
{
    struct profile_screen *screen = view_of(struct profile_screen, base);

    screen->n_back = 0;
    show_tab(screen, (enum profile_tab)tab);
}

static void profile_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct profile_screen *screen = view_of(struct profile_screen, base);

    area = profile_draw_header(screen, canvas, area);
    profile_inner(base)->ops->draw(profile_inner(base), canvas, area);
}

/* --- acting --- */

static bool act_on_tabs(struct profile_screen *screen, enum action action)
{
    switch (action) {
    case ACTION_NEXT_PANE:
        return view_turn(&screen->base, ACTION_GROUP);
    case ACTION_PREVIOUS_PANE:
        return view_turn(&screen->base, ACTION_GROUP_BACK);
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
    case ACTION_GROUP_BACK:
        profile_next_sample_type(screen, action == ACTION_GROUP ? -1 : 1);
        return true;
    case ACTION_GRANULARITY:
        take_selection(screen);
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

/* One level of Escape: the list's filter goes first, the screen last. */
static bool act_back(struct profile_screen *screen)
{
    if (view_filtered(&screen->base))
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

    return act_on_tabs(screen, action) || act_on_settings(screen, action) ||
           (action == ACTION_BACK && act_back(screen));
}

static void profile_click(struct view *base, int line, int col, bool twice)
{
    size_t to;

    if (tabs_hit(&view_of(struct profile_screen, base)->hits, line, col, &to))
        profile_turn(base, to);
    else
        ui_click(profile_inner(base), line, col, twice);
}

static void profile_wheel(struct view *base, int line, int col, int direction)
{
    ui_wheel(profile_inner(base), line, col, direction);
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
        screen->tabs[i]->base.ops->help(&screen->tabs[i]->base, pager);
        pager_add(pager, THEME_TEXT, "");
    }
}

/* --- life --- */

static void profile_free(struct view *base)
{
    struct profile_screen *screen = view_of(struct profile_screen, base);

    for (int i = 0; i < PROFILE_N_TABS; i++) {
        const struct profile_answer *answer = screen->tabs[i]->answer;

        view_free(&screen->tabs[i]->base);
        profile_answer_unref(answer);
    }
    profile_model_free(screen->model);
    g_free(screen->title);
    g_free(screen->kind);
    g_free(screen->function);
    g_free(screen->words);
    g_free(screen);
}

static bool not_flame(const struct view *base)
{
    return view_of(struct profile_screen, base)->tab != PROFILE_TAB_FLAME;
}

static bool not_source(const struct view *base)
{
    return view_of(struct profile_screen, base)->tab != PROFILE_TAB_SOURCE;
}

static const struct view_key profile_keys[] = {
    {ACTION_FLAME, NULL, not_flame},  {ACTION_SOURCE, NULL, not_source},
    {ACTION_COMPARE, NULL, NULL},     {ACTION_NEXT_PANE, "tab", NULL},
    {ACTION_PREVIOUS_PANE, "", NULL}, {ACTION_GROUP, "sample type", NULL},
    {ACTION_GROUP_BACK, "", NULL},    {ACTION_GRANULARITY, NULL, NULL},
    {ACTION_REFINE, NULL, NULL},      {ACTION_FILTER, NULL, NULL},
    {ACTION_WEB, NULL, NULL},         {ACTION_COPY, NULL, NULL},
    {ACTION_EXPORT, NULL, NULL},      {ACTION_NONE, NULL, NULL}};

const struct view_ops profile_screen_ops = {
    .name = "profile",
    .draw = profile_draw,
    .act = profile_act,
    .update = profile_update,
    .keys = profile_keys,
    .inner = profile_inner,
    .tabs = profile_tabs,
    .turn = profile_turn,
    .click = profile_click,
    .wheel = profile_wheel,
    .help = profile_help,
    .free = profile_free,
};

struct view *profile_screen_new(struct ui *ui, const struct profile_subject *subject,
                                enum profile_tab tab)
{
    struct profile_screen *screen = g_new0(struct profile_screen, 1);

    screen->base = (struct view){.ops = &profile_screen_ops, .ui = ui, .numbered = true};
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
    profile_select_function(screen);
    return &screen->base;
}
