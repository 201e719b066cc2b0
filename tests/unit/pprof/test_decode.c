#include "fixture.h"

#include "pprof/limits.h"
#include "pprof/stacks.h"

#include <string.h>

/* --- what is valid --- */

static struct fixture *small(void)
{
    struct fixture *f = fixture_new();
    const int64_t values[] = {1, -2, 3};
    const struct fixture_label labels[] = {
        {.key = "tenant", .str = "acme"}, {.key = "bytes", .num = 16}, {.key = "empty", .num = 0}};

    fixture_type(f, "a", "count");
    fixture_type(f, "b", "bytes");
    fixture_type(f, "c", "bytes");
    fixture_period(f, "space", "bytes", 524288);
    uint64_t mapping = fixture_mapping(f, 0x1000, 0x2000, "/bin/app", "beef");
    struct fixture_line lines[] = {{fixture_function(f, "inner", "x.go", 5), 7},
                                   {fixture_function(f, "outer", "y.go", 0), 9}};
    uint64_t locations[] = {fixture_location(f, mapping, 0x1100, lines, 2),
                            fixture_location(f, 77, 0x1200, NULL, 0)};

    fixture_sample(f, &(struct fixture_sample){locations, 2, values, 3, labels, 3});
    fixture_number(f, 9, 1234);
    fixture_number(f, 10, 5678);
    fixture_text(f, 13, "a comment");
    fixture_text(f, 14, "b");
    fixture_text(f, 15, "https://example.com");
    return f;
}

static void check_small(const struct profile *p)
{
    g_assert_cmpuint(p->n_sample_types, ==, 3);
    g_assert_cmpstr(p->sample_types[1].unit, ==, "bytes");
    g_assert_cmpuint(p->n_samples, ==, 1);
    g_assert_cmpint(p->values[1], ==, -2);
    g_assert_cmpuint(p->samples[0].n_frames, ==, 2);
    g_assert_cmpuint(p->samples[0].n_labels, ==, 2); /* the empty one says nothing */
    g_assert_cmpstr(p->labels[0].str, ==, "acme");
    g_assert_cmpint(p->labels[1].num, ==, 16);
    g_assert_cmpuint(p->locations[0].n_lines, ==, 2);
    g_assert_cmpstr(p->functions[p->lines[0].function].name, ==, "inner");
    g_assert_cmpint(p->lines[1].line, ==, 9);
    g_assert_cmpint(p->functions[0].start_line, ==, 5);
    g_assert_cmpuint(p->locations[0].mapping, ==, 0);
    g_assert_cmpuint(p->locations[1].mapping, ==, PROFILE_NONE); /* an unknown id is none */
    g_assert_cmpstr(p->mappings[0].build_id, ==, "beef");
    g_assert_true(p->mappings[0].has_functions);
    g_assert_cmpint(p->time_ns, ==, 1234);
    g_assert_cmpint(p->duration_ns, ==, 5678);
    g_assert_cmpint(p->period, ==, 524288);
    g_assert_cmpstr(p->comments[0], ==, "a comment");
    g_assert_cmpstr(p->doc_url, ==, "https://example.com");
    g_assert_cmpint(profile_default_sample_index(p), ==, 1);
}

static void test_raw(void)
{
    g_autoptr(fixture_auto) f = small();
    g_autoptr(profile_auto) p = fixture_decode(f);

    check_small(p);
}

static void test_gzip_members(void)
{
    g_autoptr(fixture_auto) f = small();
    g_autoptr(GByteArray) bytes = fixture_bytes(f);
    g_autoptr(GByteArray) head = g_byte_array_new(), tail = g_byte_array_new();
    g_autoptr(GError) error = NULL;

    g_byte_array_append(head, bytes->data, 9);
    g_byte_array_append(tail, bytes->data + 9, bytes->len - 9);
    g_autoptr(GByteArray) first = fixture_gzip(head), second = fixture_gzip(tail);

    g_byte_array_append(first, second->data, second->len);
    g_autoptr(profile_auto) p = profile_decode(first->data, first->len, &error);

    g_assert_no_error(error);
    check_small(p);
}

static void test_sparse_ids(void)
{
    const uint64_t ids[] = {1, UINT64_MAX, UINT64_C(0x7f0000001000), 4096};
    g_autoptr(fixture_auto) f = fixture_new();
    int64_t value = 1;

    fixture_type(f, "n", "count");
    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autoptr(GByteArray) m = g_byte_array_new();

        wire_put_varint(m, 1, ids[i]);
        wire_put_varint(m, 3, i);
        wire_put_bytes(f->body, 4, m->data, m->len);
    }
    fixture_sample(f, &(struct fixture_sample){ids, G_N_ELEMENTS(ids), &value, 1, NULL, 0});
    g_autoptr(profile_auto) p = fixture_decode(f);

    for (uint32_t i = 0; i < G_N_ELEMENTS(ids); i++)
        g_assert_cmpuint(p->frames[i], ==, i);
}

/* Packed and single numbers of one field follow each other; what is unknown is passed over. */
static void test_mixed_numbers(void)
{
    g_autoptr(fixture_auto) f = small();
    g_autoptr(GByteArray) sample = g_byte_array_new();

    wire_put_varint(sample, 1, 2);
    wire_put_bytes(sample, 1, "", 0);
    wire_put_bytes(sample, 1, "\x01\x02", 2);
    wire_put_bytes(sample, 77, "more", 4);
    wire_put_bytes(sample, 2, "\x05\x06", 2);
    wire_put_varint(sample, 2, 7);
    wire_put_varint(sample, 1, 1);
    wire_put_bytes(f->body, 2, sample->data, sample->len);
    g_autoptr(profile_auto) p = fixture_decode(f);
    const struct profile_sample *s = &p->samples[p->n_samples - 1];
    const uint32_t frames[] = {1, 0, 1, 0};
    const int64_t values[] = {5, 6, 7};

    g_assert_cmpuint(s->n_frames, ==, G_N_ELEMENTS(frames));
    for (size_t i = 0; i < G_N_ELEMENTS(frames); i++)
        g_assert_cmpuint(p->frames[s->first_frame + i], ==, frames[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
        g_assert_cmpint(p->values[(p->n_samples - 1) * 3 + i], ==, values[i]);
    g_assert_cmpuint(s->n_labels, ==, 0);
}

static void test_equal_strings_are_one(void)
{
    g_autoptr(fixture_auto) f = small();
    g_autoptr(profile_auto) p = fixture_decode(f);

    g_assert_true(p->sample_types[1].unit == p->sample_types[2].unit);
}

static void test_shared(void)
{
    g_autoptr(fixture_auto) f = small();
    struct profile *p = fixture_decode(f), *same = profile_ref(p);

    profile_unref(p);
    check_small(same);
    profile_unref(same);
    profile_unref(NULL);
}

static void test_sample_index(void)
{
    g_autoptr(fixture_auto) f = fixture_new();

    fixture_type(f, "objects", "count");
    fixture_type(f, "space", "bytes");
    g_autoptr(profile_auto) p = fixture_decode(f);

    g_assert_cmpint(profile_sample_index(p, "space"), ==, 1);
    g_assert_cmpint(profile_sample_index(p, "inuse_objects"), ==, 0);
    g_assert_cmpint(profile_sample_index(p, "1"), ==, 1);
    g_assert_cmpint(profile_sample_index(p, "2"), ==, -1);
    g_assert_cmpint(profile_sample_index(p, "cpu"), ==, -1);
    g_assert_cmpint(profile_default_sample_index(p), ==, 1);
}

/* --- what is not --- */

static void check_refused(const void *data, size_t n, int code, const char *word)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(profile_auto) p = profile_decode(data, n, &error);

    g_assert_null(p);
    g_assert_error(error, PROFILE_ERROR, code);
    g_assert_nonnull(strstr(error->message, word));
}

static void test_no_profile(void)
{
    static const struct {
        const char *text;
        int code;
        const char *word;
    } cases[] = {
        {"", PROFILE_ERROR_EMPTY, "empty"},
        {"<html><body>login</body></html>", PROFILE_ERROR_FORMAT, "web page"},
        {"{\"error\": 1}", PROFILE_ERROR_FORMAT, "JSON"},
        {"goroutine 1 [running]:\n", PROFILE_ERROR_FORMAT, "goroutine dump"},
        {"404 page not found\n", PROFILE_ERROR_FORMAT, "unrecognized"},
        {"heap profile: nonsense\n", PROFILE_ERROR_FORMAT, "first line"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        check_refused(cases[i].text, strlen(cases[i].text), cases[i].code, cases[i].word);
}

static void test_gzip_damage(void)
{
    g_autoptr(fixture_auto) f = small();
    g_autoptr(GByteArray) bytes = fixture_bytes(f), gz = fixture_gzip(bytes);
    g_autoptr(GByteArray) nothing = g_byte_array_new(), empty = fixture_gzip(nothing);

    check_refused(gz->data, gz->len - 9, PROFILE_ERROR_TRUNCATED, "cut off");
    check_refused(gz->data, gz->len / 2, PROFILE_ERROR_TRUNCATED, "cut off");
    check_refused(empty->data, empty->len, PROFILE_ERROR_EMPTY, "empty");
    gz->data[gz->len - 6] ^= 0x55;
    check_refused(gz->data, gz->len, PROFILE_ERROR_CHECKSUM, "checksum");
    gz->data[gz->len - 6] ^= 0x55;
    g_byte_array_append(gz, (const guint8 *)"junk", 4);
    check_refused(gz->data, gz->len, PROFILE_ERROR_FORMAT, "4 bytes follow");
}

static void test_bomb(void)
{
    g_autoptr(GByteArray) zeros = g_byte_array_new(), bomb = g_byte_array_new();

    g_byte_array_set_size(zeros, 64 * 1024 * 1024);
    memset(zeros->data, 0, zeros->len);
    g_autoptr(GByteArray) member = fixture_gzip(zeros);

    for (size_t n = 0; n <= PPROF_DEFAULT_BYTES; n += zeros->len)
        g_byte_array_append(bomb, member->data, member->len);
    check_refused(bomb->data, bomb->len, PROFILE_ERROR_LIMIT, "-max_size");
}

/* A change to a good profile and what must be said about it. */
struct bad {
    void (*change)(struct fixture *f);
    int code;
    const char *word;
};

static void add_wrong_count(struct fixture *f)
{
    int64_t value = 1;

    fixture_sample(f, &(struct fixture_sample){.values = &value, .n_values = 1});
}

static void add_unknown_location(struct fixture *f)
{
    const int64_t values[3] = {1, 1, 1};
    uint64_t location = 99;

    fixture_sample(f, &(struct fixture_sample){&location, 1, values, 3, NULL, 0});
}

static void add_unknown_function(struct fixture *f)
{
    fixture_location(f, 0, 1, &(struct fixture_line){55, 1}, 1);
}

static void add_function_zero(struct fixture *f)
{
    fixture_location(f, 0, 1, &(struct fixture_line){0, 1}, 1);
}

static void add_same_id(struct fixture *f)
{
    f->n_functions--;
    fixture_function(f, "again", "z.go", 0);
}

static void add_id_zero(struct fixture *f)
{
    f->n_mappings = UINT64_MAX;
    fixture_mapping(f, 0, 1, "zero", "");
}

static void add_second_time(struct fixture *f)
{
    fixture_number(f, 9, 99);
}

static void add_bad_string(struct fixture *f)
{
    fixture_number(f, 14, 9999);
}

static void add_negative_string(struct fixture *f)
{
    fixture_number(f, 13, -1);
}

static void add_deep_stack(struct fixture *f)
{
    const int64_t values[3] = {1, 1, 1};
    g_autofree uint64_t *stack = g_new(uint64_t, PPROF_MAX_FRAMES + 1);

    for (size_t i = 0; i <= PPROF_MAX_FRAMES; i++)
        stack[i] = 1;
    fixture_sample(f, &(struct fixture_sample){stack, PPROF_MAX_FRAMES + 1, values, 3, NULL, 0});
}

static void add_group(struct fixture *f)
{
    g_byte_array_append(f->body, (const guint8 *)"\x0b", 1);
}

static void add_wrong_wire_type(struct fixture *f)
{
    wire_put_varint(f->body, 2, 5);
}

static void add_huge_length(struct fixture *f)
{
    g_byte_array_append(f->body, (const guint8 *)"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
                        11);
}

/* A sample of one field with three bytes in it. */
static void add_sample_of(struct fixture *f, uint64_t field, const char *bytes)
{
    g_autoptr(GByteArray) sample = g_byte_array_new();

    wire_put_bytes(sample, field, bytes, strlen(bytes));
    wire_put_bytes(f->body, 2, sample->data, sample->len);
}

static void add_unended_location(struct fixture *f)
{
    add_sample_of(f, 1, "\x01\x01\xff");
}

static void add_unended_value(struct fixture *f)
{
    add_sample_of(f, 2, "\x01\x01\xff");
}

static void add_unended_label(struct fixture *f)
{
    add_sample_of(f, 3, "\x08\x01\x10");
}

static void add_label_of_text(struct fixture *f)
{
    add_sample_of(f, 3, "\x0a\x01x");
}

static void add_fixed_location(struct fixture *f)
{
    wire_put_bytes(f->body, 2, "\x0d\x01\x01\x01\x01", 5);
}

static void add_single_label(struct fixture *f)
{
    wire_put_bytes(f->body, 2, "\x18\x01", 2);
}

static void add_cut_sample(struct fixture *f)
{
    wire_put_bytes(f->body, 2, "\x0a\x05\x01", 3);
}

static void test_malformed(void)
{
    static const struct bad cases[] = {
        {add_wrong_count, PROFILE_ERROR_INVALID, "mismatch"},
        {add_unknown_location, PROFILE_ERROR_INVALID, "sample has nil location"},
        {add_unknown_function, PROFILE_ERROR_INVALID, "line with nil function"},
        {add_function_zero, PROFILE_ERROR_INVALID, "line with nil function"},
        {add_same_id, PROFILE_ERROR_INVALID, "multiple functions"},
        {add_id_zero, PROFILE_ERROR_INVALID, "reserved id 0"},
        {add_second_time, PROFILE_ERROR_INVALID, "concatenated"},
        {add_bad_string, PROFILE_ERROR_INVALID, "string 9999"},
        {add_negative_string, PROFILE_ERROR_INVALID, "string -1"},
        {add_deep_stack, PROFILE_ERROR_LIMIT, "frames in a stack"},
        {add_group, PROFILE_ERROR_FORMAT, "unrecognized"},
        {add_wrong_wire_type, PROFILE_ERROR_FORMAT, "unrecognized"},
        {add_huge_length, PROFILE_ERROR_FORMAT, "unrecognized"},
        {add_unended_location, PROFILE_ERROR_FORMAT, "unrecognized"},
        {add_unended_value, PROFILE_ERROR_FORMAT, "unrecognized"},
        {add_unended_label, PROFILE_ERROR_FORMAT, "unrecognized"},
        {add_label_of_text, PROFILE_ERROR_FORMAT, "unrecognized"},
        {add_fixed_location, PROFILE_ERROR_FORMAT, "unrecognized"},
        {add_single_label, PROFILE_ERROR_FORMAT, "unrecognized"},
        {add_cut_sample, PROFILE_ERROR_FORMAT, "unrecognized"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(fixture_auto) f = small();

        cases[i].change(f);
        g_autoptr(GByteArray) bytes = fixture_bytes(f);

        check_refused(bytes->data, bytes->len, cases[i].code, cases[i].word);
    }
}

static void test_first_string(void)
{
    static const char bytes[] = "\x32\x01x";

    check_refused(bytes, sizeof bytes - 1, PROFILE_ERROR_INVALID, "string 0");
}

/* Every cut of a good profile is refused or still a profile: never a crash. */
static void test_every_cut(void)
{
    g_autoptr(fixture_auto) f = small();
    g_autoptr(GByteArray) bytes = fixture_bytes(f);

    for (guint n = 0; n < bytes->len; n++) {
        g_autofree uint8_t *cut = g_memdup2(bytes->data, MAX(n, 1));

        profile_unref(profile_decode(cut, n, NULL));
    }
}

/* Bytes that are given up are read as those that are kept, and freed either way. */
static void test_given_up(void)
{
    g_autoptr(fixture_auto) f = fixture_new();

    fixture_type(f, "n", "count");
    for (int compressed = 0; compressed < 2; compressed++) {
        g_autoptr(GByteArray) plain = fixture_bytes(f);
        GByteArray *bytes = compressed ? fixture_gzip(plain) : g_byte_array_ref(plain);
        g_autoptr(GError) error = NULL;
        g_autoptr(profile_auto) profile = profile_decode_packed(bytes, &error);

        g_assert_no_error(error);
        g_assert_cmpuint(profile->n_sample_types, ==, 1);
    }
    static const guint8 cut[] = {0x1f, 0x8b, 8, 0};
    g_autoptr(GError) error = NULL;
    GByteArray *bytes = g_byte_array_append(g_byte_array_new(), cut, sizeof cut);

    g_assert_null(profile_decode_packed(bytes, &error));
    g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_TRUNCATED);
}

/* --- packed --- */

/* Numbers of one byte, two, three and ten; the last ones as they are when they are no numbers. */
static uint64_t packed_id(guint i)
{
    return i < 300 ? i + 1 : i < 310 ? 1000000 + i : UINT64_MAX - i;
}

static void add_packed_location(struct fixture *f, uint64_t id)
{
    g_autoptr(GByteArray) m = g_byte_array_new();

    wire_put_varint(m, 1, id);
    wire_put_bytes(f->body, 4, m->data, m->len);
}

/* Stacks of 0 to 29 that share any part of their rootward end with the one before. */
static struct fixture *random_stacks(GRand *rand)
{
    enum { LOCATIONS = 320, SAMPLES = 400, DEEPEST = 30 };
    struct fixture *f = fixture_new();
    uint64_t stack[DEEPEST] = {0};

    fixture_type(f, "n", "count");
    for (guint i = 0; i < LOCATIONS; i++)
        add_packed_location(f, packed_id(i));
    for (int64_t i = 0; i < SAMPLES; i++) {
        guint n = (guint)g_rand_int_range(rand, 0, DEEPEST);
        guint fresh = n > 0 ? (guint)g_rand_int_range(rand, 0, (gint)n + 1) : 0;

        for (guint j = 0; j < fresh; j++)
            stack[DEEPEST - n + j] = packed_id((guint)g_rand_int_range(rand, 0, LOCATIONS));
        for (guint j = 0; j < DEEPEST; j++)
            stack[j] = stack[j] != 0 ? stack[j] : 1;
        fixture_sample(f, &(struct fixture_sample){.locations = stack + DEEPEST - n,
                                                   .n_locations = n,
                                                   .values = &i,
                                                   .n_values = 1});
    }
    return f;
}

static void check_stack(const struct stacks *stacks, const struct profile *p, size_t sample)
{
    const struct profile_sample *s = &p->samples[sample];

    g_assert_cmpuint(stacks->n, ==, s->n_frames);
    for (size_t i = 0; i < stacks->n; i++)
        g_assert_cmpuint(stacks->path[i], ==, p->frames[s->first_frame + s->n_frames - 1 - i]);
}

/* Whichever of them are read, what neighbours share is what it would be without. */
static void check_stacks(const struct profile *packed, const struct profile *p, GRand *rand)
{
    for (gint step = 1; step < 5; step++) {
        struct stacks stacks;

        stacks_init(&stacks, packed);
        for (size_t i = 0; i < p->n_samples; i += (size_t)g_rand_int_range(rand, 1, step + 1)) {
            stacks_read(&stacks, i);
            check_stack(&stacks, p, i);
        }
        stacks_clear(&stacks);
    }
}

static void check_same(const void *a, const void *b, size_t n)
{
    g_assert_true(n == 0 || memcmp(a, b, n) == 0);
}

static void check_unpacked(const struct profile *packed, const struct profile *p)
{
    profile_unpack(packed);
    profile_unpack(packed);
    g_assert_cmpuint(packed->n_samples, ==, p->n_samples);
    g_assert_cmpuint(packed->n_frames, ==, p->n_frames);
    check_same(packed->frames, p->frames, packed->n_frames * sizeof *packed->frames);
    check_same(packed->samples, p->samples, p->n_samples * sizeof *p->samples);
    check_same(packed->values, p->values, p->n_samples * p->n_sample_types * sizeof *p->values);
}

static void test_packed(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(12);

    for (int i = 0; i < 20; i++) {
        g_autoptr(fixture_auto) f = random_stacks(rand);
        g_autoptr(profile_auto) p = fixture_decode(f);
        g_autoptr(profile_auto) packed = profile_decode_packed(fixture_bytes(f), NULL);

        g_assert_null(packed->frames);
        check_stacks(packed, p, rand);
        check_stacks(p, p, rand);
        check_unpacked(packed, p);
    }
}

/* A stack of two runs is for the tables; so is one that is wrong, which then says so. */
static void test_not_packed(void)
{
    g_autoptr(fixture_auto) f = small();
    g_autoptr(GByteArray) sample = g_byte_array_new(), wrong = g_byte_array_new();
    g_autoptr(GError) error = NULL;

    wire_put_bytes(sample, 1, "\x01\x02", 2);
    wire_put_bytes(sample, 1, "\x02\x01", 2);
    wire_put_bytes(sample, 2, "\x05\x06\x07", 3);
    wire_put_bytes(f->body, 2, sample->data, sample->len);
    g_autoptr(profile_auto) p = fixture_decode(f);
    g_autoptr(profile_auto) read = profile_decode_packed(fixture_bytes(f), NULL);

    g_assert_nonnull(read->frames);
    check_unpacked(read, p);
    wire_put_bytes(wrong, 1, "\x01\x63", 2);
    wire_put_bytes(f->body, 2, wrong->data, wrong->len);
    g_assert_null(profile_decode_packed(fixture_bytes(f), &error));
    g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID);
    g_assert_nonnull(strstr(error->message, "nil location"));
}

/* Samples with the same labels have them in one place. */
static void test_shared_labels(void)
{
    const struct fixture_label labels[] = {{.key = "bytes", .num = 16, .unit = "bytes"},
                                           {.key = "bytes", .num = 32, .unit = "bytes"}};
    const int64_t value = 1;
    g_autoptr(fixture_auto) f = fixture_new();

    fixture_type(f, "n", "count");
    for (size_t i = 0; i < 6; i++)
        fixture_sample(f, &(struct fixture_sample){.values = &value,
                                                   .n_values = 1,
                                                   .labels = &labels[i % 2],
                                                   .n_labels = 1 + (i == 4)});
    g_autoptr(profile_auto) p = fixture_decode(f);

    g_assert_cmpuint(p->n_labels, ==, 4);
    for (size_t i = 0; i < 6; i++) {
        g_assert_cmpuint(p->samples[i].n_labels, ==, 1 + (i == 4));
        g_assert_cmpint(p->labels[p->samples[i].first_label].num, ==, labels[i % 2].num);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pprof/decode/raw", test_raw);
    g_test_add_func("/pprof/decode/gzip-members", test_gzip_members);
    g_test_add_func("/pprof/decode/sparse-ids", test_sparse_ids);
    g_test_add_func("/pprof/decode/equal-strings", test_equal_strings_are_one);
    g_test_add_func("/pprof/decode/shared", test_shared);
    g_test_add_func("/pprof/decode/mixed-numbers", test_mixed_numbers);
    g_test_add_func("/pprof/decode/sample-index", test_sample_index);
    g_test_add_func("/pprof/decode/no-profile", test_no_profile);
    g_test_add_func("/pprof/decode/gzip-damage", test_gzip_damage);
    g_test_add_func("/pprof/decode/bomb", test_bomb);
    g_test_add_func("/pprof/decode/malformed", test_malformed);
    g_test_add_func("/pprof/decode/first-string", test_first_string);
    g_test_add_func("/pprof/decode/every-cut", test_every_cut);
    g_test_add_func("/pprof/decode/packed", test_packed);
    g_test_add_func("/pprof/decode/not-packed", test_not_packed);
    g_test_add_func("/pprof/decode/shared-labels", test_shared_labels);
    g_test_add_func("/pprof/decode/given-up", test_given_up);
    return g_test_run();
}
