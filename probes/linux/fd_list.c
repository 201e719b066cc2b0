#include "probes/linux/fd_list.h"

#include "probes/limits.h"
#include "probes/linux/handle.h"
#include "probes/linux/scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LIST_BYTES = 64 * 1024 };

static int64_t list_all(int fd_dir, GArray *numbers)
{
    g_autofree char *buffer = g_malloc(LIST_BYTES);
    int64_t count = 0;
    for (;;) {
        long n = syscall(SYS_getdents64, fd_dir, buffer, (size_t)LIST_BYTES);
        if (n < 0)
            return -errno;
        if (n == 0)
            return count;
        for (long at = 0; at < n;) {
            const struct dirent64 *entry = (const struct dirent64 *)(const void *)(buffer + at);
            struct scan s = scan_of(entry->d_name, strlen(entry->d_name));
            uint64_t number;
            at += entry->d_reclen;
            if (!scan_u64(&s, &number) || s.p != s.end || number > INT32_MAX)
                continue;
            int fd = (int)number;
            count++;
            if (numbers && numbers->len < PROBES_MAX_FDS)
                g_array_append_val(numbers, fd);
        }
    }
}

static int compare_numbers(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return x < y ? -1 : x > y;
}

/* procfs lists in order; other file systems do not. */
static void sort_numbers(GArray *numbers)
{
    for (guint i = 1; i < numbers->len; i++) {
        if (g_array_index(numbers, int, i - 1) > g_array_index(numbers, int, i)) {
            g_array_sort(numbers, compare_numbers);
            return;
        }
    }
}

int64_t fd_list_read(int fd_dir, GArray *numbers)
{
    int64_t count = list_all(fd_dir, numbers);
    if (numbers)
        sort_numbers(numbers);
    return count;
}

int64_t platform_count_fd_entries(int pid_dir_fd)
{
    int fd_dir = procfs_open_dir(pid_dir_fd, "fd");
    if (fd_dir < 0)
        return SAMPLE_UNKNOWN;
    int64_t count = fd_list_read(fd_dir, NULL);
    close(fd_dir);
    return count >= 0 ? count : SAMPLE_UNKNOWN;
}

void fd_limits_read(struct linux_platform *platform, struct files_sample *sample)
{
    int64_t hard;
    if (platform_read_kept(platform, KEPT_LIMITS) == 0)
        procfs_limit_parse(&platform->text, "Max open files", &sample->soft_limit, &hard);
    int root = procfs_open_dir(AT_FDCWD, platform->proc_root);
    if (root < 0)
        return;
    procfs_read_number(root, "sys/fs/inotify/max_user_instances", &sample->inotify_max_instances);
    procfs_read_number(root, "sys/fs/inotify/max_user_watches", &sample->inotify_max_watches);
    close(root);
}
