/* The census of descriptors over recorded trees. */

#include "probes/linux/log_tail.h"
#include "tests/unit/probes/proc_tree.h"
#include "tests/unit/probes/take.h"

#include <string.h>
#include <unistd.h>

enum { PID = 4182 };

static const struct proc_tree_process target = {
    .pid = PID,
    .parent = 1,
    .comm = "a) S (b",
    .start_ticks = 1000,
    .cmdline = "sidecar\0-debug\0",
    .cmdline_n = 15,
    .exe = "/opt/bin/sidecar (deleted)",
};

static struct platform *open_target(struct proc_tree *tree)
{
    g_autoptr(GError) error = NULL;
    struct platform *platform = platform_open(&tree->options, PID, NULL, &error);
    g_assert_no_error(error);
    g_assert_nonnull(platform);
    return platform;
}

static void fill_descriptors(struct proc_tree *tree)
{
    static const struct {
        const char *link, *info;
    } fds[] = {
        {"/dev/null", NULL},
        {"/gone/session.jsonl (deleted)", "pos:\t12\nflags:\t0100000\nino:\t50\n"},
        {"/gone/session.jsonl", "pos:\t12\nflags:\t0100000\nino:\t51\n"},
        {"pipe:[100]", NULL},
        {"pipe:[100]", NULL},
        {"socket:[200]", NULL},
        {"socket:[201]", NULL},
        {"socket:[202]", NULL},
        {"socket:[203]", NULL},
        {"anon_inode:inotify", "pos:\t0\nflags:\t02000\ninotify wd:2 ino:1\ninotify wd:1 ino:2\n"},
        {"anon_inode:[eventpoll]", NULL},
        {"anon_inode:[eventfd]", NULL},
        {"net:[4026531840]", NULL},
        {"/ugly/\033]0;x\007\nname", NULL},
        {"/home/me/.claude/projects/-home-me-x/0f6f2c1e-0b1a-4c3d-9e8f-001122334455.jsonl", NULL},
        {"/home/me/.claude/projects/-home-me-x/1f6f2c1e-0b1a-4c3d-9e8f-001122334455.jsonl", NULL},
        {"", NULL},
    };
    for (int i = 0; i < (int)G_N_ELEMENTS(fds); i++)
        if (fds[i].link[0])
            proc_tree_fd(tree, PID, i, fds[i].link, fds[i].info);
    proc_tree_write(tree, "4182/net/tcp",
                    "  sl  local_address rem_address   st\n"
                    "   0: 0100007F:17AC 00000000:0000 0A 00000000:00000000 00:00000000 00000000"
                    "     0        0 200 1\n"
                    "   1: 0100007F:17AC 0100007F:9C40 08 00000000:00000000 00:00000000 00000000"
                    "     0        0 201 1\n",
                    -1);
    proc_tree_write(tree, "4182/net/unix",
                    "Num       RefCount Protocol Flags    Type St Inode Path\n"
                    "0000000000000000: 00000002 00000000 00010000 0001 01   202 /run/x y.sock\n",
                    -1);
}

static void test_files(void)
{
    g_autoptr(proc_tree_auto) tree = proc_tree_new();
    proc_tree_process(tree, &target);
    fill_descriptors(tree);
    proc_tree_write(tree, "sys/fs/inotify/max_user_instances", "128\n", -1);
    proc_tree_write(tree, "sys/fs/inotify/max_user_watches", "65536\n", -1);
    struct platform *platform = open_target(tree);
    struct files_sample *sample = take_files(platform, NULL);
    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    g_assert_cmpint(sample->count, ==, 16);
    g_assert_cmpint(sample->soft_limit, ==, 1024);
    g_assert_cmpint(sample->inotify_max_instances, ==, 128);
    g_assert_cmpint(sample->inotify_max_watches, ==, 65536);
    g_assert_cmpint(sample->inotify_watches, ==, 2);
    const struct fd_entry *fds = sample->fds;
    g_assert_cmpint(fds[0].type, ==, FD_CHR); /* leads to the real one */
    g_assert_true(fds[1].deleted);
    g_assert_cmpstr(fds[1].path, ==, "/gone/session.jsonl");
    g_assert_cmpint(fds[1].access, ==, 'r');
    g_assert_cmpint(fds[1].offset, ==, 12);
    g_assert_false(fds[2].deleted);
    g_assert_cmpint(fds[3].type, ==, FD_FIFO);
    g_assert_cmpuint(fds[3].inode, ==, 100);
    g_assert_cmpint(fds[5].type, ==, FD_IPV4);
    g_assert_cmpstr(fds[5].path, ==, "127.0.0.1:6060");
    g_assert_cmpstr(fds[5].detail, ==, "LISTEN");
    g_assert_cmpstr(fds[6].path, ==, "127.0.0.1:6060->127.0.0.1:40000");
    g_assert_cmpstr(fds[6].detail, ==, "CLOSE_WAIT");
    g_assert_cmpint(fds[7].type, ==, FD_UNIX);
    g_assert_cmpstr(fds[7].path, ==, "/run/x y.sock");
    g_assert_cmpstr(fds[7].detail, ==, "stream LISTEN");
    g_assert_cmpint(fds[8].type, ==, FD_SOCK);
    g_assert_cmpstr(fds[8].detail, ==, "unbound");
    g_assert_cmpint(fds[9].type, ==, FD_INOTIFY);
    g_assert_cmpint(fds[9].watches, ==, 2);
    g_assert_cmpint(fds[10].type, ==, FD_EPOLL);
    g_assert_cmpint(fds[11].type, ==, FD_ANON);
    g_assert_cmpstr(fds[11].detail, ==, "[eventfd]");
    g_assert_cmpint(fds[12].type, ==, FD_OTHER);
    g_assert_cmpuint(fds[12].inode, ==, 4026531840);
    g_assert_cmpstr(fds[13].path, ==, "/ugly/\033]0;x\007\nname");
    g_assert_cmpint(sample->by_type[FD_FIFO], ==, 2);
    g_assert_cmpint(sample->by_class[PATH_CLAUDE], ==, 2);
    sample_unref(sample);
    platform_close(platform);
}

static const struct fd_group *find_group(const struct files_sample *sample, const char *path)
{
    for (size_t i = 0; i < sample->n_groups; i++)
        if (strcmp(sample->groups[i].path, path) == 0)
            return &sample->groups[i];
    return NULL;
}

static const struct fd_template *find_template(const struct files_sample *sample, const char *text)
{
    for (size_t i = 0; i < sample->n_templates; i++)
        if (strcmp(sample->templates[i].text, text) == 0)
            return &sample->templates[i];
    return NULL;
}

/* Groups and templates partition the descriptors, largest first. */
static void assert_consistent(const struct files_sample *sample)
{
    uint32_t next = 0;
    for (size_t i = 0; i < sample->n_groups; i++) {
        const struct fd_group *group = &sample->groups[i];
        g_assert_cmpuint(group->first, ==, next);
        g_assert_true(i == 0 || sample->groups[i - 1].count >= group->count);
        next += group->count;
    }
    g_assert_cmpuint(next, ==, sample->n_fds);
    next = 0;
    for (size_t i = 0; i < sample->n_templates; i++) {
        g_assert_cmpuint(sample->templates[i].first, ==, next);
        g_assert_true(i == 0 || sample->templates[i - 1].count >= sample->templates[i].count);
        next += sample->templates[i].count;
    }
    g_assert_cmpuint(next, ==, sample->n_fds);
    g_autofree bool *seen = g_new0(bool, sample->n_fds + 1);
    for (size_t i = 0; i < sample->n_fds; i++) {
        g_assert_false(seen[sample->by_group[i]]);
        seen[sample->by_group[i]] = true;
    }
    int64_t sum = 0;
    for (int i = 0; i < FD_N_TYPES; i++)
        sum += sample->by_type[i];
    g_assert_cmpint(sum, ==, (int64_t)sample->n_fds);
}

static void test_groups(void)
{
    g_autoptr(proc_tree_auto) tree = proc_tree_new();
    proc_tree_process(tree, &target);
    fill_descriptors(tree);
    struct platform *platform = open_target(tree);
    struct files_sample *sample = take_files(platform, NULL);
    assert_consistent(sample);
    const struct fd_group *session = find_group(sample, "/gone/session.jsonl");
    g_assert_cmpuint(session->count, ==, 2);
    g_assert_cmpuint(session->deleted, ==, 1);
    g_assert_cmpint(session->growth, ==, 0);
    g_assert_cmpint(sample->fds[sample->by_group[session->first + 1]].fd, ==, 2);
    g_assert_cmpuint(find_group(sample, "pipe")->count, ==, 2);
    g_assert_cmpuint(find_group(sample, "TCP CLOSE_WAIT")->count, ==, 1);
    g_assert_cmpuint(find_group(sample, "socket")->count, ==, 1);
    const struct fd_template *claude =
        find_template(sample, "/home/me/.claude/projects/<project>/<uuid>.jsonl");
    g_assert_cmpuint(claude->count, ==, 2);
    g_assert_cmpuint(claude->n_paths, ==, 2);
    g_assert_cmpint(claude->cls, ==, PATH_CLAUDE);
    sample_unref(sample);
    platform_close(platform);
}

static void test_growth(void)
{
    g_autoptr(proc_tree_auto) tree = proc_tree_new();
    proc_tree_process(tree, &target);
    fill_descriptors(tree);
    struct platform *platform = open_target(tree);
    struct files_sample *first = take_files(platform, NULL);
    g_assert_cmpuint(first->opened + first->closed, ==, 0);
    proc_tree_remove(tree, "4182/fd/3");
    proc_tree_fd(tree, PID, 4, "/gone/session.jsonl", NULL); /* the number serves another file */
    proc_tree_fd(tree, PID, 30, "/gone/session.jsonl", NULL);
    struct files_sample *second = take_files(platform, first);
    assert_consistent(second);
    g_assert_cmpuint(second->opened, ==, 2);
    g_assert_cmpuint(second->closed, ==, 2);
    const struct fd_group *session = find_group(second, "/gone/session.jsonl");
    g_assert_cmpint(session->growth, ==, 2);
    g_assert_cmpint(session->oldest_us, ==, first->base.taken_us);
    g_assert_null(find_group(second, "pipe"));
    g_assert_cmpint(second->fds[0].first_seen_us, ==, first->base.taken_us);
    g_assert_cmpint(second->fds[3].first_seen_us, ==, second->base.taken_us); /* fd 4 */
    sample_unref(first);
    platform_mark(platform);
    struct files_sample *third = take_files(platform, second);
    g_assert_cmpuint(third->opened + third->closed, ==, 0);
    g_assert_cmpint(find_group(third, "/gone/session.jsonl")->growth, ==, 0);
    g_assert_cmpstr(third->fds[4].path, ==, "127.0.0.1:6060"); /* named again each time */
    g_assert_cmpstr(third->fds[10].detail, ==, "[eventfd]");
    sample_unref(second);
    g_assert_cmpstr(third->fds[10].path, ==, "anon_inode:[eventfd]"); /* its own memory */
    sample_unref(third);
    platform_close(platform);
}

/* The same number and name with another inode is another file. */
static void test_inode_change(void)
{
    g_autoptr(proc_tree_auto) tree = proc_tree_new();
    proc_tree_process(tree, &target);
    proc_tree_fd(tree, PID, 0, "pipe:[100]", "pos:\t0\nflags:\t0\nino:\t100\n");
    struct platform *platform = open_target(tree);
    struct files_sample *first = take_files(platform, NULL);
    proc_tree_fd(tree, PID, 0, "pipe:[101]", "pos:\t0\nflags:\t0\nino:\t101\n");
    struct files_sample *second = take_files(platform, first);
    g_assert_cmpuint(second->opened, ==, 1);
    g_assert_cmpuint(second->closed, ==, 1);
    g_assert_cmpuint(second->fds[0].inode, ==, 101);
    sample_unref(first);
    sample_unref(second);
    platform_close(platform);
}

static void test_files_vanish(void)
{
    g_autoptr(proc_tree_auto) tree = proc_tree_new();
    proc_tree_process(tree, &target);
    struct platform *platform = open_target(tree);
    proc_tree_write(tree, "4182/fd/5", "no link", -1); /* readlink: EINVAL */
    proc_tree_fd(tree, PID, 6, "/dev/null", NULL);
    proc_tree_remove(tree, "4182/fdinfo");
    struct files_sample *sample = take_files(platform, NULL);
    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    g_assert_cmpuint(sample->n_fds, ==, 1);
    g_assert_cmpint(sample->fds[0].fd, ==, 6);
    g_assert_cmpint(sample->fds[0].access, ==, ' ');
    sample_unref(sample);
    proc_tree_remove(tree, "4182/fd");
    sample = take_files(platform, NULL);
    g_assert_cmpint(sample->base.status, ==, SAMPLE_FAILED);
    g_assert_cmpint(sample->count, ==, SAMPLE_UNKNOWN);
    sample_unref(sample);
    platform_close(platform);
}

/* The first census, one that takes the lists over, and one more: all of them whole. */
static void check_census(struct platform *platform, size_t expected)
{
    struct files_sample *previous = NULL;
    for (int round = 0; round < 3; round++) {
        struct files_sample *sample = take_files(platform, previous);
        g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
        g_assert_cmpuint(sample->n_fds, ==, expected);
        sample_unref(previous);
        previous = sample;
    }
    assert_consistent(previous);
    sample_unref(previous);
}

static void add_links(struct proc_tree *tree, int first, int end)
{
    for (int i = first; i < end; i++) {
        g_autofree char *link = g_strdup_printf("%s/%d/fd/%d", tree->root, PID, i);
        g_autofree char *path = g_strdup_printf("/home/me/.claude/projects/-home-me-p%d/"
                                                "%08x-0b1a-4c3d-9e8f-001122334455.jsonl",
                                                i % 100, (unsigned)i);
        g_assert_cmpint(symlink(path, link), ==, 0);
    }
}

/* Above some thousand links two threads read them; what it costs is for bench_census. */
static void test_many_files(void)
{
    g_autoptr(proc_tree_auto) tree = proc_tree_new();
    proc_tree_process(tree, &target);
    struct platform *platform = open_target(tree);
    add_links(tree, 0, 2000);
    check_census(platform, 2000);
    add_links(tree, 2000, 20000);
    check_census(platform, 20000);
    platform_close(platform);
}

/* A census that finds nothing new takes the lists over, and never more than one sample of them. */
static void test_share(void)
{
    g_autoptr(proc_tree_auto) tree = proc_tree_new();
    proc_tree_process(tree, &target);
    fill_descriptors(tree);
    struct platform *platform = open_target(tree);
    struct files_sample *first = take_files(platform, NULL);
    struct files_sample *second = take_files(platform, first);
    struct files_sample *third = take_files(platform, second);
    g_assert_true(second->fds == first->fds && third->fds == first->fds);
    g_assert_true(third->groups == first->groups);
    g_assert_true(third->lists_of == first);
    g_assert_cmpint(third->by_type[FD_FIFO], ==, 2);
    g_assert_cmpint(third->inotify_watches, ==, 2);
    sample_unref(first);
    sample_unref(second);
    g_assert_cmpstr(third->fds[1].path, ==, "/gone/session.jsonl"); /* held by the third */
    proc_tree_fd(tree, PID, 40, "/home/me/debug.log", NULL);
    struct files_sample *fourth = take_files(platform, third);
    g_assert_true(fourth->fds != third->fds);
    g_assert_null(fourth->lists_of);
    g_assert_cmpuint(fourth->opened, ==, 1);
    sample_unref(third); /* what was borrowed was copied */
    g_assert_cmpstr(fourth->fds[1].path, ==, "/gone/session.jsonl");
    g_assert_cmpstr(fourth->fds[9].detail, ==, "inotify");
    platform_mark(platform); /* growth counts anew: the groups are no longer the same */
    struct files_sample *fifth = take_files(platform, fourth);
    g_assert_true(fifth->groups != fourth->groups);
    g_assert_cmpint(fifth->groups[0].growth, ==, 0);
    sample_unref(fourth);
    sample_unref(fifth);
    platform_close(platform);
}

/* Of the last minutes only, the newest by its own words, what looks like a secret hidden. */
static void test_log_warnings(void)
{
    static const char text[] =
        "level=WARN msg=cut\n"
        "time=2026-11-29T09:00:00.000Z level=WARN msg=old\n"
        "time=2026-11-29T10:00:00.000Z level=INFO msg=fine\n"
        "time=2026-11-29T10:00:01.000Z level=ERROR msg=\"tmux session discovery failed\"\n"
        "time=2026-11-29T10:00:02.000Z level=WARN msg=slow --token=abc\n"
        "time=nonsense level=WARN\n";
    g_autoptr(GDateTime) since = g_date_time_new_utc(2026, 11, 29, 10, 0, 0);
    gint64 since_us = g_date_time_to_unix(since) * G_USEC_PER_SEC;
    g_autofree char *last = NULL, *none = NULL;

    g_assert_cmpint(log_tail_count(text, since_us, &last), ==, 2);
    g_assert_true(g_str_has_prefix(last, "level=WARN msg=slow"));
    g_assert_null(strstr(last, "abc"));
    g_assert_cmpint(log_tail_count("", since_us, &none), ==, 0);
    g_assert_null(none);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/linux-fixture-files/census", test_files);
    g_test_add_func("/linux-fixture-files/share", test_share);
    g_test_add_func("/linux-fixture-files/groups", test_groups);
    g_test_add_func("/linux-fixture-files/growth", test_growth);
    g_test_add_func("/linux-fixture-files/inode-change", test_inode_change);
    g_test_add_func("/linux-fixture-files/vanish", test_files_vanish);
    g_test_add_func("/linux-fixture-files/many", test_many_files);
    g_test_add_func("/probes/linux/files/log-warnings", test_log_warnings);
    return g_test_run();
}
