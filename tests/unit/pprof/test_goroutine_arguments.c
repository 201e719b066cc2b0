/* How the goroutines of one stack differ in their arguments. */

#include "pprof/goroutine_arguments.h"

#include <string.h>

static void add(GString *text, const char *lock, const char *worker)
{
    g_string_append_printf(text,
                           "goroutine 5 [sync.Mutex.Lock]:\n"
                           "sync.(*Mutex).Lock(%s)\n\t/go/src/sync/mutex.go:90 +0x1\n"
                           "main.work(%s)\n\t/m.go:2 +0x1\n"
                           "created by main.main in goroutine 1\n\t/m.go:9 +0x1\n\n",
                           lock, worker);
}

static struct goroutine_arguments *split(const GString *text)
{
    g_autoptr(goroutine_dump_auto) usual = goroutine_dump_parse(text->str, text->len, NULL);
    g_autoptr(goroutine_dump_auto) exact = goroutine_dump_parse_exact(text->str, text->len, NULL);

    g_assert_cmpuint(usual->n_buckets, ==, 1);
    return goroutine_arguments_of(exact, &usual->buckets[0]); /* which outlives both */
}

static void test_one_mutex(void)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (int i = 0; i < 40; i++) {
        g_autofree char *worker = g_strdup_printf("0x%x", (unsigned)i);

        add(text, "0xc0001a2b3c", worker);
    }
    g_autoptr(goroutine_arguments_auto) a = split(text);

    g_assert_cmpuint(a->count, ==, 40);
    g_assert_cmpuint(a->n_variants, ==, 40);
    g_assert_cmpuint(a->frames[0].n, ==, 1);
    g_assert_cmpuint(a->frames[0].commonest_count, ==, 40);
    g_assert_cmpstr(a->frames[0].commonest, ==, "0xc0001a2b3c");
    g_assert_cmpuint(a->frames[1].n, ==, 40);
    g_assert_cmpuint(a->frames[1].commonest_count, ==, 1);
}

static void test_order(void)
{
    static const char *const locks[] = {"0x2", "0x3", "0x1", "0x3", "0x3?"};
    static const struct {
        const char *lock;
        size_t count;
    } expected[] = {{"0x3", 2}, {"0x1", 1}, {"0x2", 1}, {"0x3?", 1}};
    g_autoptr(GString) text = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(locks); i++)
        add(text, locks[i], "{...}, _");
    g_autoptr(goroutine_arguments_auto) a = split(text);

    g_assert_cmpuint(a->n_variants, ==, G_N_ELEMENTS(expected));
    for (size_t i = 0; i < a->n_variants; i++) {
        g_assert_cmpstr(a->variants[i].frames[0].arguments, ==, expected[i].lock);
        g_assert_cmpuint(a->variants[i].count, ==, expected[i].count);
    }
    g_assert_cmpstr(a->frames[0].commonest, ==, "0x3");
    g_assert_cmpstr(a->frames[1].commonest, ==, "{...}, _");
}

static void test_gone(void)
{
    static const char other[] = "goroutine 5 [select]:\nmain.g(0x1)\n\t/m.go:2 +0x1\n\n";
    g_autoptr(GString) text = g_string_new(NULL);

    add(text, "0x1", "0x2");
    g_autoptr(goroutine_dump_auto) usual = goroutine_dump_parse(text->str, text->len, NULL);
    g_autoptr(goroutine_dump_auto) exact = goroutine_dump_parse_exact(other, strlen(other), NULL);
    g_autoptr(goroutine_arguments_auto) a = goroutine_arguments_of(exact, &usual->buckets[0]);

    g_assert_cmpuint(a->count, ==, 0);
    g_assert_cmpuint(a->n_variants, ==, 0);
}

/* debug=1 knows no creators and no wait reasons: its buckets are found by their frames. */
static void test_of_counts(void)
{
    static const char counts[] = "goroutine profile: total 2\n2 @ 0x1 0x2\n"
                                 "#\t0x0\tsync.(*Mutex).Lock+0x1\t/go/src/sync/mutex.go:90\n"
                                 "#\t0x0\tmain.work+0x1\t/m.go:2\n";
    g_autoptr(GString) text = g_string_new(NULL);

    add(text, "0x1", "0x2");
    add(text, "0x1", "0x3");
    g_autoptr(goroutine_dump_auto) usual = goroutine_dump_parse(counts, strlen(counts), NULL);
    g_autoptr(goroutine_dump_auto) exact = goroutine_dump_parse_exact(text->str, text->len, NULL);
    g_autoptr(goroutine_arguments_auto) a = goroutine_arguments_of(exact, &usual->buckets[0]);

    g_assert_cmpuint(a->count, ==, 2);
    g_assert_cmpuint(a->n_variants, ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pprof/goroutine-arguments/one-mutex", test_one_mutex);
    g_test_add_func("/pprof/goroutine-arguments/order", test_order);
    g_test_add_func("/pprof/goroutine-arguments/gone", test_gone);
    g_test_add_func("/pprof/goroutine-arguments/of-counts", test_of_counts);
    return g_test_run();
}
