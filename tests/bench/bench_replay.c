/*
 * A night that never was, written as fast as it can be, then looked at: size of the recording, time
 * to open it and to have the first moment, time to go to another one.
 *
 *   bench_replay [HOURS [DESCRIPTORS [GOROUTINES [INTERVAL_S]]]]
 */

#include "app/recording/reader.h"
#include "app/recording/writer.h"
#include "app/session/series.h"
#include "probes/file_groups.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { S = G_USEC_PER_SEC, SEEKS = 300, REGIONS = 40, STACKS = 120 };

struct night {
    GRand *random;
    struct target *target;
    struct writer *writer;
    struct series_set *series;
    struct session_parts *parts;
    struct parts_tap tap;
    struct file_baseline *baseline;
    struct item *open; /* the sample whose points are coming */
    GQueue items;
    gint64 begin_us, now_us, hours;
    int fds, goroutines, interval_s;
    GArray *entries; /* struct fd_entry */
    struct memory_sample *walk;
    struct goroutine_dump *dump;
    struct profile *profile;
    gint64 dump_us, profile_us;
    uint64_t num_gc, total_alloc, sequence;
};

static int64_t any(struct night *night, int n)
{
    return g_rand_int_range(night->random, 0, n);
}

/* 0 at the beginning, 1 at the end. */
static double share(const struct night *night)
{
    return (double)(night->now_us - night->begin_us) / ((double)night->hours * 3600 * S);
}

/* --- samples --- */

static struct sample *process(struct night *night)
{
    struct process_sample *p = sample_new(PROBE_PROCESS, sizeof *p);

    process_sample_set_unknown(p);
    p->state_letter = 'S';
    p->rss_bytes = (70 + (int64_t)(share(night) * 900)) * 1048576 + any(night, 20) * 4096;
    p->vsz_bytes = 1500000000;
    p->cpu_percent = (double)any(night, 8) / 2;
    p->cpu_children_percent = 0;
    p->cpu_user_us = night->now_us / 40;
    p->cpu_system_us = night->now_us / 80;
    p->threads = 12;
    p->fd_count = night->entries->len;
    p->fd_soft_limit = 20000;
    p->swap_bytes = 0;
    p->uptime_s = (night->now_us - night->begin_us) / S;
    return &p->base;
}

static void walk_regions(struct night *night, struct memory_sample *memory)
{
    struct region *regions = sample_alloc(memory, REGIONS * sizeof *regions);

    for (int i = 0; i < REGIONS; i++) {
        regions[i] = (struct region){.start = 0x400000 + 0x100000 * (uint64_t)i,
                                     .end = 0x480000 + 0x100000 * (uint64_t)i,
                                     .perms = "rw-p",
                                     .cls = (enum region_class)(i % REGION_N_CLASSES),
                                     .name = i % 3 == 0 ? "/usr/lib/libc.so.6" : "",
                                     .resident_bytes = i < 6 ? 4096 * any(night, 1000) : 65536,
                                     .count = 1};
        memory->classes[regions[i].cls].count++;
        memory->classes[regions[i].cls].resident_bytes += regions[i].resident_bytes;
        memory->total.count++;
    }
    memory->regions = regions;
    memory->n_regions = REGIONS;
    memory->regions_us = memory->growth_since_us = night->now_us;
    sample_unref(night->walk);
    night->walk = sample_ref(memory);
}

static struct sample *memory(struct night *night)
{
    struct memory_sample *m = sample_new(PROBE_MEMORY, sizeof *m);

    memory_sample_set_unknown(m);
    m->pss_bytes = (60 + (int64_t)(share(night) * 900)) * 1048576 + any(night, 20) * 4096;
    m->pressure.some_percent = 0;
    m->pressure.available_bytes = 8000000000 + any(night, 1000) * 1048576;
    if (night->walk == NULL || night->now_us - night->walk->regions_us >= 30 * S) {
        walk_regions(night, m);
        return &m->base;
    }
    record_carry_walked(&record_memory, m, night->walk);
    memcpy(m->classes, night->walk->classes, sizeof m->classes);
    m->total = night->walk->total;
    m->regions = night->walk->regions;
    m->n_regions = night->walk->n_regions;
    sample_hold(m, sample_ref(night->walk), sample_unref);
    return &m->base;
}

static struct fd_entry entry(struct night *night, int fd)
{
    gchar *uuid = g_uuid_string_random();
    struct fd_entry e = {.fd = fd,
                         .type = FD_REG,
                         .path = g_strdup_printf("/home/u/.claude/projects/x/%s.jsonl", uuid),
                         .detail = "",
                         .cls = PATH_CLAUDE,
                         .access = 'r',
                         .inode = 1000 + (uint64_t)fd,
                         .device = 5,
                         .flags = 0100000,
                         .offset = 0,
                         .size = 70000,
                         .watches = SAMPLE_UNKNOWN,
                         .first_seen_us = night->now_us};

    g_free(uuid);
    return e;
}

static struct sample *files(struct night *night)
{
    struct files_sample *f = sample_new(PROBE_FILES, sizeof *f);
    guint wanted = 20 + (guint)(share(night) * night->fds);

    files_sample_set_unknown(f);
    while (night->entries->len < wanted) {
        struct fd_entry e = entry(night, (int)night->entries->len);

        g_array_append_val(night->entries, e);
    }
    g_array_index(night->entries, struct fd_entry, 1).offset += any(night, 2) * 100; /* a log */
    struct fd_entry *fds = sample_alloc(f, (night->entries->len + 1) * sizeof *fds);

    memcpy(fds, night->entries->data, night->entries->len * sizeof *fds);
    f->fds = fds;
    f->n_fds = night->entries->len;
    f->count = (int64_t)f->n_fds;
    f->soft_limit = 20000;
    files_summarise(f, night->baseline);
    return &f->base;
}

static void dump(struct night *night, struct goroutines_sample *sample)
{
    g_autoptr(GString) text = g_string_new(NULL);
    int n = 30 + (int)(share(night) * night->goroutines);

    for (int i = 0; i < n; i++)
        g_string_append_printf(
            text,
            "goroutine %d [chan receive, %d minutes]:\nmain.worker%d(0xc000%06x)\n"
            "\t/a/b/c/worker.go:%d +0x1\ncreated by main.start\n\t/a/b.go:3\n\n",
            i + 1, (int)(share(night) * 100), i < 30 ? i : 30, i * 64, 7 + i % 30);
    g_autoptr(GBytes) bytes = g_bytes_new(text->str, text->len);

    goroutine_dump_unref(night->dump);
    night->dump = goroutine_dump_parse(text->str, text->len, NULL);
    night->dump_us = night->now_us;
    goroutines_sample_set_text(sample, bytes);
}

static struct sample *goroutines(struct night *night)
{
    struct goroutines_sample *g = sample_new(PROBE_GOROUTINES, sizeof *g);

    if (night->dump == NULL || night->now_us - night->dump_us >= 10 * S)
        dump(night, g);
    g->count = (int64_t)night->dump->total + any(night, 2);
    g->os_threads = 12;
    g->dump = goroutine_dump_ref(night->dump);
    g->dump_us = night->dump_us;
    g->source = "goroutine?debug=2";
    sample_hold(g, night->dump, (GDestroyNotify)goroutine_dump_unref);
    return &g->base;
}

static void collect(struct night *night)
{
    g_autoptr(GString) text = g_string_new("heap profile: 1: 9 [1: 9] @ heap/1048576\n");

    for (int i = 0; i < STACKS; i++) {
        int bytes = 524288 * (1 + i % 5) + (int)(share(night) * 9000000) * (i == 3);

        g_string_append_printf(text,
                               "%d: %d [%d: %d] @ 0x%x 0x%x\n#\t0x%x\tmain.f%d+0x1\t/a/b.go:%d\n"
                               "#\t0x%x\tmain.main+0x1\t/a/b.go:9\n",
                               1 + i % 7, bytes, 2 + i % 7, bytes * 2, 0x401000 + i * 16, 0x400100,
                               0x401000 + i * 16, i, i, 0x400100);
    }
    profile_unref(night->profile);
    night->profile = profile_decode((const uint8_t *)text->str, text->len, NULL);
    night->num_gc++;
}

static struct sample *heap(struct night *night)
{
    struct heap_sample *h = sample_new(PROBE_HEAP, sizeof *h);
    struct memstats *memstats = sample_alloc(h, sizeof *memstats);

    h->new_gc = night->profile == NULL || any(night, 12) == 0;
    if (h->new_gc)
        collect(night);
    night->total_alloc += 100000 + (uint64_t)any(night, 5000);
    *memstats = (struct memstats){.heap_alloc = 50000000 + (uint64_t)any(night, 3000000),
                                  .heap_inuse = 60000000,
                                  .heap_sys = 90000000,
                                  .heap_idle = 30000000 - (uint64_t)any(night, 100000),
                                  .heap_objects = 40000 + (uint64_t)any(night, 3000),
                                  .sys = 120000000,
                                  .total_alloc = night->total_alloc,
                                  .num_gc = night->num_gc,
                                  .next_gc = 90000000,
                                  .complete = true};
    h->memstats = memstats;
    h->profile = profile_ref(night->profile);
    h->profile_us = night->now_us;
    sample_hold(h, night->profile, (GDestroyNotify)profile_unref);
    return &h->base;
}

static struct sample *threads(struct night *night)
{
    struct threads_sample *t = sample_new(PROBE_THREADS, sizeof *t);
    enum { N = 12 };
    struct thread_entry *list = sample_alloc(t, N * sizeof *list);

    for (int i = 0; i < N; i++)
        list[i] = (struct thread_entry){.tid = 100 + i,
                                        .name = "sidecar",
                                        .state = 'S',
                                        .cpu_us = i < 2 ? night->now_us / 50 : 1000,
                                        .run_wait_us = 5,
                                        .wait_channel = "futex_wait"};
    t->n_threads = N;
    t->count = N;
    t->threads = list;
    t->spawns_why = "";
    return &t->base;
}

/* --- writing --- */

static void on_point(enum metric metric, gint64 t_us, double value, void *user)
{
    item_add_point(((struct night *)user)->open, &(struct item_point){metric, t_us, value});
}

static void add_part(struct night *night, const struct item_part *part)
{
    item_add_part(night->open, part);
}

static void on_begin(enum part_kind kind, gint64 t_us, void *user)
{
    add_part(user, &(struct item_part){.what = ITEM_PARTS_BEGIN, .kind = kind, .t_us = t_us});
}

static void on_part(enum part_kind kind, const char *name, int64_t value, void *user)
{
    add_part(user, &(struct item_part){.what = ITEM_PARTS_SET,
                                       .kind = kind,
                                       .name = (char *)(uintptr_t)name,
                                       .value = value});
}

static void on_clear(enum part_kind kind, void *user)
{
    add_part(user, &(struct item_part){.what = ITEM_PARTS_CLEAR, .kind = kind});
}

static void tell(struct night *night, struct sample *sample)
{
    struct item *item = item_new(ITEM_SAMPLE, night->now_us + 3000);

    sample->taken_us = sample->real_us = night->now_us;
    sample->sequence = ++night->sequence;
    item->sample = sample;
    if (sample->kind == PROBE_GOROUTINES)
        item->text = goroutines_sample_take_text((const struct goroutines_sample *)sample);
    night->open = item;
    series_set_add(night->series, sample);
    session_parts_add(night->parts, sample);
    g_queue_push_tail(&night->items, item);
}

static void write_night(struct night *night)
{
    static struct sample *(*const makers[PROBE_N_KINDS])(struct night *) = {
        [PROBE_PROCESS] = process,       [PROBE_MEMORY] = memory, [PROBE_FILES] = files,
        [PROBE_GOROUTINES] = goroutines, [PROBE_HEAP] = heap,     [PROBE_THREADS] = threads};
    static const int every_s[PROBE_N_KINDS] = {1, 5, 2, 2, 5, 5};
    gint64 end_us = night->begin_us + night->hours * 3600 * S;
    struct item *run = item_new(ITEM_RUN, night->begin_us);

    run->target = target_copy(night->target);
    run->boot_id = g_strdup("");
    run->axis = (struct axis){.n = 1, .parts = {{G_MININT64, 0}}};
    g_queue_push_tail(&night->items, run);
    for (gint64 s = 0; night->now_us < end_us; s++) {
        for (int kind = 0; kind < PROBE_N_KINDS && makers[kind] != NULL; kind++)
            if (night->interval_s > 1 || s % every_s[kind] == 0) {
                night->now_us += 1 + any(night, 2000);
                tell(night, makers[kind](night));
            }
        night->now_us = night->begin_us + (s + 1) * night->interval_s * S;
        if (s % 2 == 0 && !writer_write(night->writer, &night->items))
            g_error("%s", night->writer->problem);
    }
    writer_write(night->writer, &night->items);
}

/* --- reading --- */

/* On a busy machine the wall clock measures others; both are printed. */
struct cost {
    gint64 wall_us, cpu_us;
};

static struct cost cost_now(void)
{
    struct timespec cpu;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    return (struct cost){g_get_monotonic_time(), cpu.tv_sec * (gint64)S + cpu.tv_nsec / 1000};
}

static struct cost seek(struct reader *reader, gint64 at_us)
{
    struct cost begun = cost_now();
    struct session_moment moment;
    g_autoptr(GError) error = NULL;

    if (!reader_moment(reader, 0, at_us, 0, &moment, &error))
        g_error("%s", error->message);
    struct cost now = cost_now();

    session_moment_clear(&moment);
    return (struct cost){now.wall_us - begun.wall_us, now.cpu_us - begun.cpu_us};
}

static int by_number(gconstpointer a, gconstpointer b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;

    return x < y ? -1 : x > y;
}

static void print(const char *name, gint64 *times)
{
    qsort(times, SEEKS, sizeof *times, by_number);
    printf("%-24s p50 %6.1f ms   p99 %6.1f ms   max %6.1f ms\n", name,
           (double)times[SEEKS / 2] / 1e3, (double)times[SEEKS * 99 / 100] / 1e3,
           (double)times[SEEKS - 1] / 1e3);
}

/* at: the moment of the i-th. */
static void measure(struct reader *reader, const char *name, const gint64 *at)
{
    gint64 wall[SEEKS], cpu[SEEKS];

    for (int i = 0; i < SEEKS; i++) {
        struct cost cost = seek(reader, at[i]);

        wall[i] = cost.wall_us;
        cpu[i] = cost.cpu_us;
    }
    print(name, wall);
    print("  of that CPU", cpu);
}

static void read_night(struct night *night, const char *path)
{
    gint64 at[SEEKS], span_us = night->hours * 3600 * S;
    struct cost begun = cost_now();
    g_autoptr(GError) error = NULL;
    g_autoptr(reader_auto) reader = reader_open(path, &error);

    if (reader == NULL)
        g_error("%s", error->message);
    seek(reader, night->begin_us + span_us);
    struct cost now = cost_now();

    printf("opened, first moment     %.1f ms, CPU %.1f ms\n",
           (double)(now.wall_us - begun.wall_us) / 1e3, (double)(now.cpu_us - begun.cpu_us) / 1e3);
    for (int i = 0; i < SEEKS; i++)
        at[i] = night->begin_us + (gint64)(g_rand_double(night->random) * (double)span_us);
    measure(reader, "to any moment", at);
    for (int i = 0; i < SEEKS; i++)
        at[i] = night->begin_us + span_us / 2 + i * (gint64)S * night->interval_s;
    measure(reader, "to the next sample", at);
}

int main(int argc, char **argv)
{
    struct process_entry entry_of = {.id = {4711, 77},
                                     .comm = (char *)"sidecar",
                                     .exe = (char *)"/bin/sidecar",
                                     .cmdline = (char *)"sidecar"};
    struct platform_options platform = {0};
    struct night night = {.random = g_rand_new_with_seed(1),
                          .hours = argc > 1 ? atoi(argv[1]) : 12,
                          .fds = argc > 2 ? atoi(argv[2]) : 0,
                          .goroutines = argc > 3 ? atoi(argv[3]) : 0,
                          .interval_s = argc > 4 ? atoi(argv[4]) : 1};
    g_autofree char *folder = g_dir_make_tmp("bench-replay-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "night.db", NULL);
    g_autoptr(GError) error = NULL;

    night.begin_us = night.now_us = (gint64)1790000000 * S;
    night.target = target_new(&platform, &entry_of, "http://127.0.0.1:6060/debug/pprof", NULL);
    night.series = series_set_new(&(struct series_options){0});
    night.parts = session_parts_new(&(struct trend_options){0});
    night.tap = (struct parts_tap){on_begin, on_part, on_clear, &night};
    session_parts_set_tap(night.parts, &night.tap);
    series_set_set_tap(night.series, on_point, &night);
    night.baseline = file_baseline_new();
    night.entries = g_array_new(FALSE, FALSE, sizeof(struct fd_entry));
    g_queue_init(&night.items);
    night.writer = writer_open(path, 0, &error);
    if (night.writer == NULL)
        g_error("%s", error->message);
    gint64 begun_us = g_get_monotonic_time();

    write_night(&night);
    gint64 bytes = writer_bytes(night.writer);

    writer_close(night.writer);
    printf("%d h every %d s, %d descriptors, %d goroutines: %.1f MB, written in %.1f s\n",
           (int)night.hours, night.interval_s, night.fds, night.goroutines, (double)bytes / 1e6,
           (double)(g_get_monotonic_time() - begun_us) / 1e6);
    read_night(&night, path);
    if (argc <= 5) {
        g_unlink(path);
        g_rmdir(folder);
    }
    return 0;
}
