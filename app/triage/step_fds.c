#include "app/triage/step_fds.h"

#include <math.h>

/*
 * Step 2: the descriptor count. Bands are the documented ones and judge a
 * sidecar only; growth, the soft limit and one file open many times count for
 * every process. What is open is in step_fds_open.c.
 */

int64_t step_fds_count(const struct triage_input *in)
{
    if (in->process != NULL && sample_usable(&in->process->base) &&
        in->process->fd_count != SAMPLE_UNKNOWN)
        return in->process->fd_count;
    if (in->files != NULL && sample_usable(&in->files->base))
        return in->files->count;
    return SAMPLE_UNKNOWN;
}

static int64_t soft_limit_of(const struct triage_input *in)
{
    if (in->process != NULL && sample_usable(&in->process->base) &&
        in->process->fd_soft_limit != SAMPLE_UNKNOWN)
        return in->process->fd_soft_limit;
    return in->files != NULL ? in->files->soft_limit : SAMPLE_UNKNOWN;
}

/* Until then there is time: nearer is called near. */
static const double near_s = 3600;

/* The documented band that count reached, with its verdict for a sidecar. */
struct band {
    enum threshold_id id;
    enum triage_verdict verdict;
    const char *word;
};

static const struct band bands[] = {
    {THRESHOLD_FDS_LEAK, TRIAGE_BAD, "documented as a leak"},
    {THRESHOLD_FDS_CRITICAL, TRIAGE_BAD, "critical for sidecar's own monitor"},
    {THRESHOLD_FDS_FOCUS, TRIAGE_LOOK, "the procedure's mark to focus on descriptors"},
};

static const struct band *band_of(const struct step_context *context, int64_t count)
{
    for (size_t i = 0; i < G_N_ELEMENTS(bands); i++)
        if ((double)count >= limit_of(context, bands[i].id))
            return &bands[i];
    return NULL;
}

/* --- facts --- */

static char *level_note(const struct step_context *context, const struct band *band, int64_t count)
{
    g_autofree char *healthy =
        step_band(context, THRESHOLD_FDS_HEALTHY_LOW, THRESHOLD_FDS_HEALTHY_HIGH);

    if (band != NULL)
        return g_strdup_printf(">= %.0f: %s", limit_of(context, band->id), band->word);
    if ((double)count > limit_of(context, THRESHOLD_FDS_HEALTHY_HIGH))
        return g_strdup_printf("more than are healthy: %s", healthy);
    if ((double)count < limit_of(context, THRESHOLD_FDS_HEALTHY_LOW))
        return g_strdup_printf("fewer than are usual: %s", healthy);
    return g_strdup_printf("healthy: %s", healthy);
}

static void add_level(struct step_context *context, int64_t count)
{
    const struct band *band = band_of(context, count);
    g_autofree char *note = level_note(context, band, count);
    bool judged = context->in->target->is_sidecar && band != NULL;

    step_add(context->step, &(struct fact_spec){.label = "descriptors",
                                                .value = number_count(count).text,
                                                .note = note,
                                                .verdict = judged ? band->verdict : TRIAGE_HEALTHY,
                                                .ref = {.kind = REF_FILES}});
    context->findings->fds_high = judged;
}

static void add_limit(struct step_context *context, int64_t count, int64_t limit)
{
    double percent = 100 * (double)count / (double)limit;
    const struct trend *trend = &context->in->trends[METRIC_FDS];
    struct trend least = *trend; /* what is said to be near has to be, for sure */
    double soon_s = limit_of(context, THRESHOLD_LIMIT_SOON_HOURS) * 3600;
    enum triage_verdict verdict = step_limit_verdict(context, percent);
    g_autofree char *note = step_limit_note(trend, (double)count, (double)limit);

    least.per_second = trend->low;
    double eta = step_eta_s(&least, (double)count, (double)limit);

    context->findings->fds_near_limit = verdict != TRIAGE_HEALTHY || eta < near_s;
    if (eta < (trend_lasts(trend) ? soon_s : near_s))
        verdict = TRIAGE_BAD;
    step_add(context->step, &(struct fact_spec){.label = "soft limit",
                                                .value = number_count(limit).text,
                                                .note = note,
                                                .verdict = verdict,
                                                .ref = {.kind = REF_FILES}});
}

static void add_trend(struct step_context *context)
{
    const struct trend *trend = &context->in->trends[METRIC_FDS];

    if (trend->verdict == TREND_UNKNOWN)
        return;
    g_autofree char *note = g_strdup_printf("%s over %s", number_rise_count(trend).text,
                                            number_duration(trend->window_s).text);

    step_add(context->step, &(struct fact_spec){.label = "descriptor trend",
                                                .value = number_trend_count(trend).text,
                                                .note = note,
                                                .verdict = trend_verdict_of(trend),
                                                .ref = {.kind = REF_FILES}});
    context->findings->fds_growing = trend_grows(trend);
}

/* --- words --- */

static void write_summary(struct step_context *context, int64_t count, int64_t limit)
{
    const struct trend *trend = &context->in->trends[METRIC_FDS];
    double eta =
        limit != SAMPLE_UNKNOWN ? step_eta_s(trend, (double)count, (double)limit) : INFINITY;
    const struct band *band = band_of(context, count);
    g_autoptr(GString) out = g_string_new(number_count(count).text);

    if (band != NULL && context->in->target->is_sidecar)
        g_string_append_printf(out, " >= %.0f", limit_of(context, band->id));
    if (trend_grows(trend)) {
        g_string_append_printf(out, " %s", number_slope_count(trend).text);
        if (!isinf(eta))
            g_string_append_printf(out, ", limit in %s", number_duration(eta).text);
    } else if (context->findings->same_file) {
        g_string_append(out, ", same file often");
    }
    step_set(&context->step->summary, g_strdup(out->str));
}

static void write_sentence(struct step_context *context, int64_t count)
{
    const struct triage_input *in = context->in;
    const struct band *band = band_of(context, count);
    const struct number_text rise = number_count((int64_t)in->trends[METRIC_FDS].rise);
    g_autoptr(GString) out = g_string_new(NULL);

    g_string_append_printf(out, "%s descriptors are open", number_count(count).text);
    if (in->target->is_sidecar && band != NULL)
        g_string_append_printf(out, ", at or over %.0f (%s)", limit_of(context, band->id),
                               band->word);
    else if (in->target->is_sidecar && context->step->verdict == TRIAGE_HEALTHY && !in->macos &&
             (double)count < threshold_info(THRESHOLD_FDS_HEALTHY_LOW)->documented)
        g_string_append(out, ", healthy on Linux (a real sidecar has 15 to 20)");
    append_trend(out, &in->trends[METRIC_FDS], number_slope_count(&in->trends[METRIC_FDS]).text,
                 rise.text, in->observed_s);
    g_string_append_c(out, '.');
    step_append_switches(context, METRIC_FDS, out);
    step_fds_open_words(context, out);
    step_set(&context->step->sentence, g_strdup(out->str));
}

static void write_command(struct step_context *context)
{
    int pid = (int)context->in->target->id.pid;

    /* whole paths and numeric descriptors only: lsof's table cuts at blanks and adds cwd, txt, mem
     */
    if (context->in->macos)
        step_setf(&context->step->command,
                  "lsof -nP -a -p %d -d 0-999999 | awk 'NR>1{print $5}' | sort | uniq -c | sort "
                  "-rn; lsof -nP -a -p %d -d 0-999999 -Fn | grep '^n' | sort | uniq -c | sort -rn "
                  "| head -20",
                  pid, pid);
    else
        step_setf(&context->step->command,
                  "ls /proc/%d/fd | wc -l; find /proc/%d/fd -type l -printf '%%l\\n' | sort | uniq "
                  "-c | sort -rn | head -20",
                  pid, pid);
}

void triage_step_fds(struct step_context *context)
{
    const struct triage_input *in = context->in;
    struct triage_step *step = context->step;
    int64_t count = step_fds_count(in), limit = soft_limit_of(in);

    step_setf(&step->threshold,
              "documented: healthy %.0f to %.0f, focus over %.0f, leak from %.0f, same file %.0f "
              "times (%s); %s",
              threshold_info(THRESHOLD_FDS_HEALTHY_LOW)->documented,
              limit_of(context, THRESHOLD_FDS_HEALTHY_HIGH), limit_of(context, THRESHOLD_FDS_FOCUS),
              limit_of(context, THRESHOLD_FDS_LEAK), limit_of(context, THRESHOLD_SAME_FILE),
              threshold_info(THRESHOLD_FDS_LEAK)->source,
              in->macos ? threshold_info(THRESHOLD_FDS_FOCUS)->measured
                        : threshold_info(THRESHOLD_FDS_HEALTHY_LOW)->measured);
    write_command(context);
    step_setf(&step->next, "the memory map comes next: it shows whether memory is Go's at all, "
                           "before the heap is blamed");
    if (count == SAMPLE_UNKNOWN) {
        step_unknown(step, "not known",
                     sample_why(in->process != NULL ? &in->process->base
                                : in->files != NULL ? &in->files->base
                                                    : NULL));
        return;
    }
    step->verdict = TRIAGE_HEALTHY;
    add_level(context, count);
    add_trend(context);
    step_add_switches(context, METRIC_FDS, (struct ref){.kind = REF_FILES});
    if (limit != SAMPLE_UNKNOWN && limit > 0)
        add_limit(context, count, limit);
    step_fds_open(context);
    write_summary(context, count, limit);
    write_sentence(context, count);
}
