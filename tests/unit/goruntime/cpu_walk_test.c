#include "probes/goruntime/cpu_walk.h"

#include "made_module.h"

#include <string.h>

enum function { LEAF, CALLER, MAIN, ROOT, BARE, N_FUNCTIONS };

static const struct made_function functions[N_FUNCTIONS] = {
    [LEAF] = {"main.leaf", 0, false},         [CALLER] = {"main.caller", 16, false},
    [MAIN] = {"main.main", 8, false},         [ROOT] = {"runtime.goexit", 0, false},
    [BARE] = {"runtime.sigtramp", -1, false}, /* changes stacks: its frame has no size */
};

#define SP 0x7000
#define NOWHERE 0x10
#define BACK(function) (MADE_TEXT + (function)*MADE_FUNCTION + 5) /* a return address in it */

struct walk_case {
    const char *what;
    uint64_t pc;
    size_t n_chain, n_words, n_expected;
    uint64_t chain[6], words[12], expected[6];
    enum cpu_walk_end end;
    bool is_return, no_registers;
};

static const struct walk_case cases[] = {
    {.what = "the chain skips who called the frameless leaf",
     .pc = BACK(LEAF),
     .n_chain = 3,
     .chain = {BACK(LEAF), BACK(MAIN), BACK(ROOT)},
     .n_words = 5,
     .words = {BACK(CALLER), 0, 0, BACK(MAIN), 0},
     .n_expected = 4,
     .expected = {BACK(LEAF), BACK(CALLER), BACK(MAIN), BACK(ROOT)},
     .end = CPU_WALK_JOINED},
    {.what = "the chain is right",
     .pc = BACK(CALLER),
     .n_chain = 3,
     .chain = {BACK(CALLER), BACK(MAIN), BACK(ROOT)},
     .n_words = 3,
     .words = {0, 0, BACK(MAIN)},
     .n_expected = 3,
     .expected = {BACK(CALLER), BACK(MAIN), BACK(ROOT)},
     .end = CPU_WALK_JOINED},
    {.what = "assembly that uses the frame pointer for something else",
     .pc = BACK(CALLER),
     .n_chain = 2,
     .chain = {BACK(CALLER), NOWHERE},
     .n_words = 5,
     .words = {0, 0, BACK(MAIN), 0, BACK(ROOT)},
     .n_expected = 2,
     .expected = {BACK(CALLER), BACK(MAIN)},
     .end = CPU_WALK_WHOLE},
    {.what = "the same, deeper than the copy",
     .pc = BACK(CALLER),
     .n_chain = 2,
     .chain = {BACK(CALLER), NOWHERE},
     .n_words = 4,
     .words = {0, 0, BACK(MAIN), 0},
     .n_expected = 2,
     .expected = {BACK(CALLER), BACK(MAIN)},
     .end = CPU_WALK_ALONE},
    {.what = "a frame without a size: only the chain goes past a change of stacks",
     .pc = BACK(BARE),
     .n_chain = 3,
     .chain = {BACK(BARE), BACK(CALLER), BACK(MAIN)},
     .n_expected = 3,
     .expected = {BACK(BARE), BACK(CALLER), BACK(MAIN)},
     .end = CPU_WALK_CHAIN},
    {.what = "a walk that meets no return address of a good chain",
     .pc = BACK(CALLER),
     .n_chain = 2,
     .chain = {BACK(CALLER), BACK(MAIN)},
     .n_words = 3,
     .words = {0, 0, NOWHERE},
     .n_expected = 2,
     .expected = {BACK(CALLER), BACK(MAIN)},
     .end = CPU_WALK_CHAIN},
    {.what = "what the vdso was called from",
     .pc = NOWHERE,
     .n_chain = 2,
     .chain = {BACK(CALLER), BACK(MAIN)},
     .n_expected = 2,
     .expected = {BACK(CALLER), BACK(MAIN)},
     .end = CPU_WALK_CHAIN,
     .is_return = true},
    {.what = "no chain at all",
     .pc = BACK(LEAF),
     .n_words = 1,
     .words = {BACK(CALLER)},
     .n_expected = 2,
     .expected = {BACK(LEAF), BACK(CALLER)},
     .end = CPU_WALK_ALONE},
    {.what = "C code: nothing of ours",
     .pc = NOWHERE,
     .n_chain = 2,
     .chain = {NOWHERE, NOWHERE + 1},
     .n_words = 1,
     .n_expected = 2,
     .expected = {NOWHERE, NOWHERE + 1},
     .end = CPU_WALK_CHAIN},
    {.what = "no registers", .no_registers = true, .n_expected = 0, .end = CPU_WALK_CHAIN},
};

static void test_join(void)
{
    struct made_module made;
    g_autoptr(GPtrArray) walked = g_ptr_array_new();
    g_autofree struct cpu_stack *stack = g_new(struct cpu_stack, 1);

    made_module_init(&made, functions, N_FUNCTIONS);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct walk_case *c = &cases[i];
        struct perf_record sample = {.kind = PERF_RECORD_KIND_SAMPLE,
                                     .has_registers = !c->no_registers,
                                     .pc = c->pc,
                                     .sp = SP,
                                     .stack = (const uint8_t *)c->words,
                                     .n_stack = c->n_words * sizeof c->words[0]};

        g_test_message("%s", c->what);
        cpu_walk(made.symbols, &sample, c->chain, c->n_chain, walked, stack);
        g_assert_cmpint(stack->end, ==, c->end);
        g_assert_cmpint(stack->is_return, ==, c->is_return);
        g_assert_cmpuint(stack->n, ==, c->n_expected);
        for (size_t k = 0; k < stack->n; k++)
            g_assert_cmphex(stack->pcs[k], ==, c->expected[k]);
    }
    made_module_clear(&made);
}

/* A chain longer than what is kept loses its outer end, not its inner one. */
static void test_long(void)
{
    enum { LONG = CPU_WALK_MAX + 10 };
    struct made_module made;
    g_autoptr(GPtrArray) walked = g_ptr_array_new();
    g_autofree struct cpu_stack *stack = g_new(struct cpu_stack, 1);
    g_autofree uint64_t *chain = g_new(uint64_t, LONG);
    uint64_t word = BACK(CALLER);
    struct perf_record sample = {.has_registers = true,
                                 .pc = BACK(LEAF),
                                 .sp = SP,
                                 .stack = (const uint8_t *)&word,
                                 .n_stack = sizeof word};

    made_module_init(&made, functions, N_FUNCTIONS);
    chain[0] = BACK(LEAF);
    for (size_t i = 1; i < LONG; i++)
        chain[i] = BACK(CALLER);
    cpu_walk(made.symbols, &sample, chain, LONG, walked, stack);
    g_assert_cmpint(stack->end, ==, CPU_WALK_JOINED);
    g_assert_cmpuint(stack->n, ==, CPU_WALK_MAX);
    g_assert_cmphex(stack->pcs[0], ==, BACK(LEAF));
    made_module_clear(&made);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cpu_walk/join", test_join);
    g_test_add_func("/cpu_walk/long", test_long);
    return g_test_run();
}
