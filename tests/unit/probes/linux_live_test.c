/* Memory and life of real processes: children that burn, allocate and die. */

#include "tests/unit/probes/live_child.h"
#include "tests/unit/probes/take.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- memory --- */

static void use_memory(void *user)
{
    (void)user;
    size_t n = 32 * 1024 * 1024;
    char *block = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(block, 1, n);
    mmap(NULL, n, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *shared =
        mmap(NULL, 1024 * 1024, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memset(shared, 1, 1024 * 1024);
    live_child_write("x", 1);
}

static int64_t status_kib(pid_t pid, const char *key)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/status", (int)pid);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    const char *at = strstr(text, key);
    g_assert_nonnull(at);
    return strtoll(at + strlen(key), NULL, 10);
}

static void test_memory(void)
{
    char ready;
    struct live_child child = live_child_start(use_memory, NULL);
    live_child_report(&child, &ready, 1);
    live_child_pause(&child);
    struct platform *platform = live_child_open(&child);
    struct memory_sample *sample = take_memory(platform, true);
    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    g_assert_cmpint(sample->rss_bytes, ==, status_kib(child.pid, "VmRSS:") * 1024);
    g_assert_cmpint(sample->total.resident_bytes, ==, sample->rss_bytes);
    g_assert_cmpint(sample->total.dirty_bytes, ==,
                    sample->private_dirty_bytes + sample->shared_dirty_bytes);
    g_assert_cmpint(sample->total.swapped_bytes, ==, sample->swap_bytes);
    /* Pss of each mapping is rounded to whole KiB by the kernel */
    g_assert_cmpint(ABS(sample->total.pss_bytes - sample->pss_bytes), <=,
                    (int64_t)sample->n_regions * 1024);
    g_assert_cmpint(sample->classes[REGION_ANONYMOUS].resident_bytes, >=, 32 * 1024 * 1024);
    g_assert_cmpint(sample->classes[REGION_RESERVED].virtual_bytes, >=, 32 * 1024 * 1024);
    g_assert_cmpint(sample->classes[REGION_RESERVED].resident_bytes, ==, 0);
    g_assert_cmpint(sample->classes[REGION_SHARED].resident_bytes, >=, 1024 * 1024);
    g_assert_cmpint(sample->classes[REGION_BINARY].count, >=, 1);
    g_assert_cmpint(sample->classes[REGION_STACK].count, >=, 1);
    g_assert_cmpint(sample->classes[REGION_KERNEL].count, >=, 1);
    int64_t in_classes = 0;
    for (int i = 0; i < REGION_N_CLASSES; i++)
        in_classes += sample->classes[i].resident_bytes;
    g_assert_cmpint(in_classes, ==, sample->total.resident_bytes);
    for (size_t i = 1; i < sample->n_regions; i++)
        g_assert_cmpuint(sample->regions[i - 1].end, <=, sample->regions[i].start);
    sample_unref(sample);
    platform_close(platform);
    live_child_end(&child);
}

/* --- very many mappings --- */

enum { MANY_MAPPINGS = 60000, PAGE_BYTES = 4096 };

/* Neighbours of different protection stay mappings of their own. Reports whether it came so far. */
static void use_many_mappings(void *user)
{
    (void)user;
    char *at = mmap(NULL, (size_t)MANY_MAPPINGS * PAGE_BYTES, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char made = 1;
    for (size_t i = 0; i < MANY_MAPPINGS; i += 2)
        made = made && mprotect(at + i * PAGE_BYTES, PAGE_BYTES, PROT_READ) == 0;
    live_child_write(&made, 1);
}

static void test_many_mappings(void)
{
    char made;
    struct live_child child = live_child_start(use_many_mappings, NULL);
    live_child_report(&child, &made, 1);
    if (!made) {
        live_child_end(&child);
        g_test_skip("this system allows fewer mappings (vm.max_map_count)");
        return;
    }
    live_child_pause(&child);
    struct platform *platform = live_child_open(&child);
    struct memory_sample *sample = take_memory(platform, true);
    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    g_assert_cmpuint(sample->n_regions, >=, MANY_MAPPINGS);
    g_assert_cmpint(sample->total.count, ==, (int64_t)sample->n_regions);
    g_assert_false(sample->regions_truncated);
    g_assert_cmpint(sample->total.resident_bytes, ==, sample->rss_bytes);
    sample_unref(sample);
    platform_close(platform);
    live_child_end(&child);
}

/* --- process --- */

static void burn_cpu(void *user)
{
    (void)user;
    live_child_write("x", 1);
    close(3);
    for (;;)
        __asm__ volatile("" ::: "memory");
}

static void test_process(void)
{
    char ready;
    struct live_child child = live_child_start(burn_cpu, NULL);
    live_child_report(&child, &ready, 1);
    struct platform *platform = live_child_open(&child);
    struct process_sample *first = take_process(platform);
    g_usleep(300 * 1000);
    live_child_pause(&child);
    struct process_sample *second = take_process(platform);
    g_assert_cmpint(first->state, ==, PROCESS_ALIVE);
    g_assert_cmpint(second->state_letter, ==, 'T');
    g_assert_cmpint(second->rss_bytes, ==, status_kib(child.pid, "VmRSS:") * 1024);
    g_assert_cmpint(second->threads, ==, status_kib(child.pid, "Threads:"));
    g_autofree char *fd_dir = g_strdup_printf("/proc/%d/fd", (int)child.pid);
    g_assert_cmpint(second->fd_count, ==, live_count_entries(fd_dir));
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur != RLIM_INFINITY)
        g_assert_cmpint(second->fd_soft_limit, ==, (int64_t)limit.rlim_cur);
    g_assert_cmpint(second->uptime_s, <, 60);
    g_assert_cmpfloat(second->cpu_percent, >, 1); /* however busy the machine is */
    g_assert_cmpfloat(second->cpu_percent, <, 200);
    sample_unref(first);
    sample_unref(second);
    platform_close(platform);
    live_child_end(&child);
}

static enum process_state read_state(struct platform *platform, enum sample_status *ret)
{
    struct process_sample *sample = take_process(platform);
    enum process_state state = sample->state;
    *ret = sample->base.status;
    sample_unref(sample);
    return state;
}

static void test_ends(void)
{
    char ready;
    bool zombie;
    enum sample_status status;
    struct live_child child = live_child_start(live_child_idle, NULL);
    live_child_report(&child, &ready, 1);
    struct platform *platform = live_child_open(&child);
    g_assert_cmpint(read_state(platform, &status), ==, PROCESS_ALIVE);
    g_assert_true(platform_alive(platform, &zombie) && !zombie);
    kill(child.pid, SIGKILL);
    siginfo_t info;
    g_assert_cmpint(waitid(P_PID, (id_t)child.pid, &info, WEXITED | WNOWAIT), ==, 0);
    if (platform_exit_fd(platform) >= 0) {
        struct pollfd exits = {.fd = platform_exit_fd(platform), .events = POLLIN};
        g_assert_cmpint(poll(&exits, 1, 5000), ==, 1);
    }
    g_assert_false(platform_alive(platform, &zombie));
    g_assert_true(zombie);
    g_assert_cmpint(read_state(platform, &status), ==, PROCESS_ZOMBIE);
    g_assert_cmpint(status, ==, SAMPLE_GONE);
    waitpid(child.pid, NULL, 0);
    g_assert_false(platform_alive(platform, &zombie));
    g_assert_false(zombie);
    g_assert_cmpint(read_state(platform, &status), ==, PROCESS_ENDED);
    struct files_sample *files = take_files(platform, NULL);
    g_assert_cmpint(files->base.status, ==, SAMPLE_GONE);
    sample_unref(files);
    platform_close(platform);
}

/* Killed while censuses and walks run: every sample is whole, or says that it is over. */
static void test_ends_in_the_middle(void)
{
    for (unsigned round = 0; round < 20; round++) {
        char ready;
        struct live_child child = live_child_start(live_child_idle, NULL);
        live_child_report(&child, &ready, 1);
        struct platform *platform = live_child_open(&child);
        pid_t killer = fork();
        if (killer == 0) {
            usleep(100 * round);
            kill(child.pid, SIGKILL);
            _exit(0);
        }
        enum sample_status status = SAMPLE_OK;
        while (status == SAMPLE_OK) {
            struct files_sample *files = take_files(platform, NULL);
            struct memory_sample *memory = take_memory(platform, true);
            status = memory->base.status;
            g_assert_true(files->base.status == SAMPLE_OK || files->base.status == SAMPLE_GONE);
            g_assert_true(status == SAMPLE_OK || status == SAMPLE_GONE);
            sample_unref(files);
            sample_unref(memory);
        }
        platform_close(platform);
        waitpid(killer, NULL, 0);
        live_child_end(&child);
    }
}

/* --- rights --- */

static void look_at_foreign(void *user)
{
    pid_t foreign = *(pid_t *)user;
    if (setgid(65534) != 0 || setuid(65534) != 0)
        _exit(2);
    struct platform *platform = platform_open(NULL, foreign, NULL, NULL);
    struct files_sample *files = take_files(platform, NULL);
    struct memory_sample *memory = take_memory(platform, true);
    struct process_sample *process = take_process(platform);
    g_assert_cmpint(files->base.status, ==, SAMPLE_DENIED);
    g_assert_nonnull(strstr(files->base.reason, "CAP_SYS_PTRACE"));
    g_assert_nonnull(strstr(files->base.reason, "sudo sidescope"));
    g_assert_cmpint(files->count, ==, process->fd_count);
    g_assert_cmpint(memory->base.status, ==, SAMPLE_DENIED);
    g_assert_cmpint(memory->rss_bytes, >, 0);
    g_assert_cmpint(process->base.status, ==, SAMPLE_OK);
    g_assert_cmpint(process->rss_bytes, >, 0);
    g_assert_cmpint(process->io_read_bytes, ==, SAMPLE_UNKNOWN);
    live_child_write("x", 1);
}

static void test_denied(void)
{
    char ready;
    if (geteuid() != 0) {
        g_test_skip("needs root, to become another user");
        return;
    }
    struct live_child target = live_child_start(live_child_idle, NULL);
    live_child_report(&target, &ready, 1);
    struct live_child looker = live_child_start(look_at_foreign, &target.pid);
    live_child_report(&looker, &ready, 1);
    live_child_end(&looker);
    live_child_end(&target);
}

/* Nothing stays open behind a closed handle. */
static void test_no_leak(void)
{
    int64_t before = live_count_entries("/proc/self/fd");
    for (int i = 0; i < 5; i++) {
        struct platform *platform = platform_open(NULL, getpid(), NULL, NULL);
        struct files_sample *files = take_files(platform, NULL);
        g_assert_cmpint(files->base.status, ==, SAMPLE_OK);
        sample_unref(files);
        struct process_sample *process = take_process(platform);
        sample_unref(process);
        platform_close(platform);
        g_ptr_array_unref(platform_list(NULL, true, NULL));
    }
    g_assert_cmpint(live_count_entries("/proc/self/fd"), ==, before);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/linux-live/memory", test_memory);
    g_test_add_func("/linux-live/many-mappings", test_many_mappings);
    g_test_add_func("/linux-live/process", test_process);
    g_test_add_func("/linux-live/ends", test_ends);
    g_test_add_func("/linux-live/ends-in-the-middle", test_ends_in_the_middle);
    g_test_add_func("/linux-live/denied", test_denied);
    g_test_add_func("/linux-live/no-leak", test_no_leak);
    return g_test_run();
}
