#include "probes/macos/go_program.h"
#include "probes/macos/handle.h"
#include "probes/macos/lsof.h"

#include "probes/limits.h"

#include <string.h>
#include <unistd.h>

/* --- cheap fields: three tables of ps, joined by pid --- */

struct lister {
    GHashTable *by_pid; /* pid to struct process_entry *, owned by entries */
    GPtrArray *entries;
};

static void add_entry(const struct ps_row *row, void *user)
{
    struct lister *lister = user;

    if (lister->entries->len >= PROBES_MAX_PROCESSES)
        return;
    struct process_entry *entry = g_new0(struct process_entry, 1);

    entry->id = (struct process_identity){row->pid, (uint64_t)row->start_s};
    entry->parent = row->parent;
    entry->uid = row->uid;
    entry->state = row->state;
    entry->rss_bytes = row->rss_bytes;
    entry->uptime_s = row->elapsed_s;
    entry->fd_count = SAMPLE_UNKNOWN;
    entry->comm = g_strdup("");
    entry->exe = g_strdup("");
    entry->cmdline = g_strdup("");
    entry->argv0 = g_strdup("");
    entry->go_version = g_strdup("");
    entry->listen_ports = g_array_new(FALSE, FALSE, sizeof(struct platform_listener));
    g_ptr_array_add(lister->entries, entry);
    g_hash_table_insert(lister->by_pid, GINT_TO_POINTER(row->pid), entry);
}

static struct process_entry *entry_of(const struct lister *lister, const struct ps_row *row)
{
    return g_hash_table_lookup(lister->by_pid, GINT_TO_POINTER(row->pid));
}

static void replace(char **field, char *value)
{
    g_free(*field);
    *field = value;
}

/* Darwin prints the path of the program here, procps the task name. */
static void take_command(const struct ps_row *row, void *user)
{
    struct process_entry *entry = entry_of(user, row);

    if (!entry)
        return;
    g_autofree char *text = g_strndup(row->text, row->text_n);

    g_strchomp(text);
    const char *slash = COMMANDS_ON_DARWIN ? strrchr(text, '/') : NULL;

    replace(&entry->comm, g_strdup(slash ? slash + 1 : text));
    if (text[0] == '/')
        replace(&entry->exe, g_strdup(text));
}

/* Arguments are joined by blanks: the first ends at one, unless the program's path has some. */
static void take_arguments(const struct ps_row *row, void *user)
{
    struct process_entry *entry = entry_of(user, row);

    if (!entry)
        return;
    replace(&entry->cmdline, g_strchomp(g_strndup(row->text, row->text_n)));
    size_t n = g_str_has_prefix(entry->cmdline, entry->exe) ? strlen(entry->exe) : 0;

    n += strcspn(entry->cmdline + n, " ");
    replace(&entry->argv0, g_strndup(entry->cmdline, n));
}

static bool read_table(struct runner *runner, enum ps_question question, pid_t pid, ps_row_fn each,
                       struct lister *lister, GError **error)
{
    struct run_result result;
    bool ran = tool_ps(runner, question, pid, &result);

    if (ran) {
        ps_parse(result.output->str, result.output->len, each, lister);
    } else {
        g_autofree char *why = tool_why(TOOL_PS, &result, "the processes");

        g_set_error_literal(error, PLATFORM_ERROR, PLATFORM_ERROR_FAILED, why);
    }
    run_result_clear(&result);
    return ran;
}

/* struct process_entry * with its free function; empty when there is no such process. */
static GPtrArray *read_entries(struct runner *runner, pid_t pid, GError **error)
{
    struct lister lister = {
        .by_pid = g_hash_table_new(NULL, NULL),
        .entries = g_ptr_array_new_with_free_func((GDestroyNotify)process_entry_free),
    };
    bool ok = read_table(runner, PS_NUMBERS, pid, add_entry, &lister, error) &&
              read_table(runner, PS_COMMAND, pid, take_command, &lister, error) &&
              read_table(runner, PS_ARGUMENTS, pid, take_arguments, &lister, error);

    g_hash_table_unref(lister.by_pid);
    if (ok)
        return lister.entries;
    g_ptr_array_unref(lister.entries);
    return NULL;
}

/* --- deep fields --- */

static void add_listener(struct process_entry *entry, const struct lsof_file *file)
{
    struct lsof_endpoint endpoint;

    if (strcmp(file->protocol, "TCP") != 0 || strcmp(file->state, "LISTEN") != 0 ||
        !lsof_local_endpoint(file->name, &endpoint) || endpoint.port == 0)
        return;
    if (!endpoint.loopback && !endpoint.any)
        return; /* bound to one outside address: not ours to try */
    struct platform_listener listener = {
        .port = endpoint.port,
        .loopback = endpoint.loopback,
        .ipv6 = endpoint.loopback && file->name[0] == '[' && !strstr(file->name, "ffff:127."),
    };

    g_array_append_val(entry->listen_ports, listener);
}

/* Where lsof is read for one process. */
struct deepened {
    struct process_entry *entry;
    bool has_program; /* libraries may follow */
};

static bool take_file(const struct lsof_process *process, const struct lsof_file *file, void *user)
{
    struct deepened *deepened = user;
    struct process_entry *entry = deepened->entry;
    bool is_program =
        !deepened->has_program && strcmp(file->fd, "txt") == 0 && file->name[0] == '/';

    (void)process;
    deepened->has_program = deepened->has_program || is_program;
    entry->listeners_denied =
        entry->listeners_denied || (file->number < 0 && strcmp(file->fd, "NOFD") == 0);
    if (!COMMANDS_ON_DARWIN && is_program)
        replace(&entry->exe, g_strdup(file->name));
    entry->fd_count += file->number >= 0;
    add_listener(entry, file);
    return true;
}

static void take_text(const struct ps_row *row, void *user)
{
    g_string_append_len(user, row->text, (gssize)row->text_n);
}

static void read_program(struct process_entry *entry)
{
    char *version = entry->exe[0] == '/' ? go_program_version(entry->exe) : NULL;

    entry->is_go = version != NULL;
    replace(&entry->go_version, version ? version : g_strdup(""));
}

static void deepen(struct runner *runner, struct process_entry *entry)
{
    struct deepened deepened = {.entry = entry};
    struct run_result result;

    g_array_set_size(entry->listen_ports, 0);
    entry->fd_count = 0;
    size_t rows = 0;

    if (tool_lsof(runner, entry->id.pid, NULL, &result))
        rows = lsof_parse(result.output->str, result.output->len, take_file, &deepened);
    run_result_clear(&result);
    entry->listeners_denied = entry->listeners_denied || rows == 0;
    if (entry->listeners_denied)
        entry->fd_count = SAMPLE_UNKNOWN;

    read_program(entry);

    /* The one variable of the environment we look at; nothing else of it is kept. */
    g_autoptr(GString) text = g_string_new(NULL);

    if (tool_ps(runner, PS_ENVIRONMENT, entry->id.pid, &result)) {
        ps_parse(result.output->str, result.output->len, take_text, text);
        g_autofree char *value =
            ps_environment_value(text->str, text->len, entry->cmdline, "SIDECAR_PPROF");

        if (value)
            process_entry_take_env(entry, value);
    }
    memset(text->str, 0, text->len); /* it holds other people's secrets */
    memset(result.output->str, 0, result.output->len);
    run_result_clear(&result);

    entry->pprof_port = process_entry_choose_port(entry);
}

static struct runner runner_of(const struct platform_options *options)
{
    return (struct runner){.cancelled = options ? options->cancelled : NULL};
}

void commands_deepen(const struct platform_options *options, struct process_entry *entry)
{
    struct runner runner = runner_of(options);
    struct ps_row row;
    g_autofree char *why = NULL;

    if (commands_read_row(&runner, entry->id.pid, &row, &why) &&
        commands_same_start(entry->id.start_ticks, row.start_s))
        deepen(&runner, entry);
    runner_clear(&runner);
}

void commands_identify(const struct platform_options *options, struct process_entry *entry)
{
    (void)options;
    read_program(entry);
}

struct process_entry *commands_describe(const struct platform_options *options, pid_t pid,
                                        GError **error)
{
    struct runner runner = runner_of(options);
    g_autoptr(GPtrArray) entries = read_entries(&runner, pid, error);
    struct process_entry *entry = NULL;

    if (entries && entries->len) {
        entry = entries->pdata[0];
        entries->pdata[0] = NULL;
        deepen(&runner, entry);
    } else if (entries) {
        platform_set_no_process(error, pid);
    }
    runner_clear(&runner);
    return entry;
}

static bool take_program(const struct lsof_process *process, const struct lsof_file *file,
                         void *user)
{
    struct process_entry *entry = g_hash_table_lookup(user, GINT_TO_POINTER(process->pid));

    if (entry && file->name[0] == '/') {
        replace(&entry->exe, g_strdup(file->name));
        g_hash_table_remove(user, GINT_TO_POINTER(process->pid)); /* libraries may follow */
    }
    return true;
}

/* --- the list --- */

/* Ourselves, our own ps, and on Linux the kernel's threads, which have no memory of their own. */
static bool is_left_out(const struct process_entry *entry)
{
    pid_t ours = getpid();

    return entry->id.pid == ours || (entry->parent == ours && strcmp(entry->comm, "ps") == 0) ||
           (!COMMANDS_ON_DARWIN && entry->cmdline[0] == '[' && entry->rss_bytes == 0 &&
            entry->state != 'Z');
}

GPtrArray *commands_list(const struct platform_options *options, bool deep, GError **error)
{
    struct runner runner = runner_of(options);
    GPtrArray *entries = read_entries(&runner, 0, error);

    if (entries && !COMMANDS_ON_DARWIN) {
        /* Linux's ps does not print the path of a program; one lsof for all is dear, but once. */
        static const char *const argv[] = {"lsof", "-nP", "-w", "-d", "txt", "-F", "pfn0", NULL};
        g_autoptr(GHashTable) by_pid = g_hash_table_new(NULL, NULL);
        struct run_result result;

        for (guint i = 0; i < entries->len; i++) {
            struct process_entry *entry = entries->pdata[i];

            g_hash_table_insert(by_pid, GINT_TO_POINTER(entry->id.pid), entry);
        }
        if (tool_run(&runner, TOOL_LSOF, argv, &result))
            lsof_parse(result.output->str, result.output->len, take_program, by_pid);
        run_result_clear(&result);
    }
    for (guint i = 0; entries && i < entries->len;) {
        if (is_left_out(entries->pdata[i])) {
            g_ptr_array_remove_index(entries, i);
            continue;
        }
        if (deep)
            deepen(&runner, entries->pdata[i]);
        i++;
    }
    runner_clear(&runner);
    return entries;
}

static bool take_owner(const struct lsof_process *process, const struct lsof_file *file, void *user)
{
    (void)file;
    *(pid_t *)user = process->pid;
    return false;
}

pid_t commands_port_owner(const struct platform_options *options, int port, bool *ret_listening)
{
    struct runner runner = runner_of(options);
    g_autofree char *selection = g_strdup_printf("-iTCP:%d", port);
    const char *const argv[] = {"lsof",         "-nP", "-w",  "-a", selection,
                                "-sTCP:LISTEN", "-F",  "pf0", NULL};
    struct run_result result;
    pid_t owner = 0;

    if (tool_run(&runner, TOOL_LSOF, argv, &result))
        lsof_parse(result.output->str, result.output->len, take_owner, &owner);
    run_result_clear(&result);
    runner_clear(&runner);
    if (ret_listening)
        *ret_listening = owner != 0;
    return owner;
}
