#include "app/triage/patterns.h"

#include "app/triage/consequences.h"
#include "app/triage/pattern_rules.h"
#include "app/triage/pattern_words.h"

/* What is said of any other program. */
#define WORDS(...)                                                                                 \
    &(const struct pattern_words)                                                                  \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

static const struct {
    struct triage_pattern pattern;
    pattern_rule *rule;
} table[] = {
#define PATTERN(RULE, ...) {{__VA_ARGS__}, pattern_##RULE},
#include "app/triage/pattern_rows.h"
};

size_t patterns_count(void)
{
    return G_N_ELEMENTS(table);
}

static void cause_free(gpointer data)
{
    struct triage_cause *cause = data;

    g_free(cause->advice);
    g_free(cause->evidence);
    g_free(cause->culprit);
    ref_clear(&cause->ref);
    g_free(cause);
}

static gint surest_first(gconstpointer a, gconstpointer b)
{
    const struct triage_cause *x = *(struct triage_cause *const *)a;
    const struct triage_cause *y = *(struct triage_cause *const *)b;

    if (x->confidence != y->confidence)
        return x->confidence > y->confidence ? -1 : 1;
    /* of the table's order */
    return x->pattern < y->pattern ? -1 : x->pattern > y->pattern;
}

static struct triage_cause *cause_of(const struct triage_pattern *pattern,
                                     const struct pattern_match *match, const struct target *target)
{
    struct triage_cause *cause = g_new0(struct triage_cause, 1);

    cause->pattern = pattern;
    pattern_say(cause, target);
    cause->confidence = CLAMP(match->confidence, 0, 1);
    cause->evidence = match->evidence != NULL ? match->evidence : g_strdup("");
    cause->culprit = match->culprit != NULL ? match->culprit : g_strdup("");
    cause->ref = match->ref;
    if (cause->ref.kind == REF_NONE)
        cause->ref = (struct ref){.kind = REF_STEP, .id = (int)pattern->step};
    return cause;
}

/* A goroutine profile of leaks proves what counts and growth only suggest. */
static void prove(const struct triage_input *input, struct pattern_match *match)
{
    const struct goroutines_sample *goroutines = input->goroutines;

    if (match->ref.kind != REF_STACKS || goroutines == NULL || goroutines->dump == NULL)
        return;
    for (size_t i = 0; i < goroutines->dump->n_buckets; i++) {
        const struct goroutine_bucket *bucket = &goroutines->dump->buckets[i];

        if (bucket->hash != match->ref.hashes[0] || bucket->n_leaked == 0)
            continue;
        char *old = match->evidence;

        match->confidence = PATTERN_PROVEN;
        match->evidence = g_strdup_printf("%s; %s of them proven leaked", old != NULL ? old : "",
                                          number_count((int64_t)bucket->n_leaked).text);
        g_free(old);
        return;
    }
}

GPtrArray *patterns_match(const struct triage_input *input, const struct triage_findings *findings,
                          const struct thresholds *thresholds)
{
    GPtrArray *causes = g_ptr_array_new_with_free_func(cause_free);
    struct pattern_context context = {.in = input, .findings = findings, .limits = thresholds};

    pattern_sort_heap(&context);
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct pattern_match match = {0};

        table[i].rule(&context, &match);
        if (match.confidence > 0)
            prove(input, &match);
        if (match.confidence > 0)
            g_ptr_array_add(causes, cause_of(&table[i].pattern, &match, input->target));
    }
    consequences_rank(input, causes);
    g_ptr_array_sort(causes, surest_first);
    return causes;
}
