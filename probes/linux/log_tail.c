#include "probes/linux/log_tail.h"

#include "probes/secrets.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    LOOK_US = 10 * G_USEC_PER_SEC,
    TAIL_BYTES = 64 * 1024,
    LINE_BYTES = 200, /* kept of the newest */
};

static const gint64 window_us = 10 * 60 * (gint64)G_USEC_PER_SEC;

void log_tail_clear(struct log_tail *tail)
{
    g_clear_pointer(&tail->last, g_free);
}

/* --- lines --- */

/* Wall clock of "time=2026-11-29T10:00:00.000Z …"; 0: it has none. */
static gint64 time_of(const char *line)
{
    if (!g_str_has_prefix(line, "time="))
        return 0;
    line += strlen("time=");
    g_autofree char *text = g_strndup(line, strcspn(line, " "));
    g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(text, NULL);

    return time != NULL ? g_date_time_to_unix(time) * G_USEC_PER_SEC : 0;
}

int64_t log_tail_count(const char *text, gint64 since_us, char **ret_last)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    const char *last = NULL;
    int64_t n = 0;

    for (size_t i = 0; lines[i] != NULL; i++) {
        const char *warning = strstr(lines[i], " level=WARN");
        const char *error = strstr(lines[i], " level=ERROR");
        const char *level = warning != NULL ? warning + 1 : error != NULL ? error + 1 : NULL;

        if (level == NULL || time_of(lines[i]) < since_us)
            continue;
        n++;
        last = level;
    }
    g_autofree char *cut = last != NULL ? g_strndup(last, LINE_BYTES) : NULL;

    *ret_last = cut != NULL ? secrets_hide(cut) : NULL;
    return n;
}

/* --- the file --- */

/* Not by its descriptor, whose offset is the target's, but anew and for reading. */
static char *read_tail(const struct linux_platform *platform, int number)
{
    g_autofree char *name = g_strdup_printf("fd/%d", number);
    int fd = procfs_open(platform->dir_fd, name);
    struct stat st;

    if (fd < 0)
        return NULL;
    char *text = g_malloc0(TAIL_BYTES + 1);
    bool regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    off_t from = regular && st.st_size > TAIL_BYTES ? st.st_size - TAIL_BYTES : 0;

    if (!regular || pread(fd, text, TAIL_BYTES, from) < 0)
        g_clear_pointer(&text, g_free);
    close(fd);
    return text;
}

void log_tail_fill(struct linux_platform *platform, struct files_sample *sample,
                   const struct fd_entry *fds, size_t n)
{
    struct log_tail *tail = &platform->log;
    gint64 now_us = g_get_monotonic_time();

    if (tail->looked_us == 0 || now_us - tail->looked_us >= LOOK_US) {
        size_t i = 0;

        while (i < n && !(fds[i].type == FD_REG && g_str_has_suffix(fds[i].path, "/debug.log")))
            i++;
        g_autofree char *text = i < n ? read_tail(platform, fds[i].fd) : NULL;

        tail->looked_us = now_us;
        tail->warnings = SAMPLE_UNKNOWN;
        log_tail_clear(tail);
        if (text != NULL)
            tail->warnings = log_tail_count(text, g_get_real_time() - window_us, &tail->last);
    }
    sample->log_warnings = tail->warnings;
    sample->log_last = tail->last != NULL ? sample_strdup(sample, tail->last) : NULL;
}
