#include "probes/goruntime/bytes.h"
#include "probes/goruntime/goroutines_private.h"
#include "probes/goruntime/label_set.h"
#include "probes/goruntime/limits.h"

enum { STATUS_SCAN = 0x1000 }; /* _Gscan: the collector looks at it */

enum goroutine_status goroutine_status_of(const struct go_layout *layout, const uint8_t *g)
{
    return (enum goroutine_status)(bytes_u32(g + layout->g_atomicstatus) & ~(uint32_t)STATUS_SCAN);
}

static uint64_t word(const uint8_t *g, int32_t offset)
{
    return offset == GO_LAYOUT_NONE ? 0 : bytes_u64(g + offset);
}

/* --- state --- */

static const char *state_text(const struct goroutine_lists *own, const struct live_goroutine *g)
{
    const char *reason = NULL;
    bool is_leaked = g->status == GOROUTINE_STATUS_LEAKED;

    if ((g->status == GOROUTINE_STATUS_WAITING || is_leaked) && g->reason != 0)
        reason = wait_reasons_text(&own->reasons, g->reason);
    if (reason == NULL) {
        /* gStatusStrings, traceback.go */
        static const char *const words[] = {
            [GOROUTINE_STATUS_IDLE] = "idle",           [GOROUTINE_STATUS_RUNNABLE] = "runnable",
            [GOROUTINE_STATUS_RUNNING] = "running",     [GOROUTINE_STATUS_SYSCALL] = "syscall",
            [GOROUTINE_STATUS_WAITING] = "waiting",     [GOROUTINE_STATUS_DEAD] = "dead",
            [GOROUTINE_STATUS_COPYSTACK] = "copystack", [GOROUTINE_STATUS_PREEMPTED] = "preempted",
            [GOROUTINE_STATUS_LEAKED] = "leaked",       [GOROUTINE_STATUS_DEAD_EXTRA] = "dead",
        };

        reason = (size_t)g->status < G_N_ELEMENTS(words) && words[g->status] != NULL
                     ? words[g->status]
                     : "???";
    }
    if (!is_leaked)
        return reason;
    g_autofree char *text = g_strconcat(reason, " (leaked)", NULL);

    return store_strndup(own->arena, text, strlen(text));
}

static int64_t waiting_time(const struct go_layout *l, const uint8_t *g,
                            enum goroutine_status status, int64_t now_ns)
{
    int64_t since = (int64_t)word(g, l->g_waitsince);

    if (status != GOROUTINE_STATUS_WAITING && status != GOROUTINE_STATUS_SYSCALL &&
        status != GOROUTINE_STATUS_LEAKED)
        return 0;
    return since <= 0 ? -1 : since > now_ns ? 0 : now_ns - since;
}

/* --- stack --- */

struct wanted {
    const struct goroutine_lists *own;
    const GPtrArray *walked;
};

static bool is_stack(const void *user, uint32_t element)
{
    const struct wanted *w = user;
    const struct goroutine_stack *s =
        &g_array_index(w->own->stacks, struct goroutine_stack, element);

    return s->n == w->walked->len &&
           memcmp(s->symbols, w->walked->pdata, s->n * sizeof(gpointer)) == 0;
}

static void walk(struct goroutine_lists *own, const struct go_runtime *runtime,
                 const struct goroutine_look *look, struct live_goroutine *g)
{
    const struct go_layout *l = &runtime->layout;
    bool in_syscall = word(look->before, l->g_syscallsp) != 0;
    struct unwind_start start = {
        .pc = word(look->before, in_syscall ? l->g_syscallpc : l->g_sched_pc),
        .sp = g->sp,
        .lr = word(look->before, l->g_sched_lr),
    };
    g_autoptr(GPtrArray) walked = g_ptr_array_sized_new(64);
    size_t room = GORUNTIME_MAX_TOTAL_FRAMES - MIN(own->n_frames, GORUNTIME_MAX_TOTAL_FRAMES);

    g->problem = unwind_walk(runtime->symbols, &start, &look->stack,
                             MIN(room, GORUNTIME_MAX_FRAMES), walked);
    g->is_truncated = look->is_cut || walked->len >= GORUNTIME_MAX_FRAMES;
    if (walked->len == 0)
        return;
    /* Equal stacks are one: thousands of goroutines wait at the same place. */
    size_t bytes = walked->len * sizeof(gpointer);
    struct wanted wanted = {own, walked};
    uint64_t hash = hash_bytes(walked->pdata, bytes, 0);
    uint32_t found = hash_index_find(&own->by_stack, hash, is_stack, &wanted);

    if (found == HASH_NONE) {
        struct goroutine_stack s = {
            memcpy(store_alloc_raw(own->arena, bytes), walked->pdata, bytes), walked->len};

        found = own->stacks->len;
        g_array_append_val(own->stacks, s);
        hash_index_add(&own->by_stack, hash, found);
        for (guint i = 0; i < walked->len; i++)
            own->n_frames += ((const struct symbol *)g_ptr_array_index(walked, i))->n_frames;
    }
    struct goroutine_stack s = g_array_index(own->stacks, struct goroutine_stack, found);

    g->stack = s.symbols;
    g->n_stack = s.n;
}

/* --- whose it is --- */

static const char *function_of(const struct symbol *s)
{
    return s != NULL && s->n_frames > 0 ? s->frames[s->n_frames - 1].function : "";
}

static bool is_one_of(const char *name, const char *const *list)
{
    while (*list != NULL && strcmp(*list, name) != 0)
        list++;
    return *list != NULL;
}

static bool has_foreign_frame(const struct live_goroutine *g)
{
    for (size_t i = 0; i < g->n_stack; i++)
        if (!g_str_has_prefix(function_of(g->stack[i]), "runtime."))
            return true;
    return false;
}

/* isSystemGoroutine, traceback.go: those that call back count while they do. */
static bool is_system(const struct live_goroutine *g)
{
    static const char *const users[] = {"runtime.main", "runtime.corostart",
                                        "runtime.handleAsyncEvent", NULL};
    static const char *const callers[] = {"runtime.runfinq", "runtime.runFinalizers",
                                          "runtime.runCleanups", NULL};
    const char *name = function_of(g->start);

    if (!g_str_has_prefix(name, "runtime.") || is_one_of(name, users))
        return false;
    return !(is_one_of(name, callers) && has_foreign_frame(g));
}

static const struct symbol *known_symbol(struct symbols *symbols, uint64_t pc, bool is_exact)
{
    const struct symbol *s = symbols_at(symbols, pc, is_exact);

    return s->n_frames > 0 ? s : NULL;
}

/* --- labels --- */

static void add_text(const struct label_set *set, const struct label_text *text, GString *out)
{
    if (text->is_read)
        g_string_append_len(out, set->texts->str + text->first, (gssize)text->n);
    else
        g_string_append_c(out, '?');
}

static const char *read_labels(struct goroutine_lists *own, const struct go_runtime *runtime,
                               uint64_t address)
{
    struct label_set set;
    g_autoptr(GString) text = g_string_new(NULL);

    if (own->n_label_bytes >= GORUNTIME_MAX_LABEL_TEXTS)
        return "?";
    label_set_init(&set);
    if (label_set_read(&set, &runtime->layout, runtime->memory, address))
        for (size_t i = 0; i < set.n; i++) {
            g_string_append(text, i > 0 ? ", " : "");
            add_text(&set, &set.keys[i], text);
            g_string_append_c(text, ':');
            add_text(&set, &set.values[i], text);
        }
    label_set_clear(&set);
    own->n_label_bytes += text->len;
    return store_strndup(own->arena, text->str, text->len);
}

/* Goroutines inherit their maker's set, so most sets are seen often. */
static const char *labels_of(struct goroutine_lists *own, const struct go_runtime *runtime,
                             uint64_t set)
{
    if (set == 0)
        return "";
    uint64_t hash = hash_number(set);
    uint32_t found = hash_index_find(&own->by_label, hash, NULL, NULL);

    if (found == HASH_NONE) {
        found = own->label_texts->len;
        g_ptr_array_add(own->label_texts, (gpointer)(uintptr_t)read_labels(own, runtime, set));
        hash_index_add(&own->by_label, hash, found);
    }
    return g_ptr_array_index(own->label_texts, found);
}

/* --- all of it --- */

void goroutine_decode(struct goroutine_lists *own, const struct go_runtime *runtime,
                      struct goroutine_look *look, int64_t now_ns)
{
    const struct go_layout *l = &runtime->layout;
    const uint8_t *bytes = look->before;
    struct live_goroutine *g = &look->result;

    g->address = look->address;
    g->id = word(bytes, l->g_goid);
    g->parent_id = word(bytes, l->g_parent_goid);
    g->status = goroutine_status_of(l, bytes);
    g->reason = bytes[l->g_waitreason];
    g->stops = bytes[l->g_tracking_seq];
    g->state = state_text(own, g);
    g->waiting_ns = waiting_time(l, bytes, g->status, now_ns);
    g->is_locked = word(bytes, l->g_lockedm) != 0;
    g->m = word(bytes, l->g_m);
    g->stack_lo = word(bytes, l->g_stack_lo);
    g->stack_hi = word(bytes, l->g_stack_hi);
    g->waiting = word(bytes, l->g_waiting);
    g->start = known_symbol(runtime->symbols, word(bytes, l->g_startpc), true);
    g->meant = symbols_meant(runtime->symbols, word(bytes, l->g_startpc));
    if (g->id != 1)
        g->creator = known_symbol(runtime->symbols, word(bytes, l->g_gopc), false);
    g->labels = labels_of(own, runtime, word(bytes, l->g_labels));
    if (look->stack.n > 0 && !g->is_moved) {
        g->sp = look->stack.base;
        walk(own, runtime, look, g);
    }
    g->is_system = is_system(g);
}
