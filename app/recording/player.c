#include "app/recording/player.h"

#include "probes/bell.h"
#include "probes/clock.h"
#include "probes/threads.h"

#include <glib-unix.h>
#include <pthread.h>

enum { TICK_MS = 250, LOOK_AGAIN_US = 1000 * 1000 };

static const double speeds[] = {1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600};

/* What is wanted of the thread; a newer wish is laid over an older one. */
struct wish {
    bool outline, moment;
    size_t run;
    bool absolute; /* at_us holds; else from where the thread is */
    gint64 at_us;
    int steps; /* then so many samples further */
};

/* What the thread has to tell; a newer answer takes the place of one that nobody has fetched. */
struct answer {
    size_t run, n_runs;
    struct player_outline *outline;
    struct session_moment *moment;
    struct target *target; /* of a moment of another run than the one before */
    gint64 at_us;          /* of the moment */
    bool moment_done;      /* a wish for one was answered, be it by an error */
    char *problem;
};

/* Two owners, the thread and the main loop: whoever lets go last frees it. */
struct reading {
    const struct player_source_ops *source;
    void *data;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct wish wish;     /* under lock */
    struct answer answer; /* under lock */
    bool over;            /* under lock */
    struct bell *bell;
    int owners; /* atomic */
    /* of the thread alone */
    bool has_run;
    size_t run;
    gint64 at_us;
};

struct player {
    struct reading *reading;
    struct player_ops ops;
    guint bell_source, timer;
    struct player_outline *outline;
    size_t run, n_runs;
    gint64 at_us, shown_us;
    size_t speed; /* of speeds */
    unsigned outlines;
    bool playing, following;
    bool waiting; /* for a moment */
    gint64 ticked_us, looked_us;
};

/* --- the thread --- */

static void answer_clear(struct answer *answer)
{
    player_outline_free(answer->outline);
    struct session_moment *moment = answer->moment;

    if (moment != NULL)
        session_moment_clear(moment);
    g_free(moment);
    target_free(answer->target);
    g_free(answer->problem);
    *answer = (struct answer){0};
}

static void release(struct reading *reading)
{
    if (__atomic_sub_fetch(&reading->owners, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    answer_clear(&reading->answer);
    reading->source->free(reading->data);
    pthread_mutex_destroy(&reading->lock);
    pthread_cond_destroy(&reading->wake);
    bell_free(reading->bell);
    g_free(reading);
}

static void note_problem(struct answer *answer, GError *error)
{
    if (error == NULL)
        return;
    g_free(answer->problem);
    answer->problem = g_strdup(error->message);
    g_error_free(error);
}

static void read_moment(struct reading *reading, const struct wish *wish,
                        const struct player_outline *outline, struct answer *ret)
{
    const struct player_source_ops *source = reading->source;
    gint64 at_us = wish->absolute ? wish->at_us : reading->at_us, stepped;
    GError *error = NULL;

    if (wish->steps != 0 && source->step(reading->data, wish->run, at_us, wish->steps, &stepped))
        at_us = stepped;
    if (outline != NULL)
        at_us = CLAMP(at_us, outline->from_us, MAX(outline->to_us, outline->from_us));
    ret->moment = source->moment(reading->data, wish->run, at_us, &error);
    ret->moment_done = true;
    note_problem(ret, error);
    if (ret->moment == NULL)
        return;
    ret->at_us = reading->at_us = at_us;
    if (!reading->has_run || reading->run != wish->run)
        ret->target = source->target(reading->data, wish->run);
    reading->has_run = true;
    reading->run = wish->run;
}

/* False when it is over. */
static bool next_wish(struct reading *reading, struct wish *ret)
{
    pthread_mutex_lock(&reading->lock);
    while (!reading->over && !reading->wish.outline && !reading->wish.moment)
        pthread_cond_wait(&reading->wake, &reading->lock);
    *ret = reading->wish;
    reading->wish = (struct wish){.run = ret->run};
    bool over = reading->over;

    pthread_mutex_unlock(&reading->lock);
    return !over;
}

static void *read_on(void *user)
{
    struct reading *reading = user;
    struct wish wish;

    while (next_wish(reading, &wish)) {
        struct answer answer = {0};

        /* The outline is read with every first look at a run: without it no time can be put right.
         */
        GError *error = NULL;

        answer.n_runs = reading->source->n_runs(reading->data);
        answer.run = wish.run;
        if (wish.outline)
            answer.outline = reading->source->outline(reading->data, wish.run, &error);
        note_problem(&answer, error);
        if (wish.moment)
            read_moment(reading, &wish, answer.outline, &answer);
        /* A moment that nobody has fetched is given up; its target is still news. */
        struct answer *slot = &reading->answer;

        pthread_mutex_lock(&reading->lock);
        if (answer.target == NULL && slot->run == answer.run)
            answer.target = g_steal_pointer(&slot->target);
        if (answer.outline == NULL && slot->run == answer.run)
            answer.outline = g_steal_pointer(&slot->outline);
        if (answer.moment == NULL && slot->run == answer.run) {
            answer.moment = g_steal_pointer(&slot->moment);
            answer.at_us = slot->at_us;
            answer.moment_done = answer.moment_done || slot->moment_done;
        }
        if (answer.problem == NULL)
            answer.problem = g_steal_pointer(&slot->problem);
        struct answer before = *slot;

        *slot = answer;
        pthread_mutex_unlock(&reading->lock);
        answer_clear(&before);
        bell_ring(reading->bell);
    }
    release(reading);
    return NULL;
}

/* --- wishes --- */

static void ask(struct player *player, const struct wish *wish)
{
    struct reading *reading = player->reading;
    struct wish *slot = &reading->wish;

    pthread_mutex_lock(&reading->lock);
    slot->outline = slot->outline || wish->outline;
    if (wish->moment) {
        /* steps that were not taken yet add up; anything absolute forgets them */
        bool first = !slot->moment || wish->absolute;

        slot->absolute = first ? wish->absolute : slot->absolute;
        slot->at_us = first ? wish->at_us : slot->at_us;
        slot->steps = first ? wish->steps : slot->steps + wish->steps;
        slot->moment = true;
    }
    slot->run = wish->run;
    pthread_cond_signal(&reading->wake);
    pthread_mutex_unlock(&reading->lock);
    player->waiting = player->waiting || wish->moment;
}

static void ask_at(struct player *player, gint64 at_us)
{
    ask(player,
        &(struct wish){.moment = true, .run = player->run, .absolute = true, .at_us = at_us});
}

static void tell(struct player *player)
{
    player->ops.changed(player, player->ops.user);
}

/* --- answers --- */

static void take(struct player *player, struct answer *answer)
{
    player->n_runs = answer->n_runs;
    if (answer->run != player->run) /* of a run that is not wanted any more */
        return;
    if (answer->outline != NULL) {
        struct player_outline *outline = g_steal_pointer(&answer->outline);
        gint64 before = player->outline != NULL ? player->outline->to_us : 0;

        player_outline_free(player->outline);
        player->outline = outline;
        player->outlines++;
        if (player->following && outline->to_us > before && before != 0) {
            player->at_us = outline->to_us;
            ask_at(player, outline->to_us);
        }
        if (!outline->growing)
            player->following = false;
    }
    if (answer->moment != NULL) {
        player->shown_us = answer->at_us;
        if (!player->playing && !player->waiting)
            player->at_us = answer->at_us;
        player->ops.show(player, g_steal_pointer(&answer->target), answer->moment,
                         player->ops.user);
    }
    if (answer->problem != NULL)
        player->ops.failed(player, answer->problem, player->ops.user);
    tell(player);
}

static gboolean on_bell(gint fd, GIOCondition condition, gpointer user)
{
    struct player *player = user;
    struct reading *reading = player->reading;

    (void)fd;
    (void)condition;
    bell_clear(reading->bell);
    pthread_mutex_lock(&reading->lock);
    struct answer answer = reading->answer;

    reading->answer = (struct answer){0};
    if (answer.moment_done)
        player->waiting = reading->wish.moment;
    pthread_mutex_unlock(&reading->lock);
    if (answer.n_runs > 0 || answer.problem != NULL)
        take(player, &answer);
    answer_clear(&answer);
    return G_SOURCE_CONTINUE;
}

/* --- time going on --- */

/* Nobody wants to watch nothing: over a gap it leaps. */
static gint64 over_gap(const struct player_outline *outline, gint64 at_us)
{
    for (guint i = 0; i < outline->gaps->len; i++) {
        const struct player_gap *gap = &g_array_index(outline->gaps, struct player_gap, i);

        if (at_us > gap->from_us && at_us < gap->to_us)
            return gap->to_us;
    }
    return at_us;
}

static void go_on(struct player *player, gint64 passed_us)
{
    const struct player_outline *outline = player->outline;

    if (!player->playing || outline == NULL)
        return;
    double at = (double)player->at_us + (double)passed_us * speeds[player->speed];

    player->at_us = over_gap(outline, (gint64)MIN(at, (double)outline->to_us));
    if (player->at_us >= outline->to_us) {
        player->playing = false;
        player->following = outline->growing;
    }
    if (!player->waiting)
        ask_at(player, player->at_us);
    tell(player);
}

void player_tick(struct player *player)
{
    gint64 now = clock_now_us(), passed = now - player->ticked_us;

    player->ticked_us = now;
    go_on(player, passed);
    if (player->outline != NULL && player->outline->growing &&
        now - player->looked_us >= LOOK_AGAIN_US) {
        player->looked_us = now;
        ask(player, &(struct wish){.outline = true, .run = player->run});
    }
}

static gboolean on_timer(gpointer user)
{
    player_tick(user);
    return G_SOURCE_CONTINUE;
}

/* --- life --- */

static struct reading *reading_new(const struct player_source_ops *source, void *data)
{
    struct reading *reading = g_new0(struct reading, 1);

    reading->source = source;
    reading->data = data;
    reading->owners = 2;
    reading->bell = bell_new();
    pthread_mutex_init(&reading->lock, NULL);
    pthread_cond_init(&reading->wake, NULL);
    return reading;
}

static gboolean on_no_thread(gpointer user)
{
    struct player *player = user;

    player->bell_source = 0;
    player->ops.failed(player, "the system gives sidescope no thread to read the recording with",
                       player->ops.user);
    return G_SOURCE_REMOVE;
}

struct player *player_new(const struct player_source_ops *source, void *data, size_t run,
                          gint64 at_us, const struct player_ops *ops)
{
    struct player *player = g_new0(struct player, 1);

    player->reading = reading_new(source, data);
    player->ops = *ops;
    player->n_runs = source->n_runs(data); /* the thread is not there yet */
    player->run = MIN(run, MAX(player->n_runs, 1) - 1);
    player->at_us = at_us;
    player->ticked_us = player->looked_us = clock_now_us();
    ask(player,
        &(struct wish){
            .outline = true, .moment = true, .run = player->run, .absolute = true, .at_us = at_us});
    if (thread_start_detached(read_on, player->reading)) {
        player->bell_source =
            g_unix_fd_add(bell_fd(player->reading->bell), G_IO_IN, on_bell, player);
    } else {
        release(player->reading);
        player->bell_source = g_idle_add(on_no_thread, player);
    }
    player->timer = g_timeout_add(TICK_MS, on_timer, player);
    return player;
}

void player_free(struct player *player)
{
    if (player == NULL)
        return;
    if (player->bell_source != 0)
        g_source_remove(player->bell_source);
    g_source_remove(player->timer);
    pthread_mutex_lock(&player->reading->lock);
    player->reading->over = true;
    pthread_cond_signal(&player->reading->wake);
    pthread_mutex_unlock(&player->reading->lock);
    release(player->reading);
    player_outline_free(player->outline);
    g_free(player);
}

struct player_state player_state(const struct player *player)
{
    const struct player_outline *outline = player->outline;

    return (struct player_state){
        .run = player->run,
        .n_runs = player->n_runs,
        .from_us = outline != NULL ? outline->from_us : 0,
        .to_us = outline != NULL ? outline->to_us : 0,
        .at_us = player->at_us,
        .shown_us = player->shown_us,
        .speed = speeds[player->speed],
        .playing = player->playing,
        .growing = outline != NULL && outline->growing,
        .following = player->following,
        .reading = player->waiting,
        .outlines = player->outlines,
    };
}

const struct player_outline *player_outline(const struct player *player)
{
    return player->outline;
}

/* --- what the user does --- */

void player_play(struct player *player, bool on)
{
    const struct player_outline *outline = player->outline;

    if (outline == NULL)
        return;
    player->following = on && player->following;
    if (on && !player->following) {
        player->playing = true;
        if (player->at_us >= outline->to_us && outline->growing) {
            player->playing = false;
            player_seek_end(player);
        } else if (player->at_us >= outline->to_us) {
            player->at_us = outline->from_us;
            ask_at(player, player->at_us);
        }
    } else {
        player->playing = false;
    }
    player->ticked_us = clock_now_us();
    tell(player);
}

void player_change_speed(struct player *player, int direction)
{
    if (direction > 0 && player->speed + 1 < G_N_ELEMENTS(speeds))
        player->speed++;
    else if (direction < 0 && player->speed > 0)
        player->speed--;
    if (!player->playing && !player->following)
        player_play(player, true);
    tell(player);
}

void player_step(struct player *player, int steps)
{
    player->playing = player->following = false;
    /* where it goes is where it would be: not where the last answer was */
    bool elsewhere = player->at_us != player->shown_us && !player->waiting;

    ask(player, &(struct wish){.moment = true,
                               .run = player->run,
                               .absolute = elsewhere,
                               .at_us = player->at_us,
                               .steps = steps});
    tell(player);
}

void player_seek(struct player *player, gint64 at_us)
{
    const struct player_outline *outline = player->outline;

    if (outline == NULL)
        return;
    player->following = false;
    player->at_us = CLAMP(at_us, outline->from_us, MAX(outline->to_us, outline->from_us));
    player->ticked_us = clock_now_us();
    ask_at(player, player->at_us);
    tell(player);
}

void player_seek_end(struct player *player)
{
    if (player->outline == NULL)
        return;
    player->playing = false;
    player_seek(player, player->outline->to_us);
    player->following = player->outline->growing;
}

/* The nearest time of an array of structs that begin with one, beyond at_us in that direction. */
static void nearest(const GArray *array, gint64 at_us, int direction, bool *found, gint64 *ret_us)
{
    guint size = g_array_get_element_size((GArray *)(uintptr_t)array);

    for (guint i = 0; i < array->len; i++) {
        gint64 t = *(const gint64 *)(const void *)(array->data + (size_t)i * size);

        if ((direction > 0 ? t > at_us : t < at_us) &&
            (!*found || (direction > 0 ? t < *ret_us : t > *ret_us))) {
            *ret_us = t;
            *found = true;
        }
    }
}

bool player_seek_event(struct player *player, int direction)
{
    bool found = false;
    gint64 t = 0;

    if (player->outline == NULL)
        return false;
    nearest(player->outline->events, player->at_us, direction, &found, &t);
    nearest(player->outline->verdicts, player->at_us, direction, &found, &t);
    if (found && t >= player->outline->from_us && t <= player->outline->to_us) {
        player_seek(player, t);
        return true;
    }
    return false;
}

bool player_set_run(struct player *player, size_t run_index)
{
    if (run_index >= player->n_runs || run_index == player->run)
        return false;
    player->run = run_index;
    player->playing = player->following = false;
    g_clear_pointer(&player->outline, player_outline_free);
    player->at_us = G_MAXINT64;
    player->shown_us = 0;
    ask(player, &(struct wish){.outline = true,
                               .moment = true,
                               .run = run_index,
                               .absolute = true,
                               .at_us = G_MAXINT64});
    tell(player);
    return true;
}
