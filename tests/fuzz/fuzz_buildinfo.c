#include "fuzz.h"

#include "probes/linux/buildinfo.h"

#include <sys/mman.h>
#include <unistd.h>

/* Which Go built a program: any file that runs may say anything there. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    int fd = memfd_create("program", MFD_CLOEXEC);

    g_assert_cmpint(fd, >=, 0);
    if (write(fd, data, n) == (ssize_t)n) {
        g_autofree char *version = buildinfo_read(fd);

        g_assert_true(version == NULL || buildinfo_minor(version) >= 0);
    }
    close(fd);
    return 0;
}
