#include "probes/goruntime/bucket_stacks.h"

#include "probes/goruntime/limits.h"

#include <string.h>

/* One frame of a stack, and the address that it came from. */
struct logical {
    const struct symbol *symbol;
    const struct symbol_frame *frame; /* NULL: not Go's */
};

struct known {
    uint64_t pc;
    size_t n; /* lines */
    uint32_t location;
};

struct bucket_stacks {
    struct builder *builder;
    struct symbols *symbols;
    struct native *native;
    GArray *frames; /* struct logical, of the stack in hand */
    GArray *known;  /* struct known */
    struct hash_index by_pc;
};

struct bucket_stacks *bucket_stacks_new(struct builder *builder, struct symbols *symbols,
                                        struct native *native)
{
    struct bucket_stacks *stacks = g_new0(struct bucket_stacks, 1);

    stacks->builder = builder;
    stacks->symbols = symbols;
    stacks->native = native;
    stacks->frames = g_array_new(FALSE, FALSE, sizeof(struct logical));
    stacks->known = g_array_new(FALSE, FALSE, sizeof(struct known));
    return stacks;
}

void bucket_stacks_free(struct bucket_stacks *stacks)
{
    if (stacks == NULL)
        return;
    g_array_unref(stacks->frames);
    g_array_unref(stacks->known);
    hash_index_clear(&stacks->by_pc);
    g_free(stacks);
}

/* --- frames of a stack --- */

static void add_frames(struct bucket_stacks *stacks, const struct symbol *symbol, uint32_t n)
{
    for (uint32_t i = 0; i < n && !symbol->is_goexit; i++) {
        struct logical frame = {symbol, &symbol->frames[i]};

        g_array_append_val(stacks->frames, frame);
    }
    if (symbol->n_frames == 0)
        g_array_append_val(stacks->frames, ((struct logical){symbol, NULL}));
}

/* Whether an address stands for a caller that another one was inlined into, n levels out. */
static bool is_outer(const struct symbol *symbol, const struct symbol *inner, uint32_t n)
{
    return symbol->function == inner->function && n < inner->n_frames &&
           symbol->n_frames == inner->n_frames - n &&
           symbol->frames[0].function == inner->frames[n].function &&
           symbol->frames[0].line == inner->frames[n].line;
}

/*
 * A stack of real calls begins within one of them where frames were skipped: the
 * frames around it then have addresses too.
 */
static void expand_physical(struct bucket_stacks *stacks, const uint64_t *pcs, size_t n)
{
    const struct symbol *first = symbols_at(stacks->symbols, pcs[0], false);
    size_t i = 1;

    add_frames(stacks, first, first->n_frames);
    while (i < n && is_outer(symbols_at(stacks->symbols, pcs[i], false), first, (uint32_t)i))
        i++;
    for (; i < n; i++) {
        const struct symbol *symbol = symbols_at(stacks->symbols, pcs[i], false);

        add_frames(stacks, symbol, symbol->n_frames);
    }
}

/* The last address of a stack that was cut short may lack the callers it was inlined into. */
static void expand_logical(struct bucket_stacks *stacks, const uint64_t *pcs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct symbol *symbol = symbols_at(stacks->symbols, pcs[i], false);

        add_frames(stacks, symbol, i + 1 < n ? MIN(symbol->n_frames, 1) : symbol->n_frames);
    }
}

/* --- locations --- */

static uint32_t mapping_of(struct bucket_stacks *stacks, uint64_t pc)
{
    struct builder *b = stacks->builder;
    struct native_place place;

    if (stacks->native == NULL || !native_find(stacks->native, pc, &place))
        return PROFILE_NONE;
    for (guint i = 0; i < b->mappings->len; i++)
        if (g_array_index(b->mappings, struct profile_mapping, i).start == place.begin)
            return i;
    struct profile_mapping mapping = {.id = b->mappings->len + 1,
                                      .start = place.begin,
                                      .limit = place.end,
                                      .file_offset = place.offset,
                                      .filename =
                                          names_intern(&b->names, place.file, strlen(place.file)),
                                      .build_id = "",
                                      .has_functions = true};

    g_array_append_val(b->mappings, mapping);
    return b->mappings->len - 1;
}

struct wanted {
    const struct bucket_stacks *stacks;
    uint64_t pc;
    size_t n;
};

static bool is_known(const void *user, uint32_t element)
{
    const struct wanted *wanted = user;
    const struct known *known = &g_array_index(wanted->stacks->known, struct known, element);

    return known->pc == wanted->pc && known->n == wanted->n;
}

static uint32_t add_location(struct bucket_stacks *stacks, const struct logical *frames, size_t n)
{
    uint64_t pc = frames[0].symbol->pc;
    struct builder_frame lines[GORUNTIME_MAX_INLINED + 1];

    for (size_t i = 0; i < n; i++) {
        const struct symbol_frame *frame = frames[i].frame;

        lines[i] = (struct builder_frame){.name = frame->function,
                                          .name_n = strlen(frame->function),
                                          .file = frame->file,
                                          .file_n = strlen(frame->file),
                                          .line = frame->line};
    }
    return builder_add_location(stacks->builder, pc - 1, mapping_of(stacks, pc - 1), lines, n);
}

/* How many of the frames are one location: an inlined one and what it was inlined into. */
static size_t count_joined(const struct logical *frames, size_t n)
{
    size_t joined = 1;

    if (frames[0].frame == NULL)
        return 0;
    while (joined < n && joined <= GORUNTIME_MAX_INLINED && frames[joined].frame != NULL &&
           frames[joined - 1].frame->is_inlined &&
           frames[joined].symbol->function == frames[0].symbol->function &&
           strcmp(frames[joined].frame->function, frames[joined - 1].frame->function) != 0)
        joined++;
    return joined;
}

uint32_t bucket_stacks_add(struct bucket_stacks *stacks, const uint64_t *pcs, size_t n,
                           enum bucket_stack_form form)
{
    GArray *frames = stacks->builder->frames;
    guint before = frames->len;

    g_array_set_size(stacks->frames, 0);
    if (n > 0 && form == BUCKET_STACK_LOGICAL)
        expand_logical(stacks, pcs, n);
    else if (n > 0)
        expand_physical(stacks, pcs, n);
    for (size_t i = 0; i < stacks->frames->len;) {
        const struct logical *at = &g_array_index(stacks->frames, struct logical, i);
        size_t joined = count_joined(at, stacks->frames->len - i);
        struct wanted wanted = {stacks, at[0].symbol->pc, joined};
        uint64_t hash = hash_mix(hash_number(wanted.pc), joined);
        uint32_t found = hash_index_find(&stacks->by_pc, hash, is_known, &wanted);

        if (found == HASH_NONE) {
            struct known known = {wanted.pc, joined, add_location(stacks, at, joined)};

            found = stacks->known->len;
            g_array_append_val(stacks->known, known);
            hash_index_add(&stacks->by_pc, hash, found);
        }
        uint32_t location = g_array_index(stacks->known, struct known, found).location;

        g_array_append_val(frames, location);
        i += MAX(joined, 1);
    }
    return frames->len - before;
}

size_t bucket_stacks_runtime(const struct bucket_stacks *stacks, const uint64_t *pcs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct symbol *symbol = symbols_at(stacks->symbols, pcs[i], false);

        if (symbol->n_frames == 0 ||
            (!g_str_has_prefix(symbol->frames[0].function, "runtime.") &&
             !g_str_has_prefix(symbol->frames[0].function, "internal/runtime/")))
            return i;
    }
    return 0;
}
