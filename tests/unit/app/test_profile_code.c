/* Where source lines are looked for, and what of them is shown. */

#include "app/tui/screens/profile/profile_code.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

struct fixture_code {
    char *root, *before;
};

static void write_file(const struct fixture_code *f, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(f->root, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);

    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void set_up(struct fixture_code *f, gconstpointer user)
{
    (void)user;
    g_autofree char *made = g_dir_make_tmp("sidescope-test-code-XXXXXX", NULL);
    g_autofree char *go = NULL, *modules = NULL;

    f->before = g_get_current_dir();
    f->root = g_steal_pointer(&made);
    go = g_build_filename(f->root, "go", NULL);
    modules = g_build_filename(f->root, "mod", NULL);
    g_setenv("GOROOT", go, TRUE);
    g_setenv("GOMODCACHE", modules, TRUE);
    write_file(f, "go/src/bufio/scan.go", "package bufio\n\nfunc scan() {\n\tcall()\n}\n");
    write_file(f, "mod/github.com/x/y@v1.2.3/a.go", "one\r\ntwo\r\n");
    write_file(f, "work/internal/stage/hold.go", "a\n\tb\tc");
    write_file(f, "work/cmd/main.go", "main\n");
}

static void remove_tree(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *below = g_build_filename(path, name, NULL);

        if (g_file_test(below, G_FILE_TEST_IS_DIR))
            remove_tree(below);
        else
            g_unlink(below);
    }
    g_rmdir(path);
}

static void tear_down(struct fixture_code *f, gconstpointer user)
{
    (void)user;
    g_assert_cmpint(g_chdir(f->before), ==, 0);
    remove_tree(f->root);
    g_free(f->root);
    g_free(f->before);
}

static char *joined(const struct profile_code *code)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < code->lines->len; i++)
        g_string_append_printf(out, "%d:%s|", (int)(code->first + (int64_t)i),
                               (const char *)g_ptr_array_index(code->lines, i));
    return g_string_free(out, FALSE);
}

static void check(const char *file, int64_t from, int64_t to, const char *expected)
{
    struct profile_code *code = profile_code_read(file, from, to);
    g_autofree char *lines = joined(code);

    g_assert_cmpstr(code->missing, ==, NULL);
    g_assert_nonnull(code->path);
    g_assert_cmpstr(lines, ==, expected);
    profile_code_free(code);
}

static void test_places(struct fixture_code *f, gconstpointer user)
{
    g_autofree char *inside = g_build_filename(f->root, "work", "cmd", NULL);
    g_autofree char *absolute = g_build_filename(f->root, "work", "cmd", "main.go", NULL);

    (void)user;
    check(absolute, 1, 9, "1:main|");
    check("bufio/scan.go", 3, 4, "3:func scan() {|4:    call()|");
    check("github.com/x/y@v1.2.3/a.go", 1, 9, "1:one|2:two|");
    g_assert_cmpint(g_chdir(inside), ==, 0);
    /* of the module started in, whatever its folder is called */
    check("github.com/marcus/sidecar/internal/stage/hold.go", -4, 9, "1:a|2:    b   c|");
}

static void test_missing(struct fixture_code *f, gconstpointer user)
{
    struct profile_code *code = profile_code_read("github.com/x/gone.go", 1, 9);

    (void)user;
    g_assert_null(code->path);
    g_assert_cmpuint(code->lines->len, ==, 0);
    g_assert_nonnull(strstr(code->missing, "github.com/x/gone.go was not found"));
    g_assert_nonnull(strstr(code->missing, f->root));
    profile_code_free(code);
    code = profile_code_read("", 1, 9);
    g_assert_nonnull(code->missing);
    profile_code_free(code);
    code = profile_code_read("main.go", 1, 9); /* a name alone could be anybody's */
    g_assert_null(code->path);
    profile_code_free(code);
}

static void test_edges(struct fixture_code *f, gconstpointer user)
{
    g_autoptr(GString) many = g_string_new(NULL);
    g_autofree char *path = g_build_filename(f->root, "many.go", NULL);

    (void)user;
    for (int i = 0; i < 20000; i++)
        g_string_append(many, "x\n");
    write_file(f, "many.go", many->str);
    struct profile_code *code = profile_code_read(path, 1, INT64_MAX);

    g_assert_cmpuint(code->lines->len, ==, 5000);
    profile_code_free(code);
    check(path, 20000, 30000, "20000:x|");
    check(path, 30000, 40000, "");
    code = profile_code_read(f->root, 1, 9); /* a folder */
    g_assert_null(code->path);
    profile_code_free(code);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/profile-code/places", struct fixture_code, NULL, set_up, test_places, tear_down);
    g_test_add("/profile-code/missing", struct fixture_code, NULL, set_up, test_missing, tear_down);
    g_test_add("/profile-code/edges", struct fixture_code, NULL, set_up, test_edges, tear_down);
    return g_test_run();
}
