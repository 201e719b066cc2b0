#include "app/report/recording_report.h"

#include "app/report/report_chart.h"
#include "app/session/series.h"
#include "app/snapshots/snapshot_samples.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* --- how it ended --- */

/* A kill for memory leaves nothing in the process itself, but its control group counts them. */
static void append_killed(GString *out, const struct session_moment *first,
                          const struct session_moment *last)
{
    const struct memory_sample *before = (const struct memory_sample *)first->samples[PROBE_MEMORY];
    const struct memory_sample *after = (const struct memory_sample *)last->samples[PROBE_MEMORY];

    if (before == NULL || after == NULL)
        return;
    int64_t then = before->pressure.cgroup_oom_kills, now = after->pressure.cgroup_oom_kills;

    if (then != SAMPLE_UNKNOWN && now != SAMPLE_UNKNOWN && now > then)
        g_string_append_printf(
            out, " In its control group %" PRId64 " were killed for memory meanwhile.", now - then);
}

static char *ending_of(const struct reader_run *run, const struct session_moment *first,
                       const struct session_moment *last, gint64 at_us)
{
    static const char *const how[] = {
        [PROCESS_ALIVE] = "ended",
        [PROCESS_ZOMBIE] = "ended, and its parent has not collected it,",
        [PROCESS_ENDED] = "ended",
        [PROCESS_REPLACED] = "ended, and its number belongs to another process now,",
    };
    GString *out = g_string_new(NULL);

    if (run->ended && at_us >= run->end.at_us) {
        g_autofree char *when = watch_time(run->end.at_us);

        g_string_append_printf(out, "The process %s at %s.", how[run->end.state], when);
        /* A dead process has nothing any more; what counts is what it had before. */
        static const enum metric held[] = {METRIC_RSS, METRIC_FDS, METRIC_GOROUTINES,
                                           METRIC_HEAP_INUSE};
        guint n = 0;

        for (size_t i = 0; i < G_N_ELEMENTS(held); i++) {
            const struct metric_info *info = metric_info(held[i]);
            double value = history_last_known(series_set_history(last->series, held[i]));

            if (isnan(value))
                continue;
            g_string_append_printf(out, "%s%s %s",
                                   n++ == 0 ? " The last that was seen of it: " : ", ", info->name,
                                   report_value(info->unit, value).text);
        }
        if (n > 0)
            g_string_append_c(out, '.');
        append_killed(out, first, last);
    }
    return g_string_free(out, FALSE);
}

/* --- what happened --- */

/* An alarm is a sentence; the other kinds are words of the recording. */
static char *text_of(const struct reader_event *event)
{
    static const struct {
        const char *kind, *words;
    } known[] = {
        {"begin", "the recording begins"},
        {"target-ended", "the process ended"},
        {"target-returned", "the process is back"},
        {"gap", "nothing was recorded before this"},
        {"suspended", "the machine slept"},
        {"clock-jump", "the wall clock was changed"},
        {"capture", "captured"},
        {"mark", "mark"},
        {"project", "project opened"},
        {"note", "note"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (strcmp(event->kind, known[i].kind) == 0)
            return *event->label != '\0' && !g_str_has_prefix(event->kind, "target-")
                       ? g_strdup_printf("%s: %s", known[i].words, event->label)
                       : g_strdup(known[i].words);
    return g_strdup(*event->label != '\0' ? event->label : event->kind);
}

static void add_verdict(struct watch *watch, const struct reader_verdict *verdict)
{
    static const char *const titles[TRIAGE_N_STEPS] = {
        [TRIAGE_RSS] = "RSS",           [TRIAGE_FDS] = "FDs", [TRIAGE_MAP] = "memory map",
        [TRIAGE_HEAP] = "heap",         [TRIAGE_CPU] = "CPU", [TRIAGE_GOROUTINES] = "goroutines",
        [TRIAGE_RESPONSE] = "response",
    };
    bool whole = verdict->step >= TRIAGE_N_STEPS;
    const char *title = whole ? "" : titles[verdict->step];
    g_autofree char *text = g_strdup_printf(
        "%s%s%s%s%s", title, whole ? "" : ": ", triage_verdict_name(verdict->verdict),
        *verdict->summary != '\0' ? ": " : "", verdict->summary);

    watch_add(watch, &(struct watch_row){.real_us = verdict->at_us,
                                         .kind = "verdict",
                                         .text = text,
                                         .verdict = verdict->verdict});
}

/* Verdicts come from their own table, and collections are too many to be read. */
static bool is_worth_a_row(const struct reader_event *event)
{
    static const char *const passed_over[] = {"verdict", "collection", "cost"};

    for (size_t i = 0; i < G_N_ELEMENTS(passed_over); i++)
        if (strcmp(event->kind, passed_over[i]) == 0)
            return false;
    return true;
}

static bool add_rows(struct watch *watch, struct reader *reader, size_t run, gint64 at_us,
                     GError **error)
{
    g_autoptr(GArray) verdicts = reader_verdicts(reader, run, error);
    g_autoptr(GArray) events = verdicts != NULL ? reader_events(reader, run, error) : NULL;
    enum triage_verdict said[TRIAGE_N_STEPS + 1]; /* healthy until said otherwise: no news */

    if (events == NULL)
        return false;
    memset(said, 0, sizeof said);
    for (guint i = 0; i < verdicts->len; i++) {
        const struct reader_verdict *verdict = &g_array_index(verdicts, struct reader_verdict, i);

        if (verdict->at_us > at_us || said[verdict->step] == verdict->verdict)
            continue;
        said[verdict->step] = verdict->verdict;
        add_verdict(watch, verdict);
    }
    for (guint i = 0; i < events->len; i++) {
        const struct reader_event *event = &g_array_index(events, struct reader_event, i);

        g_autofree char *text = text_of(event);

        if (event->at_us <= at_us && is_worth_a_row(event))
            watch_add(watch, &(struct watch_row){.real_us = event->at_us,
                                                 .kind = event->kind,
                                                 .text = text,
                                                 .verdict = TRIAGE_UNKNOWN});
    }
    watch_sort(watch);
    return true;
}

static struct watch *tell_watch(struct reader *reader, size_t run, gint64 at_us, GError **error)
{
    g_autoptr(GArray) sittings = reader_sittings(reader, run, error);

    if (sittings == NULL)
        return NULL;
    g_autoptr(watch_auto) watch = watch_new(reader_run(reader, run)->begun_us, at_us);
    gint64 gap_us = 0;

    for (guint i = 1; i < sittings->len; i++) {
        const struct reader_sitting *before =
            &g_array_index(sittings, struct reader_sitting, i - 1);
        const struct reader_sitting *after = &g_array_index(sittings, struct reader_sitting, i);

        if (after->from_us < at_us)
            gap_us += MAX(after->from_us - before->until_us, 0);
    }
    watch->gap_s = (double)gap_us / G_USEC_PER_SEC;
    watch_set_recording(watch, reader_path(reader));
    return add_rows(watch, reader, run, at_us, error) ? g_steal_pointer(&watch) : NULL;
}

/* --- the baseline --- */

/* When everything had been captured for the first time; the beginning when it never was. */
static bool find_baseline(struct reader *reader, size_t run, gint64 at_us, gint64 *ret_us,
                          GError **error)
{
    g_autoptr(GArray) events = reader_events(reader, run, error);

    if (events == NULL)
        return false;
    *ret_us = reader_run(reader, run)->begun_us;
    for (guint i = 0; i < events->len; i++) {
        const struct reader_event *event = &g_array_index(events, struct reader_event, i);

        if (strcmp(event->kind, "capture") == 0 && event->at_us < at_us) {
            *ret_us = event->at_us;
            break;
        }
    }
    return true;
}

/* --- all of it --- */

/* Takes what is in last, and watch. */
static struct report_content *tell(const struct reader_run *run, const struct session_moment *first,
                                   struct session_moment *last, struct watch *watch,
                                   const struct thresholds *thresholds)
{
    struct session *session = session_new_replay(target_copy(run->target));
    g_autoptr(snapshot_auto) baseline = snapshot_of_samples(run->target, first->samples);

    baseline->taken_us = baseline->real_us = first->now_us; /* of the recording's clock */
    bool compared = first->now_us < last->now_us;

    session_show(session, last);
    struct report_content *content =
        report_content_new(session, thresholds, compared ? baseline : NULL);

    report_content_set_host(content, run->host);
    report_content_set_watch(content, watch);
    session_free(session);
    return content;
}

static bool has_gone(const struct session_moment *moment)
{
    for (int i = 0; i < PROBE_N_KINDS; i++)
        if (moment->samples[i] != NULL && moment->samples[i]->status == SAMPLE_GONE)
            return true;
    return false;
}

/* Of a process that has ended, the last moment at which it lived: what it held then is what is
 * asked for. */
static bool living_moment(struct reader *reader, size_t run, gint64 at_us,
                          struct session_moment *ret, GError **error)
{
    enum { MAX_STEPS = 60 }; /* the probes notice an end one after the other */
    bool ok = reader_moment(reader, run, at_us, 0, ret, error);

    for (int i = 0; ok && has_gone(ret) && i < MAX_STEPS; i++) {
        if (!reader_step(reader, run, at_us, -1, &at_us, error))
            return *error == NULL;
        session_moment_clear(ret);
        ok = reader_moment(reader, run, at_us, 0, ret, error);
    }
    return ok;
}

struct report_content *recording_report(struct reader *reader, size_t run, gint64 at_us,
                                        const struct thresholds *thresholds, GError **error)
{
    struct session_moment first = {0}, last = {0};
    struct report_content *content = NULL;
    g_autoptr(GError) local = NULL;
    gint64 first_us;
    g_autoptr(watch_auto) watch = tell_watch(reader, run, at_us, error);

    if (watch != NULL && find_baseline(reader, run, at_us, &first_us, error) &&
        reader_moment(reader, run, first_us, 0, &first, error) &&
        living_moment(reader, run, at_us, &last, &local)) {
        g_autofree char *ending = ending_of(reader_run(reader, run), &first, &last, at_us);

        watch_set_ending(watch, ending);
        content = tell(reader_run(reader, run), &first, &last, g_steal_pointer(&watch), thresholds);
    }
    if (local != NULL)
        g_propagate_error(error, g_steal_pointer(&local));
    session_moment_clear(&first);
    session_moment_clear(&last);
    return content;
}
