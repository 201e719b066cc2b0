#include "probes/goruntime/goroutines.h"

#include <inttypes.h>
#include <string.h>

/*
 * The text that goroutine?debug=2 would have been (pprof-reference 5.2), for what
 * keeps or shows texts. Arguments are not known: there are none between the
 * parentheses.
 */

/* Where runtime/pprof cuts it off as well: goroutines share stacks, their texts do not. */
enum { MAX_TEXT = 64 << 20 };

static const int64_t ns_per_minute = INT64_C(60000000000);

static void write_frame(const struct goroutine_frame *frame, void *user)
{
    GString *out = user;

    if (out->len < MAX_TEXT)
        g_string_append_printf(out, "%s(%s)\n\t%s:%" PRId64 "\n", frame->function,
                               frame->inlined ? "..." : "", frame->file, frame->line);
}

static void write_quoted(GString *out, const char *text, size_t n)
{
    g_autofree char *copy = g_strndup(text, n);
    g_autofree char *escaped = g_strescape(copy, NULL);

    g_string_append_printf(out, "\"%s\"", escaped);
}

/* "k:v, k2:v2" as Go writes it: {"k": "v", "k2": "v2"} */
static void write_labels(GString *out, const char *labels)
{
    const char *end;

    g_string_append(out, " {");
    for (const char *at = labels; *at != '\0'; at = end) {
        end = strstr(at, ", ");
        size_t n = end != NULL ? (size_t)(end - at) : strlen(at);
        const char *colon = memchr(at, ':', n);
        size_t key = colon != NULL ? (size_t)(colon - at) : n;

        write_quoted(out, at, key);
        g_string_append(out, ": ");
        write_quoted(out, at + key + (colon != NULL), n - key - (colon != NULL));
        g_string_append(out, end != NULL ? ", " : "");
        end = at + n + (end != NULL ? 2 : 0);
    }
    g_string_append_c(out, '}');
}

static void write_goroutine(const struct live_goroutine *g, GString *out)
{
    g_autoptr(GString) name = g_string_new(NULL);
    struct goroutine_frame frame;

    g_string_append_printf(out, "goroutine %" PRIu64 " [%s", g->id, g->state);
    if (g->waiting_ns >= ns_per_minute)
        g_string_append_printf(out, ", %" PRId64 " minutes", g->waiting_ns / ns_per_minute);
    if (g->is_locked)
        g_string_append(out, ", locked to thread");
    g_string_append_c(out, ']');
    if (*g->labels != '\0')
        write_labels(out, g->labels);
    g_string_append(out, ":\n");
    if (g->stack != NULL)
        goroutine_visit_shown(g, write_frame, out);
    else if (goroutine_shown_start(g, name, &frame))
        write_frame(&frame, out);
    if (goroutine_shown_creator(g, name, &frame)) {
        g_string_append_printf(out, "created by %s", frame.function);
        if (g->parent_id != 0)
            g_string_append_printf(out, " in goroutine %" PRIu64, g->parent_id);
        g_string_append_printf(out, "\n\t%s:%" PRId64 "\n", frame.file, frame.line);
    }
    g_string_append_c(out, '\n');
}

GBytes *goroutine_list_to_text(const struct goroutine_list *list)
{
    GString *out = g_string_sized_new(64 * 1024);

    for (size_t i = 0; i < list->n && out->len < MAX_TEXT; i++)
        if (!list->goroutines[i].is_system)
            write_goroutine(&list->goroutines[i], out);
    return g_string_free_to_bytes(out);
}
