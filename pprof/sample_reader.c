#include "pprof/sample_reader.h"

#include "pprof/builder.h"
#include "pprof/limits.h"
#include "pprof/problem.h"

#include <string.h>

enum sample_field { SAMPLE_LOCATION_ID = 1, SAMPLE_VALUE = 2, SAMPLE_LABEL = 3 };
enum label_field {
    LABEL_KEY = 1,
    LABEL_STR = 2,
    LABEL_NUM = 3,
    LABEL_NUM_UNIT = 4,
    N_LABEL_FIELDS
};

bool string_table_get(const GPtrArray *strings, int64_t index, const char **ret, GError **error)
{
    if (index == 0) {
        *ret = "";
        return true;
    }
    if (index < 0 || (uint64_t)index >= strings->len)
        return problem_invalid(error, "string %" G_GINT64_FORMAT " is not in the table of %u",
                               (gint64)index, strings->len);
    *ret = g_ptr_array_index(strings, (guint)index);
    return true;
}

/* The run of varints of a repeated field: packed, or the only one. */
static bool open_run(const struct wire_field *field, struct wire *ret)
{
    if (field->type != WIRE_BYTES)
        return false;
    *ret = (struct wire){field->at, field->at + field->n};
    return true;
}

/* --- stacks --- */

/* Room for n more; grown by halves, as the largest table of all. */
static void make_room(struct sample_reader *r, size_t n)
{
    enum { LEAST = 4096 };

    if (r->room_frames - r->n_frames >= n)
        return;
    r->room_frames = MAX(r->room_frames + r->room_frames / 2, r->n_frames + n + LEAST);
    r->frames = g_renew(uint32_t, r->frames, r->room_frames);
}

static inline bool add_frame(struct sample_reader *r, uint64_t id, GError **error)
{
    uint32_t frame = id_map_find(r->locations, id);

    r->frames[r->n_frames++] = frame;
    return frame != HASH_NONE || problem_invalid(error, "sample has nil location");
}

/* The room for a packed run is made once: no id takes less than a byte. */
static bool add_frames(struct sample_reader *r, struct wire run, size_t in_sample, GError **error)
{
    size_t most = (size_t)(run.end - run.at);
    uint64_t id;

    if (in_sample + most > PPROF_MAX_MESSAGE_BYTES)
        return problem_too_many(error, "frames in a stack", PPROF_MAX_FRAMES);
    make_room(r, most);
    while (run.at < run.end) {
        if (!wire_varint(&run, &id))
            return problem_unrecognized(error);
        if (!add_frame(r, id, error))
            return false;
    }
    return true;
}

static bool note_frames(struct sample_reader *r, const struct wire_field *field,
                        struct profile_sample *sample)
{
    /* what is neither one run nor without any is for the tables */
    if (field->type == WIRE_VARINT &&
        (sample->first_frame == 0 || (sample->first_frame & PACKED_LOOSE) != 0)) {
        /* Ids that are no run, of which Go writes one or two, become one. */
        uint64_t id = field->value;
        const uint8_t length = 0;

        if (sample->first_frame == 0) {
            sample->first_frame = r->loose->len | PACKED_LOOSE;
            g_byte_array_append(r->loose, &length, 1);
        }
        for (; id >= 0x80; id >>= 7)
            g_byte_array_append(r->loose, &(uint8_t){(uint8_t)(id | 0x80)}, 1);
        g_byte_array_append(r->loose, &(uint8_t){(uint8_t)id}, 1);
        return true;
    }
    if (field->type != WIRE_BYTES || sample->first_frame != 0)
        return false;
    /* Its length is read again when the run is found by its offset: it must be the usual one. */
    size_t n = packed_length_bytes(field->n);
    struct wire length = {field->at - n, field->at};
    uint64_t value;

    sample->first_frame = (uint32_t)(length.at - r->base);
    return wire_varint(&length, &value) && length.at == field->at && value == field->n &&
           packed_read(&r->packed, (struct wire){field->at, field->at + field->n});
}

static bool close_loose(struct sample_reader *r, const struct profile_sample *sample)
{
    enum { MOST_BYTES = 0x7f };
    guint first = (sample->first_frame & ~PACKED_LOOSE) + 1, n = r->loose->len - first;

    if (n > MOST_BYTES || r->loose->len > PPROF_MAX_TOTAL_FRAMES)
        return false;
    r->loose->data[first - 1] = (uint8_t)n;
    /* more of them may move the bytes */
    packed_forget(&r->packed);
    bool ok =
        packed_read(&r->packed, (struct wire){r->loose->data + first, r->loose->data + first + n});

    r->packed.run = (struct wire){NULL, NULL};
    return ok;
}

/* The stack of a sample that is whole, which stays where it is. */
static bool close_stack(struct sample_reader *r, struct profile_sample *sample)
{
    if (sample->first_frame == 0)
        return true;
    if ((sample->first_frame & PACKED_LOOSE) != 0 && !close_loose(r, sample))
        return false;
    sample->n_frames = (uint32_t)r->packed.n;
    r->n_frames += r->packed.n;
    return r->n_frames <= PPROF_MAX_TOTAL_FRAMES;
}

static bool read_frames(struct sample_reader *r, const struct wire_field *field, size_t first,
                        GError **error)
{
    struct wire run;

    if (field->type == WIRE_VARINT) {
        make_room(r, 1);
        if (!add_frame(r, field->value, error))
            return false;
    } else if (!open_run(field, &run)) {
        return problem_unrecognized(error);
    } else if (!add_frames(r, run, r->n_frames - first, error)) {
        return false;
    }
    if (r->n_frames - first > PPROF_MAX_FRAMES)
        return problem_too_many(error, "frames in a stack", PPROF_MAX_FRAMES);
    if (r->n_frames > PPROF_MAX_TOTAL_FRAMES)
        return problem_too_many(error, "frames", PPROF_MAX_TOTAL_FRAMES);
    return true;
}

/* --- values --- */

/* How many the sample has is counted also beyond what there is room for. */
static void add_value(struct sample_reader *r, uint64_t value, size_t *n)
{
    if (*n < r->n_types)
        r->values[r->n_values + *n] = (int64_t)value;
    ++*n;
}

static bool read_values(struct sample_reader *r, const struct wire_field *field, size_t *n,
                        GError **error)
{
    struct wire run;
    uint64_t value;

    if (field->type == WIRE_VARINT) {
        add_value(r, field->value, n);
        return true;
    }
    if (!open_run(field, &run))
        return problem_unrecognized(error);
    while (run.at < run.end) {
        if (!wire_varint(&run, &value))
            return problem_unrecognized(error);
        add_value(r, value, n);
    }
    return true;
}

/* --- labels --- */

static bool read_label(struct sample_reader *r, const struct wire_field *field, GError **error)
{
    int64_t fields[N_LABEL_FIELDS] = {0};
    struct wire wire;

    if (!open_run(field, &wire) || !wire_numbers(wire, fields, N_LABEL_FIELDS))
        return problem_unrecognized(error);
    struct profile_label label = {.num = fields[LABEL_NUM]};

    if (!string_table_get(r->strings, fields[LABEL_KEY], &label.key, error) ||
        !string_table_get(r->strings, fields[LABEL_STR], &label.str, error) ||
        !string_table_get(r->strings, fields[LABEL_NUM_UNIT], &label.unit, error))
        return false;
    /* a label with neither text nor number says nothing */
    if (fields[LABEL_STR] != 0 || fields[LABEL_NUM] != 0 || fields[LABEL_NUM_UNIT] != 0) {
        enum { LEAST = 64 };

        if (r->n_labels == r->room_labels) {
            r->room_labels = r->room_labels + r->room_labels / 2 + LEAST;
            r->labels = g_renew(struct profile_label, r->labels, r->room_labels);
        }
        r->labels[r->n_labels++] = label;
    }
    return true;
}

/* --- samples --- */

bool sample_reader_begin(struct sample_reader *r, size_t n_types, size_t n_samples, GError **error)
{
    if (n_types == 0 && n_samples > 0)
        return problem_invalid(error, "missing sample type information");
    r->n_types = n_types;
    r->values = g_new(int64_t, n_types * n_samples + 1);
    packed_reader_init(&r->packed, r->locations);
    r->loose = r->base != NULL ? g_byte_array_new() : NULL;
    return true;
}

void sample_reader_reset(struct sample_reader *r)
{
    packed_reader_clear(&r->packed);
    g_clear_pointer(&r->loose, g_byte_array_unref);
    g_free(r->values);
    g_free(r->frames);
    g_free(r->labels);
    *r = (struct sample_reader){.locations = r->locations, .strings = r->strings};
}

/* How much of what the sample being read has. */
struct counts {
    size_t values;
    size_t labels; /* with those that say nothing */
};

static bool read_field(struct sample_reader *r, const struct wire_field *field,
                       struct profile_sample *sample, struct counts *n, GError **error)
{
    switch (field->number) {
    case SAMPLE_LOCATION_ID:
        return r->base != NULL ? note_frames(r, field, sample)
                               : read_frames(r, field, sample->first_frame, error);
    case SAMPLE_VALUE:
        return read_values(r, field, &n->values, error);
    case SAMPLE_LABEL:
        if (!read_label(r, field, error))
            return false;
        if (++n->labels > PPROF_MAX_LABELS)
            return problem_too_many(error, "labels on a sample", PPROF_MAX_LABELS);
        if (r->n_labels > PPROF_MAX_TOTAL_LABELS)
            return problem_too_many(error, "labels", PPROF_MAX_TOTAL_LABELS);
        return true;
    default:
        return true;
    }
}

bool sample_reader_next(struct sample_reader *r, struct wire message, struct profile_sample *ret,
                        GError **error)
{
    struct profile_sample sample = {.first_frame = r->base == NULL ? (uint32_t)r->n_frames : 0,
                                    .first_label = (uint32_t)r->n_labels};
    struct counts n = {0, 0};
    struct wire_field field;
    enum wire_result result;

    while ((result = wire_next(&message, &field)) == WIRE_FIELD)
        if (!read_field(r, &field, &sample, &n, error))
            return false;
    if (result == WIRE_BAD)
        return problem_unrecognized(error);
    if (n.values != r->n_types)
        return problem_invalid(error, "mismatch: a sample has %zu values, there are %zu types",
                               n.values, r->n_types);
    r->n_values += n.values;
    if (r->base == NULL)
        sample.n_frames = (uint32_t)r->n_frames - sample.first_frame;
    else if (!close_stack(r, &sample))
        return false;

    /* Most samples have labels that one before has as well, a heap's sizes, say: kept once. */
    size_t count = r->n_labels - sample.first_label, bytes = count * sizeof *r->labels;

    sample.n_labels = (uint32_t)count;
    if (count != 0) {
        const struct profile_label *own = r->labels + sample.first_label;
        struct label_set *seen =
            &r->label_sets[hash_bytes(own, bytes, hash_seed()) % SAMPLE_LABEL_SETS];

        if (seen->n == count && memcmp(r->labels + seen->first, own, bytes) == 0) {
            sample.first_label = seen->first;
            r->n_labels -= count;
        } else {
            *seen = (struct label_set){sample.first_label, (uint32_t)count};
        }
    }

    *ret = sample;
    return true;
}

/* No more memory than is used; never NULL. */
static void *give(struct store *arena, void *block, size_t bytes)
{
    return bytes > 0 ? store_adopt(arena, g_realloc(block, bytes))
                     : (g_free(block), store_alloc(arena, 1));
}

void sample_reader_finish(struct sample_reader *r, struct profile *p)
{
    struct store *arena = p->store->arena;

    p->values = give(arena, r->values, r->n_values * sizeof *r->values);
    if (r->base == NULL)
        p->frames = give(arena, r->frames, r->n_frames * sizeof *r->frames);
    p->labels = give(arena, r->labels, r->n_labels * sizeof *r->labels);
    p->n_frames = r->n_frames;
    p->n_labels = r->n_labels;
    packed_reader_clear(&r->packed);
    g_clear_pointer(&r->loose, g_byte_array_unref);
    *r = (struct sample_reader){0};
}
