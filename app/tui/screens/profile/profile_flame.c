#include "app/tui/screens/profile/profile_screen.h"

#include "app/lists/functions_list.h"
#include "app/tui/screens/profile/profile_export.h"
#include "app/tui/screens/view_table.h"
#include "widgets/match.h"

#include <math.h>
#include <string.h>

/* The profile as a flame graph, with what the selected frame is below it. */

struct profile_flame {
    struct profile_tab_view base;
    struct flame *flame;
    char *search; /* "" when none */
};

/* --- model --- */

static bool has_nodes(const struct profile_tab_view *tab)
{
    return tab->answer != NULL && tab->answer->tree != NULL &&
           tab->answer->tree->nodes[0].total != 0;
}

static void apply_search(struct profile_flame *flame)
{
    GRegex *regex = match_compile(flame->search);

    flame_search(flame->flame, regex);
    if (regex != NULL)
        g_regex_unref(regex);
}

static void show(struct profile_tab_view *tab, bool other)
{
    struct profile_flame *flame = view_of(struct profile_flame, tab);
    bool any = has_nodes(tab);

    (void)other;
    flame_set_nodes(flame->flame, any ? tab->answer->flame : NULL, any ? tab->answer->n_flame : 0);
    apply_search(flame);
}

static void flame_update(struct view *base, unsigned kinds)
{
    (void)kinds;
    profile_tab_take(view_of(struct profile_tab_view, base), PROFILE_PART_TREE, NULL, show);
}

/* The selected frame's node in the tree; NULL: none. */
static const struct calltree_node *selected_node(const struct profile_flame *flame)
{
    size_t node = flame_selected(flame->flame);

    if (node == FLAME_NO_NODE)
        return NULL;
    return &flame->base.answer->tree->nodes[flame->base.answer->flame_tree[node]];
}

/* The root is no function. */
static bool flame_ref(const struct view *base, struct ref *ret)
{
    const struct calltree_node *node = selected_node(view_of(struct profile_flame, base));

    return profile_tab_ref(node != NULL && node->depth > 0 ? node->name : NULL, ret);
}

/* The largest frame of that name: they stand by level, and in each the largest first. */
static void flame_select_ref(struct view *base, const struct ref *ref)
{
    struct profile_tab_view *tab = view_of(struct profile_tab_view, base);
    const struct profile_answer *answer = tab->answer;
    size_t best = FLAME_NO_NODE;
    struct ref now;

    if (!has_nodes(tab) || (flame_ref(base, &now) && strcmp(now.text, ref->text) == 0))
        return;
    for (size_t i = 1; i < answer->n_flame; i++)
        if (strcmp(answer->flame[i].name, ref->text) == 0 &&
            (best == FLAME_NO_NODE || answer->flame[i].value > answer->flame[best].value))
            best = i;
    if (best != FLAME_NO_NODE)
        flame_reveal(view_of(struct profile_flame, tab)->flame, best);
}

/* --- drawing --- */

static struct number_text value_in(double v, const char *unit)
{
    struct number_text out;
    char text[MEASUREMENT_TEXT_MAX];

    profile_value_text((int64_t)v, unit, text);
    g_strlcpy(out.text, text, sizeof out.text);
    return out;
}

static struct number_text format_bytes_value(double v)
{
    return value_in(v, "bytes");
}

static struct number_text format_time_value(double v)
{
    return value_in(v, "nanoseconds");
}

static struct number_text format_plain_value(double v)
{
    return number_count((int64_t)v);
}

static struct number_text (*format_of(const char *unit))(double v)
{
    if (strcmp(unit, "bytes") == 0)
        return format_bytes_value;
    return strcmp(unit, "nanoseconds") == 0 ? format_time_value : format_plain_value;
}

static void draw_selected(const struct profile_flame *flame, const struct canvas *canvas,
                          TickitRect area)
{
    const struct calltree_node *node = selected_node(flame);
    const struct profile_answer *answer = flame->base.answer;
    g_autofree char *search = NULL;
    int room = 0;

    if (node == NULL)
        return;
    if (*flame->search != '\0') {
        char share[MEASUREMENT_TEXT_MAX];
        double part;
        size_t n = flame_search_result(flame->flame, &part);

        measurement_percentage(llround(part * (double)answer->tree->nodes[0].total), answer->total,
                               share);
        search = g_strdup_printf("/%s: %zu frame%s, %s ", flame->search, n, n == 1 ? "" : "s",
                                 g_strchug(share));
        room = MIN(text_width(search), area.cols / 2);
    }
    g_autofree char *numbers = profile_node_text(answer, node);

    text_draw(canvas, area.top, area.left + 1, area.cols - 1,
              &(struct text_style){.role = THEME_STRONG, .elide = TEXT_ELIDE_MIDDLE},
              node->depth > 0 ? node->name : "all of the profile");
    text_drawf(canvas, area.top + 1, area.left + 1, area.cols - 1 - room, THEME_DIM, "%s", numbers);
    if (room > 0)
        text_draw(canvas, area.top + 1, area.left + area.cols - room, room,
                  &(struct text_style){.role = THEME_MATCH}, search);
}

struct swatch {
    enum theme_role role;
    int direction; /* of a change, told by its arrow */
    const char *text;
};

static const struct swatch of_change[] = {{THEME_BLOCK_GREW, 1, " grew "},
                                          {THEME_BLOCK_SHRANK, -1, " shrank "},
                                          {THEME_BLOCK_QUIET, 0, " as before "}};
static const struct swatch of_owners[] = {{THEME_BLOCK_OWN, 0, " the program "},
                                          {THEME_BLOCK_QUIET, 0, " Go's own "},
                                          {THEME_BLOCK1, 0, " "},
                                          {THEME_BLOCK2, 0, " "},
                                          {THEME_BLOCK3, 0, " "},
                                          {THEME_BLOCK4, 0, " "},
                                          {THEME_BLOCK5, 0, " "},
                                          {THEME_DIM, 0, " other packages, each its colour"}};
static const struct swatch in_mono[] = {{THEME_BLOCK_OWN, 0, " the program "},
                                        {THEME_BLOCK1, 0, " what it uses"}};

/* What the grounds of frames say, in them. */
static void draw_legend(const struct canvas *canvas, TickitRect area, bool compared)
{
    bool mono = canvas->theme->depth == THEME_MONO;
    const struct swatch *swatches = compared ? of_change : mono ? in_mono : of_owners;
    size_t n = compared ? G_N_ELEMENTS(of_change)
               : mono   ? G_N_ELEMENTS(in_mono)
                        : G_N_ELEMENTS(of_owners);
    int col = 1;

    for (size_t i = 0; i < n && col < area.cols; i++) {
        int direction = swatches[i].direction;
        g_autofree char *text = g_strconcat(
            direction != 0 ? " " : "", direction != 0 ? theme_arrow(canvas->theme, direction) : "",
            swatches[i].text, NULL);

        text_draw_safe(canvas, area.top, area.left + col, MIN(text_width(text), area.cols - col),
                       &(struct text_style){.role = swatches[i].role}, text);
        col += text_width(text);
    }
}

static void flame_tab_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct profile_tab_view *tab = view_of(struct profile_tab_view, base);
    enum { BELOW = 2, LEAST = 5, LEAST_FOR_LEGEND = 12 };
    struct profile_flame *flame = view_of(struct profile_flame, tab);
    const char *unit = has_nodes(tab) ? tab->answer->tree->unit : "";
    TickitRect body = area;

    if (area.lines >= LEAST_FOR_LEGEND && has_nodes(tab)) {
        body.lines--;
        draw_legend(canvas, (TickitRect){area.top + area.lines - 1, area.left, 1, area.cols},
                    tab->answer->input.base != NULL);
    }
    if (area.lines >= LEAST && has_nodes(tab)) {
        body.lines -= BELOW;
        draw_selected(flame, canvas,
                      (TickitRect){area.top + body.lines, area.left, BELOW, area.cols});
    }
    flame_draw(flame->flame, canvas, body,
               &(struct flame_look){.focused = true,
                                    .empty = profile_screen_empty(tab->screen, tab->answer),
                                    .format = format_of(unit)});
}

/* --- searching --- */

static void set_search(struct profile_flame *flame, const char *text)
{
    g_free(flame->search);
    flame->search = g_strdup(text);
    apply_search(flame);
}

struct search_edit {
    struct profile_flame *flame;
    char *before;
};

static void on_search_changed(struct ui *ui, const char *text, void *user)
{
    const struct search_edit *edit = user;

    ui_say_pattern(ui, text);
    set_search(edit->flame, text);
}

static void on_search_done(struct ui *ui, const char *text, void *user)
{
    struct search_edit *edit = user;

    set_search(edit->flame, text != NULL ? text : edit->before);
    if (text != NULL && *text != '\0' && !flame_search_next(edit->flame->flame, 1))
        ui_message(ui, THEME_LOOK, "no frame matches %s", text);
    g_free(edit->before);
    g_free(edit);
}

static void ask_search(struct view *base)
{
    struct profile_flame *flame = view_of(struct profile_flame, base);
    struct search_edit *edit = g_new0(struct search_edit, 1);

    *edit = (struct search_edit){.flame = flame, .before = g_strdup(flame->search)};
    ui_prompt(base->ui, &(struct ui_prompt){.label = "search: ",
                                            .text = flame->search,
                                            .changed = on_search_changed,
                                            .done = on_search_done,
                                            .user = edit});
}

static void search_next(struct view *base, enum action action)
{
    const struct profile_flame *flame = view_of(struct profile_flame, base);

    if (*flame->search == '\0')
        ask_search(base);
    else if (!flame_search_next(flame->flame, action == ACTION_SEARCH_NEXT ? 1 : -1))
        ui_message(base->ui, THEME_DIM, "no frame matches %s", flame->search);
}

/* --- acting --- */

static void move(struct view *base, enum action action)
{
    static const enum flame_motion motions[] = {[ACTION_UP] = FLAME_PARENT,
                                                [ACTION_DOWN] = FLAME_CHILD,
                                                [ACTION_LEFT] = FLAME_LEFT,
                                                [ACTION_RIGHT] = FLAME_RIGHT};

    flame_move(view_of(struct profile_flame, base)->flame, motions[action]);
}

static void scroll(struct view *base, enum action action)
{
    enum { PAGE = 10 };

    flame_scroll(view_of(struct profile_flame, base)->flame,
                 action == ACTION_PAGE_UP ? -PAGE : PAGE);
}

static void go_home(struct view *base)
{
    flame_reveal(view_of(struct profile_flame, base)->flame, 0);
}

static bool is_zoomed(const struct view *base)
{
    size_t node = flame_zoomed(view_of(struct profile_flame, base)->flame);

    return node != 0 && node != FLAME_NO_NODE;
}

static void unzoom(struct view *base)
{
    flame_unzoom_all(view_of(struct profile_flame, base)->flame);
}

static void zoom(struct view *base)
{
    if (!flame_zoom(view_of(struct profile_flame, base)->flame))
        unzoom(base);
}

static bool has_search(const struct view *base)
{
    return *view_of(struct profile_flame, base)->search != '\0';
}

static void forget_search(struct view *base)
{
    set_search(view_of(struct profile_flame, base), "");
}

static void export_svg(struct view *base)
{
    struct profile_tab_view *tab = view_of(struct profile_tab_view, base);
    g_autofree char *title = profile_screen_title(tab->screen, tab->answer);

    if (has_nodes(tab))
        profile_export_svg(tab->base.ui, tab->answer, title);
    else
        ui_message(tab->base.ui, THEME_DIM, "nothing drawn here to write");
}

static void flame_click(struct view *base, int line, int col, bool twice)
{
    struct profile_tab_view *tab = view_of(struct profile_tab_view, base);
    struct flame *flame = view_of(struct profile_flame, tab)->flame;
    size_t node = flame_hit(flame, line, col);

    if (node == FLAME_NO_NODE)
        return;
    flame_select(flame, node);
    if (twice)
        ui_act(tab->base.ui, ACTION_OPEN);
}

static void flame_wheel(struct view *base, int line, int col, int direction)
{
    (void)line;
    (void)col;
    flame_scroll(view_of(struct profile_flame, base)->flame, direction * 3);
}

static char *flame_export(struct view *base)
{
    struct profile_tab_view *tab = view_of(struct profile_tab_view, base);
    return has_nodes(tab) ? profile_export_tree(tab->answer) : NULL;
}

static const struct view_key flame_keys[] = {
    {ACTION_OPEN, "zoom", .act = zoom},
    {ACTION_BACK, .applies = has_search, .act = forget_search},
    {ACTION_BACK, .applies = is_zoomed, .act = unzoom},
    {.action = ACTION_BACK},
    {ACTION_FILTER, "search", .act = ask_search},
    {ACTION_SEARCH_NEXT, .applies = has_search, .act_by = search_next},
    {ACTION_SEARCH_PREVIOUS, "", has_search, .act_by = search_next},
    {ACTION_EXPORT, "", .act = export_svg},
    {ACTION_UP, "", .act_by = move},
    {ACTION_DOWN, "", .act_by = move},
    {ACTION_LEFT, "", .act_by = move},
    {ACTION_RIGHT, "", .act_by = move},
    {ACTION_PAGE_UP, "", .act_by = scroll},
    {ACTION_PAGE_DOWN, "", .act_by = scroll},
    {ACTION_HOME, "", .act = go_home},
    {.action = ACTION_NONE}};

static void flame_help(struct view *base, struct pager *pager)
{
    (void)base;
    pager_add(pager, THEME_TITLE, "Flame");
    pager_add(pager, THEME_TEXT,
              "All stacks as one tree, the root at the top: a frame is as wide as its cum. Up and");
    pager_add(pager, THEME_TEXT,
              "Down walk to the caller and the largest callee, Left and Right to the neighbours;");
    pager_add(pager, THEME_TEXT,
              "Enter zooms in, Enter again or Esc back out. / marks frames by regular expression");
    pager_add(pager, THEME_TEXT,
              "and says their share of the whole. Compared, frames that grew and shrank differ in");
    pager_add(
        pager, THEME_TEXT,
        "colour and have an arrow. e writes an SVG file for a browser, :write the tree as text.");
}

static void flame_tab_free(struct view *base)
{
    struct profile_tab_view *tab = view_of(struct profile_tab_view, base);
    flame_free(view_of(struct profile_flame, tab)->flame);
    g_free(view_of(struct profile_flame, tab)->search);
    g_free(tab);
}

const struct view_ops profile_flame_ops = {
    .name = "Flame",
    .draw = flame_tab_draw,
    .update = flame_update,
    .click = flame_click,
    .wheel = flame_wheel,
    .export_text = flame_export,
    .keys = flame_keys,
    .ref = flame_ref,
    .select = flame_select_ref,
    .help = flame_help,
    .free = flame_tab_free,
};

struct profile_tab_view *profile_flame_new(struct profile_screen *screen)
{
    struct profile_flame *flame = g_new0(struct profile_flame, 1);

    flame->base = profile_tab_of(screen, &profile_flame_ops);
    flame->flame = flame_new();
    flame->search = g_strdup("");
    return &flame->base;
}
