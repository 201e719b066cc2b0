#include "probes/find.h"

#include "probes/http_login.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

GQuark find_error_quark(void)
{
    return g_quark_from_static_string("sidescope-find-error-quark");
}

enum { MAX_PORT = 65535, COMM_BYTES = 15 };

static const char pprof_path[] = "/debug/pprof";

/* --- what was typed --- */

void target_query_clear(struct target_query *query)
{
    g_free(query->name);
    g_free(query->url);
    *query = (struct target_query){0};
}

static bool fail_syntax(GError **error, const char *text, const char *why)
{
    g_set_error(error, FIND_ERROR, FIND_ERROR_SYNTAX,
                "“%s” %s; give a pid (4182), a name (sidecar), a port (:6060) or an address "
                "(http://127.0.0.1:6060)",
                text, why);
    return false;
}

/* Splits "host:port", "[::1]:port", ":port", "host"; *ret_port NULL without one. */
static bool split_authority(const char *text, char **ret_host, const char **ret_port)
{
    const char *colon = strrchr(text, ':');
    if (text[0] == '[') {
        const char *close = strchr(text, ']');
        if (!close || (close[1] != '\0' && close[1] != ':'))
            return false;
        colon = close[1] == ':' ? close + 1 : NULL;
    } else if (colon && strchr(text, ':') != colon) {
        return false; /* an IPv6 address needs its brackets */
    }
    *ret_host = colon ? g_strndup(text, (gsize)(colon - text)) : g_strdup(text);
    *ret_port = colon ? colon + 1 : NULL;
    return true;
}

static bool is_host(const char *host)
{
    if (host[0] == '[') {
        size_t n = strspn(host + 1, "0123456789abcdefABCDEF:.%");
        return n >= 2 && strcmp(host + 1 + n, "]") == 0;
    }
    return strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") ==
           strlen(host);
}

/* text: without a scheme it is http. */
static bool take_url(const char *text, struct target_query *ret, GError **error)
{
    const char *scheme_end = strstr(text, "://");
    const char *authority = scheme_end ? scheme_end + 3 : text;
    bool secure = g_ascii_strncasecmp(text, "https:", 6) == 0;
    size_t n = strcspn(authority, "/?#");
    g_autofree char *place = g_strndup(authority, n);
    g_autofree char *host = NULL;
    const char *port = NULL;
    guint64 number;
    if (!split_authority(place, &host, &port))
        return fail_syntax(error, text, "is no address (IPv6 is written [::1]:6060)");
    if (port && !g_ascii_string_to_unsigned(port, 10, 1, MAX_PORT, &number, NULL))
        return fail_syntax(error, text, "has no port between 1 and 65535");
    if (!is_host(host) || (host[0] == '\0' && !port))
        return fail_syntax(error, text, "has no host that can be asked");
    /* The base that holds "heap", "goroutine" …: what was given, or pprof's usual place. */
    const char *path = authority + n;
    g_autofree char *plain = g_strndup(path, strcspn(path, "?#"));
    char *marker = strstr(plain, pprof_path);
    if (marker)
        marker[strlen(pprof_path)] = '\0'; /* ".../debug/pprof/heap": one level too deep */
    size_t count = strlen(plain);
    while (count && plain[count - 1] == '/')
        plain[--count] = '\0';
    g_autofree char *base = g_strdup(count && strcmp(plain, "/debug") != 0 ? plain : pprof_path);
    ret->kind = TARGET_QUERY_URL;
    ret->url =
        g_strdup_printf("%s://%s%s%s%s", secure ? "https" : "http", host[0] ? host : "127.0.0.1",
                        port ? ":" : "", port ? port : "", base);
    return true;
}

bool target_query_parse(const char *text, struct target_query *ret, GError **error)
{
    g_autofree char *plain = http_login_take_word(text != NULL ? text : "");
    *ret = (struct target_query){.kind = TARGET_QUERY_ALL};
    if (plain[0] == '\0')
        return true;
    if (g_ascii_strncasecmp(plain, "http://", 7) == 0 ||
        g_ascii_strncasecmp(plain, "https://", 8) == 0)
        return take_url(plain, ret, error);
    if (strstr(plain, "://"))
        return fail_syntax(error, plain, "is no http:// or https:// address");
    if (plain[0] && plain[strspn(plain, "0123456789")] == '\0') {
        guint64 pid;
        if (!g_ascii_string_to_unsigned(plain, 10, 1, INT32_MAX, &pid, NULL))
            return fail_syntax(error, plain, "is no process number");
        ret->kind = TARGET_QUERY_PID;
        ret->pid = (pid_t)pid;
        return true;
    }
    if (plain[0] != '/' && strchr(plain, ':'))
        return take_url(plain, ret, error);
    if (plain[0] == '-')
        return fail_syntax(error, plain, "looks like an option");
    ret->kind = TARGET_QUERY_NAME;
    ret->name = g_steal_pointer(&plain);
    return true;
}

/* --- who fits --- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(text, *words) == 0)
            return true;
    return false;
}

/*
 * Programs whose command line often names another program: they are not it. tmux is called
 * "tmux: client" and "tmux: server" by its task names.
 */
static bool only_mentions(const struct process_entry *process)
{
    static const char *const names[] = {
        "tmux", "tmux: client", "tmux: server", "screen", "vi",   "vim",       "nvim", "emacs",
        "nano", "hx",           "micro",        "code",   "less", "more",      "tail", "cat",
        "grep", "rg",           "pgrep",        "watch",  "man",  "sidescope", NULL,
    };
    return is_one_of(process->comm, names) || is_one_of(base_name(process->exe), names);
}

/* `sidecar open …` and its like: gone in a moment, and never with pprof. */
static bool is_subcommand(const struct process_entry *process)
{
    static const char *const words[] = {"open",     "create",  "notify", "help",
                                        "--agents", "-agents", NULL};
    size_t n = strlen(process->argv0);
    if (strlen(process->cmdline) <= n + 1)
        return false;
    const char *first = process->cmdline + n + 1;
    g_autofree char *word = g_strndup(first, strcspn(first, " "));
    return is_one_of(word, words);
}

/* False when the process is not meant. wanted may be a path: then only that program fits. */
static bool rank_of(const struct process_entry *process, const char *wanted, enum find_rank *ret)
{
    const char *name = base_name(wanted);
    if (wanted[0] == '/' && strcmp(process->exe, wanted) != 0)
        return false;
    if (strcmp(base_name(process->exe), name) == 0)
        *ret = FIND_RANK_EXE;
    else if (process->comm[0] && strncmp(process->comm, name, COMM_BYTES) == 0)
        *ret = FIND_RANK_COMM; /* the kernel keeps 15 bytes of it */
    else if (strcmp(base_name(process->argv0), name) == 0)
        *ret = FIND_RANK_ARGV0;
    else if (strstr(process->cmdline, name) && !only_mentions(process))
        *ret = FIND_RANK_CMDLINE;
    else
        return false;
    bool short_lived = *ret != FIND_RANK_CMDLINE && strcmp(name, "sidecar") == 0;
    return !short_lived || !is_subcommand(process);
}

/* Any sidecar, whatever else has the word in its name or arguments. */
static bool rank_of_sidecar(const struct process_entry *process, enum find_rank *ret)
{
    *ret = *process->exe != '\0' ? FIND_RANK_EXE : FIND_RANK_COMM;
    return process_entry_is_sidecar(process) && !is_subcommand(process);
}

static pid_t parent_in(const GPtrArray *processes, pid_t pid)
{
    for (guint i = 0; i < processes->len; i++) {
        const struct process_entry *process = processes->pdata[i];
        if (process->id.pid == pid)
            return process->parent;
    }
    return 0;
}

/* Pids from our parent up to init; meaningless when the tree is not this system's. */
static GArray *find_ancestors(const struct platform_options *options, const GPtrArray *processes)
{
    enum { MAX_DEPTH = 256 }; /* a list read while processes come and go could hold a circle */
    GArray *ancestors = g_array_new(FALSE, FALSE, sizeof(pid_t));
    if (options && options->proc_root && strcmp(options->proc_root, "/proc") != 0)
        return ancestors;
    for (pid_t pid = getppid(); pid > 0 && ancestors->len < MAX_DEPTH;
         pid = parent_in(processes, pid))
        g_array_append_val(ancestors, pid);
    return ancestors;
}

static bool contains_pid(const GArray *pids, pid_t pid)
{
    for (guint i = 0; i < pids->len; i++)
        if (g_array_index(pids, pid_t, i) == pid)
            return true;
    return false;
}

static void result_free(gpointer data)
{
    struct find_result *result = data;
    process_entry_free(result->process);
    g_free(result);
}

static void add_result(GPtrArray *results, struct process_entry *process, enum find_rank rank)
{
    struct find_result *result = g_new(struct find_result, 1);
    *result = (struct find_result){process, rank};
    g_ptr_array_add(results, result);
}

static gint compare_results(gconstpointer a, gconstpointer b)
{
    const struct find_result *x = *(struct find_result *const *)a;
    const struct find_result *y = *(struct find_result *const *)b;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    if (x->process->id.start_ticks != y->process->id.start_ticks) /* newest first */
        return x->process->id.start_ticks > y->process->id.start_ticks ? -1 : 1;
    return x->process->id.pid < y->process->id.pid ? -1 : 1;
}

static bool is_meant(const struct platform_options *options, struct process_entry *process,
                     const char *wanted, bool include_go, enum find_rank *ret)
{
    if (wanted != NULL ? rank_of(process, wanted, ret) : rank_of_sidecar(process, ret))
        return true;
    if (!include_go)
        return false;
    platform_identify(options, process);
    *ret = FIND_RANK_GO;
    return process->is_go;
}

/* wanted NULL: any sidecar. */
static GPtrArray *find_by_name(const struct platform_options *options, const char *wanted,
                               bool include_go, GError **error)
{
    g_autoptr(GPtrArray) processes = platform_list(options, false, error);
    if (!processes)
        return NULL;
    GPtrArray *results = g_ptr_array_new_with_free_func(result_free);
    g_autoptr(GArray) ancestors = find_ancestors(options, processes);
    for (guint i = 0; i < processes->len; i++) {
        struct process_entry *process = processes->pdata[i];
        enum find_rank rank;
        bool ended = strchr("ZXx", process->state) != NULL;
        if (ended || contains_pid(ancestors, process->id.pid) ||
            !is_meant(options, process, wanted, include_go, &rank))
            continue;
        platform_deepen(options, process);
        /* A Go program never forks without calling exec: such a child is about to be something
         * else. */
        if (process->forked && (process->is_go || process_entry_is_sidecar(process)))
            continue;
        processes->pdata[i] = NULL; /* moves to the result */
        add_result(results, process, rank);
    }
    g_ptr_array_sort(results, compare_results);
    return results;
}

static GPtrArray *find_by_pid(const struct platform_options *options, pid_t pid, GError **error)
{
    struct process_entry *process = platform_describe(options, pid, error);
    if (!process)
        return NULL;
    GPtrArray *results = g_ptr_array_new_with_free_func(result_free);
    add_result(results, process, FIND_RANK_EXE);
    return results;
}

/* Of a normalised URL. */
static const char *authority_of(const char *url)
{
    return strstr(url, "://") + 3;
}

/* Port of a normalised URL; the scheme's when it names none. */
static int url_port(const char *url)
{
    const char *authority = authority_of(url);
    g_autofree char *host = NULL;
    g_autofree char *place = g_strndup(authority, strcspn(authority, "/"));
    const char *port = NULL;
    if (!split_authority(place, &host, &port) || !port)
        return g_str_has_prefix(url, "https:") ? 443 : 80;
    return atoi(port);
}

static bool is_local_url(const char *url)
{
    static const char *const hosts[] = {"127.", "localhost", "[::1]"};
    for (size_t i = 0; i < G_N_ELEMENTS(hosts); i++)
        if (g_str_has_prefix(authority_of(url), hosts[i]))
            return true;
    return false;
}

/* The process behind a local port; an empty list when it is far away or hidden. */
static GPtrArray *find_by_url(const struct platform_options *options, const char *url)
{
    pid_t owner = is_local_url(url) ? find_port_owner(options, url_port(url)) : 0;
    GPtrArray *results = owner ? find_by_pid(options, owner, NULL) : NULL;
    return results ? results : g_ptr_array_new_with_free_func(result_free);
}

GPtrArray *find_targets(const struct platform_options *options, const struct target_query *query,
                        bool include_go, GError **error)
{
    switch (query->kind) {
    case TARGET_QUERY_PID:
        return find_by_pid(options, query->pid, error);
    case TARGET_QUERY_URL:
        return find_by_url(options, query->url);
    case TARGET_QUERY_NAME:
        return find_by_name(options, query->name, include_go, error);
    case TARGET_QUERY_ALL:
    default:
        return find_by_name(options, NULL, include_go, error);
    }
}

size_t find_exact(const GPtrArray *results)
{
    size_t n = 0;
    for (guint i = 0; i < results->len; i++) {
        const struct find_result *result = results->pdata[i];
        const struct find_result *best = results->pdata[0];
        if (result->rank != best->rank || result->rank >= FIND_RANK_CMDLINE)
            break;
        n++;
    }
    return n;
}

pid_t find_port_owner(const struct platform_options *options, int port)
{
    return platform_port_owner(options, port, NULL);
}
