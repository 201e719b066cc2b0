#include "app/recording/schema.h"
#include "app/recording/writer.h"
#include "tests/support/remove.h"

#include <string.h>

/* The man page of recordings: it names every table and column, and each query in it is run by the
 * sqlite3 shell on a recording whose story is known. */

#define SECOND ((gint64)G_USEC_PER_SEC)
#define BEGUN_US (1795900020 * SECOND) /* 2026-11-28 21:07:00 UTC */

static char *read_page(void)
{
    char *page = NULL;

    g_assert_true(g_file_get_contents(SIDESCOPE_SOURCE_DIR "/assets/sidescope-recording.5", &page,
                                      NULL, NULL));
    return page;
}

/* --- names --- */

static bool has_word(const char *page, const char *word)
{
    g_autofree char *pattern = g_strdup_printf("\\b%s\\b", word);

    return g_regex_match_simple(pattern, page, 0, 0);
}

static void test_names(void)
{
    g_autofree char *page = read_page();
    sqlite3 *db = schema_open(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    struct sql sql;

    g_assert_true(schema_create(db, NULL));
    sql_init(&sql, db);
    sqlite3_stmt *row = sql_prepare(
        &sql, "SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c "
              "WHERE m.type IN ('table', 'view')");
    int n = 0;

    for (; sql_step(&sql, row); n++)
        for (int column = 0; column < 2; column++) {
            const char *name = (const char *)sqlite3_column_text(row, column);

            if (!has_word(page, name))
                g_error("%s.%s is not in the page", (const char *)sqlite3_column_text(row, 0),
                        name);
        }
    g_assert_cmpint(n, >, 200);
    sql_clear(&sql);
    sqlite3_close(db);
}

/* --- a story --- */

struct story {
    char *folder, *path;
    struct writer *writer;
};

static void put(struct story *story, struct item *item)
{
    GQueue items = G_QUEUE_INIT;

    g_queue_push_tail(&items, item);
    g_assert_true(writer_write(story->writer, &items));
}

static struct item *item_of(void *sample, gint64 at_us, uint64_t sequence)
{
    struct item *item = item_new(ITEM_SAMPLE, at_us);

    item->sample = sample;
    item->sample->taken_us = item->sample->real_us = at_us;
    item->sample->sequence = sequence;
    return item;
}

/* Three minutes, a look each ten seconds: each time a MiB and a descriptor more. */
static void put_processes(struct story *story)
{
    for (int i = 0; i < 18; i++) {
        struct process_sample *process = sample_new(PROBE_PROCESS, sizeof *process);
        gint64 at_us = BEGUN_US + i * 10 * SECOND;
        struct item *item = item_of(process, at_us, (uint64_t)i);

        process_sample_set_unknown(process);
        process->rss_bytes = (100 + i) * (INT64_C(1) << 20);
        process->fd_count = 10 + i;
        process->threads = 7;
        item_add_point(item, &(struct item_point){METRIC_RSS, at_us, (double)process->rss_bytes});
        item_add_point(item, &(struct item_point){METRIC_THREADS, at_us, 7});
        put(story, item);
    }
}

static void put_files(struct story *story)
{
    static const struct fd_entry fds[] = {
        {.fd = 3, .type = FD_REG, .path = "/var/log/a.log", .detail = "", .access = 'w'},
        {.fd = 4, .type = FD_REG, .path = "/home/u/x.jsonl", .detail = "", .access = 'r'},
        {.fd = 5, .type = FD_REG, .path = "/home/u/x.jsonl", .detail = "", .access = 'r'},
        {.fd = 6, .type = FD_FIFO, .path = "pipe:[7]", .detail = "", .access = 'r'},
    };
    static const size_t counts[] = {1, 2, 4, 3};

    for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
        struct files_sample *files = sample_new(PROBE_FILES, sizeof *files);

        files->fds = fds;
        files->count = (int64_t)(files->n_fds = counts[i]);
        put(story, item_of(files, BEGUN_US + (gint64)i * 40 * SECOND + 1, i));
    }
}

static void put_goroutines(struct story *story)
{
    static const char text[] = "goroutine 1 [chan receive]:\nmain.leak()\n\t/src/leak.go:7 +0x1\n";
    const int64_t counts[] = {2, 5};

    for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
        struct goroutines_sample *sample = sample_new(PROBE_GOROUTINES, sizeof *sample);
        gint64 at_us = BEGUN_US + (gint64)i * 60 * SECOND;
        struct item *item = item_of(sample, at_us, i);
        struct goroutine_dump *dump = goroutine_dump_parse(text, strlen(text), NULL);

        sample->dump = dump;
        sample->source = "goroutine?debug=2";
        sample_hold(sample, dump, (GDestroyNotify)goroutine_dump_unref);
        item_add_part(item, &(struct item_part){
                                .what = ITEM_PARTS_BEGIN, .kind = PART_GOROUTINES, .t_us = at_us});
        item_add_part(
            item, &(struct item_part){.what = ITEM_PARTS_SET,
                                      .kind = PART_GOROUTINES,
                                      .name = session_parts_bucket_key(dump->buckets[0].hash).text,
                                      .value = counts[i]});
        put(story, item);
    }
}

static void put_run(struct story *story)
{
    struct platform_options platform = {0};
    struct process_entry process = {.id = {4711, 77},
                                    .comm = (char *)"sidecar",
                                    .exe = (char *)"/bin/sidecar",
                                    .cmdline = (char *)"sidecar"};
    struct item *item = item_new(ITEM_RUN, BEGUN_US);

    item->target = target_new(&platform, &process, NULL, "no pprof");
    item->boot_id = g_strdup("boot");
    item->axis = (struct axis){.n = 1, .parts = {{G_MININT64, 0}}};
    put(story, item);
    item = item_new(ITEM_EVENT, BEGUN_US + 90 * SECOND);
    item->event = g_strdup("alarm");
    item->severity = g_strdup("bad");
    item->key = g_strdup("fds");
    item->label = g_strdup("4 descriptors");
    item->json = g_strdup("{\"fds\":4}");
    put(story, item);
}

static void story_init(struct story *story)
{
    sqlite3 *db;

    story->folder = g_dir_make_tmp("sidescope-recording-XXXXXX", NULL);
    story->path = g_build_filename(story->folder, "night.sidescope", NULL);
    story->writer = writer_open(story->path, 0, NULL);
    g_assert_nonnull(story->writer);
    put_run(story);
    put_processes(story);
    put_files(story);
    put_goroutines(story);
    writer_close(story->writer);
    g_assert_cmpint(sqlite3_open(story->path, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(db,
                                 "INSERT INTO profile (run, kind, at_us, keep, bytes) "
                                 "VALUES (1, 'heap', 5, 0, 'abcdef'), (1, 'heap', 6, 0, x'1f8b')",
                                 NULL, NULL, NULL),
                    ==, SQLITE_CONSTRAINT);
    g_assert_cmpint(sqlite3_exec(db,
                                 "INSERT INTO profile (run, kind, at_us, keep, bytes) "
                                 "VALUES (1, 'heap', 5, 0, x'00'), (1, 'heap', 6, 0, x'1f8b')",
                                 NULL, NULL, NULL),
                    ==, SQLITE_OK);
    sqlite3_close(db);
}

static void story_clear(struct story *story)
{
    remove_tree(story->folder);
    g_free(story->folder);
    g_free(story->path);
}

/* --- queries --- */

/* From the page's source to what a reader of the page types. */
static char *unescape(const char *text)
{
    static const struct {
        const char *from, *to;
    } escapes[] = {{"\\(aq", "'"}, {"\\-", "-"}, {"\\&", ""}, {"\\e", "\\"}};
    GString *out = g_string_new(text);

    for (size_t i = 0; i < G_N_ELEMENTS(escapes); i++)
        g_string_replace(out, escapes[i].from, escapes[i].to, 0);
    return g_string_free(out, FALSE);
}

static GPtrArray *queries_of(const char *page)
{
    GPtrArray *queries = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) parts = g_strsplit(page, "\n.EX\n", -1);

    for (guint i = 1; parts[i] != NULL; i++) {
        char *end = strstr(parts[i], "\n.EE");

        g_assert_nonnull(end);
        *end = '\0';
        g_ptr_array_add(queries, unescape(parts[i]));
    }
    return queries;
}

static char *run_shell(const struct story *story, const char *query)
{
    const char *argv[] = {"sqlite3", "night.sidescope", query, NULL};
    g_auto(GStrv) env = g_environ_setenv(g_get_environ(), "TZ", "UTC", TRUE);
    char *out = NULL;
    g_autofree char *err = NULL;
    g_autoptr(GError) error = NULL;
    int status = 0;

    g_spawn_sync(story->folder, (char **)(uintptr_t)argv, env, G_SPAWN_SEARCH_PATH, NULL, NULL,
                 &out, &err, &status, &error);
    g_assert_no_error(error);
    g_test_message("%s\n%s%s", query, out, err);
    g_assert_cmpint(status, ==, 0);
    return out;
}

static const char happened[] = "2026-11-28 21:07:00|begin|info|||\n"
                               "2026-11-28 21:08:30|alarm|bad|fds|4 descriptors|{\"fds\":4}\n";

static const char *const answers[] = {
    "2026-11-28 21:07:00|105|15|7\n2026-11-28 21:08:00|111|21|7\n2026-11-28 21:09:00|117|27|7\n",
    "1|REG|/home/u/x.jsonl\n",
    "3|REG|/var/log/a.log\n4|REG|/home/u/x.jsonl\n5|REG|/home/u/x.jsonl\n6|FIFO|pipe:[7]\n",
    "3|5|[chan receive]\nmain.leak\n\t/src/leak.go:7\n\n",
    happened,
    "rss|104857600.0|122683392.0|bytes\nthreads|7.0|7.0|count\n",
    "2\n",
};

static void test_queries(void)
{
    g_autofree char *page = read_page();
    g_autoptr(GPtrArray) queries = queries_of(page);
    g_autofree char *shell = g_find_program_in_path("sqlite3");
    struct story story;

    if (shell == NULL) {
        g_test_skip("sqlite3 is not installed");
        return;
    }
    g_assert_cmpuint(queries->len, ==, G_N_ELEMENTS(answers));
    story_init(&story);
    for (guint i = 0; i < queries->len; i++) {
        g_autofree char *out = run_shell(&story, queries->pdata[i]);

        g_assert_cmpstr(out, ==, answers[i]);
    }
    g_autofree char *file = g_build_filename(story.folder, "heap.pb.gz", NULL);
    g_autofree char *bytes = NULL;
    gsize n;

    g_assert_true(g_file_get_contents(file, &bytes, &n, NULL));
    g_assert_cmpuint(n, ==, 2);
    g_assert_cmpint((guchar)bytes[0], ==, 0x1f);
    story_clear(&story);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/recording-page/names", test_names);
    g_test_add_func("/recording-page/queries", test_queries);
    return g_test_run();
}
