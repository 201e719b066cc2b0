/* What grew: which rows are shown and judged, and how they read. */

#include "app/profiles/profile_diff.h"

#include <string.h>

static const char before_text[] = "heap profile: 1: 1 [1: 1] @ heap/1\n"
                                  "1: 1048576 [1: 1048576] @ 0x10 0x20\n"
                                  "#\t0xf\tmain.grow+0x5\t/src/main.go:10\n"
                                  "#\t0x1f\tmain.main+0x5\t/src/main.go:20\n"
                                  "\n"
                                  "1: 2097152 [1: 2097152] @ 0x30 0x20\n"
                                  "#\t0x2f\tmain.shrink+0x5\t/src/main.go:30\n"
                                  "#\t0x1f\tmain.main+0x5\t/src/main.go:20\n";
static const char after_text[] = "heap profile: 1: 1 [1: 1] @ heap/1\n"
                                 "1: 5242880 [1: 5242880] @ 0x10 0x20\n"
                                 "#\t0xf\tmain.grow+0x5\t/src/main.go:10\n"
                                 "#\t0x1f\tmain.main+0x5\t/src/main.go:20\n"
                                 "\n"
                                 "1: 1048576 [1: 1048576] @ 0x30 0x20\n"
                                 "#\t0x2f\tmain.shrink+0x5\t/src/main.go:30\n"
                                 "#\t0x1f\tmain.main+0x5\t/src/main.go:20\n"
                                 "\n"
                                 "1: 1024 [1: 1024] @ 0x40 0x20\n"
                                 "#\t0x3f\tmain.new+0x5\t/src/main.go:40\n"
                                 "#\t0x1f\tmain.main+0x5\t/src/main.go:20\n";

struct fixture {
    struct profile *before, *after;
    struct profile_diff_options options;
};

static struct profile *decode(const char *text)
{
    g_autoptr(GError) error = NULL;
    struct profile *profile = profile_decode((const uint8_t *)text, strlen(text), &error);

    g_assert_no_error(error);
    return profile;
}

static void set_up(struct fixture *f, gconstpointer user)
{
    (void)user;
    f->before = decode(before_text);
    f->after = decode(after_text);
    f->options = (struct profile_diff_options){.before = "old", .after = "new"};
}

static void tear_down(struct fixture *f, gconstpointer user)
{
    (void)user;
    profile_unref(f->before);
    profile_unref(f->after);
}

static struct diff_report *build(const struct profile *before, const struct profile *after,
                                 bool sort_cum)
{
    struct diff_options options = {.sort_cum = sort_cum};
    g_autoptr(GError) error = NULL;
    struct diff_report *report = diff_build(before, after, &options, &error);

    g_assert_no_error(error);
    return report;
}

static void test_text(struct fixture *f, gconstpointer user)
{
    static const char expected[] =
        "Type: inuse_space\n"
        "Before: 3MB  old\n"
        "After: 6MB  new\n"
        "Growth: +3MB (+100%)\n"
        "    before      after       flat        cum     flat%\n"
        "       1MB        5MB       +4MB       +4MB     +400%  main.grow\n"
        "       2MB        1MB       -1MB       -1MB    -50.0%  main.shrink\n"
        "         0        1kB       +1kB       +1kB       new  main.new\n";
    g_autoptr(diff_report_auto) report = build(f->before, f->after, false);
    g_autofree char *text = profile_diff_text(report, &f->options);

    (void)user;
    g_assert_cmpstr(text, ==, expected);
}

static void test_choice(struct fixture *f, gconstpointer user)
{
    g_autoptr(diff_report_auto) report = build(f->before, f->after, false);

    (void)user;
    f->options.min_fraction = 0.005;
    f->options.max_rows = 1;
    g_autofree char *two = profile_diff_text(report, &f->options);

    g_assert_null(strstr(two, "main.new"));
    g_assert_null(strstr(two, "main.shrink"));
    g_assert_nonnull(strstr(two, "and 1 more"));
    f->options.only_growth = true;
    g_autofree char *one = profile_diff_text(report, &f->options);

    g_assert_nonnull(strstr(one, "main.grow"));
    g_assert_null(strstr(one, "more"));
}

static void test_by_cum(struct fixture *f, gconstpointer user)
{
    g_autoptr(diff_report_auto) report = build(f->before, f->after, true);

    (void)user;
    f->options.by_cum = true;
    g_autofree char *text = profile_diff_text(report, &f->options);

    g_assert_nonnull(
        strstr(text, "       3MB        6MB          0       +3MB     +100%  main.main"));
}

static void test_grew(struct fixture *f, gconstpointer user)
{
    g_autoptr(diff_report_auto) forth = build(f->before, f->after, false);
    g_autoptr(diff_report_auto) back = build(f->after, f->before, false);
    g_autoptr(diff_report_auto) same = build(f->after, f->after, false);

    (void)user;
    g_assert_true(profile_diff_grew(forth, &f->options));
    g_assert_true(profile_diff_grew(back, &f->options)); /* main.shrink */
    g_assert_false(profile_diff_grew(same, &f->options));
    f->options.min_fraction = 0.5;
    g_assert_true(profile_diff_grew(forth, &f->options));
    g_assert_false(profile_diff_grew(back, &f->options));
}

static void test_json(struct fixture *f, gconstpointer user)
{
    g_autoptr(GPtrArray) origins = g_ptr_array_new();
    g_autoptr(diff_report_auto) report = build(f->before, f->after, false);
    struct profile_json_source before = {f->before, origins, "heap"};
    struct profile_json_source after = {f->after, origins, "heap"};
    g_autoptr(GError) error = NULL;

    (void)user;
    f->options.max_rows = 2;
    g_autofree char *json = profile_diff_json(report, &f->options, &before, &after);
    g_autoptr(JsonNode) root = json_from_string(json, &error);

    g_assert_no_error(error);
    JsonObject *object = json_node_get_object(root);
    JsonArray *nodes = json_object_get_array_member(object, "nodes");
    JsonObject *first = json_array_get_object_element(nodes, 0);

    g_assert_cmpuint(json_array_get_length(nodes), ==, 2);
    g_assert_cmpstr(json_object_get_string_member(first, "name"), ==, "main.grow");
    g_assert_cmpint(json_object_get_int_member(first, "before_flat"), ==, 1048576);
    g_assert_cmpint(json_object_get_int_member(first, "after_cum"), ==, 5242880);
    g_assert_true(json_object_get_boolean_member(object, "grew"));
    g_assert_cmpint(json_object_get_int_member(object, "left_out"), ==, (gint64)report->n_rows - 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, function)                                                                        \
    g_test_add("/profile-diff/" path, struct fixture, NULL, set_up, function, tear_down)
    ADD("text", test_text);
    ADD("choice", test_choice);
    ADD("by-cum", test_by_cum);
    ADD("grew", test_grew);
    ADD("json", test_json);
    return g_test_run();
}
