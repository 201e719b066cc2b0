#include "widgets/tabs.h"

enum { BRACKETS = 2, NUMBER = 2, LEAST_NAME = 4, LEAST_COLS = 8 };

static int name_cols(const struct canvas *canvas, const char *name)
{
    g_autofree char *safe = text_safe(name, -1, text_unicode(canvas));

    return text_width(safe);
}

/* Columns of a tab whose name has at most name_max; the shown one keeps its whole name. */
static int tab_cols(const struct canvas *canvas, const struct tabs *tabs, size_t i, int name_max)
{
    int name = name_cols(canvas, tabs->names[i]);

    return BRACKETS + (tabs->numbered ? NUMBER : 0) +
           (i == tabs->shown ? name : MIN(name, name_max));
}

static int all_cols(const struct canvas *canvas, const struct tabs *tabs, int name_max)
{
    int cols = 0;

    for (size_t i = 0; i < tabs->n; i++)
        cols += tab_cols(canvas, tabs, i, name_max);
    return cols;
}

static int longest_name(const struct canvas *canvas, const struct tabs *tabs)
{
    int longest = 0;

    for (size_t i = 0; i < tabs->n; i++)
        longest = MAX(longest, name_cols(canvas, tabs->names[i]));
    return longest;
}

int tabs_cols(const struct canvas *canvas, const struct tabs *tabs, enum tabs_form form)
{
    enum { PLACE = 6 }; /* "[", " 2/7", "]" */
    struct tabs plain = *tabs;

    if (form == TABS_PLACE)
        return name_cols(canvas, tabs->names[tabs->shown]) + PLACE;
    plain.numbered = tabs->numbered && form == TABS_NUMBERED;
    return all_cols(canvas, &plain, longest_name(canvas, tabs));
}

/* The longest names may be that all tabs fit; 0: they do not. */
static int room_for_names(const struct canvas *canvas, const struct tabs *tabs, int cols)
{
    int room = longest_name(canvas, tabs);

    while (room > LEAST_NAME && all_cols(canvas, tabs, room) > cols)
        room--;
    return all_cols(canvas, tabs, room) <= cols ? room : 0;
}

static void add_hit(struct tabs_hits *hits, int col, int cols, size_t tab)
{
    if (hits == NULL)
        return;
    hits->hits[hits->n].col = col;
    hits->hits[hits->n].cols = cols;
    hits->hits[hits->n++].tab = tab;
}

static void draw_tab(const struct canvas *canvas, int line, int col, int cols,
                     const struct tabs *tabs, size_t i)
{
    bool shown = i == tabs->shown;
    enum theme_role role = !shown ? THEME_DIM : tabs->quiet ? THEME_TITLE : THEME_FOCUS;
    const struct text_style style = {.role = role};
    int at = col + 1;

    text_draw(canvas, line, col, 1, &style, shown ? "[" : " ");
    if (tabs->numbered) {
        text_drawf(canvas, line, at, NUMBER, role, "%zu ", i + 1);
        at += NUMBER;
    }
    text_draw(canvas, line, at, col + cols - 1 - at, &style, tabs->names[i]);
    text_draw(canvas, line, col + cols - 1, 1, &style, shown ? "]" : " ");
}

/* "[grouped 1/7]" */
static int draw_shown(const struct canvas *canvas, int line, int col, int cols,
                      const struct tabs *tabs)
{
    const char *name = tabs->names[tabs->shown];
    g_autofree char *rest = g_strdup_printf(" %zu/%zu]", tabs->shown + 1, tabs->n);
    int after = (int)g_utf8_strlen(rest, -1), room = MIN(name_cols(canvas, name), cols - after - 1);
    const struct text_style style = {.role = tabs->quiet ? THEME_TITLE : THEME_FOCUS};

    text_draw(canvas, line, col, 1, &style, "[");
    text_draw(canvas, line, col + 1, room, &style, name);
    text_draw(canvas, line, col + 1 + room, after, &style, rest);
    return room + after + 1;
}

int tabs_draw(const struct canvas *canvas, int line, int col, int cols, const struct tabs *given,
              struct tabs_hits *hits)
{
    struct tabs plain = *given, *tabs = &plain;

    if (hits != NULL)
        *hits = (struct tabs_hits){.line = line};
    if (tabs->n == 0 || cols < LEAST_COLS)
        return 0;
    int room = room_for_names(canvas, tabs, cols), used = 0;

    if (tabs->numbered && room < longest_name(canvas, tabs)) { /* names say more than numbers */
        plain.numbered = false;
        room = room_for_names(canvas, tabs, cols);
    }
    if (room == 0) {
        used = draw_shown(canvas, line, col, cols, tabs);
        add_hit(hits, col, used, (tabs->shown + 1) % tabs->n);
        return used;
    }
    for (size_t i = 0; i < tabs->n; i++) {
        int width = tab_cols(canvas, tabs, i, room);

        draw_tab(canvas, line, col + used, width, tabs, i);
        add_hit(hits, col + used, width, i);
        used += width;
    }
    return used;
}

bool tabs_hit(const struct tabs_hits *hits, int line, int col, size_t *ret_tab)
{
    for (size_t i = 0; line == hits->line && i < hits->n; i++)
        if (col >= hits->hits[i].col && col < hits->hits[i].col + hits->hits[i].cols) {
            *ret_tab = hits->hits[i].tab;
            return true;
        }
    return false;
}
