#include "pprof/goroutines.h"

#include "pprof/builder.h"
#include "pprof/lines.h"

#include <string.h>

static void add_label(struct builder *b, struct profile_sample *sample, const char *key,
                      const char *text)
{
    struct profile_label label = {
        .key = key, .str = names_intern(&b->names, text, strlen(text)), .unit = ""};

    if (*text == '\0')
        return;
    g_array_append_val(b->labels, label);
    sample->n_labels++;
}

struct profile *goroutine_dump_to_profile(const struct goroutine_dump *dump)
{
    struct builder b;

    builder_init(&b);
    struct profile *p = b.profile;

    p->sample_types = store_array(p->store->arena, 1, sizeof *p->sample_types);
    p->sample_types[0] = (struct profile_value_type){"goroutine", "count"};
    p->n_sample_types = 1;
    p->period_type = p->sample_types[0];
    p->period = 1;
    for (size_t i = 0; i < dump->n_buckets; i++) {
        const struct goroutine_bucket *bucket = &dump->buckets[i];
        struct profile_sample sample = {.first_frame = b.frames->len, .first_label = b.labels->len};
        int64_t count = (int64_t)bucket->count;

        for (size_t j = 0; j < bucket->n_frames; j++) {
            /* A dump as the profile Go would have made of it, with what only a dump knows as
             * labels. */
            const struct goroutine_frame *frame = &bucket->frames[j];
            g_autofree char *elided =
                frame->elided > 0 ? g_strdup_printf("...%u frames elided...", frame->elided) : NULL;
            const char *name = elided != NULL ? elided : frame->function;
            uint32_t location =
                builder_location(&b, &(struct builder_frame){.name = name,
                                                             .name_n = strlen(name),
                                                             .file = frame->file,
                                                             .file_n = strlen(frame->file),
                                                             .line = frame->line});

            g_array_append_val(b.frames, location);
            sample.n_frames++;
        }
        add_label(&b, &sample, "state", bucket->state);
        add_label(&b, &sample, "labels", bucket->labels);
        if (bucket->creator != NULL)
            add_label(&b, &sample, "created by", bucket->creator->function);
        g_array_append_val(b.values, count);
        g_array_append_val(b.samples, sample);
    }
    return builder_finish(&b);
}

bool goroutine_dump_looks_like(const uint8_t *data, size_t n)
{
    static const char mark[] = "goroutine ";
    struct lines text = lines_of(data, n);
    const char *at = text.at, *end = text.end;

    /* at the start of a line: words of a crash may stand before */
    while (at < end && (size_t)(end - at) > sizeof mark) {
        if (memcmp(at, mark, sizeof mark - 1) == 0 && g_ascii_isdigit(at[sizeof mark - 1])) {
            const char *stop = memchr(at, '\n', (size_t)(end - at));

            return memchr(at, '[', (size_t)((stop != NULL ? stop : end) - at)) != NULL;
        }
        at = memchr(at, '\n', (size_t)(end - at));
        if (at == NULL)
            return false;
        at++;
    }
    return false;
}
