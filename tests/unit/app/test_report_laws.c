#include "tests/unit/app/random_triage.h"

#include "app/report/report.h"
#include "app/triage/numbers.h"
#include "app/triage/patterns.h"

#include <json-glib/json-glib.h>
#include <string.h>

/*
 * What holds of every report, whatever was seen: its three forms and the exit
 * status say one judgement, and a rate is the same wherever it stands. Shown
 * over many random inputs from a fixed seed.
 */

enum { ROUNDS = 150 };

/* Three forms of one judgement. */
struct forms {
    struct triage_fixture f;
    struct triage_judgement judgements[TRIAGE_N_STEPS];
    struct triage_result *result;
    char *text, *markdown; /* blanks and line ends are one blank each */
    JsonParser *parser;
    JsonObject *json;
    int status;
};

/* As it reads, however its lines are broken; marks that only keep Markdown from being markup go. */
static char *flowing(char *text)
{
    g_autofree char *owned = text;
    g_autoptr(GString) out = g_string_new(NULL);

    for (const char *p = owned; *p != '\0'; p++) {
        bool blank = *p == ' ' || *p == '\n';

        if (blank && out->len > 0 && out->str[out->len - 1] == ' ')
            continue;
        if (*p != '\\')
            g_string_append_c(out, blank ? ' ' : *p);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static void forms_init(struct forms *forms, GRand *random)
{
    random_triage(&forms->f, random);
    for (int i = 0; i < TRIAGE_N_STEPS; i++)
        forms->judgements[i] = (struct triage_judgement){
            .kind = g_rand_int_range(random, 0, 8) > 0 ? TRIAGE_AS_SEEN : TRIAGE_OVERRULED,
            .verdict = (enum triage_verdict)g_rand_int_range(random, 0, TRIAGE_UNKNOWN)};
    forms->f.input.judgements = forms->judgements;
    forms->result = fixture_evaluate(&forms->f);
    const struct triage_report report = {
        .input = &forms->f.input, .result = forms->result, .system = "", .host = "", .backend = ""};
    g_autofree char *json = triage_report_json(&report);
    g_autoptr(GError) error = NULL;

    forms->text = flowing(triage_report_text(&report, false));
    forms->markdown = flowing(triage_report_markdown(&report, false));
    forms->parser = json_parser_new();
    json_parser_load_from_data(forms->parser, json, -1, &error);
    g_assert_no_error(error);
    forms->json = json_node_get_object(json_parser_get_root(forms->parser));
    forms->status = triage_report_status(&report);
}

static void forms_clear(struct forms *forms)
{
    triage_result_free(forms->result);
    g_free(forms->text);
    g_free(forms->markdown);
    g_object_unref(forms->parser);
}

static void assert_said(const char *form, const char *words)
{
    if (strstr(form, words) == NULL)
        g_error("\"%s\" is not said in:\n%s", words, form);
}

static JsonObject *json_at(const struct forms *forms, const char *list, guint i)
{
    return json_array_get_object_element(json_object_get_array_member(forms->json, list), i);
}

/* The text is the short one: branches that say nothing are not in it. */
static bool is_in_text(const struct triage_step *step)
{
    return !triage_is_branch(step->id) || step->is_asked || step->verdict == TRIAGE_LOOK ||
           step->verdict == TRIAGE_BAD;
}

/* --- one judgement --- */

static void assert_step(const struct forms *forms, guint i)
{
    const struct triage_step *step = &forms->result->steps[i];
    const char *verdict = triage_verdict_name(step->verdict);
    g_autofree char *heading = g_strdup_printf(" %s: %s", step->title, verdict);
    JsonObject *json = json_at(forms, "steps", i);

    if (is_in_text(step))
        assert_said(forms->text, heading);
    assert_said(forms->markdown, heading);
    g_assert_cmpstr(json_object_get_string_member(json, "id"), ==, step->key);
    g_assert_cmpstr(json_object_get_string_member(json, "verdict"), ==, verdict);
    g_assert_cmpstr(json_object_get_string_member(json, "summary"), ==, step->summary);
}

static void assert_whole(const struct forms *forms)
{
    const char *verdict = triage_verdict_name(forms->result->verdict);
    g_autofree char *text = g_strdup_printf("Diagnosis: %s", verdict);
    g_autofree char *markdown = g_strdup_printf("`: %s ", verdict);
    int status = forms->result->verdict == TRIAGE_HEALTHY   ? 0
                 : forms->result->verdict == TRIAGE_UNKNOWN ? 2
                                                            : 1;

    assert_said(forms->text, text);
    assert_said(forms->markdown, markdown);
    g_assert_cmpstr(json_object_get_string_member(forms->json, "verdict"), ==, verdict);
    g_assert_cmpstr(json_object_get_string_member(forms->json, "diagnosis"), ==,
                    forms->result->diagnosis);
    g_assert_cmpint(json_object_get_int_member(forms->json, "exit_status"), ==, status);
    g_assert_cmpint(forms->status, ==, status);
}

/* In the same order everywhere. */
static void assert_causes(const struct forms *forms)
{
    const GPtrArray *causes = forms->result->causes;
    JsonArray *told = json_object_get_array_member(forms->json, "causes");
    const char *text = forms->text, *markdown = forms->markdown;

    g_assert_cmpuint(json_array_get_length(told), ==, causes->len);
    for (guint i = 0; i < causes->len; i++) {
        const struct triage_cause *cause = causes->pdata[i];
        g_autofree char *bold = g_strdup_printf("**%s**", cause->title);
        g_autofree char *sure = g_strdup_printf(
            "%s %s", number_percent_whole(cause->confidence * 100).text, cause->title);

        g_assert_cmpstr(json_object_get_string_member(json_at(forms, "causes", i), "id"), ==,
                        cause->pattern->id);
        assert_said(text, sure);
        assert_said(markdown, bold);
        text = strstr(text, sure) + 1;
        markdown = strstr(markdown, bold) + 1;
    }
}

static void test_one_judgement(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(17);

    for (int round = 0; round < ROUNDS; round++) {
        struct forms forms;

        g_test_message("round %d", round);
        forms_init(&forms, random);
        assert_whole(&forms);
        assert_causes(&forms);
        for (guint i = 0; i < TRIAGE_N_STEPS; i++)
            assert_step(&forms, i);
        forms_clear(&forms);
    }
}

/* --- one rate --- */

static const struct {
    enum metric metric;
    enum triage_step_id step;
    enum symptom symptom; /* SYMPTOM_NONE: none is about it */
    const char *label;
} rated[] = {{METRIC_RSS, TRIAGE_RSS, SYMPTOM_RSS, "RSS trend"},
             {METRIC_FDS, TRIAGE_FDS, SYMPTOM_FDS, "descriptor trend"},
             {METRIC_GOROUTINES, TRIAGE_GOROUTINES, SYMPTOM_GOROUTINES, "trend"},
             {METRIC_HEAP_LIVE, TRIAGE_HEAP, SYMPTOM_NONE, "live heap trend"}};

/* "+12/min": what stands before the slash is a number with its sign. */
static bool has_rate(const char *words)
{
    return g_regex_match_simple("[+-][0-9][0-9. ]*[A-Z]?/(s|min|h)", words, 0, 0);
}

static void assert_rate(const struct forms *forms, size_t r)
{
    const struct trend *trend = &forms->f.input.trends[rated[r].metric];
    const struct triage_step *step = &forms->result->steps[rated[r].step];
    const struct triage_fact *fact = fixture_fact(step, rated[r].label);
    bool is_bytes = metric_is_bytes(rated[r].metric);
    struct number_text slope = is_bytes ? number_slope_bytes(trend) : number_slope_count(trend);
    struct number_text value = is_bytes ? number_trend_bytes(trend) : number_trend_count(trend);
    struct number_text window = number_duration(trend->window_s);

    g_assert_true((fact != NULL) == (trend->verdict != TREND_UNKNOWN));
    if (has_rate(step->summary))
        assert_said(step->summary, slope.text);
    if (rated[r].symptom != SYMPTOM_NONE && has_rate(forms->result->signs[rated[r].symptom].trend))
        assert_said(forms->result->signs[rated[r].symptom].trend, slope.text);
    if (fact == NULL)
        return;
    g_autofree char *row = g_strdup_printf("%s | %s |", fact->label, fact->value);
    g_autofree char *line = g_strdup_printf("%s %s", fact->label, fact->value);

    g_assert_cmpstr(fact->value, ==, value.text);
    assert_said(fact->note, window.text);
    if (is_in_text(step))
        assert_said(forms->text, line);
    assert_said(forms->markdown, row);
    JsonObject *json = json_object_get_object_member(
        json_object_get_object_member(forms->json, "trends"), metric_info(rated[r].metric)->id);

    g_assert_cmpfloat(json_object_get_double_member(json, "per_second"), ==, trend->per_second);
    g_assert_cmpfloat(json_object_get_double_member(json, "window_s"), ==, trend->window_s);
}

static void test_one_rate(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(18);

    for (int round = 0; round < ROUNDS; round++) {
        struct forms forms;

        g_test_message("round %d", round);
        forms_init(&forms, random);
        for (size_t r = 0; r < G_N_ELEMENTS(rated); r++)
            assert_rate(&forms, r);
        forms_clear(&forms);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/report-laws/one-judgement", test_one_judgement);
    g_test_add_func("/report-laws/one-rate", test_one_rate);
    return g_test_run();
}
