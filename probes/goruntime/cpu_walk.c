#include "probes/goruntime/cpu_walk.h"

#include "probes/goruntime/pclntab.h"
#include "probes/goruntime/unwind.h"

#include <string.h>

static void append(struct cpu_stack *stack, const uint64_t *pcs, size_t n)
{
    n = MIN(n, CPU_WALK_MAX - stack->n);
    if (n > 0) /* of none the address may be NULL */
        memcpy(stack->pcs + stack->n, pcs, n * sizeof *pcs);
    stack->n += n;
}

static uint64_t pc_at(const GPtrArray *walked, guint i)
{
    const struct symbol *symbol = g_ptr_array_index(walked, i);

    return symbol->pc;
}

/* The first return address of the walk that the chain has too; false: none. */
static bool find_joint(const GPtrArray *walked, const uint64_t *chain, size_t n_chain,
                       guint *ret_walked, size_t *ret_chain)
{
    for (guint i = 1; i < walked->len; i++)
        for (size_t k = 1; k < n_chain; k++)
            if (chain[k] == pc_at(walked, i)) {
                *ret_walked = i;
                *ret_chain = k;
                return true;
            }
    return false;
}

static bool is_astray(struct symbols *symbols, const uint64_t *chain, size_t n_chain)
{
    return n_chain < 2 || symbols_at(symbols, chain[1], false)->function == PCLNTAB_NONE;
}

void cpu_walk(struct symbols *symbols, const struct perf_record *sample, const uint64_t *chain,
              size_t n_chain, GPtrArray *walked, struct cpu_stack *ret)
{
    bool walks = sample->has_registers && (n_chain == 0 || chain[0] == sample->pc);
    bool is_whole = false;
    guint n_walked;
    size_t joint = n_chain;

    *ret = (struct cpu_stack){.end = CPU_WALK_CHAIN};
    g_ptr_array_set_size(walked, 0);
    if (walks) {
        /* Whether the whole stack was walked; walked is what was found anyhow. */
        struct unwind_start start = {
            .pc = sample->pc, .sp = sample->sp, .lr = sample->link, .is_exact = true};
        struct unwind_stack copy = {sample->sp, sample->stack, sample->n_stack};

        is_whole = unwind_walk(symbols, &start, &copy, CPU_WALK_MAX, walked) == NULL;
    }
    n_walked = walked->len;
    if (find_joint(walked, chain, n_chain, &n_walked, &joint))
        ret->end = CPU_WALK_JOINED;
    else if (is_whole)
        ret->end = CPU_WALK_WHOLE;
    else if (n_walked > 1 && is_astray(symbols, chain, n_chain))
        ret->end = CPU_WALK_ALONE;

    if (ret->end == CPU_WALK_CHAIN) { /* from its beginning */
        ret->is_return = sample->has_registers && !walks;
        n_walked = 0;
        joint = 0;
    }
    for (guint i = 0; i < n_walked; i++)
        append(ret, &(uint64_t){pc_at(walked, i)}, 1);
    if (joint < n_chain)
        append(ret, chain + joint, n_chain - joint);
}
