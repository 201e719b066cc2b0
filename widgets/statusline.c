#include "widgets/statusline.h"

#include <string.h>

enum { SPACE = 2 };

static int draw_hint(const struct canvas *canvas, int line, int col, const struct status_hint *hint,
                     int key_cols, int label_cols)
{
    text_drawf(canvas, line, col, key_cols, THEME_KEY, "%s", hint->key);
    text_drawf(canvas, line, col + key_cols, label_cols + 1, THEME_DIM, " %s", hint->label);
    return key_cols + 1 + label_cols;
}

static int right_cols(const char *right, int cols)
{
    int width = right != NULL ? text_width(right) : 0;

    return width > 0 && width < cols / 3 ? width + 1 : 0;
}

void statusline_draw(struct statusline *status, const struct canvas *canvas, int line, int col,
                     int cols, const struct status_hint *hints, size_t n, const char *right)
{
    int reserved = right_cols(right, cols), end = col + cols - reserved, at = col;

    status->n_hits = 0;
    if (cols <= 0)
        return;
    text_drawf(canvas, line, col, cols, THEME_DIM, "%s", "");
    for (size_t i = 0; i < n && status->n_hits < STATUSLINE_MAX_HITS; i++) {
        int key_cols = text_width(hints[i].key), label_cols = text_width(hints[i].label);

        if (key_cols == 0)
            continue;
        if (at + key_cols + 1 + label_cols > end)
            continue;
        int used = draw_hint(canvas, line, at, &hints[i], key_cols, label_cols);

        status->hits[status->n_hits].col = at;
        status->hits[status->n_hits].cols = used;
        status->hits[status->n_hits].action = hints[i].action;
        status->n_hits++;
        at += used + SPACE;
    }
    if (reserved > 0)
        text_draw(canvas, line, end, reserved,
                  &(struct text_style){.role = THEME_DIM, .align = TEXT_RIGHT}, right);
}

int statusline_hit(const struct statusline *status, int col)
{
    for (size_t i = 0; i < status->n_hits; i++)
        if (col >= status->hits[i].col && col < status->hits[i].col + status->hits[i].cols)
            return status->hits[i].action;
    return 0;
}
