#include "widgets/theme.h"

#include <string.h>

/* A pen for every colour depth: a description in 16 colours, a 256-colour index and RGB. */
struct look {
    const char *fg16, *fg; /* NULL: default; fg as "index #rrggbb" */
    const char *bg16, *bg;
    bool bold, reverse, underline;
};

#define FG(c16, c) .fg16 = (c16), .fg = (c)
#define BG(c16, c) .bg16 = (c16), .bg = (c)

static const struct look dark[THEME_N_ROLES] = {
    [THEME_DIM] = {FG("hi-black", "245#8a8a8a")},
    [THEME_STRONG] = {.bold = true},
    [THEME_TITLE] = {FG("cyan", "80#5fd7d7"), .bold = true},
    [THEME_BORDER] = {FG("hi-black", "240#585858")},
    [THEME_FOCUS] = {FG("hi-cyan", "86#5fffd7"), .bold = true},
    [THEME_GOOD] = {FG("green", "114#87d787")},
    [THEME_LOOK] = {FG("yellow", "221#ffd75f")},
    [THEME_BAD] = {FG("hi-red", "203#ff5f5f"), .bold = true},
    [THEME_STALE] = {FG("hi-black", "242#6c6c6c")},
    [THEME_HEADER] = {FG("cyan", "109#87afaf")},
    [THEME_SORTED] = {FG("hi-cyan", "123#87ffff"), .bold = true},
    [THEME_SELECTED] = {FG("hi-white", "231#ffffff"), BG("blue", "24#005f87"), .bold = true},
    [THEME_SELECTED_DIM] = {BG("hi-black", "237#3a3a3a")},
    [THEME_MATCH] = {FG("black", "16#000000"), BG("yellow", "221#ffd75f")},
    [THEME_KEY] = {FG("hi-cyan", "123#87ffff"), .bold = true},
    [THEME_BAR] = {FG("hi-white", "231#ffffff"), BG("blue", "24#005f87"), .bold = true},
    [THEME_POPUP] = {FG("hi-white", "231#ffffff"), BG("hi-black", "236#303030")},
    [THEME_ESCAPE] = {FG("magenta", "176#d787d7")},
    [THEME_GRAPH1] = {FG("hi-blue", "75#5fafff")},
    [THEME_GRAPH2] = {FG("hi-yellow", "215#ffaf5f")},
    [THEME_GRAPH3] = {FG("hi-green", "115#87d7af")},
    [THEME_GRAPH4] = {FG("hi-magenta", "177#d787ff")},
    [THEME_GRAPH5] = {FG("hi-cyan", "117#87d7ff")},
    [THEME_GRAPH6] = {FG("hi-red", "210#ff8787")},
};

static const struct look light[THEME_N_ROLES] = {
    [THEME_DIM] = {FG("hi-black", "242#6c6c6c")},
    [THEME_STRONG] = {.bold = true},
    [THEME_TITLE] = {FG("blue", "24#005f87"), .bold = true},
    [THEME_BORDER] = {FG("hi-black", "250#bcbcbc")},
    [THEME_FOCUS] = {FG("blue", "25#005faf"), .bold = true},
    [THEME_GOOD] = {FG("green", "28#008700")},
    [THEME_LOOK] = {FG("yellow", "130#af5f00"), .bold = true},
    [THEME_BAD] = {FG("red", "160#d70000"), .bold = true},
    [THEME_STALE] = {FG("hi-black", "246#949494")},
    [THEME_HEADER] = {FG("blue", "24#005f87")},
    [THEME_SORTED] = {FG("blue", "25#005faf"), .bold = true, .underline = true},
    [THEME_SELECTED] = {FG("hi-white", "231#ffffff"), BG("blue", "25#005faf"), .bold = true},
    [THEME_SELECTED_DIM] = {BG("white", "253#dadada")},
    [THEME_MATCH] = {FG("black", "16#000000"), BG("yellow", "222#ffd787")},
    [THEME_KEY] = {FG("blue", "25#005faf"), .bold = true},
    [THEME_BAR] = {FG("hi-white", "231#ffffff"), BG("blue", "25#005faf"), .bold = true},
    [THEME_POPUP] = {FG("black", "16#000000"), BG("white", "254#e4e4e4")},
    [THEME_ESCAPE] = {FG("magenta", "127#af00af")},
    [THEME_GRAPH1] = {FG("blue", "25#005faf")},
    [THEME_GRAPH2] = {FG("yellow", "130#af5f00")},
    [THEME_GRAPH3] = {FG("green", "29#00875f")},
    [THEME_GRAPH4] = {FG("magenta", "91#8700af")},
    [THEME_GRAPH5] = {FG("cyan", "31#0087af")},
    [THEME_GRAPH6] = {FG("red", "124#af0000")},
};

/* Only what differs from dark: states in blue, orange and vermillion, which every kind of colour
 * vision tells apart; they also differ in brightness. */
static const struct look safe[THEME_N_ROLES] = {
    [THEME_GOOD] = {FG("hi-blue", "117#87d7ff")},
    [THEME_LOOK] = {FG("hi-yellow", "222#ffd787")},
    [THEME_BAD] = {FG("hi-red", "208#ff8700"), .bold = true, .underline = true},
    [THEME_GRAPH1] = {FG("hi-blue", "74#5fafd7")},
    [THEME_GRAPH2] = {FG("yellow", "214#ffaf00")},
    [THEME_GRAPH3] = {FG("cyan", "37#00afaf")},
    [THEME_GRAPH4] = {FG("hi-magenta", "175#d787af")},
    [THEME_GRAPH5] = {FG("hi-white", "255#eeeeee")},
    [THEME_GRAPH6] = {FG("red", "166#d75f00")},
};

/* Without colours: weight, reverse and underline carry it. */
static const struct look mono[THEME_N_ROLES] = {
    [THEME_STRONG] = {.bold = true},
    [THEME_TITLE] = {.bold = true},
    [THEME_FOCUS] = {.bold = true},
    [THEME_LOOK] = {.underline = true},
    [THEME_BAD] = {.bold = true, .underline = true},
    [THEME_SORTED] = {.bold = true, .underline = true},
    [THEME_SELECTED] = {.reverse = true},
    [THEME_SELECTED_DIM] = {.underline = true},
    [THEME_MATCH] = {.reverse = true},
    [THEME_KEY] = {.bold = true},
    [THEME_BAR] = {.reverse = true},
    [THEME_POPUP] = {.reverse = true},
    [THEME_ESCAPE] = {.underline = true},
};

static const char *const names[] = {"dark", "light", "safe", NULL};

const char *const *theme_names(void)
{
    return names;
}

static bool is_set(const struct look *look)
{
    return look->fg != NULL || look->bg != NULL || look->bold || look->reverse || look->underline;
}

static const struct look *look_of(const char *name, enum theme_depth depth, int role)
{
    if (depth == THEME_MONO)
        return &mono[role];
    if (strcmp(name, "light") == 0)
        return &light[role];
    if (strcmp(name, "safe") == 0 && is_set(&safe[role]))
        return &safe[role];
    return &dark[role];
}

static TickitPen *make_pen(const struct look *look, enum theme_depth depth)
{
    TickitPen *pen = tickit_pen_new();
    const char *fg = depth == THEME_16 ? look->fg16 : look->fg;
    const char *bg = depth == THEME_16 ? look->bg16 : look->bg;

    if (fg != NULL)
        tickit_pen_set_colour_attr_desc(pen, TICKIT_PEN_FG, fg);
    if (bg != NULL)
        tickit_pen_set_colour_attr_desc(pen, TICKIT_PEN_BG, bg);
    if (look->bold)
        tickit_pen_set_bool_attr(pen, TICKIT_PEN_BOLD, true);
    if (look->reverse)
        tickit_pen_set_bool_attr(pen, TICKIT_PEN_REVERSE, true);
    if (look->underline)
        tickit_pen_set_int_attr(pen, TICKIT_PEN_UNDER, TICKIT_PEN_UNDER_SINGLE);
    return pen;
}

struct theme *theme_new(const char *name, enum theme_depth depth, enum theme_glyphs glyphs)
{
    size_t i = 0;

    while (names[i] != NULL && strcmp(names[i], name) != 0)
        i++;
    if (names[i] == NULL)
        return NULL;
    struct theme *theme = g_new0(struct theme, 1);

    theme->name = names[i];
    theme->depth = depth;
    theme->glyphs = glyphs;
    for (int role = 0; role < THEME_N_ROLES; role++)
        theme->pens[role] = make_pen(look_of(names[i], depth, role), depth);
    return theme;
}

void theme_free(struct theme *theme)
{
    if (theme == NULL)
        return;
    for (int role = 0; role < THEME_N_ROLES; role++)
        tickit_pen_unref(theme->pens[role]);
    g_free(theme);
}

TickitPen *theme_pen(const struct theme *theme, enum theme_role role)
{
    return theme->pens[role];
}

const char *theme_mark(const struct theme *theme, enum theme_role role)
{
    bool ascii = theme->glyphs == THEME_ASCII;

    switch (role) {
    case THEME_GOOD:
        return ascii ? "+" : "✓";
    case THEME_LOOK:
        return "!";
    case THEME_BAD:
        return ascii ? "x" : "✗";
    default:
        return ascii ? "." : "·";
    }
}

const char *theme_arrow(const struct theme *theme, int direction)
{
    bool ascii = theme->glyphs == THEME_ASCII;

    if (direction > 0)
        return ascii ? "^" : "▲";
    if (direction < 0)
        return ascii ? "v" : "▼";
    return ascii ? "-" : "→";
}
