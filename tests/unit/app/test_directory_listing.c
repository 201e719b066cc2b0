/* A directory as the target sees it. */

#include "app/ground/directory_listing.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>

static const char *const names[] = {"old", "new\n\033[31m \377", "sub"};

static void test_listing(void)
{
    const int cancelled = 0;
    g_autofree char *dir = g_dir_make_tmp("sidescope-list-XXXXXX", NULL);
    char *paths[3];

    for (int i = 0; i < 3; i++) {
        paths[i] = g_build_filename(dir, names[i], NULL);
        if (i < 2)
            g_assert_true(g_file_set_contents(paths[i], "12345", i == 0 ? 5 : 2, NULL));
        else
            g_assert_cmpint(g_mkdir(paths[i], 0750), ==, 0);
        struct utimbuf when = {.modtime = 1000 + i * 10, .actime = 0};

        g_assert_cmpint(utime(paths[i], &when), ==, 0);
    }
    g_autofree char *seen = directory_listing_path(NULL, getpid(), dir);
    struct directory_listing *listing = directory_listing_read(seen, &cancelled);

    g_assert_null(listing->error);
    g_assert_cmpuint(listing->entries->len, ==, 3);
    const struct directory_entry *entries =
        (const struct directory_entry *)(const void *)listing->entries->data;

    for (int i = 0; i < 3; i++) /* newest first, names as they are */
        g_assert_cmpstr(entries[i].name, ==, names[2 - i]);
    g_assert_true(entries[0].is_directory);
    g_assert_cmpstr(entries[0].mode, ==, "drwxr-x---");
    g_assert_cmpint(entries[2].size, ==, 5);
    directory_listing_free(listing);
    for (int i = 0; i < 2; i++)
        g_unlink(paths[i]);
    g_rmdir(paths[2]);
    g_rmdir(dir);
    for (int i = 0; i < 3; i++)
        g_free(paths[i]);
}

static void test_missing(void)
{
    const int cancelled = 0;
    struct directory_listing *listing =
        directory_listing_read("/nonexistent/directory", &cancelled);

    g_assert_nonnull(strstr(listing->error, "No such file"));
    g_assert_cmpuint(listing->entries->len, ==, 0);
    directory_listing_free(listing);
    directory_listing_free(NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/directory-listing/listing", test_listing);
    g_test_add_func("/directory-listing/missing", test_missing);
    return g_test_run();
}
