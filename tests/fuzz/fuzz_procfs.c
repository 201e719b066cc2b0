#include "fuzz.h"

#include "probes/linux/fdinfo.h"
#include "probes/linux/locks.h"
#include "probes/linux/procfs.h"
#include "probes/linux/sockets.h"
#include "probes/samples.h"

#include <string.h>

/* Lines and small files of procfs. A program's name and its paths stand in them as it likes. */

static void stat_text(const char *text, size_t n)
{
    struct procfs_stat stat;

    if (!procfs_stat_parse(text, n, &stat))
        return;
    g_assert_true(stat.comm >= text && stat.comm + stat.comm_n <= text + n);
    procfs_stat_is_kernel(&stat);
    procfs_stat_is_exiting(&stat);
}

/* As the reader leaves it: with a NUL behind the last byte. */
static struct procfs_text text_of(const char *text, size_t n)
{
    struct procfs_text ret = {.data = g_malloc(n + 1), .size = n, .capacity = n + 1};

    memcpy(ret.data, text, n);
    ret.data[n] = '\0';
    return ret;
}

static void fdinfo_text(const char *text, size_t n)
{
    struct procfs_text file = text_of(text, n);
    struct fdinfo info;

    fdinfo_parse(&file, &info);
    g_assert_true(info.offset >= 0 || info.offset == SAMPLE_UNKNOWN);
    g_assert_true(strchr("rwu ", fdinfo_access(info.flags)) != NULL);
    procfs_text_clear(&file);
}

static void limits_text(const char *text, size_t n)
{
    struct procfs_text file = text_of(text, n);
    int64_t soft, hard;

    if (procfs_limit_parse(&file, "Max open files", &soft, &hard))
        g_assert_true((soft >= 0 || soft == SAMPLE_UNKNOWN) &&
                      (hard >= 0 || hard == SAMPLE_UNKNOWN));
    procfs_text_clear(&file);
}

static void inet_row(const char *text, size_t n, bool ipv6)
{
    struct inet_row row;

    if (!inet_row_parse(text, n, ipv6, &row))
        return;
    inet_row_is_any(&row);
    inet_row_is_loopback(&row);
}

static void inet4_line(const char *text, size_t n)
{
    inet_row(text, n, false);
}

static void inet6_line(const char *text, size_t n)
{
    inet_row(text, n, true);
}

static void lock_text(const char *text, size_t n)
{
    struct lock_line line;

    if (lock_line_parse(text, n, &line))
        g_assert_true(line.pid >= -1 && line.cls <= LOCK_OTHER);
}

static void (*const parsers[])(const char *, size_t) = {stat_text,  fdinfo_text, limits_text,
                                                        inet4_line, inet6_line,  lock_text};

G_STATIC_ASSERT(FUZZ_CHOICES == G_N_ELEMENTS(parsers));

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > 0)
        parsers[data[n - 1] % FUZZ_CHOICES]((const char *)data, n - 1);
    return 0;
}
