#include "pprof/hash.h"
#include "probes/goruntime/proofs_private.h"

#include <string.h>
#include <time.h>

static int64_t monotonic_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The reasons that the runtime itself calls leaks (isMaybeRunnable, mgc.go), and older words. */
enum reason { REASON_OTHER, REASON_NOTHING, REASON_CHANNEL, REASON_LOCK };

static enum reason reason_of(const struct live_goroutine *g)
{
    static const struct {
        const char *state;
        enum reason reason;
    } reasons[] = {
        {"chan receive (nil chan)", REASON_NOTHING},
        {"chan send (nil chan)", REASON_NOTHING},
        {"select (no cases)", REASON_NOTHING},
        {"chan receive", REASON_CHANNEL},
        {"chan send", REASON_CHANNEL},
        {"select", REASON_CHANNEL},
        {"sync.Mutex.Lock", REASON_LOCK},
        {"sync.RWMutex.Lock", REASON_LOCK},
        {"sync.RWMutex.RLock", REASON_LOCK},
        {"sync.WaitGroup.Wait", REASON_LOCK},
        {"sync.Cond.Wait", REASON_LOCK},
        {"semacquire", REASON_LOCK}, /* mutexes before 1.20, groups before 1.25 */
    };
    static const char leaked[] = " (leaked)";
    size_t n = strlen(g->state);

    if (g->status == GOROUTINE_STATUS_LEAKED && g_str_has_suffix(g->state, leaked))
        n -= strlen(leaked);
    else if (g->status != GOROUTINE_STATUS_WAITING)
        return REASON_OTHER;
    for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++)
        if (strlen(reasons[i].state) == n && strncmp(g->state, reasons[i].state, n) == 0)
            return reasons[i].reason;
    return REASON_OTHER;
}

/* Semaphores of anything else belong to the runtime, or to nobody knows whom. */
static bool is_of_reason(const struct wait_object *object, enum reason reason)
{
    if (reason == REASON_CHANNEL)
        return object->kind == WAIT_CHANNEL;
    return object->kind == WAIT_MUTEX || object->kind == WAIT_RWMUTEX ||
           object->kind == WAIT_GROUP || object->kind == WAIT_ONCE ||
           object->kind == WAIT_CONDITION;
}

static bool is_suspect(struct census *census, size_t place)
{
    const struct live_goroutine *g = &census->list->goroutines[place];
    enum reason reason = reason_of(g);
    size_t n;

    if (reason == REASON_OTHER || g->is_system || g->is_moved)
        return false;
    if (reason == REASON_NOTHING)
        return true;
    const struct wait_link *links = wait_list_of(census->waits, place, &n);
    bool is_known = n > 0 && !census->waits->is_partial[place];

    for (size_t i = 0; i < n; i++)
        is_known = is_known && (links[i].stands_for_others ||
                                (links[i].word != 0 &&
                                 is_of_reason(&census->waits->objects[links[i].object], reason)));
    census->n_unread += n == 0 || census->waits->is_partial[place];
    return is_known;
}

bool census_read(struct census *census, const struct go_runtime *runtime, GError **error)
{
    *census = (struct census){0};
    census->list = goroutines_read(runtime, monotonic_ns(), error);
    census->waits = census->list != NULL ? waits_read(runtime, census->list, error) : NULL;
    if (census->waits == NULL)
        return false;
    census->is_suspect = g_new0(bool, census->list->n + 1);
    for (size_t i = 0; i < census->list->n; i++) {
        census->is_suspect[i] = is_suspect(census, i);
        census->n_suspects += census->is_suspect[i];
        census->any_runs =
            census->any_runs || census->list->goroutines[i].status == GOROUTINE_STATUS_RUNNING;
    }
    return true;
}

void census_clear(struct census *census)
{
    wait_list_free(census->waits);
    goroutine_list_free(census->list);
    g_free(census->is_suspect);
    *census = (struct census){0};
}

static bool has_same_waits(const struct census *a, size_t place, const struct census *b,
                           size_t other)
{
    size_t n, m;
    const struct wait_link *x = wait_list_of(a->waits, place, &n);
    const struct wait_link *y = wait_list_of(b->waits, other, &m);
    uint64_t sum = 0;

    /* links of one goroutine stand in the order of the objects, which differs between lists */
    for (size_t i = 0; i < n; i++)
        sum += x[i].stands_for_others ? 0 : hash_number(x[i].word);
    for (size_t i = 0; i < m; i++)
        sum -= y[i].stands_for_others ? 0 : hash_number(y[i].word);
    return sum == 0;
}

/* The first collection after it was parked notes since when: not known is no difference. */
static bool has_same_time(const struct census *a, const struct live_goroutine *x,
                          const struct census *b, const struct live_goroutine *y)
{
    return x->waiting_ns < 0 || y->waiting_ns < 0 ||
           a->list->taken_ns - x->waiting_ns == b->list->taken_ns - y->waiting_ns;
}

bool census_is_same(const struct census *before, size_t place, const struct census *after)
{
    const struct live_goroutine *x = &before->list->goroutines[place];
    const struct live_goroutine *y = goroutine_list_find(after->list, x->address);

    if (y == NULL || x->id != y->id || x->stops != y->stops || x->waiting != y->waiting ||
        x->stack_hi - x->sp != y->stack_hi - y->sp)
        return false;
    size_t other = (size_t)(y - after->list->goroutines);

    return before->is_suspect[place] && after->is_suspect[other] &&
           has_same_waits(before, place, after, other) && has_same_time(before, x, after, y);
}
