#include "app/recording/moment_of_snapshot.h"

#include "app/session/series.h"
#include "app/session/session_move.h"
#include "probes/record.h"

#include <string.h>

static const char not_held[] = "this file does not hold it";

/* --- samples --- */

static void *sample_at(enum probe_kind kind, gint64 at_us)
{
    struct sample *sample = record_sample_new(kind);

    sample->taken_us = sample->real_us = at_us;
    sample->sequence = 1;
    return sample;
}

static struct sample *heap_of(const struct snapshot *snapshot, gint64 at_us)
{
    struct heap_sample *heap = sample_at(PROBE_HEAP, at_us);
    struct profile *profile = snapshot_profile(snapshot, "heap");

    heap->source = sample_strdup(heap, snapshot->heap_source);
    if (profile == NULL)
        profile = snapshot_profile(snapshot, "allocs"); /* the same, another sample type first */
    if (profile != NULL) {
        heap->profile = profile;
        heap->profile_us = at_us;
        heap->new_gc = true;
        sample_hold(heap, profile_ref(profile), (GDestroyNotify)profile_unref);
    }
    if (snapshot->has_memstats) {
        struct memstats *memstats = sample_alloc(heap, sizeof *memstats);

        *memstats = snapshot->memstats;
        heap->memstats = memstats;
    }
    if (profile == NULL && !snapshot->has_memstats)
        sample_set_status(heap, SAMPLE_UNSUPPORTED, "%s", not_held);
    return &heap->base;
}

static struct sample *goroutines_of(const struct snapshot *snapshot, gint64 at_us)
{
    struct goroutines_sample *sample = sample_at(PROBE_GOROUTINES, at_us);
    struct goroutine_dump *dump = snapshot->goroutines;

    sample->count = sample->os_threads = SAMPLE_UNKNOWN;
    sample->source = "";
    if (dump == NULL) {
        sample_set_status(sample, SAMPLE_UNSUPPORTED, "%s", not_held);
        return &sample->base;
    }
    sample->count = (int64_t)dump->total;
    sample->dump = dump;
    sample->dump_us = at_us;
    sample->source = sample_strdup(sample, snapshot->goroutines_source);
    sample_hold(sample, goroutine_dump_ref(dump), (GDestroyNotify)goroutine_dump_unref);
    return &sample->base;
}

void moment_of_snapshot(struct snapshot *snapshot, struct session_moment *ret)
{
    struct sample *samples[PROBE_N_KINDS] = {
        [PROBE_PROCESS] = sample_ref(snapshot->process),
        [PROBE_MEMORY] = sample_ref(snapshot->memory),
        [PROBE_FILES] = sample_ref(snapshot->files),
    };
    gint64 newest = 0;

    for (int i = 0; i < PROBE_N_KINDS; i++)
        if (samples[i] != NULL)
            newest = MAX(newest, samples[i]->taken_us);
    gint64 taken_us = newest, now_us = MAX(snapshot->real_us, 1);

    for (int i = 0; i < PROBE_N_KINDS; i++)
        if (samples[i] != NULL)
            sample_move(samples[i], now_us - taken_us);
    samples[PROBE_GOROUTINES] = goroutines_of(snapshot, now_us);
    samples[PROBE_HEAP] = heap_of(snapshot, now_us);
    *ret = (struct session_moment){
        .now_us = now_us,
        .series = series_set_new(&(struct series_options){0}),
        .parts = session_parts_new(&(struct trend_options){0}),
    };
    for (int i = 0; i < PROBE_N_KINDS; i++) {
        if (samples[i] == NULL) {
            struct sample *sample = sample_at((enum probe_kind)i, now_us);

            sample_set_status(sample, SAMPLE_UNSUPPORTED, "%s", not_held);
            samples[i] = sample;
        }
        ret->samples[i] = samples[i];
        series_set_add(ret->series, samples[i]);
        session_parts_add(ret->parts, samples[i]);
    }
}

/* --- the target --- */

/* "sidecar 41822", as snapshot_of_target writes it. */
static bool parse_origin(const char *origin, char **ret_name, pid_t *ret_pid)
{
    const char *blank = strrchr(origin, ' ');
    gint64 pid = blank != NULL ? g_ascii_strtoll(blank + 1, NULL, 10) : 0;

    if (blank == NULL || blank == origin || pid < 1 || pid > G_MAXINT ||
        strchr(origin, '/') != NULL)
        return false;
    *ret_name = g_strndup(origin, (gsize)(blank - origin));
    *ret_pid = (pid_t)pid;
    return true;
}

/* Whether anything in it was asked of pprof, or may have been. */
static bool is_of_server(const struct snapshot *snapshot)
{
    return (snapshot->goroutines != NULL && !sample_is_from_memory(snapshot->goroutines_source)) ||
           (snapshot->profiles->len > 0 && !sample_is_from_memory(snapshot->heap_source));
}

struct target *target_of_snapshot(const struct snapshot *snapshot, const char *name)
{
    struct target *target = g_new0(struct target, 1);

    if (!parse_origin(snapshot->whom != NULL ? snapshot->whom : snapshot->origin, &target->name,
                      &target->id.pid))
        target->name = g_strdup(name);
    target->exe = g_strdup("");
    target->cmdline = g_strdup("");
    target->go_version = g_strdup("");
    /* what came from a server is judged as such; the documented address stands for the unknown one
     */
    if (is_of_server(snapshot))
        target->pprof_url = g_strdup("http://localhost:6060/debug/pprof");
    else
        target->pprof_why = g_strdup(snapshot->goroutines != NULL || snapshot->profiles->len > 0
                                         ? "what this file holds was read from memory"
                                         : "this file holds no heap profile");
    target->is_sidecar = strcmp(target->name, "sidecar") == 0;
    return target;
}
