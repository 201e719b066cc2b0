#include "random_profile.h"

#include "fixture.h"

#include <stdio.h>

/*
 * Writes the seeds of fuzz_profile: make_seeds DIRECTORY. The texts of the
 * other corpora are written by hand.
 */

/* With one byte more, which chooses what the target does with it. */
static void save(const char *dir, const char *form, unsigned number, GByteArray *bytes)
{
    g_autofree char *name = g_strdup_printf("%s-%02u", form, number);
    g_autofree char *path = g_build_filename(dir, name, NULL);

    g_byte_array_append(bytes, &(uint8_t){(uint8_t)number}, 1);
    if (!g_file_set_contents(path, (const char *)bytes->data, bytes->len, NULL))
        fprintf(stderr, "cannot write %s\n", path);
}

int main(int argc, char **argv)
{
    enum { SEEDS = 24 };

    if (argc != 2) {
        fprintf(stderr, "usage: make_seeds DIRECTORY\n");
        return 2;
    }
    for (unsigned i = 0; i < SEEDS; i++) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(i + 1);
        g_autoptr(GByteArray) bytes = random_profile(rand, i, TRUE);
        g_autoptr(GByteArray) gz = fixture_gzip(bytes);

        save(argv[1], "raw", i, bytes);
        if (i % 6 == 0)
            save(argv[1], "gzip", i, gz);
    }
    return 0;
}
