#include "app/monitor/exposure.h"

/* A probe that has not looked yet has nothing to say. */
static void take_probes(struct exposed *ret, const struct watched *watched)
{
    for (int i = 0; i < PROBE_N_KINDS; i++) {
        const struct sample *sample = session_sample(watched_session(watched), (enum probe_kind)i);

        ret->probes[i] = sample != NULL ? sample->status : SAMPLE_UNSUPPORTED;
    }
}

static void take(struct exposed *ret, const struct watched *watched,
                 const struct thresholds *thresholds, enum exposure_moment moment)
{
    const struct target *target = watched_target(watched);

    *ret = (struct exposed){
        .pid = target->id.pid,
        .process = target->name,
        .project = watched_project(watched),
    };
    if (moment == EXPOSURE_LINE)
        watched_answers(watched, &ret->values);
    else
        watched_newest(watched, &ret->values);
    take_probes(ret, watched);
    /* what was said of one that has ended is no verdict on now */
    if (ret->values.up) {
        struct triage_input input;

        triage_input_from_session(&input, watched_session(watched));
        g_autoptr(triage_result_auto) result = triage_evaluate(&input, thresholds);

        for (int i = 0; i < TRIAGE_N_STEPS; i++)
            ret->verdicts[i] = result->steps[i].verdict;
        ret->worst = result->verdict;
    } else {
        for (int i = 0; i < TRIAGE_N_STEPS; i++)
            ret->verdicts[i] = TRIAGE_UNKNOWN;
        ret->worst = TRIAGE_UNKNOWN;
    }
}

char *exposure_page(const struct fleet *fleet, const struct thresholds *thresholds,
                    enum exposure_moment moment, enum exposition_form form)
{
    guint n = fleet_size(fleet);
    g_autofree struct exposed *exposed = g_new0(struct exposed, n);

    for (guint i = 0; i < n; i++)
        take(&exposed[i], fleet_nth(fleet, i), thresholds, moment);
    return exposition_write(exposed, n, thresholds, form);
}
