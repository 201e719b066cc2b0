/* The decoder behind the terminal's input, and the colours behind its pens: no terminal needed. */

#include "app/tui/terminal/terminal_ask.h"
#include "app/tui/terminal/terminal_colour.h"
#include "app/tui/terminal/terminal_keys.h"

#include <string.h>

struct record {
    GString *events; /* "key;" or "'text';" or "press 1 2,3;" */
    guint count;
};

static void on_key(void *user, bool is_text, const char *str)
{
    struct record *record = user;

    record->count++;
    g_assert_cmpuint(strlen(str), <, 32);
    g_assert_true(g_utf8_validate(str, -1, NULL));
    if (is_text)
        g_assert_false(g_unichar_iscntrl(g_utf8_get_char(str)));
    g_string_append_printf(record->events, is_text ? "'%s';" : "%s;", str);
}

static void on_paste(void *user, const char *text)
{
    struct record *record = user;

    g_assert_true(g_utf8_validate(text, -1, NULL));
    g_assert_cmpuint(strlen(text), <=, TERMINAL_PASTE_MAX_BYTES);
    g_string_append_printf(record->events, "<%s>", text);
}

static void on_mouse(void *user, const struct terminal_mouse *mouse)
{
    static const char *const names[] = {"press", "release", "drag", "wheel"};
    struct record *record = user;

    record->count++;
    g_assert_cmpint(mouse->line, >=, 0);
    g_assert_cmpint(mouse->col, >=, 0);
    g_string_append_printf(record->events, "%s%s %d %d,%d;", mouse->double_click ? "double " : "",
                           names[mouse->type], mouse->button, mouse->line, mouse->col);
}

static void record_start(struct record *record, struct terminal_ops *ops,
                         struct key_decoder *decoder)
{
    *record = (struct record){.events = g_string_new(NULL)};
    *ops =
        (struct terminal_ops){.key = on_key, .paste = on_paste, .mouse = on_mouse, .user = record};
    key_decoder_init(decoder, ops);
    decoder->now_us = 1;
}

static void feed(struct key_decoder *decoder, const char *bytes)
{
    for (; *bytes != '\0'; bytes++)
        key_decoder_byte(decoder, (unsigned char)*bytes);
}

/* What terminals answer, whole and in pieces, with keys between. */
static void test_answers(void)
{
    static const struct {
        const char *read;
        int colours, ground;
        bool over;
        const char *keys;
    } cases[] = {
        {"\033P1+r436f=323536\033\\\033]4;255;rgb:eeee/eeee/eeee\033\\\033]11;rgb:ffff/8080/0000\a"
         "\033[?64;1;2c",
         256, 0xff8000, true, ""},
        {"\033P0+r436f\033\\\033[?1;2c", 0, -1, true, ""},
        {"\033[?6c", 0, -1, true, ""},
        {"q\033[?62cx\033[A", 0, -1, true, "qx\033[A"},
        {"\033P1+r436f=38\033\\", 8, -1, false, ""},
        {"\033]4;255;rgb:ff/ff/ff\a", 256, -1, false, ""},
        {"\033]11;rgb:f/f/f\a\033]11;red\a", 0, -1, false, ""},
        {"\033P1+r436f=323\033\\\033P1+r\033\\\033P\033\\", 2, -1, false, ""},
        {"\033", 0, -1, false, ""},
        {"", 0, -1, false, ""},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        for (size_t step = 1; step <= 64; step += 63) {
            struct terminal_answers answers = {.ground = -1, .keys = g_string_new(NULL)};
            g_autoptr(GString) read = g_string_new(NULL);

            for (const char *p = cases[i].read; *p != '\0'; p += MIN(step, strlen(p))) {
                g_string_append_len(read, p, (gssize)MIN(step, strlen(p)));
                terminal_answers_take(&answers, read);
            }
            g_assert_cmpint(answers.colours, ==, cases[i].colours);
            g_assert_cmpint(answers.ground, ==, cases[i].ground);
            g_assert_cmpint(answers.over, ==, cases[i].over);
            g_assert_cmpstr(answers.keys->str, ==, cases[i].keys);
            terminal_answers_clear(&answers);
        }
    g_assert_true(terminal_is_light(0xffffff));
    g_assert_true(terminal_is_light(0xfdf6e3)); /* a well-known light ground */
    g_assert_false(terminal_is_light(0x002b36));
    g_assert_false(terminal_is_light(0x0000ff));
}

static void test_decode(void)
{
    static const struct {
        const char *bytes, *events;
    } cases[] = {
        {"aB ~", "'a';'B';' ';'~';"},
        {"\r\n\t\b\177\001\032\034\037", "Enter;C-j;Tab;Backspace;Backspace;C-a;C-z;C-\\;C-_;"},
        {"\033", "Escape;"},
        {"\033\033", "Escape;Escape;"},
        {"\033x\033X\033\r\033 ", "M-x;M-X;M-Enter;M- ;"},
        {"\033[", "M-[;"},
        {"\033O", "M-O;"},
        {"\033P", "M-P;"},
        {"\033]", "M-];"},
        {"\033P1+r436f=323536\033\\q", "'q';"}, /* answers that came too late */
        {"\033]11;rgb:0000/0000/0000\aq\033[?62;22cx", "'q';'x';"},
        {"\033[A\033OB\033[1;5C\033[1;2D", "Up;Down;C-Right;S-Left;"},
        {"\033[1;6H\033[1;7F\033[1;8P", "C-S-Home;M-C-End;M-C-S-F1;"},
        {"\033[1;3A\033[1;9A", "M-Up;M-Up;"},
        {"\033[2~\033[3;5~\033[5~\033[6;2~\033[24~\033[15;5~",
         "Insert;C-Delete;PageUp;S-PageDown;F12;C-F5;"},
        {"\033[Z\033OM", "S-Tab;Enter;"},
        {"\033[200~Mark q\r\n\tx\033[201~q", "<Mark q   x>'q';"},
        {"\033[200~\033[A\033[200~\xff\001\033[201~", "<[A[200~\xef\xbf\xbd>"},
        {"\033[200~\033[201~\033[201~", "<>"},
        {"\033[99~\033[Q;1u\033[?1;2c\033[I\033[202~!", "F2;';';'1';'u';'!';"},
        {"\033[[Ax", "Up;'x';"},
        {"\033[12\033[A", "Up;"},
        {"\xc3\xa9\xf0\x9f\x98\x80", "'\xc3\xa9';'\xf0\x9f\x98\x80';"},
        {"\xc3\xff\x80\xc0\xafz\xe2\x82\xed\xa0\x80y", "'z';'y';"},
        {"\xc2\x80\xc2\xa0", "'\xc2\xa0';"},
        {"\033[<0;3;2M\033[<0;3;2m", "press 1 1,2;release 1 1,2;"},
        {"\033[<64;1;1M\033[<65;1;1M\033[<66;1;1M", "wheel -1 0,0;wheel 1 0,0;"},
        {"\033[<34;1;1M\033[<35;1;1M\033[<20;9;9M", "drag 3 0,0;press 1 8,8;"},
        {"\033[<0;0;0M\033[<0;1M\033[<128;1;1M\033[<;;M", ""},
        {"\033[M !!k", "'k';"},
        {"\033[0123456789012345678901234567890123456789~k", "'k';"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct record record;
        struct terminal_ops ops;
        struct key_decoder decoder;
        record_start(&record, &ops, &decoder);
        feed(&decoder, cases[i].bytes);
        key_decoder_idle(&decoder);
        g_assert_cmpstr(record.events->str, ==, cases[i].events);
        g_string_free(record.events, TRUE);
    }
}

static void test_curses_names(void)
{
    static const char *const names[] = {"KEY_UP",     "KEY_SF",    "KEY_BTAB",  "KEY_F(1)",
                                        "KEY_F(14)",  "KEY_F(25)", "KEY_F(49)", "KEY_F(63)",
                                        "kRIT5",      "kDC",       "kPRV6",     "kUP3",
                                        "KEY_RESIZE", "kxOUT",     "KEY_F(0)",  "KEY_F(99)"};
    struct record record;
    struct terminal_ops ops;
    struct key_decoder decoder;

    record_start(&record, &ops, &decoder);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        key_decoder_curses(&decoder, names[i]);
    g_assert_cmpstr(record.events->str, ==,
                    "Up;S-Down;S-Tab;F1;S-F2;C-F1;M-F1;M-S-F3;C-Right;S-Delete;C-S-PageUp;M-Up;");
    g_string_truncate(record.events, 0);
    feed(&decoder, "\033");
    key_decoder_curses(&decoder, "KEY_UP");
    g_assert_cmpstr(record.events->str, ==, "M-Up;");
    g_string_free(record.events, TRUE);
}

static void click_at(struct key_decoder *decoder, gint64 ms, const char *report)
{
    decoder->now_us = ms * 1000;
    feed(decoder, report);
}

static void test_double_click(void)
{
    struct record record;
    struct terminal_ops ops;
    struct key_decoder decoder;

    record_start(&record, &ops, &decoder);
    click_at(&decoder, 1000, "\033[<0;1;1M");
    click_at(&decoder, 1300, "\033[<0;1;1M"); /* just in time */
    click_at(&decoder, 1400, "\033[<0;1;1M"); /* a third starts over */
    click_at(&decoder, 1701, "\033[<0;1;1M"); /* too late */
    click_at(&decoder, 1800, "\033[<0;2;1M"); /* elsewhere */
    click_at(&decoder, 1900, "\033[<2;2;1M"); /* another button */
    g_assert_cmpstr(record.events->str, ==,
                    "press 1 0,0;double press 1 0,0;press 1 0,0;press 1 0,0;press 1 0,1;"
                    "press 3 0,1;");
    g_string_free(record.events, TRUE);
}

/* The end of a paste may be lost with a connection: the keyboard is not. */
static void test_lost_paste(void)
{
    struct record record;
    struct terminal_ops ops;
    struct key_decoder decoder;

    record_start(&record, &ops, &decoder);
    click_at(&decoder, 1000, "\033[200~half");
    click_at(&decoder, 1900, " a text");
    click_at(&decoder, 3000, "q");
    g_assert_cmpstr(record.events->str, ==, "<half a text>'q';");
    g_string_free(record.events, TRUE);
}

static void test_long_paste(void)
{
    enum { BYTES = 60 * 1000 };
    struct record record;
    struct terminal_ops ops;
    struct key_decoder decoder;

    record_start(&record, &ops, &decoder);
    feed(&decoder, "\033[200~");
    for (int i = 0; i < BYTES; i++)
        key_decoder_byte(&decoder, (unsigned char)('a' + i % 26));
    feed(&decoder, "\033[201~q");
    g_assert_cmpuint(record.count, ==, 1); /* key */
    g_assert_cmpuint(record.events->len, >, TERMINAL_PASTE_MAX_BYTES - 100);
    g_assert_true(g_str_has_suffix(record.events->str, ">'q';"));
    g_string_free(record.events, TRUE);
}

/* Whatever arrives, what comes out is well formed; on_key and on_mouse look. */
static void test_noise(void)
{
    static const char likely[] = "\033[<;?OM~mA0129\xc3\xa9\xe6";
    static const char *const pastes[] = {"\033[200~", "\033[201~"};
    struct record record;
    struct terminal_ops ops;
    struct key_decoder decoder;

    record_start(&record, &ops, &decoder);
    for (int i = 0; i < 300000; i++) {
        int kind = g_test_rand_int_range(0, 10);
        decoder.now_us += g_test_rand_int_range(0, 50 * 1000);
        if (g_test_rand_int_range(0, 50) == 0)
            feed(&decoder, pastes[g_test_rand_int_range(0, 2)]);
        if (kind == 0)
            key_decoder_idle(&decoder);
        else if (kind < 3)
            key_decoder_byte(&decoder, (unsigned char)g_test_rand_int_range(0, 256));
        else
            key_decoder_byte(
                &decoder,
                (unsigned char)likely[g_test_rand_int_range(0, (gint32)sizeof likely - 1)]);
        g_string_truncate(record.events, 0);
    }
    g_assert_cmpuint(record.count, >, 1000);
    g_string_free(record.events, TRUE);
}

static void test_colours(void)
{
    const struct colour_range palette = {256, false}, direct = {1 << 24, true}, few = {8, false};
    TickitPen *pen = tickit_pen_new();

    for (int i = 16; i < 256; i++) {
        int rgb = colour_rgb(i);
        int found = colour_nearest(rgb >> 16, rgb >> 8 & 0xff, rgb & 0xff);
        g_assert_cmpint(colour_rgb(found), ==, rgb);
    }
    g_assert_cmpint(colour_nearest(0x12, 0x12, 0x12), ==, 233);
    g_assert_cmpint(colour_of_pen(pen, TICKIT_PEN_FG, &palette), ==, -1);
    tickit_pen_set_colour_attr_desc(pen, TICKIT_PEN_FG, "9");
    g_assert_cmpint(colour_of_pen(pen, TICKIT_PEN_FG, &palette), ==, 9);
    g_assert_cmpint(colour_of_pen(pen, TICKIT_PEN_FG, &direct), ==, 0xff0000);
    tickit_pen_set_colour_attr_desc(pen, TICKIT_PEN_FG, "2#000003");
    g_assert_cmpint(colour_of_pen(pen, TICKIT_PEN_FG, &palette), ==, 16);
    g_assert_cmpint(colour_of_pen(pen, TICKIT_PEN_FG, &direct), ==, 8);
    g_assert_cmpint(colour_of_pen(pen, TICKIT_PEN_FG, &few), ==, 2);
    tickit_pen_unref(pen);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/terminal/answers", test_answers);
    g_test_add_func("/terminal-keys/decode", test_decode);
    g_test_add_func("/terminal-keys/curses-names", test_curses_names);
    g_test_add_func("/terminal-keys/double-click", test_double_click);
    g_test_add_func("/terminal-keys/lost-paste", test_lost_paste);
    g_test_add_func("/terminal-keys/long-paste", test_long_paste);
    g_test_add_func("/terminal-keys/noise", test_noise);
    g_test_add_func("/terminal-keys/colours", test_colours);
    return g_test_run();
}
