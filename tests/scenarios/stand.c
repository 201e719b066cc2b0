#include "tests/scenarios/stand.h"

#include "tests/support/target.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    TURN_MS = 50,
    PULSE_MS = 400,
    /* sidescope leaves out what a process does in its first 5 s: the rest of them are watched */
    WARM_MS = 3600,
    /* after the window: a busy machine under sanitizers, no proof of anything */
    PATIENCE_MS = 120 * 1000,
    REST_MS = 1000,
};

enum place_state { PLACE_FREE, PLACE_WARMING, PLACE_WATCHED };

/* Where one row runs. */
struct place {
    enum place_state state;
    guint index; /* of the wanted */
    const struct row *row;
    struct stage *stage;
    gint64 next_us;  /* of the next change: the watch, or the next pulse */
    gint64 until_us; /* when sidescope has to be done */
    unsigned pulses;
    GPid pid;
    int fd;
    GString *text;
};

struct stand {
    const struct stand_options *options;
    GPtrArray *wanted, *results;
    struct place *places;
    bool *begun; /* of the wanted */
    guint done;
    gint64 rest_until_us;  /* no new row before: the user is out of inotify instances */
    gint64 short_since_us; /* 0: not short of them */
};

/* --- the target --- */

static gint64 after_ms(int ms)
{
    return g_get_monotonic_time() + (gint64)ms * 1000;
}

static void do_all(struct stage *stage, const char *commands)
{
    g_auto(GStrv) parts = g_strsplit(commands != NULL ? commands : "", ";", -1);

    for (char **part = parts; *part != NULL; part++)
        if (*g_strstrip(*part) != '\0')
            target_do(stage, "%s", *part);
}

static pid_t locker_of(struct stage *stage)
{
    g_autofree char *status = NULL;
    const char *member = "\"lock_pid\":";

    if (!target_command(stage, "status", &status, NULL))
        return 0;
    const char *found = strstr(status, member);

    return found != NULL ? (pid_t)atoi(found + strlen(member)) : 0;
}

static bool is_short_for_long(struct stand *stand)
{
    gint64 now = g_get_monotonic_time();

    if (stand->short_since_us == 0)
        stand->short_since_us = now;
    return now - stand->short_since_us > PATIENCE_MS * (gint64)1000;
}

/* The first that may begin now; as many as are wanted: none. */
static guint find_next(const struct stand *stand)
{
    unsigned leaking = 0;

    for (unsigned i = 0; i < stand->options->jobs; i++)
        if (stand->places[i].state != PLACE_FREE)
            leaking |= stand->places[i].row->flags & ROW_INSTANCES;
    for (guint i = 0; i < stand->wanted->len; i++) {
        const struct row *row = g_ptr_array_index(stand->wanted, i);

        if (!stand->begun[i] && (row->flags & leaking) == 0)
            return i;
    }
    return stand->wanted->len;
}

static void begin(struct stand *stand, struct place *place)
{
    guint next = find_next(stand);

    if (next == stand->wanted->len)
        return;
    const struct row *row = g_ptr_array_index(stand->wanted, next);
    const struct stage_options options = {
        .pprof = row->flags & ROW_NO_PPROF || stand->options->no_pprof ? STAGE_PPROF_NONE
                                                                       : STAGE_PPROF_RANDOM,
        .commands = row->held,
        .at_once = true, /* the others go on */
    };
    g_autoptr(GError) error = NULL;

    *place = (struct place){
        .state = PLACE_WARMING, .index = next, .row = row, .next_us = after_ms(WARM_MS), .fd = -1};
    place->stage = target_start(&options, &error);
    if (place->stage != NULL) {
        stand->begun[next] = true;
        stand->short_since_us = 0;
        return;
    }
    /* the limit counts all of the user's processes, those of other tests as well: they end */
    if (!target_is_short(error) || is_short_for_long(stand))
        g_error("%s: %s", row->name, error->message);
    place->state = PLACE_FREE;
    stand->rest_until_us = after_ms(REST_MS);
}

/* --- sidescope --- */

/* No configuration of whoever runs the test. */
static void launch(struct place *place, const struct stand_options *options)
{
    g_autofree char *pid = g_strdup_printf("%d", (int)target_pid(place->stage));
    char seconds[G_ASCII_DTOSTR_BUF_SIZE];
    const char *argv[] = {SIDESCOPE_BIN,
                          "triage",
                          "--json",
                          "--seconds",
                          g_ascii_dtostr(seconds, sizeof seconds, options->seconds),
                          pid,
                          options->backend != NULL ? "--backend" : NULL,
                          options->backend,
                          NULL};
    g_auto(GStrv) env = g_environ_setenv(g_get_environ(), "XDG_CONFIG_HOME", "/nonexistent", TRUE);
    g_autoptr(GError) error = NULL;

    g_spawn_async_with_pipes(NULL, (char **)(guintptr)argv, env, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                             NULL, &place->pid, NULL, &place->fd, NULL, &error);
    g_assert_no_error(error);
    fcntl(place->fd, F_SETFL, O_NONBLOCK);
}

static void watch(struct place *place, const struct stand_options *options)
{
    do_all(place->stage, place->row->act);
    launch(place, options);
    place->text = g_string_new(NULL);
    place->state = PLACE_WATCHED;
    place->next_us = after_ms(PULSE_MS);
    place->until_us = after_ms((int)(options->seconds * 1000) + PATIENCE_MS);
}

static int wait_status(GPid pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static char *judge(const struct stand *stand, const struct place *place,
                   const struct outcome *outcome)
{
    struct row row = *place->row;

    if (stand->options->strict && row.expects == ROW_HONEST && row.pattern != NULL)
        row.expects = ROW_LEAK;
    return outcome_judge(outcome, &row, locker_of(place->stage));
}

static void finish(struct stand *stand, struct place *place)
{
    struct stand_result *result = g_ptr_array_index(stand->results, place->index);

    close(place->fd);
    result->row = place->row;
    result->outcome = outcome_parse(place->text->str, wait_status(place->pid));
    result->wrong = judge(stand, place, result->outcome);
    g_string_free(place->text, TRUE);
    target_stop(place->stage);
    place->state = PLACE_FREE;
    stand->done++;
}

/* --- turns --- */

static void pulse(struct place *place)
{
    const char *commands = place->row->pulse[place->pulses++ % G_N_ELEMENTS(place->row->pulse)];

    do_all(place->stage, commands);
    place->next_us = after_ms(PULSE_MS);
}

static void turn(struct stand *stand, struct place *place)
{
    gint64 now = g_get_monotonic_time();

    if (place->state == PLACE_FREE && now >= stand->rest_until_us)
        begin(stand, place);
    else if (place->state == PLACE_WARMING && now >= place->next_us)
        watch(place, stand->options);
    else if (place->state == PLACE_WATCHED && now >= place->until_us)
        kill(place->pid, SIGKILL); /* its end closes the pipe */
    else if (place->state == PLACE_WATCHED && now >= place->next_us)
        pulse(place);
}

/* True at the end of the report. */
static bool take_text(struct place *place)
{
    char bytes[4096];
    ssize_t n;

    while ((n = read(place->fd, bytes, sizeof bytes)) > 0)
        g_string_append_len(place->text, bytes, n);
    return n == 0 || (errno != EAGAIN && errno != EINTR);
}

static void wait_for_text(struct stand *stand)
{
    unsigned n = stand->options->jobs;
    g_autofree struct pollfd *items = g_new0(struct pollfd, n);

    for (unsigned i = 0; i < n; i++) {
        const struct place *place = &stand->places[i];

        items[i].fd = place->state == PLACE_WATCHED ? place->fd : -1;
        items[i].events = POLLIN;
    }
    if (poll(items, n, TURN_MS) <= 0)
        return;
    for (unsigned i = 0; i < n; i++)
        if (items[i].revents != 0 && take_text(&stand->places[i]))
            finish(stand, &stand->places[i]);
}

static void result_free(gpointer data)
{
    struct stand_result *result = data;

    outcome_free(result->outcome);
    g_free(result->wrong);
    g_free(result);
}

GPtrArray *stand_run(GPtrArray *wanted, const struct stand_options *options)
{
    struct stand stand = {.options = options,
                          .wanted = wanted,
                          .results = g_ptr_array_new_with_free_func(result_free),
                          .places = g_new0(struct place, options->jobs),
                          .begun = g_new0(bool, wanted->len)};

    for (guint i = 0; i < wanted->len; i++)
        g_ptr_array_add(stand.results, g_new0(struct stand_result, 1));
    while (stand.done < wanted->len) {
        for (unsigned i = 0; i < options->jobs; i++)
            turn(&stand, &stand.places[i]);
        wait_for_text(&stand);
    }
    g_free(stand.places);
    g_free(stand.begun);
    return stand.results;
}
