#include "widgets/timebar.h"

#include <math.h>
#include <time.h>

/* --- cells and times --- */

static double span_us(const struct timebar *bar)
{
    return fmax((double)bar->to_us - (double)bar->from_us, 1);
}

/* Also between cells: -0.5 is where the first one begins. */
static double time_at(const struct timebar *bar, int cols, double x)
{
    return (double)bar->from_us + span_us(bar) * x / MAX(cols - 1, 1);
}

gint64 timebar_time(const struct timebar *bar, int cols, int x)
{
    x = CLAMP(x, 0, MAX(cols - 1, 0));
    /* the ends exactly: a far time is no whole number of microseconds as a double */
    if (x == 0)
        return bar->from_us;
    return x == cols - 1 ? bar->to_us : (gint64)time_at(bar, cols, x);
}

int timebar_column(const struct timebar *bar, int cols, gint64 at_us)
{
    double share = ((double)at_us - (double)bar->from_us) / span_us(bar);

    return (int)lround(CLAMP(share, 0, 1) * MAX(cols - 1, 0));
}

/* The first change after t; the one in force is before it. */
static size_t first_after(const struct timebar *bar, double t)
{
    size_t low = 0, high = bar->n_changes;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if ((double)bar->changes[middle].at_us <= t)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

enum timebar_state timebar_state_at(const struct timebar *bar, int cols, int x)
{
    double from = time_at(bar, cols, x - 0.5), to = time_at(bar, cols, x + 0.5);
    size_t i = first_after(bar, from);
    enum timebar_state worst = i > 0 ? bar->changes[i - 1].state : TIMEBAR_NOTHING;

    for (; i < bar->n_changes && (double)bar->changes[i].at_us < to; i++)
        worst = MAX(worst, bar->changes[i].state);
    return worst;
}

/* --- labels --- */

enum { MINUTE = 60, QUARTER = 15 * MINUTE, HOUR = 60 * MINUTE, DAY = 24 * HOUR, GAP_COLS = 2 };

/* Beyond these no calendar has words for it. */
static const double last_label_s = 32503680000.0; /* the year 3000 */

static gint64 pick_step(double span_s, int cols)
{
    static const int steps[] = {1,      2,        5,        10,       15,       30,
                                MINUTE, 120,      300,      600,      QUARTER,  30 * MINUTE,
                                HOUR,   2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR};
    double per_col = span_s / MAX(cols - 1, 1);

    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++)
        if (steps[i] >= per_col * ((steps[i] < MINUTE ? 8 : 6) + GAP_COLS))
            return steps[i];
    gint64 days = 1;

    while ((double)days * DAY < per_col * (6 + GAP_COLS))
        days *= 2;
    return days * DAY;
}

static bool local(gint64 t_s, struct tm *ret)
{
    time_t t = (time_t)t_s;

    return localtime_r(&t, ret) != NULL;
}

static void clock_text(const struct tm *tm, gint64 step, char out[TIMEBAR_LABEL_MAX])
{
    bool midnight = tm->tm_hour == 0 && tm->tm_min == 0 && tm->tm_sec == 0;

    if (midnight && step >= MINUTE)
        strftime(out, TIMEBAR_LABEL_MAX, step > 7 * DAY ? "%d %b" : "%a %d", tm);
    else
        strftime(out, TIMEBAR_LABEL_MAX, step < MINUTE ? "%H:%M:%S" : "%H:%M", tm);
}

static void elapsed_text(gint64 t_s, char out[TIMEBAR_LABEL_MAX])
{
    int h = (int)(t_s / HOUR), m = (int)(t_s / MINUTE % 60), s = (int)(t_s % MINUTE);

    if (h >= 48)
        g_snprintf(out, TIMEBAR_LABEL_MAX, h % 24 != 0 ? "%dd%02dh" : "%dd", h / 24, h % 24);
    else if (h > 0)
        g_snprintf(out, TIMEBAR_LABEL_MAX, m != 0 ? "%dh%02d" : "%dh", h, m);
    else if (m > 0)
        g_snprintf(out, TIMEBAR_LABEL_MAX, s != 0 ? "%dm%02d" : "%dm", m, s);
    else
        g_snprintf(out, TIMEBAR_LABEL_MAX, s != 0 ? "%ds" : "%d", s);
}

/* Appended where it stands clear of the one before it and of the end. */
static void add_label(GArray *labels, const struct timebar *bar, int cols, gint64 t_s,
                      const char *text)
{
    struct timebar_label label = {.col = timebar_column(bar, cols, t_s * G_USEC_PER_SEC)};
    int free_from = 0;

    g_strlcpy(label.text, text, sizeof label.text);
    if (labels->len > 0) {
        const struct timebar_label *last =
            &g_array_index(labels, struct timebar_label, labels->len - 1);

        free_from = last->col + text_width(last->text) + GAP_COLS;
    }
    if (label.col >= free_from && label.col + text_width(label.text) <= cols)
        g_array_append_val(labels, label);
}

static void add_elapsed(GArray *labels, const struct timebar *bar, int cols, gint64 step)
{
    gint64 from_s = bar->from_us / G_USEC_PER_SEC;
    gint64 n = (gint64)(span_us(bar) / G_USEC_PER_SEC / (double)step);

    for (gint64 i = 0; i <= n; i++) {
        char text[TIMEBAR_LABEL_MAX];

        elapsed_text(i * step, text);
        add_label(labels, bar, cols, from_s + i * step, text);
    }
}

/*
 * Round by the local clock, not by the time that has passed: where clocks are
 * put back an hour is there twice, and where they go forward one is not there.
 * Offsets from UTC are whole quarters of an hour.
 */
static void add_clock(GArray *labels, const struct timebar *bar, int cols, gint64 step)
{
    gint64 from_s = bar->from_us / G_USEC_PER_SEC, to_s = bar->to_us / G_USEC_PER_SEC;
    gint64 unit = MIN(step, (gint64)QUARTER);
    struct tm tm;
    char text[TIMEBAR_LABEL_MAX];

    if (!local(from_s, &tm))
        return;
    long offset = tm.tm_gmtoff;

    strftime(text, sizeof text, step < MINUTE ? "%H:%M:%S" : "%H:%M", &tm);
    add_label(labels, bar, cols, from_s, text);
    for (gint64 t = from_s - from_s % unit + unit; t <= to_s && local(t, &tm); t += unit) {
        if ((t + tm.tm_gmtoff) % step != 0)
            continue;
        clock_text(&tm, step, text);
        if (tm.tm_gmtoff != offset && step < DAY && tm.tm_zone != NULL) {
            g_strlcat(text, " ", sizeof text);
            g_strlcat(text, tm.tm_zone, sizeof text);
        }
        offset = tm.tm_gmtoff;
        add_label(labels, bar, cols, t, text);
        if (step > 2 * HOUR) /* no clock is changed by more */
            t += step - 2 * HOUR - unit;
    }
}

GArray *timebar_labels(const struct timebar *bar, int cols)
{
    GArray *labels = g_array_new(FALSE, FALSE, sizeof(struct timebar_label));

    if (cols < 1 || bar->to_us <= bar->from_us || bar->from_us < 0 ||
        (double)bar->to_us / G_USEC_PER_SEC > last_label_s)
        return labels;
    gint64 step = pick_step(span_us(bar) / G_USEC_PER_SEC, cols);

    if (bar->elapsed)
        add_elapsed(labels, bar, cols, step);
    else
        add_clock(labels, bar, cols, step);
    return labels;
}

/* --- drawing --- */

struct look {
    const char *fine, *plain;
    enum theme_role role;
};

static const struct look looks[] = {
    [TIMEBAR_NOTHING] = {" ", " ", THEME_DIM}, [TIMEBAR_GOOD] = {"▂", "-", THEME_GOOD},
    [TIMEBAR_UNKNOWN] = {"░", "?", THEME_DIM}, [TIMEBAR_LOOK] = {"▅", "=", THEME_LOOK},
    [TIMEBAR_BAD] = {"█", "#", THEME_BAD},
};

static void put(const struct canvas *canvas, int line, int col, enum theme_role role,
                const char *glyph)
{
    tickit_renderbuffer_setpen(canvas->rb, theme_pen(canvas->theme, role));
    tickit_renderbuffer_text_at(canvas->rb, line, col, glyph);
    tickit_renderbuffer_setpen(canvas->rb, NULL);
}

static bool lies_in(const struct timebar *bar, gint64 at_us)
{
    return at_us >= bar->from_us && at_us <= bar->to_us;
}

static void draw_bar(const struct canvas *canvas, TickitRect rect, const struct timebar *bar)
{
    bool fine = text_unicode(canvas);

    for (int x = 0; x < rect.cols; x++) {
        const struct look *look = &looks[timebar_state_at(bar, rect.cols, x)];

        put(canvas, rect.top, rect.left + x, look->role, fine ? look->fine : look->plain);
    }
    for (size_t i = 0; i < bar->n_ticks; i++)
        if (lies_in(bar, bar->ticks[i].at_us))
            put(canvas, rect.top, rect.left + timebar_column(bar, rect.cols, bar->ticks[i].at_us),
                bar->ticks[i].role, fine ? "▲" : "^");
    if (lies_in(bar, bar->at_us))
        put(canvas, rect.top, rect.left + timebar_column(bar, rect.cols, bar->at_us),
            THEME_SELECTED, fine ? "┃" : "|");
}

void timebar_draw(const struct canvas *canvas, TickitRect rect, const struct timebar *bar)
{
    if (rect.cols < 1 || rect.lines < 1)
        return;
    tickit_renderbuffer_eraserect(canvas->rb, &rect);
    draw_bar(canvas, rect, bar);
    if (rect.lines < 2)
        return;
    g_autoptr(GArray) labels = timebar_labels(bar, rect.cols);

    for (guint i = 0; i < labels->len; i++) {
        const struct timebar_label *label = &g_array_index(labels, struct timebar_label, i);

        text_draw(canvas, rect.top + 1, rect.left + label->col, text_width(label->text),
                  &(struct text_style){.role = THEME_DIM}, label->text);
    }
}
