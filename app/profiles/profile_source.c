#include "app/profiles/profile_source.h"

#include "app/profiles/profile_file.h"
#include "app/profiles/profile_kinds.h"
#include "app/target/attach.h"
#include "pprof/goroutines.h"
#include "probes/bell.h"
#include "probes/capture.h"
#include "probes/http_login.h"
#include "probes/pprof_index.h"
#include "probes/target.h"

#include <stdlib.h>
#include <string.h>

GQuark profile_source_error_quark(void)
{
    return g_quark_from_static_string("sidescope-profile-source-error-quark");
}

enum {
    TICK_MS = 100,
    DUMP_LOOK_BYTES = 64 * 1024, /* words of a crash that may stand before its goroutines */
};

static const char pprof_path[] = "/debug/pprof";

void profile_source_clear(struct profile_source *source)
{
    g_free(source->text);
    g_free(source->base);
    g_free(source->path);
    g_free(source->name);
    g_free(source->pprof);
    *source = (struct profile_source){0};
}

void profile_loaded_clear(struct profile_loaded *loaded)
{
    profile_unref(loaded->profile);
    g_clear_pointer(&loaded->bytes, g_bytes_unref);
    g_free(loaded->origin);
    g_free(loaded->kind);
    *loaded = (struct profile_loaded){0};
}

/* --- what was typed --- */

static const char *kind_name(const char *wanted)
{
    if (wanted == NULL || *wanted == '\0')
        return "heap";
    return strcmp(wanted, "cpu") == 0 ? "profile" : wanted;
}

/* Path and seconds for the profile that is wanted. */
static bool choose_profile(const struct profile_wanted *wanted, struct profile_source *ret,
                           GError **error)
{
    const char *name = kind_name(wanted->profile);
    const struct profile_kind *kind = profile_kind_of(name);

    if (kind->asking == PROFILE_ASKING_NEVER) {
        g_set_error(error, PROFILE_SOURCE_ERROR, PROFILE_SOURCE_ERROR_USAGE,
                    "\"%s\" is no profile that can be shown here", name);
        return false;
    }
    ret->name = g_strdup(name);
    ret->path = pprof_index_path(name);
    ret->seconds = wanted->seconds;
    if (ret->seconds == 0 && kind->asking == PROFILE_ASKING_SECONDS)
        ret->seconds = PROFILE_SOURCE_CPU_SECONDS;
    return true;
}

/* Takes seconds=N out of "name?query", because whoever fetches it has to know how long it takes. */
static int take_seconds(char *path)
{
    static const char word[] = "seconds=";
    char *at = strchr(path, '?');

    for (; at != NULL; at = strchr(at + 1, '&')) {
        if (!g_str_has_prefix(at + 1, word))
            continue;
        char *end;
        long seconds = strtol(at + strlen(word) + 1, &end, 10);

        if (*end != '\0' && *end != '&')
            return 0;
        if (*end == '&')
            memmove(at + 1, end + 1, strlen(end + 1) + 1);
        else
            *at = '\0';
        return (int)CLAMP(seconds, 0, G_MAXINT);
    }
    return 0;
}

/* The part of a URL behind host and port. */
static const char *path_of(const char *url)
{
    const char *host = strstr(url, "://");

    host = host != NULL ? host + 3 : url;
    return host + strcspn(host, "/?#");
}

static bool names_a_profile(const char *path)
{
    size_t n = strcspn(path, "?#");
    g_autofree char *plain = g_strndup(path, n);

    while (n > 0 && plain[n - 1] == '/')
        plain[--n] = '\0';
    return n > 0 && strcmp(plain, "/debug") != 0 && !g_str_has_suffix(plain, pprof_path);
}

static bool take_url(const char *text, const struct profile_wanted *wanted,
                     struct profile_source *ret, GError **error)
{
    const char *path = path_of(text);

    if (!names_a_profile(path))
        return choose_profile(wanted, ret, error);
    /* Splits at the last slash before the query: what the server is asked for, below what. */
    size_t n = strcspn(path, "?#");
    const char *marker = g_strstr_len(path, (gssize)n, pprof_path);
    size_t cut = n;

    if (marker != NULL) /* the base ends there, what follows is the profile's name */
        cut = (size_t)(marker - path) + strlen(pprof_path);
    else
        while (cut > 0 && path[cut] != '/')
            cut--;
    size_t host = strlen(ret->base) - strlen(path_of(ret->base));
    g_autofree char *base = g_strdup_printf("%.*s%.*s", (int)host, ret->base, (int)cut, path);

    g_free(ret->base);
    ret->base = g_steal_pointer(&base);
    ret->path = g_strndup(path + cut + 1, strcspn(path + cut + 1, "#"));
    int seconds = take_seconds(ret->path);

    ret->name = g_strndup(ret->path, strcspn(ret->path, "?"));
    ret->seconds = wanted->seconds != 0 ? wanted->seconds : seconds;
    if (ret->seconds == 0 && profile_kind_of(ret->name)->asking == PROFILE_ASKING_SECONDS)
        ret->seconds = PROFILE_SOURCE_CPU_SECONDS;
    return true;
}

static bool is_path(const char *text)
{
    if (strstr(text, "://") != NULL)
        return false;
    if (g_file_test(text, G_FILE_TEST_EXISTS))
        return true;
    const char *slash = strchr(text, '/'), *colon = strchr(text, ':');

    return slash != NULL && (colon == NULL || slash < colon);
}

static bool take_target(const char *text, const struct profile_wanted *wanted,
                        struct profile_source *ret, GError **error)
{
    struct target_query query = {0};

    if (!target_query_parse(text, &query, error)) {
        if (strstr(text, "://") == NULL)
            g_prefix_error(error, "there is no such file, and ");
        return false;
    }
    bool is_url = query.kind == TARGET_QUERY_URL;

    ret->kind = is_url ? PROFILE_SOURCE_URL : PROFILE_SOURCE_LIVE;
    ret->base = g_steal_pointer(&query.url);
    ret->pprof = g_strdup(wanted->pprof);
    target_query_clear(&query);
    return is_url ? take_url(text, wanted, ret, error) : choose_profile(wanted, ret, error);
}

bool profile_source_parse(const char *text, const struct profile_wanted *wanted,
                          struct profile_source *ret, GError **error)
{
    /* it is shown: without a password */
    bool is_file = is_path(text);
    struct profile_source source = {.text = is_file ? g_strdup(text) : http_login_take_word(text)};

    text = source.text;
    if (strcmp(text, "-") == 0) {
        source.kind = PROFILE_SOURCE_STDIN;
    } else if (is_file) {
        source.kind = PROFILE_SOURCE_FILE;
    } else if (!take_target(text, wanted, &source, error)) {
        profile_source_clear(&source);
        return false;
    }
    *ret = source;
    return true;
}

/* --- reading --- */

static bool is_cancelled(const struct profile_waiting *waiting)
{
    return waiting->cancelled != NULL && __atomic_load_n(waiting->cancelled, __ATOMIC_RELAXED);
}

static bool fail_cancelled(GError **error)
{
    g_set_error(error, PROFILE_SOURCE_ERROR, PROFILE_SOURCE_ERROR_CANCELLED, "cancelled");
    return false;
}

/* A saved dump of goroutines counts as the profile of them. */
static struct profile *decode_dump(const uint8_t *data, size_t n, GError **error)
{
    g_autoptr(goroutine_dump_auto) dump = goroutine_dump_parse((const char *)data, n, error);

    return dump != NULL ? goroutine_dump_to_profile(dump) : NULL;
}

/* Gives up *bytes where nobody wants them afterwards. */
static struct profile *decode(GBytes **bytes, bool profile_only, GError **error)
{
    gsize n;
    const uint8_t *data = g_bytes_get_data(*bytes, &n);

    if (goroutine_dump_looks_like(data, MIN(n, (gsize)DUMP_LOOK_BYTES)))
        return decode_dump(data, n, error);
    if (profile_only)
        return profile_decode_packed(g_bytes_unref_to_array(g_steal_pointer(bytes)), error);

    return profile_decode(data, n, error);
}

static bool load_bytes(const char *path, const struct profile_waiting *waiting,
                       struct profile_loaded *ret, GError **error)
{
    g_autoptr(GError) cause = NULL;
    const char *name = path != NULL ? path : "standard input";
    g_autoptr(GBytes) bytes = profile_file_read(path, waiting->cancelled, error);

    if (bytes == NULL)
        return false;
    struct profile *profile = decode(&bytes, waiting->profile_only, &cause);

    if (profile == NULL) {
        g_set_error(error, PROFILE_SOURCE_ERROR, PROFILE_SOURCE_ERROR_FORMAT, "%s: %s", name,
                    cause->message);
        return false;
    }
    *ret = (struct profile_loaded){.profile = profile,
                                   .bytes = g_steal_pointer(&bytes),
                                   .origin = g_strdup(name),
                                   .kind = g_strdup(profile_source_guess_kind(profile)),
                                   .real_us = profile->time_ns / 1000};
    return true;
}

/* Until the answer is there; a cancelled capture answers as well. */
static struct capture_result *wait_for(struct capture *capture, struct bell *bell,
                                       const struct profile_source *source,
                                       const struct profile_waiting *waiting)
{
    for (;;) {
        GPollFD poll = {.fd = bell_fd(bell), .events = G_IO_IN};
        bool rung = g_poll(&poll, poll.fd >= 0 ? 1 : 0, TICK_MS) > 0 || poll.fd < 0;

        if (rung)
            bell_clear(bell);
        struct capture_result *result = rung ? capture_take(capture) : NULL;

        if (result != NULL)
            return result;
        if (is_cancelled(waiting))
            capture_cancel(capture);
        else if (waiting->progress != NULL)
            waiting->progress(source, capture_progress(capture), waiting->user);
    }
}

static bool take_result(const struct profile_source *source, const struct target *target,
                        struct capture_result *result, struct profile_loaded *ret, GError **error)
{
    if (result->outcome == CAPTURE_CANCELLED)
        return fail_cancelled(error);
    if (result->outcome == CAPTURE_FAILED) {
        /* What to do about a profile that the server does not have. */
        const struct profile_kind *kind = profile_kind_of(source->name);
        bool missing = strstr(result->error, "404") != NULL ||
                       strstr(result->error, "no such profile") != NULL;
        const char *more = missing ? kind->missing : "";

        g_set_error(error, PROFILE_SOURCE_ERROR, PROFILE_SOURCE_ERROR_SERVER, "%s%s%s",
                    result->error, *more != '\0' ? ". " : "", more);
        return false;
    }
    if (result->profile == NULL) /* debug=2 */
        result->profile = goroutine_dump_to_profile(result->dump);
    *ret = (struct profile_loaded){
        .profile = g_steal_pointer(&result->profile),
        .bytes = g_steal_pointer(&result->bytes),
        .origin =
            source->kind == PROFILE_SOURCE_URL
                ? g_strdup(source->text)
                : g_strdup_printf("%s %d %s", target->name, (int)target->id.pid, source->name),
        .kind = g_strdup(source->name),
        .real_us = result->real_us,
    };
    return true;
}

static bool fetch(const struct profile_source *source, const struct target *target,
                  const struct profile_waiting *waiting, struct profile_loaded *ret, GError **error)
{
    g_autoptr(GError) cause = NULL;
    struct bell *bell = bell_new();
    struct capture_request request = {
        .path = source->path,
        .seconds = source->seconds,
        .bell_fd = bell_ring_end(bell),
    };
    struct capture *capture = capture_start(target, &request, &cause);
    bool ok = false;

    if (capture == NULL) {
        g_set_error_literal(error, PROFILE_SOURCE_ERROR, PROFILE_SOURCE_ERROR_TARGET,
                            cause->message);
    } else {
        g_autoptr(capture_result_auto) result = wait_for(capture, bell, source, waiting);

        ok = take_result(source, target, result, ret, error);
    }
    capture_free(capture);
    bell_free(bell);
    return ok;
}

static void set_not_found(const struct profile_source *source, const struct attach_outcome *outcome,
                          GError **error)
{
    g_autofree char *list = attach_list_candidates(outcome->candidates);
    bool no_such = g_error_matches(outcome->error, ATTACH_ERROR, ATTACH_ERROR_NOT_FOUND);

    if (no_such)
        g_set_error(error, PROFILE_SOURCE_ERROR, PROFILE_SOURCE_ERROR_TARGET,
                    "there is neither a file nor a running process called \"%s\"", source->text);
    else
        g_set_error(error, PROFILE_SOURCE_ERROR, PROFILE_SOURCE_ERROR_TARGET, "%s%s%s",
                    outcome->error->message, *list != '\0' ? "\n" : "", g_strchomp(list));
}

bool profile_source_load(const struct profile_source *source, const struct profile_waiting *waiting,
                         struct profile_loaded *ret, GError **error)
{
    static const struct profile_waiting patience = {0};

    *ret = (struct profile_loaded){0};
    waiting = waiting != NULL ? waiting : &patience;
    switch (source->kind) {
    case PROFILE_SOURCE_STDIN:
        return load_bytes(NULL, waiting, ret, error);
    case PROFILE_SOURCE_FILE:
        return load_bytes(source->text, waiting, ret, error);
    case PROFILE_SOURCE_URL: {
        g_autoptr(target_auto) target = target_new(NULL, NULL, source->base, NULL);

        return fetch(source, target, waiting, ret, error);
    }
    case PROFILE_SOURCE_LIVE: {
        struct attach_outcome *outcome = attach_find(source->text, source->pprof);
        bool ok = false;

        if (is_cancelled(waiting))
            fail_cancelled(error);
        else if (outcome->target == NULL)
            set_not_found(source, outcome, error);
        else
            ok = fetch(source, outcome->target, waiting, ret, error);
        attach_outcome_free(outcome);
        return ok;
    }
    }
    g_assert_not_reached();
}

bool profile_source_load_file(const char *path, const struct profile_waiting *waiting,
                              struct profile_loaded *ret, GError **error)
{
    struct profile_source source = {.kind = PROFILE_SOURCE_FILE, .text = (char *)(uintptr_t)path};

    return profile_source_load(&source, waiting, ret, error);
}

const char *profile_source_guess_kind(const struct profile *profile)
{
    static const struct {
        const char *type, *kind;
    } kinds[] = {{"inuse_space", "heap"},
                 {"cpu", "profile"},
                 {"goroutine", "goroutine"},
                 {"threadcreate", "threadcreate"},
                 {"goroutineleak", "goroutineleak"},
                 {"contentions", "block"}};

    if (strcmp(profile->default_sample_type, "alloc_space") == 0)
        return "allocs";
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (profile_sample_index(profile, kinds[i].type) >= 0)
            return kinds[i].kind;
    return "";
}
