#include "app/report/report_parts.h"

#include "app/triage/steps.h"

static void member(struct document *d, const char *key, int64_t value)
{
    document_member(d, key, DOCUMENT_OF_INT(DOCUMENT_COUNT, value));
}

static bool usable(const void *sample)
{
    return sample != NULL && sample_usable(sample);
}

static void add_process(struct document *d, const struct process_sample *process)
{
    if (!usable(process))
        return;
    member(d, "rss_bytes", process->rss_bytes);
    member(d, "rss_anon_bytes", process->rss_anon_bytes);
    member(d, "rss_file_bytes", process->rss_file_bytes);
    member(d, "rss_peak_bytes", process->rss_peak_bytes);
    member(d, "vsz_bytes", process->vsz_bytes);
    member(d, "footprint_bytes", process->footprint_bytes);
    document_member(d, "cpu_percent", DOCUMENT_OF_DOUBLE(DOCUMENT_NUMBER, process->cpu_percent));
    member(d, "threads", process->threads);
    member(d, "fds", process->fd_count);
    member(d, "fd_soft_limit", process->fd_soft_limit);
}

static void add_regions(struct document *d, const struct memory_sample *memory)
{
    member(d, "regions", memory->total.count);
    document_open(d, "regions_by_class");
    for (int i = 0; i < REGION_N_CLASSES; i++) {
        const struct region_totals *totals = &memory->classes[i];

        document_open(d, region_class_name((enum region_class)i));
        member(d, "count", totals->count);
        member(d, "virtual_bytes", totals->virtual_bytes);
        member(d, "resident_bytes", totals->resident_bytes);
        member(d, "dirty_bytes", totals->dirty_bytes);
        member(d, "swapped_bytes", totals->swapped_bytes);
        document_close(d);
    }
    document_close(d);
}

static void add_heap(struct document *d, const struct heap_sample *heap)
{
    if (!usable(heap) || heap->memstats == NULL)
        return;
    member(d, "heap_alloc_bytes", (int64_t)heap->memstats->heap_alloc);
    member(d, "heap_inuse_bytes", (int64_t)heap->memstats->heap_inuse);
    member(d, "heap_idle_bytes", (int64_t)heap->memstats->heap_idle);
    member(d, "heap_released_bytes", (int64_t)heap->memstats->heap_released);
    member(d, "collections", (int64_t)heap->memstats->num_gc);
    if (heap->source != NULL && *heap->source != '\0')
        document_member(d, "heap_source", DOCUMENT_OF_TEXT(DOCUMENT_PLAIN, heap->source));
}

void report_add_measurements(struct document *d, const struct triage_input *in)
{
    document_for(d, DOCUMENT_JSON);
    document_open(d, "measurements");
    add_process(d, in->process);
    member(d, "swap_bytes", step_swap_bytes(in));
    const struct files_sample *files = in->files;

    if (usable(files)) {
        document_open(d, "fds_by_type");
        for (int i = 0; i < FD_N_TYPES; i++)
            member(d, fd_type_label((enum fd_type)i), files->by_type[i]);
        document_close(d);
        document_open(d, "files_by_class");
        for (int i = 0; i < PATH_N_CLASSES; i++)
            member(d, path_class_name((enum path_class)i), files->by_class[i]);
        document_close(d);
        member(d, "inotify_watches", files->inotify_watches);
    }
    const struct memory_sample *memory = in->memory;

    if (usable(memory)) {
        member(d, "pss_bytes", memory->pss_bytes);
        member(d, "lazyfree_bytes", memory->lazyfree_bytes);
        if (memory->regions_us != 0)
            add_regions(d, memory);
    }
    member(d, "goroutines", usable(in->goroutines) ? in->goroutines->count : SAMPLE_UNKNOWN);
    if (usable(in->goroutines) && in->goroutines->source != NULL && *in->goroutines->source != '\0')
        document_member(d, "goroutines_source",
                        DOCUMENT_OF_TEXT(DOCUMENT_PLAIN, in->goroutines->source));
    add_heap(d, in->heap);
    document_close(d);
}
