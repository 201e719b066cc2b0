#include "pprof/tabs.h"

#include "pprof/report.h"

#include <string.h>

struct cell {
    const char *at;
    size_t n, columns;
};

/* Lines as runs of cells in one array; the last cell of a line has no tab behind it. */
struct table {
    GArray *cells;  /* struct cell */
    GArray *breaks; /* bool, by line: columns begin anew */
    GArray *firsts; /* guint: first cell of each line, and one more at the end */
    guint *widths;  /* by cell */
};

enum { ESCAPE = 0xff };

static void split(struct table *t, const char *text)
{
    bool breaks = false;

    for (const char *at = text;; at++) {
        /* Up to the next tab or line end. Both bytes of an escape count for nothing. */
        struct cell cell = {at, 0, 0};
        bool escaped = false;
        size_t escapes = 0;

        for (; at[cell.n] != '\0' && (escaped || strchr("\t\v\n\f", at[cell.n]) == NULL); cell.n++)
            if ((unsigned char)at[cell.n] == ESCAPE) {
                escaped = !escaped;
                escapes += escaped ? 2 : 0;
            }
        size_t columns = report_columns(at, cell.n);

        cell.columns = columns > escapes ? columns - escapes : 0;

        if (at == text || at[-1] == '\n' || at[-1] == '\f') {
            g_array_append_val(t->firsts, t->cells->len);
            g_array_append_val(t->breaks, breaks);
        }
        g_array_append_val(t->cells, cell);
        at += cell.n;
        breaks = *at == '\f';
        if (*at == '\0')
            break;
    }
    g_array_append_val(t->firsts, t->cells->len);
}

static guint first_of(const struct table *t, guint line)
{
    return g_array_index(t->firsts, guint, line);
}

/* Cells of a line that end with a tab. */
static guint n_cells(const struct table *t, guint line)
{
    return first_of(t, line + 1) - first_of(t, line) - 1;
}

/* One run of lines which have this column; returns the line after it. */
static guint measure_run(struct table *t, guint column, guint line)
{
    guint n_lines = t->firsts->len - 1, end = line;
    size_t width = 0;

    for (; end < n_lines && n_cells(t, end) > column &&
           (end == line || !g_array_index(t->breaks, bool, end));
         end++)
        width = MAX(width, g_array_index(t->cells, struct cell, first_of(t, end) + column).columns);
    for (guint i = line; i < end; i++)
        t->widths[first_of(t, i) + column] = (guint)width + 1;
    return end;
}

void tabs_align(GString *out, const char *text)
{
    struct table t = {.cells = g_array_new(FALSE, FALSE, sizeof(struct cell)),
                      .breaks = g_array_new(FALSE, FALSE, sizeof(bool)),
                      .firsts = g_array_new(FALSE, FALSE, sizeof(guint))};

    split(&t, text);
    t.widths = g_new0(guint, t.cells->len);

    guint n_lines = t.firsts->len - 1, most = 0;

    for (guint line = 0; line < n_lines; line++)
        most = MAX(most, n_cells(&t, line));
    for (guint column = 0; column < most; column++)
        for (guint line = 0; line < n_lines;)
            line = n_cells(&t, line) > column ? measure_run(&t, column, line) : line + 1;

    for (guint line = 0; line + 1 < t.firsts->len; line++) {
        guint first = first_of(&t, line), n = n_cells(&t, line);

        for (guint i = first; i <= first + n; i++) {
            const struct cell *cell = &g_array_index(t.cells, struct cell, i);

            for (size_t w = cell->columns; i < first + n && w < t.widths[i]; w++)
                g_string_append_c(out, ' ');
            g_string_append_len(out, cell->at, (gssize)cell->n);
        }

        if (line + 2 < t.firsts->len)
            g_string_append_c(out, '\n');
    }
    g_free(t.widths);
    g_array_unref(t.cells);
    g_array_unref(t.breaks);
    g_array_unref(t.firsts);
}
