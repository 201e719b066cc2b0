#include "fuzz.h"

#include "probes/goruntime/native.h"

#include <sys/mman.h>
#include <unistd.h>

/*
 * Code that is not Go's: the file that a mapping names may be anything, and so may
 * the names of files in the list of mappings.
 */

enum { BASE = 0x400000, LENGTH = 0x10000 };

static void look(struct native *native)
{
    for (uint64_t pc = BASE; pc < BASE + LENGTH; pc += 64) {
        struct native_place place;

        if (!native_find(native, pc, &place))
            continue;
        g_assert_nonnull(place.function);
        g_assert_nonnull(place.file);
        g_assert_cmpuint(place.begin, <=, pc);
        g_assert_cmpuint(place.end, >, pc);
    }
}

static void of_file(const uint8_t *data, size_t n)
{
    int fd = memfd_create("library", MFD_CLOEXEC);

    g_assert_cmpint(fd, >=, 0);
    if (write(fd, data, n) == (ssize_t)n) {
        g_autofree char *maps = g_strdup_printf(
            "%x-%x r-xp 00000000 08:01 1234   /proc/self/fd/%d\n", BASE, BASE + LENGTH, fd);
        g_autoptr(native_auto) native = native_of_maps(maps);

        look(native);
    }
    close(fd);
}

/* No file of this machine is read: names are relative, and there is no such folder. */
static void of_maps(const uint8_t *data, size_t n)
{
    g_autofree char *maps = g_strndup((const char *)data, n);

    g_strdelimit(maps, "/", '\\');
    g_autoptr(native_auto) native = native_of_maps(maps);

    look(native);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    if (data[n - 1] % FUZZ_CHOICES == 0)
        of_file(data, n - 1);
    else
        of_maps(data, n - 1);
    return 0;
}
