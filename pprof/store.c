#include "pprof/store.h"

#include <string.h>

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 4 * 1024 * 1024, ALIGNMENT = 16 };

struct block {
    struct block *next;
    size_t used, size;
};

struct store {
    struct block *blocks; /* the newest first */
    GPtrArray *adopted;
    size_t next_size, used;
};

struct store *store_new(void)
{
    struct store *store = g_new0(struct store, 1);

    store->next_size = FIRST_BLOCK;
    return store;
}

void store_free(struct store *store)
{
    if (store == NULL)
        return;

    struct block *block = store->blocks;

    while (block != NULL) {
        struct block *next = block->next;

        g_free(block);
        block = next;
    }

    if (store->adopted != NULL)
        g_ptr_array_unref(store->adopted);
    g_free(store);
}

static size_t aligned(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

void *store_alloc_raw(struct store *store, size_t bytes)
{
    size_t rounded = aligned(bytes);

    if (store->blocks == NULL || store->blocks->size - store->blocks->used < rounded) {
        size_t size = MAX(store->next_size, rounded);
        struct block *block = g_malloc(aligned(sizeof(struct block)) + size);

        *block = (struct block){.next = store->blocks, .size = size};
        store->blocks = block;
        store->next_size = MIN(store->next_size * 2, (size_t)LARGEST_BLOCK);
    }
    char *at = (char *)store->blocks + aligned(sizeof(struct block)) + store->blocks->used;

    store->blocks->used += rounded;
    store->used += rounded;
    return at;
}

void *store_alloc(struct store *store, size_t bytes)
{
    return memset(store_alloc_raw(store, bytes), 0, bytes);
}

void *store_array(struct store *store, size_t n, size_t size)
{
    g_assert(size == 0 || n <= G_MAXSIZE / 2 / size);
    return store_alloc(store, n * size);
}

char *store_strndup(struct store *store, const char *text, size_t n)
{
    char *copy = store_alloc_raw(store, n + 1);

    if (n > 0)
        memcpy(copy, text, n);
    copy[n] = '\0';
    return copy;
}

void *store_adopt(struct store *store, void *block)
{
    if (store->adopted == NULL)
        store->adopted = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(store->adopted, block);
    return block;
}

void *store_adopt_array(struct store *store, GArray *array, size_t *ret_n)
{
    *ret_n = array->len;
    if (array->len == 0) {
        g_array_unref(array);
        return store_alloc(store, 1); /* never NULL */
    }
    return store_adopt(store, g_array_free(array, FALSE));
}
