#include "probes/goruntime/cpu_samples.h"

#include "pprof/builder.h"
#include "probes/goruntime/limits.h"
#include "probes/goruntime/pclntab.h"

#include <string.h>

enum {
    MAX_STACKS = 1 << 18,
    MAX_FRAMES = 1 << 24, /* of all stacks */
};

/* What a pc is, found once. */
struct place {
    uint32_t location; /* PROFILE_NONE: leave it out */
    bool is_go, is_vdso;
    bool is_trap; /* the pc of its caller is no return address */
};

/* Rows that stand for what has no code of its own. */
enum special {
    SPECIAL_UNKNOWN,
    SPECIAL_NATIVE,
    SPECIAL_NOT_KEPT,
    N_SPECIALS,
};

static const char *const special_names[N_SPECIALS] = {
    [SPECIAL_UNKNOWN] = "[no user stack]",
    [SPECIAL_NATIVE] = "[C code, Go caller unknown]",
    [SPECIAL_NOT_KEPT] = "[more stacks than are kept]",
};

struct cpu_samples {
    struct symbols *symbols;
    struct native *native;
    struct cpu_labels *labels; /* NULL: none */
    uint64_t period_ns;
    size_t deepest;
    struct cpu_sample_counts counts;
    struct builder builder;
    GArray *places; /* struct place */
    struct hash_index by_pc, by_stack;
    GArray *kinds; /* struct kind, of each sample of the profile */
    uint32_t specials[N_SPECIALS];
    struct cpu_stack stack;
    GPtrArray *walked;
    uint32_t frames[CPU_WALK_MAX + 1]; /* of the sample that is being added */
    size_t n_frames;
    const struct symbol *root; /* what it begins with; NULL: not seen */
};

/* What tells samples of one stack apart. */
struct kind {
    uint32_t set; /* of labels */
    bool in_kernel;
};

/* --- places --- */

static uint32_t mapping_of(struct cpu_samples *samples, const struct native_place *native)
{
    GArray *mappings = samples->builder.mappings;

    for (guint i = 0; i < mappings->len; i++)
        if (g_array_index(mappings, struct profile_mapping, i).start == native->begin)
            return i;
    struct profile_mapping mapping = {
        .id = mappings->len + 1,
        .start = native->begin,
        .limit = native->end,
        .file_offset = native->offset,
        .filename = names_intern(&samples->builder.names, native->file, strlen(native->file)),
        .build_id = "",
        .has_functions = true};

    g_array_append_val(mappings, mapping);
    return mappings->len - 1;
}

/* The program's is the first, as readers of profiles expect. */
static void add_program(struct cpu_samples *samples)
{
    struct native_place native;

    if (native_find(samples->native, symbols_module(samples->symbols)->text.begin, &native))
        mapping_of(samples, &native);
}

static struct builder_frame frame_of(const char *function, const char *file, int64_t line)
{
    return (struct builder_frame){.name = function,
                                  .name_n = strlen(function),
                                  .file = file,
                                  .file_n = strlen(file),
                                  .line = line};
}

/* is_exact: pc is the instruction, not the address a call returns to. */
static const struct place *place_at(struct cpu_samples *samples, uint64_t pc, bool is_exact)
{
    uint64_t hash = hash_number(pc << 1 | is_exact);
    uint32_t found = hash_index_find(&samples->by_pc, hash, NULL, NULL);

    if (found == HASH_NONE && samples->places->len >= GORUNTIME_MAX_SYMBOLS) {
        static const struct place unknown = {.location = PROFILE_NONE};

        return &unknown;
    }
    if (found == HASH_NONE) {
        const struct symbol *symbol = symbols_at(samples->symbols, pc, is_exact);
        struct builder_frame lines[GORUNTIME_MAX_INLINED + 1];
        struct native_place native;
        struct place place = {.location = PROFILE_NONE,
                              .is_go = symbol->function != PCLNTAB_NONE,
                              .is_trap = symbol->is_trap};
        bool is_mapped = native_find(samples->native, is_exact ? pc : pc - 1, &native);
        /* Wrappers that the compiler made are left out, except where the time was spent in one. */
        size_t n = 0;

        for (uint32_t i = 0; i < symbol->n_frames && !symbol->is_goexit; i++) {
            const struct symbol_frame *frame = &symbol->frames[i];

            if (!frame->is_wrapper || (is_exact && i == 0))
                lines[n++] = frame_of(frame->function, frame->file, frame->line);
        }

        if (!place.is_go && is_mapped) {
            lines[n++] = frame_of(native.function, native.file, 0);
            place.is_vdso = native.is_vdso;
        }
        if (n > 0 && samples->builder.locations->len < GORUNTIME_MAX_SYMBOLS)
            place.location = builder_add_location(
                &samples->builder, pc, is_mapped ? mapping_of(samples, &native) : PROFILE_NONE,
                lines, n);

        found = samples->places->len;
        hash_index_add(&samples->by_pc, hash, found);
        g_array_append_val(samples->places, place);
    }
    return &g_array_index(samples->places, struct place, found);
}

/* --- making --- */

struct cpu_samples *cpu_samples_new(struct symbols *symbols, struct native *native,
                                    struct cpu_labels *labels, uint64_t period_ns, size_t deepest)
{
    static const struct profile_value_type types[] = {{"samples", "count"}, {"cpu", "nanoseconds"}};
    struct cpu_samples *samples = g_new0(struct cpu_samples, 1);

    samples->symbols = symbols;
    samples->native = native;
    samples->labels = labels;
    samples->kinds = g_array_new(FALSE, FALSE, sizeof(struct kind));
    samples->period_ns = period_ns;
    samples->deepest = deepest;
    samples->places = g_array_new(FALSE, FALSE, sizeof(struct place));
    samples->walked = g_ptr_array_new();
    builder_init(&samples->builder);
    builder_set_types(&samples->builder, types, G_N_ELEMENTS(types));
    add_program(samples);
    for (int i = 0; i < N_SPECIALS; i++) {
        struct builder_frame line = {
            .name = special_names[i], .name_n = strlen(special_names[i]), .file = ""};

        samples->specials[i] = builder_add_location(&samples->builder, 0, PROFILE_NONE, &line, 1);
    }
    return samples;
}

void cpu_samples_free(struct cpu_samples *samples)
{
    if (samples == NULL)
        return;
    builder_clear(&samples->builder);
    hash_index_clear(&samples->by_pc);
    hash_index_clear(&samples->by_stack);
    g_array_unref(samples->kinds);
    g_array_unref(samples->places);
    g_ptr_array_unref(samples->walked);
    g_free(samples);
}

const struct cpu_sample_counts *cpu_samples_counts(const struct cpu_samples *samples)
{
    return &samples->counts;
}

/* --- samples --- */

static void add_frame(struct cpu_samples *samples, uint32_t location)
{
    if (location != PROFILE_NONE && samples->n_frames < G_N_ELEMENTS(samples->frames))
        samples->frames[samples->n_frames++] = location;
}

/*
 * The kernel's own code for the time of day is booked on who asked for the time,
 * as in pprof. It has no frame in the chain's sense, so the call behind it is
 * there as a return address.
 */
static size_t count_vdso(struct cpu_samples *samples, const struct perf_record *sample)
{
    size_t n = 0;

    while (n + 1 < sample->n_chain && place_at(samples, sample->chain[n], n == 0)->is_vdso)
        n++;
    return n;
}

/* The runtime's few lines of assembly that call it: pprof counts their callers. */
static bool asks_for_time(const struct symbol *symbol)
{
    static const char *const names[] = {"runtime.nanotime1", "runtime.walltime1",
                                        "runtime.walltime", "time.now"};

    for (size_t i = 0; symbol->n_frames == 1 && i < G_N_ELEMENTS(names); i++)
        if (strcmp(symbol->frames[0].function, names[i]) == 0)
            return true;
    return false;
}

/* The function that goexit is said to have called; NULL when that end was not reached. */
static const struct symbol *root_of(const struct cpu_samples *samples)
{
    const struct cpu_stack *stack = &samples->stack;
    size_t n = stack->n;

    if (n < 2 || !symbols_at(samples->symbols, stack->pcs[n - 1], false)->is_goexit)
        return NULL;
    return symbols_at(samples->symbols, stack->pcs[n - 2], n == 2 && !stack->is_return);
}

static void find_frames(struct cpu_samples *samples, const struct perf_record *sample)
{
    struct cpu_stack *stack = &samples->stack;
    size_t n_vdso = count_vdso(samples, sample);
    bool has_go = false, is_exact;

    cpu_walk(samples->symbols, sample, n_vdso > 0 ? sample->chain + n_vdso : sample->chain,
             sample->n_chain - n_vdso, samples->walked, stack);
    samples->counts.n_ends[stack->end]++;
    samples->counts.n_cut += sample->n_chain >= samples->deepest;
    samples->n_frames = 0;
    samples->root = root_of(samples);
    is_exact = !stack->is_return;
    size_t first = n_vdso > 0 && stack->n > 1 &&
                   asks_for_time(symbols_at(samples->symbols, stack->pcs[0], is_exact));

    is_exact = first > 0 ? false : is_exact;
    for (size_t i = first; i < stack->n; i++) {
        const struct place *place = place_at(samples, stack->pcs[i], is_exact);

        add_frame(samples, place->location);
        has_go |= place->is_go;
        is_exact = place->is_trap;
    }
    if (samples->n_frames == 0) {
        samples->counts.n_unknown++;
        add_frame(samples, samples->specials[SPECIAL_UNKNOWN]);
    } else if (!has_go) {
        samples->counts.n_native++;
        add_frame(samples, samples->specials[SPECIAL_NATIVE]);
    }
}

/* What a stack is looked up with. */
struct wanted {
    const struct cpu_samples *samples;
    struct kind kind;
};

static bool is_stack(const void *user, uint32_t element)
{
    const struct wanted *wanted = user;
    const struct cpu_samples *samples = wanted->samples;
    const struct profile_sample *sample =
        &g_array_index(samples->builder.samples, struct profile_sample, element);

    const struct kind *kind = &g_array_index(samples->kinds, struct kind, element);

    return sample->n_frames == samples->n_frames && kind->in_kernel == wanted->kind.in_kernel &&
           kind->set == wanted->kind.set &&
           memcmp(&g_array_index(samples->builder.frames, uint32_t, sample->first_frame),
                  samples->frames, samples->n_frames * sizeof *samples->frames) == 0;
}

static void add_label(struct builder *b, const char *key, size_t key_n, const char *value,
                      size_t value_n)
{
    struct profile_label label = {.key = names_intern(&b->names, key, key_n),
                                  .str = names_intern(&b->names, value, value_n),
                                  .unit = ""};

    g_array_append_val(b->labels, label);
}

static uint32_t add_stack(struct cpu_samples *samples, struct kind kind)
{
    struct builder *b = &samples->builder;
    struct profile_sample sample = {.first_frame = b->frames->len,
                                    .n_frames = (uint32_t)samples->n_frames,
                                    .first_label = b->labels->len};
    int64_t values[] = {0, 0};

    g_array_append_vals(b->frames, samples->frames, (guint)samples->n_frames);
    size_t n = 0;
    const struct cpu_label *labels =
        kind.set != 0 ? cpu_labels_at(samples->labels, kind.set, &n) : NULL;

    if (kind.in_kernel)
        add_label(b, "mode", strlen("mode"), "kernel", strlen("kernel"));
    for (size_t i = 0; i < n; i++)
        add_label(b, labels[i].key, labels[i].key_n, labels[i].value, labels[i].value_n);
    sample.n_labels = b->labels->len - sample.first_label;
    g_array_append_val(samples->kinds, kind);
    g_array_append_val(b->samples, sample);
    g_array_append_vals(b->values, values, G_N_ELEMENTS(values));
    return b->samples->len - 1;
}

static uint32_t find_stack(const struct cpu_samples *samples, struct kind kind, uint64_t *ret_hash)
{
    struct wanted wanted = {samples, kind};
    uint64_t hash = hash_number((uint64_t)kind.set << 1 | kind.in_kernel);

    for (size_t i = 0; i < samples->n_frames; i++)
        hash = hash_mix(hash, samples->frames[i]);
    *ret_hash = hash;
    return hash_index_find(&samples->by_stack, hash, is_stack, &wanted);
}

/* Index of the sample of the profile that has this stack, or of the one for all others. */
static uint32_t stack_of(struct cpu_samples *samples, struct kind kind)
{
    const struct builder *b = &samples->builder;
    uint64_t hash;
    uint32_t found = find_stack(samples, kind, &hash);

    if (found == HASH_NONE && (b->samples->len >= MAX_STACKS || b->frames->len >= MAX_FRAMES)) {
        samples->counts.n_not_kept++;
        samples->n_frames = 0;
        add_frame(samples, samples->specials[SPECIAL_NOT_KEPT]);
        kind.set = 0;
        found = find_stack(samples, kind, &hash);
    }
    if (found == HASH_NONE) {
        found = add_stack(samples, kind);
        hash_index_add(&samples->by_stack, hash, found);
    }
    return found;
}

void cpu_samples_add(struct cpu_samples *samples, const struct perf_record *sample)
{
    samples->counts.n++;
    samples->counts.n_kernel += sample->in_kernel;
    find_frames(samples, sample);
    struct kind kind = {.in_kernel = sample->in_kernel};

    if (samples->labels != NULL)
        kind.set = cpu_labels_of(samples->labels, sample, samples->root);
    samples->counts.n_labelled += kind.set != 0;
    uint32_t found = stack_of(samples, kind);
    int64_t *values = &g_array_index(samples->builder.values, int64_t, (gsize)2 * found);

    values[0]++;
    values[1] += (int64_t)samples->period_ns;
}

struct profile *cpu_samples_finish(struct cpu_samples *samples, int64_t time_ns,
                                   int64_t duration_ns, const char *const *comments,
                                   size_t n_comments)
{
    builder_set_comments(&samples->builder, comments, n_comments);
    struct profile *profile = builder_finish(&samples->builder);

    profile->period = (int64_t)samples->period_ns;
    profile->time_ns = time_ns;
    profile->duration_ns = duration_ns;
    return profile;
}
