/* Reports and marks by keys, on the real program and a live Go process. */

#include "tests/support/remove.h"
#include "tests/support/visit.h"

#include <glib/gstdio.h>
#include <string.h>

enum { FOREVER_MS = 60000, LOOK_MS = 50 };

/* R, another name than the proposed one, and whether names stay. */
static void report_to(struct visit *v, const char *path, const char *answer)
{
    vt_key(v->vt, "R");
    visit_expect(v, "report to .*sidescope-report-[0-9-]*\\.md");
    vt_key(v->vt, "C-u");
    vt_type(v->vt, path);
    vt_key(v->vt, "Enter");
    visit_expect(v, "Keep home directories");
    vt_key(v->vt, answer);
    visit_expect(v, "written: ");
}

static void wait_for_folder(const char *path)
{
    for (int ms = 0; !g_file_test(path, G_FILE_TEST_IS_DIR); ms += LOOK_MS) {
        g_assert_cmpint(ms, <, FOREVER_MS);
        g_usleep(LOOK_MS * 1000);
    }
}

/* The folder of the one mark below the state directory of this test. */
static char *mark_folder(const char *dir)
{
    g_autofree char *marks = g_build_filename(dir, "remembered", "sidescope", "marks", NULL);

    wait_for_folder(marks);
    for (int ms = 0; ms < FOREVER_MS; ms += LOOK_MS) {
        g_autoptr(GDir) list = g_dir_open(marks, 0, NULL);
        const char *name;

        while ((name = g_dir_read_name(list)) != NULL)
            if (*name != '.' && strstr(name, ".new") == NULL) /* the lock, one being made */
                return g_build_filename(marks, name, NULL);
        g_usleep(LOOK_MS * 1000);
    }
    g_assert_not_reached();
}

static void test_report_and_mark(void)
{
    g_autofree char *dir = g_dir_make_tmp("sidescope-report-XXXXXX", NULL);
    g_autofree char *state = g_strdup_printf("XDG_STATE_HOME=%s/remembered", dir);
    g_autofree char *file = g_build_filename(dir, "r.json", NULL);
    g_autofree char *folder = g_build_filename(dir, "all", G_DIR_SEPARATOR_S, NULL);
    g_autofree char *inside = g_build_filename(folder, "report.md", NULL);
    const char *env[] = {state, NULL};
    struct visit v;

    if (visit_start(&v, &(struct visit_options){.env = env, .lines = 24, .cols = 80})) {
        visit_expect(&v, "IPv4 [0-9]");
        vt_key(v.vt, "m");
        g_autofree char *mark = mark_folder(dir);
        g_autofree char *manifest = g_build_filename(mark, "snapshot.json", NULL);

        g_assert_true(g_file_test(manifest, G_FILE_TEST_EXISTS));
        report_to(&v, file, "y");
        g_assert_true(g_file_test(file, G_FILE_TEST_EXISTS));
        visit_expect_gone(&v, "written: ");
        report_to(&v, folder, "n");
        g_assert_true(g_file_test(inside, G_FILE_TEST_EXISTS));
        visit_quit(&v);
        visit_end(&v);
    }
    remove_tree(dir);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/report/keys", test_report_and_mark);
    return g_test_run();
}
