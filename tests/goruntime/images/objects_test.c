/* What is read is bounded, whatever the records of a process say. */

#include "probes/goruntime/chains.h"
#include "probes/goruntime/errors.h"
#include "probes/goruntime/holders.h"
#include "probes/goruntime/image.h"
#include "probes/goruntime/objects.h"
#include "probes/goruntime/waits.h"

#include <string.h>

enum {
    WORD = 8,
    SHIFT_TO_8_GIB = 20,
    SHIFT_TO_32_GIB = 22,
    SHIFT_TO_ALL = 50,
    TOO_LITTLE = 64 << 10
};

/* An image of which one word is another. */
struct changed {
    struct memory base;
    struct memory *image;
    uint64_t address, value;
    unsigned n_left; /* reads of it that are left as they are */
};

static bool changed_read(struct memory *memory, struct memory_range *ranges, size_t n,
                         GError **error)
{
    struct changed *changed = (struct changed *)memory;

    if (!memory_read_ranges(changed->image, ranges, n, error))
        return false;
    for (size_t i = 0; i < n; i++)
        if (changed->address >= ranges[i].address &&
            changed->address + WORD <= ranges[i].address + ranges[i].n &&
            (changed->n_left == 0 || changed->n_left-- == 0))
            memcpy((uint8_t *)ranges[i].data + (changed->address - ranges[i].address),
                   &changed->value, WORD);
    return true;
}

static void changed_free(struct memory *memory)
{
    memory_free(((struct changed *)memory)->image);
    g_free(memory);
}

static struct changed *load(void)
{
    static const struct memory_ops ops = {.read = changed_read, .free = changed_free};
    g_autoptr(GError) error = NULL;
    struct changed *changed = g_new0(struct changed, 1);
    g_autofree char *bytes = NULL;
    gsize n;

    g_file_get_contents(SIDESCOPE_SOURCE_DIR "/tests/goruntime/images/recorded/go1.27.0.img.gz",
                        &bytes, &n, &error);
    g_assert_no_error(error);
    changed->base.ops = &ops;
    changed->image = image_load(bytes, n, &error);
    g_assert_no_error(error);
    return changed;
}

static struct go_runtime *attach(struct changed **ret)
{
    g_autoptr(GError) error = NULL;
    struct changed *changed = load();
    struct go_runtime *runtime =
        go_runtime_new(&changed->base, image_program(changed->image), &error);

    g_assert_no_error(error);
    *ret = changed;
    return runtime;
}

/* Where the length, in pages, of some span is noted. */
static uint64_t length_of_a_span(struct go_runtime *runtime, const struct objects *objects,
                                 bool has_pointers)
{
    const struct go_layout *l = &runtime->layout;
    const GArray *records = objects_records(objects);

    for (guint i = 0; i < records->len; i++) {
        uint64_t record = g_array_index(records, uint64_t, i), start;
        uint8_t spanclass;

        if (memory_read_u64(runtime->memory, record + (uint64_t)l->mspan_start_addr, &start,
                            NULL) &&
            memory_read(runtime->memory, record + (uint64_t)l->mspan_spanclass, &spanclass, 1,
                        NULL) &&
            (spanclass & 1) == !has_pointers && objects_find(objects, start) != OBJECT_NONE)
            return record + (uint64_t)l->mspan_npages;
    }
    g_assert_not_reached();
}

/*
 * A record that is torn or made up says that a span has 8 GiB, or more than any copy may have:
 * there is no room made for it, and it is told that it was not read.
 */
static void test_huge_span(void)
{
    static const int shifts[] = {SHIFT_TO_8_GIB, SHIFT_TO_32_GIB, SHIFT_TO_ALL};
    struct changed *changed;
    g_autoptr(go_runtime_auto) runtime = attach(&changed);
    g_autoptr(GError) error = NULL;
    g_autoptr(objects_auto) objects = objects_read(runtime, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(objects_n_unread(objects), ==, 0);
    changed->address = length_of_a_span(runtime, objects, true);
    for (size_t i = 0; i < G_N_ELEMENTS(shifts); i++) {
        changed->value = UINT64_C(1) << shifts[i];
        g_autoptr(objects_auto) torn = objects_read(runtime, &error);

        g_assert_no_error(error);
        g_assert_cmpuint(objects_n_unread(torn), ==, 1);
        g_assert_cmpuint(objects_span_bytes(torn), <, objects_span_bytes(objects));
    }
}

/* More than there is to spare is not taken, and the sentence says how much it would be. */
static void test_budget(void)
{
    struct changed *changed;
    g_autoptr(go_runtime_auto) runtime = attach(&changed);
    g_autoptr(GError) error = NULL;

    runtime->max_heap_copy = TOO_LITTLE;
    g_assert_null(objects_read(runtime, &error));
    g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_TOO_LARGE);
    g_assert_nonnull(strstr(error->message, "half of what there is to spare"));
}

/* What finds the span of an address is counted: of spans without pointers it is nearly all. */
static void test_budget_of_places(void)
{
    enum { ARENA_SHIFT = 26, PAGE_SHIFT = 13 };
    struct changed *changed;
    g_autoptr(go_runtime_auto) runtime = attach(&changed);
    g_autoptr(objects_auto) objects = objects_read(runtime, NULL);
    uint64_t least = 0;

    for (uint64_t step = UINT64_C(1) << 30; step > 0; step /= 2) {
        runtime->max_heap_copy = least + step;
        g_autoptr(objects_auto) some = objects_read(runtime, NULL);

        least += some == NULL ? step : 0;
    }
    runtime->max_heap_copy = least + 1;
    changed->address = length_of_a_span(runtime, objects, false);
    changed->value = UINT64_C(1) << (ARENA_SHIFT - PAGE_SHIFT);
    g_assert_null(objects_read(runtime, NULL));
    changed->address = 0;
    g_autoptr(objects_auto) enough = objects_read(runtime, NULL);

    g_assert_nonnull(enough);
}

/* A segment that is said to have terabytes is not gone through for what is not in it. */
static void test_huge_segment(void)
{
    enum { MOST_READS = 1 << 14 };
    struct program_area segment = {.address = UINT64_C(1) << 50,
                                   .n = UINT64_C(1) << 42,
                                   .file_n = UINT64_C(1) << 42,
                                   .is_writable = true};
    g_autoptr(GError) error = NULL;
    struct changed *changed = load();
    struct program program = *image_program(changed->image);
    struct go_layout layout;

    program.segments = &segment;
    program.n_segments = 1;
    program.pclntab = program.go_module = 0;
    g_assert_true(go_layout_find(program.version, program.goarch, &layout, NULL));
    g_assert_null(module_load(&changed->base, &program, &layout, &error));
    g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_FOREIGN);
    g_assert_cmpuint(changed->image->n_calls, <, MOST_READS);
    memory_free(&changed->base);
}

/* The header of the tables is no other one when it is read again: code has steps of 1 or 4 bytes.
 */
static void test_quantum(void)
{
    enum { QUANTUM_SHIFT = 48 };
    struct changed *changed, *again = load();
    g_autoptr(go_runtime_auto) runtime = attach(&changed);
    g_autoptr(GError) error = NULL;
    uint64_t header = runtime->module->pc_header;

    g_assert_true(memory_read_u64(runtime->memory, header, &again->value, NULL));
    again->value &= ~(UINT64_C(0xff) << QUANTUM_SHIFT);
    again->address = header;
    again->n_left = 1;
    g_assert_null(go_runtime_new(&again->base, image_program(again->image), &error));
    g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_MISMATCH);
}

/* An object that is held from afar is held, and what is told of the way there is not all of it. */
static void test_long_chain(void)
{
    enum { MOST = 300 };
    struct changed *changed;
    g_autoptr(go_runtime_auto) runtime = attach(&changed);
    g_autoptr(GError) error = NULL;
    struct heap_look look;
    struct chain chain;

    g_assert_true(heap_look_read(&look, runtime, NULL, NULL, &error));
    int32_t *parent = look.reach->parent, last = (int32_t)objects_count(look.objects) - 1;

    g_assert_cmpint(last, >, 2 * MOST);
    for (int32_t i = 0; i < last; i++) /* from both ends, so that neighbours differ */
        parent[i] = i < (last + 1) / 2 ? last - i : last - i + 1;
    parent[last / 2 + 1] = ~0;
    parent[last] = 1;
    chain_make(&look, 0, "os.file", &chain);
    g_assert_nonnull(chain.root);
    g_assert_cmpuint(chain.hops->len, >, 2);
    g_assert_cmpuint(chain.hops->len, <, MOST);
    g_assert_cmpstr(g_ptr_array_index(chain.hops, 0), ==, "…");
    chain_clear(&chain);
    heap_look_clear(&look);
}

/* Each holder is found by its key. */
static void test_holders_by_key(void)
{
    struct changed *changed;
    g_autoptr(go_runtime_auto) runtime = attach(&changed);
    g_autoptr(holders_auto) holders = holders_read(runtime, NULL, NULL, NULL);

    g_assert_cmpuint(holders->holders->len, >, 2);
    for (guint i = 0; i < holders->holders->len; i++) {
        const struct holder *holder = &g_array_index(holders->holders, struct holder, i);

        g_assert_true(holders_find(holders, holder->key) == holder);
        g_assert_cmpint(holders_growth(holder, holders), ==, 0);
    }
    g_assert_null(holders_find(holders, "another"));
}

/* Lengths of which eight times as much is a small number again are too large, and not 0 or 1. */
static void test_length_that_wraps(void)
{
    struct changed *changed;
    g_autoptr(go_runtime_auto) runtime = attach(&changed);
    g_autoptr(GError) error = NULL;
    size_t n;

    changed->address = runtime->globals.allp.address + WORD;
    changed->value = (UINT64_C(1) << 61) + 1;
    g_assert_null(go_runtime_processors(runtime, &n, &error));
    g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_TOO_LARGE);
    g_clear_error(&error);
    changed->address =
        runtime->globals.mheap.address + (uint64_t)runtime->layout.mheap_allspans + WORD;
    g_assert_null(objects_read(runtime, &error));
    g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_TOO_LARGE);
}

static struct goroutine_list *read_list(struct go_runtime *runtime, const struct changed *changed)
{
    g_autoptr(GError) error = NULL;
    struct goroutine_list *list = goroutines_read(runtime, image_now(changed->image), &error);

    g_assert_no_error(error);
    return list;
}

/* The same goroutine twice in the list of all is one: millions of them would be a walk each. */
static void test_goroutine_twice(void)
{
    struct changed *changed;
    g_autoptr(go_runtime_auto) runtime = attach(&changed);
    g_autoptr(goroutine_list_auto) list = read_list(runtime, changed);
    uint64_t all;

    g_assert_cmpuint(list->n, >, 2);
    g_assert_true(memory_read_u64(runtime->memory, runtime->globals.allgptr.address, &all, NULL));
    g_assert_cmphex(list->goroutines[0].address, ==, list->records[0]);
    g_assert_cmphex(list->goroutines[1].address, ==, list->records[1]);
    changed->address = all + WORD;
    changed->value = list->records[0];
    g_autoptr(goroutine_list_auto) twice = read_list(runtime, changed);

    g_assert_cmpuint(twice->n, ==, list->n - 1);
    g_assert_cmphex(twice->goroutines[1].address, ==, list->goroutines[2].address);
}

/* Goroutines share what their texts repeat: these are cut off where those of runtime/pprof are. */
static void test_long_text(void)
{
    enum { N = 2048, LONG = 1 << 16, MOST = (64 << 20) + 2 * LONG };
    g_autofree char *state = g_strnfill(LONG, 'x');
    g_autofree struct live_goroutine *goroutines = g_new0(struct live_goroutine, N);
    struct goroutine_list list = {.goroutines = goroutines, .n = N};

    for (size_t i = 0; i < N; i++)
        goroutines[i] = (struct live_goroutine){.id = i + 1, .state = state, .labels = ""};
    g_autoptr(GBytes) text = goroutine_list_to_text(&list);

    g_assert_cmpuint(g_bytes_get_size(text), >, MOST / 2);
    g_assert_cmpuint(g_bytes_get_size(text), <, MOST);
}

/* What a goroutine waits in, when it leads back to itself, is one wait and not all there are. */
static void test_circle_of_waits(void)
{
    struct changed *changed;
    g_autoptr(go_runtime_auto) runtime = attach(&changed);
    g_autoptr(goroutine_list_auto) list = read_list(runtime, changed);
    g_autoptr(GError) error = NULL;
    size_t place = 0, n;

    while (place < list->n && (list->goroutines[place].waiting == 0 ||
                               strcmp(list->goroutines[place].state, "chan receive") != 0))
        place++;
    g_assert_cmpuint(place, <, list->n);
    changed->address = list->goroutines[place].waiting + (uint64_t)runtime->layout.sudog_waitlink;
    changed->value = list->goroutines[place].waiting;
    g_autoptr(wait_list_auto) waits = waits_read(runtime, list, &error);

    g_assert_no_error(error);
    wait_list_of(waits, place, &n);
    g_assert_cmpuint(n, ==, 1);
    g_assert_true(waits->is_partial[place]);
    g_assert_false(waits->truncated);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/goruntime/objects/huge-span", test_huge_span);
    g_test_add_func("/goruntime/objects/budget", test_budget);
    g_test_add_func("/goruntime/objects/budget-of-places", test_budget_of_places);
    g_test_add_func("/goruntime/module/huge-segment", test_huge_segment);
    g_test_add_func("/goruntime/module/quantum", test_quantum);
    g_test_add_func("/goruntime/chains/long", test_long_chain);
    g_test_add_func("/goruntime/holders/by-key", test_holders_by_key);
    g_test_add_func("/goruntime/memory/length-that-wraps", test_length_that_wraps);
    g_test_add_func("/goruntime/goroutines/twice", test_goroutine_twice);
    g_test_add_func("/goruntime/goroutines/long-text", test_long_text);
    g_test_add_func("/goruntime/waits/circle", test_circle_of_waits);
    return g_test_run();
}
