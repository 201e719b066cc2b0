#include "app/ground/notification.h"

#include <string.h>

static const char *const names[] = {"off", "auto", "osc9", "osc777", "osc99", NULL};

const char *const *notification_form_names(void)
{
    return names;
}

enum notification_form notification_guess(void)
{
    static const struct {
        const char *variable, *prefix; /* NULL: set to anything */
        enum notification_form form;
    } known[] = {
        {"TERM", "linux", NOTIFICATION_OFF},           {"TERM", "dumb", NOTIFICATION_OFF},
        {"KITTY_WINDOW_ID", NULL, NOTIFICATION_OSC99}, {"TERM", "xterm-kitty", NOTIFICATION_OSC99},
        {"TERM", "foot", NOTIFICATION_OSC777},         {"TERM", "rxvt", NOTIFICATION_OSC777},
        {"VTE_VERSION", NULL, NOTIFICATION_OSC777},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        const char *value = g_getenv(known[i].variable);

        if (value != NULL && (known[i].prefix == NULL || g_str_has_prefix(value, known[i].prefix)))
            return known[i].form;
    }
    return NOTIFICATION_OSC9; /* who does not know it, drops it */
}

/* One line without control characters, cut on a character; ';' would end a field of OSC 777. */
static char *clean(const char *text, size_t max)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *out = g_string_new(NULL);

    for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (out->len + 4 > max)
            break;
        g_string_append_unichar(out, c < 0x20 || (c >= 0x7f && c < 0xa0) ? ' '
                                     : c == ';'                          ? ','
                                                                         : c);
    }
    return g_string_free(out, FALSE);
}

static void append_kitty(GString *out, const char *part, bool last, const char *text)
{
    g_autofree char *encoded = g_base64_encode((const guchar *)text, strlen(text));

    g_string_append_printf(out, "\033]99;i=sidescope:d=%d:e=1:p=%s;%s\033\\", last, part, encoded);
}

/* What tmux is to hand on, for who has set allow-passthrough. */
static char *wrapped_for_tmux(const char *bytes)
{
    GString *out = g_string_new("\033Ptmux;");

    for (const char *p = bytes; *p != '\0'; p++) {
        if (*p == '\033')
            g_string_append_c(out, '\033');
        g_string_append_c(out, *p);
    }
    g_string_append(out, "\033\\");
    return g_string_free(out, FALSE);
}

char *notification_bytes(enum notification_form form, const char *title, const char *text)
{
    g_autofree char *head = clean(title, NOTIFICATION_MAX_TITLE);
    g_autofree char *body = clean(text, NOTIFICATION_MAX_TEXT);
    g_autoptr(GString) out = g_string_new(NULL);

    if (form == NOTIFICATION_AUTO)
        form = notification_guess();
    if (form == NOTIFICATION_OSC9) {
        g_string_printf(out, "\033]9;%s: %s\033\\", head, body);
    } else if (form == NOTIFICATION_OSC777) {
        g_string_printf(out, "\033]777;notify;%s;%s\033\\", head, body);
    } else if (form == NOTIFICATION_OSC99) {
        append_kitty(out, "title", false, head);
        append_kitty(out, "body", true, body);
    }
    if (out->len > 0 && g_getenv("TMUX") != NULL)
        return wrapped_for_tmux(out->str);
    return g_strdup(out->str);
}
