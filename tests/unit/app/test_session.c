#include "app/session/session.h"
#include "app/triage/triage.h"
#include "probes/find.h"
#include "tests/support/target.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

/* A session on the live stage program: samples arrive, growth shows, the end is noticed. */

enum { DEADLINE_S = 30 };

struct fixture {
    struct stage *stage;
    struct session *session;
    unsigned seen; /* kinds the listener was told of */
};

static void on_samples(struct session *session, unsigned kinds, void *user)
{
    struct fixture *fixture = user;

    g_assert_true(session == fixture->session);
    fixture->seen |= kinds;
}

static size_t count_entries(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    size_t n = 0;

    g_assert_nonnull(dir);
    while (g_dir_read_name(dir) != NULL)
        n++;
    g_dir_close(dir);
    return n;
}

static struct target *describe(const struct stage *stage)
{
    struct platform_options options = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(process_entry_auto) process = platform_describe(&options, target_pid(stage), &error);

    g_assert_no_error(error);
    g_autofree char *url = find_pprof(&options, process, NULL, &error);

    g_assert_no_error(error);
    return target_new(&options, process, url, NULL);
}

static void begin(struct fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    struct session_options options = {.duty_scale = 20, .trend_min_window_s = 2};

    options.interval_us[PROBE_PROCESS] = G_USEC_PER_SEC / 5;
    for (int i = PROBE_MEMORY; i < PROBE_N_KINDS; i++)
        options.interval_us[i] = G_USEC_PER_SEC / 2;
    *fixture = (struct fixture){.stage = target_start(NULL, &error)};
    g_assert_no_error(error);
    fixture->session = session_new(describe(fixture->stage), &options);
    session_set_listener(fixture->session, on_samples, fixture);
}

static void end(struct fixture *fixture)
{
    session_free(fixture->session);
    target_stop(fixture->stage);
}

typedef bool (*condition)(const struct fixture *fixture);

/* Runs the main loop until the condition holds. */
static void wait_for(struct fixture *fixture, condition holds, const char *what)
{
    gint64 deadline = g_get_monotonic_time() + DEADLINE_S * G_USEC_PER_SEC;

    while (!holds(fixture)) {
        if (g_get_monotonic_time() > deadline)
            g_error("%s did not come true in %d s", what, DEADLINE_S);
        if (!g_main_context_iteration(NULL, FALSE))
            g_usleep(5000);
    }
}

static bool all_arrived(const struct fixture *fixture)
{
    const struct memory_sample *memory = session_memory(fixture->session);
    const struct goroutines_sample *goroutines = session_goroutines(fixture->session);

    return fixture->seen == (1U << PROBE_N_KINDS) - 1 && memory->regions_us != 0 &&
           goroutines->dump != NULL;
}

static bool has_ended(const struct fixture *fixture)
{
    return session_ended(fixture->session, NULL);
}

static bool fds_grow(const struct fixture *fixture)
{
    return trend_eta_s(session_trend(fixture->session, METRIC_FDS), 0, 1e6) > 0 &&
           session_trend(fixture->session, METRIC_FDS)->verdict == TREND_GROWING;
}

static bool skip_without_stage(void)
{
    if (target_available())
        return target_skip_without_map();
    g_test_skip("no Go: the stage program was not built");
    return true;
}

static void test_samples(void)
{
    struct fixture fixture;

    if (skip_without_stage())
        return;
    begin(&fixture);
    wait_for(&fixture, all_arrived, "a sample of every kind");
    const struct process_sample *process = session_process(fixture.session);
    const struct heap_sample *heap = session_heap(fixture.session);
    struct history_point point;

    for (int i = 0; i < PROBE_N_KINDS; i++)
        g_assert_cmpint((int)session_sample(fixture.session, (enum probe_kind)i)->status, ==,
                        SAMPLE_OK);
    g_assert_cmpint(process->rss_bytes, >, 1024 * 1024);
    g_assert_nonnull(heap->memstats);
    g_assert_nonnull(heap->profile);
    g_assert_nonnull(session_mark_heap(fixture.session));
    g_assert_nonnull(session_mark_goroutines(fixture.session));
    g_assert_true(history_last(session_history(fixture.session, METRIC_HEAP_LIVE), &point));
    g_assert_false(session_ended(fixture.session, NULL));
    end(&fixture);
}

static void test_growth(void)
{
    struct fixture fixture;

    if (skip_without_stage())
        return;
    begin(&fixture);
    wait_for(&fixture, all_arrived, "a sample of every kind");
    target_do(fixture.stage, "files claude 20/s 20s");
    wait_for(&fixture, fds_grow, "growth of descriptors");
    end(&fixture);
}

static bool newer_process(const struct fixture *fixture)
{
    return (fixture->seen & (1U << PROBE_PROCESS)) != 0;
}

static void test_freeze(void)
{
    struct fixture fixture;
    gint64 since = 0;

    if (skip_without_stage())
        return;
    begin(&fixture);
    wait_for(&fixture, all_arrived, "a sample of every kind");
    session_freeze(fixture.session, true);
    uint64_t frozen_at = session_process(fixture.session)->base.sequence;

    fixture.seen = 0;
    wait_for(&fixture, newer_process, "a sample behind the frozen screen");
    g_assert_true(session_frozen(fixture.session, &since));
    g_assert_cmpint(since, >, 0);
    g_assert_cmpuint(session_process(fixture.session)->base.sequence, ==, frozen_at);
    struct triage_input input; /* what alerts go by */

    triage_input_newest(&input, fixture.session);
    g_assert_cmpuint(input.process->base.sequence, >, frozen_at);
    session_freeze(fixture.session, false);
    g_assert_cmpuint(session_process(fixture.session)->base.sequence, >, frozen_at);
    end(&fixture);
}

static bool parked_more(const struct fixture *fixture)
{
    const struct goroutines_sample *sample = session_goroutines(fixture->session);

    return sample->count >= session_mark_goroutines(fixture->session)->count + 40;
}

static void test_mark(void)
{
    struct fixture fixture;

    if (skip_without_stage())
        return;
    begin(&fixture);
    wait_for(&fixture, all_arrived, "a sample of every kind");
    g_assert_cmpint(session_mark_us(fixture.session), ==, 0);
    session_mark(fixture.session);
    g_assert_cmpint(session_mark_us(fixture.session), >, 0);
    g_assert_true(session_mark_heap(fixture.session) == session_heap(fixture.session));
    target_do(fixture.stage, "goroutines recv 50");
    session_refresh(fixture.session);
    wait_for(&fixture, parked_more, "the goroutines");
    const struct goroutine_dump *dump = session_goroutines(fixture.session)->dump;

    /* the largest bucket is the new one, and the mark does not know it */
    g_assert_cmpuint(dump->buckets[0].count, >=, 50);
    g_assert_cmpuint(session_mark_bucket_count(fixture.session, dump->buckets[0].hash), <=,
                     dump->buckets[0].count - 50);
    end(&fixture);
}

/* --- the tap --- */

/* What the tap was told, put together again. */
struct heard {
    struct history *histories[METRIC_N];
    struct part_history *parts[PART_N_KINDS];
    unsigned samples[PROBE_N_KINDS];
    gint64 mark_us;
    struct session_end end;
};

static void hear_sample(const struct sample *sample, void *user)
{
    ((struct heard *)user)->samples[sample->kind]++;
}

static void hear_point(enum metric metric, gint64 t_us, double value, void *user)
{
    g_assert_true(history_add(((struct heard *)user)->histories[metric], t_us, value));
}

static void hear_begin(enum part_kind kind, gint64 t_us, void *user)
{
    part_history_begin(((struct heard *)user)->parts[kind], t_us);
}

static void hear_part(enum part_kind kind, const char *part, int64_t value, void *user)
{
    part_history_set(((struct heard *)user)->parts[kind], part, value);
}

static void hear_clear(enum part_kind kind, void *user)
{
    part_history_clear(((struct heard *)user)->parts[kind]);
}

static void hear_mark(gint64 t_us, void *user)
{
    ((struct heard *)user)->mark_us = t_us;
}

static void hear_end(const struct session_end *end, void *user)
{
    ((struct heard *)user)->end = *end;
}

static void assert_same_history(const struct history *a, const struct history *b)
{
    g_autoptr(GArray) left = history_since(a, 0);
    g_autoptr(GArray) right = history_since(b, 0);

    g_assert_cmpuint(left->len, ==, right->len);
    if (left->len > 0) /* bytes: a gap is a NAN, and equals no other */
        g_assert_true(memcmp(left->data, right->data, left->len * sizeof(struct history_point)) ==
                      0);
}

static void assert_same_parts(const struct part_history *a, const struct part_history *b,
                              const char *part)
{
    const int64_t *left = part_history_values(a, part), *right = part_history_values(b, part);
    size_t n = part_history_n_points(a);

    g_assert_cmpuint(n, ==, part_history_n_points(b));
    g_assert_nonnull(left);
    g_assert_nonnull(right);
    for (size_t i = 0; i < n; i++) {
        g_assert_cmpint(part_history_at_us(a, i), ==, part_history_at_us(b, i));
        g_assert_cmpint(left[i], ==, right[i]);
    }
}

static void test_tap(void)
{
    struct fixture fixture;
    struct heard heard = {0};
    struct session_tap tap = {.sample = hear_sample,
                              .point = hear_point,
                              .parts_begin = hear_begin,
                              .part = hear_part,
                              .parts_clear = hear_clear,
                              .mark = hear_mark,
                              .end = hear_end,
                              .user = &heard};

    if (skip_without_stage())
        return;
    for (int i = 0; i < METRIC_N; i++)
        heard.histories[i] = history_new(512);
    for (int i = 0; i < PART_N_KINDS; i++)
        heard.parts[i] = part_history_new();
    begin(&fixture);
    session_set_tap(fixture.session, &tap);
    wait_for(&fixture, all_arrived, "a sample of every kind");
    session_mark(fixture.session);
    target_do(fixture.stage, "goroutines recv 50");
    session_refresh(fixture.session);
    wait_for(&fixture, parked_more, "the goroutines");
    target_kill(fixture.stage, SIGKILL);
    wait_for(&fixture, has_ended, "the end");

    for (int i = 0; i < PROBE_N_KINDS; i++)
        g_assert_cmpuint(heard.samples[i], >, 0);
    for (int i = 0; i < METRIC_N; i++)
        assert_same_history(session_history(fixture.session, (enum metric)i), heard.histories[i]);
    assert_same_parts(session_parts_history(session_parts(fixture.session), PART_REGIONS),
                      heard.parts[PART_REGIONS], region_class_name(REGION_GO_HEAP));
    g_assert_cmpint(heard.mark_us, ==, session_mark_us(fixture.session));
    g_assert_cmpint(heard.end.at_us, >, heard.mark_us);
    session_set_tap(fixture.session, NULL);
    end(&fixture);
    for (int i = 0; i < METRIC_N; i++)
        history_free(heard.histories[i]);
    for (int i = 0; i < PART_N_KINDS; i++)
        part_history_free(heard.parts[i]);
}

static void test_end(void)
{
    struct fixture fixture;
    struct session_end ended = {0};

    if (skip_without_stage())
        return;
    begin(&fixture);
    wait_for(&fixture, all_arrived, "a sample of every kind");
    target_kill(fixture.stage, SIGKILL);
    wait_for(&fixture, has_ended, "the end of the target");
    g_assert_true(session_ended(fixture.session, &ended));
    g_assert_cmpint((int)ended.state, !=, PROCESS_ALIVE);
    g_assert_cmpint(ended.at_us, >, 0);
    /* what was known of it is not lost with it */
    const struct process_sample *evidence =
        (const void *)session_evidence(fixture.session, PROBE_PROCESS);

    g_assert_cmpint((int)evidence->base.status, ==, SAMPLE_OK);
    g_assert_cmpint((int)evidence->state, ==, PROCESS_ALIVE);
    g_assert_cmpint(evidence->rss_bytes, >, 0);
    g_assert_cmpint((int)session_evidence(fixture.session, PROBE_FILES)->status, ==, SAMPLE_OK);
    end(&fixture);
}

/* Nothing stays behind: descriptors and threads are as before. */
static void test_leaves_nothing(void)
{
    struct fixture fixture;

    if (skip_without_stage())
        return;
    begin(&fixture);
    wait_for(&fixture, all_arrived, "a sample of every kind");
    end(&fixture); /* libraries have opened by now what they keep */
    size_t fds = count_entries("/proc/self/fd"), threads = count_entries("/proc/self/task");

    begin(&fixture);
    wait_for(&fixture, all_arrived, "a sample of every kind");
    end(&fixture);
    g_assert_cmpuint(count_entries("/proc/self/fd"), ==, fds);
    g_assert_cmpuint(count_entries("/proc/self/task"), ==, threads);
}

/* Freed at once, while every probe is still in its first sample. */
static void test_free_at_once(void)
{
    struct fixture fixture;

    if (skip_without_stage())
        return;
    begin(&fixture);
    gint64 before = g_get_monotonic_time();

    session_free(fixture.session);
    g_assert_cmpint(g_get_monotonic_time() - before, <, 5 * G_USEC_PER_SEC);
    target_stop(fixture.stage);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session/samples", test_samples);
    g_test_add_func("/session/growth", test_growth);
    g_test_add_func("/session/freeze", test_freeze);
    g_test_add_func("/session/mark", test_mark);
    g_test_add_func("/session/tap", test_tap);
    g_test_add_func("/session/end", test_end);
    g_test_add_func("/session/leaves-nothing", test_leaves_nothing);
    g_test_add_func("/session/free-at-once", test_free_at_once);
    return g_test_run();
}
