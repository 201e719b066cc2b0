/* Goroutines read from memory are those that the process's own debug=2 shows, in every field. */

#include "probes/goruntime/errors.h"
#include "probes/goruntime/goroutines.h"
#include "tests/goruntime/state/live.h"

#include <locale.h>
#include <string.h>
#include <time.h>

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* --- both ways to the same dump --- */

static struct goroutine_list *read_list(const struct go_runtime *runtime)
{
    g_autoptr(GError) error = NULL;
    struct goroutine_list *list = goroutines_read(runtime, now_ns(), &error);

    g_assert_no_error(error);
    return list;
}

static struct goroutine_dump *read_own(struct live *live)
{
    g_autofree char *file = g_build_filename(live_folder(live), "dump", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    gsize n;

    g_free(live_say(live, "dump %s", file));
    g_file_get_contents(file, &text, &n, &error);
    g_assert_no_error(error);
    struct goroutine_dump *dump = goroutine_dump_parse(text, n, &error);

    g_assert_no_error(error);
    return dump;
}

/* --- by goroutine --- */

static GHashTable *by_id(const struct goroutine_dump *dump)
{
    GHashTable *table = g_hash_table_new(g_int64_hash, g_int64_equal);

    for (size_t i = 0; i < dump->n_buckets; i++)
        for (size_t k = 0; k < dump->buckets[i].count; k++)
            g_hash_table_insert(table, (gpointer)(uintptr_t)&dump->buckets[i].ids[k],
                                &dump->buckets[i]);
    return table;
}

static bool is_same_frame(const struct goroutine_frame *a, const struct goroutine_frame *b)
{
    return strcmp(a->function, b->function) == 0 && strcmp(a->file, b->file) == 0 &&
           a->line == b->line && a->inlined == b->inlined;
}

/* The text leaves out the middle of more than 100 frames; before Go 1.21 what follows them. */
static bool are_frames_same(const struct goroutine_bucket *text,
                            const struct goroutine_bucket *ours)
{
    size_t i = 0, tail;

    while (i < text->n_frames && text->frames[i].elided == 0) {
        if (i >= ours->n_frames || !is_same_frame(&text->frames[i], &ours->frames[i]))
            return false;
        i++;
    }
    if (i == text->n_frames)
        return i == ours->n_frames || i >= 95; /* 100 with the runtime's */
    tail = text->n_frames - i - 1;
    if (ours->n_frames < i + tail)
        return false;
    for (size_t k = 0; k < tail; k++)
        if (!is_same_frame(&text->frames[i + 1 + k], &ours->frames[ours->n_frames - tail + k]))
            return false;
    return true;
}

static const char *difference(const struct goroutine_bucket *text,
                              const struct goroutine_bucket *ours)
{
    if (ours == NULL)
        return "not there";
    if (!are_frames_same(text, ours))
        return "frames";
    if (text->category != ours->category || strcmp(text->state, ours->state) != 0)
        return "state";
    if ((text->creator != NULL) != (ours->creator != NULL) ||
        (text->creator != NULL && !is_same_frame(text->creator, ours->creator)))
        return "creator";
    if (text->creator_id != ours->creator_id)
        return "maker's id";
    if ((text->n_locked > 0) != (ours->n_locked > 0))
        return "locked";
    if (MAX(text->wait_max_minutes, 0) != MAX(ours->wait_max_minutes, 0))
        return "wait time";
    return NULL;
}

static void say_stack(const char *whose, const struct goroutine_bucket *b)
{
    for (size_t i = 0; b != NULL && i < b->n_frames; i++)
        g_test_message("%s: %s %s:%d%s", whose, b->frames[i].function, b->frames[i].file,
                       (int)b->frames[i].line, b->frames[i].inlined ? " inlined" : "");
    if (b != NULL && b->creator != NULL)
        g_test_message("%s: [%s] made by %s %s:%d in %d", whose, b->state, b->creator->function,
                       b->creator->file, (int)b->creator->line, (int)b->creator_id);
}

/* How many differ; the first, which dumps itself, is left out. */
static size_t count_differences(const struct goroutine_dump *text,
                                const struct goroutine_dump *ours)
{
    g_autoptr(GHashTable) theirs = by_id(text), mine = by_id(ours);
    GHashTableIter iter;
    gpointer key, value;
    size_t n = 0;

    g_hash_table_iter_init(&iter, theirs);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        uint64_t id = *(const uint64_t *)key;
        const struct goroutine_bucket *other = g_hash_table_lookup(mine, key);
        const char *what = id == 1 ? NULL : difference(value, other);

        if (what == NULL)
            continue;
        if (n++ < 3) {
            g_test_message("goroutine %d: %s", (int)id, what);
            say_stack("text", value);
            say_stack("memory", other);
        }
    }
    g_hash_table_iter_init(&iter, mine);
    while (g_hash_table_iter_next(&iter, &key, &value))
        if (!g_hash_table_contains(theirs, key)) {
            n++;
            say_stack("only in memory", value);
        }
    return n;
}

/* The text made of a list is read as the dump made of it. */
static void check_own_text(const struct goroutine_list *list, const struct goroutine_dump *dump)
{
    g_autoptr(GBytes) bytes = goroutine_list_to_text(list);
    g_autoptr(GError) error = NULL;
    gsize n;
    const char *text = g_bytes_get_data(bytes, &n);
    g_autoptr(goroutine_dump_auto) again = goroutine_dump_parse(text, n, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(again->n_buckets, ==, dump->n_buckets);
    for (size_t i = 0; i < dump->n_buckets; i++) {
        g_assert_cmphex(again->buckets[i].hash, ==, dump->buckets[i].hash);
        g_assert_cmpuint(again->buckets[i].count, ==, dump->buckets[i].count);
        g_assert_cmpstr(again->buckets[i].state, ==, dump->buckets[i].state);
    }
}

/* --- builds --- */

/* How many differ between two looks at the same moment, or nearly. */
static size_t compare_once(struct live *live, const struct go_runtime *runtime)
{
    g_autoptr(goroutine_list_auto) list = read_list(runtime);
    g_autoptr(goroutine_dump_auto) ours = goroutine_list_to_dump(list);
    g_autoptr(goroutine_dump_auto) text = read_own(live);

    g_test_message("%zu goroutines, %zu in the text, %zu moved, %zu incomplete", list->n,
                   text->total, list->n_moved, list->n_incomplete);
    g_assert_cmpuint(text->total, >, 20);
    g_assert_cmpuint(list->n_incomplete, ==, 0);
    check_own_text(list, ours);
    return count_differences(text, ours);
}

/* On a busy machine some are still on their way at the first look. */
static void compare(struct live *live)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(go_runtime_auto) runtime = live_attach(live, &error);
    size_t n = 1;

    g_assert_no_error(error);
    for (int try = 0; try < 5 && n > 0; try++) {
        g_usleep(try > 0 ? G_USEC_PER_SEC : 0);
        n = compare_once(live, runtime);
    }
    g_assert_cmpuint(n, ==, 0);
}

static void one_build(const struct live_build *build, const char *program)
{
    struct live *live = live_start(program);

    (void)build;
    g_free(live_say(live, "park 6"));
    compare(live);
    g_free(live_say(live, "collect"));
    compare(live);
    live_stop(live);
}

static void test_all(void)
{
    live_each(one_build);
}

/* --- what the text does not say --- */

static const struct live_goroutine *find_label(const struct goroutine_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        if (*list->goroutines[i].labels != '\0')
            return &list->goroutines[i];
    return NULL;
}

static void beyond_text(const struct live_build *build, const char *program)
{
    struct live *live = live_start(program);
    g_autoptr(GError) error = NULL;

    (void)build;
    g_free(live_say(live, "park 1"));
    g_autoptr(go_runtime_auto) runtime = live_attach(live, &error);

    g_assert_no_error(error);
    g_autoptr(goroutine_list_auto) list = read_list(runtime);
    const struct live_goroutine *labelled = find_label(list);

    g_assert_nonnull(labelled);
    g_assert_cmpstr(labelled->labels, ==, "job:indexer, tenant:ac me");
    for (size_t i = 0; i < list->n; i++) {
        const struct live_goroutine *g = &list->goroutines[i];

        g_assert_true(goroutine_list_find(list, g->address) == g);
        if (g->status == GOROUTINE_STATUS_SYSCALL) {
            g_autofree char *task =
                g_strdup_printf("/proc/%d/task/%d", live_pid(live), (int)g->thread);

            g_assert_true(g_file_test(task, G_FILE_TEST_IS_DIR));
        }
    }
    memory_cancel(runtime->memory);
    g_assert_null(goroutines_read(runtime, now_ns(), &error));
    g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_CANCELLED);
    live_stop(live);
}

static void test_beyond(void)
{
    static const char *const newest[] = {"1.26.8", NULL};

    live_each_of(newest, false, beyond_text);
}

/* A slice since Go 1.24, a map before. */
static void labelled(const struct live_build *build, const char *program)
{
    struct live *live = live_start(program);
    g_autoptr(GError) error = NULL;

    (void)build;
    g_free(live_say(live, "park 1"));
    g_autoptr(go_runtime_auto) runtime = live_attach(live, &error);

    g_assert_no_error(error);
    g_autoptr(goroutine_list_auto) list = read_list(runtime);
    const struct live_goroutine *found = find_label(list);

    g_assert_nonnull(found);
    g_assert_cmpstr(found->labels, ==, "job:indexer, tenant:ac me");
    live_stop(live);
}

static void test_labels(void)
{
    static const char *const versions[] = {"1.19.13", "1.23.12", NULL};

    live_each_of(versions, true, labelled);
}

/* --- goroutines that run --- */

/* The function that one which runs is shown with; NULL: it was not seen while it ran. */
static char *shown_running(struct go_runtime *runtime)
{
    g_autoptr(GString) name = g_string_new(NULL);

    for (int i = 0; i < 1000; i++) {
        g_autoptr(goroutine_list_auto) list = read_list(runtime);

        for (size_t k = 0; k < list->n; k++) {
            const struct live_goroutine *g = &list->goroutines[k];
            struct goroutine_frame frame;

            if (g->status == GOROUTINE_STATUS_RUNNING && goroutine_shown_creator(g, name, &frame) &&
                strcmp(frame.function, "main.spin") == 0 && goroutine_shown_start(g, name, &frame))
                return g_strdup(frame.function);
        }
        g_usleep(1000);
    }
    return NULL;
}

/* A profile of the process itself has the function that the go statement names. */
static void check_running(const char *program, const char *way, const char *expected)
{
    struct live *live = live_start(program);
    g_autoptr(GError) error = NULL;
    g_autoptr(go_runtime_auto) runtime = live_attach(live, &error);

    g_assert_no_error(error);
    g_free(live_say(live, "spin %s", way));
    g_autofree char *function = shown_running(runtime);

    g_assert_cmpstr(function, ==, expected);
    live_stop(live);
}

static void running(const struct live_build *build, const char *program)
{
    (void)build;
    check_running(program, "call", "main.spinsOn");
    check_running(program, "place", "main.spinsInPlace");
}

static void test_running(void)
{
    live_each(running);
}

/* --- a process that never rests --- */

static bool is_parked(const struct goroutine_bucket *b)
{
    return b->creator != NULL && strstr(b->creator->function, "main.park") != NULL;
}

static size_t count_parked(const struct goroutine_dump *dump)
{
    size_t n = 0;

    for (size_t i = 0; i < dump->n_buckets; i++)
        n += is_parked(&dump->buckets[i]) ? dump->buckets[i].count : 0;
    return n;
}

static void churned(const struct live_build *build, const char *program)
{
    const char *wanted = g_getenv("SIDESCOPE_CHURN_READS");
    int reads = wanted != NULL ? atoi(wanted) : 200;
    struct live *live = live_start(program);
    g_autoptr(GError) error = NULL;
    size_t expected = 0, moved = 0, incomplete = 0, all = 0;

    (void)build;
    g_free(live_say(live, "park 3"));
    g_free(live_say(live, "hurry"));
    g_autoptr(go_runtime_auto) runtime = live_attach(live, &error);

    g_assert_no_error(error);
    for (int i = 0; i < reads; i++) {
        g_autoptr(goroutine_list_auto) list = read_list(runtime);
        g_autoptr(goroutine_dump_auto) dump = goroutine_list_to_dump(list);

        expected = i == 0 ? count_parked(dump) : expected;
        g_assert_cmpuint(count_parked(dump), ==, expected);
        moved += list->n_moved;
        incomplete += list->n_incomplete;
        all += list->n;
    }
    g_test_message("%d reads, %zu goroutines, %zu moved, %zu incomplete", reads, all, moved,
                   incomplete);
    g_assert_cmpuint(expected, >, 60);
    live_stop(live);
}

static void test_churn(void)
{
    static const char *const newest[] = {"1.26.8", NULL};

    live_each_of(newest, false, churned);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/goruntime/goroutines/as-debug-2", test_all);
    g_test_add_func("/goruntime/goroutines/beyond-the-text", test_beyond);
    g_test_add_func("/goruntime/goroutines/running", test_running);
    g_test_add_func("/goruntime/goroutines/labels", test_labels);
    g_test_add_func("/goruntime/goroutines/churn", test_churn);
    return g_test_run();
}
