#include "pprof/hash.h"
#include "probes/goruntime/bytes.h"
#include "probes/goruntime/goroutines_private.h"
#include "probes/goruntime/limits.h"
#include "probes/goruntime/proofs_private.h"

#include <string.h>

enum {
    WORD = 8,
    MAX_STACK = 256 << 20, /* bytes of one stack; more is not proven */
    MAX_SYSTEM_STACK = 1 << 20,
    MAX_VARIABLES = 1 << 30,
    MAX_VALUES = 1 << 28,             /* words of all stacks and variables */
    CHUNK_BYTES = 64 * GO_PAGE_BYTES, /* whose free pages a processor has (mpagecache.go) */
};

void proof_roots_init(struct proof_roots *roots, const struct go_runtime *runtime)
{
    *roots = (struct proof_roots){.runtime = runtime, .blocks = blocks_new(runtime->memory)};
    roots->values = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    roots->caches = g_array_new(FALSE, FALSE, sizeof(struct module_area));
    roots->threads = g_array_new(FALSE, FALSE, sizeof(struct proof_thread));
    stack_words_init(&roots->words);
}

void proof_roots_clear(struct proof_roots *roots)
{
    blocks_free(roots->blocks);
    stack_words_clear(&roots->words);
    g_array_unref(roots->values);
    g_array_unref(roots->caches);
    g_array_unref(roots->threads);
}

static void add_words(struct proof_roots *roots, const uint8_t *bytes, size_t n)
{
    for (size_t at = 0; at + WORD <= n; at += WORD) {
        uint64_t value = bytes_u64(bytes + at);

        if (value < PROOF_LOWEST)
            continue;
        if (roots->values->len >= MAX_VALUES) {
            roots->why = "stacks and variables have more words than are read";
            return;
        }
        g_array_append_val(roots->values, value);
    }
}

static void add_some(struct proof_roots *roots, const uint8_t *stack, size_t n,
                     const GArray *places)
{
    for (guint i = 0; i < places->len; i++) {
        uint32_t at = g_array_index(places, uint32_t, i);

        if ((size_t)at + WORD <= n)
            add_words(roots, stack + at, WORD);
    }
}

/* --- a goroutine --- */

/* All that is between two addresses, when it is there. */
static bool add_range(struct proof_roots *roots, uint64_t lo, uint64_t hi, bool *ret_there,
                      GError **error)
{
    g_autofree uint8_t *bytes = g_try_malloc((gsize)(hi - lo));
    struct memory_range range = {lo, bytes, (size_t)(hi - lo), false};

    *ret_there = false;
    if (bytes == NULL)
        return true;
    if (!memory_read_ranges(roots->runtime->memory, &range, 1, error))
        return false;
    *ret_there = range.ok;
    if (range.ok)
        add_words(roots, bytes, range.n);
    return true;
}

/* The stack as its record has it by now: it may have grown, and then it is elsewhere. */
static bool add_whole_stack(struct proof_roots *roots, const uint8_t *g, GError **error)
{
    const struct go_layout *l = &roots->runtime->layout;
    uint64_t lo = bytes_u64(g + l->g_stack_lo), hi = bytes_u64(g + l->g_stack_hi);
    bool is_there;

    if (lo == 0 || hi <= lo)
        return true; /* it has none: it is being born, or ends */
    if (hi - lo > MAX_STACK) {
        roots->why = "a stack is larger than is read";
        return true;
    }
    if (!add_range(roots, lo, hi, &is_there, error))
        return false;
    if (!is_there)
        roots->why = "a stack could not be read";
    return true;
}

/* One that is parked, or waits for the system: calls that the compiler left maps for. */
static bool is_parked(const struct live_goroutine *g)
{
    return g->status == GOROUTINE_STATUS_WAITING || g->status == GOROUTINE_STATUS_LEAKED ||
           g->status == GOROUTINE_STATUS_SYSCALL;
}

/* Only what the program still needs of the stack of such a one; false: not to be told. */
static bool add_mapped_stack(struct proof_roots *roots, const struct live_goroutine *g,
                             bool *ret_told, GError **error)
{
    size_t n = (size_t)(g->stack_hi - g->sp);
    g_autofree uint8_t *stack = NULL;

    *ret_told = false;
    if (!is_parked(g) || g->is_moved || g->sp == 0 || g->sp >= g->stack_hi ||
        n > GORUNTIME_MAX_STACK_COPY)
        return true;
    stack = g_malloc(n);
    struct memory_range range = {g->sp, stack, n, false};

    if (!memory_read_ranges(roots->runtime->memory, &range, 1, error))
        return false;
    if (!range.ok)
        return true;
    stack_words_find(&roots->words, roots->runtime->module, roots->blocks, g, stack, n);
    *ret_told = roots->words.is_whole;
    if (*ret_told) {
        add_some(roots, stack, n, roots->words.live);
        add_some(roots, stack, n, roots->words.loose);
    }
    return true;
}

/* Whether one is still where maps were looked up for; record: its own, read behind its stack. */
static bool has_stayed(const struct go_layout *l, const struct live_goroutine *g,
                       const uint8_t *record)
{
    uint64_t in_call = bytes_u64(record + l->g_syscallsp);

    return goroutine_status_of(l, record) == g->status && record[l->g_tracking_seq] == g->stops &&
           bytes_u64(record + l->g_goid) == g->id &&
           bytes_u64(record + l->g_stack_hi) == g->stack_hi &&
           (in_call != 0 ? in_call : bytes_u64(record + l->g_sched_sp)) == g->sp;
}

bool proof_roots_goroutine(struct proof_roots *roots, const struct live_goroutine *g,
                           GError **error)
{
    size_t n = (size_t)roots->runtime->layout.g_bytes;
    g_autofree uint8_t *bytes = g_malloc(n);
    bool told;

    if (!add_mapped_stack(roots, g, &told, error) ||
        !memory_read(roots->runtime->memory, g->address, bytes, n, error))
        return false;
    told = told && has_stayed(&roots->runtime->layout, g, bytes);
    bool ok = told || add_whole_stack(roots, bytes, error);

    /*
     * Of its record the bounds of its stack are no pointers: what begins where the stack ends is
     * another's.
     */
    const struct go_layout *l = &roots->runtime->layout;

    memset(bytes + l->g_stack_lo, 0, WORD);
    memset(bytes + l->g_stack_hi, 0, WORD);
    add_words(roots, bytes, n);
    return ok;
}

/* --- variables --- */

/*
 * The allocator of pages, mheap_.pages, which all of mheap_ is up to allspans: what it refers to
 * is of the runtime's own memory, and its searchAddr is the address of whatever lies there.
 */
static struct module_area page_allocator(const struct proof_roots *roots)
{
    const struct go_runtime *runtime = roots->runtime;
    uint64_t mheap = runtime->globals.mheap.address;

    if (mheap == 0)
        return (struct module_area){0, 0};
    return (struct module_area){mheap, mheap + (uint64_t)runtime->layout.mheap_allspans};
}

static bool add_variables(struct proof_roots *roots, struct module_area area, bool *ret_there,
                          GError **error)
{
    struct module_area without = page_allocator(roots);

    if (without.begin <= area.begin || without.end >= area.end)
        return add_range(roots, area.begin, area.end, ret_there, error);
    return add_range(roots, area.begin, without.begin, ret_there, error) &&
           (!*ret_there || add_range(roots, without.end, area.end, ret_there, error));
}

bool proof_roots_variables(struct proof_roots *roots, GError **error)
{
    const struct module *module = roots->runtime->module;
    const struct module_area areas[] = {module->data, module->bss};

    for (size_t i = 0; i < G_N_ELEMENTS(areas); i++) {
        bool is_there;

        if (areas[i].end <= areas[i].begin)
            continue;
        if (areas[i].end - areas[i].begin > MAX_VARIABLES) {
            roots->why = "the program has more variables than are read";
            continue;
        }
        if (!add_variables(roots, areas[i], &is_there, error))
            return false;
        if (!is_there)
            roots->why = "the program's variables could not be read";
    }
    return true;
}

/* --- processors --- */

/* The system stack of a thread: functions of timers run there. One of C is in other memory. */
static bool add_system_stack(struct proof_roots *roots, uint64_t m, GError **error)
{
    const struct go_layout *l = &roots->runtime->layout;
    struct memory *memory = roots->runtime->memory;
    uint64_t g0, lo, hi;
    bool is_there;

    /* a thread that ended is no error */
    if (!memory_read_u64(memory, m + (uint64_t)l->m_g0, &g0, NULL) ||
        !memory_read_u64(memory, g0 + (uint64_t)l->g_stack_lo, &lo, NULL) ||
        !memory_read_u64(memory, g0 + (uint64_t)l->g_stack_hi, &hi, NULL) || lo == 0 || hi <= lo ||
        hi - lo > MAX_SYSTEM_STACK)
        return true;
    return add_range(roots, lo, hi, &is_there, error);
}

static void add_cache(struct proof_roots *roots, uint64_t address, int32_t n)
{
    struct module_area area = {address, address + (uint64_t)n};

    g_array_append_val(roots->caches, area);
}

void proof_roots_skip_stack(struct proof_roots *roots, uint64_t g)
{
    const struct go_layout *l = &roots->runtime->layout;

    add_cache(roots, g + (uint64_t)l->g_stack_lo, WORD);
    add_cache(roots, g + (uint64_t)l->g_stack_hi, WORD);
}

/*
 * What is free in each size, what the collector is to look at (mgcwork.go, mwbbuf.go), and where a
 * processor takes pages from: p.pcache.base is the address of whatever lies at the beginning of a
 * chunk. For the collector these are no pointers either.
 */
static bool add_caches(struct proof_roots *roots, uint64_t p, GError **error)
{
    const struct go_layout *l = &roots->runtime->layout;
    struct memory *memory = roots->runtime->memory;
    uint64_t pages = p + (uint64_t)l->p_pcache_base, cache, base, buffer;

    if (!memory_read_u64(memory, p + (uint64_t)l->p_mcache, &cache, error))
        return false;
    add_cache(roots, cache, l->mcache_bytes);
    if (!memory_read_u64(memory, pages, &base, error))
        return false;
    if (base % CHUNK_BYTES == 0)
        add_cache(roots, pages, WORD);
    add_cache(roots, p + (uint64_t)l->p_wb_buf, l->p_wb_buf_bytes);
    if (l->p_gcw_ptr_buf == GO_LAYOUT_NONE)
        return true;
    if (!memory_read_u64(memory, p + (uint64_t)l->p_gcw_ptr_buf, &buffer, error))
        return false;
    add_cache(roots, buffer, GO_PAGE_BYTES);
    return true;
}

static bool add_processor(struct proof_roots *roots, uint64_t p, GError **error)
{
    const struct go_layout *l = &roots->runtime->layout;
    struct memory *memory = roots->runtime->memory;
    struct proof_thread thread = {.p = p};

    /* schedtick and syscalltick, uint32 both */
    if (!memory_read_u64(memory, p + (uint64_t)l->p_schedtick, &thread.ticks, error) ||
        !memory_read_u64(memory, p + (uint64_t)l->p_m, &thread.m, error) ||
        !add_caches(roots, p, error))
        return false;
    roots->ticks = hash_mix(roots->ticks, thread.ticks);
    if (thread.m == 0)
        return true;
    g_array_append_val(roots->threads, thread);
    return add_system_stack(roots, thread.m, error);
}

bool proof_roots_processors(struct proof_roots *roots, GError **error)
{
    size_t n;

    roots->ticks = 0;
    struct module_area pages = page_allocator(roots);

    g_array_set_size(roots->caches, 0);
    g_array_set_size(roots->threads, 0);
    g_array_append_val(roots->caches, pages);
    g_autofree uint8_t *copy = go_runtime_processors(roots->runtime, &n, error);

    for (size_t i = 0; copy != NULL && i < n; i++) {
        uint64_t p = bytes_u64(copy + i * WORD);

        if (p != 0 && !add_processor(roots, p, error))
            return false;
    }
    return copy != NULL;
}
