#include "pprof/store.h"

#include <string.h>

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 4 * 1024 * 1024, ALIGNMENT = 16 };

struct block {
    struct block *next;
    size_t used, size;
};

struct store {
    struct block *blocks;
    size_t next_size;
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
    while (store->blocks != NULL) {
        struct block *next = store->blocks->next;

        g_free(store->blocks);
        store->blocks = next;
    }
    g_free(store);
}

static size_t header_size(void)
{
    return (sizeof(struct block) + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

static void add_block(struct store *store, size_t least)
{
    size_t size = MAX(store->next_size, least);
    struct block *block = g_malloc(header_size() + size);

    *block = (struct block){.next = store->blocks, .size = size};
    store->blocks = block;
    store->next_size = MIN(store->next_size * 2, (size_t)LARGEST_BLOCK);
}

void *store_alloc(struct store *store, size_t bytes)
{
    size_t rounded = (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);

    if (store->blocks == NULL || store->blocks->size - store->blocks->used < rounded)
        add_block(store, rounded);
    char *at = (char *)store->blocks + header_size() + store->blocks->used;

    store->blocks->used += rounded;
    return memset(at, 0, rounded);
}

void *store_array(struct store *store, size_t n, size_t size)
{
    if (size != 0 && n > G_MAXSIZE / 2 / size)
        return NULL;
    return store_alloc(store, n * size);
}

char *store_strndup(struct store *store, const char *text, size_t n)
{
    char *copy = store_alloc(store, n + 1);

    if (n > 0)
        memcpy(copy, text, n);
    return copy;
}
