#include "probes/goruntime/perf_ring.h"

#include <string.h>

/* perf_event_open(2), the values of the kernel's interface */
enum {
    TYPE_LOST = 2,
    TYPE_EXIT = 4,
    TYPE_FORK = 7,
    TYPE_SAMPLE = 9,
    TYPE_LOST_SAMPLES = 13,
};
enum {
    MODE_MASK = 7, /* of header.misc */
    MODE_KERNEL = 1,
};
#define FIRST_CONTEXT_MARK (UINT64_MAX - 4094) /* PERF_CONTEXT_MAX: -4095 */

struct header {
    uint32_t type;
    uint16_t misc, size;
};

/* What is left of a record, in words: everything in it is made of them. */
struct words {
    uint64_t *at;
    size_t n;
};

void perf_ring_init(struct perf_ring *ring, const uint8_t *data, size_t n, bool has_link)
{
    *ring = (struct perf_ring){.data = data, .n = n, .has_link = has_link};
    ring->copy = g_malloc(PERF_RING_MAX_RECORD);
}

void perf_ring_clear(struct perf_ring *ring)
{
    g_free(ring->copy);
    *ring = (struct perf_ring){0};
}

static bool take(struct words *words, uint64_t *ret)
{
    if (words->n == 0)
        return false;
    *ret = *words->at++;
    words->n--;
    return true;
}

/* Two numbers in one word, the first in the lower addresses. */
static bool take_pair(struct words *words, uint32_t *ret_first, uint32_t *ret_second)
{
    uint64_t word;
    uint32_t pair[2];

    if (!take(words, &word))
        return false;
    memcpy(pair, &word, sizeof pair);
    *ret_first = pair[0];
    *ret_second = pair[1];
    return true;
}

/* Leaves the marks out that stand before the user's part of a chain. */
static bool take_chain(struct words *words, struct perf_record *ret)
{
    uint64_t n;

    if (!take(words, &n) || n > words->n)
        return false;
    uint64_t *chain = words->at;

    for (size_t i = 0; i < n; i++)
        if (chain[i] < FIRST_CONTEXT_MARK)
            chain[ret->n_chain++] = chain[i];
    ret->chain = chain;
    words->at += n;
    words->n -= n;
    return true;
}

/* In the order of their numbers: sp, pc, r14 of amd64; x28, lr, sp, pc of arm64. */
static bool take_registers(struct words *words, bool has_link, struct perf_record *ret)
{
    uint64_t abi;

    if (!take(words, &abi))
        return false;
    if (abi == 0) /* a thread without user registers */
        return true;
    ret->has_registers = true;
    if (has_link)
        return take(words, &ret->g) && take(words, &ret->link) && take(words, &ret->sp) &&
               take(words, &ret->pc);
    return take(words, &ret->sp) && take(words, &ret->pc) && take(words, &ret->g);
}

/* The copy is followed by how much of it the kernel could really read. */
static bool take_stack(struct words *words, struct perf_record *ret)
{
    uint64_t n, filled;

    if (!take(words, &n))
        return false;
    if (n == 0)
        return true;
    if (n % sizeof(uint64_t) != 0 || n / sizeof(uint64_t) >= words->n)
        return false;
    ret->stack = (const uint8_t *)words->at;
    words->at += n / sizeof(uint64_t);
    words->n -= n / sizeof(uint64_t);
    if (!take(words, &filled))
        return false;
    ret->n_stack = (size_t)MIN(filled, n);
    return true;
}

static bool read_sample(const struct perf_ring *ring, struct words words, struct perf_record *ret)
{
    uint64_t ip;

    return take(&words, &ip) && take_pair(&words, &ret->pid, &ret->tid) &&
           take(&words, &ret->time_ns) && take_chain(&words, ret) &&
           take_registers(&words, ring->has_link, ret) && take_stack(&words, ret);
}

static bool read_task(struct words words, struct perf_record *ret)
{
    uint32_t parent_tid;

    return take_pair(&words, &ret->pid, &ret->parent_pid) &&
           take_pair(&words, &ret->tid, &parent_tid) && take(&words, &ret->time_ns);
}

static bool read_lost(uint32_t type, struct words words, struct perf_record *ret)
{
    uint64_t id;

    return (type == TYPE_LOST_SAMPLES || take(&words, &id)) && take(&words, &ret->n_lost);
}

static bool read_record(const struct perf_ring *ring, const struct header *header,
                        struct perf_record *ret)
{
    struct words words = {ring->copy + 1, header->size / sizeof(uint64_t) - 1};

    switch (header->type) {
    case TYPE_SAMPLE:
        ret->kind = PERF_RECORD_KIND_SAMPLE;
        ret->in_kernel = (header->misc & MODE_MASK) == MODE_KERNEL;
        return read_sample(ring, words, ret);
    case TYPE_FORK:
    case TYPE_EXIT:
        ret->kind = header->type == TYPE_FORK ? PERF_RECORD_KIND_FORK : PERF_RECORD_KIND_EXIT;
        return read_task(words, ret);
    case TYPE_LOST:
    case TYPE_LOST_SAMPLES:
        ret->kind = PERF_RECORD_KIND_LOST;
        return read_lost(header->type, words, ret);
    default:
        return false;
    }
}

static void copy_out(const struct perf_ring *ring, void *ret, size_t n)
{
    size_t offset = (size_t)(ring->tail & (ring->n - 1)), first = MIN(n, ring->n - offset);

    memcpy(ret, ring->data + offset, first);
    memcpy((uint8_t *)ret + first, ring->data, n - first);
}

bool perf_ring_next(struct perf_ring *ring, uint64_t head, struct perf_record *ret)
{
    struct header header = {0};
    uint64_t left = head - ring->tail;

    *ret = (struct perf_record){.kind = PERF_RECORD_KIND_OTHER};
    if (left == 0)
        return false;
    if (left >= sizeof header && left <= ring->n)
        copy_out(ring, &header, sizeof header);
    if (header.size < sizeof header || header.size > left || header.size % sizeof(uint64_t) != 0) {
        ring->n_broken++;
        ring->tail = head;
        return false;
    }
    copy_out(ring, ring->copy, header.size);
    ring->tail += header.size;
    if (!read_record(ring, &header, ret))
        *ret = (struct perf_record){.kind = PERF_RECORD_KIND_OTHER};
    return true;
}
