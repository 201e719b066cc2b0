#include "probes/clock.h"
#include "tests/unit/app/fake_source.h"

enum { S = G_USEC_PER_SEC };

struct scene {
    struct fake_source *source;
    struct player *player;
    gint64 shown_us;
    int shows, changes;
    pid_t pid;
    char *failure;
};

static void on_show(struct player *player, struct target *target, struct session_moment *moment,
                    void *user)
{
    struct scene *scene = user;

    (void)player;
    scene->shown_us = moment->now_us;
    scene->shows++;
    if (target != NULL)
        scene->pid = target->id.pid;
    target_free(target);
    session_moment_clear(moment);
}

static void on_changed(struct player *player, void *user)
{
    (void)player;
    ((struct scene *)user)->changes++;
}

static void on_failed(struct player *player, const char *sentence, void *user)
{
    struct scene *scene = user;

    (void)player;
    g_free(scene->failure);
    scene->failure = g_strdup(sentence);
}

/* Until nothing is read any more. */
static void settle(struct scene *scene)
{
    while (player_state(scene->player).reading || player_outline(scene->player) == NULL)
        g_main_context_iteration(NULL, TRUE);
}

static void begin(struct scene *scene, gint64 at_us)
{
    static const struct player_ops ops = {
        .show = on_show, .changed = on_changed, .failed = on_failed};
    struct player_ops mine = ops;

    clock_hold();
    *scene = (struct scene){.source = fake_source_new()};
    mine.user = scene;
    scene->player = player_new(&fake_source_ops, scene->source, SIZE_MAX, at_us, &mine);
    settle(scene);
}

static void end(struct scene *scene)
{
    player_free(scene->player);
    while (fake_sources_alive() > 0)
        g_usleep(200);
    g_free(scene->failure);
    clock_release();
}

static void pass(struct scene *scene, double seconds)
{
    clock_step((gint64)(seconds * S));
    player_tick(scene->player);
    settle(scene);
}

#define AT(scene, seconds) g_assert_cmpint((scene)->shown_us, ==, (gint64)(seconds)*S)

/* --- going about --- */

static void test_opens_at_the_end(void)
{
    struct scene scene;

    begin(&scene, G_MAXINT64);
    struct player_state state = player_state(scene.player);

    AT(&scene, 2000);
    g_assert_cmpint(state.at_us, ==, 2000 * (gint64)S);
    g_assert_cmpuint(state.run, ==, 1);
    g_assert_cmpuint(state.n_runs, ==, 2);
    g_assert_cmpint(scene.pid, ==, 200);
    g_assert_false(state.playing);
    end(&scene);
}

static void test_seek(void)
{
    struct scene scene;

    begin(&scene, 1111 * (gint64)S);
    AT(&scene, 1111);
    player_seek(scene.player, 1234 * (gint64)S);
    settle(&scene);
    AT(&scene, 1234);
    player_seek(scene.player, 0); /* before the run */
    settle(&scene);
    AT(&scene, 1000);
    player_seek(scene.player, G_MAXINT64);
    settle(&scene);
    AT(&scene, 2000);
    end(&scene);
}

static void test_step(void)
{
    struct scene scene;

    begin(&scene, 1500 * (gint64)S);
    player_step(scene.player, 1);
    settle(&scene);
    AT(&scene, 1501);
    player_step(scene.player, -1);
    player_step(scene.player, -1);
    player_step(scene.player, -1);
    settle(&scene);
    AT(&scene, 1498);
    g_assert_cmpint(player_state(scene.player).at_us, ==, 1498 * (gint64)S);
    end(&scene);
}

/* Keys pressed while a moment is being read are not lost: steps add up. */
static void test_steps_while_reading(void)
{
    struct scene scene;

    begin(&scene, 1500 * (gint64)S);
    fake_source_set_gate(scene.source, false);
    player_seek(scene.player, 1600 * (gint64)S);
    fake_source_wait_stuck(scene.source);
    for (int i = 0; i < 4; i++)
        player_step(scene.player, 1);
    fake_source_set_gate(scene.source, true);
    settle(&scene);
    AT(&scene, 1604);
    end(&scene);
}

/* A drag asks for a hundred moments: read are the one under way and the last one. */
static void test_newest_wins(void)
{
    struct scene scene;

    begin(&scene, 1000 * (gint64)S);
    fake_source_set_gate(scene.source, false);
    player_seek(scene.player, 1001 * (gint64)S);
    fake_source_wait_stuck(scene.source);
    int before = fake_source_asked(scene.source);

    for (int i = 2; i <= 100; i++)
        player_seek(scene.player, (1000 + i) * (gint64)S);
    g_assert_cmpint(player_state(scene.player).at_us, ==, 1100 * (gint64)S); /* at once */
    fake_source_set_gate(scene.source, true);
    settle(&scene);
    AT(&scene, 1100);
    g_assert_cmpint(fake_source_asked(scene.source), ==, before + 1);
    end(&scene);
}

static void test_events(void)
{
    static const int forward[] = {1200, 1300, 1500};
    struct scene scene;

    begin(&scene, 1100 * (gint64)S);
    for (size_t i = 0; i < G_N_ELEMENTS(forward); i++) {
        g_assert_true(player_seek_event(scene.player, 1));
        settle(&scene);
        AT(&scene, forward[i]);
    }
    g_assert_false(player_seek_event(scene.player, 1));
    g_assert_true(player_seek_event(scene.player, -1));
    settle(&scene);
    AT(&scene, 1300);
    end(&scene);
}

static void test_runs(void)
{
    struct scene scene;

    begin(&scene, G_MAXINT64);
    g_assert_false(player_set_run(scene.player, 1)); /* it is there */
    g_assert_false(player_set_run(scene.player, 2));
    g_assert_true(player_set_run(scene.player, 0));
    settle(&scene);
    AT(&scene, 200);
    g_assert_cmpint(scene.pid, ==, 100);
    g_assert_true(player_set_run(scene.player, 1));
    settle(&scene);
    AT(&scene, 2000);
    g_assert_cmpint(scene.pid, ==, 200);
    end(&scene);
}

/* --- time going on --- */

static void test_play(void)
{
    struct scene scene;

    begin(&scene, 1100 * (gint64)S);
    pass(&scene, 5);
    AT(&scene, 1100); /* it stands */
    player_play(scene.player, true);
    pass(&scene, 2);
    AT(&scene, 1102);
    for (int i = 0; i < 3; i++)
        player_change_speed(scene.player, 1);
    g_assert_cmpfloat(player_state(scene.player).speed, ==, 10);
    pass(&scene, 2);
    AT(&scene, 1122);
    player_change_speed(scene.player, -1);
    pass(&scene, 2);
    AT(&scene, 1132);
    player_play(scene.player, false);
    pass(&scene, 60);
    AT(&scene, 1132);
    end(&scene);
}

/* Slow reading makes fewer moments, not a slower or a growing queue. */
static void test_play_slow_disk(void)
{
    struct scene scene;

    begin(&scene, 1100 * (gint64)S);
    player_play(scene.player, true);
    fake_source_set_gate(scene.source, false);
    int before = fake_source_asked(scene.source);

    for (int i = 0; i < 40; i++) {
        clock_step(S);
        player_tick(scene.player);
    }
    g_assert_cmpint(player_state(scene.player).at_us, ==, 1140 * (gint64)S);
    fake_source_set_gate(scene.source, true);
    settle(&scene);
    pass(&scene, 1);
    AT(&scene, 1141);
    g_assert_cmpint(fake_source_asked(scene.source), ==, before + 2);
    end(&scene);
}

static void test_play_over_gap_to_end(void)
{
    struct scene scene;

    begin(&scene, 1599 * (gint64)S);
    player_play(scene.player, true);
    pass(&scene, 2);
    AT(&scene, 1700);
    pass(&scene, 1000);
    AT(&scene, 2000);
    g_assert_false(player_state(scene.player).playing);
    player_play(scene.player, true); /* from the end: anew */
    settle(&scene);
    pass(&scene, 3);
    AT(&scene, 1003);
    end(&scene);
}

/* --- one that is still written --- */

static void look_again(struct scene *scene)
{
    int before = scene->changes;

    clock_step(2 * (gint64)S);
    player_tick(scene->player);
    while (scene->changes == before)
        g_main_context_iteration(NULL, TRUE);
    settle(scene);
}

static void test_follow(void)
{
    struct scene scene;

    begin(&scene, 1100 * (gint64)S);
    fake_source_set_end(scene.source, 2000 * (gint64)S, true);
    player_set_run(scene.player, 0);
    settle(&scene);
    player_set_run(scene.player, 1);
    settle(&scene);
    g_assert_true(player_state(scene.player).growing);
    g_assert_false(player_state(scene.player).following);
    player_seek_end(scene.player);
    settle(&scene);
    g_assert_true(player_state(scene.player).following);
    fake_source_set_end(scene.source, 2050 * (gint64)S, true);
    look_again(&scene);
    AT(&scene, 2050);
    player_seek(scene.player, 1200 * (gint64)S); /* lets go of the end; the bar still grows */
    settle(&scene);
    fake_source_set_end(scene.source, 2070 * (gint64)S, true);
    look_again(&scene);
    AT(&scene, 1200);
    g_assert_cmpint(player_state(scene.player).to_us, ==, 2070 * (gint64)S);
    player_seek_end(scene.player);
    settle(&scene);
    fake_source_set_end(scene.source, 2071 * (gint64)S, false); /* the writer closed it */
    look_again(&scene);
    AT(&scene, 2071);
    g_assert_false(player_state(scene.player).following);
    end(&scene);
}

/* --- what goes wrong --- */

static void test_failure_keeps_what_is_shown(void)
{
    struct scene scene;

    begin(&scene, 1100 * (gint64)S);
    fake_source_set_broken(scene.source, true);
    int shows = scene.shows;

    player_seek(scene.player, 1200 * (gint64)S);
    settle(&scene);
    g_assert_cmpstr(scene.failure, ==, "the recording is damaged");
    g_assert_cmpint(scene.shows, ==, shows);
    AT(&scene, 1100);
    fake_source_set_broken(scene.source, false);
    player_seek(scene.player, 1300 * (gint64)S);
    settle(&scene);
    AT(&scene, 1300);
    end(&scene);
}

/* Closing does not wait for a disk that hangs, and nothing is told afterwards. */
static void test_close_while_reading(void)
{
    struct scene scene;

    begin(&scene, 1100 * (gint64)S);
    fake_source_set_gate(scene.source, false);
    player_seek(scene.player, 1200 * (gint64)S);
    fake_source_wait_stuck(scene.source);
    int shows = scene.shows;

    player_free(scene.player);
    fake_source_set_gate(scene.source, true);
    while (fake_sources_alive() > 0)
        g_main_context_iteration(NULL, FALSE);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_assert_cmpint(scene.shows, ==, shows);
    clock_release();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/player/opens-at-the-end", test_opens_at_the_end);
    g_test_add_func("/player/seek", test_seek);
    g_test_add_func("/player/step", test_step);
    g_test_add_func("/player/steps-while-reading", test_steps_while_reading);
    g_test_add_func("/player/newest-wins", test_newest_wins);
    g_test_add_func("/player/events", test_events);
    g_test_add_func("/player/runs", test_runs);
    g_test_add_func("/player/play", test_play);
    g_test_add_func("/player/play-slow-disk", test_play_slow_disk);
    g_test_add_func("/player/play-over-gap-to-end", test_play_over_gap_to_end);
    g_test_add_func("/player/follow", test_follow);
    g_test_add_func("/player/failure", test_failure_keeps_what_is_shown);
    g_test_add_func("/player/close-while-reading", test_close_while_reading);
    return g_test_run();
}
