#include "probes/goruntime/errors.h"
#include "probes/goruntime/image.h"
#include "probes/goruntime/writable.h"

#include <string.h>

/* A memory of one made-up range, to be recorded. */
struct made_up {
    struct memory base;
    uint64_t address;
    uint8_t bytes[20000];
};

static bool made_up_read(struct memory *memory, struct memory_range *ranges, size_t n,
                         GError **error)
{
    const struct made_up *m = (const struct made_up *)memory;

    (void)error;
    for (size_t i = 0; i < n; i++) {
        uint64_t into = ranges[i].address - m->address;

        ranges[i].ok = ranges[i].address >= m->address && into <= sizeof m->bytes &&
                       ranges[i].n <= sizeof m->bytes - into;
        if (ranges[i].ok)
            memcpy(ranges[i].data, m->bytes + into, ranges[i].n);
    }
    return true;
}

/* More than what can be read of it, in two pieces. */
static struct writable *made_up_writable(struct memory *memory, GError **error)
{
    const struct made_up *m = (const struct made_up *)memory;
    const struct module_area areas[] = {
        {m->address - 0x5000, m->address + 0x1000},
        {m->address + 0x2000, m->address + 0x9000},
    };
    g_autoptr(GArray) array = g_array_new(FALSE, FALSE, sizeof areas[0]);

    (void)error;
    g_array_append_vals(array, areas, G_N_ELEMENTS(areas));
    return writable_of_areas(array);
}

static void made_up_free(struct memory *memory)
{
    g_free(memory);
}

static struct memory *made_up_new(uint64_t address)
{
    static const struct memory_ops ops = {made_up_read, made_up_free, made_up_writable, false};
    struct made_up *m = g_new0(struct made_up, 1);

    m->base.ops = &ops;
    m->address = address;
    for (size_t i = 0; i < sizeof m->bytes; i++)
        m->bytes[i] = (uint8_t)(i * 31 >> 3);
    return &m->base;
}

enum { BASE = 0x400ff8 }; /* not at the beginning of a page */

static struct program_area segments[] = {
    {.address = 0x400000, .n = 0x3000, .file_n = 0x2000, .is_executable = true},
    {.address = 0x500000, .n = 0x9000, .file_n = 0x10, .is_writable = true},
};

static const struct program program = {
    .version = (char *)(uintptr_t) "go1.26.8 X:rangefunc",
    .machine = ELF_MACHINE_AARCH64,
    .bias = 0x1000,
    .segments = segments,
    .n_segments = G_N_ELEMENTS(segments),
    .pclntab = 0x123456789a,
    .go_module = 0x42,
};

static GBytes *record(void)
{
    g_autoptr(memory_auto) recorder = image_recorder_new(made_up_new(BASE));
    uint8_t bytes[20000];

    g_assert_true(memory_read(recorder, BASE + 100, bytes, 50, NULL));
    g_assert_true(memory_read(recorder, BASE + 120, bytes, 10000, NULL));
    g_assert_true(memory_read(recorder, BASE + 15000, bytes, 8, NULL));
    g_assert_false(memory_read(recorder, BASE + 19999, bytes, 2, NULL));
    return image_save(recorder, &program, 1234567890123);
}

static struct memory *load(const void *data, size_t n)
{
    g_autoptr(GError) error = NULL;
    struct memory *image = image_load(data, n, &error);

    if (image == NULL)
        g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_MISMATCH);
    return image;
}

/* What was read can be read again, in one piece where pieces touched; nothing else can. */
static void test_round_trip(void)
{
    g_autoptr(GBytes) saved = record();
    g_autoptr(memory_auto) image = load(g_bytes_get_data(saved, NULL), g_bytes_get_size(saved));
    g_autoptr(memory_auto) source = made_up_new(BASE);
    uint8_t bytes[20000], wanted[20000];

    g_assert_true(memory_read(image, BASE + 100, bytes, 10020, NULL));
    g_assert_true(memory_read(source, BASE + 100, wanted, 10020, NULL));
    g_assert_true(memcmp(bytes, wanted, 10020) == 0);
    g_assert_true(memory_read(image, BASE + 15003, bytes, 5, NULL));
    g_assert_false(memory_read(image, BASE + 99, bytes, 2, NULL));
    g_assert_false(memory_read(image, BASE + 10119, bytes, 2, NULL));
    g_assert_false(memory_read(image, BASE + 15007, bytes, 2, NULL));
    g_assert_false(memory_read(image, UINT64_MAX, bytes, 2, NULL));
    g_assert_cmpint(image_now(image), ==, 1234567890123);
}

static void test_program(void)
{
    g_autoptr(GBytes) saved = record();
    g_autoptr(memory_auto) image = load(g_bytes_get_data(saved, NULL), g_bytes_get_size(saved));
    const struct program *p = image_program(image);

    g_assert_cmpstr(p->version, ==, program.version);
    g_assert_cmpstr(p->goarch, ==, "arm64");
    g_assert_cmpuint(p->bias, ==, program.bias);
    g_assert_cmpuint(p->pclntab, ==, program.pclntab);
    g_assert_cmpuint(p->go_module, ==, program.go_module);
    g_assert_cmpuint(p->n_segments, ==, program.n_segments);
    for (size_t i = 0; i < p->n_segments; i++) {
        g_assert_cmpuint(p->segments[i].address, ==, segments[i].address);
        g_assert_cmpuint(p->segments[i].n, ==, segments[i].n);
        g_assert_cmpuint(p->segments[i].file_n, ==, segments[i].file_n);
        g_assert_cmpint(p->segments[i].is_writable, ==, segments[i].is_writable);
        g_assert_cmpint(p->segments[i].is_executable, ==, segments[i].is_executable);
    }
    g_assert_true(program_holds(p, 0x400000, 0x3000));
    g_assert_false(program_holds(p, 0x400001, 0x3000));
    g_assert_false(program_holds(p, 0x4fffff, 1));
}

/* What was read first stays, so that a recording of a moving process is one moment's. */
static void test_first_stays(void)
{
    struct memory *source = made_up_new(BASE);
    g_autoptr(memory_auto) recorder = image_recorder_new(source);
    uint8_t before, after;

    g_assert_true(memory_read(recorder, BASE + 8, &before, 1, NULL));
    ((struct made_up *)source)->bytes[8]++;
    g_assert_true(memory_read(recorder, BASE + 8, &after, 1, NULL));
    g_assert_cmpuint(before, !=, after);
    g_autoptr(GBytes) saved = image_save(recorder, &program, 0);
    g_autoptr(memory_auto) image = load(g_bytes_get_data(saved, NULL), g_bytes_get_size(saved));

    g_assert_true(memory_read(image, BASE + 8, &after, 1, NULL));
    g_assert_cmpuint(before, ==, after);
}

/* What could be written to is known as far as it was read, in whole words. */
static void test_writable(void)
{
    g_autoptr(memory_auto) recorder = image_recorder_new(made_up_new(BASE));
    uint8_t bytes[20000];

    g_assert_true(memory_read(recorder, BASE + 100, bytes, 10000, NULL));
    writable_free(writable_of_memory(recorder, NULL));
    g_autoptr(GBytes) saved = image_save(recorder, &program, 0);
    g_autoptr(memory_auto) image = load(g_bytes_get_data(saved, NULL), g_bytes_get_size(saved));
    struct writable *writable = writable_of_memory(image, NULL);
    const GArray *areas = writable_areas(writable);

    g_assert_cmpuint(areas->len, ==, 2);
    const struct module_area *area = &g_array_index(areas, struct module_area, 0);

    g_assert_cmphex(area[0].begin, ==, BASE + 104);
    g_assert_cmphex(area[0].end, ==, BASE + 0x1000);
    g_assert_cmphex(area[1].begin, ==, BASE + 0x2000);
    g_assert_cmphex(area[1].end, ==, BASE + 100 + 10000 - 100 % 8);
    struct writable_run run = writable_next(writable, area[0].begin, area[0].end - area[0].begin);

    g_assert_cmpuint(run.skip, ==, 0);
    g_assert_cmpuint(run.n, ==, area[0].end - area[0].begin);
    writable_free(writable);
}

/* Where nobody said what can be written to, it is not known: it is not nothing. */
static void test_writable_unknown(void)
{
    g_autoptr(GBytes) saved = record();
    g_autoptr(memory_auto) image = load(g_bytes_get_data(saved, NULL), g_bytes_get_size(saved));
    g_autoptr(GError) error = NULL;

    g_assert_null(writable_of_memory(image, &error));
    g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_FAILED);
}

/* A cut or changed file is refused, or is another image: never a crash. */
static void test_damaged(void)
{
    g_autoptr(GBytes) saved = record();
    size_t n;
    const uint8_t *data = g_bytes_get_data(saved, &n);

    for (size_t cut = 0; cut < n; cut += 3)
        g_assert_null(load(data, cut));
    for (size_t i = 0; i < n; i++) {
        g_autofree uint8_t *changed = g_memdup2(data, n);

        changed[i] ^= 0xff;
        memory_free(image_load(changed, n, NULL));
    }
}

/* Ranges that overlap, wrap round or end behind the file. */
static void test_hostile_ranges(void)
{
    static const struct {
        uint64_t address, n;
    } cases[][2] = {
        {{0x1000, 8}, {0x1004, 8}},         {{0x2000, 8}, {0x1000, 8}},
        {{UINT64_MAX - 3, 8}, {0, 0}},      {{0x1000, UINT64_MAX}, {0, 0}},
        {{0x1000, 1 << 20}, {0x300000, 1}},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GByteArray) file = g_byte_array_new();
        const uint32_t counts[] = {2, 7};
        const char version[] = "\7\0\0\0version\1\0\0\0v",
                   machine[] = "\7\0\0\0machine\2\0\0\0003e";
        const uint32_t n_ranges = 2;

        g_byte_array_append(file, (const uint8_t *)"SSGOIMG1", 8);
        g_byte_array_append(file, (const uint8_t *)counts, 4);
        g_byte_array_append(file, (const uint8_t *)version, sizeof version - 1);
        g_byte_array_append(file, (const uint8_t *)machine, sizeof machine - 1);
        g_byte_array_append(file, (const uint8_t *)&n_ranges, 4);
        for (size_t k = 0; k < 2; k++) {
            g_byte_array_append(file, (const uint8_t *)&cases[i][k], 16);
            g_byte_array_append(file, (const uint8_t *)"12345678", 8);
        }
        g_assert_null(load(file->data, file->len));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/image/round-trip", test_round_trip);
    g_test_add_func("/image/program", test_program);
    g_test_add_func("/image/first-stays", test_first_stays);
    g_test_add_func("/image/writable", test_writable);
    g_test_add_func("/image/writable-unknown", test_writable_unknown);
    g_test_add_func("/image/damaged", test_damaged);
    g_test_add_func("/image/hostile-ranges", test_hostile_ranges);
    return g_test_run();
}
