#include "app/triage/conclusion.h"
#include "app/triage/judgement.h"
#include "app/triage/pattern_rules.h"
#include "app/triage/watch.h"
#include "probes/capture.h"
#include "probes/leak_marks.h"

#include <signal.h>
#include <string.h>

/*
 * The four steps together: up to three sentences (what it is, the evidence
 * that points at a place, what is not certain) and what to do, best first.
 * Series that rise in step are told as one cause, not as several.
 */

/* --- what it is --- */

static void conclude(const struct triage_findings *findings, const struct triage_result *result,
                     GString *out)
{
    struct conclusion conclusion = conclusion_of(findings, result);

    const struct triage_cause *first =
        result->causes->len > 0 ? g_ptr_array_index(result->causes, 0) : NULL;

    /* what the findings leave open a known pattern may say */
    if (conclusion.sentence != NULL && conclusion.open && first != NULL &&
        first->confidence >= PATTERN_LIKELY)
        g_string_append_printf(out, "Most likely %s: %s.", first->title, first->evidence);
    else if (conclusion.sentence != NULL)
        g_string_append(out, conclusion.sentence);
    else
        g_string_append(out, findings->rss_returned ? "No leak: the high RSS is memory that was "
                                                      "already returned to the system."
                                                    : "Nothing points to a leak.");
}

/* --- where it points, and how sure --- */

static bool anything_grows(const struct triage_findings *f)
{
    return f->rss_growing || f->fds_growing || f->heap_growing || f->goroutines_growing ||
           f->regions_growing || f->swap_growing;
}

/* A pattern that fits, and that work in progress would fit as well. */
static bool is_unsure(const struct triage_result *result)
{
    const struct triage_cause *first = result->causes->len > 0 ? result->causes->pdata[0] : NULL;

    return first != NULL && first->pattern->leak && first->confidence >= PATTERN_LIKELY &&
           first->confidence <= PATTERN_GREW;
}

/* The last part of a path: the whole of it stands among the facts of step 2. */
static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

/* Series in step are one finding: what one more descriptor brings along. */
static void append_fit(const struct triage_input *in, const struct triage_findings *f,
                       GString *parts)
{
    bool heap = f->heap_growing && trend_grows(&in->trends[METRIC_HEAP_LIVE]);
    const struct in_step *memory = heap ? &in->heap_per_fd : &in->rss_per_fd;

    if (!f->fds_growing)
        return;
    const struct in_step *goroutines = &in->goroutines_per_fd;
    bool more = trend_grows(&in->trends[METRIC_GOROUTINES]);

    if (more && goroutines->verdict == IN_STEP_YES)
        g_string_append_printf(parts, "; %.1f goroutines per descriptor, in step",
                               goroutines->ratio);
    else if (more && goroutines->verdict == IN_STEP_NO)
        g_string_append(parts, "; goroutines grow too, but not in step with descriptors: look for "
                               "a cause of their own");
    if (trend_grows(heap ? &in->trends[METRIC_HEAP_LIVE] : &in->trends[METRIC_RSS]) &&
        memory->verdict == IN_STEP_YES)
        g_string_append_printf(parts, "; %s of %s per descriptor, in step",
                               number_bytes((int64_t)memory->ratio).text,
                               heap ? "live heap" : "RSS");
}

static bool blames_files(const struct triage_findings *f)
{
    return f->fds_high || f->fds_growing || f->fds_near_limit || f->same_file || f->session_files ||
           f->inotify_high;
}

static void append_evidence(const struct triage_input *in, const struct triage_findings *f,
                            GString *out)
{
    g_autoptr(GString) parts = g_string_new(NULL);

    append_fit(in, f, parts);
    if (f->function != NULL)
        g_string_append_printf(parts, "; %s holds more and more%s%s", f->function,
                               f->function_caller != NULL ? ", called by " : "",
                               f->function_caller != NULL ? f->function_caller : "");
    if (f->file != NULL)
        g_string_append_printf(parts, "; %s is open several times", last_part(f->file));
    if (f->holder != NULL && blames_files(f))
        g_string_append_printf(parts, "; %s", f->holder);
    if (f->locked != NULL)
        g_string_append_printf(parts, "; %s", f->locked);
    if (f->bucket != NULL)
        g_string_append_printf(parts, "; goroutines stand in %s", f->bucket);
    if (f->inotify_high)
        g_string_append(parts, "; inotify watchers are not closed");
    if (f->fds_near_limit)
        g_string_append(parts, "; the descriptor limit is near");
    if (parts->len > 0)
        g_string_append_printf(out, " Evidence: %s.", parts->str + 2);
}

/* "memory map, heap" of those the test wants; NULL when there is none. */
static char *list_steps(const struct triage_result *result, const struct triage_input *in,
                        bool (*wanted)(const struct triage_input *, const struct triage_step *))
{
    g_autoptr(GString) out = g_string_new(NULL);

    for (size_t i = 0; i < TRIAGE_N_STEPS; i++)
        if (wanted(in, &result->steps[i]))
            g_string_append_printf(out, "%s%s", out->len > 0 ? ", " : "", result->steps[i].title);
    return out->len > 0 ? g_strdup(out->str) : NULL;
}

/* Of a skipped one the user knows, and it is said. */
static bool is_unknown(const struct triage_input *in, const struct triage_step *step)
{
    (void)in;
    return step->verdict == TRIAGE_UNKNOWN && step->judgement != TRIAGE_SKIPPED;
}

static void append_doubt(const struct triage_input *in, const struct triage_findings *f,
                         const struct triage_result *result, GString *out)
{
    const char *observed = NULL;
    g_autofree char *number =
        in->observed_s < 1
            ? g_strdup("one look")
            : g_strdup_printf("%s of observation", number_duration(in->observed_s).text);
    g_autofree char *unknown =
        result->verdict == TRIAGE_UNKNOWN ? NULL : list_steps(result, in, is_unknown);

    if (in->observed_s < BURST_S)
        observed = number;
    if (observed == NULL && unknown == NULL)
        return;
    g_string_append_c(out, ' ');
    gsize begin = out->len;

    if (unknown != NULL)
        g_string_append_printf(out, "Not examined: %s", unknown);
    if (observed != NULL)
        g_string_append_printf(out, "%s%s %s", unknown != NULL ? "; " : "", observed,
                               anything_grows(f) || is_unsure(result)
                                   ? "cannot tell a leak from a burst of work"
                                   : "cannot show a slow leak");
    out->str[begin] = g_ascii_toupper(out->str[begin]);
    g_string_append_c(out, '.');
}

/* What might have shown the leak was not seen: that comes before all that is healthy. */
static void append_unexamined(const struct triage_input *in, const struct triage_result *result,
                              GString *out)
{
    g_autofree char *steps = list_steps(result, in, triage_is_unexamined);
    const char *reason = "";

    if (steps == NULL) { /* it ended */
        g_string_append(out, "What was seen points to no leak; why it ended was not seen.");
        return;
    }

    for (size_t i = TRIAGE_N_STEPS; i-- > 0;)
        if (triage_is_unexamined(in, &result->steps[i]))
            reason = result->steps[i].sentence;
    g_string_append_printf(out, "Not examined: %s. %s%sWhat was seen points to no leak.", steps,
                           reason, *reason != '\0' ? " " : "");
}

/* --- what to do --- */

static void advise(struct triage_result *result, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void advise(struct triage_result *result, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_ptr_array_add(result->actions, g_strdup_vprintf(format, args));
    va_end(args);
}

static void advise_growth(const struct triage_input *in, const struct triage_findings *f,
                          struct triage_result *result, const char *target)
{
    if (f->fds_growing || f->goroutines_growing)
        advise(result,
               "Run sidescope %s, press m (mark), do once what you suspect (switch the "
               "project, open a tab), and see which files and goroutines stayed.",
               target);
    if (f->heap_growing)
        advise(result,
               "Compare heap profiles over a longer time: the command of step 4, or mark "
               "in sidescope %s and open the heap pane.",
               target);
    if (f->rss_growing && !conclusion_heap_examined(result) && in->target->pprof_url == NULL)
        advise(result,
               "Save this report first, then restart with %s and reproduce: a restart "
               "loses the present state.",
               in->target->is_sidecar ? "SIDECAR_PPROF=1" : "net/http/pprof enabled");
    else if (f->rss_growing && !f->heap_growing)
        advise(result, "Look at the memory map (step 3) again later: the part that grew is the "
                       "owner.");
}

static void advise_cpu(const struct triage_input *in, const struct triage_findings *f,
                       struct triage_result *result, const char *target)
{
    if (!f->cpu_high || in->cpu_profile != NULL)
        return;
    if (in->target->pprof_url != NULL || capture_needs_no_pprof(in->target, "profile"))
        advise(result, "Capture a CPU profile in sidescope %s (c): it names the function.", target);
    else
        advise(result,
               "See in sidescope %s (H) which threads and commands use the CPU: without "
               "pprof functions have no names.",
               target);
}

/* From memory, where that is what stacks come from, or by the runtime, where it serves that. */
static void advise_proof(const struct triage_input *in, const struct triage_findings *f,
                         struct triage_result *result, const char *target)
{
    bool served = in->goroutines != NULL && sample_usable(&in->goroutines->base) &&
                  in->goroutines->leaks != SAMPLE_UNKNOWN;
    bool is_asked_memory = in->goroutines != NULL && sample_usable(&in->goroutines->base) &&
                           sample_is_from_memory(in->goroutines->source);
    struct leak_look look;

    leak_marks_last(in->target->leaks, &look);
    leak_look_clear(&look);
    if (look.was_tried)
        return;
    if (is_asked_memory && (f->goroutines_growing || f->stuck))
        advise(
            result,
            "Prove which goroutines nothing can ever wake: sidescope triage --prove %s (U in its "
            "goroutines pane); it reads the heap some times, and stops nothing.",
            target);
    else if (served && (f->goroutines_growing || f->stuck))
        advise(result,
               "Let the runtime prove which goroutines can never go on: sidescope traces --profile "
               "goroutineleak %s (a collection; it costs as heap?gc=1).",
               target);
}

static void advise_levels(const struct triage_findings *f, struct triage_result *result,
                          const char *target)
{
    if (f->halted)
        advise(result,
               "Let it go on: fg in its terminal or kill -CONT %s, or in the debugger that "
               "holds it.",
               target);
    if (f->swap_growing)
        advise(result, "Free memory on this machine first: swapping slows everything, SQLite most "
                       "of all.");
    if (f->fds_near_limit)
        advise(result, "Plan a restart before the descriptor limit is reached: opening files and "
                       "sockets fails then.");
    if (f->locker > 0)
        advise(result,
               "Let process %d finish or end it: until then everything that needs the database "
               "waits.",
               (int)f->locker);
    if (f->stuck)
        advise(result,
               "Open the goroutines in sidescope %s and look for the one that holds the "
               "lock.",
               target);
    if (f->same_file && f->file != NULL)
        advise(result, "Find where %s (see step 2) is opened and not closed.", last_part(f->file));
    if ((f->inotify_high || f->session_files) && !f->fds_growing)
        advise(result, "Count the watchers again after a project switch: each one left behind is "
                       "one that was not closed.");
    if (f->regions_many || f->regions_growing)
        advise(result, "See in the memory pane which kind of mapping multiplies.");
    if (f->rss_high && !f->rss_growing)
        advise(result, "Watch whether it rises: sidescope triage --seconds 600 %s.", target);
    if (f->goroutines_high && !f->goroutines_growing)
        advise(result, "Look at the largest groups of goroutines in sidescope %s.", target);
}

static bool is_denied(const struct triage_input *in)
{
    return (in->files != NULL && in->files->base.status == SAMPLE_DENIED) ||
           (in->memory != NULL && in->memory->base.status == SAMPLE_DENIED);
}

static void advise_rest(const struct triage_input *in, const struct triage_findings *f,
                        struct triage_result *result, const char *target)
{
    if (result->seen == TRIAGE_UNKNOWN && in->target->id.pid == 0) {
        advise(result, "Check that pprof answers there: curl -s %s/", target);
        return;
    }
    if (result->seen == TRIAGE_UNKNOWN) {
        advise(result,
               "Check the process number and your rights: the same user, or sudo "
               "sidescope %s.",
               target);
        return;
    }
    if (in->observed_s < BURST_S && !(f->rss_high && !f->rss_growing))
        advise(result,
               "For slow leaks watch longer: sidescope triage --seconds 600 %s, or leave "
               "sidescope open overnight.",
               target);
    if (is_denied(in)) {
        advise(result,
               "Run it as the user of the process, or sudo sidescope %s: the rest was "
               "denied.",
               target);
        return;
    }
    if (in->target->pprof_url == NULL && !f->rss_growing && in->target->is_sidecar &&
        !conclusion_heap_examined(result))
        advise(result, "Start the next sidecar with SIDECAR_PPROF=1: it costs 1 to 2 MB and makes "
                       "step 4 possible.");
}

/* "killed by SIGKILL, ", "returned 2, ": as far as the system told; "" when it did not. */
static char *how_it_ended(const struct session_end *end)
{
    GString *out = g_string_new(NULL);

    if (end->signal == SIGKILL && end->oom_kills > 0)
        g_string_append(out, ", killed by the system for want of memory");
    else if (end->signal != 0)
        g_string_append_printf(out, ", by signal %d (%s)", end->signal, strsignal(end->signal));
    else if (end->has_status)
        g_string_append_printf(out, ", with exit status %d", end->status);
    if (end->oom_kills > 0 && end->signal != SIGKILL)
        g_string_append_printf(out,
                               ", and %s around it were killed for want of memory "
                               "meanwhile",
                               number_count(end->oom_kills).text);
    return g_string_free(out, FALSE);
}

/* Whatever else there is to say, that comes first. */
static void append_end(const struct triage_input *in, GString *out)
{
    static const char *const how[] = {
        [PROCESS_ENDED] = "The process ended",
        [PROCESS_ZOMBIE] = "The process ended (its parent has not collected it)",
        [PROCESS_REPLACED] = "The process ended (its number is another's by now)",
    };
    g_autofree char *when = watch_time(in->end.at_real_us);
    g_autofree char *reason = how_it_ended(&in->end);

    if (in->ended && in->end.state != PROCESS_ALIVE)
        g_string_append_printf(out, "%s at %s while it was watched%s; what follows is of before. ",
                               how[in->end.state], when, reason);
}

void triage_diagnose(const struct triage_input *in, const struct triage_findings *findings,
                     struct triage_result *result)
{
    int pid = (int)in->target->id.pid;
    /* what follows "sidescope" on the command line to come back to this target */
    g_autofree char *target =
        pid != 0 ? g_strdup_printf("%d", pid)
                 : g_strdup(in->target->pprof_url != NULL ? in->target->pprof_url : "");
    g_autoptr(GString) out = g_string_new(NULL);

    result->actions = g_ptr_array_new_with_free_func(g_free);
    append_end(in, out);
    if (result->seen == TRIAGE_UNKNOWN) {
        /* of an address without a process only the heap step can tell why */
        g_string_append_printf(out, "Nothing could be examined: %s",
                               result->steps[pid != 0 ? TRIAGE_RSS : TRIAGE_HEAP].sentence);
    } else {
        if (result->verdict == TRIAGE_UNKNOWN)
            append_unexamined(in, result, out);
        else
            conclude(findings, result, out);
        append_evidence(in, findings, out);
        append_doubt(in, findings, result, out);
        advise_growth(in, findings, result, target);
        advise_proof(in, findings, result, target);
        advise_levels(findings, result, target);
        advise_cpu(in, findings, result, target);
    }
    advise_rest(in, findings, result, target);
    g_autofree char *overruled = judgement_sentence(result);

    if (overruled != NULL)
        g_string_append_printf(out, " %s.", overruled);
    result->diagnosis = g_strdup(out->str);
}
