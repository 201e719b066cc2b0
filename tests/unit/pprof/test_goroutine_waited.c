/* What memory tells of waits: below the text of a dump, and back with it. */

#include "pprof/goroutines.h"

#include <string.h>

static struct goroutine_dump *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    struct goroutine_dump *dump = goroutine_dump_parse(text, strlen(text), &error);

    g_assert_no_error(error);
    return dump;
}

/* What memory told of waits stands below the text, and comes back with it. */
static void test_waits(void)
{
    static const char text[] =
        "goroutine 7 [chan send]:\nmain.put()\n\t/src/a.go:1\n\n"
        "goroutine 5 [chan send]:\nmain.put()\n\t/src/a.go:1\n\n"
        "goroutine 6 [select]:\nmain.run()\n\t/src/a.go:9\n\n"
        "waits 5: send to channel 0xc0000a, 3 of 3 buffered\nwaits x: no\nwaits 99: gone\n";
    g_autoptr(GError) error = NULL;
    g_autoptr(goroutine_dump_auto) dump = goroutine_dump_parse(text, sizeof text - 1, &error);
    g_autoptr(GString) out = g_string_new(NULL);

    g_assert_no_error(error);
    g_assert_cmpuint(dump->n_buckets, ==, 2);
    g_assert_cmpuint(dump->total, ==, 3);
    g_assert_cmpuint(dump->n_unparsed, ==, 0);
    g_assert_false(dump->truncated);
    g_assert_cmpstr(dump->buckets[0].waits, ==, "send to channel 0xc0000a, 3 of 3 buffered");
    g_assert_null(dump->buckets[1].waits);
    goroutine_dump_write_waits(dump, out);
    g_assert_cmpstr(out->str, ==, "waits 5: send to channel 0xc0000a, 3 of 3 buffered\n");
}

/* What is waited for is kept with the text: names, holders, and who waits there. */
static void test_waited(void)
{
    static const char text[] = "goroutine 7 [chan send]:\nmain.put()\n\t/src/a.go:1\n\n"
                               "goroutine 5 [chan send]:\nmain.put()\n\t/src/a.go:1\n\n"
                               "goroutine 6 [sync.Mutex.Lock]:\nmain.run()\n\t/src/a.go:9\n\n";
    static const char told[] =
        "waits 5: send to channel 0xc0000a, 3 of 3 buffered\n"
        "waited for: 1234\n"
        "waited by 2: channel 0xc0000a\t3 of 3 buffered\t\t5\n"
        "waited by 1: mutex 0xc0000b\tlocked\t7! goroutine 7 in main.put (chan send)\t6 99\n"
        "waited by 1: fd 8\t\t0 nobody has it\t6\n"
        "waited by x: no\nwaited by 1 no\nwaited by -1: no\nwaited\nwaited for: -7\n";
    static const char again[] =
        "waits 5: send to channel 0xc0000a, 3 of 3 buffered\n"
        "waited for: 1234\n"
        "waited by 2: channel 0xc0000a\t3 of 3 buffered\t\t5\n"
        "waited by 1: mutex 0xc0000b\tlocked\t7! goroutine 7 in main.put (chan send)\t6\n"
        "waited by 1: fd 8\t\t0 nobody has it\t6\n";
    g_autofree char *all = g_strconcat(text, told, NULL);
    g_autoptr(goroutine_dump_auto) without = parse(text), with = parse(all);
    g_autoptr(GString) out = g_string_new(NULL);

    g_assert_null(without->waited);
    g_assert_cmpuint(with->n_waited, ==, 3);
    g_assert_cmpuint(with->n_waited_all, ==, 1234);
    g_assert_cmpuint(with->n_unparsed, ==, 0);
    const struct goroutine_bucket *senders = &with->buckets[0], *locker = &with->buckets[1];

    g_assert_cmpuint(senders->n_waited, ==, 1);
    g_assert_cmpint((int)senders->waited[0]->kind, ==, GOROUTINE_WAITED_CHANNEL);
    g_assert_cmpuint(senders->waited[0]->n_waiters, ==, 2);
    g_assert_cmpstr(senders->waited[0]->state, ==, "3 of 3 buffered");
    g_assert_cmpuint(locker->n_waited, ==, 2);
    g_assert_cmpuint(goroutine_bucket_held(locker)->holder_id, ==, 7);
    g_assert_true(goroutine_bucket_held(locker)->is_holder_certain);
    g_assert_cmpint(locker->waited[1]->fd, ==, 8);
    goroutine_dump_write_waits(with, out);
    g_assert_cmpstr(out->str, ==, again);
}

static const char two_locks[] =
    "goroutine 5 [sync.Mutex.Lock, 3 minutes]:\nmain.put()\n\t/src/a.go:1\n\n"
    "goroutine 7 [sync.Mutex.Lock, 9 minutes, locked to thread]:\nmain.put()\n\t/src/a.go:1\n\n"
    "goroutine 9 [sync.Mutex.Lock (leaked)]:\nmain.put()\n\t/src/a.go:1\n\n"
    "waits 5: 2 mutexes, most at mutex 0xb, locked, where 2 wait\n"
    "waited for: 2\n"
    "waited by 2: mutex 0xb\tlocked\t4 perhaps goroutine 4 in main.g (select)\t5\t5 9\n"
    "waited by 1: mutex 0xa\tlocked\t8! goroutine 8 in main.f (sleep)\t5\t7\n";

/* Goroutines of one stack may wait for different things: who waits for which is known and kept. */
static void test_part(void)
{
    g_autoptr(goroutine_dump_auto) dump = parse(two_locks);
    g_autoptr(GString) out = g_string_new(NULL);
    const struct goroutine_bucket *all = &dump->buckets[0];
    struct goroutine_part one, two;

    g_assert_cmpuint(dump->n_buckets, ==, 1);
    g_assert_null(goroutine_bucket_waited(all, "mutex 0xc"));
    goroutine_part_take(&one, all, goroutine_bucket_waited(all, "mutex 0xa"));
    goroutine_part_take(&two, all, goroutine_bucket_waited(all, "mutex 0xb"));

    g_assert_cmpuint(one.bucket.count, ==, 1);
    g_assert_cmpuint(one.bucket.ids[0], ==, 7);
    g_assert_cmpint(one.bucket.wait_min_minutes, ==, 9);
    g_assert_cmpuint(one.bucket.n_locked, ==, 1);
    g_assert_cmpuint(one.bucket.n_leaked, ==, 0);
    g_assert_null(one.bucket.leaked);
    g_assert_cmpstr(one.bucket.waits, ==,
                    "mutex 0xa, locked; held by goroutine 8 in main.f (sleep)");
    g_assert_cmpuint(one.bucket.n_waited, ==, 1);
    g_assert_cmpuint(goroutine_bucket_held(&one.bucket)->holder_id, ==, 8);

    g_assert_cmpuint(two.bucket.count, ==, 2);
    g_assert_cmpuint(two.bucket.ids[1], ==, 9);
    g_assert_cmpint(two.bucket.wait_max_minutes, ==, 3);
    g_assert_cmpuint(two.bucket.n_locked, ==, 0);
    g_assert_cmpuint(two.bucket.n_leaked, ==, 1);
    g_assert_cmpstr(two.bucket.waits, ==,
                    "mutex 0xb, locked; perhaps held by goroutine 4 in main.g (select)");
    goroutine_part_clear(&one);
    goroutine_part_clear(&two);
    goroutine_dump_write_waits(dump, out);
    g_assert_cmpstr(out->str, ==, strstr(two_locks, "waits 5"));
}

/* What is not told, or makes no sense, leaves the bucket whole. */
static void test_part_unknown(void)
{
    static const char *const told[] = {"5", "5\t5 9 11", "5\t9 5", "5\tx"};

    for (size_t i = 0; i < G_N_ELEMENTS(told); i++) {
        g_autofree char *text =
            g_strdup_printf("%.*swaited for: 1\nwaited by 2: mutex 0xb\t\t\t%s\n",
                            (int)(strstr(two_locks, "waits 5") - two_locks), two_locks, told[i]);
        g_autoptr(goroutine_dump_auto) dump = parse(text);
        struct goroutine_part part;

        goroutine_part_take(&part, &dump->buckets[0],
                            goroutine_bucket_waited(&dump->buckets[0], "mutex 0xb"));
        g_assert_cmpuint(part.bucket.count, ==, 3);
        g_assert_true(part.bucket.ids == dump->buckets[0].ids);
        goroutine_part_clear(&part);
    }
}

/* However many are waited for, what is kept is bounded, and how many there were is told. */
static void test_waited_bound(void)
{
    enum { ALL = 3000, KEPT = 1024 };
    g_autoptr(GString) text =
        g_string_new("goroutine 7 [chan send]:\nmain.put()\n\t/src/a.go:1\n\nwaited for: 3000\n");
    g_autoptr(GString) out = g_string_new(NULL);

    for (int i = 0; i < ALL; i++)
        g_string_append_printf(text, "waited by 1: channel 0x%x\t\t\t7\n", 4096 + i);
    g_string_append(text, "waited by 1: mutex 0x10\tlocked\t\t7\n");
    g_autoptr(goroutine_dump_auto) dump = parse(text->str);

    g_assert_cmpuint(dump->n_waited, ==, ALL + 1);
    goroutine_dump_write_waits(dump, out);
    g_autofree char *kept =
        g_strconcat("goroutine 7 [chan send]:\nmain.put()\n\t/src/a.go:1\n\n", out->str, NULL);
    g_autoptr(goroutine_dump_auto) again = parse(kept);

    g_assert_cmpuint(again->n_waited, ==, KEPT + 1);
    g_assert_cmpuint(again->n_waited_all, ==, ALL + 1);
    g_assert_cmpuint(again->buckets[0].n_waited, ==, KEPT + 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pprof/goroutine-waited/waits", test_waits);
    g_test_add_func("/pprof/goroutine-waited/waited", test_waited);
    g_test_add_func("/pprof/goroutine-waited/bound", test_waited_bound);
    g_test_add_func("/pprof/goroutine-waited/part", test_part);
    g_test_add_func("/pprof/goroutine-waited/part-unknown", test_part_unknown);
    return g_test_run();
}
