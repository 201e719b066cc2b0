#include "app/triage/steps.h"

#include "app/profiles/profile_facts.h"
#include "app/triage/busiest.h"
#include "pprof/memstats.h"
#include "pprof/top.h"
#include "probes/capture.h"

#include <math.h>

/*
 * Branch: high CPU. The process itself, its threads, the commands it starts
 * (short-lived git and td often cost more than sidecar), the collector. Which
 * function it is only a CPU profile tells.
 */

enum {
    TOP_THREADS = 3,
    TOP_SPAWNS = 4,
    TOP_FUNCTIONS_SHOWN = 5,
    THROUGHOUT_S = 10, /* shorter watches are moments */
};

/* Percent of a core below which waiting is not worth a line. */
static const double wait_shown = 10;
static const double collector_look_share = 0.25;

static bool is_storm(const struct step_context *context, const struct threads_sample *threads)
{
    return step_is_storm(threads, threads->spawns_last_minute, context->limits);
}

/* "180/min", or how many there were while no rate is known. */
static char *starts_text(const struct threads_sample *threads, uint64_t starts)
{
    double rate = samples_starts_per_minute(threads, starts);

    return isnan(rate) ? g_strdup_printf("%s so far", number_count((int64_t)starts).text)
                       : g_strdup_printf("%.0f/min", rate);
}

static double level_of(const struct triage_input *in)
{
    return in->cpu_mean > 0 ? in->cpu_mean : in->process->cpu_percent;
}

/* Many requests that wait for their turn on a crowded machine would not compute on. */
static bool answers_requests(const struct triage_input *in)
{
    struct busiest busiest;

    busiest_of(in->cpu_profile, &busiest);
    bool ret = busiest.serves;

    busiest_clear(&busiest);
    return ret;
}

/* With what it would use on top of this if there were cores enough. */
static double with_wait(const struct triage_input *in, double used)
{
    static const double little = 8; /* percent of a core: too little to tell its waiting by */

    return used >= little && !answers_requests(in) ? used + in->cpu_denied : used;
}

static double demand(const struct step_context *context)
{
    return with_wait(context->in, level_of(context->in));
}

/* Idle it is not. */
static bool is_busy(const struct step_context *context, double percent)
{
    return !isnan(percent) && percent >= limit_of(context, THRESHOLD_CPU_BUSY);
}

/*
 * Being busy for a moment is a finding only of a program that should idle, and
 * no proof: it may be at work. Most of a core for the whole watch is worth a
 * look in any program whose CPU profile does not show that it is at work.
 */
static enum triage_verdict judged(const struct step_context *context, double percent)
{
    return context->in->target->is_sidecar && is_busy(context, percent) ? TRIAGE_LOOK
                                                                        : TRIAGE_HEALTHY;
}

/* No sidecar, which has nothing to do for long. */
static bool is_at_work(const struct step_context *context)
{
    struct busiest busiest;

    busiest_of(context->in->target->is_sidecar ? NULL : context->in->cpu_profile, &busiest);
    bool ret = busiest.kind == BUSIEST_NONE;

    busiest_clear(&busiest);
    return ret;
}

static bool is_busy_throughout(const struct step_context *context)
{
    const struct triage_input *in = context->in;

    return in->observed_s >= THROUGHOUT_S && in->cpu_watch > 0 &&
           is_busy(context, with_wait(in, in->cpu_watch)) && !is_at_work(context);
}

/* --- facts --- */

static void add_level(struct step_context *context)
{
    const struct process_sample *process = context->in->process;
    double own = level_of(context->in), children = process->cpu_children_percent;

    step_add(context->step,
             &(struct fact_spec){.label = "CPU",
                                 .value = number_percent(own).text,
                                 .note = context->in->target->is_sidecar
                                             ? "of one core; an idle sidecar uses about 2%"
                                             : "of one core",
                                 .verdict = is_busy_throughout(context) ? TRIAGE_LOOK
                                                                        : judged(context, own),
                                 .ref = {.kind = REF_THREADS}});
    if (context->in->cpu_wait >= wait_shown)
        step_add(context->step,
                 &(struct fact_spec){.label = "waiting for a core",
                                     .value = number_percent(context->in->cpu_wait).text,
                                     .note = "its threads were ready to run and others had the "
                                             "cores: without that it would use more",
                                     .verdict = judged(context, demand(context)),
                                     .ref = {.kind = REF_THREADS}});
    if (!isnan(children))
        step_add(context->step, &(struct fact_spec){.label = "CPU of children",
                                                    .value = number_percent(children).text,
                                                    .note = "commands it started and collected",
                                                    .verdict = judged(context, children),
                                                    .ref = {.kind = REF_STARTS}});
}

/* What keeps it from the cores: a limit of its group, or everybody else. */
static void add_shortage(struct step_context *context)
{
    const struct memory_sample *memory = context->in->memory;

    if (memory == NULL || !sample_usable(&memory->base))
        return;
    const struct memory_pressure *room = &memory->pressure;
    double stalled = room->cpu_some_percent;

    if (room->cpu_limit_percent > 0) { /* never true of NAN */
        g_autofree char *note =
            g_strdup_printf("of one core; kept from running %s of the time by it",
                            number_percent_whole(context->in->cpu_throttled).text);

        step_add(context->step,
                 &(struct fact_spec){.label = "limit of its cgroup",
                                     .value = number_percent(room->cpu_limit_percent).text,
                                     .note = note,
                                     .verdict = context->in->cpu_throttled >= wait_shown
                                                    ? TRIAGE_LOOK
                                                    : TRIAGE_HEALTHY,
                                     .ref = {.kind = REF_THREADS}});
    }
    if (stalled >= limit_of(context, THRESHOLD_STALL)) /* never true of NAN */
        step_add(context->step,
                 &(struct fact_spec){.label = "tasks short of a core",
                                     .value = number_percent(stalled).text,
                                     .note = "of the last 10 s, on this machine: pressure stall "
                                             "information",
                                     .ref = {.kind = REF_THREADS}});
}

static void add_trend(struct step_context *context)
{
    const struct trend *trend = &context->in->trends[METRIC_CPU];

    if (trend->verdict == TREND_UNKNOWN)
        return;
    g_autofree char *note =
        g_strdup_printf("%+.0f points over %s", trend->rise, number_duration(trend->window_s).text);

    step_add(context->step,
             &(struct fact_spec){.label = "CPU trend",
                                 .value = trend_grows(trend) ? "rising" : "level",
                                 .note = note,
                                 .verdict = trend_grows(trend) ? TRIAGE_LOOK : TRIAGE_HEALTHY,
                                 .ref = {.kind = REF_THREADS}});
}

static int busiest_first(gconstpointer a, gconstpointer b)
{
    const struct thread_entry *x = *(const struct thread_entry *const *)a;
    const struct thread_entry *y = *(const struct thread_entry *const *)b;

    return x->cpu_percent > y->cpu_percent ? -1 : x->cpu_percent < y->cpu_percent;
}

static void add_threads(struct step_context *context)
{
    const struct threads_sample *threads = context->in->threads;

    if (threads == NULL || !sample_usable(&threads->base))
        return;
    g_autoptr(GPtrArray) busy = g_ptr_array_new();

    for (size_t i = 0; i < threads->n_threads; i++)
        if (threads->threads[i].cpu_percent >= 1) /* never true of NAN */
            g_ptr_array_add(busy, (gpointer)&threads->threads[i]);
    g_ptr_array_sort(busy, busiest_first);
    for (guint i = 0; i < busy->len && i < TOP_THREADS; i++) {
        const struct thread_entry *thread = busy->pdata[i];
        g_autofree char *label = g_strdup_printf("thread %d", (int)thread->tid);

        step_add(context->step,
                 &(struct fact_spec){.label = label,
                                     .value = number_percent(thread->cpu_percent).text,
                                     .note = "goroutines move between threads: see who, not which",
                                     .ref = {.kind = REF_THREAD, .id = (int)thread->tid}});
    }
}

static void add_spawns(struct step_context *context)
{
    const struct threads_sample *threads = context->in->threads;

    if (threads == NULL || !sample_usable(&threads->base) || threads->spawns_since_us == 0)
        return;
    bool storm = is_storm(context, threads);
    g_autofree char *value = starts_text(threads, threads->spawns_last_minute);
    g_autofree char *note =
        threads->spawns_exact
            ? g_strdup(context->in->target->is_sidecar ? "some 30 a minute are healthy"
                                                       : "in the last minute")
            : g_strdup_printf("at least: %s", threads->spawns_why);

    step_add(context->step, &(struct fact_spec){.label = "commands started",
                                                .value = value,
                                                .note = note,
                                                .verdict = storm ? TRIAGE_LOOK : TRIAGE_HEALTHY,
                                                .ref = {.kind = REF_STARTS}});
    for (size_t i = 0; i < threads->n_spawns && i < TOP_SPAWNS; i++) {
        g_autofree char *rate = starts_text(threads, threads->spawns[i].last_minute);

        if (threads->spawns[i].last_minute > 0)
            step_add(context->step,
                     &(struct fact_spec){
                         .label = threads->spawns[i].command,
                         .value = rate,
                         .note = "started again and again",
                         .ref = {.kind = REF_COMMAND, .text = threads->spawns[i].command}});
    }
}

static void add_collector(struct step_context *context)
{
    const struct heap_sample *heap = context->in->heap;

    if (heap == NULL || !sample_usable(&heap->base) || heap->memstats == NULL)
        return;
    bool watched = !isnan(context->in->gc_share);
    double share = watched ? context->in->gc_share / 100 : heap->memstats->gc_cpu_fraction;
    const struct trend *collections = &context->in->trends[METRIC_COLLECTIONS];
    g_autofree char *note = g_strdup_printf(
        "of all CPU %s (GCCPUFraction)%s%s", watched ? "while watched" : "since the start",
        trend_grows(collections) ? "; " : "",
        trend_grows(collections) ? number_slope_count(collections).text : "");
    g_autofree char *with_rate =
        trend_grows(collections) ? g_strdup_printf("%s collections", note) : g_strdup(note);

    step_add(
        context->step,
        &(struct fact_spec){.label = "collector's share",
                            .value = number_percent(100 * share).text,
                            .note = with_rate,
                            .verdict = share >= collector_look_share ? TRIAGE_LOOK : TRIAGE_HEALTHY,
                            .ref = {.kind = REF_HEAP}});
}

/* Where the time goes, of the CPU profile captured last: by cum, since leaves are the runtime's. */
static void add_profile(struct step_context *context)
{
    const struct profile *profile = context->in->cpu_profile;
    const struct top_options options = {.sample_index = -1,
                                        .granularity = TOP_FUNCTIONS,
                                        .sort_cum = true,
                                        .node_count = TOP_FUNCTIONS_SHOWN};

    if (profile == NULL)
        return;
    context->step->is_asked = true;
    struct top_report *top = top_build(profile, &options, NULL);

    if (top == NULL)
        return;
    /* how far the profile can be believed, where it says so itself */
    g_autofree char *facts = profile_facts_text(profile, true);

    if (*facts != '\0')
        step_add(
            context->step,
            &(struct fact_spec){.label = "CPU profile", .value = "from outside", .note = facts});
    if (is_at_work(context))
        step_add(context->step, &(struct fact_spec){.label = "busiest function",
                                                    .value = "none",
                                                    .note = "none has half of the profile: many "
                                                            "things are done, which no loop does"});
    for (size_t i = 0; i < top->n_rows && top->total > 0; i++) {
        const struct top_row *row = &top->rows[i];
        double share = 100 * (double)row->cum / (double)top->total;
        g_autofree char *note =
            g_strdup_printf("cum of the CPU profile, flat %s",
                            number_percent(100 * (double)row->flat / (double)top->total).text);

        step_add(context->step,
                 &(struct fact_spec){.label = row->name,
                                     .value = number_percent(share).text,
                                     .note = note,
                                     .ref = {.kind = REF_CPU_FUNCTION, .text = row->name}});
    }
    top_report_free(top);
}

/* --- words --- */

static bool can_profile(const struct target *target)
{
    return target->pprof_url != NULL || capture_needs_no_pprof(target, "profile");
}

static void write_command(struct step_context *context)
{
    const char *url = context->in->target->pprof_url;
    int pid = (int)context->in->target->id.pid;
    g_autoptr(GString) out = g_string_new(NULL);

    if (pid != 0)
        g_string_append_printf(out, "ps -o pid,rss,%%cpu -p %d", pid);
    if (url != NULL) {
        g_autofree char *profile = g_strdup_printf("%s/profile?seconds=30", url);
        g_autofree char *p = g_shell_quote(profile);

        g_string_append_printf(out, "%scurl -s -o cpu.pb.gz %s; go tool pprof -top cpu.pb.gz",
                               out->len > 0 ? "; " : "", p);
    } else if (pid != 0 && can_profile(context->in->target)) {
        g_string_append_printf(out, "; sidescope top --profile cpu %d", pid);
    } else if (pid != 0) {
        g_string_append_printf(out, context->in->macos ? "; sample %d 10" : "; top -H -p %d", pid);
    }
    step_set(&context->step->command, g_strdup(out->str));
}

static void write_words(struct step_context *context)
{
    const struct process_sample *process = context->in->process;
    const struct threads_sample *threads = context->in->threads;
    g_autoptr(GString) out = g_string_new(NULL);

    g_string_append_printf(out, "It uses %s of one core",
                           number_percent(level_of(context->in)).text);
    if (!isnan(process->cpu_children_percent))
        g_string_append_printf(out, ", the commands it starts %s",
                               number_percent(process->cpu_children_percent).text);
    if (trend_grows(&context->in->trends[METRIC_CPU]))
        g_string_append(out, ", and rising");
    if (context->in->cpu_wait >= wait_shown)
        g_string_append_printf(out, "; for %s it waited for a core that others had",
                               number_percent(context->in->cpu_wait).text);
    g_string_append_c(out, '.');
    if (threads != NULL && sample_usable(&threads->base) && is_storm(context, threads) &&
        threads->n_spawns > 0)
        g_string_append_printf(out, " %s leads the commands started.", threads->spawns[0].command);
    step_set(&context->step->sentence, g_strdup(out->str));
    step_setf(&context->step->summary, "%s", number_percent(level_of(context->in)).text);
}

static void suggest(struct step_context *context)
{
    context->findings->cpu_high = is_busy(context, demand(context));
    if (context->findings->cpu_high)
        step_setf(&context->step->suggested, "it uses %s of a core",
                  number_percent(level_of(context->in)).text);
    else if (trend_grows(&context->in->trends[METRIC_CPU]))
        step_setf(&context->step->suggested, "its use of CPU rises");
    else if (context->step->verdict == TRIAGE_LOOK)
        step_setf(&context->step->suggested, "its commands or its collector are busy");
}

bool triage_is_busy(const struct triage_input *input, const struct thresholds *thresholds)
{
    const struct process_sample *process = input->process;

    return process != NULL && sample_usable(&process->base) &&
           with_wait(input, level_of(input)) >= thresholds->value[THRESHOLD_CPU_BUSY];
}

void triage_step_cpu(struct step_context *context)
{
    const struct process_sample *process = context->in->process;

    step_setf(&context->step->threshold,
              "documented: capture a CPU profile of 30 s (CPU Profile); poll chains that run "
              "twice double CPU and leak nothing (Poll Chain Duplication); measured: about 2%% "
              "when idle; %s are worth a look",
              number_percent_whole(limit_of(context, THRESHOLD_CPU_BUSY)).text);
    step_setf(&context->step->next,
              can_profile(context->in->target)
                  ? "a CPU profile (c) names the function; commands started in a storm cost most "
                    "outside of it"
                  : "without pprof the threads and commands above are all there is; perf top -p "
                    "names functions where it is installed");
    write_command(context);
    if (process == NULL || !sample_usable(&process->base) || isnan(process->cpu_percent)) {
        step_unknown(context->step, "not known",
                     process != NULL && sample_usable(&process->base)
                         ? "a second look is needed to know the use of CPU"
                         : sample_why(process != NULL ? &process->base : NULL));
        return;
    }
    context->step->verdict = TRIAGE_HEALTHY;
    add_level(context);
    add_shortage(context);
    add_trend(context);
    add_profile(context);
    add_threads(context);
    add_spawns(context);
    add_collector(context);
    write_words(context);
    suggest(context);
}
