#include "pprof/sample_reader.h"

#include "pprof/limits.h"
#include "pprof/problem.h"
#include "pprof/wire.h"

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

/* --- stacks -------------------------------------------------------------------------------- */

static bool add_frame(struct sample_reader *r, uint64_t id, uint32_t *frame, GError **error)
{
    *frame = id_map_find(r->locations, id);
    return *frame != HASH_NONE || problem_invalid(error, "sample has nil location");
}

/* The room for a packed run is made once: no id takes less than a byte. */
static bool add_frames(struct sample_reader *r, struct wire run, size_t in_sample, GError **error)
{
    size_t most = (size_t)(run.end - run.at);
    guint before = r->frames->len;
    size_t n = 0;
    uint64_t id;

    if (in_sample + most > PPROF_MAX_MESSAGE_BYTES)
        return problem_too_many(error, "frames in a stack", PPROF_MAX_FRAMES);
    g_array_set_size(r->frames, before + (guint)most);
    uint32_t *frames = (uint32_t *)(void *)r->frames->data + before;

    while (run.at < run.end) {
        if (!wire_varint(&run, &id))
            return problem_unrecognized(error);
        if (!add_frame(r, id, &frames[n++], error))
            return false;
    }
    g_array_set_size(r->frames, before + (guint)n);
    return true;
}

static bool read_frames(struct sample_reader *r, const struct wire_field *field, guint first,
                        GError **error)
{
    struct wire run;
    uint32_t frame;

    if (field->type == WIRE_VARINT) {
        if (!add_frame(r, field->value, &frame, error))
            return false;
        g_array_append_val(r->frames, frame);
    } else if (!open_run(field, &run)) {
        return problem_unrecognized(error);
    } else if (!add_frames(r, run, r->frames->len - first, error)) {
        return false;
    }
    if (r->frames->len - first > PPROF_MAX_FRAMES)
        return problem_too_many(error, "frames in a stack", PPROF_MAX_FRAMES);
    if (r->frames->len > PPROF_MAX_TOTAL_FRAMES)
        return problem_too_many(error, "frames", PPROF_MAX_TOTAL_FRAMES);
    return true;
}

/* --- values -------------------------------------------------------------------------------- */

static bool read_values(struct sample_reader *r, const struct wire_field *field, guint first,
                        GError **error)
{
    struct wire run;
    uint64_t value;

    if (field->type == WIRE_VARINT) {
        g_array_append_val(r->values, field->value);
        return true;
    }
    if (!open_run(field, &run))
        return problem_unrecognized(error);
    while (run.at < run.end) {
        if (!wire_varint(&run, &value))
            return problem_unrecognized(error);
        /* one more than fits is enough to be refused */
        if (r->values->len - first <= r->n_types)
            g_array_append_val(r->values, value);
    }
    return true;
}

/* --- labels -------------------------------------------------------------------------------- */

static bool read_label_fields(struct wire wire, int64_t fields[N_LABEL_FIELDS])
{
    struct wire_field field;
    enum wire_result result;

    while ((result = wire_next(&wire, &field)) == WIRE_FIELD) {
        if (field.number == 0 || field.number >= N_LABEL_FIELDS)
            continue;
        if (field.type != WIRE_VARINT)
            return false;
        fields[field.number] = (int64_t)field.value;
    }
    return result == WIRE_END;
}

static bool read_label(struct sample_reader *r, const struct wire_field *field, GError **error)
{
    int64_t fields[N_LABEL_FIELDS] = {0};
    struct profile_label label;
    struct wire wire;

    if (!open_run(field, &wire) || !read_label_fields(wire, fields))
        return problem_unrecognized(error);
    label = (struct profile_label){.num = fields[LABEL_NUM]};
    if (!string_table_get(r->strings, fields[LABEL_KEY], &label.key, error) ||
        !string_table_get(r->strings, fields[LABEL_STR], &label.str, error) ||
        !string_table_get(r->strings, fields[LABEL_NUM_UNIT], &label.unit, error))
        return false;
    /* a label with neither text nor number says nothing */
    if (fields[LABEL_STR] != 0 || fields[LABEL_NUM] != 0 || fields[LABEL_NUM_UNIT] != 0)
        g_array_append_val(r->labels, label);
    return true;
}

static bool check_labels(const struct sample_reader *r, size_t n, GError **error)
{
    if (n > PPROF_MAX_LABELS)
        return problem_too_many(error, "labels on a sample", PPROF_MAX_LABELS);
    if (r->labels->len > PPROF_MAX_TOTAL_LABELS)
        return problem_too_many(error, "labels", PPROF_MAX_TOTAL_LABELS);
    return true;
}

/* --- samples ------------------------------------------------------------------------------- */

/* Where the parts of the sample being read begin. */
struct beginning {
    guint values, frames, labels;
    size_t n_labels; /* with those that say nothing */
};

static bool read_field(struct sample_reader *r, const struct wire_field *field,
                       struct beginning *begin, GError **error)
{
    switch (field->number) {
    case SAMPLE_LOCATION_ID:
        return read_frames(r, field, begin->frames, error);
    case SAMPLE_VALUE:
        return read_values(r, field, begin->values, error);
    case SAMPLE_LABEL:
        return read_label(r, field, error) && check_labels(r, ++begin->n_labels, error);
    default:
        return true;
    }
}

bool sample_reader_next(struct sample_reader *r, const uint8_t *at, size_t n,
                        struct profile_sample *ret, GError **error)
{
    struct beginning begin = {r->values->len, r->frames->len, r->labels->len, 0};
    struct wire wire = {at, at + n};
    struct wire_field field;
    enum wire_result result;

    while ((result = wire_next(&wire, &field)) == WIRE_FIELD)
        if (!read_field(r, &field, &begin, error))
            return false;
    if (result == WIRE_BAD)
        return problem_unrecognized(error);
    if (r->n_types == 0)
        return problem_invalid(error, "missing sample type information");
    if (r->values->len - begin.values != r->n_types)
        return problem_invalid(error, "mismatch: a sample has %s%u values, there are %zu types",
                               r->values->len - begin.values > r->n_types ? "at least " : "",
                               r->values->len - begin.values, r->n_types);
    *ret = (struct profile_sample){.first_frame = begin.frames,
                                   .n_frames = r->frames->len - begin.frames,
                                   .first_label = begin.labels,
                                   .n_labels = r->labels->len - begin.labels};
    return true;
}
