#include "app/triage/symptoms.h"

#include "app/triage/numbers.h"
#include "app/triage/step_fds.h"

#include <math.h>
#include <string.h>

enum { STEPS_MAX = 4 };

/* --- the procedure's table --- */

struct symptom_row {
    struct symptom_info info;
    size_t n_steps;
    enum triage_step_id steps[STEPS_MAX];
};

static const struct symptom_row rows[SYMPTOM_N] = {
    [SYMPTOM_NONE] = {.info = {"", "no symptom yet", "all", "walk all steps as documented",
                               METRIC_RSS, TRIAGE_RSS},
                      .n_steps = 4,
                      .steps = {TRIAGE_RSS, TRIAGE_FDS, TRIAGE_MAP, TRIAGE_HEAP}},
    [SYMPTOM_RSS] = {.info = {"rss", "RSS is high or grows", "vmmap, pprof heap",
                              "check system memory, then the heap profile", METRIC_RSS, TRIAGE_RSS},
                     .n_steps = 4,
                     .steps = {TRIAGE_RSS, TRIAGE_FDS, TRIAGE_MAP, TRIAGE_HEAP}},
    [SYMPTOM_FDS] = {.info = {"fds", "too many open files", "lsof",
                              "count the descriptors and see of what kind they are", METRIC_FDS,
                              TRIAGE_FDS},
                     .n_steps = 2,
                     .steps = {TRIAGE_FDS, TRIAGE_GOROUTINES}},
    [SYMPTOM_CPU] = {.info = {"cpu", "CPU use is high", "pprof CPU, ps", "capture a CPU profile",
                              METRIC_CPU, TRIAGE_CPU},
                     .n_steps = 2,
                     .steps = {TRIAGE_CPU, TRIAGE_GOROUTINES}},
    [SYMPTOM_GOROUTINES] = {.info = {"goroutines", "goroutines pile up", "pprof goroutines",
                                     "count the goroutines and see where they stand",
                                     METRIC_GOROUTINES, TRIAGE_GOROUTINES},
                            .n_steps = 2,
                            .steps = {TRIAGE_GOROUTINES, TRIAGE_RESPONSE}},
    [SYMPTOM_HANG] = {.info = {"hang", "a plugin does not respond", "lsof, goroutines",
                               "look for SQLite locks and blocked goroutines", METRIC_SWAP,
                               TRIAGE_RESPONSE},
                      .n_steps = 4,
                      .steps = {TRIAGE_RESPONSE, TRIAGE_GOROUTINES, TRIAGE_CPU, TRIAGE_MAP}},
};

const struct symptom_info *symptom_info(enum symptom symptom)
{
    return &rows[symptom].info;
}

enum symptom symptom_from_key(const char *key)
{
    for (int i = SYMPTOM_NONE + 1; i < SYMPTOM_N; i++)
        if (strcmp(rows[i].info.key, key) == 0)
            return (enum symptom)i;
    return SYMPTOM_N;
}

size_t symptom_order(enum symptom symptom, enum triage_step_id ret[TRIAGE_N_STEPS])
{
    const struct symptom_row *row = &rows[symptom];
    bool taken[TRIAGE_N_STEPS] = {false};
    size_t n = 0;

    for (; n < row->n_steps; n++) {
        ret[n] = row->steps[n];
        taken[row->steps[n]] = true;
    }
    for (int i = 0; i < TRIAGE_N_STEPS; i++)
        if (!taken[i])
            ret[n++] = (enum triage_step_id)i;
    return row->n_steps;
}

/* --- its sign --- */

/* NAN: not known. */
static double level_of(enum symptom symptom, const struct triage_input *in)
{
    const struct process_sample *process =
        in->process != NULL && sample_usable(&in->process->base) ? in->process : NULL;

    switch (symptom) {
    case SYMPTOM_FDS:
        return metric_value(step_fds_count(in));
    case SYMPTOM_CPU:
        return in->cpu_mean > 0 ? in->cpu_mean : process != NULL ? process->cpu_percent : NAN;
    case SYMPTOM_GOROUTINES:
        return in->goroutines != NULL && sample_usable(&in->goroutines->base)
                   ? metric_value(in->goroutines->count)
                   : NAN;
    case SYMPTOM_NONE:
    case SYMPTOM_RSS:
    case SYMPTOM_HANG:
    case SYMPTOM_N:
    default:
        return process != NULL ? metric_value(process->rss_bytes) : NAN;
    }
}

static struct number_text level_words(enum symptom symptom, double level)
{
    switch (metric_info(rows[symptom].info.metric)->unit) {
    case METRIC_BYTES:
        return number_bytes((int64_t)level);
    case METRIC_PERCENT:
        return number_percent(level);
    default:
        return number_count((int64_t)level);
    }
}

static char *trend_words(enum symptom symptom, const struct triage_input *in)
{
    enum metric metric = rows[symptom].info.metric;
    const struct trend *trend = &in->trends[metric];

    if (symptom == SYMPTOM_CPU) /* it comes in bursts: a mean says more than a slope */
        return g_strdup(in->cpu_mean > 0 ? "mean of the last 15s" : "of the last interval");
    if (trend->verdict == TREND_UNKNOWN)
        return g_strdup("trend unknown");
    return g_strdup(
        (metric_is_bytes(metric) ? number_trend_bytes(trend) : number_trend_count(trend)).text);
}

/* A target that hangs as a whole answers pprof late, or not at all. */
static char *answer_words(const struct triage_input *in)
{
    const struct goroutines_sample *goroutines = in->goroutines;

    if (in->target->pprof_url == NULL)
        return g_strdup("no pprof");
    if (goroutines == NULL)
        return g_strdup("pprof not asked yet");
    if (goroutines->base.status != SAMPLE_OK || goroutines->is_silent)
        return g_strdup("pprof does not answer");
    return g_strdup_printf("pprof in %s", number_cost((double)goroutines->base.cost_us).text);
}

/* Nothing was found to block, but nobody answers either: that is worth a look. */
static enum triage_verdict hang_verdict(const struct triage_input *in,
                                        const struct triage_step *step)
{
    bool is_silent = in->target->pprof_url != NULL && in->goroutines != NULL &&
                     (in->goroutines->base.status == SAMPLE_FAILED || in->goroutines->is_silent);

    return is_silent ? triage_worst(step->evidence_verdict, TRIAGE_LOOK) : step->evidence_verdict;
}

static struct symptom_sign sign_of(enum symptom symptom, const struct triage_input *in,
                                   const struct triage_step *step)
{
    double level = level_of(symptom, in);
    bool is_known = step->evidence_verdict != TRIAGE_UNKNOWN;

    if (symptom == SYMPTOM_HANG)
        return (struct symptom_sign){g_strdup(is_known ? step->summary : "unknown"),
                                     answer_words(in), hang_verdict(in, step)};
    if (isnan(level))
        return (struct symptom_sign){
            g_strdup("unknown"), symptom == SYMPTOM_GOROUTINES ? answer_words(in) : g_strdup(""),
            step->evidence_verdict};
    return (struct symptom_sign){g_strdup(level_words(symptom, level).text),
                                 trend_words(symptom, in), step->evidence_verdict};
}

void symptom_signs(struct triage_result *result, const struct triage_input *input)
{
    for (int i = 0; i < SYMPTOM_N; i++)
        result->signs[i] = sign_of((enum symptom)i, input, &result->steps[rows[i].info.step]);
}

void symptom_sign_copy(struct symptom_sign *ret, const struct symptom_sign *sign)
{
    *ret = (struct symptom_sign){g_strdup(sign->now), g_strdup(sign->trend), sign->verdict};
}

void symptom_sign_clear(struct symptom_sign *sign)
{
    g_free(sign->now);
    g_free(sign->trend);
    *sign = (struct symptom_sign){0};
}
