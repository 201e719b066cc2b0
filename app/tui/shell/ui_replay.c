#include "app/tui/shell/ui_private.h"

#include "app/recording/time_text.h"
#include "app/tui/shell/format.h"
#include "widgets/timebar.h"

#include <string.h>

/*
 * A file in the place of a process: the player of a recording, the line of
 * time above the footer, and what of the keys cannot be had of a file.
 */

struct ui_replay {
    char *name;
    struct player *player; /* NULL: the file knows one moment only */
    unsigned outlines;     /* of what changes and ticks were made */
    GArray *changes;       /* struct timebar_change */
    GArray *ticks;         /* struct timebar_tick */
    TickitRect bar;        /* as drawn last, without what stands beside it */
    bool dragging;
};

enum { BAR_FROM_LINES = 12, LABELS_FROM_LINES = 30, ENDS_FROM_COLS = 64 };

/* --- the bar's colours --- */

static enum timebar_state state_of(enum triage_verdict verdict)
{
    static const enum timebar_state states[] = {[TRIAGE_HEALTHY] = TIMEBAR_GOOD,
                                                [TRIAGE_LOOK] = TIMEBAR_LOOK,
                                                [TRIAGE_BAD] = TIMEBAR_BAD,
                                                [TRIAGE_UNKNOWN] = TIMEBAR_UNKNOWN};

    return states[verdict];
}

static void add_change(GArray *changes, gint64 at_us, enum timebar_state state)
{
    struct timebar_change change = {at_us, state};

    g_array_append_val(changes, change);
}

static gint by_time(gconstpointer a, gconstpointer b)
{
    gint64 x = ((const struct timebar_change *)a)->at_us;
    gint64 y = ((const struct timebar_change *)b)->at_us;

    return x < y ? -1 : x > y;
}

static bool in_gap(const struct player_outline *outline, gint64 at_us)
{
    for (guint i = 0; i < outline->gaps->len; i++) {
        const struct player_gap *gap = &g_array_index(outline->gaps, struct player_gap, i);

        if (at_us >= gap->from_us && at_us < gap->to_us)
            return true;
    }
    return false;
}

static enum timebar_state state_at(const struct player_outline *outline, gint64 at_us)
{
    enum timebar_state state = TIMEBAR_UNKNOWN;

    for (guint i = 0; i < outline->verdicts->len; i++) {
        const struct player_verdict *verdict =
            &g_array_index(outline->verdicts, struct player_verdict, i);

        if (verdict->at_us <= at_us)
            state = state_of(verdict->verdict);
    }
    return state;
}

/* Before the first verdict there was something to see, and nobody judged it. */
static void fill_changes(struct ui_replay *replay, const struct player_outline *outline)
{
    g_array_set_size(replay->changes, 0);
    add_change(replay->changes, outline->from_us, TIMEBAR_UNKNOWN);
    for (guint i = 0; i < outline->verdicts->len; i++) {
        const struct player_verdict *verdict =
            &g_array_index(outline->verdicts, struct player_verdict, i);

        if (!in_gap(outline, verdict->at_us))
            add_change(replay->changes, verdict->at_us, state_of(verdict->verdict));
    }
    for (guint i = 0; i < outline->gaps->len; i++) {
        const struct player_gap *gap = &g_array_index(outline->gaps, struct player_gap, i);

        add_change(replay->changes, gap->from_us, TIMEBAR_NOTHING);
        add_change(replay->changes, gap->to_us, state_at(outline, gap->to_us));
    }
    g_array_sort(replay->changes, by_time);
}

static enum theme_role event_role(const struct player_event *event)
{
    return strcmp(event->severity, "bad") == 0    ? THEME_BAD
           : strcmp(event->severity, "look") == 0 ? THEME_LOOK
                                                  : THEME_TITLE;
}

/* --- the player tells --- */

static void on_show(struct player *player, struct target *target, struct session_moment *moment,
                    void *user)
{
    struct ui *ui = user;

    (void)player;
    if (target != NULL)
        ui_set_session(ui, session_new_replay(target));
    if (ui->session != NULL)
        session_show(ui->session, moment);
}

static void on_changed(struct player *player, void *user)
{
    struct ui *ui = user;
    struct ui_replay *replay = ui->replay;
    unsigned outlines = player_state(player).outlines;

    if (player_outline(player) != NULL && outlines != replay->outlines) {
        replay->outlines = outlines;
        fill_changes(replay, player_outline(player));

        const struct player_outline *outline = player_outline(player);

        g_array_set_size(replay->ticks, 0);
        for (guint i = 0; i < outline->events->len; i++) {
            const struct player_event *event =
                &g_array_index(outline->events, struct player_event, i);
            struct timebar_tick tick = {event->at_us, event_role(event)};

            g_array_append_val(replay->ticks, tick);
        }

        if (ui->session != NULL)
            ui_update_screens(ui, 0);
    }
    ui_damage(ui);
}

static void on_failed(struct player *player, const char *sentence, void *user)
{
    (void)player;
    ui_message(user, THEME_BAD, "%s", sentence);
}

/* --- life --- */

void ui_close_file(struct ui *ui)
{
    struct ui_replay *replay = g_steal_pointer(&ui->replay);

    if (replay == NULL)
        return;
    player_free(replay->player);
    g_array_unref(replay->changes);
    g_array_unref(replay->ticks);
    g_free(replay->name);
    g_free(replay);
}

void ui_open_file(struct ui *ui, const struct ui_file *file)
{
    struct ui_replay *replay = g_new0(struct ui_replay, 1);

    ui_close_file(ui);
    replay->name = g_strdup(file->name);
    replay->changes = g_array_new(FALSE, FALSE, sizeof(struct timebar_change));
    replay->ticks = g_array_new(FALSE, FALSE, sizeof(struct timebar_tick));
    ui->replay = replay;
    if (file->target != NULL)
        ui_set_session(ui, session_new_replay(file->target));
    if (file->source != NULL)
        replay->player = player_new(
            file->source, file->data, file->run, file->at_us,
            &(struct player_ops){
                .show = on_show, .changed = on_changed, .failed = on_failed, .user = ui});
    else
        session_show(ui->session, file->moment);
}

const char *ui_file_name(const struct ui *ui)
{
    return ui->replay != NULL ? ui->replay->name : NULL;
}

struct player *ui_player(const struct ui *ui)
{
    return ui->replay != NULL ? ui->replay->player : NULL;
}

/* --- drawing --- */

int ui_time_bar_lines(const struct ui *ui)
{
    int lines = tickit_window_lines(terminal_root(ui->terminal));

    if (ui_player(ui) == NULL || lines < BAR_FROM_LINES)
        return 0;
    return lines < LABELS_FROM_LINES ? 1 : 2;
}

static const char *sign_of(const struct ui *ui, const struct player_state *state)
{
    bool fine = ui_unicode(ui);

    if (state->following)
        return "LIVE";
    return state->playing ? (fine ? "▶ " : "> ") : (fine ? "▮▮" : "||");
}

/* "▶  03:12:07  x60", of a fixed width so that the bar stands still. Returns its columns. */
static int draw_position(struct ui *ui, const struct canvas *canvas, TickitRect area,
                         const struct player_state *state)
{
    bool days = state->to_us - state->from_us >= 86400LL * G_USEC_PER_SEC;
    int width = days ? 28 : 21;
    g_autofree char *clock = days ? time_text_within(state->at_us, state->from_us, state->to_us)
                                  : time_text_clock(state->at_us, state->at_us);

    text_drawf(canvas, area.top, area.left + 1, width - 1, THEME_STRONG, "%s", sign_of(ui, state));
    text_drawf(canvas, area.top, area.left + 6, width - 6, THEME_STRONG, "%s", clock);
    if (state->speed > 1 || state->playing)
        text_drawf(canvas, area.top, area.left + width - 6, 5, THEME_DIM, "x%.0f", state->speed);
    if (area.lines < 2)
        return width;
    if (state->n_runs > 1)
        text_drawf(canvas, area.top + 1, area.left + 1, width - 1, THEME_DIM, "run %zu of %zu%s",
                   state->run + 1, state->n_runs, state->growing ? ", LIVE" : "");
    else if (state->growing)
        text_drawf(canvas, area.top + 1, area.left + 1, width - 1, THEME_DIM, "still recording");
    return width;
}

static void hh_mm(gint64 at_us, char out[8])
{
    g_autofree char *clock = time_text_clock(at_us, at_us);

    g_strlcpy(out, clock, 6);
}

void ui_replay_draw(struct ui *ui, const struct canvas *canvas, TickitRect area)
{
    struct ui_replay *replay = ui->replay;

    if (area.lines < 1)
        return;
    struct player_state state = player_state(replay->player);

    tickit_renderbuffer_eraserect(canvas->rb, &area);
    if (state.to_us == 0) {
        text_drawf(canvas, area.top, area.left + 1, area.cols - 1, THEME_DIM, "reading %s ...",
                   replay->name);
        return;
    }
    int left = draw_position(ui, canvas, area, &state), right = 1;

    if (area.lines == 1 && area.cols >= ENDS_FROM_COLS) {
        char from[8], to[8];

        hh_mm(state.from_us, from);
        hh_mm(state.to_us, to);
        text_drawf(canvas, area.top, area.left + left, 6, THEME_DIM, "%s", from);
        text_drawf(canvas, area.top, area.left + area.cols - 6, 6, THEME_DIM, "%s", to);
        left += 6;
        right = 7;
    }
    replay->bar = (TickitRect){area.top, area.left + left, area.lines, area.cols - left - right};
    timebar_draw(canvas, replay->bar,
                 &(struct timebar){.from_us = state.from_us,
                                   .to_us = state.to_us,
                                   .at_us = state.at_us,
                                   .changes = (const void *)replay->changes->data,
                                   .n_changes = replay->changes->len,
                                   .ticks = (const void *)replay->ticks->data,
                                   .n_ticks = replay->ticks->len});
}

/* --- the mouse --- */

static bool on_bar(const struct ui_replay *replay, const struct terminal_mouse *mouse)
{
    const TickitRect *bar = &replay->bar;

    return mouse->line >= bar->top && mouse->line < bar->top + bar->lines &&
           mouse->col >= bar->left && mouse->col < bar->left + bar->cols;
}

bool ui_replay_mouse(struct ui *ui, const struct terminal_mouse *mouse)
{
    struct ui_replay *replay = ui->replay;

    if (replay == NULL || replay->player == NULL || ui_time_bar_lines(ui) == 0)
        return false;
    if (mouse->type == TERMINAL_WHEEL && on_bar(replay, mouse)) {
        player_step(replay->player, mouse->button);
        return true;
    }
    if (mouse->type == TERMINAL_PRESS && mouse->button == 1)
        replay->dragging = on_bar(replay, mouse);
    bool ours = replay->dragging;

    if (mouse->type == TERMINAL_RELEASE)
        replay->dragging = false;
    if (!ours || mouse->type == TERMINAL_WHEEL)
        return false;
    struct player_state state = player_state(replay->player);

    /* a release says where it was pressed or dragged to last: that is known */
    if (mouse->type != TERMINAL_RELEASE)
        player_seek(replay->player,
                    timebar_time(&(struct timebar){.from_us = state.from_us, .to_us = state.to_us},
                                 replay->bar.cols, mouse->col - replay->bar.left));
    return true;
}

/* --- keys --- */

/* What cannot be had of a file. */
static const struct {
    enum action action;
    const char *what;
} of_processes[] = {
    {ACTION_CPU, "a CPU profile"},
    {ACTION_PROFILES, "other profiles"},
    {ACTION_STACKS, "stacks anew"},
    {ACTION_MARK, "a mark"},
    {ACTION_TWO_HEAPS, "two heaps with a wait between them"},
    {ACTION_TIMER, "automatic snapshots"},
    {ACTION_REFRESH, "a refresh"},
    {ACTION_OBSERVER, "what watching costs"},
};

static const char *process_thing(enum action action)
{
    for (size_t i = 0; i < G_N_ELEMENTS(of_processes); i++)
        if (of_processes[i].action == action)
            return of_processes[i].what;
    return NULL;
}

bool ui_needs_process(struct ui *ui, const char *what)
{
    if (ui->replay == NULL)
        return false;
    ui_message(ui, THEME_LOOK, "%s: only of a running process, and this is %s", what,
               ui->replay->name);
    return true;
}

/* What stands at the time it went to. */
static void say_event(struct ui *ui)
{
    const struct player_outline *outline = player_outline(ui->replay->player);
    gint64 at_us = player_state(ui->replay->player).at_us;

    for (guint i = 0; i < outline->events->len; i++) {
        const struct player_event *event = &g_array_index(outline->events, struct player_event, i);

        if (event->at_us == at_us) {
            ui_message(ui, event_role(event), "%s%s%s", event->kind,
                       *event->label != '\0' ? ": " : "", event->label);
            return;
        }
    }
    for (guint i = 0; i < outline->verdicts->len; i++) {
        const struct player_verdict *verdict =
            &g_array_index(outline->verdicts, struct player_verdict, i);

        if (verdict->at_us == at_us)
            ui_message(ui, verdict_role(verdict->verdict), "from here on %s%s%s",
                       triage_verdict_name(verdict->verdict), *verdict->summary != '\0' ? ": " : "",
                       verdict->summary);
    }
}

static void seek_event(struct ui *ui, int direction)
{
    if (player_seek_event(ui->replay->player, direction))
        say_event(ui);
    else
        ui_message(ui, THEME_DIM, "nothing happened %s",
                   direction > 0 ? "after this" : "before this");
}

static void set_run(struct ui *ui, int direction)
{
    struct player_state state = player_state(ui->replay->player);

    if (!player_set_run(ui->replay->player, state.run + (size_t)direction))
        ui_message(ui, THEME_DIM, "this is the %s run of %zu", direction > 0 ? "last" : "first",
                   state.n_runs);
}

void ui_go_to_time(struct ui *ui, const char *words)
{
    struct player *player = ui_player(ui);
    g_autoptr(GError) error = NULL;
    gint64 at_us;

    if (player == NULL) {
        ui_message(ui, THEME_DIM, "this goes about in a recording: sidescope FILE opens one");
        return;
    }
    struct player_state state = player_state(player);

    if (time_text_parse(words, state.at_us, state.from_us, state.to_us, &at_us, &error))
        player_seek(player, at_us);
    else
        ui_message(ui, THEME_LOOK, "%s", error->message);
}

static void on_time(struct ui *ui, const char *text, void *user)
{
    (void)user;
    if (text != NULL && *text != '\0')
        ui_go_to_time(ui, text);
}

static void ask_time(struct ui *ui)
{
    ui_prompt(ui,
              &(struct ui_prompt){
                  .label = "go to (03:12, -5m, +1h, begin, end): ", .text = "", .done = on_time});
}

/* A key that leads past an end says that this is one. */
static void say_end(struct ui *ui, const struct player_state *state, int direction)
{
    if (direction > 0 && (state->following || state->at_us >= state->to_us))
        ui_message(ui, THEME_DIM, "this is the end of the recording");
    else if (direction < 0 && state->at_us <= state->from_us)
        ui_message(ui, THEME_DIM, "this is the beginning of the recording");
}

static bool act_on_player(struct ui *ui, struct player *player, enum action action)
{
    enum { MINUTE_US = 60 * G_USEC_PER_SEC };
    struct player_state state = player_state(player);

    switch (action) {
    case ACTION_PAUSE:
        player_play(player, !state.playing && !state.following);
        return true;
    case ACTION_STEP_BACK:
    case ACTION_STEP_FORWARD:
        say_end(ui, &state, action == ACTION_STEP_FORWARD ? 1 : -1);
        player_step(player, action == ACTION_STEP_FORWARD ? 1 : -1);
        return true;
    case ACTION_MINUTE_BACK:
    case ACTION_MINUTE_FORWARD:
        say_end(ui, &state, action == ACTION_MINUTE_FORWARD ? 1 : -1);
        player_seek(player,
                    state.at_us + (action == ACTION_MINUTE_FORWARD ? MINUTE_US : -MINUTE_US));
        return true;
    case ACTION_TIME_BEGIN:
        player_seek(player, state.from_us);
        return true;
    case ACTION_TIME_END:
        player_seek_end(player);
        return true;
    case ACTION_EVENT_BACK:
    case ACTION_EVENT_FORWARD:
        seek_event(ui, action == ACTION_EVENT_FORWARD ? 1 : -1);
        return true;
    case ACTION_RUN_BACK:
    case ACTION_RUN_FORWARD:
        set_run(ui, action == ACTION_RUN_FORWARD ? 1 : -1);
        return true;
    case ACTION_FASTER:
    case ACTION_SLOWER:
        player_change_speed(player, action == ACTION_FASTER ? 1 : -1);
        return true;
    case ACTION_GO_TO_TIME:
        ask_time(ui);
        return true;
    default:
        return false;
    }
}

bool ui_replay_act(struct ui *ui, enum action action)
{
    const char *thing = process_thing(action);

    if (thing != NULL && ui_needs_process(ui, thing))
        return true;
    return ui_player(ui) != NULL && act_on_player(ui, ui->replay->player, action);
}

const char *ui_replay_label(const struct ui *ui, enum action action)
{
    struct player *player = ui_player(ui);

    if (player == NULL)
        return NULL;
    if (action == ACTION_PAUSE)
        return player_state(player).playing || player_state(player).following ? "pause" : "play";
    return NULL;
}

bool ui_replay_offers(const struct ui *ui, enum action action)
{
    return ui->replay == NULL || process_thing(action) == NULL;
}
