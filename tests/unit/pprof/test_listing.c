#include "fixture.h"

#include "app/profiles/source_files.h"
#include "pprof/report_text.h"
#include "pprof/source_listing.h"
#include "pprof/source_listing_check.h"
#include "tests/support/remove.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Listings as data, and where sources are found. The lines of -list are
 * compared with go tool pprof by the differential test.
 */

static struct profile *decode(struct fixture *f)
{
    g_autoptr(GByteArray) bytes = fixture_bytes(f);
    g_autoptr(GError) error = NULL;
    struct profile *profile = profile_decode(bytes->data, bytes->len, &error);

    g_assert_no_error(error);
    return profile;
}

/* main.grow with two lines of one stack in grow.go, main.lost without a file. */
static struct profile *garden(void)
{
    g_autoptr(fixture_auto) f = fixture_new();
    const int64_t values[] = {100, 7};

    fixture_type(f, "space", "bytes");
    fixture_period(f, "space", "bytes", 1);
    uint64_t grow = fixture_function(f, "main.grow", "grow.go", 0);
    uint64_t lost = fixture_function(f, "main.lost", "", 0);
    uint64_t leaf = fixture_location(f, 0, 1, &(struct fixture_line){grow, 8}, 1);
    uint64_t root = fixture_location(f, 0, 2, &(struct fixture_line){grow, 3}, 1);
    uint64_t bare = fixture_location(f, 0, 3, &(struct fixture_line){lost, 1}, 1);

    fixture_sample(f,
                   &(struct fixture_sample){(uint64_t[]){leaf, root}, 2, &values[0], 1, NULL, 0});
    fixture_sample(f, &(struct fixture_sample){(uint64_t[]){bare}, 1, &values[1], 1, NULL, 0});
    return decode(f);
}

static GBytes *ten_lines(void *user, const char *file, GError **error)
{
    static const char text[] = "1\n2\n3\r\n4\n5\n6\n7\n8\n9\n10";
    int *n_reads = user;

    (void)error;
    g_assert_cmpstr(file, ==, "grow.go");
    ++*n_reads;
    return g_bytes_new_static(text, sizeof text - 1);
}

static GBytes *nothing(void *user, const char *file, GError **error)
{
    (void)user;
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "no %s here", file);
    return NULL;
}

static void test_data(void)
{
    g_autoptr(profile_auto) profile = garden();
    struct top_options options = top_options_of_tool();
    int n_reads = 0;
    const struct source_listing_sources sources = {.read = ten_lines, .user = &n_reads};
    g_autoptr(GError) error = NULL;
    g_autoptr(source_listing_auto) listing =
        source_listing_build(profile, &options, "grow|lost", &sources, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(listing->n_routines, ==, 2);
    g_assert_cmpint(listing->total, ==, 107);
    const struct source_listing_routine *grow = &listing->routines[0],
                                        *lost = &listing->routines[1];

    g_assert_cmpstr(grow->function, ==, "main.grow");
    g_assert_cmpint(grow->flat, ==, 100);
    g_assert_cmpint(grow->cum, ==, 200);
    g_assert_cmpint(grow->first, ==, 1);
    g_assert_cmpint(grow->last, ==, 13);
    g_assert_cmpuint(grow->n_costs, ==, 2);
    g_assert_cmpint(grow->costs[1].line, ==, 8);
    g_assert_cmpuint(grow->n_lines, ==, 10); /* as far as the file goes */
    g_assert_cmpint(grow->lines[7].flat, ==, 100);
    g_assert_cmpint(grow->lines[2].cum, ==, 100);
    g_assert_cmpint(grow->lines[3].cum, ==, 0);
    g_assert_cmpuint(grow->lines[2].n, ==, 1);
    g_assert_cmpint(grow->lines[2].text[0], ==, '3');
    g_assert_cmpstr(lost->file, ==, "");
    g_assert_cmpuint(lost->n_lines, ==, 0);
    g_assert_cmpint(n_reads, ==, 1);
}

static void test_no_source(void)
{
    g_autoptr(profile_auto) profile = garden();
    struct top_options options = top_options_of_tool();
    const struct source_listing_sources sources = {.read = nothing};
    g_autoptr(source_listing_auto) listing =
        source_listing_build(profile, &options, "grow", &sources, NULL);
    g_autoptr(source_listing_auto) costs =
        source_listing_build(profile, &options, "grow", NULL, NULL);
    g_autoptr(GError) error = NULL;

    g_assert_cmpstr(listing->routines[0].error, ==, "no grow.go here");
    g_assert_cmpuint(listing->routines[0].n_costs, ==, 2);
    g_assert_null(costs->routines[0].error);
    g_assert_null(source_listing_build(profile, &options, "nobody", NULL, &error));
    g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID);
    g_assert_cmpstr(error->message, ==, "no matches found for regexp: nobody");
}

static void test_text(void)
{
    g_autoptr(profile_auto) profile = garden();
    struct report_options options = report_options_of_tool(REPORT_LIST);
    int n_reads = 0;
    const struct source_listing_sources sources = {.read = ten_lines, .user = &n_reads};
    g_autoptr(GString) out = g_string_new(NULL);

    options.pattern = "lost|grow";
    options.sources = &sources;
    g_assert_true(report_text(out, profile, &options, NULL));
    g_assert_true(g_str_has_prefix(out->str,
                                   "Total: 107B\n"
                                   "ROUTINE ======================== main.grow in grow.go\n"
                                   "      100B       200B (flat, cum) 186.92% of Total\n"
                                   "         .          .      1:1\n"
                                   "         .          .      2:2\n"
                                   "         .       100B      3:3\n"));
    g_assert_true(g_str_has_suffix(out->str, "No source information for main.lost\n"));
}

static void test_trim_path(void)
{
    static const struct {
        const char *file, *trim, *search, *rest;
    } cases[] = {
        {"/remote/team/shop/a/b.go", NULL, "/home/me/shop", "a/b.go"},
        {"/remote/team/shop/a/b.go", "/remote/team", "/home/me/shop", "shop/a/b.go"},
        {"/remote/teamshop/b.go", "/remote/team", NULL, "/remote/teamshop/b.go"},
        {"/x/y.go", "/w/:/x/", NULL, "y.go"},
        {"/proc/self/cwd/./a.go", NULL, NULL, "a.go"},
        {"/proc/self/cwd/a.go", "/x", NULL, "a.go"},
        {"/a.go", NULL, "/", "/a.go"},
        {"a.go", NULL, NULL, "a.go"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpstr(source_listing_trim_path(cases[i].file, cases[i].trim, cases[i].search), ==,
                        cases[i].rest);
}

/* --- files --- */

static void put(const char *dir, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);

    g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void assert_read(const struct source_files *files, const char *name, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = source_files_read(files, name, &error);

    if (expected == NULL) {
        g_assert_null(bytes);
        g_assert_nonnull(error);
        return;
    }
    g_assert_no_error(error);
    g_autoptr(GBytes) wanted = g_bytes_new(expected, strlen(expected));

    g_assert_true(g_bytes_equal(bytes, wanted));
}

static void test_files(void)
{
    g_autofree char *dir = g_dir_make_tmp("sidescope-sources-XXXXXX", NULL);
    g_autofree char *below = g_build_filename(dir, "shop", "deep", NULL);
    g_autofree char *goroot = g_build_filename(dir, "go", NULL);
    g_autofree char *modules = g_build_filename(dir, "mod", NULL);
    g_autofree char *absolute = g_build_filename(dir, "shop", "a.go", NULL);
    struct source_files files = {.source_path = below, .goroot = goroot, .module_cache = modules};
    g_autoptr(GError) error = NULL;

    put(dir, "shop/a.go", "above");
    put(dir, "shop/deep/b.go", "here");
    put(dir, "go/src/net/http/server.go", "std");
    put(dir, "mod/example.com/!upper@v1.0.0/Case.go", "module");
    put(dir, "secret", "outside");
    assert_read(&files, "a.go", "above");
    assert_read(&files, "b.go", "here");
    assert_read(&files, absolute, "above");
    assert_read(&files, "/build/deep/b.go", "here"); /* the last directory's name is known */
    assert_read(&files, "net/http/server.go", "std");
    assert_read(&files, "example.com/Upper@v1.0.0/Case.go", "module");
    assert_read(&files, "example.com/Upper@v1.0.0/../../../secret/none", NULL);
    assert_read(&files, "/no/such/file.go", NULL);
    assert_read(&files, dir, ""); /* a directory has no lines */
    files.trim_path = "/build";
    assert_read(&files, "/build/b.go", "here");
    g_assert_null(source_files_read(&files, "/no/such.go", &error));
    g_assert_cmpstr(error->message, ==, "open /no/such.go: no such file or directory");
    remove_tree(dir);
}

static void assert_refused(const struct source_files *files, const char *name, const char *why)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(source_files_read(files, name, &error));
    g_assert_nonnull(error);
    if (strstr(error->message, why) == NULL)
        g_error("%s: %s", name, error->message);
}

/* A profile from elsewhere names what it likes. */
static void test_only_sources(void)
{
    g_autofree char *dir = g_dir_make_tmp("sidescope-sources-XXXXXX", NULL);
    g_autofree char *source = g_build_filename(dir, "a.go", NULL);
    g_autofree char *secret = g_build_filename(dir, "shadow", NULL);
    g_autofree char *link = g_build_filename(dir, "link.go", NULL);
    g_autofree char *fifo = g_build_filename(dir, "fifo.go", NULL);
    struct source_files files = {.sources_only = true, .below_roots = true};

    put(dir, "a.go", "text");
    put(dir, "shadow", "root:x");
    g_assert_cmpint(symlink(secret, link), ==, 0);
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    assert_refused(&files, source, "-source_path");
    files.source_path = dir;
    assert_read(&files, source, "text");
    assert_read(&files, "a.go", "text");
    assert_refused(&files, secret, "no ending");
    assert_refused(&files, link, "no ending"); /* what it leads to counts */
    assert_refused(&files, fifo, "no regular file");
    assert_refused(&files, "/etc/passwd", "no ending");
    files = (struct source_files){.sources_only = true, .below_roots = true, .module_cache = dir};
    assert_read(&files, source, "text");
    files = (struct source_files){.sources_only = true};
    assert_read(&files, source, "text");
    remove_tree(dir);
}

static const char old_source[] = "package x\n"
                                 "\n"
                                 "func small() {\n"
                                 "}\n"
                                 "\n"
                                 "func (m *Model) Update(msg Msg) {\n"
                                 "\tgo func() {\n"
                                 "\t\twork()\n"
                                 "\t}()\n"
                                 "}\n";

/* Go's functions begin where they begin, or the text is another's. */
static void test_versions(void)
{
    static const struct {
        const char *function;
        int start_line, line;
        bool fits;
    } cases[] = {
        {"x.small", 3, 4, true},
        {"x.small", 4, 4, false}, /* a brace */
        {"x.small", 6, 8, false}, /* another function */
        {"example.com/y/x.(*Model).Update", 6, 8, true},
        {"example.com/y/x.(*Model).Update.func1", 7, 8, true},
        {"example.com/y/x.(*Model).Update.func1", 8, 8, false},
        {"x.small", 0, 4, true}, /* where it begins is not known: Go before 1.20 */
        {"x.small", 0, 8, false},
        {"x.(*Model).Update.func1", 0, 8, true},
        {"x.small", 0, 2, true}, /* no function above: in doubt */
        {"x.small[...]", 3, 4, true},
        {"x.small", 300, 301, false}, /* beyond the end */
        {"x.init", 1, 1, true},       /* the compiler's own begin anywhere */
        {"x.init.0", 0, 1, true},
        {"x.glob..func1", 1, 1, true},
        {"x.small", 3, 0, true}, /* nothing to go by */
        {"main", 9, 9, true},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct listing_place place = {.function = cases[i].function,
                                      .file = "/src/x/x.go",
                                      .start_line = cases[i].start_line,
                                      .line = cases[i].line};

        g_test_message("%s from %d", cases[i].function, cases[i].start_line);
        g_assert_cmpint(source_listing_check(&place, old_source, strlen(old_source)), ==,
                        cases[i].fits);
        place.file = "/src/x/x.s"; /* no Go: not judged */
        g_assert_true(source_listing_check(&place, old_source, strlen(old_source)));
    }
}

static void test_too_large(void)
{
    g_autofree char *dir = g_dir_make_tmp("sidescope-sources-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "huge.go", NULL);
    g_autofree char *text = g_strnfill(SOURCE_FILES_MAX_BYTES + 1, 'x');
    const struct source_files files = {.source_path = dir};

    put(dir, "huge.go", text);
    assert_read(&files, path, NULL);
    text[SOURCE_FILES_MAX_BYTES] = '\0';
    put(dir, "huge.go", text);
    assert_read(&files, path, text);
    remove_tree(dir);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pprof/source_listing/data", test_data);
    g_test_add_func("/pprof/source_listing/no-source", test_no_source);
    g_test_add_func("/pprof/source_listing/text", test_text);
    g_test_add_func("/pprof/source_listing/trim-path", test_trim_path);
    g_test_add_func("/app/source-files/search", test_files);
    g_test_add_func("/app/source-files/only-sources", test_only_sources);
    g_test_add_func("/pprof/source_listing/versions", test_versions);
    g_test_add_func("/app/source-files/too-large", test_too_large);
    return g_test_run();
}
