#include "app/recording/reader_source.h"

#include <string.h>

enum { SHORT_GAP_US = 5 * G_USEC_PER_SEC };

/* Those that come too often to be found among, or say what the verdicts say anyway. */
static bool is_left_out(const struct reader_event *event)
{
    static const char *const kinds[] = {"verdict", "collection", "cost"};

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(event->kind, kinds[i]) == 0)
            return true;
    return false;
}

static bool add_verdicts(struct player_outline *outline, struct reader *reader, size_t run,
                         GError **error)
{
    g_autoptr(GArray) verdicts = reader_verdicts(reader, run, error);
    enum triage_verdict last = TRIAGE_UNKNOWN;
    bool any = false;

    for (guint i = 0; verdicts != NULL && i < verdicts->len; i++) {
        const struct reader_verdict *verdict = &g_array_index(verdicts, struct reader_verdict, i);

        /* other words for the same are no change */
        if (verdict->step != TRIAGE_N_STEPS || (any && verdict->verdict == last))
            continue;
        player_outline_add_verdict(outline, verdict->at_us, verdict->verdict, verdict->summary);
        last = verdict->verdict;
        any = true;
    }
    return verdicts != NULL;
}

/* Between two sittings nobody watched. */
static bool add_gaps(struct player_outline *outline, struct reader *reader, size_t run,
                     GError **error)
{
    g_autoptr(GArray) sittings = reader_sittings(reader, run, error);

    for (guint i = 1; sittings != NULL && i < sittings->len; i++) {
        struct player_gap gap = {
            g_array_index(sittings, struct reader_sitting, i - 1).until_us,
            g_array_index(sittings, struct reader_sitting, i).from_us,
        };

        if (gap.to_us - gap.from_us > SHORT_GAP_US)
            g_array_append_val(outline->gaps, gap);
    }
    return sittings != NULL;
}

struct player_outline *reader_outline(struct reader *reader, size_t run, GError **error)
{
    const struct reader_run *told = reader_run(reader, run);
    struct player_outline *outline = player_outline_new();

    /* before the first sample there is nothing to see */
    if (!reader_step(reader, run, told->begun_us - 1, 1, &outline->from_us, NULL) ||
        outline->from_us > told->last_us)
        outline->from_us = told->begun_us;
    outline->to_us = MAX(told->last_us, told->begun_us);
    /* another sidescope writes at the last run only */
    outline->growing = reader_is_written(reader) && run + 1 == reader_n_runs(reader);
    g_autoptr(GArray) events = reader_events(reader, run, error);

    for (guint i = 0; events != NULL && i < events->len; i++) {
        const struct reader_event *event = &g_array_index(events, struct reader_event, i);

        if (!is_left_out(event))
            player_outline_add_event(outline, event->at_us, event->kind, event->severity,
                                     event->key, event->label);
    }
    if (events != NULL && add_verdicts(outline, reader, run, error) &&
        add_gaps(outline, reader, run, error))
        return outline;
    player_outline_free(outline);
    return NULL;
}

/* --- the source --- */

static size_t n_runs(void *data)
{
    return reader_n_runs(data);
}

static struct target *target(void *data, size_t run)
{
    return target_copy(reader_run(data, run)->target);
}

static bool is_there(struct reader *reader, size_t run, GError **error)
{
    if (run < reader_n_runs(reader))
        return true;
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: no process was recorded in it yet",
                reader_path(reader));
    return false;
}

static struct player_outline *outline(void *data, size_t run, GError **error)
{
    if (!reader_refresh(data, error) || !is_there(data, run, error))
        return NULL;
    return reader_outline(data, run, error);
}

static bool step(void *data, size_t run, gint64 at_us, int steps, gint64 *ret_us)
{
    return run < reader_n_runs(data) && reader_step(data, run, at_us, steps, ret_us, NULL);
}

static struct session_moment *moment(void *data, size_t run, gint64 at_us, GError **error)
{
    struct session_moment *moment;

    if (!is_there(data, run, error))
        return NULL;
    moment = g_new0(struct session_moment, 1);
    if (reader_moment(data, run, at_us, 0, moment, error))
        return moment;
    session_moment_clear(moment);
    g_free(moment);
    return NULL;
}

static void free_reader(void *data)
{
    reader_free(data);
}

const struct player_source_ops reader_source_ops = {
    .n_runs = n_runs,
    .target = target,
    .outline = outline,
    .step = step,
    .moment = moment,
    .free = free_reader,
};
