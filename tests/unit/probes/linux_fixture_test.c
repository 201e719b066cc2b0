/* The Linux backend over recorded trees: states that a live system does not hold still for. */

#include "tests/unit/probes/proc_tree.h"

#include <math.h>
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

static struct process_sample *read_process(struct platform *platform)
{
    struct process_sample *sample = sample_new(PROBE_PROCESS, sizeof *sample);
    platform_read_process(platform, sample);
    return sample;
}

static struct memory_sample *read_memory(struct platform *platform, bool with_regions)
{
    struct memory_sample *sample = sample_new(PROBE_MEMORY, sizeof *sample);
    platform_read_memory(platform, sample, with_regions);
    return sample;
}

static struct files_sample *read_files(struct platform *platform,
                                       const struct files_sample *previous)
{
    struct files_sample *sample = sample_new(PROBE_FILES, sizeof *sample);
    platform_read_files(platform, sample, previous);
    return sample;
}

/* --- opening and identity --------------------------------------------------------- */

static void test_open(void)
{
    g_autoptr(proc_tree_auto) tree = proc_tree_new();
    g_autoptr(GError) error = NULL;
    g_assert_null(platform_open(&tree->options, PID, NULL, &error));
    g_assert_error(error, PLATFORM_ERROR, PLATFORM_ERROR_NO_PROCESS);
    g_clear_error(&error);
    proc_tree_process(tree, &target);
    struct process_identity identity = {PID, 1000};
    struct platform *platform = platform_open(&tree->options, PID, &identity, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(platform_identity(platform).start_ticks, ==, 1000);
    g_assert_true(platform_alive(platform, NULL));
    platform_close(platform);
    identity.start_ticks = 999;
    g_assert_null(platform_open(&tree->options, PID, &identity, &error));
    g_assert_error(error, PLATFORM_ERROR, PLATFORM_ERROR_NO_PROCESS);
    platform_close(NULL);
}

static void assert_gone(struct platform *platform, enum process_state state)
{
    bool zombie;
    struct process_sample *process = read_process(platform);
    struct memory_sample *memory = read_memory(platform, true);
    struct files_sample *files = read_files(platform, NULL);
    g_assert_cmpint(process->state, ==, state);
    const struct sample *const all[] = {&process->base, &memory->base, &files->base};
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        g_assert_cmpint(all[i]->status, ==, SAMPLE_GONE);
        g_assert_cmpstr(all[i]->reason, !=, "");
    }
    g_assert_cmpint(memory->rss_bytes, ==, SAMPLE_UNKNOWN);
    g_assert_cmpint(files->count, ==, SAMPLE_UNKNOWN);
    g_assert_false(platform_alive(platform, &zombie));
    g_assert_true(zombie == (state == PROCESS_ZOMBIE));
    sample_unref(process);
    sample_unref(memory);
    sample_unref(files);
}

static void test_ends(void)
{
    g_autoptr(proc_tree_auto) tree = proc_tree_new();
    struct proc_tree_process process = target;
    proc_tree_process(tree, &process);
    struct platform *platform = open_target(tree);
    process.state = 'Z';
    proc_tree_process(tree, &process);
    assert_gone(platform, PROCESS_ZOMBIE);
    process.state = 'S';
    process.start_ticks = 2000;
    proc_tree_process(tree, &process);
    assert_gone(platform, PROCESS_REPLACED);
    proc_tree_remove(tree, "4182");
    assert_gone(platform, PROCESS_ENDED);
    proc_tree_process(tree, &process); /* the number comes back as a new directory */
    assert_gone(platform, PROCESS_REPLACED);
    platform_close(platform);
}

/* --- process ------------------------------------------------------------------------ */

static void test_process(void)
{
    g_autoptr(proc_tree_auto) tree = proc_tree_new();
    proc_tree_process(tree, &target);
    proc_tree_fd(tree, PID, 0, "/dev/null", NULL);
    proc_tree_fd(tree, PID, 7, "pipe:[1]", NULL);
    struct platform *platform = open_target(tree);
    struct process_sample *sample = read_process(platform);
    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    g_assert_cmpint(sample->state, ==, PROCESS_ALIVE);
    g_assert_cmpint(sample->state_letter, ==, 'S');
    g_assert_cmpint(sample->rss_bytes, ==, 10240 * 1024);
    g_assert_cmpint(sample->rss_anon_bytes, ==, 8192 * 1024);
    g_assert_cmpint(sample->vsz_bytes, ==, 102400 * 1024);
    g_assert_cmpint(sample->rss_peak_bytes, ==, 20480 * 1024);
    g_assert_cmpint(sample->swap_bytes, ==, 512 * 1024);
    g_assert_cmpint(sample->footprint_bytes, ==, SAMPLE_UNKNOWN);
    g_assert_cmpint(sample->threads, ==, 7);
    g_assert_cmpint(sample->fd_count, ==, 2);
    g_assert_cmpint(sample->fd_soft_limit, ==, 1024);
    g_assert_cmpint(sample->fd_hard_limit, ==, 4096);
    g_assert_cmpint(sample->minor_faults, ==, 100);
    g_assert_cmpint(sample->major_faults, ==, 3);
    g_assert_cmpint(sample->voluntary_switches, ==, 11);
    g_assert_cmpint(sample->involuntary_switches, ==, 12);
    g_assert_cmpint(sample->io_read_bytes, ==, 4096);
    g_assert_cmpint(sample->io_write_bytes, ==, 8192);
    g_assert_cmpint(sample->uptime_s, >=, 4900); /* 5000 s since boot, started at tick 1000 */
    g_assert_true(isnan(sample->cpu_percent));
    g_assert_cmpint(sample->base.bytes, >, 100);
    sample_unref(sample);
    platform_close(platform);
}

/* Missing files leave their numbers unknown; never zero. */
static void test_process_partial(void)
{
    g_autoptr(proc_tree_auto) tree = proc_tree_new();
    proc_tree_process(tree, &target);
    proc_tree_write(tree, "4182/status", "Name:\tx\nThreads:\t3\n", -1);
    proc_tree_remove(tree, "4182/io");
    proc_tree_remove(tree, "4182/limits");
    struct platform *platform = open_target(tree);
    struct process_sample *sample = read_process(platform);
    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    g_assert_cmpint(sample->rss_bytes, ==, 2560 * (int64_t)getpagesize()); /* statm */
    g_assert_cmpint(sample->swap_bytes, ==, SAMPLE_UNKNOWN);
    g_assert_cmpint(sample->io_read_bytes, ==, SAMPLE_UNKNOWN);
    g_assert_cmpint(sample->fd_soft_limit, ==, SAMPLE_UNKNOWN);
    sample_unref(sample);
    platform_close(platform);
}

static void test_cpu(void)
{
    g_autoptr(proc_tree_auto) tree = proc_tree_new();
    proc_tree_process(tree, &target);
    struct platform *platform = open_target(tree);
    struct process_sample *first = read_process(platform);
    /* 100 ticks more of its own, 20 of children */
    proc_tree_write(tree, "4182/stat",
                    "4182 (x) R 1 1 1 0 -1 4194304 100 200 3 4 230 70 35 15 20 0 7 0 1000 4096 1\n",
                    -1);
    g_usleep(20 * 1000);
    struct process_sample *second = read_process(platform);
    double seconds = (double)(second->base.taken_us - first->base.taken_us) / 1e6;
    double hz = (double)sysconf(_SC_CLK_TCK);
    g_assert_cmpfloat_with_epsilon(second->cpu_percent, 100 / hz / seconds * 100, 0.01);
    g_assert_cmpfloat_with_epsilon(second->cpu_children_percent, 20 / hz / seconds * 100, 0.01);
    g_assert_cmpint(second->cpu_user_us, ==, (int64_t)(230 / hz * 1e6));
    sample_unref(first);
    sample_unref(second);
    platform_close(platform);
}

/* --- memory --------------------------------------------------------------------------- */

static const char smaps[] =
    "00400000-00500000 r-xp 00000000 fe:00 77                 /opt/bin/sidecar (deleted)\n"
    "Size:               1024 kB\nRss:                 100 kB\nPss:                  90 kB\n"
    "Shared_Clean:         10 kB\nPrivate_Clean:        90 kB\nReferenced:          100 kB\n"
    "SwapPss:               0 kB\nVmFlags: rd ex mr mw me\n"
    "c000000000-c000400000 rw-p 00000000 00:00 0 \n"
    "Size:               4096 kB\nRss:                2048 kB\nPss:                2048 kB\n"
    "Private_Dirty:      2000 kB\nShared_Dirty:          1 kB\nAnonymous:          2048 kB\n"
    "LazyFree:             47 kB\nSwap:                  8 kB\nFutureKey:             5 kB\n"
    "7f0000000000-7f0000001000 rw-s 00000000 fe:00 78         /data/with blank \\012and "
    "line.db-shm\n"
    "Rss:                   4 kB\nPss:                   2 kB\nTHPeligible:    0\n";

static const char rollup[] =
    "00400000-7f0000001000 ---p 00000000 00:00 0                              [rollup]\n"
    "Rss:                2152 kB\nPss:                2140 kB\nPss_Anon:           2048 kB\n"
    "Anonymous:          2048 kB\nPrivate_Dirty:      2000 kB\nSwap:                  8 kB\n";

static void test_memory(void)
{
    g_autoptr(proc_tree_auto) tree = proc_tree_new();
    proc_tree_process(tree, &target);
    proc_tree_write(tree, "4182/smaps", smaps, -1);
    proc_tree_write(tree, "4182/smaps_rollup", rollup, -1);
    struct platform *platform = open_target(tree);
    struct memory_sample *sample = read_memory(platform, true);
    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    g_assert_cmpint(sample->rss_bytes, ==, 2152 * 1024);
    g_assert_cmpint(sample->pss_anon_bytes, ==, 2048 * 1024);
    g_assert_cmpint(sample->locked_bytes, ==, 0); /* from status: the rollup lacks it */
    g_assert_cmpint(sample->shared_clean_bytes, ==, SAMPLE_UNKNOWN);
    g_assert_cmpint(sample->shmem_bytes, ==, 1024 * 1024);
    g_assert_cmpint(sample->file_bytes, ==, 0); /* negative rest of two moments */
    g_assert_cmpuint(sample->n_regions, ==, 3);
    g_assert_cmpint(sample->regions[0].cls, ==, REGION_BINARY);
    const struct region *heap = &sample->regions[1];
    g_assert_cmpint(heap->cls, ==, REGION_GO_HEAP);
    g_assert_true(sample->heap_class_guessed);
    g_assert_cmpint(heap->dirty_bytes, ==, 2001 * 1024);
    g_assert_cmpint(heap->lazyfree_bytes, ==, 47 * 1024);
    g_assert_cmpint(heap->swapped_bytes, ==, 8 * 1024);
    g_assert_cmpstr(sample->regions[2].name, ==, "/data/with blank \nand line.db-shm");
    g_assert_cmpint(sample->regions[2].cls, ==, REGION_SQLITE);
    g_assert_cmpint(sample->total.count, ==, 3);
    g_assert_cmpint(sample->total.resident_bytes, ==, 2152 * 1024);
    g_assert_cmpint(sample->classes[REGION_GO_HEAP].virtual_bytes, ==, 4096 * 1024);
    g_assert_cmpint(sample->regions_us, >, 0);
    sample_unref(sample);
    platform_close(platform);
}

static void test_memory_fallbacks(void)
{
    g_autoptr(proc_tree_auto) tree = proc_tree_new();
    proc_tree_process(tree, &target);
    proc_tree_write(tree, "4182/smaps", smaps, -1);
    struct platform *platform = open_target(tree);
    struct memory_sample *sample = read_memory(platform, false);
    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    g_assert_cmpint(sample->rss_bytes, ==, 2152 * 1024); /* sum of smaps */
    g_assert_cmpint(sample->shared_clean_bytes, ==, 10 * 1024);
    g_assert_cmpint(sample->regions_us, ==, 0);
    g_assert_cmpuint(sample->n_regions, ==, 0);
    sample_unref(sample);
    proc_tree_remove(tree, "4182/smaps");
    sample = read_memory(platform, true);
    g_assert_cmpint(sample->base.status, ==, SAMPLE_FAILED);
    g_assert_cmpint(sample->rss_bytes, ==, 10240 * 1024); /* status */
    g_assert_cmpint(sample->anonymous_bytes, ==, 8192 * 1024);
    g_assert_cmpint(sample->file_bytes, ==, 1024 * 1024);
    sample_unref(sample);
    platform_close(platform);
}

/* smaps cut at every byte: numbers may miss, nothing else. */
static void test_memory_cut(void)
{
    g_autoptr(proc_tree_auto) tree = proc_tree_new();
    proc_tree_process(tree, &target);
    proc_tree_write(tree, "4182/smaps_rollup", rollup, -1);
    struct platform *platform = open_target(tree);
    for (gssize n = 0; n < (gssize)strlen(smaps); n += 3) {
        proc_tree_write(tree, "4182/smaps", smaps, n);
        struct memory_sample *sample = read_memory(platform, true);
        g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
        g_assert_cmpuint(sample->n_regions, <=, 3);
        sample_unref(sample);
    }
    platform_close(platform);
}

/* --- files ---------------------------------------------------------------------------- */

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
    struct files_sample *sample = read_files(platform, NULL);
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
    struct files_sample *sample = read_files(platform, NULL);
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
    struct files_sample *first = read_files(platform, NULL);
    g_assert_cmpuint(first->opened + first->closed, ==, 0);
    proc_tree_remove(tree, "4182/fd/3");
    proc_tree_fd(tree, PID, 4, "/gone/session.jsonl", NULL); /* the number serves another file */
    proc_tree_fd(tree, PID, 30, "/gone/session.jsonl", NULL);
    struct files_sample *second = read_files(platform, first);
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
    struct files_sample *third = read_files(platform, second);
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
    struct files_sample *first = read_files(platform, NULL);
    proc_tree_fd(tree, PID, 0, "pipe:[101]", "pos:\t0\nflags:\t0\nino:\t101\n");
    struct files_sample *second = read_files(platform, first);
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
    struct files_sample *sample = read_files(platform, NULL);
    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    g_assert_cmpuint(sample->n_fds, ==, 1);
    g_assert_cmpint(sample->fds[0].fd, ==, 6);
    g_assert_cmpint(sample->fds[0].access, ==, ' ');
    sample_unref(sample);
    proc_tree_remove(tree, "4182/fd");
    sample = read_files(platform, NULL);
    g_assert_cmpint(sample->base.status, ==, SAMPLE_FAILED);
    g_assert_cmpint(sample->count, ==, SAMPLE_UNKNOWN);
    sample_unref(sample);
    platform_close(platform);
}

/* Time per descriptor must not grow with their number. */
static double census_us(struct platform *platform, size_t expected)
{
    double best = INFINITY;
    struct files_sample *previous = NULL;
    for (int round = 0; round < 3; round++) {
        gint64 began = g_get_monotonic_time();
        struct files_sample *sample = read_files(platform, previous);
        best = MIN(best, (double)(g_get_monotonic_time() - began));
        g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
        g_assert_cmpuint(sample->n_fds, ==, expected);
        sample_unref(previous);
        previous = sample;
    }
    assert_consistent(previous);
    sample_unref(previous);
    return best / (double)expected;
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

static void test_files_linear(void)
{
    g_autoptr(proc_tree_auto) tree = proc_tree_new();
    proc_tree_process(tree, &target);
    struct platform *platform = open_target(tree);
    add_links(tree, 0, 10000);
    double few = census_us(platform, 10000);
    add_links(tree, 10000, 100000);
    double many = census_us(platform, 100000);
    g_test_message("%.2f us per descriptor at 10000, %.2f at 100000", few, many);
    g_assert_cmpfloat(many, <, few * 5); /* caches get colder; quadratic would be tenfold */
    platform_close(platform);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/linux-fixture/open", test_open);
    g_test_add_func("/linux-fixture/ends", test_ends);
    g_test_add_func("/linux-fixture/process", test_process);
    g_test_add_func("/linux-fixture/process-partial", test_process_partial);
    g_test_add_func("/linux-fixture/cpu", test_cpu);
    g_test_add_func("/linux-fixture/memory", test_memory);
    g_test_add_func("/linux-fixture/memory-fallbacks", test_memory_fallbacks);
    g_test_add_func("/linux-fixture/memory-cut", test_memory_cut);
    g_test_add_func("/linux-fixture/files", test_files);
    g_test_add_func("/linux-fixture/groups", test_groups);
    g_test_add_func("/linux-fixture/growth", test_growth);
    g_test_add_func("/linux-fixture/inode-change", test_inode_change);
    g_test_add_func("/linux-fixture/files-vanish", test_files_vanish);
    g_test_add_func("/linux-fixture/files-linear", test_files_linear);
    return g_test_run();
}
