#include "app/target/instance.h"

#include "probes/small_file.h"

#include <json-glib/json-glib.h>
#include <stdlib.h>
#include <string.h>

struct instance {
    char *project;       /* its name, raw bytes; NULL: not told */
    gint64 announced_us; /* wall clock: when this project was opened */
};

enum {
    MAX_BYTES = 64 * 1024,
    CLOCK_SLACK_US = 5 * G_USEC_PER_SEC, /* the start of a process is known to the second */
};

/* --- where it is --- */

static char *proc_file(const struct target *target, const char *name)
{
    return g_strdup_printf("%s/%d/%s", target->proc_root != NULL ? target->proc_root : "/proc",
                           (int)target->id.pid, name);
}

/* Its number as it knows it, which in a container is another: the last of NSpid. */
static pid_t own_number(const struct target *target)
{
    g_autofree char *path = proc_file(target, "status"), *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return target->id.pid;
    char *line = strstr(text, "\nNSpid:");
    char *end = line != NULL ? strchr(line + 1, '\n') : NULL;

    if (end == NULL)
        return target->id.pid;
    *end = '\0';
    const char *last = strrchr(line, '\t');
    int number = last != NULL ? atoi(last + 1) : 0;

    return number > 0 ? number : target->id.pid;
}

/* Its state directory; what it does not say is as it is for us. */
static char *state_folder(const struct target *target)
{
    const char *ours = g_getenv("XDG_STATE_HOME");

    if (target->state_home != NULL)
        return g_build_filename(target->state_home, "sidecar", NULL);
    if (target->home == NULL && ours != NULL && g_path_is_absolute(ours))
        return g_build_filename(ours, "sidecar", NULL);
    return g_build_filename(target->home != NULL ? target->home : g_get_home_dir(), ".local",
                            "state", "sidecar", NULL);
}

/* Through its root directory, which in a container is another one; else as we see it. */
static char *read_there(const struct target *target, const char *path, gsize *ret_n)
{
    g_autofree char *root = proc_file(target, "root");
    g_autofree char *there = g_strconcat(root, path, NULL);
    char *text = small_file_read(there, MAX_BYTES, ret_n, NULL);

    return text != NULL ? text : small_file_read(path, MAX_BYTES, ret_n, NULL);
}

/* --- what it says --- */

static const char *text_member(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    return node != NULL && json_node_get_value_type(node) == G_TYPE_STRING
               ? json_node_get_string(node)
               : NULL;
}

/* Unknown members are no reason to doubt the others. */
static bool take(JsonObject *object, const struct target *target, pid_t number,
                 struct instance *ret)
{
    JsonNode *pid = json_object_get_member(object, "pid");
    const char *text = text_member(object, "startedAt");
    g_autoptr(GDateTime) started = text != NULL ? g_date_time_new_from_iso8601(text, NULL) : NULL;

    if (pid == NULL || json_node_get_value_type(pid) != G_TYPE_INT64 ||
        json_node_get_int(pid) != number || started == NULL)
        return false;
    ret->announced_us = g_date_time_to_unix(started) * G_USEC_PER_SEC +
                        (gint64)g_date_time_get_microsecond(started);
    if (target->started_real_us != 0 &&
        ret->announced_us < target->started_real_us - CLOCK_SLACK_US)
        return false;
    ret->project = g_strdup(text_member(object, "project"));
    return true;
}

/* False when there is none of this process. Clear on true. */
static bool instance_read(const struct target *target, struct instance *ret)
{
    *ret = (struct instance){0};
    if (target->id.pid == 0 || !target->is_sidecar)
        return false;
    pid_t number = own_number(target);
    g_autofree char *folder = state_folder(target);
    g_autofree char *path = g_strdup_printf("%s/instances/%d.json", folder, (int)number);
    gsize n = 0;
    g_autofree char *text = read_there(target, path, &n);

    if (text == NULL)
        return false;
    g_autoptr(JsonParser) parser = json_parser_new();

    if (!json_parser_load_from_data(parser, text, (gssize)n, NULL))
        return false;
    JsonNode *root = json_parser_get_root(parser);

    return root != NULL && JSON_NODE_HOLDS_OBJECT(root) &&
           take(json_node_get_object(root), target, number, ret);
}

bool instance_project_now(const struct target *target, char **ret_project, gint64 *ret_opened_us)
{
    struct instance instance;

    if (!instance_read(target, &instance))
        return false;
    *ret_project = g_steal_pointer(&instance.project);
    *ret_opened_us = instance.announced_us;
    return true;
}

char *instance_project(const struct target *target)
{
    struct instance instance;

    if (!target->is_sidecar)
        return NULL;
    if (instance_read(target, &instance) && instance.project != NULL)
        return instance.project;
    g_free(instance.project);
    instance = (struct instance){0};
    return target->cwd != NULL ? g_path_get_basename(target->cwd) : NULL;
}

char *instance_project_of(const struct platform_options *options,
                          const struct process_entry *process)
{
    struct target *target = target_new(options, process, NULL, NULL);
    char *project = instance_project(target);

    target_free(target);
    return project;
}
