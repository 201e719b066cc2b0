#include "app/tui/screens/profile/profile_lines.h"

#include "app/profiles/source_files.h"

#include <string.h>

enum {
    MAX_LINES = 5000, /* shown of one function */
    TAB_COLS = 4,
};

/* --- reading --- */

struct reader {
    struct source_files files;
    char *path; /* of the first one found */
};

static GBytes *read_source(void *user, const char *file, GError **error)
{
    struct reader *reader = user;

    return source_files_read_at(&reader->files, file, reader->path == NULL ? &reader->path : NULL,
                                error);
}

/* --- lines --- */

/* Tabs become blanks: on a screen they would be control characters. */
static char *without_tabs(const char *line, size_t n)
{
    GString *out = g_string_sized_new(n + 16);

    for (size_t i = 0; i < n; i++) {
        if (line[i] != '\t')
            g_string_append_c(out, line[i]);
        for (int pad = TAB_COLS - (int)(out->len % TAB_COLS); line[i] == '\t' && pad > 0; pad--)
            g_string_append_c(out, ' ');
    }
    if (out->len > 0 && out->str[out->len - 1] == '\r')
        g_string_truncate(out, out->len - 1);
    return g_string_free(out, FALSE);
}

struct profile_lines *profile_lines_read(const struct profile *profile,
                                         const struct top_options *options, const char *function)
{
    struct profile_lines *lines = g_new0(struct profile_lines, 1);
    /* "\E" would end the quoting: it is quoted on its own */
    g_auto(GStrv) parts = g_strsplit(function, "\\E", -1);
    g_autofree char *quoted = g_strjoinv("\\E\\\\E\\Q", parts);
    g_autofree char *pattern = g_strdup_printf("^\\Q%s\\E$", quoted);
    g_autofree char *goroot = source_files_goroot();
    g_autofree char *module_cache = source_files_module_cache();
    struct reader reader = {.files = {.goroot = goroot,
                                      .module_cache = module_cache,
                                      .searches_more = true,
                                      .sources_only = true,
                                      .below_roots = true}};
    struct source_listing_sources sources = {.read = read_source, .user = &reader, .checked = true};
    g_autoptr(GError) error = NULL;
    g_autoptr(source_listing_auto) listing =
        source_listing_build(profile, options, pattern, &sources, &error);

    lines->lines = g_ptr_array_new_with_free_func(g_free);
    if (listing != NULL) {
        const struct source_listing_routine *routine = &listing->routines[0];

        lines->first = routine->n_lines > 0 ? routine->lines[0].line : routine->first;
        for (size_t i = 0; i < MIN(routine->n_lines, (size_t)MAX_LINES); i++)
            g_ptr_array_add(lines->lines,
                            without_tabs(routine->lines[i].text, routine->lines[i].n));
        lines->missing = g_strdup(
            *routine->file != '\0' ? routine->error : "The profile names no source file for it.");
    } else {
        lines->missing = g_strdup(error->message);
    }
    /* one that is not shown, being of another version, is not opened either */
    lines->path = lines->missing == NULL ? g_steal_pointer(&reader.path) : NULL;
    g_free(reader.path);
    return lines;
}

void profile_lines_free(struct profile_lines *lines)
{
    if (lines == NULL)
        return;
    g_ptr_array_unref(lines->lines);
    g_free(lines->path);
    g_free(lines->missing);
    g_free(lines);
}
