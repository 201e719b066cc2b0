/* What parked goroutines wait for is what the program made for them, at the address it has. */

#include "probes/goruntime/waits.h"
#include "tests/goruntime/state/live.h"

#include <inttypes.h>
#include <locale.h>
#include <string.h>
#include <time.h>

enum { PER_WAY = 5 };

/* --- what the target says --- */

static uint64_t told(const char *text, const char *name)
{
    g_autofree char *line = g_strconcat("\n", name, " ", NULL);
    const char *at = strstr(text, line);

    g_assert_nonnull(at);
    at += strlen(line);
    return g_ascii_strtoull(at, NULL, g_str_has_prefix(at, "0x") ? 16 : 10);
}

static const struct wait_object *object_at(const struct wait_list *list, enum wait_kind kind,
                                           uint64_t address)
{
    for (size_t i = 0; i < list->n_objects; i++) {
        const struct wait_object *o = &list->objects[i];

        if (o->kind == kind && (kind == WAIT_DESCRIPTOR ? (uint64_t)o->fd : o->address) == address)
            return o;
    }
    g_test_message("no %s at %#" G_GINT64_MODIFIER "x", wait_kind_name(kind), address);
    return NULL;
}

/* --- the links --- */

/* What has no object: nothing that could be waited for, or nothing the runtime has a link to. */
static bool may_be_unknown(const struct live_goroutine *g)
{
    return g->status != GOROUTINE_STATUS_WAITING || strstr(g->state, "nil chan") != NULL ||
           strstr(g->state, "no cases") != NULL || strcmp(g->state, "sleep") == 0 ||
           strcmp(g->state, "coroutine") == 0 || g->is_system;
}

static const char *way_of(const struct goroutine_list *list, size_t goroutine)
{
    const struct live_goroutine *g = &list->goroutines[goroutine];
    size_t n = g->start != NULL ? g->start->n_frames : 0;

    return n > 0 ? g->start->frames[n - 1].function : "";
}

/* Every wait leads to an object that has the goroutine among its waiters. */
static void check_links(const struct goroutine_list *list, const struct wait_list *waits)
{
    for (size_t i = 0; i < list->n; i++) {
        size_t n;
        const struct wait_link *wait = wait_list_of(waits, i, &n);

        for (size_t k = 0; k < n; k++) {
            const struct wait_object *o = &waits->objects[wait[k].object];
            bool is_there = false;

            g_assert_cmpuint(wait[k].goroutine, ==, i);
            for (size_t w = 0; w < o->n_waiters; w++)
                is_there = is_there || o->waiters[w] == i;
            g_assert_true(is_there);
        }
        if (n == 0 && !may_be_unknown(&list->goroutines[i])) {
            g_test_message("nothing known: %s [%s]", way_of(list, i), list->goroutines[i].state);
            g_test_fail();
        }
    }
}

static void check_objects(const struct wait_list *waits, const char *told_text)
{
    const struct wait_object *values = object_at(waits, WAIT_CHANNEL, told(told_text, "values"));
    const struct wait_object *more = object_at(waits, WAIT_CHANNEL, told(told_text, "more"));
    const struct wait_object *filled = object_at(waits, WAIT_CHANNEL, told(told_text, "filled"));
    const struct wait_object *lock = object_at(waits, WAIT_MUTEX, told(told_text, "lock"));
    const struct wait_object *readers = object_at(waits, WAIT_RWMUTEX, told(told_text, "readers"));
    const struct wait_object *held = object_at(waits, WAIT_RWMUTEX, told(told_text, "held"));
    const struct wait_object *done = object_at(waits, WAIT_GROUP, told(told_text, "done"));
    const struct wait_object *pipe = object_at(waits, WAIT_DESCRIPTOR, told(told_text, "pipe"));

    g_assert_true(values != NULL && more != NULL && filled != NULL && lock != NULL);
    g_assert_true(readers != NULL && held != NULL && done != NULL && pipe != NULL);
    g_assert_cmpint(values->capacity, ==, 0);
    g_assert_false(values->is_closed);
    g_assert_cmpuint(more->n_waiters, ==, 2 * PER_WAY); /* senders and selects */
    g_assert_cmpint(filled->length, ==, 3);
    g_assert_cmpint(filled->capacity, ==, 3);
    g_assert_cmpint(filled->element_bytes, ==, 8);
    g_assert_cmpuint(filled->n_waiters, ==, PER_WAY);
    g_assert_cmpint(lock->is_locked, ==, 1);
    g_assert_cmpuint(lock->n_waiters, ==, 2 * PER_WAY);
    g_assert_cmpint(lock->n_counted, ==, 2 * PER_WAY);
    g_assert_cmpuint(readers->n_waiters, ==, PER_WAY); /* one writer, others at its mutex */
    g_assert_cmpint(readers->n_readers, ==, 1);
    g_assert_cmpint(readers->is_locked, ==, 0);
    g_assert_true(readers->is_wanted);
    g_assert_cmpint(readers->n_behind, ==, 0);
    g_assert_cmpuint(held->n_waiters, ==, PER_WAY);
    g_assert_cmpint(held->is_locked, ==, 1);
    g_assert_false(held->is_wanted);
    g_assert_cmpint(held->n_behind, ==, PER_WAY);
    g_assert_cmpint(done->n_counted, ==, 1);
    g_assert_cmpuint(done->n_waiters, ==, PER_WAY);
    g_assert_cmpuint(pipe->n_waiters, ==, PER_WAY);
    g_assert_nonnull(object_at(waits, WAIT_CONDITION, told(told_text, "condition")));
}

static void check_words(const struct goroutine_list *list, const struct wait_list *waits,
                        uint64_t filled)
{
    g_autofree char *expected = g_strdup_printf(
        "send to channel 0x%" G_GINT64_MODIFIER "x, 3 of 3 buffered, 4 others wait", filled);
    const struct wait_object *object = object_at(waits, WAIT_CHANNEL, filled);
    g_autoptr(GString) text = g_string_new(NULL);
    size_t n;

    wait_describe(waits, wait_list_of(waits, object->waiters[0], &n), text);
    g_assert_cmpstr(text->str, ==, expected);
    g_assert_cmpuint(n, ==, 1);
    g_assert_cmpstr(list->goroutines[object->waiters[0]].state, ==, "chan send");
}

/* One by one: each channel once, with who waits there. */
static void check_waited(const struct goroutine_dump *dump, uint64_t filled)
{
    g_autofree char *name = g_strdup_printf("channel 0x%" PRIx64, filled);
    const struct goroutine_waited *found = NULL;
    size_t n_linked = 0;

    for (size_t i = 0; i < dump->n_waited; i++)
        if (strcmp(dump->waited[i].name, name) == 0) {
            g_assert_null(found);
            found = &dump->waited[i];
        }
    g_assert_nonnull(found);
    g_assert_cmpint((int)found->kind, ==, GOROUTINE_WAITED_CHANNEL);
    g_assert_cmpuint(found->n_waiters, ==, PER_WAY);
    g_assert_true(g_str_has_suffix(found->state, " buffered"));
    for (size_t i = 0; i < dump->n_buckets; i++)
        for (size_t k = 0; k < dump->buckets[i].n_waited; k++)
            n_linked += dump->buckets[i].waited[k] == found ? dump->buckets[i].count : 0;
    g_assert_cmpuint(n_linked, ==, PER_WAY);
}

/* Of a group whose goroutines wait for different things, the one that waits for one of them. */
static void check_parts(const struct goroutine_bucket *bucket)
{
    for (size_t i = 0; i < bucket->n_waited; i++) {
        struct goroutine_part part;

        goroutine_part_take(&part, bucket, &bucket->waited[i]);
        g_assert_cmpuint(part.bucket.count, ==, 1);
        g_assert_cmpuint(part.bucket.ids[0], ==, bucket->waited[i]->ids[0]);
        g_assert_true(g_str_has_prefix(part.bucket.waits, bucket->waited[i]->name));
        goroutine_part_clear(&part);
    }
}

/* In the dump that panes and reports show each group says it too. */
static void check_dump(const struct goroutine_list *list, const struct wait_list *waits,
                       uint64_t filled)
{
    g_autoptr(goroutine_dump_auto) dump = goroutine_list_to_dump(list);
    g_autofree char *expected = g_strdup_printf("send to channel 0x%" PRIx64, filled);
    size_t n_there = 0, n_many = 0;

    goroutine_dump_add_waits(dump, list, waits);
    for (size_t i = 0; i < dump->n_buckets; i++) {
        const char *text = dump->buckets[i].waits;

        g_test_message("%zu [%s] %s", dump->buckets[i].count, dump->buckets[i].state,
                       text != NULL ? text : "?");
        n_there += text != NULL && g_str_has_prefix(text, expected) ? dump->buckets[i].count : 0;
        if (text == NULL || strstr(text, "channels, one waits at each") == NULL)
            continue;
        check_parts(&dump->buckets[i]);
        n_many++;
    }
    g_assert_cmpuint(n_there, ==, PER_WAY);
    g_assert_cmpuint(n_many, >, 0);
    check_waited(dump, filled);
}

/* Who is in a system call is on a thread, and that is known by its call. */
static void check_threads(const struct goroutine_list *list, const struct go_runtime *runtime,
                          int pid, uint64_t raw)
{
    g_autoptr(goroutine_dump_auto) dump = goroutine_list_to_dump(list);
    g_autofree char *expected = g_strdup_printf("read fd %" PRIu64, raw);
    size_t n_there = 0;

    goroutine_dump_add_threads(dump, list, runtime, pid);
    for (size_t i = 0; i < dump->n_buckets; i++)
        for (size_t k = 0; k < dump->buckets[i].n_threads; k++) {
            const struct goroutine_thread *on = &dump->buckets[i].threads[k];

            g_test_message("goroutine %" PRIu64 " on %" PRId64 ": %s", on->id, on->tid, on->call);
            n_there += strcmp(on->call, expected) == 0 && on->fd == (int64_t)raw && on->tid > 0;
        }
    if (!live_is_emulated())
        g_assert_cmpuint(n_there, ==, PER_WAY);
}

static void one_build(const struct live_build *build, const char *program)
{
    struct live *live = live_start(program);
    g_autoptr(GError) error = NULL;
    struct timespec now;

    (void)build;
    g_free(live_say(live, "park %d", PER_WAY));
    g_autofree char *answer = live_say(live, "parked");
    g_autofree char *text = g_strconcat("\n", answer, NULL);
    g_autoptr(go_runtime_auto) runtime = live_attach(live, &error);

    g_assert_no_error(error);
    clock_gettime(CLOCK_MONOTONIC, &now);
    g_autoptr(goroutine_list_auto) list =
        goroutines_read(runtime, now.tv_sec * INT64_C(1000000000), &error);

    g_assert_no_error(error);
    uint64_t calls = runtime->memory->n_calls;
    gint64 began = g_get_monotonic_time();
    g_autoptr(wait_list_auto) waits = waits_read(runtime, list, &error);

    g_assert_no_error(error);
    g_test_message("%zu waits at %zu objects, %zu unknown; %d calls, %d us", waits->n,
                   waits->n_objects, waits->n_unknown, (int)(runtime->memory->n_calls - calls),
                   (int)(g_get_monotonic_time() - began));
    check_links(list, waits);
    check_objects(waits, text);
    check_words(list, waits, told(text, "filled"));
    check_dump(list, waits, told(text, "filled"));
    check_threads(list, runtime, live_pid(live), told(text, "raw"));
    live_stop(live);
}

static void test_all(void)
{
    live_each(one_build);
}

/* --- who holds a lock --- */

static void check_holder(const struct wait_list *waits, const char *text, const char *name,
                         const char *function, bool is_certain)
{
    const struct wait_object *o = NULL;
    uint64_t address = told(text, name);
    g_autoptr(GString) words = g_string_new(NULL);

    for (size_t i = 0; i < waits->n_objects; i++)
        if (waits->objects[i].address == address)
            o = &waits->objects[i];
    g_assert_nonnull(o);
    wait_object_describe(o, words);
    g_test_message("%s: %s", name, words->str);
    if (o->holder.n != 1 || strcmp(o->holder.function, function) != 0 ||
        o->holder.is_certain != is_certain) {
        g_test_message("not %s in %s", is_certain ? "certainly" : "perhaps", function);
        g_test_fail();
    }
}

/* It runs, or was interrupted anywhere in its loop, where no map tells what it needs. */
static void check_runner(const struct wait_list *waits, const char *text, const char *name)
{
    const struct wait_object *o = object_at(waits, WAIT_MUTEX, told(text, name));
    g_autoptr(GString) words = g_string_new(NULL);

    g_assert_nonnull(o);
    wait_object_describe(o, words);
    g_test_message("%s: %s", name, words->str);
    g_assert_cmpuint(o->holder.n, ==, 1);
    g_assert_false(o->holder.is_certain);
    if (strcmp(o->holder.state, "running") != 0)
        g_assert_cmpstr(o->holder.function, ==, "main.(*vault).holdRunning");
}

/* Readers hold it, a writer waits for them, and readers wait behind the writer. */
static void check_turns(const struct wait_list *waits, const char *text)
{
    const struct wait_object *o = object_at(waits, WAIT_RWMUTEX, told(text, "turns"));
    g_autoptr(GString) words = g_string_new(NULL);

    g_assert_nonnull(o);
    wait_object_state(o, words);
    g_assert_cmpstr(words->str, ==, "held by 2 readers, a writer waits, 3 readers behind it");
    g_string_truncate(words, 0);
    wait_object_describe(o, words);
    g_test_message("%s", words->str);
    g_assert_nonnull(strstr(words->str, " and 1 other, a writer waits, 3 readers behind it"));
}

/* Each waits for it at a channel of his own: what they wait for is told once, with the channels. */
static void check_permits(const struct goroutine_list *list, const struct wait_list *waits,
                          const char *text)
{
    const struct wait_object *o = object_at(waits, WAIT_WEIGHTED, told(text, "permits"));
    g_autoptr(goroutine_dump_auto) dump = goroutine_list_to_dump(list);
    size_t n_told = 0;

    g_assert_nonnull(o);
    g_assert_cmpuint(o->n_waiters, ==, PER_WAY + 1);
    goroutine_dump_add_waits(dump, list, waits);
    for (size_t i = 0; i < dump->n_buckets; i++) {
        const struct goroutine_bucket *b = &dump->buckets[i];

        if (b->waits == NULL || !g_str_has_prefix(b->waits, "wait for Weighted 0x"))
            continue;
        g_test_message("%s", b->waits);
        g_assert_nonnull(strstr(b->waits, ", 2 of 3 taken, the first wants 2, 5 others wait"));
        g_assert_cmpuint(b->n_waited, >, b->count); /* and the channels */
        n_told += b->count;
    }
    g_assert_cmpuint(n_told, ==, PER_WAY + 1);
}

/* Whoever locked it has ended since. */
static void check_left(const struct wait_list *waits, const char *text, const char *name)
{
    g_autoptr(GString) words = g_string_new(NULL);

    for (size_t i = 0; i < waits->n_objects; i++)
        if (waits->objects[i].address == told(text, name))
            wait_object_describe(&waits->objects[i], words);
    g_assert_true(g_str_has_suffix(words->str, ", locked; whoever took it is in no frame with it"));
}

static struct wait_list *look(struct live *live, struct go_runtime **ret_runtime,
                              struct goroutine_list **ret_list)
{
    g_autoptr(GError) error = NULL;
    struct timespec now;

    *ret_runtime = live_attach(live, &error);
    g_assert_no_error(error);
    clock_gettime(CLOCK_MONOTONIC, &now);
    *ret_list = goroutines_read(*ret_runtime, now.tv_sec * INT64_C(1000000000), &error);
    g_assert_no_error(error);
    struct wait_list *waits = waits_read(*ret_runtime, *ret_list, &error);

    g_assert_no_error(error);
    return waits;
}

static void check_crowd(struct live *live, const char *busy)
{
    g_autofree char *crowded = live_say(live, "crowd");
    g_autofree char *text = g_strconcat("\n", busy, crowded, NULL);
    g_autoptr(go_runtime_auto) runtime = NULL;
    g_autoptr(goroutine_list_auto) list = NULL;
    g_autoptr(wait_list_auto) waits = look(live, &runtime, &list);

    check_runner(waits, text, "busy");
    check_runner(waits, text, "crowded");
}

static void one_held(const struct live_build *build, const char *program)
{
    struct live *live = live_start(program);
    g_autofree char *answer = live_say(live, "hold %d", PER_WAY);
    g_autofree char *busy = live_say(live, "busy");
    g_autofree char *text = g_strconcat("\n", answer, busy, NULL);
    g_autoptr(go_runtime_auto) runtime = NULL;
    g_autoptr(goroutine_list_auto) list = NULL;
    g_autoptr(wait_list_auto) waits = look(live, &runtime, &list);

    (void)build;
    check_holder(waits, text, "deferred", "main.(*vault).holdDeferred", true);
    check_holder(waits, text, "wrapped", "main.(*vault).holdInClosure", true);
    check_holder(waits, text, "plain", "main.(*vault).holdPlainly", false);
    check_holder(waits, text, "variable", "main.holdVariable", false);
    check_holder(waits, text, "shared", "main.holdShared", true);
    check_holder(waits, text, "looped", "main.(*vault).takeTwice", true);
    check_runner(waits, text, "busy");
    check_holder(waits, text, "setup", "main.setUp", true);
    check_holder(waits, text, "again", "main.setUpAgain", true);
    check_turns(waits, text);
    check_permits(list, waits, text);
    check_left(waits, text, "left");
    check_crowd(live, busy);
    live_stop(live);
}

static void test_held(void)
{
    live_each(one_held);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/goruntime/waits/as-made", test_all);
    g_test_add_func("/goruntime/waits/holders", test_held);
    return g_test_run();
}
