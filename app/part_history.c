#include "app/part_history.h"

#include <string.h>

enum { MAX_PARTS = 1000 };

struct part_history {
    GHashTable *by_part; /* char * -> int64_t[PART_HISTORY_POINTS] */
    gint64 at_us[PART_HISTORY_POINTS];
    size_t n;
    gint64 gap_us; /* between points, once they were thinned out */
};

struct part_history *part_history_new(void)
{
    struct part_history *history = g_new0(struct part_history, 1);

    history->by_part = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
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
    history->n = 0;
    history->gap_us = 0;
}

/* Every second point goes, the first stays; from now on they come at that distance. */
static void thin_out(struct part_history *history)
{
    GHashTableIter iter;
    gpointer value;
    size_t kept = history->n / 2;

    history->gap_us = (history->at_us[history->n - 1] - history->at_us[0]) / (gint64)kept;
    for (size_t i = 0; i < kept; i++)
        history->at_us[i] = history->at_us[2 * i];
    g_hash_table_iter_init(&iter, history->by_part);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        int64_t *values = value;

        for (size_t i = 0; i < kept; i++)
            values[i] = values[2 * i];
        memset(values + kept, 0, (PART_HISTORY_POINTS - kept) * sizeof *values);
    }
    history->n = kept;
}

/* The newest point moves on until the one before it is far enough back. */
void part_history_begin(struct part_history *history, gint64 at_us)
{
    GHashTableIter iter;
    gpointer value;

    if (history->n < 2 || at_us - history->at_us[history->n - 2] >= history->gap_us) {
        if (history->n == PART_HISTORY_POINTS)
            thin_out(history);
        history->at_us[history->n++] = at_us;
        return;
    }
    g_hash_table_iter_init(&iter, history->by_part);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        ((int64_t *)value)[history->n - 1] = 0;
    history->at_us[history->n - 1] = at_us;
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
    int64_t *values = history->n > 0 ? values_of(history, part) : NULL;

    if (values != NULL)
        values[history->n - 1] = value;
}

size_t part_history_n_points(const struct part_history *history)
{
    return history->n;
}

gint64 part_history_at_us(const struct part_history *history, size_t i)
{
    return history->at_us[i];
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

    for (size_t i = 0; values != NULL && i < history->n; i++)
        points[i] = (struct history_point){.t_us = history->at_us[i], .value = (double)values[i]};
    return trend_fit_points(points, values != NULL ? history->n : 0, options);
}
