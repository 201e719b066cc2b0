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

static void add_frame(struct builder *b, struct profile_sample *sample,
                      const struct text_frame *frame)
{
    if (sample->n_frames >= PPROF_MAX_FRAMES || b->locations->len >= PPROF_MAX_ELEMENTS ||
        b->frames->len >= PPROF_MAX_TOTAL_FRAMES)
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

/* True when the line is the record's; comments of other kinds are passed over. */
static bool read_line(struct builder *b, struct profile_sample *sample, struct span line,
                      bool *ret_named)
{
    struct span labels = line;
    struct text_frame frame;

    if (line.n == 0 || line.at[0] != '#' || span_starts(line, "# runtime.MemStats"))
        return false;
    if (span_take(&labels, "# labels: {")) {
        add_labels(b, sample, labels);
    } else if (text_frame_parse(line, &frame)) {
        *ret_named = true;
        if (frame.address != 0 || frame.name.n > 0) /* "#\t0x0" stands for an empty stack */
            add_frame(b, sample, &frame);
    }
    return true;
}

void text_record_read(struct builder *b, struct lines *lines, struct span stack,
                      struct profile_sample *sample, const int64_t *values, guint n_values)
{
    struct lines before = *lines;
    bool named = false;
    uint64_t address;
    struct span line;

    sample->first_frame = b->frames->len;
    while (lines_next(lines, &line) && read_line(b, sample, line, &named))
        before = *lines;
    *lines = before;
    for (text_skip_blanks(&stack); !named && span_take_hex(&stack, &address);
         text_skip_blanks(&stack)) {
        struct text_frame frame = {.name = {"", 0}, .file = {"", 0}, .address = address - 1};

        if (address != 0) /* the call is before the address it returns to */
            add_frame(b, sample, &frame);
    }
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

void text_map_read(struct builder *b, struct lines *lines)
{
    struct span line;

    while (lines_next(lines, &line) && b->mappings->len < PPROF_MAX_TEXT_MAPPINGS) {
        struct profile_mapping mapping = {.id = b->mappings->len + 1, .build_id = ""};

        /* "00400000-0045d000 r-xp 00000000 08:01 1234 /bin/app", as the kernel writes it */
        text_skip_blanks(&line);
        if (!take_bare_hex(&line, &mapping.start) || !span_take(&line, "-") ||
            !take_bare_hex(&line, &mapping.limit))
            continue;
        struct span rights = take_word(&line), offset = take_word(&line);

        take_word(&line); /* device */
        take_word(&line); /* inode */
        text_skip_blanks(&line);
        mapping.filename = names_intern(&b->names, line.at, line.n);
        if (take_bare_hex(&offset, &mapping.file_offset) && span_first(rights, 'x') != SIZE_MAX)
            g_array_append_val(b->mappings, mapping);
    }
    for (guint i = 0; i < b->locations->len; i++) {
        struct profile_location *l = &g_array_index(b->locations, struct profile_location, i);

        l->mapping = PROFILE_NONE;
        for (guint j = 0; j < b->mappings->len && l->mapping == PROFILE_NONE; j++) {
            const struct profile_mapping *m =
                &g_array_index(b->mappings, struct profile_mapping, j);

            if (l->address >= m->start && l->address < m->limit)
                l->mapping = j;
        }
    }
}
