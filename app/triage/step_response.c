#include "app/triage/step_response.h"

#include "app/triage/goroutine_growth.h"
#include "app/triage/goroutine_judge.h"

#include "pprof/goroutines.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/*
 * Branch: a plugin does not respond. The four documented causes, each with its
 * evidence: a database locked by somebody, goroutines blocked on a lock or a
 * channel, fetches that pile up, a machine that swaps.
 */

enum { TOP_BLOCKED = 6 };

/* Worst first. Returns whether there was a dump to look at. */
static bool add_goroutines(struct step_context *context)
{
    const struct goroutines_sample *goroutines = context->in->goroutines;
    size_t listed = 0;

    if (goroutines == NULL || !sample_usable(&goroutines->base) || goroutines->dump == NULL)
        return false;
    for (int worst = TRIAGE_BAD; worst > TRIAGE_HEALTHY; worst--) {
        for (size_t i = 0; i < goroutines->dump->n_buckets && listed < TOP_BLOCKED; i++) {
            struct goroutine_judged blocked =
                goroutine_judge(context, &goroutines->dump->buckets[i]);

            if ((int)blocked.hangs != worst || blocked.bucket->is_profiler)
                continue;
            goroutine_add_fact(context, &blocked, "", blocked.hangs);
            listed++;
        }
    }
    if (listed == 0)
        step_add(context->step,
                 &(struct fact_spec){.label = "blocked goroutines",
                                     .value = "none",
                                     .note = "listeners parked by design not counted",
                                     .ref = {.kind = REF_GOROUTINES}});
    return true;
}

static void add_swap(struct step_context *context)
{
    struct swap_view swap;

    if (!step_swap(context->in, context->limits, &swap))
        return;
    enum triage_verdict grown = swap.by_walks ? TRIAGE_LOOK : TRIAGE_BAD;

    step_add(context->step,
             &(struct fact_spec){.label = "swapped out",
                                 .value = number_bytes(swap.bytes).text,
                                 .note = swap.grows ? "and growing: the machine is short of memory"
                                                    : "documented: any growth is memory pressure",
                                 .verdict = swap.grows ? grown : TRIAGE_HEALTHY,
                                 .ref = {.kind = REF_MEMORY}});
}

static void add_stalls(struct step_context *context)
{
    const struct memory_sample *memory = context->in->memory;

    if (memory == NULL || !sample_usable(&memory->base) || isnan(memory->pressure.some_percent))
        return;
    const struct memory_pressure *pressure = &memory->pressure;
    enum triage_verdict verdict =
        pressure->full_percent >= limit_of(context, THRESHOLD_STALL_FULL) ? TRIAGE_BAD
        : pressure->some_percent >= limit_of(context, THRESHOLD_STALL)    ? TRIAGE_LOOK
                                                                          : TRIAGE_HEALTHY;

    step_add(context->step,
             &(struct fact_spec){.label = "stalled for memory",
                                 .value = number_percent(pressure->some_percent).text,
                                 .note = "of the last 10 s something waited for memory (PSI)",
                                 .verdict = verdict,
                                 .ref = {.kind = REF_MEMORY}});
}

static bool has_failed(const struct sample *sample)
{
    return sample->status == SAMPLE_FAILED || sample->status == SAMPLE_STALE;
}

static bool has_no_answer(const struct triage_input *in)
{
    if (in->heap == NULL || in->goroutines == NULL)
        return false;
    return (in->goroutines->is_silent && sample_usable(&in->goroutines->base)) ||
           (has_failed(&in->heap->base) && has_failed(&in->goroutines->base));
}

/* Of a terminal's job that was stopped by ^Z nothing else would tell. */
static void add_halt(struct step_context *context)
{
    const struct process_sample *process = context->in->process;

    if (process == NULL || !sample_usable(&process->base) ||
        (process->state_letter != 'T' && process->state_letter != 't'))
        return;
    bool is_traced = process->state_letter == 't';

    context->findings->halted = true;
    step_add(context->step,
             &(struct fact_spec){.label = "state",
                                 .value = is_traced ? "traced" : "stopped",
                                 .note = is_traced ? "a debugger holds it"
                                                   : "by a signal, as ^Z sends it: fg in its "
                                                     "terminal, or kill -CONT, lets it go on",
                                 .verdict = is_traced ? TRIAGE_LOOK : TRIAGE_BAD,
                                 .ref = {.kind = REF_THREADS}});
}

/* What failed inside it, by its own words: seldom the cause, often the beginning of the way. */
static void add_log(struct step_context *context)
{
    const struct files_sample *files = context->in->files;

    if (files == NULL || !sample_usable(&files->base) || files->log_warnings == SAMPLE_UNKNOWN)
        return;
    step_add(context->step,
             &(struct fact_spec){.label = "warnings in debug.log",
                                 .value = number_count(files->log_warnings).text,
                                 .note = files->log_last != NULL ? files->log_last
                                                                 : "in the last ten minutes",
                                 .ref = {.kind = REF_FILES}});
}

/* A server that was proven to be pprof's and does not answer: the process hangs, or is too busy. */
static void add_silence(struct step_context *context)
{
    const struct triage_input *in = context->in;
    bool proven = in->target->pprof_url != NULL && in->target->pprof_why == NULL;

    if (!proven || !has_no_answer(in))
        return;
    step_add(context->step, &(struct fact_spec){.label = "pprof",
                                                .value = "no answer",
                                                .note = in->goroutines->is_silent
                                                            ? "memory is read in its place"
                                                            : sample_why(&in->goroutines->base),
                                                .verdict = TRIAGE_LOOK,
                                                .ref = {.kind = REF_GOROUTINES}});
    context->findings->silent = true;
}

/* --- words --- */

static const char *worst_blocked(const struct step_context *context)
{
    for (guint i = 0; i < context->step->facts->len; i++) {
        const struct triage_fact *fact = context->step->facts->pdata[i];

        if (fact->ref.kind == REF_STACKS && fact->verdict != TRIAGE_HEALTHY)
            return fact->label;
    }
    return NULL;
}

static void write_words(struct step_context *context, bool stacks_seen)
{
    const char *blocked = worst_blocked(context);
    g_autoptr(GString) out = g_string_new(NULL);

    if (context->findings->halted)
        g_string_append(out, "It is stopped: nothing in it runs.");
    if (context->findings->locked != NULL)
        g_string_append_printf(out, "%s%s.", out->len > 0 ? " " : "", context->findings->locked);
    if (blocked != NULL)
        g_string_append_printf(out, "%sGoroutines are blocked in %s.", out->len > 0 ? " " : "",
                               blocked);
    if (context->findings->silent)
        g_string_append_printf(out, "%sIts pprof server does not answer.", out->len > 0 ? " " : "");
    if (out->len == 0)
        g_string_append(out, context->step->verdict == TRIAGE_HEALTHY
                                 ? "Nothing seen keeps a plugin from answering."
                                 : "Memory pressure slows everything down.");
    if (!stacks_seen)
        g_string_append_printf(out, " Goroutines were not seen: %s.",
                               context->in->target->pprof_url == NULL &&
                                       (context->in->goroutines == NULL ||
                                        *context->in->goroutines->base.reason == '\0')
                                   ? "pprof is off"
                                   : sample_why(context->in->goroutines != NULL
                                                    ? &context->in->goroutines->base
                                                    : NULL));
    step_set(&context->step->sentence, g_strdup(out->str));
    step_setf(&context->step->summary, "%s",
              context->findings->halted                  ? "stopped"
              : context->findings->locked != NULL        ? "database locked"
              : blocked != NULL                          ? "goroutines blocked"
              : context->findings->silent                ? "pprof is silent"
              : context->step->verdict == TRIAGE_HEALTHY ? "nothing blocks"
                                                         : "memory pressure");
}

static void write_command(struct step_context *context)
{
    const char *url = context->in->target->pprof_url;
    int pid = (int)context->in->target->id.pid;
    g_autoptr(GString) out = g_string_new(NULL);

    if (pid != 0)
        g_string_append_printf(out, "lsof -nP -p %d | grep -E '\\.(db|sqlite)'; ", pid);
    if (url != NULL) {
        g_autofree char *full = g_strdup_printf("%s/goroutine?debug=2", url);
        g_autofree char *f = g_shell_quote(full);

        g_string_append_printf(out,
                               "curl -s %s > goroutines.txt; grep -A10 -E "
                               "'/(monitor|td)[./]' goroutines.txt; grep -B2 -i fetchdata "
                               "goroutines.txt; ",
                               f);
    }
    if (pid != 0)
        g_string_append_printf(out,
                               context->in->macos
                                   ? "vmmap --summary %d | grep -E 'Physical|[Ss]wapped'"
                                   : "cat /proc/locks; grep VmSwap /proc/%d/status",
                               pid);
    step_set(&context->step->command, g_strdup(out->str));
}

static void suggest(struct step_context *context)
{
    const char *blocked = worst_blocked(context);

    if (context->step->verdict != TRIAGE_LOOK && context->step->verdict != TRIAGE_BAD)
        return;
    if (context->findings->halted)
        step_setf(&context->step->suggested, "it is stopped");
    else if (context->findings->locked != NULL)
        step_setf(&context->step->suggested, "a database is locked");
    else if (blocked != NULL)
        step_setf(&context->step->suggested, "goroutines are blocked");
    else if (context->findings->silent)
        step_setf(&context->step->suggested, "pprof does not answer");
    else
        step_setf(&context->step->suggested, "the machine is short of memory");
}

static bool anything_seen(const struct triage_input *in, bool stacks_seen)
{
    return stacks_seen || (in->files != NULL && sample_usable(&in->files->base)) ||
           (in->process != NULL && sample_usable(&in->process->base));
}

void triage_step_response(struct step_context *context)
{
    step_setf(&context->step->threshold,
              "documented causes (Diagnosing Unresponsive Plugins): SQLite locked by a concurrent "
              "td, swap thrashing, a goroutine blocked on a channel nobody reads, fetchData() "
              "goroutines that accumulate; measured: a write lock is held for far less than 2 s");
    step_setf(&context->step->next, "what holds the lock, or stands in the stack that does not "
                                    "move, is the culprit; if nothing is blocked, look at CPU");
    write_command(context);
    add_halt(context);
    step_response_locks(context);
    bool stacks_seen = add_goroutines(context);

    add_swap(context);
    add_stalls(context);
    add_silence(context);
    add_log(context);
    if (!anything_seen(context->in, stacks_seen)) {
        step_unknown(context->step, "not known",
                     sample_why(context->in->process != NULL ? &context->in->process->base : NULL));
        return;
    }
    step_worsen(context->step, TRIAGE_HEALTHY);
    write_words(context, stacks_seen);
    suggest(context);
}
