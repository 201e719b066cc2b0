#include "tests/unit/app/triage_fixture.h"

#include <math.h>
#include <string.h>

enum { KIB = 1024, HOUR_S = 3600 };

struct trend fixture_growing(double per_hour, double window_s)
{
    double slope = per_hour / HOUR_S;

    return (struct trend){.verdict = TREND_GROWING,
                          .per_second = slope,
                          .low = slope * 0.9,
                          .high = slope * 1.1,
                          .window_s = window_s,
                          .n = 100,
                          .rise = slope * window_s};
}

struct trend fixture_flat(double window_s)
{
    return (struct trend){.verdict = TREND_FLAT, .window_s = window_s, .n = 100};
}

struct trend fixture_plateau(double rise, double window_s)
{
    return (struct trend){.verdict = TREND_PLATEAU, .window_s = window_s, .n = 50, .rise = rise};
}

static void set_process(struct process_sample *process)
{
    *process = (struct process_sample){
        .base = {.kind = PROBE_PROCESS, .reason = ""},
        .state = PROCESS_ALIVE,
        .state_letter = 'S',
        .rss_bytes = 66072 * KIB,
        .vsz_bytes = (int64_t)2196472 * KIB,
        .rss_anon_bytes = 27328 * KIB,
        .rss_file_bytes = 38744 * KIB,
        .rss_peak_bytes = 69724 * KIB,
        .footprint_bytes = SAMPLE_UNKNOWN,
        .footprint_peak_bytes = SAMPLE_UNKNOWN,
        .cpu_percent = 2.1,
        .cpu_children_percent = 1.0,
        .threads = 12,
        .fd_count = 15,
        .fd_soft_limit = 20000,
        .fd_hard_limit = 20000,
        .uptime_s = 2 * HOUR_S,
    };
}

static void set_memory(struct memory_sample *memory)
{
    *memory = (struct memory_sample){
        .base = {.kind = PROBE_MEMORY, .reason = ""},
        .rss_bytes = 66072 * KIB,
        .pss_bytes = 64235 * KIB,
        .footprint_bytes = SAMPLE_UNKNOWN,
        .footprint_peak_bytes = SAMPLE_UNKNOWN,
        .anonymous_bytes = 27328 * KIB,
        .regions_us = 1,
        .total = {.virtual_bytes = (int64_t)2196472 * KIB,
                  .resident_bytes = 66072 * KIB,
                  .count = 62},
    };
    memory->classes[REGION_BINARY] =
        (struct region_totals){.resident_bytes = 36536 * KIB, .count = 3};
    memory->classes[REGION_GO_HEAP] =
        (struct region_totals){.resident_bytes = 20000 * KIB, .count = 2};
    memory->classes[REGION_ANONYMOUS] =
        (struct region_totals){.resident_bytes = 9536 * KIB, .count = 20};
}

static void set_files(struct triage_fixture *fixture)
{
    struct files_sample *files = &fixture->files;

    *files = (struct files_sample){
        .base = {.kind = PROBE_FILES, .reason = ""},
        .count = 15,
        .soft_limit = 20000,
        .groups = fixture->groups,
        .templates = fixture->templates,
        .inotify_watches = 7,
        .inotify_max_instances = 128,
        .inotify_max_watches = 65536,
        .inotify_user_instances = 20,
        .log_warnings = SAMPLE_UNKNOWN,
    };
    files->by_type[FD_REG] = 3;
    files->by_type[FD_CHR] = 2;
    files->by_type[FD_FIFO] = 2;
    files->by_type[FD_INOTIFY] = 4;
    files->by_type[FD_EPOLL] = 2;
    files->by_type[FD_ANON] = 1;
    files->by_type[FD_SOCK] = 1;
    files->by_class[PATH_DATABASE] = 1;
    files->by_class[PATH_LOG] = 1;
}

static void set_goroutines(struct triage_fixture *fixture)
{
    fixture->dump = (struct goroutine_dump){.buckets = fixture->buckets, .total = 29};
    fixture->base_dump = (struct goroutine_dump){.buckets = fixture->base_buckets, .total = 29};
    fixture->goroutines =
        (struct goroutines_sample){.base = {.kind = PROBE_GOROUTINES, .reason = ""},
                                   .count = 29,
                                   .leaks = SAMPLE_UNKNOWN,
                                   .dump = &fixture->dump};
    fixture->base_goroutines = fixture->goroutines;
    fixture->base_goroutines.dump = &fixture->base_dump;
}

static void set_heap(struct triage_fixture *fixture)
{
    fixture->memstats = (struct memstats){.heap_alloc = 11855504,
                                          .heap_sys = 29720576,
                                          .heap_idle = 14401536,
                                          .heap_inuse = 15319040,
                                          .heap_released = 11419648,
                                          .next_gc = 17072826,
                                          .num_gc = 52,
                                          .complete = true};
    fixture->heap = (struct heap_sample){.base = {.kind = PROBE_HEAP, .reason = ""},
                                         .memstats = &fixture->memstats};
    fixture->base_heap = fixture->heap;
}

static void set_input(struct triage_fixture *fixture)
{
    struct trend flat = fixture_flat(HOUR_S);

    fixture->input = (struct triage_input){
        .target = &fixture->target,
        .process = &fixture->process,
        .memory = &fixture->memory,
        .files = &fixture->files,
        .goroutines = &fixture->goroutines,
        .base_goroutines = &fixture->base_goroutines,
        .heap = &fixture->heap,
        .base_heap = &fixture->base_heap,
        .gc_share = NAN,
        .trends[METRIC_RSS] = flat,
        .trends[METRIC_FDS] = flat,
        .trends[METRIC_GOROUTINES] = flat,
        .trends[METRIC_HEAP_LIVE] = flat,
        .trends[METRIC_SWAP] = flat,
        .trends[METRIC_REGIONS] = flat,
        .trends[METRIC_CPU] = flat,
        .observed_s = HOUR_S,
    };
}

void fixture_healthy(struct triage_fixture *fixture)
{
    memset(fixture, 0, sizeof *fixture);
    fixture->target = (struct target){.id = {.pid = FIXTURE_PID, .start_ticks = 1},
                                      .name = (char *)"sidecar",
                                      .exe = (char *)"/usr/bin/sidecar",
                                      .cmdline = (char *)"sidecar",
                                      .go_version = (char *)"go1.26.0",
                                      .pprof_url = (char *)"http://127.0.0.1:6060/debug/pprof",
                                      .is_sidecar = true};
    set_process(&fixture->process);
    set_memory(&fixture->memory);
    set_files(fixture);
    set_goroutines(fixture);
    set_heap(fixture);
    thresholds_init(&fixture->thresholds, false);
    set_input(fixture);
}

void fixture_add_group(struct triage_fixture *fixture, const char *path, enum fd_type type,
                       uint32_t count, int64_t growth)
{
    g_assert_cmpuint(fixture->files.n_groups, <, FIXTURE_GROUPS);
    fixture->groups[fixture->files.n_groups++] =
        (struct fd_group){.path = path, .type = type, .count = count, .growth = growth};
}

void fixture_add_bucket(struct triage_fixture *fixture, const char *function, size_t count,
                        enum goroutine_category category, int64_t wait_minutes)
{
    size_t i = fixture->dump.n_buckets;

    g_assert_cmpuint(i, <, FIXTURE_BUCKETS);
    fixture->frames[i] = (struct goroutine_frame){.function = function, .file = ""};
    fixture->buckets[i] = (struct goroutine_bucket){.count = count,
                                                    .category = category,
                                                    .state = goroutine_category_name(category),
                                                    .labels = "",
                                                    .frames = &fixture->frames[i],
                                                    .n_frames = 1,
                                                    .wait_max_minutes = wait_minutes,
                                                    .hash = 0xabc0 + i};
    fixture->dump.n_buckets++;
}

void fixture_no_pprof(struct triage_fixture *fixture)
{
    static const struct goroutines_sample no_goroutines = {
        .base = {.kind = PROBE_GOROUTINES, .status = SAMPLE_UNSUPPORTED, .reason = "no pprof"},
        .count = SAMPLE_UNKNOWN};
    static const struct heap_sample no_heap = {
        .base = {.kind = PROBE_HEAP, .status = SAMPLE_UNSUPPORTED, .reason = "no pprof"}};

    fixture->target.pprof_url = NULL;
    fixture->target.pprof_why = (char *)"pprof is off in process 18549";
    fixture->input.goroutines = &no_goroutines;
    fixture->input.heap = &no_heap;
    fixture->input.base_heap = NULL;
    fixture->input.base_goroutines = NULL;
    fixture->input.trends[METRIC_GOROUTINES] = fixture->input.trends[METRIC_HEAP_LIVE] =
        (struct trend){0};
}

void fixture_not_sidecar(struct triage_fixture *fixture)
{
    fixture->target.is_sidecar = false;
    fixture->target.name = (char *)"gopls";
}

struct triage_result *fixture_evaluate(struct triage_fixture *fixture)
{
    return triage_evaluate(&fixture->input, &fixture->thresholds);
}

const struct triage_fact *fixture_fact(const struct triage_step *step, const char *part)
{
    for (guint i = 0; i < step->facts->len; i++) {
        const struct triage_fact *fact = g_ptr_array_index(step->facts, i);

        if (strstr(fact->label, part) != NULL)
            return fact;
    }
    return NULL;
}
