#ifndef SIDESCOPE_PROBES_GORUNTIME_HTTP_REQUESTS_H
#define SIDESCOPE_PROBES_GORUNTIME_HTTP_REQUESTS_H

/*
 * The HTTP request that a connection is busy with: the http.Request that the frames of
 * the goroutine that reads or serves it still need, if only through others. Private to
 * descriptors.c.
 */

#include "probes/goruntime/heap_look.h"

struct http_requests;

/* Of a look whose types were scanned (go_types_scan); borrowed. */
struct http_requests *http_requests_new(const struct heap_look *look);
void http_requests_free(struct http_requests *requests);
/*
 * "GET 127.0.0.1:8080/feed/12", without the query, g_free it; NULL: none is known.
 * slot: of the connection's net.netFD. *ret_unclosed, with an answer only: it is a
 * client that has not closed the answer's body, or not read it to its end; otherwise
 * a server.
 */
char *http_requests_of(const struct http_requests *requests, uint32_t slot, bool *ret_unclosed);
/* The same with a star for each part of the path that has a digit in it. g_free it. */
char *http_request_template(const char *text);

#endif
