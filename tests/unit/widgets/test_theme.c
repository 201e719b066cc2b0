#include "widgets/theme.h"

static void check_depth(TickitPen *pen, TickitPenAttr attr, enum theme_depth depth)
{
    int colour = tickit_pen_get_colour_attr(pen, attr);
    bool rgb = tickit_pen_has_colour_attr_rgb8(pen, attr);

    switch (depth) {
    case THEME_MONO:
        g_assert_cmpint(colour, ==, -1);
        break;
    case THEME_8:
        g_assert_cmpint(colour, <, 8);
        g_assert_false(rgb);
        break;
    case THEME_16:
        g_assert_cmpint(colour, <, 16);
        g_assert_false(rgb);
        break;
    case THEME_256:
        g_assert_true(colour == -1 || colour >= 16); /* the first 16 are the user's own */
        g_assert_false(rgb);
        break;
    case THEME_TRUE:
        g_assert_true(colour == -1 || rgb);
        break;
    }
}

/* Each theme in each depth uses what the depth has, and nothing else. */
static void test_depths(void)
{
    for (const char *const *name = theme_names(); *name != NULL; name++)
        for (int depth = THEME_MONO; depth <= THEME_TRUE; depth++) {
            struct theme *theme = theme_new(*name, (enum theme_depth)depth, THEME_BLOCK);

            for (int role = 0; role < THEME_N_ROLES; role++) {
                check_depth(theme_pen(theme, (enum theme_role)role), TICKIT_PEN_FG,
                            (enum theme_depth)depth);
                check_depth(theme_pen(theme, (enum theme_role)role), TICKIT_PEN_BG,
                            (enum theme_depth)depth);
            }
            theme_free(theme);
        }
}

/* The ground stays the terminal's own but for what stands out by it. */
static void test_ground(void)
{
    for (const char *const *name = theme_names(); *name != NULL; name++) {
        struct theme *theme = theme_new(*name, THEME_TRUE, THEME_BLOCK);

        for (int role = 0; role < THEME_N_ROLES; role++) {
            bool grounded = role == THEME_SELECTED || role == THEME_SELECTED_DIM ||
                            role == THEME_MATCH || role == THEME_BAR || role == THEME_POPUP ||
                            role == THEME_METER ||
                            (role >= THEME_BLOCK1 && role <= THEME_BLOCK_SHRANK);

            g_assert_cmpint(tickit_pen_has_attr(theme->pens[role], TICKIT_PEN_BG), ==, grounded);
        }
        theme_free(theme);
    }
}

/* States can be told apart in every theme and depth, without colour too. */
static void test_states(void)
{
    static const enum theme_role states[] = {THEME_GOOD, THEME_LOOK, THEME_BAD};

    for (const char *const *name = theme_names(); *name != NULL; name++)
        for (int depth = THEME_MONO; depth <= THEME_TRUE; depth++) {
            struct theme *theme = theme_new(*name, (enum theme_depth)depth, THEME_ASCII);

            for (size_t a = 0; a < 3; a++)
                for (size_t b = a + 1; b < 3; b++) {
                    g_assert_false(
                        tickit_pen_equiv(theme->pens[states[a]], theme->pens[states[b]]));
                    g_assert_cmpstr(theme_mark(theme, states[a]), !=, theme_mark(theme, states[b]));
                }
            g_assert_true(g_str_is_ascii(theme_mark(theme, THEME_BAD)));
            g_assert_true(g_str_is_ascii(theme_arrow(theme, 1)));
            theme_free(theme);
        }
}

/* What is quiet has not the ink of a warning, and a selection can be seen and told from the other.
 */
static void check_quiet(const struct theme *theme)
{
    static const enum theme_role quiet[] = {THEME_TEXT, THEME_DIM, THEME_BORDER, THEME_STALE};

    for (size_t i = 0; i < G_N_ELEMENTS(quiet); i++) {
        g_assert_false(tickit_pen_equiv(theme_pen(theme, quiet[i]), theme_pen(theme, THEME_LOOK)));
        g_assert_false(tickit_pen_equiv(theme_pen(theme, quiet[i]), theme_pen(theme, THEME_BAD)));
        if (theme->depth != THEME_MONO && quiet[i] != THEME_TEXT)
            g_assert_cmpint(
                tickit_pen_get_colour_attr(theme_pen(theme, quiet[i]), TICKIT_PEN_FG), !=,
                tickit_pen_get_colour_attr(theme_pen(theme, THEME_LOOK), TICKIT_PEN_FG));
        g_assert_false(
            tickit_pen_equiv(theme_pen(theme, quiet[i]), theme_pen(theme, THEME_SELECTED)));
        g_assert_false(
            tickit_pen_equiv(theme_pen(theme, quiet[i]), theme_pen(theme, THEME_SELECTED_DIM)));
    }
    g_assert_false(
        tickit_pen_equiv(theme_pen(theme, THEME_SELECTED), theme_pen(theme, THEME_SELECTED_DIM)));
}

static void test_quiet(void)
{
    for (const char *const *name = theme_names(); *name != NULL; name++)
        for (int depth = THEME_MONO; depth < THEME_N_DEPTHS; depth++) {
            struct theme *theme = theme_new(*name, (enum theme_depth)depth, THEME_ASCII);

            check_quiet(theme);
            theme_free(theme);
        }
}

/* On eight colours blue and black are grounds only: as ink on black they cannot be read. */
static void test_eight(void)
{
    static const char *const on_black[] = {"dark", "safe"};

    for (size_t i = 0; i < G_N_ELEMENTS(on_black); i++) {
        struct theme *theme = theme_new(on_black[i], THEME_8, THEME_BLOCK);

        for (int role = 0; role < THEME_N_ROLES; role++) {
            TickitPen *pen = theme_pen(theme, (enum theme_role)role);
            int ink = tickit_pen_get_colour_attr(pen, TICKIT_PEN_FG);

            if (!tickit_pen_has_attr(pen, TICKIT_PEN_BG))
                g_assert_true(ink != 0 && ink != 4);
        }
        theme_free(theme);
    }
}

/* On eight colours too an empty cell of the flame graph says of which package it is. */
static void test_packages(void)
{
    for (const char *const *name = theme_names(); *name != NULL; name++) {
        struct theme *theme = theme_new(*name, THEME_8, THEME_BLOCK);

        for (int a = THEME_BLOCK1; a <= THEME_BLOCK5; a++)
            for (int b = THEME_BLOCK1; b < a; b++) {
                TickitPen *one = theme_pen(theme, (enum theme_role)a);
                TickitPen *other = theme_pen(theme, (enum theme_role)b);

                g_assert_false(tickit_pen_equiv_attr(one, other, TICKIT_PEN_BG) &&
                               tickit_pen_equiv_attr(one, other, TICKIT_PEN_UNDER));
            }
        theme_free(theme);
    }
}

static void test_names(void)
{
    g_assert_null(theme_new("no such", THEME_TRUE, THEME_BLOCK));
    g_assert_null(theme_new(NULL, THEME_TRUE, THEME_BLOCK));
    theme_free(NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/theme/depths", test_depths);
    g_test_add_func("/theme/ground", test_ground);
    g_test_add_func("/theme/states", test_states);
    g_test_add_func("/theme/quiet", test_quiet);
    g_test_add_func("/theme/eight", test_eight);
    g_test_add_func("/theme/packages", test_packages);
    g_test_add_func("/theme/names", test_names);
    return g_test_run();
}
