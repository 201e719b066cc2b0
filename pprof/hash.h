#ifndef SIDESCOPE_PPROF_HASH_H
#define SIDESCOPE_PPROF_HASH_H

/*
 * Hashing of foreign bytes and an index from hash to element number. The hash
 * is seeded with the address the program was loaded at, so that a target cannot
 * choose names that all collide; nothing of it leaves the process. Elements are
 * kept by the caller. Private to pprof/; one thread per index.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HASH_NONE UINT32_MAX

/* Different in every run of the program. */
uint64_t hash_seed(void);
uint64_t hash_bytes(const void *bytes, size_t n, uint64_t seed);
/* For GHashTable, in the place of g_str_hash(), whose collisions are easy to choose. */
unsigned hash_string(const void *text);
/* The same of a uint64_t, in the place of g_int64_hash(). */
unsigned hash_u64(const void *number);
/* One-to-one: equal hashes are equal numbers. Seeded as well. */
uint64_t hash_number(uint64_t number);

/* The same with a seed the caller keeps, for loops over millions of numbers. */
static inline uint64_t hash_number_seeded(uint64_t number, uint64_t seed)
{
    uint64_t x = number + seed;

    /* every step can be undone, so no two numbers meet */
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* Folds one more number into a hash. */
uint64_t hash_mix(uint64_t hash, uint64_t value);

struct hash_slot {
    uint64_t hash;
    uint32_t element; /* + 1; 0 is an empty slot */
};

struct hash_index {
    struct hash_slot *slots;
    size_t n, size; /* size: a power of two, or 0 */
};

typedef bool hash_equal(const void *user, uint32_t element);

/* The element of this hash for which equal (NULL: any) says yes, or HASH_NONE. */
uint32_t hash_index_find(const struct hash_index *index, uint64_t hash, hash_equal *equal,
                         const void *user);
void hash_index_add(struct hash_index *index, uint64_t hash, uint32_t element);
/* Empties the index and keeps its memory. */
void hash_index_reset(struct hash_index *index);
void hash_index_clear(struct hash_index *index);

#endif
