/*
 * The program's report commands beside go tool pprof on profiles of a running
 * process, fetched once and given to both: whole outputs, byte for byte.
 */

#include "probes/http.h"
#include "tests/support/go_tool.h"
#include "tests/support/target.h"

#include <glib/gstdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static char *tool, *dir; /* of the tool; where the profiles are */

static const char commands[] = "goroutines recv 40; heap scanner 24M; heap json 8M; cpu poll 1";

/* --- the profiles --- */

static void fetch(struct http_client *client, int port, const char *path, const char *name)
{
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%d/debug/pprof/%s", port, path);
    g_autofree char *file = g_build_filename(dir, name, NULL);
    struct http_request request = {.url = url};
    struct http_response response;
    g_autoptr(GError) error = NULL;

    http_get(client, &request, &response, &error);
    g_assert_no_error(error);
    g_assert_true(
        g_file_set_contents(file, (const char *)response.body->data, response.body->len, NULL));
    http_response_clear(&response);
}

static void fetch_all(struct stage *stage)
{
    struct http_client *client = http_client_new();
    int port = target_pprof_port(stage);

    fetch(client, port, "heap?gc=1", "before");
    fetch(client, port, "goroutine", "goroutine-before");
    target_do(stage, "heap scanner 16M");
    target_do(stage, "goroutines recv 10");
    fetch(client, port, "heap?gc=1", "heap");
    fetch(client, port, "allocs", "allocs");
    fetch(client, port, "goroutine", "goroutine");
    fetch(client, port, "threadcreate", "threadcreate");
    fetch(client, port, "profile?seconds=1", "cpu");
    http_client_free(client);
}

/* --- comparing --- */

static char *run_own(const char *const *args, const char *command)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autofree char *out = NULL, *err = NULL;
    int status;

    g_ptr_array_add(argv, (gpointer) "env");
    g_ptr_array_add(argv, (gpointer) "TZ=UTC");
    /* the tool does not look there for sources */
    g_ptr_array_add(argv, (gpointer) "GOROOT=/nonexistent");
    g_ptr_array_add(argv, (gpointer) "GOMODCACHE=/nonexistent");
    g_ptr_array_add(argv, (gpointer)SIDESCOPE_BIN);
    g_ptr_array_add(argv, (gpointer)(uintptr_t)command);
    for (size_t i = 0; args[i] != NULL; i++)
        g_ptr_array_add(argv, (gpointer)(uintptr_t)args[i]);
    g_ptr_array_add(argv, NULL);
    g_assert_true(g_spawn_sync(dir, (char **)argv->pdata, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                               &out, &err, &status, NULL));
    return status == 0 ? g_steal_pointer(&out) : NULL;
}

static gint compare_lines(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Without the running sum of a row, which is as its order. */
static char *sorted_lines(const char *text)
{
    g_autoptr(GRegex) sum =
        g_regex_new("^( *\\S+ +[\\d.]+%) +[\\d.]+%", G_REGEX_MULTILINE, 0, NULL);
    g_autofree char *bare = g_regex_replace(sum, text, -1, 0, "\\1", 0, NULL);
    g_auto(GStrv) lines = g_strsplit(bare, "\n", -1);

    qsort(lines, g_strv_length(lines), sizeof *lines, compare_lines);
    return g_strjoinv("\n", lines);
}

/* Values of a label that weigh the same are in no order with the tool, nor are files printed alike
 * that only differ in what binary they are of. */
static bool is_tie(const char *command, const char *args, const char *own, const char *theirs)
{
    g_autofree char *a = sorted_lines(own), *b = sorted_lines(theirs);

    return (strcmp(command, "tags") == 0 || strstr(args, "-files") != NULL) && strcmp(a, b) == 0;
}

static void fail_at_line(const char *what, const char *own, const char *theirs)
{
    g_auto(GStrv) a = g_strsplit(own, "\n", -1), b = g_strsplit(theirs, "\n", -1);

    for (size_t i = 0;; i++)
        if (g_strcmp0(a[i], b[i]) != 0)
            g_error("%s: line %zu is '%s', the tool says '%s'", what, i + 1, a[i], b[i]);
}

/* args: flags and sources as both take them; pattern: of peek. */
static void compare(const char *command, const char *pattern, const char *const *args)
{
    g_autoptr(GPtrArray) own_args = g_ptr_array_new();
    g_autoptr(GPtrArray) tool_args = g_ptr_array_new();
    g_autofree char *flag = pattern != NULL ? g_strdup_printf("-%s=%s", command, pattern)
                                            : g_strdup_printf("-%s", command);
    g_autofree char *joined = g_strjoinv(" ", (char **)(uintptr_t)args);
    g_autofree char *what = g_strdup_printf("%s %s in %s", flag, joined, dir);

    g_ptr_array_add(tool_args, flag);
    g_ptr_array_add(tool_args, (gpointer) "-symbolize=none");
    if (pattern != NULL)
        g_ptr_array_add(own_args, (gpointer)(uintptr_t)pattern);
    for (size_t i = 0; args[i] != NULL; i++) {
        g_ptr_array_add(own_args, (gpointer)(uintptr_t)args[i]);
        g_ptr_array_add(tool_args, (gpointer)(uintptr_t)args[i]);
    }
    g_ptr_array_add(own_args, NULL);
    g_ptr_array_add(tool_args, NULL);
    g_autofree char *theirs = go_tool_run(tool, (const char *const *)tool_args->pdata, dir);
    g_autofree char *own = run_own((const char *const *)own_args->pdata, command);

    if (theirs == NULL || own == NULL) {
        if (theirs != own)
            g_error("%s: %s refuses", what, own == NULL ? "the program" : "the tool");
    } else if (strcmp(own, theirs) != 0 && !is_tie(command, joined, own, theirs)) {
        fail_at_line(what, own, theirs);
    }
}

/* Every report with every option, on one profile. */
static void compare_profile(const char *name)
{
    static const char *const options[][4] = {
        {NULL},
        {"-cum"},
        {"--cum"},
        {"-lines"},
        {"-files"},
        {"-filefunctions"},
        {"-addresses"},
        {"-functions", "-noinlines"},
        {"-nodecount=3"},
        {"-nodecount", "5", "-cum"},
        {"-nodefraction=0", "-edgefraction=0"},
        {"-nodefraction=0.2"},
        {"-edgefraction=0.1"},
        {"-trim=false"},
        {"-sample_index=0"},
        {"-unit=auto"},
        {"-unit=kb"},
        {"-unit=ms"},
        {"-focus=main|stage"},
        {"-ignore=runtime"},
        {"-hide=^runtime\\."},
        {"-show=main|runtime"},
        {"-show_from=main", "-relative_percentages"},
        {"-prune_from=main"},
        {"-tagfocus=1kb:"},
        {"-tagshow=bytes"},
        {"-focus=no-such-function"},
    };
    static const char *const kinds[] = {"top", "tree", "traces"};

    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        const char *args[6] = {NULL};
        size_t n = 0;

        for (; n < 4 && options[i][n] != NULL; n++)
            args[n] = options[i][n];
        args[n] = name;
        for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++)
            compare(kinds[k], NULL, args);
    }
}

static void compare_others(const char *name)
{
    const char *plain[] = {name, NULL};
    const char *focused[] = {"-focus", "main", name, NULL};
    const char *lines[] = {"-lines", name, NULL};

    compare("peek", "main|runtime", plain);
    compare("peek", "runtime", lines);
    compare("peek", "no-such-function", plain);
    compare("list", "main|stage", plain);
    compare("list", "no-such-function", plain);
    compare("tags", NULL, plain);
    compare("raw", NULL, plain);
    compare("raw", NULL, focused);
}

static void compare_pair(const char *before, const char *after)
{
    static const char *const kinds[] = {"top", "tree", "traces", "tags", "raw"};
    const char *base[] = {"-base", before, after, NULL};
    const char *diff[] = {"-diff_base", before, after, NULL};
    const char *grown[] = {"-base", before, "-drop_negative", "-cum", after, NULL};
    const char *both[] = {before, after, NULL};

    for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
        compare(kinds[k], NULL, base);
        compare(kinds[k], NULL, diff);
        compare(kinds[k], NULL, grown);
        compare(kinds[k], NULL, both);
    }
    compare("peek", "main", diff);
}

/* --- tests --- */

static bool have_profiles(void)
{
    if (dir == NULL)
        g_test_skip("there is no Go, so nothing to compare with");
    return dir != NULL;
}

static void test_profile(gconstpointer name)
{
    if (!have_profiles())
        return;
    compare_profile(name);
    compare_others(name);
}

static void test_types(void)
{
    static const char *const types[] = {"-inuse_space", "-inuse_objects", "-alloc_space",
                                        "-alloc_objects", "-sample_index=alloc_space"};

    if (!have_profiles())
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        const char *args[] = {types[i], "heap", NULL};

        compare("top", NULL, args);
        compare("tree", NULL, args);
    }
}

static void test_pairs(void)
{
    if (!have_profiles())
        return;
    compare_pair("before", "heap");
    compare_pair("goroutine-before", "goroutine");
}

static void prepare(void)
{
    g_autoptr(GError) error = NULL;

    tool = go_tool_find(SIDESCOPE_GO);
    if (tool == NULL || !target_available())
        return;
    g_autoptr(stage_auto) stage =
        target_start(&(struct stage_options){.commands = commands}, &error);

    g_assert_no_error(error);
    dir = g_dir_make_tmp("sidescope-live-XXXXXX", NULL);
    fetch_all(stage);
}

static void clean_up(void)
{
    g_autoptr(GDir) entries = dir != NULL ? g_dir_open(dir, 0, NULL) : NULL;

    for (const char *name; entries != NULL && (name = g_dir_read_name(entries)) != NULL;) {
        g_autofree char *path = g_build_filename(dir, name, NULL);

        g_remove(path);
    }
    if (dir != NULL)
        g_rmdir(dir);
    g_free(dir);
    g_free(tool);
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"heap", "allocs", "goroutine", "threadcreate", "cpu"};

    g_test_init(&argc, &argv, NULL);
    prepare();
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_strconcat("/pprof/live/", names[i], NULL);

        g_test_add_data_func(path, names[i], test_profile);
    }
    g_test_add_func("/pprof/live/types", test_types);
    g_test_add_func("/pprof/live/pairs", test_pairs);
    int result = g_test_run();

    clean_up();
    return result;
}
