#include "app/triage/steps.h"

#include "app/session/ledger.h"

#include <math.h>
#include <string.h>

/* Forecasts beyond are not worth a word. */
static const double far_s = 30 * 24 * 3600;
/* Within a window of minutes less is what a collector takes until its next collection: a young or
 * small program still fills the first megabytes that Go lets it have. */
static const double burst_bytes = 8.0 * 1024 * 1024;

void triage_findings_clear(struct triage_findings *findings)
{
    g_free(findings->file);
    g_free(findings->holder);
    g_free(findings->function);
    g_free(findings->function_caller);
    g_free(findings->locked);
    g_free(findings->bucket);
    g_clear_pointer(&findings->grown, g_ptr_array_unref);
    *findings = (struct triage_findings){0};
}

void step_add(struct triage_step *step, const struct fact_spec *spec)
{
    struct triage_fact *fact = g_new0(struct triage_fact, 1);

    fact->label = g_strdup(spec->label);
    fact->value = g_strdup(spec->value != NULL ? spec->value : "");
    fact->note = g_strdup(spec->note != NULL ? spec->note : "");
    ref_copy(&fact->ref, &spec->ref);
    fact->verdict = spec->verdict;
    g_ptr_array_add(step->facts, fact);
    step_worsen(step, spec->verdict);
}

enum triage_verdict triage_worst(enum triage_verdict a, enum triage_verdict b)
{
    if (a == TRIAGE_UNKNOWN)
        return b;
    if (b == TRIAGE_UNKNOWN)
        return a;
    return MAX(a, b);
}

void step_worsen(struct triage_step *step, enum triage_verdict verdict)
{
    step->verdict = triage_worst(step->verdict, verdict);
}

void step_set(char **field, char *value)
{
    g_free(*field);
    *field = value;
}

void step_setf(char **field, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    step_set(field, g_strdup_vprintf(format, args));
    va_end(args);
}

void step_unknown(struct triage_step *step, const char *summary, const char *sentence)
{
    g_autoptr(GString) out = g_string_new(sentence);

    if (out->len > 0) {
        out->str[0] = g_ascii_toupper(out->str[0]);
        if (strchr(".!?", out->str[out->len - 1]) == NULL)
            g_string_append_c(out, '.');
    }
    step->verdict = TRIAGE_UNKNOWN;
    step_set(&step->summary, g_strdup(summary));
    step_set(&step->sentence, g_strdup(out->str));
}

bool sample_usable(const struct sample *sample)
{
    return sample != NULL && (sample->status == SAMPLE_OK || sample->status == SAMPLE_STALE);
}

const char *sample_why(const struct sample *sample)
{
    if (sample == NULL)
        return "no answer arrived within the time observed";
    if (sample->reason != NULL && *sample->reason != '\0')
        return sample->reason;
    return sample_status_words(sample->status);
}

bool trend_grows(const struct trend *trend)
{
    return trend->verdict == TREND_GROWING;
}

bool step_memory_grows(const struct trend *trend)
{
    return trend_grows(trend) && (trend->rise >= burst_bytes || trend->window_s >= STEADY_S);
}

enum triage_verdict step_memory_verdict(const struct trend *trend)
{
    return step_memory_grows(trend) ? trend_verdict_of(trend) : TRIAGE_HEALTHY;
}

bool step_is_go_rise(const struct triage_input *in)
{
    const struct trend *alloc = &in->trends[METRIC_HEAP_ALLOC], *rss = &in->trends[METRIC_RSS];

    if (trend_grows(alloc) && 2 * alloc->rise >= rss->rise)
        return true;
    return in->memory != NULL && sample_usable(&in->memory->base) &&
           2 * (double)in->memory->growth[REGION_GO_HEAP].resident_bytes > rss->rise;
}

int64_t step_returned_resident(const struct triage_input *in)
{
    const struct memstats *m =
        in->heap != NULL && sample_usable(&in->heap->base) ? in->heap->memstats : NULL;
    const struct memory_sample *memory = in->memory;

    return memory != NULL && sample_usable(&memory->base) ? ledger_returned_resident(m, memory)
                                                          : SAMPLE_UNKNOWN;
}

bool trend_sustained(const struct trend *trend)
{
    return trend_grows(trend) && trend->window_s >= SUSTAINED_GROWTH_S;
}

bool trend_lasts(const struct trend *trend)
{
    return trend_grows(trend) && trend->window_s >= BURST_S;
}

bool trend_refutes(const struct trend *trend)
{
    return trend->verdict != TREND_UNKNOWN && !trend_grows(trend);
}

bool trend_steady(const struct trend *trend)
{
    return trend->verdict != TREND_UNKNOWN && !trend_grows(trend) && trend->window_s >= STEADY_S;
}

enum triage_verdict trend_verdict_of(const struct trend *trend)
{
    if (!trend_grows(trend))
        return TRIAGE_HEALTHY;
    return trend_lasts(trend) ? TRIAGE_BAD : TRIAGE_LOOK;
}

bool trend_tells(const struct trend *own)
{
    return trend_grows(own) || (trend_refutes(own) && own->window_s >= SUSTAINED_GROWTH_S);
}

bool step_part_refuted(const struct trend *own, const struct trend *whole)
{
    return trend_refutes(trend_tells(own) ? own : whole);
}

char *step_part_count(const struct trend *own)
{
    return trend_grows(own) ? g_strdup_printf(", %s (%s)", number_slope_count(own).text,
                                              number_range_count(own).text)
                            : g_strdup("");
}

char *step_part_bytes(const struct trend *own)
{
    return trend_grows(own) ? g_strdup_printf(", %s (%s)", number_slope_bytes(own).text,
                                              number_range_bytes(own).text)
                            : g_strdup("");
}

int64_t step_swap_bytes(const struct triage_input *in)
{
    bool process = in->process != NULL && sample_usable(&in->process->base);
    bool memory = in->memory != NULL && sample_usable(&in->memory->base);

    return samples_swap_bytes(process ? in->process : NULL, memory ? in->memory : NULL);
}

/* vmmap alone tells it on macOS, too rarely for a trend in a short window. */
static bool swap_by_walks(const struct triage_input *in)
{
    return in->trends[METRIC_SWAP].verdict == TREND_UNKNOWN && in->memory != NULL &&
           sample_usable(&in->memory->base) && in->memory->regions_are_types;
}

bool step_swap(const struct triage_input *in, const struct thresholds *limits,
               struct swap_view *ret)
{
    double noise = limits->value[THRESHOLD_SWAP_GROWTH_BYTES];

    *ret = (struct swap_view){.bytes = step_swap_bytes(in), .rise = in->trends[METRIC_SWAP].rise};
    if (ret->bytes == SAMPLE_UNKNOWN)
        return false;
    ret->by_walks = swap_by_walks(in);
    if (ret->by_walks) {
        ret->rise = (double)in->memory->swap_growth_bytes;
        noise = MAX(noise, (double)in->memory->swap_step_bytes);
    }
    ret->grows = ret->rise > noise && (ret->by_walks || trend_grows(&in->trends[METRIC_SWAP]));
    return true;
}

struct number_text step_swap_rate(const struct triage_input *in, const struct swap_view *view)
{
    return view->by_walks ? number_bytes_signed((int64_t)view->rise)
                          : number_slope_bytes(&in->trends[METRIC_SWAP]);
}

void append_trend(GString *out, const struct trend *trend, const char *rate, const char *rise,
                  double observed_s)
{
    const struct number_text window = number_duration(trend->window_s);

    switch (trend->verdict) {
    case TREND_GROWING:
        if (trend_sustained(trend))
            g_string_append_printf(out, ", growing %s (last %s)", rate, window.text);
        else
            g_string_append_printf(out, ", up by %s in %s: watch longer to tell a leak from work",
                                   rise, window.text);
        break;
    case TREND_SHRINKING:
        g_string_append_printf(out, ", falling (last %s)", window.text);
        break;
    case TREND_PLATEAU:
        g_string_append_printf(out, ", level now after an earlier rise (last %s): a plateau",
                               window.text);
        break;
    case TREND_FLAT:
        g_string_append_printf(out, ", no growth in %s", window.text);
        break;
    case TREND_UNKNOWN:
    default:
        if (observed_s < 1)
            g_string_append(out, "; one look cannot show growth");
        else
            g_string_append_printf(out, "; %s of observation cannot show growth",
                                   number_duration(observed_s).text);
    }
}

void step_append_memory_trend(GString *out, const struct trend *trend, double observed_s)
{
    const struct number_text rise = number_bytes((int64_t)trend->rise);

    if (trend_grows(trend) && !step_memory_grows(trend))
        g_string_append_printf(out, ", up by %s in %s: no more than Go takes until it collects",
                               rise.text, number_duration(trend->window_s).text);
    else
        append_trend(out, trend, number_slope_bytes(trend).text, rise.text, observed_s);
}

void step_without_pprof(struct step_context *context)
{
    const struct triage_input *in = context->in;
    const struct sample *sample = context->step->id == TRIAGE_HEAP
                                      ? (const struct sample *)(const void *)in->heap
                                      : (const struct sample *)(const void *)in->goroutines;
    /* the sample knows of memory as well, which needs no restart */
    const char *why =
        sample != NULL && *sample->reason != '\0' ? sample->reason : in->target->pprof_why;
    bool sidecar = context->in->target->is_sidecar;
    g_autoptr(GString) out = g_string_new(why != NULL && *why != '\0' ? why : "pprof is off");

    if (strstr(out->str, "restart") == NULL && strstr(out->str, "sudo") == NULL)
        g_string_append_printf(out,
                               "; to examine %s, restart with %s and reproduce the leak "
                               "(a restart loses the present state)",
                               context->step->id == TRIAGE_HEAP ? "the heap" : "goroutines",
                               sidecar ? "SIDECAR_PPROF=1" : "net/http/pprof enabled");
    step_unknown(context->step, "no pprof", out->str);
}

double step_eta_s(const struct trend *trend, double level, double limit)
{
    double eta = trend_sustained(trend) ? trend_eta_s(trend, level, limit) : INFINITY;

    return eta < far_s ? eta : INFINITY;
}

char *step_limit_note(const struct trend *trend, double level, double limit)
{
    double eta = step_eta_s(trend, level, limit), share = 100 * level / limit;

    return isinf(eta)
               ? g_strdup_printf("%s used", number_percent_whole(share).text)
               : g_strdup_printf("%s used, reached in %s at this rate",
                                 number_percent_whole(share).text, number_duration(eta).text);
}

enum triage_verdict step_limit_verdict(const struct step_context *context, double percent)
{
    if (percent >= limit_of(context, THRESHOLD_LIMIT_FULL))
        return TRIAGE_BAD;
    return percent >= limit_of(context, THRESHOLD_LIMIT_NEAR) ? TRIAGE_LOOK : TRIAGE_HEALTHY;
}

char *step_band(const struct step_context *context, enum threshold_id low, enum threshold_id high)
{
    double from = threshold_info(low)->documented, to = threshold_info(high)->documented;
    double here_from = limit_of(context, low), here_to = limit_of(context, high);
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "documented %.0f to %.0f", from, to);
    if (here_from < from || here_from > from || here_to < to || here_to > to)
        g_string_append_printf(out, "; here %.0f to %.0f", here_from, here_to);
    return g_string_free(out, FALSE);
}

bool step_is_over(int64_t count, double level, const struct trend *trend)
{
    return (double)count > level && ((double)count > level + 1 || trend_grows(trend));
}

/* Rose while it was watched and stopped; what it rose by is still there. */
static bool holds(const struct trend *trend)
{
    return trend->verdict == TREND_PLATEAU && trend->rise > 0;
}

bool step_children(const struct triage_input *in, const struct thresholds *limits,
                   struct children_view *ret)
{
    enum { MANY_TIMES = 4 };
    static const double least_bytes = 256.0 * 1024 * 1024;
    const struct threads_sample *threads = in->threads;
    const struct trend *trend = &in->trends[METRIC_CHILDREN_RSS];

    *ret = (struct children_view){.grows = step_memory_grows(trend)};
    if (threads == NULL || !sample_usable(&threads->base) || in->process == NULL ||
        in->process->rss_bytes == SAMPLE_UNKNOWN)
        return false;
    for (size_t i = 0; i < threads->n_children; i++) {
        const struct child_entry *child = &threads->children[i];

        if (child->rss_bytes == SAMPLE_UNKNOWN)
            continue;
        ret->sum += child->rss_bytes;
        if (ret->most == NULL || child->rss_bytes > ret->most->rss_bytes)
            ret->most = child;
    }
    bool many_times = ret->sum / MANY_TIMES >= in->process->rss_bytes;

    ret->held =
        many_times && (double)ret->sum >= least_bytes && holds(trend) && trend->rise >= burst_bytes;
    ret->high = many_times && (double)ret->sum >= limits->value[THRESHOLD_RSS_IDLE_BYTES];
    return ret->most != NULL;
}

char *step_children_change(const struct triage_input *in, const struct children_view *view)
{
    const struct trend *trend = &in->trends[METRIC_CHILDREN_RSS];

    if (view->grows)
        return g_strdup_printf("; %s", number_slope_bytes(trend).text);
    return view->held ? g_strdup_printf("; %s while watched, level now",
                                        number_bytes_signed((int64_t)trend->rise).text)
                      : g_strdup("");
}

bool step_is_passing(const struct triage_input *in, const struct fd_group *group)
{
    enum { WHILE_S = 10, MOMENT_US = 2 * G_USEC_PER_SEC };

    return in->observed_s >= WHILE_S && group->oldest_us != 0 &&
           in->files->base.taken_us - group->oldest_us < MOMENT_US;
}

bool step_watchers_pile(const struct triage_input *in, const struct thresholds *limits)
{
    enum { BEYOND_DOUBT = 4 };
    const struct trend *trend = &in->trends[METRIC_INOTIFY];
    double healthy = limits->value[THRESHOLD_INOTIFY_INSTANCES];

    if (in->files == NULL || !sample_usable(&in->files->base))
        return false;
    double count = (double)in->files->by_type[FD_INOTIFY];

    return count >= BEYOND_DOUBT * healthy ||
           (count >= 2 * healthy && holds(trend) && trend->rise >= healthy);
}

bool step_is_storm(const struct threads_sample *threads, uint64_t starts,
                   const struct thresholds *limits)
{
    static const double z_90 = 1.645, not_far = 2.0 / 3;
    double rate = samples_starts_per_minute(threads, starts), n = (double)starts;
    double least = n > 0 ? rate * (1 - z_90 / sqrt(n)) : 0;

    /* no comparison holds of a rate that is not known */
    return rate >= limits->value[THRESHOLD_SPAWNS] &&
           least >= not_far * limits->value[THRESHOLD_SPAWNS];
}
