#include "fixture.h"

#include <string.h>
#include <zlib.h>

/* --- protobuf --- */

static void put_number(GByteArray *out, uint64_t value)
{
    do {
        uint8_t byte = (uint8_t)(value & 0x7f) | (value > 0x7f ? 0x80 : 0);

        g_byte_array_append(out, &byte, 1);
        value >>= 7;
    } while (value != 0);
}

void wire_put_varint(GByteArray *out, uint64_t field, uint64_t value)
{
    put_number(out, field << 3);
    put_number(out, value);
}

void wire_put_bytes(GByteArray *out, uint64_t field, const void *data, size_t n)
{
    put_number(out, field << 3 | 2);
    put_number(out, n);
    if (n > 0)
        g_byte_array_append(out, data, (guint)n);
}

void wire_put_packed(GByteArray *out, uint64_t field, const uint64_t *values, size_t n)
{
    g_autoptr(GByteArray) packed = g_byte_array_new();

    for (size_t i = 0; i < n; i++)
        put_number(packed, values[i]);
    wire_put_bytes(out, field, packed->data, packed->len);
}

/* Few numbers one by one, many packed: Go writes both. */
static void put_numbers(GByteArray *out, uint64_t field, const uint64_t *values, size_t n)
{
    if (n > 2)
        wire_put_packed(out, field, values, n);
    for (size_t i = 0; n <= 2 && i < n; i++)
        wire_put_varint(out, field, values[i]);
}

/* --- profiles --- */

struct fixture *fixture_new(void)
{
    struct fixture *f = g_new0(struct fixture, 1);

    f->body = g_byte_array_new();
    f->strings = g_ptr_array_new_with_free_func(g_free);
    f->numbers = g_hash_table_new(g_str_hash, g_str_equal);
    fixture_string(f, "");
    return f;
}

void fixture_free(struct fixture *f)
{
    if (f == NULL)
        return;
    g_byte_array_unref(f->body);
    g_hash_table_unref(f->numbers);
    g_ptr_array_unref(f->strings);
    g_free(f);
}

uint64_t fixture_string(struct fixture *f, const char *text)
{
    guint number = GPOINTER_TO_UINT(g_hash_table_lookup(f->numbers, text));

    if (number == 0) {
        char *copy = g_strdup(text);

        g_ptr_array_add(f->strings, copy);
        number = f->strings->len;
        g_hash_table_insert(f->numbers, copy, GUINT_TO_POINTER(number));
    }
    return number - 1;
}

/* Odd, so that different numbers stay different. */
static uint64_t id_of(const struct fixture *f, uint64_t number)
{
    return f->sparse_ids ? number * UINT64_C(0x9e3779b97f4a7c15) : number;
}

static void put_type(struct fixture *f, uint64_t field, const char *type, const char *unit)
{
    g_autoptr(GByteArray) m = g_byte_array_new();

    wire_put_varint(m, 1, fixture_string(f, type));
    wire_put_varint(m, 2, fixture_string(f, unit));
    wire_put_bytes(f->body, field, m->data, m->len);
}

void fixture_type(struct fixture *f, const char *type, const char *unit)
{
    put_type(f, 1, type, unit);
}

void fixture_period(struct fixture *f, const char *type, const char *unit, int64_t period)
{
    put_type(f, 11, type, unit);
    wire_put_varint(f->body, 12, (uint64_t)period);
}

uint64_t fixture_mapping(struct fixture *f, uint64_t start, uint64_t limit, const char *file,
                         const char *build_id)
{
    g_autoptr(GByteArray) m = g_byte_array_new();

    wire_put_varint(m, 1, id_of(f, ++f->n_mappings));
    wire_put_varint(m, 2, start);
    wire_put_varint(m, 3, limit);
    wire_put_varint(m, 5, fixture_string(f, file));
    wire_put_varint(m, 6, fixture_string(f, build_id));
    wire_put_varint(m, 7, 1);
    wire_put_bytes(f->body, 3, m->data, m->len);
    return f->n_mappings;
}

uint64_t fixture_function_as(struct fixture *f, const char *name, const char *system_name,
                             const char *file, int64_t start)
{
    g_autoptr(GByteArray) m = g_byte_array_new();

    wire_put_varint(m, 1, id_of(f, ++f->n_functions));
    wire_put_varint(m, 2, fixture_string(f, name));
    wire_put_varint(m, 3, fixture_string(f, system_name));
    wire_put_varint(m, 4, fixture_string(f, file));
    wire_put_varint(m, 5, (uint64_t)start);
    wire_put_bytes(f->body, 5, m->data, m->len);
    return f->n_functions;
}

uint64_t fixture_function(struct fixture *f, const char *name, const char *file, int64_t start)
{
    return fixture_function_as(f, name, name, file, start);
}

uint64_t fixture_location(struct fixture *f, uint64_t mapping, uint64_t address,
                          const struct fixture_line *lines, size_t n)
{
    g_autoptr(GByteArray) m = g_byte_array_new();

    wire_put_varint(m, 1, id_of(f, ++f->n_locations));
    wire_put_varint(m, 3, address);
    for (size_t i = 0; i < n; i++) {
        g_autoptr(GByteArray) line = g_byte_array_new();

        wire_put_varint(line, 1, id_of(f, lines[i].function));
        wire_put_varint(line, 2, (uint64_t)lines[i].line);
        wire_put_bytes(m, 4, line->data, line->len);
    }
    wire_put_varint(m, 2, id_of(f, mapping));
    wire_put_bytes(f->body, 4, m->data, m->len);
    return f->n_locations;
}

static void put_label(struct fixture *f, GByteArray *sample, const struct fixture_label *label)
{
    g_autoptr(GByteArray) m = g_byte_array_new();

    wire_put_varint(m, 1, fixture_string(f, label->key));
    if (label->str != NULL)
        wire_put_varint(m, 2, fixture_string(f, label->str));
    else
        wire_put_varint(m, 3, (uint64_t)label->num);
    if (label->unit != NULL)
        wire_put_varint(m, 4, fixture_string(f, label->unit));
    wire_put_bytes(sample, 3, m->data, m->len);
}

void fixture_sample(struct fixture *f, const struct fixture_sample *sample)
{
    g_autoptr(GByteArray) m = g_byte_array_new();
    g_autofree uint64_t *ids = g_new(uint64_t, sample->n_locations + 1);

    for (size_t i = 0; i < sample->n_locations; i++)
        ids[i] = id_of(f, sample->locations[i]);
    put_numbers(m, 2, (const uint64_t *)sample->values, sample->n_values);
    put_numbers(m, 1, ids, sample->n_locations);
    for (size_t i = 0; i < sample->n_labels; i++)
        put_label(f, m, &sample->labels[i]);
    wire_put_bytes(f->body, 2, m->data, m->len);
}

void fixture_number(struct fixture *f, uint64_t field, int64_t value)
{
    wire_put_varint(f->body, field, (uint64_t)value);
}

void fixture_text(struct fixture *f, uint64_t field, const char *text)
{
    wire_put_varint(f->body, field, fixture_string(f, text));
}

/* The string table comes last, as Go's runtime writes it. */
GByteArray *fixture_bytes(const struct fixture *f)
{
    GByteArray *out = g_byte_array_new();

    g_byte_array_append(out, f->body->data, f->body->len);
    for (guint i = 0; i < f->strings->len; i++) {
        const char *text = g_ptr_array_index(f->strings, i);

        wire_put_bytes(out, 6, text, strlen(text));
    }
    return out;
}

GByteArray *fixture_gzip(const GByteArray *bytes)
{
    enum { GZIP_WINDOW = 15 + 16, MEMORY = 8 };
    z_stream z = {0};
    GByteArray *out = g_byte_array_new();

    g_assert_cmpint(deflateInit2(&z, 6, Z_DEFLATED, GZIP_WINDOW, MEMORY, Z_DEFAULT_STRATEGY), ==,
                    Z_OK);
    g_byte_array_set_size(out, (guint)deflateBound(&z, bytes->len));
    z.next_in = bytes->data;
    z.avail_in = bytes->len;
    z.next_out = out->data;
    z.avail_out = out->len;
    g_assert_cmpint(deflate(&z, Z_FINISH), ==, Z_STREAM_END);
    g_byte_array_set_size(out, (guint)z.total_out);
    deflateEnd(&z);
    return out;
}

struct profile *fixture_decode(const struct fixture *f)
{
    g_autoptr(GByteArray) bytes = fixture_bytes(f);
    g_autoptr(GError) error = NULL;
    struct profile *profile = profile_decode(bytes->data, bytes->len, &error);

    g_assert_no_error(error);
    return profile;
}

static uint64_t location_of(struct fixture *f, GHashTable *known, const char *name)
{
    gpointer id = g_hash_table_lookup(known, name);

    if (id == NULL) {
        g_autofree char *file = g_strconcat(name, ".go", NULL);
        struct fixture_line line = {fixture_function(f, name, file, 1), 10};

        id = GSIZE_TO_POINTER(fixture_location(f, 0, 0x1000 + f->n_locations, &line, 1));
        g_hash_table_insert(known, g_strdup(name), id);
    }
    return GPOINTER_TO_SIZE(id);
}

struct profile *fixture_stacks(const char *text)
{
    enum { DEEPEST = 64 };
    g_autoptr(fixture_auto) f = fixture_new();
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    fixture_type(f, "n", "count");
    for (size_t i = 0; lines[i] != NULL && *lines[i] != '\0'; i++) {
        g_auto(GStrv) words = g_strsplit(lines[i], " ", -1);
        int64_t value = g_ascii_strtoll(words[0], NULL, 10);
        uint64_t stack[DEEPEST];
        size_t n = 0;

        for (; words[n + 1] != NULL && n < DEEPEST; n++)
            stack[n] = location_of(f, known, words[n + 1]);
        fixture_sample(f,
                       &(struct fixture_sample){
                           .locations = stack, .n_locations = n, .values = &value, .n_values = 1});
    }
    return fixture_decode(f);
}
