#include "pprof/hash.h"
#include "probes/goruntime/image.h"

#include "probes/goruntime/image_private.h"
#include "probes/goruntime/limits.h"
#include "probes/goruntime/writable.h"

#include <inttypes.h>
#include <stdlib.h>

enum { PAGE = 4096 };

/* --- recording --- */

/* A page of the source, as far as it is known. */
struct page {
    uint8_t data[PAGE];
    uint8_t known[PAGE / 8]; /* a bit for each byte */
};

struct recorder {
    struct memory base;
    struct memory *source;
    GHashTable *pages; /* page number (uint64_t) -> struct page */
    GArray *writable;  /* struct module_area: as it was told last; empty: never asked */
};

static bool is_known(const struct page *page, size_t at)
{
    return (page->known[at / 8] >> at % 8 & 1) != 0;
}

static void keep_in_page(struct page *page, size_t at, const uint8_t *data, size_t n)
{
    for (size_t i = 0; i < n; i++, at++) {
        if (is_known(page, at))
            continue; /* what came first stays */
        page->data[at] = data[i];
        page->known[at / 8] = (uint8_t)(page->known[at / 8] | 1u << at % 8);
    }
}

static void keep(struct recorder *recorder, const struct memory_range *range)
{
    const uint8_t *data = range->data;

    for (size_t done = 0, n; done < range->n; done += n) {
        uint64_t address = range->address + done, number = address / PAGE;
        size_t at = (size_t)(address % PAGE);
        struct page *page = g_hash_table_lookup(recorder->pages, &number);

        n = MIN((size_t)PAGE - at, range->n - done);
        if (page == NULL) {
            page = g_new0(struct page, 1);
            g_hash_table_insert(recorder->pages, g_memdup2(&number, sizeof number), page);
        }
        keep_in_page(page, at, data + done, n);
    }
}

static bool recorder_read(struct memory *memory, struct memory_range *ranges, size_t n,
                          GError **error)
{
    struct recorder *recorder = (struct recorder *)memory;
    bool read = memory_read_ranges(recorder->source, ranges, n, error);

    memory->n_calls = recorder->source->n_calls;
    memory->n_bytes = recorder->source->n_bytes;
    for (size_t i = 0; read && i < n; i++)
        if (ranges[i].ok)
            keep(recorder, &ranges[i]);
    return read;
}

static void recorder_free(struct memory *memory)
{
    struct recorder *recorder = (struct recorder *)memory;

    memory_free(recorder->source);
    g_hash_table_unref(recorder->pages);
    g_array_unref(recorder->writable);
    g_free(recorder);
}

static struct writable *recorder_writable(struct memory *memory, GError **error)
{
    struct recorder *recorder = (struct recorder *)memory;
    struct writable *writable = writable_of_memory(recorder->source, error);

    if (writable == NULL)
        return NULL;
    const GArray *areas = writable_areas(writable);

    writable_leave_first_stack(writable);
    g_array_set_size(recorder->writable, 0);
    g_array_append_vals(recorder->writable, areas->data, areas->len);
    return writable;
}

struct memory *image_recorder_new(struct memory *source)
{
    static const struct memory_ops ops = {recorder_read, recorder_free, recorder_writable, false};
    struct recorder *recorder = g_new0(struct recorder, 1);

    recorder->base.ops = &ops;
    recorder->source = source;
    recorder->pages = g_hash_table_new_full(hash_u64, g_int64_equal, g_free, g_free);
    recorder->writable = g_array_new(FALSE, FALSE, sizeof(struct module_area));
    return &recorder->base;
}

/* --- saving --- */

static void put_u32(GByteArray *out, uint32_t value)
{
    value = GUINT32_TO_LE(value);
    g_byte_array_append(out, (const guint8 *)&value, sizeof value);
}

static void put_u64(GByteArray *out, uint64_t value)
{
    value = GUINT64_TO_LE(value);
    g_byte_array_append(out, (const guint8 *)&value, sizeof value);
}

static void put_text(GByteArray *out, const char *text)
{
    put_u32(out, (uint32_t)strlen(text));
    g_byte_array_append(out, (const guint8 *)text, (guint)strlen(text));
}

/* Each property is a name and a text; numbers are hexadecimal. */
static void put_number(GByteArray *out, const char *name, uint64_t value)
{
    g_autofree char *text = g_strdup_printf("%" PRIx64, value);

    put_text(out, name);
    put_text(out, text);
}

static void put_writable(GByteArray *out, const GArray *writable)
{
    for (guint i = 0; i < writable->len; i++) {
        const struct module_area *area = &g_array_index(writable, struct module_area, i);
        g_autofree char *text = g_strdup_printf("%" PRIx64 " %" PRIx64, area->begin, area->end);

        put_text(out, "writable");
        put_text(out, text);
    }
}

static void put_program(GByteArray *out, const struct program *program, int64_t now_ns,
                        const GArray *writable)
{
    put_u32(out, 6 + (uint32_t)program->n_segments + writable->len);
    put_text(out, "version");
    put_text(out, program->version);
    put_number(out, "machine", program->machine);
    put_number(out, "bias", program->bias);
    put_number(out, "pclntab", program->pclntab);
    put_number(out, "go.module", program->go_module);
    put_number(out, "now", (uint64_t)now_ns);
    for (size_t i = 0; i < program->n_segments; i++) {
        const struct program_area *s = &program->segments[i];
        g_autofree char *text =
            g_strdup_printf("%" PRIx64 " %" PRIx64 " %" PRIx64 " %d %d", s->address, s->n,
                            s->file_n, s->is_writable, s->is_executable);

        put_text(out, "segment");
        put_text(out, text);
    }
    put_writable(out, writable);
}

static gint compare_numbers(gconstpointer a, gconstpointer b)
{
    uint64_t x = **(const uint64_t *const *)a, y = **(const uint64_t *const *)b;

    return x < y ? -1 : x > y;
}

/* Where the range being written began in out, so that its length can be set at its end. */
struct writer {
    GByteArray *out;
    uint32_t n;
    guint length_at;
    uint64_t begin, end;
};

static void end_range(struct writer *w)
{
    uint64_t n = GUINT64_TO_LE(w->end - w->begin);

    if (w->n > 0)
        memcpy(w->out->data + w->length_at, &n, sizeof n);
}

static void put_byte(struct writer *w, uint64_t address, uint8_t byte)
{
    if (w->n == 0 || address != w->end) {
        end_range(w);
        w->n++;
        w->begin = address;
        put_u64(w->out, address);
        w->length_at = w->out->len;
        put_u64(w->out, 0);
    }
    g_byte_array_append(w->out, &byte, 1);
    w->end = address + 1;
}

static void put_pages(GByteArray *out, const struct recorder *recorder)
{
    struct writer w = {.out = out};
    guint count_at = out->len, n;
    g_autofree gpointer *numbers = g_hash_table_get_keys_as_array(recorder->pages, &n);

    put_u32(out, 0);
    if (n > 0)
        qsort(numbers, n, sizeof *numbers, compare_numbers);
    for (guint i = 0; i < n; i++) {
        uint64_t number = *(uint64_t *)numbers[i];
        const struct page *page = g_hash_table_lookup(recorder->pages, &number);

        for (size_t at = 0; at < PAGE; at++)
            if (is_known(page, at))
                put_byte(&w, number * PAGE + at, page->data[at]);
    }
    end_range(&w);
    w.n = GUINT32_TO_LE(w.n);
    memcpy(out->data + count_at, &w.n, sizeof w.n);
}

GBytes *image_save(const struct memory *recorder, const struct program *program, int64_t now_ns)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    g_autoptr(GZlibCompressor) gzip = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9);

    g_byte_array_append(out, (const guint8 *)image_mark, IMAGE_MARK_BYTES);
    put_program(out, program, now_ns, ((const struct recorder *)recorder)->writable);
    put_pages(out, (const struct recorder *)recorder);
    return g_byte_array_free_to_bytes(
        image_convert(G_CONVERTER(gzip), out->data, out->len, GORUNTIME_MAX_IMAGE));
}
