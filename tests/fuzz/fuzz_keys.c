#include "fuzz.h"

#include "app/tui/terminal/terminal_keys.h"

#include <string.h>

/* What a terminal sends: keys, mouse reports, pastes, answers nobody asked for. */

static void on_key(void *user, bool is_text, const char *str)
{
    (void)user;
    g_assert_true(*str != '\0' && g_utf8_validate(str, -1, NULL));
    g_assert_true(!is_text || g_utf8_strlen(str, -1) == 1);
}

static void on_paste(void *user, const char *text)
{
    (void)user;
    g_assert_true(g_utf8_validate(text, -1, NULL));
    g_assert_cmpuint(strlen(text), <=, TERMINAL_PASTE_MAX_BYTES);
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
        g_assert_false(g_unichar_iscntrl(g_utf8_get_char(p)));
}

static void on_mouse(void *user, const struct terminal_mouse *mouse)
{
    (void)user;
    g_assert_true(mouse->line >= 0 && mouse->col >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct terminal_ops ops = {.key = on_key, .paste = on_paste, .mouse = on_mouse};
    struct key_decoder decoder;

    key_decoder_init(&decoder, &ops);
    for (size_t i = 0; i < n; i++) {
        decoder.now_us = 1 + (gint64)i * 1000;
        key_decoder_byte(&decoder, data[i]);
        if (data[i] == 0) /* a pause, which ends an Escape */
            key_decoder_idle(&decoder);
    }
    key_decoder_idle(&decoder);
    return 0;
}
