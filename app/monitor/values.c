#include "app/monitor/values.h"

#include <math.h>

/* Walks of the regions come when they are affordable: the last one holds for so long. */
enum { WALK_KEPT_US = 5 * 60 * G_USEC_PER_SEC };

static bool is_fresh(const struct session *session, enum probe_kind kind, gint64 since_us)
{
    const struct sample *sample = session_sample(session, kind);

    return sample != NULL && sample->status == SAMPLE_OK && sample->taken_us >= since_us;
}

/* A sample may be good without the part that a reading is of. */
static bool has_part(const struct metric_reading *reading, const struct sample *sample)
{
    const struct memory_sample *memory = (const struct memory_sample *)sample;

    switch (reading->when) {
    case METRIC_NEW_WALK:
        return memory->regions_us != 0 && sample->taken_us - memory->regions_us < WALK_KEPT_US;
    case METRIC_NEW_MEMSTATS:
        return ((const struct heap_sample *)sample)->memstats != NULL;
    case METRIC_NEW_COLLECTION:
        return ((const struct heap_sample *)sample)->profile != NULL;
    case METRIC_EACH_SAMPLE:
    default:
        return true;
    }
}

static double read_now(const struct metric_reading *reading, const struct session *session,
                       const gint64 since_us[PROBE_N_KINDS])
{
    if (reading->kind == PROBE_N_KINDS ||
        !is_fresh(session, reading->kind, since_us[reading->kind]))
        return NAN;
    const struct sample *sample = session_sample(session, reading->kind);

    return has_part(reading, sample) ? metric_read(reading, sample) : NAN;
}

/* Its point is as old as the newest sample it is made of. */
static double made_of_several(const struct session *session, enum metric metric,
                              enum probe_kind kind, gint64 since_us)
{
    struct history_point point;

    if (!is_fresh(session, kind, since_us) ||
        !history_last(session_history(session, metric), &point) || point.t_us < since_us)
        return NAN;
    return point.value;
}

void values_take(struct values *ret, const struct session *session,
                 const gint64 since_us[PROBE_N_KINDS])
{
    bool ended = session_ended(session, NULL);

    values_set_unknown(ret);
    if (ended)
        return;
    ret->up = session_target(session)->id.pid != 0 ||
              is_fresh(session, PROBE_GOROUTINES, since_us[PROBE_GOROUTINES]) ||
              is_fresh(session, PROBE_HEAP, since_us[PROBE_HEAP]);
    for (size_t i = 0; i < METRIC_N; i++) {
        const struct metric_reading *readings = metric_info((enum metric)i)->readings;

        ret->value[i] = read_now(&readings[0], session, since_us);
        if (isnan(ret->value[i]))
            ret->value[i] = read_now(&readings[1], session, since_us);
    }
    ret->value[METRIC_ALLOC_RATE] =
        made_of_several(session, METRIC_ALLOC_RATE, PROBE_HEAP, since_us[PROBE_HEAP]);
    ret->value[METRIC_FDS_OPENED] =
        made_of_several(session, METRIC_FDS_OPENED, PROBE_FILES, since_us[PROBE_FILES]);
    ret->value[METRIC_PROJECT_SWITCHES] =
        made_of_several(session, METRIC_PROJECT_SWITCHES, PROBE_PROCESS, since_us[PROBE_PROCESS]);
}

void values_set_unknown(struct values *ret)
{
    ret->up = false;
    for (size_t i = 0; i < METRIC_N; i++)
        ret->value[i] = NAN;
}

void values_append_name(GString *out, enum metric metric)
{
    static const char *const suffixes[] = {
        [METRIC_COUNT] = "",
        [METRIC_BYTES] = "_bytes",
        [METRIC_PERCENT] = "_percent",
        [METRIC_BYTES_PER_SECOND] = "_bytes_per_second",
        [METRIC_PER_MINUTE] = "_per_minute",
        [METRIC_SECONDS] = "_seconds",
    };
    const struct metric_info *info = metric_info(metric);

    g_string_append_printf(out, "%s%s", info->id, suffixes[info->unit]);
}
