#include "probes/goruntime/bytes.h"
#include "probes/goruntime/limits.h"
#include "probes/goruntime/records.h"
#include "probes/goruntime/waits_private.h"

/* Channels and, from Go 1.26 on, semaphores: what g.waiting leads to (runtime/chan.go, select.go).
 */

/* A sudog that is to be read, and whose it must be. */
struct link {
    uint64_t address;
    uint32_t goroutine;
    uint64_t seen; /* one before it, of ever later ones: a circle comes back there */
};

static bool is_waiting(const struct live_goroutine *g)
{
    return g->status == GOROUTINE_STATUS_WAITING || g->status == GOROUTINE_STATUS_LEAKED;
}

/* What one sudog says; the next of the same select is appended to next. */
static void take_sudog(struct wait_reader *r, const struct link *link, const uint8_t *sudog,
                       int depth, GArray *next)
{
    bool is_remembered = (depth & (depth - 1)) == 0;
    const struct go_layout *l = &r->runtime->layout;

    if (sudog == NULL ||
        bytes_u64(sudog + l->sudog_g) != r->goroutines->goroutines[link->goroutine].address) {
        r->is_partial[link->goroutine] = true; /* it went on meanwhile */
        return;
    }
    uint64_t channel = bytes_u64(sudog + l->sudog_c);
    uint64_t element = bytes_u64(sudog + l->sudog_elem);
    struct link more = {bytes_u64(sudog + l->sudog_waitlink), link->goroutine,
                        is_remembered ? link->address : link->seen};

    if (channel != 0) {
        bool in_select = sudog[l->sudog_is_select] != 0;
        const char *state = r->goroutines->goroutines[link->goroutine].state;
        struct wait_link wait = {.direction = in_select                              ? WAIT_SOME
                                              : g_str_has_prefix(state, "chan send") ? WAIT_SEND
                                                                                     : WAIT_RECEIVE,
                                 .word = channel,
                                 .in_select = in_select};

        wait_add(r, link->goroutine, WAIT_CHANNEL, channel, wait);
        if (more.address != 0 && more.address == more.seen)
            r->is_partial[link->goroutine] = true; /* no list of the runtime's is one */
        else if (more.address != 0)
            g_array_append_val(next, more);
    } else if (element != 0 && element % sizeof(uint32_t) == 0) {
        wait_add_semaphore(r, link->goroutine, element);
    }
}

bool wait_find_sudogs(struct wait_reader *r, GError **error)
{
    g_autoptr(GArray) links = g_array_new(FALSE, FALSE, sizeof(struct link));
    const struct goroutine_list *list = r->goroutines;

    for (size_t i = 0; i < list->n; i++) {
        struct link link = {list->goroutines[i].waiting, (uint32_t)i, 0};

        if (link.address != 0 && is_waiting(&list->goroutines[i]))
            g_array_append_val(links, link);
    }
    for (int depth = 0; links->len > 0; depth++) {
        g_autoptr(GArray) next = g_array_new(FALSE, FALSE, sizeof(struct link));

        if (depth == GORUNTIME_MAX_SELECT || r->waits->len >= GORUNTIME_MAX_WAITS) {
            r->truncated = true;
            for (guint i = 0; i < links->len; i++)
                r->is_partial[g_array_index(links, struct link, i).goroutine] = true;
            break;
        }
        g_autofree uint64_t *addresses = g_new(uint64_t, links->len);
        struct records sudogs;

        for (guint i = 0; i < links->len; i++)
            addresses[i] = g_array_index(links, struct link, i).address;
        bool ok = records_read(&sudogs, r->runtime->memory, addresses, links->len,
                               (size_t)r->runtime->layout.sudog_bytes, error);

        for (guint i = 0; ok && i < links->len; i++)
            take_sudog(r, &g_array_index(links, struct link, i), records_at(&sudogs, i), depth,
                       next);
        records_clear(&sudogs);
        if (!ok)
            return false;
        g_array_unref(links);
        links = g_steal_pointer(&next);
    }
    return true;
}
