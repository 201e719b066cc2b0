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

void profile_tab_take(struct profile_tab_view *tab, enum profile_part part, const char *name,
                      void (*show)(struct profile_tab_view *tab, bool other))
{
    const struct profile_answer *old = tab->answer;

    tab->answer = profile_answer_ref(profile_model_get(tab->screen->model, part, name, &tab->due));
    if (tab->answer != old)
        show(tab, tab->answer != NULL &&
                      (old == NULL || g_strcmp0(old->function, tab->answer->function) != 0));
    profile_answer_unref(old);
}

const char *profile_tab_function(const struct profile_tab_view *tab)
{
    return tab->answer != NULL ? tab->answer->function : profile_screen_function(tab->screen);
}

bool profile_tab_ref(const char *name, struct ref *ret)
{
    *ret = (struct ref){.kind = REF_FUNCTION, .text = name};
    return name != NULL;
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

static void turn(struct view *base, enum action action)
{
    view_turn(base, action == ACTION_NEXT_PANE ? ACTION_GROUP : ACTION_GROUP_BACK);
}

/* To edit a line one is to be chosen. */
static void open_tab(struct view *base, enum action action)
{
    profile_screen_open(view_of(struct profile_screen, base),
                        action == ACTION_FLAME ? PROFILE_TAB_FLAME : PROFILE_TAB_SOURCE, NULL);
}

static void next_granularity(struct view *base)
{
    take_selection(view_of(struct profile_screen, base));
    profile_next_granularity(view_of(struct profile_screen, base));
}

/* One level of Escape: the list's filter goes first, the screen last. */
static bool goes_back(const struct view *base)
{
    return view_of(struct profile_screen, base)->n_back > 0 && !view_filtered(base);
}

static void go_back(struct view *base)
{
    struct profile_screen *screen = view_of(struct profile_screen, base);

    show_tab(screen, screen->back[--screen->n_back]);
}

static bool is_refined(const struct view *base)
{
    const struct profile_screen *screen = view_of(struct profile_screen, base);

    return !view_filtered(base) &&
           profile_settings_refined(&profile_model_input(screen->model)->settings);
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
    {ACTION_FLAME, .applies = not_flame, .act_by = open_tab},
    {ACTION_SOURCE, .applies = not_source, .act_by = open_tab},
    {ACTION_COMPARE, .act = profile_ask_comparison},
    {ACTION_NEXT_PANE, "tab", .act_by = turn, .help = "the next tab"},
    {ACTION_PREVIOUS_PANE, "", .act_by = turn, .help = "the tab before"},
    {ACTION_GROUP, "sample type", .act_by = profile_next_sample_type},
    {ACTION_GROUP_BACK, "", .act_by = profile_next_sample_type},
    {ACTION_GRANULARITY, .act = next_granularity},
    {ACTION_REFINE, .act = profile_ask_filters},
    {.action = ACTION_FILTER},
    {ACTION_WEB, .act = profile_open_web},
    {.action = ACTION_COPY},
    {.action = ACTION_EXPORT},
    {ACTION_EDIT, "", not_source, .act_by = open_tab},
    {ACTION_BACK, "", goes_back, .act = go_back},
    {ACTION_BACK, "", is_refined, .act = profile_forget_filters},
    {.action = ACTION_NONE}};

const struct view_ops profile_screen_ops = {
    .name = "profile",
    .draw = profile_draw,
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
