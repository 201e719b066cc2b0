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
/* The same without zeroing. */
void *store_alloc_raw(struct store *store, size_t bytes);
/* n elements, zeroed. n * size must not overflow: counts are capped by limits.h. */
void *store_array(struct store *store, size_t n, size_t size);
/* n bytes and a NUL. */
char *store_strndup(struct store *store, const char *text, size_t n);
/* The store frees this g_malloc()ed block with itself; returns block. */
void *store_adopt(struct store *store, void *block);
/* The data of array, owned by the store from now on; array is gone. */
void *store_adopt_array(struct store *store, GArray *array, size_t *ret_n);

#endif
