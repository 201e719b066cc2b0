#include "app/triage/steps.h"

/*
 * What another project brought each time a sidecar opened one. A leak in steps
 * is explained by it: nothing is added between two of them.
 */

enum { SWITCHES_SHOWN = 2, SWITCHES_JUDGED = 3 };

static struct number_text signed_amount(enum metric metric, double amount)
{
    return metric_is_bytes(metric) ? number_bytes_signed((int64_t)amount)
                                   : number_count_signed((int64_t)amount);
}

/* More than what moves anyhow, and most of what it rose by in that time. */
static bool explains(const struct switch_growth *growth, enum metric metric)
{
    return growth->n >= SWITCHES_SHOWN && growth->rose * 2 > growth->n &&
           growth->sum > metric_info(metric)->noise && growth->sum >= growth->between;
}

/* "+100 at each of 3 project switches", "+98 to +104 at 3 of 4 project switches". New string. */
static char *words(const struct switch_growth *growth, enum metric metric)
{
    const struct number_text least = signed_amount(metric, growth->least);
    const struct number_text most = signed_amount(metric, growth->most);
    bool same = g_str_equal(least.text, most.text);
    g_autofree char *of = growth->rose == growth->n
                              ? g_strdup_printf("each of %u", growth->n)
                              : g_strdup_printf("%u of %u", growth->rose, growth->n);

    return g_strdup_printf("%s%s%s at %s project switches", least.text, same ? "" : " to ",
                           same ? "" : most.text, of);
}

void step_add_switches(struct step_context *context, enum metric metric, struct ref ref)
{
    const struct switch_growth *growth = &context->in->at_switches[metric];
    bool judged = metric != METRIC_RSS && growth->n >= SWITCHES_JUDGED &&
                  growth->rose == growth->n && explains(growth, metric);

    if (growth->n == 0)
        return;
    g_autofree char *each = words(growth, metric);
    g_autofree char *other =
        explains(growth, metric)
            ? g_strdup_printf("%s; %s between them", each,
                              signed_amount(metric, growth->between).text)
            : g_strdup_printf("%s over all of them", signed_amount(metric, growth->sum).text);

    step_add(context->step, &(struct fact_spec){.label = "project switches",
                                                .value = number_count(growth->n).text,
                                                .note = other,
                                                .verdict = judged ? TRIAGE_LOOK : TRIAGE_HEALTHY,
                                                .ref = ref});
}

void step_append_switches(const struct step_context *context, enum metric metric, GString *out)
{
    const struct switch_growth *growth = &context->in->at_switches[metric];

    if (!explains(growth, metric))
        return;
    g_autofree char *each = words(growth, metric);

    g_string_append_printf(out, " %s.", each);
}
