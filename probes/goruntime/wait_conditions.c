#include "probes/goruntime/bytes.h"
#include "probes/goruntime/limits.h"
#include "probes/goruntime/records.h"
#include "probes/goruntime/waits_private.h"

#include <string.h>

/*
 * Conditions before Go 1.26, where g.waiting does not lead to them: the innermost frames have
 * the address of a list (runtime.notifyList), and the goroutine stands in that list.
 */

enum { /* runtime/sema.go and sync/cond.go, the same since Go 1.19 */
       LIST_HEAD = 16,
       LIST_BYTES = 32,
       LIST_IN_CONDITION = 16,
       WORD = 8,
       BATCH = 1 << 16, /* addresses that are looked at together */
};

struct finder {
    struct wait_reader *r;
    GArray *lists;          /* uint64_t: addresses that may be of lists, each once */
    struct hash_index seen; /* of lists */
};

static bool waits_for_condition(const struct wait_reader *r, size_t i)
{
    const struct live_goroutine *g = &r->goroutines->goroutines[i];

    return strcmp(g->state, "sync.Cond.Wait") == 0 && g->sp != 0 && !r->is_found[i];
}

static void add_list(struct finder *f, uint64_t address)
{
    uint64_t hash = hash_number(address);

    if (address % WORD != 0 || address < 1 << 16 ||
        hash_index_find(&f->seen, hash, NULL, NULL) != HASH_NONE)
        return;
    hash_index_add(&f->seen, hash, f->lists->len);
    g_array_append_val(f->lists, address);
}

/* Words of the frames that wait: of a condition, or of the list in it. */
static bool add_words(struct finder *f, const struct live_goroutine *g, GError **error)
{
    uint8_t words[WAIT_FRAME_BYTES];
    struct memory_range range = {g->sp, words, wait_frame_bytes(g, "sync."), false};

    if (range.n < WORD)
        return true;
    if (!memory_read_ranges(f->r->runtime->memory, &range, 1, error))
        return false;
    for (size_t at = 0; range.ok && at + WORD <= range.n; at += WORD) {
        uint64_t word = bytes_u64(words + at);

        if (word >= g->stack_lo && word < g->stack_hi)
            continue;
        add_list(f, word);
        add_list(f, word + LIST_IN_CONDITION);
    }
    return true;
}

/* All that stand in a list: each record must name a goroutine that waits for a condition. */
static void walk_list(struct finder *f, uint64_t list, uint64_t head)
{
    const struct go_layout *l = &f->r->runtime->layout;
    const struct goroutine_list *all = f->r->goroutines;
    g_autofree uint8_t *sudog = g_malloc((gsize)l->sudog_bytes);

    for (size_t n = 0; head != 0 && n < all->n && f->r->waits->len < GORUNTIME_MAX_WAITS; n++) {
        if (!memory_read(f->r->runtime->memory, head, sudog, (size_t)l->sudog_bytes, NULL))
            return;
        const struct live_goroutine *g = goroutine_list_find(all, bytes_u64(sudog + l->sudog_g));
        size_t place = g != NULL ? (size_t)(g - all->goroutines) : 0;

        if (g == NULL || !waits_for_condition(f->r, place))
            return;
        wait_add(f->r, (uint32_t)place, WAIT_CONDITION, list - LIST_IN_CONDITION,
                 (struct wait_link){.direction = WAIT_DONE, .word = list});
        head = bytes_u64(sudog + l->sudog_next);
    }
}

static bool walk_lists(struct finder *f, GError **error)
{
    struct records records;
    bool ok = records_read(&records, f->r->runtime->memory, (uint64_t *)(void *)f->lists->data,
                           f->lists->len, LIST_BYTES, error);

    for (guint i = 0; ok && i < f->lists->len; i++)
        if (records_at(&records, i) != NULL)
            walk_list(f, g_array_index(f->lists, uint64_t, i),
                      bytes_u64(records_at(&records, i) + LIST_HEAD));
    records_clear(&records);
    return ok;
}

bool wait_find_conditions(struct wait_reader *r, GError **error)
{
    struct finder f = {.r = r, .lists = g_array_new(FALSE, FALSE, sizeof(uint64_t))};
    bool ok = true;

    /* Who stands in a list that was walked need not be looked at: some at once, then their lists.
     */
    for (size_t i = 0; i < r->goroutines->n && ok; i++) {
        if (waits_for_condition(r, i))
            ok = add_words(&f, &r->goroutines->goroutines[i], error);
        if (f.lists->len < BATCH)
            continue;
        ok = ok && walk_lists(&f, error);
        g_array_set_size(f.lists, 0);
        hash_index_reset(&f.seen);
    }
    ok = ok && walk_lists(&f, error);
    g_array_unref(f.lists);
    hash_index_clear(&f.seen);
    return ok;
}
