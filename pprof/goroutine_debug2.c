#include "pprof/bytes.h"
#include "pprof/goroutine_dump.h"

#include <string.h>

/* goroutine?debug=2 and the goroutines of a crash (pprof-reference 5.2 to 5.7). */

/* --- the header line --- */

/* End of the bracket content: the first ']' outside double quotes. */
static size_t closing_bracket(struct span span)
{
    bool quoted = false;

    for (size_t i = 0; i < span.n; i++) {
        if (quoted && span.at[i] == '\\')
            i++;
        else if (span.at[i] == '"')
            quoted = !quoted;
        else if (span.at[i] == ']' && !quoted)
            return i;
    }
    return SIZE_MAX;
}

static const char *find(struct span span, const char *text)
{
    return memmem(span.at, span.n, text, strlen(text));
}

/* What is before at, and what is skip bytes behind it. */
static struct span before(struct span span, const char *at)
{
    return (struct span){span.at, (size_t)(at - span.at)};
}

static struct span after(struct span span, const char *at, size_t skip)
{
    return (struct span){at + skip, (size_t)(span.at + span.n - at) - skip};
}

static bool take_qualifier(struct span q, struct goroutine *g)
{
    struct span number = q;
    int64_t minutes;

    if (span_take_int(&number, &minutes) && span_is(number, " minutes")) {
        g->minutes = MAX(minutes, 0);
        return true;
    }
    if (span_is(q, "locked to thread")) {
        g->locked = true;
        return true;
    }
    return span_starts(q, "synctest ");
}

/* " labels:{…}" inside the brackets, Go 1.26 */
static struct span take_labels(struct goroutine_collection *c, struct span status,
                               struct goroutine *g)
{
    static const char mark[] = " labels:{";
    const char *at = find(status, mark);

    if (at == NULL)
        return status;
    struct span labels = after(status, at, sizeof mark - 1);

    if (labels.n > 0 && labels.at[labels.n - 1] == '}')
        labels.n--;
    g->labels = collection_labels(c, labels);
    return before(status, at);
}

/* "select (leaked), 3 minutes, locked to thread": words nobody knows stay in the state. */
static void read_status(struct goroutine_collection *c, struct span status, struct goroutine *g)
{
    status = take_labels(c, status, g);
    struct span state = status;
    const char *comma = find(status, ", ");
    bool state_ended = false;

    while (comma != NULL) {
        struct span rest = after(status, comma, 2);
        const char *next = find(rest, ", ");
        bool known = take_qualifier(next != NULL ? before(rest, next) : rest, g);

        if (known && !state_ended)
            state = before(status, comma);
        state_ended = state_ended || known;
        comma = next;
    }
    g->state = collection_intern(c, state);
}

/* "goroutine 12 gp=0x… m=nil [select, 3 minutes] {job: x}:" */
static bool read_header(struct goroutine_collection *c, struct span line, struct goroutine *g)
{
    int64_t id;

    *g = (struct goroutine){.count = 1, .minutes = 0, .labels = c->names.list[0].text};
    if (!span_take(&line, "goroutine ") || !span_take_int(&line, &id) || id < 0)
        return false;
    g->has_id = true;
    g->id = (uint64_t)id;
    size_t open = span_first(line, '[');

    if (open == SIZE_MAX)
        return false;
    struct span status = after(line, line.at + open, 1);
    size_t close = closing_bracket(status);

    if (close == SIZE_MAX)
        return false;
    struct span rest = after(status, status.at + close, 1);

    status.n = close;
    read_status(c, status, g);
    /* labels behind the brackets, Go 1.27 */
    if (span_take(&rest, " {") && rest.n >= 2)
        g->labels = collection_labels(c, (struct span){rest.at, rest.n - 2});
    return true;
}

/* --- frames --- */

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* Takes " +0x1d" or " pc=0x1d" off the end. */
static bool cut_number(struct span *line, const char *mark)
{
    size_t n = line->n, m = strlen(mark);

    while (n > 0 && is_hex(line->at[n - 1]))
        n--;
    if (n == line->n || n < m || memcmp(line->at + n - m, mark, m) != 0)
        return false;
    line->n = n - m;
    return true;
}

/* "\tFILE:LINE +0x1d fp=0x… sp=0x… pc=0x…" below a frame's or creator's line; false without one. */
static bool take_place(struct goroutine_collection *c, struct lines *lines,
                       struct goroutine_frame *frame)
{
    struct span line;

    if (lines->at >= lines->end || *lines->at != '\t' || !lines_next(lines, &line) || line.n == 0)
        return false;
    line.at++;
    line.n--;
    if (cut_number(&line, " pc=0x") && cut_number(&line, " sp=0x"))
        cut_number(&line, " fp=0x");
    cut_number(&line, " +0x");
    const char *colon = line.n > 0 ? bytes_find_last(line.at, ':', line.n) : NULL;

    if (colon == NULL)
        return true;
    struct span number = after(line, colon, 1);

    if (!span_take_int(&number, &frame->line))
        frame->line = 0;
    frame->file = collection_intern(c, before(line, colon));
    return true;
}

static bool read_elided(struct goroutine_collection *c, struct span line)
{
    int64_t n = 0;

    if (!span_take(&line, "..."))
        return false;
    if (span_starts(line, "additional frames elided"))
        n = 1; /* older versions do not say how many */
    else if (!span_take_int(&line, &n) || n <= 0)
        return false;
    const char *nothing = c->names.list[0].text;

    collection_add_frame(c, &(struct goroutine_frame){.function = nothing,
                                                      .file = nothing,
                                                      .elided = (uint32_t)MIN(n, INT32_MAX)});
    return true;
}

/* False when the text ended before its place. */
static bool read_creator(struct goroutine_collection *c, struct lines *lines, struct span line,
                         struct goroutine *g)
{
    static const char mark[] = " in goroutine ";
    const char *in = find(line, mark);

    if (in != NULL) {
        struct span id = after(line, in, sizeof mark - 1);
        int64_t number;

        if (span_take_int(&id, &number) && number > 0)
            g->creator_id = (uint64_t)number;
        line = before(line, in);
    }
    g->has_creator = true;
    const char *nothing = c->names.list[0].text;

    g->creator = (struct goroutine_frame){
        .function = collection_intern(c, line), .file = nothing, .arguments = nothing};
    return take_place(c, lines, &g->creator);
}

/* What go run says below a crash: the goroutine above it is whole, also without a last newline. */
static bool is_epitaph(struct span line)
{
    return span_starts(line, "exit status ") || span_starts(line, "signal: ");
}

/*
 * The name is everything before the last '(': argument texts never hold one.
 * A line that neither has arguments nor a place below it is no frame but, say,
 * the "exit status 2" after a crash. False when the text ended inside.
 */
static bool read_frame(struct goroutine_collection *c, struct lines *lines, struct span line)
{
    static const char foreign[] = "non-Go function at";
    struct goroutine_frame frame = {.file = c->names.list[0].text};
    const char *open = bytes_find_last(line.at, '(', line.n);
    bool called = open != NULL && line.at[line.n - 1] == ')';

    if (span_starts(line, foreign))
        line.n = sizeof foreign - 1 - strlen(" at");
    else if (called) {
        frame.inlined = span_is(after(line, open, 0), "(...)");
        if (c->exact)
            frame.arguments = collection_intern(
                c, (struct span){open + 1, (size_t)(line.at + line.n - open) - 2});
        line = before(line, open);
    }
    bool placed = take_place(c, lines, &frame);

    if (!called && !placed && !span_starts(line, "non-Go function"))
        return is_epitaph(line) || lines->at < lines->end || lines->end[-1] == '\n';
    frame.function = collection_intern(c, line);
    collection_add_frame(c, &frame);
    return placed || !called || lines->at < lines->end;
}

/* --- blocks --- */

/* No frame begins like this: a safe sign of the next block, should the empty line be lost. */
static bool is_header(struct span line)
{
    return span_take(&line, "goroutine ") && line.n > 0 && g_ascii_isdigit(line.at[0]);
}

/* "waits 12: receive from channel 0xc0000a": what sidescope writes below texts of its own. */
static void read_waits(struct goroutine_collection *c, struct span line)
{
    int64_t id;

    if (span_take(&line, "waits ") && span_take_int(&line, &id) && id > 0 && span_take(&line, ": "))
        collection_add_waits(c, (uint64_t)id, collection_intern(c, line));
}

void goroutine_read_debug2(struct goroutine_collection *c, struct lines *lines)
{
    struct span line;

    c->dump->has_states = true;
    c->dump->has_arguments = c->exact;
    while (lines_next(lines, &line)) {
        struct goroutine g;

        if (!span_starts(line, "goroutine ")) {
            read_waits(c, line);
            collection_read_waited(c, line);
            continue; /* words of a crash around the blocks */
        }
        if (!read_header(c, line, &g)) {
            c->dump->n_unparsed++;
            c->dump->truncated = c->dump->truncated || lines->at >= lines->end;
            continue;
        }

        /* Up to the empty line; false when the text ends in the middle of a frame. */
        bool whole = true, is_ancestor = false;

        collection_clear_frames(c);
        while (lines_next(lines, &line) && line.n > 0) {
            struct span creator = line;

            if (is_header(line)) {
                lines->at = line.at;
                break;
            }
            is_ancestor = is_ancestor || span_starts(line, "[originating from goroutine ");
            if (is_ancestor || line.at[0] == '\t')
                continue; /* "goroutine running on other thread; stack unavailable" */
            if (span_take(&creator, "created by "))
                whole = read_creator(c, lines, creator, &g);
            else if (!read_elided(c, line))
                whole = read_frame(c, lines, line);
        }

        c->dump->truncated = c->dump->truncated || !whole;
        /* the last block of a text of the size at which Go cuts is not to be trusted either */
        if (whole && !(c->dump->truncated && lines->at >= lines->end))
            collection_add(c, &g);
        else
            c->dump->n_unparsed++;
    }
}
