#include "tests/unit/recording/made.h"

#include "probes/file_groups.h"
#include "probes/record.h"

#include <math.h>
#include <string.h>

static const char *const paths[] = {
    "/home/u/.claude/projects/a/0b0e1c9e-1111-4222-8333-444455556666.jsonl",
    "/home/u/.claude/projects/a/0b0e1c9e-1111-4222-8333-444455556667.jsonl",
    "/home/u/p/.todos/issues.db",
    "/home/u/p/.todos/issues.db-wal",
    "/tmp/a\xff b",
    "pipe:[1234]",
    "/home/u/p/.git/index",
};

static int64_t any(struct made *made, int64_t n)
{
    return g_rand_int_range(made->random, 0, (gint32)n);
}

struct made *made_new(guint32 seed, pid_t pid)
{
    struct made *made = g_new0(struct made, 1);
    struct series_options series = {0};
    struct trend_options parts = {0};
    struct platform_options platform = {0};
    struct process_entry process = {.id = {pid, 77},
                                    .comm = (char *)"sidecar",
                                    .exe = (char *)"/bin/sidecar",
                                    .cmdline = (char *)"sidecar x"};

    made->random = g_rand_new_with_seed(seed);
    made->target = target_new(&platform, &process, NULL, "no pprof");
    made->target->version = g_strdup("v1.3.0");
    made->target->project = g_strdup("shop");
    made->target->other_spaces = g_strdup("pid, mount");
    made->t_us = g_get_monotonic_time() - 3600 * (gint64)G_USEC_PER_SEC;
    made->series = series_set_new(&series);
    made->parts = session_parts_new(&parts);
    made->baseline = file_baseline_new();
    made->told = g_ptr_array_new_with_free_func(sample_unref);
    for (int i = 0; i < MADE_MAX_FDS; i++)
        made->fds[i].fd = -1;
    return made;
}

void made_free(struct made *made)
{
    made_set_tap(made, NULL);
    g_ptr_array_unref(made->told);
    sample_unref(made->walk);
    sample_unref(made->good);
    goroutine_dump_unref(made->dump);
    series_set_free(made->series);
    session_parts_free(made->parts);
    file_baseline_free(made->baseline);
    target_free(made->target);
    g_rand_free(made->random);
    g_free(made);
}

/* --- samples --- */

static struct sample *make_process(struct made *made)
{
    struct process_sample *process = sample_new(PROBE_PROCESS, sizeof *process);

    process_sample_set_unknown(process);
    process->state_letter = 'S';
    process->rss_bytes = 100000 + 4096 * any(made, 3);
    process->cpu_percent = (double)any(made, 4) / 4;
    process->threads = 10 + any(made, 2);
    process->fd_count = any(made, 5) == 0 ? SAMPLE_UNKNOWN : 7 + any(made, 2);
    process->swap_bytes = any(made, 5) == 0 ? SAMPLE_UNKNOWN : 0;
    process->uptime_s = made->t_us / G_USEC_PER_SEC;
    return &process->base;
}

static void change_fds(struct made *made)
{
    for (int i = 0; i < MADE_MAX_FDS; i++) {
        struct fd_entry *fd = &made->fds[i];

        if (fd->fd >= 0 && any(made, 10) == 0)
            fd->fd = -1;
        else if (fd->fd >= 0 && any(made, 6) == 0)
            fd->offset += 100;
        else if (fd->fd < 0 && any(made, 6) == 0)
            *fd = (struct fd_entry){.fd = i,
                                    .type = any(made, 2) ? FD_REG : FD_FIFO,
                                    .path = paths[any(made, G_N_ELEMENTS(paths))],
                                    .detail = any(made, 2) ? "" : "LISTEN",
                                    .cls = PATH_OTHER,
                                    .access = 'r',
                                    .inode = (uint64_t)any(made, 5),
                                    .device = UINT64_MAX - 3,
                                    .flags = any(made, 2) ? SAMPLE_UNKNOWN : 02000,
                                    .size = 5,
                                    .watches = SAMPLE_UNKNOWN,
                                    .first_seen_us = made->t_us,
                                    .peer = any(made, 3) ? NULL : "4711 git status"};
    }
}

static void watch_paths(const struct made *made, struct files_sample *files)
{
    static const char *const places[] = {"/w/.git", "/h/.codex/sessions/2026"};
    static const int watchers[] = {4, 9, 17};
    struct watched_path *watched = sample_alloc(files, sizeof *watched * G_N_ELEMENTS(places));

    files->n_watched = made->sequence / 7 % (G_N_ELEMENTS(places) + 1);
    for (size_t i = 0; i < files->n_watched; i++)
        watched[i] = (struct watched_path){.path = places[i],
                                           .times = (uint32_t)(made->sequence / 5 % 3) + 1,
                                           .fds = watchers,
                                           .n_fds = made->sequence / 5 % 3 + i};
    files->watched = watched;
    files->watched_unnamed = made->sequence % 2;
}

static struct sample *make_files(struct made *made)
{
    struct files_sample *files = sample_new(PROBE_FILES, sizeof *files);
    struct fd_entry *fds = sample_alloc(files, sizeof made->fds);

    files_sample_set_unknown(files);
    change_fds(made);
    files->fds = fds;
    for (int i = 0; i < MADE_MAX_FDS; i++)
        if (made->fds[i].fd >= 0)
            fds[files->n_fds++] = made->fds[i];
    files->count = (int64_t)files->n_fds;
    files->soft_limit = 1024;
    watch_paths(made, files);
    files_summarise(files, made->baseline);
    return &files->base;
}

static void walk_regions(struct made *made, struct memory_sample *memory)
{
    struct region *regions = sample_alloc(memory, sizeof made->regions);

    for (int i = 0; i < MADE_MAX_REGIONS; i++) {
        struct region *region = &made->regions[i];

        if (any(made, 5) == 0)
            *region = (struct region){.start = UINT64_MAX - 1000 * 4096 + 4096 * (uint64_t)i,
                                      .end = UINT64_MAX - 999 * 4096 + 4096 * (uint64_t)i,
                                      .perms = "rw-p",
                                      .cls = (enum region_class)any(made, REGION_N_CLASSES),
                                      .name = any(made, 2) ? "" : "/usr/lib/libc.so.6",
                                      .resident_bytes = 4096 * any(made, 3),
                                      .pss_bytes = SAMPLE_UNKNOWN,
                                      .count = 1};
        if (region->start != 0 && any(made, 9) != 0)
            regions[memory->n_regions++] = *region;
    }
    memory->regions = regions;
    memory->regions_us = made->t_us;
    for (size_t i = 0; i < memory->n_regions; i++) {
        memory->classes[regions[i].cls].count++;
        memory->classes[regions[i].cls].resident_bytes += regions[i].resident_bytes;
        memory->growth[regions[i].cls].count++;
        memory->total.count++;
    }
    sample_unref(made->walk);
    made->walk = sample_ref(memory);
}

static struct sample *make_memory(struct made *made)
{
    struct memory_sample *memory = sample_new(PROBE_MEMORY, sizeof *memory);

    memory_sample_set_unknown(memory);
    memory->pss_bytes = 90000 + any(made, 2);
    memory->pressure.available_bytes = any(made, 3);
    if (made->walk == NULL || any(made, 4) == 0) {
        walk_regions(made, memory);
        return &memory->base;
    }
    record_carry_walked(&record_memory, memory, made->walk);
    memcpy(memory->classes, made->walk->classes, sizeof memory->classes);
    memcpy(memory->growth, made->walk->growth, sizeof memory->growth);
    memory->total = made->walk->total;
    memory->regions = made->walk->regions;
    memory->n_regions = made->walk->n_regions;
    sample_hold(memory, sample_ref(made->walk), sample_unref);
    return &memory->base;
}

static struct sample *make_heap(struct made *made)
{
    struct heap_sample *heap = sample_new(PROBE_HEAP, sizeof *heap);
    struct memstats *memstats = sample_alloc(heap, sizeof *memstats);

    heap->new_gc = any(made, 3) == 0;
    made->num_gc += heap->new_gc;
    made->total_alloc += 1000;
    *memstats = (struct memstats){.heap_alloc = 5000 + (uint64_t)any(made, 3),
                                  .total_alloc = made->total_alloc,
                                  .num_gc = made->num_gc,
                                  .next_gc = UINT64_MAX,
                                  .complete = true};
    if (any(made, 6) != 0)
        heap->memstats = memstats;
    return &heap->base;
}

/* Stacks "main.worker<i>", some of each. */
static struct sample *make_goroutines(struct made *made)
{
    struct goroutines_sample *sample = sample_new(PROBE_GOROUTINES, sizeof *sample);

    sample->count = 20 + any(made, 2);
    sample->os_threads = SAMPLE_UNKNOWN;
    sample->source = "";
    if (made->dump == NULL || any(made, 3) == 0) {
        g_autoptr(GString) text = g_string_new(NULL);

        for (int64_t i = any(made, 3) + 1; i > 0; i--)
            g_string_append_printf(text,
                                   "goroutine %d [select]:\nmain.worker%d()\n\t/a/b.go:%d +0x1\n\n",
                                   (int)i, (int)any(made, 4), 7);
        if (any(made, 2) == 0) /* as memory tells it */
            g_string_append_printf(text,
                                   "waits 1: lock mutex 0x%x\nwaited for: 2\n"
                                   "waited by 1: mutex 0x%x\tlocked\t7 perhaps goroutine 7\t1\n"
                                   "waited by 3: fd 8\t\t\t1 2\n",
                                   made->dump_us != 0 ? 16 : 32, made->dump_us != 0 ? 16 : 32);
        g_autoptr(GBytes) bytes = g_bytes_new(text->str, text->len);

        goroutine_dump_unref(made->dump);
        made->dump = goroutine_dump_parse(text->str, text->len, NULL);
        g_assert_nonnull(made->dump);
        made->dump_us = made->t_us - 3;
        goroutines_sample_set_text(sample, bytes);
    }
    sample->dump = goroutine_dump_ref(made->dump);
    sample_hold(sample, made->dump, (GDestroyNotify)goroutine_dump_unref);
    sample->dump_us = made->dump_us;
    sample->source = "goroutine?debug=2";
    return &sample->base;
}

static struct sample *make_threads(struct made *made)
{
    struct threads_sample *sample = sample_new(PROBE_THREADS, sizeof *sample);
    struct thread_entry *thread = sample_alloc(sample, sizeof *thread);
    struct spawn_rate *spawn = sample_alloc(sample, sizeof *spawn);

    *thread = (struct thread_entry){.tid = 9,
                                    .name = "worker",
                                    .state = 'S',
                                    .cpu_percent = NAN,
                                    .cpu_us = made->t_us,
                                    .wait_channel = "",
                                    .run_wait_us = SAMPLE_UNKNOWN};
    *spawn = (struct spawn_rate){"git status", 7, 1};
    sample->count = 1;
    sample->threads = thread;
    sample->n_threads = 1;
    sample->spawns = spawn;
    sample->n_spawns = 1;
    sample->spawns_why = "";
    return &sample->base;
}

struct sample *made_sample(struct made *made, enum probe_kind kind)
{
    static struct sample *(*const makers[PROBE_N_KINDS])(struct made *) = {
        [PROBE_PROCESS] = make_process, [PROBE_MEMORY] = make_memory,
        [PROBE_FILES] = make_files,     [PROBE_GOROUTINES] = make_goroutines,
        [PROBE_HEAP] = make_heap,       [PROBE_THREADS] = make_threads,
    };
    struct sample *sample = makers[kind] != NULL ? makers[kind](made) : record_sample_new(kind);

    sample->taken_us = made->t_us;
    sample->real_us = made->t_us + 5;
    sample->sequence = ++made->sequence;
    return sample;
}

/* --- telling --- */

static void begin(enum part_kind kind, gint64 t_us, void *user)
{
    const struct session_tap *tap = user;

    tap->parts_begin(kind, t_us, tap->user);
}

static void part(enum part_kind kind, const char *name, int64_t value, void *user)
{
    const struct session_tap *tap = user;

    tap->part(kind, name, value, tap->user);
}

static void clear(enum part_kind kind, void *user)
{
    const struct session_tap *tap = user;

    tap->parts_clear(kind, tap->user);
}

void made_set_tap(struct made *made, const struct session_tap *tap)
{
    made->tap = tap;
    made->parts_tap = (struct parts_tap){begin, part, clear, (void *)(uintptr_t)tap};
    session_parts_set_tap(made->parts, tap != NULL ? &made->parts_tap : NULL);
    series_set_set_tap(made->series, tap != NULL ? tap->point : NULL,
                       tap != NULL ? tap->user : NULL);
}

void made_tell(struct made *made, struct sample *sample)
{
    if (made->tap != NULL)
        made->tap->sample(sample, made->tap->user);
    series_set_add(made->series, sample);
    session_parts_add(made->parts, sample);
    g_ptr_array_add(made->told, sample);
}

/* The last good process sample again, as the probe does when reading fails. */
static struct sample *stale(struct made *made)
{
    struct process_sample *process = sample_new(PROBE_PROCESS, sizeof *process);
    struct sample_store *store = process->base.store;

    memcpy(process, made->good, sizeof *process);
    process->base.store = store;
    process->base.status = SAMPLE_STALE;
    process->base.sequence = ++made->sequence;
    sample_hold(process, sample_ref(made->good), sample_unref);
    return &process->base;
}

void made_step(struct made *made)
{
    enum probe_kind kind = (enum probe_kind)any(made, PROBE_N_KINDS);

    made->t_us += 1000 + any(made, 500000);
    if (made->good != NULL && any(made, 12) == 0) {
        made_tell(made, stale(made));
        return;
    }
    struct sample *sample = made_sample(made, kind);

    if (any(made, 25) == 0)
        sample_set_status(sample, SAMPLE_FAILED, "it broke %d", (int)made->sequence);
    if (kind == PROBE_PROCESS && sample->status == SAMPLE_OK) {
        sample_unref(made->good);
        made->good = sample_ref(sample);
    }
    made_tell(made, sample);
}
