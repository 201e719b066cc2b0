#include "pprof/hash.h"

#include <glib.h>
#include <string.h>

enum { FIRST_SIZE = 64 };

/* Odd numbers with well spread bits; any would do. */
#define FACTOR_A UINT64_C(0x9e3779b97f4a7c15)
#define FACTOR_B UINT64_C(0xd6e8feb86659fd93)

__extension__ typedef unsigned __int128 wide;

static uint64_t fold(uint64_t a, uint64_t b)
{
    wide product = (wide)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t hash_seed(void)
{
    static const char anchor;

    return fold((uint64_t)(uintptr_t)&anchor ^ FACTOR_B, FACTOR_A);
}

uint64_t hash_number(uint64_t number)
{
    return hash_number_seeded(number, hash_seed());
}

uint64_t hash_mix(uint64_t hash, uint64_t value)
{
    return fold(hash ^ FACTOR_A, value ^ FACTOR_B ^ (hash << 1));
}

static uint64_t load(const unsigned char *at, size_t n)
{
    uint64_t word = 0;

    memcpy(&word, at, n);
    return word;
}

uint64_t hash_bytes(const void *bytes, size_t n, uint64_t seed)
{
    const unsigned char *at = bytes;
    uint64_t hash = seed ^ n * FACTOR_A;
    size_t left = n;

    for (; left >= 16; left -= 16, at += 16)
        hash = fold(load(at, 8) ^ hash, load(at + 8, 8) ^ FACTOR_B);
    if (left >= 8) {
        hash = fold(load(at, 8) ^ hash, FACTOR_A);
        at += 8;
        left -= 8;
    }
    if (left > 0)
        hash = fold(load(at, left) ^ hash, FACTOR_B);
    return fold(hash ^ FACTOR_B, FACTOR_A ^ seed);
}

unsigned hash_string(const void *text)
{
    return (unsigned)hash_bytes(text, strlen(text), hash_seed());
}

unsigned hash_u64(const void *number)
{
    uint64_t value;

    memcpy(&value, number, sizeof value);
    return (unsigned)hash_number(value);
}

uint32_t hash_index_find(const struct hash_index *index, uint64_t hash, hash_equal *equal,
                         const void *user)
{
    if (index->size == 0)
        return HASH_NONE;
    for (size_t i = hash & (index->size - 1);; i = (i + 1) & (index->size - 1)) {
        const struct hash_slot *slot = &index->slots[i];

        if (slot->element == 0)
            return HASH_NONE;
        if (slot->hash == hash && (equal == NULL || equal(user, slot->element - 1)))
            return slot->element - 1;
    }
}

static void place(struct hash_slot *slots, size_t size, struct hash_slot slot)
{
    size_t i = slot.hash & (size - 1);

    while (slots[i].element != 0)
        i = (i + 1) & (size - 1);
    slots[i] = slot;
}

void hash_index_add(struct hash_index *index, uint64_t hash, uint32_t element)
{
    if ((index->n + 1) * 2 > index->size) {
        size_t size = index->size == 0 ? FIRST_SIZE : index->size * 2;
        struct hash_slot *slots = g_new0(struct hash_slot, size);

        for (size_t i = 0; i < index->size; i++)
            if (index->slots[i].element != 0)
                place(slots, size, index->slots[i]);
        g_free(index->slots);
        index->slots = slots;
        index->size = size;
    }
    place(index->slots, index->size, (struct hash_slot){hash, element + 1});
    index->n++;
}

void hash_index_reset(struct hash_index *index)
{
    if (index->n > 0)
        memset(index->slots, 0, index->size * sizeof *index->slots);
    index->n = 0;
}

void hash_index_clear(struct hash_index *index)
{
    g_free(index->slots);
    *index = (struct hash_index){NULL, 0, 0};
}
