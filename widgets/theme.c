#include "widgets/theme.h"

#include "widgets/text.h"

#include <string.h>

/* A colour three times: a basic name, an index of 256, 0xrrggbb. name NULL: the default. */
struct colour {
    const char *name;
    int index;
    guint32 rgb;
};

struct look {
    struct colour fg, bg;
    bool bold, reverse, underline, faint;
};

/* clang-format off */
#define FG(name, index, rgb) .fg = {name, index, rgb}
#define BG(name, index, rgb) .bg = {name, index, rgb}
#define INK(name) FG(name, 0, 0)
#define GROUND(name) BG(name, 0, 0)

/* On a dark ground, which stays the terminal's own. */
static const struct look dark[THEME_N_ROLES] = {
    [THEME_DIM] = {FG("hi-black", 245, 0x8a9199)},
    [THEME_STRONG] = {.bold = true},
    [THEME_TITLE] = {FG("cyan", 116, 0x8fd3d8), .bold = true},
    [THEME_BORDER] = {FG("hi-black", 240, 0x565c64)},
    [THEME_FOCUS] = {FG("hi-cyan", 80, 0x56d6d6), .bold = true},
    [THEME_GOOD] = {FG("green", 114, 0x8ccf7e)},
    [THEME_LOOK] = {FG("hi-yellow", 221, 0xf2cc60)},
    [THEME_BAD] = {FG("hi-red", 203, 0xff6b62), .bold = true},
    [THEME_STALE] = {FG("hi-black", 243, 0x737a83)},
    [THEME_HEADER] = {FG("cyan", 109, 0x87afaf)},
    [THEME_SORTED] = {FG("hi-cyan", 80, 0x56d6d6), .bold = true},
    [THEME_SELECTED] = {FG("hi-white", 231, 0xffffff), BG("blue", 24, 0x1c5a85), .bold = true},
    [THEME_SELECTED_DIM] = {BG("black", 237, 0x383d44)},
    [THEME_MATCH] = {FG("black", 16, 0x101010), BG("yellow", 221, 0xf2cc60)},
    [THEME_KEY] = {FG("hi-cyan", 80, 0x56d6d6), .bold = true},
    [THEME_BAR] = {FG("hi-white", 254, 0xe8eaed), BG("blue", 24, 0x1b4965)},
    [THEME_POPUP] = {FG("hi-white", 254, 0xe8eaed), BG("black", 236, 0x2b3037)},
    [THEME_ESCAPE] = {FG("hi-magenta", 176, 0xd38aea), .underline = true},
    [THEME_METER] = {BG("blue", 238, 0x3b4a5a)},
    [THEME_BLOCK1] = {FG("hi-white", 254, 0xe8eaed), BG("blue", 60, 0x46557a)},
    [THEME_BLOCK2] = {FG("hi-white", 254, 0xe8eaed), BG("magenta", 96, 0x6b4c85)},
    [THEME_BLOCK3] = {FG("hi-white", 254, 0xe8eaed), BG("green", 64, 0x50692e)},
    [THEME_BLOCK4] = {FG("hi-white", 254, 0xe8eaed), BG("yellow", 94, 0x7a5228)},
    [THEME_BLOCK5] = {FG("hi-white", 254, 0xe8eaed), BG("cyan", 66, 0x3f6b73)},
    [THEME_BLOCK_OWN] = {FG("black", 16, 0x101010), BG("hi-cyan", 80, 0x5fc9c9), .bold = true},
    [THEME_BLOCK_QUIET] = {FG("white", 250, 0xb4bac2), BG("black", 236, 0x2f343b)},
    [THEME_BLOCK_GREW] = {FG("hi-white", 231, 0xffffff), BG("red", 124, 0x9e2f2a)},
    [THEME_BLOCK_SHRANK] = {FG("hi-white", 231, 0xffffff), BG("green", 28, 0x2f6f3a)},
    [THEME_GRAPH1] = {FG("hi-blue", 75, 0x61afef)},
    [THEME_GRAPH2] = {FG("hi-yellow", 215, 0xf0a45d)},
    [THEME_GRAPH3] = {FG("hi-green", 115, 0x7fd1ae)},
    [THEME_GRAPH4] = {FG("hi-magenta", 176, 0xc792ea)},
    [THEME_GRAPH5] = {FG("hi-cyan", 117, 0x89ddff)},
    [THEME_GRAPH6] = {FG("hi-red", 210, 0xf28b82)},
};

/* On a light ground: dark inks; bright basic colours would vanish on white. */
static const struct look light[THEME_N_ROLES] = {
    [THEME_DIM] = {FG("hi-black", 242, 0x636c76)},
    [THEME_STRONG] = {.bold = true},
    [THEME_TITLE] = {FG("blue", 24, 0x0b4f79), .bold = true},
    [THEME_BORDER] = {FG("hi-black", 248, 0xa9b0b8)},
    [THEME_FOCUS] = {FG("blue", 25, 0x0550ae), .bold = true},
    [THEME_GOOD] = {FG("green", 28, 0x1a7f37)},
    [THEME_LOOK] = {FG("magenta", 130, 0x9a5b00), .bold = true},
    [THEME_BAD] = {FG("red", 160, 0xcf222e), .bold = true},
    [THEME_STALE] = {FG("hi-black", 246, 0x8c959f)},
    [THEME_HEADER] = {FG("blue", 24, 0x2f5d7c)},
    [THEME_SORTED] = {FG("blue", 25, 0x0550ae), .bold = true, .underline = true},
    [THEME_SELECTED] = {FG("hi-white", 231, 0xffffff), BG("blue", 25, 0x0969da), .bold = true},
    [THEME_SELECTED_DIM] = {BG("white", 253, 0xdde3ea)},
    [THEME_MATCH] = {FG("black", 16, 0x101010), BG("yellow", 222, 0xffd98a)},
    [THEME_KEY] = {FG("blue", 25, 0x0550ae), .bold = true},
    [THEME_BAR] = {FG("hi-white", 231, 0xffffff), BG("blue", 25, 0x0b4f79)},
    [THEME_POPUP] = {FG("black", 16, 0x101010), BG("white", 255, 0xeef1f4)},
    [THEME_ESCAPE] = {FG("magenta", 127, 0x8e24aa), .underline = true},
    [THEME_METER] = {BG("cyan", 152, 0xc3dcef)},
    [THEME_BLOCK1] = {FG("black", 16, 0x101010), BG("hi-blue", 189, 0xcdd9f5)},
    [THEME_BLOCK2] = {FG("black", 16, 0x101010), BG("hi-magenta", 183, 0xe0c8f5)},
    [THEME_BLOCK3] = {FG("black", 16, 0x101010), BG("hi-green", 193, 0xd9ebb0)},
    [THEME_BLOCK4] = {FG("black", 16, 0x101010), BG("hi-yellow", 223, 0xf3dab4)},
    [THEME_BLOCK5] = {FG("black", 16, 0x101010), BG("hi-cyan", 152, 0xb9dfe4)},
    [THEME_BLOCK_OWN] = {FG("black", 16, 0x101010), BG("cyan", 44, 0x35bcc4), .bold = true},
    [THEME_BLOCK_QUIET] = {FG("hi-black", 241, 0x57606a), BG("white", 254, 0xe7eaee)},
    [THEME_BLOCK_GREW] = {FG("black", 16, 0x101010), BG("hi-red", 217, 0xffb3ad)},
    [THEME_BLOCK_SHRANK] = {FG("black", 16, 0x101010), BG("hi-green", 151, 0xb5e2b8)},
    [THEME_GRAPH1] = {FG("blue", 25, 0x0969da)},
    [THEME_GRAPH2] = {FG("red", 130, 0xb35900)},
    [THEME_GRAPH3] = {FG("green", 29, 0x1a7f5a)},
    [THEME_GRAPH4] = {FG("magenta", 91, 0x8250df)},
    [THEME_GRAPH5] = {FG("cyan", 31, 0x0e7490)},
    [THEME_GRAPH6] = {FG("red", 124, 0xa40e26)},
};

/*
 * What differs from dark: blue for good, pale yellow for a look, orange for
 * bad. Every kind of colour vision tells them apart, and they rise in
 * contrast; the graphs alternate the same way.
 */
static const struct look safe[THEME_N_ROLES] = {
    [THEME_GOOD] = {FG("hi-blue", 75, 0x56b4e9)},
    [THEME_LOOK] = {FG("hi-yellow", 228, 0xf0e442)},
    [THEME_BAD] = {FG("yellow", 208, 0xff8c1a), .bold = true, .underline = true},
    [THEME_BLOCK_GREW] = {FG("black", 16, 0x101010), BG("yellow", 208, 0xe58a1f)},
    [THEME_BLOCK_SHRANK] = {FG("hi-white", 231, 0xffffff), BG("blue", 25, 0x0072b2)},
    [THEME_GRAPH1] = {FG("hi-blue", 74, 0x56b4e9)},
    [THEME_GRAPH2] = {FG("yellow", 214, 0xe69f00)},
    [THEME_GRAPH3] = {FG("hi-white", 254, 0xe4e4e4)},
    [THEME_GRAPH4] = {FG("blue", 32, 0x0072b2)},
    [THEME_GRAPH5] = {FG("hi-yellow", 228, 0xf0e442)},
    [THEME_GRAPH6] = {FG("red", 166, 0xd55e00)},
};

/*
 * Eight colours on a dark ground, a design of its own: quiet is faint, never a
 * colour; yellow is kept for warnings, blue for grounds, since as ink on black
 * it cannot be read. Bold reads bright on most of these terminals.
 */
static const struct look dark8[THEME_N_ROLES] = {
    [THEME_DIM] = {.faint = true},
    [THEME_STRONG] = {.bold = true},
    [THEME_TITLE] = {INK("cyan")},
    [THEME_BORDER] = {.faint = true},
    [THEME_FOCUS] = {INK("cyan"), .bold = true},
    [THEME_GOOD] = {INK("green")},
    [THEME_LOOK] = {INK("yellow"), .bold = true},
    [THEME_BAD] = {INK("red"), .bold = true},
    [THEME_STALE] = {.faint = true},
    [THEME_HEADER] = {INK("cyan")},
    [THEME_SORTED] = {INK("cyan"), .bold = true, .underline = true},
    [THEME_SELECTED] = {INK("black"), GROUND("cyan")},
    [THEME_SELECTED_DIM] = {.bold = true, .underline = true},
    [THEME_MATCH] = {INK("black"), GROUND("yellow")},
    [THEME_KEY] = {INK("cyan"), .bold = true},
    [THEME_BAR] = {INK("white"), GROUND("blue"), .bold = true},
    [THEME_POPUP] = {INK("black"), GROUND("white")},
    [THEME_ESCAPE] = {INK("magenta"), .underline = true},
    [THEME_METER] = {INK("white"), GROUND("blue")},
    [THEME_BLOCK1] = {INK("black"), GROUND("magenta")},
    [THEME_BLOCK2] = {INK("black"), GROUND("green")},
    [THEME_BLOCK3] = {INK("black"), GROUND("white")},
    [THEME_BLOCK4] = {INK("black"), GROUND("magenta"), .underline = true},
    [THEME_BLOCK5] = {INK("black"), GROUND("green"), .underline = true},
    [THEME_BLOCK_OWN] = {INK("white"), GROUND("blue"), .bold = true},
    [THEME_BLOCK_QUIET] = {.faint = true},
    [THEME_BLOCK_GREW] = {INK("white"), GROUND("red"), .bold = true},
    [THEME_BLOCK_SHRANK] = {INK("black"), GROUND("green")},
    [THEME_GRAPH1] = {INK("cyan")},
    [THEME_GRAPH2] = {INK("magenta")},
    [THEME_GRAPH3] = {INK("green")},
    [THEME_GRAPH4] = {INK("white")},
    [THEME_GRAPH5] = {INK("cyan"), .bold = true},
    [THEME_GRAPH6] = {INK("magenta"), .bold = true},
};

/* Eight colours on a light ground: yellow and cyan as ink would vanish there. */
static const struct look light8[THEME_N_ROLES] = {
    [THEME_DIM] = {.faint = true},
    [THEME_STRONG] = {.bold = true},
    [THEME_TITLE] = {INK("blue")},
    [THEME_BORDER] = {.faint = true},
    [THEME_FOCUS] = {INK("blue"), .bold = true},
    [THEME_GOOD] = {INK("green")},
    [THEME_LOOK] = {INK("magenta"), .bold = true},
    [THEME_BAD] = {INK("red"), .bold = true},
    [THEME_STALE] = {.faint = true},
    [THEME_HEADER] = {INK("blue")},
    [THEME_SORTED] = {INK("blue"), .bold = true, .underline = true},
    [THEME_SELECTED] = {INK("white"), GROUND("blue"), .bold = true},
    [THEME_SELECTED_DIM] = {INK("black"), GROUND("cyan")},
    [THEME_MATCH] = {INK("black"), GROUND("yellow")},
    [THEME_KEY] = {INK("blue"), .bold = true},
    [THEME_BAR] = {INK("white"), GROUND("blue"), .bold = true},
    [THEME_POPUP] = {INK("black"), GROUND("cyan")},
    [THEME_ESCAPE] = {INK("magenta"), .underline = true},
    [THEME_METER] = {INK("black"), GROUND("cyan")},
    [THEME_BLOCK1] = {INK("black"), GROUND("cyan")},
    [THEME_BLOCK2] = {INK("black"), GROUND("green")},
    [THEME_BLOCK3] = {INK("white"), GROUND("black")},
    [THEME_BLOCK4] = {INK("black"), GROUND("cyan"), .underline = true},
    [THEME_BLOCK5] = {INK("black"), GROUND("green"), .underline = true},
    [THEME_BLOCK_OWN] = {INK("white"), GROUND("magenta"), .bold = true},
    [THEME_BLOCK_QUIET] = {.faint = true},
    [THEME_BLOCK_GREW] = {INK("white"), GROUND("red"), .bold = true},
    [THEME_BLOCK_SHRANK] = {INK("black"), GROUND("green")},
    [THEME_GRAPH1] = {INK("blue")},
    [THEME_GRAPH2] = {INK("magenta")},
    [THEME_GRAPH3] = {INK("green")},
    [THEME_GRAPH4] = {INK("black")},
    [THEME_GRAPH5] = {INK("cyan")},
    [THEME_GRAPH6] = {INK("red")},
};

/* What differs from dark8 for every kind of colour vision: no green against red. */
static const struct look safe8[THEME_N_ROLES] = {
    [THEME_GOOD] = {INK("cyan")},
    [THEME_BAD] = {INK("black"), GROUND("yellow")},
    [THEME_MATCH] = {INK("black"), GROUND("white")},
    [THEME_POPUP] = {INK("white"), GROUND("blue")},
    [THEME_BLOCK3] = {INK("white"), GROUND("black"), .underline = true},
    [THEME_BLOCK_GREW] = {INK("black"), GROUND("yellow")},
    [THEME_BLOCK_SHRANK] = {INK("black"), GROUND("white")},
    [THEME_GRAPH3] = {INK("white")},
    [THEME_GRAPH4] = {INK("cyan"), .bold = true},
    [THEME_GRAPH5] = {INK("white"), .bold = true},
};

/* Without colours: weight, reverse and underline carry it. */
static const struct look mono[THEME_N_ROLES] = {
    [THEME_STRONG] = {.bold = true},
    [THEME_TITLE] = {.bold = true},
    [THEME_FOCUS] = {.bold = true},
    [THEME_LOOK] = {.bold = true},
    [THEME_BAD] = {.bold = true, .underline = true},
    [THEME_SORTED] = {.bold = true, .underline = true},
    [THEME_SELECTED] = {.reverse = true},
    [THEME_SELECTED_DIM] = {.underline = true},
    [THEME_MATCH] = {.bold = true, .reverse = true},
    [THEME_KEY] = {.bold = true},
    [THEME_BAR] = {.reverse = true},
    [THEME_ESCAPE] = {.underline = true},
    [THEME_METER] = {.reverse = true},
    [THEME_BLOCK_OWN] = {.bold = true},
    [THEME_BLOCK_GREW] = {.bold = true},
    [THEME_BLOCK_SHRANK] = {.bold = true, .underline = true},
};
/* clang-format on */

static const char *const names[] = {"dark", "light", "safe", NULL};

const char *const *theme_names(void)
{
    return names;
}

static bool is_set(const struct look *look)
{
    return look->fg.name != NULL || look->bg.name != NULL || look->bold || look->reverse ||
           look->underline || look->faint;
}

/* A theme: with many colours and with eight; what one that changes leaves out is as in the dark
 * one. */
static const struct {
    const char *name;
    const struct look *many, *eight;
    bool changes;
    bool on_light;
} themes[] = {{"dark", dark, dark8, false, false},
              {"light", light, light8, false, true},
              {"safe", safe, safe8, true, false}};

static const struct look *look_of(size_t theme, enum theme_depth depth, int role)
{
    const struct look *look = depth == THEME_8 ? themes[theme].eight : themes[theme].many;

    if (depth == THEME_MONO)
        return &mono[role];
    if (themes[theme].changes && !is_set(&look[role]))
        return depth == THEME_8 ? &dark8[role] : &dark[role];
    return &look[role];
}

static void set_colour(TickitPen *pen, TickitPenAttr attr, const struct colour *colour,
                       enum theme_depth depth)
{
    if (colour->name == NULL)
        return;
    if (depth == THEME_8 || depth == THEME_16) {
        tickit_pen_set_colour_attr_desc(pen, attr, colour->name);
        return;
    }
    tickit_pen_set_colour_attr(pen, attr, colour->index);
    if (depth == THEME_TRUE)
        tickit_pen_set_colour_attr_rgb8(pen, attr,
                                        (TickitPenRGB8){.r = (guint8)(colour->rgb >> 16),
                                                        .g = (guint8)(colour->rgb >> 8),
                                                        .b = (guint8)colour->rgb});
}

static TickitPen *make_pen(const struct look *look, enum theme_depth depth)
{
    TickitPen *pen = tickit_pen_new();

    set_colour(pen, TICKIT_PEN_FG, &look->fg, depth);
    set_colour(pen, TICKIT_PEN_BG, &look->bg, depth);
    if (look->bold)
        tickit_pen_set_bool_attr(pen, TICKIT_PEN_BOLD, true);
    if (look->faint)
        tickit_pen_set_int_attr(pen, THEME_PEN_FAINT, 1);
    if (look->reverse)
        tickit_pen_set_bool_attr(pen, TICKIT_PEN_REVERSE, true);
    if (look->underline)
        tickit_pen_set_int_attr(pen, TICKIT_PEN_UNDER, TICKIT_PEN_UNDER_SINGLE);
    return pen;
}

/* share of colour, the rest of ground; 0 to 1. */
static guint8 mix(guint32 colour, guint32 ground, int shift, double share)
{
    double c = colour >> shift & 0xff, g = ground >> shift & 0xff;

    return (guint8)(share * c + (1 - share) * g + 0.5);
}

/* A graph's colour, fainter at the foot. The terminal takes what is nearest of its 256. */
static TickitPen *make_level_pen(const struct look *look, enum theme_depth depth, bool on_light,
                                 int level)
{
    const double foot = 0.62; /* below, it could not be told from the ground */
    double share = foot + (1 - foot) * level / (THEME_N_LEVELS - 1);
    guint32 ground = on_light ? 0xffffff : 0x000000;
    TickitPen *pen = make_pen(look, depth);

    if (depth >= THEME_256 && look->fg.name != NULL)
        tickit_pen_set_colour_attr_rgb8(pen, TICKIT_PEN_FG,
                                        (TickitPenRGB8){.r = mix(look->fg.rgb, ground, 16, share),
                                                        .g = mix(look->fg.rgb, ground, 8, share),
                                                        .b = mix(look->fg.rgb, ground, 0, share)});
    return pen;
}

struct theme *theme_new(const char *name, enum theme_depth depth, enum theme_glyphs glyphs)
{
    size_t i = 0;

    while (names[i] != NULL && g_strcmp0(names[i], name) != 0)
        i++;
    if (names[i] == NULL)
        return NULL;
    struct theme *theme = g_new0(struct theme, 1);

    text_measure_as_drawn();
    theme->name = names[i];
    theme->depth = depth;
    theme->glyphs = glyphs;
    for (int role = 0; role < THEME_N_ROLES; role++)
        theme->pens[role] = make_pen(look_of(i, depth, role), depth);
    for (int graph = 0; graph <= THEME_GRAPH6 - THEME_GRAPH1; graph++)
        for (int level = 0; level < THEME_N_LEVELS; level++)
            theme->levels[graph][level] = make_level_pen(look_of(i, depth, THEME_GRAPH1 + graph),
                                                         depth, themes[i].on_light, level);
    return theme;
}

void theme_free(struct theme *theme)
{
    if (theme == NULL)
        return;
    for (int role = 0; role < THEME_N_ROLES; role++)
        tickit_pen_unref(theme->pens[role]);
    for (size_t graph = 0; graph < G_N_ELEMENTS(theme->levels); graph++)
        for (int level = 0; level < THEME_N_LEVELS; level++)
            tickit_pen_unref(theme->levels[graph][level]);
    g_free(theme);
}

TickitPen *theme_pen(const struct theme *theme, enum theme_role role)
{
    return theme->pens[role];
}

TickitPen *theme_level_pen(const struct theme *theme, enum theme_role role, double height)
{
    int level = CLAMP((int)(height * THEME_N_LEVELS), 0, THEME_N_LEVELS - 1);

    if (role < THEME_GRAPH1 || role > THEME_GRAPH6)
        return theme->pens[role];
    return theme->levels[role - THEME_GRAPH1][level];
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
