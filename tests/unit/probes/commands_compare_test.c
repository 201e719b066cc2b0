/*
 * procfs and the commands on the same stopped process: counts by type, every
 * path, RSS and threads agree. What differs is what a tool cannot say, and each
 * such difference has its reason here.
 */

#include "probes/find.h"
#include "probes/platform.h"
#include "tests/support/target.h"
#include "tests/unit/probes/take.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { RSS_SLACK_BYTES = 1024 * 1024, PATIENCE_MS = 20 * 1000 };

static const struct platform_options by_procfs = {.backend = PLATFORM_PROCFS};
static const struct platform_options by_commands = {.backend = PLATFORM_COMMANDS};

static const char everything[] =
    "files claude 40; files codex 5; files same 6; files db 3; files dir 4; files deleted 3; "
    "files ugly 24; files pipe 3; files unix 3; files tcp 3; files listener 2; files closewait 2; "
    "files inotify 2; files watcher 1; goroutines io 2; goroutines syscall 3; children stay 1";

struct pair {
    struct stage *stage;
    struct platform *procfs, *commands;
};

static struct platform *open_by(const struct platform_options *options, pid_t pid)
{
    g_autoptr(GError) error = NULL;
    struct platform *platform = platform_open(options, pid, NULL, &error);

    g_assert_no_error(error);
    return platform;
}

/* Stopped, so that both readings mean the same moment. */
static void wait_stopped(struct pair *pair)
{
    gint64 until = g_get_monotonic_time() + PATIENCE_MS * (gint64)1000;
    char state = '?';

    kill(target_pid(pair->stage), SIGSTOP);
    while (state != 'T') {
        struct process_sample *sample = take_process(pair->procfs);

        state = sample->state_letter;
        sample_unref(sample);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        g_usleep(1000);
    }
}

static bool set_up(struct pair *pair)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *lsof = g_find_program_in_path("lsof");

    *pair = (struct pair){0};
    if (!target_available() || !lsof) {
        g_test_skip(lsof ? "the stage program is not built: no Go" : "lsof is not installed");
        return false;
    }
    pair->stage = target_start(&(struct stage_options){.commands = everything}, &error);
    g_assert_no_error(error);
    pair->procfs = open_by(&by_procfs, target_pid(pair->stage));
    pair->commands = open_by(&by_commands, target_pid(pair->stage));
    wait_stopped(pair);
    return true;
}

static void tear_down(struct pair *pair)
{
    kill(target_pid(pair->stage), SIGCONT); /* a stopped one does not end when asked to */
    platform_close(pair->procfs);
    platform_close(pair->commands);
    target_stop(pair->stage);
}

/* --- descriptors --- */

static bool is_inet(const struct fd_entry *entry)
{
    return entry->type == FD_IPV4 || entry->type == FD_IPV6;
}

/* lsof writes "*" for the address that means all. */
static char *comparable_path(const struct fd_entry *entry)
{
    static const char *const any[] = {"0.0.0.0:", "[::]:"};

    for (size_t i = 0; is_inet(entry) && i < G_N_ELEMENTS(any); i++)
        if (g_str_has_prefix(entry->path, any[i]))
            return g_strconcat("*:", entry->path + strlen(any[i]), NULL);
    return g_strdup(entry->path);
}

/* lsof names the object behind an anonymous inode, and a socket's protocol, more closely. */
static bool has_same_detail(const struct fd_entry *a, const struct fd_entry *b)
{
    bool finer = a->type == FD_ANON || a->type == FD_EPOLL || a->type == FD_SOCK;

    return finer || strcmp(a->detail, b->detail) == 0;
}

static void compare_entry(const struct fd_entry *native, const struct fd_entry *by_lsof)
{
    g_autofree char *a = comparable_path(native), *b = comparable_path(by_lsof);
    g_autofree char *shown = g_strescape(a, NULL);

    g_test_message("%d %s %s", native->fd, fd_type_label(native->type), shown);
    g_assert_cmpint(by_lsof->fd, ==, native->fd);
    g_assert_cmpint(by_lsof->type, ==, native->type);
    g_assert_cmpstr(b, ==, a);
    g_assert_true(has_same_detail(native, by_lsof));
    g_assert_cmpint(by_lsof->cls, ==, native->cls);
    g_assert_cmpint(by_lsof->deleted, ==, native->deleted);
    g_assert_cmpint(by_lsof->access, ==, native->access);
    g_assert_cmpint(by_lsof->flags, ==, native->flags);
    g_assert_cmpint(by_lsof->size, ==, native->size);
    g_assert_cmpuint(by_lsof->inode, ==, native->inode);
    /* lsof has one or the other, and we ask for the size */
    g_assert_cmpint(by_lsof->offset, ==, SAMPLE_UNKNOWN);
}

static void compare_groups(const struct files_sample *native, const struct files_sample *by_lsof)
{
    g_assert_cmpuint(by_lsof->n_groups, ==, native->n_groups);
    for (size_t i = 0; i < native->n_groups; i++) {
        const struct fd_group *group = &native->groups[i];

        g_assert_cmpuint(by_lsof->groups[i].count, ==, group->count);
        g_assert_cmpstr(by_lsof->groups[i].path, ==, group->path);
    }
}

static void test_files(void)
{
    struct pair pair;

    if (!set_up(&pair))
        return;
    struct files_sample *native = take_files(pair.procfs, NULL);
    struct files_sample *by_lsof = take_files(pair.commands, NULL);

    g_assert_cmpint(native->base.status, ==, SAMPLE_OK);
    g_assert_cmpstr(by_lsof->base.reason, ==, "");
    g_assert_cmpint(by_lsof->base.status, ==, SAMPLE_OK);
    g_assert_cmpint(native->count, >, 100);
    g_assert_cmpint(by_lsof->count, ==, native->count);
    for (size_t i = 0; i < native->n_fds; i++)
        compare_entry(&native->fds[i], &by_lsof->fds[i]);
    for (int i = 0; i < FD_N_TYPES; i++)
        g_assert_cmpint(by_lsof->by_type[i], ==, native->by_type[i]);
    for (int i = 0; i < PATH_N_CLASSES; i++)
        g_assert_cmpint(by_lsof->by_class[i], ==, native->by_class[i]);
    compare_groups(native, by_lsof);
    /* cwd, rtd, txt and what is mapped: lsof lists them, and they are no descriptors */
    g_assert_cmpint(by_lsof->not_descriptors, >=, 3);
    g_assert_cmpint(native->not_descriptors, ==, SAMPLE_UNKNOWN);
    /* what lsof does not know at all */
    g_assert_cmpint(by_lsof->inotify_watches, ==, SAMPLE_UNKNOWN);
    g_assert_cmpint(by_lsof->soft_limit, ==, SAMPLE_UNKNOWN);
    sample_unref(native);
    sample_unref(by_lsof);
    tear_down(&pair);
}

/* lsof writes numbers above 9999 in short. */
static void test_many(void)
{
    struct pair pair;

    if (!set_up(&pair))
        return;
    kill(target_pid(pair.stage), SIGCONT);
    target_do(pair.stage, "files same 11500");
    wait_stopped(&pair);
    struct files_sample *native = take_files(pair.procfs, NULL);
    struct files_sample *by_lsof = take_files(pair.commands, NULL);

    g_assert_cmpint(native->count, >, 11500);
    g_assert_cmpint(by_lsof->count, ==, native->count);
    for (size_t i = 0; i < native->n_fds; i++)
        g_assert_cmpint(by_lsof->fds[i].fd, ==, native->fds[i].fd);
    sample_unref(native);
    sample_unref(by_lsof);
    tear_down(&pair);
}

/* --- changes --- */

static void resume(struct pair *pair)
{
    kill(target_pid(pair->stage), SIGCONT);
}

static void test_births(void)
{
    struct pair pair;

    if (!set_up(&pair))
        return;
    struct files_sample *before = take_files(pair.commands, NULL);

    resume(&pair);
    target_do(pair.stage, "files claude 7");
    target_do(pair.stage, "release files db 2");
    wait_stopped(&pair);
    struct files_sample *after = take_files(pair.commands, before);

    g_assert_cmpint(after->count, ==, before->count + 5);
    g_assert_cmpuint(after->opened - after->closed, ==, 5);
    /* the numbers let go are the first to be taken again: never more than the true changes */
    g_assert_cmpuint(after->opened, ==, 7);
    g_assert_cmpint(after->fds[0].first_seen_us, ==, before->fds[0].first_seen_us);
    sample_unref(before);
    sample_unref(after);
    tear_down(&pair);
}

/* --- the process --- */

static void test_process(void)
{
    struct pair pair;

    if (!set_up(&pair))
        return;
    struct process_sample *native = take_process(pair.procfs);
    struct process_sample *by_ps = take_process(pair.commands);

    g_assert_cmpint(by_ps->base.status, ==, SAMPLE_OK);
    g_assert_cmpint(by_ps->state, ==, native->state);
    g_assert_cmpint(by_ps->state_letter, ==, 'T');
    g_assert_cmpint(by_ps->threads, ==, native->threads);
    g_assert_cmpint(by_ps->vsz_bytes, ==, native->vsz_bytes);
    /* the kernel keeps counters per CPU, and the file ps reads sums them up more roughly */
    g_assert_cmpint(ABS(by_ps->rss_bytes - native->rss_bytes), <, RSS_SLACK_BYTES);
    g_assert_cmpint(ABS(by_ps->uptime_s - native->uptime_s), <=, 1);
    g_assert_cmpint(by_ps->fd_count, ==, SAMPLE_UNKNOWN); /* no tool of this pace counts them */
    g_assert_cmpint(by_ps->base.bytes, >, 0);
    sample_unref(native);
    sample_unref(by_ps);
    tear_down(&pair);
}

static bool has_listener(const struct process_entry *entry, const struct platform_listener *wanted)
{
    for (guint i = 0; i < entry->listen_ports->len; i++) {
        const struct platform_listener *listener =
            &g_array_index(entry->listen_ports, struct platform_listener, i);

        if (listener->port == wanted->port && listener->ipv6 == wanted->ipv6 &&
            listener->loopback == wanted->loopback)
            return true;
    }
    return false;
}

/* The kernel lists them in an order of its own, lsof by descriptor. */
static void compare_listeners(const struct process_entry *native, const struct process_entry *by_ps)
{
    g_assert_cmpuint(by_ps->listen_ports->len, ==, native->listen_ports->len);
    for (guint i = 0; i < native->listen_ports->len; i++)
        g_assert_true(
            has_listener(by_ps, &g_array_index(native->listen_ports, struct platform_listener, i)));
    g_assert_cmpint(native->pprof_port != 0, ==, by_ps->pprof_port != 0);
}

static void test_entry(void)
{
    struct pair pair;
    g_autoptr(GError) error = NULL;

    if (!set_up(&pair))
        return;
    pid_t pid = target_pid(pair.stage);
    g_autoptr(process_entry_auto) native = platform_describe(&by_procfs, pid, &error);
    g_autoptr(process_entry_auto) by_ps = platform_describe(&by_commands, pid, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(by_ps->comm, ==, native->comm);
    g_assert_cmpstr(by_ps->exe, ==, native->exe);
    g_assert_cmpstr(by_ps->cmdline, ==, native->cmdline);
    g_assert_cmpint(by_ps->parent, ==, native->parent);
    g_assert_cmpuint(by_ps->uid, ==, native->uid);
    g_assert_cmpstr(by_ps->go_version, ==, native->go_version);
    g_assert_true(by_ps->is_go);
    g_assert_cmpint(by_ps->fd_count, ==, native->fd_count);
    g_assert_cmpint(by_ps->env_pprof, ==, native->env_pprof);
    compare_listeners(native, by_ps);
    g_assert_cmpint(platform_port_owner(&by_commands, target_pprof_port(pair.stage), NULL), ==,
                    pid);
    tear_down(&pair);
}

static const struct process_entry *find_pid(const GPtrArray *list, pid_t pid)
{
    for (guint i = 0; i < list->len; i++) {
        const struct process_entry *entry = list->pdata[i];

        if (entry->id.pid == pid)
            return entry;
    }
    return NULL;
}

/* Processes come and go between the two lists: those of the stage do not. */
static void test_list(void)
{
    struct pair pair;
    g_autoptr(GError) error = NULL;

    if (!set_up(&pair))
        return;
    g_autoptr(GPtrArray) list = platform_list(&by_commands, false, &error);

    g_assert_no_error(error);
    const struct process_entry *entry = find_pid(list, target_pid(pair.stage));

    g_assert_nonnull(entry);
    g_assert_cmpstr(entry->comm, ==, "sidecar");
    g_assert_true(g_str_has_suffix(entry->exe, "/sidecar")); /* so that Go is recognised */
    g_assert_cmpint(entry->state, ==, 'T');
    g_assert_null(find_pid(list, getpid()));
    g_assert_null(find_pid(list, 2)); /* the kernel's own, or nobody in a container */
    tear_down(&pair);
}

/* --- its end --- */

static void test_end(void)
{
    struct pair pair;
    bool zombie = false;
    g_autoptr(GError) error = NULL;

    if (!set_up(&pair))
        return;
    struct process_identity id = platform_identity(pair.commands);

    g_assert_true(platform_alive(pair.commands, &zombie));
    target_kill(pair.stage, SIGKILL);
    g_assert_false(platform_alive(pair.commands, &zombie));
    g_assert_true(zombie);
    struct process_sample *process = take_process(pair.commands);
    struct files_sample *files = take_files(pair.commands, NULL);
    struct memory_sample *memory = take_memory(pair.commands, true);

    g_assert_cmpint(process->base.status, ==, SAMPLE_GONE);
    g_assert_cmpint(process->state, ==, PROCESS_ZOMBIE);
    g_assert_cmpint(files->base.status, ==, SAMPLE_GONE);
    g_assert_cmpint(memory->base.status, ==, SAMPLE_GONE);
    sample_unref(process);
    sample_unref(files);
    sample_unref(memory);
    id.start_ticks += 100; /* somebody else by the same number */
    g_assert_null(platform_open(&by_commands, id.pid, &id, &error));
    g_assert_error(error, PLATFORM_ERROR, PLATFORM_ERROR_NO_PROCESS);
    tear_down(&pair);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/commands/compare/files", test_files);
    g_test_add_func("/commands/compare/many", test_many);
    g_test_add_func("/commands/compare/births", test_births);
    g_test_add_func("/commands/compare/process", test_process);
    g_test_add_func("/commands/compare/entry", test_entry);
    g_test_add_func("/commands/compare/list", test_list);
    g_test_add_func("/commands/compare/end", test_end);
    return g_test_run();
}
