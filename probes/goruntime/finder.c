#include "pprof/hash.h"
#include "probes/goruntime/finder_private.h"

#include "probes/goruntime/references.h"

#include <stddef.h>
#include <string.h>

enum {
    MAX_FUNCTION = 1 << 20, /* bytes of code that are looked at of one function */
    MAX_GROUPS = 5,
    MAX_FIELDS = 24,
    TRIES = 20, /* of a search, while the process runs between two reads */
};

#define IN_GLOBALS(MEMBER) offsetof(struct finder_globals, MEMBER)
#define IN_LAYOUT(MEMBER) offsetof(struct go_layout, MEMBER)

/* What may run when a mark ends. */
static const char mark_ends[] =
    "mProf_NextCycle|gcMarkTermination|gcMarkTermination.func1|gcMarkTermination.func2|"
    "gcMarkTermination.func3|gcMarkTermination.func4";

/* A variable that stands alone: in the code of how many of these groups of functions it must be. */
static const struct rule {
    size_t global;
    finder_check *check;
    unsigned needed;
    /*
     * Names with "|", of package runtime unless one begins with "=". What a program
     * has not counts as empty.
     */
    const char *groups[MAX_GROUPS];
} rules[] = {
    {IN_GLOBALS(allgs), finder_check_allgs, 1, {"allgadd"}},
    {IN_GLOBALS(allgptr), finder_check_allgptr, 1, {"allgadd"}},
    {IN_GLOBALS(allglen), finder_check_allglen, 1, {"allgadd"}},
    {IN_GLOBALS(wait_reasons), finder_check_reasons, 1, {"waitReason.String|goroutineheader"}},
    {IN_GLOBALS(allp), finder_check_allp, 1, {"procresize"}},
    {IN_GLOBALS(semtable), finder_check_semtable, 2, {"semacquire1", "semrelease1"}},
    {IN_GLOBALS(mem_profile_rate),
     finder_check_memory_rate,
     3,
     {"nextSample|profilealloc|allocmcache", "schedinit|parsegodebug|parsedebugvars|init",
      "mallocgc|mallocgcLarge|mallocgcSmallNoscan"}},
    {IN_GLOBALS(mem_profile_cycle),
     finder_check_cycle,
     3,
     /* the locks of the same functions are not in the first */
     {mark_ends, "mProf_Flush", "mProf_Free", "mProf_Malloc", "mProf_PostSweep"}},
    {IN_GLOBALS(mem_buckets), finder_check_memory_buckets, 2, {"stkbucket", "mProf_FlushLocked"}},
    {IN_GLOBALS(block_buckets),
     finder_check_block_buckets,
     2,
     {"stkbucket", "blockProfileInternal|BlockProfile"}},
    {IN_GLOBALS(mutex_buckets),
     finder_check_mutex_buckets,
     2,
     {"stkbucket", "mutexProfileInternal|MutexProfile"}},
    {IN_GLOBALS(block_profile_rate), finder_check_rate, 2, {"SetBlockProfileRate", "blockevent"}},
    {IN_GLOBALS(mutex_profile_rate),
     finder_check_rate,
     2,
     {"semacquire1", "mutexevent|=sync.event"}},
};

/*
 * A struct: the code refers to its fields, so that address and field give a base,
 * and the bases that several fields agree on are tried.
 */
static const struct struct_rule {
    size_t global, last; /* last: the last field that is known; some experiments end it earlier */
    finder_check *check;
    bool is_noptr; /* in noptrbss, otherwise in bss */
    const char *functions;
    size_t fields[MAX_FIELDS]; /* of the layout, ended by 0 (its member minor, no field) */
} struct_rules[] = {
    {IN_GLOBALS(memstats),
     IN_LAYOUT(mstats_gc_cpu_fraction),
     finder_check_memstats,
     true,
     "gcStart|gcStart.func2|gcMarkTermination|gcMarkTermination.func1|gcMarkTermination.func2|"
     "gcMarkDone.func2|gcMarkDone.func3|(*mheap).allocSpan|(*mheap).grow|gcMark|(*mcache).refill|"
     "(*mcache).releaseAll|readmemstats_m|readGCStats_m|gcinit|(*mheap).init|mallocinit|"
     "persistentalloc1|newBucket|gcSweep|stackalloc|(*mheap).allocNeedsZero|newproc1|schedinit",
     {IN_LAYOUT(mstats_heap_stats), IN_LAYOUT(mstats_heap_stats_gen), IN_LAYOUT(mstats_stacks_sys),
      IN_LAYOUT(mstats_mspan_sys), IN_LAYOUT(mstats_mcache_sys), IN_LAYOUT(mstats_buckhash_sys),
      IN_LAYOUT(mstats_gc_misc_sys), IN_LAYOUT(mstats_other_sys), IN_LAYOUT(mstats_last_gc_unix),
      IN_LAYOUT(mstats_last_gc_nanotime), IN_LAYOUT(mstats_pause_total_ns),
      IN_LAYOUT(mstats_pause_ns), IN_LAYOUT(mstats_pause_end), IN_LAYOUT(mstats_numgc),
      IN_LAYOUT(mstats_numforcedgc), IN_LAYOUT(mstats_gc_cpu_fraction)}},
    {IN_GLOBALS(gc_controller),
     IN_LAYOUT(gccontroller_mapped_ready),
     finder_check_gc_controller,
     true,
     "gcStart|gcMarkTermination|gcMarkTermination.func1|(*mheap).allocSpan|(*mheap).freeSpanLocked|"
     "(*mheap).grow|gcMark|(*mcache).refill|(*mcache).releaseAll|(*mcache).allocLarge|"
     "gcControllerCommit|gcSweep|gcinit|gcMarkDone|gcBgMarkWorker|finishsweep_m|gcTrigger.test|"
     "readmemstats_m|bgscavenge|gcPaceSweeper",
     {IN_LAYOUT(gccontroller_gc_percent), IN_LAYOUT(gccontroller_memory_limit),
      IN_LAYOUT(gccontroller_heap_minimum), IN_LAYOUT(gccontroller_gc_percent_heap_goal),
      IN_LAYOUT(gccontroller_heap_live), IN_LAYOUT(gccontroller_heap_marked),
      IN_LAYOUT(gccontroller_heap_in_use), IN_LAYOUT(gccontroller_heap_released),
      IN_LAYOUT(gccontroller_heap_free), IN_LAYOUT(gccontroller_total_alloc),
      IN_LAYOUT(gccontroller_total_free), IN_LAYOUT(gccontroller_mapped_ready)}},
    {IN_GLOBALS(mheap),
     IN_LAYOUT(mheap_cachealloc_inuse),
     finder_check_mheap,
     false,
     "mallocinit|gcSweep|bgsweep|sweepone|finishsweep_m|allocmcache|allocmcache.func1|"
     "freemcache.func1|(*mheap).alloc|schedinit|gcStart|gcMarkTermination|stackpoolalloc|"
     "stackalloc|"
     "spanOf|recordspan|findObject|readmemstats_m|stackfree|freeStackSpans|"
     "(*pageAlloc).scavengeOne|addspecial|removespecial|(*mheap).init|(*mheap).freeSpan",
     {IN_LAYOUT(mheap_allspans), IN_LAYOUT(mheap_sweepgen), IN_LAYOUT(mheap_arenas),
      IN_LAYOUT(mheap_central), IN_LAYOUT(mheap_spanalloc), IN_LAYOUT(mheap_cachealloc),
      IN_LAYOUT(mheap_spanalloc_inuse), IN_LAYOUT(mheap_cachealloc_inuse)}},
    {IN_GLOBALS(sched),
     IN_LAYOUT(sched_gfree_stack),
     finder_check_sched,
     false,
     "schedinit|newproc1|gfput|gfget|gcount|findRunnable|stopm|startm|mget|mput|schedule|checkdead|"
     "sysmon|stopTheWorldWithSema|startTheWorldWithSema|mstart1|pidleput|pidleget|globrunqget|"
     "retake|oneNewExtraM|goexit0|gdestroy|mcommoninit|mReserveID|setMaxThreads|mexit",
     {IN_LAYOUT(sched_midle), IN_LAYOUT(sched_nmidle), IN_LAYOUT(sched_nmidlelocked),
      IN_LAYOUT(sched_mnext), IN_LAYOUT(sched_maxmcount), IN_LAYOUT(sched_nmsys),
      IN_LAYOUT(sched_nmfreed), IN_LAYOUT(sched_ngsys), IN_LAYOUT(sched_gfree_stack),
      IN_LAYOUT(sched_gfree_nostack)}},
};

#define NAME_OF(MEMBER, NAME) NAME,
static const char *const names[] = {FINDER_GLOBALS(NAME_OF)};

const char *finder_name(size_t global)
{
    return names[global];
}

const struct finder_global *finder_global_at(const struct finder_globals *globals, size_t global)
{
#define PLACE_OF(MEMBER, NAME) IN_GLOBALS(MEMBER),
    static const size_t places[] = {FINDER_GLOBALS(PLACE_OF)};

    return (const struct finder_global *)(const void *)((const char *)globals + places[global]);
}

static int32_t layout_number(const struct go_layout *layout, size_t member)
{
    int32_t number;

    memcpy(&number, (const char *)layout + member, sizeof number);
    return number;
}

bool finder_look(struct finder *f, uint64_t address, void *ret, size_t n)
{
    struct memory_range range = {.address = address, .data = ret, .n = n};

    return f->error == NULL && memory_read_ranges(f->memory, &range, 1, &f->error) && range.ok;
}

static void read_references(struct finder *f, const char *name, GArray *found)
{
    struct symbol_range range;

    if (!symbols_find_function(f->symbols, name, &range) || range.end <= range.entry ||
        range.end - range.entry > MAX_FUNCTION)
        return;
    size_t n = (size_t)(range.end - range.entry);
    g_autofree uint8_t *bytes = g_malloc(n);

    if (!finder_look(f, range.entry, bytes, n))
        return;
    references_scan(&(struct references_code){f->layout->arch, range.entry, bytes, n}, f->data,
                    found);
    references_sort(found);
}

/* What a function of the runtime refers to; empty when the program has none of that name. */
static const GArray *references_of(struct finder *f, const char *name)
{
    GArray *found = g_hash_table_lookup(f->references, name);

    if (found != NULL)
        return found;
    g_autofree char *whole =
        *name == '=' ? g_strdup(name + 1) : g_strconcat("runtime.", name, NULL);

    found = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    read_references(f, whole, found);
    g_hash_table_insert(f->references, g_strdup(name), found);
    return found;
}

static GArray *references_of_group(struct finder *f, const char *group)
{
    g_auto(GStrv) functions = g_strsplit(group, "|", -1);
    GArray *all = g_array_new(FALSE, FALSE, sizeof(uint64_t));

    for (size_t i = 0; functions[i] != NULL; i++) {
        const GArray *one = references_of(f, functions[i]);

        g_array_append_vals(all, one->data, one->len);
    }
    references_sort(all);
    return all;
}

/* The best candidate so far, and whether another is as good. */
struct choice {
    uint64_t address;
    enum finder_state state;
    unsigned score;
    bool is_tied;
};

static void choose(struct choice *best, uint64_t address, enum finder_state state, unsigned score)
{
    if (state == FINDER_MISSING || state < best->state ||
        (state == best->state && score < best->score))
        return;
    best->is_tied = best->state == state && best->score == score;
    best->address = address;
    best->state = state;
    best->score = score;
}

static void settle(const struct choice *choice, struct finder_global *ret)
{
    if (choice->state == FINDER_MISSING)
        *ret = (struct finder_global){.reason = "nothing that the runtime's code refers to is it"};
    else if (choice->is_tied)
        *ret = (struct finder_global){.reason = "several variables could be it"};
    else
        *ret = (struct finder_global){choice->address, choice->state, NULL};
}

/* Bytes of a struct as far as it is known. */
static uint64_t known_bytes(const struct finder *f, const struct struct_rule *rule)
{
    return (uint64_t)layout_number(f->layout, rule->last) + sizeof(uint64_t);
}

static bool is_in_struct(const struct finder *f, uint64_t address)
{
    for (size_t i = 0; i < G_N_ELEMENTS(struct_rules); i++) {
        const struct finder_global *g =
            (const void *)((const char *)f->found + struct_rules[i].global);

        if (g->state != FINDER_MISSING && address >= g->address &&
            address - g->address < known_bytes(f, &struct_rules[i]))
            return true;
    }
    return false;
}

static void apply_rule(struct finder *f, const struct rule *rule)
{
    struct choice best = {.state = FINDER_MISSING};
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    GArray *groups[MAX_GROUPS] = {NULL};
    size_t n = 0;

    for (; n < MAX_GROUPS && rule->groups[n] != NULL; n++) {
        groups[n] = references_of_group(f, rule->groups[n]);
        g_array_append_vals(all, groups[n]->data, groups[n]->len);
    }
    references_sort(all);
    for (guint i = 0; i < all->len; i++) {
        uint64_t address = g_array_index(all, uint64_t, i);
        unsigned hits = 0;

        for (size_t k = 0; k < n; k++)
            hits += references_has(groups[k], address);
        if (hits >= rule->needed && !is_in_struct(f, address))
            choose(&best, address, rule->check(f, address), hits);
    }
    for (size_t k = 0; k < n; k++)
        g_array_unref(groups[k]);
    settle(&best, (struct finder_global *)(void *)((char *)f->found + rule->global));
}

/* How many fields each possible base has; key and value in the table are plain numbers. */
static GHashTable *score_bases(const struct finder *f, const struct struct_rule *rule,
                               const GArray *references)
{
    enum { ALIGNMENT = 32 };
    GHashTable *scores = g_hash_table_new_full(hash_u64, g_int64_equal, g_free, NULL);
    const struct module_area *area = rule->is_noptr ? &f->module->noptrbss : &f->module->bss;
    uint64_t size = known_bytes(f, rule);

    for (guint i = 0; i < references->len; i++) {
        uint64_t address = g_array_index(references, uint64_t, i);

        for (size_t k = 0; k < MAX_FIELDS && rule->fields[k] != 0; k++) {
            int32_t offset = layout_number(f->layout, rule->fields[k]);
            uint64_t base = address - (uint64_t)offset;

            if (offset == GO_LAYOUT_NONE || base % ALIGNMENT != 0 || base < area->begin ||
                base > area->end || size > area->end - base)
                continue;
            guint hits = GPOINTER_TO_UINT(g_hash_table_lookup(scores, &base));

            g_hash_table_replace(scores, g_memdup2(&base, sizeof base), GUINT_TO_POINTER(hits + 1));
        }
    }
    return scores;
}

static void apply_struct_rule(struct finder *f, const struct struct_rule *rule)
{
    enum { FIELDS_NEEDED = 2 };
    struct finder_global *ret = (void *)((char *)f->found + rule->global);
    g_autoptr(GArray) references = references_of_group(f, rule->functions);
    g_autoptr(GHashTable) scores = score_bases(f, rule, references);

    for (int try = 0; try < TRIES && f->error == NULL && ret->state != FINDER_SURE; try++) {
        struct choice best = {.state = FINDER_MISSING};
        GHashTableIter iter;
        gpointer key, value;

        g_hash_table_iter_init(&iter, scores);
        while (g_hash_table_iter_next(&iter, &key, &value)) {
            unsigned score = GPOINTER_TO_UINT(value);
            uint64_t base;

            memcpy(&base, key, sizeof base);
            if (score >= FIELDS_NEEDED)
                choose(&best, base, rule->check(f, base), score);
        }
        settle(&best, ret);
    }
}

bool finder_find(struct memory *memory, const struct go_layout *layout, struct symbols *symbols,
                 struct finder_globals *ret, GError **error)
{
    struct finder f = {.memory = memory,
                       .layout = layout,
                       .symbols = symbols,
                       .module = symbols_module(symbols),
                       .data = references_data(symbols_module(symbols)),
                       .found = ret};

    *ret = (struct finder_globals){0};
    f.references =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_array_unref);
    for (size_t i = 0; i < G_N_ELEMENTS(struct_rules); i++)
        apply_struct_rule(&f, &struct_rules[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        struct finder_global *g = (void *)((char *)ret + rules[i].global);

        /* a list that grows while it is looked at is looked at again */
        for (int try = 0; try < TRIES && f.error == NULL && g->state == FINDER_MISSING; try++)
            apply_rule(&f, &rules[i]);
    }
    g_hash_table_unref(f.references);
    if (f.error != NULL) {
        g_propagate_error(error, f.error);
        return false;
    }
    return true;
}
