#include "tests/unit/probes/fake_platform.h"

#include <pthread.h>

struct platform {
    struct process_identity id;
};

static struct {
    pthread_mutex_t lock;
    struct fake_counts counts;
    enum sample_status status;
    const char *reason; /* static */
    bool dead;
    gint64 read_us, walk_us;
} fake = {.lock = PTHREAD_MUTEX_INITIALIZER};

void fake_reset(void)
{
    pthread_mutex_lock(&fake.lock);
    fake.counts = (struct fake_counts){0};
    fake.status = SAMPLE_OK;
    fake.dead = false;
    fake.read_us = fake.walk_us = 0;
    pthread_mutex_unlock(&fake.lock);
}

void fake_set_status(enum sample_status status, const char *reason)
{
    pthread_mutex_lock(&fake.lock);
    fake.status = status;
    fake.reason = reason;
    pthread_mutex_unlock(&fake.lock);
}

void fake_set_alive(bool alive)
{
    pthread_mutex_lock(&fake.lock);
    fake.dead = !alive;
    pthread_mutex_unlock(&fake.lock);
}

void fake_set_delay(gint64 read_us, gint64 walk_us)
{
    pthread_mutex_lock(&fake.lock);
    fake.read_us = read_us;
    fake.walk_us = walk_us;
    pthread_mutex_unlock(&fake.lock);
}

struct fake_counts fake_counts(void)
{
    pthread_mutex_lock(&fake.lock);
    struct fake_counts counts = fake.counts;

    pthread_mutex_unlock(&fake.lock);
    return counts;
}

/* --- platform.h --- */

GQuark platform_error_quark(void)
{
    return g_quark_from_static_string("fake-platform-error-quark");
}

const char *platform_backend_name(const struct platform_options *options)
{
    return options->backend == PLATFORM_COMMANDS ? "commands" : "procfs";
}

struct platform *platform_open(const struct platform_options *options, pid_t pid,
                               const struct process_identity *identity, GError **error)
{
    (void)options;
    g_assert_nonnull(identity);
    pthread_mutex_lock(&fake.lock);
    bool dead = fake.dead;

    fake.counts.opens += !dead;
    pthread_mutex_unlock(&fake.lock);
    if (dead) {
        g_set_error(error, PLATFORM_ERROR, PLATFORM_ERROR_NO_PROCESS, "there is no process %d",
                    (int)pid);
        return NULL;
    }
    struct platform *platform = g_new0(struct platform, 1);

    platform->id = *identity;
    return platform;
}

void platform_close(struct platform *platform)
{
    pthread_mutex_lock(&fake.lock);
    fake.counts.closes++;
    pthread_mutex_unlock(&fake.lock);
    g_free(platform);
}

bool platform_alive(struct platform *platform, bool *ret_zombie)
{
    (void)platform;
    *ret_zombie = false;
    pthread_mutex_lock(&fake.lock);
    bool alive = !fake.dead;

    pthread_mutex_unlock(&fake.lock);
    return alive;
}

/* The number of this reading; 0 when it is to fail, the status being set. */
static int64_t begin(void *user)
{
    struct sample *sample = user;

    pthread_mutex_lock(&fake.lock);
    unsigned n = ++fake.counts.reads;
    enum sample_status status = fake.status;
    const char *reason = fake.reason;
    gint64 delay = fake.read_us;

    pthread_mutex_unlock(&fake.lock);
    g_usleep((gulong)delay);
    sample->taken_us = g_get_monotonic_time();
    sample->real_us = g_get_real_time();
    sample->bytes += 10;
    if (status == SAMPLE_OK)
        return n;
    sample_set_status(sample, status, "%s", reason);
    return 0;
}

static void read_process(struct process_sample *sample, int64_t n)
{
    if (sample->base.status == SAMPLE_GONE)
        sample->state = PROCESS_REPLACED;
    if (n != 0)
        sample->rss_bytes = n;
}

void platform_read_memory(struct platform *platform, struct memory_sample *sample,
                          bool with_regions)
{
    int64_t n = begin(sample);

    (void)platform;
    if (n == 0)
        return;
    sample->rss_bytes = n;
    if (!with_regions)
        return;
    pthread_mutex_lock(&fake.lock);
    fake.counts.walks++;
    gint64 delay = fake.walk_us;

    pthread_mutex_unlock(&fake.lock);
    g_usleep((gulong)delay);
    struct region *regions = sample_alloc(sample, 3 * sizeof *regions);

    regions[2].name = sample_strdup(sample, "[heap]");
    regions[2].resident_bytes = n;
    sample->regions = regions;
    sample->n_regions = 3;
    sample->total.count = 3;
    sample->classes[REGION_C_HEAP].resident_bytes = n;
    sample->classes[REGION_C_HEAP].count = 1;
    sample->regions_us = g_get_monotonic_time();
    sample->regions_cost_us = delay;
}

static void read_files(struct files_sample *sample, const struct files_sample *previous, int64_t n)
{
    struct fd_entry *fds = sample_alloc(sample, sizeof *fds);

    if (n == 0)
        return;
    fds->path = sample_printf(sample, "/path/%d", (int)n);
    fds->first_seen_us = previous ? previous->fds->first_seen_us : n;
    sample->fds = fds;
    sample->n_fds = 1;
    sample->count = n;
    sample->by_type[FD_REG] += 1;
}

void platform_read(struct platform *platform, void *user, const void *previous)
{
    struct sample *sample = user;
    int64_t n = begin(sample);

    (void)platform;
    if (sample->kind == PROBE_PROCESS)
        read_process(user, n);
    else if (sample->kind == PROBE_FILES)
        read_files(user, previous, n);
    else if (sample->kind == PROBE_THREADS && n != 0)
        ((struct threads_sample *)user)->count = n;
}

void platform_mark(struct platform *platform)
{
    (void)platform;
    pthread_mutex_lock(&fake.lock);
    fake.counts.marks++;
    pthread_mutex_unlock(&fake.lock);
}
