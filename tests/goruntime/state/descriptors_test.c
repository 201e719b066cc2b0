/*
 * Files leaked in known ways are attributed to what holds them, all of them, also in
 * stripped programs and while the target opens and closes others.
 */

#include "probes/goruntime/descriptors.h"
#include "probes/goruntime/reach.h"
#include "tests/goruntime/state/live.h"

#include <locale.h>
#include <string.h>

enum { EACH = 40 };

static const struct {
    const char *kind;
    enum descriptor_state state;
    const char *root; /* part of its name; NULL: none */
} ways[] = {
    {"map", DESCRIPTOR_HELD, "main.leakInMap"},
    {"local", DESCRIPTOR_HELD, "created by main.leakInLocal"},
    {"interface", DESCRIPTOR_HELD, "main.leakBehindInterface"},
    {"closure", DESCRIPTOR_HELD, "main.leakInClosure"},
    {"list", DESCRIPTOR_HELD, "main.leakInList"},
    {"sync", DESCRIPTOR_HELD, "main.leakInSyncMap"},
    {"channel", DESCRIPTOR_HELD, "main.leakInChannel"},
    {"registry", DESCRIPTOR_HELD, "main.leakInRegistry"},
    {"dropped", DESCRIPTOR_UNHELD, NULL},
    {"raw", DESCRIPTOR_NO_OBJECT, NULL},
};

/* Of which way a file is, by its name; -1: another one. */
static int way_of(const struct descriptor *d)
{
    g_autofree char *name = g_path_get_basename(d->link);

    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++)
        if (g_str_has_prefix(name, ways[i].kind) && name[strlen(ways[i].kind)] == '-')
            return (int)i;
    return -1;
}

static struct descriptors *look(struct live *live)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(go_runtime_auto) runtime = live_attach(live, &error);

    g_assert_no_error(error);
    struct descriptors *found = descriptors_read(runtime, live_pid(live), NULL, NULL, &error);

    g_assert_no_error(error);
    g_test_message("%u descriptors in %u groups, %zu changed, %.0f ms", found->all->len,
                   found->groups->len, found->n_changed, found->took_s * 1000);
    return found;
}

static void say_groups(const struct descriptors *found)
{
    for (guint i = 0; i < found->groups->len; i++) {
        const struct descriptor_group *g =
            &g_array_index(found->groups, struct descriptor_group, i);

        g_test_message("%u fds: %s", g->fds->len, g->text);
    }
}

/* The dropped ones may be held by a dead word of a running stack: a few, and marked. */
static void check_one(const struct descriptor *d, int way, guint *right, guint *guessed)
{
    bool is_right = d->state == ways[way].state &&
                    (ways[way].root == NULL || strstr(d->root, ways[way].root) != NULL);

    *right += is_right;
    *guessed += !is_right && d->is_guess;
}

static void check(const struct descriptors *found)
{
    guint right[G_N_ELEMENTS(ways)] = {0}, guessed[G_N_ELEMENTS(ways)] = {0};

    for (guint i = 0; i < found->all->len; i++) {
        const struct descriptor *d = &g_array_index(found->all, struct descriptor, i);
        int way = way_of(d);

        if (way >= 0)
            check_one(d, way, &right[way], &guessed[way]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        g_test_message("%s: %u right, %u guessed", ways[i].kind, right[i], guessed[i]);
        if (ways[i].state == DESCRIPTOR_UNHELD)
            g_assert_cmpuint(right[i] + guessed[i], ==, EACH);
        else
            g_assert_cmpuint(right[i], ==, EACH);
    }
}

static void one_build(const struct live_build *build, const char *program)
{
    struct live *live = live_start(program);

    (void)build;
    g_free(live_say(live, "collector -1"));
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++)
        g_free(live_say(live, "leak %s %s %d", ways[i].kind, live_folder(live), EACH));
    for (int churning = 0; churning < 2; churning++) {
        struct descriptors *found = look(live);

        say_groups(found);
        check(found);
        descriptors_free(found);
        g_free(live_say(live, "churn %s", live_folder(live)));
    }
    live_stop(live);
}

static void test_ways(void)
{
    live_each_of(live_spread, false, one_build);
}

static size_t word_of(struct go_types *types, const struct go_type *type, const char *wanted)
{
    for (uint64_t at = 0; at < type->size; at += sizeof(uint64_t)) {
        g_autoptr(GString) path = g_string_new(NULL);
        uint64_t rest;

        go_types_inside(types, type, at, path, &rest);
        if (strcmp(path->str, wanted) == 0)
            return at / sizeof(uint64_t);
    }
    g_error("runtime.p has no %s", wanted);
}

/*
 * Its cache of pages has the address of the first as a number: the object that happens to begin
 * there was held by the runtime, and one of the dropped not dropped.
 */
static void check_processor(const struct live_build *build, const char *program)
{
    g_autoptr(GError) error = NULL;
    struct live *live = live_start(program);
    g_autoptr(go_runtime_auto) runtime = live_attach(live, &error);

    (void)build;
    g_assert_no_error(error);
    struct go_types *types = go_types_new(runtime);
    GByteArray *words = reach_processor_words(types);
    const struct go_type *type = go_types_at(types, go_types_named(types, "runtime.p"));

    g_assert_cmpuint(words->len, ==, type->size / sizeof(uint64_t));
    g_assert_false(words->data[word_of(types, type, ".pcache.base")]);
    g_assert_false(words->data[word_of(types, type, ".id")]);
    g_assert_true(words->data[word_of(types, type, ".sudogcache")]);
    g_byte_array_unref(words);
    go_types_free(types);
    live_stop(live);
}

static void test_processor(void)
{
    live_each_of(live_spread, false, check_processor);
}

/* How many answers that were not closed are told, each with its own request; *ret_grouped:
 * descriptors in the groups of such. */
static guint count_bodies(const struct descriptors *found, guint *ret_grouped)
{
    g_autoptr(GHashTable) asked = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < found->all->len; i++) {
        const struct descriptor *d = &g_array_index(found->all, struct descriptor, i);
        const char *path = d->request != NULL ? strstr(d->request, "/feed/") : NULL;

        if (path == NULL || !d->is_unclosed_body)
            continue;
        g_assert_true(g_str_has_prefix(d->request, "GET 127.0.0.1:"));
        g_assert_null(strchr(d->request, '?'));
        g_hash_table_add(asked, (gpointer)(uintptr_t)path);
    }
    *ret_grouped = 0;
    for (guint i = 0; i < found->groups->len; i++) {
        const struct descriptor_group *g =
            &g_array_index(found->groups, struct descriptor_group, i);

        if (strstr(g->text, "response body not closed: GET 127.0.0.1:") != NULL &&
            g_str_has_suffix(g->text, "/feed/*"))
            *ret_grouped += g->fds->len;
    }
    g_test_message("%u requests, %u descriptors in their groups", g_hash_table_size(asked),
                   *ret_grouped);
    return g_hash_table_size(asked);
}

/* Connections whose answers were not closed name what was asked, each its own; on a busy machine
 * the last of them are still on their way to where they wait. */
static void check_bodies(const char *kind, const char *program)
{
    enum { LOOKS = 50, PAUSE_US = 100000 };
    struct live *live = live_start(program);
    guint n = 0, n_grouped = 0;

    g_test_message("%s", kind);
    g_free(live_say(live, "leak %s %s %d", kind, live_folder(live), EACH));
    for (int i = 0; i < LOOKS && (n < EACH || n_grouped < EACH); i++) {
        struct descriptors *found = look(live);

        say_groups(found);
        n = count_bodies(found, &n_grouped);
        descriptors_free(found);
        g_usleep(PAUSE_US);
    }
    g_assert_cmpuint(n, ==, EACH);
    g_assert_cmpuint(n_grouped, ==, EACH);
    live_stop(live);
}

static void one_of_bodies(const struct live_build *build, const char *program)
{
    (void)build;
    check_bodies("kept-body", program);
    check_bodies("body", program);
}

static void test_bodies(void)
{
    live_each_of(live_spread, false, one_of_bodies);
}

/* The largest holder of a program that keeps everything in variables is one of those. */
static void check_holders(const struct live_build *build, const char *program)
{
    g_autoptr(GError) error = NULL;
    struct live *live = live_start(program);

    (void)build;
    g_free(live_say(live, "allocate 300"));
    g_free(live_say(live, "collect"));
    g_autoptr(go_runtime_auto) runtime = live_attach(live, &error);

    g_assert_no_error(error);
    g_autoptr(holders_auto) holders = holders_read(runtime, NULL, NULL, &error);

    g_assert_no_error(error);
    g_test_message("%.1f MB reached of %.1f MB, %.0f ms", (double)holders->reached_bytes / 1e6,
                   (double)holders->heap_bytes / 1e6, holders->took_s * 1000);
    for (guint i = 0; i < MIN(holders->holders->len, 6); i++) {
        const struct holder *h = &g_array_index(holders->holders, struct holder, i);
        const struct holder_type *t = &g_array_index(h->types, struct holder_type, 0);

        g_test_message("%" G_GUINT64_FORMAT " %s: %s %" G_GUINT64_FORMAT, h->bytes, h->name,
                       t->name, t->bytes);
    }
    const struct holder *first = &g_array_index(holders->holders, struct holder, 0);

    g_assert_cmpint(first->kind, ==, REACH_GLOBAL);
    g_assert_cmpuint(first->bytes, >, 20000000);
    g_assert_cmpuint(first->bytes, <=, holders->reached_bytes);
    g_assert_nonnull(strstr(first->name, "main."));
    g_assert_true(holders_find(holders, first->key) == first);
    live_stop(live);
}

static void test_holders(void)
{
    live_each(check_holders);
}

/* That the runtime lists a pool of it, to clear that, does not make the runtime its holder. */
static void check_pool(const struct live_build *build, const char *program)
{
    g_autoptr(GError) error = NULL;
    struct live *live = live_start(program);

    (void)build;
    g_free(live_say(live, "employ"));
    g_autoptr(go_runtime_auto) runtime = live_attach(live, &error);

    g_assert_no_error(error);
    g_autoptr(holders_auto) holders = holders_read(runtime, NULL, NULL, &error);

    g_assert_no_error(error);
    const struct holder *first = &g_array_index(holders->holders, struct holder, 0);

    g_test_message("%" G_GUINT64_FORMAT " %s", first->bytes, first->name);
    g_assert_cmpint(first->kind, ==, REACH_GOROUTINE);
    g_assert_cmpuint(first->bytes, >, 20000000);
    g_assert_nonnull(strstr(first->name, "main.staff"));
    live_stop(live);
}

static void test_pool(void)
{
    live_each_of(live_spread, false, check_pool);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/goruntime/descriptors/processor", test_processor);
    g_test_add_func("/goruntime/descriptors/ways", test_ways);
    g_test_add_func("/goruntime/descriptors/bodies", test_bodies);
    g_test_add_func("/goruntime/holders/variables", test_holders);
    g_test_add_func("/goruntime/holders/pool", test_pool);
    return g_test_run();
}
