#include "tests/support/profile_store.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct profile_store {
    int fd, port;
    pthread_t thread;
    pthread_mutex_t lock;
    GPtrArray *requests; /* struct stored * */
    int status;
    guint failures;
};

static void stored_free(gpointer user)
{
    struct stored *stored = user;

    g_free(stored->line);
    g_free(stored->head);
    g_byte_array_unref(stored->body);
    g_free(stored);
}

static size_t length_of(const char *head)
{
    const char *at = strcasestr(head, "Content-Length:");

    return at != NULL ? strtoul(at + strlen("Content-Length:"), NULL, 10) : 0;
}

/* NULL when the client goes away before the end. */
static struct stored *receive(int fd)
{
    struct stored *stored = g_new0(struct stored, 1);
    g_autoptr(GString) head = g_string_new(NULL);
    char byte;

    stored->body = g_byte_array_new();
    while (!g_str_has_suffix(head->str, "\r\n\r\n") && recv(fd, &byte, 1, 0) == 1)
        g_string_append_c(head, byte);
    g_auto(GStrv) parts = g_strsplit(head->str, "\r\n", 2);

    stored->line = g_strdup(parts[0] != NULL ? parts[0] : "");
    stored->head = g_strdup(parts[0] != NULL && parts[1] != NULL ? parts[1] : "");
    for (size_t left = length_of(head->str); left > 0; left--) {
        if (recv(fd, &byte, 1, 0) != 1) {
            stored_free(stored);
            return NULL;
        }
        g_byte_array_append(stored->body, (const guint8 *)&byte, 1);
    }
    return stored;
}

static int keep(struct profile_store *store, struct stored *stored)
{
    pthread_mutex_lock(&store->lock);
    int status = store->failures > 0 ? store->status : 200;

    store->failures -= store->failures > 0;
    g_ptr_array_add(store->requests, stored);
    pthread_mutex_unlock(&store->lock);
    return status;
}

static void *serve(void *user)
{
    struct profile_store *store = user;
    int fd;

    while ((fd = accept(store->fd, NULL, NULL)) >= 0) {
        struct stored *stored = receive(fd);

        if (stored != NULL && *stored->line != '\0') {
            g_autofree char *answer =
                g_strdup_printf("HTTP/1.1 %d Told\r\nContent-Length: 4\r\nConnection: close\r\n\r\n"
                                "told",
                                keep(store, stored));

            (void)!send(fd, answer, strlen(answer), MSG_NOSIGNAL);
        } else if (stored != NULL) {
            stored_free(stored);
        }
        close(fd);
    }
    return NULL;
}

struct profile_store *profile_store_new(void)
{
    struct profile_store *store = g_new0(struct profile_store, 1);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;

    store->fd = socket(AF_INET, SOCK_STREAM, 0);
    g_assert_cmpint(bind(store->fd, (struct sockaddr *)&address, n), ==, 0);
    g_assert_cmpint(listen(store->fd, 16), ==, 0);
    g_assert_cmpint(getsockname(store->fd, (struct sockaddr *)&address, &n), ==, 0);
    store->port = ntohs(address.sin_port);
    store->requests = g_ptr_array_new_with_free_func(stored_free);
    pthread_mutex_init(&store->lock, NULL);
    g_assert_cmpint(pthread_create(&store->thread, NULL, serve, store), ==, 0);
    return store;
}

void profile_store_free(struct profile_store *store)
{
    shutdown(store->fd, SHUT_RDWR);
    pthread_join(store->thread, NULL);
    close(store->fd);
    g_ptr_array_unref(store->requests);
    pthread_mutex_destroy(&store->lock);
    g_free(store);
}

int profile_store_port(const struct profile_store *store)
{
    return store->port;
}

void profile_store_fail(struct profile_store *store, int status, guint n)
{
    pthread_mutex_lock(&store->lock);
    store->status = status;
    store->failures = n;
    pthread_mutex_unlock(&store->lock);
}

guint profile_store_size(struct profile_store *store)
{
    pthread_mutex_lock(&store->lock);
    guint n = store->requests->len;

    pthread_mutex_unlock(&store->lock);
    return n;
}

bool profile_store_wait(struct profile_store *store, guint n)
{
    for (int i = 0; i < 1000 && profile_store_size(store) < n; i++)
        g_usleep(10000);
    return profile_store_size(store) >= n;
}

const struct stored *profile_store_nth(struct profile_store *store, guint i)
{
    pthread_mutex_lock(&store->lock);
    const struct stored *stored = g_ptr_array_index(store->requests, i);

    pthread_mutex_unlock(&store->lock);
    return stored;
}
