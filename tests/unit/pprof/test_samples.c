#include "tool_args.h"

#include <string.h>

/*
 * What go tool pprof of Go 1.19 prints for the recorded profiles, compared whole.
 * Each expected text begins with "$ go tool pprof …".
 */

static const char prompt[] = "$ go tool pprof ";

static char *samples_dir(const char *below)
{
    return g_build_filename(SIDESCOPE_SAMPLES_DIR, "pprof", below, NULL);
}

static bool have_samples(void)
{
    g_autofree char *dir = samples_dir("expected");

    if (g_file_test(dir, G_FILE_TEST_IS_DIR))
        return true;
    g_test_skip("the sample profiles are not beside this tree");
    return false;
}

/* What the tool refuses, this library must refuse, except where it is meant to know more. */
static bool may_know_more(const char *command)
{
    return strstr(command, "threadcreate.debug1.txt") != NULL;
}

static void check_block(const char *command, const char *expected, const char *dir)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) args = g_strsplit(command, " ", -1);
    g_autofree char *text =
        tool_args_run((const char *const *)args, dir, REPORT_DIALECT_GO_1_19, &error);
    bool refused = strstr(expected, "failed to fetch") != NULL ||
                   strstr(expected, "incompatible") != NULL ||
                   strstr(expected, "inconsistent") != NULL;

    g_test_message("%s", command);
    if (may_know_more(command))
        g_assert_nonnull(text);
    else if (refused)
        g_assert_null(text);
    else {
        g_assert_no_error(error);
        tool_assert_equal(command, text, expected);
    }
}

/* A file of one or more commands, each with its output and, between commands, an empty line. */
static void check_file(const char *name, const char *dir)
{
    g_autofree char *path =
        g_build_filename(SIDESCOPE_SAMPLES_DIR, "pprof", "expected", name, NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;

    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    for (char *at = text; g_str_has_prefix(at, prompt);) {
        char *command = at + strlen(prompt), *output = strchr(command, '\n') + 1;
        g_autofree char *next_mark = g_strconcat("\n\n", prompt, NULL);
        char *next = strstr(output, next_mark);
        g_autofree char *expected =
            next != NULL ? g_strndup(output, (gsize)(next + 1 - output)) : g_strdup(output);

        output[-1] = '\0';
        if (next == NULL && strcmp(name, "edge.txt") == 0 && g_str_has_suffix(expected, "\n\n"))
            expected[strlen(expected) - 1] = '\0';
        check_block(command, expected, dir);
        if (next == NULL)
            return;
        at = next + 2;
    }
}

static void test_expected(void)
{
    g_autofree char *dir = samples_dir("");
    g_autofree char *expected = samples_dir("expected");

    if (!have_samples())
        return;
    g_autoptr(GDir) files = g_dir_open(expected, 0, NULL);

    for (const char *name; (name = g_dir_read_name(files)) != NULL;)
        /* the tool cannot name the frames of a text profile, this library can */
        if (strcmp(name, "edge.txt") != 0 && strcmp(name, "heap-after.debug1-as-legacy.txt") != 0)
            check_file(name, dir);
}

static void test_edge(void)
{
    g_autofree char *dir = samples_dir("edge");

    if (have_samples())
        check_file("edge.txt", dir);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pprof/samples/expected", test_expected);
    g_test_add_func("/pprof/samples/edge", test_edge);
    return g_test_run();
}
