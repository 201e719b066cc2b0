#include "app/triage/goroutine_growth.h"
#include "app/triage/goroutine_judge.h"
#include "app/triage/steps.h"

#include "pprof/goroutines.h"
#include "probes/leak_marks.h"
#include "widgets/safe_text.h"

#include <string.h>

/*
 * Branch: do goroutines pile up? How many, whether they grow, and the largest
 * groups of blocked ones. A long wait alone is no leak (listeners are parked
 * for hours by design); a count that grows is. Threads belong here because the
 * procedure takes a hundred of them for a goroutine leak, and need no pprof.
 */

enum {
    TOP_BUCKETS = 5,
    MIN_BUCKET = 3, /* smaller groups are ordinary */
    GREW_BY = 10,   /* and by one part in GREW_SHARE of all: worth a look */
    GREW_SHARE = 5,
};

static bool is_listed(const struct goroutine_judged *judged)
{
    const struct goroutine_bucket *bucket = judged->bucket;

    if (bucket->is_profiler || bucket->category == GOROUTINE_RUNTIME)
        return false;
    return judged->piles != TRIAGE_HEALTHY || bucket->count >= MIN_BUCKET;
}

static void add_bucket(struct step_context *context, const struct goroutine_judged *judged)
{
    g_autofree char *rate = step_part_count(&judged->own);
    g_autoptr(GString) growth = g_string_new(rate);

    if (judged->growth != SAMPLE_UNKNOWN && judged->growth != 0)
        g_string_append_printf(growth, ", %s %s", number_count_signed(judged->growth).text,
                               step_since(context->in->base_marked));
    goroutine_add_fact(context, judged, growth->str, judged->piles);
}

/* Bad and growing groups first, then by size as the dump has them. */
static void add_buckets(struct step_context *context, const struct goroutine_dump *dump)
{
    size_t listed = 0;

    for (int worst = TRIAGE_BAD; worst >= TRIAGE_HEALTHY; worst--) {
        for (size_t i = 0; i < dump->n_buckets && listed < TOP_BUCKETS; i++) {
            struct goroutine_judged judged = goroutine_judge(context, &dump->buckets[i]);

            if ((int)judged.piles != worst || !is_listed(&judged))
                continue;
            add_bucket(context, &judged);
            listed++;
            if (worst == TRIAGE_HEALTHY)
                continue;
            context->findings->stuck |= judged.finding == GOROUTINE_FINDING_QUEUE;
            if (context->findings->bucket == NULL)
                context->findings->bucket = g_strdup(goroutine_site_function(judged.bucket));
        }
    }
}

static enum triage_verdict level_verdict(const struct step_context *context, int64_t count)
{
    double high = limit_of(context, THRESHOLD_GOROUTINES_HIGH);

    if (!context->in->target->is_sidecar ||
        !step_is_over(count, high, &context->in->trends[METRIC_GOROUTINES]))
        return TRIAGE_HEALTHY;
    /* a busy healthy sidecar reaches 60; twice the band has only been seen with leaks */
    return (double)count >= 2 * high ? TRIAGE_BAD : TRIAGE_LOOK;
}

static void add_level(struct step_context *context, int64_t count)
{
    g_autofree char *note = g_strdup_printf(
        "documented %.0f to %.0f%s", limit_of(context, THRESHOLD_GOROUTINES_LOW),
        threshold_info(THRESHOLD_GOROUTINES_HIGH)->documented,
        context->in->target->is_sidecar ? " (29 to 60 measured); 3 of them serve pprof"
                                        : " for a sidecar");

    step_add(context->step, &(struct fact_spec){.label = "goroutines",
                                                .value = number_count(count).text,
                                                .note = note,
                                                .verdict = level_verdict(context, count),
                                                .ref = {.kind = REF_GOROUTINES}});
    context->findings->goroutines_high = level_verdict(context, count) != TRIAGE_HEALTHY;
}

/* Two counts are no trend, but enough to tell rising series as one story. */
static bool grew_since_base(const struct triage_input *in)
{
    const struct goroutines_sample *base = in->base_goroutines;

    if (base == NULL || base->count == SAMPLE_UNKNOWN)
        return false;
    int64_t growth = in->goroutines->count - base->count;

    return growth >= GREW_BY && growth * GREW_SHARE >= in->goroutines->count;
}

static void add_trend(struct step_context *context)
{
    const struct trend *trend = &context->in->trends[METRIC_GOROUTINES];

    if (trend->verdict == TREND_UNKNOWN) {
        context->findings->goroutines_growing = grew_since_base(context->in);
        return;
    }
    g_autofree char *note = g_strdup_printf("%s over %s", number_rise_count(trend).text,
                                            number_duration(trend->window_s).text);

    step_add(context->step, &(struct fact_spec){.label = "goroutine trend",
                                                .value = number_trend_count(trend).text,
                                                .note = note,
                                                .verdict = trend_verdict_of(trend),
                                                .ref = {.kind = REF_GOROUTINES}});
    context->findings->goroutines_growing = trend_grows(trend);
}

/* What was asked of memory: how many there are, of how many, and what that cost. */
static bool add_proofs(struct step_context *context)
{
    struct leak_look look;
    const struct goroutine_dump *dump = context->in->goroutines->dump;
    int64_t leaks = 0;

    for (size_t i = 0; dump != NULL && i < dump->n_buckets; i++)
        leaks += (int64_t)dump->buckets[i].n_leaked;
    leak_marks_last(context->in->target->leaks, &look);
    context->step->is_asked = look.was_tried;
    if (!look.was_tried && leaks == 0)
        return false;
    g_autofree char *cost = g_strdup_printf(
        "%s wait for a channel or lock; %u look%s, %s read in %s",
        number_count((int64_t)look.n_suspects).text, look.n_looks, look.n_looks == 1 ? "" : "s",
        number_bytes((int64_t)look.read_bytes).text, number_seconds(look.took_s).text);
    const char *why = look.why;
    const char *note = !look.was_tried ? "nothing can wake them" : why != NULL ? why : cost;

    step_add(context->step,
             &(struct fact_spec){.label = "proven leaked",
                                 .value = why != NULL && leaks == 0 ? "not known"
                                                                    : number_count(leaks).text,
                                 .note = note,
                                 .verdict = leaks > 0     ? TRIAGE_BAD
                                            : why != NULL ? TRIAGE_UNKNOWN
                                                          : TRIAGE_HEALTHY,
                                 .ref = {.kind = REF_GOROUTINES}});
    leak_look_clear(&look);
    return true;
}

/* The index page counts what the last profile of leaks has found. */
static void add_leaks(struct step_context *context)
{
    int64_t leaks = context->in->goroutines->leaks;

    if (add_proofs(context))
        return;
    g_autofree char *note =
        leaks > 0 ? g_strdup("the runtime found that nothing can wake them")
                  : g_strdup_printf("none so far; it looks when asked: sidescope traces --profile "
                                    "goroutineleak %d",
                                    (int)context->in->target->id.pid);

    if (leaks == SAMPLE_UNKNOWN)
        return;
    step_add(context->step, &(struct fact_spec){.label = "proven leaked (goroutineleak)",
                                                .value = number_count(leaks).text,
                                                .note = note,
                                                .verdict = leaks > 0 ? TRIAGE_BAD : TRIAGE_HEALTHY,
                                                .ref = {.kind = REF_GOROUTINES}});
}

static void add_threads(struct step_context *context)
{
    const struct process_sample *process = context->in->process;
    double high = limit_of(context, THRESHOLD_THREADS_HIGH);
    double leak = limit_of(context, THRESHOLD_THREADS_LEAK);
    enum triage_verdict verdict = TRIAGE_HEALTHY;

    if (process == NULL || !sample_usable(&process->base) || process->threads == SAMPLE_UNKNOWN)
        return;
    if (context->in->target->is_sidecar && (double)process->threads > high)
        verdict = (double)process->threads >= leak ? TRIAGE_BAD : TRIAGE_LOOK;
    g_autofree char *band = step_band(context, THRESHOLD_THREADS_LOW, THRESHOLD_THREADS_HIGH);
    g_autofree char *note = g_strdup_printf("%s, %.0f is a likely goroutine leak; %s", band, leak,
                                            threshold_info(THRESHOLD_THREADS_LEAK)->measured);

    step_add(context->step, &(struct fact_spec){.label = "threads",
                                                .value = number_count(process->threads).text,
                                                .note = note,
                                                .verdict = verdict,
                                                .ref = {.kind = REF_THREADS}});
}

/* --- words --- */

static void write_command(struct step_context *context)
{
    const char *url = context->in->target->pprof_url;
    const struct goroutines_sample *goroutines = context->in->goroutines;

    if (url == NULL && goroutines != NULL && sample_is_from_memory(goroutines->source)) {
        step_setf(&context->step->command, "sidescope traces --profile goroutine %d",
                  (int)context->in->target->id.pid);
        return;
    }
    if (url == NULL) {
        step_setf(&context->step->command,
                  context->in->macos ? "ps -M -p %d | tail -n +2 | wc -l"
                                     : "ls /proc/%d/task | wc -l",
                  (int)context->in->target->id.pid);
        return;
    }
    g_autofree char *count = g_strdup_printf("%s/goroutine?debug=1", url);
    g_autofree char *full = g_strdup_printf("%s/goroutine?debug=2", url);
    g_autofree char *c = g_shell_quote(count), *f = g_shell_quote(full);

    /* the documented grep for runtime.chanrecv finds nothing: the dump hides runtime frames */
    step_setf(&context->step->command,
              "curl -s %s | head -1; curl -s %s > goroutines.txt; grep -A5 -E '\\[(chan "
              "(receive|send)|select|sleep)' goroutines.txt",
              c, f);
}

static void write_words(struct step_context *context)
{
    const struct triage_input *in = context->in;
    const struct trend *trend = &in->trends[METRIC_GOROUTINES];
    const struct number_text count = number_count(in->goroutines->count);
    g_autoptr(GString) out = g_string_new(NULL);

    g_string_append_printf(out, "%s goroutines run", count.text);
    append_trend(out, trend, number_slope_count(trend).text,
                 number_count((int64_t)trend->rise).text, in->observed_s);
    g_string_append_c(out, '.');
    step_append_switches(context, METRIC_GOROUTINES, out);
    if (context->findings->stuck)
        g_string_append(out, " Many wait for one lock: a deadlock, or its holder is stuck.");
    else if (context->findings->bucket != NULL)
        g_string_append_printf(out, " The group to look at stands in %s.",
                               context->findings->bucket);
    step_set(&context->step->sentence, g_strdup(out->str));
    step_setf(&context->step->summary, "%s%s%s", count.text, trend_grows(trend) ? " " : "",
              trend_grows(trend) ? number_slope_count(trend).text : "");
}

static void suggest(struct step_context *context)
{
    if (context->step->verdict != TRIAGE_LOOK && context->step->verdict != TRIAGE_BAD)
        return;
    if (context->findings->goroutines_growing)
        step_setf(&context->step->suggested, "the number of goroutines grows");
    else if (context->findings->goroutines_high)
        step_setf(&context->step->suggested,
                  "there are more goroutines than a healthy process has");
    else if (context->findings->bucket != NULL)
        step_setf(&context->step->suggested, "a group of goroutines stands still");
    else
        step_setf(&context->step->suggested, "so many threads are a likely goroutine leak");
}

/* Threads are known without pprof; alone they make nothing healthy. */
static void by_threads_alone(struct step_context *context)
{
    const struct goroutines_sample *goroutines = context->in->goroutines;

    if (context->in->target->pprof_url == NULL)
        step_without_pprof(context);
    else
        step_unknown(context->step, "no answer",
                     sample_why(goroutines != NULL ? &goroutines->base : NULL));
    add_threads(context);
    if (context->step->verdict == TRIAGE_HEALTHY)
        context->step->verdict = TRIAGE_UNKNOWN;
}

void triage_step_goroutines(struct step_context *context)
{
    const struct goroutines_sample *goroutines = context->in->goroutines;

    step_setf(&context->step->threshold,
              "documented: the count settles at %.0f to %.0f after start-up, steady growth is a "
              "leak (%s); measured: %s, and long waits of listeners are by design",
              limit_of(context, THRESHOLD_GOROUTINES_LOW),
              threshold_info(THRESHOLD_GOROUTINES_HIGH)->documented,
              threshold_info(THRESHOLD_GOROUTINES_HIGH)->source,
              threshold_info(THRESHOLD_GOROUTINES_HIGH)->measured);
    step_setf(&context->step->next, "who creates the group that grows is the culprit; a group that "
                                    "only waits for a lock belongs to the response branch");
    write_command(context);
    if (goroutines == NULL || !sample_usable(&goroutines->base) ||
        goroutines->count == SAMPLE_UNKNOWN) {
        by_threads_alone(context);
    } else {
        add_level(context, goroutines->count);
        add_trend(context);
        step_add_switches(context, METRIC_GOROUTINES, (struct ref){.kind = REF_GOROUTINES});
        add_leaks(context);
        add_threads(context);
        if (goroutines->dump != NULL)
            add_buckets(context, goroutines->dump);
        write_words(context);
    }
    suggest(context);
}
