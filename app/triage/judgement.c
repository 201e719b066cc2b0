#include "app/triage/judgement.h"

#include "app/triage/patterns.h"
#include "app/triage/steps.h"

const char *triage_judgement_name(enum triage_judgement_kind kind)
{
    static const char *const names[] = {
        [TRIAGE_AS_SEEN] = "as seen",
        [TRIAGE_OVERRULED] = "overruled",
        [TRIAGE_SKIPPED] = "skipped",
    };

    return names[kind];
}

/* The diagnosis is made of findings: those of the step must not speak any more. */
static void forget_findings(enum triage_step_id id, struct triage_findings *f)
{
    switch (id) {
    case TRIAGE_RSS:
        f->rss_high = f->rss_growing = false;
        break;
    case TRIAGE_FDS:
        f->fds_high = f->fds_growing = f->fds_near_limit = false;
        f->same_file = f->session_files = f->inotify_high = false;
        g_clear_pointer(&f->file, g_free);
        break;
    case TRIAGE_MAP:
        f->regions_many = f->regions_growing = f->swap_growing = f->not_go_memory = false;
        break;
    case TRIAGE_HEAP:
        f->heap_growing = f->heap_still = f->rss_is_go = false;
        f->signature = NULL;
        g_clear_pointer(&f->function, g_free);
        g_clear_pointer(&f->function_caller, g_free);
        g_clear_pointer(&f->grown, g_ptr_array_unref);
        break;
    case TRIAGE_CPU:
        f->cpu_high = false;
        break;
    case TRIAGE_GOROUTINES:
        f->goroutines_high = f->goroutines_growing = f->stuck = false;
        g_clear_pointer(&f->bucket, g_free);
        break;
    case TRIAGE_RESPONSE:
        f->locker = 0;
        f->silent = f->halted = false;
        g_clear_pointer(&f->locked, g_free);
        break;
    case TRIAGE_N_STEPS:
    default:
        break;
    }
}

void judgement_apply(struct triage_step *step, const struct triage_judgement *judgement,
                     struct triage_findings *findings)
{
    step->evidence_verdict = step->verdict;
    step->judgement = judgement->kind;
    if (judgement->kind == TRIAGE_AS_SEEN)
        return;
    bool skipped = judgement->kind == TRIAGE_SKIPPED;

    step->verdict = skipped ? TRIAGE_UNKNOWN : judgement->verdict;
    if (step->verdict == TRIAGE_HEALTHY || skipped)
        forget_findings(step->id, findings);
    g_autofree char *words = skipped
                                 ? g_strdup("Passed by: you skipped this step.")
                                 : g_strdup_printf("Overruled by you: %s (the evidence says %s).",
                                                   triage_verdict_name(step->verdict),
                                                   triage_verdict_name(step->evidence_verdict));

    step_set(&step->sentence, g_strdup_printf("%s %s", words, step->sentence));
    step_set(&step->summary, g_strdup(skipped ? "skipped" : "overruled"));
}

static bool is_silenced(const struct triage_step *step)
{
    return step->judgement == TRIAGE_SKIPPED ||
           (step->judgement == TRIAGE_OVERRULED && step->verdict == TRIAGE_HEALTHY);
}

void judgement_drop_causes(struct triage_result *result)
{
    for (guint i = result->causes->len; i-- > 0;) {
        const struct triage_cause *cause = result->causes->pdata[i];

        if (is_silenced(&result->steps[cause->pattern->step]))
            g_ptr_array_remove_index(result->causes, i);
    }
}

char *judgement_sentence(const struct triage_result *result)
{
    g_autoptr(GString) overruled = g_string_new(NULL);
    g_autoptr(GString) skipped = g_string_new(NULL);

    for (size_t i = 0; i < TRIAGE_N_STEPS; i++) {
        const struct triage_step *step = &result->steps[i];

        if (step->judgement == TRIAGE_OVERRULED)
            g_string_append_printf(overruled, "%s%s is %s (the evidence says %s)",
                                   overruled->len > 0 ? ", " : "You overruled: ", step->title,
                                   triage_verdict_name(step->verdict),
                                   triage_verdict_name(step->evidence_verdict));
        else if (step->judgement == TRIAGE_SKIPPED)
            g_string_append_printf(skipped, "%s%s",
                                   skipped->len > 0 ? ", " : "You skipped: ", step->title);
    }
    if (overruled->len > 0 && skipped->len > 0)
        g_string_append(overruled, ". ");
    g_string_append(overruled, skipped->str);
    return overruled->len > 0 ? g_strdup(overruled->str) : NULL;
}
