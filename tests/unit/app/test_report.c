#include "app/report/report.h"

#include "probes/leak_marks.h"
#include "tests/unit/app/triage_fixture.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

/* Paths may be any bytes: an escape sequence, a line feed, broken UTF-8, bidi and C1 controls. */
static const char hostile_path[] = "/tmp/\x1b]0;owned\x07 a\nb\r\x7f \xff\xfe \xc2\x9b"
                                   "31m \xe2\x80\xae gpj.exe";
static const char hostile_function[] = "github.com/x/y.\xe2\x80\xae"
                                       "f\x1b[2J";

static void make_hostile(struct triage_fixture *f)
{
    fixture_healthy(f);
    f->target.name = (char *)"side\x1b[31mcar\xff";
    f->target.cmdline = (char *)"sidecar \x9b \xc2\x85";
    fixture_add_group(f, hostile_path, FD_REG, 9, 2);
    fixture_add_bucket(f, hostile_function, 30, GOROUTINE_MUTEX, 9);
    f->memory.base.status = SAMPLE_FAILED;
    f->memory.base.reason = "what\x1b[0m failed\n";
}

static struct triage_report report_of(const struct triage_fixture *f,
                                      const struct triage_result *result)
{
    return (struct triage_report){.input = &f->input,
                                  .result = result,
                                  .system = "Linux",
                                  .host = "box",
                                  .backend = "procfs"};
}

static void assert_harmless(const char *text, bool unicode)
{
    g_assert_true(g_utf8_validate(text, -1, NULL));
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        g_assert_true(c == '\n' || c >= 0x20);
        g_assert_false(c >= 0x7f && c <= 0x9f);
        g_assert_false((c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
                       (c >= 0x2066 && c <= 0x2069));
        g_assert_true(unicode || c < 0x7f);
    }
}

static void test_text_is_harmless(void)
{
    struct triage_fixture f;

    make_hostile(&f);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);
    const struct triage_report report = report_of(&f, result);

    for (int unicode = 0; unicode < 2; unicode++) {
        g_autofree char *text = triage_report_text(&report, unicode != 0);

        assert_harmless(text, unicode != 0);
        /* every line of the report is one of ours: a line feed in a path starts none */
        g_assert_null(strstr(text, "\nb"));
    }
}

static void test_text_is_readable(void)
{
    struct triage_fixture f;

    fixture_healthy(&f);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);
    const struct triage_report report = report_of(&f, result);
    g_autofree char *text = triage_report_text(&report, true);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    g_assert_true(g_str_has_prefix(text, "sidescope triage of sidecar 18549, up 2h00m"));
    g_assert_nonnull(strstr(text, "Diagnosis: healthy"));
    for (size_t i = 0; lines[i] != NULL; i++) {
        bool command =
            strstr(lines[i], "By hand:") != NULL || g_str_has_prefix(lines[i], "            ");

        if (!command && g_utf8_strlen(lines[i], -1) > 100)
            g_error("over 100 columns: %s", lines[i]);
        g_assert_false(g_str_has_suffix(lines[i], " "));
    }
}

/* --- JSON --- */

static JsonObject *parse(JsonParser *parser, const char *json)
{
    g_autoptr(GError) error = NULL;

    json_parser_load_from_data(parser, json, -1, &error);
    g_assert_no_error(error);
    return json_node_get_object(json_parser_get_root(parser));
}

static JsonObject *step_at(JsonObject *root, guint i)
{
    return json_array_get_object_element(json_object_get_array_member(root, "steps"), i);
}

static void test_json_is_complete(void)
{
    static const char *const members[] = {"title",     "question", "verdict", "summary", "sentence",
                                          "threshold", "command",  "next",    "facts"};
    static const char *const lists[] = {"paths", "templates", "goroutines", "functions",
                                        "functions_cum"};
    struct triage_fixture f;
    g_autoptr(JsonParser) parser = json_parser_new();

    fixture_healthy(&f);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);
    const struct triage_report report = report_of(&f, result);
    g_autofree char *json = triage_report_json(&report);
    JsonObject *root = parse(parser, json);
    JsonObject *measured = json_object_get_object_member(root, "measurements");

    g_assert_cmpint(json_object_get_int_member(root, "schema"), ==, 1);
    g_assert_cmpstr(json_object_get_string_member(root, "verdict"), ==, "healthy");
    g_assert_cmpint(json_object_get_int_member(root, "exit_status"), ==, 0);
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(root, "steps")), ==,
                     TRIAGE_N_STEPS);
    for (guint i = 0; i < TRIAGE_N_STEPS; i++)
        for (size_t m = 0; m < G_N_ELEMENTS(members); m++)
            g_assert_true(json_object_has_member(step_at(root, i), members[m]));
    g_assert_cmpint(json_object_get_int_member(measured, "rss_bytes"), ==, 66072 * 1024);
    g_assert_cmpint(json_object_get_int_member(measured, "goroutines"), ==, 29);
    g_assert_true(json_object_get_null_member(measured, "footprint_bytes"));
    g_assert_cmpuint(json_object_get_size(json_object_get_object_member(root, "trends")), ==, 7);
    g_assert_cmpuint(json_object_get_size(json_object_get_object_member(measured, "fds_by_type")),
                     ==, FD_N_TYPES);
    g_assert_true(g_str_has_suffix(json, "}\n"));
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_autofree char *left_out = g_strconcat(lists[i], "_left_out", NULL);

        g_assert_true(json_object_has_member(root, lists[i]));
        g_assert_cmpint(json_object_get_int_member(root, left_out), ==, 0);
    }
}

/* One that is proven leaked stands before hundreds that wait, and is not left out. */
static void test_proven_come_first(void)
{
    struct triage_fixture f;
    g_autoptr(JsonParser) parser = json_parser_new();

    fixture_healthy(&f);
    fixture_add_bucket(&f, "example.com/app.idle", 600, GOROUTINE_CHAN_RECEIVE, 6);
    fixture_add_bucket(&f, "example.com/app.worker", 2, GOROUTINE_CHAN_SEND, 6);
    f.buckets[f.dump.n_buckets - 1].n_leaked = 1;
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);
    const struct triage_report report = report_of(&f, result);
    g_autofree char *json = triage_report_json(&report);
    g_autofree char *markdown = triage_report_markdown(&report, true);
    JsonArray *stacks = json_object_get_array_member(parse(parser, json), "goroutines");
    JsonObject *first = json_array_get_object_element(stacks, 0);

    g_assert_cmpstr(json_object_get_string_member(first, "site"), ==, "example.com/app.worker");
    g_assert_cmpint(json_object_get_int_member(first, "leaked"), ==, 1);
    g_assert_cmpuint(json_array_get_length(stacks), ==, f.dump.n_buckets);
    g_assert_nonnull(strstr(markdown, "**2, 1 proven leaked:** chan send"));
}

/* What was asked for is told, also when there is nothing to complain of. */
static void test_asked_is_told(void)
{
    struct triage_fixture f;
    g_autoptr(GArray) proven = g_array_new(FALSE, FALSE, sizeof(struct proof));
    struct proofs none = {.proven = proven, .n_suspects = 12, .n_looks = 12};

    fixture_healthy(&f);
    g_autoptr(triage_result_auto) walked = fixture_evaluate(&f);
    struct triage_report report = report_of(&f, walked);
    g_autofree char *before = triage_report_text(&report, false);

    g_assert_null(strstr(before, " 6 goroutines"));
    f.target.leaks = leak_marks_new();
    leak_marks_add(f.target.leaks, &none);
    g_autoptr(triage_result_auto) asked = fixture_evaluate(&f);

    report = report_of(&f, asked);
    g_autofree char *text = triage_report_text(&report, false);

    g_assert_cmpint(triage_exit_status(asked), ==, 0);
    g_assert_nonnull(strstr(text, " 6 goroutines: healthy"));
    g_assert_nonnull(strstr(text, "12 wait for a channel or lock"));
    leak_marks_unref(f.target.leaks);
}

/* What was seen comes first in all forms, suggested or not, and no step is lost by it. */
static void test_symptom_comes_first(void)
{
    struct triage_fixture f;
    g_autoptr(JsonParser) parser = json_parser_new();

    fixture_healthy(&f);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);
    struct triage_report report = report_of(&f, result);

    report.symptom = SYMPTOM_HANG;
    g_autofree char *text = triage_report_text(&report, false);
    g_autofree char *markdown = triage_report_markdown(&report, false);
    g_autofree char *json = triage_report_json(&report);
    JsonObject *root = parse(parser, json);

    g_assert_nonnull(strstr(text, "\nseen: a plugin does not respond; look with lsof, goroutines"));
    g_assert_cmpint(strstr(text, " 7 response") - text, <, strstr(text, " 1 RSS") - text);
    g_assert_nonnull(strstr(text, " 6 goroutines"));
    g_assert_nonnull(strstr(markdown, "\nSeen: a plugin does not respond"));
    g_assert_cmpint(strstr(markdown, "### 7. ") - markdown, <,
                    strstr(markdown, "### 1. ") - markdown);
    g_assert_cmpstr(json_object_get_string_member(root, "symptom"), ==, "hang");
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(root, "steps")), ==,
                     TRIAGE_N_STEPS);
    g_assert_cmpstr(json_object_get_string_member(step_at(root, 0), "id"), ==, "response");
}

static void assert_same_bytes(JsonNode *node, const char *bytes)
{
    gsize n = 0;

    if (JSON_NODE_HOLDS_VALUE(node)) {
        g_assert_cmpstr(json_node_get_string(node), ==, bytes);
        return;
    }
    g_autofree guchar *decoded = g_base64_decode(
        json_object_get_string_member(json_node_get_object(node), "bytes_base64"), &n);

    g_assert_cmpuint(n, ==, strlen(bytes));
    g_assert_true(memcmp(decoded, bytes, n) == 0);
    g_assert_true(json_object_has_member(json_node_get_object(node), "text"));
}

static JsonNode *key_of_fact(JsonObject *step, const char *part)
{
    JsonArray *facts = json_object_get_array_member(step, "facts");

    for (guint i = 0; i < json_array_get_length(facts); i++) {
        JsonObject *fact = json_array_get_object_element(facts, i);
        JsonNode *note = json_object_get_member(fact, "note");

        if (JSON_NODE_HOLDS_VALUE(note) && strstr(json_node_get_string(note), part) != NULL)
            return json_object_get_member(fact, "link_key");
    }
    g_assert_not_reached();
}

static void test_json_keeps_bytes(void)
{
    struct triage_fixture f;
    g_autoptr(JsonParser) parser = json_parser_new();

    make_hostile(&f);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);
    const struct triage_report report = report_of(&f, result);
    g_autofree char *json = triage_report_json(&report);
    JsonObject *root = parse(parser, json);
    JsonObject *target = json_object_get_object_member(root, "target");

    assert_harmless(json, true);
    assert_same_bytes(json_object_get_member(target, "name"), f.target.name);
    assert_same_bytes(json_object_get_member(target, "cmdline"), f.target.cmdline);
    assert_same_bytes(json_object_get_member(target, "exe"), f.target.exe);
    assert_same_bytes(key_of_fact(step_at(root, TRIAGE_FDS), "same file"), hostile_path);
}

static void test_json_has_no_nan(void)
{
    struct triage_fixture f;
    g_autoptr(JsonParser) parser = json_parser_new();

    fixture_healthy(&f);
    f.process.cpu_percent = NAN;
    f.process.rss_anon_bytes = SAMPLE_UNKNOWN;
    f.input.trends[METRIC_RSS] = (struct trend){.per_second = INFINITY, .low = NAN};
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);
    const struct triage_report report = report_of(&f, result);
    g_autofree char *json = triage_report_json(&report);
    JsonObject *measured = json_object_get_object_member(parse(parser, json), "measurements");

    g_assert_true(json_object_get_null_member(measured, "cpu_percent"));
    g_assert_true(json_object_get_null_member(measured, "rss_anon_bytes"));
    g_assert_null(strstr(json, "nan"));
    g_assert_null(strstr(json, "inf,"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/report/text/harmless", test_text_is_harmless);
    g_test_add_func("/report/text/readable", test_text_is_readable);
    g_test_add_func("/report/json/complete", test_json_is_complete);
    g_test_add_func("/report/proven-first", test_proven_come_first);
    g_test_add_func("/report/asked", test_asked_is_told);
    g_test_add_func("/report/symptom-first", test_symptom_comes_first);
    g_test_add_func("/report/json/keeps-bytes", test_json_keeps_bytes);
    g_test_add_func("/report/json/no-nan", test_json_has_no_nan);
    return g_test_run();
}
