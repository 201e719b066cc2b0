/* Go's build information in program files of both formats, real and made up. */

#include "probes/macos/go_program.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum { FILE_BYTES = 3 << 20, FAR = (2 << 20) + 4096 };

struct block {
    const char *magic;   /* of the file, 4 bytes */
    size_t at;           /* where the mark is */
    unsigned char flags; /* byte behind the size of a pointer */
    const char *version; /* NULL: pointers in its place */
};

static char *write_program(const struct block *block)
{
    g_autofree char *data = g_malloc0(FILE_BYTES);
    char *path = NULL;
    int fd = g_file_open_tmp("sidescope-program-XXXXXX", &path, NULL);

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    memcpy(data, block->magic, 4);
    memcpy(data + block->at, "\xff Go buildinf:", 14);
    data[block->at + 14] = 8;
    data[block->at + 15] = (char)block->flags;
    if (block->version != NULL) {
        data[block->at + 32] = (char)strlen(block->version);
        memcpy(data + block->at + 33, block->version, strlen(block->version));
    } else {
        memset(data + block->at + 16, 0x40, 16);
    }
    g_assert_true(g_file_set_contents(path, data, FILE_BYTES, NULL));
    return path;
}

static void test_made_up(void)
{
    static const struct {
        struct block block;
        const char *version; /* NULL: not Go */
    } cases[] = {
        {{"\x7f"
          "ELF",
          FAR, 2, "go1.26.8"},
         "go1.26.8"},
        {{"\xcf\xfa\xed\xfe", FAR, 2, "devel go1.27-abc"}, "devel go1.27-abc"},
        {{"\xcf\xfa\xed\xfe", 64, 0, NULL}, ""}, /* before Go 1.18 */
        {{"#!/b", FAR, 2, "go1.26.8"}, NULL},    /* a script */
        {{"\x7f"
          "ELF",
          FAR + 8, 2, "go1.26.8"},
         NULL}, /* not where a block can be */
        {{"\x7f"
          "ELF",
          FAR, 2, "like this"},
         NULL}, /* a text that speaks of it */
        {{"\x7f"
          "ELF",
          FAR, 'x', "go1.26.8"},
         NULL},
    };

    char *paths[G_N_ELEMENTS(cases)];

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        paths[i] = write_program(&cases[i].block);

        for (int again = 0; again < 2; again++) { /* read, then remembered */
            g_autofree char *version = go_program_version(paths[i]);

            g_assert_cmpstr(version, ==, cases[i].version);
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_unlink(paths[i]); /* only now: a file made later could get the same inode */
        g_free(paths[i]);
    }
}

/* This program holds the mark as a text, and is none of Go's all the same. */
static void test_ourselves(void)
{
    g_assert_null(go_program_version("/proc/self/exe"));
    g_assert_null(go_program_version("/nonexistent"));
    g_assert_null(go_program_version("/"));
}

/* Built for a Mac by whatever Go is here. */
static void test_cross_built(void)
{
    g_autofree char *dir = g_dir_make_tmp("sidescope-mac-XXXXXX", NULL);
    g_autofree char *source = g_build_filename(dir, "main.go", NULL);
    g_autofree char *program = g_build_filename(dir, "program", NULL);
    const char *const argv[] = {"go", "build", "-o", program, source, NULL};
    g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "GOOS", "darwin", TRUE);
    int status = 1;

    environment = g_environ_setenv(environment, "GOARCH", "arm64", TRUE);
    environment = g_environ_setenv(environment, "GOTOOLCHAIN", "local", TRUE);
    g_assert_true(g_file_set_contents(source, "package main\nfunc main() {}\n", -1, NULL));
    if (g_spawn_sync(dir, (char **)(uintptr_t)argv, environment,
                     G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                     &status, NULL) &&
        status == 0) {
        g_autofree char *version = go_program_version(program);

        g_assert_nonnull(version);
        g_assert_true(g_str_has_prefix(version, "go1."));
    } else {
        g_test_skip("no Go here that builds for macOS");
    }
    g_unlink(program);
    g_unlink(source);
    g_rmdir(dir);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/macos/go-program/made-up", test_made_up);
    g_test_add_func("/macos/go-program/ourselves", test_ourselves);
    g_test_add_func("/macos/go-program/cross-built", test_cross_built);
    return g_test_run();
}
