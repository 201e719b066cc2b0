#include "probes/http.h"

#include "probes/http_curl.h"
#include "probes/http_login.h"
#include "probes/http_text.h"
#include "probes/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

enum {
    POLL_MS = 1000, /* only a guard: the multi handle is woken for everything that matters */
    ERROR_BODY_MAX_BYTES = 64 * 1024,
    HEADERS_MAX_BYTES = 256 * 1024, /* older libcurl keeps every header line that comes */
};

struct http_client {
    CURLM *multi; /* keeps the connection between requests; NULL: libcurl is not installed */
    CURL *easy;
    int cancelled; /* atomic */
};

/* One request under way. */
struct transfer {
    struct http_client *client;
    const struct http_request *request;
    struct http_response *response;
    struct http_outcome outcome;
    gint64 begun_us, last_byte_us;
    char curl_error[CURL_ERROR_SIZE];
    CURLcode result;
    size_t header_bytes;
    struct curl_slist *headers; /* NULL: none */
    bool done, too_large, idle;
};

/* Not G_DEFINE_QUARK: its cache is written without a lock, and several probes fail at once. */
GQuark http_error_quark(void)
{
    return g_quark_from_static_string("sidescope-http-error-quark");
}

/* --- receiving --- */

/* Text of an error is wanted in its beginning only. */
static size_t body_limit(const struct transfer *transfer)
{
    long status = 0;

    curl_easy_getinfo(transfer->client->easy, CURLINFO_RESPONSE_CODE, &status);
    return status >= 200 && status < 300 ? transfer->outcome.max_bytes
                                         : MIN(transfer->outcome.max_bytes, ERROR_BODY_MAX_BYTES);
}

static size_t on_body(char *data, size_t size, size_t count, void *user)
{
    struct transfer *transfer = user;
    GByteArray *body = transfer->response->body;
    size_t n = size * count;

    transfer->last_byte_us = g_get_monotonic_time();
    if (n > body_limit(transfer) - body->len) {
        transfer->too_large = true;
        return 0;
    }
    g_byte_array_append(body, (const guint8 *)data, (guint)n);
    transfer->outcome.received_bytes = body->len;
    if (transfer->request->progress != NULL)
        transfer->request->progress(body->len, transfer->request->progress_user);
    return n;
}

static size_t on_header(char *data, size_t size, size_t count, void *user)
{
    static const char mark[] = "X-Go-Pprof:";
    struct transfer *transfer = user;
    size_t n = size * count;

    transfer->header_bytes += n;
    if (transfer->header_bytes > HEADERS_MAX_BYTES)
        return 0;
    if (n >= sizeof mark - 1 && g_ascii_strncasecmp(data, mark, sizeof mark - 1) == 0)
        transfer->response->is_pprof_error =
            memchr(data + sizeof mark - 1, '1', n - (sizeof mark - 1)) != NULL;
    return n;
}

/* Only here can be seen that there was no descriptor left: another thread may have given one back
 * by the time the transfer has failed. */
static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct transfer *transfer = user;
    int fd = socket(address->family, address->socktype, address->protocol);

    (void)purpose;
    if (fd >= 0) {
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
        return fd;
    }
    transfer->outcome.no_descriptors |= errno == EMFILE || errno == ENFILE;
    return CURL_SOCKET_BAD;
}

/* --- options --- */

static void set_protocols(CURL *easy)
{
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
    /* a look-up that hangs must not hold up the end of a probe */
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
}

static void add_header(struct transfer *transfer, const char *name, const char *value)
{
    g_autofree char *line = g_strconcat(name, ": ", value, NULL);

    transfer->headers = curl_slist_append(transfer->headers, line);
}

static void set_post(struct transfer *transfer)
{
    const struct http_post *post = transfer->request->post;
    CURL *easy = transfer->client->easy;

    curl_easy_setopt(easy, CURLOPT_NOPROXY, NULL);
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->n);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, post->bytes);
    add_header(transfer, "Content-Type", post->content_type);
    add_header(transfer, "Expect", ""); /* no round trip before the body */
    if (post->user != NULL) {
        curl_easy_setopt(easy, CURLOPT_USERNAME, post->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, post->password != NULL ? post->password : "");
    }
    if (post->bearer != NULL) {
        g_autofree char *value = g_strconcat("Bearer ", post->bearer, NULL);

        add_header(transfer, "Authorization", value);
    }
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
}

static void set_login(struct transfer *transfer)
{
    CURL *easy = transfer->client->easy;
    struct http_login login;

    if (http_login_find(transfer->request->url, &login) && login.user != NULL) {
        curl_easy_setopt(easy, CURLOPT_USERNAME, login.user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, login.password != NULL ? login.password : "");
    }
    for (char **line = login.headers; line != NULL && *line != NULL; line++)
        transfer->headers = curl_slist_append(transfer->headers, *line);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
    http_login_clear(&login);
}

static void set_options(struct transfer *transfer)
{
    CURL *easy = transfer->client->easy;

    curl_easy_reset(easy);
    set_protocols(easy);
    curl_easy_setopt(easy, CURLOPT_URL, transfer->request->url);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "sidescope/" SIDESCOPE_VERSION);
    /* the gzip of a profile is its content; should a proxy compress on top, that is undone */
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "identity");
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)PROBES_HTTP_CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)transfer->outcome.timeout_ms);
    /* an announced size is refused before the first byte, others while they come */
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)transfer->outcome.max_bytes);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->curl_error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);

    /* Who has an authority of their own names it as for other programs on OpenSSL. */
    const char *file = g_getenv("SSL_CERT_FILE");

    if (file != NULL && *file != '\0')
        curl_easy_setopt(easy, CURLOPT_CAINFO, file);

    if (transfer->request->post != NULL)
        set_post(transfer);
    else
        set_login(transfer);
}

/* --- performing --- */

static bool is_cancelled(struct http_client *client)
{
    return __atomic_load_n(&client->cancelled, __ATOMIC_ACQUIRE) != 0;
}

/* Milliseconds left before the body counts as stalled; before its first byte the whole time. */
static int idle_left_ms(const struct transfer *transfer)
{
    if (transfer->last_byte_us == 0)
        return POLL_MS;
    gint64 idle_ms = (g_get_monotonic_time() - transfer->last_byte_us) / 1000;

    return (int)CLAMP(transfer->outcome.idle_ms - idle_ms, 0, POLL_MS);
}

static void perform(struct transfer *transfer)
{
    CURLM *multi = transfer->client->multi;
    int running;

    transfer->result = CURLE_OK;
    while (!is_cancelled(transfer->client)) {
        if (curl_multi_perform(multi, &running) != CURLM_OK)
            transfer->result = CURLE_FAILED_INIT;

        int left;
        CURLMsg *message;

        while ((message = curl_multi_info_read(transfer->client->multi, &left)) != NULL) {
            if (message->msg != CURLMSG_DONE)
                continue;
            transfer->done = true;
            transfer->result = message->data.result;
        }

        if (transfer->done || transfer->result != CURLE_OK)
            return;
        int wait_ms = idle_left_ms(transfer);

        if (wait_ms == 0) {
            transfer->idle = true;
            return;
        }
        curl_multi_poll(multi, NULL, 0, wait_ms, NULL);
    }
}

/* --- judging --- */

static void set_curl_error(const struct transfer *transfer, GError **error)
{
    const char *text =
        *transfer->curl_error ? transfer->curl_error : curl_easy_strerror(transfer->result);
    curl_off_t ready_us = 0;

    switch (transfer->result) {
    case CURLE_OPERATION_TIMEDOUT:
        curl_easy_getinfo(transfer->client->easy, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
        if (ready_us > 0)
            http_text_set_timeout(&transfer->outcome, false, error);
        else
            http_text_set_connect(&transfer->outcome, "no answer to the connection", error);
        break;
    case CURLE_COULDNT_CONNECT:
        http_text_set_connect(&transfer->outcome, "connection refused", error);
        break;
    case CURLE_COULDNT_RESOLVE_HOST:
        http_text_set_connect(&transfer->outcome, "no such host", error);
        break;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
        http_text_set_tls(&transfer->outcome, text, error);
        break;
    case CURLE_URL_MALFORMAT:
        http_text_set_bad_url(transfer->request->url, error);
        break;
    case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9: the answer does not begin like one */
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_WRITE_ERROR: /* headers without end */
    case CURLE_BAD_CONTENT_ENCODING:
        http_text_set_no_http(&transfer->outcome, error);
        break;
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        http_text_set_closed(&transfer->outcome, error);
        break;
    default:
        http_text_set_connect(&transfer->outcome, text, error);
    }
}

/* True for a whole answer of pprof; else what was wrong with it, the worst first. */
static bool judge(const struct transfer *transfer, GError **error)
{
    const struct http_response *response = transfer->response;

    if (is_cancelled(transfer->client) && !transfer->done) {
        g_set_error(error, HTTP_ERROR, HTTP_ERROR_CANCELLED, "the request was cancelled");
        return false;
    }
    if (transfer->request->post != NULL) {
        /* Whatever the answer to a POST says, its status counts. */
        long status = transfer->response->status;
        const char *text =
            *transfer->curl_error ? transfer->curl_error : curl_easy_strerror(transfer->result);

        if (status >= 200 && status <= 299)
            return true;
        if (transfer->idle)
            text = "its answer stopped";
        http_text_set_post(&transfer->outcome, status != 0 ? NULL : text, error);
        return false;
    }
    bool too_large = transfer->too_large || transfer->result == CURLE_FILESIZE_EXCEEDED;
    bool refused = response->status != 0 && (response->status < 200 || response->status > 299);

    if (refused && (transfer->result == CURLE_OK || too_large))
        http_text_set_status(&transfer->outcome, error);
    else if (too_large)
        http_text_set_too_large(&transfer->outcome, error);
    else if (transfer->idle)
        http_text_set_timeout(&transfer->outcome, true, error);
    else if (transfer->result != CURLE_OK)
        set_curl_error(transfer, error);
    else
        return http_text_check_content(&transfer->outcome, error);
    return false;
}

/* --- the interface --- */

const char *http_library_version(void)
{
    return http_curl_load() ? curl_version() : "not installed";
}

struct http_client *http_client_new(void)
{
    struct http_client *client = g_new0(struct http_client, 1);

    if (!http_curl_load())
        return client;
    client->multi = curl_multi_init();
    client->easy = curl_easy_init();
    if (client->multi == NULL || client->easy == NULL)
        g_error("no memory is left for an HTTP client");
    curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, 1L);
    return client;
}

void http_client_free(struct http_client *client)
{
    if (client == NULL)
        return;
    if (client->multi != NULL) {
        curl_easy_cleanup(client->easy);
        curl_multi_cleanup(client->multi);
    }
    g_free(client);
}

static void init_transfer(struct transfer *transfer, struct http_client *client,
                          const struct http_request *request, struct http_response *response)
{
    *transfer = (struct transfer){
        .client = client,
        .request = request,
        .response = response,
        .begun_us = g_get_monotonic_time(),
        .outcome =
            {
                .url = request->url,
                .timeout_ms =
                    request->timeout_ms > 0 ? request->timeout_ms : PROBES_HTTP_TIMEOUT_MS,
                .idle_ms = request->idle_ms > 0 ? request->idle_ms : PROBES_HTTP_IDLE_MS,
                .max_bytes = request->max_bytes > 0 ? request->max_bytes : PROBES_MAX_HTTP_BYTES,
                .response = response,
            },
    };
    *response = (struct http_response){.body = g_byte_array_new()};
}

static bool run(struct transfer *transfer, GError **error)
{
    struct http_client *client = transfer->client;

    const char *url = transfer->request->url;

    if (g_ascii_strncasecmp(url, "http://", 7) != 0 &&
        g_ascii_strncasecmp(url, "https://", 8) != 0) {
        http_text_set_bad_url(url, error);
        return false;
    }
    if (client->multi == NULL) {
        http_text_set_connect(&transfer->outcome, "libcurl (libcurl.so.4) is not installed here",
                              error);
        return false;
    }
    set_options(transfer);
    curl_multi_add_handle(client->multi, client->easy);
    perform(transfer);

    /* What curl knows of the answer, while its handle still does. */
    CURL *easy = transfer->client->easy;
    char *type = NULL;

    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &transfer->response->status);
    curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &transfer->outcome.location);
    curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
    transfer->response->content_type = g_strdup(type != NULL ? type : "");
    transfer->response->latency_us = g_get_monotonic_time() - transfer->begun_us;

    bool ok = judge(transfer, error);

    curl_multi_remove_handle(client->multi, client->easy);
    curl_slist_free_all(transfer->headers);
    return ok;
}

bool http_get(struct http_client *client, const struct http_request *request,
              struct http_response *ret, GError **error)
{
    struct transfer transfer;
    GError *failure = NULL;

    init_transfer(&transfer, client, request, ret);
    bool ok = run(&transfer, &failure);

    if (ok) {
        /* Text functions may run off the end of a body: there is always a NUL behind it. */
        static const guint8 nul = 0;

        g_byte_array_append(ret->body, &nul, 1);
        g_byte_array_set_size(ret->body, ret->body->len - 1);

        return true;
    }

    /* Keeps of a failed answer what callers may ask: status and whether pprof itself spoke. */
    struct http_response kept = {
        .status = ret->status,
        .is_pprof_error = ret->is_pprof_error,
    };
    bool keep = g_error_matches(failure, HTTP_ERROR, HTTP_ERROR_STATUS) ||
                g_error_matches(failure, HTTP_ERROR, HTTP_ERROR_DENIED);

    http_response_clear(ret);
    if (keep)
        *ret = kept;

    g_propagate_error(error, failure);
    return false;
}

void http_response_clear(struct http_response *response)
{
    if (response->body != NULL)
        g_byte_array_unref(response->body);
    g_free(response->content_type);
    *response = (struct http_response){0};
}

void http_cancel(struct http_client *client)
{
    __atomic_store_n(&client->cancelled, 1, __ATOMIC_RELEASE);
    if (client->multi != NULL)
        curl_multi_wakeup(client->multi);
}

void http_uncancel(struct http_client *client)
{
    __atomic_store_n(&client->cancelled, 0, __ATOMIC_RELEASE);
}
