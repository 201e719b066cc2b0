#include "app/tui/shell/editor.h"

static void test_command(void)
{
    static const struct {
        const char *editor, *words;
    } cases[] = {
        {"vi", "vi|+7|/src/a b.go"},
        {"nano -w", "nano|-w|+7|/src/a b.go"},
        {"'/opt/my vim/vim' -n", "/opt/my vim/vim|-n|+7|/src/a b.go"},
        {"code -w", "code|-w|--goto|/src/a b.go:7"},
        {"/usr/bin/hx", "/usr/bin/hx|/src/a b.go:7"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_auto(GStrv) argv = editor_command(cases[i].editor, "/src/a b.go", 7, &error);

        g_assert_no_error(error);
        g_autofree char *words = g_strjoinv("|", argv);

        g_assert_cmpstr(words, ==, cases[i].words);
    }
}

static void test_unknown_line(void)
{
    g_auto(GStrv) argv = editor_command("vi", "/x.go", 0, NULL);

    g_assert_cmpstr(argv[1], ==, "+1");
}

static void test_no_command(void)
{
    static const char *const editors[] = {"", "   ", "vi 'x"};

    for (size_t i = 0; i < G_N_ELEMENTS(editors); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(editor_command(editors[i], "/x.go", 1, &error));
        g_assert_nonnull(error);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/editor/command", test_command);
    g_test_add_func("/editor/unknown-line", test_unknown_line);
    g_test_add_func("/editor/no-command", test_no_command);
    return g_test_run();
}
