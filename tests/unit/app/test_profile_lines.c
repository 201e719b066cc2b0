/* Where source files are looked for on behalf of screens, and what lines are shown of them. */

#include "app/profiles/source_files.h"
#include "app/tui/screens/profile/profile_lines.h"
#include "app/tui/shell/editor.h"
#include "tests/support/remove.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

struct fixture_code {
    char *root, *before, *go, *modules;
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
    f->before = g_get_current_dir();
    f->root = g_steal_pointer(&made);
    f->go = g_build_filename(f->root, "go", NULL);
    f->modules = g_build_filename(f->root, "mod", NULL);
    g_setenv("GOROOT", f->go, TRUE);
    g_setenv("GOMODCACHE", f->modules, TRUE);
    write_file(f, "go/src/bufio/scan.go", "package bufio\n\nfunc scan() {\n\tcall()\n}\n");
    write_file(f, "mod/github.com/x/y@v1.2.3/a.go", "one\r\ntwo\r\n");
    write_file(f, "work/internal/stage/hold.go", "a\n\tb\tc");
    write_file(f, "work/cmd/main.go", "main\n");
}

static void tear_down(struct fixture_code *f, gconstpointer user)
{
    (void)user;
    g_assert_cmpint(g_chdir(f->before), ==, 0);
    remove_tree(f->root);
    g_free(f->root);
    g_free(f->before);
    g_free(f->go);
    g_free(f->modules);
}

/* --- finding --- */

static struct source_files files_of(const struct fixture_code *f)
{
    return (struct source_files){
        .goroot = f->go, .module_cache = f->modules, .searches_more = true};
}

static void expect(const struct fixture_code *f, const char *file, const char *below)
{
    const struct source_files files = files_of(f);
    g_autoptr(GError) error = NULL;
    g_autofree char *path = source_files_find(&files, file, &error);
    g_autofree char *expected = g_build_filename(f->root, below, NULL);

    g_assert_no_error(error);
    g_assert_cmpstr(path, ==, expected);
    /* and it is read from there */
    g_autofree char *read_path = NULL, *text = NULL;
    g_autoptr(GBytes) bytes = source_files_read_at(&files, file, &read_path, &error);
    gsize n;

    g_assert_cmpstr(read_path, ==, expected);
    g_assert_true(g_file_get_contents(expected, &text, &n, NULL));
    g_autoptr(GBytes) wanted = g_bytes_new(text, n);

    g_assert_true(g_bytes_equal(bytes, wanted));
}

static void expect_missing(const struct fixture_code *f, const char *file, const char *words)
{
    const struct source_files files = files_of(f);
    g_autoptr(GError) error = NULL;

    g_assert_null(source_files_find(&files, file, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
    g_assert_nonnull(strstr(error->message, words));
}

static void test_places(struct fixture_code *f, gconstpointer user)
{
    g_autofree char *inside = g_build_filename(f->root, "work", "cmd", NULL);
    g_autofree char *absolute = g_build_filename(f->root, "work", "cmd", "main.go", NULL);

    (void)user;
    expect(f, absolute, "work/cmd/main.go");
    expect(f, "bufio/scan.go", "go/src/bufio/scan.go");
    expect(f, "github.com/x/y@v1.2.3/a.go", "mod/github.com/x/y@v1.2.3/a.go");
    g_assert_cmpint(g_chdir(inside), ==, 0);
    expect(f, absolute, "work/cmd/main.go"); /* though the tool would look for it below cmd */
    /* of the module started in, whatever its folder is called */
    expect(f, "github.com/marcus/sidecar/internal/stage/hold.go", "work/internal/stage/hold.go");
    expect(f, "/build/cmd/main.go", "work/cmd/main.go");
}

static void test_missing(struct fixture_code *f, gconstpointer user)
{
    (void)user;
    expect_missing(f, "github.com/x/gone.go", "The source github.com/x/gone.go was not found");
    expect_missing(f, "github.com/x/gone.go", f->before); /* where it was looked for */
    g_assert_cmpint(g_chdir("/"), ==, 0);
    expect_missing(f, "github.com/x/gone.go", "looked for /github.com/x/gone.go"); /* one slash */
    expect_missing(f, "/no/such.go", "looked for /no/such.go");
    expect_missing(f, "elsewhere/scan.go", "was not found"); /* a name alone could be anybody's */
    expect_missing(f, f->root, "was not found");             /* a folder */
    expect_missing(f, "x/../../src/cmd/main.go", "was not found");
}

/* The go on PATH belongs to a tree with sources, behind its links. */
static void test_goroot(struct fixture_code *f, gconstpointer user)
{
    g_autofree char *bin = g_build_filename(f->root, "bin", NULL);
    g_autofree char *link = g_build_filename(bin, "go", NULL);
    g_autofree char *go = g_build_filename(f->go, "bin", "go", NULL);
    g_autofree char *path = g_strdup(g_getenv("PATH"));

    (void)user;
    write_file(f, "go/bin/go", "");
    g_assert_cmpint(g_chmod(go, 0700), ==, 0);
    g_assert_cmpint(g_mkdir(bin, 0700), ==, 0);
    g_assert_cmpint(symlink("../go/bin/go", link), ==, 0);
    g_unsetenv("GOROOT");
    g_setenv("PATH", bin, TRUE);
    g_autofree char *root = source_files_goroot();

    g_setenv("PATH", path, TRUE);
    g_assert_cmpstr(root, ==, f->go);
}

/* --- lines --- */

static struct profile_lines *lines_of(const char *file, const char *function)
{
    g_autofree char *heap =
        g_strdup_printf("heap profile: 1: 3000 [1: 3000] @ heap/2\n"
                        "1: 1000 [1: 1000] @ 0x401001\n#\t0x401000\tmain.scan+0x10\t%s:7\n\n"
                        "1: 1000 [1: 1000] @ 0x402001\n#\t0x402000\tmain.scanner+0x10\tx/y.go:1\n\n"
                        "1: 1000 [1: 1000] @ 0x403001\n#\t0x403000\tmain.s\\Ecan+0x10\t%s:20007\n",
                        file, file);
    g_autoptr(profile_auto) profile = profile_decode((const uint8_t *)heap, strlen(heap), NULL);
    const struct top_options options = top_options_of_tool();

    return profile_lines_read(profile, &options, function);
}

static char *joined(const struct profile_lines *lines)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < lines->lines->len; i++)
        g_string_append_printf(out, "%d:%s|", (int)(lines->first + (int64_t)i),
                               (const char *)g_ptr_array_index(lines->lines, i));
    return g_string_free(out, FALSE);
}

static void expect_lines(const char *file, const char *function, const char *expected)
{
    struct profile_lines *lines = lines_of(file, function);
    g_autofree char *text = joined(lines);

    g_assert_cmpstr(lines->missing, ==, NULL);
    g_assert_nonnull(lines->path);
    g_assert_cmpstr(text, ==, expected);
    profile_lines_free(lines);
}

static void test_lines(struct fixture_code *f, gconstpointer user)
{
    g_autoptr(GString) many = g_string_new(NULL);

    (void)user;
    expect_lines("bufio/scan.go", "main.scan", "2:|3:func scan() {|4:    call()|5:}|");
    expect_lines("github.com/x/y@v1.2.3/a.go", "main.scan", "2:two|");
    for (int i = 0; i < 20004; i++)
        g_string_append(many, "a\tb\tc\n");
    write_file(f, "go/src/x/many.go", many->str);
    expect_lines("x/many.go", "main.s\\Ecan", "20002:a   b   c|20003:a   b   c|20004:a   b   c|");
}

static void test_no_lines(struct fixture_code *f, gconstpointer user)
{
    struct profile_lines *lines = lines_of("nowhere/m.go", "main.scan");

    (void)f;
    (void)user;
    g_assert_null(lines->path);
    g_assert_cmpuint(lines->lines->len, ==, 0);
    g_assert_nonnull(strstr(lines->missing, "The source nowhere/m.go was not found"));
    profile_lines_free(lines);
    lines = lines_of("nowhere/m.go", "main.none");
    g_assert_nonnull(lines->missing);
    profile_lines_free(lines);
}

/* A file that is no source, one outside of every root, and one of another version: neither shown
 * nor opened. */
static void test_rules(struct fixture_code *f, gconstpointer user)
{
    static const struct {
        const char *name, *text;
        const char *says;
    } cases[] = {
        {"work/shadow", "1\n2\n3\n4\n5\n6\nroot\n", "no ending of a Go"},
        {"elsewhere/a.go", "package a\n\n\n\n\nfunc scan() {\n}\n",
         "start sidescope in the folder"},
        {"work/cmd/other.go", "package a\n\n\n\nfunc other() {\n\tx()\n\ty()\n}\n",
         "another version"},
        {"work/cmd/right.go", "package a\n\n\n\nfunc scan() {\n\tx()\n\ty()\n}\n", NULL},
    };
    g_autofree char *work = g_build_filename(f->root, "work", NULL);

    (void)user;
    write_file(f, "work/go.mod", "module x\n");
    g_assert_cmpint(g_chdir(work), ==, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_build_filename(f->root, cases[i].name, NULL);
        g_autoptr(GError) error = NULL;

        write_file(f, cases[i].name, cases[i].text);
        struct profile_lines *lines = lines_of(path, "main.scan");
        g_autofree char *found = editor_find(
            &(struct editor_place){.function = "main.scan", .file = path, .line = 7}, &error);

        g_test_message("%s: %s; %s", path, lines->missing, error != NULL ? error->message : "");
        g_assert_cmpstr(lines->path, ==, cases[i].says == NULL ? path : NULL);
        g_assert_cmpstr(found, ==, lines->path);
        g_assert_true(cases[i].says == NULL || strstr(lines->missing, cases[i].says) != NULL);
        g_assert_true(cases[i].says == NULL || strstr(error->message, cases[i].says) != NULL);
        profile_lines_free(lines);
    }
}

#define ADD(name, test) g_test_add(name, struct fixture_code, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/source-files/places", test_places);
    ADD("/source-files/missing", test_missing);
    ADD("/source-files/goroot", test_goroot);
    ADD("/profile-lines/lines", test_lines);
    ADD("/profile-lines/none", test_no_lines);
    ADD("/profile-lines/rules", test_rules);
    return g_test_run();
}
