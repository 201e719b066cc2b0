#include "fuzz.h"

#include <stdio.h>

/*
 * Runs a fuzz target over files and over all files of directories, so that
 * what the fuzzers learned is checked in every build, with any compiler. Where the last byte
 * chooses what is done, all is done with each input.
 */

static int run_file(const char *path)
{
    g_autofree char *text = NULL;
    gsize n;
    int failed = 0;

    if (!g_file_get_contents(path, &text, &n, NULL)) {
        fprintf(stderr, "cannot read %s\n", path);
        return 1;
    }
    /* a copy of exactly this size, so that a sanitizer sees a byte too many */
    g_autofree uint8_t *data = n > 0 ? g_memdup2(text, n) : g_new0(uint8_t, 1);

    if (FUZZ_CHOICES == 1 || n == 0)
        return LLVMFuzzerTestOneInput(data, n);
    for (unsigned i = 0; i < FUZZ_CHOICES; i++) {
        data[n - 1] = (uint8_t)i;
        failed |= LLVMFuzzerTestOneInput(data, n);
    }
    return failed;
}

static int run_dir(const char *path, unsigned *n_files)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    int failed = 0;

    for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL; (*n_files)++) {
        g_autofree char *file = g_build_filename(path, name, NULL);

        failed |= run_file(file);
    }
    return failed;
}

int main(int argc, char **argv)
{
    unsigned n_files = 0;
    int failed = 0;

    for (int i = 1; i < argc; i++) {
        if (g_file_test(argv[i], G_FILE_TEST_IS_DIR)) {
            failed |= run_dir(argv[i], &n_files);
        } else {
            failed |= run_file(argv[i]);
            n_files++;
        }
    }
    printf("%u inputs\n", n_files);
    return failed != 0 || n_files == 0;
}
