#include "app/tui/shell/snapshot_taker.h"

#include "app/snapshots/compare.h"
#include "app/snapshots/snapshot_capture.h"
#include "app/tui/shell/errands.h"
#include "app/tui/shell/format.h"

#include <string.h>

struct snapshot_taker {
    struct ui *ui;
    struct snapshot_capture *capture; /* under way; NULL: none */
    const struct session *session;    /* of it: to be compared only, it may be gone */
    bool automatic;                   /* it was the timer's */
    int minutes;                      /* 0: no timer */
    guint timer;
};

/* --- the end --- */

static void append_number(GString *out, const struct snapshot *snapshot, enum metric number,
                          const char *word)
{
    int64_t value = compare_number_of(snapshot, number);

    if (value == SAMPLE_UNKNOWN)
        return;
    g_string_append(out, out->len > 0 ? ", " : "");
    if (metric_is_bytes(number))
        g_string_append_printf(out, "%s %s", word, number_bytes(value).text);
    else
        g_string_append_printf(out, "%s %s", number_count(value).text, word);
}

/* "heap 4.1G, 61 goroutines, 1 412 files" */
static char *describe(const struct snapshot *snapshot)
{
    GString *out = g_string_new(NULL);

    append_number(out, snapshot, METRIC_RSS, "RSS");
    append_number(out, snapshot, snapshot->has_memstats ? METRIC_HEAP_INUSE : METRIC_HEAP_LIVE,
                  "heap");
    append_number(out, snapshot, METRIC_GOROUTINES, "goroutines");
    append_number(out, snapshot, METRIC_FDS, "files");
    return g_string_free(out, FALSE);
}

static void on_snapshot(struct snapshot *snapshot, const char *problem, void *user)
{
    struct snapshot_taker *taker = user;
    struct ui *ui = taker->ui;

    /* the probes were woken at the beginning: newer samples than then, most likely */
    if (ui_session(ui) == taker->session && !session_ended(ui_session(ui), NULL))
        snapshot_take_at_hand(snapshot, ui_session(ui));
    snapshot->automatic = taker->automatic;
    g_autofree char *what = describe(snapshot);
    unsigned id = snapshots_add(ui_snapshots(ui), snapshot);
    size_t dropped = snapshots_trim(ui_snapshots(ui), SNAPSHOT_TAKER_MAX_AUTOMATIC,
                                    SNAPSHOT_TAKER_MAX_AUTOMATIC_BYTES);

    g_autofree char *gone =
        dropped > 0 ? g_strdup_printf(" (oldest automatic dropped: %zu)", dropped) : g_strdup("");

    if (problem == NULL)
        ui_message(taker->ui, THEME_GOOD, "snapshot %u taken: %s%s", id, what, gone);
    else
        ui_message(taker->ui, THEME_LOOK, "snapshot %u taken: %s%s - without %s", id, what, gone,
                   problem);

    g_clear_pointer(&taker->capture, snapshot_capture_free);
    ui_snapshots_changed(ui);
}

/* --- the beginning --- */

static void begin(struct snapshot_taker *taker, struct session *session, bool automatic)
{
    taker->capture = snapshot_capture_new(session);
    taker->session = session;
    taker->automatic = automatic;
    if (session_target(session)->pprof_url != NULL && !session_is_replay(session))
        ui_message(taker->ui, THEME_DIM, "taking a snapshot: asking for heap and goroutines ...");
    snapshot_capture_start(taker->capture, on_snapshot, taker);
}

/* NULL: there is something to take. */
static const char *why_not(const struct snapshot_taker *taker, const struct session *session)
{
    if (session == NULL)
        return "no process is attached: nothing to take a snapshot of";
    if (session_ended(session, NULL) && !session_is_replay(session))
        return "the process has ended: there is nothing left to take";
    if (session_frozen(session, NULL))
        return "paused: a snapshot is of now, go on first";
    return taker->capture != NULL ? "a snapshot is being taken already" : NULL;
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
    return taker->capture != NULL;
}

/* --- the timer --- */

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

/* --- life --- */

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
    snapshot_capture_free(taker->capture);
    g_free(taker);
}
