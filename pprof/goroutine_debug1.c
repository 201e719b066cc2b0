#include "pprof/goroutine_dump.h"
#include "pprof/text_profile.h"

/* goroutine?debug=1: counted stacks without states (pprof-reference 5.1). */

static void read_group(struct goroutine_collection *c, struct lines *lines, int64_t count)
{
    struct goroutine g = {.count = (size_t)count, .state = "", .labels = "", .minutes = -1};
    struct span line;

    g.labels = collection_intern(c, (struct span){"", 0});
    collection_clear_frames(c);
    struct lines before = *lines;

    /* records may follow each other without an empty line */
    for (; lines_next(lines, &line) && line.n > 0 && line.at[0] == '#'; before = *lines) {
        struct text_frame frame;
        struct span labels = line;

        if (span_take(&labels, "# labels: {")) {
            if (labels.n > 0 && labels.at[labels.n - 1] == '}')
                labels.n--;
            g.labels = collection_labels(c, labels);
        } else if (text_frame_parse(line, &frame) && frame.name.n > 0) {
            collection_add_frame(
                c, &(struct goroutine_frame){.function = collection_intern(c, frame.name),
                                             .file = collection_intern(c, frame.file),
                                             .line = frame.line});
        }
    }
    *lines = before;
    collection_add(c, &g);
}

/* "goroutine profile: total 102" */
static size_t announced_total(struct span first)
{
    size_t blank = span_last(first, ' ');
    int64_t total = 0;

    if (blank == SIZE_MAX)
        return 0;
    first.at += blank + 1;
    first.n -= blank + 1;
    return span_take_int(&first, &total) && total > 0 ? (size_t)total : 0;
}

void goroutine_read_debug1(struct goroutine_collection *c, struct lines *lines)
{
    struct span line;
    size_t announced = 0;

    if (lines_next(lines, &line))
        announced = announced_total(line);
    while (lines_next(lines, &line)) {
        int64_t count;

        if (span_take_int(&line, &count) && count > 0 && span_starts(line, " @"))
            read_group(c, lines, count);
    }
    /* the counts add up to the total unless the text was cut */
    c->dump->truncated = c->dump->truncated || c->dump->total < announced;
}
