#include "probes/goruntime/buckets.h"

#include "probes/goruntime/blocks.h"
#include "probes/goruntime/bytes.h"
#include "probes/goruntime/errors.h"
#include "probes/goruntime/limits.h"

#include <inttypes.h>

enum {
    WORD = 8,
    MAX_STACK = 1024 + 2,    /* GODEBUG=profstackdepth goes up to 1024 */
    BLOCK_RECORD_BYTES = 16, /* blockRecord: count float64, cycles int64, in every version */
    EACH = 4096,             /* buckets between two looks at cancel */
};

struct reader {
    struct go_runtime *runtime;
    struct blocks *blocks;
    enum bucket_kind kind;
    struct bucket_list *list;
};

static bool is_broken(uint64_t address, GError **error)
{
    g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_MISMATCH,
                "the list of profile buckets makes no sense at %#" PRIx64, address);
    return false;
}

/* One bucket and its stack and counts; *ret_next is the one behind it, 0 at the end. */
static bool read_bucket(struct reader *r, uint64_t address, uint64_t *ret_next, GError **error)
{
    const struct go_layout *l = &r->runtime->layout;
    struct bucket_list *list = r->list;
    size_t n_head = (size_t)l->bucket_bytes;
    uint8_t head[128];

    if (n_head > sizeof head || !blocks_read(r->blocks, address, head, n_head) ||
        bytes_u64(head + l->bucket_typ) != r->kind || bytes_u64(head + l->bucket_nstk) > MAX_STACK)
        return is_broken(address, error);
    struct bucket bucket = {.address = address,
                            .size = bytes_u64(head + l->bucket_size),
                            .first_pc = list->pcs->len,
                            .n_pcs = (uint32_t)bytes_u64(head + l->bucket_nstk),
                            .record = list->records->len};

    g_array_set_size(list->pcs, bucket.first_pc + bucket.n_pcs);
    g_byte_array_set_size(list->records, (guint)(bucket.record + list->record_bytes));
    uint64_t *pcs = &g_array_index(list->pcs, uint64_t, bucket.first_pc);

    if (!blocks_read(r->blocks, address + n_head, pcs, bucket.n_pcs * sizeof *pcs) ||
        !blocks_read(r->blocks, address + n_head + (uint64_t)bucket.n_pcs * WORD,
                     list->records->data + bucket.record, list->record_bytes))
        return is_broken(address, error);
    for (uint32_t i = 0; i < bucket.n_pcs; i++)
        pcs[i] = GUINT64_FROM_LE(pcs[i]);
    g_array_append_val(list->buckets, bucket);
    *ret_next = bytes_u64(head + l->bucket_allnext);
    return true;
}

/* A stopped or ended process is told from a chain that leads nowhere. */
static bool still_there(struct reader *r, uint64_t head, GError **error)
{
    uint64_t ignored;

    return memory_read_u64(r->runtime->memory, head, &ignored, error);
}

static bool read_chain(struct reader *r, uint64_t head, GError **error)
{
    GArray *buckets = r->list->buckets;
    uint64_t at, seen = 0;
    guint next_seen = 1;

    if (!memory_read_u64(r->runtime->memory, head, &at, error))
        return false;
    while (at != 0 && !r->list->truncated) {
        if (buckets->len % EACH == 0 && !still_there(r, head, error))
            return false;
        if (at == seen || !read_bucket(r, at, &at, NULL))
            return still_there(r, head, error) && is_broken(at, error);
        if (buckets->len == next_seen) { /* a circle comes back to a place remembered ever later */
            seen = g_array_index(buckets, struct bucket, buckets->len - 1).address;
            next_seen *= 2;
        }
        r->list->truncated =
            buckets->len >= GORUNTIME_MAX_BUCKETS || r->list->pcs->len >= GORUNTIME_MAX_BUCKET_PCS;
    }
    return true;
}

bool bucket_list_read(struct go_runtime *runtime, uint64_t head, enum bucket_kind kind,
                      struct bucket_list *ret, GError **error)
{
    struct reader r = {runtime, blocks_new(runtime->memory), kind, ret};

    *ret = (struct bucket_list){
        .buckets = g_array_new(FALSE, FALSE, sizeof(struct bucket)),
        .pcs = g_array_new(FALSE, FALSE, sizeof(uint64_t)),
        .records = g_byte_array_new(),
        .record_bytes =
            kind == BUCKET_MEMORY ? (size_t)runtime->layout.memrecord_bytes : BLOCK_RECORD_BYTES,
    };
    bool ok = read_chain(&r, head, error);

    blocks_free(r.blocks);
    return ok;
}

void bucket_list_clear(struct bucket_list *list)
{
    g_clear_pointer(&list->buckets, g_array_unref);
    g_clear_pointer(&list->pcs, g_array_unref);
    g_clear_pointer(&list->records, g_byte_array_unref);
}
