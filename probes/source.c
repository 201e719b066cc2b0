#include "probes/source.h"

#include "probes/platform.h"

void sample_stamp(void *sample)
{
    struct sample *base = sample;

    base->taken_us = g_get_monotonic_time();
    base->real_us = g_get_real_time();
}

/* --- sources that read the process --- */

void *process_reader_new(const struct target *target)
{
    struct process_reader *reader = g_new0(struct process_reader, 1);

    reader->target = target;
    return reader;
}

struct platform *process_reader_open(struct process_reader *reader, void *sample)
{
    const struct target *target = reader->target;
    g_autoptr(GError) error = NULL;

    if (reader->platform != NULL)
        return reader->platform;
    if (target->id.pid == 0) {
        sample_set_status(sample, SAMPLE_UNSUPPORTED,
                          "only the pprof address is known, not its process; to see memory and "
                          "files, give the process id on the machine where it runs");
        return NULL;
    }
    struct platform_options options = target->platform;

    options.cancelled = &reader->cancelled;
    reader->platform = platform_open(&options, target->id.pid, &target->id, &error);
    if (reader->platform == NULL) {
        enum sample_status status = SAMPLE_FAILED;

        if (g_error_matches(error, PLATFORM_ERROR, PLATFORM_ERROR_NO_PROCESS))
            status = SAMPLE_GONE;
        else if (g_error_matches(error, PLATFORM_ERROR, PLATFORM_ERROR_DENIED))
            status = SAMPLE_DENIED;
        sample_set_status(sample, status, "%s", error->message);
    }
    return reader->platform;
}

void process_reader_fill(void *reader, struct turn *turn, void *sample)
{
    struct platform *platform = process_reader_open(reader, sample);

    if (platform != NULL)
        platform_read(platform, sample, turn->previous);
}

void process_reader_close(struct process_reader *reader)
{
    if (reader->platform != NULL)
        platform_close(reader->platform);
    reader->platform = NULL;
}

void process_reader_free(void *reader)
{
    process_reader_close(reader);
    g_free(reader);
}

void process_reader_cancel(void *user)
{
    struct process_reader *reader = user;

    __atomic_store_n(&reader->cancelled, 1, __ATOMIC_RELEASE);
}

/* --- sources that ask pprof --- */

void pprof_reader_init(struct pprof_reader *reader, const struct target *target)
{
    reader->target = target;
    reader->client = http_client_new();
}

void pprof_reader_clear(struct pprof_reader *reader)
{
    http_client_free(reader->client);
    reader->client = NULL;
}

bool pprof_reader_usable(const struct pprof_reader *reader, void *sample)
{
    const char *why = reader->target->pprof_why;

    if (reader->target->pprof_url != NULL)
        return true;
    sample_set_status(sample, SAMPLE_UNSUPPORTED, "%s",
                      why != NULL && *why != '\0'
                          ? why
                          : "the target offers no pprof server; restart it with SIDECAR_PPROF=1");
    return false;
}

bool pprof_reader_get(struct pprof_reader *reader, const char *path, struct turn *turn,
                      void *sample, struct http_response *ret, GError **error)
{
    g_autofree char *url = g_strconcat(reader->target->pprof_url, "/", path, NULL);
    struct http_request request = {.url = url};
    struct sample *base = sample;
    gint64 begin = g_get_monotonic_time();
    bool ok = http_get(reader->client, &request, ret, error);

    turn->latency_us = MAX(turn->latency_us, g_get_monotonic_time() - begin);
    if (ok)
        base->bytes += ret->body->len;
    return ok;
}

bool pprof_reader_gone(const struct pprof_reader *reader, void *sample)
{
    const struct target *target = reader->target;
    g_autoptr(GError) error = NULL;

    if (target->id.pid == 0)
        return false;
    struct platform *platform =
        platform_open(&target->platform, target->id.pid, &target->id, &error);

    if (platform == NULL) {
        if (!g_error_matches(error, PLATFORM_ERROR, PLATFORM_ERROR_NO_PROCESS))
            return false;
        sample_set_status(sample, SAMPLE_GONE, "%s", error->message);
        return true;
    }
    bool zombie = false, alive = platform_alive(platform, &zombie);

    platform_close(platform);
    if (!alive)
        sample_set_status(sample, SAMPLE_GONE,
                          "process %d has ended; choose a target again or look at what was "
                          "recorded",
                          (int)target->id.pid);
    return !alive;
}

void pprof_reader_fail(const struct pprof_reader *reader, void *sample, const GError *error)
{
    if (pprof_reader_gone(reader, sample))
        return;
    sample_set_status(sample,
                      g_error_matches(error, HTTP_ERROR, HTTP_ERROR_DENIED) ? SAMPLE_DENIED
                                                                            : SAMPLE_FAILED,
                      "%s", error->message);
}
