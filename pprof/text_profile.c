#include "pprof/text_profile.h"

#include "pprof/builder.h"
#include "pprof/go_labels.h"
#include "pprof/limits.h"

#include <math.h>
#include <string.h>

struct heap_numbers {
    int64_t inuse_objects, inuse_bytes, alloc_objects, alloc_bytes;
};

bool text_profile_looks_like(const uint8_t *data, size_t n)
{
    struct lines lines = {(const char *)data, (const char *)data + n};
    struct span first;

    if (!lines_next(&lines, &first))
        return false;
    if (span_starts(first, "heap profile: "))
        return true;
    for (size_t i = 0; i + 16 < first.n && i < 64; i++)
        if (memcmp(first.at + i, " profile: total ", 16) == 0)
            return true;
    return false;
}

/* --- frames --- */

static void skip_tabs(struct span *span)
{
    while (span->n > 0 && span->at[0] == '\t') {
        span->at++;
        span->n--;
    }
}

static struct span take_field(struct span *span)
{
    size_t n = span_first(*span, '\t');
    struct span field = {span->at, n == SIZE_MAX ? span->n : n};

    span->at += field.n;
    span->n -= field.n;
    skip_tabs(span);
    return field;
}

bool text_frame_parse(struct span line, struct text_frame *ret)
{
    *ret = (struct text_frame){0};
    if (!span_take(&line, "#"))
        return false;
    skip_tabs(&line);
    if (!span_take_hex(&line, &ret->address))
        return false;
    skip_tabs(&line);
    struct span name = take_field(&line), file = line;
    size_t plus = span_last(name, '+'), colon = span_last(file, ':');

    if (plus != SIZE_MAX)
        name.n = plus;
    ret->name = name;
    if (colon != SIZE_MAX) {
        struct span number = {file.at + colon + 1, file.n - colon - 1};

        span_take_int(&number, &ret->line);
        file.n = colon;
    }
    ret->file = file;
    return true;
}

static void add_frame(struct builder *b, const struct text_frame *frame)
{
    uint32_t location = builder_location(b, &(struct builder_frame){.name = frame->name.at,
                                                                    .name_n = frame->name.n,
                                                                    .file = frame->file.at,
                                                                    .file_n = frame->file.n,
                                                                    .line = frame->line,
                                                                    .address = frame->address});

    g_array_append_val(b->frames, location);
}

/* "# labels: {"k":"v"}" */
static void add_labels(struct builder *b, struct span line, struct profile_sample *sample)
{
    g_autoptr(GString) key = g_string_new(NULL), value = g_string_new(NULL);

    if (line.n > 0 && line.at[line.n - 1] == '}')
        line.n--;
    while (sample->n_labels < PPROF_MAX_LABELS && go_labels_next(&line, key, value)) {
        struct profile_label label = {.key = names_intern(&b->names, key->str, key->len),
                                      .str = names_intern(&b->names, value->str, value->len),
                                      .unit = ""};

        if (*label.str == '\0')
            continue;
        g_array_append_val(b->labels, label);
        sample->n_labels++;
    }
}

/* Frame lines up to the empty line that ends a record. */
static void read_frames(struct builder *b, struct lines *lines, struct profile_sample *sample)
{
    struct span line;

    sample->first_frame = b->frames->len;
    while (lines_next(lines, &line) && line.n > 0) {
        struct text_frame frame;
        struct span labels = line;

        if (span_take(&labels, "# labels: {")) {
            add_labels(b, labels, sample);
            continue;
        }
        /* "#\t0x0" stands for an empty stack */
        if (text_frame_parse(line, &frame) && (frame.address != 0 || frame.name.n > 0) &&
            sample->n_frames < PPROF_MAX_FRAMES && b->locations->len < PPROF_MAX_ELEMENTS) {
            add_frame(b, &frame);
            sample->n_frames++;
        }
    }
}

/* --- heap --- */

/* "37: 606208 [37: 606208] @" */
static bool take_numbers(struct span *line, struct heap_numbers *ret)
{
    return span_take_int(line, &ret->inuse_objects) && span_take(line, ": ") &&
           span_take_int(line, &ret->inuse_bytes) && span_take(line, " [") &&
           span_take_int(line, &ret->alloc_objects) && span_take(line, ": ") &&
           span_take_int(line, &ret->alloc_bytes) && span_take(line, "] @");
}

static int64_t truncated(double value)
{
    /* 2^63 itself is no int64_t */
    return fabs(value) < 9.2e18 ? (int64_t)value : value < 0 ? INT64_MIN : INT64_MAX;
}

/* Samples to estimates with the runtime's own formula: plain exp, doubles, truncation. */
static void scale(int64_t *count, int64_t *bytes, double rate)
{
    if (*count == 0 || *bytes == 0) {
        *count = *bytes = 0;
        return;
    }
    if (rate <= 1)
        return;
    double average = (double)*bytes / (double)*count;
    double factor = 1 / (1 - exp(-average / rate));

    *count = truncated((double)*count * factor);
    *bytes = truncated((double)*bytes * factor);
}

static void add_heap_sample(struct builder *b, struct heap_numbers numbers, double rate,
                            struct lines *lines)
{
    struct profile_sample sample = {.first_label = b->labels->len};
    int64_t values[4];

    if (numbers.alloc_objects > 0 && numbers.alloc_bytes >= numbers.alloc_objects) {
        struct profile_label label = {.key = "bytes",
                                      .str = "",
                                      .num = numbers.alloc_bytes / numbers.alloc_objects,
                                      .unit = ""};

        g_array_append_val(b->labels, label);
        sample.n_labels = 1;
    }
    scale(&numbers.alloc_objects, &numbers.alloc_bytes, rate);
    scale(&numbers.inuse_objects, &numbers.inuse_bytes, rate);
    values[0] = numbers.alloc_objects;
    values[1] = numbers.alloc_bytes;
    values[2] = numbers.inuse_objects;
    values[3] = numbers.inuse_bytes;
    read_frames(b, lines, &sample);
    g_array_append_vals(b->values, values, 4);
    g_array_append_val(b->samples, sample);
}

static void set_types(struct profile *p, const char *const (*types)[2], size_t n)
{
    p->sample_types = store_array(p->store->arena, n, sizeof *p->sample_types);
    p->n_sample_types = n;
    for (size_t i = 0; i < n; i++)
        p->sample_types[i] = (struct profile_value_type){types[i][0], types[i][1]};
}

/* What follows "@ " in the first line; the rate of plain "heap" is doubled for old reasons. */
static bool take_rate(struct span line, int64_t *ret)
{
    static const char *const words[] = {" heap_v2/", " heapz_v2/"};

    *ret = 1;
    if (span_is(line, " heapprofile"))
        return true;
    if (span_take(&line, " heap/")) {
        bool ok = span_take_int(&line, ret);

        *ret /= 2;
        return ok;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (span_take(&line, words[i]))
            return span_take_int(&line, ret);
    return false;
}

static bool read_heap_header(struct span header, int64_t *ret_rate, GError **error)
{
    struct heap_numbers total;

    if (span_take(&header, "heap profile: ") && take_numbers(&header, &total) &&
        take_rate(header, ret_rate))
        return true;
    g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT,
                "the first line of the heap profile is not understood");
    return false;
}

static struct profile *decode_heap(struct lines *lines, struct span header, GError **error)
{
    static const char *const types[][2] = {{"alloc_objects", "count"},
                                           {"alloc_space", "bytes"},
                                           {"inuse_objects", "count"},
                                           {"inuse_space", "bytes"}};
    struct builder b;
    struct span line;
    int64_t rate;

    if (!read_heap_header(header, &rate, error))
        return NULL;
    builder_init(&b);
    set_types(b.profile, types, G_N_ELEMENTS(types));
    b.profile->period_type = (struct profile_value_type){"space", "bytes"};
    b.profile->period = rate;
    while (lines_next(lines, &line) && !span_starts(line, "# runtime.MemStats")) {
        struct heap_numbers numbers;

        if (b.samples->len < PPROF_MAX_ELEMENTS && take_numbers(&line, &numbers))
            add_heap_sample(&b, numbers, (double)rate, lines);
    }
    return builder_finish(&b);
}

/* --- counts --- */

static void add_count_sample(struct builder *b, int64_t count, struct lines *lines)
{
    struct profile_sample sample = {.first_label = b->labels->len};

    read_frames(b, lines, &sample);
    g_array_append_val(b->values, count);
    g_array_append_val(b->samples, sample);
}

static struct profile *decode_counts(struct lines *lines, struct span header)
{
    size_t n = 0;
    struct builder b;
    struct span line;

    while (n < header.n && header.at[n] != ' ')
        n++;
    builder_init(&b);
    const char *name = names_intern(&b.names, header.at, n);
    const char *const types[1][2] = {{name, "count"}};

    set_types(b.profile, types, 1);
    b.profile->period_type = b.profile->sample_types[0];
    b.profile->period = 1;
    while (lines_next(lines, &line)) {
        int64_t count;

        if (b.samples->len < PPROF_MAX_ELEMENTS && span_take_int(&line, &count) &&
            span_starts(line, " @"))
            add_count_sample(&b, count, lines);
    }
    return builder_finish(&b);
}

struct profile *text_profile_decode(const char *text, size_t n, GError **error)
{
    struct lines lines = {text, text + n};
    struct span first;

    if (!lines_next(&lines, &first)) {
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_EMPTY, "empty profile");
        return NULL;
    }
    if (span_starts(first, "heap profile: "))
        return decode_heap(&lines, first, error);
    return decode_counts(&lines, first);
}
