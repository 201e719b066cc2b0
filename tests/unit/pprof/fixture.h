#ifndef SIDESCOPE_TESTS_PPROF_FIXTURE_H
#define SIDESCOPE_TESTS_PPROF_FIXTURE_H

/*
 * Profiles made in code, written field by field so that tests can also write
 * what no honest writer would.
 */

#include "pprof/profile.h"

/* --- protobuf --- */

void wire_put_varint(GByteArray *out, uint64_t field, uint64_t value);
void wire_put_bytes(GByteArray *out, uint64_t field, const void *data, size_t n);
/* Packed, as Go writes three and more. */
void wire_put_packed(GByteArray *out, uint64_t field, const uint64_t *values, size_t n);

/* --- a profile in the making; functions, locations, mappings are numbered from 1 --- */

struct fixture {
    GByteArray *body;
    GPtrArray *strings;
    GHashTable *numbers; /* string -> index + 1 */
    uint64_t n_mappings, n_functions, n_locations;
    bool sparse_ids; /* written ids are scattered over 64 bits; otherwise they are the numbers */
};

struct fixture_line {
    uint64_t function;
    int64_t line;
};

struct fixture_label {
    const char *key, *str; /* str NULL: a number */
    int64_t num;
    const char *unit;
};

struct fixture_sample {
    const uint64_t *locations; /* leaf first */
    size_t n_locations;
    const int64_t *values;
    size_t n_values;
    const struct fixture_label *labels;
    size_t n_labels;
};

struct fixture *fixture_new(void);
void fixture_free(struct fixture *fixture);
typedef struct fixture fixture_auto;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(fixture_auto, fixture_free)

uint64_t fixture_string(struct fixture *f, const char *text);
void fixture_type(struct fixture *f, const char *type, const char *unit);
void fixture_period(struct fixture *f, const char *type, const char *unit, int64_t period);
uint64_t fixture_mapping(struct fixture *f, uint64_t start, uint64_t limit, const char *file,
                         const char *build_id);
uint64_t fixture_function_as(struct fixture *f, const char *name, const char *system_name,
                             const char *file, int64_t start);
/* Its system name is its name. */
uint64_t fixture_function(struct fixture *f, const char *name, const char *file, int64_t start);
/* mapping 0: none. lines: innermost first. */
uint64_t fixture_location(struct fixture *f, uint64_t mapping, uint64_t address,
                          const struct fixture_line *lines, size_t n);
void fixture_sample(struct fixture *f, const struct fixture_sample *sample);
/* Header field number with an integer or a string. */
void fixture_number(struct fixture *f, uint64_t field, int64_t value);
void fixture_text(struct fixture *f, uint64_t field, const char *text);

/* The bytes; the fixture stays as it is. */
GByteArray *fixture_bytes(const struct fixture *f);
GByteArray *fixture_gzip(const GByteArray *bytes);
/* Decoded; the test fails when that fails. */
struct profile *fixture_decode(const struct fixture *f);

/*
 * "10 leaf mid main\n5 main\n": one sample type n/count, one sample per line,
 * its value and its functions, leaf first. Every function has its location.
 */
struct profile *fixture_stacks(const char *text);

#endif
