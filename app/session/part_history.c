#include "app/session/part_history.h"

#include <string.h>

enum { MAX_PARTS = 1000 };

struct part_history {
    GHashTable *by_part; /* char * -> int64_t[PART_HISTORY_POINTS] */
    struct part_moments moments;
};

/* --- moments --- */

/* The newest point moves on until the one before it is far enough back. */
enum part_step part_moments_add(struct part_moments *moments, gint64 at_us)
{
    bool is_next = moments->n < 2 || at_us - moments->at_us[moments->n - 2] >= moments->gap_us;
    bool is_full = is_next && moments->n == PART_HISTORY_POINTS;

    if (is_full) {
        /* Every second one goes, the first stays; from now on they come at that distance. */
        size_t kept = moments->n / 2;

        moments->gap_us = (moments->at_us[moments->n - 1] - moments->at_us[0]) / (gint64)kept;
        for (size_t i = 0; i < kept; i++)
            moments->at_us[i] = moments->at_us[2 * i];
        moments->n = kept;
    }
    moments->n += is_next;
    moments->at_us[moments->n - 1] = at_us;
    if (is_full)
        return PART_STEP_THIN;
    return is_next ? PART_STEP_NEXT : PART_STEP_MOVED;
}

/* --- what parts had --- */

struct part_history *part_history_new(void)
{
    struct part_history *history = g_new0(struct part_history, 1);

    history->by_part = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return history;
}

struct part_history *part_history_new_at(const struct part_moments *moments)
{
    struct part_history *history = part_history_new();

    history->moments = *moments;
    return history;
}

void part_history_free(struct part_history *history)
{
    if (history == NULL)
        return;
    g_hash_table_unref(history->by_part);
    g_free(history);
}

void part_history_clear(struct part_history *history)
{
    g_hash_table_remove_all(history->by_part);
    history->moments = (struct part_moments){0};
}

static void thin_values(int64_t *values)
{
    const size_t kept = PART_HISTORY_POINTS / 2;

    for (size_t i = 0; i < kept; i++)
        values[i] = values[2 * i];
    memset(values + kept, 0, kept * sizeof *values);
}

void part_history_begin(struct part_history *history, gint64 at_us)
{
    enum part_step step = part_moments_add(&history->moments, at_us);
    GHashTableIter iter;
    gpointer values;

    if (step == PART_STEP_NEXT)
        return;
    g_hash_table_iter_init(&iter, history->by_part);
    while (g_hash_table_iter_next(&iter, NULL, &values)) {
        if (step == PART_STEP_THIN)
            thin_values(values);
        else
            ((int64_t *)values)[history->moments.n - 1] = 0;
    }
}

static int64_t *values_of(struct part_history *history, const char *part)
{
    int64_t *values = g_hash_table_lookup(history->by_part, part);

    if (values != NULL || g_hash_table_size(history->by_part) >= MAX_PARTS)
        return values;
    values = g_new0(int64_t, PART_HISTORY_POINTS);
    g_hash_table_insert(history->by_part, g_strdup(part), values);
    return values;
}

void part_history_set(struct part_history *history, const char *part, int64_t value)
{
    int64_t *values = history->moments.n > 0 ? values_of(history, part) : NULL;

    if (values != NULL)
        values[history->moments.n - 1] = value;
}

void part_history_fill(struct part_history *history, const char *part, const int64_t *values)
{
    int64_t *own = values_of(history, part);

    if (own != NULL)
        memcpy(own, values, history->moments.n * sizeof *own);
}

void part_history_move(struct part_history *history, gint64 by_us)
{
    for (size_t i = 0; i < history->moments.n; i++)
        history->moments.at_us[i] += by_us;
}

size_t part_history_n_points(const struct part_history *history)
{
    return history->moments.n;
}

gint64 part_history_at_us(const struct part_history *history, size_t i)
{
    return history->moments.at_us[i];
}

const int64_t *part_history_values(const struct part_history *history, const char *part)
{
    return g_hash_table_lookup(history->by_part, part);
}

struct trend part_history_trend(const struct part_history *history, const char *part,
                                const struct trend_options *options)
{
    const int64_t *values = part_history_values(history, part);
    struct history_point points[PART_HISTORY_POINTS];

    for (size_t i = 0; values != NULL && i < history->moments.n; i++)
        points[i] =
            (struct history_point){.t_us = history->moments.at_us[i], .value = (double)values[i]};
    return trend_fit_points(points, values != NULL ? history->moments.n : 0, options);
}
