#include "snapshot_fixture.h"

#include "probes/file_groups.h"
#include "probes/paths.h"

#include <string.h>

enum { N_PATHS = 6, N_STACKS = 8, MAX_COUNT = 5 };

static const char *const names[N_PATHS + 1] = {
    "/home/me/.claude/projects/-home-me-x/1b4e28ba-2fa1-11d2-883f-0016d3cca427.jsonl",
    "/home/me/.claude/projects/-home-me-x/6ba7b810-9dad-11d1-80b4-00c04fd430c8.jsonl",
    "/home/me/odd \t\n\x1b[31m name\xff.log",
    "/home/me/.todos/issues.db",
    "/home/me/.todos/issues.db-wal",
    "/dev/null",
    NULL,
};

struct files_sample *fixture_files(const char *const *paths, const unsigned *counts)
{
    struct files_sample *files = sample_new(PROBE_FILES, sizeof *files);
    struct file_baseline *baseline = file_baseline_new();
    GArray *fds = g_array_new(FALSE, TRUE, sizeof(struct fd_entry));

    for (size_t i = 0; paths[i] != NULL; i++)
        for (unsigned n = 0; n < counts[i]; n++) {
            struct fd_entry fd = {
                .fd = (int)fds->len,
                .type = FD_REG,
                .path = sample_strdup(files, paths[i]),
                .detail = "",
                .cls = path_classify(paths[i]),
                .deleted = n == 3,
                .access = n % 2 != 0 ? 'r' : 'u',
                .inode = 1000 + i,
                .device = 7,
                .offset = n == 0 ? SAMPLE_UNKNOWN : (int64_t)n * 10,
                .flags = 0x8002,
                .size = (int64_t)i * 4096,
                .watches = SAMPLE_UNKNOWN,
            };

            g_array_append_val(fds, fd);
        }
    files->base.taken_us = 5 * G_USEC_PER_SEC;
    files->count = (int64_t)fds->len;
    files->soft_limit = 1024;
    files->inotify_max_instances = files->inotify_max_watches = SAMPLE_UNKNOWN;
    files->n_fds = fds->len;
    files->fds = sample_alloc(files, (fds->len + 1) * sizeof(struct fd_entry));
    memcpy((void *)(uintptr_t)files->fds, fds->data, fds->len * sizeof(struct fd_entry));
    files_summarise(files, baseline);
    file_baseline_free(baseline);
    g_array_unref(fds);
    return files;
}

static void add_states(GString *text, const unsigned *counts, size_t n)
{
    unsigned id = 1;

    for (size_t i = 0; i < n; i++)
        for (unsigned k = 0; k < counts[i]; k++)
            g_string_append_printf(text,
                                   "goroutine %u [chan receive, %zu minutes]:\n"
                                   "main.f%zu(0x1)\n\t/src/main.go:%zu +0x1d\n"
                                   "created by main.start in goroutine 1\n"
                                   "\t/src/main.go:9 +0x1\n\n",
                                   id++, i + 2, i, i + 10);
}

static void add_counts(GString *text, const unsigned *counts, size_t n)
{
    unsigned total = 0;

    for (size_t i = 0; i < n; i++)
        total += counts[i];
    g_string_append_printf(text, "goroutine profile: total %u\n", total);
    for (size_t i = 0; i < n; i++)
        if (counts[i] > 0)
            g_string_append_printf(text,
                                   "%u @ 0x%zx\n#\t0x%zx\tmain.f%zu+0x1d\t/src/main.go:%zu\n\n",
                                   counts[i], 0x401000 + i, 0x401000 + i, i, i + 10);
}

struct goroutine_dump *fixture_dump(const unsigned *counts, size_t n, bool states,
                                    GBytes **ret_text)
{
    GString *text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    if (states)
        add_states(text, counts, n);
    else
        add_counts(text, counts, n);
    struct goroutine_dump *dump = goroutine_dump_parse(text->str, text->len, &error);

    g_assert_no_error(error);
    g_autoptr(GBytes) bytes = g_string_free_to_bytes(text);

    if (ret_text != NULL)
        *ret_text = g_bytes_ref(bytes);
    return dump;
}

static void add_zone(struct memory_sample *memory)
{
    struct malloc_zone *zone = sample_alloc(memory, sizeof *zone);

    *zone = (struct malloc_zone){
        .name = sample_strdup(memory, "My \x1b zone_0x1"),
        .virtual_bytes = memory->rss_bytes * 2,
        .resident_bytes = SAMPLE_UNKNOWN,
        .dirty_bytes = memory->rss_bytes,
        .allocations = memory->pss_bytes,
        .allocated_bytes = memory->rss_bytes / 3,
        .regions = 3,
    };
    memory->zones = zone;
    memory->n_zones = 1;
}

static struct memory_sample *random_memory(GRand *rand)
{
    struct memory_sample *memory = sample_new(PROBE_MEMORY, sizeof *memory);
    size_t n = (size_t)g_rand_int_range(rand, 1, 40);
    struct region *regions = sample_alloc(memory, n * sizeof *regions);

    for (size_t i = 0; i < n; i++) {
        int64_t pages = g_rand_int_range(rand, 1, 100);

        regions[i] = (struct region){
            .start = 0x1000000 * (i + 1),
            .end = 0x1000000 * (i + 1) + (uint64_t)pages * 4096,
            .perms = "rw-p",
            .cls = (enum region_class)g_rand_int_range(rand, 0, REGION_N_CLASSES),
            .name = sample_strdup(memory, i % 3 == 0 ? "" : names[i % N_PATHS]),
            .resident_bytes = pages * 2048,
            .pss_bytes = pages * 1024,
            .dirty_bytes = pages * 512,
            .swapped_bytes = 0,
            .lazyfree_bytes = SAMPLE_UNKNOWN,
        };
        struct region_totals *totals = &memory->classes[regions[i].cls];

        totals->count++;
        totals->virtual_bytes += pages * 4096;
        totals->resident_bytes += pages * 2048;
        memory->total.count++;
    }
    memory->rss_bytes = g_rand_int_range(rand, 1, G_MAXINT);
    memory->pss_bytes = g_rand_int_range(rand, 1, G_MAXINT);
    memory->locked_bytes = SAMPLE_UNKNOWN;
    memory->pressure = memory_pressure_unknown;
    memory->regions_us = 4 * G_USEC_PER_SEC;
    memory->regions = regions;
    memory->n_regions = n;
    add_zone(memory);
    return memory;
}

static struct process_sample *random_process(GRand *rand)
{
    struct process_sample *process = sample_new(PROBE_PROCESS, sizeof *process);

    process->rss_bytes = g_rand_int_range(rand, 1, G_MAXINT);
    process->swap_bytes = SAMPLE_UNKNOWN;
    process->threads = g_rand_int_range(rand, 1, 50);
    process->fd_count = g_rand_int_range(rand, 1, 5000);
    process->fd_soft_limit = 1024;
    process->state_letter = 'S';
    process->cpu_percent = 1.5;
    process->uptime_s = 77;
    return process;
}

struct snapshot *fixture_snapshot(guint32 seed, bool states, struct profile *heap)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    struct snapshot *snapshot = snapshot_new("", "sidecar 41822");
    unsigned counts[MAX(N_PATHS, N_STACKS)];

    snapshot->real_us = 1700000000 * (gint64)G_USEC_PER_SEC + seed * (gint64)G_USEC_PER_SEC;
    snapshot->taken_us = (10 + (gint64)seed) * G_USEC_PER_SEC;
    for (size_t i = 0; i < N_PATHS; i++)
        counts[i] = (unsigned)g_rand_int_range(rand, 0, MAX_COUNT);
    snapshot->files = fixture_files(names, counts);
    for (size_t i = 0; i < N_STACKS; i++)
        counts[i] = (unsigned)g_rand_int_range(rand, i == 0, MAX_COUNT);
    snapshot->goroutines = fixture_dump(counts, N_STACKS, states, &snapshot->goroutines_text);
    snapshot->memory = random_memory(rand);
    snapshot->process = random_process(rand);
    snapshot->has_memstats = true;
    snapshot->memstats.heap_alloc = g_rand_int(rand);
    snapshot->memstats.heap_inuse = g_rand_int(rand);
    snapshot->memstats.next_gc = UINT64_MAX;
    snapshot->memstats.gc_cpu_fraction = 0.125;
    snapshot->memstats.complete = true;
    if (heap != NULL)
        snapshot_set_profile(snapshot, "heap", profile_ref(heap), NULL);
    return snapshot;
}
