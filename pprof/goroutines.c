#include "pprof/goroutines.h"

#include "pprof/goroutine_dump.h"
#include "pprof/labels.h"
#include "pprof/limits.h"
#include "pprof/problem.h"

#include <string.h>

/* --- texts --- */

static struct goroutine_dump *parse(const char *text, size_t n, bool exact, GError **error)
{
    static const char debug1[] = " profile: total ";
    struct lines lines = lines_of(text, n), peek = lines;
    struct goroutine_collection c;
    struct span first;

    collection_init(&c);
    c.exact = exact;
    c.dump->truncated = n == PPROF_DUMP_TRUNCATED_BYTES;
    if (lines_next(&peek, &first) && memmem(first.at, first.n, debug1, sizeof debug1 - 1) != NULL)
        goroutine_read_debug1(&c, &lines);
    else
        goroutine_read_debug2(&c, &lines);
    g_autoptr(goroutine_dump_auto) dump = collection_finish(&c);

    if (dump->total > 0)
        return g_steal_pointer(&dump);
    g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT, "there is no goroutine in this text");
    return NULL;
}

struct goroutine_dump *goroutine_dump_parse(const char *text, size_t n, GError **error)
{
    return parse(text, n, false, error);
}

struct goroutine_dump *goroutine_dump_parse_exact(const char *text, size_t n, GError **error)
{
    return parse(text, n, true, error);
}

/* --- the binary profile --- */

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static const char *read_labels(struct goroutine_collection *c, const struct profile *p,
                               const struct profile_sample *sample, GPtrArray *sorted)
{
    GString *text = c->label_text;

    g_string_truncate(text, 0);
    labels_sorted(p, sample, sorted);
    for (guint i = 0; i < sorted->len && text->len < PPROF_MAX_LABEL_TEXT; i++) {
        const struct profile_label *label = g_ptr_array_index(sorted, i);

        g_string_append_printf(text, "%s%s:", i > 0 ? ", " : "", label->key);
        if (label_is_number(label))
            g_string_append_printf(text, "%" G_GINT64_FORMAT, (gint64)label->num);
        else
            g_string_append(text, label->str);
    }
    return collection_intern(c, (struct span){text->str, text->len});
}

static void read_sample(struct goroutine_collection *c, const struct profile *p, size_t index,
                        GPtrArray *sorted)
{
    const struct profile_sample *sample = &p->samples[index];

    if (p->values[index] <= 0)
        return;
    collection_clear_frames(c);
    for (uint32_t i = 0; i < sample->n_frames; i++) {
        const struct profile_location *l = &p->locations[p->frames[sample->first_frame + i]];

        for (uint32_t j = 0; j < l->n_lines; j++) {
            const struct profile_line *line = &p->lines[l->first_line + j];
            const struct profile_function *f = &p->functions[line->function];

            collection_add_frame(
                c, &(struct goroutine_frame){.function = collection_intern(c, span_of(f->name)),
                                             .file = collection_intern(c, span_of(f->filename)),
                                             .line = line->line,
                                             .inlined = j + 1 < l->n_lines});
        }
    }
    collection_add(c, &(struct goroutine){.count = (size_t)p->values[index],
                                          .state = "",
                                          .labels = read_labels(c, p, sample, sorted),
                                          .minutes = -1});
}

struct goroutine_dump *goroutine_dump_from_profile(const struct profile *profile, GError **error)
{
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();
    struct goroutine_collection c;

    if (profile->n_sample_types != 1) {
        problem_mismatch(error, "this is no goroutine profile: it has %zu sample types",
                         profile->n_sample_types);
        return NULL;
    }
    collection_init(&c);
    c.has_runtime = true;
    for (size_t i = 0; i < profile->n_samples; i++)
        read_sample(&c, profile, i, sorted);
    return collection_finish(&c);
}
