#include "app/session/session_parts.h"

#include "pprof/goroutines.h"
#include "pprof/top.h"

enum {
    MAX_FRAMES = 500 * 1000, /* of a profile: some milliseconds */
    MAX_ROWS = 200,          /* of each sample, the largest first */
};

struct session_parts {
    struct part_history *history[PART_N_KINDS];
    struct trend_options options;
    struct profile *profile; /* own reference: another one never has its address */
    gint64 regions_us, dump_us;
    bool has_states; /* of the dumps seen: with and without them the same stack is another bucket */
    const struct parts_tap *tap;
};

/* Changes of this size, or of this share of the level, are no trend. */
static const struct noise {
    double absolute, share;
} noises[PART_N_KINDS] = {
    [PART_FUNCTIONS] = {1024 * 1024, 0.03},
    [PART_TEMPLATES] = {2, 0},
    [PART_FILES] = {1, 0},
    [PART_GOROUTINES] = {3, 0},
    [PART_REGIONS] = {2 * 1024 * 1024, 0.01},
};

struct session_parts *session_parts_new(const struct trend_options *options)
{
    struct session_parts *parts = g_new0(struct session_parts, 1);

    parts->options = *options;
    for (int kind = 0; kind < PART_N_KINDS; kind++)
        parts->history[kind] = part_history_new();
    return parts;
}

struct session_parts *session_parts_new_of(const struct trend_options *options,
                                           struct part_history *histories[PART_N_KINDS],
                                           struct sample *const samples[PROBE_N_KINDS])
{
    struct session_parts *parts = g_new0(struct session_parts, 1);

    parts->options = *options;
    for (int kind = 0; kind < PART_N_KINDS; kind++)
        parts->history[kind] = histories[kind];
    const struct heap_sample *heap = (const void *)samples[PROBE_HEAP];
    const struct goroutines_sample *goroutines = (const void *)samples[PROBE_GOROUTINES];
    const struct memory_sample *memory = (const void *)samples[PROBE_MEMORY];

    if (heap != NULL && heap->profile != NULL)
        parts->profile = profile_ref(heap->profile);
    if (goroutines != NULL && goroutines->dump != NULL) {
        parts->dump_us = goroutines->dump_us;
        parts->has_states = goroutines->dump->has_states;
    }
    if (memory != NULL)
        parts->regions_us = memory->regions_us;
    return parts;
}

void session_parts_move(struct session_parts *parts, gint64 by_us)
{
    for (int kind = 0; kind < PART_N_KINDS; kind++)
        part_history_move(parts->history[kind], by_us);
    if (parts->options.since_us != 0)
        parts->options.since_us += by_us;
    if (parts->regions_us != 0)
        parts->regions_us += by_us;
    if (parts->dump_us != 0)
        parts->dump_us += by_us;
}

void session_parts_free(struct session_parts *parts)
{
    if (parts == NULL)
        return;
    for (int kind = 0; kind < PART_N_KINDS; kind++)
        part_history_free(parts->history[kind]);
    profile_unref(parts->profile);
    g_free(parts);
}

void session_parts_set_tap(struct session_parts *parts, const struct parts_tap *tap)
{
    parts->tap = tap;
}

/* --- filling --- */

static void begin(struct session_parts *parts, enum part_kind kind, gint64 t_us)
{
    part_history_begin(parts->history[kind], t_us);
    if (parts->tap != NULL)
        parts->tap->begin(kind, t_us, parts->tap->user);
}

static void set(struct session_parts *parts, enum part_kind kind, const char *part, int64_t value)
{
    part_history_set(parts->history[kind], part, value);
    if (parts->tap != NULL)
        parts->tap->part(kind, part, value, parts->tap->user);
}

static void clear(struct session_parts *parts, enum part_kind kind)
{
    part_history_clear(parts->history[kind]);
    if (parts->tap != NULL)
        parts->tap->clear(kind, parts->tap->user);
}

/* --- by kind of sample --- */

static void add_functions(struct session_parts *parts, const struct heap_sample *heap)
{
    struct top_options options = {.sample_index = -1};

    /* between two collections the profile stands still: points there would be a stair */
    if (heap->profile == NULL || heap->profile == parts->profile ||
        (!heap->new_gc && parts->profile != NULL) || heap->profile->n_frames > MAX_FRAMES)
        return;
    options.sample_index = profile_sample_index(heap->profile, "inuse_space");
    if (options.sample_index < 0)
        return;
    g_autoptr(top_report_auto) report = top_build(heap->profile, &options, NULL);

    if (report == NULL)
        return;
    begin(parts, PART_FUNCTIONS, heap->profile_us);
    for (size_t i = 0; i < MIN(report->n_rows, (size_t)MAX_ROWS) && report->rows[i].flat != 0; i++)
        set(parts, PART_FUNCTIONS, report->rows[i].name, report->rows[i].flat);
    profile_unref(parts->profile);
    parts->profile = profile_ref(heap->profile);
}

static void add_files(struct session_parts *parts, const struct files_sample *files)
{
    begin(parts, PART_TEMPLATES, files->base.taken_us);
    for (size_t i = 0; i < MIN(files->n_templates, (size_t)MAX_ROWS); i++)
        set(parts, PART_TEMPLATES, files->templates[i].text, files->templates[i].count);
    begin(parts, PART_FILES, files->base.taken_us);
    /* a path that is open once cannot be the file that is opened again and again */
    for (size_t i = 0; i < MIN(files->n_groups, (size_t)MAX_ROWS) && files->groups[i].count > 1;
         i++)
        set(parts, PART_FILES, files->groups[i].path, files->groups[i].count);
}

static void add_goroutines(struct session_parts *parts, const struct goroutines_sample *sample)
{
    const struct goroutine_dump *dump = sample->dump;

    if (dump == NULL || sample->dump_us == parts->dump_us)
        return;
    if (dump->has_states != parts->has_states)
        clear(parts, PART_GOROUTINES);
    parts->has_states = dump->has_states;
    parts->dump_us = sample->dump_us;
    begin(parts, PART_GOROUTINES, sample->dump_us);
    for (size_t i = 0; i < MIN(dump->n_buckets, (size_t)MAX_ROWS); i++)
        set(parts, PART_GOROUTINES, session_parts_bucket_key(dump->buckets[i].hash).text,
            (int64_t)dump->buckets[i].count);
}

static void add_regions(struct session_parts *parts, const struct memory_sample *memory)
{
    if (memory->regions_us == 0 || memory->regions_us == parts->regions_us)
        return;
    parts->regions_us = memory->regions_us;
    begin(parts, PART_REGIONS, memory->regions_us);
    for (int cls = 0; cls < REGION_N_CLASSES; cls++)
        if (memory->classes[cls].count > 0)
            set(parts, PART_REGIONS, region_class_name((enum region_class)cls),
                memory->classes[cls].resident_bytes);
}

void session_parts_add(struct session_parts *parts, const struct sample *sample)
{
    const void *any = sample;

    if (sample->status != SAMPLE_OK)
        return;
    if (sample->kind == PROBE_HEAP)
        add_functions(parts, any);
    else if (sample->kind == PROBE_FILES)
        add_files(parts, any);
    else if (sample->kind == PROBE_GOROUTINES)
        add_goroutines(parts, any);
    else if (sample->kind == PROBE_MEMORY)
        add_regions(parts, any);
}

/* --- asking --- */

const struct part_history *session_parts_history(const struct session_parts *parts,
                                                 enum part_kind kind)
{
    return parts->history[kind];
}

struct trend session_parts_trend(const struct session_parts *parts, enum part_kind kind,
                                 const char *part)
{
    if (parts == NULL)
        return (struct trend){.verdict = TREND_UNKNOWN};
    const struct part_history *history = parts->history[kind];
    const int64_t *values = part_history_values(history, part);
    struct trend_options options = parts->options;
    size_t n = part_history_n_points(history);
    double level = values != NULL && n > 0 ? (double)values[n - 1] : 0;

    options.noise = MAX(noises[kind].absolute, noises[kind].share * level);
    return part_history_trend(history, part, &options);
}

struct part_key session_parts_bucket_key(uint64_t hash)
{
    struct part_key key;

    g_snprintf(key.text, sizeof key.text, "%016" G_GINT64_MODIFIER "x", (guint64)hash);
    return key;
}
