#include "probes/goruntime/system_calls.h"

#include <inttypes.h>
#include <string.h>

enum { ARGUMENTS = 6, MAX_PATH_BYTES = 256, MAX_FD = 1 << 24, NONE = -1 };

/*
 * Those that block, or that take long on a slow disk. The arguments in their order: f a
 * descriptor, s a path, p a process, - nothing to say. Numbers: the kernel's
 * syscall_64.tbl, include/uapi/asm-generic/unistd.h.
 */
static const struct {
    int amd64, arm64;
    const char *name, *arguments;
} calls[] = {
    {0, 63, "read", "f"},
    {1, 64, "write", "f"},
    {2, NONE, "open", "s"},
    {3, 57, "close", "f"},
    {7, NONE, "poll", ""},
    {9, 222, "mmap", ""},
    {11, 215, "munmap", ""},
    {16, 29, "ioctl", "f"},
    {17, 67, "pread64", "f"},
    {18, 68, "pwrite64", "f"},
    {19, 65, "readv", "f"},
    {20, 66, "writev", "f"},
    {23, NONE, "select", ""},
    {28, 233, "madvise", ""},
    {34, NONE, "pause", ""},
    {35, 101, "nanosleep", ""},
    {40, 71, "sendfile", "ff"},
    {42, 203, "connect", "f"},
    {43, 202, "accept", "f"},
    {44, 206, "sendto", "f"},
    {45, 207, "recvfrom", "f"},
    {46, 211, "sendmsg", "f"},
    {47, 212, "recvmsg", "f"},
    {59, 221, "execve", "s"},
    {61, 260, "wait4", "p"},
    {72, 25, "fcntl", "f"},
    {73, 32, "flock", "f"},
    {74, 82, "fsync", "f"},
    {75, 83, "fdatasync", "f"},
    {77, 46, "ftruncate", "f"},
    {128, 137, "rt_sigtimedwait", ""},
    {137, 43, "statfs", "s"},
    {202, 98, "futex", ""},
    {217, 61, "getdents64", "f"},
    {230, 115, "clock_nanosleep", ""},
    {232, NONE, "epoll_wait", "f"},
    {247, 95, "waitid", "-p"},
    {254, 27, "inotify_add_watch", "fs"},
    {257, 56, "openat", "-s"},
    {258, 34, "mkdirat", "-s"},
    {262, 79, "newfstatat", "-s"},
    {263, 35, "unlinkat", "-s"},
    {264, 38, "renameat", "-s"},
    {267, 78, "readlinkat", "-s"},
    {270, 72, "pselect6", ""},
    {271, 73, "ppoll", ""},
    {275, 76, "splice", "f"},
    {281, 22, "epoll_pwait", "f"},
    {285, 47, "fallocate", "f"},
    {288, 242, "accept4", "f"},
    {326, 285, "copy_file_range", "f-f"},
    {332, 291, "statx", "-s"},
    {426, 426, "io_uring_enter", "f"},
};

static void say_argument(char kind, uint64_t value, struct memory *memory, GString *out,
                         int64_t *ret_fd)
{
    int32_t number = (int32_t)(uint32_t)value;

    if (kind == 's') {
        char path[MAX_PATH_BYTES] = "";

        /* it may end at the end of what is mapped */
        for (size_t n = sizeof path; n >= sizeof path / 8; n /= 2)
            if (memory != NULL && memory_read(memory, value, path, n, NULL))
                break;
        path[sizeof path - 1] = '\0';
        if (*path != '\0')
            g_string_append_printf(out, " %s", path);
    } else if (kind == 'f' && number >= 0 && number < MAX_FD) {
        g_string_append_printf(out, " fd %" PRId32, number);
        *ret_fd = *ret_fd < 0 ? number : *ret_fd;
    } else if (kind == 'p' && number > 0) {
        g_string_append_printf(out, " pid %" PRId32, number);
    }
}

char *system_call_describe(const char *line, enum go_arch arch, struct memory *memory,
                           int64_t *ret_fd)
{
    uint64_t arguments[ARGUMENTS] = {0};
    char *at;

    *ret_fd = -1;
    if (!g_ascii_isdigit(*line)) /* "running"; -1: it sleeps elsewhere */
        return NULL;
    guint64 number = g_ascii_strtoull(line, &at, 10);

    for (size_t i = 0; i < ARGUMENTS; i++)
        arguments[i] = g_ascii_strtoull(at, &at, 16);
    for (size_t i = 0; i < G_N_ELEMENTS(calls); i++) {
        GString *out;
        int known = arch == GO_ARCH_ARM64 ? calls[i].arm64 : calls[i].amd64;

        if (known < 0 || (guint64)known != number)
            continue;
        out = g_string_new(calls[i].name);
        for (size_t k = 0; calls[i].arguments[k] != '\0'; k++)
            say_argument(calls[i].arguments[k], arguments[k], memory, out, ret_fd);
        return g_string_free(out, FALSE);
    }
    return g_strdup_printf("system call %" PRIu64, (uint64_t)number);
}
