#include "widgets/prompt.h"

#include <string.h>

struct prompt {
    char *label;
    GString *text;
    size_t cursor; /* byte offset of a character's start */
};

struct prompt *prompt_new(const char *label, const char *text)
{
    struct prompt *prompt = g_new0(struct prompt, 1);

    prompt->label = g_strdup(label);
    prompt->text = g_string_new(text);
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

static size_t before(const struct prompt *prompt)
{
    const char *text = prompt->text->str;

    return prompt->cursor == 0 ? 0 : (size_t)(g_utf8_prev_char(text + prompt->cursor) - text);
}

static size_t after(const struct prompt *prompt)
{
    const char *text = prompt->text->str;

    return prompt->cursor == prompt->text->len
               ? prompt->cursor
               : (size_t)(g_utf8_next_char(text + prompt->cursor) - text);
}

static size_t word_start(const struct prompt *prompt)
{
    size_t at = prompt->cursor;

    while (at > 0 && prompt->text->str[at - 1] == ' ')
        at--;
    while (at > 0 && prompt->text->str[at - 1] != ' ')
        at--;
    return at;
}

static enum prompt_result cut(struct prompt *prompt, size_t from, size_t to)
{
    if (from == to)
        return PROMPT_EDITING;
    g_string_erase(prompt->text, (gssize)from, (gssize)(to - from));
    prompt->cursor = from;
    return PROMPT_CHANGED;
}

static enum prompt_result edit_key(struct prompt *prompt, const char *key)
{
    size_t n = prompt->text->len, at = prompt->cursor;

    if (strcmp(key, "Backspace") == 0)
        return cut(prompt, before(prompt), at);
    if (strcmp(key, "Delete") == 0 || strcmp(key, "C-d") == 0)
        return cut(prompt, at, after(prompt));
    if (strcmp(key, "C-u") == 0)
        return cut(prompt, 0, at);
    if (strcmp(key, "C-k") == 0)
        return cut(prompt, at, n);
    if (strcmp(key, "C-w") == 0)
        return cut(prompt, word_start(prompt), at);
    if (strcmp(key, "Left") == 0 || strcmp(key, "C-b") == 0)
        prompt->cursor = before(prompt);
    else if (strcmp(key, "Right") == 0 || strcmp(key, "C-f") == 0)
        prompt->cursor = after(prompt);
    else if (strcmp(key, "Home") == 0 || strcmp(key, "C-a") == 0)
        prompt->cursor = 0;
    else if (strcmp(key, "End") == 0 || strcmp(key, "C-e") == 0)
        prompt->cursor = n;
    return PROMPT_EDITING;
}

enum prompt_result prompt_key(struct prompt *prompt, bool is_text, const char *str)
{
    if (is_text) {
        g_string_insert(prompt->text, (gssize)prompt->cursor, str);
        prompt->cursor += strlen(str);
        return PROMPT_CHANGED;
    }
    if (strcmp(str, "Enter") == 0)
        return PROMPT_DONE;
    if (strcmp(str, "Escape") == 0 || strcmp(str, "C-c") == 0 || strcmp(str, "C-g") == 0)
        return PROMPT_CANCELLED;
    return edit_key(prompt, str);
}

const char *prompt_text(const struct prompt *prompt)
{
    return prompt->text->str;
}

void prompt_draw(const struct prompt *prompt, const struct canvas *canvas, int line, int col,
                 int cols, int *ret_cursor_col)
{
    bool unicode = canvas->theme->glyphs != THEME_ASCII;
    g_autofree char *label = text_safe(prompt->label, -1, unicode);
    g_autofree char *head = text_safe(prompt->text->str, (gssize)prompt->cursor, unicode);
    g_autofree char *tail = text_safe(prompt->text->str + prompt->cursor, -1, unicode);
    int used = MIN(text_width(label), cols), room = cols - used - 1;
    int at = text_width(head);

    text_drawf(canvas, line, col, used, THEME_KEY, "%s", label);
    g_autofree char *all = g_strconcat(head, tail, NULL);
    const char *from = all;

    /* a long text scrolls so that the cursor stays in view */
    for (; at > room && *from != '\0'; from = g_utf8_next_char(from))
        at -= g_unichar_iswide(g_utf8_get_char(from)) ? 2 : 1;
    text_draw(canvas, line, col + used, cols - used, &(struct text_style){.role = THEME_TEXT},
              from);
    *ret_cursor_col = col + used + MAX(at, 0);
}
