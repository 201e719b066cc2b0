#include "tests/support/visit.h"

#include <stdint.h>
#include <sys/wait.h>

enum { ESCAPE_QUIET_MS = 80, ESCAPE_SEEN_MS = 3000 };

static const char *const quiet_env[] = {"TERM=xterm-256color", "COLORTERM", "NO_COLOR",
                                        "XDG_CONFIG_HOME=/dev/null"};

static void add_all(GPtrArray *out, const char *const *texts)
{
    for (; texts != NULL && *texts != NULL; texts++)
        g_ptr_array_add(out, (gpointer)(uintptr_t)*texts);
}

static struct vt *start(const char *pid, const char *const *arguments, const char *const *env,
                        int lines, int cols)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autoptr(GPtrArray) all_env = g_ptr_array_new();

    g_ptr_array_add(argv, (gpointer)SIDESCOPE_BIN);
    if (pid != NULL)
        g_ptr_array_add(argv, (gpointer)(uintptr_t)pid);
    add_all(argv, arguments);
    g_ptr_array_add(argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(quiet_env); i++)
        g_ptr_array_add(all_env, (gpointer)(uintptr_t)quiet_env[i]);
    add_all(all_env, env);
    g_ptr_array_add(all_env, NULL);
    return vt_start(&(struct vt_options){.argv = (const char *const *)(void *)argv->pdata,
                                         .env = (const char *const *)(void *)all_env->pdata,
                                         .lines = lines,
                                         .cols = cols});
}

bool visit_start(struct visit *visit, const struct visit_options *options)
{
    g_autoptr(GError) error = NULL;

    if (!target_available()) {
        g_test_skip("no Go: the target was not built");
        return false;
    }
    visit->stage = target_start(options->stage, &error);
    g_assert_no_error(error);
    visit->pid = g_strdup_printf("%d", (int)target_pid(visit->stage));
    visit->vt = start(visit->pid, options->arguments, options->env, options->lines, options->cols);
    return true;
}

void visit_again(struct visit *visit, const struct visit_options *options)
{
    vt_free(visit->vt);
    visit->vt = start(visit->pid, options->arguments, options->env, options->lines, options->cols);
}

void visit_end(struct visit *visit)
{
    vt_free(visit->vt);
    target_stop(visit->stage);
    g_free(visit->pid);
}

struct vt *visit_program(const char *const *arguments, int lines, int cols)
{
    return start(NULL, arguments, NULL, lines, cols);
}

void visit_expect(struct visit *visit, const char *pattern)
{
    if (vt_wait_text(visit->vt, pattern, VISIT_SOON_MS))
        return;
    vt_dump(visit->vt);
    g_error("the screen never showed %s", pattern);
}

void visit_expect_gone(struct visit *visit, const char *pattern)
{
    if (vt_wait_gone(visit->vt, pattern, VISIT_SOON_MS))
        return;
    vt_dump(visit->vt);
    g_error("the screen went on showing %s", pattern);
}

void visit_escape(struct visit *visit)
{
    guint64 before = vt_received_bytes(visit->vt);
    gint64 until = g_get_monotonic_time() + (gint64)ESCAPE_SEEN_MS * 1000;

    vt_key(visit->vt, "Escape");
    while (vt_received_bytes(visit->vt) == before && g_get_monotonic_time() < until)
        vt_live(visit->vt, ESCAPE_QUIET_MS); /* a busy machine: it has not been read yet */
    vt_settle(visit->vt, ESCAPE_QUIET_MS);
}

void visit_quit(struct visit *visit)
{
    int status;

    vt_key(visit->vt, "q");
    g_assert_true(vt_wait_exit(visit->vt, VISIT_SOON_MS, &status));
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
    g_assert_false(vt_altscreen(visit->vt));
}
