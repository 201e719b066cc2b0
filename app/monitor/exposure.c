#include "app/monitor/exposure.h"

char *exposure_page(const struct fleet *fleet, const struct thresholds *thresholds,
                    enum exposure_moment moment, enum exposition_form form)
{
    guint n = fleet_size(fleet);
    g_autofree struct exposed *exposed = g_new0(struct exposed, n);

    for (guint i = 0; i < n; i++) {
        struct exposed *ret = &exposed[i];
        const struct watched *watched = fleet_nth(fleet, i);
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
        /* A probe that has not looked yet has nothing to say. */
        for (int j = 0; j < PROBE_N_KINDS; j++) {
            const struct sample *sample =
                session_sample(watched_session(watched), (enum probe_kind)j);

            ret->probes[j] = sample != NULL ? sample->status : SAMPLE_UNSUPPORTED;
        }
        /* what was said of one that has ended is no verdict on now */
        if (ret->values.up) {
            struct triage_input input;

            triage_input_from_session(&input, watched_session(watched));
            g_autoptr(triage_result_auto) result = triage_evaluate(&input, thresholds);

            for (int j = 0; j < TRIAGE_N_STEPS; j++)
                ret->verdicts[j] = result->steps[j].verdict;
            ret->worst = result->verdict;
        } else {
            for (int j = 0; j < TRIAGE_N_STEPS; j++)
                ret->verdicts[j] = TRIAGE_UNKNOWN;
            ret->worst = TRIAGE_UNKNOWN;
        }
    }
    return exposition_write(exposed, n, thresholds, form);
}
