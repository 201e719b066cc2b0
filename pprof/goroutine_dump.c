#include "pprof/goroutine_dump.h"

#include "pprof/go_labels.h"
#include "pprof/limits.h"

#include <stdlib.h>
#include <string.h>

struct goroutine_store {
    gint refs; /* atomic */
    struct store *arena;
};

struct told_wait {
    uint64_t id;
    const char *text;
};

struct numbered {
    uint32_t bucket;
    uint64_t id;
    struct goroutine_member member;
};

/* What is being looked up. */
struct wanted {
    const struct goroutine_collection *c;
    const struct goroutine *g;
    enum goroutine_category category;
};

/* --- life --- */

struct goroutine_dump *goroutine_dump_ref(struct goroutine_dump *dump)
{
    g_atomic_int_inc(&dump->store->refs);
    return dump;
}

const char *goroutine_dump_keep_text(struct goroutine_dump *dump, const char *text)
{
    return store_strndup(dump->store->arena, text, strlen(text));
}

void *goroutine_dump_alloc(struct goroutine_dump *dump, size_t n)
{
    return store_alloc(dump->store->arena, n);
}

const struct goroutine_waited *goroutine_bucket_held(const struct goroutine_bucket *bucket)
{
    for (size_t i = 0; i < bucket->n_waited; i++)
        if (bucket->waited[i]->holder_id != 0)
            return bucket->waited[i];
    return NULL;
}

void goroutine_dump_unref(struct goroutine_dump *dump)
{
    if (dump != NULL && g_atomic_int_dec_and_test(&dump->store->refs))
        store_free(dump->store->arena);
}

void collection_init(struct goroutine_collection *c)
{
    struct store *arena = store_new();

    *c = (struct goroutine_collection){.arena = arena, .dump = store_alloc(arena, sizeof *c->dump)};
    c->dump->store = store_alloc(arena, sizeof *c->dump->store);
    c->dump->store->refs = 1;
    c->dump->store->arena = arena;
    names_init(&c->names, arena);
    c->buckets = g_array_new(FALSE, FALSE, sizeof(struct goroutine_bucket));
    c->ids = g_array_new(FALSE, FALSE, sizeof(struct numbered));
    c->waits = g_array_new(FALSE, FALSE, sizeof(struct told_wait));
    collection_init_waited(c);
    c->frames = g_array_new(FALSE, FALSE, sizeof(struct goroutine_frame));
    c->states = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    c->label_text = g_string_new(NULL);
}

/* --- reading --- */

const char *collection_intern(struct goroutine_collection *c, struct span span)
{
    return names_intern(&c->names, span.at, span.n);
}

const char *collection_labels(struct goroutine_collection *c, struct span span)
{
    go_labels_text(span, c->label_text);
    return names_intern(&c->names, c->label_text->str, c->label_text->len);
}

void collection_clear_frames(struct goroutine_collection *c)
{
    g_array_set_size(c->frames, 0);
}

void collection_add_frame(struct goroutine_collection *c, const struct goroutine_frame *frame)
{
    struct goroutine_frame own = *frame;

    if (own.arguments == NULL)
        own.arguments = c->names.list[0].text;
    if (c->frames->len < PPROF_MAX_FRAMES)
        g_array_append_vals(c->frames, &own, 1);
}

static const struct goroutine_frame *frames_of(const struct goroutine_collection *c)
{
    return (const struct goroutine_frame *)(const void *)c->frames->data;
}

static struct goroutine_state state_of(struct goroutine_collection *c, const char *state)
{
    if (state == c->last_state)
        return c->state;
    struct goroutine_state *known = g_hash_table_lookup(c->states, state);

    if (known == NULL) {
        known = g_new(struct goroutine_state, 1);
        *known = goroutine_state_of(state);
        g_hash_table_insert(c->states, (gpointer)(uintptr_t)state, known);
    }
    c->last_state = state;
    c->state = *known;
    return *known;
}

/* --- buckets --- */

static bool are_frames_equal(const struct goroutine_frame *a, const struct goroutine_frame *b,
                             size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a[i].function != b[i].function || a[i].line != b[i].line || a[i].file != b[i].file ||
            a[i].elided != b[i].elided || a[i].arguments != b[i].arguments)
            return false;
    return true;
}

static bool is_bucket(const void *user, uint32_t element)
{
    const struct wanted *w = user;
    const struct goroutine_bucket *b =
        &g_array_index(w->c->buckets, struct goroutine_bucket, element);

    if (b->category != w->category || b->n_frames != w->c->frames->len ||
        b->labels != w->g->labels || (b->creator != NULL) != w->g->has_creator)
        return false;
    return (b->creator == NULL || are_frames_equal(b->creator, &w->g->creator, 1)) &&
           are_frames_equal(b->frames, frames_of(w->c), b->n_frames);
}

static uint64_t mix_frame(uint64_t hash, const struct goroutine_frame *frame)
{
    hash = hash_mix(hash, (uint64_t)(uintptr_t)frame->function ^ (uint64_t)frame->line << 48);
    return hash_mix(hash, (uint64_t)(uintptr_t)frame->file);
}

static uint64_t hash_of_stack(const struct wanted *w)
{
    const struct goroutine_frame *frames = frames_of(w->c);
    uint64_t hash = hash_mix(hash_seed(), (uint64_t)w->category);

    for (guint i = 0; i < w->c->frames->len; i++)
        hash = mix_frame(hash, &frames[i]);
    for (guint i = 0; w->c->exact && i < w->c->frames->len; i++)
        hash = hash_mix(hash, (uint64_t)(uintptr_t)frames[i].arguments);
    if (w->g->has_creator)
        hash = mix_frame(hash, &w->g->creator);
    return hash_mix(hash, (uint64_t)(uintptr_t)w->g->labels);
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
    return hash_bytes(text, strlen(text), hash);
}

/* Of contents, not of addresses: the same in every dump and in every run of this program. */
static uint64_t lasting_stack_hash(const struct goroutine_bucket *b)
{
    uint64_t hash = hash_mix(0, (uint64_t)b->category);

    for (size_t i = 0; i < b->n_frames; i++)
        hash = hash_mix(mix_text(hash, b->frames[i].function), (uint64_t)b->frames[i].line);
    if (b->creator != NULL)
        hash = hash_mix(mix_text(hash, b->creator->function), (uint64_t)b->creator->line);
    return mix_text(hash, b->labels);
}

static const struct goroutine_frame *keep_frames(struct goroutine_collection *c,
                                                 const struct goroutine_frame *frames, size_t n)
{
    struct goroutine_frame *copy = store_array(c->arena, n, sizeof *copy);

    if (n > 0)
        memcpy(copy, frames, n * sizeof *copy);
    return copy;
}

static uint32_t new_bucket(struct goroutine_collection *c, const struct wanted *w)
{
    size_t n = c->frames->len;
    const struct goroutine_frame *frames = keep_frames(c, frames_of(c), n);
    struct goroutine_bucket b = {.category = w->category,
                                 .state = w->g->state,
                                 .labels = w->g->labels,
                                 .frames = frames,
                                 .n_frames = n,
                                 .creator_id = w->g->creator_id,
                                 .wait_min_minutes = -1,
                                 .wait_max_minutes = -1,
                                 .site = goroutine_site(frames, n),
                                 .is_profiler = goroutine_is_profiler(frames, n)};

    if (w->g->has_creator)
        b.creator = keep_frames(c, &w->g->creator, 1);
    b.stack_hash = lasting_stack_hash(&b);
    uint64_t hash = b.stack_hash;

    for (size_t i = 0; i < b.n_frames; i++)
        if (*b.frames[i].arguments != '\0')
            hash = hash_mix(mix_text(hash, b.frames[i].arguments), i);
    b.hash = hash;
    g_array_append_val(c->buckets, b);
    return c->buckets->len - 1;
}

static void count(struct goroutine_bucket *b, const struct goroutine *g, bool leaked)
{
    b->count += g->count;
    b->n_locked += g->locked;
    b->n_leaked += leaked;
    /* goroutines of one bucket may have several creators */
    if (b->creator_id != g->creator_id)
        b->creator_id = 0;
    if (g->minutes < 0)
        return;
    b->wait_max_minutes = MAX(b->wait_max_minutes, g->minutes);
    b->wait_min_minutes =
        b->wait_min_minutes < 0 ? g->minutes : MIN(b->wait_min_minutes, g->minutes);
}

void collection_add(struct goroutine_collection *c, const struct goroutine *g)
{
    bool has_state = *g->state != '\0';
    struct goroutine_state state = has_state ? state_of(c, g->state) : (struct goroutine_state){0};
    const struct goroutine_frame *frames = frames_of(c);
    struct wanted w = {c, g,
                       has_state
                           ? goroutine_category_of_state(state, frames, c->frames->len)
                           : goroutine_category_of_frames(frames, c->frames->len, c->has_runtime)};
    uint64_t hash = hash_of_stack(&w);
    uint32_t bucket = hash_index_find(&c->by_stack, hash, is_bucket, &w);

    if (bucket == HASH_NONE) {
        bucket = new_bucket(c, &w);
        hash_index_add(&c->by_stack, hash, bucket);
    }
    count(&g_array_index(c->buckets, struct goroutine_bucket, bucket), g, state.leaked);
    if (g->has_id) {
        struct numbered numbered = {
            bucket, g->id, {(int32_t)MIN(g->minutes, INT32_MAX), g->locked, state.leaked}};

        g_array_append_val(c->ids, numbered);
    }
    c->dump->total += g->count;
    c->dump->by_category[w.category] += g->count;
}

/* --- the end --- */

static int compare_numbered(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;

    if (x->bucket != y->bucket)
        return x->bucket < y->bucket ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* Each bucket gets its part of one array. */
static void take_ids(struct goroutine_collection *c)
{
    struct goroutine_bucket *buckets = (struct goroutine_bucket *)(void *)c->buckets->data;
    uint64_t *ids = store_array(c->arena, c->ids->len, sizeof *ids);
    struct goroutine_member *members = store_array(c->arena, c->ids->len, sizeof *members);

    g_array_sort(c->ids, compare_numbered);
    for (guint i = 0; i < c->ids->len; i++) {
        const struct numbered *numbered = &g_array_index(c->ids, struct numbered, i);

        ids[i] = numbered->id;
        members[i] = numbered->member;
    }
    for (guint i = 0; c->ids->len > 0 && i < c->buckets->len; i++) {
        buckets[i].ids = ids;
        buckets[i].members = members;
        ids += buckets[i].count;
        members += buckets[i].count;
    }
}

static gint compare_buckets(gconstpointer a, gconstpointer b)
{
    const struct goroutine_bucket *x = a, *y = b;

    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

void collection_add_waits(struct goroutine_collection *c, uint64_t id, const char *text)
{
    struct told_wait told = {id, text};

    g_array_append_val(c->waits, told);
}

static int compare_told(const void *a, const void *b)
{
    uint64_t x = ((const struct told_wait *)a)->id, y = ((const struct told_wait *)b)->id;

    return x < y ? -1 : x > y;
}

/* Each is told of the first goroutine of a bucket. */
static void take_waits(struct goroutine_collection *c)
{
    struct goroutine_bucket *buckets = (struct goroutine_bucket *)(void *)c->buckets->data;

    g_array_sort(c->waits, compare_told);
    for (guint i = 0; c->waits->len > 0 && i < c->buckets->len; i++) {
        struct told_wait wanted = {.id = buckets[i].ids != NULL ? buckets[i].ids[0] : 0};
        const struct told_wait *told =
            bsearch(&wanted, c->waits->data, c->waits->len, sizeof wanted, compare_told);

        buckets[i].waits = told != NULL ? told->text : NULL;
    }
}

/* What is proven goes before the state it waits in, without the mark that a source put behind. */
static const char *leaked_words(struct goroutine_collection *c, const struct goroutine_bucket *b)
{
    static const char mark[] = " (leaked)";
    const char *at = strstr(b->state, mark);
    size_t n = at != NULL ? (size_t)(at - b->state) : strlen(b->state);
    g_autoptr(GString) text = g_string_new("leaked");

    if (n > 0 && strcmp(b->state, text->str) != 0)
        g_string_append_printf(text, ", %.*s%s", (int)n, b->state,
                               at != NULL ? at + strlen(mark) : "");
    return store_strndup(c->arena, text->str, text->len);
}

struct goroutine_dump *collection_finish(struct goroutine_collection *c)
{
    struct goroutine_dump *dump = c->dump;

    take_ids(c);
    take_waits(c);
    collection_take_waited(c, (struct goroutine_bucket *)(void *)c->buckets->data, c->buckets->len);

    g_array_sort(c->buckets, compare_buckets);
    dump->buckets = store_adopt_array(c->arena, g_array_ref(c->buckets), &dump->n_buckets);

    /* One goroutine that waits beside our request; many of them are the program's own affair. */
    for (size_t i = 0; i < dump->n_buckets; i++) {
        struct goroutine_bucket *b = &dump->buckets[i];

        if (b->count == 1 && goroutine_is_bystander(b->frames, b->n_frames))
            b->is_profiler = true;
        if (b->n_leaked > 0)
            b->leaked = leaked_words(c, b);
    }

    names_clear(&c->names);
    hash_index_clear(&c->by_stack);
    g_array_unref(c->buckets);
    g_array_unref(c->ids);
    g_array_unref(c->waits);
    collection_clear_waited(c);
    g_array_unref(c->frames);
    g_hash_table_unref(c->states);
    g_string_free(c->label_text, TRUE);

    return dump;
}
