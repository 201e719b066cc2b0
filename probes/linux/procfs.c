#include "probes/linux/procfs.h"

#include "probes/limits.h"
#include "probes/linux/scan.h"
#include "probes/samples.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

enum {
    FIRST_CAPACITY = 8192,
    LINES_CAPACITY = 64 * 1024,
    KERNEL_THREAD_FLAG = 0x00200000, /* PF_KTHREAD in the kernel's sched.h */
    FORKED_FLAG = 0x40,              /* PF_FORKNOEXEC */
    EXITING_FLAG = 0x00000004,       /* PF_EXITING */
};

void procfs_text_clear(struct procfs_text *text)
{
    g_free(text->data);
    *text = (struct procfs_text){0};
}

void procfs_text_reserve(struct procfs_text *text, size_t capacity)
{
    if (text->capacity >= capacity)
        return;
    text->data = g_realloc(text->data, capacity);
    text->capacity = capacity;
}

const char *procfs_number(int number, char buffer[PROCFS_NUMBER_BYTES])
{
    unsigned value = (unsigned)number;
    char *p = buffer + PROCFS_NUMBER_BYTES;
    *--p = '\0';
    do {
        *--p = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    return p;
}

static int open_at(int dir_fd, const char *name, int flags)
{
    int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | flags);
    return fd >= 0 ? fd : -errno;
}

int procfs_open(int dir_fd, const char *name)
{
    return open_at(dir_fd, name, O_NONBLOCK | O_NOCTTY);
}

int procfs_open_dir(int dir_fd, const char *name)
{
    return open_at(dir_fd, name, O_DIRECTORY);
}

static int read_whole(int fd, bool short_ends, struct procfs_text *text)
{
    procfs_text_reserve(text, FIRST_CAPACITY);
    text->size = 0;
    for (;;) {
        size_t room = text->capacity - text->size - 1;
        ssize_t n = pread(fd, text->data + text->size, room, (off_t)text->size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        text->size += (size_t)n;
        if (n == 0 || (short_ends && (size_t)n < room) || text->size >= PROCFS_MAX_TEXT)
            break;
        if (text->size + 1 >= text->capacity)
            procfs_text_reserve(text, text->capacity * 2);
    }
    text->data[text->size] = '\0';
    return 0;
}

int procfs_read_fd(int fd, struct procfs_text *text)
{
    return read_whole(fd, false, text);
}

static int read_named(int dir_fd, const char *name, bool short_ends, struct procfs_text *text)
{
    int fd = procfs_open(dir_fd, name);
    if (fd < 0)
        return -fd;
    int error = read_whole(fd, short_ends, text);
    close(fd);
    return error;
}

int procfs_read(int dir_fd, const char *name, struct procfs_text *text)
{
    return read_named(dir_fd, name, false, text);
}

int procfs_read_single(int dir_fd, const char *name, struct procfs_text *text)
{
    return read_named(dir_fd, name, true, text);
}

int procfs_read_link(int dir_fd, const char *name, struct procfs_text *text)
{
    procfs_text_reserve(text, FIRST_CAPACITY);
    for (;;) {
        ssize_t n = readlinkat(dir_fd, name, text->data, text->capacity - 1);
        if (n < 0)
            return errno;
        text->size = (size_t)n;
        text->data[n] = '\0';
        if (text->size + 1 < text->capacity)
            return 0;
        if (text->capacity > PROBES_MAX_PATH_BYTES)
            return ENAMETOOLONG;
        procfs_text_reserve(text, text->capacity * 2); /* a full buffer may be a cut link */
    }
}

bool procfs_read_number(int dir_fd, const char *name, int64_t *ret)
{
    struct procfs_text text = {0};
    uint64_t value = 0;
    bool ok = procfs_read(dir_fd, name, &text) == 0;
    if (ok) {
        struct scan s = scan_of(text.data, text.size);
        ok = scan_u64(&s, &value) && value <= INT64_MAX;
    }
    procfs_text_clear(&text);
    if (ok)
        *ret = (int64_t)value;
    return ok;
}

bool procfs_is_real(int fd)
{
    struct statfs fs;
    return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

void procfs_lines_init(struct procfs_lines *lines, int fd)
{
    *lines = (struct procfs_lines){.fd = fd, .capacity = LINES_CAPACITY};
    lines->data = g_malloc(lines->capacity);
}

void procfs_lines_clear(struct procfs_lines *lines)
{
    g_free(lines->data);
    *lines = (struct procfs_lines){.fd = -1, .end = true};
}

/* Moves the unfinished line to the front and reads on behind it. */
static void lines_fill(struct procfs_lines *lines)
{
    memmove(lines->data, lines->data + lines->begin, lines->filled - lines->begin);
    lines->filled -= lines->begin;
    lines->begin = 0;
    if (lines->filled == lines->capacity) {
        lines->capacity *= 2;
        lines->data = g_realloc(lines->data, lines->capacity);
    }
    ssize_t n;
    do {
        n = read(lines->fd, lines->data + lines->filled, lines->capacity - lines->filled);
    } while (n < 0 && errno == EINTR);
    if (n <= 0) {
        lines->end = true;
        lines->error = n < 0 ? errno : 0;
        return;
    }
    lines->filled += (size_t)n;
    lines->bytes += (uint64_t)n;
}

bool procfs_lines_next(struct procfs_lines *lines, const char **ret, size_t *ret_n)
{
    size_t looked = 0;
    for (;;) {
        const char *begin = lines->data + lines->begin;
        size_t n = lines->filled - lines->begin;
        const char *newline = n > looked ? memchr(begin + looked, '\n', n - looked) : NULL;
        bool cut = !newline && n > 0 && (lines->end || n >= PROCFS_MAX_LINE);
        if (newline || cut) {
            *ret = begin;
            *ret_n = newline ? (size_t)(newline - begin) : n;
            lines->begin += *ret_n + (newline ? 1 : 0);
            return true;
        }
        if (lines->end)
            return false;
        looked = n;
        lines_fill(lines);
    }
}

/* The numbers behind the name: field 4 (ppid) on, in order. */
static bool parse_fields(struct scan *s, uint64_t *fields, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        scan_blanks(s);
        bool negative = scan_char(s, '-'); /* tty group, priority, nice: not wanted */
        if (!scan_u64(s, &fields[i]))
            return false;
        if (negative)
            fields[i] = 0;
    }
    return true;
}

bool procfs_stat_parse(const char *text, size_t n, struct procfs_stat *ret)
{
    enum { FIRST = 4, LAST = 24 };
    const char *open = memchr(text, '(', n);
    const char *close = memrchr(text, ')', n); /* the name may hold ") S (" itself */
    if (!open || !close || close < open || text + n - close < 4)
        return false;
    struct scan head = scan_of(text, n), s = {close + 3, text + n};
    uint64_t pid, field[LAST + 1] = {0};
    if (!scan_u64(&head, &pid) || pid > INT32_MAX)
        return false;
    if (!parse_fields(&s, field + FIRST, LAST - FIRST + 1) || field[4] > INT32_MAX)
        return false;
    *ret = (struct procfs_stat){
        .pid = (pid_t)pid,
        .parent = (pid_t)field[4],
        .state = close[2],
        .comm = open + 1,
        .comm_n = (size_t)(close - open - 1),
        .flags = field[9],
        .minor_faults = field[10],
        .major_faults = field[12],
        .user_ticks = field[14],
        .system_ticks = field[15],
        .child_user_ticks = field[16],
        .child_system_ticks = field[17],
        .threads = field[20],
        .start_ticks = field[22],
        .vsize_bytes = field[23],
        .rss_pages = field[24],
    };
    return true;
}

bool procfs_stat_is_kernel(const struct procfs_stat *stat)
{
    return (stat->flags & KERNEL_THREAD_FLAG) != 0;
}

bool procfs_stat_is_forked(const struct procfs_stat *stat)
{
    return (stat->flags & FORKED_FLAG) != 0;
}

bool procfs_stat_is_exiting(const struct procfs_stat *stat)
{
    return (stat->flags & EXITING_FLAG) != 0;
}

static int64_t limit_value(struct scan *s)
{
    uint64_t value;
    scan_blanks(s);
    if (scan_u64(s, &value) && value <= INT64_MAX)
        return (int64_t)value;
    scan_word(s); /* "unlimited" */
    return SAMPLE_UNKNOWN;
}

bool procfs_limit_parse(const struct procfs_text *limits, const char *name, int64_t *ret_soft,
                        int64_t *ret_hard)
{
    const char *line = limits->data, *end = limits->data + limits->size;
    while (line < end) {
        struct scan s = {line, end};
        if (scan_prefix(&s, name)) {
            *ret_soft = limit_value(&s);
            *ret_hard = limit_value(&s);
            return true;
        }
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        line = newline ? newline + 1 : end;
    }
    return false;
}

bool procfs_strip_deleted(char *path)
{
    static const char suffix[] = " (deleted)";
    size_t n = strlen(path), cut = sizeof suffix - 1;
    if (n <= cut || strcmp(path + n - cut, suffix) != 0)
        return false;
    path[n - cut] = '\0';
    return true;
}

int64_t procfs_number_of(const struct procfs_text *text, const char *key)
{
    const char *at = text->data;
    uint64_t value;

    for (at = strstr(at, key); at != NULL && at > text->data && at[-1] != '\n';)
        at = strstr(at + 1, key);
    if (at == NULL)
        return SAMPLE_UNKNOWN;
    struct scan s = scan_of(at, text->size - (size_t)(at - text->data));

    return scan_prefix(&s, key) && (scan_blanks(&s), scan_u64(&s, &value)) && value <= INT64_MAX
               ? (int64_t)value
               : SAMPLE_UNKNOWN;
}

int64_t procfs_bytes_of(const struct procfs_text *text, const char *key)
{
    int64_t kib = procfs_number_of(text, key);

    return kib != SAMPLE_UNKNOWN && kib <= INT64_MAX / 1024 ? kib * 1024 : SAMPLE_UNKNOWN;
}
