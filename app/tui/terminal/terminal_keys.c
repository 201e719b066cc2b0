#include "app/tui/terminal/terminal_keys.h"

#include <stdlib.h>
#include <string.h>

enum { ESC = 0x1b, DEL = 0x7f };

/* Modifier bits as xterm sends them, minus one (ctlseqs, "PC-Style Function Keys"). */
enum { MOD_SHIFT = 1, MOD_ALT = 2, MOD_CTRL = 4, MOD_META = 8 };

/* Button bits of a mouse report (ctlseqs, "Mouse Tracking"). */
enum { MOUSE_BUTTON = 0x03, MOUSE_MOTION = 0x20, MOUSE_WHEEL = 0x40, MOUSE_EXTRA = 0x80 };

struct numbered_key {
    int number;
    const char *name;
};

struct curses_key {
    const char *keyname;
    unsigned modifiers;
    const char *name;
};

static const struct curses_key curses_keys[] = {
    {"KEY_UP", 0, "Up"},
    {"KEY_DOWN", 0, "Down"},
    {"KEY_LEFT", 0, "Left"},
    {"KEY_RIGHT", 0, "Right"},
    {"KEY_HOME", 0, "Home"},
    {"KEY_END", 0, "End"},
    {"KEY_FIND", 0, "Home"},
    {"KEY_SELECT", 0, "End"},
    {"KEY_PPAGE", 0, "PageUp"},
    {"KEY_NPAGE", 0, "PageDown"},
    {"KEY_IC", 0, "Insert"},
    {"KEY_DC", 0, "Delete"},
    {"KEY_BACKSPACE", 0, "Backspace"},
    {"KEY_ENTER", 0, "Enter"},
    {"KEY_B2", 0, "Begin"},
    {"KEY_BTAB", MOD_SHIFT, "Tab"},
    {"KEY_SR", MOD_SHIFT, "Up"},
    {"KEY_SF", MOD_SHIFT, "Down"},
    {"KEY_SLEFT", MOD_SHIFT, "Left"},
    {"KEY_SRIGHT", MOD_SHIFT, "Right"},
    {"KEY_SHOME", MOD_SHIFT, "Home"},
    {"KEY_SEND", MOD_SHIFT, "End"},
    {"KEY_SIC", MOD_SHIFT, "Insert"},
    {"KEY_SDC", MOD_SHIFT, "Delete"},
    {"KEY_SPREVIOUS", MOD_SHIFT, "PageUp"},
    {"KEY_SNEXT", MOD_SHIFT, "PageDown"},
};

/* With a modifier digit behind (terminfo's user_caps(5)). */
static const struct curses_key extended_keys[] = {
    {"kUP", 0, "Up"},      {"kDN", 0, "Down"},      {"kLFT", 0, "Left"},  {"kRIT", 0, "Right"},
    {"kHOM", 0, "Home"},   {"kEND", 0, "End"},      {"kIC", 0, "Insert"}, {"kDC", 0, "Delete"},
    {"kPRV", 0, "PageUp"}, {"kNXT", 0, "PageDown"},
};

static void emit_key(struct key_decoder *decoder, unsigned modifiers, const char *name)
{
    char text[32];

    if (decoder->state == KEYS_ESCAPE) {
        modifiers |= MOD_ALT;
        decoder->state = KEYS_GROUND;
    }
    g_snprintf(text, sizeof text, "%s%s%s%s", modifiers & (MOD_ALT | MOD_META) ? "M-" : "",
               modifiers & MOD_CTRL ? "C-" : "", modifiers & MOD_SHIFT ? "S-" : "", name);
    decoder->ops->key(decoder->ops->user, false, text);
}

static void emit_text(struct key_decoder *decoder, const char *text)
{
    if (decoder->state == KEYS_ESCAPE)
        emit_key(decoder, 0, text);
    else
        decoder->ops->key(decoder->ops->user, true, text);
}

/* --- characters --- */

static void emit_control(struct key_decoder *decoder, unsigned char byte)
{
    char letter[2] = {0, 0};

    switch (byte) {
    case '\t':
        emit_key(decoder, 0, "Tab");
        return;
    case '\r':
        emit_key(decoder, 0, "Enter");
        return;
    case '\b':
    case DEL:
        emit_key(decoder, 0, "Backspace");
        return;
    default:
        break;
    }
    if (byte == 0)
        letter[0] = ' ';
    else if (byte <= 26)
        letter[0] = (char)(byte - 1 + 'a');
    else
        letter[0] = (char)(byte + '@');
    emit_key(decoder, MOD_CTRL, letter);
}

static int utf8_length(unsigned char lead)
{
    if (lead >= 0xc2 && lead <= 0xdf)
        return 2;
    if (lead >= 0xe0 && lead <= 0xef)
        return 3;
    if (lead >= 0xf0 && lead <= 0xf4)
        return 4;
    return 0;
}

static void finish_utf8(struct key_decoder *decoder)
{
    decoder->utf8[decoder->n_utf8] = '\0';
    decoder->want_utf8 = 0;
    if (!g_utf8_validate(decoder->utf8, decoder->n_utf8, NULL))
        return;
    /* C1 controls are nothing anybody typed */
    if (g_utf8_get_char(decoder->utf8) >= 0xa0)
        emit_text(decoder, decoder->utf8);
}

/* True when the byte belonged to a multi-byte character. */
static bool take_utf8(struct key_decoder *decoder, unsigned char byte)
{
    if (byte < 0x80) {
        decoder->want_utf8 = 0; /* the one before was cut short */
        return false;
    }
    if (byte >= 0xc0) {
        decoder->want_utf8 = utf8_length(byte);
        decoder->n_utf8 = 0;
    }
    if (decoder->want_utf8 > 0) {
        decoder->utf8[decoder->n_utf8++] = (char)byte;
        if (decoder->n_utf8 == decoder->want_utf8)
            finish_utf8(decoder);
    }
    return true;
}

static void take_character(struct key_decoder *decoder, unsigned char byte)
{
    char text[2] = {(char)byte, '\0'};

    if (take_utf8(decoder, byte))
        return;
    if (byte < 0x20 || byte == DEL)
        emit_control(decoder, byte);
    else
        emit_text(decoder, text);
}

/* --- mouse --- */

static bool is_double_click(struct key_decoder *decoder, const struct terminal_mouse *mouse)
{
    bool again = decoder->pressed_us != 0 &&
                 decoder->now_us - decoder->pressed_us <= KEYS_DOUBLE_CLICK_US &&
                 decoder->pressed_button == mouse->button && decoder->pressed_line == mouse->line &&
                 decoder->pressed_col == mouse->col;

    /* a third click starts over */
    decoder->pressed_us = again ? 0 : decoder->now_us;
    decoder->pressed_button = mouse->button;
    decoder->pressed_line = mouse->line;
    decoder->pressed_col = mouse->col;
    return again;
}

static void emit_mouse(struct key_decoder *decoder, unsigned bits, int line, int col, bool released)
{
    struct terminal_mouse mouse = {.line = line, .col = col};
    unsigned button = bits & MOUSE_BUTTON;

    if (bits & MOUSE_EXTRA || line < 0 || col < 0)
        return;
    if (bits & MOUSE_WHEEL) {
        if (button > 1)
            return; /* sideways */
        mouse.type = TERMINAL_WHEEL;
        mouse.button = button == 0 ? -1 : 1;
    } else {
        if (button == MOUSE_BUTTON)
            return; /* motion without a button */
        mouse.type = bits & MOUSE_MOTION ? TERMINAL_DRAG
                     : released          ? TERMINAL_RELEASE
                                         : TERMINAL_PRESS;
        mouse.button = (int)button + 1;
        if (mouse.type == TERMINAL_PRESS)
            mouse.double_click = is_double_click(decoder, &mouse);
    }
    decoder->ops->mouse(decoder->ops->user, &mouse);
}

/* --- paste --- */

static const char paste_begin[] = "200", paste_end[] = "\033[201~";

/* Lines become one; what is no text goes. */
static void finish_paste(struct key_decoder *decoder)
{
    g_autofree char *valid = g_utf8_make_valid(decoder->pasted, (gssize)decoder->n_pasted);
    g_autoptr(GString) text = g_string_new(NULL);

    decoder->state = KEYS_GROUND;
    for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (c == '\n' || c == '\r' || c == '\t')
            g_string_append_c(text, ' ');
        else if (!g_unichar_iscntrl(c))
            g_string_append_unichar(text, c);
    }
    while (text->len > TERMINAL_PASTE_MAX_BYTES) /* bytes made valid are longer */
        g_string_truncate(text, (gsize)(g_utf8_prev_char(text->str + text->len) - text->str));
    g_strstrip(text->str);
    decoder->ops->paste(decoder->ops->user, text->str);
}

static void take_pasted(struct key_decoder *decoder, unsigned char byte)
{
    const size_t n_end = sizeof paste_end - 1;

    decoder->paste_us = decoder->now_us;
    /* what is too much is left out, but the end must be seen behind it */
    if (decoder->n_pasted == TERMINAL_PASTE_MAX_BYTES)
        memmove(decoder->pasted + TERMINAL_PASTE_MAX_BYTES - n_end,
                decoder->pasted + TERMINAL_PASTE_MAX_BYTES - n_end + 1, n_end - 1);
    else
        decoder->n_pasted++;
    decoder->pasted[decoder->n_pasted - 1] = (char)byte;
    if (byte != '~' || decoder->n_pasted < n_end ||
        memcmp(decoder->pasted + decoder->n_pasted - n_end, paste_end, n_end) != 0)
        return;
    decoder->n_pasted -= n_end;
    finish_paste(decoder);
}

static void start_paste(struct key_decoder *decoder)
{
    decoder->state = KEYS_PASTE;
    decoder->n_pasted = 0;
    decoder->paste_us = decoder->now_us;
}

/* A terminal that was cut off in the middle must not take the keyboard with it. */
static void end_lost_paste(struct key_decoder *decoder)
{
    if (decoder->state == KEYS_PASTE && decoder->now_us - decoder->paste_us > KEYS_PASTE_QUIET_US)
        finish_paste(decoder);
}

/* --- sequences --- */

/* Numbers between semicolons; what is missing is 0. Returns how many were there. */
static int parse_numbers(const char *text, int *ret, int max)
{
    int n = 0;

    while (n < max) {
        char *end;
        long value = strtol(text, &end, 10);
        ret[n++] = (int)CLAMP(value, 0, 0xffff);
        if (*end != ';')
            break;
        text = end + 1;
    }
    return n;
}

static const char *letter_key(char final)
{
    switch (final) {
    case 'A':
        return "Up";
    case 'B':
        return "Down";
    case 'C':
        return "Right";
    case 'D':
        return "Left";
    case 'E':
        return "Begin";
    case 'F':
        return "End";
    case 'H':
        return "Home";
    case 'M':
        return "Enter"; /* keypad */
    case 'P':
        return "F1";
    case 'Q':
        return "F2";
    case 'R':
        return "F3";
    case 'S':
        return "F4";
    default:
        return NULL;
    }
}

static const char *numbered_key(int number)
{
    static const struct numbered_key keys[] = {
        {1, "Home"},     {2, "Insert"}, {3, "Delete"}, {4, "End"},  {5, "PageUp"},
        {6, "PageDown"}, {7, "Home"},   {8, "End"},    {11, "F1"},  {12, "F2"},
        {13, "F3"},      {14, "F4"},    {15, "F5"},    {17, "F6"},  {18, "F7"},
        {19, "F8"},      {20, "F9"},    {21, "F10"},   {23, "F11"}, {24, "F12"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        if (keys[i].number == number)
            return keys[i].name;
    return NULL;
}

static void finish_mouse(struct key_decoder *decoder, char final)
{
    int numbers[3] = {0};

    if (parse_numbers(decoder->sequence + 1, numbers, 3) == 3)
        emit_mouse(decoder, (unsigned)numbers[0], numbers[2] - 1, numbers[1] - 1, final == 'm');
}

static void finish_csi(struct key_decoder *decoder, char final)
{
    const char *name = NULL;
    int numbers[2] = {0, 0};
    unsigned modifiers;

    decoder->state = KEYS_GROUND;
    if (decoder->sequence[0] == '<') {
        finish_mouse(decoder, final);
        return;
    }
    if (final == '~' && strcmp(decoder->sequence, paste_begin) == 0) {
        start_paste(decoder);
        return;
    }
    parse_numbers(decoder->sequence, numbers, 2);
    modifiers = numbers[1] > 1 ? (unsigned)numbers[1] - 1 : 0;
    if (final == 'Z') {
        name = "Tab";
        modifiers |= MOD_SHIFT;
    } else if (final == '~') {
        name = numbered_key(numbers[0]);
    } else {
        name = letter_key(final);
    }
    if (name != NULL)
        emit_key(decoder, modifiers, name);
}

static void take_csi(struct key_decoder *decoder, unsigned char byte)
{
    if (byte < 0x20 || byte == DEL) {
        decoder->state = KEYS_GROUND;
        key_decoder_byte(decoder, byte);
    } else if (byte == 'M' && decoder->n_sequence == 0) {
        /* a mouse report in the old form, which cannot say where on a wide screen: three bytes */
        decoder->state = KEYS_X10;
    } else if (byte == '[' && decoder->n_sequence == 0) {
        decoder->sequence[decoder->n_sequence++] = (char)byte; /* function key of a console */
    } else if (byte >= '@' && byte <= '~') {
        decoder->sequence[decoder->n_sequence] = '\0';
        finish_csi(decoder, (char)byte);
    } else if (decoder->n_sequence < KEYS_SEQUENCE_MAX) {
        decoder->sequence[decoder->n_sequence++] = (char)byte;
    }
}

/* An answer that came too late (DCS, OSC): nobody waits for it any more, and its text is no keys.
 */
static void begin_string(struct key_decoder *decoder, char kind)
{
    decoder->state = KEYS_STRING;
    decoder->string_kind = kind;
}

/* Until BEL or ESC \. */
static void take_string(struct key_decoder *decoder, unsigned char byte)
{
    if (byte == '\a' || ++decoder->n_sequence > KEYS_STRING_MAX)
        decoder->state = KEYS_GROUND;
    else if (byte == ESC)
        decoder->state = KEYS_STRING_END;
}

static void take_escape(struct key_decoder *decoder, unsigned char byte)
{
    decoder->n_sequence = 0;
    if (byte == ESC)
        decoder->ops->key(decoder->ops->user, false, "Escape"); /* and another one begins */
    else if (byte == '[')
        decoder->state = KEYS_CSI;
    else if (byte == 'O')
        decoder->state = KEYS_SS3;
    else if (byte == 'P' || byte == ']')
        begin_string(decoder, (char)byte);
    else
        take_character(decoder, byte);
}

static void take_ss3(struct key_decoder *decoder, unsigned char byte)
{
    const char *name = letter_key((char)byte);

    decoder->state = KEYS_GROUND;
    if (name != NULL)
        emit_key(decoder, 0, name);
}

/* --- interface --- */

void key_decoder_init(struct key_decoder *decoder, const struct terminal_ops *ops)
{
    *decoder = (struct key_decoder){.ops = ops};
}

void key_decoder_byte(struct key_decoder *decoder, unsigned char byte)
{
    end_lost_paste(decoder);
    switch (decoder->state) {
    case KEYS_GROUND:
        if (byte == ESC)
            decoder->state = KEYS_ESCAPE;
        else
            take_character(decoder, byte);
        break;
    case KEYS_ESCAPE:
        take_escape(decoder, byte);
        break;
    case KEYS_CSI:
        take_csi(decoder, byte);
        break;
    case KEYS_SS3:
        take_ss3(decoder, byte);
        break;
    case KEYS_X10:
        if (++decoder->n_sequence == 3)
            decoder->state = KEYS_GROUND;
        break;
    case KEYS_PASTE:
        take_pasted(decoder, byte);
        break;
    case KEYS_STRING:
        take_string(decoder, byte);
        break;
    case KEYS_STRING_END:
        decoder->state = byte == '\\' ? KEYS_GROUND : KEYS_ESCAPE;
        if (byte != '\\')
            take_escape(decoder, byte);
        break;
    }
}

/* The part behind "kRIT5": terminfo's extended names count modifiers as xterm does. */
static void take_extended(struct key_decoder *decoder, const char *base, const char *digit)
{
    unsigned modifiers = *digit == '\0' ? MOD_SHIFT : (unsigned)(*digit - '1') & 0xf;

    emit_key(decoder, modifiers, base);
}

/* From F13 on terminfo counts the modified function keys, twelve at a time. */
static void take_function(struct key_decoder *decoder, int number)
{
    static const unsigned groups[] = {0,       MOD_SHIFT,          MOD_CTRL, MOD_CTRL | MOD_SHIFT,
                                      MOD_ALT, MOD_ALT | MOD_SHIFT};
    char name[8];

    if (number < 1 || number > 12 * (int)G_N_ELEMENTS(groups))
        return;
    g_snprintf(name, sizeof name, "F%d", (number - 1) % 12 + 1);
    emit_key(decoder, groups[(number - 1) / 12], name);
}

void key_decoder_curses(struct key_decoder *decoder, const char *keyname)
{
    end_lost_paste(decoder);
    if (decoder->state == KEYS_PASTE)
        return;
    if (decoder->state != KEYS_ESCAPE)
        decoder->state = KEYS_GROUND;
    decoder->want_utf8 = 0;
    if (g_str_has_prefix(keyname, "KEY_F(")) {
        take_function(decoder, atoi(keyname + strlen("KEY_F(")));
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(curses_keys); i++)
        if (strcmp(curses_keys[i].keyname, keyname) == 0) {
            emit_key(decoder, curses_keys[i].modifiers, curses_keys[i].name);
            return;
        }
    for (size_t i = 0; i < G_N_ELEMENTS(extended_keys); i++)
        if (g_str_has_prefix(keyname, extended_keys[i].keyname)) {
            take_extended(decoder, extended_keys[i].name,
                          keyname + strlen(extended_keys[i].keyname));
            return;
        }
}

void key_decoder_idle(struct key_decoder *decoder)
{
    enum keys_state state = decoder->state;

    if (state == KEYS_ESCAPE) {
        decoder->state = KEYS_GROUND;
        decoder->ops->key(decoder->ops->user, false, "Escape");
    } else if (state == KEYS_SS3 || (state == KEYS_CSI && decoder->n_sequence == 0)) {
        decoder->state = KEYS_GROUND;
        decoder->ops->key(decoder->ops->user, false, state == KEYS_SS3 ? "M-O" : "M-[");
    } else if (state == KEYS_STRING && decoder->n_sequence == 0) {
        decoder->state = KEYS_GROUND;
        decoder->ops->key(decoder->ops->user, false, decoder->string_kind == 'P' ? "M-P" : "M-]");
    }
    /* a report cut in the middle goes on with the next bytes */
}
