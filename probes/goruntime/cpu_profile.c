#include "probes/goruntime/cpu_profile.h"

#include "probes/goruntime/errors.h"
#include "probes/goruntime/memory.h"
#include "probes/goruntime/module.h"
#include "probes/goruntime/perf_rights.h"
#include "probes/goruntime/program.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    USUAL_DEPTH = 127, /* kernel.perf_event_max_stack */
    LABELS_MS = 10,    /* between two looks at labels, which come and go with requests */
};

static const double nano = 1e-9;

/* What is open while a profile is taken. */
struct recording {
    const struct cpu_profile_request *request;
    struct memory *memory;
    struct symbols *symbols;
    struct native *native;
    struct cpu_labels *labels;
    struct perf_events *events;
    struct cpu_samples *samples;
};

/* --- how much CPU time it uses --- */

struct cpu_use {
    double total_s;                    /* of all its threads, also those that ended; NAN: unknown */
    uint64_t user_ticks, system_ticks; /* proc_pid_stat(5); 0 and 0: unknown */
    bool has_ended;
};

/* The process's own clock has nanoseconds and may be read by anybody. */
static double process_clock_s(int pid)
{
#if defined(__linux__)
    clockid_t clock;
    struct timespec now;

    if (clock_getcpuclockid(pid, &clock) == 0 && clock_gettime(clock, &now) == 0)
        return (double)now.tv_sec + (double)now.tv_nsec * nano;
#else
    (void)pid;
#endif
    return (double)NAN;
}

static struct cpu_use look_at_use(int pid)
{
    struct cpu_use use = {.total_s = process_clock_s(pid), .has_ended = true};
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", pid), *text = NULL;
    char state;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return use;
    const char *rest = strrchr(text, ')'); /* the name before it may hold anything */

    if (rest == NULL ||
        sscanf(rest, ") %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %" SCNu64 " %" SCNu64, &state,
               &use.user_ticks, &use.system_ticks) != 3)
        return use;
    use.has_ended = state == 'Z' || state == 'X';
    return use;
}

/* --- recording --- */

static double now_s(void)
{
    return (double)g_get_monotonic_time() / G_USEC_PER_SEC;
}

static void on_sample(const struct perf_record *sample, void *user)
{
    cpu_samples_add(user, sample);
}

static bool is_cancelled(const struct recording *r)
{
    return r->request->cancelled != NULL &&
           __atomic_load_n(r->request->cancelled, __ATOMIC_RELAXED) != 0;
}

/* Until the time is over, the process is, or nobody wants it any more. */
static void collect(struct recording *r, double begun_s, struct cpu_use *last)
{
    for (;;) {
        double passed_s = now_s() - begun_s, left_s = r->request->seconds - passed_s;
        struct cpu_use use = look_at_use(r->request->pid);

        cpu_labels_begin(r->labels);
        perf_events_drain(r->events, on_sample, r->samples);
        if (use.has_ended) {
            last->has_ended = true;
            return;
        }
        *last = use;
        if (left_s <= 0 || is_cancelled(r))
            return;
        if (r->request->progress != NULL)
            r->request->progress(passed_s, r->request->user);
        double pause_s = (cpu_labels_any(r->labels) ? LABELS_MS : PERF_EVENTS_DRAIN_MS) * 1e-3;

        g_usleep((gulong)(fmin(left_s, pause_s) * G_USEC_PER_SEC));
    }
}

static size_t deepest_chain(void)
{
    g_autofree char *text = NULL;

    if (g_file_get_contents("/proc/sys/kernel/perf_event_max_stack", &text, NULL, NULL))
        return (size_t)MAX(atoi(text), 1);
    return USUAL_DEPTH;
}

static bool open_all(struct recording *r, GError **error)
{
    struct perf_events_request events = {
        .pid = r->request->pid, .frequency_hz = PERF_EVENTS_HZ, .user_only = r->request->user_only};

    g_autoptr(program_auto) program = program_of_process(r->request->pid, error);
    struct go_layout layout;

    if (program == NULL || !go_layout_find(program->version, program->goarch, &layout, error))
        return false;
    r->memory = memory_of_program(r->request->pid, program, error);
    if (r->memory == NULL)
        return false;
    g_autoptr(module_auto) module = module_load(r->memory, program, &layout, error);

    if (module == NULL)
        return false;
    r->symbols = symbols_new(module, r->memory);
    r->native = native_new(r->request->pid);
    r->labels = cpu_labels_new(r->symbols, r->memory, &layout);
    r->events = perf_events_open(&events, error);
    if (r->events == NULL)
        return false;
    r->samples = cpu_samples_new(r->symbols, r->native, r->labels,
                                 perf_events_state(r->events).period_ns, deepest_chain());
    return true;
}

/* --- what came of it --- */

static void find_facts(const struct recording *r, const struct cpu_use *before,
                       const struct cpu_use *after, struct cpu_profile_facts *facts)
{
    facts->events = perf_events_state(r->events);
    facts->samples = *cpu_samples_counts(r->samples);
    facts->has_ended = after->has_ended;
    double user = (double)(after->user_ticks - before->user_ticks);
    double system = (double)(after->system_ticks - before->system_ticks);
    double seen_s = (double)facts->samples.n * (double)facts->events.period_ns * nano;

    facts->cpu_s = after->total_s - before->total_s;
    facts->kernel_share = user + system > 0 ? system / (user + system) : (double)NAN;
    facts->coverage = (double)NAN;
    double due_s =
        facts->events.has_kernel ? facts->cpu_s : facts->cpu_s * (1 - facts->kernel_share);

    if (due_s > 0)
        facts->coverage = seen_s / due_s;
    if (facts->events.has_kernel)
        return;
    struct perf_rights rights = perf_rights_look(r->request->pid);

    facts->hidden =
        r->request->user_only ? g_strdup("not asked for") : perf_rights_user_only(&rights);
}

void cpu_profile_facts_clear(struct cpu_profile_facts *facts)
{
    g_free(facts->hidden);
    *facts = (struct cpu_profile_facts){0};
}

static void add_text(GPtrArray *texts, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void add_text(GPtrArray *texts, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_ptr_array_add(texts, g_strdup_vprintf(format, args));
    va_end(args);
}

static double percent(uint64_t part, uint64_t whole)
{
    return whole > 0 ? 100 * (double)part / (double)whole : 0;
}

/* The first always, the others when there is something to be known. */
static GPtrArray *describe(const struct cpu_profile_facts *f)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);

    add_text(texts, "source: perf events (CPU clock at %d Hz), from outside the process",
             PERF_EVENTS_HZ);
    g_autofree char *share = isnan(f->kernel_share)
                                 ? g_strdup("an unknown share of CPU time")
                                 : g_strdup_printf("%.0f%% of CPU time", 100 * f->kernel_share);

    if (f->hidden != NULL)
        add_text(texts, "kernel: %s, not in the samples (%s)", share, f->hidden);
    else
        add_text(texts, "kernel: %s, %.0f%% of samples", share,
                 percent(f->samples.n_kernel, f->samples.n));
    const char *what = f->events.has_kernel ? "" : "what the kernel does not hide of ";

    if (!isnan(f->coverage))
        add_text(texts, "coverage: %.0f%% of %s%.2fs CPU in %.2fs", 100 * f->coverage, what,
                 f->cpu_s, f->passed_s);
    else if (!isnan(f->cpu_s))
        add_text(texts, "coverage: unknown (%.2fs CPU in %.2fs)", f->cpu_s, f->passed_s);
    if (f->events.n_lost > 0)
        add_text(texts,
                 "lost: %" PRIu64 " samples, as this machine was too busy to "
                 "fetch them in time",
                 f->events.n_lost);
    if (f->samples.n_native > 0)
        add_text(texts,
                 "C code without a known Go caller: %.0f%% of the samples (built without "
                 "frame pointers)",
                 percent(f->samples.n_native, f->samples.n));
    if (f->samples.n_cut > 0)
        add_text(texts,
                 "deeper than the kernel follows: %.0f%% of the samples lack their first "
                 "callers (kernel.perf_event_max_stack)",
                 percent(f->samples.n_cut, f->samples.n));
    if (f->samples.n_labelled > 0)
        add_text(texts, "labels of goroutines: known of %.0f%% of the samples",
                 percent(f->samples.n_labelled, f->samples.n));
    if (f->has_ended)
        add_text(texts, "the process ended after %.1f s", f->passed_s);
    return texts;
}

static struct profile *record(struct recording *r, struct cpu_profile_facts *facts, GError **error)
{
    gint64 begun_us = g_get_real_time();
    double begun_s = now_s();
    struct cpu_use before = look_at_use(r->request->pid), after = before;

    perf_events_drain(r->events, NULL, NULL); /* what came while threads were opened */
    collect(r, begun_s, &after);
    perf_events_stop(r->events);
    cpu_labels_begin(r->labels);
    perf_events_drain(r->events, on_sample, r->samples);
    facts->passed_s = now_s() - begun_s;
    find_facts(r, &before, &after, facts);
    if (is_cancelled(r)) {
        g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_CANCELLED, "cancelled");
        return NULL;
    }
    if (facts->has_ended && facts->samples.n == 0) {
        g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_GONE,
                    "process %d ended before there was a sample", r->request->pid);
        return NULL;
    }
    g_autoptr(GPtrArray) comments = describe(facts);

    return cpu_samples_finish(r->samples, begun_us * 1000, (int64_t)(facts->passed_s / nano),
                              (const char *const *)comments->pdata, comments->len);
}

struct profile *cpu_profile_record(const struct cpu_profile_request *request,
                                   struct cpu_profile_facts *ret, GError **error)
{
    struct recording recording = {.request = request};
    struct cpu_profile_facts facts = {0};
    struct profile *profile = NULL;

    if (request->seconds < 1 || request->seconds > CPU_PROFILE_MAX_SECONDS)
        g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_FAILED,
                    "a profile can take 1 to %d seconds, not %d", CPU_PROFILE_MAX_SECONDS,
                    request->seconds);
    else if (open_all(&recording, error))
        profile = record(&recording, &facts, error);
    perf_events_free(recording.events);
    cpu_samples_free(recording.samples);
    cpu_labels_free(recording.labels);
    native_free(recording.native);
    symbols_free(recording.symbols);
    memory_free(recording.memory);
    if (profile != NULL && ret != NULL)
        *ret = facts;
    else
        cpu_profile_facts_clear(&facts);
    return profile;
}
