#include "tests/scenarios/outcome.h"

#include <json-glib/json-glib.h>
#include <string.h>

enum { STATUS_HEALTHY, STATUS_FINDINGS, STATUS_NOT_EXAMINED };

/* --- reading the report --- */

/* Text that is no UTF-8 is an object in the report; its readable part is enough here. */
static char *text_member(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    if (node == NULL || json_node_is_null(node))
        return g_strdup("");
    if (JSON_NODE_HOLDS_VALUE(node))
        return g_strdup(json_node_get_string(node));
    return json_to_string(node, FALSE);
}

static void cause_free(gpointer data)
{
    struct named_cause *cause = data;

    g_free(cause->id);
    g_free(cause->culprit);
    g_free(cause->evidence);
    g_free(cause);
}

static struct named_cause *cause_of(JsonObject *object)
{
    struct named_cause *cause = g_new0(struct named_cause, 1);

    cause->id = text_member(object, "id");
    cause->culprit = text_member(object, "culprit");
    cause->evidence = text_member(object, "evidence");
    cause->leak = json_object_get_boolean_member(object, "leak");
    cause->confidence = json_object_get_double_member(object, "confidence");
    return cause;
}

static void step_free(gpointer data)
{
    struct named_step *step = data;

    g_free(step->id);
    g_free(step->verdict);
    g_free(step->sentence);
    g_free(step->command);
    g_free(step);
}

static struct named_step *step_of(JsonObject *object)
{
    struct named_step *step = g_new0(struct named_step, 1);

    step->id = text_member(object, "id");
    step->verdict = text_member(object, "verdict");
    step->sentence = text_member(object, "sentence");
    step->command = text_member(object, "command");
    return step;
}

static void read_report(struct outcome *outcome, JsonObject *report)
{
    JsonArray *causes = json_object_get_array_member(report, "causes");
    JsonArray *steps = json_object_get_array_member(report, "steps");

    g_free(outcome->verdict);
    g_free(outcome->diagnosis);
    outcome->verdict = text_member(report, "verdict");
    outcome->diagnosis = text_member(report, "diagnosis");
    for (guint i = 0; i < json_array_get_length(causes); i++)
        g_ptr_array_add(outcome->causes, cause_of(json_array_get_object_element(causes, i)));
    for (guint i = 0; i < json_array_get_length(steps); i++)
        g_ptr_array_add(outcome->steps, step_of(json_array_get_object_element(steps, i)));
}

struct outcome *outcome_parse(const char *json, int status)
{
    struct outcome *outcome = g_new0(struct outcome, 1);
    g_autoptr(JsonParser) parser = json_parser_new();

    outcome->status = status;
    outcome->verdict = g_strdup("");
    outcome->diagnosis = g_strdup("");
    outcome->causes = g_ptr_array_new_with_free_func(cause_free);
    outcome->steps = g_ptr_array_new_with_free_func(step_free);
    if (json_parser_load_from_data(parser, json, -1, NULL) &&
        JSON_NODE_HOLDS_OBJECT(json_parser_get_root(parser)))
        read_report(outcome, json_node_get_object(json_parser_get_root(parser)));
    return outcome;
}

void outcome_free(struct outcome *outcome)
{
    if (outcome == NULL)
        return;
    g_free(outcome->verdict);
    g_free(outcome->diagnosis);
    g_ptr_array_unref(outcome->causes);
    g_ptr_array_unref(outcome->steps);
    g_free(outcome);
}

const struct named_step *outcome_step(const struct outcome *outcome, const char *id)
{
    for (guint i = 0; i < outcome->steps->len; i++) {
        const struct named_step *step = g_ptr_array_index(outcome->steps, i);

        if (strcmp(step->id, id) == 0)
            return step;
    }
    return NULL;
}

/* --- judging --- */

static const struct named_cause *cause_at(const struct outcome *outcome, guint i)
{
    return i < outcome->causes->len ? g_ptr_array_index(outcome->causes, i) : NULL;
}

static bool names(const struct named_cause *cause, const char *pattern, const char *culprit,
                  pid_t locker)
{
    g_autofree char *pid = g_strdup_printf("%d ", (int)locker);

    if (cause == NULL || strcmp(cause->id, pattern) != 0)
        return false;
    if (culprit != NULL && strcmp(culprit, ROW_LOCKER) == 0)
        return locker != 0 && g_str_has_prefix(cause->culprit, pid);
    return culprit == NULL || strstr(cause->culprit, culprit) != NULL;
}

static bool is_expected(const struct named_cause *cause, const struct row *row, pid_t locker)
{
    return (row->pattern != NULL && names(cause, row->pattern, row->culprit, locker)) ||
           (row->also != NULL && names(cause, row->also, row->also_culprit, locker));
}

/* The first leak that was named and is none of the row's. */
static const struct named_cause *false_alarm(const struct outcome *outcome, const struct row *row,
                                             pid_t locker)
{
    for (guint i = 0; i < outcome->causes->len; i++) {
        const struct named_cause *cause = cause_at(outcome, i);

        if (cause->leak && !is_expected(cause, row, locker))
            return cause;
    }
    return NULL;
}

static bool told(const struct outcome *outcome, const char *pattern, const char *culprit,
                 pid_t locker, guint within)
{
    for (guint i = 0; i < MIN(within, outcome->causes->len); i++)
        if (names(cause_at(outcome, i), pattern, culprit, locker))
            return true;
    return false;
}

static char *judge_leak(const struct outcome *outcome, const struct row *row, pid_t locker)
{
    guint first = row->also != NULL ? 2 : 1;

    if (outcome->status != STATUS_FINDINGS)
        return g_strdup("missed: called healthy");
    if (!told(outcome, row->pattern, row->culprit, locker, first))
        return g_strdup_printf("%s of %s is not first", row->pattern,
                               row->culprit != NULL ? row->culprit : "anything");
    if (row->also != NULL && !told(outcome, row->also, row->also_culprit, locker, first))
        return g_strdup_printf("%s of %s is not named as well", row->also, row->also_culprit);
    return NULL;
}

static char *judge_no_leak(const struct outcome *outcome, const struct row *row, pid_t locker)
{
    const struct named_cause *wrong = false_alarm(outcome, row, locker);
    bool trouble = row->expects == ROW_TROUBLE;

    if (wrong != NULL)
        return g_strdup_printf("false alarm: %s of %s", wrong->id, wrong->culprit);
    if (row->expects == ROW_HONEST)
        return NULL;
    /* goroutines that nobody saw may be anything, and that is no health */
    int quiet = row->flags & ROW_UNSEEN ? STATUS_NOT_EXAMINED : STATUS_HEALTHY;

    if (outcome->status != (trouble ? STATUS_FINDINGS : quiet))
        return g_strdup_printf("exit status %d", outcome->status);
    if (row->pattern != NULL &&
        !told(outcome, row->pattern, row->culprit, locker, trouble ? 1 : G_MAXUINT))
        return g_strdup_printf("%s is not told%s", row->pattern, trouble ? " first" : "");
    return NULL;
}

char *outcome_judge(const struct outcome *outcome, const struct row *row, pid_t locker)
{
    if (outcome->status < 0 || outcome->status > STATUS_NOT_EXAMINED || *outcome->verdict == '\0')
        return g_strdup_printf("no report, status %d", outcome->status);
    return row->expects == ROW_LEAK ? judge_leak(outcome, row, locker)
                                    : judge_no_leak(outcome, row, locker);
}

const char *outcome_word(const struct outcome *outcome)
{
    const struct named_cause *first = cause_at(outcome, 0);

    if (*outcome->verdict == '\0')
        return "(no report)";
    if (first != NULL)
        return first->id;
    return outcome->status == STATUS_HEALTHY ? "(silent)" : "(finding without a cause)";
}
