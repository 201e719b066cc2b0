#include "app/triage/pattern_rules.h"

#include "app/triage/steps.h"

#include <string.h>

enum {
    HEALTHY_WATCHES = 64, /* 7 to 13 measured; the caps of sidecar's watchers leave room for that */
};

/* --- inotify --- */

/* Whose sessions lie in such a folder: sidecar has an adapter for each, which watches it. */
static const char *adapter_of(const char *path)
{
    static const struct {
        const char *part, *name;
    } adapters[] = {
        {"/.claude/projects", "Claude Code"},
        {"/.config/claude/projects", "Claude Code"},
        {"/.codex/sessions", "Codex"},
        {"/.cursor/chats", "Cursor"},
        {"/.copilot/session-state", "Copilot"},
        {"/opencode", "OpenCode"},
        {"/.grok/sessions", "Grok"},
        {"/.kiro", "Kiro"},
        {"/kiro-cli", "Kiro"},
        {"/.amazonq", "Amazon Q"},
        {"/warp-terminal", "Warp"},
        {"/.openclaw/agents", "OpenClaw"},
        {"/.pi/agent/sessions", "Pi"},
        {"/.omp/agent/sessions", "Oh My Pi"},
        {"/amp/threads", "Amp"},
        {"/.gemini", "Gemini"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(adapters); i++)
        if (strstr(path, adapters[i].part) != NULL)
            return adapters[i].name;
    return NULL;
}

/* "/h/.codex/sessions/2026 (Codex) watched 12 times by inotify", NULL when no path is known that is
 * watched twice. */
static char *most_watched(const struct files_sample *files)
{
    if (files->n_watched == 0 || files->watched[0].times < 2)
        return NULL;
    const char *adapter = adapter_of(files->watched[0].path);

    return g_strdup_printf("%s%s%s%s watched %s times by inotify", files->watched[0].path,
                           adapter != NULL ? " (" : "", adapter != NULL ? adapter : "",
                           adapter != NULL ? ")" : "", number_count(files->watched[0].times).text);
}

static void match_inotify(const struct pattern_context *context, struct pattern_match *match)
{
    const struct files_sample *files = pattern_files(context);
    double healthy = context->limits->value[THRESHOLD_INOTIFY_INSTANCES];

    if (files == NULL ||
        !step_is_over(files->by_type[FD_INOTIFY], healthy, &context->in->trends[METRIC_INOTIFY]))
        return;
    int64_t inotify = files->by_type[FD_INOTIFY];
    const struct trend *own = &context->in->trends[METRIC_INOTIFY];
    bool much = context->in->target->is_sidecar || step_watchers_pile(context->in, context->limits);
    /* until theirs is known, the trend of all descriptors tells */
    double grown =
        pattern_grown(own->verdict != TREND_UNKNOWN ? own : &context->in->trends[METRIC_FDS]);
    double confidence = MAX(grown, much ? PATTERN_LIKELY : 0);

    if (confidence <= 0)
        return;
    g_autofree char *most = most_watched(files);

    pattern_set(match, confidence, most != NULL ? most : "anon_inode:inotify",
                "%s inotify descriptors with %s watches; 4 to %.0f are healthy",
                number_count(inotify).text, number_count(files->inotify_watches).text, healthy);
    pattern_link(match,
                 &(struct ref){.kind = REF_TYPE, .type = FD_INOTIFY, .text = "anon_inode:inotify"});
}

/* Watches cost no descriptor, and so hide from every count of them. */
void pattern_watches(const struct pattern_context *context, struct pattern_match *match)
{
    const struct files_sample *files = pattern_files(context);
    const struct trend *trend = &context->in->trends[METRIC_WATCHES];

    if (files == NULL || files->inotify_watches <= HEALTHY_WATCHES || !trend_grows(trend) ||
        (double)files->by_type[FD_INOTIFY] > context->limits->value[THRESHOLD_INOTIFY_INSTANCES])
        return;
    g_autofree char *most = most_watched(files);

    pattern_set(match, pattern_grown(trend), most != NULL ? most : "anon_inode:inotify",
                "%s watches on %s inotify descriptors, %s",
                number_count(files->inotify_watches).text,
                number_count(files->by_type[FD_INOTIFY]).text, number_slope_count(trend).text);
    pattern_link(match,
                 &(struct ref){.kind = REF_TYPE, .type = FD_INOTIFY, .text = "anon_inode:inotify"});
}

/* --- pipes and sockets --- */

static bool is_in_state(const struct fd_template *t, const char *state)
{
    return (t->type == FD_IPV4 || t->type == FD_IPV6) && strstr(t->text, state) != NULL;
}

static bool is_pipe(const struct files_sample *files, const struct fd_template *t)
{
    (void)files;
    return t->type == FD_FIFO;
}

static bool is_listener(const struct files_sample *files, const struct fd_template *t)
{
    (void)files;
    return is_in_state(t, "LISTEN");
}

static bool is_close_wait(const struct files_sample *files, const struct fd_template *t)
{
    (void)files;
    return is_in_state(t, "CLOSE_WAIT");
}

static bool is_connection(const struct files_sample *files, const struct fd_template *t)
{
    (void)files;
    bool socket =
        t->type == FD_IPV4 || t->type == FD_IPV6 || t->type == FD_UNIX || t->type == FD_SOCK;

    return socket && !is_in_state(t, "LISTEN") && !is_in_state(t, "CLOSE_WAIT");
}

/* The host that most of the descriptors of a template are connected with; "" when unknown. */
static char *main_host(const struct files_sample *files, const struct fd_template *t)
{
    g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    guint most = 0;
    const char *best = "";

    for (uint32_t i = t->first; i < t->first + t->count && files->by_template != NULL; i++) {
        const char *path = files->fds[files->by_template[i]].path;
        const char *arrow = strstr(path, "->"), *begin = arrow != NULL ? arrow + 2 : path;
        const char *colon = strrchr(begin, ':');
        char *host = colon != NULL ? g_strndup(begin, (gsize)(colon - begin)) : g_strdup("");
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, host)) + 1;

        g_hash_table_replace(counts, host, GUINT_TO_POINTER(n));
        if (n >= most) {
            most = n;
            best = host; /* the newest key is the one kept */
        }
    }
    return g_strdup(best);
}

static void match_kind(const struct pattern_context *context, pattern_template_test *wanted,
                       const char *what, struct pattern_match *match)
{
    const struct fd_template *grown = pattern_grown_template(context, wanted);

    pattern_match_grown(context, wanted, what, NULL, match);
    if (match->confidence <= 0)
        return;
    g_autofree char *host = main_host(pattern_files(context), grown);

    if (*host == '\0' || strcmp(host, grown->text) == 0)
        return;
    g_free(match->culprit);
    match->culprit = g_strdup_printf("%s %s", grown->text, host);
}

/* --- which end opened them --- */

static char *local_port(const char *path)
{
    const char *arrow = strstr(path, "->");
    const char *end = arrow != NULL ? arrow : path + strlen(path);
    const char *colon = g_strrstr_len(path, end - path, ":");

    return colon != NULL ? g_strndup(colon + 1, (gsize)(end - colon - 1)) : g_strdup("");
}

/* The own port that most of the connections of a template came in by: a new string; NULL when most
 * were opened from here. */
static char *inbound_port(const struct files_sample *files, const struct fd_template *t)
{
    /* on which it listens itself */
    g_autoptr(GHashTable) ports = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    guint inbound = 0;
    char *last = NULL;

    for (size_t i = 0; i < files->n_fds; i++)
        if ((files->fds[i].type == FD_IPV4 || files->fds[i].type == FD_IPV6) &&
            strcmp(files->fds[i].detail, "LISTEN") == 0)
            g_hash_table_add(ports, local_port(files->fds[i].path));

    for (uint32_t i = t->first; i < t->first + t->count && files->by_template != NULL; i++) {
        char *port = local_port(files->fds[files->by_template[i]].path);

        if (g_hash_table_contains(ports, port)) {
            inbound++;
            g_free(last);
            last = port;
        } else {
            g_free(port);
        }
    }
    if (inbound * 2 > t->count)
        return last;
    g_free(last);
    return NULL;
}

/* --- watchers of macOS --- */

/* A watcher has one for all it watches; the runtime and the terminal have one each as well. */
static bool is_kqueue(const struct files_sample *files, const struct fd_template *t)
{
    (void)files;
    return t->type == FD_EPOLL && strcmp(t->text, "KQUEUE") == 0;
}

void pattern_watchers(const struct pattern_context *context, struct pattern_match *match)
{
    match_inotify(context, match);
    if (match->confidence <= 0)
        match_kind(context, is_kqueue, "kqueues, one per watcher,", match);
}

void pattern_pipes(const struct pattern_context *context, struct pattern_match *match)
{
    match_kind(context, is_pipe, "ends of pipes", match);
}

/* Template of the connections that grew, and the own port they came in by (NULL: none). */
static char *grown_inbound_port(const struct pattern_context *context)
{
    const struct fd_template *grown = pattern_grown_template(context, is_connection);

    return grown != NULL ? inbound_port(pattern_files(context), grown) : NULL;
}

void pattern_sockets(const struct pattern_context *context, struct pattern_match *match)
{
    g_autofree char *port = grown_inbound_port(context);

    if (port == NULL)
        match_kind(context, is_connection, "connections", match);
}

void pattern_clients(const struct pattern_context *context, struct pattern_match *match)
{
    g_autofree char *port = grown_inbound_port(context);
    g_autofree char *what =
        g_strdup_printf("connections that came in by its own port %s", port != NULL ? port : "");

    if (port != NULL)
        match_kind(context, is_connection, what, match);
}

void pattern_listeners(const struct pattern_context *context, struct pattern_match *match)
{
    match_kind(context, is_listener, "listeners", match);
}

void pattern_close_wait(const struct pattern_context *context, struct pattern_match *match)
{
    const struct files_sample *files = pattern_files(context);
    const struct fd_template *largest = NULL;

    /* the other end has gone: even without growth nobody can be waiting for them */
    for (size_t i = 0; files != NULL && i < files->n_templates; i++)
        if (is_close_wait(files, &files->templates[i]) &&
            (largest == NULL || files->templates[i].count > largest->count))
            largest = &files->templates[i];
    match_kind(context, is_close_wait, "connections that the other end has closed", match);
    if (match->confidence > 0 || largest == NULL ||
        (double)largest->count < context->limits->value[THRESHOLD_CLOSE_WAIT])
        return;
    pattern_set(match, PATTERN_LIKELY - 0.1, largest->text,
                "%s connections that the other end has closed%s", number_count(largest->count).text,
                number_growth(largest->growth).text);
    pattern_link(match,
                 &(struct ref){.kind = REF_TEMPLATE, .text = largest->text, .type = largest->type});
}
