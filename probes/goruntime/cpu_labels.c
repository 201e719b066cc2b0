#include "probes/goruntime/cpu_labels.h"

#include "pprof/hash.h"
#include "pprof/store.h"
#include "probes/goruntime/bytes.h"
#include "probes/goruntime/label_set.h"
#include "probes/goruntime/limits.h"

#include <string.h>

enum {
    MAX_SETS = 1 << 16,       /* different ones; more have no labels */
    MAX_GOROUTINES = 1 << 16, /* remembered between two batches, threads alike */
};

/* A g as it was in the batch it was read in. */
struct goroutine {
    uint64_t id, stack_lo, stack_hi, m;
    size_t start; /* number of its first function */
    uint32_t set;
    uint32_t batch;
    bool is_there;   /* it could be read, and is one goroutine all the time */
    bool is_changed; /* its labels are others than the last time */
};

struct set {
    size_t first, n; /* of all */
};

struct cpu_labels {
    struct symbols *symbols;
    struct memory *memory;
    struct go_layout layout;
    uint32_t batch;
    GHashTable *goroutines; /* address -> struct goroutine */
    GHashTable *threads;    /* TID -> address of the goroutine that it ran last */
    struct store *arena;
    size_t n_bytes; /* of texts in arena */
    GArray *sets;   /* struct set; the first has none */
    GArray *all;    /* struct cpu_label, of all sets */
    struct hash_index by_texts;
    struct label_set read;
    uint8_t *g;
};

struct cpu_labels *cpu_labels_new(struct symbols *symbols, struct memory *memory,
                                  const struct go_layout *layout)
{
    struct cpu_labels *l = g_new0(struct cpu_labels, 1);

    l->symbols = symbols;
    l->memory = memory;
    l->layout = *layout;
    l->goroutines = g_hash_table_new_full(hash_u64, g_int64_equal, g_free, g_free);
    l->threads = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    l->arena = store_new();
    l->sets = g_array_new(FALSE, TRUE, sizeof(struct set));
    l->all = g_array_new(FALSE, FALSE, sizeof(struct cpu_label));
    l->g = g_malloc((gsize)layout->g_bytes);
    g_array_set_size(l->sets, 1);
    label_set_init(&l->read);
    return l;
}

void cpu_labels_free(struct cpu_labels *l)
{
    if (l == NULL)
        return;
    g_hash_table_unref(l->goroutines);
    g_hash_table_unref(l->threads);
    hash_index_clear(&l->by_texts);
    label_set_clear(&l->read);
    g_array_unref(l->sets);
    g_array_unref(l->all);
    store_free(l->arena);
    g_free(l->g);
    g_free(l);
}

void cpu_labels_begin(struct cpu_labels *l)
{
    l->batch++;
    if (g_hash_table_size(l->goroutines) > MAX_GOROUTINES)
        g_hash_table_remove_all(l->goroutines);
    if (g_hash_table_size(l->threads) > MAX_GOROUTINES)
        g_hash_table_remove_all(l->threads);
}

bool cpu_labels_any(const struct cpu_labels *l)
{
    return l->sets->len > 1;
}

const struct cpu_label *cpu_labels_at(const struct cpu_labels *l, uint32_t set, size_t *ret_n)
{
    const struct set *s = &g_array_index(l->sets, struct set, set);

    *ret_n = s->n;
    return s->n > 0 ? &g_array_index(l->all, struct cpu_label, s->first) : NULL;
}

/* --- sets --- */

static const char *text_of(const struct cpu_labels *l, const struct label_text *text)
{
    return l->read.texts->str + text->first;
}

/* Labels of which a text could not be read are left out. */
static bool is_whole(const struct cpu_labels *l, size_t i)
{
    return l->read.keys[i].is_read && l->read.values[i].is_read && l->read.keys[i].n > 0;
}

static bool is_set(const void *user, uint32_t element)
{
    const struct cpu_labels *l = user;
    size_t n, at = 0;
    const struct cpu_label *labels = cpu_labels_at(l, element, &n);

    for (size_t i = 0; i < l->read.n; i++) {
        const struct label_text *key = &l->read.keys[i], *value = &l->read.values[i];

        if (!is_whole(l, i))
            continue;
        if (at == n || labels[at].key_n != key->n || labels[at].value_n != value->n ||
            memcmp(labels[at].key, text_of(l, key), key->n) != 0 ||
            memcmp(labels[at].value, text_of(l, value), value->n) != 0)
            return false;
        at++;
    }
    return at == n;
}

/* Number of what was read last. Sets are made anew for each request: equal ones are one. */
static uint32_t number_set(struct cpu_labels *l)
{
    uint64_t hash = hash_seed();
    bool any = false;

    for (size_t i = 0; i < l->read.n; i++) {
        if (!is_whole(l, i))
            continue;
        any = true;
        hash = hash_bytes(text_of(l, &l->read.keys[i]), l->read.keys[i].n, hash);
        hash = hash_bytes(text_of(l, &l->read.values[i]), l->read.values[i].n, hash);
    }
    if (!any)
        return 0;
    uint32_t found = hash_index_find(&l->by_texts, hash, is_set, l);

    if (found == HASH_NONE) {
        if (l->sets->len >= MAX_SETS || l->n_bytes >= GORUNTIME_MAX_LABEL_TEXTS)
            return 0;
        struct set set = {.first = l->all->len};

        for (size_t i = 0; i < l->read.n; i++) {
            const struct label_text *key = &l->read.keys[i], *value = &l->read.values[i];
            struct cpu_label label = {.key_n = key->n, .value_n = value->n};

            if (!is_whole(l, i))
                continue;
            l->n_bytes += key->n + value->n;
            label.key = store_strndup(l->arena, text_of(l, key), key->n);
            label.value = store_strndup(l->arena, text_of(l, value), value->n);
            g_array_append_val(l->all, label);
            set.n++;
        }
        g_array_append_val(l->sets, set);
        found = l->sets->len - 1;
        hash_index_add(&l->by_texts, hash, found);
    }
    return found;
}

/* --- goroutines --- */

static uint64_t word(const struct cpu_labels *l, int32_t offset)
{
    return bytes_u64(l->g + offset);
}

/* NULL: there is none. */
static const struct goroutine *goroutine_at(struct cpu_labels *l, uint64_t address)
{
    struct goroutine *g = g_hash_table_lookup(l->goroutines, &address);

    if (address == 0 || address % sizeof(uint64_t) != 0)
        return NULL;
    if (g == NULL) {
        g = g_new0(struct goroutine, 1);
        g_hash_table_insert(l->goroutines, g_memdup2(&address, sizeof address), g);
    }
    if (g->batch != l->batch) {
        /* Read around its labels: a set that is let go may be anything at the next moment. */
        const struct go_layout *o = &l->layout;
        struct goroutine old = *g;
        uint64_t id, labels;

        *g = (struct goroutine){.batch = l->batch};
        if (memory_read(l->memory, address, l->g, (size_t)o->g_bytes, NULL)) {
            g->id = word(l, o->g_goid);
            g->stack_lo = word(l, o->g_stack_lo);
            g->stack_hi = word(l, o->g_stack_hi);
            g->m = word(l, o->g_m);
            g->start = symbols_at(l->symbols, word(l, o->g_startpc), true)->function;
            if (label_set_read(&l->read, o, l->memory, word(l, o->g_labels)))
                g->set = number_set(l);
            g->is_there =
                memory_read_u64(l->memory, address + (uint64_t)o->g_goid, &id, NULL) &&
                memory_read_u64(l->memory, address + (uint64_t)o->g_labels, &labels, NULL) &&
                id == g->id && labels == word(l, o->g_labels);
            g->is_changed = old.is_there && old.id == g->id && old.set != g->set;
        }
    }
    return g->is_there ? g : NULL;
}

static bool has(const struct goroutine *g, uint64_t sp)
{
    return sp >= g->stack_lo && sp < g->stack_hi;
}

static bool is_user(const struct goroutine *g)
{
    return g != NULL && g->id != 0; /* g0 and gsignal of threads have none */
}

/* --- samples --- */

static uint64_t last_of(const struct cpu_labels *l, uint32_t tid)
{
    const uint64_t *last = g_hash_table_lookup(l->threads, GUINT_TO_POINTER(tid));

    return last != NULL ? *last : 0;
}

/* The goroutine of a thread's record, when it is the record of this one; 0: none. */
static uint64_t current_of(const struct cpu_labels *l, uint64_t m, uint32_t tid)
{
    uint64_t thread, g;

    return memory_read_u64(l->memory, m + (uint64_t)l->layout.m_procid, &thread, NULL) &&
                   thread == tid &&
                   memory_read_u64(l->memory, m + (uint64_t)l->layout.m_curg, &g, NULL)
               ? g
               : 0;
}

static bool is_system_stack(struct cpu_labels *l, uint64_t m, uint64_t sp)
{
    uint64_t address;

    if (!memory_read_u64(l->memory, m + (uint64_t)l->layout.m_g0, &address, NULL))
        return false;
    const struct goroutine *g0 = goroutine_at(l, address);

    return g0 != NULL && g0->id == 0 && has(g0, sp);
}

/*
 * Its own stack shows whose sample it is, also where assembly uses the register for something
 * else. On the system stack, what asks for the time keeps the register; whatever else runs there
 * for a goroutine is known by its callers, and as the one that the thread runs all the time.
 */
static uint64_t find(struct cpu_labels *l, const struct perf_record *sample, bool has_root)
{
    uint64_t last = last_of(l, sample->tid);
    const struct goroutine *g = goroutine_at(l, sample->g), *other = goroutine_at(l, last);

    if (is_user(g) && has(g, sample->sp))
        return sample->g;
    if (is_user(other) && has(other, sample->sp))
        return last;
    if (g == NULL)
        return 0;
    if (is_user(g))
        return current_of(l, g->m, sample->tid) == sample->g && is_system_stack(l, g->m, sample->sp)
                   ? sample->g
                   : 0;
    return has_root && has(g, sample->sp) && last != 0 && current_of(l, g->m, sample->tid) == last
               ? last
               : 0;
}

uint32_t cpu_labels_of(struct cpu_labels *l, const struct perf_record *sample,
                       const struct symbol *root)
{
    uint64_t address = sample->has_registers ? find(l, sample, root != NULL) : 0;
    const struct goroutine *g = goroutine_at(l, address);

    if (!is_user(g) || (root != NULL && root->function != g->start))
        return 0;
    g_hash_table_insert(l->threads, GUINT_TO_POINTER(sample->tid),
                        g_memdup2(&address, sizeof address));
    return g->is_changed ? 0 : g->set;
}
