#include "widgets/flame_layout.h"
#include "widgets/match.h"
#include "widgets/text_cut.h"

#include <math.h>

struct flame {
    const struct flame_node *nodes;
    struct flame_place *places; /* as many */
    bool *matched;              /* as many; NULL: no search */
    size_t n, n_matched;
    double matched_share;
    int deepest;
    size_t selected, zoom;
    int top;     /* levels scrolled out */
    bool reveal; /* the next draw brings the selection into view */
    TickitRect rect;
};

struct flame *flame_new(void)
{
    return g_new0(struct flame, 1);
}

void flame_free(struct flame *flame)
{
    if (flame == NULL)
        return;
    g_free(flame->places);
    g_free(flame->matched);
    g_free(flame);
}

static void forget_search(struct flame *flame)
{
    g_clear_pointer(&flame->matched, g_free);
    flame->n_matched = 0;
    flame->matched_share = 0;
}

void flame_set_nodes(struct flame *flame, const struct flame_node *nodes, size_t n)
{
    bool both = flame->n > 0 && n > 0;

    forget_search(flame);
    flame->selected = both ? flame_same_path(flame->nodes, flame->selected, nodes, n) : 0;
    flame->zoom = both ? flame_same_path(flame->nodes, flame->zoom, nodes, n) : 0;
    g_free(flame->places);
    flame->nodes = nodes;
    flame->n = n;
    flame->places = flame_places(nodes, n);
    flame->deepest = 0;
    for (size_t i = 0; i < n; i++)
        flame->deepest = MAX(flame->deepest, flame->places[i].depth);
}

static struct flame_window window_of(const struct flame *flame)
{
    const struct flame_place *zoom = &flame->places[flame->zoom];
    bool thumb = flame->deepest >= flame->rect.lines && flame->rect.cols >= 4;

    return (struct flame_window){
        .start = zoom->start, .width = zoom->width, .cols = MAX(flame->rect.cols - thumb, 0)};
}

static bool is_below(const struct flame *flame, size_t node, size_t ancestor)
{
    while (node > ancestor)
        node = flame->nodes[node].parent;
    return node == ancestor;
}

/* Ancestors of the zoom fill their line; what stands beside it has no cells. */
static bool cells_of(const struct flame *flame, size_t node, int *ret_from, int *ret_to)
{
    struct flame_window window = window_of(flame);

    if (is_below(flame, flame->zoom, node)) {
        *ret_from = 0;
        *ret_to = window.cols;
        return window.cols > 0;
    }
    return flame->places[node].depth > flame->places[flame->zoom].depth &&
           flame_cells(&flame->places[node], &window, ret_from, ret_to) &&
           is_below(flame, node, flame->zoom);
}

/* --- drawing --- */

static enum theme_role block_of(const struct flame *flame, size_t node)
{
    const struct flame_node *at = &flame->nodes[node];

    if (isfinite(at->base) && at->value > at->base)
        return THEME_BLOCK_GREW;
    if (isfinite(at->base) && at->value < at->base)
        return THEME_BLOCK_SHRANK;
    return isfinite(at->base) ? THEME_BLOCK_QUIET : at->role;
}

static enum theme_role role_of(const struct flame *flame, size_t node,
                               const struct flame_look *look)
{
    if (node == flame->selected)
        return look->focused ? THEME_SELECTED : THEME_SELECTED_DIM;
    if (flame->matched != NULL && flame->matched[node])
        return THEME_MATCH;
    if (look->stale)
        return THEME_STALE;
    return block_of(flame, node);
}

/* A sign for growth, the name, and the value where it does not cost the name anything. */
static char *label_of(const struct flame *flame, const struct canvas *canvas, size_t node, int cols,
                      const struct flame_look *look)
{
    const struct flame_node *at = &flame->nodes[node];
    bool unicode = text_unicode(canvas);
    int change = isfinite(at->base) ? (at->value > at->base) - (at->value < at->base) : 0;
    g_autofree char *safe = text_safe(at->name, -1, unicode);
    g_autoptr(GString) name = g_string_new(NULL);
    struct number_text value = {""};

    int room = cols - (change != 0 ? 2 : 0);

    /* in a few columns the start of the package says more than the ends of both */
    text_fit(name, room < 8 ? text_without_import_path(safe) : safe, room,
             room < 8 ? TEXT_ELIDE_END : TEXT_ELIDE_FUNCTION, unicode);
    if (look->format != NULL)
        value = look->format(at->value);
    const char *brief = text_without_import_path(safe);

    /* without its import path a name is still one, and leaves room for the value */
    if (room >= 8 && text_width(name->str) + text_width(value.text) + 4 >= cols &&
        text_width(brief) + text_width(value.text) + 4 < cols)
        g_string_assign(name, brief);
    bool fits = text_width(name->str) + text_width(value.text) + 4 < cols && *value.text != '\0';

    return g_strdup_printf("%s%s%s%s%s", change != 0 ? theme_arrow(canvas->theme, change) : "",
                           change != 0 ? " " : "", name->str, fits ? "  " : "",
                           fits ? value.text : "");
}

static void draw_frame(const struct flame *flame, const struct canvas *canvas, size_t node,
                       const struct flame_look *look)
{
    int line = flame->places[node].depth - flame->top, from, to;

    if (line < 0 || line >= flame->rect.lines || !cells_of(flame, node, &from, &to))
        return;
    int col = flame->rect.left + from, cols = to - from;
    struct text_style style = {.role = role_of(flame, node, look)};

    line += flame->rect.top;
    /* an edge of its own keeps neighbours apart where pens do not */
    text_draw_safe(canvas, line, col, 1, &style, text_unicode(canvas) ? "▏" : "|");
    if (cols < 2)
        return;
    g_autofree char *label = cols > 3 ? label_of(flame, canvas, node, cols - 1, look) : NULL;

    text_draw_safe(canvas, line, col + 1, cols - 1, &style, label != NULL ? label : "");
}

void flame_draw(struct flame *flame, const struct canvas *canvas, TickitRect rect,
                const struct flame_look *look)
{
    if (rect.lines <= 0 || rect.cols <= 0) {
        flame->rect = rect;
        return;
    }
    tickit_renderbuffer_eraserect(canvas->rb, &rect);
    if (flame->n == 0) {
        if (look->empty != NULL)
            text_draw_words(canvas, rect, look->empty);
        return;
    }

    int depth = flame->places[flame->selected].depth;
    size_t levels = (size_t)flame->deepest + 1;

    flame->rect = rect;
    if (flame->reveal)
        flame->top = (int)scroll_follow((size_t)flame->top, (size_t)depth, levels, rect.lines);
    flame->top = (int)scroll_by((size_t)flame->top, 0, levels, rect.lines);
    flame->reveal = false;

    for (size_t i = 0; i < flame->n; i++)
        draw_frame(flame, canvas, i, look);
    if (window_of(flame).cols < rect.cols)
        scroll_draw(canvas, rect.top, rect.left + rect.cols - 1, rect.lines, (size_t)flame->top,
                    (size_t)flame->deepest + 1);
}

/* --- moving --- */

size_t flame_selected(const struct flame *flame)
{
    return flame->n > 0 ? flame->selected : FLAME_NO_NODE;
}

bool flame_select(struct flame *flame, size_t node)
{
    if (node >= flame->n)
        return false;
    flame->selected = node;
    flame->reveal = true;
    return true;
}

static size_t largest_child(const struct flame *flame)
{
    size_t best = FLAME_NO_NODE;

    for (size_t i = flame->selected + 1; i < flame->n; i++)
        if (flame->nodes[i].parent == flame->selected &&
            (best == FLAME_NO_NODE || flame->places[i].start < flame->places[best].start))
            best = i; /* the largest stands first */
    return best;
}

static size_t neighbour(const struct flame *flame, int direction)
{
    const struct flame_place *places = flame->places, *here = &places[flame->selected];
    size_t best = FLAME_NO_NODE;
    int from, to;

    for (size_t i = 0; i < flame->n; i++) {
        double ahead = direction * (places[i].start - here->start);

        if (i != flame->selected && places[i].depth == here->depth && ahead > 0 &&
            (best == FLAME_NO_NODE || ahead < direction * (places[best].start - here->start)) &&
            cells_of(flame, i, &from, &to))
            best = i;
    }
    return best;
}

bool flame_move(struct flame *flame, enum flame_motion motion)
{
    if (flame->n == 0)
        return false;
    switch (motion) {
    case FLAME_PARENT:
        return flame->selected != 0 && flame_select(flame, flame->nodes[flame->selected].parent);
    case FLAME_CHILD:
        return flame_select(flame, largest_child(flame));
    case FLAME_LEFT:
        return flame_select(flame, neighbour(flame, -1));
    case FLAME_RIGHT:
        return flame_select(flame, neighbour(flame, 1));
    }
    return false;
}

bool flame_zoom(struct flame *flame)
{
    /* a node worth nothing has no width to spread */
    if (flame->n == 0 || flame->zoom == flame->selected ||
        !(flame->places[flame->selected].width > 0))
        return false;
    flame->zoom = flame->selected;
    flame->reveal = true;
    return true;
}

bool flame_unzoom(struct flame *flame)
{
    if (flame->n == 0 || flame->zoom == 0)
        return false;
    flame->zoom = flame->nodes[flame->zoom].parent;
    flame->reveal = true;
    return true;
}

bool flame_unzoom_all(struct flame *flame)
{
    if (flame->n == 0 || flame->zoom == 0)
        return false;
    flame->zoom = 0;
    flame->reveal = true;
    return true;
}

size_t flame_zoomed(const struct flame *flame)
{
    return flame->n > 0 ? flame->zoom : FLAME_NO_NODE;
}

bool flame_reveal(struct flame *flame, size_t node)
{
    if (!flame_select(flame, node))
        return false;
    if (!is_below(flame, node, flame->zoom) && !is_below(flame, flame->zoom, node))
        flame->zoom = 0;
    return true;
}

/* --- searching --- */

/* Parents stand before their children: what lies within a match is known when it is met. */
void flame_search(struct flame *flame, const GRegex *regex)
{
    g_autofree bool *within = g_new0(bool, flame->n + 1);

    forget_search(flame);
    if (regex == NULL || flame->n == 0)
        return;
    flame->matched = g_new0(bool, flame->n);
    for (size_t i = 1; i < flame->n; i++) {
        within[i] = within[flame->nodes[i].parent];
        if (!match_test(regex, flame->nodes[i].name, -1))
            continue;
        flame->matched[i] = true;
        flame->n_matched++;
        if (!within[i])
            flame->matched_share += flame->places[i].width;
        within[i] = true;
    }
}

size_t flame_search_result(const struct flame *flame, double *ret_share)
{
    *ret_share = flame->matched_share;
    return flame->n_matched;
}

/* < 0: a stands before b, from left to right, and where they begin together, from the root down. */
static int compare_places(const struct flame *flame, size_t a, size_t b)
{
    const struct flame_place *x = &flame->places[a], *y = &flame->places[b];

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->depth != y->depth)
        return x->depth < y->depth ? -1 : 1;
    return a < b ? -1 : a > b;
}

bool flame_search_next(struct flame *flame, int direction)
{
    size_t next = FLAME_NO_NODE, around = FLAME_NO_NODE;

    for (size_t i = 0; flame->n_matched > 0 && i < flame->n; i++) {
        if (!flame->matched[i])
            continue;
        if (direction * compare_places(flame, i, flame->selected) > 0 &&
            (next == FLAME_NO_NODE || direction * compare_places(flame, i, next) < 0))
            next = i;
        if (around == FLAME_NO_NODE || direction * compare_places(flame, i, around) < 0)
            around = i;
    }
    return flame_reveal(flame, next != FLAME_NO_NODE ? next : around);
}

void flame_scroll(struct flame *flame, int lines)
{
    flame->top =
        (int)scroll_by((size_t)flame->top, lines, (size_t)flame->deepest + 1, flame->rect.lines);
}

size_t flame_hit(const struct flame *flame, int line, int col)
{
    const TickitRect *r = &flame->rect;
    int depth = line - r->top + flame->top, from, to;

    if (line < r->top || line >= r->top + r->lines)
        return FLAME_NO_NODE;
    for (size_t i = 0; i < flame->n; i++)
        if (flame->places[i].depth == depth && cells_of(flame, i, &from, &to) &&
            col >= r->left + from && col < r->left + to)
            return i;
    return FLAME_NO_NODE;
}
