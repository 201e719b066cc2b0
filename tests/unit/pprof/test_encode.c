#include "fixture.h"

#include "pprof/encode.h"
#include "pprof/merge.h"
#include "pprof/report_text.h"

#include <string.h>

static char *raw(const struct profile *p)
{
    const struct report_options options = report_options_of_tool(REPORT_RAW);
    GString *out = g_string_new(NULL);

    g_assert_true(report_text(out, p, &options, NULL));
    return g_string_free(out, FALSE);
}

/* What comes back must print the same in full, and be the same bytes once more. */
static void check_round(const struct profile *p)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) first = profile_encode(p, &error);

    g_assert_no_error(error);
    g_autoptr(profile_auto) back = profile_decode(first->data, first->len, &error);

    g_assert_no_error(error);
    g_autofree char *before = raw(p), *after = raw(back);
    g_autoptr(GByteArray) second = profile_encode(back, &error);

    g_assert_cmpstr(before, ==, after);
    g_assert_cmpuint(first->len, ==, second->len);
    g_assert_true(memcmp(first->data, second->data, first->len) == 0);
}

static struct profile *rich(void)
{
    g_autoptr(fixture_auto) f = fixture_new();
    const int64_t values[] = {1, -5000000000, 3, 4};
    const struct fixture_label labels[] = {{.key = "tenant", .str = "a\nb\xff"},
                                           {.key = "bytes", .num = -16, .unit = "kb"}};

    fixture_type(f, "a", "count");
    fixture_type(f, "b", "bytes");
    fixture_period(f, "space", "bytes", 524288);
    uint64_t mapping = fixture_mapping(f, 0x1000, 0x2000, "/bin/app", "beef");
    struct fixture_line lines[] = {{fixture_function(f, "inner", "x.go", 5), 7},
                                   {fixture_function(f, "", "", 0), -9}};
    uint64_t locations[] = {fixture_location(f, mapping, UINT64_MAX, lines, 2),
                            fixture_location(f, 0, 0x1200, NULL, 0)};

    fixture_sample(f, &(struct fixture_sample){locations, 2, values, 2, labels, 2});
    fixture_sample(f, &(struct fixture_sample){NULL, 0, values + 2, 2, NULL, 0});
    fixture_number(f, 9, 1234);
    fixture_number(f, 10, 5678);
    fixture_text(f, 7, "drop");
    fixture_text(f, 8, "keep");
    fixture_text(f, 13, "a comment");
    fixture_text(f, 13, "another");
    fixture_text(f, 14, "b");
    fixture_text(f, 15, "https://example.com");
    return fixture_decode(f);
}

static void test_round(void)
{
    g_autoptr(profile_auto) p = rich();
    g_autoptr(profile_auto) stacks = fixture_stacks("1 f main\n-2 g main\n");

    check_round(p);
    check_round(stacks);
}

static void test_derived(void)
{
    g_autoptr(profile_auto) a = fixture_stacks("1 f main\n2 g main\n");
    g_autoptr(profile_auto) b = fixture_stacks("1 f main\n7 h\n");
    g_autoptr(profile_auto) difference = merge_minus(a, b, true, NULL);

    check_round(difference);
}

static void test_text_profile(void)
{
    static const char text[] = "goroutine profile: total 8\n5 @\n#\t0x0\n\n3 @ 0x1\n"
                               "# labels: {\"a\":\"b\"}\n#\t0x1\tf+0x1\tf.go:1\n#\t0x2\n";
    g_autoptr(profile_auto) p = profile_decode((const uint8_t *)text, strlen(text), NULL);

    check_round(p);
}

/* Names that differ behind a NUL are two; reports and files get the NUL back. */
static void test_nuls(void)
{
    g_autoptr(fixture_auto) f = fixture_new();
    struct fixture_line one = {fixture_function(f, "main.@one", "x.go", 0), 1};
    struct fixture_line two = {fixture_function(f, "main.@two", "x.go", 0), 1};
    uint64_t locations[] = {fixture_location(f, 0, 1, &one, 1), fixture_location(f, 0, 2, &two, 1)};
    const int64_t values[] = {1, 2};
    const struct report_options options = report_options_of_tool(REPORT_TOP);
    g_autoptr(GString) out = g_string_new(NULL);

    fixture_type(f, "n", "count");
    fixture_sample(f, &(struct fixture_sample){locations, 1, values, 1, NULL, 0});
    fixture_sample(f, &(struct fixture_sample){locations + 1, 1, values + 1, 1, NULL, 0});
    g_autoptr(GByteArray) bytes = fixture_bytes(f);

    for (guint i = 0; i < bytes->len; i++)
        if (bytes->data[i] == '@')
            bytes->data[i] = '\0';
    g_autoptr(profile_auto) p = profile_decode(bytes->data, bytes->len, NULL);

    check_round(p);
    g_assert_true(report_text(out, p, &options, NULL));
    g_assert_nonnull(memmem(out->str, out->len, "  main.\0one\n", 12));
    g_assert_nonnull(memmem(out->str, out->len, "  main.\0two\n", 12));
}

static void test_empty(void)
{
    g_autoptr(fixture_auto) f = fixture_new();
    g_autoptr(profile_auto) p = fixture_decode(f);
    g_autoptr(GByteArray) bytes = profile_encode(p, NULL);
    g_autoptr(profile_auto) back = profile_decode(bytes->data, bytes->len, NULL);

    g_assert_cmpuint(back->n_samples, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pprof/encode/round", test_round);
    g_test_add_func("/pprof/encode/derived", test_derived);
    g_test_add_func("/pprof/encode/text-profile", test_text_profile);
    g_test_add_func("/pprof/encode/nuls", test_nuls);
    g_test_add_func("/pprof/encode/empty", test_empty);
    return g_test_run();
}
