#include "app/tui/terminal_output.h"

#include "app/tui/terminal.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { WRITE_PATIENCE_MS = 1000 };

/* An unlinked file, where the system has no anonymous one. */
static int open_anonymous(void)
{
#ifdef __linux__
    return memfd_create("sidescope-frame", MFD_CLOEXEC);
#else
    g_autofree char *name = NULL;
    int fd = g_file_open_tmp("sidescope-XXXXXX", &name, NULL);

    if (fd >= 0)
        unlink(name);
    return fd;
#endif
}

bool output_init(struct output *output, int tty, GError **error)
{
    *output = (struct output){.tty = tty, .frame = open_anonymous()};
    if (output->frame >= 0)
        return true;
    g_set_error(error, TERMINAL_ERROR, TERMINAL_ERROR_FAILED, "no room for a screen buffer: %s",
                g_strerror(errno));
    return false;
}

void output_clear(struct output *output)
{
    if (output->frame >= 0)
        close(output->frame);
    output->frame = -1;
}

/* We never set O_NONBLOCK on the terminal, but whoever shares it with us may have. */
static bool wait_writable(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
    int n = poll(&poll_fd, 1, WRITE_PATIENCE_MS);

    return n >= 0 ? !(poll_fd.revents & (POLLERR | POLLHUP | POLLNVAL)) : errno == EINTR;
}

void output_send(struct output *output, const char *bytes, size_t n)
{
    while (n > 0 && !output->lost) {
        ssize_t done = write(output->tty, bytes, n);
        if (done > 0) {
            bytes += done;
            n -= (size_t)done;
            output->written_bytes += (guint64)done;
        } else if (errno == EAGAIN) {
            output->lost = !wait_writable(output->tty);
        } else if (errno != EINTR) {
            output->lost = true;
        }
    }
}

void output_drain(struct output *output)
{
    off_t length = lseek(output->frame, 0, SEEK_CUR), done = 0;
    static char buffer[64 * 1024];

    while (done < length) {
        size_t want = (size_t)MIN(length - done, (off_t)sizeof buffer);
        ssize_t n = pread(output->frame, buffer, want, done);
        if (n <= 0)
            break;
        output_send(output, buffer, (size_t)n);
        done += n;
    }
    lseek(output->frame, 0, SEEK_SET);
}

void output_send_clipboard(struct output *output, const char *text)
{
    size_t n = strlen(text);
    g_autofree char *encoded = NULL;
    g_autofree char *sequence = NULL;

    if (n > OUTPUT_CLIPBOARD_MAX_BYTES) {
        n = OUTPUT_CLIPBOARD_MAX_BYTES;
        while (n > 0 && (text[n] & 0xc0) == 0x80)
            n--; /* never half a character */
    }
    encoded = g_base64_encode((const guchar *)text, n);
    sequence = g_strdup_printf("\033]52;c;%s\a", encoded);
    output_send(output, sequence, strlen(sequence));
}
