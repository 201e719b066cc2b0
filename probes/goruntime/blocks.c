#include "probes/goruntime/blocks.h"

#include "pprof/hash.h"
#include "probes/goruntime/limits.h"

#include <string.h>

enum { BLOCK = 16384, PAGE = 4096, PAGES = BLOCK / PAGE };

struct block {
    uint8_t data[BLOCK];
    bool has_page[PAGES];
};

struct blocks {
    struct memory *memory;
    struct hash_index index; /* by number of the block: unique hashes */
    GPtrArray *list;         /* struct block */
};

struct blocks *blocks_new(struct memory *memory)
{
    struct blocks *blocks = g_new0(struct blocks, 1);

    blocks->memory = memory;
    blocks->list = g_ptr_array_new_with_free_func(g_free);
    return blocks;
}

void blocks_free(struct blocks *blocks)
{
    if (blocks == NULL)
        return;
    g_ptr_array_unref(blocks->list);
    hash_index_clear(&blocks->index);
    g_free(blocks);
}

/* The whole, or the pages of it that are there. */
static void fill(struct blocks *blocks, struct block *block, uint64_t address)
{
    struct memory_range whole = {address, block->data, BLOCK, false}, pages[PAGES];

    if (!memory_read_ranges(blocks->memory, &whole, 1, NULL))
        return;
    for (size_t i = 0; i < PAGES; i++) {
        block->has_page[i] = whole.ok;
        pages[i] = (struct memory_range){address + i * PAGE, block->data + i * PAGE, PAGE, false};
    }
    if (whole.ok || !memory_read_ranges(blocks->memory, pages, PAGES, NULL))
        return;
    for (size_t i = 0; i < PAGES; i++)
        block->has_page[i] = pages[i].ok;
}

static const struct block *block_of(struct blocks *blocks, uint64_t number)
{
    uint64_t hash = hash_number(number);
    uint32_t found = hash_index_find(&blocks->index, hash, NULL, NULL);

    if (found != HASH_NONE)
        return g_ptr_array_index(blocks->list, found);
    if (blocks->list->len >= GORUNTIME_MAX_CACHE / sizeof(struct block)) {
        hash_index_reset(&blocks->index);
        g_ptr_array_set_size(blocks->list, 0);
    }
    struct block *block = g_new0(struct block, 1);

    fill(blocks, block, number * BLOCK);
    hash_index_add(&blocks->index, hash, blocks->list->len);
    g_ptr_array_add(blocks->list, block);
    return block;
}

bool blocks_read(struct blocks *blocks, uint64_t address, void *ret, size_t n)
{
    uint8_t *out = ret;

    while (n > 0) {
        const struct block *block = block_of(blocks, address / BLOCK);
        size_t at = (size_t)(address % BLOCK), some = MIN(n, PAGE - at % PAGE);

        if (!block->has_page[at / PAGE])
            return false;
        memcpy(out, block->data + at, some);
        address += some;
        out += some;
        n -= some;
    }
    return true;
}
