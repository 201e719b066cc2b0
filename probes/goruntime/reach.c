#include "probes/goruntime/reach.h"

#include "pprof/hash.h"
#include "probes/goruntime/bytes.h"
#include "probes/goruntime/errors.h"
#include "probes/goruntime/limits.h"
#include "probes/goruntime/stack_words.h"

#include <string.h>

enum {
    WORD = 8,
    LOWEST = 1 << 16, /* no pointer is below */
    MAX_AREA = 1 << 30,
    MAX_PROCESSOR = 1 << 16, /* bytes of one: about 10 000 */
    MAX_WORDS = 1 << 27,     /* of stacks, that point into the heap and are followed later */
};

/* A goroutine whose stack was copied: what is to be followed in a later pass. */
struct waiting_stack {
    uint32_t root;
    uint32_t first, n; /* of words */
};

struct word {
    uint64_t value;
    uint32_t offset;
};

struct follower {
    const struct reach_input *input;
    struct reach *reach;
    GArray *queue;               /* uint32_t, slots */
    GHashTable *held;            /* addresses of g's, m's and p's: they lead to everything */
    GHashTable *processors;      /* of these the p's */
    GByteArray *processor_words; /* of each of theirs whether it may point */
    GArray *late;                /* uint32_t, slots of these: followed at the end */
    GArray *words;               /* struct word */
    GArray *io, *others;         /* struct waiting_stack */
    bool follow_held;
};

/* --- following --- */

static void push(struct follower *f, uint64_t value, int32_t parent, uint32_t owner,
                 uint32_t offset)
{
    struct reach *reach = f->reach;
    uint32_t slot = value >= LOWEST ? objects_find(reach->objects, value) : OBJECT_NONE;

    if (slot == OBJECT_NONE || reach->parent[slot] != REACH_NONE)
        return;
    struct object object = objects_at(reach->objects, slot);

    if (!object.is_used)
        return;
    reach->parent[slot] = parent;
    reach->offset[slot] = offset;
    reach->owner[slot] = owner;
    struct reach_root *root = &g_array_index(reach->roots, struct reach_root, owner);

    root->bytes += object.bytes;
    root->n++;
    reach->reached_bytes += object.bytes;
    reach->n_reached++;
    if (object.data == NULL)
        return;
    uint64_t value_at = object.address + object.header_bytes;

    if (!f->follow_held && g_hash_table_contains(f->held, &value_at))
        g_array_append_val(f->late, slot);
    else
        g_array_append_val(f->queue, slot);
}

/* Small ones have their bits, older versions no bits at all: what is known of a p is its type. */
static bool may_point(const struct follower *f, const struct object *object, bool is_processor,
                      size_t at)
{
    if (is_processor && at >= object->header_bytes) {
        size_t word = (at - object->header_bytes) / WORD;

        return word >= f->processor_words->len || f->processor_words->data[word] != 0;
    }
    return object_may_point(object, at / WORD);
}

static void drain(struct follower *f)
{
    for (guint i = 0; i < f->queue->len; i++) {
        uint32_t slot = g_array_index(f->queue, uint32_t, i);
        struct object object = objects_at(f->reach->objects, slot);
        uint64_t value_at = object.address + object.header_bytes;
        bool is_processor = f->follow_held && g_hash_table_contains(f->processors, &value_at);

        for (size_t at = 0; at + WORD <= object.bytes; at += WORD)
            if (may_point(f, &object, is_processor, at))
                push(f, bytes_u64(object.data + at), (int32_t)slot, f->reach->owner[slot],
                     (uint32_t)at);
    }
    g_array_set_size(f->queue, 0);
}

static uint32_t add_root(struct follower *f, struct reach_root root)
{
    g_array_append_val(f->reach->roots, root);
    return f->reach->roots->len - 1;
}

/* --- variables --- */

static bool follow_variables(struct follower *f, bool user, GError **error)
{
    const struct module *module = f->input->runtime->module;
    const struct module_area areas[] = {module->data, module->bss};

    for (size_t i = 0; i < G_N_ELEMENTS(areas); i++) {
        if (areas[i].end <= areas[i].begin)
            continue;
        g_autofree uint8_t *words = memory_copy(f->input->runtime->memory, areas[i].begin,
                                                areas[i].end - areas[i].begin, MAX_AREA, error);

        if (words == NULL)
            return false;
        struct module_area area = areas[i];
        const struct variable *last = NULL;
        uint32_t root = UINT32_MAX;

        for (uint64_t at = 0; at + WORD <= area.end - area.begin; at += WORD) {
            uint64_t value = bytes_u64(words + at), address = area.begin + at;

            if (user && f->input->see_pair != NULL &&
                at + (uint64_t)2 * WORD <= area.end - area.begin)
                f->input->see_pair(value, bytes_u64(words + at + WORD), f->input->user);
            if (value < LOWEST || objects_find(f->reach->objects, value) == OBJECT_NONE)
                continue;
            const struct variable *variable = variables_find(f->input->variables, address);
            bool is_user = variable != NULL && variable->is_user;

            if (is_user != user)
                continue;
            if (root == UINT32_MAX || variable != last)
                root = add_root(f, (struct reach_root){.kind = user ? REACH_GLOBAL : REACH_RUNTIME,
                                                       .variable = variable});
            last = variable;
            push(f, value, ~(int32_t)root, root,
                 (uint32_t)(variable != NULL ? address - variable->address : 0));
        }
    }
    drain(f);
    return true;
}

/* --- stacks --- */

static void keep_words(struct follower *f, const uint8_t *stack, size_t n, const GArray *offsets,
                       struct waiting_stack *ret)
{
    ret->first = f->words->len;
    for (guint i = 0; i < offsets->len; i++) {
        uint32_t at = g_array_index(offsets, uint32_t, i);
        struct word word = {.offset = at};

        if ((size_t)at + WORD > n)
            continue;
        word.value = bytes_u64(stack + at);
        if (objects_find(f->reach->objects, word.value) != OBJECT_NONE)
            g_array_append_val(f->words, word);
    }
    ret->n = f->words->len - ret->first;
}

static bool has_room(const struct follower *f, GError **error)
{
    if (f->words->len <= MAX_WORDS)
        return true;
    g_set_error_literal(error, GORUNTIME_ERROR, GORUNTIME_ERROR_TOO_LARGE,
                        "the stacks of goroutines point into the heap in more places than are "
                        "followed");
    return false;
}

static void follow_words(struct follower *f, const struct waiting_stack *stack)
{
    for (uint32_t i = 0; i < stack->n; i++) {
        struct word word = g_array_index(f->words, struct word, stack->first + i);

        push(f, word.value, ~(int32_t)stack->root, stack->root, word.offset);
    }
}

static bool read_stacks(struct follower *f, GError **error)
{
    const struct goroutine_list *list = f->input->goroutines;
    struct memory *memory = f->input->runtime->memory;
    struct blocks *blocks = blocks_new(memory);
    struct stack_words words;
    bool ok = true;

    stack_words_init(&words);
    for (size_t i = 0; i < list->n && ok; i++) {
        const struct live_goroutine *g = &list->goroutines[i];

        if (g->sp == 0 || g->sp >= g->stack_hi || g->n_stack == 0)
            continue;
        size_t n = (size_t)MIN(g->stack_hi - g->sp, GORUNTIME_MAX_STACK_COPY);
        g_autofree uint8_t *stack = g_malloc(n);
        struct memory_range range = {g->sp, stack, n, false};

        ok = memory_read_ranges(memory, &range, 1, error);
        if (ok && range.ok) {
            /* Live words are followed at once, but those of readers of a connection after its
             * owners. */
            struct waiting_stack live, other;

            for (size_t at = 0; f->input->see_pair != NULL && at + (size_t)2 * WORD <= n;
                 at += WORD)
                f->input->see_pair(bytes_u64(stack + at), bytes_u64(stack + at + WORD),
                                   f->input->user);
            stack_words_find(&words, f->input->runtime->module, blocks, g, stack, n);
            live.root = add_root(f, (struct reach_root){.kind = REACH_GOROUTINE, .goroutine = g});
            keep_words(f, stack, n, words.live, &live);
            if (strcmp(g->state, "IO wait") == 0) {
                g_array_append_val(f->io, live);
            } else {
                follow_words(f, &live);
                g_array_set_size(f->words, live.first);
            }
            other.root = add_root(
                f, (struct reach_root){.kind = REACH_GOROUTINE, .goroutine = g, .is_guess = true});
            keep_words(f, stack, n, words.other, &other);
            g_array_append_val(f->others, other);
            ok = has_room(f, error);
        }
    }
    stack_words_clear(&words);
    blocks_free(blocks);
    return ok;
}

static void follow_later(struct follower *f, const GArray *stacks)
{
    for (guint i = 0; i < stacks->len; i++)
        follow_words(f, &g_array_index(stacks, struct waiting_stack, i));
    drain(f);
}

/* --- what leads to everything --- */

static void hold(GHashTable *set, uint64_t address)
{
    if (address != 0)
        g_hash_table_add(set, g_memdup2(&address, sizeof address));
}

GByteArray *reach_processor_words(struct go_types *types)
{
    GByteArray *words = g_byte_array_new();

    go_types_scan(types);
    const struct go_type *type = go_types_at(types, go_types_named(types, "runtime.p"));

    for (uint64_t at = 0; type->name != NULL && at + WORD <= MIN(type->size, MAX_PROCESSOR);
         at += WORD) {
        uint64_t rest;
        const struct go_type *inside = go_types_inside(types, type, at, NULL, &rest);

        g_byte_array_append(words, &(uint8_t){inside->name == NULL || rest < inside->pointer_bytes},
                            1);
    }
    return words;
}

/* --- all of it --- */

static struct reach *reach_new(const struct objects *objects)
{
    struct reach *reach = g_new0(struct reach, 1);
    size_t n = objects_count(objects);

    reach->objects = objects;
    reach->roots = g_array_new(FALSE, FALSE, sizeof(struct reach_root));
    reach->parent = g_try_new(int32_t, n + 1);
    reach->offset = g_try_new0(uint32_t, n + 1);
    reach->owner = g_try_new0(uint32_t, n + 1);
    for (size_t i = 0; reach->parent != NULL && i < n; i++)
        reach->parent[i] = REACH_NONE;
    return reach;
}

static bool follow_all(struct follower *f, GError **error)
{
    size_t n;

    if (f->reach->parent == NULL || f->reach->offset == NULL || f->reach->owner == NULL) {
        g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_TOO_LARGE,
                    "there is no room for what holds each of %zu objects",
                    objects_count(f->reach->objects));
        return false;
    }
    for (size_t i = 0; i < f->input->goroutines->n; i++) {
        hold(f->held, f->input->goroutines->goroutines[i].address);
        hold(f->held, f->input->goroutines->goroutines[i].m);
    }
    g_autofree uint8_t *copy = go_runtime_processors(f->input->runtime, &n, error);

    for (size_t i = 0; copy != NULL && i < n; i++) {
        hold(f->held, bytes_u64(copy + i * WORD));
        hold(f->processors, bytes_u64(copy + i * WORD));
    }
    if (copy == NULL || !follow_variables(f, true, error) || !read_stacks(f, error))
        return false;
    drain(f);
    follow_later(f, f->io);
    follow_later(f, f->others);
    f->follow_held = true;
    g_array_append_vals(f->queue, f->late->data, f->late->len);
    g_array_set_size(f->late, 0);
    drain(f);
    return follow_variables(f, false, error);
}

struct reach *reach_follow(const struct reach_input *input, GError **error)
{
    struct follower f = {
        .input = input,
        .reach = reach_new(input->objects),
        .queue = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
        .held = g_hash_table_new_full(hash_u64, g_int64_equal, g_free, NULL),
        .processors = g_hash_table_new_full(hash_u64, g_int64_equal, g_free, NULL),
        .processor_words = reach_processor_words(input->types),
        .late = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
        .words = g_array_new(FALSE, FALSE, sizeof(struct word)),
        .io = g_array_new(FALSE, FALSE, sizeof(struct waiting_stack)),
        .others = g_array_new(FALSE, FALSE, sizeof(struct waiting_stack)),
    };
    bool ok = follow_all(&f, error);

    g_array_unref(f.queue);
    g_hash_table_unref(f.held);
    g_hash_table_unref(f.processors);
    g_byte_array_unref(f.processor_words);
    g_array_unref(f.late);
    g_array_unref(f.words);
    g_array_unref(f.io);
    g_array_unref(f.others);
    if (!ok)
        g_clear_pointer(&f.reach, reach_free);
    return f.reach;
}

void reach_free(struct reach *reach)
{
    if (reach == NULL)
        return;
    g_array_unref(reach->roots);
    g_free(reach->parent);
    g_free(reach->offset);
    g_free(reach->owner);
    g_free(reach);
}

const char *reach_frame(const struct live_goroutine *goroutine, enum go_arch arch, uint32_t offset)
{
    uint64_t sp = 0;

    for (size_t i = 0; i < goroutine->n_stack; i++) {
        const struct symbol *s = goroutine->stack[i];
        uint64_t end = sp + (uint64_t)MAX(s->stack_delta, 0) + (arch == GO_ARCH_ARM64 ? 0 : WORD);

        if (s->stack_delta < 0)
            break;
        if (offset < end)
            return s->n_frames > 0 ? s->frames[0].function : "";
        sp = end;
    }
    return goroutine->n_stack > 0 && goroutine->stack[goroutine->n_stack - 1]->n_frames > 0
               ? goroutine->stack[goroutine->n_stack - 1]->frames[0].function
               : "";
}
