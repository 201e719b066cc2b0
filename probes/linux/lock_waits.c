#include "probes/linux/lock_waits.h"

#include "probes/linux/locks.h"
#include "probes/linux/others.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* The last lock that is held, which those that wait behind it wait for. */
struct waits {
    pid_t pid; /* of the target */
    struct lock_line held;
    int64_t n;
    struct lock_line holder; /* of the first of the target's waits */
};

static bool read_waits(struct linux_platform *platform, struct waits *waits)
{
    g_autofree char *path = g_build_filename(platform->proc_root, "locks", NULL);
    int fd = procfs_open(AT_FDCWD, path);
    struct procfs_lines lines;
    const char *text;
    size_t n;

    if (fd < 0)
        return false;
    procfs_lines_init(&lines, fd);
    while (procfs_lines_next(&lines, &text, &n)) {
        struct lock_line line;

        if (!lock_line_parse(text, n, &line))
            continue;
        if (!line.waiting)
            waits->held = line;
        else if (line.pid == waits->pid && line.inode == waits->held.inode && waits->n++ == 0)
            waits->holder = waits->held;
    }
    platform->bytes += lines.bytes;
    procfs_lines_clear(&lines);
    close(fd);
    return true;
}

void lock_waits_fill(struct linux_platform *platform, struct files_sample *sample,
                     const struct fd_entry *fds, size_t n, const struct files_sample *previous)
{
    struct waits waits = {.pid = platform->id.pid};

    if (!read_waits(platform, &waits))
        return;
    sample->lock_waits = waits.n;
    if (waits.n == 0)
        return;
    sample->lock_path = NULL; /* where none of what the target has open is that file */
    for (size_t i = 0; i < n && sample->lock_path == NULL; i++)
        if (fds[i].inode == waits.holder.inode && (fds[i].type == FD_REG || fds[i].type == FD_DIR))
            sample->lock_path = sample_strdup(sample, fds[i].path);
    sample->lock_holder = waits.holder.pid;
    if (waits.holder.pid > 0) {
        g_autofree char *command = others_command(platform->proc_root, waits.holder.pid);

        sample->lock_command = sample_strdup(sample, command);
    }
    bool same = previous != NULL && previous->lock_waits > 0 &&
                previous->lock_holder == sample->lock_holder &&
                g_strcmp0(previous->lock_path, sample->lock_path) == 0;

    sample->lock_since_us = same ? previous->lock_since_us : sample->base.taken_us;
}
