#include "tests/screens/fake_session.h"

#include "probes/clock.h"
#include "probes/databases.h"

#include <math.h>
#include <string.h>

enum { S = G_USEC_PER_SEC, HISTORY_S = 300 };
#define KIB ((int64_t)1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

static enum fake_story next_story;
static gint64 fake_now = (gint64)100000 * S;

struct session {
    enum fake_story story;
    struct target *target;
    struct sample *samples[PROBE_N_KINDS];
    struct heap_sample *mark_heap;
    struct heap_history *heap_history;
    struct goroutines_sample *mark_goroutines;
    struct history *histories[SERIES_N];
    struct trend trends[SERIES_N];
    session_listener listener;
    void *listener_user;
    gint64 frozen_us;
    struct triage_judgement judgements[TRIAGE_N_STEPS];
    struct profile *cpu_profile;
};

gint64 clock_now_us(void)
{
    return fake_now;
}

void fake_clock_advance(gint64 us)
{
    fake_now += us;
}

void fake_session_prepare(enum fake_story story)
{
    next_story = story;
}

const char *fake_story_name(enum fake_story story)
{
    static const char *const names[FAKE_N_STORIES] = {"leaking", "healthy", "no-pprof", "denied",
                                                      "hostile", "empty",   "ended",    "stale"};

    return names[story];
}

static bool has_pprof(enum fake_story story)
{
    return story != FAKE_NO_PPROF && story != FAKE_DENIED;
}

struct target *fake_target_new(enum fake_story story)
{
    struct target *target = g_new0(struct target, 1);

    target->id.pid = 41822;
    target->name = g_strdup(story == FAKE_HOSTILE ? "si\x1b[31mde\ncar" : "sidecar");
    target->exe = g_strdup("/usr/local/bin/sidecar");
    target->cmdline = g_strdup("sidecar");
    target->go_version = g_strdup("go1.26.8");
    target->proc_root = NULL;
    target->pprof_url = has_pprof(story) ? g_strdup("http://127.0.0.1:6061/debug/pprof") : NULL;
    target->pprof_why = has_pprof(story)
                            ? NULL
                            : g_strdup("pprof is off in this process. Restart it with "
                                       "SIDECAR_PPROF=1; a restart loses the present state.");
    target->is_sidecar = true;
    return target;
}

/* --- samples ------------------------------------------------------------------------------------
 */

static void *new_sample(enum probe_kind kind, size_t size, gint64 age_us)
{
    struct sample *sample = sample_new(kind, size);

    sample->reason = "";
    sample->taken_us = fake_now - age_us;
    sample->real_us = (gint64)1700000000 * S - age_us;
    sample->cost_us = 250;
    sample->bytes = 4096;
    sample->sequence = 7;
    return sample;
}

static bool leaking(enum fake_story story)
{
    return story != FAKE_HEALTHY && story != FAKE_NO_PPROF && story != FAKE_DENIED;
}

static struct sample *make_process(enum fake_story story)
{
    struct process_sample *p = new_sample(PROBE_PROCESS, sizeof *p, 400000);
    bool leak = leaking(story);

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
    m->regions_us = fake_now - 12 * S;
    set_class(m, REGION_GO_HEAP, leaking(story) ? 6000 : 20, 3);
    set_class(m, REGION_BINARY, 36, 4);
    set_class(m, REGION_C_HEAP, 9, 2);
    set_class(m, REGION_STACK, 1, 24);
    m->pressure = memory_pressure_unknown;
    m->growth_since_us = fake_now - HISTORY_S * S;
    if (leaking(story)) {
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
                                   .first_seen_us = fake_now - 90 * S};
        order[i] = (uint32_t)i;
    }
    for (int g = 0; g < FAKE_GROUPS; g++)
        groups[g] = (struct fd_group){.path = fds[g * 10].path,
                                      .type = FD_REG,
                                      .cls = PATH_CLAUDE,
                                      .first = (uint32_t)g * 10,
                                      .count = 10,
                                      .growth = g * 2,
                                      .oldest_us = fake_now - 90 * S};
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
                                .first_seen_us = fake_now - 13 * S};
    locks[1] = (struct db_lock){.kind = DB_LOCK_SHARED,
                                .pid = 41822,
                                .own = true,
                                .command = "sidecar",
                                .first_seen_us = fake_now - 60 * S};
    locks[2] = (struct db_lock){.kind = DB_LOCK_EXCLUSIVE,
                                .write = true,
                                .waiting = true,
                                .pid = 4712,
                                .command = "td next",
                                .first_seen_us = fake_now - 5 * S};
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
    f->others_us = fake_now - 20 * S;
    f->others_denied = 12;
}

static struct sample *make_files(enum fake_story story)
{
    struct files_sample *f = new_sample(PROBE_FILES, sizeof *f, S);

    f->count = leaking(story) ? 1412 : 15;
    f->soft_limit = 10240;
    if (story == FAKE_DENIED) {
        sample_set_status(f, SAMPLE_DENIED,
                          "the descriptors of another user's process need CAP_SYS_PTRACE: run "
                          "sudo sidescope 41822");
        return &f->base;
    }
    f->by_type[FD_REG] = leaking(story) ? 1371 : 3;
    f->by_type[FD_FIFO] = 18;
    f->by_type[FD_INOTIFY] = 11;
    f->by_type[FD_IPV4] = 9;
    f->by_type[FD_ANON] = 3;
    f->inotify_watches = 13;
    f->inotify_max_instances = 128;
    f->inotify_max_watches = 65536;
    fill_fds(story, f);
    if (leaking(story))
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
    "\t/src/sidecar/internal/plugins/td/model.go:30 +0x11\n";

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

static struct sample *make_goroutines(enum fake_story story)
{
    struct goroutines_sample *g = new_sample(PROBE_GOROUTINES, sizeof *g, 4 * S);

    g->count = g->os_threads = SAMPLE_UNKNOWN;
    g->source = "goroutine?debug=2";
    if (!has_pprof(story)) {
        sample_set_status(g, SAMPLE_UNSUPPORTED, "%s",
                          "pprof is off in this process. Restart it with SIDECAR_PPROF=1; a "
                          "restart loses the present state.");
        return &g->base;
    }
    struct goroutine_dump *dump = goroutine_dump_parse(dump_text, sizeof dump_text - 1, NULL);

    g_assert_nonnull(dump);
    sample_hold(g, dump, (GDestroyNotify)goroutine_dump_unref);
    g->dump = dump;
    g->dump_us = fake_now - 4 * S;
    g->count = leaking(story) ? 61 : 29;
    if (story == FAKE_STALE)
        sample_set_status(g, SAMPLE_STALE,
                          "pprof did not answer within 15 s; the next try is in 20 s");
    return &g->base;
}

static struct sample *make_heap(enum fake_story story)
{
    struct heap_sample *h = new_sample(PROBE_HEAP, sizeof *h, 3 * S);
    struct memstats *memstats;

    if (!has_pprof(story)) {
        sample_set_status(h, SAMPLE_UNSUPPORTED, "%s",
                          "pprof is off in this process. Restart it with SIDECAR_PPROF=1; a "
                          "restart loses the present state.");
        return &h->base;
    }
    memstats = sample_alloc(h, sizeof *memstats);
    g_assert_true(memstats_parse(heap_text, sizeof heap_text - 1, memstats, NULL));
    h->memstats = memstats;
    h->profile = profile_decode((const uint8_t *)heap_text, sizeof heap_text - 1, NULL);
    g_assert_nonnull(h->profile);
    sample_hold(h, h->profile, (GDestroyNotify)profile_unref);
    h->profile_us = fake_now - 3 * S;
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
                                       .uptime_s = 5400};
    children[1] = (struct child_entry){.pid = 50007,
                                       .parent = 41822,
                                       .command = "[git]",
                                       .state = 'Z',
                                       .cpu_percent = NAN,
                                       .cpu_us = 0,
                                       .uptime_s = 61};
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
    t->spawns_since_us = fake_now - HISTORY_S * S;
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
    add_threads(t, leaking(story));
    add_children(t, story == FAKE_HOSTILE
                        ? "tmux -C \x1b]0;owned\x07 \xff"
                        : "tmux -C attach-session -f ignore-size -t sidecar-sh-demo-1");
    add_starts(t, leaking(story));
    return &t->base;
}

/* The heap as it was: less of it, the further back. */
static void add_heap_history(struct session *session, enum fake_story story)
{
    session->heap_history = heap_history_new();
    for (int i = 1; i <= 5 && leaking(story); i++) {
        g_autofree char *text = g_strdup_printf(
            "heap profile: 1: %d [1: 62914560] @ heap/2\n1: %d [1: 62914560] @ 0x401001\n"
            "#\t0x401000\tbufio.(*Scanner).Scan+0x10\t/usr/lib/go/src/bufio/scan.go:200\n",
            i * 4194304, i * 4194304);
        g_autoptr(profile_auto) profile = profile_decode((const uint8_t *)text, strlen(text), NULL);

        heap_history_add(session->heap_history, profile, fake_now - (6 - i) * 60 * (gint64)S);
    }
}

/* --- histories
 * -------------------------------------------------------------------------------------- */

static void grow(struct session *session, enum session_series series, double from, double to)
{
    for (int i = 0; i <= HISTORY_S; i++)
        history_add(session->histories[series], fake_now - (gint64)(HISTORY_S - i) * S,
                    from + (to - from) * i / HISTORY_S);
    session->trends[series] = (struct trend){
        .verdict = to > from * 1.02 ? TREND_GROWING : TREND_FLAT,
        .per_second = (to - from) / HISTORY_S,
        .window_s = HISTORY_S,
        .n = HISTORY_S,
        .rise = to - from,
    };
}

static void fill_histories(struct session *session)
{
    bool leak = leaking(session->story);

    for (int s = 0; s < SERIES_N; s++)
        session->histories[s] = history_new(512);
    if (session->story == FAKE_EMPTY)
        return;
    grow(session, SERIES_RSS, leak ? 5.9e9 : 69e6, leak ? 6.6e9 : 69e6);
    grow(session, SERIES_FDS, leak ? 1380 : 15, leak ? 1412 : 15);
    grow(session, SERIES_CPU, 30, 30);
    grow(session, SERIES_GOROUTINES, leak ? 40 : 29, leak ? 61 : 29);
    grow(session, SERIES_HEAP_ALLOC, leak ? 20e6 : 10e6, leak ? 31e6 : 10e6);
}

/* --- app/session.h
 * ------------------------------------------------------------------------------------ */

const char *session_series_name(enum session_series series)
{
    static const char *const names[SERIES_N] = {
        "RSS",         "PSS",       "swap",      "CPU",          "threads",
        "descriptors", "inotify",   "watches",   "regions",      "goroutines",
        "HeapAlloc",   "live heap", "HeapInuse", "HeapReleased", "allocation rate"};

    return names[series];
}

static void make_samples(struct session *session)
{
    static struct sample *(*const makers[PROBE_N_KINDS])(enum fake_story) = {
        make_process, make_memory, make_files, make_goroutines, make_heap, make_threads};

    for (int k = 0; k < PROBE_N_KINDS; k++) {
        sample_unref(session->samples[k]);
        session->samples[k] = session->story == FAKE_EMPTY ? NULL : makers[k](session->story);
    }
}

struct session *session_new(struct target *target, const struct session_options *options)
{
    struct session *session = g_new0(struct session, 1);

    (void)options;
    session->story = next_story;
    session->target = target;
    make_samples(session);
    fill_histories(session);
    add_heap_history(session, session->story);
    if (session->story != FAKE_EMPTY && has_pprof(session->story)) {
        session->mark_heap = sample_ref(session->samples[PROBE_HEAP]);
        session->mark_goroutines = sample_ref(session->samples[PROBE_GOROUTINES]);
    }
    return session;
}

void session_free(struct session *session)
{
    if (session == NULL)
        return;
    for (int k = 0; k < PROBE_N_KINDS; k++)
        sample_unref(session->samples[k]);
    for (int s = 0; s < SERIES_N; s++)
        history_free(session->histories[s]);
    sample_unref(session->mark_heap);
    heap_history_free(session->heap_history);
    sample_unref(session->mark_goroutines);
    target_free(session->target);
    profile_unref(session->cpu_profile);
    g_free(session);
}

void fake_session_ring(struct session *session)
{
    make_samples(session);
    if (session->listener != NULL)
        session->listener(session, ~0u, session->listener_user);
}

const struct target *session_target(const struct session *session)
{
    return session->target;
}

const struct sample *session_sample(const struct session *session, enum probe_kind kind)
{
    return session->samples[kind];
}

const struct process_sample *session_process(const struct session *session)
{
    return (const struct process_sample *)(const void *)session->samples[PROBE_PROCESS];
}

const struct memory_sample *session_memory(const struct session *session)
{
    return (const struct memory_sample *)(const void *)session->samples[PROBE_MEMORY];
}

const struct files_sample *session_files(const struct session *session)
{
    return (const struct files_sample *)(const void *)session->samples[PROBE_FILES];
}

const struct goroutines_sample *session_goroutines(const struct session *session)
{
    return (const struct goroutines_sample *)(const void *)session->samples[PROBE_GOROUTINES];
}

const struct heap_sample *session_heap(const struct session *session)
{
    return (const struct heap_sample *)(const void *)session->samples[PROBE_HEAP];
}

const struct threads_sample *session_threads(const struct session *session)
{
    return (const struct threads_sample *)(const void *)session->samples[PROBE_THREADS];
}

const struct heap_history *session_heap_history(const struct session *session)
{
    return session->heap_history;
}

struct history *session_history(const struct session *session, enum session_series series)
{
    return session->histories[series];
}

const struct trend *session_trend(struct session *session, enum session_series series)
{
    return &session->trends[series];
}

void session_set_listener(struct session *session, session_listener listener, void *user)
{
    session->listener = listener;
    session->listener_user = user;
}

/* There are no probes; what asks one for its pace gets zeros (see below). */
struct probe *session_probe(const struct session *session, enum probe_kind kind)
{
    (void)session;
    (void)kind;
    return NULL;
}

void session_freeze(struct session *session, bool frozen)
{
    session->frozen_us = frozen ? fake_now : 0;
}

bool session_frozen(const struct session *session, gint64 *ret_since_us)
{
    if (session->frozen_us != 0 && ret_since_us != NULL)
        *ret_since_us = session->frozen_us;
    return session->frozen_us != 0;
}

bool session_step(struct session *session, int samples)
{
    (void)session;
    (void)samples;
    return false;
}

bool session_seek(struct session *session, gint64 at_us)
{
    (void)session;
    (void)at_us;
    return false;
}

void session_refresh(struct session *session)
{
    fake_session_ring(session);
}

void session_mark(struct session *session)
{
    (void)session;
}

gint64 session_mark_us(const struct session *session)
{
    (void)session;
    return 0;
}

const struct heap_sample *session_mark_heap(const struct session *session)
{
    return session->mark_heap;
}

const struct goroutines_sample *session_mark_goroutines(const struct session *session)
{
    return session->mark_goroutines;
}

size_t session_mark_bucket_count(const struct session *session, uint64_t hash)
{
    (void)session;
    (void)hash;
    return 1;
}

bool session_ended(const struct session *session, struct session_end *ret)
{
    if (session->story != FAKE_ENDED)
        return false;
    if (ret != NULL)
        *ret = (struct session_end){.state = PROCESS_ENDED,
                                    .at_us = fake_now - 5 * S,
                                    .at_real_us = (gint64)1700000000 * S};
    return true;
}

/* --- probes/probe.h, the few calls screens make
 * --------------------------------------------------- */

gint64 probe_default_interval_us(enum probe_kind kind)
{
    return (gint64)(kind + 1) * S;
}

struct probe_pace probe_pace(struct probe *probe)
{
    (void)probe;
    return (struct probe_pace){.interval_us = S,
                               .effective_us = S,
                               .samples = 10,
                               .last_cost_us = 300,
                               .total_cost_us = 3000,
                               .total_cpu_us = 2000,
                               .total_bytes = 40960};
}

void probe_set_interval(struct probe *probe, gint64 interval_us)
{
    (void)probe;
    (void)interval_us;
}

void probe_set_detail(struct probe *probe, bool detail)
{
    (void)probe;
    (void)detail;
}

void probe_refresh(struct probe *probe)
{
    (void)probe;
}

void probe_consent_once(struct probe *probe)
{
    (void)probe;
}

void session_judge(struct session *session, enum triage_step_id step,
                   struct triage_judgement judgement)
{
    session->judgements[step] = judgement;
}

const struct triage_judgement *session_judgements(const struct session *session)
{
    return session->judgements;
}

void session_set_cpu_profile(struct session *session, struct profile *profile)
{
    profile_unref(session->cpu_profile);
    session->cpu_profile = profile_ref(profile);
}

struct profile *session_cpu_profile(const struct session *session)
{
    return session->cpu_profile;
}
