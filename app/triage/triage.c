#include "app/triage/triage.h"

#include "app/triage/judgement.h"
#include "app/triage/pattern_rules.h"
#include "app/triage/steps.h"
#include "app/triage/symptoms.h"

#include <string.h>

static const struct step_info {
    const char *key, *title, *question;
    void (*evaluate)(struct step_context *context);
} infos[TRIAGE_N_STEPS] = {
    [TRIAGE_RSS] = {"rss", "RSS", "Is RSS high?", triage_step_rss},
    [TRIAGE_FDS] = {"fds", "FDs", "Are too many descriptors open?", triage_step_fds},
    [TRIAGE_MAP] = {"map", "memory map", "Does the memory map show a leak?", triage_step_map},
    [TRIAGE_HEAP] = {"heap", "heap", "Is the Go heap growing?", triage_step_heap},
    [TRIAGE_CPU] = {"cpu", "CPU", "Does it burn CPU, and who?", triage_step_cpu},
    [TRIAGE_GOROUTINES] = {"goroutines", "goroutines", "Do goroutines pile up?",
                           triage_step_goroutines},
    [TRIAGE_RESPONSE] = {"response", "response", "Does something keep a plugin from answering?",
                         triage_step_response},
};

enum triage_step_id triage_step_from_key(const char *key)
{
    for (size_t i = 0; i < TRIAGE_N_STEPS; i++)
        if (strcmp(infos[i].key, key) == 0)
            return (enum triage_step_id)i;
    return TRIAGE_N_STEPS;
}

const char *triage_step_key(enum triage_step_id id)
{
    return infos[id].key;
}

const char *triage_verdict_name(enum triage_verdict verdict)
{
    static const char *const names[] = {
        [TRIAGE_HEALTHY] = "healthy",
        [TRIAGE_LOOK] = "look",
        [TRIAGE_BAD] = "bad",
        [TRIAGE_UNKNOWN] = "unknown",
    };

    return names[verdict];
}

void triage_fact_copy(struct triage_fact *ret, const struct triage_fact *fact)
{
    *ret = (struct triage_fact){.label = g_strdup(fact->label),
                                .value = g_strdup(fact->value),
                                .note = g_strdup(fact->note),
                                .verdict = fact->verdict};
    ref_copy(&ret->ref, &fact->ref);
}

void triage_fact_clear(struct triage_fact *fact)
{
    g_free(fact->label);
    g_free(fact->value);
    g_free(fact->note);
    ref_clear(&fact->ref);
}

static void fact_free(gpointer data)
{
    triage_fact_clear(data);
    g_free(data);
}

static void step_init(struct triage_step *step, enum triage_step_id id)
{
    *step = (struct triage_step){
        .id = id,
        .key = infos[id].key,
        .title = infos[id].title,
        .question = infos[id].question,
        .verdict = TRIAGE_UNKNOWN,
        .summary = g_strdup(""),
        .sentence = g_strdup(""),
        .threshold = g_strdup(""),
        .command = g_strdup(""),
        .next = g_strdup(""),
        .suggested = g_strdup(""),
        .facts = g_ptr_array_new_with_free_func(fact_free),
    };
}

/* A leak that is likely is a finding, also where no single step has a threshold for it. */
static enum triage_verdict with_causes(const struct triage_result *result)
{
    for (guint i = 0; i < result->causes->len; i++) {
        const struct triage_cause *cause = g_ptr_array_index(result->causes, i);

        if (cause->pattern->leak && cause->confidence >= PATTERN_LIKELY)
            return triage_worst(result->seen, TRIAGE_LOOK);
    }
    return result->seen;
}

/* The map shows nothing that RSS does not, and what blocks is among the goroutines; where there is
 * no Go there is neither a Go heap nor are there goroutines. A program that may not be read may be
 * one of Go. */
bool triage_is_unexamined(const struct triage_input *input, const struct triage_step *step)
{
    bool of_process = step->id == TRIAGE_RSS || step->id == TRIAGE_FDS;
    bool of_go = step->id == TRIAGE_HEAP || step->id == TRIAGE_GOROUTINES;
    const struct target *target = input->target;
    bool is_go = target->pprof_url != NULL ||
                 (target->go_version != NULL && *target->go_version != '\0') ||
                 (target->id.pid != 0 && (target->exe == NULL || *target->exe == '\0'));

    if (step->evidence_verdict != TRIAGE_UNKNOWN || step->judgement != TRIAGE_AS_SEEN)
        return false;
    return (of_process && target->id.pid != 0) || (of_go && is_go);
}

static enum triage_verdict without_unexamined(const struct triage_input *input,
                                              const struct triage_result *result)
{
    if (result->seen == TRIAGE_HEALTHY && input->ended)
        return TRIAGE_UNKNOWN; /* what ended it was not seen */
    for (size_t i = 0; i < TRIAGE_N_STEPS; i++)
        if (result->seen == TRIAGE_HEALTHY && triage_is_unexamined(input, &result->steps[i]))
            return TRIAGE_UNKNOWN;
    return result->seen;
}

struct triage_result *triage_evaluate(const struct triage_input *input,
                                      const struct thresholds *thresholds)
{
    struct triage_result *result = g_new0(struct triage_result, 1);
    struct triage_findings findings = {0};
    const struct triage_judgement as_seen = {0};

    result->seen = TRIAGE_UNKNOWN;
    for (size_t i = 0; i < TRIAGE_N_STEPS; i++) {
        struct triage_step *step = &result->steps[i];
        struct step_context context = {input, thresholds, &findings, step};

        step_init(step, (enum triage_step_id)i);
        infos[i].evaluate(&context);
        /* a pid is what the commands of these steps are about */
        if (input->target->id.pid == 0 && (i == TRIAGE_RSS || i == TRIAGE_FDS || i == TRIAGE_MAP))
            step_setf(&step->command, "ss -ltnp");
        judgement_apply(step, input->judgements != NULL ? &input->judgements[i] : &as_seen,
                        &findings);
        result->seen = triage_worst(result->seen, step->verdict);
    }
    symptom_signs(result, input);
    result->causes = patterns_match(input, &findings, thresholds);
    judgement_drop_causes(result);
    result->seen = with_causes(result);
    result->verdict = without_unexamined(input, result);
    triage_diagnose(input, &findings, result);
    triage_findings_clear(&findings);
    return result;
}

void triage_result_free(struct triage_result *result)
{
    if (result == NULL)
        return;
    for (size_t i = 0; i < TRIAGE_N_STEPS; i++) {
        struct triage_step *step = &result->steps[i];

        g_free(step->summary);
        g_free(step->sentence);
        g_free(step->threshold);
        g_free(step->command);
        g_free(step->next);
        g_free(step->suggested);
        g_ptr_array_unref(step->facts);
    }
    for (size_t i = 0; i < SYMPTOM_N; i++)
        symptom_sign_clear(&result->signs[i]);
    g_free(result->diagnosis);
    if (result->causes != NULL)
        g_ptr_array_unref(result->causes);
    if (result->actions != NULL)
        g_ptr_array_unref(result->actions);
    g_free(result);
}

int triage_exit_status(const struct triage_result *result)
{
    switch (result->verdict) {
    case TRIAGE_HEALTHY:
        return 0;
    case TRIAGE_LOOK:
    case TRIAGE_BAD:
        return 1;
    case TRIAGE_UNKNOWN:
    default:
        return 2;
    }
}
