#include "probes/linux/sockdiag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_BYTES = 32 * 1024 };

static bool send_request(int fd, bool ipv6, uint32_t states)
{
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 body;
    } request = {
        .header = {.nlmsg_len = sizeof request,
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .body = {.sdiag_family = ipv6 ? AF_INET6 : AF_INET,
                 .sdiag_protocol = IPPROTO_TCP,
                 .idiag_states = states},
    };
    return send(fd, &request, sizeof request, 0) == (ssize_t)sizeof request;
}

enum answer { ANSWER_MORE, ANSWER_DONE, ANSWER_FAILED };

/* One datagram of the dump. *wanted turns false when row has seen enough. */
static enum answer read_answer(const struct nlmsghdr *header, size_t n, inet_row_fn row, void *user,
                               bool *wanted)
{
    for (; NLMSG_OK(header, n); header = NLMSG_NEXT(header, n)) {
        if (header->nlmsg_type == NLMSG_DONE)
            return ANSWER_DONE;
        if (header->nlmsg_type == NLMSG_ERROR)
            return ANSWER_FAILED;
        if (header->nlmsg_len < NLMSG_LENGTH(sizeof(struct inet_diag_msg)))
            continue;
        const struct inet_diag_msg *message = (const struct inet_diag_msg *)NLMSG_DATA(header);
        struct inet_row parsed = {
            .ipv6 = message->idiag_family == AF_INET6,
            .local_port = ntohs(message->id.idiag_sport),
            .remote_port = ntohs(message->id.idiag_dport),
            .state = message->idiag_state,
            .inode = message->idiag_inode,
        };
        memcpy(parsed.local, message->id.idiag_src, sizeof parsed.local);
        memcpy(parsed.remote, message->id.idiag_dst, sizeof parsed.remote);
        if (*wanted)
            *wanted = row(&parsed, user);
    }
    return ANSWER_MORE;
}

bool sockdiag_each(bool ipv6, uint32_t states, inet_row_fn row, void *user)
{
    int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (fd < 0)
        return false;
    g_autofree struct nlmsghdr *buffer = g_malloc(ANSWER_BYTES);
    enum answer answer = send_request(fd, ipv6, states) ? ANSWER_MORE : ANSWER_FAILED;
    bool wanted = true;
    while (answer == ANSWER_MORE && wanted) {
        ssize_t n = recv(fd, buffer, ANSWER_BYTES, 0);
        if (n < 0 && errno == EINTR)
            continue;
        answer = n > 0 ? read_answer(buffer, (size_t)n, row, user, &wanted) : ANSWER_FAILED;
    }
    close(fd);
    return answer != ANSWER_FAILED;
}
