#include "probes/linux/sockets.h"

#include "probes/linux/procfs.h"
#include "probes/linux/scan.h"
#include "probes/linux/sockdiag.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

/* Words of 8 hex digits, each a 32-bit number as the CPU of the target reads it. */
static bool scan_address(struct scan *s, bool ipv6, uint8_t *ret, uint16_t *ret_port)
{
    uint64_t value;
    for (int i = 0; i < (ipv6 ? 4 : 1); i++) {
        if (!scan_hex_n(s, 8, &value))
            return false;
        uint32_t word = (uint32_t)value;
        memcpy(ret + 4 * i, &word, sizeof word);
    }
    if (!scan_char(s, ':') || !scan_hex_n(s, 4, &value))
        return false;
    *ret_port = (uint16_t)value;
    return true;
}

bool inet_row_parse(const char *line, size_t n, bool ipv6, struct inet_row *ret)
{
    enum { WORDS_BEFORE_INODE = 5 }; /* queues, timer, retransmits, uid, timeout */
    struct scan s = scan_of(line, n);
    uint64_t slot, state;
    struct inet_row row = {.ipv6 = ipv6};
    scan_blanks(&s);
    if (!scan_u64(&s, &slot) || !scan_char(&s, ':'))
        return false;
    scan_blanks(&s);
    if (!scan_address(&s, ipv6, row.local, &row.local_port))
        return false;
    scan_blanks(&s);
    if (!scan_address(&s, ipv6, row.remote, &row.remote_port))
        return false;
    scan_blanks(&s);
    if (!scan_hex_n(&s, 2, &state))
        return false;
    row.state = (uint8_t)state;
    for (int i = 0; i < WORDS_BEFORE_INODE; i++)
        if (!scan_word(&s))
            return false;
    scan_blanks(&s);
    if (!scan_u64(&s, &row.inode))
        return false;
    *ret = row;
    return true;
}

static bool is_mapped(const struct inet_row *row)
{
    static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};
    return row->ipv6 && memcmp(row->local, prefix, sizeof prefix) == 0;
}

bool inet_row_is_loopback(const struct inet_row *row)
{
    static const uint8_t one[16] = {[15] = 1};
    if (!row->ipv6)
        return row->local[0] == 127;
    return is_mapped(row) ? row->local[12] == 127 : memcmp(row->local, one, sizeof one) == 0;
}

bool inet_row_is_any(const struct inet_row *row)
{
    static const uint8_t zero[16] = {0};
    return memcmp(row->local, zero, row->ipv6 ? 16 : 4) == 0;
}

static const char *const tables[] = {"net/tcp", "net/tcp6", "net/udp", "net/udp6"};
enum { N_TCP_TABLES = 2, N_TABLES = 4 };

struct socket_source socket_source_of(int dir_fd, bool system)
{
    struct socket_source source = {.dir_fd = dir_fd};
    struct procfs_text ours = {0}, theirs = {0};
    source.own_network = system && procfs_read_link(AT_FDCWD, "/proc/self/ns/net", &ours) == 0 &&
                         procfs_read_link(dir_fd, "ns/net", &theirs) == 0 &&
                         strcmp(ours.data, theirs.data) == 0;
    procfs_text_clear(&ours);
    procfs_text_clear(&theirs);
    return source;
}

/* The same, by the fastest way there is. */
static uint64_t each_socket(const struct socket_source *source, int table, uint32_t states,
                            inet_row_fn row, void *user)
{
    if (table < N_TCP_TABLES && source->own_network &&
        sockdiag_each(table % 2 == 1, states, row, user))
        return 0;
    /* Calls row for each row of a table until it returns false; bytes read. */
    int fd = procfs_open(source->dir_fd, tables[table]);
    if (fd < 0)
        return 0;
    struct procfs_lines lines;
    procfs_lines_init(&lines, fd);
    const char *line;
    size_t n;
    bool more = true;
    while (more && procfs_lines_next(&lines, &line, &n)) {
        struct inet_row parsed;
        if (!inet_row_parse(line, n, table % 2 == 1, &parsed))
            continue;
        parsed.udp = table >= N_TCP_TABLES;
        more = row(&parsed, user);
    }
    uint64_t bytes = lines.bytes;
    procfs_lines_clear(&lines);
    close(fd);
    return bytes;
}

struct listener_filter {
    inet_row_fn row;
    void *user;
};

static bool only_listening(const struct inet_row *row, void *user)
{
    const struct listener_filter *filter = user;
    return row->state != SOCKET_STATE_LISTEN || filter->row(row, filter->user);
}

void sockets_each_listener(const struct socket_source *source, inet_row_fn row, void *user)
{
    struct listener_filter filter = {row, user};
    for (int table = 0; table < N_TCP_TABLES; table++)
        each_socket(source, table, 1u << SOCKET_STATE_LISTEN, only_listening, &filter);
}

/* --- naming the sockets of one process --- */

struct wanted {
    uint64_t inode;
    uint32_t index; /* into fds */
};

struct resolver {
    void *sample;
    struct fd_entry *fds;
    struct wanted *wanted; /* by inode */
    size_t n;
    size_t left; /* descriptors without a name yet */
};

static int wanted_compare(const void *a, const void *b)
{
    const struct wanted *x = a, *y = b;
    if (x->inode != y->inode)
        return x->inode < y->inode ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* First descriptor of inode in wanted; n when the socket is not the process's. */
static size_t find_wanted(const struct resolver *r, uint64_t inode)
{
    size_t low = 0, high = r->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->wanted[middle].inode < inode)
            low = middle + 1;
        else
            high = middle;
    }
    return low < r->n && r->wanted[low].inode == inode ? low : r->n;
}

/* Several descriptors may share one socket (dup); the first answer for an inode counts. */
static void name_socket(struct resolver *r, size_t at, enum fd_type type, const char *path,
                        const char *detail)
{
    uint64_t inode = r->wanted[at].inode;
    for (; at < r->n && r->wanted[at].inode == inode; at++) {
        struct fd_entry *entry = &r->fds[r->wanted[at].index];
        entry->type = type;
        entry->path = path;
        entry->detail = detail;
        r->left--;
    }
}

static void append_endpoint(GString *text, bool ipv6, const uint8_t *address, uint16_t port)
{
    char name[INET6_ADDRSTRLEN];
    if (!inet_ntop(ipv6 ? AF_INET6 : AF_INET, address, name, sizeof name))
        g_strlcpy(name, "?", sizeof name);
    g_string_append_printf(text, ipv6 ? "[%s]:%u" : "%s:%u", name, port);
}

static const char *state_name(const struct inet_row *row)
{
    static const char *const names[] = {
        "UNKNOWN", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",    "TIME_WAIT",
        "CLOSE",   "CLOSE_WAIT",  "LAST_ACK", "LISTEN",   "CLOSING",   "NEW_SYN_RECV",
    };
    if (row->udp)
        return "UDP";
    return row->state < G_N_ELEMENTS(names) ? names[row->state] : names[0];
}

static bool name_inet(const struct inet_row *row, void *user)
{
    struct resolver *r = user;
    size_t at = find_wanted(r, row->inode);
    if (row->inode == 0 || at == r->n || r->fds[r->wanted[at].index].type != FD_SOCK)
        return true;
    g_autoptr(GString) text = g_string_new(NULL);
    append_endpoint(text, row->ipv6, row->local, row->local_port);
    if (row->remote_port || (row->state != SOCKET_STATE_LISTEN && !row->udp)) {
        g_string_append(text, "->");
        append_endpoint(text, row->ipv6, row->remote, row->remote_port);
    }
    name_socket(r, at, row->ipv6 ? FD_IPV6 : FD_IPV4, sample_strdup(r->sample, text->str),
                state_name(row));
    return true;
}

static const char *unix_detail(uint64_t type, uint64_t flags)
{
    enum { LISTENING = 0x10000 };
    switch (type) {
    case 1:
        return flags & LISTENING ? "stream LISTEN" : "stream";
    case 2:
        return "dgram";
    case 5:
        return flags & LISTENING ? "seqpacket LISTEN" : "seqpacket";
    default:
        return "";
    }
}

static uint64_t resolve_unix(int dir_fd, struct resolver *r)
{
    int fd = procfs_open(dir_fd, "net/unix");
    if (fd < 0)
        return 0;
    struct procfs_lines lines;
    procfs_lines_init(&lines, fd);
    const char *line;
    size_t n;
    while (procfs_lines_next(&lines, &line, &n)) {
        /*
         * "Num: RefCount Protocol Flags Type St Inode Path". A newline in a path is
         * raw and breaks the row; its tail is normally no row and is passed over.
         */
        struct scan s = scan_of(line, n);
        uint64_t number, flags, type, inode;
        if (!scan_hex(&s, &number) || !scan_char(&s, ':') || !scan_word(&s) || !scan_word(&s))
            continue;
        scan_blanks(&s);
        if (!scan_hex(&s, &flags))
            continue;
        scan_blanks(&s);
        if (!scan_hex(&s, &type) || !scan_word(&s))
            continue;
        scan_blanks(&s);
        if (!scan_u64(&s, &inode))
            continue;
        size_t at = find_wanted(r, inode);
        if (at == r->n || r->fds[r->wanted[at].index].type != FD_SOCK)
            continue;
        scan_char(&s, ' ');
        const char *path = s.p < s.end ? sample_strndup(r->sample, s.p, (size_t)(s.end - s.p))
                                       : r->fds[r->wanted[at].index].path;
        name_socket(r, at, FD_UNIX, path, unix_detail(type, flags));
    }
    uint64_t bytes = lines.bytes;
    procfs_lines_clear(&lines);
    close(fd);
    return bytes;
}

uint64_t sockets_resolve(const struct socket_source *source, void *sample, struct fd_entry *fds,
                         const uint32_t *indices, size_t n)
{
    enum { TIME_WAIT = 6, NEW_SYN_RECV = 12 }; /* have no descriptor */
    const uint32_t states = ~(1u << TIME_WAIT | 1u << NEW_SYN_RECV);
    uint64_t bytes = 0;
    g_autofree struct wanted *wanted = g_new(struct wanted, n + 1);
    for (size_t i = 0; i < n; i++)
        wanted[i] = (struct wanted){fds[indices[i]].inode, indices[i]};
    qsort(wanted, n, sizeof *wanted, wanted_compare);
    struct resolver r = {sample, fds, wanted, n, n};
    /* Unix sockets first: the kernel walks its whole hash table for the others. */
    bytes += resolve_unix(source->dir_fd, &r);
    for (int table = 0; table < N_TABLES && r.left; table++)
        bytes += each_socket(source, table, states, name_inet, &r);
    return bytes;
}
