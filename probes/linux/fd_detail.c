#include "probes/fd_detail.h"

#include "probes/linux/procfs.h"
#include "probes/linux/scan.h"
#include "probes/linux/watches.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

enum { MAX_WATCHES = 65536, MAX_MEMBERS = 65536 };

/* --- words --- */

struct bit {
    uint32_t bit;
    const char *name;
};

static char *bits_text(uint32_t value, const struct bit *bits, size_t n)
{
    GString *out = g_string_new(NULL);

    for (size_t i = 0; i < n; i++)
        if (value & bits[i].bit)
            g_string_append_printf(out, "%s%s", out->len > 0 ? "|" : "", bits[i].name);
    return g_string_free(out, FALSE);
}

char *fd_watch_mask(uint32_t mask)
{
    static const struct bit bits[] = {
        {IN_CREATE, "CREATE"},
        {IN_MODIFY, "MODIFY"},
        {IN_DELETE, "DELETE"},
        {IN_MOVED_FROM, "MOVED_FROM"},
        {IN_MOVED_TO, "MOVED_TO"},
        {IN_DELETE_SELF, "DELETE_SELF"},
        {IN_MOVE_SELF, "MOVE_SELF"},
        {IN_ATTRIB, "ATTRIB"},
        {IN_CLOSE_WRITE, "CLOSE_WRITE"},
        {IN_CLOSE_NOWRITE, "CLOSE_NOWRITE"},
        {IN_OPEN, "OPEN"},
        {IN_ACCESS, "ACCESS"},
    };

    return bits_text(mask, bits, G_N_ELEMENTS(bits));
}

char *fd_member_events(uint32_t events)
{
    static const struct bit bits[] = {
        {EPOLLIN, "IN"},       {EPOLLOUT, "OUT"}, {EPOLLPRI, "PRI"},        {EPOLLERR, "ERR"},
        {EPOLLRDHUP, "RDHUP"}, {EPOLLET, "ET"},   {EPOLLONESHOT, "ONESHOT"}};

    return bits_text(events, bits, G_N_ELEMENTS(bits));
}

/* --- fdinfo lines --- */

static void take_member(struct fd_detail *detail, int pid_dir, const char *line, size_t n)
{
    struct scan s = scan_of(line, n);
    struct fd_member member = {.fd = -1};
    struct procfs_text link = {0};
    uint64_t number, events = 0;

    scan_prefix(&s, "tfd:");
    scan_blanks(&s);
    if (detail->members->len >= MAX_MEMBERS || !scan_u64(&s, &number) || number > INT32_MAX)
        return;
    member.fd = (int)number;
    watch_find_hex(line, n, " events:", &events);
    member.events = (uint32_t)events;
    g_autofree char *name = g_strdup_printf("fd/%d", member.fd);

    member.link = g_strdup(procfs_read_link(pid_dir, name, &link) == 0 ? link.data : "");
    procfs_text_clear(&link);
    g_array_append_val(detail->members, member);
}

static void search(struct fd_detail *detail, int pid_dir, const struct fd_detail_request *request)
{
    struct watch_search search = {
        .pid_dir = pid_dir, .watches = detail->watches, .cancelled = request->cancelled};

    watch_search_all(&search, request->directories);
    detail->search_cut = search.cut;
    detail->n_found = detail->watches->len - watch_search_missing(&search);
}

struct fd_detail *fd_detail_read(const struct fd_detail_request *request)
{
    struct fd_detail *detail = fd_detail_new(request->fd);
    g_autofree char *path = g_strdup_printf(
        "%s/%d", request->proc_root != NULL ? request->proc_root : "/proc", (int)request->pid);
    g_autofree char *name = g_strdup_printf("fdinfo/%d", request->fd);
    int pid_dir = procfs_open_dir(AT_FDCWD, path);
    struct procfs_text text = {0};

    int error = pid_dir >= 0 ? procfs_read(pid_dir, name, &text) : -pid_dir;

    if (error == 0) {
        const char *p = text.data, *end = text.data + text.size;

        while (p < end) {
            const char *newline = memchr(p, '\n', (size_t)(end - p));
            size_t n = (size_t)((newline != NULL ? newline : end) - p);

            if (n > 8 && memcmp(p, "inotify ", 8) == 0) {
                struct fd_watch watch;

                if (detail->watches->len < MAX_WATCHES && watch_parse(p, n, &watch))
                    g_array_append_val(detail->watches, watch);
            } else if (n > 4 && memcmp(p, "tfd:", 4) == 0)
                take_member(detail, pid_dir, p, n);
            p += n + 1;
        }

        if (detail->watches->len > 0)
            search(detail, pid_dir, request);
    } else {
        detail->error = g_strdup_printf("%s/%s: %s", path, name, g_strerror(error));
    }
    detail->info = g_strdup(error == 0 ? text.data : "");
    if (pid_dir >= 0)
        close(pid_dir);
    procfs_text_clear(&text);
    return detail;
}
