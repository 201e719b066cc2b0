#include "app/snapshots/snapshot_capture.h"

#include "app/snapshots/snapshot_samples.h"
#include "app/target/capture_run.h"
#include "probes/clock.h"
#include "probes/limits.h"

#include <string.h>

/* What is asked for anew. */
enum question { ASK_HEAP, ASK_GOROUTINES, ASK_ALLOCS, N_QUESTIONS };

static const char *const question_names[N_QUESTIONS] = {"heap", "goroutines", "allocs"};

struct snapshot_capture {
    struct target *target;
    bool replayed; /* of a file: nothing is asked for, all that is known is at hand */
    const char *paths[N_QUESTIONS]; /* below /debug/pprof/; static; NULL: not asked for */
    struct snapshot *snapshot;
    struct capture_run *runs[N_QUESTIONS];
    bool open[N_QUESTIONS]; /* not answered yet */
    char *problem;          /* what is missing, or NULL */
    snapshot_capture_done done;
    void *user;
};

/* --- the parts --- */

static void add_problem(struct snapshot_capture *capture, const char *what, const char *why)
{
    char *old = capture->problem;

    capture->problem =
        g_strdup_printf("%s%s%s%s%s", old != NULL ? old : "", old != NULL ? "; " : "", what,
                        *what != '\0' ? ": " : "", why);
    g_free(old);
}

void snapshot_take_at_hand(struct snapshot *snapshot, const struct session *session)
{
    const struct heap_sample *heap = session_heap(session);

    sample_unref(snapshot->process);
    sample_unref(snapshot->memory);
    sample_unref(snapshot->files);
    snapshot->process = sample_ref(session_process(session));
    snapshot->memory = sample_ref(session_memory(session));
    snapshot->files = sample_ref(session_files(session));
    snapshot->has_memstats = heap != NULL && heap->memstats != NULL;
    if (!snapshot->has_memstats)
        return;
    snapshot->memstats = *heap->memstats;
    if (snapshot_profile(snapshot, "heap") == NULL)
        snapshot_set_source(&snapshot->heap_source, heap->source);
}

static void take_profile(struct snapshot *snapshot, const char *kind,
                         const struct capture_result *result)
{
    snapshot_set_profile(snapshot, kind, profile_ref(result->profile), g_bytes_ref(result->bytes));
}

/* What pprof was asked for, else where it came from. */
static const char *source_of(const struct snapshot_capture *capture, enum question question,
                             const struct capture_result *result)
{
    return strcmp(result->source, "pprof") == 0 ? capture->paths[question] : result->source;
}

static void take_goroutines(struct snapshot *snapshot, const struct capture_result *result)
{
    if (result->dump != NULL) {
        snapshot->goroutines = goroutine_dump_ref(result->dump);
        snapshot->goroutines_text = g_bytes_ref(result->bytes);
        return;
    }
    snapshot->goroutines = goroutine_dump_from_profile(result->profile, NULL);
    take_profile(snapshot, "goroutine", result);
}

/* --- asking --- */

static void finish_when_over(struct snapshot_capture *capture)
{
    for (int i = 0; i < N_QUESTIONS; i++)
        if (capture->open[i])
            return;
    g_autofree char *problem = g_steal_pointer(&capture->problem);

    capture->done(g_steal_pointer(&capture->snapshot), problem, capture->user);
}

static void on_answer(struct snapshot_capture *capture, enum question question,
                      struct capture_result *result)
{
    capture->open[question] = false;
    if (result->outcome != CAPTURE_DONE)
        add_problem(capture, question_names[question], result->error);
    else if (question == ASK_GOROUTINES)
        take_goroutines(capture->snapshot, result);
    else
        take_profile(capture->snapshot, capture->paths[question], result);
    if (result->outcome == CAPTURE_DONE && question == ASK_GOROUTINES)
        snapshot_set_source(&capture->snapshot->goroutines_source,
                            source_of(capture, question, result));
    else if (result->outcome == CAPTURE_DONE && question == ASK_HEAP)
        snapshot_set_source(&capture->snapshot->heap_source, source_of(capture, question, result));
    capture_result_free(result);
    finish_when_over(capture);
}

static void on_heap(struct capture_result *result, void *user)
{
    on_answer(user, ASK_HEAP, result);
}

static void on_goroutines(struct capture_result *result, void *user)
{
    on_answer(user, ASK_GOROUTINES, result);
}

static void on_allocs(struct capture_result *result, void *user)
{
    on_answer(user, ASK_ALLOCS, result);
}

void snapshot_capture_start(struct snapshot_capture *capture, snapshot_capture_done done,
                            void *user)
{
    capture->done = done;
    capture->user = user;
    bool has_pprof = capture->target->pprof_url != NULL, asked = false;

    for (int i = 0; !capture->replayed && i < N_QUESTIONS; i++) {
        if (capture->paths[i] == NULL ||
            (!has_pprof && !capture_needs_no_pprof(capture->target, capture->paths[i])))
            continue;

        enum question question = (enum question)i;
        static const capture_run_done answered[N_QUESTIONS] = {on_heap, on_goroutines, on_allocs};
        struct capture_request request = {.path = capture->paths[question]};
        g_autoptr(GError) error = NULL;

        capture->runs[question] =
            capture_run_start(capture->target, &request, answered[question], capture, &error);
        capture->open[question] = capture->runs[question] != NULL;
        if (error != NULL)
            add_problem(capture, question_names[question], error->message);

        asked = true;
    }
    if (!has_pprof && !capture->replayed)
        add_problem(capture, "",
                    asked ? "goroutines: there is no pprof to ask"
                          : "heap and goroutines: there is no pprof to ask");
    finish_when_over(capture);
}

/* --- life --- */

struct snapshot_capture *snapshot_capture_new(struct session *session)
{
    struct snapshot_capture *capture = g_new0(struct snapshot_capture, 1);

    capture->target = target_copy(session_target(session));
    capture->replayed = session_is_replay(session);
    capture->snapshot =
        capture->replayed ? snapshot_of_session(session) : snapshot_of_target(capture->target);
    if (capture->replayed) /* of another clock than what is taken of processes */
        capture->snapshot->taken_us = 0;
    capture->paths[ASK_HEAP] = "heap";
    /* Few enough that stopping the target for all stacks is not felt. */
    const struct goroutines_sample *now = session_goroutines(session);

    capture->paths[ASK_GOROUTINES] =
        (now != NULL && now->count != SAMPLE_UNKNOWN && now->count <= PROBES_DEBUG2_MAX_GOROUTINES)
            ? "goroutine?debug=2"
            : "goroutine";
    static const enum probe_kind kinds[] = {PROBE_PROCESS, PROBE_MEMORY, PROBE_FILES};

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        probe_refresh(session_probe(session, kinds[i]));
    snapshot_take_at_hand(capture->snapshot, session);
    return capture;
}

void snapshot_capture_with_allocs(struct snapshot_capture *capture)
{
    capture->paths[ASK_ALLOCS] = "allocs";
}

void snapshot_capture_free(struct snapshot_capture *capture)
{
    if (capture == NULL)
        return;
    for (int i = 0; i < N_QUESTIONS; i++)
        capture_run_free(capture->runs[i]);
    snapshot_free(capture->snapshot);
    target_free(capture->target);
    g_free(capture->problem);
    g_free(capture);
}
