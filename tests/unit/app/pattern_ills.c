#include "tests/unit/app/pattern_ills.h"

#include <string.h>

enum { MIB = 1024 * 1024, HOUR_S = 3600 };

void ill_set_up(struct ill *ill)
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

void ill_tear_down(struct ill *ill)
{
    profile_unref(ill->profiles[0]);
    profile_unref(ill->profiles[1]);
}

const struct triage_cause *ill_find(const struct triage_result *result, const char *id)
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

void ill_locked(struct ill *ill)
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
    ill_locked(ill);
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
void ill_children_stay(struct ill *ill)
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

void ill_grow_heap(struct ill *ill, const char *function, int64_t objects)
{
    ill->profiles[0] = heap_of(function, objects, 10 * MIB);
    ill->profiles[1] = heap_of(function, objects, 60 * MIB);
    ill->f.base_heap.profile = ill->profiles[0];
    ill->f.heap.profile = ill->profiles[1];
    ill->f.input.trends[METRIC_HEAP_LIVE] = fixture_growing(50.0 * MIB, HOUR_S);
}

static void scanner(struct ill *ill)
{
    ill_grow_heap(ill, "bufio.(*Scanner).Scan", 60);
}

static void json(struct ill *ill)
{
    ill_grow_heap(ill, "encoding/json.(*decodeState).objectInterface", 50000);
}

static void slices(struct ill *ill)
{
    ill_grow_heap(ill, "example.com/app.collect", 10);
}

static void split(struct ill *ill)
{
    ill_grow_heap(ill, "strings.genSplit", 400);
}

static void cache(struct ill *ill)
{
    ill_grow_heap(ill, "example.com/app.(*MetaCache).add", 50000);
}

static void retained(struct ill *ill)
{
    ill_grow_heap(ill, "example.com/app.read", 50000);
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

void ill_pile(struct ill *ill, const char *function, enum goroutine_category category)
{
    fixture_add_bucket(&ill->f, function, 40, category, 4);
    ill->f.input.trends[METRIC_GOROUTINES] = fixture_growing(30, HOUR_S);
}

static void sleepers(struct ill *ill)
{
    ill_pile(ill, "example.com/app.retry", GOROUTINE_SLEEP);
}

static void threads(struct ill *ill)
{
    ill_pile(ill, "example.com/app.readDevice", GOROUTINE_SYSCALL);
    ill->f.input.trends[METRIC_THREADS] = fixture_growing(30, HOUR_S);
}

static void waiters(struct ill *ill)
{
    ill_pile(ill, "example.com/app.drain", GOROUTINE_WAITGROUP);
}

static void pool(struct ill *ill)
{
    ill_pile(ill, "database/sql.(*DB).conn", GOROUTINE_SELECT);
}

static void command(struct ill *ill)
{
    ill_pile(ill, "os/exec.(*Cmd).awaitGoroutines", GOROUTINE_CHAN_RECEIVE);
}

static void bodies(struct ill *ill)
{
    ill_pile(ill, "net/http.(*persistConn).readLoop", GOROUTINE_SELECT);
}

static void transports(struct ill *ill)
{
    ill_pile(ill, "net/http.(*persistConn).readLoop", GOROUTINE_IO_WAIT);
}

static void contexts(struct ill *ill)
{
    ill_pile(ill, "context.(*cancelCtx).propagateCancel.func2", GOROUTINE_SELECT);
}

static void file_lock(struct ill *ill)
{
    fixture_add_bucket(&ill->f, "syscall.Flock", 1, GOROUTINE_SYSCALL, 3);
}

static void timers(struct ill *ill)
{
    ill_grow_heap(ill, "time.AfterFunc", 50000);
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

static void gc_off(struct ill *ill)
{
    ill->f.memstats.heap_alloc = 160 * (uint64_t)MIB;
    ill->f.memstats.next_gc = UINT64_MAX;
    ill->f.input.trends[METRIC_HEAP_ALLOC] = fixture_growing(6.0 * 3600 * MIB, HOUR_S);
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

const struct ill_case ill_cases[] = {
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
    {"gc-off", gc_off, 0.6, "GOGC=off"},
    {"c-arenas", arenas, 0.6, "C heap"},
    {"heap-level", heap_level, 0.6, "example.com/app.load"},
    {"stack-memory", stacks, 0.6, "example.com/app.parse"},
    {"rising-cpu", rising, 0.6, ""},
    {"file-lock", file_lock, 0.6, "syscall.Flock"},
    {"live-timers", timers, 0.85, "example.com/app.load"},
    {"goroutine-leak", waiters, 0.9, "example.com/app.drain"},
    {"memory-growth", growth, 0.8, "Go heap"},
};

const size_t ill_n_cases = G_N_ELEMENTS(ill_cases);

void ill_make(struct ill *ill, const char *id)
{
    for (size_t i = 0; i < ill_n_cases; i++)
        if (strcmp(ill_cases[i].id, id) == 0) {
            ill_cases[i].make(ill);
            return;
        }
    g_assert_not_reached();
}
