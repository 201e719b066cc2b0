#include "probes/small_file.h"

#include "tests/support/remove.h"

#include <string.h>
#include <sys/stat.h>

/* What lies where a small file should be. */

enum { MOST = 1024 };

static void assert_refused(const char *path, GFileError code, const char *words)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(small_file_read(path, MOST, NULL, &error));
    g_assert_error(error, G_FILE_ERROR, (gint)code);
    g_assert_nonnull(strstr(error->message, words));
    g_assert_null(strstr(error->message, path));
}

static void test_read(void)
{
    g_autofree char *folder = g_dir_make_tmp("sidescope-small-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "file", NULL);
    g_autofree char *fifo = g_build_filename(folder, "fifo", NULL);
    g_autofree char *full = g_strnfill(MOST + 1, 'x');
    gsize n = 0;

    assert_refused(path, G_FILE_ERROR_NOENT, "No such file");
    assert_refused(folder, G_FILE_ERROR_INVAL, "no regular file");
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    assert_refused(fifo, G_FILE_ERROR_INVAL, "no regular file");
    assert_refused("/dev/zero", G_FILE_ERROR_INVAL, "no regular file");
    g_assert_true(g_file_set_contents(path, full, MOST + 1, NULL));
    assert_refused(path, G_FILE_ERROR_FAILED, "larger than 1 KiB");
    g_assert_true(g_file_set_contents(path, full, MOST, NULL));
    g_autofree char *text = small_file_read(path, MOST, &n, NULL);

    g_assert_cmpuint(n, ==, MOST);
    g_assert_cmpuint(strlen(text), ==, MOST);
    remove_tree(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/small-file/read", test_read);
    return g_test_run();
}
