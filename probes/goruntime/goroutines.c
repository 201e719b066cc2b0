#include "probes/goruntime/goroutines.h"

#include "probes/goruntime/bytes.h"
#include "probes/goruntime/errors.h"
#include "probes/goruntime/goroutines_private.h"
#include "probes/goruntime/limits.h"

#include <string.h>

enum {
    TRIES = 4,             /* looks at a goroutine that moves */
    BATCH_BYTES = 8 << 20, /* stacks that are copied before their g's are looked at again */
    POINTER = 8,
};

struct reader {
    const struct go_runtime *runtime;
    struct goroutine_lists *own;
    int64_t now_ns;
    uint64_t n_stack_bytes; /* copied so far */
    struct memory_range *ranges;
    struct goroutine_look *looks;    /* GORUNTIME_READ_RANGES */
    struct goroutine_look **pending; /* of looks: those that are not done */
    uint8_t *copies;                 /* two g's for each of looks */
    GByteArray *stacks;
};

/* --- one batch --- */

/* Where the stack of a parked goroutine begins; false for one that has none to be read. */
static bool stack_of(const struct go_layout *l, const uint8_t *g, struct goroutine_look *look)
{
    enum goroutine_status status = goroutine_status_of(l, g);
    uint64_t syscall_sp = bytes_u64(g + l->g_syscallsp);
    uint64_t sp = syscall_sp != 0 ? syscall_sp : bytes_u64(g + l->g_sched_sp);
    uint64_t lo = bytes_u64(g + l->g_stack_lo), hi = bytes_u64(g + l->g_stack_hi);

    look->stack = (struct unwind_stack){.base = sp};
    if (status == GOROUTINE_STATUS_RUNNING || sp < lo || sp >= hi || hi - lo > GORUNTIME_MAX_STACK)
        return false;
    look->is_cut = hi - sp > GORUNTIME_MAX_STACK_COPY;
    look->stack.n = (size_t)MIN(hi - sp, GORUNTIME_MAX_STACK_COPY);
    return true;
}

static bool is_alive(enum goroutine_status status)
{
    return status != GOROUTINE_STATUS_IDLE && status != GOROUTINE_STATUS_DEAD &&
           status != GOROUTINE_STATUS_DEAD_EXTRA;
}

/* Did it stay where it was? Nothing is copied of one that runs, so only that matters. */
static bool is_same(const struct go_layout *l, const uint8_t *a, const uint8_t *b)
{
    const int32_t words[] = {l->g_sched_sp,  l->g_sched_pc, l->g_goid,
                             l->g_syscallsp, l->g_stack_hi, l->g_syscallpc};
    enum goroutine_status status = goroutine_status_of(l, a);

    if (status != goroutine_status_of(l, b) || status == GOROUTINE_STATUS_COPYSTACK)
        return false;
    if (status == GOROUTINE_STATUS_RUNNING)
        return bytes_u64(a + l->g_goid) == bytes_u64(b + l->g_goid);
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (bytes_u64(a + words[i]) != bytes_u64(b + words[i]))
            return false;
    /* counts how often it stopped running, modulo 256 */
    return a[l->g_tracking_seq] == b[l->g_tracking_seq];
}

static bool read_copies(struct reader *r, struct goroutine_look **looks, size_t n, bool again,
                        GError **error)
{
    for (size_t i = 0; i < n; i++)
        r->ranges[i] = (struct memory_range){.address = looks[i]->address,
                                             .data = again ? looks[i]->after : looks[i]->before,
                                             .n = (size_t)r->runtime->layout.g_bytes};
    return memory_read_ranges(r->runtime->memory, r->ranges, n, error);
}

/* Copies the stacks of the first looks, as many as fit; how many were taken. */
static size_t read_stacks(struct reader *r, struct goroutine_look **looks, size_t n, GError **error)
{
    size_t taken = 0, bytes = 0, n_ranges = 0;

    while (taken < n && (taken == 0 || bytes + looks[taken]->stack.n <= BATCH_BYTES))
        bytes += looks[taken++]->stack.n;
    r->n_stack_bytes += bytes;
    if (r->n_stack_bytes > GORUNTIME_MAX_STACK_BYTES)
        bytes = 0;
    g_byte_array_set_size(r->stacks, (guint)bytes);
    for (size_t i = 0, at = 0; i < taken; at += looks[i++]->stack.n) {
        if (bytes == 0)
            looks[i]->stack.n = 0;
        if (looks[i]->stack.n == 0)
            continue;
        looks[i]->stack.data = r->stacks->data + at;
        r->ranges[n_ranges++] = (struct memory_range){
            .address = looks[i]->stack.base, .data = r->stacks->data + at, .n = looks[i]->stack.n};
    }
    if (n_ranges > 0 && !memory_read_ranges(r->runtime->memory, r->ranges, n_ranges, error))
        return 0;
    for (size_t i = 0, k = 0; i < taken; i++)
        if (looks[i]->stack.n > 0 && !r->ranges[k++].ok)
            looks[i]->stack.n = 0;
    return taken;
}

/* A stack pointer that is nowhere is one of a goroutine that is being born or ends. */
static bool is_settled(const struct go_layout *l, const struct goroutine_look *look)
{
    return is_same(l, look->before, look->after) &&
           (look->stack.n > 0 || goroutine_status_of(l, look->before) == GOROUTINE_STATUS_RUNNING);
}

/* One look at all that are pending; those that moved stay pending. */
static bool read_round(struct reader *r, size_t n, bool is_last, GError **error)
{
    if (!read_copies(r, r->pending, n, false, error))
        return false;
    /* Takes g's that are gone or dead off the list of those to be read. */
    const struct go_layout *l = &r->runtime->layout;
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        struct goroutine_look *look = r->pending[i];

        if (r->ranges[i].ok && is_alive(goroutine_status_of(l, look->before))) {
            stack_of(l, look->before, look);
            r->pending[kept++] = look;
        } else {
            look->is_done = true;
        }
    }
    n = kept;
    for (size_t i = 0, taken; i < n; i += taken) {
        taken = read_stacks(r, r->pending + i, n - i, error);
        if (taken == 0 || !read_copies(r, r->pending + i, taken, true, error))
            return false;
        for (size_t k = 0; k < taken; k++) {
            struct goroutine_look *look = r->pending[i + k];
            bool settled = r->ranges[k].ok && is_settled(&r->runtime->layout, look);

            if (!settled && !is_last)
                continue;
            look->result.is_moved = !settled;
            goroutine_decode(r->own, r->runtime, look, r->now_ns);
            look->is_done = look->is_there = true;
        }
    }
    return true;
}

static size_t find_pending(struct reader *r, size_t n)
{
    size_t pending = 0;

    for (size_t i = 0; i < n; i++)
        if (!r->looks[i].is_done)
            r->pending[pending++] = &r->looks[i];
    return pending;
}

static bool read_batch(struct reader *r, const uint8_t *addresses, size_t n, GError **error)
{
    size_t bytes = (size_t)r->runtime->layout.g_bytes, pending;

    for (size_t i = 0; i < n; i++)
        r->looks[i] = (struct goroutine_look){.address = bytes_u64(addresses + i * POINTER),
                                              .before = r->copies + 2 * i * bytes,
                                              .after = r->copies + (2 * i + 1) * bytes};
    for (int try = 1; try <= TRIES && (pending = find_pending(r, n)) > 0; try++)
        if (!read_round(r, pending, try == TRIES, error))
            return false;
    /* An address stands in allgs once: a list of one address alone would not end in our index. */
    for (size_t i = 0; i < n; i++) {
        uint64_t hash = hash_number(r->looks[i].address);

        if (!r->looks[i].is_there ||
            hash_index_find(&r->own->by_address, hash, NULL, NULL) != HASH_NONE)
            continue;
        hash_index_add(&r->own->by_address, hash, r->own->goroutines->len);
        g_array_append_val(r->own->goroutines, r->looks[i].result);
    }
    return true;
}

/* --- all --- */

/* The runtime publishes the pointer first and the length last, and the list only grows. */
static uint8_t *read_addresses(const struct go_runtime *runtime, struct goroutine_list *list,
                               GError **error)
{
    const struct finder_globals *globals = &runtime->globals;
    uint64_t at_length, at_pointer, n, pointer;

    if (!go_runtime_need(runtime, &globals->allglen, &at_length, error) ||
        !go_runtime_need(runtime, &globals->allgptr, &at_pointer, error) ||
        !memory_read_u64(runtime->memory, at_length, &n, error) ||
        !memory_read_u64(runtime->memory, at_pointer, &pointer, error))
        return NULL;
    list->truncated = n > GORUNTIME_MAX_GOROUTINES;
    list->n_all = (size_t)MIN(n, GORUNTIME_MAX_GOROUTINES);
    if (n == 0) {
        g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_MISMATCH,
                    "the runtime of this process has no goroutine yet");
        return NULL;
    }
    return memory_copy(runtime->memory, pointer, list->n_all * POINTER,
                       GORUNTIME_MAX_GOROUTINES * POINTER, error);
}

static bool read_all(struct reader *r, struct goroutine_list *list, GError **error)
{
    g_autofree uint8_t *addresses = read_addresses(r->runtime, list, error);

    if (addresses == NULL)
        return false;
    for (size_t i = 0; i < list->n_all; i += GORUNTIME_READ_RANGES)
        if (!read_batch(r, addresses + i * POINTER, MIN(GORUNTIME_READ_RANGES, list->n_all - i),
                        error))
            return false;
    r->own->records = g_new(uint64_t, list->n_all);
    for (size_t i = 0; i < list->n_all; i++)
        r->own->records[i] = bytes_u64(addresses + i * POINTER);
    list->records = r->own->records;
    return true;
}

/* The thread of each goroutine that is on one. */
static bool read_threads(struct reader *r, GError **error)
{
    GArray *all = r->own->goroutines;
    g_autoptr(GPtrArray) on = g_ptr_array_new();

    for (guint i = 0; i < all->len; i++) {
        struct live_goroutine *g = &g_array_index(all, struct live_goroutine, i);

        if (g->m != 0 &&
            (g->status == GOROUTINE_STATUS_RUNNING || g->status == GOROUTINE_STATUS_SYSCALL))
            g_ptr_array_add(on, g);
    }
    g_autofree struct memory_range *ranges = g_new0(struct memory_range, on->len + 1);
    g_autofree uint64_t *threads = g_new0(uint64_t, on->len + 1);

    for (guint i = 0; i < on->len; i++) {
        const struct live_goroutine *g = g_ptr_array_index(on, i);

        ranges[i] = (struct memory_range){g->m + (uint64_t)r->runtime->layout.m_procid, &threads[i],
                                          sizeof *threads, false};
    }
    if (on->len > 0 && !memory_read_ranges(r->runtime->memory, ranges, on->len, error))
        return false;
    for (guint i = 0; i < on->len; i++)
        if (ranges[i].ok)
            ((struct live_goroutine *)g_ptr_array_index(on, i))->thread = bytes_u64(&threads[i]);
    return true;
}

static struct goroutine_lists *lists_new(void)
{
    struct goroutine_lists *own = g_new0(struct goroutine_lists, 1);

    own->arena = store_new();
    own->goroutines = g_array_new(FALSE, FALSE, sizeof(struct live_goroutine));
    own->stacks = g_array_new(FALSE, FALSE, sizeof(struct goroutine_stack));
    own->label_texts = g_ptr_array_new();
    return own;
}

static void reader_init(struct reader *r)
{
    size_t n = GORUNTIME_READ_RANGES;

    r->ranges = g_new(struct memory_range, n);
    r->looks = g_new(struct goroutine_look, n);
    r->pending = g_new(struct goroutine_look *, n);
    r->copies = g_malloc_n(2 * n, (size_t)r->runtime->layout.g_bytes);
    r->stacks = g_byte_array_new();
}

static void reader_clear(struct reader *r)
{
    g_free(r->ranges);
    g_free(r->looks);
    g_free(r->pending);
    g_free(r->copies);
    g_byte_array_unref(r->stacks);
}

struct goroutine_list *goroutines_read(const struct go_runtime *runtime, int64_t now_ns,
                                       GError **error)
{
    struct goroutine_list *list = g_new0(struct goroutine_list, 1);
    struct reader r = {.runtime = runtime, .own = lists_new(), .now_ns = now_ns};

    list->own = r.own;
    list->taken_ns = now_ns;
    reader_init(&r);
    bool ok = wait_reasons_read(&r.own->reasons, runtime, error) && read_all(&r, list, error) &&
              read_threads(&r, error);

    reader_clear(&r);
    if (ok) {
        struct goroutine_lists *own = list->own;

        list->goroutines = (struct live_goroutine *)(void *)own->goroutines->data;
        list->n = own->goroutines->len;
        for (size_t i = 0; i < list->n; i++) {
            const struct live_goroutine *g = &list->goroutines[i];

            list->n_system += g->is_system;
            list->n_moved += g->is_moved;
            list->n_incomplete += g->problem != NULL;
        }
    } else {
        g_clear_pointer(&list, goroutine_list_free);
    }
    return list;
}

void goroutine_list_free(struct goroutine_list *list)
{
    if (list == NULL)
        return;
    struct goroutine_lists *own = list->own;

    wait_reasons_clear(&own->reasons);
    g_free(own->records);
    g_array_unref(own->goroutines);
    g_array_unref(own->stacks);
    g_ptr_array_unref(own->label_texts);
    hash_index_clear(&own->by_stack);
    hash_index_clear(&own->by_label);
    hash_index_clear(&own->by_address);
    store_free(own->arena);
    g_free(own);
    g_free(list);
}

const struct live_goroutine *goroutine_list_find(const struct goroutine_list *list, uint64_t g)
{
    uint32_t found = hash_index_find(&list->own->by_address, hash_number(g), NULL, NULL);

    return found == HASH_NONE ? NULL : &list->goroutines[found];
}

void goroutine_list_mark_leaked(struct goroutine_list *list, goroutine_is_leaked *is_leaked,
                                void *user)
{
    for (size_t i = 0; i < list->n; i++) {
        struct live_goroutine *g = &list->goroutines[i];

        if (g->status != GOROUTINE_STATUS_WAITING || !is_leaked(g->id, user))
            continue;
        g_autofree char *text = g_strconcat(g->state, " (leaked)", NULL);

        g->state = store_strndup(list->own->arena, text, strlen(text));
    }
}
