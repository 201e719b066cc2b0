#include "probes/goruntime/unwind.h"

#include "probes/goruntime/bytes.h"

enum { TRAP_SLOT = 16 }; /* arm64: what an injected call pushes; the link register is in it */

static const char left_stack[] = "the frames lead off the stack";
static const char no_size[] = "the size of a frame is not known";

/* The registers at one frame. */
struct cursor {
    const struct unwind_stack *stack;
    uint64_t pc, sp, lr;
};

static bool load(const struct cursor *c, uint64_t address, uint64_t *ret)
{
    uint64_t into = address - c->stack->base;

    if (address < c->stack->base || into >= c->stack->n || c->stack->n - into < sizeof *ret)
        return false;
    *ret = bytes_u64(c->stack->data + into);
    return true;
}

/* amd64: the call pushed the return address above the frame. */
static const char *step_amd64(struct cursor *c, const struct symbol *s)
{
    uint64_t at = c->sp + (uint64_t)s->stack_delta;

    if (!load(c, at, &c->pc))
        return left_stack;
    c->sp = at + sizeof at;
    return NULL;
}

/* arm64: the frame begins with the return address; a leaf has it in the link register still. */
static const char *step_arm64(struct cursor *c, const struct symbol *s)
{
    if (s->stack_delta == 0) {
        c->pc = c->lr;
        c->lr = 0;
        if (c->pc == 0)
            return no_size;
    } else if (!load(c, c->sp, &c->pc)) {
        return left_stack;
    }
    c->sp += (uint64_t)s->stack_delta;
    if (s->is_trap) { /* the interrupted function may be a leaf */
        if (!load(c, c->sp, &c->lr))
            return left_stack;
        c->sp += TRAP_SLOT;
    }
    return NULL;
}

const char *unwind_walk(struct symbols *symbols, const struct unwind_start *start,
                        const struct unwind_stack *stack, size_t most, GPtrArray *out)
{
    bool is_arm = symbols_module(symbols)->layout.arch == GO_ARCH_ARM64;
    struct cursor c = {stack, start->pc, start->sp, start->lr};
    bool is_exact = start->is_exact;

    for (size_t n = 0; n < most; n++) {
        const struct symbol *s = symbols_at(symbols, c.pc, is_exact);

        if (s->function == PCLNTAB_NONE)
            return "a return address is not in Go code";
        if (s->is_goexit)
            return NULL;
        g_ptr_array_add(out, (gpointer)(uintptr_t)s);
        if (s->is_top)
            return NULL;
        if (s->stack_delta < 0)
            return no_size;
        const char *problem = is_arm ? step_arm64(&c, s) : step_amd64(&c, s);

        if (problem != NULL)
            return problem;
        if (c.pc == 0)
            return NULL;
        is_exact = s->is_trap;
    }
    return "the stack is deeper than is read";
}
