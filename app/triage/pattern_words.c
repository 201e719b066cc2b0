#include "app/triage/pattern_words.h"

#include "app/triage/versions.h"

/* What to do, and whether an update helps: by the version that runs. */
static char *advice_for_sidecar(const struct triage_pattern *pattern, const struct target *target)
{
    bool td = pattern->fixed_td != NULL;
    const char *of = td ? "td " : "", *fix = td ? pattern->fixed_td : pattern->fixed_sidecar;
    const char *runs = td ? target->td_version : target->version;
    int order = 0;

    if (fix == NULL)
        return g_strdup(pattern->words.advice);
    if (!versions_compare(runs, fix, &order))
        return g_strdup_printf("%s %s%s or later has it fixed%s%s.", pattern->words.advice, of, fix,
                               pattern->unfixed != NULL ? "; " : "",
                               pattern->unfixed != NULL ? pattern->unfixed : "");
    if (order < 0)
        return g_strdup_printf("%s Yours is %s%s: update to %s or later.", pattern->words.advice,
                               of, runs, fix);
    if (pattern->unfixed != NULL)
        return g_strdup_printf("%s Yours is %s%s: %s.", pattern->words.advice, of, runs,
                               pattern->unfixed);
    return g_strdup_printf("%s Yours is %s%s, where it is fixed since %s: worth a report.",
                           pattern->words.advice, of, runs, fix);
}

static const char *either(const char *first, const char *second)
{
    return first != NULL ? first : second;
}

void pattern_say(struct triage_cause *cause, const struct target *target)
{
    const struct triage_pattern *pattern = cause->pattern;
    const struct pattern_words *usual = &pattern->words;
    const struct pattern_words *words =
        target->is_sidecar || pattern->elsewhere == NULL ? usual : pattern->elsewhere;

    cause->title = either(words->title, usual->title);
    cause->cause = either(words->cause, usual->cause);
    cause->confirm = either(words->confirm, usual->confirm);
    cause->advice = target->is_sidecar ? advice_for_sidecar(pattern, target)
                                       : g_strdup(either(words->advice, usual->advice));
    cause->fixed = target->is_sidecar ? either(pattern->fixed, "") : "";
}
