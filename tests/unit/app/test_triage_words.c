#include "tests/unit/app/triage_cases.h"

#include <string.h>

/* The words of the triage: that what a reader needs is in them, and in whose favour they judge. */

#define MIB (1024.0 * 1024)
#define GIB (1024.0 * MIB)

enum { HOUR_S = 3600 };

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        g_error("\"%s\" lacks \"%s\"", text, part);
}

static void test_words(void)
{
    struct triage_fixture f;

    fixture_healthy(&f);
    g_autoptr(triage_result_auto) healthy = fixture_evaluate(&f);

    assert_has(healthy->steps[TRIAGE_FDS].sentence, "healthy on Linux");
    assert_has(healthy->steps[TRIAGE_RSS].command, "18549");
    assert_has(healthy->steps[TRIAGE_HEAP].command, "127.0.0.1:6060");
    assert_has(healthy->diagnosis, "Nothing points to a leak");

    triage_case_make(&f, "rss/huge-and-growing");
    triage_case_make(&f, "fds/leak");
    triage_case_make(&f, "goroutines/leak");
    f.input.goroutines_per_fd =
        (struct in_step){.verdict = IN_STEP_YES, .ratio = 2, .low = 1.9, .high = 2.1};
    g_autoptr(triage_result_auto) together = fixture_evaluate(&f);

    assert_has(together->steps[TRIAGE_RSS].sentence, ", growing +");
    assert_has(together->diagnosis, "rise together");
    assert_has(together->diagnosis, "2.0 goroutines per descriptor, in step");
    f.input.goroutines_per_fd.verdict = IN_STEP_NO;
    g_autoptr(triage_result_auto) apart = fixture_evaluate(&f);

    assert_has(apart->diagnosis, "a cause of their own");
    g_assert_null(strstr(apart->diagnosis, "per descriptor"));
    assert_has(together->steps[TRIAGE_FDS].summary, "limit in");
    assert_has(together->steps[TRIAGE_RSS].summary, "> 500M");

    triage_case_make(&f, "unknown/no-pprof");
    g_autoptr(triage_result_auto) blind = fixture_evaluate(&f);

    assert_has(blind->steps[TRIAGE_HEAP].sentence, "SIDECAR_PPROF=1");
    assert_has(blind->steps[TRIAGE_HEAP].sentence, "loses the present state");
}

/* Without a profile the reason is told, and what can be asked instead. */
static void test_no_heap_profile(void)
{
    struct triage_fixture f;

    fixture_healthy(&f);
    f.target.pprof_url = NULL;
    f.heap.source = "memory";
    f.heap.base.reason = "the program keeps no heap profile";
    f.input.trends[METRIC_HEAP_LIVE].verdict = TREND_UNKNOWN;
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);

    assert_has(result->steps[TRIAGE_HEAP].sentence, "not known: the program keeps no heap profile");
    assert_has(result->steps[TRIAGE_HEAP].command, "sidescope holders 18549");
}

static void expect_one_notation(const char *text, GString *all)
{
    if (text == NULL)
        return;
    g_assert_null(strstr(text, "1449"));
    g_assert_null(strstr(text, "1490"));
    g_string_append_printf(all, "%s\n", text);
}

/* A thousand is written in one way, whether it is how many there are or how many came. */
static void test_one_notation(void)
{
    struct triage_fixture f;
    g_autoptr(GString) all = g_string_new(NULL);

    fixture_healthy(&f);
    f.input.trends[METRIC_FDS] = fixture_growing(1449, HOUR_S);
    fixture_add_group(&f, "/home/u/.claude/projects/x/a.jsonl", FD_REG, 1490, 1449);
    fixture_add_bucket(&f, "charm.land/bubbletea/v2.Tick.func1", 1490, GOROUTINE_CHAN_RECEIVE, 0);
    fixture_add_bucket(&f, "charm.land/bubbletea/v2.execBatch", 1490, GOROUTINE_OTHER, 0);
    f.memstats.num_gc = 1490;
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);

    for (int step = 0; step < TRIAGE_N_STEPS; step++) {
        expect_one_notation(result->steps[step].sentence, all);
        for (guint i = 0; i < result->steps[step].facts->len; i++) {
            const struct triage_fact *fact = result->steps[step].facts->pdata[i];

            expect_one_notation(fact->value, all);
            expect_one_notation(fact->note, all);
        }
    }
    for (guint i = 0; i < result->causes->len; i++)
        expect_one_notation(((struct triage_cause *)result->causes->pdata[i])->evidence, all);
    assert_has(all->str, ", +1 449 since");
    assert_has(all->str, "+1 449 over");
    assert_has(all->str, "1 490 collections so far");
    assert_has(all->str, "1 490 chains of ticks");
}

/* Full stacks that were asked for later than the baseline, which had none, have not grown. */
static void test_unlike_dumps(void)
{
    struct triage_fixture f;

    fixture_healthy(&f);
    fixture_add_bucket(&f, "event.publish", 1500, GOROUTINE_OTHER, 0);
    f.input.trends[METRIC_GOROUTINES] = (struct trend){.verdict = TREND_UNKNOWN};
    g_autoptr(triage_result_auto) alike = fixture_evaluate(&f);

    assert_has(fixture_fact(&alike->steps[TRIAGE_GOROUTINES], "event.publish")->note, "grew");
    f.dump.has_states = true;
    g_autoptr(triage_result_auto) unlike = fixture_evaluate(&f);

    g_assert_null(
        strstr(fixture_fact(&unlike->steps[TRIAGE_GOROUTINES], "event.publish")->note, "grew"));
    /* the states were lost while it was watched: the same functions are the same group */
    f.dump.has_states = false;
    f.base_dump.has_states = true;
    f.base_buckets[0] = f.base_buckets[1] = f.buckets[0];
    f.base_buckets[0].count = f.base_buckets[1].count = 400;
    f.base_buckets[0].hash = 1;
    f.base_buckets[1].hash = 2;
    f.base_dump.n_buckets = 2;
    f.buckets[0].state = "";
    g_autoptr(triage_result_auto) crossed = fixture_evaluate(&f);

    assert_has(fixture_fact(&crossed->steps[TRIAGE_GOROUTINES], "event.publish")->note, "+700");
}

/* A queue that stands still for a whole watch is stuck, whatever the dump tells of its times. */
static void test_still_queue(void)
{
    struct triage_fixture f;

    fixture_healthy(&f);
    fixture_not_sidecar(&f);
    fixture_add_bucket(&f, "main.handle", 5000, GOROUTINE_MUTEX, -1);
    f.base_buckets[0] = f.buckets[0];
    f.base_dump.n_buckets = 1;
    g_autoptr(triage_result_auto) stuck = fixture_evaluate(&f);

    assert_has(stuck->diagnosis, "a deadlock");
    g_assert_cmpint((int)stuck->steps[TRIAGE_GOROUTINES].verdict, ==, TRIAGE_BAD);
    f.base_buckets[0].count = 4871;
    g_autoptr(triage_result_auto) moves = fixture_evaluate(&f);

    g_assert_cmpint((int)moves->steps[TRIAGE_GOROUTINES].verdict, ==, TRIAGE_HEALTHY);
}

static enum triage_verdict queue_verdict(int64_t gone, int64_t minutes, int64_t of_others)
{
    enum { N = 40 };
    static uint64_t before[N], now[N];
    struct triage_fixture f;

    fixture_healthy(&f);
    fixture_not_sidecar(&f);
    for (int64_t i = 0; i < N; i++) {
        before[i] = (uint64_t)i;
        now[i] = (uint64_t)(i + gone);
    }
    fixture_add_bucket(&f, "main.handle", N, GOROUTINE_MUTEX, minutes);
    fixture_add_bucket(&f, "main.main", 1, GOROUTINE_SLEEP, of_others);
    f.base_buckets[0] = f.buckets[0];
    f.base_buckets[0].ids = before;
    f.buckets[0].ids = now;
    f.base_dump.n_buckets = 1;
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);

    return result->steps[TRIAGE_GOROUTINES].verdict;
}

/* Of forty that share a lock all but one wait at any moment, and are nearly the same ones: that one
 * got through shows that it moves, and so do waits of less than what collections tell of others. */
static void test_moving_queue(void)
{
    g_assert_cmpint((int)queue_verdict(0, -1, 0), ==, TRIAGE_BAD);
    g_assert_cmpint((int)queue_verdict(1, -1, 0), ==, TRIAGE_HEALTHY);
    g_assert_cmpint((int)queue_verdict(0, 0, 0), ==, TRIAGE_BAD);
    g_assert_cmpint((int)queue_verdict(0, 0, 4), ==, TRIAGE_HEALTHY);
    g_assert_cmpint((int)queue_verdict(1, 4, 4), ==, TRIAGE_BAD);
}

/* A group whose stack is all Go's own is called what it was started as, not where it waits. */
static void test_label_of_a_standard_stack(void)
{
    static const struct goroutine_frame frames[] = {
        {.function = "internal/poll.runtime_pollWait", .file = ""},
        {.function = "net.(*conn).Read", .file = ""},
        {.function = "net/http.(*persistConn).readLoop", .file = ""},
        {.function = "runtime.goexit", .file = ""}};
    struct triage_fixture f;

    fixture_healthy(&f);
    fixture_add_bucket(&f, "", 40, GOROUTINE_IO_WAIT, 0);
    f.buckets[0].frames = frames;
    f.buckets[0].n_frames = G_N_ELEMENTS(frames);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);

    g_assert_nonnull(fixture_fact(&result->steps[TRIAGE_GOROUTINES], "(*persistConn).readLoop"));
}

/* The main goroutine of a server waits for nothing, and a pool for work. */
static void test_idle_by_design(void)
{
    static const struct goroutine_frame frames[] = {{.function = "main.run", .file = ""},
                                                    {.function = "main.main", .file = ""}};
    struct triage_fixture f;

    fixture_healthy(&f);
    fixture_not_sidecar(&f);
    fixture_add_bucket(&f, "main.run", 1, GOROUTINE_SELECT_EMPTY, 10);
    f.buckets[0].frames = frames;
    f.buckets[0].n_frames = G_N_ELEMENTS(frames);
    fixture_add_bucket(&f, "main.worker", 64, GOROUTINE_CHAN_RECEIVE, 10);
    g_autoptr(triage_result_auto) idle = fixture_evaluate(&f);

    g_assert_cmpint((int)idle->steps[TRIAGE_GOROUTINES].verdict, ==, TRIAGE_HEALTHY);
    f.buckets[0].n_frames = 1; /* any other goroutine */
    g_autoptr(triage_result_auto) other = fixture_evaluate(&f);

    g_assert_cmpint((int)other->steps[TRIAGE_GOROUTINES].verdict, ==, TRIAGE_LOOK);
}

/* Whatever the user says of the steps: what is called healthy stays silent, the evidence's own
 * verdict stays known, and saying nothing changes nothing. */
static void test_judgements(void)
{
    struct triage_judgement said[TRIAGE_N_STEPS] = {{0}};
    struct triage_fixture f;

    fixture_healthy(&f);
    triage_case_make(&f, "rss/huge-and-growing");
    triage_case_make(&f, "fds/leak");
    triage_case_make(&f, "goroutines/leak");
    g_autoptr(triage_result_auto) plain = fixture_evaluate(&f);

    f.input.judgements = said;
    g_autoptr(triage_result_auto) unsaid = fixture_evaluate(&f);

    g_assert_cmpstr(unsaid->diagnosis, ==, plain->diagnosis);
    g_assert_cmpuint(unsaid->causes->len, ==, plain->causes->len);
    for (size_t i = 0; i < TRIAGE_N_STEPS; i++)
        said[i] = (struct triage_judgement){TRIAGE_OVERRULED, TRIAGE_HEALTHY};
    g_autoptr(triage_result_auto) silenced = fixture_evaluate(&f);

    g_assert_cmpint(triage_exit_status(silenced), ==, 0);
    g_assert_cmpuint(silenced->causes->len, ==, 0);
    assert_has(silenced->diagnosis, "You overruled: RSS is healthy (the evidence says bad)");
    g_assert_null(strstr(silenced->diagnosis, "rise together"));
    for (size_t i = 0; i < TRIAGE_N_STEPS; i++) {
        g_assert_cmpint((int)silenced->steps[i].evidence_verdict, ==, (int)plain->steps[i].verdict);
        said[i] = (struct triage_judgement){.kind = TRIAGE_SKIPPED};
    }
    g_autoptr(triage_result_auto) skipped = fixture_evaluate(&f);

    g_assert_cmpint(triage_exit_status(skipped), ==, 2);
}

/* A stopped process is not called one that nothing keeps from answering. */
static void test_halted(void)
{
    struct triage_fixture f;

    fixture_healthy(&f);
    triage_case_make(&f, "response/halted");
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);

    assert_has(result->diagnosis, "It is stopped");
    assert_has(result->actions->pdata[0], "kill -CONT");
    assert_has(result->steps[TRIAGE_RESPONSE].sentence, "nothing in it runs");
    g_assert_cmpstr(result->steps[TRIAGE_RESPONSE].summary, ==, "stopped");
    assert_has(fixture_fact(&result->steps[TRIAGE_RESPONSE], "state")->note, "kill -CONT");
}

/* What the profile of leaks marked needs no trend, however short the look and small the group. */
static void test_proven(void)
{
    struct triage_fixture f;

    fixture_healthy(&f);
    fixture_add_bucket(&f, "example.com/app.worker", 60, GOROUTINE_CHAN_SEND, 6);
    g_autoptr(triage_result_auto) before = fixture_evaluate(&f);

    for (guint i = 0; i < before->causes->len; i++)
        g_assert_cmpfloat(((struct triage_cause *)before->causes->pdata[i])->confidence, <, 0.95);
    f.buckets[f.dump.n_buckets - 1].n_leaked = 60;
    g_autoptr(triage_result_auto) proven = fixture_evaluate(&f);
    const struct triage_cause *after = proven->causes->pdata[0];

    g_assert_cmpint((int)proven->steps[TRIAGE_GOROUTINES].verdict, ==, TRIAGE_BAD);
    assert_has(fixture_fact(&proven->steps[TRIAGE_GOROUTINES], "app.worker")->note,
               "proven leaked");
    g_assert_cmpfloat(after->confidence, >, 0.95);
    assert_has(after->evidence, "60 of them proven leaked");
}

/* A rise has a time until the limit of the group and of the machine; a level has none. */
static void test_room(void)
{
    struct triage_fixture f;

    fixture_healthy(&f);
    f.memory.pressure.cgroup_limit_bytes = (int64_t)(1 * GIB);
    f.memory.pressure.cgroup_used_bytes = (int64_t)(0.5 * GIB);
    f.memory.pressure.total_bytes = (int64_t)(16 * GIB);
    f.memory.pressure.available_bytes = (int64_t)(8 * GIB);
    g_autoptr(triage_result_auto) level = fixture_evaluate(&f);

    g_assert_cmpstr(fixture_fact(&level->steps[TRIAGE_RSS], "cgroup")->note, ==, "50% used");
    f.input.trends[METRIC_RSS] = fixture_growing(512 * MIB, 3 * HOUR_S); /* an hour */
    g_autoptr(triage_result_auto) rising = fixture_evaluate(&f);

    assert_has(fixture_fact(&rising->steps[TRIAGE_RSS], "cgroup")->note, "reached in 1h");
    assert_has(fixture_fact(&rising->steps[TRIAGE_RSS], "memory available")->note,
               "reached in 16h");
}

static void test_links(void)
{
    struct triage_fixture f;

    fixture_healthy(&f);
    triage_case_make(&f, "fds/same-file");
    triage_case_make(&f, "goroutines/deadlock");
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);
    const struct triage_fact *file = fixture_fact(&result->steps[TRIAGE_FDS], "issues.db");
    const struct triage_fact *bucket =
        fixture_fact(&result->steps[TRIAGE_GOROUTINES], "GetOrCreate");

    g_assert_nonnull(file);
    g_assert_cmpint((int)file->ref.kind, ==, REF_PATH);
    g_assert_cmpstr(file->ref.text, ==, "/repo/.todos/issues.db");
    g_assert_nonnull(bucket);
    g_assert_cmpint((int)bucket->ref.kind, ==, REF_STACKS);
    g_assert_cmpuint(bucket->ref.hashes[0], ==, 0xabc0);
}

static void test_macos_commands(void)
{
    struct triage_fixture f;

    fixture_healthy(&f);
    f.input.macos = true;
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);

    for (size_t i = 0; i < TRIAGE_N_STEPS; i++) {
        g_assert_null(strstr(result->steps[i].command, "/proc"));
        g_assert_null(strstr(result->steps[i].command, "nlwp"));
    }
    assert_has(result->steps[TRIAGE_MAP].command, "vmmap --summary 18549");
}

/* A URL that is not harmless stays one word of the shell command. */
static void test_command_quoting(void)
{
    struct triage_fixture f;

    fixture_healthy(&f);
    f.target.pprof_url = (char *)"http://h:1/a;touch b'c";
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);
    g_autofree char *first = g_strndup(result->steps[TRIAGE_HEAP].command,
                                       (gsize)(strstr(result->steps[TRIAGE_HEAP].command, " | ") -
                                               result->steps[TRIAGE_HEAP].command));
    g_auto(GStrv) words = NULL;
    gint n = 0;

    g_assert_true(g_shell_parse_argv(first, &n, &words, NULL));
    g_assert_cmpint(n, ==, 3);
    g_assert_cmpstr(words[2], ==, "http://h:1/a;touch b'c/heap?debug=1");
}

/* RSS that rises is outside Go only where the heap was seen not to rise. */
static void test_whose_rise(void)
{
    struct triage_fixture f;

    fixture_healthy(&f);
    f.input.trends[METRIC_RSS] = fixture_growing(300 * MIB, HOUR_S);
    g_autoptr(triage_result_auto) outside = fixture_evaluate(&f);

    assert_has(outside->diagnosis, "while the live Go heap does not");
    f.input.trends[METRIC_HEAP_LIVE] = (struct trend){0};
    g_autoptr(triage_result_auto) unknown = fixture_evaluate(&f);

    assert_has(unknown->diagnosis, "whether the live Go heap does is not known");
    f.input.trends[METRIC_HEAP_ALLOC] = fixture_growing(290 * MIB, HOUR_S);
    g_autoptr(triage_result_auto) heap = fixture_evaluate(&f);

    assert_has(heap->diagnosis, "and the Go heap with it");
    f.input.trends[METRIC_NEXT_GC] = fixture_growing(280 * MIB, HOUR_S);
    g_autoptr(triage_result_auto) goal = fixture_evaluate(&f);

    assert_has(goal->diagnosis, "The Go heap grows");
    g_assert_cmpint((int)goal->steps[TRIAGE_HEAP].verdict, ==, TRIAGE_BAD);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/triage/words", test_words);
    g_test_add_func("/triage/no-heap-profile", test_no_heap_profile);
    g_test_add_func("/triage/one-notation", test_one_notation);
    g_test_add_func("/triage/links", test_links);
    g_test_add_func("/triage/proven", test_proven);
    g_test_add_func("/triage/halted", test_halted);
    g_test_add_func("/triage/room", test_room);
    g_test_add_func("/triage/judgements", test_judgements);
    g_test_add_func("/triage/unlike-dumps", test_unlike_dumps);
    g_test_add_func("/triage/still-queue", test_still_queue);
    g_test_add_func("/triage/moving-queue", test_moving_queue);
    g_test_add_func("/triage/standard-stack", test_label_of_a_standard_stack);
    g_test_add_func("/triage/idle-by-design", test_idle_by_design);
    g_test_add_func("/triage/macos-commands", test_macos_commands);
    g_test_add_func("/triage/command-quoting", test_command_quoting);
    g_test_add_func("/triage/whose-rise", test_whose_rise);
    return g_test_run();
}
