#include "pprof/path.h"

#include <stdbool.h>
#include <string.h>

/* Takes the last element off, unless that is a ".." itself. */
static bool go_up(GString *out, size_t floor)
{
    const char *slash;

    if (out->len <= floor)
        return false;
    slash = strrchr(out->str + floor, '/');
    g_string_truncate(out, slash != NULL ? (gsize)(slash - out->str) : floor);
    return true;
}

static void add_element(GString *out, const char *element, size_t n, size_t root)
{
    if (out->len > root)
        g_string_append_c(out, '/');
    g_string_append_len(out, element, (gssize)n);
}

void path_clean(const char *path, GString *out)
{
    size_t root = path[0] == '/' ? 1 : 0, floor = root;

    g_string_assign(out, root ? "/" : "");
    for (const char *at = path; *at != '\0';) {
        size_t n = strcspn(at, "/");
        bool up = n == 2 && memcmp(at, "..", 2) == 0;

        if (up && !go_up(out, floor) && !root) {
            add_element(out, at, n, root);
            floor = out->len;
        } else if (!up && n > 0 && !(n == 1 && at[0] == '.')) {
            add_element(out, at, n, root);
        }
        at += n;
        at += strspn(at, "/");
    }
    if (out->len == 0)
        g_string_assign(out, ".");
}

char *path_base(const char *path)
{
    size_t n = strlen(path), first;

    while (n > 1 && path[n - 1] == '/')
        n--;
    for (first = n; first > 0 && path[first - 1] != '/';)
        first--;
    if (n == 0)
        return g_strdup(".");
    return first == n ? g_strdup("/") : g_strndup(path + first, n - first);
}
