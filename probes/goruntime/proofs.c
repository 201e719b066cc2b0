#include "pprof/hash.h"
#include "probes/goruntime/proofs_private.h"

#include "probes/goruntime/errors.h"
#include "probes/goruntime/heap_look.h"

#include <stdlib.h>

enum {
    LOOKS = 12,      /* a pointer that never rests is missed by each of them with 1/e at worst */
    QUIET_LOOKS = 2, /* when nothing ran */
    MOST_LOOKS = 48, /* while a goroutine has not once been interrupted */
    STEPS = 3,       /* of one look, that are told */
    PAUSE_MS = 10,   /* between two, and up to so many more */
    PAUSE_MORE_MS = 40,
};

/* What one look has; the census behind the heap is kept to compare with the next look. */
struct reader {
    struct go_runtime *runtime;
    struct proofs *ret;
    struct census last; /* of the look before */
    GHashTable *left;   /* uint64_t: goroutines that were leaked in every look; NULL: no look yet */
    uint64_t ticks;     /* before the first look */
    GArray *threads;    /* struct proof_thread: before the first look */
    bool any_ran;
    bool any_unpaused; /* a goroutine ran all the time from then to the beginning of this look */
    holders_progress *progress;
    void *user;
};

static void say(struct reader *r, const char *step, unsigned at)
{
    if (r->progress != NULL)
        r->progress(step, MIN(r->ret->n_looks, LOOKS - 1) * STEPS + at, LOOKS * STEPS, r->user);
}

/* --- one look --- */

struct look {
    struct reader *reader;
    struct proof_roots roots;
    struct census before, after;
    struct objects *objects;
    struct proof_marker *marker;
    bool *is_suspect; /* by place in after */
};

/* Those that are no suspects, of a census; suspects: by place. */
static bool add_goroutines(struct look *look, const struct census *census, const bool *suspects,
                           GError **error)
{
    for (size_t i = 0; i < census->list->n; i++)
        if (!suspects[i] &&
            !proof_roots_goroutine(&look->roots, &census->list->goroutines[i], error))
            return false;
    return true;
}

/* Whether a goroutine of the program runs on a thread. */
static bool runs_one(const struct census *census, uint64_t m)
{
    for (size_t i = 0; i < census->list->n; i++) {
        const struct live_goroutine *g = &census->list->goroutines[i];

        if (g->m == m && g->status == GOROUTINE_STATUS_RUNNING && !g->is_system)
            return true;
    }
    return false;
}

/*
 * What a goroutine has in registers alone is seen when it is interrupted, which the runtime does
 * every 10 ms: they are on its stack then, and stay there. Not so when it is told not to
 * (GODEBUG=asyncpreemptoff=1), or while the process is stopped: its processor has taken up nothing
 * else since. What is recorded never goes on.
 */
static void find_unpaused(struct look *look)
{
    struct reader *r = look->reader;
    const GArray *now = look->roots.threads;

    r->any_unpaused = false;
    for (guint i = 0; !r->runtime->memory->ops->is_still && i < r->threads->len; i++) {
        const struct proof_thread *old = &g_array_index(r->threads, struct proof_thread, i);

        for (guint k = 0; k < now->len; k++) {
            const struct proof_thread *new = &g_array_index(now, struct proof_thread, k);

            if (new->p == old->p &&new->m == old->m &&new->ticks == old->ticks)
                r->any_unpaused = r->any_unpaused || runs_one(&look->before, new->m);
        }
    }
}

/* What stacks and variables refer to, before the heap is copied and behind it. */
static bool read_around(struct look *look, GError **error)
{
    struct go_runtime *runtime = look->reader->runtime;

    if (!proof_roots_processors(&look->roots, error) || !census_read(&look->before, runtime, error))
        return false;
    find_unpaused(look);
    if (!add_goroutines(look, &look->before, look->before.is_suspect, error) ||
        !proof_roots_variables(&look->roots, error))
        return false;
    say(look->reader, "copying the heap", 1);
    look->objects = objects_read(runtime, error);
    return look->objects != NULL && objects_read_more(look->objects, runtime, error) &&
           proof_roots_variables(&look->roots, error) &&
           census_read(&look->after, runtime, error) && proof_roots_processors(&look->roots, error);
}

/* Suspects of both, which did not run between them. */
static bool find_suspects(struct look *look, GError **error)
{
    look->is_suspect = g_new0(bool, look->after.list->n + 1);
    for (size_t i = 0; i < look->before.list->n; i++) {
        const struct live_goroutine *g =
            goroutine_list_find(look->after.list, look->before.list->goroutines[i].address);

        if (g != NULL && census_is_same(&look->before, i, &look->after))
            look->is_suspect[g - look->after.list->goroutines] = true;
    }
    return add_goroutines(look, &look->after, look->is_suspect, error);
}

static bool follow(struct look *look, GError **error)
{
    struct writable *writable = writable_of_memory(look->reader->runtime->memory, error);

    if (writable == NULL)
        return false;
    proof_roots_threads(&look->roots, look->after.list);
    look->marker = proof_marker_new(&look->roots, look->objects, &look->before, &look->after,
                                    look->is_suspect);
    bool ok = proof_marker_add_memory(look->marker, writable, error) &&
              proof_marker_add_specials(look->marker, error) &&
              proof_marker_follow(look->marker, error);

    writable_free(writable);
    return ok;
}

static bool check(const char *why, GError **error)
{
    if (why == NULL)
        return true;
    g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_MISMATCH, "nothing is proven: %s", why);
    return false;
}

/* What of a program is against it, whatever its heap has; NULL: nothing. Static. */
static const char *why_never(const struct go_runtime *runtime)
{
    if (runtime->globals.wait_reasons.state == FINDER_MISSING)
        return "what goroutines wait for has no words in this program";
    if (runtime->module->next != 0)
        return "the program has a plugin, whose variables are not read";
    return NULL;
}

/* Reading that is not whole proves nothing. */
static bool check_whole(const struct look *look, GError **error)
{
    const char *why = look->roots.why;

    if (look->before.list->truncated || look->after.list->truncated)
        why = "there are more goroutines than are read";
    else if (objects_n_unread(look->objects) > 0)
        why = "a part of the heap could not be read";
    return check(why, error);
}

/* What they might have found in registers. Static; NULL: nothing. */
static const char *why_unseen(const struct reader *r)
{
    return r->any_unpaused && r->ret->proven->len > 0
               ? "a goroutine was never interrupted, and what it has in registers is not seen"
               : NULL;
}

/* --- what it found --- */

static void clear_proof(gpointer data)
{
    struct proof *proof = data;

    g_free(proof->state);
    g_free(proof->waits);
    g_free(proof->function);
}

static char *waits_text(const struct wait_list *waits, size_t place)
{
    GString *text = g_string_new(NULL);
    size_t n;
    const struct wait_link *links = wait_list_of(waits, place, &n);

    for (size_t i = 0; i < MIN(n, 3); i++) {
        g_string_append(text, i > 0 ? "; " : "");
        wait_describe(waits, &links[i], text);
    }
    if (n > 3)
        g_string_append_printf(text, "; and %zu more", n - 3);
    return g_string_free(text, FALSE);
}

/* Was it leaked in the look before, and has it not run since? */
static bool was_left(const struct reader *r, const struct look *look, size_t place)
{
    const struct live_goroutine *g = &look->after.list->goroutines[place];
    const struct live_goroutine *old;

    if (r->left == NULL)
        return true;
    old = goroutine_list_find(r->last.list, g->address);
    return old != NULL && g_hash_table_contains(r->left, &g->id) &&
           census_is_same(&r->last, (size_t)(old - r->last.list->goroutines), &look->after);
}

/* The main goroutine of many a server waits for nothing, and is the program: it is never told, so
 * it is not looked for again either. */
static void take(struct reader *r, struct look *look)
{
    GHashTable *left = g_hash_table_new_full(hash_u64, g_int64_equal, g_free, NULL);

    g_array_set_size(r->ret->proven, 0);
    for (size_t i = 0; i < look->after.list->n; i++) {
        uint64_t id = look->after.list->goroutines[i].id;

        if (id == 1 || !look->is_suspect[i] || proof_marker_may_wake(look->marker, i) ||
            !was_left(r, look, i))
            continue;
        const struct live_goroutine *g = &look->after.list->goroutines[i];
        struct proof proof = {.id = g->id,
                              .state = g_strdup(g->state),
                              .waits = waits_text(look->after.waits, i),
                              .function = g_strdup(heap_look_user_frame(g))};

        g_hash_table_add(left, g_memdup2(&id, sizeof id));
        g_array_append_val(r->ret->proven, proof);
    }
    g_clear_pointer(&r->left, g_hash_table_unref);
    r->left = left;
    r->ret->n_suspects = look->after.n_suspects;
    r->ret->n_unread = look->after.n_unread;
    r->ret->heap_bytes = objects_span_bytes(look->objects);
    r->any_ran = r->any_ran || look->before.any_runs || look->after.any_runs ||
                 look->roots.ticks != r->ticks;
    census_clear(&r->last);
    r->last = look->after;
    look->after = (struct census){0};
    r->ret->n_looks++;
}

/* --- all of them --- */

static bool is_enough(const struct reader *r)
{
    if (r->ret->n_looks == 0)
        return false;
    return g_hash_table_size(r->left) == 0 || r->ret->n_looks >= MOST_LOOKS ||
           (r->ret->n_looks >= LOOKS && !r->any_unpaused) ||
           (r->ret->n_looks >= QUIET_LOOKS && !r->any_ran);
}

static bool look_again(struct reader *r, GError **error)
{
    while (!is_enough(r)) {
        if (r->ret->n_looks > 0 && !r->runtime->memory->ops->is_still)
            g_usleep((gulong)(PAUSE_MS + g_random_int_range(0, PAUSE_MORE_MS)) * 1000);
        struct look look = {.reader = r};

        proof_roots_init(&look.roots, r->runtime);
        say(r, "reading goroutines", 0);
        bool ok = (r->left != NULL || proof_roots_processors(&look.roots, error));

        if (ok && r->left == NULL) {
            r->ticks = look.roots.ticks;
            r->threads = g_array_copy(look.roots.threads);
        }
        ok = ok && read_around(&look, error) && find_suspects(&look, error);
        if (ok)
            say(r, "following pointers", 2);
        ok = ok && follow(&look, error) && check_whole(&look, error);
        if (ok)
            take(r, &look);
        proof_marker_free(look.marker);
        objects_free(look.objects);
        census_clear(&look.before);
        census_clear(&look.after);
        g_free(look.is_suspect);
        proof_roots_clear(&look.roots);
        if (!ok)
            return false;
    }
    return true;
}

static int compare_proofs(const void *a, const void *b)
{
    const struct proof *x = a, *y = b;

    return (x->id > y->id) - (x->id < y->id);
}

static double now_s(void)
{
    return (double)g_get_monotonic_time() / G_USEC_PER_SEC;
}

bool proofs_possible(struct go_runtime *runtime, GError **error)
{
    const struct finder_global *needed[] = {&runtime->globals.allglen, &runtime->globals.allgptr,
                                            &runtime->globals.allp, &runtime->globals.mheap};
    uint64_t address;

    if (!check(why_never(runtime), error))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(needed); i++)
        if (!go_runtime_need(runtime, needed[i], &address, error))
            return false;
    struct writable *writable = writable_of_memory(runtime->memory, error);
    bool ok = writable != NULL;

    writable_free(writable);
    return ok;
}

struct proofs *proofs_read(struct go_runtime *runtime, holders_progress *progress, void *user,
                           GError **error)
{
    struct reader r = {.runtime = runtime, .progress = progress, .user = user};
    uint64_t read_before = runtime->memory->n_bytes;
    double began_s = now_s();

    r.ret = g_new0(struct proofs, 1);
    r.ret->proven = g_array_new(FALSE, FALSE, sizeof(struct proof));
    g_array_set_clear_func(r.ret->proven, clear_proof);
    bool ok =
        proofs_possible(runtime, error) && look_again(&r, error) && check(why_unseen(&r), error);

    census_clear(&r.last);
    g_clear_pointer(&r.left, g_hash_table_unref);
    g_clear_pointer(&r.threads, g_array_unref);
    if (!ok) {
        proofs_free(r.ret);
        return NULL;
    }
    g_array_sort(r.ret->proven, compare_proofs);
    r.ret->was_quiet = !r.any_ran;
    r.ret->read_bytes = runtime->memory->n_bytes - read_before;
    r.ret->took_s = now_s() - began_s;
    return r.ret;
}

void proofs_free(struct proofs *proofs)
{
    if (proofs == NULL)
        return;
    g_array_unref(proofs->proven);
    g_free(proofs);
}

static int compare_id(const void *id, const void *proof)
{
    uint64_t x = *(const uint64_t *)id, y = ((const struct proof *)proof)->id;

    return (x > y) - (x < y);
}

bool proofs_have(const struct proofs *proofs, uint64_t goroutine)
{
    return proofs->proven->len > 0 && bsearch(&goroutine, proofs->proven->data, proofs->proven->len,
                                              sizeof(struct proof), compare_id) != NULL;
}
