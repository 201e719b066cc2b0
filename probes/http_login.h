#ifndef SIDESCOPE_PROBES_HTTP_LOGIN_H
#define SIDESCOPE_PROBES_HTTP_LOGIN_H

/*
 * Who we are to the servers that were typed with a name, and what else they are
 * to be sent. Kept apart from addresses, so that no sentence, report, recording
 * or screen can show it: an address that leaves http_login_take has no user in
 * it any more. For the whole process; any thread.
 */

#include <glib.h>
#include <stdbool.h>

struct http_login {
    char *user, *password; /* NULL: none */
    char **headers;        /* "Name: value"; NULL: none */
};

/* The same of a word that may be an address, with a scheme or without ("user:password@host:6060"),
 * or a name, a pid or a path, which are returned as they are but for blanks around them. */
char *http_login_take_word(const char *word);
/*
 * Lines "Name: value" of a file, sent to every server that was typed, never to one that was found.
 * False with a sentence that quotes none of them: no such file, no regular file, larger than 16
 * KiB, a line that is no header.
 */
bool http_login_read_headers(const char *path, GError **error);

/* What to send to the server of url; false: nothing. Clear ret in any case. */
bool http_login_find(const char *url, struct http_login *ret);
void http_login_clear(struct http_login *login);

/* Forgets all, for tests. */
void http_login_forget(void);

#endif
