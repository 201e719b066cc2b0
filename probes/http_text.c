#include "probes/http_text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_LINE_MAX = 100 };

char *http_text_host(const char *url)
{
    const char *begin = strstr(url, "://");

    begin = begin != NULL ? begin + 3 : url;
    g_autofree char *authority = g_strndup(begin, strcspn(begin, "/?#"));
    const char *at = strrchr(authority, '@'); /* a password is nobody's business */

    return g_strdup(at != NULL ? at + 1 : authority);
}

/* "goroutine?debug=2", for sentences that name what was asked. */
static const char *last_part(const char *url)
{
    const char *slash = strrchr(url, '/');

    return slash != NULL && slash[1] != '\0' ? slash + 1 : "the index page";
}

/* First line of a body that has one, as a short harmless text; caller frees. */
static char *http_text_first_line(const GByteArray *body)
{
    if (body == NULL || body->len == 0)
        return g_strdup("");
    const char *text = (const char *)body->data;
    size_t begin = 0, n;

    while (begin < body->len && g_ascii_isspace(text[begin]))
        begin++;
    for (n = 0; begin + n < body->len && n < FIRST_LINE_MAX; n++)
        if (text[begin + n] == '\n' || text[begin + n] == '\r')
            break;
    g_autofree char *valid = g_utf8_make_valid(text + begin, (gssize)n);
    GString *line = g_string_new(NULL);

    for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        g_string_append_unichar(line, g_unichar_isprint(c) ? c : ' ');
    }
    return g_strstrip(g_string_free(line, FALSE));
}

/* "20 bytes", "12 kB", "3.4 MB"; caller frees. */
static char *size_text(size_t bytes)
{
    if (bytes < 10000)
        return g_strdup_printf("%" G_GSIZE_FORMAT " bytes", bytes);
    if (bytes < 1000000)
        return g_strdup_printf("%" G_GSIZE_FORMAT " kB", bytes / 1000);
    return g_strdup_printf("%.1f MB", (double)bytes / 1e6);
}

static void set_error(GError **error, enum http_error code, char *sentence)
{
    g_set_error_literal(error, HTTP_ERROR, (int)code, sentence);
    g_free(sentence);
}

/* --- the way to the answer --- */

void http_text_set_bad_url(const char *url, GError **error)
{
    g_autofree char *valid = g_utf8_make_valid(url, -1);

    set_error(error, HTTP_ERROR_URL,
              g_strdup_printf("\"%.*s\" is no address of a pprof server; one looks like "
                              "http://127.0.0.1:6060/debug/pprof",
                              FIRST_LINE_MAX, valid));
}

/* libcurl does not tell a server that refuses from a descriptor it could not have. */
static bool descriptors_are_short(void)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    if (fd >= 0)
        close(fd);
    return fd < 0 && (errno == EMFILE || errno == ENFILE);
}

void http_text_set_connect(const struct http_outcome *outcome, const char *why, GError **error)
{
    g_autofree char *host = http_text_host(outcome->url);

    if (outcome->no_descriptors || descriptors_are_short()) {
        set_error(error, HTTP_ERROR_CONNECT,
                  g_strdup_printf("sidescope itself cannot open any more files, so pprof at %s "
                                  "cannot be asked; more are allowed with ulimit -n",
                                  host));
        return;
    }
    set_error(error, HTTP_ERROR_CONNECT,
              g_strdup_printf("pprof at %s cannot be reached (%s): its server has ended or is not "
                              "on that port",
                              host, why));
}

void http_text_set_tls(const struct http_outcome *outcome, const char *why, GError **error)
{
    g_autofree char *host = http_text_host(outcome->url);

    set_error(error, HTTP_ERROR_CONNECT,
              g_strdup_printf("%s cannot be asked over https (%s); an authority of your own is "
                              "named with SSL_CERT_FILE=FILE",
                              host, why));
}

void http_text_set_timeout(const struct http_outcome *outcome, bool idle, GError **error)
{
    int seconds = ((idle ? outcome->idle_ms : outcome->timeout_ms) + 999) / 1000;
    g_autofree char *got = size_text(outcome->received_bytes);

    if (outcome->received_bytes == 0)
        set_error(error, HTTP_ERROR_TIMEOUT,
                  g_strdup_printf("pprof did not answer within %d s (%s); the target may hang, be "
                                  "stopped or be very busy",
                                  seconds, last_part(outcome->url)));
    else if (idle)
        set_error(error, HTTP_ERROR_TIMEOUT,
                  g_strdup_printf("the answer of pprof (%s) stopped after %s: nothing more came "
                                  "for %d s",
                                  last_part(outcome->url), got, seconds));
    else
        set_error(error, HTTP_ERROR_TIMEOUT,
                  g_strdup_printf("the answer of pprof (%s) was not complete after %d s: %s had "
                                  "come by then",
                                  last_part(outcome->url), seconds, got));
}

void http_text_set_closed(const struct http_outcome *outcome, GError **error)
{
    g_autofree char *got = size_text(outcome->received_bytes);
    g_autofree char *host = http_text_host(outcome->url);

    if (outcome->received_bytes == 0)
        set_error(error, HTTP_ERROR_CLOSED,
                  g_strdup_printf("%s closed the connection without an answer (%s); the target may "
                                  "be ending, or its server's WriteTimeout is too short",
                                  host, last_part(outcome->url)));
    else
        set_error(error, HTTP_ERROR_CLOSED,
                  g_strdup_printf("%s closed the connection in the middle of its answer (%s, %s "
                                  "had come); the target may be ending, or its server's "
                                  "WriteTimeout is too short",
                                  host, last_part(outcome->url), got));
}

void http_text_set_too_large(const struct http_outcome *outcome, GError **error)
{
    g_autofree char *limit = size_text(outcome->max_bytes);

    set_error(error, HTTP_ERROR_TOO_LARGE,
              g_strdup_printf("the answer of pprof (%s) is larger than %s and was given up",
                              last_part(outcome->url), limit));
}

void http_text_set_no_http(const struct http_outcome *outcome, GError **error)
{
    g_autofree char *host = http_text_host(outcome->url);

    set_error(error, HTTP_ERROR_CONTENT,
              g_strdup_printf("what listens at %s does not speak HTTP; give the port of the "
                              "target's pprof server",
                              host));
}

/* --- the answer itself --- */

/* Errors of pprof itself that call for more than being repeated. */
static const struct known_error {
    const char *text; /* part of Go's own line */
    const char *sentence;
} known_errors[] = {
    {"cpu profiling already in use",
     "another CPU profile of this process is running and Go allows one at a time; try again when "
     "it has ended"},
    {"tracing already enabled",
     "another execution trace of this process is running and Go allows one at a time; try again "
     "when it has ended"},
    {"exceeds server's WriteTimeout",
     "the target's HTTP server ends every answer before that many seconds (its WriteTimeout); ask "
     "for fewer"},
    {"Unknown profile", "the target has no such profile; a newer Go version may offer it"},
};

/* What to do about a status that some server, not pprof, sent. */
static const char *advice(long status)
{
    switch (status) {
    case 401:
    case 403:
    case 407:
        return "something in front of pprof asks who you are: put user:password@ before the host, "
               "or give a file of headers with --header-file";
    case 404:
        return "pprof is not at this path; give the address it is mounted at";
    case 405:
        return "something in front of pprof forbids reading it";
    case 429:
    case 503:
        return "the server is overloaded or starting";
    default:
        return status >= 300 && status < 400 ? "redirects are not followed: give the address it "
                                               "leads to"
                                             : "this came from the server, not from pprof";
    }
}

void http_text_set_status(const struct http_outcome *outcome, GError **error)
{
    const struct http_response *response = outcome->response;
    long status = response->status;
    g_autofree char *host = http_text_host(outcome->url);
    g_autofree char *line = http_text_first_line(response->body);
    g_autofree char *to = NULL;

    if (response->is_pprof_error) {
        const char *sentence = NULL;

        for (size_t i = 0; i < G_N_ELEMENTS(known_errors) && sentence == NULL; i++)
            if (strstr(line, known_errors[i].text) != NULL)
                sentence = known_errors[i].sentence;
        set_error(error, HTTP_ERROR_STATUS,
                  sentence != NULL
                      ? g_strdup_printf("%s (%s)", sentence, last_part(outcome->url))
                      : g_strdup_printf("pprof refused %s (%ld): %s", last_part(outcome->url),
                                        outcome->response->status, line));
        return;
    }
    if (outcome->location != NULL) {
        g_autofree char *valid = g_utf8_make_valid(outcome->location, -1);

        to = g_strdup_printf(" to %.*s", FIRST_LINE_MAX, valid);
    }
    bool denied = status == 401 || status == 403 || status == 407;

    set_error(error, denied ? HTTP_ERROR_DENIED : HTTP_ERROR_STATUS,
              g_strdup_printf("%s answered %ld%s%s%s%s for %s: %s", host, status, to ? to : "",
                              *line != '\0' ? " \"" : "", line, *line != '\0' ? "\"" : "",
                              last_part(outcome->url), advice(status)));
}

static const char *post_advice(long status)
{
    switch (status) {
    case 401:
    case 403:
    case 407:
        return "; it wants to know who sends";
    case 404:
    case 405:
        return "; it takes no profiles at this address";
    case 413:
        return "; the profile is too large for it";
    default:
        return status >= 300 && status < 400
                   ? "; redirects are not followed: give the address it leads to"
                   : "";
    }
}

void http_text_set_post(const struct http_outcome *outcome, const char *why, GError **error)
{
    long status = outcome->response->status;
    g_autofree char *host = http_text_host(outcome->url);
    g_autofree char *line = http_text_first_line(outcome->response->body);
    bool denied = status == 401 || status == 403 || status == 407;

    if (why != NULL)
        set_error(error, HTTP_ERROR_CONNECT,
                  g_strdup_printf("%s did not take the profile: %s", host, why));
    else
        set_error(error, denied ? HTTP_ERROR_DENIED : HTTP_ERROR_STATUS,
                  g_strdup_printf("%s did not take the profile, it answered %ld%s%s%s%s", host,
                                  status, *line != '\0' ? " \"" : "", line,
                                  *line != '\0' ? "\"" : "", post_advice(status)));
}

static const char *foreign_kind(const struct http_response *response)
{
    const char *type = response->content_type;
    const GByteArray *body = response->body;
    guint i = 0;

    while (i < body->len && g_ascii_isspace(body->data[i]))
        i++;
    char first = i < body->len ? (char)body->data[i] : '\0';

    if (g_ascii_strncasecmp(type, "text/html", 9) == 0 || first == '<')
        return "a web page";
    if (g_ascii_strncasecmp(type, "application/json", 16) == 0 || first == '{')
        return "JSON";
    return NULL;
}

bool http_text_check_content(const struct http_outcome *outcome, GError **error)
{
    size_t n = strcspn(outcome->url, "?#");
    bool is_index = n > 0 && outcome->url[n - 1] == '/'; /* it is HTML by right */
    const char *kind = is_index ? NULL : foreign_kind(outcome->response);

    if (kind == NULL)
        return true;
    g_autofree char *host = http_text_host(outcome->url);
    g_autofree char *line = http_text_first_line(outcome->response->body);

    set_error(error, HTTP_ERROR_CONTENT,
              g_strdup_printf("%s sent %s instead of a profile for %s (\"%s\"); a log-in page or "
                              "another server is in the way: check the address",
                              host, kind, last_part(outcome->url), line));
    return false;
}
