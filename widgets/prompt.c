#include "widgets/prompt.h"

#include "widgets/text_cut.h"

#include <string.h>

enum { MAX_BYTES = 4096 };

struct prompt {
    char *label;
    GString *text;  /* valid UTF-8 */
    size_t cursor;  /* byte offset of a cluster's start */
    bool suggested; /* typing replaces the text */
};

struct prompt *prompt_new(const char *label, const char *text)
{
    struct prompt *prompt = g_new0(struct prompt, 1);
    g_autofree char *valid = g_utf8_make_valid(text != NULL ? text : "", -1);

    prompt->label = g_strdup(label != NULL ? label : "");
    prompt->text = g_string_new(valid);
    prompt->cursor = prompt->text->len;
    return prompt;
}

void prompt_free(struct prompt *prompt)
{
    if (prompt == NULL)
        return;
    g_free(prompt->label);
    g_string_free(prompt->text, TRUE);
    g_free(prompt);
}

/* --- places in the text --- */

static bool is_mark(const char *p)
{
    return *p != '\0' && text_char_width(g_utf8_get_char(p)) == 0;
}

static size_t place_before(const struct prompt *prompt)
{
    const char *text = prompt->text->str, *p = text + prompt->cursor;

    if (p == text)
        return 0;
    do
        p = g_utf8_prev_char(p);
    while (p > text && is_mark(p));
    return (size_t)(p - text);
}

static size_t place_after(const struct prompt *prompt)
{
    const char *text = prompt->text->str, *p = text + prompt->cursor;

    if (*p == '\0')
        return prompt->cursor;
    do
        p = g_utf8_next_char(p);
    while (is_mark(p));
    return (size_t)(p - text);
}

static size_t word_before(const struct prompt *prompt)
{
    const char *text = prompt->text->str;
    size_t at = prompt->cursor;

    while (at > 0 && text[at - 1] == ' ')
        at--;
    while (at > 0 && text[at - 1] != ' ')
        at--;
    return at;
}

static size_t word_after(const struct prompt *prompt)
{
    const char *text = prompt->text->str;
    size_t at = prompt->cursor;

    while (text[at] == ' ')
        at++;
    while (text[at] != '\0' && text[at] != ' ')
        at++;
    return at;
}

static size_t place_first(const struct prompt *prompt)
{
    (void)prompt;
    return 0;
}

static size_t place_last(const struct prompt *prompt)
{
    return prompt->text->len;
}

/* --- keys --- */

/* A key moves the cursor to a place, or erases what is between the two. */
static const struct {
    const char *key;
    size_t (*place)(const struct prompt *prompt);
    bool erases;
} keys[] = {
    {"Left", place_before, false},     {"C-b", place_before, false},
    {"Right", place_after, false},     {"C-f", place_after, false},
    {"Home", place_first, false},      {"C-a", place_first, false},
    {"End", place_last, false},        {"C-e", place_last, false},
    {"C-Left", word_before, false},    {"M-b", word_before, false},
    {"C-Right", word_after, false},    {"M-f", word_after, false},
    {"Backspace", place_before, true}, {"C-h", place_before, true},
    {"Delete", place_after, true},     {"C-d", place_after, true},
    {"C-u", place_first, true},        {"C-k", place_last, true},
    {"C-w", word_before, true},        {"M-Backspace", word_before, true},
    {"M-d", word_after, true},
};

static enum prompt_result erase_to(struct prompt *prompt, size_t place)
{
    size_t from = MIN(prompt->cursor, place), to = MAX(prompt->cursor, place);

    if (from == to)
        return PROMPT_EDITING;
    g_string_erase(prompt->text, (gssize)from, (gssize)(to - from));
    prompt->cursor = from;
    return PROMPT_CHANGED;
}

static enum prompt_result insert(struct prompt *prompt, const char *str)
{
    size_t len = strlen(str);

    if (len == 0 || prompt->text->len + len > MAX_BYTES || !g_utf8_validate(str, -1, NULL))
        return PROMPT_EDITING;
    g_string_insert(prompt->text, (gssize)prompt->cursor, str);
    prompt->cursor += len;
    return PROMPT_CHANGED;
}

void prompt_suggest(struct prompt *prompt)
{
    prompt->suggested = true;
}

/* A suggestion gives way once, and only to text. */
static void settle_suggestion(struct prompt *prompt, bool is_text)
{
    if (prompt->suggested && is_text) {
        g_string_truncate(prompt->text, 0);
        prompt->cursor = 0;
    }
    prompt->suggested = false;
}

enum prompt_result prompt_key(struct prompt *prompt, bool is_text, const char *str)
{
    settle_suggestion(prompt, is_text);
    if (is_text)
        return insert(prompt, str);
    if (strcmp(str, "Enter") == 0)
        return PROMPT_DONE;
    if (strcmp(str, "Escape") == 0 || strcmp(str, "C-c") == 0 || strcmp(str, "C-g") == 0)
        return PROMPT_CANCELLED;
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        if (strcmp(str, keys[i].key) == 0) {
            size_t place = keys[i].place(prompt);

            if (keys[i].erases)
                return erase_to(prompt, place);
            prompt->cursor = place;
        }
    return PROMPT_EDITING;
}

enum prompt_result prompt_paste(struct prompt *prompt, const char *text)
{
    const char *end = text;

    settle_suggestion(prompt, true);
    while (*end != '\0' && prompt->text->len + (size_t)(g_utf8_next_char(end) - text) <= MAX_BYTES)
        end = g_utf8_next_char(end);
    g_autofree char *fits = g_strndup(text, (gsize)(end - text));

    return insert(prompt, fits);
}

const char *prompt_text(const struct prompt *prompt)
{
    return prompt->text->str;
}

/* --- drawing --- */

/*
 * Columns to scroll out at the left so that the cursor stays in room: by
 * halves of it, so that typing does not move the whole line with every key.
 */
static int scrolled_out(int cursor, int room)
{
    int step = MAX(room / 2, 1);

    return cursor < room ? 0 : ((cursor - room) / step + 1) * step;
}

enum { TEXT_COLS = 20, LABEL_LEAST_COLS = 12 };

void prompt_draw(const struct prompt *prompt, const struct canvas *canvas, int line, int col,
                 int cols, int *ret_cursor_col)
{
    bool unicode = text_unicode(canvas);
    g_autofree char *label = text_safe(prompt->label, -1, unicode);
    g_autofree char *head = text_safe(prompt->text->str, (gssize)prompt->cursor, unicode);
    int label_cols = text_width(label);

    *ret_cursor_col = col;
    if (cols <= 0)
        return;
    /* the text matters more, but what is asked has to be seen too */
    int most = cols - MIN(cols / 2, TEXT_COLS);

    if (label_cols > most)
        label_cols = most >= LABEL_LEAST_COLS ? most : 0;
    int room = cols - label_cols, cursor = text_width(head), skip = scrolled_out(cursor, room);

    text_draw_safe(canvas, line, col, label_cols, &(struct text_style){.role = THEME_KEY}, label);
    text_draw(canvas, line, col + label_cols, room, &(struct text_style){.skip_cols = skip},
              prompt->text->str);
    *ret_cursor_col = col + label_cols + cursor - skip;
}
