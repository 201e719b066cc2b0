#include "tests/support/go_tool.h"

#include <glib.h>
#include <stdint.h>
#include <stdlib.h>

char *go_tool_find(const char *go)
{
    const char *argv[] = {go, "tool", "-n", "pprof", NULL};
    g_autofree char *out = NULL, *program = NULL;
    int status;

    /* once through go, which builds the program if need be */
    const char *warm[] = {go, "tool", "pprof", "-h", NULL};

    if (!g_spawn_sync(NULL, (char **)(uintptr_t)warm, NULL,
                      G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL,
                      NULL, &status, NULL))
        return NULL;
    if (!g_spawn_sync(NULL, (char **)(uintptr_t)argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                      &out, NULL, &status, NULL) ||
        status != 0)
        return NULL;
    program = g_strdup(g_strstrip(out));
    return g_file_test(program, G_FILE_TEST_IS_EXECUTABLE) ? g_steal_pointer(&program) : NULL;
}

static void in_utc(gpointer data)
{
    (void)data;
    setenv("TZ", "UTC", 1);
}

char *go_tool_run(const char *tool, const char *const *args, const char *dir)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autofree char *out = NULL, *err = NULL;
    int status;

    g_ptr_array_add(argv, (gpointer)(uintptr_t)tool);
    for (size_t i = 0; args[i] != NULL; i++)
        g_ptr_array_add(argv, (gpointer)(uintptr_t)args[i]);
    g_ptr_array_add(argv, NULL);
    g_assert_true(
        g_spawn_sync(dir, (char **)argv->pdata, NULL, 0, in_utc, NULL, &out, &err, &status, NULL));
    return status == 0 ? g_steal_pointer(&out) : NULL;
}
