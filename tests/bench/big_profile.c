#include "big_profile.h"

#include "fixture.h"

enum {
    FILES = 300,
    MIN_DEPTH = 20,
    MAX_DEPTH = 64,
    CALLEES = 5,    /* different calls a place makes */
    INLINED_IN = 5, /* one location in so many holds an inlined call */
    MAPPING = 1,
    SEED = 20261123,
    STACKS = 200,
};

/* How large the program is, and what was sampled of it. */
struct shape {
    guint functions, locations;
    bool is_cpu;
};

static const struct shape large_heap = {.functions = 4000, .locations = 9000};
static const struct shape large_cpu = {.functions = 4000, .locations = 9000, .is_cpu = true};
static const struct shape small_heap = {.functions = 400, .locations = 700};

static void add_functions(struct fixture *f, const struct shape *shape)
{
    for (guint i = 0; i < shape->functions; i++) {
        g_autofree char *name =
            i % 3 == 0
                ? g_strdup_printf("example.com/big/pkg%03u.(*Type%u).Method%u", i % FILES, i % 37,
                                  i)
                : g_strdup_printf("example.com/big/pkg%03u.function%u.func%u", i % FILES, i, i % 4);
        g_autofree char *file = g_strdup_printf("/src/big/pkg%03u/file.go", i % FILES);

        fixture_function(f, name, file, 10 + i % 500);
    }
}

static void add_locations(struct fixture *f, const struct shape *shape, GRand *rand)
{
    for (guint i = 0; i < shape->locations; i++) {
        struct fixture_line lines[2];

        for (size_t l = 0; l < G_N_ELEMENTS(lines); l++)
            lines[l] = (struct fixture_line){
                .function = (uint64_t)g_rand_int_range(rand, 1, (gint)shape->functions + 1),
                .line = g_rand_int_range(rand, 10, 900)};
        fixture_location(f, MAPPING, 0x401000 + 64 * i, lines, i % INLINED_IN == 0 ? 2 : 1);
    }
}

/* Roots are few and leaves are many, and a place calls only a few others, as in a program. */
static uint64_t callee_of(const struct shape *shape, GRand *rand, uint64_t caller, guint depth)
{
    guint width = MIN(shape->locations, 2u << MIN(depth, 12u));
    uint64_t call = caller * CALLEES + (uint64_t)g_rand_int_range(rand, 0, CALLEES);

    return 1 + call * G_GUINT64_CONSTANT(2654435761) % width;
}

/* Stacks of neighbours in a profile share their rootward part. */
struct walk {
    const struct shape *shape;
    uint64_t from_root[MAX_DEPTH];
    guint depth;
};

static void step(struct walk *walk, GRand *rand)
{
    guint kept = walk->depth > 0 ? (guint)g_rand_int_range(rand, 0, (gint)walk->depth) : 0;
    guint depth = (guint)g_rand_int_range(rand, MIN_DEPTH, MAX_DEPTH + 1);

    for (guint i = MIN(kept, depth); i < depth; i++)
        walk->from_root[i] = callee_of(walk->shape, rand, i > 0 ? walk->from_root[i - 1] : 0, i);
    walk->depth = depth;
}

static void add_sample(struct fixture *f, struct walk *walk, GRand *rand)
{
    uint64_t locations[MAX_DEPTH];
    int64_t objects = g_rand_int_range(rand, 1, 5000), size = 16 << g_rand_int_range(rand, 0, 10);
    const int64_t values[] = {objects * 3, objects * 3 * size, objects, objects * size};
    const int64_t ticks[] = {objects % 40 + 1, (objects % 40 + 1) * 10000000};
    const struct fixture_label label = {.key = "bytes", .num = size, .unit = "bytes"};
    guint depth = walk->depth;
    bool is_cpu = walk->shape->is_cpu;

    for (guint i = 0; i < depth; i++)
        locations[i] = walk->from_root[depth - 1 - i];
    fixture_sample(
        f, &(struct fixture_sample){.locations = locations,
                                    .n_locations = depth,
                                    .values = is_cpu ? ticks : values,
                                    .n_values = is_cpu ? G_N_ELEMENTS(ticks) : G_N_ELEMENTS(values),
                                    .labels = &label,
                                    .n_labels = is_cpu ? 0 : 1});
}

static void add_types(struct fixture *f, const struct shape *shape)
{
    static const char *const heap[][2] = {{"alloc_objects", "count"},
                                          {"alloc_space", "bytes"},
                                          {"inuse_objects", "count"},
                                          {"inuse_space", "bytes"}};
    static const char *const cpu[][2] = {{"samples", "count"}, {"cpu", "nanoseconds"}};
    size_t n = shape->is_cpu ? G_N_ELEMENTS(cpu) : G_N_ELEMENTS(heap);

    for (size_t i = 0; i < n; i++)
        fixture_type(f, (shape->is_cpu ? cpu : heap)[i][0], (shape->is_cpu ? cpu : heap)[i][1]);
    if (shape->is_cpu)
        fixture_period(f, "cpu", "nanoseconds", 10000000);
    else
        fixture_period(f, "space", "bytes", 524288);
}

static GByteArray *make_profile(const struct shape *shape, guint n)
{
    g_autoptr(fixture_auto) f = fixture_new();
    g_autoptr(GRand) rand = g_rand_new_with_seed(SEED);

    add_types(f, shape);
    fixture_mapping(f, 0x400000, 0x800000, "/usr/bin/big", "b16b00b5");
    add_functions(f, shape);
    add_locations(f, shape, rand);
    struct walk walk = {.shape = shape};

    for (guint i = 0; i < n; i++) {
        step(&walk, rand);
        add_sample(f, &walk, rand);
    }
    g_autoptr(GByteArray) plain = fixture_bytes(f);

    return fixture_gzip(plain);
}

GByteArray *big_profile(guint n)
{
    return make_profile(&large_heap, n);
}

GByteArray *big_cpu_profile(guint n)
{
    return make_profile(&large_cpu, n);
}

GByteArray *ordinary_heap(void)
{
    enum { SAMPLES = 270 };

    return make_profile(&small_heap, SAMPLES);
}

/* --- dumps --- */

static void add_goroutine(GString *out, guint id, GRand *rand)
{
    static const char *const states[] = {"chan receive", "select", "IO wait", "sync.Mutex.Lock",
                                         "chan send"};
    guint stack = (guint)g_rand_int_range(rand, 0, STACKS), depth = 3 + stack % 8;

    g_string_append_printf(out, "goroutine %u [%s, %u minutes]:\n", id,
                           states[stack % G_N_ELEMENTS(states)], id % 600);
    for (guint i = 0; i < depth; i++)
        g_string_append_printf(out,
                               "example.com/big/pkg%03u.(*Type).Method%u(0xc%09x, 0x%x)\n"
                               "\t/src/big/pkg%03u/file.go:%u +0x%x\n",
                               stack, i, id * 64, id, stack, 10 + i, 16 * i + 5);
    g_string_append_printf(out,
                           "created by example.com/big/pkg%03u.Start in goroutine 1\n"
                           "\t/src/big/pkg%03u/file.go:7 +0x66\n\n",
                           stack, stack);
}

GString *big_dump(guint n)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(SEED);
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < n; i++)
        add_goroutine(out, i + 1, rand);
    return out;
}
