/* Starts of processes counted over a minute, and the names they are counted under. */

#include "probes/limits.h"
#include "probes/spawn_rates.h"

#include <string.h>

#define S ((gint64)G_USEC_PER_SEC)

static struct threads_sample *fill(struct spawn_rates *rates, gint64 now_us)
{
    struct threads_sample *sample = sample_new(PROBE_THREADS, sizeof *sample);

    spawn_rates_fill(rates, now_us, sample);
    return sample;
}

static void test_minute(void)
{
    struct spawn_rates *rates = spawn_rates_new(100 * S);

    for (int i = 0; i < 30; i++)
        spawn_rates_add(rates, "git status", (100 + i) * S);
    spawn_rates_add(rates, "td list", 129 * S);
    struct threads_sample *now = fill(rates, 129 * S);

    g_assert_cmpuint(now->n_spawns, ==, 2);
    g_assert_cmpstr(now->spawns[0].command, ==, "git status");
    g_assert_cmpuint(now->spawns[0].last_minute, ==, 30);
    g_assert_cmpuint(now->spawns_last_minute, ==, 31);
    g_assert_cmpint(now->spawns_since_us, ==, 100 * S);
    sample_unref(now);

    /* half of them have left the window, and later all have; the totals stay */
    now = fill(rates, 174 * S);
    g_assert_cmpuint(now->spawns[0].last_minute, ==, 15);
    g_assert_cmpuint(now->spawns_total, ==, 31);
    sample_unref(now);
    now = fill(rates, 10000 * S);
    g_assert_cmpuint(now->spawns_last_minute, ==, 0);
    g_assert_cmpuint(now->spawns_total, ==, 31);
    sample_unref(now);
    spawn_rates_free(rates);
}

static void test_many_commands(void)
{
    enum { COMMANDS = 3 * PROBES_MAX_SPAWN_COMMANDS };
    struct spawn_rates *rates = spawn_rates_new(0);

    for (int i = 0; i < COMMANDS; i++) {
        g_autofree char *name = g_strdup_printf("command-%d", i);

        spawn_rates_add(rates, name, S);
    }
    struct threads_sample *now = fill(rates, S);

    g_assert_cmpuint(now->n_spawns, ==, PROBES_MAX_SPAWN_COMMANDS + 1);
    g_assert_cmpstr(now->spawns[0].command, ==, "(other)");
    g_assert_cmpuint(now->spawns[0].total, ==, COMMANDS - PROBES_MAX_SPAWN_COMMANDS);
    g_assert_cmpuint(now->spawns_total, ==, COMMANDS);
    sample_unref(now);
    spawn_rates_free(rates);
}

static void test_names(void)
{
    static const struct {
        const char *arguments; /* separated by '|' */
        const char *expected;
    } cases[] = {
        {"/usr/bin/git|status|--porcelain", "git status --porcelain"},
        {"git|-C|/some/where|rev-parse|HEAD", "git rev-parse HEAD"},
        {"git|rev-parse|--abbrev-ref|HEAD", "git rev-parse --abbrev-ref HEAD"},
        {"git|worktree|list|--porcelain", "git worktree list --porcelain"},
        {"git|log|--format=%H|-n|5|main", "git log --format -n"},
        {"git|diff|--|a/b.c", "git diff"},
        {"git|commit|-m|secret words", "git commit -m"},
        {"git|-c|core.quotepath=off|--no-pager|diff", "git diff"},
        {"git|--version", "git"},
        {"tmux|-C|attach-session|-t|x", "tmux attach-session"},
        {"tmux|-L|name|capture-pane|-p", "tmux capture-pane"},
        {"td|list", "td list"},
        {"/bin/sleep|10", "sleep"},
        {"", ""},
        {"git||status", "git status"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *arguments = g_strdelimit(g_strdup(cases[i].arguments), "|", '\0');
        g_autofree char *name = spawn_command_of(arguments, strlen(cases[i].arguments) + 1);

        g_assert_cmpstr(name, ==, cases[i].expected);
    }
}

/* The last argument need not be ended by a NUL. */
static void test_unterminated(void)
{
    g_autofree char *exact = g_memdup2("git\0status", 10);
    g_autofree char *name = spawn_command_of(exact, 10);

    g_assert_cmpstr(name, ==, "git status");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/probes/spawn-rates/minute", test_minute);
    g_test_add_func("/probes/spawn-rates/many-commands", test_many_commands);
    g_test_add_func("/probes/spawn-rates/names", test_names);
    g_test_add_func("/probes/spawn-rates/unterminated", test_unterminated);
    return g_test_run();
}
