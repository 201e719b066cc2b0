#ifndef SIDESCOPE_PROBES_GORUNTIME_SYMBOLS_H
#define SIDESCOPE_PROBES_GORUNTIME_SYMBOLS_H

/*
 * From a pc to what a person reads: functions, inlined ones included, with file
 * and line; and back from a name to code. Answers are kept, so that the same pc
 * costs one lookup in a table. An object belongs to one thread; threads that need
 * symbols at once make one each over the same module.
 */

#include "probes/goruntime/memory.h"
#include "probes/goruntime/module.h"
#include "probes/goruntime/pclntab.h"

/* One logical frame. Texts belong to the module. */
struct symbol_frame {
    const char *function; /* as in the binary: "main.f[go.shape.int]" */
    const char *file;     /* "" when unknown */
    int64_t line;         /* 0 when unknown */
    uint8_t id;           /* funcID */
    bool is_inlined;      /* into the next frame */
    bool is_wrapper;      /* made by the compiler; texts of the runtime leave it out */
};

/* All that a walk needs of one pc; owned by the symbols, valid as long as they are. */
struct symbol {
    uint64_t pc;
    size_t function;                   /* number, PCLNTAB_NONE: not Go's */
    const struct symbol_frame *frames; /* innermost first; the last is the function itself */
    uint32_t n_frames;                 /* 0 when not Go's */
    int32_t stack_delta;               /* pclntab_stack_delta; -1 unknown */
    bool is_top;                       /* nothing called it: goexit, mstart, rt0_go, flagged ones */
    bool is_goexit;                    /* runtime.goexit: not shown */
    bool is_trap; /* sigpanic, asyncPreempt, debugCallV2: the caller's pc is no return address */
};

/* Code of one function. */
struct symbol_range {
    uint64_t entry, end;
    size_t function;
};

struct symbols;

/*
 * Over a module (one more reference) and the memory it came from (borrowed; the
 * inlining trees are read from it). Free with symbols_free.
 */
struct symbols *symbols_new(struct module *module, struct memory *memory);
void symbols_free(struct symbols *symbols);
typedef struct symbols symbols_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(symbols_auto, symbols_free)

const struct module *symbols_module(const struct symbols *symbols);

/*
 * What is at pc. is_exact: pc is the instruction itself (the pc of a sample, the
 * frame below a trap); otherwise it is a return address and the call before it is
 * meant, except at the entry of a function (a goroutine that never ran). Never
 * NULL. Inlining that could not be read leaves the function itself.
 */
const struct symbol *symbols_at(struct symbols *symbols, uint64_t pc, bool is_exact);

/*
 * What the code at the entry of a function is for: the function that the compiler's wrapper of a
 * go statement ("main.main.gowrap1") calls or has within it, otherwise the function itself; NULL
 * when it is not Go's. One whose callee is a variable stands for itself.
 */
const struct symbol_frame *symbols_meant(struct symbols *symbols, uint64_t entry);

/*
 * The function of exactly this name ("runtime.allgadd"); false when the program
 * has none. Functions that are everywhere inlined have none. The first call builds
 * an index over all names (some ms for 40,000).
 */
bool symbols_find_function(struct symbols *symbols, const char *name, struct symbol_range *ret);

#endif
