/* A long watch in the three forms of a report. */

#include "app/report/report.h"
#include "tests/unit/app/triage_fixture.h"

#include <json-glib/json-glib.h>
#include <string.h>

static const gint64 begun_us = 1795903200 * (gint64)G_USEC_PER_SEC;

static struct watch *a_night(guint rows)
{
    struct watch *watch = watch_new(begun_us, begun_us + 8 * 3600 * (gint64)G_USEC_PER_SEC);

    watch->gap_s = 240;
    watch_set_ending(watch, "The process ended: it held 5.1G.");
    watch_set_recording(watch, "night|1.sidescope");
    for (guint i = 0; i < rows; i++) { /* the latest first: they are sorted */
        g_autofree char *text = g_strdup_printf("row %u | <b>\x1b[31m", rows - i);

        watch_add(watch, &(struct watch_row){.real_us = begun_us + (rows - i) * G_USEC_PER_SEC,
                                             .kind = "verdict",
                                             .text = text,
                                             .verdict = TRIAGE_BAD});
    }
    watch_sort(watch);
    return watch;
}

struct night {
    struct triage_fixture fixture;
    struct triage_result *result;
    struct watch *watch;
    struct triage_report report;
};

static void night_init(struct night *night, guint rows)
{
    fixture_healthy(&night->fixture);
    night->result = fixture_evaluate(&night->fixture);
    night->watch = a_night(rows);
    night->report = (struct triage_report){.input = &night->fixture.input,
                                           .result = night->result,
                                           .system = "Linux",
                                           .host = "box",
                                           .backend = "procfs",
                                           .watch = night->watch};
}

static void night_clear(struct night *night)
{
    watch_free(night->watch);
    triage_result_free(night->result);
}

/* Each part stands in text, the parts in this order. */
static void assert_in_order(const char *text, const char *const *parts)
{
    const char *at = text;

    for (size_t i = 0; parts[i] != NULL; i++) {
        const char *found = strstr(at, parts[i]);

        if (found == NULL)
            g_error("\"%s\" is not, or not there, in: %s", parts[i], text);
        at = found + 1;
    }
}

static void test_text(void)
{
    static const char *const parts[] = {"Watched from 20", "(8h00m)", "4m00s of it without data",
                                        "it held 5.1G",    "row 19",  "row 30",
                                        "and 18 earlier",  NULL};
    struct night night;

    night_init(&night, 30);
    g_autofree char *text = triage_report_text(&night.report, false);

    assert_in_order(text, parts);
    g_assert_null(strstr(text, "row 18 "));
    g_assert_null(strchr(text, '\x1b'));
    night_clear(&night);
}

static void test_markdown(void)
{
    static const char *const parts[] = {"## While it was watched",
                                        "row 1 ",
                                        "row 30 ",
                                        "40 more are in the",
                                        "row 71 ",
                                        "row 100 ",
                                        "night",
                                        NULL};
    struct night night;

    night_init(&night, 100);
    g_autofree char *text = triage_report_markdown(&night.report, true);

    assert_in_order(text, parts);
    g_assert_null(strstr(text, "row 31 "));
    g_assert_null(strstr(text, "row 70 "));
    g_assert_null(strstr(text, "<b>"));
    g_assert_null(strchr(text, '\x1b'));
    night_clear(&night);
}

static void test_json(void)
{
    struct night night;

    night_init(&night, 100);
    g_autofree char *text = triage_report_json(&night.report);
    g_autoptr(JsonNode) root = json_from_string(text, NULL);
    JsonObject *watch = json_object_get_object_member(json_node_get_object(root), "watch");
    JsonArray *rows = json_object_get_array_member(watch, "rows");

    g_assert_cmpuint(json_array_get_length(rows), ==, 100);
    g_assert_cmpfloat(json_object_get_double_member(watch, "without_data_s"), ==, 240);
    g_assert_cmpfloat(
        json_object_get_double_member(json_array_get_object_element(rows, 0), "at_unix_s"), ==,
        (double)begun_us / G_USEC_PER_SEC + 1);
    night_clear(&night);
}

/* A look of a moment says nothing of a watch. */
static void test_none(void)
{
    struct night night;

    night_init(&night, 1);
    night.report.watch = NULL;
    g_autofree char *text = triage_report_text(&night.report, true);
    g_autofree char *markdown = triage_report_markdown(&night.report, true);

    g_assert_null(strstr(text, "Watched from"));
    g_assert_null(strstr(markdown, "While it was watched"));
    night_clear(&night);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/watch/text", test_text);
    g_test_add_func("/watch/markdown", test_markdown);
    g_test_add_func("/watch/json", test_json);
    g_test_add_func("/watch/none", test_none);
    return g_test_run();
}
