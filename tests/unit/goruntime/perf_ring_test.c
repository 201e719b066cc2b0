#include "probes/goruntime/perf_ring.h"

#include <string.h>

enum {
    TYPE_LOST = 2,
    TYPE_EXIT = 4,
    TYPE_THROTTLE = 5,
    TYPE_FORK = 7,
    TYPE_SAMPLE = 9,
    RING = 4096,
    MODE_KERNEL = 1,
    MODE_USER = 2,
};

/* A ring that is written as the kernel does. */
struct made {
    uint8_t data[RING];
    uint64_t head;
    struct perf_ring ring;
};

static void put_bytes(struct made *made, const void *bytes, size_t n)
{
    const uint8_t *from = bytes;

    for (size_t i = 0; i < n; i++)
        made->data[made->head++ % RING] = from[i];
}

static void put_record(struct made *made, uint32_t type, uint16_t misc, const uint64_t *words,
                       size_t n)
{
    struct {
        uint32_t type;
        uint16_t misc, size;
    } header = {type, misc, (uint16_t)(8 + 8 * n)};

    put_bytes(made, &header, sizeof header);
    put_bytes(made, words, 8 * n);
}

static struct made *new_made(uint64_t begin, bool has_link)
{
    struct made *made = g_new0(struct made, 1);

    perf_ring_init(&made->ring, made->data, RING, has_link);
    made->head = made->ring.tail = begin;
    return made;
}

static void free_made(struct made *made)
{
    perf_ring_clear(&made->ring);
    g_free(made);
}

static uint64_t pair(uint32_t low, uint32_t high)
{
    return (uint64_t)high << 32 | low;
}

#define USER_MARK (UINT64_MAX - 511) /* PERF_CONTEXT_USER, -512 */

static const uint64_t plain_sample[] = {
    0x401000,                        /* ip */
    UINT64_C(7) | UINT64_C(9) << 32, /* pid, tid */
    123,                             /* time */
    3,
    USER_MARK,
    0x401000,
    0x402000, /* chain */
    2,
    0x7000,
    0x401000,
    0xc000123, /* registers: abi, sp, pc, and the one that Go keeps its goroutine in */
    16,
    0x1111,
    0x2222,
    8, /* stack of 16 bytes, 8 of them filled */
};

static void check_plain(const struct perf_record *record)
{
    g_assert_cmpint(record->kind, ==, PERF_RECORD_KIND_SAMPLE);
    g_assert_cmpuint(record->pid, ==, 7);
    g_assert_cmpuint(record->tid, ==, 9);
    g_assert_cmpuint(record->time_ns, ==, 123);
    g_assert_cmpuint(record->n_chain, ==, 2);
    g_assert_cmphex(record->chain[0], ==, 0x401000);
    g_assert_cmphex(record->chain[1], ==, 0x402000);
    g_assert_true(record->has_registers);
    g_assert_cmphex(record->sp, ==, 0x7000);
    g_assert_cmphex(record->pc, ==, 0x401000);
    g_assert_cmphex(record->g, ==, 0xc000123);
    g_assert_cmpuint(record->n_stack, ==, 8);
    g_assert_cmphex(record->stack[0], ==, 0x11);
}

static void test_sample(void)
{
    /* at the beginning, and with the wrap inside header's neighbourhood and body */
    static const uint64_t begins[] = {0, RING - 8, RING - 64, RING - 112, 5 * RING - 16};

    for (size_t i = 0; i < G_N_ELEMENTS(begins); i++) {
        struct made *made = new_made(begins[i], false);
        struct perf_record record;

        put_record(made, TYPE_SAMPLE, MODE_USER, plain_sample, G_N_ELEMENTS(plain_sample));
        g_assert_true(perf_ring_next(&made->ring, made->head, &record));
        check_plain(&record);
        g_assert_false(record.in_kernel);
        g_assert_false(perf_ring_next(&made->ring, made->head, &record));
        g_assert_cmpuint(made->ring.tail, ==, made->head);
        g_assert_cmpuint(made->ring.n_broken, ==, 0);
        free_made(made);
    }
}

static void test_kernel_thread(void)
{
    /* a thread on its way out: in the kernel, no user registers, no stack */
    static const uint64_t words[] = {0xffffffff81000000, 7, 5, 0, 0, 0};
    struct made *made = new_made(0, false);
    struct perf_record record;

    put_record(made, TYPE_SAMPLE, MODE_KERNEL, words, G_N_ELEMENTS(words));
    g_assert_true(perf_ring_next(&made->ring, made->head, &record));
    g_assert_cmpint(record.kind, ==, PERF_RECORD_KIND_SAMPLE);
    g_assert_true(record.in_kernel);
    g_assert_false(record.has_registers);
    g_assert_cmpuint(record.n_chain, ==, 0);
    g_assert_cmpuint(record.n_stack, ==, 0);
    free_made(made);
}

static void test_link(void)
{
    static const uint64_t words[] = {1, 7, 5, 1, 0x50, 2, 0x40, 0x60, 0x7000, 0x50, 0};
    struct made *made = new_made(0, true);
    struct perf_record record;

    put_record(made, TYPE_SAMPLE, MODE_USER, words, G_N_ELEMENTS(words));
    g_assert_true(perf_ring_next(&made->ring, made->head, &record));
    g_assert_cmphex(record.g, ==, 0x40);
    g_assert_cmphex(record.link, ==, 0x60);
    g_assert_cmphex(record.sp, ==, 0x7000);
    g_assert_cmphex(record.pc, ==, 0x50);
    free_made(made);
}

static void test_others(void)
{
    const uint64_t fork[] = {pair(7, 7), pair(12, 9), 77}, lost[] = {1, 40}, throttle[] = {1, 2, 3};
    struct made *made = new_made(RING - 24, false);
    struct perf_record record;

    put_record(made, TYPE_FORK, 0, fork, G_N_ELEMENTS(fork));
    put_record(made, TYPE_EXIT, 0, fork, G_N_ELEMENTS(fork));
    put_record(made, TYPE_LOST, 0, lost, G_N_ELEMENTS(lost));
    put_record(made, TYPE_THROTTLE, 0, throttle, G_N_ELEMENTS(throttle));
    g_assert_true(perf_ring_next(&made->ring, made->head, &record));
    g_assert_cmpint(record.kind, ==, PERF_RECORD_KIND_FORK);
    g_assert_cmpuint(record.pid, ==, 7);
    g_assert_cmpuint(record.parent_pid, ==, 7);
    g_assert_cmpuint(record.tid, ==, 12);
    g_assert_cmpuint(record.time_ns, ==, 77);
    g_assert_true(perf_ring_next(&made->ring, made->head, &record));
    g_assert_cmpint(record.kind, ==, PERF_RECORD_KIND_EXIT);
    g_assert_true(perf_ring_next(&made->ring, made->head, &record));
    g_assert_cmpint(record.kind, ==, PERF_RECORD_KIND_LOST);
    g_assert_cmpuint(record.n_lost, ==, 40);
    g_assert_true(perf_ring_next(&made->ring, made->head, &record));
    g_assert_cmpint(record.kind, ==, PERF_RECORD_KIND_OTHER);
    g_assert_false(perf_ring_next(&made->ring, made->head, &record));
    free_made(made);
}

/* Numbers in a body that point beyond it: the record counts for nothing, the next one is read. */
static void test_damaged_body(void)
{
    enum { AT_CHAIN = 3, AT_STACK = 11, AT_FILLED = 14 };
    static const struct {
        size_t at;
        uint64_t value;
        enum perf_record_kind kind;
    } cases[] = {
        {AT_CHAIN, UINT64_MAX, PERF_RECORD_KIND_OTHER},
        {AT_CHAIN, 12, PERF_RECORD_KIND_OTHER},
        {AT_STACK, UINT64_MAX - 7, PERF_RECORD_KIND_OTHER},
        {AT_STACK, 24, PERF_RECORD_KIND_OTHER}, /* nothing left for what was filled */
        {AT_STACK, 9, PERF_RECORD_KIND_OTHER},
        {AT_FILLED, UINT64_MAX, PERF_RECORD_KIND_SAMPLE}, /* no more than was copied */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct made *made = new_made(RING - 40, false);
        uint64_t words[G_N_ELEMENTS(plain_sample)];
        struct perf_record record;

        memcpy(words, plain_sample, sizeof words);
        words[cases[i].at] = cases[i].value;
        put_record(made, TYPE_SAMPLE, MODE_USER, words, G_N_ELEMENTS(words));
        put_record(made, TYPE_SAMPLE, MODE_USER, plain_sample, G_N_ELEMENTS(plain_sample));
        g_assert_true(perf_ring_next(&made->ring, made->head, &record));
        g_assert_cmpint(record.kind, ==, cases[i].kind);
        g_assert_cmpuint(record.n_stack, <=, 16);
        g_assert_true(perf_ring_next(&made->ring, made->head, &record));
        check_plain(&record);
        free_made(made);
    }
}

/* Records that end early, word by word. */
static void test_cut_body(void)
{
    for (size_t n = 0; n < G_N_ELEMENTS(plain_sample); n++) {
        struct made *made = new_made(0, false);
        struct perf_record record;

        put_record(made, TYPE_SAMPLE, MODE_USER, plain_sample, n);
        g_assert_true(perf_ring_next(&made->ring, made->head, &record));
        g_assert_cmpint(record.kind, ==, PERF_RECORD_KIND_OTHER);
        g_assert_cmpuint(record.n_chain, ==, 0);
        free_made(made);
    }
}

/* Where no next record can be found, everything up to the head is left out, and it goes on. */
static void test_broken_ring(void)
{
    static const uint64_t headers[] = {
        0,                                    /* no length */
        UINT64_C(4) << 48 | TYPE_SAMPLE,      /* shorter than its header */
        UINT64_C(20) << 48 | TYPE_SAMPLE,     /* not of whole words */
        UINT64_C(0xfff8) << 48 | TYPE_SAMPLE, /* longer than what is there */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
        struct made *made = new_made(RING - 8, false);
        struct perf_record record;
        uint64_t zeroes[4] = {0};

        put_bytes(made, &headers[i], sizeof headers[i]);
        put_bytes(made, zeroes, sizeof zeroes);
        g_assert_false(perf_ring_next(&made->ring, made->head, &record));
        g_assert_cmpuint(made->ring.n_broken, ==, 1);
        put_record(made, TYPE_SAMPLE, MODE_USER, plain_sample, G_N_ELEMENTS(plain_sample));
        g_assert_true(perf_ring_next(&made->ring, made->head, &record));
        check_plain(&record);
        free_made(made);
    }
    struct made *made = new_made(0, false);
    struct perf_record record;

    g_assert_false(perf_ring_next(&made->ring, RING + 8, &record)); /* overrun */
    g_assert_cmpuint(made->ring.n_broken, ==, 1);
    g_assert_false(perf_ring_next(&made->ring, 3, &record)); /* backwards */
    g_assert_cmpuint(made->ring.n_broken, ==, 2);
    free_made(made);
}

/*
 * Two pages of a ring that a kernel (6.18, amd64) filled for a Go program that
 * makes and ends threads, with a reader that was late: stacks of 256 bytes.
 */
static void test_recorded(void)
{
    const char *path = SIDESCOPE_SOURCE_DIR "/tests/fuzz/corpus/perf_ring/recorded";
    g_autofree char *text = NULL;
    gsize n;
    uint64_t tail, head;
    struct perf_ring ring;
    struct perf_record record;
    size_t kinds[PERF_RECORD_KIND_OTHER + 1] = {0}, n_kernel = 0;

    g_assert_true(g_file_get_contents(path, &text, &n, NULL));
    g_assert_cmpuint(n, ==, 1 + 16 + 8192);
    memcpy(&tail, text + 1, 8);
    memcpy(&head, text + 9, 8);
    perf_ring_init(&ring, (const uint8_t *)text + 17, 8192, false);
    ring.tail = tail;
    while (perf_ring_next(&ring, head, &record)) {
        kinds[record.kind]++;
        if (record.kind == PERF_RECORD_KIND_LOST)
            g_assert_cmpuint(record.n_lost, >, 0);
        if (record.kind != PERF_RECORD_KIND_SAMPLE)
            continue;
        n_kernel += record.in_kernel;
        g_assert_cmpuint(record.n_stack, ==, 256);
        g_assert_cmpuint(record.n_chain, >=, 3);
        g_assert_cmphex(record.chain[0], ==, record.pc);
        g_assert_cmphex(record.pc, >=, 0x401000); /* the text of a program at a fixed address */
        g_assert_cmphex(record.pc, <, 0x500000);
        g_assert_cmphex(record.g % 8, ==, 0);
        g_assert_cmphex(record.g, >, record.pc); /* in the heap, behind it */
    }
    g_assert_cmpuint(kinds[PERF_RECORD_KIND_SAMPLE], ==, 20);
    g_assert_cmpuint(kinds[PERF_RECORD_KIND_FORK], ==, 7);
    g_assert_cmpuint(kinds[PERF_RECORD_KIND_EXIT], ==, 8);
    g_assert_cmpuint(kinds[PERF_RECORD_KIND_LOST], ==, 7);
    g_assert_cmpuint(kinds[PERF_RECORD_KIND_OTHER], ==, 0);
    g_assert_cmpuint(n_kernel, ==, 1);
    g_assert_cmpuint(ring.n_broken, ==, 0);
    perf_ring_clear(&ring);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/perf_ring/sample", test_sample);
    g_test_add_func("/perf_ring/kernel_thread", test_kernel_thread);
    g_test_add_func("/perf_ring/link", test_link);
    g_test_add_func("/perf_ring/others", test_others);
    g_test_add_func("/perf_ring/damaged_body", test_damaged_body);
    g_test_add_func("/perf_ring/cut_body", test_cut_body);
    g_test_add_func("/perf_ring/broken_ring", test_broken_ring);
    g_test_add_func("/perf_ring/recorded", test_recorded);
    return g_test_run();
}
