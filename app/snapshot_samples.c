#include "app/snapshot_samples.h"

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

static void take_pprof(struct snapshot *snapshot, const struct heap_sample *heap,
                       const struct goroutines_sample *goroutines)
{
    if (heap != NULL && heap->memstats != NULL) {
        snapshot->has_memstats = true;
        snapshot->memstats = *heap->memstats;
    }
    if (heap != NULL && heap->profile != NULL)
        snapshot_set_profile(snapshot, "heap", profile_ref(heap->profile), NULL);
    if (goroutines != NULL && goroutines->dump != NULL)
        snapshot->goroutines =
            goroutine_dump_ref((struct goroutine_dump *)(uintptr_t)goroutines->dump);
}

struct snapshot *snapshot_of_samples(const struct target *target,
                                     struct sample *const samples[PROBE_N_KINDS])
{
    struct snapshot *snapshot = snapshot_of_target(target);

    snapshot->process = sample_ref(samples[PROBE_PROCESS]);
    snapshot->memory = sample_ref(samples[PROBE_MEMORY]);
    snapshot->files = sample_ref(samples[PROBE_FILES]);
    take_pprof(snapshot, (const struct heap_sample *)samples[PROBE_HEAP],
               (const struct goroutines_sample *)samples[PROBE_GOROUTINES]);
    return snapshot;
}

struct snapshot *snapshot_of_session(const struct session *session)
{
    struct sample *samples[PROBE_N_KINDS];

    for (int i = 0; i < PROBE_N_KINDS; i++)
        samples[i] = (struct sample *)(uintptr_t)session_sample(session, (enum probe_kind)i);
    return snapshot_of_samples(session_target(session), samples);
}
