#include "fuzz.h"

#include "probes/goruntime/perf_ring.h"

#include <string.h>

/*
 * A ring as a target's kernel might leave it: one byte whose lowest bit is
 * has_link, tail and head as 8 bytes each, then the data pages, cut to a power of
 * two. The unit test reads the recorded one of the corpus too.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    enum { FRONT = 17 };
    uint64_t tail, head;
    size_t size = 64, n_records = 0;
    struct perf_ring ring;
    struct perf_record record;

    if (n < FRONT + size)
        return 0;
    memcpy(&tail, data + 1, sizeof tail);
    memcpy(&head, data + 1 + sizeof tail, sizeof head);
    while (size * 2 <= n - FRONT)
        size *= 2;
    g_autofree uint8_t *pages = g_memdup2(data + FRONT, size);

    perf_ring_init(&ring, pages, size, (data[0] & 1) != 0);
    ring.tail = tail;
    while (perf_ring_next(&ring, head, &record)) {
        uint64_t sum = 0;

        for (size_t i = 0; i < record.n_chain; i++)
            sum += record.chain[i];
        for (size_t i = 0; i < record.n_stack; i++)
            sum += record.stack[i];
        g_assert_true(record.n_chain + record.n_stack == 0 ||
                      record.kind == PERF_RECORD_KIND_SAMPLE);
        g_assert_cmpuint(record.n_chain * sizeof(uint64_t) + record.n_stack, <=,
                         PERF_RING_MAX_RECORD);
        g_assert_cmpuint(++n_records, <=, size / 8 + 1); /* every record takes room */
        (void)*(volatile uint64_t *)&sum;
    }
    g_assert_cmpuint(ring.tail, ==, head);
    perf_ring_clear(&ring);
    return 0;
}
