#ifndef SIDESCOPE_PROBES_LINUX_SOCKETS_H
#define SIDESCOPE_PROBES_LINUX_SOCKETS_H

/*
 * The socket tables of a network namespace (os-reference 3.5): text in, rows
 * out, and the names of a process's sockets. One pass per table.
 */

#include "probes/samples.h"

struct inet_row {
    bool ipv6, udp;
    uint8_t local[16], remote[16]; /* network order; the first 4 bytes for IPv4 */
    uint16_t local_port, remote_port;
    uint8_t state; /* TCP_* of the kernel; 0x0A is LISTEN */
    uint64_t inode;
};

enum { SOCKET_STATE_LISTEN = 0x0A };

/* False to end the walk. */
typedef bool (*inet_row_fn)(const struct inet_row *row, void *user);

/* Where the sockets of a network are read. */
struct socket_source {
    int dir_fd;       /* "net/tcp" … lies below: a process, or the proc root */
    bool own_network; /* it is the one we live in, so the kernel may be asked directly */
};

/* For the process whose directory is dir_fd; system: it is one of this machine's procfs. */
struct socket_source socket_source_of(int dir_fd, bool system);

/* One line of net/tcp, tcp6, udp or udp6; false for the heading and for what is no row. */
bool inet_row_parse(const char *line, size_t n, bool ipv6, struct inet_row *ret);
/* Bound to 127.0.0.0/8, ::1 or ::ffff:127.0.0.0/104. */
bool inet_row_is_loopback(const struct inet_row *row);
/* Bound to every address. */
bool inet_row_is_any(const struct inet_row *row);

/* Calls row for every TCP socket in state LISTEN until it returns false. */
void sockets_each_listener(const struct socket_source *source, inet_row_fn row, void *user);

/*
 * Fills type, path and detail of the n socket descriptors at indices (into
 * fds); texts go into sample. Returns bytes read.
 */
uint64_t sockets_resolve(const struct socket_source *source, void *sample, struct fd_entry *fds,
                         const uint32_t *indices, size_t n);

#endif
