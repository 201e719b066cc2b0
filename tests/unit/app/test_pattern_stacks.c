#include "tests/unit/app/pattern_ills.h"

#include <string.h>

/* Patterns by where goroutines stand and by what is started. */

/* Every command comes from execBatchMsg, and each chain is in it twice. */
static void test_chains_are_counted_once(void)
{
    static const struct goroutine_frame
        fetch[] = {{.function = "github.com/marcus/td/internal/session.GetOrCreate", .file = ""},
                   {.function = "charm.land/bubbletea/v2.(*Program).execBatchMsg.func2",
                    .file = ""}},
        tick[] = {
            {.function = "charm.land/bubbletea/v2.Tick.func1", .file = ""},
            {.function = "charm.land/bubbletea/v2.(*Program).execBatchMsg.func2", .file = ""}};
    struct ill ill;

    ill_set_up(&ill);
    fixture_add_bucket(&ill.f, "", 20, GOROUTINE_MUTEX, 0);
    ill.f.buckets[ill.f.dump.n_buckets - 1].frames = fetch;
    ill.f.buckets[ill.f.dump.n_buckets - 1].n_frames = G_N_ELEMENTS(fetch);
    fixture_add_bucket(&ill.f, "", 3, GOROUTINE_CHAN_RECEIVE, 0);
    ill.f.buckets[ill.f.dump.n_buckets - 1].frames = tick;
    ill.f.buckets[ill.f.dump.n_buckets - 1].n_frames = G_N_ELEMENTS(tick);
    fixture_add_bucket(&ill.f, "charm.land/bubbletea/v2.(*Program).execBatchMsg", 3,
                       GOROUTINE_WAITGROUP, 0);
    g_autoptr(triage_result_auto) healthy = fixture_evaluate(&ill.f);

    g_assert_null(ill_find(healthy, "td-poll-chains"));
    for (guint i = 0; i < healthy->steps[TRIAGE_GOROUTINES].facts->len; i++) {
        const struct triage_fact *fact =
            g_ptr_array_index(healthy->steps[TRIAGE_GOROUTINES].facts, i);

        g_assert_null(strstr(fact->note, "poll chains"));
    }
    ill.f.buckets[ill.f.dump.n_buckets - 2].count = 13;
    ill.f.buckets[ill.f.dump.n_buckets - 1].count = 13;
    g_autoptr(triage_result_auto) sick = fixture_evaluate(&ill.f);
    const struct triage_cause *cause = ill_find(sick, "td-poll-chains");

    g_assert_nonnull(cause);
    g_assert_true(g_str_has_prefix(cause->evidence, "13 chains"));
    ill_tear_down(&ill);
}

/* Without stacks the mix of git commands tells of chains; what ended unnamed counts as the rest. */
static void test_chains_by_git(void)
{
    static const char *const asked[] = {"git status --porcelain", "git rev-parse HEAD",
                                        "git rev-parse --abbrev-ref HEAD",
                                        "git rev-parse --show-toplevel"};

    for (uint64_t chains = 1; chains <= 9; chains += 8) {
        struct spawn_rate spawns[5] = {
            {.command = "(too short to be named)", .last_minute = 4 * chains}};
        struct ill ill;

        ill_set_up(&ill);
        fixture_no_pprof(&ill.f);
        for (size_t i = 0; i < G_N_ELEMENTS(asked); i++)
            spawns[i + 1] = (struct spawn_rate){.command = asked[i], .last_minute = 5 * chains};
        ill.threads.spawns = spawns;
        ill.threads.n_spawns = G_N_ELEMENTS(spawns);
        ill.threads.spawns_last_minute = 24 * chains;
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
        const struct triage_cause *cause = ill_find(result, "td-poll-chains");
        const struct triage_cause *storm = ill_find(result, "git-storm");

        g_assert_true((cause != NULL) == (chains > 1));
        g_assert_true((storm != NULL) == (chains > 1));
        if (cause != NULL) {
            g_assert_true(g_str_has_prefix(cause->evidence, "about 9 chains"));
            g_assert_cmpfloat(cause->confidence, >, storm->confidence);
            g_assert_true(g_str_has_prefix(storm->evidence, "216 git"));
        }
        ill_tear_down(&ill);
    }
}

/* The profile names who computes, not what the runtime put on top of it to interrupt it. */
static void test_interrupted_loop(void)
{
    static const char text[] = "threadcreate profile: total 10\n"
                               "6 @ 0x11 0x21\n"
                               "#\t0x10\truntime.asyncPreempt+0x1\t/go/preempt.s:7\n"
                               "#\t0x20\texample.com/app.render+0x1\t/app/render.go:7\n\n"
                               "4 @ 0x31\n#\t0x30\tmain.other+0x1\t/app/main.go:7\n";
    struct ill ill;

    ill_set_up(&ill);
    ill_make(&ill, "busy-loop");
    ill.profiles[0] = profile_decode((const uint8_t *)text, strlen(text), NULL);
    ill.f.input.cpu_profile = ill.profiles[0];
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
    const struct triage_cause *cause = ill_find(result, "busy-loop");

    g_assert_cmpstr(cause->culprit, ==, "example.com/app.render");
    g_assert_cmpfloat(cause->confidence, >=, 0.9);
    ill_tear_down(&ill);
}

/* What the loop calls of the runtime is the loop's; what calls the libraries is named by cum. */
static void test_who_computes(void)
{
    static const struct {
        const char *text, *culprit;
    } profiles[] = {
        {"threadcreate profile: total 10\n"
         "9 @ 0x11 0x21 0x31\n"
         "#\t0x10\truntime.selectnbrecv+0x1\t/go/chan.go:7\n"
         "#\t0x20\texample.com/app.poll+0x1\t/app/poll.go:7\n"
         "#\t0x30\tmain.main+0x1\t/app/main.go:7\n\n"
         "1 @ 0x41\n#\t0x40\truntime.gcBgMarkWorker+0x1\t/go/mgc.go:7\n",
         "example.com/app.poll"},
        {"threadcreate profile: total 10\n"
         "4 @ 0x11 0x21 0x31\n"
         "#\t0x10\tencoding/json.checkValid+0x1\t/go/scanner.go:7\n"
         "#\t0x20\texample.com/app.load+0x1\t/app/load.go:7\n"
         "#\t0x30\tmain.main+0x1\t/app/main.go:7\n\n"
         "4 @ 0x51 0x21 0x31\n"
         "#\t0x50\tencoding/json.unquote+0x1\t/go/decode.go:7\n"
         "#\t0x20\texample.com/app.load+0x1\t/app/load.go:7\n"
         "#\t0x30\tmain.main+0x1\t/app/main.go:7\n\n"
         "2 @ 0x61 0x31\n"
         "#\t0x60\texample.com/app.draw+0x1\t/app/draw.go:7\n"
         "#\t0x30\tmain.main+0x1\t/app/main.go:7\n\n",
         "example.com/app.load"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(profiles); i++) {
        struct ill ill;

        ill_set_up(&ill);
        ill_make(&ill, "busy-loop");
        ill.profiles[0] =
            profile_decode((const uint8_t *)profiles[i].text, strlen(profiles[i].text), NULL);
        ill.f.input.cpu_profile = ill.profiles[0];
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

        g_assert_cmpstr(ill_find(result, "busy-loop")->culprit, ==, profiles[i].culprit);
        ill_tear_down(&ill);
    }
}

/* A server under load does many things; what only the runtime does, or a glance saw, is not said to
 * be that. */
static void test_server_at_work(void)
{
    static const struct {
        int samples; /* of each of three handlers */
        int of_runtime;
        bool is_at_work;
    } profiles[] = {{100, 60, true}, {100, 400, false}, {10, 6, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(profiles); i++) {
        g_autoptr(GString) text = g_string_new("threadcreate profile: total 10\n");
        struct ill ill;

        for (int j = 1; j <= 3; j++)
            g_string_append_printf(
                text,
                "%d @ 0x%d1 0x5\n#\t0x%d0\texample.com/app.handle%d+0x1\t/app/"
                "a.go:7\n#\t0x4\tnet/http.(*conn).serve+0x1\t/go/server.go:7\n\n",
                profiles[i].samples, j, j, j);
        g_string_append_printf(text,
                               "%d @ 0x61\n#\t0x60\truntime.gcBgMarkWorker+0x1\t/go/mgc.go:7\n",
                               profiles[i].of_runtime);
        ill_set_up(&ill);
        ill_make(&ill, "busy-loop");
        fixture_not_sidecar(&ill.f);
        ill.f.input.observed_s = 60;
        ill.f.input.cpu_watch = 93;
        ill.profiles[0] = profile_decode((const uint8_t *)text->str, text->len, NULL);
        g_assert_nonnull(ill.profiles[0]);
        ill.f.input.cpu_profile = ill.profiles[0];
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

        g_assert_true((ill_find(result, "busy-loop") == NULL) == profiles[i].is_at_work);
        g_assert_true((result->steps[TRIAGE_CPU].verdict == TRIAGE_HEALTHY) ==
                      profiles[i].is_at_work);
        ill_tear_down(&ill);
    }
}

/* A few requests that each wait for a core are no loop that is kept from one; a loop is. */
static void test_starved(void)
{
    static const struct {
        const char *root;
        double used;
        enum triage_verdict verdict;
    } cases[] = {{"net/http.(*conn).serve", 20, TRIAGE_HEALTHY},
                 {"net/http.(*conn).serve", 80, TRIAGE_LOOK},
                 {"example.com/app.watch", 20, TRIAGE_LOOK}};

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf("threadcreate profile: total 200\n"
                                                "200 @ 0x11 0x21\n"
                                                "#\t0x10\texample.com/app.list+0x1\t/app/a.go:7\n"
                                                "#\t0x20\t%s+0x1\t/app/b.go:7\n",
                                                cases[i].root);
        struct ill ill;

        ill_set_up(&ill);
        ill_make(&ill, "busy-loop");
        fixture_not_sidecar(&ill.f);
        ill.f.process.cpu_percent = ill.f.input.cpu_mean = ill.f.input.cpu_watch = cases[i].used;
        ill.f.input.cpu_denied = 80;
        ill.f.input.observed_s = 60;
        ill.profiles[0] = profile_decode((const uint8_t *)text, strlen(text), NULL);
        ill.f.input.cpu_profile = ill.profiles[0];
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

        g_assert_cmpint((int)result->steps[TRIAGE_CPU].verdict, ==, cases[i].verdict);
        g_assert_true((ill_find(result, "busy-loop") != NULL) == (cases[i].verdict == TRIAGE_LOOK));
        ill_tear_down(&ill);
    }
}

/* A pool of idle workers is large from the start, and stays as it is. */
static void test_idle_workers_are_no_leak(void)
{
    struct ill ill;

    ill_set_up(&ill);
    fixture_add_bucket(&ill.f, "example.com/app.worker", 400, GOROUTINE_CHAN_RECEIVE, 900);
    ill.f.base_buckets[0] = ill.f.buckets[0];
    ill.f.base_dump.n_buckets = 1;
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_null(ill_find(result, "blocked-channel"));
    ill_tear_down(&ill);
}

/* A rate is of the time there was: twenty seconds of a storm are one, and a handful is none. */
static void test_storm_of_seconds(void)
{
    struct ill ill;

    ill_set_up(&ill);
    ill_make(&ill, "git-storm");
    ill.threads.spawns_last_minute = ill.spawns[0].last_minute = 20;
    ill.spawns[1].last_minute = 0;
    ill.threads.spawns_since_us = ill.threads.base.taken_us - 6 * (gint64)G_USEC_PER_SEC;
    g_autoptr(triage_result_auto) storm = fixture_evaluate(&ill.f);

    g_assert_nonnull(ill_find(storm, "git-storm"));
    g_assert_nonnull(strstr(ill_find(storm, "git-storm")->evidence, "200 git commands a minute"));
    g_assert_nonnull(fixture_fact(&storm->steps[TRIAGE_CPU], "commands started"));
    g_assert_cmpstr(fixture_fact(&storm->steps[TRIAGE_CPU], "commands started")->value, ==,
                    "200/min");
    ill.threads.spawns_last_minute = ill.spawns[0].last_minute = 8;
    g_autoptr(triage_result_auto) few = fixture_evaluate(&ill.f);

    g_assert_null(ill_find(few, "git-storm"));
    ill.threads.spawns_last_minute = ill.spawns[0].last_minute =
        122; /* tabs switched for a minute */
    ill.threads.spawns_since_us = 1;
    g_autoptr(triage_result_auto) at_work = fixture_evaluate(&ill.f);

    g_assert_null(ill_find(at_work, "git-storm"));
    ill_tear_down(&ill);
}

/* Thousands that came while it was watched are worth a look, also when no more come. */
static void test_many_that_came(void)
{
    struct ill ill;

    ill_set_up(&ill);
    fixture_add_bucket(&ill.f, "example.com/app.handle", 4000, GOROUTINE_CHAN_RECEIVE, 1);
    ill.f.base_buckets[0] = ill.f.buckets[0];
    ill.f.base_buckets[0].count = 90;
    ill.f.base_dump.n_buckets = 1;
    ill.f.input.trends[METRIC_GOROUTINES] = fixture_flat(60);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
    const struct triage_cause *cause = ill_find(result, "blocked-channel");

    g_assert_nonnull(cause);
    g_assert_cmpfloat(cause->confidence, >=, 0.6);
    g_assert_cmpfloat(cause->confidence, <, 0.75);
    ill_tear_down(&ill);
}

/* A pool that a load has made larger: its workers stay, and none of them waits for long. */
static void test_pool_that_grew(void)
{
    static const struct {
        size_t count;
        int64_t minutes;
        bool likely;
    } cases[] = {{192, 0, false}, {192, -1, false}, {192, 4, true}, {4000, -1, true}};

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct ill ill;

        ill_set_up(&ill);
        fixture_add_bucket(&ill.f, "example.com/app.worker", cases[i].count, GOROUTINE_CHAN_RECEIVE,
                           cases[i].minutes);
        ill.f.base_buckets[0] = ill.f.buckets[0];
        ill.f.base_buckets[0].count = 2;
        ill.f.base_dump.n_buckets = 1;
        ill.f.input.trends[METRIC_GOROUTINES] = fixture_plateau(190, 296);
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
        const struct triage_cause *cause = ill_find(result, "blocked-channel");

        g_assert_true((cause != NULL && cause->confidence >= 0.6) == cases[i].likely);
        g_assert_true((result->verdict == TRIAGE_HEALTHY) == !cases[i].likely);
        ill_tear_down(&ill);
    }
}

/* A context that is kept shows in the heap as well. */
static void test_contexts_by_the_heap(void)
{
    struct ill ill;

    ill_set_up(&ill);
    ill_grow_heap(&ill, "context.WithCancel", 50000);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
    const struct triage_cause *cause = ill_find(result, "uncancelled-contexts");

    g_assert_nonnull(cause);
    g_assert_cmpstr(cause->culprit, ==, "example.com/app.load");
    g_assert_nonnull(strstr(cause->evidence, "objects of about"));
    ill_tear_down(&ill);
}

/* One waiter that the runtime has proven is a cause, whatever it waits for. */
static void test_one_proven_waiter(void)
{
    static const enum goroutine_category waits[] = {GOROUTINE_WAITGROUP, GOROUTINE_COND,
                                                    GOROUTINE_MUTEX, GOROUTINE_CHAN_SEND};

    for (size_t i = 0; i < G_N_ELEMENTS(waits); i++) {
        struct ill ill;

        ill_set_up(&ill);
        fixture_add_bucket(&ill.f, "example.com/app.wait", 1, waits[i], 0);
        ill.f.buckets[0].n_leaked = 1;
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

        g_assert_cmpuint(result->causes->len, ==, 1);
        const struct triage_cause *cause = g_ptr_array_index(result->causes, 0);

        g_assert_cmpfloat(cause->confidence, >=, 0.99);
        g_assert_cmpstr(cause->culprit, ==, "example.com/app.wait");
        ill_tear_down(&ill);
    }
}

static void test_children_stay(void)
{
    struct ill ill;

    ill_set_up(&ill);
    ill_children_stay(&ill);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_cmpfloat(ill_find(result, "process-exhaustion")->confidence, >=, 0.9);
    g_assert_cmpstr(ill_find(result, "process-exhaustion")->culprit, ==, "sleep 1000");
    ill.threads.spawns_total = 600; /* nearly all ended */
    g_autoptr(triage_result_auto) busy_one = fixture_evaluate(&ill.f);

    g_assert_null(ill_find(busy_one, "process-exhaustion"));
    ill_tear_down(&ill);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/patterns/chains-once", test_chains_are_counted_once);
    g_test_add_func("/patterns/chains-by-git", test_chains_by_git);
    g_test_add_func("/patterns/interrupted-loop", test_interrupted_loop);
    g_test_add_func("/patterns/who-computes", test_who_computes);
    g_test_add_func("/patterns/at-work", test_server_at_work);
    g_test_add_func("/patterns/starved", test_starved);
    g_test_add_func("/patterns/idle-workers", test_idle_workers_are_no_leak);
    g_test_add_func("/patterns/storm-of-seconds", test_storm_of_seconds);
    g_test_add_func("/patterns/many-that-came", test_many_that_came);
    g_test_add_func("/patterns/pool-that-grew", test_pool_that_grew);
    g_test_add_func("/patterns/contexts-by-the-heap", test_contexts_by_the_heap);
    g_test_add_func("/patterns/one-proven-waiter", test_one_proven_waiter);
    g_test_add_func("/patterns/children-stay", test_children_stay);
    return g_test_run();
}
