#include "app/monitor/listen.h"

#include "app/monitor/exposition.h"
#include "app/monitor/http_head.h"
#include "app/target/attach.h"

#include <gio/gio.h>
#include <string.h>

enum {
    MAX_CLIENTS = 16,
    DEADLINE_S = 10,               /* for a whole request and its answer */
    MAX_DISCARDED_BYTES = 1 << 16, /* read after the answer, so that the client can read it */
};

struct listen {
    GSocketService *service;
    char *url;
    listen_page page;
    void *user;
    GPtrArray *clients; /* struct client * */
};

enum phase { READING, WRITING, DISCARDING };

struct client {
    struct listen *listen;
    GSocketConnection *connection;
    GSource *source;
    guint deadline;
    enum phase phase;
    char head[HTTP_HEAD_MAX_BYTES];
    size_t n_head;
    GString *answer;
    size_t sent, discarded;
};

/* --- clients --- */

static void drop_source(struct client *client)
{
    if (client->source != NULL) {
        g_source_destroy(client->source);
        g_source_unref(client->source);
    }
    client->source = NULL;
}

static void client_free(gpointer user)
{
    struct client *client = user;

    drop_source(client);
    if (client->deadline != 0)
        g_source_remove(client->deadline);
    g_object_unref(client->connection);
    g_string_free(client->answer, TRUE);
    g_free(client);
}

static void end(struct client *client)
{
    g_ptr_array_remove_fast(client->listen->clients, client);
}

static gboolean on_deadline(gpointer user)
{
    struct client *client = user;

    client->deadline = 0;
    end(client);
    return G_SOURCE_REMOVE;
}

/* --- answers --- */

static void set_answer(struct client *client, const char *status, const char *type,
                       const char *body, bool with_body)
{
    g_string_printf(client->answer,
                    "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %" G_GSIZE_FORMAT
                    "\r\nConnection: close\r\nCache-Control: no-store\r\n%s\r\n%s",
                    status, type, strlen(body),
                    strncmp(status, "405", 3) == 0 ? "Allow: GET, HEAD\r\n" : "",
                    with_body ? body : "");
}

static void answer(struct client *client, const struct http_head *head)
{
    static const char plain[] = "text/plain; charset=utf-8";

    if (!head->is_get && !head->is_head) {
        set_answer(client, "405 Method Not Allowed", plain, "only GET and HEAD\n", true);
    } else if (head->is_metrics) {
        g_autofree char *page = client->listen->page(head->openmetrics, client->listen->user);

        set_answer(
            client, "200 OK",
            exposition_content_type(head->openmetrics ? EXPOSITION_OPENMETRICS : EXPOSITION_TEXT),
            page, head->is_get);
    } else if (head->is_root) {
        set_answer(client, "200 OK", plain, "sidescope monitor: the numbers are at /metrics\n",
                   head->is_get);
    } else {
        set_answer(client, "404 Not Found", plain, "there is only /metrics\n", head->is_get);
    }
}

/* --- bytes --- */

static bool is_blocked(const GError *error)
{
    return g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
}

static void watch(struct client *client, enum phase phase);

/* False when the client is gone. */
static bool read_head(struct client *client)
{
    GSocket *socket = g_socket_connection_get_socket(client->connection);
    g_autoptr(GError) error = NULL;
    struct http_head head;
    gssize n = g_socket_receive(socket, client->head + client->n_head,
                                sizeof client->head - client->n_head, NULL, &error);

    if (n <= 0)
        return n < 0 && is_blocked(error);
    client->n_head += (size_t)n;
    switch (http_head_parse(client->head, client->n_head, &head)) {
    case HTTP_HEAD_INCOMPLETE:
        return true;
    case HTTP_HEAD_TOO_LARGE:
        set_answer(client, "431 Request Header Fields Too Large", "text/plain", "too large\n",
                   true);
        break;
    case HTTP_HEAD_BAD:
        set_answer(client, "400 Bad Request", "text/plain", "no HTTP/1.1 request\n", true);
        break;
    case HTTP_HEAD_OK:
    default:
        answer(client, &head);
    }
    watch(client, WRITING);
    return true;
}

static bool write_answer(struct client *client)
{
    GSocket *socket = g_socket_connection_get_socket(client->connection);
    g_autoptr(GError) error = NULL;
    gssize n = g_socket_send(socket, client->answer->str + client->sent,
                             client->answer->len - client->sent, NULL, &error);

    if (n < 0)
        return is_blocked(error);
    client->sent += (size_t)n;
    if (client->sent < client->answer->len)
        return true;
    /* closed with bytes unread, the answer could be lost on its way */
    g_socket_shutdown(socket, FALSE, TRUE, NULL);
    watch(client, DISCARDING);
    return true;
}

static bool discard(struct client *client)
{
    GSocket *socket = g_socket_connection_get_socket(client->connection);
    g_autoptr(GError) error = NULL;
    char bytes[1024];
    gssize n = g_socket_receive(socket, bytes, sizeof bytes, NULL, &error);

    if (n <= 0)
        return n < 0 && is_blocked(error);
    client->discarded += (size_t)n;
    return client->discarded < MAX_DISCARDED_BYTES;
}

static gboolean on_socket(GSocket *socket, GIOCondition condition, gpointer user)
{
    static bool (*const steps[])(struct client * client) = {
        [READING] = read_head,
        [WRITING] = write_answer,
        [DISCARDING] = discard,
    };
    struct client *client = user;

    (void)socket;
    (void)condition;
    enum phase phase = client->phase;

    if (!steps[phase](client)) {
        end(client);
        return G_SOURCE_REMOVE;
    }
    return client->phase == phase ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void watch(struct client *client, enum phase phase)
{
    GSocket *socket = g_socket_connection_get_socket(client->connection);

    drop_source(client);
    client->phase = phase;
    client->source = g_socket_create_source(socket, phase == WRITING ? G_IO_OUT : G_IO_IN, NULL);
    g_source_set_callback(client->source, G_SOURCE_FUNC(on_socket), client, NULL);
    g_source_attach(client->source, NULL);
}

/* More than that many at once are turned away: a scraper comes again. */
static gboolean on_incoming(GSocketService *service, GSocketConnection *connection, GObject *source,
                            gpointer user)
{
    struct listen *listen = user;
    struct client *client;

    (void)service;
    (void)source;
    if (listen->clients->len >= MAX_CLIENTS)
        return TRUE;
    client = g_new0(struct client, 1);
    client->listen = listen;
    client->connection = g_object_ref(connection);
    client->answer = g_string_new(NULL);
    g_socket_set_blocking(g_socket_connection_get_socket(connection), FALSE);
    client->deadline = g_timeout_add_seconds(DEADLINE_S, on_deadline, client);
    g_ptr_array_add(listen->clients, client);
    watch(client, READING);
    return TRUE;
}

/* --- life --- */

/* A name would have to be looked up: only addresses are taken. NULL with error. */
static GSocketAddress *parse_address(const char *text, GError **error)
{
    const char *colon = strrchr(text, ':');
    const char *port_text = colon != NULL ? colon + 1 : text;
    g_autofree char *host = colon != NULL && colon != text ? g_strndup(text, (gsize)(colon - text))
                                                           : g_strdup("127.0.0.1");
    GSocketAddress *address = NULL;
    size_t n = strlen(host);
    guint64 port;

    if (host[0] == '[' && host[n - 1] == ']') {
        host[n - 1] = '\0';
        memmove(host, host + 1, n - 1);
    } else if (strcmp(host, "localhost") == 0) {
        g_free(host);
        host = g_strdup("127.0.0.1");
    }
    if (g_ascii_string_to_unsigned(port_text, 10, 0, G_MAXUINT16, &port, NULL))
        address = g_inet_socket_address_new_from_string(host, (guint)port);
    if (address == NULL)
        g_set_error(error, ATTACH_ERROR, ATTACH_ERROR_USAGE,
                    "--listen takes a port (9100) or a numeric address with one (10.0.0.5:9100, "
                    "[::1]:9100), not \"%s\"",
                    text);
    return address;
}

static char *url_of(GSocketAddress *address)
{
    GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS(address);
    GInetAddress *host = g_inet_socket_address_get_address(inet);
    g_autofree char *text = g_inet_address_to_string(host);
    bool is_6 = g_inet_address_get_family(host) == G_SOCKET_FAMILY_IPV6;

    return g_strdup_printf("http://%s%s%s:%d/metrics", is_6 ? "[" : "", text, is_6 ? "]" : "",
                           g_inet_socket_address_get_port(inet));
}

struct listen *listen_new(const char *text, listen_page page, void *user, GError **error)
{
    g_autoptr(GSocketAddress) address = parse_address(text, error);
    g_autoptr(GSocketAddress) effective = NULL;

    if (address == NULL)
        return NULL;
    g_autoptr(GSocketService) service = g_socket_service_new();

    if (!g_socket_listener_add_address(G_SOCKET_LISTENER(service), address, G_SOCKET_TYPE_STREAM,
                                       G_SOCKET_PROTOCOL_TCP, NULL, &effective, error)) {
        g_prefix_error(error, "nothing can be served at %s: ", text);
        return NULL;
    }
    struct listen *listen = g_new0(struct listen, 1);

    listen->url = url_of(effective);
    listen->page = page;
    listen->user = user;
    listen->clients = g_ptr_array_new_with_free_func(client_free);
    listen->service = g_steal_pointer(&service);
    g_signal_connect(listen->service, "incoming", G_CALLBACK(on_incoming), listen);
    return listen;
}

void listen_free(struct listen *listen)
{
    if (listen == NULL)
        return;
    g_socket_service_stop(listen->service);
    g_socket_listener_close(G_SOCKET_LISTENER(listen->service));
    g_object_unref(listen->service);
    g_ptr_array_unref(listen->clients);
    g_free(listen->url);
    g_free(listen);
}

const char *listen_url(const struct listen *listen)
{
    return listen->url;
}
