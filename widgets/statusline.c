#include "widgets/statusline.h"

enum { SPACE = 2 };

struct hint {
    char *key, *label; /* safe */
    int key_cols, cols;
    enum theme_role role;
};

static void hint_init(struct hint *hint, const struct canvas *canvas,
                      const struct status_hint *from)
{
    hint->key = text_safe(from->key != NULL ? from->key : "", -1, text_unicode(canvas));
    hint->label = text_safe(from->label != NULL ? from->label : "", -1, text_unicode(canvas));
    hint->key_cols = text_width(hint->key);
    hint->role = from->role != THEME_TEXT ? from->role : THEME_DIM;
    hint->cols = hint->key_cols + (*hint->label != '\0' ? 1 + text_width(hint->label) : 0);
}

static void hint_clear(struct hint *hint)
{
    g_free(hint->key);
    g_free(hint->label);
}

static void hint_draw(const struct hint *hint, const struct canvas *canvas, int line, int col)
{
    int label = col + hint->key_cols + 1;

    text_draw_safe(canvas, line, col, hint->key_cols, &(struct text_style){.role = THEME_KEY},
                   hint->key);
    text_draw_safe(canvas, line, label, col + hint->cols - label,
                   &(struct text_style){.role = hint->role}, hint->label);
}

static void add_hit(struct statusline *status, int col, int cols, int action)
{
    if (status->n_hits == STATUSLINE_MAX_HITS)
        return;
    status->hits[status->n_hits].col = col;
    status->hits[status->n_hits].cols = cols;
    status->hits[status->n_hits].action = action;
    status->n_hits++;
}

/* Draws what fits; a hint too wide is left out, a shorter one behind it may still come. */
static int draw_hints(struct statusline *status, const struct canvas *canvas, int line, int col,
                      int end, const struct status_hint *hints, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct hint hint;

        hint_init(&hint, canvas, &hints[i]);
        if (hint.key_cols > 0 && col + hint.cols <= end) {
            hint_draw(&hint, canvas, line, col);
            add_hit(status, col, hint.cols, hints[i].action);
            col += hint.cols + SPACE;
        }
        hint_clear(&hint);
    }
    return col;
}

void statusline_draw(struct statusline *status, const struct canvas *canvas, int line, int col,
                     int cols, const struct status_hint *hints, size_t n, const char *right)
{
    int end = col + cols;

    status->n_hits = 0;
    if (cols <= 0)
        return;
    tickit_renderbuffer_eraserect(canvas->rb, &(TickitRect){line, col, 1, cols});
    int at = draw_hints(status, canvas, line, col, end, hints, n);
    g_autofree char *safe = text_safe(right != NULL ? right : "", -1, text_unicode(canvas));
    int width = text_width(safe);

    if (width > 0 && at + width <= end)
        text_draw_safe(canvas, line, end - width, width, &(struct text_style){.role = THEME_DIM},
                       safe);
}

int statusline_hit(const struct statusline *status, int col)
{
    for (size_t i = 0; i < status->n_hits; i++)
        if (col >= status->hits[i].col && col < status->hits[i].col + status->hits[i].cols)
            return status->hits[i].action;
    return 0;
}
