#include "app/monitor/instance.h"

#include <json-glib/json-glib.h>

enum {
    MAX_BYTES = 64 * 1024,
    CLOCK_SLACK_US = 5 * G_USEC_PER_SEC, /* the start of a process is known to the second */
};

/* $XDG_STATE_HOME/sidecar, by default ~/.local/state/sidecar. */
static char *instance_path(pid_t pid)
{
    const char *base = g_getenv("XDG_STATE_HOME");
    g_autofree char *usual = g_build_filename(g_get_home_dir(), ".local", "state", NULL);
    g_autofree char *name = g_strdup_printf("%d.json", (int)pid);
    bool given = base != NULL && g_path_is_absolute(base);

    return g_build_filename(given ? base : usual, "sidecar", "instances", name, NULL);
}

static const char *text_member(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    return node != NULL && json_node_get_value_type(node) == G_TYPE_STRING
               ? json_node_get_string(node)
               : NULL;
}

static bool is_of(JsonObject *object, const struct target *target)
{
    JsonNode *pid = json_object_get_member(object, "pid");
    const char *text = text_member(object, "startedAt");
    g_autoptr(GDateTime) started = text != NULL ? g_date_time_new_from_iso8601(text, NULL) : NULL;

    if (pid == NULL || json_node_get_value_type(pid) != G_TYPE_INT64 ||
        json_node_get_int(pid) != target->id.pid || started == NULL)
        return false;
    return target->started_real_us == 0 || g_date_time_to_unix(started) * G_USEC_PER_SEC >=
                                               target->started_real_us - CLOCK_SLACK_US;
}

char *instance_project(const struct target *target)
{
    g_autofree char *path = instance_path(target->id.pid);
    g_autofree char *text = NULL;
    gsize n = 0;

    if (target->id.pid == 0 || !target->is_sidecar || !g_file_get_contents(path, &text, &n, NULL) ||
        n > MAX_BYTES)
        return NULL;
    g_autoptr(JsonParser) parser = json_parser_new();

    if (!json_parser_load_from_data(parser, text, (gssize)n, NULL))
        return NULL;
    JsonNode *root = json_parser_get_root(parser);

    if (root == NULL || !JSON_NODE_HOLDS_OBJECT(root) || !is_of(json_node_get_object(root), target))
        return NULL;
    return g_strdup(text_member(json_node_get_object(root), "project"));
}
