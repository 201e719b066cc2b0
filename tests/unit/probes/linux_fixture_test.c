/* The Linux backend over recorded trees: states that a live system does not hold still for. */

#include "tests/unit/probes/proc_tree.h"
#include "tests/unit/probes/take.h"

#include <inttypes.h>
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

/* --- opening and identity --- */

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
    struct process_sample *process = take_process(platform);
    struct memory_sample *memory = take_memory(platform, true);
    struct files_sample *files = take_files(platform, NULL);
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

/* --- process --- */

static void test_process(void)
{
    g_autoptr(proc_tree_auto) tree = proc_tree_new();
    proc_tree_process(tree, &target);
    proc_tree_fd(tree, PID, 0, "/dev/null", NULL);
    proc_tree_fd(tree, PID, 7, "pipe:[1]", NULL);
    struct platform *platform = open_target(tree);
    struct process_sample *sample = take_process(platform);
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
    struct process_sample *sample = take_process(platform);
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
    struct process_sample *first = take_process(platform);
    /* 100 ticks more of its own, 20 of children */
    proc_tree_write(tree, "4182/stat",
                    "4182 (x) R 1 1 1 0 -1 4194304 100 200 3 4 230 70 35 15 20 0 7 0 1000 4096 1\n",
                    -1);
    g_usleep(20 * 1000);
    struct process_sample *second = take_process(platform);
    double seconds = (double)(second->base.taken_us - first->base.taken_us) / 1e6;
    double hz = (double)sysconf(_SC_CLK_TCK);
    g_assert_cmpfloat_with_epsilon(second->cpu_percent, 100 / hz / seconds * 100, 0.01);
    g_assert_cmpfloat_with_epsilon(second->cpu_children_percent, 20 / hz / seconds * 100, 0.01);
    g_assert_cmpint(second->cpu_user_us, ==, (int64_t)(230 / hz * 1e6));
    sample_unref(first);
    sample_unref(second);
    platform_close(platform);
}

/* --- memory --- */

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
    struct memory_sample *sample = take_memory(platform, true);
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
    struct memory_sample *sample = take_memory(platform, false);
    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    g_assert_cmpint(sample->rss_bytes, ==, 2152 * 1024); /* sum of smaps */
    g_assert_cmpint(sample->shared_clean_bytes, ==, 10 * 1024);
    g_assert_cmpint(sample->regions_us, ==, 0);
    g_assert_cmpuint(sample->n_regions, ==, 0);
    sample_unref(sample);
    proc_tree_remove(tree, "4182/smaps");
    sample = take_memory(platform, true);
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
        struct memory_sample *sample = take_memory(platform, true);
        g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
        g_assert_cmpuint(sample->n_regions, <=, 3);
        sample_unref(sample);
    }
    platform_close(platform);
}

/* --- what is left of the memory --- */

static struct memory_sample *take_pressure(struct proc_tree *tree)
{
    struct platform *platform = open_target(tree);
    struct memory_sample *sample = take_memory(platform, false);

    platform_close(platform);
    return sample;
}

static void test_pressure(void)
{
    g_autoptr(proc_tree_auto) tree = proc_tree_new();

    proc_tree_process(tree, &target);
    struct memory_sample *nothing = take_pressure(tree);

    g_assert_true(isnan(nothing->pressure.some_percent));
    g_assert_cmpint(nothing->pressure.total_bytes, ==, SAMPLE_UNKNOWN);
    g_assert_cmpint(nothing->pressure.cgroup_limit_bytes, ==, SAMPLE_UNKNOWN);
    g_assert_cmpstr(nothing->pressure.cgroup, ==, "");
    sample_unref(nothing);

    proc_tree_write(tree, "meminfo",
                    "MemTotal:       2048 kB\nMemFree:  1 kB\nMemAvailable:    512 kB\n"
                    "SwapTotal:        64 kB\nSwapFree:         32 kB\n",
                    -1);
    proc_tree_write(tree, "pressure/memory",
                    "some avg10=12.50 avg60=1.00 avg300=0.00 total=5\n"
                    "full avg10=3.25 avg60=0.00 avg300=0.00 total=1\n",
                    -1);
    struct memory_sample *machine = take_pressure(tree);

    g_assert_cmpint(machine->pressure.total_bytes, ==, 2048 * 1024);
    g_assert_cmpint(machine->pressure.available_bytes, ==, 512 * 1024);
    g_assert_cmpint(machine->pressure.swap_total_bytes, ==, 64 * 1024);
    g_assert_cmpint(machine->pressure.swap_free_bytes, ==, 32 * 1024);
    g_assert_cmpfloat(machine->pressure.some_percent, ==, 12.5);
    g_assert_cmpfloat(machine->pressure.full_percent, ==, 3.25);
    sample_unref(machine);
}

/* The tightest limit on the way up counts, not the nearest. */
static void test_cgroup_2(void)
{
    g_autoptr(proc_tree_auto) tree = proc_tree_new();

    proc_tree_process(tree, &target);
    proc_tree_write(tree, "4182/cgroup", "0::/user.slice/app.scope\n", -1);
    proc_tree_write(tree, "sys-fs-cgroup/user.slice/app.scope/memory.max", "max\n", -1);
    proc_tree_write(tree, "sys-fs-cgroup/user.slice/memory.max", "1000000\n", -1);
    proc_tree_write(tree, "sys-fs-cgroup/user.slice/memory.current", "900000\n", -1);
    proc_tree_write(tree, "sys-fs-cgroup/user.slice/memory.events",
                    "low 0\nhigh 0\nmax 3\noom 1\noom_kill 2\n", -1);
    proc_tree_write(tree, "sys-fs-cgroup/user.slice/memory.stat",
                    "anon 200000\nfile 700000\nkernel 5\nshmem 100000\nfile_mapped 9\n", -1);
    proc_tree_write(tree, "sys-fs-cgroup/user.slice/app.scope/cpu.max", "max 100000\n", -1);
    proc_tree_write(tree, "sys-fs-cgroup/user.slice/cpu.max", "50000 100000\n", -1);
    proc_tree_write(tree, "sys-fs-cgroup/user.slice/cpu.stat",
                    "usage_usec 9\nnr_periods 7\nnr_throttled 3\nthrottled_usec 1234\n", -1);
    proc_tree_write(tree, "sys-fs-cgroup/memory.max", "5000000\n", -1);
    struct memory_sample *sample = take_pressure(tree);

    g_assert_cmpstr(sample->pressure.cgroup, ==, "/user.slice");
    g_assert_cmpint(sample->pressure.cgroup_limit_bytes, ==, 1000000);
    g_assert_cmpint(sample->pressure.cgroup_used_bytes, ==, 900000);
    g_assert_cmpint(sample->pressure.cgroup_oom_kills, ==, 2);
    g_assert_cmpint(sample->pressure.cgroup_file_bytes, ==, 600000); /* without shared memory */
    g_assert_cmpfloat_with_epsilon(sample->pressure.cpu_limit_percent, 50, 1e-9);
    g_assert_cmpint(sample->pressure.throttled_us, ==, 1234);
    sample_unref(sample);
}

static void test_cgroup_1(void)
{
    g_autoptr(proc_tree_auto) tree = proc_tree_new();

    proc_tree_process(tree, &target);
    proc_tree_write(tree, "4182/cgroup", "5:cpu:/\n4:pids,memory:/docker/x\n0::/\n", -1);
    proc_tree_write(tree, "sys-fs-cgroup/memory/docker/x/memory.limit_in_bytes", "4096000\n", -1);
    proc_tree_write(tree, "sys-fs-cgroup/memory/docker/x/memory.usage_in_bytes", "12\n", -1);
    proc_tree_write(tree, "sys-fs-cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n",
                    -1);
    struct memory_sample *sample = take_pressure(tree);

    g_assert_cmpstr(sample->pressure.cgroup, ==, "/docker/x");
    g_assert_cmpint(sample->pressure.cgroup_limit_bytes, ==, 4096000);
    g_assert_cmpint(sample->pressure.cgroup_used_bytes, ==, 12);
    sample_unref(sample);
}

/* While nobody has collected it: the signal, and who was killed for want of memory meanwhile. */
static void test_death(void)
{
    g_autoptr(proc_tree_auto) tree = proc_tree_new();
    g_autoptr(GString) stat = g_string_new(NULL);
    struct proc_tree_process process = target;

    proc_tree_process(tree, &process);
    proc_tree_write(tree, "4182/cgroup", "4:memory:/x\n", -1);
    proc_tree_write(tree, "sys-fs-cgroup/memory/x/memory.oom_control",
                    "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n", -1);
    struct platform *platform = open_target(tree);
    struct process_sample *alive = take_process(platform);

    g_assert_cmpint(alive->end_signal, ==, SAMPLE_UNKNOWN);
    g_assert_cmpint(alive->oom_kills, ==, SAMPLE_UNKNOWN);
    sample_unref(alive);
    g_string_printf(stat, "4182 (sidecar) Z 1");
    for (int field = 5; field <= 52; field++)
        g_string_append_printf(stat, " %" PRIu64,
                               field == 22   ? target.start_ticks
                               : field == 52 ? UINT64_C(9)
                                             : UINT64_C(0));
    proc_tree_write(tree, "4182/stat", stat->str, -1);
    proc_tree_write(tree, "sys-fs-cgroup/memory/x/memory.oom_control",
                    "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n", -1);
    struct process_sample *dead = take_process(platform);

    g_assert_cmpint((int)dead->state, ==, PROCESS_ZOMBIE);
    g_assert_cmpint(dead->end_signal, ==, 9);
    g_assert_cmpint(dead->end_status, ==, 0);
    g_assert_cmpint(dead->oom_kills, ==, 1);
    sample_unref(dead);
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
    g_test_add_func("/linux-fixture/pressure", test_pressure);
    g_test_add_func("/linux-fixture/cgroup-2", test_cgroup_2);
    g_test_add_func("/linux-fixture/cgroup-1", test_cgroup_1);
    g_test_add_func("/linux-fixture/death", test_death);
    return g_test_run();
}
