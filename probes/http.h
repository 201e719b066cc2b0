#ifndef SIDESCOPE_PROBES_HTTP_H
#define SIDESCOPE_PROBES_HTTP_H

/*
 * GET with hard limits, for pprof endpoints, and POST to who stores profiles.
 * One client per probe thread (it keeps one connection alive); http_cancel may be called from any
 * thread and ends a request under way at once. Only this module knows libcurl.
 */

#include <glib.h>
#include <stdbool.h>

struct http_client;

enum http_error {
    HTTP_ERROR_URL,
    HTTP_ERROR_CONNECT, /* refused, unreachable, no such host */
    HTTP_ERROR_TIMEOUT, /* says how long it waited and what had arrived */
    HTTP_ERROR_CLOSED,  /* connection ended in the middle */
    HTTP_ERROR_TOO_LARGE,
    HTTP_ERROR_STATUS, /* an HTTP error: code and first line of its text are in the sentence */
    HTTP_ERROR_CANCELLED,
    HTTP_ERROR_CONTENT, /* 200, but not what pprof sends (HTML, JSON, login page): says what */
    HTTP_ERROR_DENIED,  /* 401, 403, 407: whoever is in front of pprof wants to know who asks */
};
#define HTTP_ERROR (http_error_quark())
GQuark http_error_quark(void);

struct http_request {
    const char *url;
    size_t max_bytes; /* 0: PROBES_MAX_HTTP_BYTES */
    int timeout_ms;   /* whole answer; 0: PROBES_HTTP_TIMEOUT_MS */
    int idle_ms;      /* pause within a body that has begun; 0: PROBES_HTTP_IDLE_MS */
    /* called on the client's thread as bytes arrive; may be NULL */
    void (*progress)(size_t bytes, void *user);
    void *progress_user;
    /* A POST with these bytes (borrowed) instead of a GET; NULL: GET. Its answer may be anything,
     * and it goes through the proxy of the environment, which a target's own pprof never does. */
    const struct http_post *post;
};

struct http_post {
    const void *bytes;
    size_t n;
    const char *content_type;
    const char *user, *password; /* NULL: none */
    const char *bearer;          /* a token; NULL: none */
};

struct http_response {
    GByteArray *body; /* as sent, transport encoding undone, not gunzipped; extra NUL after it */
    long status;
    char *content_type;  /* "" when absent */
    bool is_pprof_error; /* X-Go-Pprof: 1 */
    gint64 latency_us;   /* to the last byte */
};

/* "libcurl/7.88.1 OpenSSL/3.0 zlib/1.2.13 …"; static. Any thread. */
const char *http_library_version(void);

struct http_client *http_client_new(void);
void http_client_free(struct http_client *client);

/*
 * Performs one request. False with error on anything but a 2xx answer within the
 * limits (ret is then cleared, except status and is_pprof_error for STATUS).
 */
bool http_get(struct http_client *client, const struct http_request *request,
              struct http_response *ret, GError **error);
void http_response_clear(struct http_response *response);

/* Makes the request under way (or the next one) fail with CANCELLED. Any thread. */
void http_cancel(struct http_client *client);
/* Allows requests again after a cancel. Client's thread. */
void http_uncancel(struct http_client *client);

#endif
