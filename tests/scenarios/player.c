#include "tests/scenarios/player.h"

#include "tests/support/remove.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char denied[] =
    "echo \"vmmap[$$]: vmmap cannot examine process $2 (with name like 'sidecar') because you do "
    "not have appropriate privileges to examine it; try running with sudo.\" >&2\n"
    "exit 255\n";
static const char hangs[] = "echo $$ >> \"${0%/*}/hung\"\n"
                            "exec sleep 60\n";

/* --- the scripts --- */

static void put_script(const struct player *player, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(player->dir, name, NULL);
    g_autofree char *script = g_strconcat("#!/bin/sh\n", text, NULL);
    g_autoptr(GError) error = NULL;

    g_file_set_contents_full(path, script, -1, G_FILE_SET_CONTENTS_NONE, 0755, &error);
    g_assert_no_error(error);
}

/* behind: what follows the program on its command line. */
static void put_played(const struct player *player, const char *name, const char *behind)
{
    g_autofree char *script =
        g_strdup_printf("PLAY_ASKED=\"$*\" PLAY_T=$(($(date +%%s) - PLAY_T0))\n"
                        "export PLAY_ASKED PLAY_T\n"
                        "awk -f \"$PLAY_DIR/moving.awk\" -f \"$PLAY_DIR/%s.awk\" %s\n",
                        name, behind);

    put_script(player, name, script);
}

static void put_vmmap(const struct player *player)
{
    switch (player->play->vmmap) {
    case PLAY_WORKS:
        put_played(player, "vmmap", "\"$PLAY_DIR/vmmap.txt\"");
        break;
    case PLAY_DENIED:
        put_script(player, "vmmap", denied);
        break;
    case PLAY_HANGS:
        put_script(player, "vmmap", hangs);
        break;
    case PLAY_MISSING:
    default:
        break;
    }
}

/* What makes a file a Go program of macOS: its first bytes, and the version that was linked in. */
static void put_program(const char *path)
{
    static const char magic[] = "\xcf\xfa\xed\xfe", mark[] = "\xff Go buildinf:\x08\x02",
                      version[] = "\x08go1.26.8";
    enum { MARK_AT = 64, VERSION_AT = MARK_AT + 32, BYTES = 4096 };
    char bytes[BYTES] = "";
    g_autoptr(GError) error = NULL;

    memcpy(bytes, magic, sizeof magic - 1);
    memcpy(bytes + MARK_AT, mark, sizeof mark - 1);
    memcpy(bytes + VERSION_AT, version, sizeof version - 1);
    g_file_set_contents(path, bytes, BYTES, &error);
    g_assert_no_error(error);
}

static char *program_path(const struct player *player)
{
    const char *name = player->play->program != NULL ? player->play->program : "sidecar";

    return g_build_filename(player->dir, name, NULL);
}

struct player *player_new(const struct play *play)
{
    struct player *player = g_new0(struct player, 1);
    g_autoptr(GError) error = NULL;

    player->play = play;
    player->dir = g_dir_make_tmp("sidescope-recorded-XXXXXX", &error);
    g_assert_no_error(error);
    g_autofree char *program = program_path(player);

    put_program(program);
    put_played(player, "ps", "");
    put_played(player, "lsof", "| tr '\\001' '\\000'");
    put_vmmap(player);
    if (play->footprint_tool)
        put_played(player, "footprint", "");
    return player;
}

/* --- the run --- */

static char **with(char **environment, const char *name, const char *value)
{
    return g_environ_setenv(environment, name, value, TRUE);
}

static char **with_number(char **environment, const char *name, gint64 value)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, value);

    return with(environment, name, text);
}

static const char *or_healthy(const char *text, const char *healthy)
{
    return text != NULL ? text : healthy;
}

/* No configuration of whoever runs the test. */
static char **make_environment(const struct player *player)
{
    const struct play *play = player->play;
    char **env = g_get_environ();
    g_autofree char *path =
        g_strdup_printf("%s:%s", player->dir, or_healthy(g_environ_getenv(env, "PATH"), ""));
    g_autofree char *program = program_path(player);

    env = with(env, "XDG_CONFIG_HOME", "/nonexistent");
    env = with(env, "PATH", path);
    env = with(env, "PLAY_DIR", PLAYER_DIR);
    env = with(env, "PLAY_PROGRAM", program);
    env = with(env, "PLAY_RSS", or_healthy(play->rss, "70000"));
    env = with(env, "PLAY_FOOTPRINT", or_healthy(play->footprint, "48000"));
    env = with(env, "PLAY_PEAK", or_healthy(play->peak, "52000"));
    env = with(env, "PLAY_OPEN", or_healthy(play->open, "pipe 12,dir 6,file 12"));
    env = with(env, "PLAY_REGIONS", or_healthy(play->regions, ""));
    env = with_number(env, "PLAY_PID", getpid());
    env = with_number(env, "PLAY_UID", getuid());
    return with_number(env, "PLAY_T0", g_get_real_time() / G_USEC_PER_SEC);
}

void player_run(struct player *player, double seconds)
{
    g_autofree char *pid = g_strdup_printf("%d", (int)getpid());
    g_autofree char *window = g_strdup_printf("%.0fs", seconds);
    const char *argv[] = {SIDESCOPE_BIN, "triage", "--backend", "commands", "--watch",
                          window,        "--json", pid,         NULL};
    g_auto(GStrv) env = make_environment(player);
    g_autofree char *report = NULL;
    g_autoptr(GError) error = NULL;
    gint64 began_us = g_get_monotonic_time();
    int status = 0;

    g_spawn_sync(NULL, (char **)(guintptr)argv, env, G_SPAWN_DEFAULT, NULL, NULL, &report,
                 &player->errors, &status, &error);
    g_assert_no_error(error);
    player->took_s = (double)(g_get_monotonic_time() - began_us) / G_USEC_PER_SEC;
    player->outcome = outcome_parse(report, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

char *player_ask(const struct player *player, const char *tool)
{
    g_autofree char *path = g_build_filename(player->dir, tool, NULL);
    const char *argv[] = {path, NULL};
    g_auto(GStrv) env = make_environment(player);
    g_autoptr(GError) error = NULL;
    char *text = NULL;

    g_spawn_sync(NULL, (char **)(guintptr)argv, env, G_SPAWN_DEFAULT, NULL, NULL, &text, NULL, NULL,
                 &error);
    g_assert_no_error(error);
    return text;
}

unsigned player_hung(const struct player *player, unsigned *ret_left)
{
    g_autofree char *path = g_build_filename(player->dir, "hung", NULL);
    g_autofree char *text = NULL;
    unsigned count = 0;

    *ret_left = 0;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    g_auto(GStrv) pids = g_strsplit(g_strchomp(text), "\n", -1);

    for (char **pid = pids; *pid != NULL; pid++, count++)
        *ret_left += kill((pid_t)atoi(*pid), 0) == 0 || errno != ESRCH;
    return count;
}

void player_free(struct player *player)
{
    if (player == NULL)
        return;
    remove_tree(player->dir);
    outcome_free(player->outcome);
    g_free(player->errors);
    g_free(player->dir);
    g_free(player);
}
