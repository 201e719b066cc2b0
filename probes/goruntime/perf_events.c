#include "probes/goruntime/perf_events.h"

#include "probes/goruntime/errors.h"

#if defined(__linux__)

#include "probes/goruntime/perf_rights.h"

#include <asm/perf_regs.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    MAX_CPUS = 4096,
    MAX_EVENTS = 1 << 20,
    MAX_ROUNDS = 32,      /* of looking for threads that came while others were opened */
    RING_PAGES = 128,     /* with its first page 516 KiB: what perf_event_mlock_kb grants a user */
    MIN_RING_PAGES = 16,  /* below, a few samples of PERF_EVENTS_STACK fill it */
    ALL_RINGS = 32 << 20, /* bytes of all rings of a large machine */
    SPARE_FILES = 128,    /* descriptors left for everything else that sidescope does */
};

/*
 * A thread that is made while its maker's event is being opened may be both
 * inherited and opened by us. Its birth is told at most this much after we saw it;
 * the same number much later is another thread that got it again.
 */
static const uint64_t double_ns = 200 * 1000 * 1000;

#if defined(__x86_64__)
static const uint64_t registers =
    1ULL << PERF_REG_X86_SP | 1ULL << PERF_REG_X86_IP | 1ULL << PERF_REG_X86_R14;
static const bool has_link = false;
#elif defined(__aarch64__)
static const uint64_t registers = 1ULL << PERF_REG_ARM64_X28 | 1ULL << PERF_REG_ARM64_LR |
                                  1ULL << PERF_REG_ARM64_SP | 1ULL << PERF_REG_ARM64_PC;
static const bool has_link = true;
#else
static const uint64_t registers = 0; /* perf_events_open refuses */
static const bool has_link = false;
#endif

struct cpu {
    int number;
    bool is_offline;
    int output; /* descriptor whose ring takes the samples of this processor; -1: none yet */
    struct perf_event_mmap_page *page;
    struct perf_ring ring;
};

struct thread {
    uint64_t opened_ns;
    guint first_fd, n_fds; /* in fds; n_fds 0: it inherited its events */
};

struct perf_events {
    struct perf_events_request request;
    int task_dir; /* /proc/PID/task */
    bool kernel, inherit_thread;
    struct cpu *cpus;
    size_t n_cpus;
    size_t page_bytes, ring_pages;
    GArray *fds;         /* int */
    GHashTable *threads; /* tid -> struct thread * */
    size_t n_opened;
    size_t most_fds;
    uint64_t n_lost;
};

/* --- one event --- */

static int open_event(const struct perf_events *events, pid_t tid, int cpu)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_SOFTWARE,
        .size = sizeof attr,
        .config = PERF_COUNT_SW_CPU_CLOCK, /* virtual machines have no other */
        .freq = 1,
        .sample_freq = events->request.frequency_hz,
        .sample_type = PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CALLCHAIN |
                       PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER,
        .sample_regs_user = registers,
        .sample_stack_user = PERF_EVENTS_STACK,
        .exclude_kernel = !events->kernel,
        .exclude_callchain_kernel = 1,
        .exclude_hv = 1,
        .exclude_idle = 1,
        .inherit = 1,
        .inherit_thread = events->inherit_thread,
        .task = 1, /* tells of threads that begin and end */
        .use_clockid = 1,
        .clockid = CLOCK_MONOTONIC,
        .watermark = 1,
        .wakeup_watermark = (unsigned)(events->ring_pages * events->page_bytes / 2),
    };

    return (int)syscall(SYS_perf_event_open, &attr, tid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

/*
 * The first event of all also finds out what the kernel allows and knows: its own
 * part (perf_event_paranoid), and threads without forked processes (Linux 5.13).
 */
static int open_first(struct perf_events *events, pid_t tid, int cpu)
{
    for (;;) {
        int fd = open_event(events, tid, cpu);

        if (fd >= 0)
            return fd;
        if ((errno == EACCES || errno == EPERM) && events->kernel)
            events->kernel = false;
        else if (errno == EINVAL && events->inherit_thread)
            events->inherit_thread = false;
        else
            return -1;
    }
}

/* The limits of memory differ from place to place: takes what is granted. */
static void *map_ring(struct perf_events *events, int fd)
{
    for (;;) {
        size_t n = (events->ring_pages + 1) * events->page_bytes;
        void *page = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

        if (page != MAP_FAILED || errno != EPERM || events->ring_pages / 2 < MIN_RING_PAGES)
            return page;
        events->ring_pages /= 2;
    }
}

/* Sends the event's samples to its processor's ring, which is made by the first. */
static bool direct(struct perf_events *events, struct cpu *cpu, int fd)
{
    if (cpu->output >= 0)
        return ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, cpu->output) == 0;
    void *page = map_ring(events, fd);

    if (page == MAP_FAILED) {
        errno = errno == EPERM ? ENOMEM : errno; /* not a matter of rights here */
        return false;
    }
    cpu->page = page;
    cpu->output = fd;
    perf_ring_init(&cpu->ring, (const uint8_t *)page + events->page_bytes,
                   events->ring_pages * events->page_bytes, has_link);
    return true;
}

/* --- threads --- */

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static struct thread *add_thread(struct perf_events *events, pid_t tid)
{
    struct thread *thread = g_new0(struct thread, 1);

    *thread = (struct thread){.opened_ns = now_ns(), .first_fd = events->fds->len};
    g_hash_table_insert(events->threads, GINT_TO_POINTER(tid), thread);
    return thread;
}

static int fd_at(const struct perf_events *events, guint i)
{
    return g_array_index(events->fds, int, i);
}

/* 0, or errno; ESRCH: the thread has ended. */
static int open_on(struct perf_events *events, struct cpu *cpu, pid_t tid)
{
    int fd = events->fds->len == 0 ? open_first(events, tid, cpu->number)
                                   : open_event(events, tid, cpu->number);

    if (fd < 0)
        return errno;
    g_array_append_val(events->fds, fd);
    return direct(events, cpu, fd) ? 0 : errno;
}

/* 0, or errno. A thread that has ended meanwhile is no error. */
static int open_thread(struct perf_events *events, pid_t tid)
{
    struct thread *thread = add_thread(events, tid);

    for (size_t i = 0; i < events->n_cpus; i++) {
        struct cpu *cpu = &events->cpus[i];
        int problem = cpu->is_offline ? 0 : open_on(events, cpu, tid);

        if (problem == ENODEV)
            cpu->is_offline = true;
        else if (problem == ESRCH)
            break;
        else if (problem != 0)
            return problem;
    }
    thread->n_fds = events->fds->len - thread->first_fd;
    events->n_opened += thread->n_fds > 0;
    return events->fds->len <= events->most_fds ? 0 : EMFILE;
}

/* The directory of this process, so that another one of its number is not taken for it. */
static int open_task_dir(int pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task", pid);

    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Opens the threads that are not known yet. errno, or 0 with their number. */
static int open_new(struct perf_events *events, size_t *ret_n)
{
    int fd = openat(events->task_dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    int problem = dir != NULL ? 0 : errno;

    *ret_n = 0;
    for (const struct dirent *entry;
         dir != NULL && problem == 0 && (entry = readdir(dir)) != NULL;) {
        pid_t tid = (pid_t)atoi(entry->d_name);

        if (tid <= 0 || g_hash_table_contains(events->threads, GINT_TO_POINTER(tid)))
            continue;
        problem = open_thread(events, tid);
        ++*ret_n;
    }
    if (dir != NULL)
        closedir(dir);
    else if (fd >= 0)
        close(fd);
    return problem;
}

static void on_fork(struct perf_events *events, const struct perf_record *record)
{
    gpointer key = GUINT_TO_POINTER(record->tid);
    struct thread *known = g_hash_table_lookup(events->threads, key);

    if ((int)record->pid != events->request.pid)
        return;
    if (known == NULL) {
        add_thread(events, (pid_t)record->tid);
        return;
    }
    if (known->n_fds == 0 || record->time_ns > known->opened_ns + double_ns)
        return;
    for (guint i = 0; i < known->n_fds; i++)
        ioctl(fd_at(events, known->first_fd + i), PERF_EVENT_IOC_DISABLE, 0);
    known->n_fds = 0;
    events->n_opened--;
}

/* --- reading --- */

void perf_events_drain(struct perf_events *events, perf_events_visit *visit, void *user)
{
    for (size_t i = 0; i < events->n_cpus; i++) {
        struct cpu *cpu = &events->cpus[i];
        struct perf_record record;

        if (cpu->page == NULL)
            continue;
        uint64_t head = __atomic_load_n(&cpu->page->data_head, __ATOMIC_ACQUIRE);

        while (perf_ring_next(&cpu->ring, head, &record)) {
            switch (record.kind) {
            case PERF_RECORD_KIND_SAMPLE:
                /* forked processes inherit too where the kernel cannot tell them from threads */
                if (visit != NULL && (int)record.pid == events->request.pid)
                    visit(&record, user);
                break;
            case PERF_RECORD_KIND_FORK:
                on_fork(events, &record);
                break;
            case PERF_RECORD_KIND_LOST:
                events->n_lost += record.n_lost;
                break;
            case PERF_RECORD_KIND_EXIT:
            case PERF_RECORD_KIND_OTHER:
                break;
            }
        }
        __atomic_store_n(&cpu->page->data_tail, cpu->ring.tail, __ATOMIC_RELEASE);
    }
}

/* --- opening --- */

/* "0-3,8": the list format of sysfs. */
static void take_cpus(struct perf_events *events, const char *text)
{
    while (*text != '\0' && events->n_cpus < MAX_CPUS) {
        char *end;
        long first = strtol(text, &end, 10), last = first;

        if (end == text)
            break;
        if (*end == '-')
            last = strtol(end + 1, &end, 10);
        for (; first <= last && events->n_cpus < MAX_CPUS; first++)
            events->cpus[events->n_cpus++] = (struct cpu){.number = (int)first, .output = -1};
        text = *end == ',' ? end + 1 : "";
    }
}

static void find_cpus(struct perf_events *events)
{
    g_autofree char *text = NULL;

    events->cpus = g_new0(struct cpu, MAX_CPUS);
    if (g_file_get_contents("/sys/devices/system/cpu/online", &text, NULL, NULL))
        take_cpus(events, text);
    if (events->n_cpus > 0)
        return;
    g_autofree char *all = g_strdup_printf("0-%ld", MAX(sysconf(_SC_NPROCESSORS_CONF), 1) - 1);

    take_cpus(events, all); /* opening tells which of them are off */
}

/* Descriptors that may be used here: sidescope needs some for everything else. */
static size_t raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return MAX_EVENTS;
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        getrlimit(RLIMIT_NOFILE, &limit);
    }
    return MIN((size_t)limit.rlim_cur, MAX_EVENTS + SPARE_FILES) - MIN(limit.rlim_cur, SPARE_FILES);
}

/* errno, or 0 when all threads have events. */
static int open_all(struct perf_events *events)
{
    size_t n_new = 1;
    int problem = 0;

    events->task_dir = open_task_dir(events->request.pid);
    if (events->task_dir < 0)
        return errno == ENOENT ? ESRCH : errno;
    for (int round = 0; round < MAX_ROUNDS && n_new > 0 && problem == 0; round++) {
        problem = open_new(events, &n_new);
        perf_events_drain(events, NULL, NULL); /* births; the recording begins afterwards */
    }
    if (problem == ENOENT || (problem == 0 && events->fds->len == 0))
        problem = ESRCH;
    return problem;
}

struct perf_events *perf_events_open(const struct perf_events_request *request, GError **error)
{
    if (registers == 0) {
        g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_UNSUPPORTED,
                    "a CPU profile from outside can be taken on amd64 and arm64 only");
        return NULL;
    }
    struct perf_events *events = g_new0(struct perf_events, 1);

    events->request = *request;
    events->kernel = !request->user_only;
    events->inherit_thread = true;
    events->fds = g_array_new(FALSE, FALSE, sizeof(int));
    events->threads = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    events->most_fds = raise_limit();
    find_cpus(events);
    events->page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    events->ring_pages = RING_PAGES * 4096 / MIN(events->page_bytes, 65536);
    while (events->ring_pages / 2 >= MIN_RING_PAGES &&
           events->ring_pages * events->page_bytes * events->n_cpus > ALL_RINGS)
        events->ring_pages /= 2;
    int problem = open_all(events);

    if (problem == 0)
        return events;
    struct perf_rights rights = perf_rights_look(events->request.pid);
    struct perf_refusal refusal = {
        .pid = events->request.pid,
        .error = problem,
        .n_threads = g_hash_table_size(events->threads),
        .n_cpus = events->n_cpus,
    };

    perf_rights_explain(&rights, &refusal, error);
    perf_events_free(events);
    return NULL;
}

void perf_events_stop(struct perf_events *events)
{
    for (guint i = 0; i < events->fds->len; i++)
        ioctl(fd_at(events, i), PERF_EVENT_IOC_DISABLE, 0);
}

void perf_events_free(struct perf_events *events)
{
    if (events == NULL)
        return;
    for (size_t i = 0; i < events->n_cpus; i++) {
        struct cpu *cpu = &events->cpus[i];

        if (cpu->page != NULL)
            munmap(cpu->page, cpu->ring.n + events->page_bytes);
        perf_ring_clear(&cpu->ring);
    }
    for (guint i = events->fds->len; i > 0; i--)
        close(fd_at(events, i - 1));
    if (events->task_dir >= 0)
        close(events->task_dir);
    g_array_unref(events->fds);
    g_hash_table_unref(events->threads);
    g_free(events->cpus);
    g_free(events);
}

struct perf_events_state perf_events_state(const struct perf_events *events)
{
    struct perf_events_state state = {
        .has_kernel = events->kernel,
        .period_ns = 1000000000 / events->request.frequency_hz,
        .n_threads = events->n_opened,
        .n_events = events->fds->len,
        .n_lost = events->n_lost,
    };

    for (size_t i = 0; i < events->n_cpus; i++)
        state.n_broken += events->cpus[i].ring.n_broken;
    return state;
}

#else

struct perf_events *perf_events_open(const struct perf_events_request *request, GError **error)
{
    (void)request;
    g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_FAILED,
                "a CPU profile without pprof can be taken on Linux only");
    return NULL;
}

void perf_events_stop(struct perf_events *events)
{
    (void)events;
}

void perf_events_free(struct perf_events *events)
{
    (void)events;
}

void perf_events_drain(struct perf_events *events, perf_events_visit *visit, void *user)
{
    (void)events;
    (void)visit;
    (void)user;
}

struct perf_events_state perf_events_state(const struct perf_events *events)
{
    (void)events;
    return (struct perf_events_state){0};
}

#endif
