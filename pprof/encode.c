#include "pprof/encode.h"

#include "pprof/inflate.h"
#include "pprof/labels.h"
#include "pprof/limits.h"
#include "pprof/names.h"
#include "pprof/problem.h"
#include "pprof/profile_fields.h"
#include "profile.pb-c.h"

#include <string.h>

/*
 * protobuf-c packs one element at a time; the outermost level, which is nothing
 * but their sequence, is written here. The string table comes last, as in what
 * Go's runtime writes, when all strings are known.
 */

struct encoding {
    const struct profile *profile;
    GByteArray *out;
    struct store *arena;
    struct names names;
    GByteArray *packed; /* one element */
    /* the parts of one sample or location */
    GArray *ids; /* uint64_t */
    GArray *lines, *labels;
    GPtrArray *pointers; /* to one of these */
};

static int64_t number_of(struct encoding *e, const char *text)
{
    return names_number(&e->names, text, strlen(text));
}

static void put_varint(GByteArray *out, uint64_t value)
{
    uint8_t bytes[10];
    guint n = 0;

    for (; value > 0x7f; value >>= 7)
        bytes[n++] = (uint8_t)(value | 0x80);
    bytes[n++] = (uint8_t)value;
    g_byte_array_append(out, bytes, n);
}

static void put_message(struct encoding *e, enum profile_field field,
                        const ProtobufCMessage *message)
{
    enum { LENGTH_DELIMITED = 2 };
    size_t n = protobuf_c_message_get_packed_size(message);

    g_byte_array_set_size(e->packed, (guint)n + 1); /* never NULL */
    protobuf_c_message_pack(message, e->packed->data);
    put_varint(e->out, (uint64_t)field << 3 | LENGTH_DELIMITED);
    put_varint(e->out, n);
    g_byte_array_append(e->out, e->packed->data, (guint)n);
}

/* protobuf-c wants pointers. The array must not grow any more. */
static void point_at(struct encoding *e, const GArray *messages)
{
    g_ptr_array_set_size(e->pointers, 0);
    for (guint i = 0; i < messages->len; i++)
        g_ptr_array_add(e->pointers,
                        messages->data + (gsize)i * g_array_get_element_size((GArray *)messages));
}

/* --- elements --- */

static void put_mapping(struct encoding *e, size_t index)
{
    const struct profile_mapping *in = &e->profile->mappings[index];
    Sidescope__Pprof__Mapping m = SIDESCOPE__PPROF__MAPPING__INIT;

    m.id = index + 1;
    m.memory_start = in->start;
    m.memory_limit = in->limit;
    m.file_offset = in->file_offset;
    m.filename = number_of(e, in->filename);
    m.build_id = number_of(e, in->build_id);
    m.has_functions = in->has_functions;
    m.has_filenames = in->has_filenames;
    m.has_line_numbers = in->has_line_numbers;
    m.has_inline_frames = in->has_inline_frames;
    put_message(e, FIELD_MAPPING, &m.base);
}

static void put_function(struct encoding *e, size_t index)
{
    const struct profile_function *in = &e->profile->functions[index];
    Sidescope__Pprof__Function f = SIDESCOPE__PPROF__FUNCTION__INIT;

    f.id = index + 1;
    f.name = number_of(e, in->name);
    f.system_name = number_of(e, in->system_name);
    f.filename = number_of(e, in->filename);
    f.start_line = in->start_line;
    put_message(e, FIELD_FUNCTION, &f.base);
}

static void put_location(struct encoding *e, size_t index)
{
    const struct profile_location *in = &e->profile->locations[index];
    Sidescope__Pprof__Location l = SIDESCOPE__PPROF__LOCATION__INIT;

    g_array_set_size(e->lines, 0);
    for (uint32_t i = 0; i < in->n_lines; i++) {
        const struct profile_line *from = &e->profile->lines[in->first_line + i];
        Sidescope__Pprof__Line line = SIDESCOPE__PPROF__LINE__INIT;

        line.function_id = (uint64_t)from->function + 1;
        line.line = from->line;
        line.column = from->column;
        g_array_append_val(e->lines, line);
    }
    point_at(e, e->lines);
    l.id = index + 1;
    l.mapping_id = in->mapping == PROFILE_NONE ? 0 : (uint64_t)in->mapping + 1;
    l.address = in->address;
    l.n_line = e->pointers->len;
    l.line = (Sidescope__Pprof__Line **)e->pointers->pdata;
    l.is_folded = in->is_folded;
    put_message(e, FIELD_LOCATION, &l.base);
}

static void put_sample(struct encoding *e, size_t index)
{
    const struct profile *p = e->profile;
    const struct profile_sample *in = &p->samples[index];
    Sidescope__Pprof__Sample s = SIDESCOPE__PPROF__SAMPLE__INIT;

    g_array_set_size(e->ids, 0);
    for (uint32_t i = 0; i < in->n_frames; i++) {
        uint64_t id = (uint64_t)p->frames[in->first_frame + i] + 1;

        g_array_append_val(e->ids, id);
    }

    g_array_set_size(e->labels, 0);
    for (uint32_t i = 0; i < in->n_labels; i++) {
        const struct profile_label *from = &e->profile->labels[in->first_label + i];
        Sidescope__Pprof__Label label = SIDESCOPE__PPROF__LABEL__INIT;

        label.key = number_of(e, from->key);
        label.str = number_of(e, from->str);
        if (label_is_number(from)) {
            label.num = from->num;
            label.num_unit = number_of(e, from->unit);
        }
        g_array_append_val(e->labels, label);
    }
    point_at(e, e->labels);

    s.n_location_id = in->n_frames;
    s.location_id = (uint64_t *)(void *)e->ids->data;
    s.n_value = p->n_sample_types;
    s.value = p->values + index * p->n_sample_types;
    s.n_label = e->pointers->len;
    s.label = (Sidescope__Pprof__Label **)e->pointers->pdata;
    put_message(e, FIELD_SAMPLE, &s.base);
}

/* --- the outermost level --- */

/* Header fields as one more message: its bytes simply follow the elements. */
static void put_header(struct encoding *e)
{
    const struct profile *p = e->profile;
    Sidescope__Pprof__Profile header = SIDESCOPE__PPROF__PROFILE__INIT;
    Sidescope__Pprof__ValueType period = SIDESCOPE__PPROF__VALUE_TYPE__INIT;
    g_autofree int64_t *comments = g_new(int64_t, p->n_comments + 1);

    for (size_t i = 0; i < p->n_comments; i++)
        comments[i] = number_of(e, p->comments[i]);
    period.type = number_of(e, p->period_type.type);
    period.unit = number_of(e, p->period_type.unit);
    header.drop_frames = number_of(e, p->drop_frames);
    header.keep_frames = number_of(e, p->keep_frames);
    header.default_sample_type = number_of(e, p->default_sample_type);
    header.doc_url = number_of(e, p->doc_url);
    header.time_nanos = p->time_ns;
    header.duration_nanos = p->duration_ns;
    header.period = p->period;
    header.period_type = &period;
    header.n_comment = p->n_comments;
    header.comment = comments;
    size_t n = protobuf_c_message_get_packed_size(&header.base);

    g_byte_array_set_size(e->packed, (guint)n + 1);
    protobuf_c_message_pack(&header.base, e->packed->data);
    g_byte_array_append(e->out, e->packed->data, (guint)n);
}

typedef void put_element(struct encoding *e, size_t index);

/* False when the limit is reached: what grows further would not be read again. */
static bool put_all(struct encoding *e, put_element *put, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        put(e, i);
        if (e->out->len > limits_bytes())
            return false;
    }
    return true;
}

static bool put_profile(struct encoding *e)
{
    const struct profile *p = e->profile;

    for (size_t i = 0; i < e->profile->n_sample_types; i++) {
        Sidescope__Pprof__ValueType type = SIDESCOPE__PPROF__VALUE_TYPE__INIT;

        type.type = number_of(e, e->profile->sample_types[i].type);
        type.unit = number_of(e, e->profile->sample_types[i].unit);
        put_message(e, FIELD_SAMPLE_TYPE, &type.base);
    }

    if (!put_all(e, put_sample, p->n_samples) || !put_all(e, put_mapping, p->n_mappings) ||
        !put_all(e, put_location, p->n_locations) || !put_all(e, put_function, p->n_functions))
        return false;
    put_header(e);

    enum { KEY = 6 << 3 | 2 };

    g_autoptr(GString) text = g_string_new(NULL);

    for (size_t i = 0; i < e->names.n; i++) {
        g_string_truncate(text, 0);
        g_string_append_len(text, e->names.list[i].text, (gssize)e->names.list[i].n);
        names_restore_nuls(text, 0);
        put_varint(e->out, KEY);
        put_varint(e->out, text->len);
        g_byte_array_append(e->out, (const guint8 *)text->str, (guint)text->len);
    }

    return e->out->len <= limits_bytes();
}

static void encoding_init(struct encoding *e, const struct profile *profile)
{
    *e = (struct encoding){.profile = profile, .arena = store_new()};
    e->out = g_byte_array_new();
    e->packed = g_byte_array_new();
    names_init(&e->names, e->arena);
    e->ids = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    e->lines = g_array_new(FALSE, FALSE, sizeof(Sidescope__Pprof__Line));
    e->labels = g_array_new(FALSE, FALSE, sizeof(Sidescope__Pprof__Label));
    e->pointers = g_ptr_array_new();
}

static void encoding_clear(struct encoding *e)
{
    g_byte_array_unref(e->out);
    g_byte_array_unref(e->packed);
    names_clear(&e->names);
    g_array_unref(e->ids);
    g_array_unref(e->lines);
    g_array_unref(e->labels);
    g_ptr_array_unref(e->pointers);
    store_free(e->arena);
}

GByteArray *profile_encode(const struct profile *profile, GError **error)
{
    struct encoding e;
    GByteArray *gzip = NULL;

    profile_unpack(profile);
    encoding_init(&e, profile);
    if (put_profile(&e))
        gzip = deflate_gzip(e.out->data, e.out->len);
    else
        problem_too_large(error);
    encoding_clear(&e);
    return gzip;
}
