#include "pprof/text_profile.h"

#include "pprof/limits.h"
#include "pprof/measurement.h"
#include "pprof/problem.h"
#include "pprof/text_record.h"

#include <math.h>
#include <string.h>

struct heap_numbers {
    int64_t inuse_objects, inuse_bytes, alloc_objects, alloc_bytes;
};

static bool is_contention(struct span first)
{
    return span_starts(first, "--- contention:") || span_starts(first, "--- mutex:") ||
           span_starts(first, "--- contentionz ");
}

bool text_profile_looks_like(const uint8_t *data, size_t n)
{
    struct lines lines = {(const char *)data, (const char *)data + n};
    struct span first;

    if (!lines_next(&lines, &first))
        return false;
    if (span_starts(first, "heap profile:") || is_contention(first))
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

/* --- heap --- */

static bool take_count(struct span *line, const char *after, int64_t *ret)
{
    text_skip_blanks(line);
    if (!span_take_int(line, ret))
        return false;
    text_skip_blanks(line);
    return span_take(line, after);
}

/* "37: 606208 [37: 606208] @", aligned with blanks by some. */
static bool take_numbers(struct span *line, struct heap_numbers *ret)
{
    return take_count(line, ":", &ret->inuse_objects) && take_count(line, "[", &ret->inuse_bytes) &&
           take_count(line, ":", &ret->alloc_objects) && take_count(line, "]", &ret->alloc_bytes) &&
           (text_skip_blanks(line), span_take(line, "@"));
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

    *count = measurement_whole((double)*count * factor);
    *bytes = measurement_whole((double)*bytes * factor);
}

static void set_types(struct profile *p, const char *const (*types)[2], size_t n)
{
    p->sample_types = store_array(p->store->arena, n, sizeof *p->sample_types);
    p->n_sample_types = n;
    for (size_t i = 0; i < n; i++)
        p->sample_types[i] = (struct profile_value_type){types[i][0], types[i][1]};
}

/* How the numbers of a heap's records are to be taken. */
struct heap_form {
    int64_t rate;
    bool has_allocs; /* what was freed again is counted too */
};

/* The rate of plain "heap", which Go writes, is doubled for old reasons. */
static bool take_rate(struct span line, int64_t *ret, bool *ret_go)
{
    static const struct {
        const char *word;
        bool has_rate;
        int64_t divisor;
    } words[] = {{"heap_v2/", true, 1},
                 {"heapz_v2/", true, 1},
                 {"heapprofile", false, 1},
                 {"heap/", true, 2}};

    text_skip_blanks(&line);
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        *ret = 1;
        *ret_go = words[i].divisor == 2;
        if (!span_take(&line, words[i].word))
            continue;
        bool ok = !words[i].has_rate || span_take_int(&line, ret);

        *ret /= words[i].divisor;
        return ok;
    }
    return false;
}

static bool read_heap_header(struct span header, struct heap_form *ret, GError **error)
{
    struct heap_numbers total;
    bool go;

    if (span_take(&header, "heap profile:") && take_numbers(&header, &total) &&
        take_rate(header, &ret->rate, &go)) {
        ret->has_allocs =
            go || (total.alloc_objects != total.inuse_objects && total.alloc_objects != 0) ||
            (total.alloc_bytes != total.inuse_bytes && total.alloc_bytes != 0);
        return true;
    }
    g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT,
                "the first line of the heap profile is not understood");
    return false;
}

typedef bool read_record(struct builder *b, struct span line, struct lines *lines, void *user);

/*
 * Every record, then the map. What begins as a record and is none is an error: its
 * weight would be missing. Other lines are not ours to judge.
 */
static struct profile *read_records(struct builder *b, struct lines *lines, read_record *read,
                                    void *user, GError **error)
{
    struct span line;

    while (lines_next(lines, &line) && !span_starts(line, "# runtime.MemStats")) {
        if (text_is_map(line)) {
            text_map_read(b, lines);
            break;
        }
        if (b->samples->len >= PPROF_MAX_ELEMENTS) {
            problem_too_many(error, "samples", PPROF_MAX_ELEMENTS);
            builder_clear(b);
            return NULL;
        }
        if (read(b, line, lines, user) || !text_is_record(line))
            continue;
        problem_invalid(error, "the record \"%.*s\" is not understood", (int)MIN(line.n, 80),
                        line.at);
        builder_clear(b);
        return NULL;
    }
    return builder_finish(b);
}

static bool read_heap_record(struct builder *b, struct span line, struct lines *lines, void *user)
{
    struct heap_numbers numbers;

    if (!take_numbers(&line, &numbers))
        return false;

    const struct heap_form *form = user;
    struct profile_sample sample = {.first_label = b->labels->len};

    bool alive = numbers.inuse_objects > 0;
    int64_t objects = alive ? numbers.inuse_objects : numbers.alloc_objects;
    int64_t bytes = alive ? numbers.inuse_bytes : numbers.alloc_bytes;

    if (objects > 0 && bytes >= objects) {
        struct profile_label label = {
            .key = "bytes", .str = "", .num = bytes / objects, .unit = ""};

        g_array_append_val(b->labels, label);
        sample.n_labels = 1;
    }
    scale(&numbers.alloc_objects, &numbers.alloc_bytes, (double)form->rate);
    scale(&numbers.inuse_objects, &numbers.inuse_bytes, (double)form->rate);
    const int64_t values[] = {numbers.alloc_objects, numbers.alloc_bytes, numbers.inuse_objects,
                              numbers.inuse_bytes};
    const guint first = form->has_allocs ? 0 : 2;

    text_record_read(b, lines, line, &sample, values + first, G_N_ELEMENTS(values) - first);

    return true;
}

static struct profile *decode_heap(struct lines *lines, struct span header, GError **error)
{
    static const char *const types[][2] = {{"alloc_objects", "count"},
                                           {"alloc_space", "bytes"},
                                           {"inuse_objects", "count"},
                                           {"inuse_space", "bytes"}};
    static const char *const only_inuse[][2] = {{"objects", "count"}, {"space", "bytes"}};
    struct heap_form form;
    struct builder b;

    if (!read_heap_header(header, &form, error))
        return NULL;
    builder_init(&b);
    if (form.has_allocs)
        set_types(b.profile, types, G_N_ELEMENTS(types));
    else
        set_types(b.profile, only_inuse, G_N_ELEMENTS(only_inuse));
    b.profile->period_type = (struct profile_value_type){"space", "bytes"};
    b.profile->period = form.rate;
    return read_records(&b, lines, read_heap_record, &form, error);
}

/* --- counts --- */

static bool read_count(struct builder *b, struct span line, struct lines *lines, void *user)
{
    struct profile_sample sample = {.first_label = b->labels->len};
    int64_t count;

    (void)user;
    if (!span_take_int(&line, &count) || !span_take(&line, " @"))
        return false;
    text_record_read(b, lines, line, &sample, &count, 1);
    return true;
}

static struct profile *decode_counts(struct lines *lines, struct span header, GError **error)
{
    size_t n = 0;
    struct builder b;

    while (n < header.n && header.at[n] != ' ')
        n++;
    builder_init(&b);
    const char *name = names_intern(&b.names, header.at, n);
    const char *const types[1][2] = {{name, "count"}};

    set_types(b.profile, types, 1);
    b.profile->period_type = b.profile->sample_types[0];
    b.profile->period = 1;
    return read_records(&b, lines, read_count, NULL, error);
}

/* --- contention: block and mutex --- */

struct contention_form {
    int64_t cycles_per_second; /* 0: delays are in nanoseconds */
    int64_t period, duration_ms;
};

/* "cycles/second=1996800000" and what else stands above the records. */
static bool take_attribute(struct span line, struct contention_form *ret)
{
    const struct {
        const char *name;
        int64_t *value;
    } attributes[] = {{"cycles/second", &ret->cycles_per_second},
                      {"sampling period", &ret->period},
                      {"ms since reset", &ret->duration_ms}};
    size_t equals = span_first(line, '=');

    if (equals == SIZE_MAX)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(attributes); i++) {
        struct span value = {line.at + equals + 1, line.n - equals - 1};

        text_skip_blanks(&value);
        if (span_starts(line, attributes[i].name))
            return span_take_int(&value, attributes[i].value);
    }
    return true;
}

/* "CYCLES COUNT @ 0x4a1" */
static bool read_contention(struct builder *b, struct span line, struct lines *lines, void *user)
{
    const struct contention_form *form = user;
    struct profile_sample sample = {.first_label = b->labels->len};
    int64_t delay, count;

    text_skip_blanks(&line);
    if (!span_take_int(&line, &delay))
        return false;
    text_skip_blanks(&line);
    if (!span_take_int(&line, &count) || !span_take(&line, " @"))
        return false;
    if (form->period > 0)
        count = (int64_t)((uint64_t)count * (uint64_t)form->period);
    /* cycles to nanoseconds, and one of so many to all of them, as the tool does */
    if (form->period > 0 && form->cycles_per_second > 0)
        delay = measurement_whole((double)delay * (double)form->period /
                                  ((double)form->cycles_per_second / 1e9));
    const int64_t values[] = {count, delay};

    text_record_read(b, lines, line, &sample, values, G_N_ELEMENTS(values));
    return true;
}

static struct profile *decode_contention(struct lines *lines, GError **error)
{
    static const char *const types[][2] = {{"contentions", "count"}, {"delay", "nanoseconds"}};
    struct contention_form form = {.period = 1};
    struct lines records = *lines;
    struct builder b;
    struct span line;

    while (lines_next(lines, &line) && (text_is_void(line) || take_attribute(line, &form)))
        records = *lines;
    *lines = records;
    builder_init(&b);
    set_types(b.profile, types, G_N_ELEMENTS(types));
    b.profile->period_type = b.profile->sample_types[0];
    b.profile->period = form.period;
    b.profile->duration_ns = (int64_t)((uint64_t)form.duration_ms * 1000000);
    return read_records(&b, lines, read_contention, &form, error);
}

struct profile *text_profile_decode(const char *text, size_t n, GError **error)
{
    struct lines lines = lines_of(text, n);
    struct span first;

    if (!lines_next(&lines, &first)) {
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_EMPTY, "empty profile");
        return NULL;
    }
    if (span_starts(first, "heap profile:"))
        return decode_heap(&lines, first, error);
    if (is_contention(first))
        return decode_contention(&lines, error);
    return decode_counts(&lines, first, error);
}
