#include "app/ground/tools.h"

#include "probes/http.h"
#include "probes/macos/run.h"

#include <string.h>
#include <tickit.h>

enum { TIMEOUT_MS = 3000, MAX_BYTES = 64 * 1024 };

/* lsof tells its version in the second line, on either stream. */
static char *line_with_digit(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (size_t i = 0; lines[i] != NULL; i++)
        if (strpbrk(lines[i], "0123456789") != NULL)
            return g_strdup(g_strstrip(lines[i]));
    return g_strdup(lines[0] != NULL ? g_strstrip(lines[0]) : "");
}

char *tools_first_line(const char *const *argv)
{
    struct runner runner = {0};
    struct run_spec spec = {.argv = argv, .timeout_ms = TIMEOUT_MS, .max_bytes = MAX_BYTES};
    struct run_result result;
    char *line = NULL;

    run_tool(&runner, &spec, &result);
    if (result.outcome != RUN_MISSING && result.outcome != RUN_FAILED)
        line = line_with_digit(result.output->len > 0 ? result.output->str : result.errors->str);
    run_result_clear(&result);
    runner_clear(&runner);
    return line;
}

static void tool_free(void *data)
{
    struct tool *tool = data;

    g_free(tool->name);
    g_free(tool->version);
    g_free(tool);
}

/* Takes version; NULL: not there. */
static void add(GPtrArray *tools, const char *name, char *version)
{
    struct tool *tool;

    if (version == NULL)
        return;
    tool = g_new0(struct tool, 1);
    tool->name = g_strdup(name);
    tool->version = version;
    g_ptr_array_add(tools, tool);
}

GPtrArray *tools_probe(void)
{
    static const struct {
        const char *name;
        const char *argv[4];
    } programs[] = {
        {"ps", {"ps", "-V", NULL}},
        {"lsof", {"lsof", "-v", NULL}},
        {"go", {"go", "version", NULL}},
        {"vmmap", {"vmmap", "-version", NULL}},
        {"footprint", {"footprint", "--version", NULL}},
        {"tmux", {"tmux", "-V", NULL}},
    };
    GPtrArray *tools = g_ptr_array_new_with_free_func(tool_free);

    for (size_t i = 0; i < G_N_ELEMENTS(programs); i++)
        add(tools, programs[i].name, tools_first_line(programs[i].argv));
    add(tools, "GLib",
        g_strdup_printf("%u.%u.%u", glib_major_version, glib_minor_version, glib_micro_version));
    add(tools, "libcurl", g_strdup(http_library_version()));
    add(tools, "libtickit",
        g_strdup_printf("%d.%d.%d", tickit_version_major(), tickit_version_minor(),
                        tickit_version_patch()));
    return tools;
}
