#include "probes/backend.h"

#include <string.h>

/* What is told of an entry of the list, whoever read it. */

void process_entry_free(struct process_entry *entry)
{
    if (!entry)
        return;
    g_free(entry->comm);
    g_free(entry->exe);
    g_free(entry->cmdline);
    g_free(entry->argv0);
    g_free(entry->go_version);
    g_free(entry->module);
    g_free(entry->version);
    g_free(entry->td_version);
    g_free(entry->cwd);
    g_free(entry->home);
    g_free(entry->state_home);
    g_free(entry->project);
    if (entry->listen_ports)
        g_array_unref(entry->listen_ports);
    g_free(entry);
}

bool process_entry_is_sidecar(const struct process_entry *entry)
{
    static const char name[] = "sidecar", module[] = "github.com/marcus/sidecar";
    const char *slash = strrchr(entry->exe, '/');

    if (entry->module != NULL && strcmp(entry->module, module) == 0)
        return true;
    return strcmp(*entry->exe == '\0' ? entry->comm
                  : slash != NULL     ? slash + 1
                                      : entry->exe,
                  name) == 0;
}

void process_entry_take_env(struct process_entry *entry, const char *value)
{
    enum { DEFAULT_PORT = 6060, MAX_PORT = 65535 };
    const char *digits = value + strspn(value, " "); /* sidecar tolerates a leading blank */
    size_t n = strspn(digits, "0123456789");

    entry->env_pprof = value[0] != '\0';
    if (n == 0 || digits[n] != '\0')
        return;
    guint64 port = g_ascii_strtoull(digits, NULL, 10);

    if (port <= MAX_PORT)
        entry->env_port = port == 1 ? DEFAULT_PORT : (int)port;
}

int process_entry_choose_port(const struct process_entry *entry)
{
    enum { DEFAULT_PORT = 6060 };
    int first = 0, wanted = entry->env_port ? entry->env_port : DEFAULT_PORT;

    for (guint i = 0; i < entry->listen_ports->len; i++) {
        const struct platform_listener *listener =
            &g_array_index(entry->listen_ports, struct platform_listener, i);
        if (listener->port == wanted)
            return wanted;
        if (listener->loopback && !first)
            first = listener->port;
    }
    return entry->env_pprof ? first : 0;
}
