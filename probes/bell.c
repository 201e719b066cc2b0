#include "probes/bell.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib.h>
#include <stdint.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/eventfd.h>
#endif

struct bell {
    int read_fd, write_fd; /* the same number for an eventfd */
};

#if defined(__linux__)
static void open_fds(struct bell *bell)
{
    bell->read_fd = bell->write_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}
#else
static void open_fds(struct bell *bell)
{
    int fds[2];

    if (!g_unix_open_pipe(fds, FD_CLOEXEC, NULL))
        return;
    g_unix_set_fd_nonblocking(fds[0], TRUE, NULL);
    g_unix_set_fd_nonblocking(fds[1], TRUE, NULL);
    bell->read_fd = fds[0];
    bell->write_fd = fds[1];
}
#endif

struct bell *bell_new(void)
{
    struct bell *bell = g_new(struct bell, 1);

    *bell = (struct bell){.read_fd = -1, .write_fd = -1};
    open_fds(bell);
    return bell;
}

void bell_free(struct bell *bell)
{
    if (bell == NULL)
        return;
    if (bell->write_fd != bell->read_fd)
        close(bell->write_fd);
    if (bell->read_fd >= 0)
        close(bell->read_fd);
    g_free(bell);
}

int bell_fd(const struct bell *bell)
{
    return bell->read_fd;
}

int bell_ring_end(const struct bell *bell)
{
    return bell->write_fd;
}

void bell_ring(struct bell *bell)
{
    bell_ring_fd(bell->write_fd);
}

void bell_clear(struct bell *bell)
{
    char bytes[256];
    ssize_t n;

    if (bell->read_fd < 0)
        return;
    /* an eventfd is empty after one read, a pipe when a read says so */
    do {
        n = read(bell->read_fd, bytes, sizeof bytes);
    } while ((n > 0 && bell->read_fd != bell->write_fd) || (n < 0 && errno == EINTR));
}

void bell_ring_fd(int fd)
{
    const uint64_t one = 1; /* eight bytes: an eventfd takes nothing less */
    ssize_t n;

    if (fd < 0)
        return;
    /* EAGAIN means full, and full means it rings already */
    do {
        n = write(fd, &one, sizeof one);
    } while (n < 0 && errno == EINTR);
}
