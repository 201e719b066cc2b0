/* The dashboard closed and opened again on a process that leaks: it goes on from what it saw. */

#include "tests/support/remove.h"
#include "tests/support/visit.h"

#include <signal.h>

static const struct stage_options leaking = {.commands = "files claude 40; files claude 4/s"};

struct memory {
    char *folder, *state;
    const char *env[2];
    struct visit_options options;
};

static void memory_init(struct memory *memory, const char *const *arguments)
{
    memory->folder = g_dir_make_tmp("sidescope-remember-XXXXXX", NULL);
    memory->state = g_strconcat("XDG_STATE_HOME=", memory->folder, NULL);
    memory->env[0] = memory->state;
    memory->env[1] = NULL;
    memory->options = (struct visit_options){
        .stage = &leaking, .arguments = arguments, .env = memory->env, .lines = 40, .cols = 120};
}

static void memory_clear(struct memory *memory)
{
    remove_tree(memory->folder);
    g_free(memory->folder);
    g_free(memory->state);
}

/* The one recording, or NULL. */
static char *recording_of(const struct memory *memory)
{
    g_autofree char *folder = g_build_filename(memory->folder, "sidescope", "recordings", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
        if (g_str_has_suffix(name, ".sidescope"))
            return g_build_filename(folder, name, NULL);
    return NULL;
}

/* What was born at the first visit counts as growth at the second, with a gap between. */
static void second_visit(struct memory *memory, struct visit *visit)
{
    visit_again(visit, &memory->options);
    visit_expect(visit, "watched since");
    visit_expect(visit, "[+][2-9][0-9] .*<uuid>.jsonl");
    vt_key(visit->vt, "O");
    visit_expect(visit, "kept for later: .*watched since");
}

static void test_goes_on(void)
{
    struct memory memory;
    struct visit visit;

    memory_init(&memory, NULL);
    if (visit_start(&visit, &memory.options)) {
        visit_expect(&visit, "[+][2-9][0-9] .*<uuid>.jsonl");
        visit_quit(&visit);
        g_autofree char *recording = recording_of(&memory);

        g_assert_nonnull(recording);
        second_visit(&memory, &visit);
        visit_end(&visit);
    }
    memory_clear(&memory);
}

/* A terminal that is closed, or a kill, loses the last seconds at most. */
static void test_after_a_kill(void)
{
    struct memory memory;
    struct visit visit;

    memory_init(&memory, NULL);
    if (visit_start(&visit, &memory.options)) {
        visit_expect(&visit, "[+][3-9][0-9] .*<uuid>.jsonl");
        kill(vt_pid(visit.vt), SIGKILL);
        second_visit(&memory, &visit);
        visit_end(&visit);
    }
    memory_clear(&memory);
}

static void test_off(void)
{
    static const char *const off[] = {"--no-remember", NULL};
    struct memory memory;
    struct visit visit;

    memory_init(&memory, off);
    if (visit_start(&visit, &memory.options)) {
        visit_expect(&visit, "<uuid>.jsonl");
        vt_key(visit.vt, "O");
        visit_expect(&visit, "nothing is kept for later");
        visit_escape(&visit);
        visit_quit(&visit);
        g_assert_null(recording_of(&memory));
        visit_end(&visit);
    }
    memory_clear(&memory);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/remember/goes-on", test_goes_on);
    g_test_add_func("/remember/after-a-kill", test_after_a_kill);
    g_test_add_func("/remember/off", test_off);
    return g_test_run();
}
