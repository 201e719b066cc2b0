#include "tests/support/http_server.h"

#include <arpa/inet.h>
#include <glib.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    MAX_REQUEST_BYTES = 8192,
    WAIT_S = 10,
    ODD_CHUNK_BYTES = 7, /* boundaries that fall into the middle of everything */
    LARGE_CHUNK_BYTES = 4093,
};

static const char not_found[] = "404 page not found\n";

struct script {
    struct http_answer answer; /* its texts are this script's own */
    bool is_set;
    unsigned hits;
};

struct connection {
    struct http_server *server;
    int fd;
    pthread_t thread;
};

struct http_server {
    int listen_fd, stop_fd; /* stop_fd stays readable once the server goes down */
    int port;
    char *base;
    pthread_t thread;
    bool down;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    GHashTable *scripts;    /* under lock: path to struct script */
    GPtrArray *connections; /* under lock: struct connection * */
    unsigned accepted;      /* under lock */
    size_t endless_bytes;   /* under lock */
};

/* --- scripts --- */

static void clear_answer(struct http_answer *answer)
{
    g_free((char *)(uintptr_t)answer->content_type);
    g_free((char *)(uintptr_t)answer->headers);
    g_free((char *)(uintptr_t)answer->body);
    memset(answer, 0, sizeof *answer);
}

static void copy_answer(struct http_answer *to, const struct http_answer *from)
{
    const char *body = from->body ? from->body : "";

    *to = *from;
    to->status = from->status ? from->status : 200;
    to->n_body = from->n_body ? from->n_body : strlen(body);
    to->content_type =
        g_strdup(from->content_type ? from->content_type : "application/octet-stream");
    to->headers = g_strdup(from->headers ? from->headers : "");
    to->body = g_memdup2(body, to->n_body + 1);
}

static void free_script(gpointer user)
{
    struct script *script = user;

    clear_answer(&script->answer);
    g_free(script);
}

/* Under lock. */
static struct script *script_of(struct http_server *server, const char *path)
{
    struct script *script = g_hash_table_lookup(server->scripts, path);

    if (script == NULL) {
        script = g_new0(struct script, 1);
        g_hash_table_insert(server->scripts, g_strdup(path), script);
    }
    return script;
}

/* Counts the request and copies what it gets; caller clears. */
static void take_answer(struct http_server *server, const char *path, struct http_answer *ret)
{
    static const struct http_answer missing = {
        .status = 404, .content_type = "text/plain; charset=utf-8", .body = not_found};

    pthread_mutex_lock(&server->lock);
    struct script *script = script_of(server, path);

    script->hits++;
    copy_answer(ret, script->is_set ? &script->answer : &missing);
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

/* --- one connection --- */

/* Waits for fd or for the end of the server; true when fd is ready in time. */
static bool wait_for(struct connection *connection, short events, int timeout_ms)
{
    struct pollfd fds[2] = {{.fd = connection->fd, .events = events},
                            {.fd = connection->server->stop_fd, .events = POLLIN}};

    return poll(fds, 2, timeout_ms) > 0 && fds[1].revents == 0 && fds[0].revents != 0;
}

static void pause_ms(struct connection *connection, int ms)
{
    struct pollfd stop = {.fd = connection->server->stop_fd, .events = POLLIN};

    if (ms > 0)
        poll(&stop, 1, ms);
}

static bool send_bytes(struct connection *connection, const char *data, size_t n)
{
    while (n > 0) {
        if (!wait_for(connection, POLLOUT, -1))
            return false;
        ssize_t sent = send(connection->fd, data, n, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (sent <= 0)
            return false;
        data += sent;
        n -= (size_t)sent;
    }
    return true;
}

static bool send_text(struct connection *connection, const char *text)
{
    return send_bytes(connection, text, strlen(text));
}

/* length: a header with its line end, or "". */
static bool send_head(struct connection *connection, const struct http_answer *answer,
                      const char *length)
{
    g_autofree char *head =
        g_strdup_printf("HTTP/1.1 %d Scripted\r\nContent-Type: %s\r\n%s%s\r\n", answer->status,
                        answer->content_type, length, answer->headers);

    return send_text(connection, head);
}

static bool send_sized_head(struct connection *connection, const struct http_answer *answer)
{
    g_autofree char *length =
        g_strdup_printf("Content-Length: %" G_GSIZE_FORMAT "\r\n",
                        answer->announced ? answer->announced : answer->n_body);

    return send_head(connection, answer, length);
}

static bool send_chunk(struct connection *connection, const char *data, size_t n)
{
    g_autofree char *head = g_strdup_printf("%zx;extension=1\r\n", n);

    return send_text(connection, head) && send_bytes(connection, data, n) &&
           send_text(connection, "\r\n");
}

static bool play_chunked(struct connection *connection, const struct http_answer *answer)
{
    size_t step = answer->n_body > 1000 ? LARGE_CHUNK_BYTES : ODD_CHUNK_BYTES;

    if (!send_head(connection, answer, "Transfer-Encoding: chunked\r\n"))
        return false;
    for (size_t at = 0; at < answer->n_body; at += step)
        if (!send_chunk(connection, answer->body + at, MIN(step, answer->n_body - at)))
            return false;
    return send_text(connection, "0\r\nX-Trailer: end\r\n\r\n");
}

static bool play_trickle(struct connection *connection, const struct http_answer *answer)
{
    bool going = send_sized_head(connection, answer);

    for (size_t i = 0; i < answer->n_body && going; i++) {
        pause_ms(connection, answer->delay_ms);
        going = send_bytes(connection, answer->body + i, 1);
    }
    return going;
}

static bool play_endless(struct connection *connection, const struct http_answer *answer)
{
    struct http_server *server = connection->server;

    bool begun = answer->behaviour == HTTP_ENDLESS
                     ? send_head(connection, answer, "")
                     : send_text(connection, "HTTP/1.1 200 Scripted\r\n");

    while (begun && send_bytes(connection, answer->body, answer->n_body)) {
        pthread_mutex_lock(&server->lock);
        server->endless_bytes += answer->n_body;
        pthread_mutex_unlock(&server->lock);
    }
    return false;
}

/* Nothing more until the client or the server goes. */
static bool hang(struct connection *connection)
{
    char byte;

    while (wait_for(connection, POLLIN, -1))
        if (recv(connection->fd, &byte, 1, MSG_DONTWAIT) <= 0)
            break;
    return false;
}

/* True when the connection may serve another request. */
static bool play(struct connection *connection, const struct http_answer *answer)
{
    if (answer->behaviour != HTTP_TRICKLE)
        pause_ms(connection, answer->delay_ms);
    switch (answer->behaviour) {
    case HTTP_PLAIN:
        return send_sized_head(connection, answer) &&
               send_bytes(connection, answer->body, answer->n_body);
    case HTTP_CHUNKED:
        return play_chunked(connection, answer);
    case HTTP_CLOSED_END:
        return send_head(connection, answer, "Connection: close\r\n") &&
               send_bytes(connection, answer->body, answer->n_body) && false;
    case HTTP_HANG:
        return hang(connection);
    case HTTP_HANG_IN_BODY:
        return send_sized_head(connection, answer) &&
               send_bytes(connection, answer->body, answer->n_body / 2) && hang(connection);
    case HTTP_TRICKLE:
        return play_trickle(connection, answer);
    case HTTP_CUT:
        return send_sized_head(connection, answer) &&
               send_bytes(connection, answer->body, answer->n_body / 2) && false;
    case HTTP_NO_ANSWER:
        return false;
    case HTTP_GARBAGE:
        return send_bytes(connection, answer->body, answer->n_body) && false;
    case HTTP_ENDLESS:
    case HTTP_ENDLESS_HEAD:
        return play_endless(connection, answer);
    }
    return false;
}

/* Reads up to the empty line; the path goes to ret. False at the end of the connection. */
static bool read_request(struct connection *connection, char **ret)
{
    char request[MAX_REQUEST_BYTES] = "";
    size_t n = 0;

    while (n + 1 < sizeof request) {
        if (!wait_for(connection, POLLIN, -1))
            return false;
        ssize_t got = recv(connection->fd, request + n, 1, MSG_DONTWAIT);

        if (got <= 0)
            return false;
        request[++n] = '\0';
        if (g_str_has_suffix(request, "\r\n\r\n"))
            break;
    }
    const char *begin = strchr(request, ' ');
    const char *end = begin ? strchr(begin + 1, ' ') : NULL;

    *ret = end ? g_strndup(begin + 1, (gsize)(end - begin - 1)) : NULL;
    return *ret != NULL;
}

static bool serve_one(struct connection *connection)
{
    g_autofree char *path = NULL;
    struct http_answer answer;

    if (!read_request(connection, &path))
        return false;
    take_answer(connection->server, path, &answer);
    bool going = play(connection, &answer);

    clear_answer(&answer);
    return going;
}

static void *serve(void *user)
{
    struct connection *connection = user;

    while (serve_one(connection))
        continue;
    shutdown(connection->fd, SHUT_RDWR);
    close(connection->fd);
    return NULL;
}

/* --- the server --- */

static void add_connection(struct http_server *server, int fd)
{
    struct connection *connection = g_new0(struct connection, 1);

    connection->server = server;
    connection->fd = fd;
    pthread_mutex_lock(&server->lock);
    server->accepted++;
    g_ptr_array_add(server->connections, connection);
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
    g_assert_cmpint(pthread_create(&connection->thread, NULL, serve, connection), ==, 0);
}

static void *accept_all(void *user)
{
    struct http_server *server = user;

    for (;;) {
        struct pollfd fds[2] = {{.fd = server->listen_fd, .events = POLLIN},
                                {.fd = server->stop_fd, .events = POLLIN}};

        if (poll(fds, 2, -1) < 0)
            continue;
        if (fds[1].revents != 0)
            return NULL;
        int fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC);

        if (fd >= 0)
            add_connection(server, fd);
    }
}

static void listen_on_loopback(struct http_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;

    server->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(server->listen_fd, >=, 0);
    g_assert_cmpint(bind(server->listen_fd, (struct sockaddr *)&address, n), ==, 0);
    g_assert_cmpint(listen(server->listen_fd, 64), ==, 0);
    g_assert_cmpint(getsockname(server->listen_fd, (struct sockaddr *)&address, &n), ==, 0);
    server->port = ntohs(address.sin_port);
    server->base = g_strdup_printf("http://127.0.0.1:%d/debug/pprof", server->port);
}

struct http_server *http_server_new(void)
{
    struct http_server *server = g_new0(struct http_server, 1);
    pthread_condattr_t attributes;

    pthread_mutex_init(&server->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&server->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    server->scripts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_script);
    server->connections = g_ptr_array_new_with_free_func(g_free);
    server->stop_fd = eventfd(0, EFD_CLOEXEC);
    listen_on_loopback(server);
    g_assert_cmpint(pthread_create(&server->thread, NULL, accept_all, server), ==, 0);
    return server;
}

void http_server_go_down(struct http_server *server)
{
    const uint64_t one = 1;

    if (server->down)
        return;
    server->down = true;
    g_assert_cmpint(write(server->stop_fd, &one, sizeof one), ==, sizeof one);
    pthread_join(server->thread, NULL);
    close(server->listen_fd);
    for (guint i = 0; i < server->connections->len; i++) {
        struct connection *connection = server->connections->pdata[i];

        pthread_join(connection->thread, NULL);
    }
}

void http_server_free(struct http_server *server)
{
    if (server == NULL)
        return;
    http_server_go_down(server);
    close(server->stop_fd);
    g_ptr_array_unref(server->connections);
    g_hash_table_unref(server->scripts);
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->lock);
    g_free(server->base);
    g_free(server);
}

int http_server_port(const struct http_server *server)
{
    return server->port;
}

const char *http_server_base(const struct http_server *server)
{
    return server->base;
}

void http_server_set(struct http_server *server, const char *path, const struct http_answer *answer)
{
    pthread_mutex_lock(&server->lock);
    struct script *script = script_of(server, path);

    clear_answer(&script->answer);
    script->is_set = answer != NULL;
    if (answer != NULL)
        copy_answer(&script->answer, answer);
    pthread_mutex_unlock(&server->lock);
}

unsigned http_server_hits(struct http_server *server, const char *path)
{
    pthread_mutex_lock(&server->lock);
    unsigned hits = script_of(server, path)->hits;

    pthread_mutex_unlock(&server->lock);
    return hits;
}

bool http_server_wait_hits(struct http_server *server, const char *path, unsigned n)
{
    struct timespec until;
    int error = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += WAIT_S;
    pthread_mutex_lock(&server->lock);
    while (script_of(server, path)->hits < n && error == 0)
        error = pthread_cond_timedwait(&server->changed, &server->lock, &until);
    bool reached = script_of(server, path)->hits >= n;

    pthread_mutex_unlock(&server->lock);
    return reached;
}

unsigned http_server_connections(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    unsigned accepted = server->accepted;

    pthread_mutex_unlock(&server->lock);
    return accepted;
}

size_t http_server_endless_bytes(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    size_t bytes = server->endless_bytes;

    pthread_mutex_unlock(&server->lock);
    return bytes;
}
