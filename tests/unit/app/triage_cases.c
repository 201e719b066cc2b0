#include "tests/unit/app/triage_cases.h"

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

/* A store that begins to be written to opens a few files more; the limit is half a day away. */
static void fds_warm_up(struct triage_fixture *f)
{
    fixture_not_sidecar(f);
    f->process.fd_count = 36;
    f->input.trends[METRIC_FDS] = fixture_growing(1080, 60);
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
    f->input.cpu_wait = 90;
    f->input.cpu_denied = 79;
}

/* A server among many: woken often, it waits for its turn, and does little with it. */
static void crowded(struct triage_fixture *f)
{
    starved(f);
    f->input.cpu_denied = 20;
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
/* ^Z in its terminal: nothing blocks, and nothing runs. */
static void halted(struct triage_fixture *f)
{
    f->process.state_letter = 'T';
}

static void held_by_debugger(struct triage_fixture *f)
{
    f->process.state_letter = 't';
}

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

const struct triage_case triage_cases[] = {
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
    {"fds/warm-up", fds_warm_up, {H, L, H, H, H, H, H}, 1},
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
    {"cpu/crowded", crowded, {H, H, H, H, H, H, H}, 0},
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
    {"response/halted", halted, {H, H, H, H, H, H, B}, 1},
    {"response/debugger", held_by_debugger, {H, H, H, H, H, H, L}, 1},
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

const size_t triage_n_cases = G_N_ELEMENTS(triage_cases);

void triage_case_make(struct triage_fixture *fixture, const char *name)
{
    for (size_t i = 0; i < triage_n_cases; i++)
        if (strcmp(triage_cases[i].name, name) == 0) {
            triage_cases[i].change(fixture);
            return;
        }
    g_assert_not_reached();
}
