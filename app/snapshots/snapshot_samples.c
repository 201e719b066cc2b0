#include "app/snapshots/snapshot_samples.h"

#include "probes/clock.h"

struct snapshot *snapshot_of_target(const struct target *target)
{
    g_autofree char *origin = target->id.pid != 0
                                  ? g_strdup_printf("%s %d", target->name, (int)target->id.pid)
                                  : g_strdup(target->name);
    struct snapshot *snapshot = snapshot_new("", origin);

    snapshot->taken_us = clock_now_us();
    snapshot->real_us = g_get_real_time();
    return snapshot;
}

static bool has_map(const struct memory_sample *memory)
{
    return memory != NULL && memory->regions_us != 0;
}

struct snapshot *snapshot_of_samples(const struct target *target,
                                     struct sample *const samples[PROBE_N_KINDS])
{
    struct snapshot *snapshot = snapshot_of_target(target);

    snapshot->process = sample_ref(samples[PROBE_PROCESS]);
    snapshot->memory = sample_ref(samples[PROBE_MEMORY]);
    snapshot->files = sample_ref(samples[PROBE_FILES]);

    const struct heap_sample *heap = (const struct heap_sample *)samples[PROBE_HEAP];
    const struct goroutines_sample *goroutines =
        (const struct goroutines_sample *)samples[PROBE_GOROUTINES];

    if (heap != NULL && (heap->memstats != NULL || heap->profile != NULL))
        snapshot_set_source(&snapshot->heap_source, heap->source);
    if (heap != NULL && heap->memstats != NULL) {
        snapshot->has_memstats = true;
        snapshot->memstats = *heap->memstats;
    }
    if (heap != NULL && heap->profile != NULL)
        snapshot_set_profile(snapshot, "heap", profile_ref(heap->profile), NULL);
    if (goroutines != NULL && goroutines->dump != NULL) {
        snapshot->goroutines =
            goroutine_dump_ref((struct goroutine_dump *)(uintptr_t)goroutines->dump);
        snapshot_set_source(&snapshot->goroutines_source, goroutines->source);
    }

    return snapshot;
}

struct snapshot *snapshot_of_session(const struct session *session)
{
    struct sample *samples[PROBE_N_KINDS];

    for (int i = 0; i < PROBE_N_KINDS; i++)
        samples[i] = (struct sample *)(uintptr_t)session_sample(session, (enum probe_kind)i);
    struct snapshot *snapshot = snapshot_of_samples(session_target(session), samples);

    snapshot->taken_us = session_now_us(session);
    snapshot->real_us = session_real_us(session, snapshot->taken_us);
    return snapshot;
}

void snapshot_complete(struct snapshot *snapshot, const struct session *session)
{
    g_autoptr(snapshot_auto) newer = snapshot_of_session(session);

    struct profile *heap = snapshot_profile(newer, "heap");

    if (snapshot->process == NULL)
        snapshot->process = sample_ref(newer->process);
    if (snapshot->files == NULL)
        snapshot->files = sample_ref(newer->files);
    if (!has_map(snapshot->memory) && has_map(newer->memory)) {
        sample_unref(snapshot->memory);
        snapshot->memory = sample_ref(newer->memory);
    }
    if (snapshot->goroutines == NULL && newer->goroutines != NULL) {
        snapshot->goroutines = goroutine_dump_ref(newer->goroutines);
        snapshot_set_source(&snapshot->goroutines_source, newer->goroutines_source);
    }
    if (snapshot_profile(snapshot, "heap") == NULL && heap != NULL) {
        snapshot_set_profile(snapshot, "heap", profile_ref(heap), NULL);
        snapshot_set_source(&snapshot->heap_source, newer->heap_source);
    }
    if (!snapshot->has_memstats) {
        snapshot->has_memstats = newer->has_memstats;
        snapshot->memstats = newer->memstats;
    }
}
