#ifndef SIDESCOPE_PPROF_STORE_H
#define SIDESCOPE_PPROF_STORE_H

/*
 * Memory that goes all at once: blocks that only grow, freed with their store.
 * Private to pprof/; one thread while it is filled.
 */

#include <glib.h>
#include <stddef.h>

struct store;

struct store *store_new(void);
void store_free(struct store *store);
/* Zeroed, aligned for any type. */
void *store_alloc(struct store *store, size_t bytes);
/* n elements; NULL when n * size would overflow. */
void *store_array(struct store *store, size_t n, size_t size);
/* n bytes and a NUL. */
char *store_strndup(struct store *store, const char *text, size_t n);

#endif
