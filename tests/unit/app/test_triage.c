#include "tests/unit/app/triage_fixture.h"

#include <math.h>
#include <string.h>

#define MIB (1024.0 * 1024)
#define GIB (1024.0 * MIB)

enum { H = TRIAGE_HEALTHY, L = TRIAGE_LOOK, B = TRIAGE_BAD, U = TRIAGE_UNKNOWN };
enum { BRIEF_S = 6, HOUR_S = 3600 };

/* --- one change to a healthy sidecar, and what each step then says --- */

static void change_nothing(struct triage_fixture *f)
{
    (void)f;
}

static void rss_huge(struct triage_fixture *f)
{
    f->process.rss_bytes = (int64_t)(6 * GIB);
    f->input.trends[METRIC_RSS] = fixture_growing(410 * MIB, 3 * HOUR_S);
}

static void rss_high_unknown_trend(struct triage_fixture *f)
{
    f->process.rss_bytes = (int64_t)(600 * MIB);
    f->input.trends[METRIC_RSS] = (struct trend){0};
}

static void rss_plateau(struct triage_fixture *f)
{
    f->process.rss_bytes = (int64_t)(600 * MIB);
    f->input.trends[METRIC_RSS] =
        (struct trend){.verdict = TREND_PLATEAU, .window_s = HOUR_S, .n = 100};
}

static void rss_returned(struct triage_fixture *f)
{
    f->process.rss_bytes = (int64_t)(2 * GIB);
    f->memory.lazyfree_bytes = (int64_t)(1.7 * GIB);
}

static void rss_returned_macos(struct triage_fixture *f)
{
    f->input.macos = true;
    f->process.rss_bytes = (int64_t)(2 * GIB);
    f->process.footprint_bytes = (int64_t)(90 * MIB);
    f->process.footprint_peak_bytes = (int64_t)(2 * GIB);
}

/* The footprint is the tool's or, older, vmmap's; at its peak nothing was given back. */
static void rss_returned_vmmap(struct triage_fixture *f)
{
    f->process.rss_bytes = (int64_t)(2 * GIB);
    f->memory.footprint_bytes = (int64_t)(90 * MIB);
    f->memory.footprint_peak_bytes = (int64_t)(2 * GIB);
}

static void rss_shared_at_peak(struct triage_fixture *f)
{
    f->process.rss_bytes = (int64_t)(2 * GIB);
    f->process.footprint_bytes = (int64_t)(90 * MIB);
    f->process.footprint_peak_bytes = (int64_t)(92 * MIB);
}

static void rss_and_footprint_high(struct triage_fixture *f)
{
    f->process.rss_bytes = (int64_t)(2 * GIB);
    f->process.footprint_bytes = (int64_t)(1.5 * GIB);
    f->process.footprint_peak_bytes = (int64_t)(3 * GIB);
}

static void rss_falling(struct triage_fixture *f)
{
    f->process.rss_bytes = (int64_t)(300 * MIB);
    f->input.trends[METRIC_RSS] =
        (struct trend){.verdict = TREND_SHRINKING, .window_s = HOUR_S, .n = 100};
}

static void rss_busy(struct triage_fixture *f)
{
    f->process.rss_bytes = (int64_t)(600 * MIB);
    f->process.cpu_percent = 180;
    f->input.trends[METRIC_RSS] = (struct trend){0};
}

static void rss_brief_growth(struct triage_fixture *f)
{
    f->input.trends[METRIC_RSS] = fixture_growing(20 * GIB, BRIEF_S);
}

/* What a collector takes before its next collection. */
static void rss_brief_rise(struct triage_fixture *f)
{
    f->input.trends[METRIC_RSS] = fixture_growing(2 * GIB, BRIEF_S);
}

static void rss_creep(struct triage_fixture *f)
{
    f->process.rss_bytes = (int64_t)(400 * MIB);
    f->input.trends[METRIC_RSS] = fixture_growing(1 * MIB, 12 * HOUR_S);
}

static void threads_many(struct triage_fixture *f)
{
    f->process.threads = 70;
}

static void threads_leak(struct triage_fixture *f)
{
    f->process.threads = 130;
}

static void fds_focus(struct triage_fixture *f)
{
    f->process.fd_count = 240;
}

static void fds_leak(struct triage_fixture *f)
{
    f->process.fd_count = 1412;
    f->input.trends[METRIC_FDS] = fixture_growing(96, 14 * HOUR_S);
}

static void fds_low_growth(struct triage_fixture *f)
{
    f->process.fd_count = 40;
    f->input.trends[METRIC_FDS] = fixture_growing(30, HOUR_S);
}

static void fds_near_limit(struct triage_fixture *f)
{
    f->process.fd_count = 90;
    f->process.fd_soft_limit = 100;
}

static void same_file(struct triage_fixture *f)
{
    fixture_add_group(f, "/repo/.todos/issues.db", FD_REG, 4, 0);
}

static void three_handles(struct triage_fixture *f)
{
    fixture_add_group(f, "/repo/.todos/issues.db", FD_REG, 3, 0);
}

static void many_pipes_of_one_kind(struct triage_fixture *f)
{
    fixture_add_group(f, "pipe", FD_FIFO, 8, 0);
}

static void sessions_open(struct triage_fixture *f)
{
    f->files.by_class[PATH_CLAUDE] = 1288;
    f->files.by_type[FD_REG] = 1290;
    f->process.fd_count = 1302;
}

static void inotify_leak(struct triage_fixture *f)
{
    f->files.by_type[FD_INOTIFY] = 25;
    f->process.fd_count = 38;
}

static void regions_thousands(struct triage_fixture *f)
{
    f->memory.classes[REGION_ANONYMOUS].count = 9000;
    f->memory.total.count = 9100;
}

static void swap_growing(struct triage_fixture *f)
{
    f->process.swap_bytes = (int64_t)(300 * MIB);
    f->input.trends[METRIC_SWAP] = fixture_growing(200 * MIB, HOUR_S);
}

static void swap_constant(struct triage_fixture *f)
{
    f->process.swap_bytes = (int64_t)(300 * MIB);
}

/* macOS: no number of the process, and two walks make no trend. */
static void swap_by_walks(struct triage_fixture *f, double grown_bytes)
{
    f->process.swap_bytes = SAMPLE_UNKNOWN;
    f->memory.regions_are_types = true;
    f->memory.swap_bytes = (int64_t)(1200 * MIB);
    f->memory.swap_step_bytes = (int64_t)(103 * MIB); /* "1.2G" */
    f->memory.swap_growth_bytes = (int64_t)grown_bytes;
    f->input.trends[METRIC_SWAP] = (struct trend){0};
}

static void swap_more_than_at_first(struct triage_fixture *f)
{
    swap_by_walks(f, 204 * MIB);
}

static void swap_rounded(struct triage_fixture *f)
{
    swap_by_walks(f, 102.4 * MIB);
}

static void not_walked(struct triage_fixture *f)
{
    f->memory.regions_us = 0;
}

static void heap_growing(struct triage_fixture *f)
{
    f->input.trends[METRIC_HEAP_LIVE] = fixture_growing(390 * MIB, 3 * HOUR_S);
}

static void heap_plateau(struct triage_fixture *f)
{
    f->memstats.heap_alloc = (uint64_t)(300 * MIB);
    f->input.trends[METRIC_HEAP_LIVE] =
        (struct trend){.verdict = TREND_PLATEAU, .window_s = HOUR_S, .n = 40};
}

static void heap_freed(struct triage_fixture *f)
{
    f->memstats.heap_idle = (uint64_t)(4 * GIB);
    f->memstats.heap_released = (uint64_t)(4 * GIB);
    f->input.trends[METRIC_HEAP_LIVE] =
        (struct trend){.verdict = TREND_SHRINKING, .window_s = HOUR_S, .n = 40};
}

static void goroutines_above(struct triage_fixture *f)
{
    f->goroutines.count = 70;
}

static void goroutines_leak(struct triage_fixture *f)
{
    f->goroutines.count = 222;
    f->input.trends[METRIC_GOROUTINES] = fixture_growing(60, HOUR_S);
}

static void goroutines_deadlock(struct triage_fixture *f)
{
    f->goroutines.count = 48;
    fixture_add_bucket(f, "github.com/marcus/td/internal/session.GetOrCreate", 20, GOROUTINE_MUTEX,
                       3);
}

static void goroutines_parked(struct triage_fixture *f)
{
    fixture_add_bucket(f, "github.com/marcus/sidecar/internal/x.listen", 4, GOROUTINE_CHAN_RECEIVE,
                       600);
}

static void git_storm(struct triage_fixture *f)
{
    static const struct spawn_rate git = {"git status --porcelain", 4000, 180};
    static const struct threads_sample threads = {
        .base = {.status = SAMPLE_OK, .taken_us = HOUR_S * (gint64)G_USEC_PER_SEC},
        .count = 12,
        .spawns = &git,
        .n_spawns = 1,
        .spawns_total = 4000,
        .spawns_last_minute = 180,
        .spawns_since_us = 1,
        .spawns_exact = true,
    };

    f->input.threads = &threads;
}

static void collector_busy(struct triage_fixture *f)
{
    f->memstats.gc_cpu_fraction = 0.4;
}

static void other_busy(struct triage_fixture *f)
{
    fixture_not_sidecar(f);
    f->process.cpu_percent = 190;
}

/* For the whole watch: that is worth a look in any program. */
static void other_busy_throughout(struct triage_fixture *f)
{
    other_busy(f);
    f->input.cpu_watch = 93;
}

/* It had 12 % of a core and would have had a whole one. */
static void starved(struct triage_fixture *f)
{
    fixture_not_sidecar(f);
    f->process.cpu_percent = f->input.cpu_mean = f->input.cpu_watch = 12;
    f->input.cpu_wait = 79;
}

static void cpu_rises(struct triage_fixture *f)
{
    fixture_not_sidecar(f);
    f->input.trends[METRIC_CPU] = fixture_growing(400, HOUR_S);
}

/* Go's own slack, file pages, one buffer: no leaks. */
static void rss_slack(struct triage_fixture *f)
{
    f->input.trends[METRIC_RSS] = fixture_growing(100 * MIB, 330);
    f->input.trends[METRIC_HEAP_ALLOC] = fixture_growing(100 * MIB, 330);
    f->memstats.next_gc = (uint64_t)(200 * MIB);
    f->memstats.heap_inuse = (uint64_t)(190 * MIB);
}

/* Too few collections for a trend of what they leave alive; the goal they set stands still. */
static void rss_slack_by_goal(struct triage_fixture *f)
{
    rss_slack(f);
    f->input.trends[METRIC_HEAP_LIVE] = (struct trend){0};
    f->input.trends[METRIC_NEXT_GC] = fixture_flat(330);
}

static void rss_of_files(struct triage_fixture *f)
{
    f->input.trends[METRIC_RSS] = fixture_growing(500 * MIB, 330);
    f->input.trends[METRIC_RSS_ANON] = fixture_flat(330);
}

static void heap_one_buffer(struct triage_fixture *f)
{
    f->input.trends[METRIC_HEAP_LIVE] = fixture_growing(4 * 3600 / 300.0 * MIB, 300);
}

static void fetches_pile_up(struct triage_fixture *f)
{
    fixture_add_bucket(f, "github.com/marcus/td/pkg/monitor.(*Model).fetchData", 9,
                       GOROUTINE_SELECT, 0);
}

static void send_blocked(struct triage_fixture *f)
{
    fixture_add_bucket(f, "example.com/app/event.publish", 2, GOROUTINE_CHAN_SEND, 7);
}

static void stalled(struct triage_fixture *f)
{
    f->memory.pressure.some_percent = 24;
}

static void files_denied(struct triage_fixture *f)
{
    f->files.base.status = SAMPLE_DENIED;
    f->files.base.reason = "needs the same user or CAP_SYS_PTRACE";
}

static void memory_denied(struct triage_fixture *f)
{
    f->memory.base.status = SAMPLE_DENIED;
    f->memory.base.reason = "needs the same user or CAP_SYS_PTRACE";
}

static void pprof_hangs(struct triage_fixture *f)
{
    f->heap.base.status = f->goroutines.base.status = SAMPLE_FAILED;
    f->heap.base.reason = f->goroutines.base.reason = "no answer within 15 s";
}

/* A port that says nothing need not be pprof's. */
static void port_silent(struct triage_fixture *f)
{
    pprof_hangs(f);
    f->target.pprof_why = (char *)"port 7000 takes a request and stays silent";
}

static void heap_denied(struct triage_fixture *f)
{
    f->heap.base.status = SAMPLE_DENIED;
    f->heap.base.reason = "the proxy in front of pprof wants a password";
}

/* Neither a Go heap nor goroutines are missed there. */
static void not_go(struct triage_fixture *f)
{
    fixture_no_pprof(f);
    f->target.go_version = (char *)"";
}

/* Process 1 of another user: little more than RSS can be read. */
static void unreadable(struct triage_fixture *f)
{
    not_go(f);
    files_denied(f);
    memory_denied(f);
    f->process.fd_count = SAMPLE_UNKNOWN;
}

static void pprof_never_answered(struct triage_fixture *f)
{
    f->input.heap = NULL;
    f->input.goroutines = NULL;
}

static void process_gone(struct triage_fixture *f)
{
    fixture_no_pprof(f);
    f->process.base.status = f->memory.base.status = f->files.base.status = SAMPLE_GONE;
    f->process.base.reason = "process 18549 has ended";
}

static void other_process(struct triage_fixture *f)
{
    fixture_not_sidecar(f);
    f->process.rss_bytes = (int64_t)(3 * GIB);
    f->process.fd_count = 700;
    f->process.threads = 200;
    f->goroutines.count = 5000;
    f->files.by_type[FD_REG] = 300;
    f->files.by_type[FD_FIFO] = 200;
    f->files.by_type[FD_INOTIFY] = 20;
}

static void other_growing(struct triage_fixture *f)
{
    fixture_not_sidecar(f);
    f->input.trends[METRIC_RSS] = fixture_growing(400 * MIB, HOUR_S);
    f->input.trends[METRIC_FDS] = fixture_growing(100, HOUR_S);
    f->input.trends[METRIC_HEAP_LIVE] = fixture_growing(300 * MIB, HOUR_S);
}

static void other_flags(struct triage_fixture *f)
{
    fixture_not_sidecar(f);
    fixture_add_group(f, "/var/lib/app.db", FD_REG, 80, 0);
    regions_thousands(f);
}

static const struct rule_case {
    const char *name;
    void (*change)(struct triage_fixture *f);
    int steps[TRIAGE_N_STEPS];
    int exit_status;
} rule_cases[] = {
    {"healthy", change_nothing, {H, H, H, H, H, H, H}, 0},
    {"rss/huge-and-growing", rss_huge, {B, H, H, H, H, H, H}, 1},
    {"rss/high-trend-unknown", rss_high_unknown_trend, {B, H, H, H, H, H, H}, 1},
    {"rss/plateau", rss_plateau, {L, H, H, H, H, H, H}, 1},
    {"rss/returned", rss_returned, {H, H, H, H, H, H, H}, 0},
    {"rss/returned-macos", rss_returned_macos, {H, H, H, H, H, H, H}, 0},
    {"rss/returned-vmmap", rss_returned_vmmap, {H, H, H, H, H, H, H}, 0},
    {"rss/shared-at-peak", rss_shared_at_peak, {L, H, H, H, H, H, H}, 1},
    {"rss/and-footprint-high", rss_and_footprint_high, {L, H, H, H, H, H, H}, 1},
    {"rss/falling", rss_falling, {H, H, H, H, H, H, H}, 0},
    {"rss/busy", rss_busy, {L, H, H, H, L, H, H}, 1},
    {"rss/brief-growth", rss_brief_growth, {L, H, H, H, H, H, H}, 1},
    {"rss/brief-rise", rss_brief_rise, {H, H, H, H, H, H, H}, 0},
    {"rss/creep", rss_creep, {L, H, H, H, H, H, H}, 1},
    {"goroutines/threads-many", threads_many, {H, H, H, H, H, L, H}, 1},
    {"goroutines/threads-leak", threads_leak, {H, H, H, H, H, B, H}, 1},
    {"fds/focus", fds_focus, {H, L, H, H, H, H, H}, 1},
    {"fds/leak", fds_leak, {H, B, H, H, H, H, H}, 1},
    {"fds/growing-at-low-level", fds_low_growth, {H, B, H, H, H, H, H}, 1},
    {"fds/near-limit", fds_near_limit, {H, B, H, H, H, H, H}, 1},
    {"fds/same-file", same_file, {H, B, H, H, H, H, H}, 1},
    {"fds/three-handles", three_handles, {H, H, H, H, H, H, H}, 0},
    {"fds/pipes-are-no-file", many_pipes_of_one_kind, {H, H, H, H, H, H, H}, 0},
    {"fds/sessions", sessions_open, {H, B, H, H, H, H, H}, 1},
    {"fds/inotify", inotify_leak, {H, B, H, H, H, H, H}, 1},
    {"map/thousands", regions_thousands, {H, H, B, H, H, H, H}, 1},
    {"map/swap-growing", swap_growing, {H, H, B, H, H, H, B}, 1},
    {"map/swap-constant", swap_constant, {H, H, H, H, H, H, H}, 0},
    {"map/swap-by-walks", swap_more_than_at_first, {H, H, L, H, H, H, L}, 1},
    {"map/swap-rounded", swap_rounded, {H, H, H, H, H, H, H}, 0},
    {"map/not-walked", not_walked, {H, H, U, H, H, H, H}, 0},
    {"goroutines/growing", heap_growing, {H, H, H, B, H, H, H}, 1},
    {"heap/plateau", heap_plateau, {H, H, H, H, H, H, H}, 0},
    {"heap/freed", heap_freed, {H, H, H, H, H, H, H}, 0},
    {"goroutines/above", goroutines_above, {H, H, H, H, H, L, H}, 1},
    {"goroutines/leak", goroutines_leak, {H, H, H, H, H, B, H}, 1},
    {"goroutines/deadlock", goroutines_deadlock, {H, H, H, H, H, B, B}, 1},
    {"goroutines/parked-by-design", goroutines_parked, {H, H, H, H, H, H, H}, 0},
    {"cpu/git-storm", git_storm, {H, H, H, H, L, H, H}, 1},
    {"cpu/collector", collector_busy, {H, H, H, H, L, H, H}, 1},
    {"cpu/other-is-busy", other_busy, {H, H, H, H, H, H, H}, 0},
    {"cpu/busy-throughout", other_busy_throughout, {H, H, H, H, L, H, H}, 1},
    {"cpu/starved", starved, {H, H, H, H, L, H, H}, 1},
    {"cpu/rises", cpu_rises, {H, H, H, H, L, H, H}, 1},
    {"rss/slack", rss_slack, {H, H, H, H, H, H, H}, 0},
    {"rss/slack-by-goal", rss_slack_by_goal, {H, H, H, H, H, H, H}, 0},
    {"rss/of-files", rss_of_files, {H, H, H, H, H, H, H}, 0},
    {"heap/one-buffer", heap_one_buffer, {H, H, H, H, H, H, H}, 0},
    {"response/fetches", fetches_pile_up, {H, H, H, H, H, L, B}, 1},
    {"response/send", send_blocked, {H, H, H, H, H, H, L}, 1},
    {"response/stalled", stalled, {H, H, H, H, H, H, L}, 1},
    {"unknown/files-denied", files_denied, {H, H, H, H, H, H, H}, 0},
    {"unknown/memory-denied", memory_denied, {H, H, U, H, H, H, H}, 0},
    {"unknown/no-pprof", fixture_no_pprof, {H, H, H, U, H, U, H}, 2},
    {"unknown/pprof-hangs", pprof_hangs, {H, H, H, U, H, U, L}, 1},
    {"unknown/silent-port", port_silent, {H, H, H, U, H, U, H}, 2},
    {"unknown/heap-denied", heap_denied, {H, H, H, U, H, H, H}, 2},
    {"unknown/not-go", not_go, {H, H, H, U, H, U, H}, 0},
    {"unknown/unreadable", unreadable, {H, U, U, U, H, U, H}, 2},
    {"unknown/pprof-silent", pprof_never_answered, {H, H, H, U, H, U, H}, 2},
    {"unknown/gone", process_gone, {U, U, U, U, U, U, U}, 2},
    {"other/levels-do-not-judge", other_process, {H, H, H, H, H, H, H}, 0},
    {"other/growth-judges", other_growing, {B, B, H, B, H, H, H}, 1},
    {"other/flags-judge", other_flags, {H, B, B, H, H, H, H}, 1},
};

static void assert_complete(const struct triage_result *result)
{
    for (size_t i = 0; i < TRIAGE_N_STEPS; i++) {
        const struct triage_step *step = &result->steps[i];

        g_assert_cmpstr(step->summary, !=, "");
        g_assert_cmpstr(step->sentence, !=, "");
        g_assert_cmpstr(step->threshold, !=, "");
        g_assert_cmpstr(step->command, !=, "");
        g_assert_cmpstr(step->next, !=, "");
        g_assert_null(strchr(step->command, '\n'));
    }
    g_assert_cmpstr(result->diagnosis, !=, "");
    g_assert_nonnull(result->actions);
}

static void test_rule(gconstpointer data)
{
    const struct rule_case *rule = data;
    struct triage_fixture fixture;

    fixture_healthy(&fixture);
    rule->change(&fixture);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&fixture);

    for (size_t i = 0; i < TRIAGE_N_STEPS; i++) {
        g_test_message("step %" G_GSIZE_FORMAT ": %s: %s", i + 1, result->steps[i].summary,
                       result->steps[i].sentence);
        g_assert_cmpint((int)result->steps[i].verdict, ==, rule->steps[i]);
    }
    g_test_message("diagnosis: %s", result->diagnosis);
    g_assert_cmpint(triage_exit_status(result), ==, rule->exit_status);
    assert_complete(result);
    for (size_t i = 0; i < TRIAGE_N_STEPS; i++) {
        const struct triage_step *step = &result->steps[i];

        g_assert_cmpint((int)triage_step_from_key(step->key), ==, (int)i);
        /* a branch with a finding is never passed by, a step of the flow is no branch */
        if (step->verdict == TRIAGE_LOOK || step->verdict == TRIAGE_BAD)
            g_assert_cmpint(*step->suggested != '\0', ==, triage_is_branch(step->id));
    }
}

/* --- words that must be there --- */

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

    rss_huge(&f);
    fds_leak(&f);
    goroutines_leak(&f);
    f.input.goroutines_per_fd =
        (struct in_step){.verdict = IN_STEP_YES, .ratio = 2, .low = 1.9, .high = 2.1};
    g_autoptr(triage_result_auto) together = fixture_evaluate(&f);

    assert_has(together->diagnosis, "rise together");
    assert_has(together->diagnosis, "2.0 goroutines per descriptor, in step");
    f.input.goroutines_per_fd.verdict = IN_STEP_NO;
    g_autoptr(triage_result_auto) apart = fixture_evaluate(&f);

    assert_has(apart->diagnosis, "a cause of their own");
    g_assert_null(strstr(apart->diagnosis, "per descriptor"));
    assert_has(together->steps[TRIAGE_FDS].summary, "limit in");
    assert_has(together->steps[TRIAGE_RSS].summary, "> 500M");

    fixture_no_pprof(&f);
    g_autoptr(triage_result_auto) blind = fixture_evaluate(&f);

    assert_has(blind->steps[TRIAGE_HEAP].sentence, "SIDECAR_PPROF=1");
    assert_has(blind->steps[TRIAGE_HEAP].sentence, "loses the present state");
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
    g_assert_cmpint((int)stuck->steps[TRIAGE_GOROUTINES].verdict, ==, B);
    f.base_buckets[0].count = 4871;
    g_autoptr(triage_result_auto) moves = fixture_evaluate(&f);

    g_assert_cmpint((int)moves->steps[TRIAGE_GOROUTINES].verdict, ==, H);
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

    g_assert_cmpint((int)idle->steps[TRIAGE_GOROUTINES].verdict, ==, H);
    f.buckets[0].n_frames = 1; /* any other goroutine */
    g_autoptr(triage_result_auto) other = fixture_evaluate(&f);

    g_assert_cmpint((int)other->steps[TRIAGE_GOROUTINES].verdict, ==, L);
}

/* Whatever the user says of the steps: what is called healthy stays silent, the evidence's own
 * verdict stays known, and saying nothing changes nothing. */
static void test_judgements(void)
{
    struct triage_judgement said[TRIAGE_N_STEPS] = {{0}};
    struct triage_fixture f;

    fixture_healthy(&f);
    rss_huge(&f);
    fds_leak(&f);
    goroutines_leak(&f);
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
    assert_has(after->evidence, "60 of them proven leaked by the runtime");
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
    same_file(&f);
    goroutines_deadlock(&f);
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

/* A death is the headline; what was found before stays, and nothing is healthy for it. */
static void test_ended(void)
{
    struct triage_fixture f;

    fixture_healthy(&f);
    f.input.ended = true;
    f.input.end = (struct session_end){.state = PROCESS_ENDED, .at_real_us = G_USEC_PER_SEC};
    g_autoptr(triage_result_auto) quiet = fixture_evaluate(&f);

    g_assert_true(g_str_has_prefix(quiet->diagnosis, "The process ended at "));
    g_assert_cmpint(triage_exit_status(quiet), ==, 2);
    fds_leak(&f);
    g_autoptr(triage_result_auto) leak = fixture_evaluate(&f);

    g_assert_true(g_str_has_prefix(leak->diagnosis, "The process ended at "));
    assert_has(leak->diagnosis, "Descriptors rise alone");
    g_assert_cmpint(triage_exit_status(leak), ==, 1);
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
    g_assert_cmpint((int)goal->steps[TRIAGE_HEAP].verdict, ==, B);
}

/* --- little known --- */

static void test_empty_input(void)
{
    struct triage_fixture f;
    struct triage_input input;

    fixture_healthy(&f);
    input = (struct triage_input){.target = &f.target};
    g_autoptr(triage_result_auto) result = triage_evaluate(&input, &f.thresholds);

    g_assert_cmpint(triage_exit_status(result), ==, 2);
    assert_complete(result);
}

/* An address whose process is not known: the heap alone decides. */
static void test_address_only(void)
{
    struct triage_fixture f;

    fixture_healthy(&f);
    f.target.id.pid = 0;
    f.input.process = NULL;
    f.input.memory = NULL;
    f.input.files = NULL;
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);

    g_assert_cmpint(triage_exit_status(result), ==, 0);
    pprof_hangs(&f);
    g_autoptr(triage_result_auto) blind = fixture_evaluate(&f);

    g_assert_cmpint(triage_exit_status(blind), ==, 2);
    assert_has(blind->diagnosis, "no answer within 15 s");
    assert_complete(blind);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(rule_cases); i++) {
        g_autofree char *path = g_strdup_printf("/triage/rule/%s", rule_cases[i].name);

        g_test_add_data_func(path, &rule_cases[i], test_rule);
    }
    g_test_add_func("/triage/words", test_words);
    g_test_add_func("/triage/links", test_links);
    g_test_add_func("/triage/proven", test_proven);
    g_test_add_func("/triage/room", test_room);
    g_test_add_func("/triage/judgements", test_judgements);
    g_test_add_func("/triage/unlike-dumps", test_unlike_dumps);
    g_test_add_func("/triage/still-queue", test_still_queue);
    g_test_add_func("/triage/standard-stack", test_label_of_a_standard_stack);
    g_test_add_func("/triage/idle-by-design", test_idle_by_design);
    g_test_add_func("/triage/macos-commands", test_macos_commands);
    g_test_add_func("/triage/command-quoting", test_command_quoting);
    g_test_add_func("/triage/ended", test_ended);
    g_test_add_func("/triage/whose-rise", test_whose_rise);
    g_test_add_func("/triage/empty-input", test_empty_input);
    g_test_add_func("/triage/address-only", test_address_only);
    return g_test_run();
}
