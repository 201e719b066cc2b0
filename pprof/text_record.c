#include "pprof/text_record.h"

#include "pprof/go_labels.h"
#include "pprof/limits.h"
#include "pprof/text_profile.h"

#include <string.h>

void text_skip_blanks(struct span *span)
{
    while (span->n > 0 && (span->at[0] == ' ' || span->at[0] == '\t')) {
        span->at++;
        span->n--;
    }
}

bool text_is_void(struct span line)
{
    text_skip_blanks(&line);
    return line.n == 0 || line.at[0] == '#';
}

bool text_is_record(struct span line)
{
    text_skip_blanks(&line);
    return line.n > 0 && (g_ascii_isdigit(line.at[0]) || line.at[0] == '-') &&
           !span_starts(line, "--");
}

/* --- frames --- */

static bool has_room(const struct builder *b, const struct profile_sample *sample)
{
    return sample->n_frames < PPROF_MAX_FRAMES && b->locations->len < PPROF_MAX_ELEMENTS &&
           b->frames->len < PPROF_MAX_TOTAL_FRAMES;
}

static void add_frame(struct builder *b, struct profile_sample *sample,
                      const struct text_frame *frame)
{
    if (!has_room(b, sample))
        return;
    uint32_t location = builder_location(b, &(struct builder_frame){.name = frame->name.at,
                                                                    .name_n = frame->name.n,
                                                                    .file = frame->file.at,
                                                                    .file_n = frame->file.n,
                                                                    .line = frame->line,
                                                                    .address = frame->address});

    g_array_append_val(b->frames, location);
    sample->n_frames++;
}

/* The call is before the address it returns to. */
static void add_addresses(struct builder *b, struct profile_sample *sample, struct span stack)
{
    uint64_t address;

    for (;;) {
        text_skip_blanks(&stack);
        if (!span_take_hex(&stack, &address))
            return;
        if (address != 0)
            add_frame(
                b, sample,
                &(struct text_frame){.name = {"", 0}, .file = {"", 0}, .address = address - 1});
    }
}

/* "# labels: {"k":"v"}" */
static void add_labels(struct builder *b, struct profile_sample *sample, struct span line)
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

/* "#\t0x0" stands for an empty stack; true for every line that is a frame. */
static bool read_frame(struct builder *b, struct profile_sample *sample, struct span line)
{
    struct text_frame frame;

    if (!text_frame_parse(line, &frame))
        return false;
    if (frame.address != 0 || frame.name.n > 0)
        add_frame(b, sample, &frame);
    return true;
}

/* True when the line is the record's; comments of other kinds are passed over. */
static bool read_line(struct builder *b, struct profile_sample *sample, struct span line,
                      bool *ret_named)
{
    struct span labels = line;

    if (line.n == 0 || line.at[0] != '#' || span_starts(line, "# runtime.MemStats"))
        return false;
    if (span_take(&labels, "# labels: {"))
        add_labels(b, sample, labels);
    else if (read_frame(b, sample, line))
        *ret_named = true;
    return true;
}

void text_record_read(struct builder *b, struct lines *lines, struct span stack,
                      struct profile_sample *sample, const int64_t *values, guint n_values)
{
    struct lines before = *lines;
    bool named = false;
    struct span line;

    sample->first_frame = b->frames->len;
    while (lines_next(lines, &line) && read_line(b, sample, line, &named))
        before = *lines;
    *lines = before;
    if (!named)
        add_addresses(b, sample, stack);
    g_array_append_vals(b->values, values, n_values);
    g_array_append_val(b->samples, *sample);
}

/* --- the map --- */

bool text_is_map(struct span line)
{
    text_skip_blanks(&line);
    return span_starts(line, "--- Memory map: ---") || span_starts(line, "MAPPED_LIBRARIES:");
}

static bool take_bare_hex(struct span *span, uint64_t *ret)
{
    uint64_t value = 0;
    size_t i = 0;

    for (; i < span->n && i < 16 && g_ascii_isxdigit(span->at[i]); i++)
        value = value << 4 | (uint64_t)g_ascii_xdigit_value(span->at[i]);
    *ret = value;
    span->at += i;
    span->n -= i;
    return i > 0;
}

static struct span take_word(struct span *span)
{
    text_skip_blanks(span);
    size_t n = span_first(*span, ' ');
    struct span word = {span->at, n == SIZE_MAX ? span->n : n};

    span->at += word.n;
    span->n -= word.n;
    return word;
}

/* "00400000-0045d000 r-xp 00000000 08:01 1234 /bin/app", as the kernel writes it. */
static bool take_mapping(struct builder *b, struct span line, struct profile_mapping *ret)
{
    text_skip_blanks(&line);
    if (!take_bare_hex(&line, &ret->start) || !span_take(&line, "-") ||
        !take_bare_hex(&line, &ret->limit))
        return false;
    struct span rights = take_word(&line), offset = take_word(&line);

    take_word(&line); /* device */
    take_word(&line); /* inode */
    text_skip_blanks(&line);
    ret->filename = names_intern(&b->names, line.at, line.n);
    ret->build_id = "";
    return take_bare_hex(&offset, &ret->file_offset) && span_first(rights, 'x') != SIZE_MAX;
}

static uint32_t mapping_of(const struct builder *b, uint64_t address)
{
    for (guint i = 0; i < b->mappings->len; i++) {
        const struct profile_mapping *m = &g_array_index(b->mappings, struct profile_mapping, i);

        if (address >= m->start && address < m->limit)
            return i;
    }
    return PROFILE_NONE;
}

void text_map_read(struct builder *b, struct lines *lines)
{
    struct span line;

    while (lines_next(lines, &line) && b->mappings->len < PPROF_MAX_TEXT_MAPPINGS) {
        struct profile_mapping mapping = {.id = b->mappings->len + 1};

        if (take_mapping(b, line, &mapping))
            g_array_append_val(b->mappings, mapping);
    }
    for (guint i = 0; i < b->locations->len; i++) {
        struct profile_location *l = &g_array_index(b->locations, struct profile_location, i);

        l->mapping = mapping_of(b, l->address);
    }
}
