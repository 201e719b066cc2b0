#include "fuzz.h"

#include "app/config/config.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The configuration file: what is accepted is written so that it is accepted again. */

static int file_of(const void *bytes, size_t n)
{
    int fd = memfd_create("config", MFD_CLOEXEC);

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(write(fd, bytes, n), ==, (ssize_t)n);
    return fd;
}

static struct config *load(int fd, GError **error)
{
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);

    return config_load(path, error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    int fd = file_of(data, n);
    struct config *config = load(fd, NULL);

    close(fd);
    if (config == NULL)
        return 0;
    g_autofree char *text = config_to_text(config);
    g_autoptr(GError) error = NULL;

    fd = file_of(text, strlen(text));
    config_free(config);
    config_free(load(fd, &error));
    close(fd);
    g_assert_no_error(error);
    return 0;
}
