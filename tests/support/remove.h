#ifndef SIDESCOPE_TESTS_SUPPORT_REMOVE_H
#define SIDESCOPE_TESTS_SUPPORT_REMOVE_H

#include <glib.h>
#include <glib/gstdio.h>

/* A file, or a folder with all that is in it; links are not followed. Ends the test when something
 * stays. */
static inline void remove_tree(const char *path)
{
    g_autoptr(GDir) dir =
        g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *entry = g_build_filename(path, name, NULL);

        remove_tree(entry);
    }
    g_assert_cmpint(g_remove(path), ==, 0);
}

#endif
