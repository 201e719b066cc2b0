#ifndef SIDESCOPE_PROBES_GORUNTIME_PERF_RING_H
#define SIDESCOPE_PROBES_GORUNTIME_PERF_RING_H

/*
 * Records out of the ring buffer of a perf event, perf_event_open(2) "MMAP
 * layout" and "PERF_RECORD_SAMPLE". Pure: bytes in, records out; what the bytes
 * say of their own lengths is checked against what is there. The sample format
 * is the one that perf_events.c asks for: IP, TID, TIME, CALLCHAIN, REGS_USER,
 * STACK_USER. One thread at a time per ring; compiles on every system.
 */

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PERF_RING_MAX_RECORD = 65536, /* the size of a record is 16 bits wide */
};

struct perf_ring {
    const uint8_t *data; /* the data pages, borrowed */
    size_t n;            /* bytes of them, a power of two */
    uint64_t tail;       /* read up to here; positions only grow and are taken modulo n */
    uint64_t n_broken;   /* times that what lay in the ring made no sense and was left out */
    bool has_link;       /* samples carry the registers of arm64, the link register among them */
    uint64_t *copy;      /* private: the record that was given last */
};

enum perf_record_kind {
    PERF_RECORD_KIND_SAMPLE,
    PERF_RECORD_KIND_LOST, /* n_lost records did not fit */
    PERF_RECORD_KIND_FORK, /* pid, tid: of the new thread or process */
    PERF_RECORD_KIND_EXIT,
    PERF_RECORD_KIND_OTHER,
};

/* Members without a word belong to samples. Pointers are valid until the next record. */
struct perf_record {
    enum perf_record_kind kind;
    uint32_t pid, tid;     /* sample, fork, exit */
    uint32_t parent_pid;   /* fork */
    uint64_t time_ns;      /* sample, fork, exit; the clock that was asked for */
    uint64_t n_lost;       /* lost */
    bool in_kernel;        /* the thread was in the kernel for its own sake, or the kernel for it */
    const uint64_t *chain; /* user code only, innermost first: a pc, then return addresses */
    size_t n_chain;
    bool has_registers;
    uint64_t sp, pc, link; /* link 0: not recorded */
    uint64_t g; /* what Go keeps in a register: the address of the goroutine that runs; anything
                   while other code does */
    const uint8_t *stack; /* n_stack bytes from sp on */
    size_t n_stack;
};

/* For n bytes of data pages (a power of two, at least a page). */
void perf_ring_init(struct perf_ring *ring, const uint8_t *data, size_t n, bool has_link);
void perf_ring_clear(struct perf_ring *ring);
/*
 * The next record before head; false when there is none. What cannot be read
 * (no length, longer than what is there, a head that is too far ahead) is left
 * out to head and counted in n_broken. A record whose body is damaged is OTHER.
 */
bool perf_ring_next(struct perf_ring *ring, uint64_t head, struct perf_record *ret);

#endif
