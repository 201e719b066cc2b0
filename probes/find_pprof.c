#include "probes/find.h"

#include "probes/http.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
    DEFAULT_PORT = 6060,
    TRY_TIMEOUT_MS = 1000,
    MAX_INDEX_BYTES = 1024 * 1024,
    MAX_TRIES = 16, /* a server of many ports: pprof is rarely behind the seventeenth */
};

enum answer { NO_PPROF, SILENCE, PPROF };

static enum answer ask(struct http_client *client, const char *base)
{
    /* Every Go release links this row from its index page. */
    static const char row[] = "goroutine?debug=1";
    g_autofree char *url = g_strconcat(base, "/", NULL);
    struct http_request request = {
        .url = url,
        .max_bytes = MAX_INDEX_BYTES,
        .timeout_ms = TRY_TIMEOUT_MS,
    };
    struct http_response response = {0};
    g_autoptr(GError) error = NULL;
    bool found = http_get(client, &request, &response, &error) &&
                 memmem(response.body->data, response.body->len, row, sizeof row - 1) != NULL;
    http_response_clear(&response);
    if (found)
        return PPROF;
    return g_error_matches(error, HTTP_ERROR, HTTP_ERROR_TIMEOUT) ? SILENCE : NO_PPROF;
}

/* What ports answered: where pprof is, and the first that takes a question and says nothing. */
struct search {
    struct http_client *client;
    char *found;
    char *silent;
    int silent_port;
};

static void try_listener(struct search *search, const struct platform_listener *listener)
{
    const char *hosts[] = {"127.0.0.1", "[::1]"};
    for (size_t i = listener->ipv6 ? 1 : 0; i < G_N_ELEMENTS(hosts); i++) {
        if (i == 1 && listener->loopback && !listener->ipv6)
            break;
        g_autofree char *base =
            g_strdup_printf("http://%s:%d/debug/pprof", hosts[i], listener->port);
        enum answer answer = ask(search->client, base);
        if (answer == PPROF) {
            search->found = g_steal_pointer(&base);
            return;
        }
        if (answer == SILENCE && search->silent == NULL) {
            search->silent = g_steal_pointer(&base);
            search->silent_port = listener->port;
        }
    }
}

/* The name is foreign text, raw as everywhere in the model: the screen makes it safe. */
static char *owner_name(const struct platform_options *options, pid_t pid)
{
    g_autoptr(process_entry_auto) owner = platform_describe(options, pid, NULL);
    return owner ? g_strdup_printf("process %d (%s)", (int)pid, owner->comm)
                 : g_strdup_printf("process %d", (int)pid);
}

static char *fail(GError **error, char *sentence)
{
    g_set_error_literal(error, FIND_ERROR, FIND_ERROR_NOT_FOUND, sentence);
    g_free(sentence);
    return NULL;
}

/* SIDECAR_PPROF names a port that somebody else has, or nobody. */
static char *fail_asked(const struct platform_options *options, const struct process_entry *process,
                        GError **error)
{
    bool listening = false;
    int pid = (int)process->id.pid, port = process->env_port;
    pid_t owner = platform_port_owner(options, port, &listening);
    if (listening && owner != process->id.pid) {
        g_autofree char *name =
            owner ? owner_name(options, owner) : g_strdup("a process of another user");
        return fail(error, g_strdup_printf(
                               "pprof of process %d could not start: SIDECAR_PPROF asks for port "
                               "%d, which belongs to %s; restart it with a free port, for example "
                               "SIDECAR_PPROF=%d (a restart loses the present state)",
                               pid, port, name, port < 65535 ? port + 1 : DEFAULT_PORT));
    }
    return fail(error, g_strdup_printf(
                           "SIDECAR_PPROF asks process %d for port %d, but nothing listens there: "
                           "the server failed or is still starting; try again in a moment, or "
                           "restart with SIDECAR_PPROF=1 (a restart loses the present state)",
                           pid, port));
}

static char *fail_silent(const struct platform_options *options,
                         const struct process_entry *process, GError **error)
{
    int pid = (int)process->id.pid;
    if (process->env_pprof && process->env_port)
        return fail_asked(options, process, error);
    if (process->env_pprof)
        return fail(error, g_strdup_printf(
                               "SIDECAR_PPROF of process %d is no port number, so its pprof could "
                               "not start; restart with SIDECAR_PPROF=1 (a restart loses the "
                               "present state)",
                               pid));
    if (process->listen_ports->len)
        return fail(error, g_strdup_printf(
                               "process %d listens on %u port%s, but none answers as pprof; if it "
                               "is at another path, give the address: sidescope "
                               "http://127.0.0.1:PORT/PATH",
                               pid, process->listen_ports->len,
                               process->listen_ports->len == 1 ? "" : "s"));
    return fail(error,
                g_strdup_printf("pprof is off in process %d: %s; a restart loses the present "
                                "state, so look at memory and files first",
                                pid,
                                process_entry_is_sidecar(process)
                                    ? "restart it with SIDECAR_PPROF=1"
                                    : "it listens on no port (where it can serve pprof, "
                                      "restart it with that on; where it is yours, import "
                                      "net/http/pprof and listen on localhost)"));
}

static char *fail_rights(const struct process_entry *process, GError **error)
{
    int pid = (int)process->id.pid;
    return fail(error, g_strdup_printf(
                           "the ports of process %d cannot be seen: that needs its user or "
                           "CAP_SYS_PTRACE; run: sudo sidescope %d, or give the address yourself: "
                           "sidescope :%d (and check that it is this process that answers)",
                           pid, pid, process->env_port ? process->env_port : DEFAULT_PORT));
}

/* --- whether it can have one --- */

static const char package[] = "net/http/pprof", index_of_it[] = ".Index";

/* In any of n bytes begins the name of the function that answers for pprof's index page. */
static bool has_index_function(const char *bytes, size_t n)
{
    const char *end = bytes + n, *at = bytes;

    while ((at = memmem(at, (size_t)(end - at), package, sizeof package - 1)) != NULL) {
        at += sizeof package - 1;
        if (end - at >= (ptrdiff_t)sizeof index_of_it - 1 &&
            memcmp(at, index_of_it, sizeof index_of_it - 1) == 0)
            return true;
    }
    return false;
}

/*
 * Where the program tells that it has no such function, its ports are left alone: a question in a
 * language that a server does not speak may be the end of it (a debugger that serves one client
 * ended with it, and with what it debugged). All names of functions stand in a program of Go,
 * stripped or not. Reads the whole file; what cannot be read may have it.
 */
static bool may_have_pprof(const struct platform_options *options,
                           const struct process_entry *process)
{
    enum { CHUNK = 1 << 20, OVERLAP = sizeof package + sizeof index_of_it };
    const char *root = options != NULL && options->proc_root != NULL ? options->proc_root : "/proc";
    g_autofree char *link = g_strdup_printf("%s/%d/exe", root, (int)process->id.pid);
    bool found = false;
    ssize_t n = 0;

    if (*process->go_version == '\0')
        return true;
    int fd = open(link, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return true;
    g_autofree char *bytes = g_malloc(OVERLAP + CHUNK);
    size_t kept = 0;

    while (!found && (n = read(fd, bytes + kept, CHUNK)) > 0) {
        size_t have = kept + (size_t)n;

        found = has_index_function(bytes, have);
        kept = MIN(have, (size_t)OVERLAP);
        memmove(bytes, bytes + have - kept, kept);
    }
    close(fd);
    return found || n < 0;
}

static char *fail_without(const struct process_entry *process, GError **error)
{
    return fail(error, g_strdup_printf(
                           "the program of process %d has no net/http/pprof in it, and its ports "
                           "are left alone; if another path serves profiles, give the address: "
                           "sidescope http://127.0.0.1:PORT/PATH",
                           (int)process->id.pid));
}

/* Only Go has pprof: others' ports are not asked again and again. */
static char *take_silent(const struct process_entry *process, struct search *search,
                         char **ret_doubt)
{
    if (search->silent == NULL || ret_doubt == NULL || *process->go_version == '\0')
        return NULL;
    *ret_doubt = g_strdup_printf("port %d of process %d takes a request and stays silent: if that "
                                 "is pprof, it is slow or hangs; it is asked again",
                                 search->silent_port, (int)process->id.pid);
    return g_steal_pointer(&search->silent);
}

char *find_pprof(const struct platform_options *options, const struct process_entry *process,
                 char **ret_doubt, GError **error)
{
    struct search search = {0};

    if (ret_doubt != NULL)
        *ret_doubt = NULL;
    /* Listeners come and go: what the entry knew may be old. */
    g_autoptr(process_entry_auto) now = platform_describe(options, process->id.pid, error);
    if (!now)
        return NULL;
    if (now->id.start_ticks != process->id.start_ticks || strchr("ZXx", now->state))
        return fail(error, g_strdup_printf("process %d has ended; choose a target again",
                                           (int)process->id.pid));
    if (!platform_same_space(options, now->id.pid, PLATFORM_SPACE_NETWORK)) {
        int pid = (int)now->id.pid;
        return fail(error,
                    g_strdup_printf(
                        "process %d has a network of its own (a container), so its localhost is "
                        "not ours; run: sudo nsenter -t %d -n sidescope %d, or give an address "
                        "that the container publishes",
                        pid, pid, pid));
    }

    if (!may_have_pprof(options, process))
        return fail_without(process, error);

    /* The port that SIDECAR_PPROF asks for first, then the others as the kernel lists them. */
    const GArray *ports = now->listen_ports;
    int hint = now->pprof_port ? now->pprof_port : DEFAULT_PORT;
    search.client = http_client_new();
    for (int round = 0; round < 2 && !search.found; round++) {
        for (guint i = 0; i < ports->len && i < MAX_TRIES && !search.found; i++) {
            const struct platform_listener *listener =
                &g_array_index(ports, struct platform_listener, i);
            if ((listener->port == hint) == (round == 0))
                try_listener(&search, listener);
        }
    }
    http_client_free(search.client);

    if (search.found == NULL)
        search.found = take_silent(now, &search, ret_doubt);
    g_free(search.silent);
    if (search.found)
        return search.found;
    return now->listeners_denied ? fail_rights(now, error) : fail_silent(options, now, error);
}
