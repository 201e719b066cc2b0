#include "app/tui/terminal/terminal_output.h"

#include "app/tui/terminal/terminal.h"
#include "app/tui/terminal/terminal_tty.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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
    *output = (struct output){.tty = tty, .way = -1, .frame = open_anonymous()};
    if (output->frame >= 0) {
        output->way = tty_open_again(tty);
        output->unsent = g_string_new(NULL);
        return true;
    }
    g_set_error(error, TERMINAL_ERROR, TERMINAL_ERROR_FAILED, "no room for a screen buffer: %s",
                g_strerror(errno));
    return false;
}

void output_clear(struct output *output)
{
    if (output->frame < 0)
        return;
    close(output->frame);
    if (output->way != output->tty)
        close(output->way);
    g_string_free(output->unsent, TRUE);
    output->frame = -1;
}

/* --- sending --- */

bool output_is_behind(const struct output *output)
{
    return output->unsent->len > 0;
}

void output_push(struct output *output)
{
    gsize done = 0;

    while (done < output->unsent->len && !output->lost) {
        ssize_t n =
            tty_write_now(output->way, output->unsent->str + done, output->unsent->len - done);
        if (n < 0 && errno == EAGAIN)
            break;
        if (n >= 0)
            done += (gsize)n;
        else
            output->lost = errno != EINTR;
    }
    output->written_bytes += done;
    g_string_erase(output->unsent, 0, (gssize)done);
}

void output_send(struct output *output, const char *bytes, size_t n)
{
    if (output->lost || output->unsent->len + n > OUTPUT_UNSENT_MAX_BYTES)
        return;
    g_string_append_len(output->unsent, bytes, (gssize)n);
    output_push(output);
}

bool output_settle(struct output *output, int patience_ms)
{
    gint64 until = g_get_monotonic_time() + (gint64)patience_ms * 1000;
    gint64 left_ms;

    output_push(output);
    while (output_is_behind(output) && !output->lost &&
           (left_ms = (until - g_get_monotonic_time()) / 1000) > 0) {
        struct pollfd fd = {.fd = output->way, .events = POLLOUT};
        if (poll(&fd, 1, (int)left_ms) > 0)
            output_push(output);
    }
    bool all = !output_is_behind(output) && !output->lost &&
               tty_wait_sent(output->tty, (int)MAX((until - g_get_monotonic_time()) / 1000, 0));

    g_string_truncate(output->unsent, 0);
    return all;
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
