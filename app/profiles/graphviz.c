#include "app/profiles/graphviz.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdint.h>

static bool fail(GError **error, const char *why)
{
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                "the graph cannot be drawn: %s (-dot writes it for another machine)", why);
    return false;
}

/* What dot said on its error stream, without its last newline. */
static char *words_of(GBytes *errors)
{
    gsize n;
    const char *text = g_bytes_get_data(errors, &n);

    return g_strchomp(g_strndup(text != NULL ? text : "", n));
}

bool graphviz_draw(GString *graph, const char *format, GError **error)
{
    g_autofree char *option = g_strconcat("-T", format, NULL);
    g_autoptr(GBytes) input = g_bytes_new(graph->str, graph->len), output = NULL, errors = NULL;
    g_autoptr(GError) cause = NULL;
    g_autoptr(GSubprocess) dot =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                             G_SUBPROCESS_FLAGS_STDERR_PIPE,
                         &cause, "dot", option, NULL);

    if (dot == NULL)
        return fail(error, "it takes Graphviz's program dot, which is not installed here");
    if (!g_subprocess_communicate(dot, input, NULL, &output, &errors, &cause))
        return fail(error, cause->message);
    if (!g_subprocess_get_successful(dot)) {
        g_autofree char *words = words_of(errors);

        return fail(error, words);
    }
    gsize n;
    const char *drawn = g_bytes_get_data(output, &n);

    g_string_truncate(graph, 0);
    g_string_append_len(graph, drawn, (gssize)n);
    return true;
}

bool graphviz_is_drawn(const char *path)
{
    GStatBuf info;

    if (g_stat(path, &info) == 0 && info.st_size > 0)
        return true;
    g_unlink(path);
    return false;
}

bool graphviz_show(const char *path, GError **error)
{
#ifdef __APPLE__
    static const char opener[] = "open";
#else
    static const char opener[] = "xdg-open";
#endif
    const char *const argv[] = {opener, path, NULL};
    const GSpawnFlags flags =
        G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL;

    if (g_spawn_async(NULL, (char **)(uintptr_t)argv, NULL, flags, NULL, NULL, NULL, NULL))
        return true;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "there is no %s here; the graph is in %s",
                opener, path);
    return false;
}
