#include "app/target/attach.h"

#include "app/target/instance.h"

#include "probes/secrets.h"
#include "widgets/number.h"
#include "widgets/safe_text.h"

#include <string.h>

GQuark attach_error_quark(void)
{
    return g_quark_from_static_string("sidescope-attach-error-quark");
}

bool attach_refuse(GError **error, const char *sentence)
{
    g_set_error_literal(error, ATTACH_ERROR, ATTACH_ERROR_USAGE, sentence);
    return false;
}

bool attach_take_target(int argc, char **argv, char **ret, GError **error)
{
    if (argc > 2) {
        g_set_error(error, ATTACH_ERROR, ATTACH_ERROR_USAGE,
                    "one target at a time: \"%s\" is too many", argv[2]);
        return false;
    }
    *ret = argc == 2 ? g_strdup(argv[1]) : NULL;
    return true;
}

static enum platform_backend_id chosen_backend = PLATFORM_AUTO;

bool attach_use_backend(const char *name, GError **error)
{
    if (name == NULL || platform_backend_parse(name, &chosen_backend))
        return true;
    g_set_error(error, ATTACH_ERROR, ATTACH_ERROR_USAGE,
                "--backend is auto, procfs (only where /proc is) or commands (ps, lsof, vmmap), "
                "not \"%s\"",
                name);
    return false;
}

static enum target_source chosen_source = TARGET_SOURCE_AUTO;
static bool is_source_given; /* on the command line */

void attach_prefer_source(enum target_source source)
{
    if (!is_source_given)
        chosen_source = source;
}

gboolean attach_source_option(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    const char *const *names = target_source_names();

    (void)name;
    (void)data;
    for (int i = 0; i < TARGET_N_SOURCES; i++)
        if (strcmp(names[i], value) == 0) {
            chosen_source = (enum target_source)i;
            is_source_given = true;
            return TRUE;
        }
    g_set_error(error, ATTACH_ERROR, ATTACH_ERROR_USAGE,
                "--source is auto, pprof or memory, not \"%s\"", value);
    return FALSE;
}

/* Tests and benchmarks may put a recorded tree in the place of /proc. */
struct platform_options attach_platform(void)
{
    return (struct platform_options){
        .proc_root = g_getenv("SIDESCOPE_PROC_ROOT"),
        .backend = chosen_backend,
    };
}

void attach_outcome_free(struct attach_outcome *outcome)
{
    if (outcome == NULL)
        return;
    target_free(outcome->target);
    if (outcome->candidates != NULL)
        g_ptr_array_unref(outcome->candidates);
    g_clear_error(&outcome->error);
    g_free(outcome);
}

void attach_outcome_free_void(void *outcome)
{
    attach_outcome_free(outcome);
}

/* --pprof takes a bare port too, which as TARGET would be a pid. */
static char *pprof_url_of(const char *text, GError **error)
{
    struct target_query query = {0};
    g_autofree char *spelled = NULL;
    char *url = NULL;

    if (strspn(text, "0123456789") == strlen(text))
        spelled = g_strdup_printf("127.0.0.1:%s", text);
    if (!target_query_parse(spelled != NULL ? spelled : text, &query, error))
        return NULL;
    if (query.kind == TARGET_QUERY_URL)
        url = g_strdup(query.url);
    else
        g_set_error(error, ATTACH_ERROR, ATTACH_ERROR_USAGE,
                    "--pprof takes a port, host:port or URL, not \"%s\"",
                    strchr(text, '@') == NULL ? text : "what was given");
    target_query_clear(&query);
    return url;
}

/* NULL: it shares ours, as far as that can be seen. */
static char *other_spaces(const struct target *target)
{
    static const struct {
        enum platform_space space;
        const char *name;
    } spaces[] = {{PLATFORM_SPACE_PIDS, "pid"},
                  {PLATFORM_SPACE_MOUNTS, "mount"},
                  {PLATFORM_SPACE_NETWORK, "network"}};
    GString *out = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(spaces); i++)
        if (!platform_same_space(&target->platform, target->id.pid, spaces[i].space))
            g_string_append_printf(out, "%s%s", out->len > 0 ? ", " : "", spaces[i].name);
    return g_string_free(out, out->len == 0);
}

/* What is known of it beside what the list of processes says: its project now, and with each look
 * at it from here on. */
static void describe(struct target *target)
{
    target->other_spaces = target->id.pid != 0 ? other_spaces(target) : NULL;
    target->project = instance_project(target);
    target->project_now = target->is_sidecar ? instance_project_now : NULL;
}

static void make_target(struct attach_outcome *outcome, const struct process_entry *process,
                        const char *given_url)
{
    struct platform_options options = attach_platform();
    g_autoptr(GError) error = NULL;
    g_autofree char *found = NULL, *doubt = NULL;

    if (given_url == NULL)
        found = find_pprof(&options, process, &doubt, &error);
    outcome->target = target_new(&options, process, given_url != NULL ? given_url : found,
                                 error != NULL ? error->message : doubt);
    target_set_source(outcome->target, chosen_source);
    describe(outcome->target);
}

static int port_of(const char *url)
{
    const char *host = strstr(url, "://");
    const char *end = strchr(host != NULL ? host + 3 : url, '/');
    const char *colon = NULL;

    for (const char *p = host != NULL ? host + 3 : url; *p != '\0' && p != end; p++)
        if (*p == ':')
            colon = p;
    return colon != NULL ? (int)g_ascii_strtoll(colon + 1, NULL, 10) : 80;
}

static bool is_local(const char *url)
{
    return strstr(url, "//127.") != NULL || strstr(url, "//localhost") != NULL ||
           strstr(url, "//[::1]") != NULL;
}

/* A URL names a server; on this machine its owner's process can be watched as well. */
static void attach_url(struct attach_outcome *outcome, const char *url)
{
    struct platform_options options = attach_platform();
    g_autoptr(process_entry_auto) process = NULL;
    pid_t owner = is_local(url) ? find_port_owner(&options, port_of(url)) : 0;

    if (owner != 0)
        process = platform_describe(&options, owner, NULL);
    outcome->target = target_new(&options, process, url, NULL);
    target_set_source(outcome->target, chosen_source);
    describe(outcome->target);
}

static void attach_search(struct attach_outcome *outcome, const struct target_query *query,
                          const char *given_url)
{
    struct platform_options options = attach_platform();
    const char *name = query->kind == TARGET_QUERY_NAME ? query->name : "sidecar";
    GPtrArray *results = find_targets(&options, query, false, &outcome->error);

    if (results == NULL)
        return;
    size_t exact = find_exact(results);

    /* one that merely mentions the name in its command line is offered, never taken */
    if (exact == 1) {
        const struct find_result *only = g_ptr_array_index(results, 0);

        make_target(outcome, only->process, given_url);
        g_ptr_array_unref(results);
        return;
    }
    if (results->len == 0) {
        g_set_error(&outcome->error, ATTACH_ERROR, ATTACH_ERROR_NOT_FOUND,
                    "no process called %s is running: start it, or give a pid, a name or a pprof "
                    "address",
                    name);
        g_ptr_array_unref(results);
        return;
    }
    g_set_error(&outcome->error, ATTACH_ERROR, ATTACH_ERROR_AMBIGUOUS,
                exact > 0 ? "%u processes fit \"%s\": choose one by its pid"
                          : "%u processes only mention \"%s\" in their command line: choose one "
                            "by its pid",
                results->len, name);
    outcome->candidates = results;
}

struct attach_outcome *attach_find(const char *text, const char *pprof)
{
    struct attach_outcome *outcome = g_new0(struct attach_outcome, 1);
    struct target_query query = {0};
    g_autofree char *url = NULL;

    if (pprof != NULL && (url = pprof_url_of(pprof, &outcome->error)) == NULL)
        return outcome;
    if (!target_query_parse(text, &query, &outcome->error))
        return outcome;
    if (query.kind == TARGET_QUERY_URL) {
        attach_url(outcome, query.url);
    } else if (query.kind == TARGET_QUERY_PID) {
        struct platform_options options = attach_platform();
        g_autoptr(process_entry_auto) process =
            platform_describe(&options, query.pid, &outcome->error);

        if (process != NULL)
            make_target(outcome, process, url);
    } else {
        attach_search(outcome, &query, url);
    }
    target_query_clear(&query);
    return outcome;
}

char *attach_list_candidates(const GPtrArray *candidates)
{
    enum { COMMAND_COLS = 60 };
    struct platform_options options = attach_platform();
    bool unicode = g_get_charset(NULL), is_cut = false;
    GString *out = g_string_new(NULL);

    for (guint i = 0; candidates != NULL && i < candidates->len; i++) {
        const struct find_result *result = g_ptr_array_index(candidates, i);
        const struct process_entry *p = result->process;
        g_autofree char *name = text_safe(p->comm, -1, unicode);
        g_autofree char *raw = instance_project_of(&options, p);
        g_autofree char *project = raw != NULL ? text_safe(raw, -1, unicode) : NULL;
        g_autofree char *no_secrets = secrets_hide(p->cmdline);
        g_autofree char *command = text_safe(no_secrets, -1, unicode);

        g_string_append_printf(out, "  %7d  %-15s  up %-7s  RSS %-5s  %s%s%s%s", (int)p->id.pid,
                               name, number_duration((double)p->uptime_s).text,
                               number_bytes(p->rss_bytes).text,
                               p->version != NULL ? p->version : "", p->version != NULL ? "  " : "",
                               project != NULL ? project : "", project != NULL ? "  " : "");
        is_cut |= text_width(command) > COMMAND_COLS;
        text_fit(out, command, COMMAND_COLS, TEXT_ELIDE_END, unicode);
        g_string_append_c(out, '\n');
    }
    if (is_cut)
        g_string_append(out, "  (command lines are cut; ps -o args= -p PID has a whole one)\n");
    return g_string_free(out, FALSE);
}
