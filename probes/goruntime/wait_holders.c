#include "probes/goruntime/bytes.h"
#include "probes/goruntime/lock_code.h"
#include "probes/goruntime/references.h"
#include "probes/goruntime/stack_words.h"
#include "probes/goruntime/waits_private.h"

#include <string.h>

/*
 * Who holds a lock: the lock itself does not say. Somebody who has put off its Unlock
 * (defer) certainly does: the compiler keeps a closure {function, ..., lock} in his
 * frame and a pointer to it, which is nil until the defer. Otherwise a frame that
 * still needs the lock, or the object that it is part of, and is past a Lock is
 * likely to. Which object that is, the frames of those that wait tell. Of a Once it is sync's own
 * frame that has put off the Unlock, around the function that is being done.
 */

enum {
    WORD = 8,
    MAX_LOCKS = 1024,
    MAX_KEYS = 4,        /* addresses by which a lock is known: itself, what it is part of */
    MAX_BEFORE = 4096,   /* bytes from the beginning of an object to a lock in it */
    MAX_SAMPLED = 8,     /* waiters whose frames are compared */
    MAX_NOTED = 16,      /* of which some may not be there any more */
    MAX_CAPTURED = 8,    /* words of a closure before the lock */
    MAX_STACK = 1 << 18, /* bytes of a stack that are looked through */
    MAX_RUNNING = 1 << 15,
    BATCH = 512, /* stacks that are read at once */
    BATCH_BYTES = 4 << 20,
    MAX_HITS = 256,     /* words of one stack that are looked at closely */
    MAX_FRAMES = 128,   /* of one stack whose code is looked at */
    MAX_VARIABLES = 64, /* locks that are looked for in code */
};

enum evidence {
    NOTHING,
    RUNS,     /* it runs, and its stack has the word somewhere */
    NEEDS,    /* a frame needs the lock or its object */
    LOCKED,   /* and has called Lock last */
    DEFERRED, /* its Unlock is put off */
};

struct lock {
    struct wait_object *object;
    uint32_t number;         /* of the object */
    uint64_t keys[MAX_KEYS]; /* the first is its own address */
    size_t n_keys;
    uint32_t waiters[MAX_NOTED]; /* goroutines whose stacks can be looked at */
    size_t n_waiters;
    bool is_variable;
    enum evidence best;
    uint32_t last; /* goroutine that was counted last */
};

/* An address on a stack that means a lock. */
struct key {
    uint64_t address;
    uint32_t lock;
};

struct search {
    struct wait_reader *r;
    struct blocks *blocks;
    struct lock_code *code;
    struct stack_words words;
    bool *live;     /* by word of the stack at hand */
    bool has_words; /* they are those of this goroutine */
    struct lock *locks;
    size_t n;
    GArray *keys;        /* struct key, by address */
    uint32_t *waits_for; /* by goroutine: number of the object + 1 */
    GHashTable *code_of; /* stacks whose code tells of no lock */
    uint8_t *buffer;     /* BATCH_BYTES */
    const uint8_t *stack;
    size_t n_stack;  /* bytes that were read from the stack pointer on */
    bool is_partial; /* somebody was not looked at, or not whole */
};

/* --- frames --- */

/* The frame that an offset above sp is in; false behind the last. */
static bool frame_at(const struct search *s, const struct live_goroutine *g, uint32_t offset,
                     size_t *ret)
{
    bool is_arm = s->r->runtime->layout.arch == GO_ARCH_ARM64;
    uint64_t end = 0;

    for (size_t i = 0; i < g->n_stack; i++) {
        if (g->stack[i]->stack_delta < 0)
            return false;
        end += (uint64_t)g->stack[i]->stack_delta + (is_arm ? 0 : WORD);
        if (is_arm && g->stack[i]->is_trap)
            end += (uint64_t)2 * WORD; /* the link register of whom it interrupted */
        if (offset < end) {
            *ret = i;
            return g->stack[i]->n_frames > 0;
        }
    }
    return false;
}

static const char *function_of(const struct symbol *symbol)
{
    return symbol->frames[symbol->n_frames - 1].function;
}

/* sync's own frames have the lock because they lock it. */
static bool is_sync(const char *function)
{
    return g_str_has_prefix(function, "sync.") || g_str_has_prefix(function, "internal/sync.") ||
           g_str_has_prefix(function, "runtime.") ||
           g_str_has_prefix(function, "internal/runtime/");
}

static bool is_once(const char *function)
{
    return strcmp(function, "sync.(*Once).doSlow") == 0;
}

/* What tells of a holder: of a Once the program's own that is being done; else whose frame it is.
 */
static const char *telling_function(const struct live_goroutine *g, size_t frame)
{
    const char *function = function_of(g->stack[frame]);

    for (size_t i = frame; is_once(function) && i-- > 0;)
        if (g->stack[i]->n_frames > 0 && !is_sync(function_of(g->stack[i])))
            return function_of(g->stack[i]);
    return function;
}

/* Where to look; n 0: nowhere. */
static struct memory_range range_of(const struct live_goroutine *g)
{
    struct memory_range range = {.address = g->sp};
    uint64_t n = g->stack_hi - g->sp;

    if (g->stack_hi <= g->stack_lo || g->sp >= g->stack_hi)
        return range;
    if (g->sp == 0) { /* it runs */
        n = MIN(g->stack_hi - g->stack_lo, MAX_RUNNING);
        range.address = g->stack_hi - n;
    }
    if (range.address % WORD == 0)
        range.n = (size_t)(MIN(n, MAX_STACK) & ~(uint64_t)(WORD - 1));
    return range;
}

/* data: what was read of it. */
static void take_stack(struct search *s, uint8_t *data, size_t n)
{
    s->has_words = false;
    s->stack = data;
    s->n_stack = n;
}

static bool read_stack(struct search *s, const struct live_goroutine *g)
{
    struct memory_range range = range_of(g);

    range.data = s->buffer;
    if (range.n == 0 || !memory_read_ranges(s->r->runtime->memory, &range, 1, NULL) || !range.ok)
        return false;
    take_stack(s, s->buffer, range.n);
    return true;
}

static void find_live(struct search *s, const struct live_goroutine *g)
{
    memset(s->live, 0, s->n_stack / WORD);
    stack_words_find(&s->words, s->r->runtime->module, s->blocks, g, s->stack, s->n_stack);
    for (guint i = 0; i < s->words.live->len; i++) {
        uint32_t at = g_array_index(s->words.live, uint32_t, i);

        if (at < s->n_stack)
            s->live[at / WORD] = true;
    }
    s->has_words = true;
}

/* Is the word at an offset one that the frame still needs? */
static bool is_live(struct search *s, const struct live_goroutine *g, uint32_t offset)
{
    if (!s->has_words)
        find_live(s, g);
    return s->live[offset / WORD];
}

/* --- what a lock is part of --- */

/* Live words of a waiter's own frames at or below the lock, nearest first; how many. */
static size_t words_near(struct search *s, const struct live_goroutine *g, uint64_t lock,
                         uint64_t *ret)
{
    size_t n = 0, frame, own = SIZE_MAX;

    for (uint32_t at = 0; at + WORD <= s->n_stack; at += WORD) {
        uint64_t word = bytes_u64(s->stack + at);

        if (word >= lock || lock - word > MAX_BEFORE || word % WORD != 0 ||
            !frame_at(s, g, at, &frame) || is_sync(function_of(g->stack[frame])))
            continue;
        own = MIN(own, frame); /* who calls Lock, and his caller */
        if (frame > own + 1 || !is_live(s, g, at))
            continue;
        size_t place = 0;

        while (place < n && ret[place] > word)
            place++;
        if (place >= MAX_KEYS || (place < n && ret[place] == word))
            continue;
        n = MIN(n + 1, MAX_KEYS);
        memmove(ret + place + 1, ret + place, (n - place - 1) * sizeof *ret);
        ret[place] = word;
    }
    return n;
}

static bool has_word(const uint64_t *words, size_t n, uint64_t word)
{
    for (size_t i = 0; i < n; i++)
        if (words[i] == word)
            return true;
    return false;
}

/* The first waiters of each lock, in one pass: there are millions of waits. */
static void note_waiters(struct search *s)
{
    const GArray *waits = s->r->waits;
    g_autofree uint32_t *lock_of = g_new0(uint32_t, s->r->objects->len + 1); /* + 1; 0: none */

    for (size_t i = 0; i < s->n; i++)
        lock_of[s->locks[i].number] = (uint32_t)i + 1;
    for (guint i = 0; i < waits->len; i++) {
        const struct wait_link *wait = &g_array_index(waits, struct wait_link, i);
        uint32_t number = lock_of[wait->object];
        struct lock *lock = number != 0 ? &s->locks[number - 1] : NULL;

        if (lock != NULL && lock->n_waiters < MAX_NOTED &&
            s->r->goroutines->goroutines[wait->goroutine].sp != 0)
            lock->waiters[lock->n_waiters++] = wait->goroutine;
    }
}

/* What all of some waiters have; of one alone, the nearest only. */
static void find_keys(struct search *s, struct lock *lock)
{
    uint64_t common[MAX_KEYS] = {0}, words[MAX_KEYS] = {0};
    size_t n_common = 0, n_sampled = 0;

    for (size_t i = 0; i < lock->n_waiters && n_sampled < MAX_SAMPLED; i++) {
        const struct live_goroutine *g = &s->r->goroutines->goroutines[lock->waiters[i]];

        if (!read_stack(s, g))
            continue;
        size_t n = words_near(s, g, lock->keys[0], words), kept = 0;

        if (n_sampled++ == 0) {
            memcpy(common, words, sizeof common);
            n_common = n;
            continue;
        }
        for (size_t k = 0; k < n_common; k++)
            if (has_word(words, n, common[k]))
                common[kept++] = common[k];
        n_common = kept;
    }
    n_common = MIN(n_common, n_sampled == 1 ? 1 : MAX_KEYS - 1);
    memcpy(lock->keys + 1, common, n_common * sizeof *common);
    lock->n_keys = 1 + n_common;
}

/* --- evidence --- */

/*
 * The closure of a deferred call in the frame of a function f is f.deferwrap1 (f.func1
 * before Go 1.22, and where the program wrote the closure itself) and unlocks.
 */
static bool is_deferred_by(struct search *s, const char *function, uint64_t entry)
{
    const struct module *module = s->r->runtime->module;
    size_t found =
        module_area_has(&module->text, entry) ? pclntab_find(module, entry) : PCLNTAB_NONE;
    size_t n = strlen(function);

    if (found == PCLNTAB_NONE || pclntab_entry(module, found) != entry)
        return false;
    const char *name = pclntab_name(module, found);

    return strncmp(name, function, n) == 0 && name[n] == '.' && lock_code_unlocks(s->code, found);
}

/* Is the word part of such a closure, and does a live word of its frame point there? */
static bool is_deferred(struct search *s, const struct live_goroutine *g, size_t frame,
                        uint32_t offset)
{
    const char *function = function_of(g->stack[frame]);

    for (uint32_t back = 1; back <= MAX_CAPTURED && back * WORD <= offset; back++) {
        uint32_t begin = offset - back * WORD;

        if (!is_deferred_by(s, function, bytes_u64(s->stack + begin)))
            continue;
        for (uint32_t at = 0; at + WORD <= s->n_stack; at += WORD)
            if (bytes_u64(s->stack + at) == g->sp + begin && is_live(s, g, at))
                return true;
    }
    return false;
}

static bool is_preemption(const struct symbol *symbol)
{
    return symbol->n_frames > 0 && strcmp(function_of(symbol), "runtime.asyncPreempt") == 0;
}

/*
 * One that was interrupted anywhere (asyncPreempt) has its registers in the frame of what did so,
 * and for its own frame there is no map. Gives which frame that is; SIZE_MAX: another one.
 */
static size_t interrupted_by(const struct live_goroutine *g, size_t frame)
{
    if (is_preemption(g->stack[frame]) && frame + 1 < g->n_stack &&
        g->stack[frame + 1]->n_frames > 0)
        return frame + 1;
    return frame > 0 && is_preemption(g->stack[frame - 1]) ? frame : SIZE_MAX;
}

static enum evidence word_evidence(struct search *s, const struct lock *lock,
                                   const struct live_goroutine *g, uint32_t offset,
                                   size_t *ret_frame)
{
    if (g->sp == 0)
        return RUNS;
    if (g->stack == NULL || !frame_at(s, g, offset, ret_frame))
        return NOTHING;
    size_t interrupted = interrupted_by(g, *ret_frame);

    if (interrupted != SIZE_MAX)
        *ret_frame = interrupted;
    const struct symbol *symbol = g->stack[*ret_frame];

    if (lock->object->kind == WAIT_ONCE)
        return is_once(function_of(symbol)) && is_deferred(s, g, *ret_frame, offset) ? DEFERRED
                                                                                     : NOTHING;
    if (is_sync(function_of(symbol)))
        return NOTHING;

    if (is_deferred(s, g, *ret_frame, offset))
        return DEFERRED;
    if (interrupted == SIZE_MAX && !is_live(s, g, offset))
        return NOTHING;
    switch (lock_code_before(s->code, symbol->function, symbol->pc)) {
    case LOCK_CODE_LOCK:
        return LOCKED;
    case LOCK_CODE_UNLOCK:
        return NOTHING;
    default:
        return NEEDS;
    }
}

/* A goroutine that waits for a lock can only hold it when it has put off its Unlock. */
static void take(struct search *s, struct lock *lock, uint32_t goroutine, enum evidence evidence,
                 const char *function)
{
    struct wait_holder *holder = &lock->object->holder;
    bool waits = s->waits_for[goroutine] == lock->number + 1;

    if (evidence == NOTHING || evidence < lock->best || (waits && evidence != DEFERRED))
        return;
    if (evidence > lock->best || holder->n == 0) {
        const struct live_goroutine *g = &s->r->goroutines->goroutines[goroutine];

        *holder = (struct wait_holder){.n = 1,
                                       .goroutine = goroutine,
                                       .id = g->id,
                                       .state = g->state,
                                       .function = function,
                                       .is_certain = evidence == DEFERRED,
                                       .waits_itself = waits};
    } else if (lock->last != goroutine) {
        holder->n++;
    }
    lock->best = evidence;
    lock->last = goroutine;
}

static int compare_keys(const void *a, const void *b)
{
    const struct key *x = a, *y = b;

    return (x->address > y->address) - (x->address < y->address);
}

/* Whether it means a lock. */
static bool look_at_word(struct search *s, uint32_t goroutine, uint32_t offset)
{
    const struct live_goroutine *g = &s->r->goroutines->goroutines[goroutine];
    const struct key *keys = (const struct key *)(void *)s->keys->data;
    struct key wanted = {.address = bytes_u64(s->stack + offset)};

    if (wanted.address < keys[0].address || wanted.address > keys[s->keys->len - 1].address)
        return false;
    const struct key *found = bsearch(&wanted, keys, s->keys->len, sizeof *keys, compare_keys);

    if (found == NULL)
        return false;
    while (found > keys && found[-1].address == wanted.address)
        found--;
    for (; found < keys + s->keys->len && found->address == wanted.address; found++) {
        size_t frame = SIZE_MAX;
        struct lock *lock = &s->locks[found->lock];
        enum evidence evidence = word_evidence(s, lock, g, offset, &frame);

        take(s, lock, goroutine, evidence,
             evidence > RUNS && g->stack != NULL ? telling_function(g, frame) : "");
    }
    return true;
}

/* A lock that is a variable stands in the code of who locked it, not on his stack. */
static bool look_at_code(struct search *s, uint32_t goroutine)
{
    const struct live_goroutine *g = &s->r->goroutines->goroutines[goroutine];
    bool is_any = false;

    for (size_t i = 0, n = 0; i < s->n && n < MAX_VARIABLES; i++) {
        n += s->locks[i].is_variable;
        for (size_t k = 0; s->locks[i].is_variable && k < MIN(g->n_stack, MAX_FRAMES); k++) {
            const struct symbol *symbol = g->stack[k];

            if (symbol->n_frames == 0 || is_sync(function_of(symbol)) ||
                !lock_code_refers(s->code, symbol->function, s->locks[i].keys[0]) ||
                lock_code_before(s->code, symbol->function, symbol->pc) != LOCK_CODE_LOCK)
                continue;
            is_any = true;
            take(s, &s->locks[i], goroutine, LOCKED, function_of(symbol));
        }
    }
    return is_any;
}

/* --- all --- */

static bool is_held(const struct wait_object *o)
{
    return ((o->kind == WAIT_MUTEX || o->kind == WAIT_ONCE) && o->is_locked == 1) ||
           (o->kind == WAIT_RWMUTEX && (o->is_locked == 1 || o->n_readers > 0));
}

static void find_locks(struct search *s)
{
    GArray *objects = s->r->objects;
    struct module_area data = references_data(s->r->runtime->module);

    s->locks = g_new0(struct lock, MIN(objects->len, MAX_LOCKS) + 1);
    for (guint i = 0; i < objects->len && s->n < MAX_LOCKS; i++) {
        struct wait_object *o = &g_array_index(objects, struct wait_object, i);

        bool is_mutex = o->kind != WAIT_ONCE; /* else one that sync's own code locks */

        if (is_held(o))
            s->locks[s->n++] =
                (struct lock){.object = o,
                              .number = i,
                              .keys = {o->address + (is_mutex ? 0 : WAIT_ONCE_MUTEX)},
                              .n_keys = 1,
                              .is_variable = is_mutex && module_area_has(&data, o->address)};
    }
}

static void add_keys(struct search *s)
{
    note_waiters(s);
    for (size_t i = 0; i < s->n; i++) {
        if (s->locks[i].object->kind != WAIT_ONCE)
            find_keys(s, &s->locks[i]);
        for (size_t k = 0; k < s->locks[i].n_keys; k++) {
            struct key key = {s->locks[i].keys[k], (uint32_t)i};

            g_array_append_val(s->keys, key);
        }
    }
    g_array_sort(s->keys, compare_keys);
}

static void look_at_stack(struct search *s, uint32_t goroutine, const struct memory_range *range)
{
    const struct live_goroutine *g = &s->r->goroutines->goroutines[goroutine];
    uint32_t hits = 0;

    take_stack(s, range->data, range->n);
    for (uint32_t at = 0; at + WORD <= s->n_stack && hits < MAX_HITS; at += WORD)
        hits += look_at_word(s, goroutine, at);
    s->is_partial = s->is_partial || hits >= MAX_HITS || g->n_stack > MAX_FRAMES ||
                    range->n < g->stack_hi - MAX(g->sp, g->stack_lo);
}

/* As many as fit from a place in the list on; the next place. */
static uint32_t look_at_batch(struct search *s, uint32_t from)
{
    const struct goroutine_list *list = s->r->goroutines;
    struct memory_range ranges[BATCH];
    uint32_t places[BATCH], next = from;
    size_t n = 0, used = 0;

    for (; next < list->n && n < BATCH; next++) {
        const struct live_goroutine *g = &list->goroutines[next];

        if (g->is_system)
            continue;
        /* Most goroutines share their stacks with others: what has none of it is known once. */
        const struct symbol *const *stack = s->r->goroutines->goroutines[next].stack;

        if (stack != NULL && !g_hash_table_contains(s->code_of, stack) && !look_at_code(s, next))
            g_hash_table_add(s->code_of, (gpointer)(uintptr_t)stack);
        ranges[n] = range_of(g);
        if (ranges[n].n == 0) {
            s->is_partial = true;
            continue;
        }
        if (used + ranges[n].n > BATCH_BYTES)
            break;
        ranges[n].data = s->buffer + used;
        used += ranges[n].n;
        places[n++] = next;
    }
    if (n > 0 && !memory_read_ranges(s->r->runtime->memory, ranges, n, NULL)) {
        s->is_partial = true;
        return (uint32_t)list->n;
    }
    for (size_t i = 0; i < n; i++) {
        s->is_partial = s->is_partial || !ranges[i].ok;
        if (ranges[i].ok)
            look_at_stack(s, places[i], &ranges[i]);
    }
    return next;
}

void wait_find_holders(struct wait_reader *r)
{
    struct search s = {.r = r};

    find_locks(&s);
    if (s.n > 0) {
        s.blocks = blocks_new(r->runtime->memory);
        s.code = lock_code_new(r->runtime, s.blocks);
        s.keys = g_array_new(FALSE, FALSE, sizeof(struct key));
        s.waits_for = g_new0(uint32_t, r->goroutines->n + 1);
        s.buffer = g_malloc(BATCH_BYTES);
        s.code_of = g_hash_table_new(g_direct_hash, g_direct_equal);
        s.live = g_new(bool, MAX_STACK / WORD);
        stack_words_init(&s.words);
        for (guint i = 0; i < r->waits->len; i++) {
            const struct wait_link *wait = &g_array_index(r->waits, struct wait_link, i);

            s.waits_for[wait->goroutine] = wait->object + 1;
        }
        add_keys(&s);
        for (uint32_t i = 0; i < r->goroutines->n;)
            i = look_at_batch(&s, i);
        /* That nobody has a lock is only said when everybody was looked at. */
        size_t n_variables = 0;

        for (size_t i = 0; i < s.n; i++) {
            struct wait_holder *holder = &s.locks[i].object->holder;

            n_variables += s.locks[i].is_variable;
            holder->is_nowhere = holder->n == 0 && !s.is_partial && n_variables <= MAX_VARIABLES;
        }
        stack_words_clear(&s.words);
        g_array_unref(s.keys);
        g_free(s.waits_for);
        g_free(s.buffer);
        g_hash_table_unref(s.code_of);
        g_free(s.live);
        lock_code_free(s.code);
        blocks_free(s.blocks);
    }
    g_free(s.locks);
}
