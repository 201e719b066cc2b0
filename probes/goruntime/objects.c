#include "probes/goruntime/objects.h"

#include "pprof/hash.h"
#include "probes/goruntime/bytes.h"
#include "probes/goruntime/errors.h"
#include "probes/goruntime/limits.h"
#include "probes/goruntime/records.h"
#include "probes/goruntime/spare.h"

#include <inttypes.h>

enum {
    WORD = 8,
    STATE_IN_USE = 1,      /* mSpanInUse: of the heap; others are stacks and the like */
    FIRST_WITH_TYPES = 22, /* headers and bitmaps in the span itself */
    MAX_WITH_BITMAP = 512, /* bytes of a slot: larger ones have a header */
    BITMAP_SHARE = 64,     /* one bit for each word */
    INLINE_MARKS = 128,    /* bytes that the newer collector keeps behind the bitmap */
    BATCH = 8192,          /* spans read at once */
    MAX_ARENAS = 1 << 20,  /* 64 TB */
    CHUNK_SHIFT = 26,      /* 64 MiB: an arena */
    PAGE_SHIFT = 13,
    CHUNK_PAGES = 1 << (CHUNK_SHIFT - PAGE_SHIFT),
    LARGE = 1 << CHUNK_SHIFT, /* bytes of a span that must be there before there is room for it */
    SLOTS = 256,              /* of these one is found at once, the others near it */
    NOTES = 32,               /* bytes that a look notes of each slot: type, parent, owner, ... */
    SPARE_SHARE = 2,          /* of what the machine has to spare that part is taken */
    MIB_SHIFT = 20,
};

struct span {
    uint64_t start, n_bytes, slot_bytes;
    uint64_t large_type, alloc_bits;
    uint32_t n, first, free_index; /* slots; number of the first */
    uint32_t older;                /* number of the first slot of an earlier copy; OBJECT_NONE */
    bool no_pointers;
    uint8_t *data, *used; /* NULL: not copied */
};

struct chunk {
    uint32_t spans[CHUNK_PAGES]; /* + 1; 0: none */
};

struct objects {
    struct go_layout layout;
    GArray *spans;  /* struct span, by first */
    GArray *starts; /* guint: the span that each slot of a whole number of SLOTS is in */
    guint n_copied; /* of spans */
    GPtrArray *chunks;
    struct hash_index by_chunk, arenas;
    GArray *records;  /* uint64_t */
    GArray *specials; /* struct object_special */
    size_t n, n_unread;
    uint64_t n_bytes, n_to_copy; /* of spans, of those that hold pointers */
    uint64_t budget;             /* bytes that copies and notes may take */
};

/* --- spans --- */

static uint64_t number(const uint8_t *at, int32_t bytes)
{
    return bytes == 2 ? bytes_u16(at) : bytes_u64(at);
}

static const struct span *span_at(const struct objects *objects, uint64_t address);

/* Whether the copy there is of it is as good as a new one; notes the older one otherwise. */
static bool is_known(const struct objects *objects, struct span *span)
{
    const struct span *old = objects->n_copied > 0 ? span_at(objects, span->start) : NULL;

    span->older = OBJECT_NONE;
    if (old == NULL || old->start != span->start || old->slot_bytes != span->slot_bytes ||
        old->n != span->n || old->no_pointers != span->no_pointers)
        return false;
    span->older = old->first;
    return old->alloc_bits == span->alloc_bits && old->free_index == span->free_index;
}

/* Its first and its last word: a torn record may have any length. */
static bool is_there(struct memory *memory, const struct span *span)
{
    uint8_t words[2][WORD];
    struct memory_range ends[] = {
        {span->start, words[0], WORD, false},
        {span->start + span->n_bytes - WORD, words[1], WORD, false},
    };

    return memory_read_ranges(memory, ends, G_N_ELEMENTS(ends), NULL) && ends[0].ok && ends[1].ok;
}

static void add_span(struct objects *objects, struct memory *memory, uint64_t record,
                     const uint8_t *b)
{
    const struct go_layout *l = &objects->layout;
    struct object_special special = {bytes_u64(b + l->mspan_specials), 0};
    struct span span = {
        .start = bytes_u64(b + l->mspan_start_addr),
        .n_bytes = bytes_u64(b + l->mspan_npages) * GO_PAGE_BYTES,
        .slot_bytes = bytes_u64(b + l->mspan_elemsize),
        .alloc_bits = bytes_u64(b + l->mspan_alloc_bits),
        .no_pointers = (b[l->mspan_spanclass] & 1) != 0,
        .first = (uint32_t)objects->n,
    };
    uint64_t n = number(b + l->mspan_nelems, l->mspan_nelems_bytes);

    g_array_append_val(objects->records, record);
    uint64_t hash = hash_number(span.start >> CHUNK_SHIFT);

    if (span.start != 0 && objects->arenas.n < MAX_ARENAS &&
        hash_index_find(&objects->arenas, hash, NULL, NULL) == HASH_NONE)
        hash_index_add(&objects->arenas, hash, 0);

    if (b[l->mspan_state] != STATE_IN_USE || span.start % GO_PAGE_BYTES != 0 ||
        span.slot_bytes < WORD || n == 0 || n > span.n_bytes / span.slot_bytes)
        return;
    if (span.n_bytes > LARGE && !is_there(memory, &span)) {
        objects->n_unread++;
        return;
    }
    span.n = (uint32_t)n;
    span.free_index = (uint32_t)MIN(number(b + l->mspan_freeindex, l->mspan_freeindex_bytes), n);
    if (l->mspan_large_type != GO_LAYOUT_NONE && n == 1)
        span.large_type = bytes_u64(b + l->mspan_large_type);
    special.span = span.start;
    if (special.first != 0)
        g_array_append_val(objects->specials, special);
    if (is_known(objects, &span))
        return;
    objects->n += span.n;
    objects->n_bytes += span.n_bytes;
    objects->n_to_copy += span.no_pointers ? 0 : span.n_bytes;
    g_array_append_val(objects->spans, span);
}

/* With what finds the span of an address: of spans without pointers, or far apart, that is all. */
static bool is_too_large(const struct objects *objects, GError **error)
{
    uint64_t n_chunks = objects->arenas.n + (objects->n_bytes >> CHUNK_SHIFT);
    uint64_t wanted = objects->n_to_copy + (uint64_t)objects->n * NOTES +
                      objects->spans->len * sizeof(struct span) + n_chunks * sizeof(struct chunk);

    if (objects->n < GORUNTIME_MAX_OBJECTS && wanted <= objects->budget)
        return false;
    g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_TOO_LARGE,
                "looking through the heap would take more than %" PRIu64 " MiB of memory, and no "
                "more than %" PRIu64 " MiB are taken: half of what there is to spare, at most "
                "%" PRIu64,
                wanted >> MIB_SHIFT, objects->budget >> MIB_SHIFT,
                GORUNTIME_MAX_HEAP_COPY >> MIB_SHIFT);
    return true;
}

static bool read_spans(struct objects *objects, struct go_runtime *runtime, GError **error)
{
    const struct go_layout *l = &objects->layout;
    uint64_t mheap, list, n;

    if (!go_runtime_need(runtime, &runtime->globals.mheap, &mheap, error) ||
        !memory_read_u64(runtime->memory, mheap + (uint64_t)l->mheap_allspans, &list, error) ||
        !memory_read_u64(runtime->memory, mheap + (uint64_t)l->mheap_allspans + WORD, &n, error))
        return false;
    g_autofree uint8_t *addresses =
        memory_copy_words(runtime->memory, list, n, GORUNTIME_MAX_SPANS, error);
    g_autofree uint64_t *some = g_new(uint64_t, BATCH);

    for (uint64_t i = 0; addresses != NULL && i < n; i += BATCH) {
        size_t n_some = (size_t)MIN(BATCH, n - i);
        struct records records;

        for (size_t k = 0; k < n_some; k++)
            some[k] = bytes_u64(addresses + (i + k) * WORD);
        bool ok =
            records_read(&records, runtime->memory, some, n_some, (size_t)l->mspan_bytes, error);

        for (size_t k = 0; ok && k < n_some; k++)
            if (records_at(&records, k) != NULL)
                add_span(objects, runtime->memory, some[k], records_at(&records, k));
        records_clear(&records);
        if (!ok || is_too_large(objects, error))
            return false;
    }
    return addresses != NULL;
}

/* --- where they are --- */

static struct chunk *chunk_of(struct objects *objects, uint64_t address, bool make)
{
    uint64_t hash = hash_number(address >> CHUNK_SHIFT);
    uint32_t found = hash_index_find(&objects->by_chunk, hash, NULL, NULL);

    if (found != HASH_NONE)
        return g_ptr_array_index(objects->chunks, found);
    if (!make)
        return NULL;
    struct chunk *chunk = g_new0(struct chunk, 1);

    hash_index_add(&objects->by_chunk, hash, objects->chunks->len);
    g_ptr_array_add(objects->chunks, chunk);
    return chunk;
}

static const struct span *span_at(const struct objects *objects, uint64_t address)
{
    const struct chunk *chunk = chunk_of((struct objects *)(uintptr_t)objects, address, false);
    uint32_t number = chunk != NULL ? chunk->spans[address >> PAGE_SHIFT & (CHUNK_PAGES - 1)] : 0;

    return number != 0 ? &g_array_index(objects->spans, struct span, number - 1) : NULL;
}

uint32_t objects_find(const struct objects *objects, uint64_t address)
{
    const struct span *span = span_at(objects, address);

    if (span == NULL)
        return OBJECT_NONE;
    uint64_t slot = (address - span->start) / span->slot_bytes;

    return slot < span->n ? span->first + (uint32_t)slot : OBJECT_NONE;
}

/* --- what is in them --- */

/* Bytes of one kind of all spans, with as few calls as possible: where, and a place for them. */
typedef uint8_t **want(struct span *span, uint64_t *ret_address, size_t *ret_n);

static uint8_t **want_data(struct span *span, uint64_t *ret_address, size_t *ret_n)
{
    if (span->no_pointers)
        return NULL;
    *ret_address = span->start;
    *ret_n = (size_t)span->n_bytes;
    return &span->data;
}

static uint8_t **want_used(struct span *span, uint64_t *ret_address, size_t *ret_n)
{
    if (span->alloc_bits == 0)
        return NULL;
    *ret_address = span->alloc_bits;
    *ret_n = (span->n + 7) / 8;
    return &span->used;
}

static bool copy(struct objects *objects, struct memory *memory, want *wanted, GError **error)
{
    g_autoptr(GArray) ranges = g_array_new(FALSE, TRUE, sizeof(struct memory_range));
    g_autoptr(GPtrArray) places = g_ptr_array_new();

    for (guint i = objects->n_copied; i < objects->spans->len; i++) {
        struct memory_range range = {0};
        uint8_t **place =
            wanted(&g_array_index(objects->spans, struct span, i), &range.address, &range.n);

        if (place == NULL)
            continue;
        range.data = *place = g_try_malloc(range.n);
        if (*place == NULL) {
            g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_TOO_LARGE,
                        "there is no room for a copy of %zu MiB of the heap", range.n >> MIB_SHIFT);
            return false;
        }
        g_array_append_val(ranges, range);
        g_ptr_array_add(places, place);
    }
    struct memory_range *all = (struct memory_range *)(void *)ranges->data;

    for (guint i = 0; i < ranges->len; i += GORUNTIME_READ_RANGES)
        if (!memory_read_ranges(memory, all + i, MIN(GORUNTIME_READ_RANGES, ranges->len - i),
                                error))
            return false;
    for (guint i = 0; i < ranges->len; i++)
        if (!all[i].ok) { /* given back meanwhile, or torn */
            g_clear_pointer((uint8_t **)g_ptr_array_index(places, i), g_free);
            objects->n_unread++;
        }
    return true;
}

static int compare_addresses(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* Most spans have many slots: from one of SLOTS to the next it is a few spans. */
static void index_slots(struct objects *objects)
{
    g_array_set_size(objects->starts, 0);
    for (guint i = 0; i < objects->spans->len; i++) {
        const struct span *span = &g_array_index(objects->spans, struct span, i);

        while ((size_t)objects->starts->len * SLOTS < (size_t)span->first + span->n)
            g_array_append_val(objects->starts, i);
    }
}

bool objects_read_more(struct objects *objects, struct go_runtime *runtime, GError **error)
{
    g_array_set_size(objects->records, 0);
    g_array_set_size(objects->specials, 0);
    if (!read_spans(objects, runtime, error) || !copy(objects, runtime->memory, want_used, error) ||
        !copy(objects, runtime->memory, want_data, error))
        return false;
    for (guint i = objects->n_copied; i < objects->spans->len; i++) {
        const struct span *span = &g_array_index(objects->spans, struct span, i);

        for (uint64_t at = 0; at < span->n_bytes; at += GO_PAGE_BYTES) {
            uint64_t address = span->start + at;
            struct chunk *chunk = chunk_of(objects, address, true);

            chunk->spans[address >> PAGE_SHIFT & (CHUNK_PAGES - 1)] = i + 1;
        }
    }
    objects->n_copied = objects->spans->len;
    index_slots(objects);
    g_array_sort(objects->records, compare_addresses);
    return true;
}

struct objects *objects_read(struct go_runtime *runtime, GError **error)
{
    struct objects *objects = g_new0(struct objects, 1);

    objects->layout = runtime->layout;
    objects->budget = MIN(runtime->max_heap_copy, spare_memory("") / SPARE_SHARE);
    objects->spans = g_array_new(FALSE, FALSE, sizeof(struct span));
    objects->starts = g_array_new(FALSE, FALSE, sizeof(guint));
    objects->chunks = g_ptr_array_new_with_free_func(g_free);
    objects->records = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    objects->specials = g_array_new(FALSE, FALSE, sizeof(struct object_special));
    if (!objects_read_more(objects, runtime, error))
        g_clear_pointer(&objects, objects_free);
    return objects;
}

void objects_free(struct objects *objects)
{
    if (objects == NULL)
        return;
    for (guint i = 0; i < objects->spans->len; i++) {
        struct span *span = &g_array_index(objects->spans, struct span, i);

        g_free(span->data);
        g_free(span->used);
    }
    g_array_unref(objects->spans);
    g_array_unref(objects->starts);
    g_ptr_array_unref(objects->chunks);
    hash_index_clear(&objects->by_chunk);
    hash_index_clear(&objects->arenas);
    g_array_unref(objects->records);
    g_array_unref(objects->specials);
    g_free(objects);
}

size_t objects_count(const struct objects *objects)
{
    return objects->n;
}

uint64_t objects_span_bytes(const struct objects *objects)
{
    return objects->n_bytes;
}

size_t objects_n_unread(const struct objects *objects)
{
    return objects->n_unread;
}

bool objects_in_arena(const struct objects *objects, uint64_t address)
{
    uint64_t hash = hash_number(address >> CHUNK_SHIFT);

    return hash_index_find(&objects->arenas, hash, NULL, NULL) != HASH_NONE;
}

const GArray *objects_records(const struct objects *objects)
{
    return objects->records;
}

const GArray *objects_specials(const struct objects *objects)
{
    return objects->specials;
}

/* --- one --- */

static const struct span *span_of(const struct objects *objects, uint32_t slot)
{
    guint place = slot / SLOTS;
    guint low = g_array_index(objects->starts, guint, place), high = objects->spans->len;

    if (place + 1 < objects->starts->len)
        high = g_array_index(objects->starts, guint, place + 1) + 1;
    while (high - low > 1) {
        guint middle = low + (high - low) / 2;

        if (g_array_index(objects->spans, struct span, middle).first <= slot)
            low = middle;
        else
            high = middle;
    }
    return &g_array_index(objects->spans, struct span, low);
}

uint32_t objects_older(const struct objects *objects, uint32_t slot)
{
    const struct span *span = span_of(objects, slot);

    return span->older == OBJECT_NONE ? OBJECT_NONE : span->older + (slot - span->first);
}

struct object objects_at(const struct objects *objects, uint32_t slot)
{
    const struct span *span = span_of(objects, slot);
    uint32_t i = slot - span->first;
    struct object ret = {
        .address = span->start + i * span->slot_bytes,
        .bytes = span->slot_bytes,
        .data = span->data != NULL ? span->data + i * span->slot_bytes : NULL,
        .is_used =
            i < span->free_index || span->used == NULL || (span->used[i / 8] >> i % 8 & 1) != 0,
    };

    if (objects->layout.minor >= FIRST_WITH_TYPES && ret.data != NULL) {
        if (span->slot_bytes <= MAX_WITH_BITMAP) {
            /* Small slots: a bit for each word at the end of the span, from 1.22 on. */
            uint64_t end = span->n_bytes, n = span->n_bytes / BITMAP_SHARE;

            if (objects->layout.experiments.green_tea_gc && span->slot_bytes >= (uint64_t)2 * WORD)
                end -= INLINE_MARKS;
            ret.bits = span->data + end - n;
            ret.first_bit = i * (size_t)(span->slot_bytes / WORD);
        } else if (span->n == 1 && span->large_type != 0) {
            ret.type = span->large_type;
        } else {
            ret.type = bytes_u64(ret.data);
            ret.header_bytes = WORD;
        }
    }
    return ret;
}
