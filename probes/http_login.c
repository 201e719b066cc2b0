#include "probes/http_login.h"

#include "probes/http.h"
#include "probes/small_file.h"
#include "probes/threads.h"

#include <string.h>

enum { HEADERS_MAX_BYTES = 16 * 1024 };

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static GHashTable *typed; /* "https://host:port", in small letters -> struct http_login * */
static char **headers;    /* of the file; NULL: none */

/* --- addresses --- */

/* "user:" and the beginning of a password that has a slash in it: no port follows the colon. */
static bool is_cut_login(const char *place, size_t n)
{
    const char *colon = place[0] != '[' ? memchr(place, ':', n) : NULL;

    return colon != NULL && colon + 1 + strspn(colon + 1, "0123456789") < place + n;
}

/* The place of host and port in an address, behind a user; *ret_n is its length. */
static const char *authority_of(const char *url, size_t *ret_n)
{
    const char *begin = strstr(url, "://");

    begin = begin != NULL ? begin + 3 : url;
    size_t n = strcspn(begin, "/?#");
    const char *at = g_strrstr_len(begin, (gssize)n, "@");

    if (at == NULL && is_cut_login(begin, n))
        at = strrchr(begin, '@');
    if (at != NULL)
        begin = at + 1;
    *ret_n = strcspn(begin, "/?#");
    return begin;
}

static char *origin_of(const char *url)
{
    const char *scheme_end = strstr(url, "://");
    size_t n;
    const char *authority = authority_of(url, &n);
    g_autofree char *origin = g_strdup_printf(
        "%.*s://%.*s", scheme_end != NULL ? (int)(scheme_end - url) : 0, url, (int)n, authority);

    return g_ascii_strdown(origin, -1);
}

/* --- remembering --- */

void http_login_clear(struct http_login *login)
{
    g_free(login->user);
    g_free(login->password);
    g_strfreev(login->headers);
    *login = (struct http_login){0};
}

static void login_free(void *data)
{
    http_login_clear(data);
    g_free(data);
}

/* user_info: "user", "user:password", as in an address; not NUL-terminated. */
static struct http_login *login_of(const char *user_info, size_t n)
{
    struct http_login *login = g_new0(struct http_login, 1);
    const char *colon = memchr(user_info, ':', n);

    if (n == 0)
        return login;
    size_t user_n = colon != NULL ? (size_t)(colon - user_info) : n;

    login->user = g_uri_unescape_segment(user_info, user_info + user_n, NULL);
    login->password = colon != NULL ? g_uri_unescape_segment(colon + 1, user_info + n, NULL) : NULL;
    return login;
}

/* Remembers "user:password@" of an address ("https://user:password@host:6060/x") for its scheme,
 * host and port, and that it was typed. Returns the address without it; free with g_free. */
static char *http_login_take(const char *url)
{
    const char *scheme_end = strstr(url, "://");
    const char *begin = scheme_end != NULL ? scheme_end + 3 : url;
    size_t n;
    const char *authority = authority_of(url, &n);
    char *origin = origin_of(url);
    struct http_login *login =
        login_of(begin, authority > begin ? (size_t)(authority - begin) - 1 : 0);

    pthread_mutex_lock(&guard);
    if (typed == NULL)
        typed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, login_free);
    /* typed again without a user it is still the same server */
    if (login->user == NULL && g_hash_table_contains(typed, origin)) {
        login_free(login);
        g_free(origin);
    } else {
        g_hash_table_replace(typed, origin, login);
    }
    pthread_mutex_unlock(&guard);
    return g_strdup_printf("%.*s%s", (int)(begin - url), url, authority);
}

char *http_login_take_word(const char *word)
{
    g_autofree char *plain = g_strstrip(g_strdup(word));

    if (strstr(plain, "://") != NULL)
        return http_login_take(plain);
    if (plain[0] == '/' || strchr(plain, ':') == NULL || strchr(plain, '@') == NULL)
        return g_steal_pointer(&plain);
    g_autofree char *url = g_strconcat("http://", plain, NULL);

    return http_login_take(url);
}

void http_login_forget(void)
{
    pthread_mutex_lock(&guard);
    g_clear_pointer(&typed, g_hash_table_unref);
    g_clear_pointer(&headers, g_strfreev);
    pthread_mutex_unlock(&guard);
}

/* --- the file --- */

static bool fail(GError **error, const char *path, const char *why)
{
    g_set_error(error, HTTP_ERROR, HTTP_ERROR_URL, "no headers from %s: %s", path, why);
    return false;
}

/* RFC 9110, 5.1 and 5.5: a name of token characters, a value without controls. */
static bool is_header(const char *line)
{
    size_t n = strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    if (n == 0 || line[n] != ':')
        return false;
    for (const char *c = line + n; *c != '\0'; c++)
        if ((guchar)*c < 0x20 && *c != '\t')
            return false;
    return true;
}

bool http_login_read_headers(const char *path, GError **error)
{
    g_autoptr(GError) local = NULL;
    g_autofree char *text = small_file_read(path, HEADERS_MAX_BYTES, NULL, &local);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    if (text == NULL)
        return fail(error, path, local->message);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (char **line = lines; *line != NULL; line++) {
        if (*g_strstrip(*line) == '\0')
            continue;
        if (!is_header(*line))
            return fail(error, path, "a line of it is no header (\"Name: value\")");
        g_strv_builder_add(builder, *line);
    }
    pthread_mutex_lock(&guard);
    g_strfreev(headers);
    headers = g_strv_builder_end(builder);
    pthread_mutex_unlock(&guard);
    return true;
}

/* --- sending --- */

bool http_login_find(const char *url, struct http_login *ret)
{
    g_autofree char *origin = origin_of(url);

    *ret = (struct http_login){0};
    pthread_mutex_lock(&guard);
    const struct http_login *login = typed != NULL ? g_hash_table_lookup(typed, origin) : NULL;

    if (login != NULL)
        *ret = (struct http_login){.user = g_strdup(login->user),
                                   .password = g_strdup(login->password),
                                   .headers = g_strdupv(headers)};
    pthread_mutex_unlock(&guard);
    return login != NULL;
}
