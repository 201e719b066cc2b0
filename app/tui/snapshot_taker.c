#include "app/tui/snapshot_taker.h"

#include "app/capture_run.h"
#include "app/compare.h"
#include "app/tui/format.h"
#include "app/tui/screens/screens.h"
#include "probes/clock.h"
#include "probes/limits.h"

#include <string.h>

/* What is asked for anew. */
enum question { ASK_HEAP, ASK_GOROUTINES, N_QUESTIONS };

static const char *const question_names[N_QUESTIONS] = {"heap", "goroutines"};

struct snapshot_taker {
    struct ui *ui;
    struct snapshot *snapshot;     /* in the making; NULL: none */
    const struct session *session; /* of it: to be compared only, it may be gone */
    struct capture_run *runs[N_QUESTIONS];
    bool open[N_QUESTIONS]; /* not answered yet */
    char *problem;          /* what is missing in it, or NULL */
    int minutes;            /* 0: no timer */
    guint timer;
};

static void keep_finished(struct snapshot_taker *taker);

/* --- the parts ------------------------------------------------------------------------------ */

static void add_problem(struct snapshot_taker *taker, const char *what, const char *why)
{
    char *old = taker->problem;

    taker->problem = g_strdup_printf("%s%s%s%s%s", old != NULL ? old : "", old != NULL ? "; " : "",
                                     what, *what != '\0' ? ": " : "", why);
    g_free(old);
}

static void *hold(const void *sample)
{
    return sample != NULL ? sample_ref((void *)(uintptr_t)sample) : NULL;
}

static void take_at_hand(struct snapshot *snapshot, struct session *session)
{
    const struct heap_sample *heap = session_heap(session);

    sample_unref(snapshot->process);
    sample_unref(snapshot->memory);
    sample_unref(snapshot->files);
    snapshot->process = hold(session_process(session));
    snapshot->memory = hold(session_memory(session));
    snapshot->files = hold(session_files(session));
    snapshot->has_memstats = heap != NULL && heap->memstats != NULL;
    if (snapshot->has_memstats)
        snapshot->memstats = *heap->memstats;
}

static void take_heap(struct snapshot *snapshot, const struct capture_result *result)
{
    snapshot_set_profile(snapshot, "heap", profile_ref(result->profile),
                         g_bytes_ref(result->bytes));
}

static void take_goroutines(struct snapshot *snapshot, const struct capture_result *result)
{
    if (result->dump != NULL) {
        snapshot->goroutines = goroutine_dump_ref(result->dump);
        snapshot->goroutines_text = g_bytes_ref(result->bytes);
        return;
    }
    snapshot->goroutines = goroutine_dump_from_profile(result->profile, NULL);
    snapshot_set_profile(snapshot, "goroutine", profile_ref(result->profile),
                         g_bytes_ref(result->bytes));
}

static void on_answer(struct snapshot_taker *taker, enum question question,
                      struct capture_result *result)
{
    taker->open[question] = false;
    if (result->outcome != CAPTURE_DONE)
        add_problem(taker, question_names[question], result->error);
    else if (question == ASK_HEAP)
        take_heap(taker->snapshot, result);
    else
        take_goroutines(taker->snapshot, result);
    capture_result_free(result);
    keep_finished(taker);
}

static void on_heap(struct capture_result *result, void *user)
{
    on_answer(user, ASK_HEAP, result);
}

static void on_goroutines(struct capture_result *result, void *user)
{
    on_answer(user, ASK_GOROUTINES, result);
}

/* Full stacks stop the target for as long as they are many: not by a key pressed in passing. */
static const char *goroutines_path(const struct session *session)
{
    const struct goroutines_sample *now = session_goroutines(session);
    bool few =
        now != NULL && now->count != SAMPLE_UNKNOWN && now->count <= PROBES_DEBUG2_MAX_GOROUTINES;

    return few ? "goroutine?debug=2" : "goroutine";
}

static void ask(struct snapshot_taker *taker, struct session *session, enum question question)
{
    struct capture_request request = {.path =
                                          question == ASK_HEAP ? "heap" : goroutines_path(session)};
    g_autoptr(GError) error = NULL;

    taker->runs[question] =
        capture_run_start(session_target(session), &request,
                          question == ASK_HEAP ? on_heap : on_goroutines, taker, &error);
    taker->open[question] = taker->runs[question] != NULL;
    if (error != NULL)
        add_problem(taker, question_names[question], error->message);
}

/* --- the end -------------------------------------------------------------------------------- */

static void append_number(GString *out, const struct snapshot *snapshot, enum compare_number number,
                          const char *word)
{
    int64_t value = compare_number_of(snapshot, number);

    if (value == SAMPLE_UNKNOWN)
        return;
    g_string_append(out, out->len > 0 ? ", " : "");
    if (compare_number_is_bytes(number))
        g_string_append_printf(out, "%s %s", word, format_bytes(value).text);
    else
        g_string_append_printf(out, "%s %s", format_count(value).text, word);
}

/* "heap 4.1G, 61 goroutines, 1 412 files" */
static char *describe(const struct snapshot *snapshot)
{
    GString *out = g_string_new(NULL);

    append_number(out, snapshot, COMPARE_RSS, "RSS");
    append_number(out, snapshot, snapshot->has_memstats ? COMPARE_HEAP_INUSE : COMPARE_HEAP_PROFILE,
                  "heap");
    append_number(out, snapshot, COMPARE_GOROUTINES, "goroutines");
    append_number(out, snapshot, COMPARE_FDS, "files");
    return g_string_free(out, FALSE);
}

static void drop_run(struct snapshot_taker *taker)
{
    for (int i = 0; i < N_QUESTIONS; i++) {
        g_clear_pointer(&taker->runs[i], capture_run_free);
        taker->open[i] = false;
    }
    g_clear_pointer(&taker->problem, g_free);
}

static void say(struct snapshot_taker *taker, unsigned id, const char *what, size_t dropped)
{
    g_autofree char *gone =
        dropped > 0 ? g_strdup_printf(" (oldest automatic dropped: %zu)", dropped) : g_strdup("");

    if (taker->problem == NULL)
        ui_message(taker->ui, THEME_GOOD, "snapshot %u taken: %s%s", id, what, gone);
    else
        ui_message(taker->ui, THEME_LOOK, "snapshot %u taken: %s%s - without %s", id, what, gone,
                   taker->problem);
}

static void keep_finished(struct snapshot_taker *taker)
{
    struct ui *ui = taker->ui;

    if (taker->snapshot == NULL || taker->open[ASK_HEAP] || taker->open[ASK_GOROUTINES])
        return;
    /* the probes were woken at the beginning: newer samples than then, most likely */
    if (ui_session(ui) == taker->session && !session_ended(ui_session(ui), NULL))
        take_at_hand(taker->snapshot, ui_session(ui));
    g_autofree char *what = describe(taker->snapshot);
    unsigned id = snapshots_add(ui_snapshots(ui), g_steal_pointer(&taker->snapshot));
    size_t dropped = snapshots_trim(ui_snapshots(ui), SNAPSHOT_TAKER_MAX_AUTOMATIC,
                                    SNAPSHOT_TAKER_MAX_AUTOMATIC_BYTES);

    say(taker, id, what, dropped);
    drop_run(taker);
    ui_snapshots_changed(ui);
}

/* --- the beginning -------------------------------------------------------------------------- */

static struct snapshot *begin_snapshot(const struct target *target, bool automatic)
{
    g_autofree char *origin = target->id.pid != 0
                                  ? g_strdup_printf("%s %d", target->name, (int)target->id.pid)
                                  : g_strdup(target->name);
    struct snapshot *snapshot = snapshot_new("", origin);

    snapshot->automatic = automatic;
    snapshot->taken_us = clock_now_us();
    snapshot->real_us = g_get_real_time();
    return snapshot;
}

static void wake_probes(const struct session *session)
{
    static const enum probe_kind kinds[] = {PROBE_PROCESS, PROBE_MEMORY, PROBE_FILES};

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        probe_refresh(session_probe(session, kinds[i]));
}

static void begin(struct snapshot_taker *taker, struct session *session, bool automatic)
{
    const struct target *target = session_target(session);

    taker->snapshot = begin_snapshot(target, automatic);
    taker->session = session;
    wake_probes(session);
    take_at_hand(taker->snapshot, session);
    if (target->pprof_url == NULL) {
        add_problem(taker, "", "heap and goroutines: there is no pprof to ask");
        keep_finished(taker);
        return;
    }
    ui_message(taker->ui, THEME_DIM, "taking a snapshot: asking for heap and goroutines ...");
    for (int i = 0; i < N_QUESTIONS; i++)
        ask(taker, session, (enum question)i);
    keep_finished(taker);
}

/* NULL: there is something to take. */
static const char *why_not(const struct snapshot_taker *taker, const struct session *session)
{
    if (session == NULL)
        return "no process is attached: nothing to take a snapshot of";
    if (session_ended(session, NULL))
        return "the process has ended: there is nothing left to take";
    if (session_frozen(session, NULL))
        return "paused: a snapshot is of now, go on first";
    return taker->snapshot != NULL ? "a snapshot is being taken already" : NULL;
}

void snapshot_taker_take(struct snapshot_taker *taker)
{
    struct session *session = ui_session(taker->ui);
    const char *why = why_not(taker, session);

    if (why != NULL)
        ui_message(taker->ui, THEME_LOOK, "%s", why);
    else
        begin(taker, session, false);
}

void snapshots_take(struct ui *ui)
{
    snapshot_taker_take(ui_snapshot_taker(ui));
}

bool snapshot_taker_busy(const struct snapshot_taker *taker)
{
    return taker->snapshot != NULL;
}

/* --- the timer ------------------------------------------------------------------------------ */

static gboolean on_timer(gpointer user)
{
    struct snapshot_taker *taker = user;
    struct session *session = ui_session(taker->ui);

    if (session != NULL && session_ended(session, NULL)) {
        ui_message(taker->ui, THEME_LOOK, "the process has ended: no more automatic snapshots");
        taker->minutes = 0;
        taker->timer = 0;
        return G_SOURCE_REMOVE;
    }
    if (why_not(taker, session) == NULL)
        begin(taker, session, true);
    return G_SOURCE_CONTINUE;
}

static void set_timer(struct snapshot_taker *taker, int minutes)
{
    if (taker->timer != 0)
        g_source_remove(taker->timer);
    taker->timer = minutes > 0 ? g_timeout_add_seconds((guint)minutes * 60, on_timer, taker) : 0;
    taker->minutes = minutes;
}

static void on_minutes(struct ui *ui, const char *text, void *user)
{
    char *end;

    if (text == NULL)
        return;
    gint64 minutes = g_ascii_strtoll(text, &end, 10);

    while (*end == ' ')
        end++;
    if (g_ascii_strcasecmp(end, "m") == 0 || g_ascii_strcasecmp(end, "min") == 0)
        end += strlen(end);
    if (*end != '\0' || minutes < 0 || minutes > SNAPSHOT_TAKER_MAX_MINUTES) {
        ui_message(ui, THEME_LOOK, "\"%s\" is no time: use 1 to %d minutes, 0 ends it", text,
                   SNAPSHOT_TAKER_MAX_MINUTES);
        return;
    }
    set_timer(user, (int)minutes);
    if (minutes > 0)
        ui_message(ui, THEME_GOOD,
                   "a snapshot every %d min from now on; the last %d are kept, named ones for good",
                   (int)minutes, SNAPSHOT_TAKER_MAX_AUTOMATIC);
    else
        ui_message(ui, THEME_DIM, "no automatic snapshots");
}

void snapshot_taker_ask_timer(struct snapshot_taker *taker)
{
    g_autofree char *text = g_strdup_printf("%d", taker->minutes);

    ui_prompt(taker->ui,
              &(struct ui_prompt){.label = "a snapshot every how many minutes (0: none): ",
                                  .text = taker->minutes > 0 ? text : "5",
                                  .suggested = true,
                                  .done = on_minutes,
                                  .user = taker});
}

int snapshot_taker_minutes(const struct snapshot_taker *taker)
{
    return taker->minutes;
}

/* --- life ----------------------------------------------------------------------------------- */

struct snapshot_taker *snapshot_taker_new(struct ui *ui)
{
    struct snapshot_taker *taker = g_new0(struct snapshot_taker, 1);

    taker->ui = ui;
    return taker;
}

void snapshot_taker_free(struct snapshot_taker *taker)
{
    if (taker == NULL)
        return;
    set_timer(taker, 0);
    drop_run(taker);
    snapshot_free(taker->snapshot);
    g_free(taker);
}
