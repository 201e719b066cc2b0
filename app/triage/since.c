#include "app/triage/since.h"

#include "app/session/fd_items.h"
#include "app/triage/goroutine_growth.h"
#include "app/triage/heap_growth.h"

#include <math.h>
#include <string.h>

/* Below this a function of the heap profile has not grown: one sample stands for 512 KiB. */
enum { MIN_HEAP_GROWTH_BYTES = 64 * 1024, MAX_FUNCTIONS = 40 };

const char *since_list_name(enum since_list list)
{
    static const char *const names[SINCE_N_LISTS] = {
        [SINCE_PATHS] = "paths",           [SINCE_TEMPLATES] = "templates",
        [SINCE_GOROUTINES] = "goroutines", [SINCE_FUNCTIONS] = "functions",
        [SINCE_REGIONS] = "regions",
    };

    return names[list];
}

static void clear_row(void *data)
{
    struct since_row *row = data;

    g_free(row->text);
    ref_clear(&row->ref);
}

static void add_row(struct triage_since *since, enum since_list list, const struct since_row *row)
{
    struct since_row copy = *row;

    if (row->born <= 0)
        return;
    copy.text = g_strdup(row->text);
    ref_copy(&copy.ref, &row->ref);
    g_array_append_val(since->lists[list], copy);
    since->born_total[list] += row->born;
}

static gint most_first(gconstpointer a, gconstpointer b)
{
    const struct since_row *left = a, *right = b;

    if (left->born != right->born)
        return left->born < right->born ? 1 : -1;
    return strcmp(left->text, right->text);
}

/* --- descriptors --- */

static guint64 identity(const struct fd_entry *fd)
{
    guint64 who = fd->inode != 0 ? fd->inode : g_str_hash(fd->path);

    return who ^ ((guint64)(guint)fd->fd << 40);
}

static GHashTable *open_then(const struct files_sample *files)
{
    GHashTable *known = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);

    for (size_t i = 0; i < files->n_fds; i++) {
        guint64 *key = g_new(guint64, 1);

        *key = identity(&files->fds[i]);
        g_hash_table_add(known, key);
    }
    return known;
}

/* Of the descriptors of an item those not known: how many, and the oldest. */
static struct since_row born_of(const struct files_sample *files, GHashTable *known,
                                const struct fd_item *item)
{
    struct since_row row = {.text = (char *)(uintptr_t)item->text, .now = item->count};

    for (uint32_t i = 0; i < item->count; i++) {
        const struct fd_entry *fd = &files->fds[item->fds[i]];
        guint64 key = identity(fd);

        if (g_hash_table_contains(known, &key))
            continue;
        row.born++;
        if (row.oldest_us == 0 || fd->first_seen_us < row.oldest_us)
            row.oldest_us = fd->first_seen_us;
    }
    return row;
}

static void find_descriptors(struct triage_since *since, const struct snapshot *mark,
                             const struct snapshot *now)
{
    static const struct {
        enum fd_fold fold;
        enum since_list list;
        enum ref_kind ref;
        uint32_t least_paths; /* a template of one path is that path */
    } lists[] = {{FD_BY_PATH, SINCE_PATHS, REF_PATH, 1},
                 {FD_BY_TEMPLATE, SINCE_TEMPLATES, REF_TEMPLATE, 2}};
    const struct files_sample *files = now->files;

    if (mark->files == NULL || files == NULL)
        return;
    g_autoptr(GHashTable) known = open_then(mark->files);

    for (size_t k = 0; k < G_N_ELEMENTS(lists); k++)
        for (size_t i = 0; i < fd_items_n(files, lists[k].fold); i++) {
            struct fd_item item = fd_item_at(files, lists[k].fold, i);
            struct since_row row = born_of(files, known, &item);

            row.ref = (struct ref){.kind = lists[k].ref, .text = item.text, .type = item.type};
            if (item.paths >= lists[k].least_paths)
                add_row(since, lists[k].list, &row);
        }
    since->has_list[SINCE_PATHS] = since->has_list[SINCE_TEMPLATES] = true;
}

/* --- goroutines --- */

/* How many stand in each function; the profiler's own are not the program's. */
static GHashTable *count_by_function(const struct goroutine_dump *dump)
{
    GHashTable *counts = g_hash_table_new(g_str_hash, g_str_equal);

    for (size_t i = 0; i < dump->n_buckets; i++) {
        const struct goroutine_bucket *bucket = &dump->buckets[i];
        const char *function = goroutine_site_function(bucket);
        gsize n = GPOINTER_TO_SIZE(g_hash_table_lookup(counts, function));

        if (!bucket->is_profiler)
            g_hash_table_insert(counts, (gpointer)(uintptr_t)function,
                                GSIZE_TO_POINTER(n + bucket->count));
    }
    return counts;
}

/* By how many more there are, not by their ids: ticks end and are born anew all the time. */
static void find_goroutines(struct triage_since *since, const struct snapshot *mark,
                            const struct snapshot *now)
{
    if (mark->goroutines == NULL || now->goroutines == NULL)
        return;
    g_autoptr(GHashTable) before = count_by_function(mark->goroutines);
    g_autoptr(GHashTable) after = count_by_function(now->goroutines);
    GHashTableIter iter;
    gpointer function, count;

    g_hash_table_iter_init(&iter, after);
    while (g_hash_table_iter_next(&iter, &function, &count)) {
        int64_t n = (int64_t)GPOINTER_TO_SIZE(count);
        int64_t then = (int64_t)GPOINTER_TO_SIZE(g_hash_table_lookup(before, function));

        add_row(since, SINCE_GOROUTINES,
                &(struct since_row){.text = function,
                                    .born = n - then,
                                    .now = n,
                                    .ref = {.kind = REF_SITE, .text = function}});
    }
    since->has_list[SINCE_GOROUTINES] = true;
}

/* --- heap and map --- */

static void find_functions(struct triage_since *since, const struct snapshot *mark,
                           const struct snapshot *now)
{
    const struct profile *before = snapshot_profile(mark, "heap");
    const struct profile *after = snapshot_profile(now, "heap");

    if (before == NULL || after == NULL)
        return;
    g_autoptr(GPtrArray) grown =
        heap_growth_find(after, before, MIN_HEAP_GROWTH_BYTES, MAX_FUNCTIONS);

    for (guint i = 0; i < grown->len; i++) {
        const struct heap_growth *growth = grown->pdata[i];

        add_row(since, SINCE_FUNCTIONS,
                &(struct since_row){.text = growth->function,
                                    .born = growth->delta_bytes,
                                    .now = growth->now_bytes,
                                    .ref = {.kind = REF_FUNCTION, .text = growth->function}});
    }
    since->has_list[SINCE_FUNCTIONS] = true;
}

static void find_regions(struct triage_since *since, const struct comparison *comparison)
{
    since->has_list[SINCE_REGIONS] = comparison->has_map && !comparison->same_map;
    for (guint i = 0; since->has_list[SINCE_REGIONS] && i < comparison->regions->len; i++) {
        const struct compare_regions *row =
            &g_array_index(comparison->regions, struct compare_regions, i);

        add_row(since, SINCE_REGIONS,
                &(struct since_row){.text = (char *)(uintptr_t)region_class_name(row->cls),
                                    .born = row->count.after - row->count.before,
                                    .now = row->count.after,
                                    .ref = {.kind = REF_REGIONS, .region = row->cls}});
    }
}

struct triage_since *triage_since_new(const struct snapshot *mark, const struct snapshot *now)
{
    struct triage_since *since = g_new0(struct triage_since, 1);
    g_autoptr(comparison_auto) comparison = compare_snapshots(mark, now);

    since->mark_real_us = mark->real_us;
    since->age_s = mark->real_us != 0 && now->real_us != 0
                       ? (double)(now->real_us - mark->real_us) / G_USEC_PER_SEC
                       : (double)NAN;
    memcpy(since->numbers, comparison->numbers, sizeof since->numbers);
    for (size_t i = 0; i < SINCE_N_LISTS; i++) {
        since->lists[i] = g_array_new(FALSE, FALSE, sizeof(struct since_row));
        g_array_set_clear_func(since->lists[i], clear_row);
    }
    find_descriptors(since, mark, now);
    find_goroutines(since, mark, now);
    find_functions(since, mark, now);
    find_regions(since, comparison);
    for (size_t i = 0; i < SINCE_N_LISTS; i++)
        g_array_sort(since->lists[i], most_first);
    return since;
}

void triage_since_free(struct triage_since *since)
{
    if (since == NULL)
        return;
    for (size_t i = 0; i < SINCE_N_LISTS; i++)
        g_array_unref(since->lists[i]);
    g_free(since);
}
