#ifndef SIDESCOPE_TESTS_SUPPORT_PROFILE_STORE_H
#define SIDESCOPE_TESTS_SUPPORT_PROFILE_STORE_H

/*
 * A store of profiles for tests: takes POST on loopback, keeps what came, and
 * answers as told. All functions: the test's thread.
 */

#include <glib.h>
#include <stdbool.h>

struct profile_store;

/* What came with one request. */
struct stored {
    char *line; /* "POST /ingest?… HTTP/1.1" */
    char *head; /* the lines behind it */
    GByteArray *body;
};

struct profile_store *profile_store_new(void);
void profile_store_free(struct profile_store *store);
int profile_store_port(const struct profile_store *store);
/* Of the next n requests; afterwards 200. */
void profile_store_fail(struct profile_store *store, int status, guint n);
/* Waits for n requests in all; false after ten seconds. */
bool profile_store_wait(struct profile_store *store, guint n);
guint profile_store_size(struct profile_store *store);
/* Lives as long as the store. */
const struct stored *profile_store_nth(struct profile_store *store, guint i);

#endif
