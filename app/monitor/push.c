#include "app/monitor/push.h"

#include "pprof/encode.h"
#include "probes/http.h"
#include "probes/threads.h"
#include "widgets/safe_text.h"

#include <string.h>

/* Not G_DEFINE_QUARK: its cache is written without a lock. */
GQuark push_error_quark(void)
{
    return g_quark_from_static_string("sidescope-push-error-quark");
}

enum {
    MAX_WAITING = 32, /* profiles; one is some hundred kilobytes in memory */
    TIMEOUT_MS = 15000,
    ANSWER_MAX_BYTES = 64 * 1024,
    PAUSE_US = 5 * G_USEC_PER_SEC,
    MAX_PAUSE_US = 300 * G_USEC_PER_SEC,
    LAST_US = 3 * G_USEC_PER_SEC, /* for what waits at the end */
};

struct waiting {
    struct profile *profile;
    char *name; /* "sidecar{pid=4711,…}" */
    gint64 from_us, until_us;
};

struct push {
    /* fixed */
    char *base; /* without who asks */
    char *user, *password, *token;
    gint64 pause_us;
    pthread_t thread;
    bool running;
    struct http_client *client;

    /* under lock */
    struct lock lock;
    GQueue queue; /* struct waiting * */
    guint64 sent, dropped;
    bool stop, busy, over;

    /* the thread's own */
    bool troubled;
    guint failures; /* in a row */
};

/* --- names --- */

/* Names and values of labels have no escapes there: what is special becomes "_". */
static char *plain(const char *text)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/";

    return g_strcanon(g_strdup(text), allowed, '_');
}

static char *name_of(const struct push_item *item)
{
    g_autofree char *process = plain(item->process);
    g_autofree char *project = item->project != NULL ? plain(item->project) : NULL;
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "%s{process=%s", process, process);
    if (item->pid != 0)
        g_string_append_printf(out, ",pid=%d", (int)item->pid);
    if (project != NULL)
        g_string_append_printf(out, ",project=%s", project);
    g_string_append_c(out, '}');
    return g_string_free(out, FALSE);
}

static void waiting_free(gpointer user)
{
    struct waiting *waiting = user;

    profile_unref(waiting->profile);
    g_free(waiting->name);
    g_free(waiting);
}

/* --- sending --- */

static bool send_one(struct push *push, const struct waiting *waiting, long *ret_status,
                     GError **error)
{
    g_autoptr(GByteArray) bytes = profile_encode(waiting->profile, error);
    g_autofree char *name = g_uri_escape_string(waiting->name, NULL, FALSE);
    g_autofree char *url = g_strdup_printf(
        "%s/ingest?name=%s&from=%" G_GINT64_FORMAT "&until=%" G_GINT64_FORMAT
        "&format=pprof&spyName=sidescope",
        push->base, name, waiting->from_us / G_USEC_PER_SEC, waiting->until_us / G_USEC_PER_SEC);
    struct http_response response = {0};

    if (bytes == NULL)
        return false;
    struct http_post post = {
        .bytes = bytes->data,
        .n = bytes->len,
        .content_type = "application/octet-stream",
        .user = push->user,
        .password = push->password,
        .bearer = push->token,
    };
    struct http_request request = {
        .url = url,
        .max_bytes = ANSWER_MAX_BYTES,
        .timeout_ms = TIMEOUT_MS,
        .post = &post,
    };
    bool ok = http_get(push->client, &request, &response, error);

    *ret_status = response.status;
    http_response_clear(&response);
    return ok;
}

/* Sending the same again helps against a store that is away or busy, not against one that says
 * no to it. */
static bool is_final(const GError *error, long status)
{
    enum { REQUEST_TIMEOUT = 408, TOO_MANY = 429 };

    if (error == NULL || error->domain != HTTP_ERROR)
        return true;
    return g_error_matches(error, HTTP_ERROR, HTTP_ERROR_STATUS) && status < 500 &&
           status != REQUEST_TIMEOUT && status != TOO_MANY;
}

/* --- the thread --- */

static gint64 pause_of(const struct push *push)
{
    gint64 pause_us = push->pause_us;

    for (guint i = 1; i < push->failures && pause_us < MAX_PAUSE_US; i++)
        pause_us *= 2;
    return push->failures == 0 ? 0 : MIN(pause_us, MAX_PAUSE_US);
}

/* The next one, after the pause that failures call for; NULL: the end. */
static struct waiting *wait_for_next(struct push *push)
{
    gint64 until_us = g_get_monotonic_time() + pause_of(push);

    lock_acquire(&push->lock);
    while (!push->stop && (push->queue.length == 0 || g_get_monotonic_time() < until_us))
        lock_wait(&push->lock, push->queue.length == 0 ? -1 : until_us);
    struct waiting *next = push->stop && push->failures > 0 ? NULL : g_queue_pop_head(&push->queue);

    push->busy = next != NULL;
    lock_release(&push->lock);
    return next;
}

static void drop_oldest(struct push *push) THREADS_REQUIRES(push->lock)
{
    while (push->queue.length > MAX_WAITING) {
        waiting_free(g_queue_pop_head(&push->queue));
        push->dropped++;
    }
}

static void *run(void *user)
{
    struct push *push = user;
    struct waiting *next;

    while ((next = wait_for_next(push)) != NULL) {
        g_autoptr(GError) error = NULL;
        long status = 0;
        bool ok = send_one(push, next, &status, &error);
        bool final = is_final(error, status);

        if (!g_error_matches(error, HTTP_ERROR, HTTP_ERROR_CANCELLED)) {
            g_autofree char *safe =
                error != NULL ? text_safe(error->message, -1, g_get_charset(NULL)) : NULL;

            if (error != NULL && !push->troubled)
                g_printerr("sidescope: %s; trying on, silently\n", safe);
            else if (error == NULL && push->troubled)
                g_printerr("sidescope: profiles are taken again\n");
            push->troubled = error != NULL;
        }
        push->failures = ok ? 0 : push->failures + 1;
        if (final) {
            waiting_free(next);
        } else {
            lock_acquire(&push->lock);
            g_queue_push_head(&push->queue, next);
            drop_oldest(push);
            lock_release(&push->lock);
        }
        bool dropped = final && !ok;

        lock_acquire(&push->lock);
        push->sent += ok;
        push->dropped += dropped;
        push->busy = false;
        lock_release(&push->lock);
    }
    lock_acquire(&push->lock);
    push->over = true;
    lock_release(&push->lock);
    return NULL;
}

/* --- life --- */

/* "http://user:secret@host:4040/": who asks is kept apart from where. */
static bool take_url(struct push *push, const char *text, GError **error)
{
    g_autoptr(GUri) uri =
        g_uri_parse(text, G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED_PATH, NULL);
    const char *scheme = uri != NULL ? g_uri_get_scheme(uri) : "";
    size_t n;

    if (uri == NULL || (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0) ||
        g_uri_get_host(uri) == NULL || *g_uri_get_host(uri) == '\0') {
        g_set_error(error, PUSH_ERROR, PUSH_ERROR_URL,
                    "--push takes the address of a store, as http://127.0.0.1:4040");
        return false;
    }
    push->user = g_strdup(g_uri_get_user(uri));
    push->password = g_strdup(g_uri_get_password(uri));
    push->base = g_uri_join(G_URI_FLAGS_ENCODED_PATH, scheme, NULL, g_uri_get_host(uri),
                            g_uri_get_port(uri), g_uri_get_path(uri), NULL, NULL);
    for (n = strlen(push->base); n > 0 && push->base[n - 1] == '/'; n--)
        push->base[n - 1] = '\0';
    return true;
}

static void push_clear(struct push *push)
{
    g_free(push->base);
    g_free(push->user);
    g_free(push->password);
    g_free(push->token);
    g_free(push);
}

struct push *push_new(const struct push_options *options, GError **error)
{
    struct push *push = g_new0(struct push, 1);
    bool has_token = options->token != NULL && *options->token != '\0';

    if (!take_url(push, options->url, error)) {
        push_clear(push);
        return NULL;
    }
    push->token = has_token ? g_strdup(options->token) : NULL;
    push->pause_us = options->pause_us > 0 ? options->pause_us : PAUSE_US;
    push->client = http_client_new();
    lock_init(&push->lock);
    push->running = thread_start(&push->thread, "push", run, push);
    return push;
}

static bool is_done(struct push *push)
{
    lock_acquire(&push->lock);
    bool done = push->over || !push->running || (push->queue.length == 0 && !push->busy);

    lock_release(&push->lock);
    return done;
}

void push_free(struct push *push)
{
    enum { LOOK_US = 20000 };

    if (push == NULL)
        return;
    lock_acquire(&push->lock);
    push->stop = true;
    lock_notify(&push->lock);
    lock_release(&push->lock);
    for (gint64 waited_us = 0; !is_done(push) && waited_us < LAST_US; waited_us += LOOK_US)
        g_usleep(LOOK_US);
    http_cancel(push->client);
    if (push->running)
        pthread_join(push->thread, NULL);
    g_queue_clear_full(&push->queue, waiting_free);
    http_client_free(push->client);
    lock_clear(&push->lock);
    push_clear(push);
}

/* --- sending --- */

void push_send(struct push *push, const struct push_item *item)
{
    struct waiting *waiting = g_new(struct waiting, 1);

    *waiting = (struct waiting){
        .profile = profile_ref(item->profile),
        .name = name_of(item),
        .from_us = item->from_us,
        .until_us = item->until_us,
    };
    lock_acquire(&push->lock);
    g_queue_push_tail(&push->queue, waiting);
    drop_oldest(push);
    lock_notify(&push->lock);
    lock_release(&push->lock);
}

void push_counts(struct push *push, guint64 *ret_sent, guint64 *ret_dropped)
{
    lock_acquire(&push->lock);
    *ret_sent = push->sent;
    *ret_dropped = push->dropped;
    lock_release(&push->lock);
}
