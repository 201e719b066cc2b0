#ifndef SIDESCOPE_PROBES_GORUNTIME_MEMORY_H
#define SIDESCOPE_PROBES_GORUNTIME_MEMORY_H

/*
 * Reading another process's memory: one interface, several sources. The live one
 * (memory_of_process) uses process_vm_readv(2) and nothing else: it does not
 * write, attach, stop or signal. Recorded ones are in image.h. A memory belongs
 * to one thread at a time; memory_cancel may come from any thread. Everything
 * read is data of a stranger: check before use.
 */

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One piece to be read; the caller owns data. */
struct memory_range {
    uint64_t address;
    void *data;
    size_t n;
    bool ok; /* out: all n bytes were read; otherwise data may hold anything */
};

struct memory;
struct writable;
struct program;

struct memory_ops {
    /*
     * Reads each range for itself and sets its ok; a range that is not there is
     * no error. False with error when nothing can be read at all any more
     * (denied, gone). Never called with n == 0.
     */
    bool (*read)(struct memory *memory, struct memory_range *ranges, size_t n, GError **error);
    /* Frees what is behind memory and memory itself. */
    void (*free)(struct memory *memory);
    /* What the process can write to, as writable_of_memory gives it; NULL: nobody knows. */
    struct writable *(*writable)(struct memory *memory, GError **error);
    bool is_still; /* what is behind it never changes: nothing is learned by waiting */
};

/* What every source begins with. */
struct memory {
    const struct memory_ops *ops;
    gint cancelled;            /* atomic */
    uint64_t n_calls, n_bytes; /* system calls made and bytes read so far: what it cost */
};

/*
 * The memory of a live process. Never fails for the rights: the first read
 * tells. NULL with error (FAILED) where the system has no process_vm_readv.
 * Free with memory_free.
 */
struct memory *memory_of_process(int pid, GError **error);
/*
 * The same, but what the process cannot write (code, tables) is read from its program's file,
 * where that can be opened: pages that were read in the process would count into its RSS, tens
 * of megabytes of a large program. program: one reference is taken.
 */
struct memory *memory_of_program(int pid, struct program *program, GError **error);
void memory_free(struct memory *memory);
typedef struct memory memory_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(memory_auto, memory_free)

/*
 * Reads n ranges with as few calls as possible, in their order. Ranges that are
 * not mapped get ok = false and the rest goes on. False with error when the
 * process cannot be read (DENIED, with the reason and the remedy in words), is
 * GONE, or when memory_cancel was called (CANCELLED).
 */
bool memory_read_ranges(struct memory *memory, struct memory_range *ranges, size_t n,
                        GError **error);
/* One range; false with error (MISMATCH when it is not mapped). */
bool memory_read(struct memory *memory, uint64_t address, void *ret, size_t n, GError **error);
/* A little-endian number of the target; the same errors. */
bool memory_read_u64(struct memory *memory, uint64_t address, uint64_t *ret, GError **error);
bool memory_read_u32(struct memory *memory, uint64_t address, uint32_t *ret, GError **error);
/*
 * A copy of n bytes, g_malloc()ed, or NULL with error: MISMATCH when not mapped,
 * TOO_LARGE when n is above most.
 */
uint8_t *memory_copy(struct memory *memory, uint64_t address, uint64_t n, uint64_t most,
                     GError **error);
/* The same of n words of 8 bytes, whatever n is: eight times as many may be a small number again.
 */
uint8_t *memory_copy_words(struct memory *memory, uint64_t address, uint64_t n, uint64_t most,
                           GError **error);

/* Makes this and every later read fail with CANCELLED. Any thread. */
void memory_cancel(struct memory *memory);

#endif
