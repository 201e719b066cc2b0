#include "pprof/source_listing_check.h"

#include "pprof/lines.h"

#include <glib.h>
#include <string.h>

/* --- names --- */

/* What the compiler makes: these begin at no word "func". */
static bool is_made(const char *part)
{
    return g_str_has_prefix(part, "init") || g_str_has_prefix(part, "glob") ||
           g_str_has_prefix(part, "gowrap") || g_str_has_prefix(part, "deferwrap") ||
           strstr(part, "-range") != NULL || strstr(part, "-fm") != NULL || *part == '\0';
}

/* "func1", "2": a function without a name. */
static bool is_closure(const char *part)
{
    const char *digits = g_str_has_prefix(part, "func") ? part + strlen("func") : part;

    return *digits != '\0' && strspn(digits, "0123456789") == strlen(digits);
}

/* --- lines --- */

static bool names_it(const struct span *line, char **parts)
{
    g_autofree char *text = g_strndup(line->at, line->n);

    for (char **part = parts; *part != NULL; part++) {
        g_autofree char *name = g_strndup(*part, strlen(*part));

        g_strdelimit(name, "(*)", ' ');
        if (!is_closure(name) && strstr(text, g_strstrip(name)) != NULL)
            return true;
    }
    return false;
}

static bool has_func(const struct span *line)
{
    return g_strstr_len(line->at, (gssize)line->n, "func") != NULL;
}

/* The line where the function begins, or the last above what was sampled that begins one. */
static bool find_beginning(const struct listing_place *place, const char *text, size_t n,
                           struct span *ret)
{
    struct lines lines = lines_of(text, n);
    int64_t last = place->start_line > 0 ? place->start_line : place->line;
    struct span line;
    bool found = false;

    for (int64_t number = 1; number <= last && lines_next(&lines, &line); number++)
        if (place->start_line > 0 ? number == last
                                  : (line.n > 5 && memcmp(line.at, "func", 4) == 0 &&
                                     (line.at[4] == ' ' || line.at[4] == '\t'))) {
            *ret = line;
            found = true;
        }
    return found;
}

bool source_listing_check(const struct listing_place *place, const char *text, size_t n)
{
    /* "(*Model)", "Update" and "func1" of "example.com/x/td.(*Model).Update.func1". */
    const char *slash = strrchr(place->function, '/');
    const char *dot = strchr(slash != NULL ? slash : place->function, '.');
    g_autofree char *rest = g_strdup(dot != NULL ? dot + 1 : "");

    rest[strcspn(rest, "[")] = '\0'; /* of a generic one */
    g_auto(GStrv) parts = g_strsplit(rest, ".", -1);
    guint count = g_strv_length(parts);
    struct span line;

    if (!g_str_has_suffix(place->file, ".go") || count == 0 || place->line <= 0)
        return true;
    for (guint i = 0; i < count; i++)
        if (is_made(parts[i]))
            return true;
    if (!find_beginning(place, text, n, &line))
        return place->start_line <= 0;
    if (place->start_line > 0 && is_closure(parts[count - 1]))
        return has_func(&line);
    return has_func(&line) && names_it(&line, parts);
}
