#include "probes/goruntime/bytes.h"
#include "probes/goruntime/limits.h"
#include "probes/goruntime/records.h"
#include "probes/goruntime/waits_private.h"

/*
 * Semaphores: runtime.semtable is a table of trees of sudogs, one for each address
 * that is waited for, with the others of that address in a list (runtime/sema.go).
 */

/* --- whose semaphore it is --- */

/*
 * Where a semaphore is within the object of whoever waits so; the first match on the
 * stack counts. A writer of an RWMutex first takes the mutex that it begins with, and who
 * comes to a Once the one in it, which he has who does it.
 */
static const struct {
    const char *function, *caller; /* prefixes; caller "": any */
    enum wait_kind kind;
    enum wait_direction direction;
    unsigned offset; /* of the semaphore in the object */
} places[] = {
    {"sync.(*RWMutex).RLock", "", WAIT_RWMUTEX, WAIT_RLOCK, 12},
    {"sync.(*Mutex).", "sync.(*RWMutex).Lock", WAIT_RWMUTEX, WAIT_LOCK, 4},
    {"sync.(*Mutex).", "sync.(*Once).doSlow", WAIT_ONCE, WAIT_DONE, 8},
    {"sync.(*Mutex).", "", WAIT_MUTEX, WAIT_LOCK, 4},
    {"internal/sync.(*Mutex).", "", WAIT_MUTEX, WAIT_LOCK, 4},
    {"sync.(*RWMutex).Lock", "", WAIT_RWMUTEX, WAIT_LOCK, 8},
    {"sync.(*WaitGroup).Wait", "", WAIT_GROUP, WAIT_DONE, 8},
    {"sync.(*WaitGroup).Go", "", WAIT_GROUP, WAIT_DONE, 8},
    {"sync.(*Cond).Wait", "", WAIT_CONDITION, WAIT_DONE, 16},
};

/* poll.FD has a lock for each direction (internal/poll/fd_mutex.go), and its number behind them. */
static bool add_turn(struct wait_reader *r, uint32_t goroutine, uint64_t semaphore)
{
    enum { READ_LOCK = 8, WRITE_LOCK = 12, MAX_FD = 1 << 24 };
    const struct live_goroutine *g = &r->goroutines->goroutines[goroutine];
    bool writes = wait_has_frame(g, "internal/poll.(*FD).writeLock");
    uint64_t fd;

    if (!wait_has_frame(g, "internal/poll.(*fdMutex)."))
        return false;
    semaphore -= writes ? WRITE_LOCK : READ_LOCK;
    if (!memory_read_u64(r->runtime->memory, semaphore + (uint64_t)r->runtime->layout.pollfd_sysfd,
                         &fd, NULL) ||
        fd >= MAX_FD)
        return false;
    wait_add(r, goroutine, WAIT_DESCRIPTOR, fd, (struct wait_link){.direction = WAIT_TURN});
    return true;
}

/* The logical frames of the standard library's locks on top of a stack, innermost first. */
static bool place_of(const struct live_goroutine *g, size_t *ret)
{
    for (size_t p = 0; p < G_N_ELEMENTS(places); p++)
        if (wait_has_frame(g, places[p].function) &&
            (*places[p].caller == '\0' || wait_has_frame(g, places[p].caller))) {
            *ret = p;
            return true;
        }
    return false;
}

void wait_add_semaphore(struct wait_reader *r, uint32_t goroutine, uint64_t semaphore)
{
    const struct live_goroutine *g = &r->goroutines->goroutines[goroutine];
    size_t p;

    if (add_turn(r, goroutine, semaphore))
        return;
    if (place_of(g, &p))
        wait_add(r, goroutine, places[p].kind, semaphore - places[p].offset,
                 (struct wait_link){.direction = places[p].direction, .word = semaphore});
    else
        wait_add(r, goroutine, WAIT_SEMAPHORE, semaphore,
                 (struct wait_link){.direction = WAIT_DONE, .word = semaphore});
}

/* --- the table --- */

struct walk {
    struct wait_reader *r;
    GArray *next;           /* uint64_t: sudogs to be read */
    struct hash_index seen; /* addresses of sudogs */
    uint32_t n;
};

static void visit(struct walk *w, uint64_t sudog)
{
    uint64_t hash = hash_number(sudog);

    if (sudog == 0 || hash_index_find(&w->seen, hash, NULL, NULL) != HASH_NONE)
        return;
    if (w->n >= GORUNTIME_MAX_GOROUTINES) {
        w->r->truncated = true;
        return;
    }
    hash_index_add(&w->seen, hash, w->n++);
    g_array_append_val(w->next, sudog);
}

static void take_waiter(struct walk *w, const uint8_t *sudog)
{
    const struct go_layout *l = &w->r->runtime->layout;
    const struct goroutine_list *list = w->r->goroutines;
    const struct live_goroutine *g = goroutine_list_find(list, bytes_u64(sudog + l->sudog_g));
    uint64_t semaphore = bytes_u64(sudog + l->sudog_elem);

    visit(w, bytes_u64(sudog + l->sudog_prev));
    visit(w, bytes_u64(sudog + l->sudog_next));
    visit(w, bytes_u64(sudog + l->sudog_waitlink));
    if (g != NULL && g->status == GOROUTINE_STATUS_WAITING && semaphore != 0 &&
        semaphore % sizeof(uint32_t) == 0 && !w->r->is_found[g - list->goroutines])
        wait_add_semaphore(w->r, (uint32_t)(g - list->goroutines), semaphore);
}

static bool read_waiters(struct walk *w, GError **error)
{
    while (w->next->len > 0) {
        g_autoptr(GArray) now = g_steal_pointer(&w->next);
        struct records sudogs;

        w->next = g_array_new(FALSE, FALSE, sizeof(uint64_t));
        bool ok = records_read(&sudogs, w->r->runtime->memory, (uint64_t *)(void *)now->data,
                               now->len, (size_t)w->r->runtime->layout.sudog_bytes, error);

        for (guint i = 0; ok && i < now->len; i++)
            if (records_at(&sudogs, i) != NULL)
                take_waiter(w, records_at(&sudogs, i));
        records_clear(&sudogs);
        if (!ok)
            return false;
    }
    return true;
}

/* From Go 1.26 on the sudogs of goroutines have told nearly all: the table is walked for the rest.
 */
static bool is_any_left(const struct wait_reader *r)
{
    for (size_t i = 0; i < r->goroutines->n; i++) {
        const struct live_goroutine *g = &r->goroutines->goroutines[i];

        if (g->status == GOROUTINE_STATUS_WAITING && !r->is_found[i] &&
            (g_str_has_prefix(g->state, "sync.") || g_str_has_prefix(g->state, "semacquire")))
            return true;
    }
    return false;
}

bool wait_find_semaphores(struct wait_reader *r, GError **error)
{
    const struct go_layout *l = &r->runtime->layout;
    const struct finder_global *table = &r->runtime->globals.semtable;
    g_autofree uint8_t *roots = NULL;
    struct walk w = {.r = r};

    if (table->state == FINDER_MISSING || !is_any_left(r))
        return true;
    roots = g_malloc((size_t)l->semtable_bytes);
    if (!memory_read(r->runtime->memory, table->address, roots, (size_t)l->semtable_bytes, error))
        return false;
    w.next = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    for (int32_t at = 0; at + l->semtable_stride <= l->semtable_bytes; at += l->semtable_stride)
        visit(&w, bytes_u64(roots + at + l->semaroot_treap));
    bool ok = read_waiters(&w, error);

    g_array_unref(w.next);
    hash_index_clear(&w.seen);
    return ok;
}
