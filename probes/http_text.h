#ifndef SIDESCOPE_PROBES_HTTP_TEXT_H
#define SIDESCOPE_PROBES_HTTP_TEXT_H

/*
 * Sentences for what can go wrong with a request, and the look at an answer
 * that calls itself fine. Knows no network library. Any thread.
 */

#include "probes/http.h"

/* What is known of a request when it ended. */
struct http_outcome {
    const char *url;
    int timeout_ms, idle_ms;
    size_t max_bytes;
    size_t received_bytes;
    const struct http_response *response; /* body may be cut off or an error page */
    const char *location;                 /* of a redirect, or NULL */
    bool no_descriptors;                  /* a socket could not be had */
};

/* "127.0.0.1:6060" of an address; caller frees. */
char *http_text_host(const char *url);

void http_text_set_bad_url(const char *url, GError **error);
void http_text_set_connect(const struct http_outcome *outcome, const char *why, GError **error);
/* why: libcurl's words. */
void http_text_set_tls(const struct http_outcome *outcome, const char *why, GError **error);
void http_text_set_timeout(const struct http_outcome *outcome, bool idle, GError **error);
void http_text_set_closed(const struct http_outcome *outcome, GError **error);
void http_text_set_too_large(const struct http_outcome *outcome, GError **error);
void http_text_set_no_http(const struct http_outcome *outcome, GError **error);
/* For a status outside 200..299. */
void http_text_set_status(const struct http_outcome *outcome, GError **error);
/* For a POST that was not taken: why, or for NULL the status of the answer. The words name its
 * host, never the rest of its address or who asked. */
void http_text_set_post(const struct http_outcome *outcome, const char *why, GError **error);
/* False with error when the body of a 2xx answer is no pprof answer but a page or JSON. */
bool http_text_check_content(const struct http_outcome *outcome, GError **error);

#endif
