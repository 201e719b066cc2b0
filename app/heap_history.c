#include "app/heap_history.h"

#include "pprof/top.h"

#include <string.h>

enum {
    MAX_FRAMES = 500 * 1000, /* of a profile: some milliseconds */
    MAX_ROWS = 200,          /* functions looked at in each profile, the largest first */
    MAX_FUNCTIONS = 1000,    /* kept at all */
};

struct heap_history {
    GHashTable *by_name;  /* char * -> int64_t[HEAP_HISTORY_POINTS] */
    struct profile *last; /* own reference: another one never has its address */
    gint64 at_us[HEAP_HISTORY_POINTS];
    size_t n;
    gint64 gap_us; /* between points, once they were thinned out */
};

struct heap_history *heap_history_new(void)
{
    struct heap_history *history = g_new0(struct heap_history, 1);

    history->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return history;
}

void heap_history_free(struct heap_history *history)
{
    if (history == NULL)
        return;
    g_hash_table_unref(history->by_name);
    profile_unref(history->last);
    g_free(history);
}

/* Every second point goes, the first stays; from now on they come at that distance. */
static void thin_out(struct heap_history *history)
{
    GHashTableIter iter;
    gpointer value;
    size_t kept = history->n / 2;

    history->gap_us = (history->at_us[history->n - 1] - history->at_us[0]) / (gint64)kept;
    for (size_t i = 0; i < kept; i++)
        history->at_us[i] = history->at_us[2 * i];
    g_hash_table_iter_init(&iter, history->by_name);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        int64_t *bytes = value;

        for (size_t i = 0; i < kept; i++)
            bytes[i] = bytes[2 * i];
        memset(bytes + kept, 0, (HEAP_HISTORY_POINTS - kept) * sizeof *bytes);
    }
    history->n = kept;
}

/* The newest point moves on until the one before it is far enough back. */
static size_t next_point(struct heap_history *history, gint64 at_us)
{
    GHashTableIter iter;
    gpointer value;

    if (history->n < 2 || at_us - history->at_us[history->n - 2] >= history->gap_us) {
        if (history->n == HEAP_HISTORY_POINTS)
            thin_out(history);
        return history->n++;
    }
    g_hash_table_iter_init(&iter, history->by_name);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        ((int64_t *)value)[history->n - 1] = 0;
    return history->n - 1;
}

static int64_t *bytes_of(struct heap_history *history, const char *name)
{
    int64_t *bytes = g_hash_table_lookup(history->by_name, name);

    if (bytes != NULL || g_hash_table_size(history->by_name) >= MAX_FUNCTIONS)
        return bytes;
    bytes = g_new0(int64_t, HEAP_HISTORY_POINTS);
    g_hash_table_insert(history->by_name, g_strdup(name), bytes);
    return bytes;
}

void heap_history_add(struct heap_history *history, struct profile *profile, gint64 at_us)
{
    const struct top_options options = {.sample_index =
                                            profile_sample_index(profile, "inuse_space")};

    if (profile == history->last || options.sample_index < 0 || profile->n_frames > MAX_FRAMES)
        return;
    g_autoptr(top_report_auto) report = top_build(profile, &options, NULL);

    if (report == NULL)
        return;
    size_t point = next_point(history, at_us);

    for (size_t i = 0; i < MIN(report->n_rows, (size_t)MAX_ROWS) && report->rows[i].flat != 0;
         i++) {
        int64_t *bytes = bytes_of(history, report->rows[i].name);

        if (bytes != NULL)
            bytes[point] = report->rows[i].flat;
    }
    history->at_us[point] = at_us;
    profile_unref(history->last);
    history->last = profile_ref(profile);
}

size_t heap_history_n_points(const struct heap_history *history)
{
    return history->n;
}

gint64 heap_history_at_us(const struct heap_history *history, size_t i)
{
    return history->at_us[i];
}

const int64_t *heap_history_bytes(const struct heap_history *history, const char *function)
{
    return g_hash_table_lookup(history->by_name, function);
}
