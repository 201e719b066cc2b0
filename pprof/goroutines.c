#include "pprof/goroutines.h"

#include "pprof/goroutine_names.h"
#include "pprof/limits.h"
#include "pprof/lines.h"
#include "pprof/store.h"
#include "pprof/text_profile.h"

#include <string.h>

struct goroutine_store {
    gint refs; /* atomic */
    struct store *arena;
};

/* A bucket while it grows. */
struct pending {
    struct goroutine_bucket bucket;
    GArray *ids; /* uint64_t; NULL for sources without ids */
};

struct parser {
    struct goroutine_dump *dump;
    struct store *arena;
    GHashTable *strings; /* interned */
    GHashTable *by_hash; /* gint64 hash -> struct pending * */
    GPtrArray *pending;
    GArray *frames; /* struct goroutine_frame: of the block being read */
};

/* --- life
 * --------------------------------------------------------------------------------------------- */

struct goroutine_dump *goroutine_dump_ref(struct goroutine_dump *dump)
{
    g_atomic_int_inc(&dump->store->refs);
    return dump;
}

void goroutine_dump_unref(struct goroutine_dump *dump)
{
    if (dump != NULL && g_atomic_int_dec_and_test(&dump->store->refs))
        store_free(dump->store->arena);
}

static void pending_free(gpointer data)
{
    struct pending *pending = data;

    if (pending->ids != NULL)
        g_array_unref(pending->ids);
    g_free(pending);
}

static void parser_init(struct parser *p)
{
    struct store *arena = store_new();

    *p = (struct parser){.arena = arena, .dump = store_alloc(arena, sizeof *p->dump)};
    p->dump->store = store_alloc(arena, sizeof *p->dump->store);
    p->dump->store->refs = 1;
    p->dump->store->arena = arena;
    p->strings = g_hash_table_new(g_str_hash, g_str_equal);
    p->by_hash = g_hash_table_new(g_int64_hash, g_int64_equal);
    p->pending = g_ptr_array_new_with_free_func(pending_free);
    p->frames = g_array_new(FALSE, FALSE, sizeof(struct goroutine_frame));
}

static void parser_clear(struct parser *p)
{
    g_hash_table_unref(p->strings);
    g_hash_table_unref(p->by_hash);
    g_ptr_array_unref(p->pending);
    g_array_unref(p->frames);
}

/* Names repeat thousands of times: one copy each. A short one is looked up without allocating. */
static const char *intern(struct parser *p, struct span span)
{
    char small[256];
    g_autofree char *large = NULL;
    char *key = small;

    if (span.n >= sizeof small)
        key = large = g_strndup(span.at, span.n);
    else {
        memcpy(small, span.at, span.n);
        small[span.n] = '\0';
    }
    const char *known = g_hash_table_lookup(p->strings, key);

    if (known != NULL)
        return known;
    char *copy = store_strndup(p->arena, key, strlen(key));

    g_hash_table_add(p->strings, copy);
    return copy;
}

/* --- buckets
 * ------------------------------------------------------------------------------------------- */

struct goroutine {
    uint64_t id; /* 0: the source has none */
    size_t count;
    const char *state, *labels;
    int64_t minutes; /* -1: unknown */
    bool locked, leaked;
    const struct goroutine_frame *creator;
    uint64_t creator_id;
};

static uint64_t mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * UINT64_C(0x100000001b3);
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
    return mix(hash, (uint64_t)g_str_hash(text));
}

/* Equal between dumps: of category, functions and lines, creator and labels; never of arguments. */
static uint64_t hash_of(const struct parser *p, enum goroutine_category category,
                        const struct goroutine *g)
{
    uint64_t hash = mix(UINT64_C(0xcbf29ce484222325), (uint64_t)category);

    for (guint i = 0; i < p->frames->len; i++) {
        const struct goroutine_frame *f = &g_array_index(p->frames, struct goroutine_frame, i);

        hash = mix(mix_text(hash, f->function), (uint64_t)f->line);
    }
    if (g->creator != NULL)
        hash = mix(mix_text(hash, g->creator->function), (uint64_t)g->creator->line);
    return mix_text(hash, g->labels);
}

static struct pending *new_bucket(struct parser *p, uint64_t hash, enum goroutine_category category,
                                  const struct goroutine *g)
{
    struct pending *pending = g_new0(struct pending, 1);
    struct goroutine_bucket *b = &pending->bucket;
    size_t n = p->frames->len;
    struct goroutine_frame *frames = store_array(p->arena, n, sizeof *frames);

    if (n > 0)
        memcpy(frames, p->frames->data, n * sizeof *frames);
    *b = (struct goroutine_bucket){.category = category,
                                   .state = g->state,
                                   .labels = g->labels,
                                   .frames = frames,
                                   .n_frames = n,
                                   .creator_id = g->creator_id,
                                   .wait_min_minutes = -1,
                                   .wait_max_minutes = -1,
                                   .site = goroutine_site(frames, n),
                                   .hash = hash,
                                   .is_profiler = goroutine_is_profiler(frames, n)};
    if (g->creator != NULL) {
        struct goroutine_frame *creator = store_alloc(p->arena, sizeof *creator);

        *creator = *g->creator;
        b->creator = creator;
    }
    if (g->id != 0)
        pending->ids = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    g_ptr_array_add(p->pending, pending);
    g_hash_table_insert(p->by_hash, &b->hash, pending);
    return pending;
}

static void add_goroutine(struct parser *p, const struct goroutine *g)
{
    const struct goroutine_frame *frames =
        (const struct goroutine_frame *)(const void *)p->frames->data;
    enum goroutine_category category =
        *g->state != '\0' ? goroutine_category_of_state(g->state, frames, p->frames->len)
                          : goroutine_category_of_frames(frames, p->frames->len);
    uint64_t hash = hash_of(p, category, g);
    struct pending *pending = g_hash_table_lookup(p->by_hash, &hash);

    if (pending == NULL)
        pending = new_bucket(p, hash, category, g);
    struct goroutine_bucket *b = &pending->bucket;

    b->count += g->count;
    b->n_locked += g->locked;
    b->n_leaked += g->leaked;
    if (g->minutes >= 0) {
        b->wait_max_minutes = MAX(b->wait_max_minutes, g->minutes);
        b->wait_min_minutes =
            b->wait_min_minutes < 0 ? g->minutes : MIN(b->wait_min_minutes, g->minutes);
    }
    if (pending->ids != NULL)
        g_array_append_val(pending->ids, g->id);
    p->dump->total += g->count;
    p->dump->by_category[category] += g->count;
}

static gint compare_ids(gconstpointer a, gconstpointer b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static gint compare_buckets(gconstpointer a, gconstpointer b)
{
    const struct pending *x = *(struct pending *const *)a, *y = *(struct pending *const *)b;

    if (x->bucket.count != y->bucket.count)
        return x->bucket.count > y->bucket.count ? -1 : 1;
    return x->bucket.hash < y->bucket.hash ? -1 : x->bucket.hash > y->bucket.hash;
}

static struct goroutine_dump *finish(struct parser *p)
{
    struct goroutine_dump *dump = p->dump;

    g_ptr_array_sort(p->pending, compare_buckets);
    dump->n_buckets = p->pending->len;
    dump->buckets = store_array(p->arena, dump->n_buckets, sizeof *dump->buckets);
    for (guint i = 0; i < p->pending->len; i++) {
        struct pending *pending = g_ptr_array_index(p->pending, i);

        if (pending->ids != NULL) {
            size_t bytes = pending->ids->len * sizeof(uint64_t);
            uint64_t *ids = store_alloc(p->arena, bytes);

            g_array_sort(pending->ids, compare_ids);
            memcpy(ids, pending->ids->data, bytes);
            pending->bucket.ids = ids;
        }
        dump->buckets[i] = pending->bucket;
    }
    parser_clear(p);
    return dump;
}

/* --- debug=2: header
 * ------------------------------------------------------------------------------------ */

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

static bool take_qualifier(struct parser *p, struct span q, struct goroutine *g)
{
    struct span number = q;
    int64_t minutes;

    (void)p;
    if (span_take_int(&number, &minutes) && span_is(number, " minutes")) {
        g->minutes = minutes;
        return true;
    }
    if (span_is(q, "locked to thread")) {
        g->locked = true;
        return true;
    }
    return span_starts(q, "synctest ");
}

/* "select (leaked), 3 minutes, locked to thread labels:{…}" */
static void read_status(struct parser *p, struct span status, struct goroutine *g)
{
    const char *labels = g_strstr_len(status.at, (gssize)status.n, " labels:{");
    struct span state = status;

    if (labels != NULL) {
        size_t at = (size_t)(labels - status.at);
        struct span text = {labels + 9, status.n - at - 9};

        if (text.n > 0 && text.at[text.n - 1] == '}')
            text.n--;
        g->labels = intern(p, text);
        status.n = state.n = at;
    }
    const char *comma = g_strstr_len(status.at, (gssize)status.n, ", ");

    while (comma != NULL) {
        struct span rest = {comma + 2, (size_t)(status.at + status.n - comma - 2)};
        const char *next = g_strstr_len(rest.at, (gssize)rest.n, ", ");
        struct span one = {rest.at, next != NULL ? (size_t)(next - rest.at) : rest.n};

        if (take_qualifier(p, one, g) && state.n == status.n)
            state.n = (size_t)(comma - status.at);
        comma = next;
    }
    g->leaked = g_strstr_len(state.at, (gssize)state.n, "(leaked)") != NULL;
    g->state = intern(p, state);
}

static bool read_header(struct parser *p, struct span line, struct goroutine *g)
{
    int64_t id;

    *g = (struct goroutine){.count = 1, .state = "", .labels = "", .minutes = -1};
    if (!span_take(&line, "goroutine ") || !span_take_int(&line, &id) || id < 0)
        return false;
    g->id = (uint64_t)id;
    size_t open = span_first(line, '[');

    if (open == SIZE_MAX)
        return false;
    struct span status = {line.at + open + 1, line.n - open - 1};
    size_t close = closing_bracket(status);

    if (close == SIZE_MAX)
        return false;
    struct span rest = {status.at + close + 1, status.n - close - 1};

    status.n = close;
    g->minutes = 0; /* under a minute unless it says otherwise */
    read_status(p, status, g);
    if (span_take(&rest, " {") && rest.n >= 2)
        g->labels = intern(p, (struct span){rest.at, rest.n - 2});
    return true;
}

/* --- debug=2: frames
 * ------------------------------------------------------------------------------------- */

/* "\tFILE:LINE +0x1d fp=… sp=…" */
static bool read_place(struct parser *p, struct span line, struct goroutine_frame *frame)
{
    if (line.n == 0 || line.at[0] != '\t')
        return false;
    line.at++;
    line.n--;
    const char *plus = g_strrstr_len(line.at, (gssize)line.n, " +0x");

    if (plus != NULL)
        line.n = (size_t)(plus - line.at);
    size_t colon = span_last(line, ':');

    if (colon == SIZE_MAX)
        return true;
    struct span number = {line.at + colon + 1, line.n - colon - 1};

    span_take_int(&number, &frame->line);
    line.n = colon;
    frame->file = intern(p, line);
    return true;
}

static bool read_elided(struct span line, struct goroutine_frame *frame)
{
    int64_t n = 0;

    if (!span_take(&line, "..."))
        return false;
    if (span_starts(line, "additional frames elided"))
        n = 1; /* older versions do not say how many */
    else if (!span_take_int(&line, &n) || n <= 0)
        return false;
    *frame =
        (struct goroutine_frame){.function = "", .file = "", .elided = (uint32_t)MIN(n, INT32_MAX)};
    return true;
}

/* The name is everything before the last '(': argument texts never hold one. */
static struct goroutine_frame read_function(struct parser *p, struct span line)
{
    size_t open = span_last(line, '(');
    struct goroutine_frame frame = {.file = ""};

    if (open != SIZE_MAX) {
        struct span arguments = {line.at + open, line.n - open};

        frame.inlined = span_is(arguments, "(...)");
        line.n = open;
    }
    frame.function = intern(p, line);
    return frame;
}

static bool read_creator(struct parser *p, struct lines *lines, struct span line,
                         struct goroutine *g, struct goroutine_frame *creator)
{
    if (!span_take(&line, "created by "))
        return false;
    const char *in = g_strrstr_len(line.at, (gssize)line.n, " in goroutine ");

    if (in != NULL) {
        struct span id = {in + 14, (size_t)(line.at + line.n - in - 14)};
        int64_t number;

        if (span_take_int(&id, &number))
            g->creator_id = (uint64_t)number;
        line.n = (size_t)(in - line.at);
    }
    *creator = (struct goroutine_frame){.function = intern(p, line), .file = ""};
    struct lines ahead = *lines;
    struct span place;

    if (lines_next(&ahead, &place) && read_place(p, place, creator))
        *lines = ahead;
    g->creator = creator;
    return true;
}

static void push_frame(struct parser *p, const struct goroutine_frame *frame)
{
    if (p->frames->len < PPROF_MAX_FRAMES)
        g_array_append_val(p->frames, *frame);
}

/* Up to the empty line; false when the text ended before one. */
static bool read_block(struct parser *p, struct lines *lines, struct goroutine *g,
                       struct goroutine_frame *creator)
{
    struct span line;
    bool ancestors = false;

    g_array_set_size(p->frames, 0);
    while (lines_next(lines, &line)) {
        struct goroutine_frame frame;

        if (line.n == 0)
            return true;
        ancestors = ancestors || span_starts(line, "[originating from goroutine ");
        if (ancestors || line.at[0] == '\t')
            continue; /* "goroutine running on other thread; stack unavailable" */
        if (read_creator(p, lines, line, g, creator))
            continue;
        if (read_elided(line, &frame)) {
            push_frame(p, &frame);
            continue;
        }
        frame = read_function(p, line);
        struct lines ahead = *lines;
        struct span place;

        if (lines_next(&ahead, &place) && read_place(p, place, &frame))
            *lines = ahead;
        push_frame(p, &frame);
    }
    return false;
}

static void parse_debug2(struct parser *p, struct lines *lines)
{
    struct span line;

    p->dump->has_states = true;
    while (lines_next(lines, &line)) {
        struct goroutine_frame creator;
        struct goroutine g;

        if (!span_starts(line, "goroutine "))
            continue; /* words of a crash around the blocks */
        if (!read_header(p, line, &g)) {
            p->dump->n_unparsed++;
            continue;
        }
        bool whole = read_block(p, lines, &g, &creator);

        /* the last block of a cut text is not to be trusted */
        if (!whole && p->dump->truncated)
            p->dump->n_unparsed++;
        else
            add_goroutine(p, &g);
    }
}

/* --- debug=1
 * --------------------------------------------------------------------------------------------- */

static void read_group(struct parser *p, struct lines *lines, int64_t count)
{
    struct goroutine g = {.count = (size_t)count, .state = "", .labels = "", .minutes = -1};
    struct span line;

    g_array_set_size(p->frames, 0);
    while (lines_next(lines, &line) && line.n > 0) {
        struct text_frame frame;
        struct span labels = line;

        if (span_take(&labels, "# labels: {")) {
            if (labels.n > 0 && labels.at[labels.n - 1] == '}')
                labels.n--;
            g.labels = intern(p, labels);
        } else if (text_frame_parse(line, &frame) && frame.name.n > 0) {
            push_frame(p, &(struct goroutine_frame){.function = intern(p, frame.name),
                                                    .file = intern(p, frame.file),
                                                    .line = frame.line});
        }
    }
    add_goroutine(p, &g);
}

static void parse_debug1(struct parser *p, struct lines *lines)
{
    struct span line;

    while (lines_next(lines, &line)) {
        int64_t count;

        if (span_take_int(&line, &count) && count > 0 && span_starts(line, " @"))
            read_group(p, lines, count);
    }
}

static bool is_debug1(struct span first)
{
    return g_strstr_len(first.at, (gssize)first.n, " profile: total ") != NULL;
}

struct goroutine_dump *goroutine_dump_parse(const char *text, size_t n, GError **error)
{
    struct lines lines = {text, text + n}, peek = lines;
    struct span first;
    struct parser p;

    parser_init(&p);
    p.dump->truncated = n == PPROF_DUMP_TRUNCATED_BYTES;
    if (lines_next(&peek, &first) && is_debug1(first))
        parse_debug1(&p, &lines);
    else
        parse_debug2(&p, &lines);
    struct goroutine_dump *dump = finish(&p);

    if (dump->total == 0) {
        goroutine_dump_unref(dump);
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT,
                    "there is no goroutine in this text");
        return NULL;
    }
    return dump;
}

/* --- the binary profile
 * ------------------------------------------------------------------------------------- */

static void frames_of_sample(struct parser *p, const struct profile *profile,
                             const struct profile_sample *sample)
{
    g_array_set_size(p->frames, 0);
    for (uint32_t i = 0; i < sample->n_frames; i++) {
        const struct profile_location *l =
            &profile->locations[profile->frames[sample->first_frame + i]];

        for (uint32_t j = 0; j < l->n_lines; j++) {
            const struct profile_line *line = &profile->lines[l->first_line + j];
            const struct profile_function *f = &profile->functions[line->function];

            push_frame(p, &(struct goroutine_frame){
                              .function = intern(p, (struct span){f->name, strlen(f->name)}),
                              .file = intern(p, (struct span){f->filename, strlen(f->filename)}),
                              .line = line->line,
                              .inlined = j + 1 < l->n_lines});
        }
    }
}

static const char *labels_of_sample(struct parser *p, const struct profile *profile,
                                    const struct profile_sample *sample)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (uint32_t i = 0; i < sample->n_labels; i++) {
        const struct profile_label *label = &profile->labels[sample->first_label + i];

        g_string_append_printf(text, "%s%s:%s", i > 0 ? ", " : "", label->key, label->str);
    }
    return intern(p, (struct span){text->str, text->len});
}

struct goroutine_dump *goroutine_dump_from_profile(const struct profile *profile, GError **error)
{
    struct parser p;

    if (profile->n_sample_types != 1) {
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_MISMATCH,
                    "this is no goroutine profile: it has %zu sample types",
                    profile->n_sample_types);
        return NULL;
    }
    parser_init(&p);
    for (size_t i = 0; i < profile->n_samples; i++) {
        const struct profile_sample *sample = &profile->samples[i];

        if (profile->values[i] <= 0)
            continue;
        frames_of_sample(&p, profile, sample);
        add_goroutine(&p, &(struct goroutine){.count = (size_t)profile->values[i],
                                              .state = "",
                                              .labels = labels_of_sample(&p, profile, sample),
                                              .minutes = -1});
    }
    return finish(&p);
}
