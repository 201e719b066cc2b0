#ifndef SIDESCOPE_TESTS_HTTP_SERVER_H
#define SIDESCOPE_TESTS_HTTP_SERVER_H

/*
 * A loopback HTTP/1.1 server that plays a script per path, for everything a
 * pprof server (or what sits in front of it) can do wrong. Paths are compared
 * with their query ("/debug/pprof/heap?debug=1"). Plain threads and sockets, so
 * that ThreadSanitizer sees all of it. All functions: the test's thread.
 */

#include <stdbool.h>
#include <stddef.h>

struct http_server;

enum http_behaviour {
    HTTP_PLAIN,        /* Content-Length and the body */
    HTTP_CHUNKED,      /* in chunks of odd sizes, with an extension and a trailer */
    HTTP_CLOSED_END,   /* no length: the end of the connection ends the body */
    HTTP_HANG,         /* reads the request and says nothing */
    HTTP_HANG_IN_BODY, /* sends headers and half the body, then nothing more */
    HTTP_TRICKLE,      /* a byte at a time, delay_ms between them */
    HTTP_CUT,          /* closes after half the body */
    HTTP_NO_ANSWER,    /* closes instead of answering */
    HTTP_GARBAGE,      /* bytes that are no HTTP; the body as it is */
    HTTP_ENDLESS,      /* the body over and over, until the client goes away */
    HTTP_ENDLESS_HEAD, /* the same with the body as header lines */
};

struct http_answer {
    enum http_behaviour behaviour;
    int status;               /* 0: 200 */
    const char *content_type; /* NULL: "application/octet-stream" */
    const char *headers;      /* more of them, each with "\r\n"; NULL: none */
    const char *body;
    size_t n_body;    /* 0: strlen(body) */
    size_t announced; /* Content-Length to claim; 0: the true one */
    int delay_ms;     /* before the answer, or between trickled bytes */
};

/* Listens on 127.0.0.1 at a port of the system's choice. */
struct http_server *http_server_new(void);
/* Ends every connection and joins every thread; hanging scripts end as well. */
void http_server_free(struct http_server *server);
int http_server_port(const struct http_server *server);
/* "http://127.0.0.1:PORT/debug/pprof"; lives as long as the server. */
const char *http_server_base(const struct http_server *server);

/*
 * From now on path gets this answer (copied); NULL: 404 as Go's mux sends it,
 * which is also what every path gets that was never set.
 */
void http_server_set(struct http_server *server, const char *path,
                     const struct http_answer *answer);

/* Requests seen for path, whole requests only. */
unsigned http_server_hits(struct http_server *server, const char *path);
/* Waits until path was asked for at least n times; false after ten seconds. */
bool http_server_wait_hits(struct http_server *server, const char *path, unsigned n);
/* Connections accepted so far. */
unsigned http_server_connections(struct http_server *server);
/* Body bytes written by endless scripts; how far a client let itself be led. */
size_t http_server_endless_bytes(struct http_server *server);
/* Stops listening and ends every connection: what a target looks like that has ended. */
void http_server_go_down(struct http_server *server);

#endif
