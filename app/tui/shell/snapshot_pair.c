#include "app/tui/shell/snapshot_pair.h"

#include "app/tui/shell/errands.h"
#include "app/tui/shell/format.h"
#include "app/tui/shell/snapshot_taker.h"
#include "probes/clock.h"

#include <stdlib.h>

enum { TICK_MS = 250, DEFAULT_SECONDS = 60 };

enum state { PAIR_IDLE, PAIR_FIRST, PAIR_WAITING, PAIR_SECOND };

struct snapshot_pair {
    struct ui *ui;
    const struct session *session; /* to be compared only */
    enum state state;
    unsigned before, newest; /* ids: the first one; the newest when one was begun */
    int seconds;
    gint64 due_us;
    guint tick;
};

struct snapshot_pair *snapshot_pair_new(struct ui *ui)
{
    struct snapshot_pair *pair = g_new0(struct snapshot_pair, 1);

    pair->ui = ui;
    pair->seconds = DEFAULT_SECONDS;
    return pair;
}

static void stop(struct snapshot_pair *pair)
{
    if (pair->tick != 0)
        g_source_remove(pair->tick);
    pair->tick = 0;
    pair->state = PAIR_IDLE;
}

void snapshot_pair_free(struct snapshot_pair *pair)
{
    if (pair == NULL)
        return;
    stop(pair);
    g_free(pair);
}

static unsigned newest_id(const struct snapshot_pair *pair)
{
    const struct snapshots *store = ui_snapshots(pair->ui);
    size_t n = snapshots_count(store);

    return n > 0 ? snapshots_at(store, n - 1)->id : 0;
}

/* --- the end --- */

static void open_heap(struct snapshot_pair *pair, const struct snapshot *before,
                      const struct snapshot *after)
{
    g_autofree char *title = g_strdup_printf("snapshot %u: heap", after->id);
    g_autofree char *base_title = g_strdup_printf("snapshot %u", before->id);
    struct profile_subject subject = {.title = title,
                                      .kind = "heap",
                                      .profile = snapshot_profile(after, "heap"),
                                      .base = snapshot_profile(before, "heap"),
                                      .base_title = base_title,
                                      .real_us = after->real_us,
                                      .base_real_us = before->real_us,
                                      .sample_index = -1};

    ui_openers(pair->ui)->profile(pair->ui, &subject, PROFILE_TAB_TOP);
    if (before->has_memstats && after->has_memstats &&
        before->memstats.num_gc == after->memstats.num_gc)
        ui_message(pair->ui, THEME_LOOK,
                   "no collection ran between the two: the heap profile stands still, wait longer");
}

/* --- the walk --- */

static void take(struct snapshot_pair *pair, enum state state)
{
    pair->newest = newest_id(pair);
    pair->state = state;
    snapshot_taker_take(ui_snapshot_taker(pair->ui));
}

static void on_taken(struct snapshot_pair *pair)
{
    unsigned id = newest_id(pair);

    if (id == pair->newest) { /* the taker has said why */
        stop(pair);
    } else if (pair->state == PAIR_FIRST) {
        pair->before = id;
        pair->state = PAIR_WAITING;
        pair->due_us = clock_now_us() + pair->seconds * G_USEC_PER_SEC;
    } else {
        stop(pair);

        /* What grew in the heap; without a heap, everything else that can be compared. */
        const struct snapshot *before = snapshots_find(ui_snapshots(pair->ui), pair->before);
        const struct snapshot *after = snapshots_find(ui_snapshots(pair->ui), id);

        if (before == NULL || after == NULL)
            ui_message(pair->ui, THEME_LOOK, "one of the two snapshots was deleted meanwhile");
        else if (snapshot_profile(before, "heap") != NULL &&
                 snapshot_profile(after, "heap") != NULL)
            open_heap(pair, before, after);
        else
            ui_openers(pair->ui)->compare(pair->ui, before->id, after->id);
    }
}

static gboolean on_tick(gpointer user)
{
    struct snapshot_pair *pair = user;
    bool busy = snapshot_taker_busy(ui_snapshot_taker(pair->ui));

    if (ui_session(pair->ui) != pair->session) {
        pair->tick = 0;
        stop(pair);
        return G_SOURCE_REMOVE;
    }
    if (pair->state == PAIR_WAITING && clock_now_us() >= pair->due_us && !busy)
        take(pair, PAIR_SECOND);
    else if (pair->state != PAIR_WAITING && !busy)
        on_taken(pair);
    ui_damage(pair->ui);
    return pair->tick != 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void on_seconds(struct ui *ui, const char *text, void *user)
{
    struct snapshot_pair *pair = user;
    char *end = NULL;

    if (text == NULL)
        return;
    long seconds = strtol(text, &end, 10);

    if (end == text || (*end != '\0' && *end != 's') || seconds < 1 ||
        seconds > SNAPSHOT_PAIR_MAX_SECONDS)
        ui_message(ui, THEME_LOOK, "\"%s\": seconds from 1 to %d are possible", text,
                   SNAPSHOT_PAIR_MAX_SECONDS);
    else if (snapshot_taker_busy(ui_snapshot_taker(ui)))
        ui_message(ui, THEME_LOOK, "a snapshot is being taken already: wait for it first");
    else if (pair->state == PAIR_IDLE) {
        pair->seconds = (int)seconds;
        pair->session = ui_session(ui);
        take(pair, PAIR_FIRST);
        pair->tick = g_timeout_add(TICK_MS, on_tick, pair);
    }
}

static void on_give_up(struct ui *ui, bool yes, void *user)
{
    struct snapshot_pair *pair = user;

    if (!yes || pair->state == PAIR_IDLE)
        return;
    stop(pair);
    ui_message(ui, THEME_DIM, "given up; the first snapshot is kept");
}

void snapshot_pair_ask(struct snapshot_pair *pair)
{
    g_autofree char *text = g_strdup_printf("%d", pair->seconds);

    if (pair->state != PAIR_IDLE)
        ui_ask(pair->ui, "Two heaps", "Give up waiting for the second snapshot?", on_give_up, pair);
    else if (ui_session(pair->ui) == NULL)
        ui_message(pair->ui, THEME_DIM, "no process is attached");
    else
        ui_prompt(pair->ui, &(struct ui_prompt){.label = "seconds between the two snapshots: ",
                                                .text = text,
                                                .suggested = true,
                                                .done = on_seconds,
                                                .user = pair});
}

char *snapshot_pair_words(const struct snapshot_pair *pair)
{
    switch (pair->state) {
    case PAIR_FIRST:
        return g_strdup("taking the first snapshot");
    case PAIR_WAITING: {
        double left = (double)(pair->due_us - clock_now_us()) / G_USEC_PER_SEC;

        return g_strdup_printf("second snapshot in %s", number_duration(MAX(left, 0)).text);
    }
    case PAIR_SECOND:
        return g_strdup("taking the second snapshot");
    case PAIR_IDLE:
    default:
        return NULL;
    }
}
