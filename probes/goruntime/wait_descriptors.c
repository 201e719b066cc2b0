#include "probes/goruntime/bytes.h"
#include "probes/goruntime/records.h"
#include "probes/goruntime/waits_private.h"

/*
 * Descriptors: a goroutine in "IO wait" has the address of the runtime's pollDesc in
 * its innermost frames, and that pollDesc has the goroutine's (runtime/netpoll.go).
 */

enum { MAX_FD = 1 << 24, WORD = 8 };

/* A word of a stack that may be a pollDesc. */
struct candidate {
    uint64_t address;
    uint32_t goroutine;
};

static bool waits_for_descriptor(const struct live_goroutine *g)
{
    return strcmp(g->state, "IO wait") == 0 && g->sp != 0;
}

static bool add_candidates(struct wait_reader *r, uint32_t goroutine, GArray *candidates,
                           GError **error)
{
    const struct live_goroutine *g = &r->goroutines->goroutines[goroutine];
    const struct module_area *text = &symbols_module(r->runtime->symbols)->text;
    uint8_t words[WAIT_FRAME_BYTES];
    struct memory_range range = {g->sp, words,
                                 MIN(wait_frame_bytes(g, "internal/poll."), sizeof words), false};

    if (range.n < WORD)
        return true;
    if (!memory_read_ranges(r->runtime->memory, &range, 1, error))
        return false;
    for (size_t at = 0; range.ok && at + WORD <= range.n; at += WORD) {
        struct candidate c = {bytes_u64(words + at), goroutine};

        if (c.address % WORD == 0 && c.address >= 1 << 16 && !module_area_has(text, c.address) &&
            !(c.address >= g->stack_lo && c.address < g->stack_hi))
            g_array_append_val(candidates, c);
    }
    return true;
}

/* Which of them are pollDescs of their goroutines. */
static bool check_candidates(struct wait_reader *r, const GArray *candidates, GError **error)
{
    const struct go_layout *l = &r->runtime->layout;
    g_autofree uint64_t *addresses = g_new(uint64_t, candidates->len + 1);
    struct records descs;

    for (guint i = 0; i < candidates->len; i++)
        addresses[i] = g_array_index(candidates, struct candidate, i).address;
    bool ok = records_read(&descs, r->runtime->memory, addresses, candidates->len,
                           (size_t)l->polldesc_wg + WORD, error);

    for (guint i = 0; ok && i < candidates->len; i++) {
        const struct candidate *c = &g_array_index(candidates, struct candidate, i);
        const uint8_t *desc = records_at(&descs, i);
        uint64_t g = r->goroutines->goroutines[c->goroutine].address;

        if (desc == NULL || r->is_found[c->goroutine])
            continue;
        bool reads = bytes_u64(desc + l->polldesc_rg) == g;
        bool writes = bytes_u64(desc + l->polldesc_wg) == g;
        uint64_t fd = bytes_u64(desc + l->polldesc_fd);

        if ((reads || writes) && fd < MAX_FD)
            wait_add(r, c->goroutine, WAIT_DESCRIPTOR, fd,
                     (struct wait_link){.direction = reads ? WAIT_READ : WAIT_WRITE});
    }
    records_clear(&descs);
    return ok;
}

bool wait_find_descriptors(struct wait_reader *r, GError **error)
{
    enum { BATCH = 1 << 16 }; /* candidates that are looked at together; there are some millions */
    g_autoptr(GArray) candidates = g_array_new(FALSE, FALSE, sizeof(struct candidate));

    for (size_t i = 0; i < r->goroutines->n; i++) {
        if (waits_for_descriptor(&r->goroutines->goroutines[i]) &&
            !add_candidates(r, (uint32_t)i, candidates, error))
            return false;
        if (candidates->len < BATCH)
            continue;
        if (!check_candidates(r, candidates, error))
            return false;
        g_array_set_size(candidates, 0);
    }
    return check_candidates(r, candidates, error);
}
