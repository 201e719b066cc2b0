#include "probes/goruntime/lock_code.h"

#include "pprof/hash.h"
#include "probes/goruntime/bytes.h"
#include "probes/goruntime/references.h"

enum { MAX_CODE = 1 << 18, AMD64_CALL = 0xe8, CALL_BYTES = 5, ARM64_BYTES = 4 };

struct call {
    uint64_t end; /* where it returns to */
    bool locks;
};

struct function_code {
    GArray *calls;      /* struct call, by address */
    GArray *references; /* uint64_t, sorted */
};

struct lock_code {
    const struct go_runtime *runtime;
    struct blocks *blocks;
    GHashTable *targets;   /* guint64 entry of one of sync's functions -> 1 unlocks, 2 locks */
    GHashTable *functions; /* number + 1 -> struct function_code */
};

/* --- what is called --- */

static const struct {
    const char *name;
    bool locks;
} sync_functions[] = {
    {"sync.(*Mutex).Lock", true},
    {"sync.(*Mutex).lockSlow", true},
    {"internal/sync.(*Mutex).Lock", true},
    {"internal/sync.(*Mutex).lockSlow", true},
    {"sync.(*RWMutex).Lock", true},
    {"sync.(*RWMutex).RLock", true},
    {"sync.runtime_SemacquireMutex", true},
    {"sync.runtime_SemacquireRWMutexR", true},
    {"sync.(*Mutex).Unlock", false},
    {"sync.(*Mutex).unlockSlow", false},
    {"internal/sync.(*Mutex).Unlock", false},
    {"internal/sync.(*Mutex).unlockSlow", false},
    {"sync.(*RWMutex).Unlock", false},
    {"sync.(*RWMutex).RUnlock", false},
    {"sync.(*RWMutex).rUnlockSlow", false},
};

static void add_call(const struct lock_code *code, uint64_t target, uint64_t end, GArray *calls)
{
    int what = GPOINTER_TO_INT(g_hash_table_lookup(code->targets, &target));
    struct call call = {end, what == 2};

    if (what != 0)
        g_array_append_val(calls, call);
}

static void find_calls(const struct lock_code *code, const struct references_code *text,
                       GArray *calls)
{
    if (text->arch == GO_ARCH_ARM64) {
        for (size_t i = 0; i + ARM64_BYTES <= text->n; i += ARM64_BYTES) {
            uint32_t word = bytes_u32(text->bytes + i);
            int64_t far = (int64_t)(int32_t)(word << 6) >> 4; /* 26 bits, signed, of 4 bytes */

            if ((word & 0xfc000000) == 0x94000000) /* BL */
                add_call(code, text->address + i + (uint64_t)far, text->address + i + ARM64_BYTES,
                         calls);
        }
        return;
    }
    for (size_t i = 0; i + CALL_BYTES <= text->n; i++) {
        uint64_t end = text->address + i + CALL_BYTES;

        if (text->bytes[i] == AMD64_CALL)
            add_call(code, end + (uint64_t)(int64_t)(int32_t)bytes_u32(text->bytes + i + 1), end,
                     calls);
    }
}

/* --- functions --- */

static void free_function(gpointer data)
{
    struct function_code *f = data;

    g_array_unref(f->calls);
    g_array_unref(f->references);
    g_free(f);
}

static const struct function_code *function_at(struct lock_code *code, size_t function)
{
    const struct module *module = code->runtime->module;
    struct function_code *f = g_hash_table_lookup(code->functions, GSIZE_TO_POINTER(function + 1));

    if (f != NULL)
        return f;
    f = g_new0(struct function_code, 1);
    f->calls = g_array_new(FALSE, FALSE, sizeof(struct call));
    f->references = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    g_hash_table_insert(code->functions, GSIZE_TO_POINTER(function + 1), f);
    if (function >= module->n_functions)
        return f;
    uint64_t entry = pclntab_entry(module, function), end = pclntab_end(module, function);

    if (entry >= end || end - entry > MAX_CODE)
        return f;
    g_autofree uint8_t *bytes = g_malloc((size_t)(end - entry));
    struct references_code text = {module->layout.arch, entry, bytes, (size_t)(end - entry)};

    if (!blocks_read(code->blocks, entry, bytes, text.n))
        return f;
    find_calls(code, &text, f->calls);
    references_scan(&text, references_data(module), f->references);
    references_sort(f->references);
    return f;
}

enum lock_code_last lock_code_before(struct lock_code *code, size_t function, uint64_t pc)
{
    const GArray *calls = function_at(code, function)->calls;
    enum lock_code_last last = LOCK_CODE_NONE;

    for (guint i = 0; i < calls->len && g_array_index(calls, struct call, i).end < pc; i++)
        last = g_array_index(calls, struct call, i).locks ? LOCK_CODE_LOCK : LOCK_CODE_UNLOCK;
    return last;
}

bool lock_code_unlocks(struct lock_code *code, size_t function)
{
    const GArray *calls = function_at(code, function)->calls;

    for (guint i = 0; i < calls->len; i++)
        if (!g_array_index(calls, struct call, i).locks)
            return true;
    return false;
}

bool lock_code_refers(struct lock_code *code, size_t function, uint64_t address)
{
    return references_has(function_at(code, function)->references, address);
}

/* --- life --- */

struct lock_code *lock_code_new(const struct go_runtime *runtime, struct blocks *blocks)
{
    struct lock_code *code = g_new0(struct lock_code, 1);

    code->runtime = runtime;
    code->blocks = blocks;
    code->targets = g_hash_table_new_full(hash_u64, g_int64_equal, g_free, NULL);
    code->functions = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, free_function);
    struct symbol_range range;

    for (size_t i = 0; i < G_N_ELEMENTS(sync_functions); i++)
        if (symbols_find_function(code->runtime->symbols, sync_functions[i].name, &range))
            g_hash_table_insert(code->targets, g_memdup2(&range.entry, sizeof range.entry),
                                GINT_TO_POINTER(sync_functions[i].locks ? 2 : 1));
    return code;
}

void lock_code_free(struct lock_code *code)
{
    if (code == NULL)
        return;
    g_hash_table_unref(code->targets);
    g_hash_table_unref(code->functions);
    g_free(code);
}
