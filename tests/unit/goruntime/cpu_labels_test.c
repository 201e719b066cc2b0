/* Registers of a sample and the memory behind them: whose labels it has, or none that are known. */

#include "probes/goruntime/cpu_labels.h"

#include "made_module.h"
#include "probes/goruntime/errors.h"

#include <string.h>

enum function { WORK, OTHER, ROOT, N_FUNCTIONS };

static const struct made_function functions[N_FUNCTIONS] = {
    [WORK] = {"main.work", 8, false},
    [OTHER] = {"main.other", 8, false},
    [ROOT] = {"runtime.goexit", 0, false},
};

/* --- a memory of some KiB --- */

enum { BASE = 0x10000, BYTES = 0x10000 };

struct made_memory {
    struct memory base;
    uint8_t bytes[BYTES];
};

static bool read_ranges(struct memory *memory, struct memory_range *ranges, size_t n,
                        GError **error)
{
    struct made_memory *made = (struct made_memory *)(void *)memory;

    (void)error;
    for (size_t i = 0; i < n; i++) {
        uint64_t at = ranges[i].address - BASE;

        ranges[i].ok = ranges[i].address >= BASE && at <= BYTES && ranges[i].n <= BYTES - at;
        if (ranges[i].ok)
            memcpy(ranges[i].data, made->bytes + at, ranges[i].n);
    }
    return true;
}

static const struct memory_ops ops = {.read = read_ranges};

/* --- what lies in it --- */

enum {
    G = 0x10000,
    OTHER_G = 0x10800,
    G0 = 0x11000,
    M = 0x11800,
    SET = 0x13000,
    OTHER_SET = 0x14000,
    STACK = 0x18000,
    OTHER_STACK = 0x19000,
    SYSTEM_STACK = 0x1a000,
    STACK_BYTES = 0x800,
    SP = STACK + 0x400,
    TID = 77,
};

struct fixture {
    struct made_module made;
    struct made_memory memory;
    struct go_layout layout;
    struct cpu_labels *labels;
    uint64_t texts; /* the next free place for texts */
};

static void put(struct fixture *f, uint64_t address, uint64_t value)
{
    memcpy(f->memory.bytes + (address - BASE), &value, sizeof value);
}

static void put_g(struct fixture *f, uint64_t g, uint64_t id, uint64_t stack, uint64_t set)
{
    put(f, g + (uint64_t)f->layout.g_goid, id);
    put(f, g + (uint64_t)f->layout.g_stack_lo, stack);
    put(f, g + (uint64_t)f->layout.g_stack_hi, stack + STACK_BYTES);
    put(f, g + (uint64_t)f->layout.g_m, M);
    put(f, g + (uint64_t)f->layout.g_startpc, made_pc(WORK, 0));
    put(f, g + (uint64_t)f->layout.g_labels, set);
}

static void put_text(struct fixture *f, uint64_t string, const char *text)
{
    put(f, string, f->texts);
    put(f, string + 8, strlen(text));
    memcpy(f->memory.bytes + (f->texts - BASE), text, strlen(text));
    f->texts += strlen(text);
}

/* A slice of one pair, right behind it. */
static void put_set(struct fixture *f, uint64_t set, const char *key, const char *value)
{
    put(f, set, set + 24);
    put(f, set + 8, 1);
    put(f, set + 16, 1);
    put_text(f, set + 24, key);
    put_text(f, set + 40, value);
}

static void set_up(struct fixture *f, gconstpointer version)
{
    g_autoptr(GError) error = NULL;

    memset(f, 0, sizeof *f);
    f->memory.base.ops = &ops;
    f->texts = 0x16000;
    g_assert_true(
        go_layout_find(version != NULL ? version : "go1.26.8", "amd64", &f->layout, &error));
    made_module_init(&f->made, functions, N_FUNCTIONS);
    f->labels = cpu_labels_new(f->made.symbols, &f->memory.base, &f->layout);
    put_g(f, G, 7, STACK, SET);
    put_g(f, OTHER_G, 8, OTHER_STACK, OTHER_SET);
    put_g(f, G0, 0, SYSTEM_STACK, 0);
    put(f, M + (uint64_t)f->layout.m_g0, G0);
    put(f, M + (uint64_t)f->layout.m_curg, G);
    put(f, M + (uint64_t)f->layout.m_procid, TID);
    put_set(f, SET, "job", "import");
    put_set(f, OTHER_SET, "job", "export");
    cpu_labels_begin(f->labels);
}

static void tear_down(struct fixture *f, gconstpointer data)
{
    (void)data;
    cpu_labels_free(f->labels);
    made_module_clear(&f->made);
}

/* "job:import", "" */
static char *labels_of(struct fixture *f, uint64_t g, uint64_t sp, enum function root)
{
    struct perf_record sample = {.has_registers = true, .tid = TID, .g = g, .sp = sp};
    const struct symbol *symbol =
        root == ROOT ? NULL : symbols_at(f->made.symbols, made_pc(root, 5), false);
    uint32_t set = cpu_labels_of(f->labels, &sample, symbol);
    GString *text = g_string_new(NULL);
    size_t n;
    const struct cpu_label *labels = cpu_labels_at(f->labels, set, &n);

    g_assert_cmpint(set == 0, ==, n == 0);
    for (size_t i = 0; i < n; i++)
        g_string_append_printf(text, "%s%s:%s", i > 0 ? ", " : "", labels[i].key, labels[i].value);
    return g_string_free(text, FALSE);
}

static void expect(struct fixture *f, uint64_t g, uint64_t sp, enum function root,
                   const char *expected)
{
    g_autofree char *text = labels_of(f, g, sp, root);

    g_assert_cmpstr(text, ==, expected);
}

static void test_own_stack(struct fixture *f, gconstpointer data)
{
    (void)data;
    expect(f, G, SP, WORK, "job:import");
    expect(f, G, SP, ROOT, "job:import"); /* the beginning of the stack was not seen */
    expect(f, OTHER_G, OTHER_STACK + 8, WORK, "job:export");
    g_assert_true(cpu_labels_any(f->labels));
}

/* What is in the register is anything: only a stack that the sample lies in makes it a goroutine.
 */
static void test_nonsense(struct fixture *f, gconstpointer data)
{
    static const uint64_t registers[] = {0, 1, G + 4, 0x10, UINT64_MAX, BASE + BYTES - 8, M, SET};

    (void)data;
    for (size_t i = 0; i < G_N_ELEMENTS(registers); i++)
        expect(f, registers[i], SP, WORK, "");
    expect(f, OTHER_G, SP, WORK, "");            /* another goroutine's stack */
    expect(f, G, STACK + STACK_BYTES, WORK, ""); /* behind its end */
    expect(f, G, SP, OTHER, "");                 /* it was another goroutine then, of one g */
}

/* Assembly uses the register for itself: the goroutine that the thread ran before has this stack.
 */
static void test_assembly(struct fixture *f, gconstpointer data)
{
    (void)data;
    expect(f, 0x1234, SP, WORK, "");
    expect(f, G, SP, WORK, "job:import");
    expect(f, 0x1234, SP + 8, WORK, "job:import");
    expect(f, 0x1234, OTHER_STACK + 8, WORK, "");
}

static void test_system_stack(struct fixture *f, gconstpointer data)
{
    const uint64_t sp = SYSTEM_STACK + 0x100;

    (void)data;
    expect(f, G, sp, ROOT, "job:import"); /* the time of day, which keeps the register */
    expect(f, G0, sp, WORK, "job:import");
    expect(f, G0, sp, ROOT, ""); /* called by nobody: the scheduler's own time */
    put(f, M + (uint64_t)f->layout.m_curg, OTHER_G);
    cpu_labels_begin(f->labels);
    expect(f, G0, sp, WORK, ""); /* it runs another one by now */
    expect(f, G, sp, ROOT, "");
    put(f, M + (uint64_t)f->layout.m_curg, G);
    put(f, M + (uint64_t)f->layout.m_procid, TID + 1);
    expect(f, G0, sp, WORK, ""); /* not this thread's */
}

/* Labels that changed between two looks: nobody knows which of them a sample had. */
static void test_changes(struct fixture *f, gconstpointer data)
{
    (void)data;
    expect(f, G, SP, WORK, "job:import");
    put(f, G + (uint64_t)f->layout.g_labels, OTHER_SET);
    expect(f, G, SP, WORK, "job:import"); /* of the same look */
    cpu_labels_begin(f->labels);
    expect(f, G, SP, WORK, "");
    cpu_labels_begin(f->labels);
    expect(f, G, SP, WORK, "job:export");
    put_set(f, SET, "job", "export");
    put(f, G + (uint64_t)f->layout.g_labels, SET); /* made anew, and equal */
    cpu_labels_begin(f->labels);
    expect(f, G, SP, WORK, "job:export");
    put(f, G + (uint64_t)f->layout.g_goid, 9); /* ended, and used again: not the old one's change */
    put(f, G + (uint64_t)f->layout.g_labels, 0);
    cpu_labels_begin(f->labels);
    expect(f, G, SP, WORK, "");
}

static void test_hostile_sets(struct fixture *f, gconstpointer data)
{
    (void)data;
    put(f, SET + 8, UINT64_MAX); /* more pairs than there is memory */
    expect(f, G, SP, WORK, "");
    cpu_labels_begin(f->labels);
    put(f, SET + 8, 1);
    put(f, SET + 24 + 8, UINT64_MAX); /* a key of all memory */
    expect(f, G, SP, WORK, "");
    cpu_labels_begin(f->labels);
    put(f, SET, 8); /* pairs that are nowhere */
    expect(f, G, SP, WORK, "");
    cpu_labels_begin(f->labels);
    put(f, G + (uint64_t)f->layout.g_labels, 16);
    expect(f, G, SP, WORK, "");
    g_assert_false(cpu_labels_any(f->labels));
}

/* Before Go 1.24: a map that grows, with labels in old buckets and in one that overflows. */
static void test_map(struct fixture *f, gconstpointer data)
{
    enum { HEADER = 0x14100, NEW = 0x14200, OLD = 0x14800, MORE = 0x14a00, BUCKET = 272 };

    (void)data;
    put(f, SET, HEADER);
    put(f, HEADER, 3);                      /* count */
    f->memory.bytes[HEADER + 9 - BASE] = 1; /* two buckets */
    put(f, HEADER + 16, NEW);
    put(f, HEADER + 24, OLD);
    f->memory.bytes[NEW - BASE + 3] = 77; /* the fourth of the first */
    put_text(f, NEW + 8 + 3 * 16, "job");
    put_text(f, NEW + 136 + 3 * 16, "import");
    put(f, NEW + 264, MORE);
    f->memory.bytes[MORE - BASE] = 5;
    put_text(f, MORE + 8, "a");
    put_text(f, MORE + 136, "b");
    f->memory.bytes[OLD - BASE] = 2; /* moved: no entry any more */
    f->memory.bytes[OLD - BASE + 1] = 200;
    put_text(f, OLD + 8 + 16, "tenant");
    put_text(f, OLD + 136 + 16, "acme");
    expect(f, G, SP, WORK, "a:b, job:import, tenant:acme");
    put(f, HEADER, 4); /* it says that there are more */
    cpu_labels_begin(f->labels);
    cpu_labels_begin(f->labels);
    expect(f, G, SP, WORK, "");
    put(f, HEADER, 3);
    put(f, MORE + 264, MORE); /* buckets in a ring */
    cpu_labels_begin(f->labels);
    expect(f, G, SP, WORK, "");
    put(f, MORE + 264, 0);
    f->memory.bytes[HEADER + 9 - BASE] = 60; /* more buckets than there is memory */
    cpu_labels_begin(f->labels);
    expect(f, G, SP, WORK, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/cpu_labels/own_stack", struct fixture, NULL, set_up, test_own_stack, tear_down);
    g_test_add("/cpu_labels/nonsense", struct fixture, NULL, set_up, test_nonsense, tear_down);
    g_test_add("/cpu_labels/assembly", struct fixture, NULL, set_up, test_assembly, tear_down);
    g_test_add("/cpu_labels/system_stack", struct fixture, NULL, set_up, test_system_stack,
               tear_down);
    g_test_add("/cpu_labels/changes", struct fixture, NULL, set_up, test_changes, tear_down);
    g_test_add("/cpu_labels/hostile_sets", struct fixture, NULL, set_up, test_hostile_sets,
               tear_down);
    g_test_add("/cpu_labels/map", struct fixture, "go1.22.12", set_up, test_map, tear_down);
    return g_test_run();
}
