#include "probes/goruntime/symbols.h"

#include "pprof/hash.h"
#include "pprof/store.h"
#include "probes/goruntime/blocks.h"
#include "probes/goruntime/bytes.h"
#include "probes/goruntime/limits.h"

struct symbols {
    struct module *module;
    struct blocks *blocks; /* the inlining trees */
    struct store *arena;
    struct hash_index by_pc; /* unique hashes of key_of() */
    GPtrArray *list;         /* struct symbol */
    size_t n_frames;         /* of all of list */
    struct hash_index by_name;
    bool has_names[2]; /* of others, of the runtime */
    GHashTable *meant; /* number of a wrapper + 1 -> struct symbol_frame */
};

struct symbols *symbols_new(struct module *module, struct memory *memory)
{
    struct symbols *symbols = g_new0(struct symbols, 1);

    symbols->module = module_ref(module);
    symbols->blocks = blocks_new(memory);
    symbols->arena = store_new();
    symbols->list = g_ptr_array_new();
    symbols->meant = g_hash_table_new(NULL, NULL);
    return symbols;
}

void symbols_free(struct symbols *symbols)
{
    if (symbols == NULL)
        return;
    hash_index_clear(&symbols->by_pc);
    hash_index_clear(&symbols->by_name);
    g_ptr_array_unref(symbols->list);
    g_hash_table_unref(symbols->meant);
    store_free(symbols->arena);
    blocks_free(symbols->blocks);
    module_unref(symbols->module);
    g_free(symbols);
}

const struct module *symbols_module(const struct symbols *symbols)
{
    return symbols->module;
}

/* --- one pc --- */

/* One node of an inlining tree. */
struct inlined {
    const char *function;
    uint8_t id;
    uint64_t parent_pc; /* where it was inlined into its parent */
};

static bool read_inlined(struct symbols *symbols, size_t function, int32_t node,
                         struct inlined *ret)
{
    const struct module *m = symbols->module;
    const struct go_layout *l = &m->layout;
    uint64_t tree = pclntab_funcdata(m, function, PCLNTAB_FUNCDATA_INLINING);
    uint8_t bytes[64];
    size_t n = (size_t)l->inlinedcall_bytes;

    if (tree == 0 || node < 0 || n > sizeof bytes ||
        !blocks_read(symbols->blocks, tree + (uint64_t)node * n, bytes, n))
        return false;
    ret->function = pclntab_name_at(m, bytes_u32(bytes + l->inlinedcall_name));
    ret->id = bytes[l->inlinedcall_func_id];
    ret->parent_pc = pclntab_entry(m, function) + bytes_u32(bytes + l->inlinedcall_parent_pc);
    return true;
}

/* Fills frames (GORUNTIME_MAX_INLINED + 1) innermost first; gives how many. */
static uint32_t expand(struct symbols *symbols, size_t function, uint64_t pc,
                       struct symbol_frame *frames)
{
    const struct module *m = symbols->module;
    uint8_t wrapper = (uint8_t)m->layout.funcid_wrapper;
    uint32_t n = 0;
    struct inlined inlined;
    int64_t line;

    while (n < GORUNTIME_MAX_INLINED &&
           read_inlined(symbols, function, pclntab_pcdata(m, function, PCLNTAB_PCDATA_INLINING, pc),
                        &inlined)) {
        const char *file = pclntab_place(m, function, pc, &line);

        frames[n++] = (struct symbol_frame){.function = inlined.function,
                                            .file = file,
                                            .line = line,
                                            .id = inlined.id,
                                            .is_inlined = true,
                                            .is_wrapper = inlined.id == wrapper};
        pc = inlined.parent_pc;
    }
    const char *file = pclntab_place(m, function, pc, &line);
    uint8_t id = pclntab_function_id(m, function);

    frames[n++] = (struct symbol_frame){.function = pclntab_name(m, function),
                                        .file = file,
                                        .line = line,
                                        .id = id,
                                        .is_wrapper = id == wrapper};
    return n;
}

static bool is_one_of(const char *name, const char *const *list)
{
    while (*list != NULL && strcmp(*list, name) != 0)
        list++;
    return *list != NULL;
}

const struct symbol *symbols_at(struct symbols *symbols, uint64_t pc, bool is_exact)
{
    static const struct symbol unknown = {.function = PCLNTAB_NONE, .stack_delta = -1};
    uint64_t hash = hash_number(pc << 1 | is_exact);
    uint32_t found = hash_index_find(&symbols->by_pc, hash, NULL, NULL);

    if (found != HASH_NONE)
        return g_ptr_array_index(symbols->list, found);
    if (symbols->list->len >= GORUNTIME_MAX_SYMBOLS ||
        symbols->n_frames >= GORUNTIME_MAX_SYMBOL_FRAMES)
        return &unknown;
    struct symbol *s = store_alloc(symbols->arena, sizeof *s);

    *s = unknown;
    s->pc = pc;
    s->function = pclntab_find(symbols->module, pc);
    if (s->function != PCLNTAB_NONE) {
        static const char *const tops[] = {"runtime.goexit", "runtime.mstart", "runtime.rt0_go",
                                           NULL};
        static const char *const traps[] = {"runtime.sigpanic", "runtime.asyncPreempt",
                                            "runtime.debugCallV2", NULL};
        const struct module *m = symbols->module;
        const char *name = pclntab_name(m, s->function);
        struct symbol_frame frames[GORUNTIME_MAX_INLINED + 1];
        bool is_entry = s->pc == pclntab_entry(m, s->function);

        s->n_frames =
            expand(symbols, s->function, is_exact || is_entry ? s->pc : s->pc - 1, frames);
        s->frames = memcpy(store_alloc_raw(symbols->arena, s->n_frames * sizeof *frames), frames,
                           s->n_frames * sizeof *frames);
        s->stack_delta = pclntab_stack_delta(m, s->function, s->pc);
        s->is_goexit = strcmp(name, tops[0]) == 0;
        s->is_top =
            (pclntab_flags(m, s->function) & PCLNTAB_FLAG_TOP) != 0 || is_one_of(name, tops);
        s->is_trap = is_one_of(name, traps);
        symbols->n_frames += s->n_frames;
    }
    hash_index_add(&symbols->by_pc, hash, symbols->list->len);
    g_ptr_array_add(symbols->list, s);
    return s;
}

/* --- wrappers --- */

enum { MAX_WRAPPER = 512, AMD64_CALL = 0xe8, CALL_BYTES = 5, ARM64_BYTES = 4 };

/* Its callee was put in the place of the call. */
static const struct symbol_frame *find_inlined(struct symbols *symbols, size_t function, size_t n)
{
    const struct module *m = symbols->module;
    uint64_t entry = pclntab_entry(m, function);

    for (size_t i = 0; i < n; i += m->quantum)
        if (pclntab_pcdata(m, function, PCLNTAB_PCDATA_INLINING, entry + i) >= 0) {
            const struct symbol *s = symbols_at(symbols, entry + i, true);

            return s->n_frames > 1 ? &s->frames[s->n_frames - 2] : NULL;
        }
    return NULL;
}

/* Where a call at some bytes of code goes to; 0: it is none. */
static uint64_t call_target(const struct module *m, const uint8_t *at, uint64_t address)
{
    if (m->layout.arch == GO_ARCH_ARM64) {
        uint32_t word = bytes_u32(at);
        int64_t far = (int64_t)(int32_t)(word << 6) >> 4; /* 26 bits, signed, of 4 bytes */

        return (word & 0xfc000000) == 0x94000000 ? address + (uint64_t)far : 0; /* BL */
    }
    return *at == AMD64_CALL ? address + CALL_BYTES + (uint64_t)(int64_t)(int32_t)bytes_u32(at + 1)
                             : 0;
}

/* The first that is a function's entry; growing its stack is none of its calls. */
static const struct symbol_frame *find_called(struct symbols *symbols, uint64_t entry, size_t n)
{
    const struct module *m = symbols->module;
    size_t step = m->layout.arch == GO_ARCH_ARM64 ? ARM64_BYTES : 1;
    uint8_t code[MAX_WRAPPER];

    if (!blocks_read(symbols->blocks, entry, code, n))
        return NULL;
    for (size_t i = 0; i + CALL_BYTES <= n; i += step) {
        uint64_t target = call_target(m, code + i, entry + i);
        size_t function = target != 0 ? pclntab_find(m, target) : PCLNTAB_NONE;

        if (function != PCLNTAB_NONE && pclntab_entry(m, function) == target &&
            !g_str_has_prefix(pclntab_name(m, function), "runtime.morestack")) {
            const struct symbol *s = symbols_at(symbols, target, true);

            return s->n_frames > 0 ? &s->frames[s->n_frames - 1] : NULL;
        }
    }
    return NULL;
}

const struct symbol_frame *symbols_meant(struct symbols *symbols, uint64_t entry)
{
    const struct symbol *s = symbols_at(symbols, entry, true);

    if (s->n_frames == 0)
        return NULL;
    const struct symbol_frame *own = &s->frames[s->n_frames - 1], *meant;
    gpointer key = GSIZE_TO_POINTER(s->function + 1);

    if (!own->is_wrapper)
        return own;
    meant = g_hash_table_lookup(symbols->meant, key);
    if (meant != NULL)
        return meant;
    uint64_t begin = pclntab_entry(symbols->module, s->function);
    size_t n = (size_t)MIN(pclntab_end(symbols->module, s->function) - begin, MAX_WRAPPER);

    meant = find_inlined(symbols, s->function, n);
    meant = meant != NULL ? meant : find_called(symbols, begin, n);
    meant = meant != NULL ? meant : own;
    g_hash_table_insert(symbols->meant, key, (gpointer)(uintptr_t)meant);
    return meant;
}

/* --- names --- */

/* What a name is looked up with. */
struct wanted {
    const struct module *module;
    const char *name;
};

static bool has_name(const void *user, uint32_t element)
{
    const struct wanted *w = user;

    return strcmp(pclntab_name(w->module, element), w->name) == 0;
}

static bool is_of_runtime(const char *name)
{
    return strncmp(name, "runtime.", strlen("runtime.")) == 0 ||
           strncmp(name, "sync.", strlen("sync.")) == 0;
}

/* A wrapper may have the name of what it wraps, which is the one that is meant: it goes first. */
static void index_some(struct symbols *symbols, bool of_runtime, bool wrappers)
{
    const struct module *m = symbols->module;

    for (size_t i = 0; i < m->n_functions; i++) {
        struct wanted w = {m, pclntab_name(m, i)};

        if (is_of_runtime(w.name) != of_runtime ||
            (pclntab_function_id(m, i) == (uint8_t)m->layout.funcid_wrapper) != wrappers)
            continue;
        uint64_t hash = hash_bytes(w.name, strlen(w.name), 0);

        if (hash_index_find(&symbols->by_name, hash, has_name, &w) == HASH_NONE)
            hash_index_add(&symbols->by_name, hash, (uint32_t)i);
    }
}

/* Attaching asks for functions of the runtime and of sync, a few thousand of the hundred thousand
 * and more that a large program has; the others only when one of them is asked for. */
static void index_names(struct symbols *symbols, bool of_runtime)
{
    if (symbols->has_names[of_runtime])
        return;
    symbols->has_names[of_runtime] = true;
    index_some(symbols, of_runtime, false);
    index_some(symbols, of_runtime, true);
}

bool symbols_find_function(struct symbols *symbols, const char *name, struct symbol_range *ret)
{
    struct wanted w = {symbols->module, name};

    index_names(symbols, is_of_runtime(name));
    uint32_t found =
        hash_index_find(&symbols->by_name, hash_bytes(name, strlen(name), 0), has_name, &w);

    if (found == HASH_NONE)
        return false;
    *ret = (struct symbol_range){.entry = pclntab_entry(symbols->module, found),
                                 .end = pclntab_end(symbols->module, found),
                                 .function = found};
    return true;
}
