#include "probes/goruntime/bytes.h"
#include "probes/goruntime/limits.h"
#include "probes/goruntime/records.h"
#include "probes/goruntime/waits_private.h"

#include <string.h>

/*
 * semaphore.Weighted of golang.org/x/sync: who waits for it does so at a channel of his own. The
 * frames that wait have its address, and his channel stands in its list: checked from both ends.
 */

enum { /* semaphore.go and container/list, the same since they came */
       SIZE = 0,
       TAKEN = 8,
       LIST = 24,
       LIST_LENGTH = LIST + 40,
       SEMAPHORE_BYTES = LIST_LENGTH + 8,
       ELEMENT_NEXT = 0,
       ELEMENT_LIST = 16,
       ELEMENT_WAITER = 32, /* of the interface, what it refers to */
       ELEMENT_BYTES = 40,
       WAITER_CHANNEL = 8,
       WAITER_BYTES = 16,
       WORD = 8,
       MAX_ADDRESSES = 1 << 20,
       MAX_WALKED = 1 << 16, /* elements of all lists */
};

static const char package[] = "golang.org/x/sync/semaphore.";
static const char acquire[] = "golang.org/x/sync/semaphore.(*Weighted).Acquire";

struct finder {
    struct wait_reader *r;
    GHashTable *channels;   /* uint64_t * -> goroutine + 1, of those that wait in acquire */
    GArray *addresses;      /* uint64_t: that may be of semaphores, each once */
    struct hash_index seen; /* of addresses */
    size_t n_walked;
};

static bool is_in_acquire(const struct live_goroutine *g)
{
    for (size_t i = 0; g->sp != 0 && i < g->n_stack; i++)
        for (uint32_t k = 0; k < g->stack[i]->n_frames; k++) {
            const char *function = g->stack[i]->frames[k].function;

            if (!g_str_has_prefix(function, "runtime."))
                return strcmp(function, acquire) == 0;
        }
    return false;
}

static void add_address(struct finder *f, uint64_t address)
{
    uint64_t hash = hash_number(address);

    if (address % WORD != 0 || address < 1 << 16 ||
        hash_index_find(&f->seen, hash, NULL, NULL) != HASH_NONE)
        return;
    if (f->addresses->len >= MAX_ADDRESSES) {
        f->r->truncated = true;
        return;
    }
    hash_index_add(&f->seen, hash, f->addresses->len);
    g_array_append_val(f->addresses, address);
}

static bool add_words(struct finder *f, const struct live_goroutine *g, GError **error)
{
    uint8_t words[WAIT_FRAME_BYTES];
    struct memory_range range = {g->sp, words, wait_frame_bytes(g, package), false};

    if (range.n < WORD)
        return true;
    if (!memory_read_ranges(f->r->runtime->memory, &range, 1, error))
        return false;
    for (size_t at = 0; range.ok && at + WORD <= range.n; at += WORD)
        add_address(f, bytes_u64(words + at));
    return true;
}

/* Those who wait in acquire, by their channels; and what they may wait for. */
static bool find_waiters(struct finder *f, GError **error)
{
    guint n = f->r->waits->len;

    for (guint i = 0; i < n; i++) {
        const struct wait_link *link = &g_array_index(f->r->waits, struct wait_link, i);
        const struct live_goroutine *g = &f->r->goroutines->goroutines[link->goroutine];

        if (!link->in_select && link->direction != WAIT_RECEIVE)
            continue;
        if (!is_in_acquire(g))
            continue;
        g_hash_table_insert(f->channels, g_memdup2(&link->word, sizeof link->word),
                            GUINT_TO_POINTER(link->goroutine + 1));
        if (!add_words(f, g, error))
            return false;
    }
    return true;
}

/* What an element of its list says: who waits, by his channel, and for how much. */
static bool read_waiter(const struct finder *f, const uint8_t *element, uint64_t *ret_channel,
                        int64_t *ret_wants)
{
    uint8_t waiter[WAITER_BYTES];

    if (!memory_read(f->r->runtime->memory, bytes_u64(element + ELEMENT_WAITER), waiter,
                     sizeof waiter, NULL))
        return false;
    *ret_wants = (int64_t)bytes_u64(waiter);
    *ret_channel = bytes_u64(waiter + WAITER_CHANNEL);
    return true;
}

/* Links those who stand in its list. */
static void walk(struct finder *f, uint64_t semaphore, uint64_t element)
{
    uint64_t list = semaphore + LIST, channel;
    int64_t wants, first_wants = -1;
    uint8_t bytes[ELEMENT_BYTES];

    for (; element != list && f->n_walked < MAX_WALKED; f->n_walked++) {
        if (!memory_read(f->r->runtime->memory, element, bytes, sizeof bytes, NULL) ||
            bytes_u64(bytes + ELEMENT_LIST) != list || !read_waiter(f, bytes, &channel, &wants))
            return;
        first_wants = first_wants < 0 ? wants : first_wants;
        guint found = GPOINTER_TO_UINT(g_hash_table_lookup(f->channels, &channel));

        if (found != 0 && f->r->waits->len < GORUNTIME_MAX_WAITS) {
            wait_add(f->r, found - 1, WAIT_WEIGHTED, semaphore,
                     (struct wait_link){
                         .direction = WAIT_DONE, .word = semaphore, .stands_for_others = true});
            uint32_t object =
                g_array_index(f->r->waits, struct wait_link, f->r->waits->len - 1).object;

            g_array_index(f->r->objects, struct wait_object, object).n_counted = first_wants;
            g_hash_table_remove(f->channels, &channel);
        }
        element = bytes_u64(bytes + ELEMENT_NEXT);
    }
}

static bool may_be_one(const uint8_t *at)
{
    uint64_t size = bytes_u64(at + SIZE), taken = bytes_u64(at + TAKEN);
    uint64_t n = bytes_u64(at + LIST_LENGTH);

    return size <= INT64_MAX && taken <= size && n > 0 && n <= UINT32_MAX;
}

bool wait_find_weighted(struct wait_reader *r, GError **error)
{
    struct finder f = {.r = r, .addresses = g_array_new(FALSE, FALSE, sizeof(uint64_t))};
    struct records records;

    f.channels = g_hash_table_new_full(hash_u64, g_int64_equal, g_free, NULL);
    bool ok = find_waiters(&f, error);

    if (ok && f.addresses->len > 0) {
        ok = records_read(&records, r->runtime->memory, (uint64_t *)(void *)f.addresses->data,
                          f.addresses->len, SEMAPHORE_BYTES, error);
        for (guint i = 0; ok && i < f.addresses->len; i++) {
            const uint8_t *at = records_at(&records, i);

            if (at != NULL && may_be_one(at))
                walk(&f, g_array_index(f.addresses, uint64_t, i), bytes_u64(at + LIST));
        }
        records_clear(&records);
    }
    g_hash_table_unref(f.channels);
    g_array_unref(f.addresses);
    hash_index_clear(&f.seen);
    return ok;
}
