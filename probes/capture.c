#include "probes/capture.h"

#include "pprof/encode.h"
#include "pprof/merge.h"
#include "probes/go_process.h"
#include "probes/goroutines_memory.h"
#include "probes/goruntime/cpu_profile.h"
#include "probes/goruntime/errors.h"
#include "probes/http.h"
#include "probes/limits.h"
#include "probes/mailbox.h"
#include "probes/target.h"
#include "probes/threads.h"

#include <math.h>
#include <string.h>

enum {
    ANSWER_MS = 60 * 1000, /* a collection before the answer takes long in a large heap */
    SIGN_MS = 1500,        /* for a server that only has to say that it is there */
};

static const double almost = 0.99; /* shown until the answer is really there */
static const char dump_query[] = "debug=2";
static const char cpu_name[] = "profile", dump_name[] = "goroutine";
static const char pprof_source[] = "pprof", kernel_source[] = "perf events";

struct capture {
    /* fixed */
    char *url; /* NULL: there is no pprof */
    char *path;
    char *outside; /* name of the profile where it can be had without pprof, or NULL */
    struct target *target;
    struct go_process *process;
    int seconds;
    bool raw;
    gint64 begun_us;
    struct http_client *client;
    struct mailbox *mailbox;
    pthread_t thread;
    bool running;
    /* atomic */
    size_t received;
    int finished, cancelled;
};

/* --- the thread --- */

static void on_progress(size_t bytes, void *user)
{
    struct capture *capture = user;

    __atomic_store_n(&capture->received, bytes, __ATOMIC_RELAXED);
}

/* What go tool pprof grants as well: the time asked for and half of it again. */
static int timeout_ms(int seconds)
{
    return seconds > 0 ? seconds * 1500 + 5000 : ANSWER_MS;
}

static void fail(struct capture_result *result, enum capture_outcome outcome, const char *sentence)
{
    result->outcome = outcome;
    g_free(result->error);
    result->error = g_strdup(sentence);
}

static void decode(const struct capture *capture, struct capture_result *result,
                   const GByteArray *body)
{
    g_autoptr(GError) error = NULL;

    if (strstr(capture->path, dump_query) != NULL)
        result->dump = goroutine_dump_parse((const char *)body->data, body->len, &error);
    else
        result->profile = profile_decode(body->data, body->len, &error);
    if (error != NULL) {
        g_autofree char *sentence =
            g_strdup_printf("the answer for %s is no profile: %s", capture->path, error->message);

        fail(result, CAPTURE_FAILED, sentence);
    }
}

static void stamp(const struct capture *capture, struct capture_result *result)
{
    result->taken_us = g_get_monotonic_time();
    result->real_us = g_get_real_time();
    result->latency_us = result->taken_us - capture->begun_us;
}

static void fail_http(struct capture_result *result, const GError *error)
{
    bool cancelled = g_error_matches(error, HTTP_ERROR, HTTP_ERROR_CANCELLED);

    fail(result, cancelled ? CAPTURE_CANCELLED : CAPTURE_FAILED, error->message);
}

/* Where something else serves, a server that hangs must not cost the patience for a profile. */
static bool gives_sign(struct capture *capture, struct capture_result *result)
{
    g_autofree char *url = g_strconcat(capture->target->pprof_url, "/cmdline", NULL);
    struct http_request request = {.url = url, .timeout_ms = SIGN_MS};
    struct http_response response;
    g_autoptr(GError) error = NULL;

    if (http_get(capture->client, &request, &response, &error)) {
        http_response_clear(&response);
        return true;
    }
    if (!g_error_matches(error, HTTP_ERROR, HTTP_ERROR_CONNECT) &&
        !g_error_matches(error, HTTP_ERROR, HTTP_ERROR_TIMEOUT) &&
        !g_error_matches(error, HTTP_ERROR, HTTP_ERROR_CANCELLED))
        return true; /* any answer will do, also that it has no such page */
    stamp(capture, result);
    fail_http(result, error);
    return false;
}

static bool ask_pprof(struct capture *capture, struct capture_result *result)
{
    struct http_request request = {
        .url = capture->url,
        .timeout_ms = timeout_ms(capture->seconds),
        .progress = on_progress,
        .progress_user = capture,
    };
    struct http_response response;
    g_autoptr(GError) error = NULL;
    bool ok = http_get(capture->client, &request, &response, &error);

    stamp(capture, result);
    if (!ok) {
        fail_http(result, error);
        return false;
    }
    if (!capture->raw)
        decode(capture, result, response.body);
    if (result->outcome == CAPTURE_DONE) {
        result->bytes = g_byte_array_free_to_bytes(g_steal_pointer(&response.body));
        result->source = pprof_source;
    }
    http_response_clear(&response);
    return true;
}

/* What came within those seconds, as pprof tells it: what there is then, less what there was. */
static struct profile *change_outside(struct capture *capture, GError **error)
{
    enum { STEP_US = 50 * 1000 };
    gint64 seconds_us = capture->seconds * (gint64)G_USEC_PER_SEC;
    gint64 until_us = g_get_monotonic_time() + seconds_us;
    g_autoptr(profile_auto) before = go_process_profile(capture->process, capture->outside, error);

    if (before == NULL)
        return NULL;
    while (g_get_monotonic_time() < until_us &&
           !__atomic_load_n(&capture->cancelled, __ATOMIC_RELAXED))
        g_usleep(STEP_US);
    g_autoptr(profile_auto) after = go_process_profile(capture->process, capture->outside, error);
    struct profile *change = after != NULL ? merge_minus(after, before, false, error) : NULL;

    if (change != NULL)
        change->duration_ns = seconds_us * 1000;
    return change;
}

static GBytes *profile_outside(struct capture *capture, struct capture_result *result,
                               GError **error)
{
    struct cpu_profile_request request = {.pid = capture->target->id.pid,
                                          .seconds = capture->seconds,
                                          .cancelled = &capture->cancelled};

    struct profile *profile =
        strcmp(capture->outside, cpu_name) == 0 ? cpu_profile_record(&request, NULL, error)
        : capture->seconds > 0                  ? change_outside(capture, error)
                               : go_process_profile(capture->process, capture->outside, error);
    GByteArray *bytes = profile != NULL ? profile_encode(profile, error) : NULL;

    if (bytes == NULL) {
        profile_unref(profile);
        return NULL;
    }
    result->profile = profile;
    return g_byte_array_free_to_bytes(bytes);
}

/* From memory or the kernel; what pprof said before stands behind the reason. */
static void ask_outside(struct capture *capture, struct capture_result *result)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(goroutine_dump_auto) dump = NULL;
    GBytes *bytes = NULL;

    if (strcmp(capture->outside, dump_name) != 0)
        bytes = profile_outside(capture, result, &error);
    else if (goroutines_memory_read(capture->process, &dump, &bytes, &error) && !capture->raw)
        result->dump = g_steal_pointer(&dump);
    stamp(capture, result);
    if (bytes != NULL) {
        fail(result, CAPTURE_DONE, "");
        result->bytes = bytes;
        result->source =
            strcmp(capture->outside, cpu_name) == 0 ? kernel_source : go_process_source;
        return;
    }
    bool has_ended = g_error_matches(error, GORUNTIME_ERROR, GORUNTIME_ERROR_GONE);
    g_autofree char *sentence =
        *result->error != '\0' && !has_ended
            ? g_strdup_printf("%s; pprof: %s", error->message, result->error)
            : g_strdup(error->message);
    bool is_cancelled = __atomic_load_n(&capture->cancelled, __ATOMIC_RELAXED);

    fail(result, is_cancelled ? CAPTURE_CANCELLED : CAPTURE_FAILED, sentence);
}

static void *run(void *user)
{
    struct capture *capture = user;
    struct capture_result *result = g_new0(struct capture_result, 1);

    result->error = g_strdup("");
    result->source = "";
    bool answered = capture->url != NULL &&
                    (capture->outside == NULL || gives_sign(capture, result)) &&
                    ask_pprof(capture, result);

    if (!answered && result->outcome != CAPTURE_CANCELLED && capture->outside != NULL)
        ask_outside(capture, result);

    __atomic_store_n(&capture->finished, 1, __ATOMIC_RELEASE);
    mailbox_put(capture->mailbox, result);
    return NULL;
}

/* --- the interface --- */

static void release_result(gpointer result)
{
    capture_result_free(result);
}

static char *make_url(const struct target *target, const struct capture_request *request)
{
    if (target->pprof_url == NULL || target_source(target) == TARGET_SOURCE_MEMORY ||
        request->from_memory)
        return NULL;
    g_autofree char *url = g_strconcat(target->pprof_url, "/", request->path, NULL);

    if (request->seconds == 0)
        return g_steal_pointer(&url);
    return g_strdup_printf("%s%cseconds=%d", url, strchr(request->path, '?') ? '&' : '?',
                           request->seconds);
}

static bool reads_memory(const struct target *target)
{
    return go_process_possible(target) && target_source(target) != TARGET_SOURCE_PPROF;
}

static char *name_outside(const struct target *target, const char *path)
{
    g_autofree char *name = g_strndup(path, strcspn(path, "?"));
    bool has = go_process_has_profile(name) || strcmp(name, cpu_name) == 0;

    return has && reads_memory(target) ? g_steal_pointer(&name) : NULL;
}

bool capture_needs_no_pprof(const struct target *target, const char *path)
{
    g_autofree char *name = name_outside(target, path);

    return name != NULL;
}

/* A dump has no numbers that could change over some seconds, and a CPU profile takes some. */
static char *outside_of(const struct target *target, const struct capture_request *request)
{
    bool is_cpu = g_str_has_prefix(request->path, cpu_name);
    bool is_dump = g_str_has_prefix(request->path, dump_name);

    if (request->from_memory)
        return reads_memory(target) ? g_strdup(dump_name) : NULL;
    return request->raw || (is_cpu && request->seconds == 0) || (is_dump && request->seconds > 0)
               ? NULL
               : name_outside(target, request->path);
}

struct capture *capture_start(const struct target *target, const struct capture_request *request,
                              GError **error)
{
    g_autofree char *outside = outside_of(target, request);

    if (request->from_memory && outside == NULL) {
        g_set_error(error, HTTP_ERROR, HTTP_ERROR_URL,
                    "the process's memory is not read (--source, or another machine)");
        return NULL;
    }
    if (target->pprof_url == NULL && outside == NULL) {
        g_set_error(error, HTTP_ERROR, HTTP_ERROR_URL, "%s",
                    target->pprof_why != NULL ? target->pprof_why
                                              : "the target offers no pprof server");
        return NULL;
    }
    if (outside == NULL && target_source(target) == TARGET_SOURCE_MEMORY) {
        g_set_error(error, HTTP_ERROR, HTTP_ERROR_URL,
                    "%s%s comes from pprof only, and memory was chosen (--source)%s", request->path,
                    request->seconds > 0 ? " over some seconds" : "",
                    g_str_has_prefix(request->path, "goroutineleak")
                        ? "; what memory proves is told by: sidescope triage --prove"
                        : "");
        return NULL;
    }
    if (request->seconds < 0 || request->seconds > PROBES_HTTP_MAX_SECONDS) {
        g_set_error(error, HTTP_ERROR, HTTP_ERROR_URL, "a profile can take 1 to %d seconds, not %d",
                    PROBES_HTTP_MAX_SECONDS, request->seconds);
        return NULL;
    }

    struct capture *capture = g_new0(struct capture, 1);

    capture->url = make_url(target, request);
    capture->path = g_strdup(request->path);
    capture->outside = g_steal_pointer(&outside);
    capture->seconds = request->seconds;
    capture->raw = request->raw;
    capture->begun_us = g_get_monotonic_time();
    capture->target = target_copy(target);
    capture->process = go_process_new(capture->target);
    capture->client = http_client_new();
    capture->mailbox = mailbox_new(release_result, request->bell_fd);
    capture->running = thread_start(&capture->thread, "probe-capture", run, capture);
    if (!capture->running) {
        capture_free(capture);
        g_set_error(error, HTTP_ERROR, HTTP_ERROR_CANCELLED,
                    "no thread could be started; raise the limit of processes (ulimit -u)");
        return NULL;
    }
    return capture;
}

void capture_free(struct capture *capture)
{
    if (capture == NULL)
        return;
    capture_cancel(capture);
    if (capture->running)
        pthread_join(capture->thread, NULL);
    mailbox_free(capture->mailbox);
    http_client_free(capture->client);
    go_process_free(capture->process);
    target_free(capture->target);
    g_free(capture->outside);
    g_free(capture->url);
    g_free(capture->path);
    g_free(capture);
}

double capture_progress(const struct capture *capture)
{
    if (__atomic_load_n(&capture->finished, __ATOMIC_ACQUIRE))
        return 1;
    if (capture->seconds == 0)
        return 0;
    double passed = (double)(g_get_monotonic_time() - capture->begun_us) / G_USEC_PER_SEC;

    return fmin(passed / capture->seconds, almost);
}

size_t capture_received(const struct capture *capture)
{
    return __atomic_load_n(&capture->received, __ATOMIC_RELAXED);
}

void capture_cancel(struct capture *capture)
{
    __atomic_store_n(&capture->cancelled, 1, __ATOMIC_RELAXED);
    http_cancel(capture->client);
    go_process_cancel(capture->process);
}

struct capture_result *capture_take(struct capture *capture)
{
    return mailbox_take(capture->mailbox);
}

void capture_result_free(struct capture_result *result)
{
    if (result == NULL)
        return;
    g_clear_pointer(&result->bytes, g_bytes_unref);
    profile_unref(result->profile);
    g_clear_pointer(&result->dump, goroutine_dump_unref);
    g_free(result->error);
    g_free(result);
}
