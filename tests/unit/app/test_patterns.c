#include "tests/unit/app/triage_fixture.h"

#include "app/triage/patterns.h"
#include "probes/databases.h"

#include <string.h>

/* One case per known pattern: a healthy sidecar made ill in one way is told that pattern. */

enum { MIB = 1024 * 1024, HOUR_S = 3600 };

struct ill {
    struct triage_fixture f;
    struct threads_sample threads;
    struct spawn_rate spawns[2];
    struct child_entry children[40];
    struct profile *profiles[2];
    struct database database;
    struct db_lock lock;
    struct fd_entry fds[40];
    uint32_t by_template[40];
};

static void set_up(struct ill *ill)
{
    memset(ill, 0, sizeof *ill);
    fixture_healthy(&ill->f);
    ill->spawns[0] = (struct spawn_rate){.command = "git status", .last_minute = 28};
    ill->threads = (struct threads_sample){
        .base = {.kind = PROBE_THREADS, .reason = "", .taken_us = HOUR_S * (gint64)G_USEC_PER_SEC},
        .spawns_since_us = 1,
        .count = 9,
        .spawns = ill->spawns,
        .n_spawns = 1,
        .children = ill->children,
        .orphans = ill->children,
        .spawns_exact = true};
    ill->f.input.threads = &ill->threads;
}

static void tear_down(struct ill *ill)
{
    profile_unref(ill->profiles[0]);
    profile_unref(ill->profiles[1]);
}

static const struct triage_cause *find(const struct triage_result *result, const char *id)
{
    for (guint i = 0; i < result->causes->len; i++) {
        const struct triage_cause *cause = g_ptr_array_index(result->causes, i);

        if (strcmp(cause->pattern->id, id) == 0)
            return cause;
    }
    return NULL;
}

/* --- making it ill --- */

static void sessions(struct ill *ill)
{
    struct files_sample *files = &ill->f.files;

    files->by_class[PATH_CLAUDE] = 1000;
    ill->f.templates[0] = (struct fd_template){.text = "/h/.claude/projects/<project>/<uuid>.jsonl",
                                               .type = FD_REG,
                                               .cls = PATH_CLAUDE,
                                               .count = 1000,
                                               .growth = 90};
    files->n_templates = 1;
    files->count = 1020;
    ill->f.input.trends[METRIC_FDS] = fixture_growing(90, HOUR_S);
}

static void inotify(struct ill *ill)
{
    ill->f.files.by_type[FD_INOTIFY] = 25;
    ill->f.input.trends[METRIC_FDS] = fixture_growing(10, HOUR_S);
}

static void td_handles(struct ill *ill)
{
    fixture_add_group(&ill->f, "/w/.todos/issues.db", FD_REG, 120, 40);
    ill->f.groups[0].cls = PATH_DATABASE;
    ill->f.files.groups = ill->f.groups;
    ill->f.input.trends[METRIC_FDS] = fixture_growing(40, HOUR_S);
}

static void same_file(struct ill *ill)
{
    fixture_add_group(&ill->f, "/w/notes.txt", FD_REG, 9, 5);
    ill->f.input.trends[METRIC_FDS] = fixture_growing(5, HOUR_S);
}

static void chains(struct ill *ill)
{
    fixture_add_bucket(&ill->f, "charm.land/bubbletea/v2.Tick.func1", 24, GOROUTINE_CHAN_RECEIVE,
                       60);
    fixture_add_bucket(&ill->f, "charm.land/bubbletea/v2.(*Program).execBatchMsg", 22,
                       GOROUTINE_WAITGROUP, 60);
    ill->f.input.trends[METRIC_GOROUTINES] = fixture_growing(40, HOUR_S);
}

static void polls(struct ill *ill)
{
    fixture_add_bucket(&ill->f, "workspace.(*Plugin).pollAgent", 4, GOROUTINE_RUNNING, 0);
    ill->f.process.cpu_percent = 90;
}

static void locked(struct ill *ill)
{
    struct files_sample *files = &ill->f.files;

    ill->lock = (struct db_lock){.kind = DB_LOCK_EXCLUSIVE,
                                 .write = true,
                                 .pid = 4711,
                                 .command = "td list",
                                 .first_seen_us = files->base.taken_us};
    ill->database =
        (struct database){.path = "/w/.todos/issues.db", .locks = &ill->lock, .n_locks = 1};
    files->databases = &ill->database;
    files->n_databases = 1;
    files->base.taken_us += 20 * G_USEC_PER_SEC;
}

static void database(struct ill *ill)
{
    fixture_add_bucket(&ill->f, "database/sql.(*DB).conn", 18, GOROUTINE_SELECT, 1);
    locked(ill);
}

static void fetches(struct ill *ill)
{
    fixture_add_bucket(&ill->f, "td/pkg/monitor.FetchData.func2", 20, GOROUTINE_SELECT, 1);
    ill->f.input.trends[METRIC_GOROUTINES] = fixture_growing(100, HOUR_S);
}

static void open_many(struct ill *ill, const char *text, enum fd_type type, const char *path)
{
    struct files_sample *files = &ill->f.files;

    for (uint32_t i = 0; i < G_N_ELEMENTS(ill->fds); i++) {
        ill->fds[i] = (struct fd_entry){.fd = (int)i + 3, .type = type, .path = path, .detail = ""};
        ill->by_template[i] = i;
    }
    ill->f.templates[0] = (struct fd_template){.text = text,
                                               .type = type,
                                               .cls = PATH_OTHER,
                                               .count = G_N_ELEMENTS(ill->fds),
                                               .n_paths = 2,
                                               .growth = 30};
    files->fds = ill->fds;
    files->by_template = ill->by_template;
    files->n_templates = 1;
    ill->f.input.trends[METRIC_FDS] = fixture_growing(30, HOUR_S);
}

static void directories(struct ill *ill)
{
    open_many(ill, "/w/tmp/dir-<n>", FD_DIR, "/w/tmp/dir-1");
}

static void deleted(struct ill *ill)
{
    open_many(ill, "/w/tmp/capture-<n>", FD_REG, "/w/tmp/capture-1");
    for (size_t i = 0; i < G_N_ELEMENTS(ill->fds); i++)
        ill->fds[i].deleted = true;
}

static void pipes(struct ill *ill)
{
    open_many(ill, "pipe", FD_FIFO, "pipe:[1]");
}

static void sockets(struct ill *ill)
{
    open_many(ill, "TCP ESTABLISHED", FD_IPV4, "127.0.0.1:50000->10.0.0.7:443");
}

/* The same, but by a port of its own. */
static void clients(struct ill *ill)
{
    sockets(ill);
    for (size_t i = 0; i < G_N_ELEMENTS(ill->fds); i++)
        ill->fds[i].path = "10.0.0.1:7000->10.0.0.7:40000";
    ill->fds[39] =
        (struct fd_entry){.fd = 90, .type = FD_IPV6, .path = "[::]:7000", .detail = "LISTEN"};
    ill->f.templates[0].count = 39;
    ill->f.files.n_fds = G_N_ELEMENTS(ill->fds);
}

static void process_handles(struct ill *ill)
{
    open_many(ill, "anon_inode:[pidfd]", FD_ANON, "anon_inode:[pidfd]");
}

static void namespaces(struct ill *ill)
{
    open_many(ill, "net:[4026531992]", FD_OTHER, "net:[4026531992]");
}

static void memory_files(struct ill *ill)
{
    open_many(ill, "/memfd:frame-<n>", FD_REG, "/memfd:frame-7");
    for (size_t i = 0; i < G_N_ELEMENTS(ill->fds); i++) {
        ill->fds[i].deleted = true;
        ill->fds[i].size = MIB;
    }
}

static void plain_files(struct ill *ill)
{
    open_many(ill, "/w/out/part-<n>", FD_REG, "/w/out/part-7");
}

static void handles(struct ill *ill)
{
    open_many(ill, "anon_inode:[timerfd]", FD_ANON, "anon_inode:[timerfd]");
}

static void listeners(struct ill *ill)
{
    open_many(ill, "TCP LISTEN", FD_IPV6, "[::1]:6060");
}

static void close_wait(struct ill *ill)
{
    open_many(ill, "TCP CLOSE_WAIT", FD_IPV4, "127.0.0.1:50000->10.0.0.7:443");
}

static void watches(struct ill *ill)
{
    ill->f.files.inotify_watches = 900;
    ill->f.input.trends[METRIC_WATCHES] = fixture_growing(800, HOUR_S);
}

static void spawns(struct ill *ill)
{
    ill->spawns[1] = (struct spawn_rate){.command = "stat /w", .last_minute = 400};
    ill->threads.n_spawns = 2;
}

static void busy(struct ill *ill)
{
    fixture_add_bucket(&ill->f, "example.com/app.render", 2, GOROUTINE_RUNNING, 0);
    ill->f.process.cpu_percent = 99;
}

static void frames(struct ill *ill)
{
    fixture_add_bucket(&ill->f, "charm.land/bubbletea/v2.(*Program).Send", 15, GOROUTINE_SELECT, 0);
    ill->f.process.cpu_percent = 130;
}

static void git(struct ill *ill)
{
    ill->spawns[1] = (struct spawn_rate){.command = "git rev-parse", .last_minute = 900};
    ill->threads.n_spawns = 2;
}

static void children(struct ill *ill)
{
    static struct child_entry many[200];

    for (size_t i = 0; i < G_N_ELEMENTS(many); i++)
        many[i] = (struct child_entry){.pid = (pid_t)(100 + i), .command = "git worktree list"};
    ill->threads.children = many;
    ill->threads.n_children = G_N_ELEMENTS(many);
}

/* Each of those that were started is still there: a leak long before they are many. */
static void children_stay(struct ill *ill)
{
    for (size_t i = 0; i < 30; i++)
        ill->children[i] = (struct child_entry){.command = "sleep 1000", .uptime_s = 60};
    ill->threads.n_children = 30;
    ill->threads.spawns_total = 31;
}

static void orphans(struct ill *ill)
{
    for (size_t i = 0; i < 4; i++)
        ill->children[i] = (struct child_entry){.command = "tmux -C attach-session -t x"};
    ill->threads.n_orphans = 4;
}

static struct profile *heap_of(const char *function, int64_t objects, int64_t bytes)
{
    g_autofree char *text =
        g_strdup_printf("heap profile: %" G_GINT64_FORMAT ": %" G_GINT64_FORMAT
                        " [%" G_GINT64_FORMAT ": %" G_GINT64_FORMAT "] @ heap/2\n%" G_GINT64_FORMAT
                        ": %" G_GINT64_FORMAT " [%" G_GINT64_FORMAT ": %" G_GINT64_FORMAT
                        "] @ 0x4a1 0x4b2\n#\t0x4a0\t%s+0x20\t\t/l/a.go:12\n"
                        "#\t0x4b1\texample.com/app.load+0x1f\t\t/app/main.go:30\n\n",
                        objects, bytes, objects, bytes, objects, bytes, objects, bytes, function);
    g_autoptr(GError) error = NULL;
    struct profile *profile = profile_decode((const uint8_t *)text, strlen(text), &error);

    g_assert_no_error(error);
    return profile;
}

static void grow_heap(struct ill *ill, const char *function, int64_t objects)
{
    ill->profiles[0] = heap_of(function, objects, 10 * MIB);
    ill->profiles[1] = heap_of(function, objects, 60 * MIB);
    ill->f.base_heap.profile = ill->profiles[0];
    ill->f.heap.profile = ill->profiles[1];
    ill->f.input.trends[METRIC_HEAP_LIVE] = fixture_growing(50.0 * MIB, HOUR_S);
}

static void scanner(struct ill *ill)
{
    grow_heap(ill, "bufio.(*Scanner).Scan", 60);
}

static void json(struct ill *ill)
{
    grow_heap(ill, "encoding/json.(*decodeState).objectInterface", 50000);
}

static void slices(struct ill *ill)
{
    grow_heap(ill, "example.com/app.collect", 10);
}

static void split(struct ill *ill)
{
    grow_heap(ill, "strings.genSplit", 400);
}

static void cache(struct ill *ill)
{
    grow_heap(ill, "example.com/app.(*MetaCache).add", 50000);
}

static void retained(struct ill *ill)
{
    grow_heap(ill, "example.com/app.read", 50000);
}

static void churn(struct ill *ill)
{
    ill->f.input.alloc_rate = 120.0 * MIB;
}

static void channel(struct ill *ill)
{
    fixture_add_bucket(&ill->f, "example.com/app.worker", 400, GOROUTINE_CHAN_SEND, 30);
    ill->f.input.trends[METRIC_GOROUTINES] = fixture_growing(300, HOUR_S);
}

static void lock(struct ill *ill)
{
    fixture_add_bucket(&ill->f, "example.com/app.update", 40, GOROUTINE_MUTEX, 4);
}

static void pile(struct ill *ill, const char *function, enum goroutine_category category)
{
    fixture_add_bucket(&ill->f, function, 40, category, 4);
    ill->f.input.trends[METRIC_GOROUTINES] = fixture_growing(30, HOUR_S);
}

static void sleepers(struct ill *ill)
{
    pile(ill, "example.com/app.retry", GOROUTINE_SLEEP);
}

static void threads(struct ill *ill)
{
    pile(ill, "example.com/app.readDevice", GOROUTINE_SYSCALL);
    ill->f.input.trends[METRIC_THREADS] = fixture_growing(30, HOUR_S);
}

static void waiters(struct ill *ill)
{
    pile(ill, "example.com/app.drain", GOROUTINE_WAITGROUP);
}

static void pool(struct ill *ill)
{
    pile(ill, "database/sql.(*DB).conn", GOROUTINE_SELECT);
}

static void command(struct ill *ill)
{
    pile(ill, "os/exec.(*Cmd).awaitGoroutines", GOROUTINE_CHAN_RECEIVE);
}

static void bodies(struct ill *ill)
{
    pile(ill, "net/http.(*persistConn).readLoop", GOROUTINE_SELECT);
}

static void transports(struct ill *ill)
{
    pile(ill, "net/http.(*persistConn).readLoop", GOROUTINE_IO_WAIT);
}

static void contexts(struct ill *ill)
{
    pile(ill, "context.(*cancelCtx).propagateCancel.func2", GOROUTINE_SELECT);
}

static void file_lock(struct ill *ill)
{
    fixture_add_bucket(&ill->f, "syscall.Flock", 1, GOROUTINE_SYSCALL, 3);
}

static void timers(struct ill *ill)
{
    grow_heap(ill, "time.AfterFunc", 50000);
}

static void finalizer(struct ill *ill)
{
    static const struct goroutine_frame frames[] = {{.function = "example.com/app.(*Handle).close"},
                                                    {.function = "runtime.runFinalizers"}};

    fixture_add_bucket(&ill->f, "", 1, GOROUTINE_CHAN_SEND, 4);
    ill->f.buckets[0].frames = frames;
    ill->f.buckets[0].n_frames = G_N_ELEMENTS(frames);
}

static void growth(struct ill *ill)
{
    fixture_no_pprof(&ill->f);
    ill->f.memory.growth[REGION_GO_HEAP].resident_bytes = 90 * MIB;
    ill->f.input.trends[METRIC_RSS] = fixture_growing(90.0 * MIB, HOUR_S);
}

static void mappings(struct ill *ill)
{
    ill->f.memory.total.count = 5000;
    ill->f.memory.classes[REGION_ANONYMOUS].count = 4900;
    ill->f.memory.growth[REGION_ANONYMOUS].count = 900;
    ill->f.input.trends[METRIC_REGIONS] = fixture_growing(900, HOUR_S);
}

static void swap(struct ill *ill)
{
    ill->f.process.swap_bytes = 300 * MIB;
    ill->f.input.trends[METRIC_SWAP] = fixture_growing(100.0 * MIB, HOUR_S);
}

static void returned(struct ill *ill)
{
    ill->f.process.rss_bytes = 900 * (int64_t)MIB;
    ill->f.memory.lazyfree_bytes = 600 * (int64_t)MIB;
}

static void kept(struct ill *ill)
{
    ill->f.memstats.heap_idle = 700 * (uint64_t)MIB;
    ill->f.memstats.heap_released = 100 * (uint64_t)MIB;
}

static void children_memory(struct ill *ill)
{
    for (size_t i = 0; i < 3; i++)
        ill->children[i] =
            (struct child_entry){.command = "gopls", .rss_bytes = 200 * MIB, .uptime_s = 9000};
    ill->threads.n_children = 3;
    ill->f.input.trends[METRIC_CHILDREN_RSS] = fixture_growing(100.0 * MIB, HOUR_S);
}

static void huge_pages(struct ill *ill)
{
    ill->f.memstats.heap_sys = 500 * (uint64_t)MIB;
    ill->f.memstats.heap_released = 400 * (uint64_t)MIB;
    ill->f.memory.classes[REGION_GO_HEAP].resident_bytes = 480 * MIB;
    ill->f.memory.anon_huge_bytes = 470 * MIB;
    ill->f.memory.pressure.huge_pages = "always";
}

static void gc_limit(struct ill *ill)
{
    ill->f.memstats.heap_alloc = 160 * (uint64_t)MIB;
    ill->f.memstats.next_gc = 150 * (uint64_t)MIB;
    ill->f.input.trends[METRIC_COLLECTIONS] = fixture_growing(4.0 * 3600, HOUR_S);
}

static void arenas(struct ill *ill)
{
    ill->f.memory.classes[REGION_C_HEAP] =
        (struct region_totals){.resident_bytes = 400 * MIB, .count = 16};
    ill->f.memory.total.resident_bytes = 450 * MIB;
}

static void heap_level(struct ill *ill)
{
    ill->profiles[0] = heap_of("internal/runtime/maps.newarray", 60, 400 * (int64_t)MIB);
    ill->f.heap.profile = ill->profiles[0];
}

static void stacks(struct ill *ill)
{
    fixture_add_bucket(&ill->f, "example.com/app.parse", 20, GOROUTINE_CHAN_RECEIVE, 0);
    ill->f.memstats.stack_inuse = 60 * (uint64_t)MIB;
}

static void rising(struct ill *ill)
{
    ill->f.input.trends[METRIC_CPU] = fixture_growing(40, HOUR_S);
}

static const struct {
    const char *id;
    void (*make)(struct ill *ill);
    double at_least;
    const char *culprit; /* part of it; "" for none */
} cases[] = {
    {"session-files", sessions, 0.9, "<uuid>.jsonl"},
    {"unclosed-watchers", inotify, 0.9, "inotify"},
    {"td-database-handles", td_handles, 0.9, "issues.db"},
    {"same-file-open", same_file, 0.7, "/w/notes.txt"},
    {"td-poll-chains", chains, 0.9, "Tick.func1"},
    {"interactive-poll-chains", polls, 0.5, "pollAgent"},
    {"sqlite-lock", database, 0.9, "4711 td list"},
    {"fetch-pile-up", fetches, 0.9, "FetchData"},
    {"frame-storm", frames, 0.9, "Send"},
    {"git-storm", git, 0.9, "git rev-parse"},
    {"process-exhaustion", children, 0.5, "git worktree"},
    {"orphaned-tmux", orphans, 0.5, "tmux -C"},
    {"bufio-scanner", scanner, 0.85, "example.com/app.load"},
    {"json-retained", json, 0.85, "example.com/app.load"},
    {"slice-growth", slices, 0.6, "example.com/app.collect"},
    {"output-buffer", split, 0.85, "example.com/app.load"},
    {"allocation-churn", churn, 0.9, ""},
    {"blocked-channel", channel, 0.9, "example.com/app.worker"},
    {"lock-queue", lock, 0.5, "example.com/app.update"},
    {"mmap-leak", mappings, 0.9, "anonymous"},
    {"swap-thrash", swap, 0.9, ""},
    {"memory-returned", returned, 0.9, ""},
    {"memory-kept", kept, 0.5, ""},
    {"watch-growth", watches, 0.9, "inotify"},
    {"directory-handles", directories, 0.9, "/w/tmp/dir-"},
    {"deleted-files", deleted, 0.9, "/w/tmp/capture-"},
    {"pipe-leak", pipes, 0.9, "pipe"},
    {"socket-leak", sockets, 0.9, "TCP ESTABLISHED 10.0.0.7"},
    {"idle-clients", clients, 0.9, "TCP ESTABLISHED 10.0.0.7"},
    {"process-handles", process_handles, 0.9, "pidfd"},
    {"namespace-handles", namespaces, 0.9, "net:["},
    {"memory-files", memory_files, 0.9, "/memfd:frame-"},
    {"open-files", plain_files, 0.9, "/w/out/part-"},
    {"handle-leak", handles, 0.9, "timerfd"},
    {"listener-leak", listeners, 0.9, "TCP LISTEN [::1]"},
    {"close-wait", close_wait, 0.9, "TCP CLOSE_WAIT 10.0.0.7"},
    {"spawn-storm", spawns, 0.5, "stat /w"},
    {"busy-loop", busy, 0.5, "example.com/app.render"},
    {"cache-growth", cache, 0.8, "(*MetaCache).add"},
    {"heap-retained", retained, 0.8, "example.com/app.read"},
    {"sleep-loops", sleepers, 0.9, "example.com/app.retry"},
    {"thread-leak", threads, 0.9, "example.com/app.readDevice"},
    {"sql-pool", pool, 0.9, "database/sql.(*DB).conn"},
    {"command-pipes", command, 0.9, "os/exec"},
    {"http-bodies", bodies, 0.9, "readLoop"},
    {"http-transports", transports, 0.9, "readLoop"},
    {"uncancelled-contexts", contexts, 0.9, "propagateCancel"},
    {"blocked-finalizer", finalizer, 0.6, "(*Handle).close"},
    {"children-memory", children_memory, 0.9, "gopls"},
    {"huge-pages", huge_pages, 0.6, "Go heap"},
    {"gc-limit", gc_limit, 0.6, "GOMEMLIMIT"},
    {"c-arenas", arenas, 0.6, "C heap"},
    {"heap-level", heap_level, 0.6, "example.com/app.load"},
    {"stack-memory", stacks, 0.6, "example.com/app.parse"},
    {"rising-cpu", rising, 0.6, ""},
    {"file-lock", file_lock, 0.6, "syscall.Flock"},
    {"live-timers", timers, 0.85, "example.com/app.load"},
    {"goroutine-leak", waiters, 0.9, "example.com/app.drain"},
    {"memory-growth", growth, 0.8, "Go heap"},
};

static void test_present(gconstpointer data)
{
    size_t i = GPOINTER_TO_SIZE(data);
    struct ill ill;

    set_up(&ill);
    cases[i].make(&ill);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
    const struct triage_cause *cause = find(result, cases[i].id);

    g_assert_nonnull(cause);
    g_assert_cmpfloat(cause->confidence, >=, cases[i].at_least);
    g_assert_cmpfloat(cause->confidence, <=, 1);
    g_assert_cmpstr(cause->evidence, !=, "");
    g_assert_nonnull(strstr(cause->culprit, cases[i].culprit));
    /* what was made is what is told first, unless something surer comes with it */
    g_assert_cmpfloat(((struct triage_cause *)g_ptr_array_index(result->causes, 0))->confidence, <=,
                      cause->confidence + 0.3);
    tear_down(&ill);
}

static void test_healthy(void)
{
    struct ill ill;

    set_up(&ill);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_cmpuint(result->causes->len, ==, 0);
    tear_down(&ill);
}

/* With Sessions or Activity open there is one watcher more, and some goroutines; one more than was
 * measured of healthy ones is none the less healthy while nothing grows. */
static void test_screens_that_watch(void)
{
    for (int64_t inotify = 8; inotify <= 10; inotify++) {
        struct ill ill;

        set_up(&ill);
        ill.f.files.by_type[FD_INOTIFY] = inotify;
        ill.f.goroutines.count = 52 + inotify;
        ill.f.input.trends[METRIC_INOTIFY] = fixture_flat(HOUR_S);
        ill.f.input.trends[METRIC_GOROUTINES] = fixture_flat(HOUR_S);
        ill.f.input.trends[METRIC_FDS] = fixture_flat(HOUR_S);
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

        g_assert_true((find(result, "unclosed-watchers") != NULL) == (inotify == 10));
        g_assert_true((result->verdict == TRIAGE_HEALTHY) == (inotify < 10));
        tear_down(&ill);
    }
}

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

    set_up(&ill);
    fixture_add_bucket(&ill.f, "", 20, GOROUTINE_MUTEX, 0);
    ill.f.buckets[ill.f.dump.n_buckets - 1].frames = fetch;
    ill.f.buckets[ill.f.dump.n_buckets - 1].n_frames = G_N_ELEMENTS(fetch);
    fixture_add_bucket(&ill.f, "", 3, GOROUTINE_CHAN_RECEIVE, 0);
    ill.f.buckets[ill.f.dump.n_buckets - 1].frames = tick;
    ill.f.buckets[ill.f.dump.n_buckets - 1].n_frames = G_N_ELEMENTS(tick);
    fixture_add_bucket(&ill.f, "charm.land/bubbletea/v2.(*Program).execBatchMsg", 3,
                       GOROUTINE_WAITGROUP, 0);
    g_autoptr(triage_result_auto) healthy = fixture_evaluate(&ill.f);

    g_assert_null(find(healthy, "td-poll-chains"));
    for (guint i = 0; i < healthy->steps[TRIAGE_GOROUTINES].facts->len; i++) {
        const struct triage_fact *fact =
            g_ptr_array_index(healthy->steps[TRIAGE_GOROUTINES].facts, i);

        g_assert_null(strstr(fact->note, "poll chains"));
    }
    ill.f.buckets[ill.f.dump.n_buckets - 2].count = 13;
    ill.f.buckets[ill.f.dump.n_buckets - 1].count = 13;
    g_autoptr(triage_result_auto) sick = fixture_evaluate(&ill.f);
    const struct triage_cause *cause = find(sick, "td-poll-chains");

    g_assert_nonnull(cause);
    g_assert_true(g_str_has_prefix(cause->evidence, "13 chains"));
    tear_down(&ill);
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

        set_up(&ill);
        fixture_no_pprof(&ill.f);
        for (size_t i = 0; i < G_N_ELEMENTS(asked); i++)
            spawns[i + 1] = (struct spawn_rate){.command = asked[i], .last_minute = 5 * chains};
        ill.threads.spawns = spawns;
        ill.threads.n_spawns = G_N_ELEMENTS(spawns);
        ill.threads.spawns_last_minute = 24 * chains;
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
        const struct triage_cause *cause = find(result, "td-poll-chains");
        const struct triage_cause *storm = find(result, "git-storm");

        g_assert_true((cause != NULL) == (chains > 1));
        g_assert_true((storm != NULL) == (chains > 1));
        if (cause != NULL) {
            g_assert_true(g_str_has_prefix(cause->evidence, "about 9 chains"));
            g_assert_cmpfloat(cause->confidence, >, storm->confidence);
            g_assert_true(g_str_has_prefix(storm->evidence, "216 git"));
        }
        tear_down(&ill);
    }
}

/* What a sidecar is told fits its version, and any other program is not told of sidecars. */
static void test_advice_fits(void)
{
    static const struct {
        void (*make)(struct ill *ill);
        const char *id, *version, *td, *has, *has_not;
        bool other;
    } advised[] = {
        {git, "git-storm", "v1.3.0", NULL, "Yours is v1.3.0", "update", false},
        {git, "git-storm", "v1.0.0", NULL, "update to v1.0.1", "report", false},
        {git, "git-storm", "v1.0.1-0.20260817120000-0ee8c807aaaa", NULL, "update to", "report",
         false},
        {git, "git-storm", NULL, NULL, "v1.0.1 or later has it fixed", "Yours", false},
        {git, "git-storm", "v1.0.0", NULL, "which command line leads", "v1.0", true},
        {chains, "td-poll-chains", "v1.3.0", NULL, "fixed in no version", "update", false},
        {chains, "td-poll-chains", "v0.45.0", NULL, "update to v0.46.0", "no version", false},
        {chains, "td-poll-chains", NULL, NULL, "generation", "sidecar", true},
        {td_handles, "td-database-handles", "v1.3.0", "v0.18.0", "td v0.18.0: update to v0.19.0",
         "report", false},
        {inotify, "unclosed-watchers", NULL, NULL, "close a watcher", "v0", true},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(advised); i++) {
        struct ill ill;

        set_up(&ill);
        ill.f.target.version = (char *)advised[i].version;
        ill.f.target.td_version = (char *)advised[i].td;
        ill.f.target.is_sidecar = !advised[i].other;
        advised[i].make(&ill);
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
        const struct triage_cause *cause = find(result, advised[i].id);

        g_assert_nonnull(cause);
        g_test_message("%s", cause->advice);
        g_assert_nonnull(strstr(cause->advice, advised[i].has));
        g_assert_null(strstr(cause->advice, advised[i].has_not));
        if (advised[i].other) {
            g_assert_cmpstr(cause->fixed, ==, "");
            g_assert_null(strstr(cause->cause, "td "));
            g_assert_null(strstr(cause->confirm, "project"));
        }
        tear_down(&ill);
    }
}

/* A watcher that is not closed watches the same again: the path is the culprit, not its kind. */
static void test_watched_path(void)
{
    static const struct watched_path watched[] = {{"/h/.codex/sessions/2026/11/29", 12},
                                                  {"/h/.claude/projects/-w-app", 6}};
    struct ill ill;

    set_up(&ill);
    inotify(&ill);
    ill.f.files.watched = watched;
    ill.f.files.n_watched = G_N_ELEMENTS(watched);
    ill.f.files.inotify_user_instances = 100;
    ill.f.input.trends[METRIC_INOTIFY] = fixture_growing(10, HOUR_S);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
    const struct triage_cause *cause = find(result, "unclosed-watchers");

    g_assert_cmpstr(cause->culprit, ==,
                    "/h/.codex/sessions/2026/11/29 watched 12 times by inotify");
    for (guint i = 0; i < result->steps[TRIAGE_FDS].facts->len; i++) {
        const struct triage_fact *fact = g_ptr_array_index(result->steps[TRIAGE_FDS].facts, i);

        if (strcmp(fact->label, "inotify limit") != 0)
            continue;
        /* of all programs of the user, at the rate of this one */
        g_assert_true(g_str_has_prefix(fact->note, "78% used, reached in"));
        g_assert_cmpint(fact->verdict, ==, TRIAGE_BAD);
        tear_down(&ill);
        return;
    }
    g_assert_not_reached();
}

/* What other programs of its user have of inotify is none of its faults. */
static void test_inotify_of_others(void)
{
    struct ill ill;

    set_up(&ill);
    ill.f.files.inotify_user_instances = 120;
    ill.f.input.trends[METRIC_INOTIFY] = fixture_flat(HOUR_S);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_cmpint(result->verdict, ==, TRIAGE_HEALTHY);
    tear_down(&ill);
}

/* Listeners are parked for hours by design; without growth their wait says nothing. */
static void test_listeners_are_no_leak(void)
{
    struct ill ill;

    set_up(&ill);
    fixture_add_bucket(&ill.f, "gitstatus.(*Plugin).listenForWatchEvents", 1,
                       GOROUTINE_CHAN_RECEIVE, 900);
    fixture_add_bucket(&ill.f, "fsnotify.(*inotify).readEvents", 4, GOROUTINE_IO_WAIT, 900);
    fixture_add_bucket(&ill.f, "database/sql.(*DB).connectionOpener", 3, GOROUTINE_SELECT, 900);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_cmpuint(result->causes->len, ==, 0);
    tear_down(&ill);
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

    set_up(&ill);
    busy(&ill);
    ill.profiles[0] = profile_decode((const uint8_t *)text, strlen(text), NULL);
    ill.f.input.cpu_profile = ill.profiles[0];
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
    const struct triage_cause *cause = find(result, "busy-loop");

    g_assert_cmpstr(cause->culprit, ==, "example.com/app.render");
    g_assert_cmpfloat(cause->confidence, >=, 0.9);
    tear_down(&ill);
}

/* A pool of idle workers is large from the start, and stays as it is. */
static void test_idle_workers_are_no_leak(void)
{
    struct ill ill;

    set_up(&ill);
    fixture_add_bucket(&ill.f, "example.com/app.worker", 400, GOROUTINE_CHAN_RECEIVE, 900);
    ill.f.base_buckets[0] = ill.f.buckets[0];
    ill.f.base_dump.n_buckets = 1;
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_null(find(result, "blocked-channel"));
    tear_down(&ill);
}

/* Each of the table's rows is words for a reader: none may be missing, and no id twice. */
static void test_every_pattern_has_a_case(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct ill ill;

        set_up(&ill);
        cases[i].make(&ill);
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
        const struct triage_cause *cause = find(result, cases[i].id);

        g_assert_true(g_hash_table_add(seen, (gpointer)(uintptr_t)cause->pattern->id));
        g_assert_cmpstr(cause->cause, !=, "");
        g_assert_cmpstr(cause->advice, !=, "");
        g_assert_cmpstr(cause->confirm, !=, "");
        tear_down(&ill);
    }
    g_assert_cmpuint(g_hash_table_size(seen), ==, patterns_count());
}

/* fsnotify has a kqueue per watcher on macOS; those of the runtime and the terminal stay. */
static void test_kqueues_are_watchers(void)
{
    for (int64_t growth = 0; growth <= 20; growth += 20) {
        struct ill ill;

        set_up(&ill);
        memset(ill.f.files.by_type, 0, sizeof ill.f.files.by_type);
        ill.f.templates[0] =
            (struct fd_template){.text = "KQUEUE", .type = FD_EPOLL, .count = 26, .growth = growth};
        ill.f.files.n_templates = 1;
        ill.f.files.by_type[FD_EPOLL] = 26;
        ill.f.input.trends[METRIC_FDS] =
            growth > 0 ? fixture_growing(20, HOUR_S) : fixture_flat(HOUR_S);
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
        const struct triage_cause *cause = find(result, "unclosed-watchers");

        g_assert_true((cause != NULL) == (growth > 0));
        if (cause != NULL) {
            g_assert_cmpfloat(cause->confidence, >=, 0.9);
            g_assert_cmpstr(cause->culprit, ==, "KQUEUE");
        }
        tear_down(&ill);
    }
}

/* Of two walks: memory that comes in new regions is mapped, whatever vmmap calls it. */
static void test_mapped_memory_is_told_as_such(void)
{
    struct ill ill;

    set_up(&ill);
    fixture_no_pprof(&ill.f);
    ill.f.memory.regions_are_types = true;
    ill.f.memory.total.count = 1500;
    ill.f.memory.growth[REGION_GO_HEAP] =
        (struct region_growth){.resident_bytes = 40 * MIB, .count = 900};
    ill.f.input.trends[METRIC_REGIONS] = (struct trend){0};
    ill.f.input.trends[METRIC_RSS] = fixture_growing(3600.0 * 4 * MIB, 10);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
    const struct triage_cause *cause = find(result, "mmap-leak");

    g_assert_nonnull(cause);
    g_assert_true(g_ptr_array_index(result->causes, 0) == cause);
    g_assert_cmpfloat(cause->confidence, ==, 0.75);
    g_assert_cmpstr(cause->culprit, ==, "VM_ALLOCATE");
    g_assert_cmpint((int)cause->ref.kind, ==, REF_REGIONS);
    g_assert_cmpint((int)cause->ref.region, ==, REGION_GO_HEAP);
    g_assert_null(find(result, "memory-growth"));
    ill.f.input.trends[METRIC_REGIONS] =
        fixture_flat(HOUR_S); /* they came once, and the memory goes on */
    g_autoptr(triage_result_auto) later = fixture_evaluate(&ill.f);

    g_assert_null(find(later, "mmap-leak"));
    g_assert_nonnull(find(later, "memory-growth"));
    tear_down(&ill);
}

/* What only the map tells of swap is told as well. */
static void test_swap_by_walks(void)
{
    struct ill ill;

    set_up(&ill);
    ill.f.process.swap_bytes = SAMPLE_UNKNOWN;
    ill.f.memory.regions_are_types = true;
    ill.f.memory.swap_bytes = 60 * MIB;
    ill.f.memory.swap_growth_bytes = 20 * MIB;
    ill.f.input.trends[METRIC_SWAP] = (struct trend){0};
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
    const struct triage_cause *cause = find(result, "swap-thrash");

    g_assert_nonnull(cause);
    g_assert_cmpfloat(cause->confidence, <, 0.9); /* whether it goes on is not known */
    g_assert_nonnull(strstr(cause->evidence, "60M"));
    tear_down(&ill);
}

/* A rate is of the time there was: twenty seconds of a storm are one, and a handful is none. */
static void test_storm_of_seconds(void)
{
    struct ill ill;

    set_up(&ill);
    git(&ill);
    ill.threads.spawns_last_minute = ill.spawns[0].last_minute = 20;
    ill.spawns[1].last_minute = 0;
    ill.threads.spawns_since_us = ill.threads.base.taken_us - 6 * (gint64)G_USEC_PER_SEC;
    g_autoptr(triage_result_auto) storm = fixture_evaluate(&ill.f);

    g_assert_nonnull(find(storm, "git-storm"));
    g_assert_nonnull(strstr(find(storm, "git-storm")->evidence, "200 git commands a minute"));
    g_assert_nonnull(fixture_fact(&storm->steps[TRIAGE_CPU], "commands started"));
    g_assert_cmpstr(fixture_fact(&storm->steps[TRIAGE_CPU], "commands started")->value, ==,
                    "200/min");
    ill.threads.spawns_last_minute = ill.spawns[0].last_minute = 8;
    g_autoptr(triage_result_auto) few = fixture_evaluate(&ill.f);

    g_assert_null(find(few, "git-storm"));
    ill.threads.spawns_last_minute = ill.spawns[0].last_minute =
        122; /* tabs switched for a minute */
    ill.threads.spawns_since_us = 1;
    g_autoptr(triage_result_auto) at_work = fixture_evaluate(&ill.f);

    g_assert_null(find(at_work, "git-storm"));
    tear_down(&ill);
}

static guint place_of(const struct triage_result *result, const char *id)
{
    for (guint i = 0; i < result->causes->len; i++)
        if (strcmp(((struct triage_cause *)g_ptr_array_index(result->causes, i))->pattern->id,
                   id) == 0)
            return i;
    return G_MAXUINT;
}

/* A goroutine that waits for something else keeps its connection; one that reads it is kept by it.
 */
static void test_consequences_stand_below(void)
{
    static const struct {
        enum goroutine_category waits;
        const char *first, *below;
    } cases_of[] = {{GOROUTINE_WAITGROUP, "goroutine-leak", "socket-leak"},
                    {GOROUTINE_IO_WAIT, "socket-leak", "goroutine-leak"}};

    for (size_t i = 0; i < G_N_ELEMENTS(cases_of); i++) {
        struct ill ill;

        set_up(&ill);
        sockets(&ill);
        pile(&ill, "example.com/app.talk", cases_of[i].waits);
        ill.f.input.goroutines_per_fd = (struct in_step){.verdict = IN_STEP_YES, .ratio = 1};
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

        g_assert_cmpuint(place_of(result, cases_of[i].first), ==, 0);
        g_assert_cmpuint(place_of(result, cases_of[i].below), ==, 1);
        g_assert_nonnull(strstr(find(result, cases_of[i].below)->evidence, "follows from"));
        tear_down(&ill);
    }
}

/* Chains start the commands, whatever is told of a storm of them. */
static void test_storm_below_chains(void)
{
    struct ill ill;

    set_up(&ill);
    chains(&ill);
    git(&ill);
    ill.f.input.trends[METRIC_GOROUTINES] = fixture_flat(HOUR_S);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_cmpuint(place_of(result, "td-poll-chains"), <, place_of(result, "git-storm"));
    tear_down(&ill);
}

/* What is not known makes nothing likely: not that memory came back, nor that a heap stands still.
 */
static void test_unknown_says_nothing_of_levels(void)
{
    struct ill ill;

    set_up(&ill);
    huge_pages(&ill);
    ill.f.memory.regions_us = 0;
    g_autoptr(triage_result_auto) not_walked = fixture_evaluate(&ill.f);

    g_assert_null(find(not_walked, "huge-pages"));
    tear_down(&ill);
    set_up(&ill);
    heap_level(&ill);
    ill.f.input.trends[METRIC_HEAP_LIVE] = ill.f.input.trends[METRIC_HEAP_ALLOC] =
        (struct trend){0};
    g_autoptr(triage_result_auto) no_trend = fixture_evaluate(&ill.f);

    g_assert_null(find(no_trend, "heap-level"));
    tear_down(&ill);
    set_up(&ill);
    children_memory(&ill);
    for (size_t i = 0; i < 3; i++)
        ill.children[i].rss_bytes = SAMPLE_UNKNOWN;
    g_autoptr(triage_result_auto) no_size = fixture_evaluate(&ill.f);

    g_assert_null(find(no_size, "children-memory"));
    tear_down(&ill);
}

/* Thousands that came while it was watched are worth a look, also when no more come. */
static void test_many_that_came(void)
{
    struct ill ill;

    set_up(&ill);
    fixture_add_bucket(&ill.f, "example.com/app.handle", 4000, GOROUTINE_CHAN_RECEIVE, 1);
    ill.f.base_buckets[0] = ill.f.buckets[0];
    ill.f.base_buckets[0].count = 90;
    ill.f.base_dump.n_buckets = 1;
    ill.f.input.trends[METRIC_GOROUTINES] = fixture_flat(60);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
    const struct triage_cause *cause = find(result, "blocked-channel");

    g_assert_nonnull(cause);
    g_assert_cmpfloat(cause->confidence, >=, 0.6);
    g_assert_cmpfloat(cause->confidence, <, 0.75);
    tear_down(&ill);
}

/* What nobody waits for on purpose is found after it has stopped to grow. */
static void test_levels_after_growth(void)
{
    static const struct {
        void (*make)(struct ill *ill);
        const char *id;
    } stopped[] = {
        {deleted, "deleted-files"}, {command, "command-pipes"}, {threads, "thread-leak"}};

    for (size_t i = 0; i < G_N_ELEMENTS(stopped); i++) {
        struct ill ill;

        set_up(&ill);
        stopped[i].make(&ill);
        ill.f.templates[0].count = G_N_ELEMENTS(ill.fds);
        ill.f.buckets[0].count = 150;
        for (size_t t = 0; t < METRIC_N; t++)
            ill.f.input.trends[t] = fixture_flat(HOUR_S);
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
        const struct triage_cause *cause = find(result, stopped[i].id);

        g_assert_true((cause != NULL) == (stopped[i].make != deleted)); /* 40 are few */
        g_assert_true(cause == NULL || cause->confidence >= 0.6);
        tear_down(&ill);
    }
}

/* A context that is kept shows in the heap as well. */
static void test_contexts_by_the_heap(void)
{
    struct ill ill;

    set_up(&ill);
    grow_heap(&ill, "context.WithCancel", 50000);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
    const struct triage_cause *cause = find(result, "uncancelled-contexts");

    g_assert_nonnull(cause);
    g_assert_cmpstr(cause->culprit, ==, "example.com/app.load");
    g_assert_nonnull(strstr(cause->evidence, "objects of about"));
    tear_down(&ill);
}

/* One waiter that the runtime has proven is a cause, whatever it waits for. */
static void test_one_proven_waiter(void)
{
    static const enum goroutine_category waits[] = {GOROUTINE_WAITGROUP, GOROUTINE_COND,
                                                    GOROUTINE_MUTEX, GOROUTINE_CHAN_SEND};

    for (size_t i = 0; i < G_N_ELEMENTS(waits); i++) {
        struct ill ill;

        set_up(&ill);
        fixture_add_bucket(&ill.f, "example.com/app.wait", 1, waits[i], 0);
        ill.f.buckets[0].n_leaked = 1;
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

        g_assert_cmpuint(result->causes->len, ==, 1);
        const struct triage_cause *cause = g_ptr_array_index(result->causes, 0);

        g_assert_cmpfloat(cause->confidence, >=, 0.99);
        g_assert_cmpstr(cause->culprit, ==, "example.com/app.wait");
        tear_down(&ill);
    }
}

/* Levels alone are never called sure. */
static void test_levels_are_not_sure(void)
{
    struct ill ill;

    set_up(&ill);
    sessions(&ill);
    ill.f.input.trends[METRIC_FDS] = fixture_flat(HOUR_S);
    ill.f.templates[0].growth = 0;
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_cmpfloat(find(result, "session-files")->confidence, <, 0.9);
    tear_down(&ill);
}

/* Growth that may still be work in progress is never called sure. */
static void test_short_windows_are_not_sure(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct ill ill;

        set_up(&ill);
        cases[i].make(&ill);
        struct triage_input *in = &ill.f.input;
        struct trend *trends[] = {&in->trends[METRIC_RSS],        &in->trends[METRIC_FDS],
                                  &in->trends[METRIC_GOROUTINES], &in->trends[METRIC_REGIONS],
                                  &in->trends[METRIC_THREADS],    &in->trends[METRIC_HEAP_LIVE],
                                  &in->trends[METRIC_WATCHES],    &in->trends[METRIC_CHILDREN_RSS]};

        for (size_t t = 0; t < G_N_ELEMENTS(trends); t++)
            trends[t]->window_s = 12;
        in->observed_s = 12;
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
        const struct triage_cause *cause = find(result, cases[i].id);

        if (cause != NULL && cause->pattern->leak)
            g_assert_cmpfloat(cause->confidence, <, 0.9);
        tear_down(&ill);
    }
}

/* Two looks that differ are no leak where the trend over the same time is known not to rise. */
static void test_flat_trends_refute(void)
{
    void (*const made[])(struct ill *) = {sessions,  directories, deleted,  pipes,   sockets,
                                          listeners, channel,     sleepers, waiters, scanner,
                                          json,      retained,    cache,    slices,  split};

    for (size_t i = 0; i < G_N_ELEMENTS(made); i++) {
        struct ill ill;

        set_up(&ill);
        made[i](&ill);
        ill.f.files.by_class[PATH_CLAUDE] = MIN(ill.f.files.by_class[PATH_CLAUDE], 30);
        ill.f.files.count = 60;
        if (ill.f.dump.n_buckets > 0)
            ill.f.buckets[0].count = 40;
        ill.f.input.trends[METRIC_FDS] = ill.f.input.trends[METRIC_GOROUTINES] =
            ill.f.input.trends[METRIC_HEAP_LIVE] = fixture_flat(12);
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

        g_assert_cmpuint(result->causes->len, ==, 0);
        tear_down(&ill);
    }
}

/* Without a lock in sight they wait for something else. */
static void test_unlocked(void)
{
    struct ill ill;

    set_up(&ill);
    fetches(&ill);
    fixture_add_bucket(&ill.f, "database/sql.(*DB).conn", 18, GOROUTINE_SELECT, 1);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_nonnull(find(result, "fetch-pile-up"));
    g_assert_null(find(result, "sqlite-lock"));
    g_assert_null(find(result, "blocked-channel"));
    tear_down(&ill);
}

/* Where locks cannot be read, the waiters are all there is. */
static void test_locks_unseen(void)
{
    struct ill ill;

    set_up(&ill);
    fixture_add_bucket(&ill.f, "database/sql.(*DB).conn", 18, GOROUTINE_SELECT, 1);
    ill.f.files.locks_why = "lsof does not tell";
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_cmpfloat(find(result, "sqlite-lock")->confidence, <=, 0.6);
    tear_down(&ill);
}

static void test_lock_without_waiters(void)
{
    struct ill ill;

    set_up(&ill);
    locked(&ill);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_nonnull(strstr(find(result, "sqlite-lock")->culprit, "4711"));
    g_assert_cmpfloat(find(result, "sqlite-lock")->confidence, <, 0.9);
    tear_down(&ill);
}

/* A session that is opened again and again is one file, not many sessions. */
static void test_one_session(void)
{
    struct ill ill;

    set_up(&ill);
    sessions(&ill);
    ill.f.files.by_class[PATH_CLAUDE] = ill.f.templates[0].count = 100;
    fixture_add_group(&ill.f, "/h/.claude/projects/-w/1.jsonl", FD_REG, 100, 90);
    ill.f.groups[0].cls = PATH_CLAUDE;
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_null(find(result, "session-files"));
    g_assert_cmpfloat(find(result, "same-file-open")->confidence, >=, 0.9);
    tear_down(&ill);
}

static void test_children_stay(void)
{
    struct ill ill;

    set_up(&ill);
    children_stay(&ill);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_cmpfloat(find(result, "process-exhaustion")->confidence, >=, 0.9);
    g_assert_cmpstr(find(result, "process-exhaustion")->culprit, ==, "sleep 1000");
    ill.threads.spawns_total = 600; /* nearly all ended */
    g_autoptr(triage_result_auto) busy_one = fixture_evaluate(&ill.f);

    g_assert_null(find(busy_one, "process-exhaustion"));
    tear_down(&ill);
}

/* A leak without a threshold of its own is a finding all the same. */
static void test_cause_is_a_finding(void)
{
    struct ill ill;

    set_up(&ill);
    watches(&ill);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_cmpint(result->verdict, ==, TRIAGE_LOOK);
    g_assert_cmpint(triage_exit_status(result), ==, 1);
    g_assert_nonnull(strstr(result->diagnosis, "watched"));
    tear_down(&ill);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/patterns/%s", cases[i].id);

        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_present);
    }
    g_test_add_func("/patterns/consequences", test_consequences_stand_below);
    g_test_add_func("/patterns/storm-below-chains", test_storm_below_chains);
    g_test_add_func("/patterns/contexts-by-the-heap", test_contexts_by_the_heap);
    g_test_add_func("/patterns/many-that-came", test_many_that_came);
    g_test_add_func("/patterns/levels-after-growth", test_levels_after_growth);
    g_test_add_func("/patterns/unknown-levels", test_unknown_says_nothing_of_levels);
    g_test_add_func("/patterns/one-proven-waiter", test_one_proven_waiter);
    g_test_add_func("/patterns/kqueues-are-watchers", test_kqueues_are_watchers);
    g_test_add_func("/patterns/mapped-memory", test_mapped_memory_is_told_as_such);
    g_test_add_func("/patterns/swap-by-walks", test_swap_by_walks);
    g_test_add_func("/patterns/healthy", test_healthy);
    g_test_add_func("/patterns/interrupted-loop", test_interrupted_loop);
    g_test_add_func("/patterns/screens-that-watch", test_screens_that_watch);
    g_test_add_func("/patterns/chains-once", test_chains_are_counted_once);
    g_test_add_func("/patterns/chains-by-git", test_chains_by_git);
    g_test_add_func("/patterns/advice-fits", test_advice_fits);
    g_test_add_func("/patterns/watched-path", test_watched_path);
    g_test_add_func("/patterns/inotify-of-others", test_inotify_of_others);
    g_test_add_func("/patterns/listeners", test_listeners_are_no_leak);
    g_test_add_func("/patterns/idle-workers", test_idle_workers_are_no_leak);
    g_test_add_func("/patterns/complete", test_every_pattern_has_a_case);
    g_test_add_func("/patterns/storm-of-seconds", test_storm_of_seconds);
    g_test_add_func("/patterns/levels", test_levels_are_not_sure);
    g_test_add_func("/patterns/short-windows", test_short_windows_are_not_sure);
    g_test_add_func("/patterns/flat-trends", test_flat_trends_refute);
    g_test_add_func("/patterns/unlocked", test_unlocked);
    g_test_add_func("/patterns/locks-unseen", test_locks_unseen);
    g_test_add_func("/patterns/lock-without-waiters", test_lock_without_waiters);
    g_test_add_func("/patterns/one-session", test_one_session);
    g_test_add_func("/patterns/children-stay", test_children_stay);
    g_test_add_func("/patterns/finding", test_cause_is_a_finding);
    return g_test_run();
}
