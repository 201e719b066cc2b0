#include "app/recording/run_lists.h"

#include "app/recording/sql_record.h"
#include "probes/file_groups.h"
#include "probes/limits.h"

#include <string.h>

enum { MAX_TEXTS = 100 * 1000 }; /* kept between moments */

struct run_lists {
    gint64 run;
    GHashTable *texts; /* gint64 -> char *: rows of the table text */
    /* what growth of descriptors counts from */
    struct file_baseline *baseline;
    gint64 baseline_us; /* of its census; 0: none yet */
};

struct run_lists *run_lists_new(gint64 run)
{
    struct run_lists *lists = g_new0(struct run_lists, 1);

    lists->run = run;
    lists->texts = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    return lists;
}

void run_lists_free(struct run_lists *lists)
{
    if (lists == NULL)
        return;
    g_hash_table_unref(lists->texts);
    file_baseline_free(lists->baseline);
    g_free(lists);
}

/* Borrowed until the next call. */
static const char *text_of(struct run_lists *lists, struct reading *reading, gint64 id)
{
    const char *known = g_hash_table_lookup(lists->texts, &id);

    if (known != NULL)
        return known;
    sqlite3_stmt *statement = READING_ASK(reading, "SELECT bytes FROM text WHERE id = ?", id);
    char *text = g_strdup(reading_row(reading, statement) ? reading_text(statement, 0) : "");

    reading_done(statement);
    if (g_hash_table_size(lists->texts) >= MAX_TEXTS)
        g_hash_table_remove_all(lists->texts);
    g_hash_table_insert(lists->texts, g_memdup2(&id, sizeof id), text);
    return text;
}

/* --- descriptors --- */

/* A descriptor and its row. */
struct found {
    gint64 row;
    struct fd_entry entry;
};

/* In the arena of a sample, once for each row of text. */
struct names {
    struct run_lists *lists;
    struct reading *reading;
    struct files_sample *sample;
    GHashTable *copies; /* gint64 -> const char * */
};

static const char *name_of(struct names *names, gint64 id)
{
    const char *copy = g_hash_table_lookup(names->copies, &id);

    if (copy != NULL)
        return copy;
    copy = sample_strdup(names->sample, text_of(names->lists, names->reading, id));
    g_hash_table_insert(names->copies, g_memdup2(&id, sizeof id), (gpointer)(uintptr_t)copy);
    return copy;
}

static int value_named(const char *name, const char *(*name_of_value)(int), int n)
{
    int value = 0;

    while (value < n - 1 && strcmp(name_of_value(value), name) != 0)
        value++;
    return value;
}

static const char *type_name(int type)
{
    return fd_type_label((enum fd_type)type);
}

static const char *class_name(int cls)
{
    return path_class_name((enum path_class)cls);
}

static int by_number(gconstpointer a, gconstpointer b)
{
    const struct found *x = a, *y = b;

    return x->entry.fd < y->entry.fd ? -1 : x->entry.fd > y->entry.fd;
}

/* In two questions, one for each index. */
static GArray *find_open(struct names *names, gint64 at_us)
{
    static const char *const queries[] = {
        "SELECT id, fd, type, path, inode, device, first_seen_us FROM descriptor"
        " WHERE run = ? AND born_us <= ? AND died_us IS NULL",
        "SELECT id, fd, type, path, inode, device, first_seen_us FROM descriptor"
        " WHERE run = ?1 AND born_us <= ?2 AND died_us IS NOT NULL AND died_us > ?2",
    };
    GArray *found = g_array_new(FALSE, FALSE, sizeof(struct found));

    for (size_t i = 0; i < G_N_ELEMENTS(queries); i++) {
        sqlite3_stmt *statement = READING_ASK(names->reading, queries[i], names->lists->run, at_us);

        while (found->len < PROBES_MAX_FDS && reading_row(names->reading, statement)) {
            struct found one = {
                .row = sqlite3_column_int64(statement, 0),
                .entry =
                    {
                        .fd = (int)CLAMP(sqlite3_column_int64(statement, 1), 0, G_MAXINT),
                        .type = (enum fd_type)value_named(reading_text(statement, 2), type_name,
                                                          FD_N_TYPES),
                        .inode = (uint64_t)sqlite3_column_int64(statement, 4),
                        .device = (uint64_t)sqlite3_column_int64(statement, 5),
                        .first_seen_us = reading_time(statement, 6),
                    },
            };

            /* last: it asks for the text, and the columns stay as they are meanwhile */
            one.entry.path = name_of(names, sqlite3_column_int64(statement, 3));
            g_array_append_val(found, one);
        }
        reading_done(statement);
    }
    g_array_sort(found, by_number);
    return found;
}

static void find_state(struct names *names, gint64 row, gint64 at_us, struct fd_entry *entry)
{
    sqlite3_stmt *statement =
        READING_ASK(names->reading,
                    "SELECT offset, flags, size, watches, detail, deleted, access, cls, peer"
                    " FROM descriptor_state WHERE descriptor = ? AND at_us <= ?"
                    " ORDER BY at_us DESC LIMIT 1",
                    row, at_us);

    entry->offset = entry->flags = entry->size = entry->watches = SAMPLE_UNKNOWN;
    entry->detail = "";
    entry->access = ' ';
    entry->cls = PATH_OTHER;
    if (reading_row(names->reading, statement)) {
        const char *detail = reading_text(statement, 4);

        entry->offset = reading_number(statement, 0);
        entry->flags = reading_number(statement, 1);
        entry->size = reading_number(statement, 2);
        entry->watches = reading_number(statement, 3);
        entry->detail = *detail != '\0' ? sample_strdup(names->sample, detail) : "";
        entry->deleted = sqlite3_column_int(statement, 5) != 0;
        entry->access = *reading_text(statement, 6);
        entry->cls =
            (enum path_class)value_named(reading_text(statement, 7), class_name, PATH_N_CLASSES);
        if (sqlite3_column_type(statement, 8) != SQLITE_NULL)
            entry->peer = sample_strdup(names->sample, reading_text(statement, 8));
    }
    reading_done(statement);
    if (entry->access == '\0')
        entry->access = ' ';
}

static void take_descriptors(struct run_lists *lists, struct reading *reading, gint64 at_us,
                             struct files_sample *sample)
{
    g_autoptr(GHashTable) copies = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    struct names names = {lists, reading, sample, copies};
    g_autoptr(GArray) found = find_open(&names, at_us);
    struct fd_entry *fds = sample_alloc(sample, (found->len + 1) * sizeof *fds);

    for (guint i = 0; i < found->len; i++) {
        const struct found *one = &g_array_index(found, struct found, i);

        fds[i] = one->entry;
        find_state(&names, one->row, at_us, &fds[i]);
    }
    sample->fds = fds;
    sample->n_fds = found->len;
}

/* The one that growth counts from at at_us is there afterwards. */
static void find_baseline(struct run_lists *lists, struct reading *reading, gint64 at_us,
                          gint64 mark_us)
{
    sqlite3_stmt *statement =
        READING_ASK(reading,
                    "SELECT coalesce(min(CASE WHEN at_us > ?3 THEN at_us END), max(at_us))"
                    " FROM census_base WHERE run = ?1 AND at_us <= ?2",
                    lists->run, at_us, mark_us);
    gint64 base_us = reading_row(reading, statement) ? reading_time(statement, 0) : 0;

    reading_done(statement);
    if (lists->baseline != NULL && base_us != 0 && base_us == lists->baseline_us)
        return;
    file_baseline_free(lists->baseline);
    lists->baseline = file_baseline_new();
    lists->baseline_us = base_us;
    if (base_us == 0) /* what comes next is the first one */
        return;
    struct files_sample *base = sample_new(PROBE_FILES, sizeof *base);

    take_descriptors(lists, reading, base_us, base);
    files_summarise(base, lists->baseline);
    sample_unref(base);
}

void run_lists_descriptors(struct run_lists *lists, struct reading *reading, gint64 at_us,
                           gint64 mark_us, struct files_sample *sample)
{
    take_descriptors(lists, reading, at_us, sample);
    find_baseline(lists, reading, at_us, mark_us);
    files_summarise(sample, lists->baseline);
}

/* --- regions --- */

static int by_address(gconstpointer a, gconstpointer b)
{
    const struct region *x = a, *y = b;

    return x->start < y->start ? -1 : x->start > y->start;
}

static void find_class(struct run_lists *lists, struct reading *reading, gint64 at_us,
                       const char *name, struct region_totals *totals, struct region_growth *growth)
{
    sqlite3_stmt *statement =
        READING_ASK(reading,
                    "SELECT * FROM region_class WHERE run = ?1 AND at_us <= ?2"
                    " AND cls = ?3 ORDER BY at_us DESC LIMIT 1",
                    lists->run, at_us);

    if (statement != NULL)
        sqlite3_bind_text(statement, 3, name, -1, SQLITE_STATIC);
    if (reading_row(reading, statement)) {
        static const struct sql_columns of_totals = {&record_totals, ""},
                                        of_growth = {&record_growth, ""};

        sql_record_read(statement, &of_totals, totals, NULL);
        if (growth != NULL)
            sql_record_read(statement, &of_growth, growth, NULL);
    }
    reading_done(statement);
}

void run_lists_regions(struct run_lists *lists, struct reading *reading, gint64 at_us,
                       struct memory_sample *sample)
{
    static const char *const queries[] = {
        "SELECT *, (SELECT bytes FROM text WHERE text.id = region.name) AS name FROM region"
        " WHERE run = ? AND from_us <= ? AND until_us IS NULL",
        "SELECT *, (SELECT bytes FROM text WHERE text.id = region.name) AS name FROM region"
        " WHERE run = ?1 AND from_us <= ?2 AND until_us IS NOT NULL AND until_us > ?2",
    };
    static const struct sql_columns columns = {&record_region, ""};
    g_autoptr(GArray) regions = g_array_new(FALSE, TRUE, sizeof(struct region));

    for (size_t i = 0; i < G_N_ELEMENTS(queries); i++) {
        sqlite3_stmt *statement = READING_ASK(reading, queries[i], lists->run, at_us);

        while (regions->len < PROBES_MAX_REGIONS && reading_row(reading, statement)) {
            g_array_set_size(regions, regions->len + 1);
            sql_record_read(statement, &columns,
                            &g_array_index(regions, struct region, regions->len - 1), sample);
        }
        reading_done(statement);
    }
    g_array_sort(regions, by_address);
    struct region *list = sample_alloc(sample, (regions->len + 1) * sizeof *list);

    if (regions->len > 0)
        memcpy(list, regions->data, regions->len * sizeof *list);
    sample->regions = list;
    sample->n_regions = regions->len;
    for (int cls = 0; cls < REGION_N_CLASSES; cls++)
        find_class(lists, reading, at_us, region_class_name((enum region_class)cls),
                   &sample->classes[cls], &sample->growth[cls]);
    find_class(lists, reading, at_us, "total", &sample->total, NULL);
}
