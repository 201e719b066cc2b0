#include "tests/screens/fake_samples.h"

#include "probes/clock.h"
#include "probes/databases.h"
#include "probes/record.h"

#include <math.h>
#include <string.h>

enum { S = G_USEC_PER_SEC };
#define KIB ((int64_t)1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

bool fake_has_pprof(enum fake_story story)
{
    return story != FAKE_NO_PPROF && story != FAKE_DENIED;
}

bool fake_leaks(enum fake_story story)
{
    return story != FAKE_HEALTHY && story != FAKE_NO_PPROF && story != FAKE_DENIED;
}

static void *new_sample(enum probe_kind kind, size_t size, gint64 age_us)
{
    struct sample *sample = sample_new(kind, size);

    sample->reason = "";
    sample->taken_us = clock_now_us() - age_us;
    sample->real_us = (gint64)1700000000 * S - age_us;
    sample->cost_us = 250;
    sample->bytes = 4096;
    sample->sequence = 7;
    return sample;
}

static struct sample *make_process(enum fake_story story)
{
    struct process_sample *p = new_sample(PROBE_PROCESS, sizeof *p, 400000);
    bool leak = fake_leaks(story);

    p->state = story == FAKE_ENDED ? PROCESS_ENDED : PROCESS_ALIVE;
    p->state_letter = 'S';
    p->rss_bytes = leak ? 6 * GIB + 200 * MIB : 66 * MIB;
    p->rss_file_bytes = 38 * MIB;
    p->rss_shmem_bytes = 0;
    p->rss_anon_bytes = p->rss_bytes - p->rss_file_bytes;
    p->rss_peak_bytes = p->rss_bytes + 3 * MIB;
    p->vsz_bytes = 9 * GIB;
    p->swap_bytes = 0;
    p->footprint_bytes = p->footprint_peak_bytes = SAMPLE_UNKNOWN;
    p->cpu_percent = leak ? 38.2 : 0.4;
    p->cpu_children_percent = 0;
    p->cpu_user_us = 95 * S;
    p->cpu_system_us = 12 * S;
    p->threads = leak ? 24 : 12;
    p->fd_count = leak ? 1412 : 15;
    p->fd_soft_limit = p->fd_hard_limit = 10240;
    p->minor_faults = 20000;
    p->major_faults = 3;
    p->voluntary_switches = 351;
    p->involuntary_switches = 95;
    p->io_read_bytes = 12 * MIB;
    p->io_write_bytes = 3 * MIB;
    p->uptime_s = 14 * 3600 + 7 * 60;
    if (story == FAKE_ENDED)
        sample_set_status(p, SAMPLE_GONE, "the process has ended");
    return &p->base;
}

static void set_class(struct memory_sample *m, enum region_class cls, int64_t mib, int64_t count)
{
    m->classes[cls] = (struct region_totals){.virtual_bytes = mib * MIB * 2,
                                             .resident_bytes = mib * MIB,
                                             .pss_bytes = mib * MIB,
                                             .dirty_bytes = mib * MIB / 2,
                                             .count = count};
    m->total.virtual_bytes += mib * MIB * 2;
    m->total.resident_bytes += mib * MIB;
    m->total.count += count;
}

static struct sample *make_memory(enum fake_story story)
{
    struct memory_sample *m = new_sample(PROBE_MEMORY, sizeof *m, 2 * S);

    m->footprint_bytes = m->footprint_peak_bytes = SAMPLE_UNKNOWN;
    const struct process_sample *p = NULL;
    struct sample *process = make_process(story);

    p = (const struct process_sample *)(const void *)process;
    m->rss_bytes = p->rss_bytes;
    m->pss_bytes = p->rss_bytes - 2 * MIB;
    m->pss_anon_bytes = m->anonymous_bytes = p->rss_anon_bytes;
    m->pss_file_bytes = m->file_bytes = p->rss_file_bytes;
    m->private_dirty_bytes = p->rss_anon_bytes;
    m->private_clean_bytes = p->rss_file_bytes;
    m->regions_us = clock_now_us() - 12 * S;
    set_class(m, REGION_GO_HEAP, fake_leaks(story) ? 6000 : 20, 3);
    set_class(m, REGION_BINARY, 36, 4);
    set_class(m, REGION_C_HEAP, 9, 2);
    set_class(m, REGION_STACK, 1, 24);
    m->pressure = memory_pressure_unknown;
    m->growth_since_us = clock_now_us() - FAKE_HISTORY_S * S;
    if (fake_leaks(story)) {
        m->growth[REGION_GO_HEAP] = (struct region_growth){.resident_bytes = 410 * MIB, .count = 1};
        m->pressure.cgroup = "/user.slice";
        m->pressure.cgroup_limit_bytes = 8192 * MIB;
        m->pressure.cgroup_used_bytes = 6900 * MIB;
    }
    sample_unref(process);
    if (story == FAKE_DENIED)
        sample_set_status(
            m, SAMPLE_DENIED,
            "smaps of another user's process needs CAP_SYS_PTRACE: run sudo sidescope");
    return &m->base;
}

static const char *path_of(enum fake_story story, int i, void *sample)
{
    if (story == FAKE_HOSTILE)
        return sample_printf(sample, "/home/u/\x1b]0;owned\a\n%d\xff\xe2\x80\xae.jsonl", i);
    return sample_printf(
        sample, "/home/u/.claude/projects/-work-app/%08x-aaaa-4bbb-8ccc-%012x.jsonl", i * 7919, i);
}

enum { FAKE_FDS = 40, FAKE_GROUPS = 4 };

static void fill_fds(enum fake_story story, struct files_sample *f)
{
    struct fd_entry *fds = sample_alloc(f, FAKE_FDS * sizeof *fds);
    uint32_t *order = sample_alloc(f, FAKE_FDS * sizeof *order);
    struct fd_group *groups = sample_alloc(f, FAKE_GROUPS * sizeof *groups);
    struct fd_template *templates = sample_alloc(f, sizeof *templates);

    memset(groups, 0, FAKE_GROUPS * sizeof *groups);
    for (int i = 0; i < FAKE_FDS; i++) {
        fds[i] = (struct fd_entry){.fd = i + 3,
                                   .type = FD_REG,
                                   .path = path_of(story, i / 10, f),
                                   .detail = "",
                                   .cls = PATH_CLAUDE,
                                   .access = 'r',
                                   .inode = 1000 + (uint64_t)i,
                                   .flags = 02000000,
                                   .size = 12 * KIB,
                                   .watches = SAMPLE_UNKNOWN,
                                   .first_seen_us = clock_now_us() - 90 * S};
        order[i] = (uint32_t)i;
    }
    for (int g = 0; g < FAKE_GROUPS; g++)
        groups[g] = (struct fd_group){.path = fds[g * 10].path,
                                      .type = FD_REG,
                                      .cls = PATH_CLAUDE,
                                      .first = (uint32_t)g * 10,
                                      .count = 10,
                                      .growth = g * 2,
                                      .oldest_us = clock_now_us() - 90 * S};
    *templates = (struct fd_template){.text = "/home/u/.claude/projects/-work-app/<uuid>.jsonl",
                                      .type = FD_REG,
                                      .cls = PATH_CLAUDE,
                                      .count = FAKE_FDS,
                                      .n_paths = FAKE_GROUPS,
                                      .growth = 12};
    f->fds = fds;
    f->n_fds = FAKE_FDS;
    f->by_group = f->by_template = order;
    f->groups = groups;
    f->n_groups = FAKE_GROUPS;
    f->templates = templates;
    f->n_templates = 1;
}

static void add_database(enum fake_story story, struct files_sample *f)
{
    struct database *database = sample_alloc(f, sizeof *database);
    struct db_lock *locks = sample_alloc(f, 3 * sizeof *locks);
    struct db_user *users = sample_alloc(f, sizeof *users);
    const char *command = story == FAKE_HOSTILE ? "td \x1b]0;owned\a \xff" : "td list";

    locks[0] = (struct db_lock){.kind = DB_LOCK_RESERVED,
                                .write = true,
                                .pid = 4711,
                                .command = command,
                                .first_seen_us = clock_now_us() - 13 * S};
    locks[1] = (struct db_lock){.kind = DB_LOCK_SHARED,
                                .pid = 41822,
                                .own = true,
                                .command = "sidecar",
                                .first_seen_us = clock_now_us() - 60 * S};
    locks[2] = (struct db_lock){.kind = DB_LOCK_EXCLUSIVE,
                                .write = true,
                                .waiting = true,
                                .pid = 4712,
                                .command = "td next",
                                .first_seen_us = clock_now_us() - 5 * S};
    *users = (struct db_user){.pid = 4711, .command = command, .fds = 1};
    *database = (struct database){.path = "/home/u/app/.todos/issues.db",
                                  .fds = {[DB_MAIN] = 2, [DB_JOURNAL] = 1},
                                  .size = {48 * KIB, SAMPLE_UNKNOWN, SAMPLE_UNKNOWN, 512},
                                  .locks = locks,
                                  .n_locks = 3,
                                  .users = users,
                                  .n_users = 1};
    f->databases = database;
    f->n_databases = 1;
    f->others_us = clock_now_us() - 20 * S;
    f->others_denied = 12;
}

static struct sample *make_files(enum fake_story story)
{
    struct files_sample *f = new_sample(PROBE_FILES, sizeof *f, S);

    f->count = fake_leaks(story) ? 1412 : 15;
    f->soft_limit = 10240;
    if (story == FAKE_DENIED) {
        sample_set_status(f, SAMPLE_DENIED,
                          "the descriptors of another user's process need CAP_SYS_PTRACE: run "
                          "sudo sidescope 41822");
        return &f->base;
    }
    f->by_type[FD_REG] = fake_leaks(story) ? 1371 : 3;
    f->by_type[FD_FIFO] = 18;
    f->by_type[FD_INOTIFY] = 11;
    f->by_type[FD_IPV4] = 9;
    f->by_type[FD_ANON] = 3;
    f->inotify_watches = 13;
    f->inotify_max_instances = 128;
    f->inotify_user_instances = 23;
    f->log_warnings = 2;
    f->log_last = "level=WARN msg=\"tmux session discovery failed\"";
    f->inotify_max_watches = 65536;
    fill_fds(story, f);
    if (fake_leaks(story))
        add_database(story, f);
    return &f->base;
}

static const char dump_text[] =
    "goroutine 1 [IO wait, 12 minutes]:\n"
    "internal/poll.runtime_pollWait(0x1, 0x72)\n\t/usr/lib/go/src/runtime/netpoll.go:345 +0x85\n"
    "github.com/marcus/sidecar/internal/app.(*Model).run(0xc000010000)\n"
    "\t/src/sidecar/internal/app/model.go:88 +0x21\n\n"
    "goroutine 20 [chan receive, 544 minutes]:\n"
    "github.com/marcus/sidecar/internal/plugins/td.(*Model).listen(0xc00001)\n"
    "\t/src/sidecar/internal/plugins/td/model.go:51 +0x2b\n"
    "created by github.com/marcus/sidecar/internal/plugins/td.New in goroutine 1\n"
    "\t/src/sidecar/internal/plugins/td/model.go:30 +0x11\n\n"
    "goroutine 21 [chan receive, 540 minutes]:\n"
    "github.com/marcus/sidecar/internal/plugins/td.(*Model).listen(0xc00002)\n"
    "\t/src/sidecar/internal/plugins/td/model.go:51 +0x2b\n"
    "created by github.com/marcus/sidecar/internal/plugins/td.New in goroutine 1\n"
    "\t/src/sidecar/internal/plugins/td/model.go:30 +0x11\n\n"
    "waited for: 1234\nwaited by 1: channel 0xc0000a\t3 of 3 buffered\t\t20\t20\n"
    "waited by 1: channel 0xc0000b\tunbuffered\t\t20\t21\n";

static const char heap_text[] =
    "heap profile: 30: 31457280 [60: 62914560] @ heap/2\n"
    "20: 20971520 [40: 41943040] @ 0x401001 0x402001\n"
    "#\t0x401000\tbufio.(*Scanner).Scan+0x10\t/usr/lib/go/src/bufio/scan.go:200\n"
    "#\t0x402000\tgithub.com/marcus/sidecar/internal/adapter/claudecode.parseLine+0x20"
    "\t/src/claudecode/parse.go:40\n\n"
    "10: 10485760 [20: 20971520] @ 0x403001 0x404001\n"
    "#\t0x403000\tencoding/json.(*decodeState).object+0x10\t/usr/lib/go/src/encoding/json/d.go:9\n"
    "#\t0x404000\tmain.main+0x20\t/src/main.go:10\n\n"
    "# runtime.MemStats\n# Alloc = 31457280\n# TotalAlloc = 62914560\n# Sys = 52428800\n"
    "# Lookups = 0\n# Mallocs = 60\n# Frees = 30\n# HeapAlloc = 31457280\n# HeapSys = 41943040\n"
    "# HeapIdle = 8388608\n# HeapInuse = 33554432\n# HeapReleased = 4194304\n# HeapObjects = 30\n"
    "# Stack = 1048576 / 1048576\n# MSpan = 65536 / 131072\n# MCache = 9600 / 15600\n"
    "# BuckHashSys = 1400000\n# GCSys = 3000000\n# OtherSys = 1000000\n# NextGC = 62914560\n"
    "# LastGC = 1700000000000000000\n# PauseNs = [100 200]\n# NumGC = 17\n# NumForcedGC = 0\n"
    "# GCCPUFraction = 0.001\n# DebugGC = false\n# MaxRSS = 70000000\n";

struct sample *fake_goroutines_new(enum fake_story story, struct leak_marks *marks)
{
    struct goroutines_sample *g = new_sample(PROBE_GOROUTINES, sizeof *g, 4 * S);

    g->count = g->os_threads = g->leaks = SAMPLE_UNKNOWN;
    g->source = "goroutine?debug=2";
    if (!fake_has_pprof(story)) {
        sample_set_status(g, SAMPLE_UNSUPPORTED, "%s",
                          "pprof is off in this process. Restart it with SIDECAR_PPROF=1; a "
                          "restart loses the present state.");
        return &g->base;
    }
    size_t n;
    g_autofree char *marked = leak_marks_apply_text(marks, dump_text, sizeof dump_text - 1, &n);
    struct goroutine_dump *dump = marked != NULL
                                      ? goroutine_dump_parse(marked, n, NULL)
                                      : goroutine_dump_parse(dump_text, sizeof dump_text - 1, NULL);

    g_assert_nonnull(dump);
    sample_hold(g, dump, (GDestroyNotify)goroutine_dump_unref);
    g->dump = dump;
    g->dump_us = clock_now_us() - 4 * S;
    g->count = fake_leaks(story) ? 61 : 29;
    if (story == FAKE_STALE)
        sample_set_status(g, SAMPLE_STALE,
                          "pprof did not answer within 15 s; the next try is in 20 s");
    return &g->base;
}

static struct sample *make_goroutines(enum fake_story story)
{
    return fake_goroutines_new(story, NULL);
}

static struct sample *make_heap(enum fake_story story)
{
    struct heap_sample *h = new_sample(PROBE_HEAP, sizeof *h, 3 * S);
    struct memstats *memstats;

    if (!fake_has_pprof(story)) {
        sample_set_status(h, SAMPLE_UNSUPPORTED, "%s",
                          "pprof is off in this process. Restart it with SIDECAR_PPROF=1; a "
                          "restart loses the present state.");
        return &h->base;
    }
    memstats = sample_alloc(h, sizeof *memstats);
    g_assert_true(memstats_parse(heap_text, sizeof heap_text - 1, memstats, NULL));
    h->memstats = memstats;
    if (story == FAKE_UNSAMPLED) {
        h->source = "memory";
        sample_set_status(h, SAMPLE_OK, "%s",
                          "the program keeps no heap profile: nothing in it refers to "
                          "runtime.MemProfile, so the linker turned sampling off");
        return &h->base;
    }
    h->profile = profile_decode((const uint8_t *)heap_text, sizeof heap_text - 1, NULL);
    g_assert_nonnull(h->profile);
    sample_hold(h, h->profile, (GDestroyNotify)profile_unref);
    h->profile_us = clock_now_us() - 3 * S;
    return &h->base;
}

static const char *const fake_commands[] = {"git status", "git rev-parse", "td list", "tmux"};

static void add_threads(struct threads_sample *t, bool leak)
{
    size_t n = leak ? 24 : 9;
    struct thread_entry *threads = sample_alloc(t, n * sizeof *threads);

    for (size_t i = 0; i < n; i++)
        threads[i] = (struct thread_entry){.tid = (pid_t)(41822 + i),
                                           .name = "sidecar",
                                           .state = i == 2 ? 'R' : 'S',
                                           .cpu_percent = i == 2 ? 31.5 : 0.1 * (double)i,
                                           .cpu_us = (int64_t)(n - i) * 1700000,
                                           .run_wait_us = (int64_t)i * 12000,
                                           .wait_channel = i == 2 ? "" : "futex_do_wait",
                                           .voluntary_switches = 1000 * (int64_t)(i + 1),
                                           .involuntary_switches = 7};
    t->count = (int64_t)n;
    t->threads = threads;
    t->n_threads = n;
}

static void add_children(struct threads_sample *t, const char *name)
{
    struct child_entry *children = sample_alloc(t, 2 * sizeof *children);

    children[0] = (struct child_entry){.pid = 50001,
                                       .parent = 41822,
                                       .command = name,
                                       .state = 'S',
                                       .cpu_percent = 0.4,
                                       .cpu_us = 81000,
                                       .uptime_s = 5400,
                                       .rss_bytes = SAMPLE_UNKNOWN};
    children[1] = (struct child_entry){.pid = 50007,
                                       .parent = 41822,
                                       .command = "[git]",
                                       .state = 'Z',
                                       .cpu_percent = NAN,
                                       .cpu_us = 0,
                                       .uptime_s = 61,
                                       .rss_bytes = SAMPLE_UNKNOWN};
    t->children = children;
    t->n_children = 2;
    t->n_zombies = 1;
}

static void add_starts(struct threads_sample *t, bool leak)
{
    struct spawn_rate *spawns = sample_alloc(t, G_N_ELEMENTS(fake_commands) * sizeof *spawns);

    for (size_t i = 0; i < G_N_ELEMENTS(fake_commands); i++) {
        spawns[i] = (struct spawn_rate){.command = fake_commands[i],
                                        .total = 4000 >> i,
                                        .last_minute = (leak ? 640u : 16u) >> i};
        t->spawns_total += spawns[i].total;
        t->spawns_last_minute += spawns[i].last_minute;
    }
    t->spawns = spawns;
    t->n_spawns = G_N_ELEMENTS(fake_commands);
    t->spawns_since_us = clock_now_us() - FAKE_HISTORY_S * S;
    t->spawns_exact = true;
    t->spawns_why = "";
}

static struct sample *make_threads(enum fake_story story)
{
    struct threads_sample *t = new_sample(PROBE_THREADS, sizeof *t, 1 * S);

    t->count = SAMPLE_UNKNOWN;
    t->spawns_why = "";
    if (story == FAKE_DENIED) {
        sample_set_status(t, SAMPLE_DENIED, "the list of threads of process 41822 cannot be read");
        return &t->base;
    }
    add_threads(t, fake_leaks(story));
    add_children(t, story == FAKE_HOSTILE
                        ? "tmux -C \x1b]0;owned\x07 \xff"
                        : "tmux -C attach-session -f ignore-size -t sidecar-sh-demo-1");
    add_starts(t, fake_leaks(story));
    return &t->base;
}

struct sample *fake_sample_new(enum fake_story story, enum probe_kind kind)
{
    static struct sample *(*const makers[PROBE_N_KINDS])(enum fake_story) = {
        [PROBE_PROCESS] = make_process, [PROBE_MEMORY] = make_memory,
        [PROBE_FILES] = make_files,     [PROBE_GOROUTINES] = make_goroutines,
        [PROBE_HEAP] = make_heap,       [PROBE_THREADS] = make_threads,
    };

    return makers[kind] != NULL ? makers[kind](story) : record_sample_new(kind);
}
