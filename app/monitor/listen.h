#ifndef SIDESCOPE_APP_MONITOR_LISTEN_H
#define SIDESCOPE_APP_MONITOR_LISTEN_H

/*
 * A small HTTP/1.1 server for /metrics, on sources of the main loop: nothing
 * waits for a client. One answer per connection. Clients are held to limits of
 * number, bytes and time. Main loop's thread.
 */

#include <glib.h>
#include <stdbool.h>

struct listen;

/* The page for a client that takes OpenMetrics, or not; a new string. */
typedef char *(*listen_page)(bool openmetrics, void *user);

/*
 * address: "9100", ":9100" (both 127.0.0.1), "10.0.0.5:9100", "[::1]:9100"; port
 * 0: any free one. NULL with error.
 */
struct listen *listen_new(const char *address, listen_page page, void *user, GError **error);
void listen_free(struct listen *listen);
/* "http://127.0.0.1:9100/metrics" */
const char *listen_url(const struct listen *listen);

#endif
