#include "app/tui/terminal/terminal_ask.h"

#include "app/tui/terminal/terminal_tty.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ANSWER_MAX = 256 }; /* longer ones are none of these */

bool terminal_may_be_asked(const char *type)
{
    static const char *const answering[] = {"xterm",   "rxvt",  "screen",  "tmux",      "vte",
                                            "gnome",   "putty", "st",      "alacritty", "foot",
                                            "konsole", "kitty", "wezterm", "iterm",     "nsterm"};

    for (size_t i = 0; type != NULL && i < G_N_ELEMENTS(answering); i++)
        if (g_str_has_prefix(type, answering[i]))
            return true;
    return false;
}

/* --- the answers --- */

/* "rgb:1e1e/1e1e/1e1e", one to four digits each. */
static int parse_rgb(const char *text)
{
    int rgb = 0;

    if (!g_str_has_prefix(text, "rgb:"))
        return -1;
    text += strlen("rgb:");
    for (int i = 0; i < 3; i++) {
        char *end;
        guint64 value = g_ascii_strtoull(text, &end, 16);
        ptrdiff_t digits = end - text;

        if (digits < 1 || digits > 4 || (i < 2 && *end != '/'))
            return -1;
        rgb = rgb << 8 | (int)(value * 255 / ((1U << (4 * digits)) - 1));
        text = end + 1;
    }
    return rgb;
}

/* "436f=323536": name and value in hexadecimal. */
static int parse_colours(const char *text)
{
    static const char name[] = "436f=";
    char digits[8] = "";
    size_t n = 0;

    if (!g_str_has_prefix(text, name))
        return 0;
    for (text += strlen(name);
         g_ascii_isxdigit(text[0]) && g_ascii_isxdigit(text[1]) && n + 1 < sizeof digits; text += 2)
        digits[n++] = (char)(g_ascii_xdigit_value(text[0]) << 4 | g_ascii_xdigit_value(text[1]));
    return atoi(digits);
}

/* The body of a DCS ('P') or OSC (']'). */
static void take_string(struct terminal_answers *answers, char kind, const char *body)
{
    if (kind == 'P' && g_str_has_prefix(body, "1+r"))
        answers->colours = MAX(answers->colours, parse_colours(body + strlen("1+r")));
    else if (kind == ']' && g_str_has_prefix(body, "11;"))
        answers->ground = parse_rgb(body + strlen("11;"));
    else if (kind == ']' && g_str_has_prefix(body, "4;255;") &&
             parse_rgb(body + strlen("4;255;")) >= 0)
        answers->colours = MAX(answers->colours, 256);
}

/* Length of the string sequence at the head of read, its end included: 0 when it is not whole. */
static size_t string_length(const char *read, size_t n, size_t *ret_body)
{
    for (size_t i = 2; i < n; i++) {
        *ret_body = i - 2;
        if (read[i] == '\a')
            return i + 1;
        if (read[i] == '\033')
            return i + 1 < n ? i + 2 : 0;
    }
    return 0;
}

/* The length of "ESC [ ? … c", 0 when it is not whole, -1 when it is none. */
static gssize attributes_length(const char *read, size_t n)
{
    if (n >= 3 && read[2] != '?')
        return -1;
    for (size_t i = 3; i < n; i++)
        if (!g_ascii_isdigit(read[i]) && read[i] != ';')
            return read[i] == 'c' ? (gssize)i + 1 : -1;
    return 0;
}

/* How many bytes at the head of read are an answer (taken), 0 when that is not yet known, -1 when
 * they are none. */
static gssize take_one(struct terminal_answers *answers, const char *read, size_t n)
{
    size_t body = 0, length;

    if (read[0] != '\033')
        return -1;
    if (n < 2)
        return 0;
    if (read[1] == '[') {
        gssize whole = attributes_length(read, n);

        answers->over = answers->over || whole > 0;
        return whole;
    }
    if (read[1] != 'P' && read[1] != ']')
        return -1;
    length = string_length(read, n, &body);
    if (length == 0)
        return n > ANSWER_MAX ? -1 : 0;
    g_autofree char *text = g_strndup(read + 2, body);

    take_string(answers, read[1], text);
    return (gssize)length;
}

void terminal_answers_take(struct terminal_answers *answers, GString *read)
{
    while (read->len > 0) {
        gssize taken = take_one(answers, read->str, read->len);

        if (taken == 0)
            return;
        if (taken < 0)
            g_string_append_c(answers->keys, read->str[0]);
        g_string_erase(read, 0, MAX(taken, 1));
    }
}

bool terminal_is_light(int rgb)
{
    /* Rec. 601 luma */
    return 299 * (rgb >> 16) + 587 * (rgb >> 8 & 0xff) + 114 * (rgb & 0xff) > 1000 * 140;
}

/* --- asking --- */

static bool is_readable(int in, gint64 until_us)
{
    struct pollfd poller = {.fd = in, .events = POLLIN};
    gint64 left_us;
    int ready;

    do {
        left_us = until_us - g_get_monotonic_time();
        ready = left_us > 0 ? poll(&poller, 1, (int)(left_us / 1000) + 1) : 0;
    } while (ready < 0 && errno == EINTR);
    return ready > 0 && (poller.revents & POLLIN) != 0;
}

void terminal_ask(int in, int out, struct terminal_answers *ret)
{
    static const char questions[] = "\033P+q436f\033\\\033]4;255;?\033\\\033]11;?\033\\\033[c";
    gint64 until_us = g_get_monotonic_time() + TERMINAL_ASK_MS * 1000;
    GString *read_bytes = g_string_new(NULL);
    char bytes[512];

    *ret = (struct terminal_answers){.ground = -1, .keys = g_string_new(NULL)};
    if (tty_write_now(out, questions, strlen(questions)) == (ssize_t)strlen(questions))
        while (!ret->over && is_readable(in, until_us)) {
            ssize_t n = read(in, bytes, sizeof bytes);

            if (n <= 0)
                break;
            g_string_append_len(read_bytes, bytes, n);
            terminal_answers_take(ret, read_bytes);
        }
    /* an Escape that nothing followed was a key; the beginning of an answer is nobody's */
    if (read_bytes->len == 1)
        g_string_append_c(ret->keys, read_bytes->str[0]);
    g_string_free(read_bytes, TRUE);
}

void terminal_answers_clear(struct terminal_answers *answers)
{
    if (answers->keys != NULL)
        g_string_free(g_steal_pointer(&answers->keys), TRUE);
}
