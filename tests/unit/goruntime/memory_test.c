#include "probes/goruntime/blocks.h"
#include "probes/goruntime/errors.h"
#include "probes/goruntime/limits.h"
#include "probes/goruntime/memory.h"
#include "probes/goruntime/writable.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Our own process is as good as any other. */
static struct memory *own_memory(void)
{
    g_autoptr(GError) error = NULL;
    struct memory *memory = memory_of_process(getpid(), &error);

    g_assert_no_error(error);
    return memory;
}

/* Pages of which every second is not there, from 0 on. */
static uint8_t *map_with_holes(size_t n_pages, size_t page)
{
    uint8_t *at =
        mmap(NULL, n_pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    g_assert_true(at != MAP_FAILED);
    for (size_t i = 0; i < n_pages; i++)
        memset(at + i * page, (int)i, page);
    for (size_t i = 1; i < n_pages; i += 2)
        g_assert_cmpint(munmap(at + i * page, page), ==, 0);
    return at;
}

/* More ranges than one call takes, every second one not there: the others are all right. */
static void test_holes(void)
{
    enum { PAGES = 3000 };
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    g_autoptr(memory_auto) memory = own_memory();
    g_autoptr(GError) error = NULL;
    uint8_t *at = map_with_holes(PAGES, page);
    g_autofree struct memory_range *ranges = g_new0(struct memory_range, PAGES);
    uint8_t bytes[PAGES][16];

    for (size_t i = 0; i < PAGES; i++)
        ranges[i] = (struct memory_range){(uintptr_t)at + i * page + 5, bytes[i], 16, false};
    g_assert_true(memory_read_ranges(memory, ranges, PAGES, &error));
    g_assert_no_error(error);
    for (size_t i = 0; i < PAGES; i++) {
        g_assert_cmpint(ranges[i].ok, ==, i % 2 == 0);
        g_assert_true(!ranges[i].ok || (bytes[i][0] == (uint8_t)i && bytes[i][15] == (uint8_t)i));
    }
    g_assert_cmpuint(memory->n_calls, >=, PAGES / 2);
    for (size_t i = 0; i < PAGES; i += 2)
        munmap(at + i * page, page);
}

static bool has_address(const struct writable *writable, const void *address)
{
    const GArray *areas = writable_areas(writable);

    for (guint i = 0; i < areas->len; i++) {
        const struct module_area *area = &g_array_index(areas, struct module_area, i);

        if ((uintptr_t)address >= area->begin && (uintptr_t)address < area->end)
            return true;
    }
    return false;
}

/* What can be written to has the stack with the arguments, until that is left out. */
static void test_writable(void)
{
    static int variable;
    g_autoptr(memory_auto) memory = own_memory();
    struct writable *writable = writable_of_memory(memory, NULL);

    g_assert_nonnull(writable);
    variable++;
    g_assert_true(has_address(writable, &variable));
    g_assert_true(has_address(writable, environ[0]));
    g_assert_false(has_address(writable, (const void *)(uintptr_t)has_address));
    writable_leave_first_stack(writable);
    g_assert_true(has_address(writable, &variable));
    g_assert_false(has_address(writable, environ[0]));
    writable_leave_first_stack(writable);
    g_assert_true(has_address(writable, &variable));
    writable_free(writable);
}

static void test_many_in_few_calls(void)
{
    enum { N = 5 * GORUNTIME_READ_RANGES };
    const size_t bytes = N * sizeof(uint32_t);
    g_autoptr(memory_auto) memory = own_memory();
    g_autoptr(GError) error = NULL;
    g_autofree uint32_t *numbers = g_new0(uint32_t, N), *copies = g_new0(uint32_t, N);
    g_autofree struct memory_range *ranges = g_new0(struct memory_range, N);

    for (uint32_t i = 0; i < N; i++) {
        numbers[i] = i * 7;
        ranges[i] = (struct memory_range){(uintptr_t)&numbers[i], &copies[i], 4, false};
    }
    g_assert_true(memory_read_ranges(memory, ranges, N, &error));
    g_assert_true(memcmp(numbers, copies, bytes) == 0);
    g_assert_cmpuint(memory->n_calls, ==, 5);
    g_assert_cmpuint(memory->n_bytes, ==, bytes);
}

/* Neighbours are read as one: what is between them goes nowhere, and a hole takes no other along.
 */
static void test_neighbours(void)
{
    enum { PAGES = 200, EACH = 3 };
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    g_autoptr(memory_auto) memory = own_memory();
    g_autoptr(GError) error = NULL;
    uint8_t *at = map_with_holes(PAGES, page);
    struct memory_range ranges[PAGES * EACH];
    uint8_t bytes[PAGES * EACH][16];

    for (size_t i = 0; i < PAGES; i++) { /* one at the beginning of each page, two at its end */
        const size_t offsets[EACH] = {8, page - 40, page - 16};

        for (size_t k = 0; k < EACH; k++)
            ranges[i * EACH + k] = (struct memory_range){(uintptr_t)at + i * page + offsets[k],
                                                         bytes[i * EACH + k], 16, false};
    }
    memset(bytes, 0xff, sizeof bytes);
    g_assert_true(memory_read_ranges(memory, ranges, PAGES * EACH, &error));
    g_assert_no_error(error);
    for (size_t i = 0; i < PAGES * EACH; i++) {
        g_assert_cmpint(ranges[i].ok, ==, i / EACH % 2 == 0);
        g_assert_true(!ranges[i].ok || (bytes[i][0] == i / EACH && bytes[i][15] == i / EACH));
    }
    for (size_t i = 0; i < PAGES; i += 2)
        munmap(at + i * page, page);
}

/* A range that ends where there is nothing is not read by half. */
static void test_half(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    g_autoptr(memory_auto) memory = own_memory();
    uint8_t *at = map_with_holes(2, page), bytes[64];
    uint64_t number = 0;
    g_autoptr(GError) error = NULL;

    g_assert_false(memory_read(memory, (uintptr_t)at + page - 32, bytes, 64, &error));
    g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_MISMATCH);
    g_clear_error(&error);
    g_assert_true(memory_read(memory, (uintptr_t)at + page - 64, bytes, 64, &error));
    g_assert_true(memory_read_u64(memory, (uintptr_t)at, &number, &error));
    g_assert_cmpuint(number, ==, 0);
    g_assert_false(memory_read_u64(memory, UINT64_MAX - 3, &number, &error));
    g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_MISMATCH);
    munmap(at, page);
}

static void test_copy(void)
{
    static const char text[] = "copied";
    g_autoptr(memory_auto) memory = own_memory();
    g_autoptr(GError) error = NULL;
    g_autofree uint8_t *copy = memory_copy(memory, (uintptr_t)text, sizeof text, 100, &error);

    g_assert_no_error(error);
    g_assert_cmpstr((char *)copy, ==, text);
    g_assert_null(memory_copy(memory, (uintptr_t)text, 101, 100, &error));
    g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_TOO_LARGE);
}

static void test_cancel(void)
{
    g_autoptr(memory_auto) memory = own_memory();
    g_autoptr(GError) error = NULL;
    uint8_t byte;

    memory_cancel(memory);
    g_assert_false(memory_read(memory, (uintptr_t)&byte, &byte, 1, &error));
    g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_CANCELLED);
    g_assert_cmpuint(memory->n_calls, ==, 0);
}

static void test_gone(void)
{
    pid_t child = fork();
    g_autoptr(GError) error = NULL;
    uint8_t byte;

    if (child == 0)
        _exit(0);
    waitpid(child, NULL, 0);
    g_autoptr(memory_auto) memory = memory_of_process(child, &error);

    g_assert_false(memory_read(memory, (uintptr_t)&byte, &byte, 1, &error));
    g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_GONE);
    g_assert_nonnull(strstr(error->message, "has ended"));
}

/* In a child that is nobody: 0 when it is refused and told why. */
static int read_as_nobody(pid_t target)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(memory_auto) memory = memory_of_process(target, NULL);
    uint8_t byte;

    if (setgid(65534) != 0 || setuid(65534) != 0)
        return 2;
    if (memory_read(memory, (uintptr_t)&byte, &byte, 1, &error) ||
        !g_error_matches(error, GORUNTIME_ERROR, GORUNTIME_ERROR_DENIED))
        return 3;
    return strstr(error->message, "another user") != NULL ? 0 : 4;
}

static void test_denied(void)
{
    int status;

    if (getuid() != 0) {
        g_test_skip("only root can become nobody");
        return;
    }
    pid_t child = fork();

    if (child == 0)
        _exit(read_as_nobody(getppid()));
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_cmpint(WIFEXITED(status) ? WEXITSTATUS(status) : -1, ==, 0);
}

/* The cache gives what is there, across blocks, and knows single pages that are not. */
static void test_blocks(void)
{
    enum { PAGES = 64 };
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    g_autoptr(memory_auto) memory = own_memory();
    uint8_t *at = map_with_holes(PAGES, page), bytes[64];
    struct blocks *blocks = blocks_new(memory);

    for (size_t i = 0; i < PAGES; i++)
        g_assert_cmpint(blocks_read(blocks, (uintptr_t)at + i * page + 100, bytes, 64), ==,
                        i % 2 == 0);
    uint64_t calls = memory->n_calls;

    g_assert_true(blocks_read(blocks, (uintptr_t)at + 2 * page, bytes, 64));
    g_assert_cmpuint(bytes[63], ==, 2);
    g_assert_false(blocks_read(blocks, (uintptr_t)at + 3 * page - 8, bytes, 64));
    g_assert_cmpuint(memory->n_calls, ==, calls);
    blocks_free(blocks);
    for (size_t i = 0; i < PAGES; i += 2)
        munmap(at + i * page, page);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/memory/holes", test_holes);
    g_test_add_func("/memory/neighbours", test_neighbours);
    g_test_add_func("/memory/many-in-few-calls", test_many_in_few_calls);
    g_test_add_func("/memory/half", test_half);
    g_test_add_func("/memory/writable", test_writable);
    g_test_add_func("/memory/copy", test_copy);
    g_test_add_func("/memory/cancel", test_cancel);
    g_test_add_func("/memory/gone", test_gone);
    g_test_add_func("/memory/denied", test_denied);
    g_test_add_func("/memory/blocks", test_blocks);
    return g_test_run();
}
