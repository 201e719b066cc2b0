#include "pprof/hash.h"
#include "probes/goruntime/bytes.h"
#include "probes/goruntime/errors.h"
#include "probes/goruntime/limits.h"
#include "probes/goruntime/proofs_private.h"
#include "probes/goruntime/records.h"

#include <stdlib.h>

enum {
    WORD = 8,
    NONE = UINT32_MAX,
    BLOCK_BYTES = 4 << 20, /* of other memory, read at once */
    ARENA_BYTES = 64 << 20,
    CHECK_OBJECTS = 1 << 14, /* followed between two questions whether it was cancelled */
    MAX_SPECIALS = 1 << 24,
};

/* A goroutine that may not be woken, so far. */
struct suspect {
    const struct live_goroutine *g;
    uint32_t deferred; /* of deferred; NONE: none */
    bool is_root;      /* it may be woken: what it has is followed */
};

/* One of a list that hangs together by numbers. */
struct chained {
    uint32_t value, next;
};

struct proof_marker {
    struct proof_roots *roots;
    const struct objects *objects;
    const struct goroutine_list *before, *after;
    uint64_t g_slot_bytes, sudog_slot_bytes;
    uint8_t *marked, *watched; /* a bit for each slot */
    GArray *queue;             /* uint32_t, slots that are to be followed */
    GArray *suspects;          /* struct suspect */
    uint32_t *suspect_of;      /* by place in after; NONE */
    GHashTable *watchers;      /* slot -> first of watch, + 1 */
    GArray *watch;             /* struct chained: suspects that wait in one slot */
    GArray *deferred;          /* struct chained: slots of one suspect's records */
    GArray *woken;             /* uint32_t, suspects */
    GArray *skipped; /* struct module_area, ascending: records that remember free memory */
};

/* --- slots --- */

static bool has_bit(const uint8_t *bits, uint32_t i)
{
    return (bits[i / 8] >> i % 8 & 1) != 0;
}

static void set_bit(uint8_t *bits, uint32_t i)
{
    bits[i / 8] = (uint8_t)(bits[i / 8] | 1u << i % 8);
}

/* The smallest size of slot that an object of some bytes fits in. */
static uint64_t slot_bytes(int32_t bytes)
{
    for (size_t i = 1; i < GO_SIZE_CLASSES; i++)
        if ((int32_t)go_size_class_bytes[i] >= bytes)
            return go_size_class_bytes[i];
    return (uint64_t)bytes;
}

/* --- suspects --- */

static void wake(struct proof_marker *m, uint32_t suspect)
{
    struct suspect *s = &g_array_index(m->suspects, struct suspect, suspect);

    if (s->is_root)
        return;
    s->is_root = true;
    g_array_append_val(m->woken, suspect);
}

static void wake_watchers(struct proof_marker *m, uint32_t slot)
{
    guint first = GPOINTER_TO_UINT(g_hash_table_lookup(m->watchers, GUINT_TO_POINTER(slot)));

    for (uint32_t i = first - 1; i != NONE;) {
        const struct chained *c = &g_array_index(m->watch, struct chained, i);

        wake(m, c->value);
        i = c->next;
    }
}

static void add_suspect(struct proof_marker *m, size_t place, const struct wait_list *waits)
{
    struct suspect s = {.g = &m->after->goroutines[place], .deferred = NONE};
    uint32_t number = m->suspects->len;
    size_t n;
    const struct wait_link *links = wait_list_of(waits, place, &n);

    g_array_append_val(m->suspects, s);
    m->suspect_of[place] = number;
    for (size_t i = 0; i < n; i++) {
        if (links[i].stands_for_others)
            continue; /* its channel wakes it, which that refers to */
        /* What is not in the heap is in a variable or on a stack: somebody has it. */
        uint32_t slot = objects_find(m->objects, links[i].word);

        if (slot == OBJECT_NONE) {
            wake(m, number);
            continue;
        }
        gpointer key = GUINT_TO_POINTER(slot);
        struct chained c = {number, GPOINTER_TO_UINT(g_hash_table_lookup(m->watchers, key)) - 1};

        g_array_append_val(m->watch, c);
        g_hash_table_insert(m->watchers, key, GUINT_TO_POINTER(m->watch->len));
        set_bit(m->watched, slot);
    }
}

/* The suspect that an object is the record of as a waiter (runtime.sudog); NONE: of none. */
static uint32_t waiter_of(const struct proof_marker *m, const struct object *object)
{
    const struct live_goroutine *g;

    if (object->bytes != m->sudog_slot_bytes)
        return NONE;
    g = goroutine_list_find(m->after, bytes_u64(object->data + m->roots->runtime->layout.sudog_g));
    return g != NULL ? m->suspect_of[g - m->after->goroutines] : NONE;
}

static bool is_goroutine(const struct proof_marker *m, const struct object *object)
{
    return object->bytes == m->g_slot_bytes &&
           (goroutine_list_find(m->after, object->address) != NULL ||
            goroutine_list_find(m->before, object->address) != NULL);
}

/* --- following --- */

static void mark_value(struct proof_marker *m, uint64_t value)
{
    if (value >= PROOF_LOWEST) {
        uint32_t slot = objects_find(m->objects, value);

        for (; slot != OBJECT_NONE && !has_bit(m->marked, slot);
             slot = objects_older(m->objects, slot)) {
            set_bit(m->marked, slot);
            g_array_append_val(m->queue, slot);
            if (has_bit(m->watched, slot))
                wake_watchers(m, slot);
        }
    }
}

static void add_block(struct proof_marker *m, uint64_t address, const uint8_t *bytes, size_t n)
{
    /* The first of skipped that ends behind an address. */
    guint next = 0, high = m->skipped->len;

    while (next < high) {
        guint middle = next + (high - next) / 2;

        if (g_array_index(m->skipped, struct module_area, middle).end <= address)
            next = middle + 1;
        else
            high = middle;
    }

    for (size_t at = 0; at + WORD <= n; at += WORD) {
        while (next < m->skipped->len &&
               g_array_index(m->skipped, struct module_area, next).end <= address + at)
            next++;
        if (next == m->skipped->len ||
            address + at < g_array_index(m->skipped, struct module_area, next).begin)
            mark_value(m, bytes_u64(bytes + at));
    }
}

/* Processors, which are large, have a part that is skipped, and so have records of goroutines. */
static void follow_object(struct proof_marker *m, const struct object *object)
{
    enum { LARGE = 4096 };
    bool may_skip = object->bytes >= LARGE || object->bytes == m->g_slot_bytes;

    if (may_skip)
        add_block(m, object->address, object->data, (size_t)object->bytes);
    for (size_t at = 0; !may_skip && at + WORD <= object->bytes; at += WORD)
        mark_value(m, bytes_u64(object->data + at));
}

/* A record of a waiter that may not be woken leads nowhere, nor does that of a goroutine. */
static void follow_slot(struct proof_marker *m, uint32_t slot)
{
    struct object object = objects_at(m->objects, slot);

    if (object.data == NULL || is_goroutine(m, &object))
        return;
    uint32_t waiter = waiter_of(m, &object);
    struct suspect *s = waiter != NONE ? &g_array_index(m->suspects, struct suspect, waiter) : NULL;

    if (s == NULL || s->is_root) {
        follow_object(m, &object);
        return;
    }
    struct chained c = {slot, s->deferred};

    g_array_append_val(m->deferred, c);
    s->deferred = m->deferred->len - 1;
}

static void add_values(struct proof_marker *m)
{
    for (guint i = 0; i < m->roots->values->len; i++)
        mark_value(m, g_array_index(m->roots->values, uint64_t, i));
    g_array_set_size(m->roots->values, 0);
}

static bool check_cancelled(const struct proof_marker *m, GError **error)
{
    uint8_t byte;
    struct memory *memory = m->roots->runtime->memory;

    return !g_atomic_int_get(&memory->cancelled) ||
           memory_read(memory, m->roots->runtime->module->address, &byte, 1, error);
}

bool proof_marker_follow(struct proof_marker *m, GError **error)
{
    add_values(m);
    while (m->queue->len > 0 || m->woken->len > 0) {
        for (guint n = 0; m->queue->len > 0; n++) {
            uint32_t slot = g_array_index(m->queue, uint32_t, m->queue->len - 1);

            g_array_set_size(m->queue, m->queue->len - 1);
            follow_slot(m, slot);
            if (n % CHECK_OBJECTS == 0 && !check_cancelled(m, error))
                return false;
        }
        if (m->woken->len == 0)
            continue;
        uint32_t suspect = g_array_index(m->woken, uint32_t, m->woken->len - 1);

        g_array_set_size(m->woken, m->woken->len - 1);
        struct suspect s = g_array_index(m->suspects, struct suspect, suspect);

        for (uint32_t i = s.deferred; i != NONE;) {
            struct chained c = g_array_index(m->deferred, struct chained, i);
            struct object object = objects_at(m->objects, c.value);

            follow_object(m, &object);
            i = c.next;
        }
        if (!proof_roots_goroutine(m->roots, s.g, error))
            return false;
        add_values(m);
    }
    return true;
}

/* --- other memory --- */

static int compare_areas(const void *a, const void *b)
{
    const struct module_area *x = a, *y = b;

    return (x->begin > y->begin) - (x->begin < y->begin);
}

/* Pages that are gone by now have no pointers. */
static bool add_pages(struct proof_marker *m, uint64_t address, uint8_t *bytes, size_t n,
                      GError **error)
{
    enum { PAGE = 4096 };

    for (size_t at = 0; at < n; at += PAGE) {
        struct memory_range range = {address + at, bytes, MIN(PAGE, n - at), false};

        if (!memory_read_ranges(m->roots->runtime->memory, &range, 1, error))
            return false;
        if (range.ok)
            add_block(m, range.address, bytes, range.n);
    }
    return true;
}

static bool add_run(struct proof_marker *m, uint64_t begin, uint64_t end, uint8_t *bytes,
                    GError **error)
{
    for (uint64_t at = begin; at < end; at += BLOCK_BYTES) {
        struct memory_range range = {at, bytes, (size_t)MIN(BLOCK_BYTES, end - at), false};

        if (!memory_read_ranges(m->roots->runtime->memory, &range, 1, error))
            return false;
        if (range.ok)
            add_block(m, at, bytes, range.n);
        else if (!add_pages(m, at, bytes, range.n, error))
            return false;
    }
    return true;
}

/* What of a mapping is no arena of Go's heap and has been touched. */
static bool add_area(struct proof_marker *m, const struct writable *writable,
                     struct module_area area, uint8_t *bytes, uint64_t *left, GError **error)
{
    for (uint64_t at = area.begin; at < area.end;) {
        uint64_t end = MIN(area.end, (at / ARENA_BYTES + 1) * ARENA_BYTES);
        struct writable_run run = {0};

        if (!objects_in_arena(m->objects, at))
            run = writable_next(writable, at, end - at);
        if (run.n == 0) {
            at = end;
            continue;
        }
        if (run.n > *left) {
            m->roots->why = "the process has more memory beside Go's heap than is read";
            return true;
        }
        *left -= run.n;
        if (!add_run(m, at + run.skip, at + run.skip + run.n, bytes, error))
            return false;
        at += run.skip + run.n;
    }
    return true;
}

/*
 * Spans and caches of the runtime have addresses of what is free or of what begins there; records
 * of goroutines, which stay such for good and keep their stacks when they are dead, of where these
 * begin and end: what begins where a stack ends is another's.
 */
static void find_skipped(struct proof_marker *m)
{
    const struct go_layout *l = &m->roots->runtime->layout;
    const struct module *module = m->roots->runtime->module;
    const GArray *spans = objects_records(m->objects), *caches = m->roots->caches;
    const struct module_area without[] = {module->noptrdata, module->noptrbss};

    for (guint i = 0; i < spans->len; i++) {
        uint64_t at = g_array_index(spans, uint64_t, i);
        struct module_area area = {at, at + (uint64_t)l->mspan_bytes};

        g_array_append_val(m->skipped, area);
    }
    for (size_t i = 0; i < m->after->n_all; i++)
        proof_roots_skip_stack(m->roots, m->after->records[i]);
    g_array_append_vals(m->skipped, caches->data, caches->len);
    g_array_append_vals(m->skipped, without, G_N_ELEMENTS(without));
    g_array_sort(m->skipped, compare_areas);
}

bool proof_marker_add_memory(struct proof_marker *m, const struct writable *writable,
                             GError **error)
{
    const GArray *areas = writable_areas(writable);
    g_autofree uint8_t *bytes = g_malloc(BLOCK_BYTES);
    uint64_t left = GORUNTIME_MAX_HEAP_COPY;

    find_skipped(m);
    for (guint i = 0; i < areas->len; i++)
        if (!add_area(m, writable, g_array_index(areas, struct module_area, i), bytes, &left,
                      error))
            return false;
    return true;
}

/* --- finalizers and weak pointers --- */

/*
 * A finalizer gets its object when nobody else has it any more, and with it what it leads to. A
 * weak pointer gives its object as long as anybody has it, be it only who waits there: whether
 * somebody has that pointer is not asked, as the record itself refers to it.
 */
static bool gives_object(const struct go_layout *l, const uint8_t *special)
{
    return special[l->special_kind] == l->special_kind_finalizer ||
           special[l->special_kind] == l->special_kind_weak;
}

bool proof_marker_add_specials(struct proof_marker *m, GError **error)
{
    const GArray *all = objects_specials(m->objects);
    g_autoptr(GArray) links = g_array_new(FALSE, FALSE, sizeof(struct object_special));

    g_array_append_vals(links, all->data, all->len);
    for (uint64_t n = 0; links->len > 0; n += links->len) {
        g_autoptr(GArray) next = g_array_new(FALSE, FALSE, sizeof(struct object_special));

        if (n > MAX_SPECIALS) {
            m->roots->why = "there are more finalizers and weak pointers than are read";
            return true;
        }
        const struct go_layout *l = &m->roots->runtime->layout;
        g_autofree uint64_t *addresses = g_new(uint64_t, links->len);
        struct records records;

        for (guint i = 0; i < links->len; i++)
            addresses[i] = g_array_index(links, struct object_special, i).first;
        bool ok = records_read(&records, m->roots->runtime->memory, addresses, links->len,
                               (size_t)l->special_bytes, error);

        for (guint i = 0; ok && i < links->len; i++) {
            const uint8_t *b = records_at(&records, i);
            struct object_special link = g_array_index(links, struct object_special, i);

            if (b == NULL)
                continue;
            if (gives_object(l, b))
                mark_value(m, link.span + (l->special_offset_bytes == 2
                                               ? bytes_u16(b + l->special_offset)
                                               : bytes_u64(b + l->special_offset)));
            link.first = bytes_u64(b + l->special_next);
            if (link.first != 0)
                g_array_append_val(next, link);
        }
        records_clear(&records);
        if (!ok)
            return false;
        g_array_unref(links);
        links = g_steal_pointer(&next);
    }
    return true;
}

/* --- life --- */

struct proof_marker *proof_marker_new(struct proof_roots *roots, const struct objects *objects,
                                      const struct census *before, const struct census *after,
                                      const bool *is_suspect)
{
    struct proof_marker *m = g_new0(struct proof_marker, 1);
    const struct go_layout *l = &roots->runtime->layout;
    size_t n = objects_count(objects);

    m->roots = roots;
    m->objects = objects;
    m->before = before->list;
    m->after = after->list;
    m->g_slot_bytes = slot_bytes(l->g_bytes);
    m->sudog_slot_bytes = slot_bytes(l->sudog_bytes);
    m->marked = g_malloc0(n / 8 + 1);
    m->watched = g_malloc0(n / 8 + 1);
    m->queue = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    m->suspects = g_array_new(FALSE, FALSE, sizeof(struct suspect));
    m->suspect_of = g_new(uint32_t, m->after->n + 1);
    m->watchers = g_hash_table_new(g_direct_hash, g_direct_equal);
    m->watch = g_array_new(FALSE, FALSE, sizeof(struct chained));
    m->deferred = g_array_new(FALSE, FALSE, sizeof(struct chained));
    m->woken = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    m->skipped = g_array_new(FALSE, FALSE, sizeof(struct module_area));
    for (size_t i = 0; i < m->after->n; i++)
        m->suspect_of[i] = NONE;
    for (size_t i = 0; i < m->after->n; i++)
        if (is_suspect[i])
            add_suspect(m, i, after->waits);
    return m;
}

void proof_marker_free(struct proof_marker *m)
{
    if (m == NULL)
        return;
    g_free(m->marked);
    g_free(m->watched);
    g_array_unref(m->queue);
    g_array_unref(m->suspects);
    g_free(m->suspect_of);
    g_hash_table_unref(m->watchers);
    g_array_unref(m->watch);
    g_array_unref(m->deferred);
    g_array_unref(m->woken);
    g_array_unref(m->skipped);
    g_free(m);
}

bool proof_marker_may_wake(const struct proof_marker *m, size_t place)
{
    uint32_t suspect = m->suspect_of[place];

    return suspect == NONE || g_array_index(m->suspects, struct suspect, suspect).is_root;
}
