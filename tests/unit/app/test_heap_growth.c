#include "app/triage/heap_growth.h"

#include <string.h>

/*
 * Heap profiles of four functions: main calls adapter.parse, which calls
 * json.Unmarshal (allocates); main also calls cache.Put (allocates itself).
 */
enum { FN_UNMARSHAL, FN_PARSE, FN_MAIN, FN_PUT, N_FUNCTIONS };

struct small_heap {
    struct profile profile;
    struct profile_value_type types[2];
    struct profile_function functions[N_FUNCTIONS];
    struct profile_line lines[N_FUNCTIONS];
    struct profile_location locations[N_FUNCTIONS];
    struct profile_sample samples[2];
    uint32_t frames[5];
    int64_t values[4];
};

static void set_functions(struct small_heap *heap)
{
    static const char *const names[N_FUNCTIONS] = {
        [FN_UNMARSHAL] = "encoding/json.Unmarshal",
        [FN_PARSE] = "github.com/marcus/sidecar/internal/adapter.parse",
        [FN_MAIN] = "main.main",
        [FN_PUT] = "github.com/marcus/sidecar/internal/cache.Put",
    };

    for (uint32_t i = 0; i < N_FUNCTIONS; i++) {
        heap->functions[i] = (struct profile_function){
            .name = names[i], .system_name = names[i], .filename = "f.go"};
        heap->lines[i] = (struct profile_line){.function = i, .line = (int64_t)i + 1};
        heap->locations[i] = (struct profile_location){
            .address = 0x1000 + i, .mapping = PROFILE_NONE, .first_line = i, .n_lines = 1};
    }
}

static void make(struct small_heap *heap, int64_t unmarshal_bytes, int64_t put_bytes)
{
    static const uint32_t frames[5] = {FN_UNMARSHAL, FN_PARSE, FN_MAIN, FN_PUT, FN_MAIN};

    memset(heap, 0, sizeof *heap);
    heap->types[0] = (struct profile_value_type){"inuse_objects", "count"};
    heap->types[1] = (struct profile_value_type){"inuse_space", "bytes"};
    set_functions(heap);
    memcpy(heap->frames, frames, sizeof frames);
    heap->samples[0] = (struct profile_sample){.first_frame = 0, .n_frames = 3};
    heap->samples[1] = (struct profile_sample){.first_frame = 3, .n_frames = 2};
    heap->values[0] = heap->values[2] = 1;
    heap->values[1] = unmarshal_bytes;
    heap->values[3] = put_bytes;
    heap->profile = (struct profile){
        .sample_types = heap->types,
        .n_sample_types = 2,
        .samples = heap->samples,
        .n_samples = 2,
        .values = heap->values,
        .locations = heap->locations,
        .n_locations = N_FUNCTIONS,
        .lines = heap->lines,
        .n_lines = N_FUNCTIONS,
        .functions = heap->functions,
        .n_functions = N_FUNCTIONS,
        .frames = heap->frames,
        .n_frames = 5,
        .drop_frames = "",
        .keep_frames = "",
        .default_sample_type = "inuse_space",
        .doc_url = "",
        .period_type = {"space", "bytes"},
        .period = 524288,
    };
}

static void test_names_what_grew(void)
{
    struct small_heap base, now;

    make(&base, 1 << 20, 8 << 20);
    make(&now, 65 << 20, 9 << 20);
    g_autoptr(GPtrArray) found = heap_growth_find(&now.profile, &base.profile, 2 << 20, 5);

    g_assert_cmpuint(found->len, ==, 1);
    const struct heap_growth *growth = g_ptr_array_index(found, 0);

    g_assert_cmpstr(growth->function, ==, "encoding/json.Unmarshal");
    g_assert_cmpint(growth->delta_bytes, ==, 64 << 20);
    g_assert_cmpint(growth->now_bytes, ==, 65 << 20);
    g_assert_cmpstr(growth->caller, ==, "github.com/marcus/sidecar/internal/adapter.parse");
    g_assert_nonnull(strstr(growth->known, "decoded"));
}

static void test_most_first_and_own(void)
{
    struct small_heap base, now;

    make(&base, 0, 0);
    make(&now, 4 << 20, 40 << 20);
    g_autoptr(GPtrArray) found = heap_growth_find(&now.profile, &base.profile, 1, 5);

    g_assert_cmpuint(found->len, ==, 2);
    const struct heap_growth *first = g_ptr_array_index(found, 0);

    g_assert_cmpstr(first->function, ==, "github.com/marcus/sidecar/internal/cache.Put");
    g_assert_cmpstr(first->caller, ==, "");
    g_assert_null(first->known);
    g_autoptr(GPtrArray) one = heap_growth_find(&now.profile, &base.profile, 1, 1);

    g_assert_cmpuint(one->len, ==, 1);
}

static void test_freed_is_no_growth(void)
{
    struct small_heap base, now;

    make(&base, 64 << 20, 8 << 20);
    make(&now, 1 << 20, 8 << 20);
    g_autoptr(GPtrArray) found = heap_growth_find(&now.profile, &base.profile, 1, 5);

    g_assert_cmpuint(found->len, ==, 0);
}

static void test_not_a_heap(void)
{
    struct small_heap base, now;

    make(&base, 1, 1);
    make(&now, 100 << 20, 1);
    now.types[1].type = "cpu";
    g_autoptr(GPtrArray) found = heap_growth_find(&now.profile, &base.profile, 1, 5);

    g_assert_cmpuint(found->len, ==, 0);
}

static void test_standard(void)
{
    g_assert_true(heap_growth_is_standard("bufio.(*Scanner).Scan"));
    g_assert_true(heap_growth_is_standard("encoding/json.Unmarshal"));
    g_assert_true(heap_growth_is_standard("runtime.malg"));
    g_assert_false(heap_growth_is_standard("main.main"));
    g_assert_false(heap_growth_is_standard("github.com/a/b.f"));
    g_assert_false(heap_growth_is_standard("bufiox.f"));
    g_assert_false(heap_growth_is_standard("charm.land/bubbletea/v2.Tick.func1"));
    g_assert_false(heap_growth_is_standard(""));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/heap-growth/names", test_names_what_grew);
    g_test_add_func("/heap-growth/order", test_most_first_and_own);
    g_test_add_func("/heap-growth/freed", test_freed_is_no_growth);
    g_test_add_func("/heap-growth/not-a-heap", test_not_a_heap);
    g_test_add_func("/heap-growth/standard", test_standard);
    return g_test_run();
}
