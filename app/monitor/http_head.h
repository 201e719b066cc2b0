#ifndef SIDESCOPE_APP_MONITOR_HTTP_HEAD_H
#define SIDESCOPE_APP_MONITOR_HTTP_HEAD_H

/* The head of an HTTP request, as far as a server of one page needs it. Pure. */

#include <stdbool.h>
#include <stddef.h>

enum { HTTP_HEAD_MAX_BYTES = 8192 };

enum http_head_state {
    HTTP_HEAD_INCOMPLETE, /* more bytes are needed */
    HTTP_HEAD_BAD,        /* no HTTP/1.x request */
    HTTP_HEAD_TOO_LARGE,
    HTTP_HEAD_OK,
};

struct http_head {
    bool is_get, is_head; /* neither: some other method */
    bool is_metrics;      /* path /metrics, whatever its query */
    bool is_root;         /* path / */
    bool openmetrics;     /* it would take OpenMetrics */
};

enum http_head_state http_head_parse(const char *bytes, size_t n, struct http_head *ret);

#endif
