#include "probes/goruntime/image.h"

#include "probes/goruntime/bytes.h"
#include "probes/goruntime/errors.h"
#include "probes/goruntime/limits.h"
#include "probes/goruntime/writable.h"

#include <gio/gio.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char mark[8] = {'S', 'S', 'G', 'O', 'I', 'M', 'G', '1'};

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
    recorder->pages = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
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

/* All of data through a converter, at most most bytes; NULL when it cannot be. */
static GByteArray *convert(GConverter *converter, const void *data, size_t n, size_t most)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    GConverterResult result;

    do {
        uint8_t buffer[65536];
        gsize taken, given;

        result = g_converter_convert(converter, data, n, buffer, sizeof buffer,
                                     G_CONVERTER_INPUT_AT_END, &taken, &given, NULL);
        if (result == G_CONVERTER_ERROR || out->len + given > most)
            return NULL;
        g_byte_array_append(out, buffer, (guint)given);
        data = (const uint8_t *)data + taken;
        n -= taken;
    } while (result != G_CONVERTER_FINISHED);
    return g_steal_pointer(&out);
}

GBytes *image_save(const struct memory *recorder, const struct program *program, int64_t now_ns)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    g_autoptr(GZlibCompressor) gzip = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9);

    g_byte_array_append(out, (const guint8 *)mark, sizeof mark);
    put_program(out, program, now_ns, ((const struct recorder *)recorder)->writable);
    put_pages(out, (const struct recorder *)recorder);
    return g_byte_array_free_to_bytes(
        convert(G_CONVERTER(gzip), out->data, out->len, GORUNTIME_MAX_IMAGE));
}

/* --- loading --- */

struct image_range {
    uint64_t address, n;
    const uint8_t *data;
};

struct image {
    struct memory base;
    GByteArray *bytes; /* what ranges point into */
    GArray *ranges;    /* struct image_range, by address, none overlaps another */
    GArray *writable;  /* struct module_area: as recorded */
    struct program *program;
    int64_t now_ns;
};

/* What is left of an image. */
struct input {
    const uint8_t *at, *end;
};

static const uint8_t *take(struct input *in, uint64_t n)
{
    const uint8_t *at = in->at;

    if (n > (uint64_t)(in->end - in->at))
        return NULL;
    in->at += n;
    return at;
}

static bool take_u32(struct input *in, uint32_t *ret)
{
    const uint8_t *at = take(in, sizeof *ret);

    if (at != NULL)
        *ret = bytes_u32(at);
    return at != NULL;
}

static bool take_u64(struct input *in, uint64_t *ret)
{
    const uint8_t *at = take(in, sizeof *ret);

    if (at != NULL)
        *ret = bytes_u64(at);
    return at != NULL;
}

static char *take_text(struct input *in)
{
    uint32_t n;
    const uint8_t *at;

    if (!take_u32(in, &n) || n > GORUNTIME_MAX_NAME || (at = take(in, n)) == NULL)
        return NULL;
    return g_strndup((const char *)at, n);
}

static bool add_segment(struct program *program, const char *text)
{
    struct program_area s = {0};
    int is_writable, is_executable;

    if (program->n_segments >= GORUNTIME_MAX_SEGMENTS ||
        sscanf(text, "%" SCNx64 " %" SCNx64 " %" SCNx64 " %d %d", &s.address, &s.n, &s.file_n,
               &is_writable, &is_executable) != 5 ||
        s.file_n > s.n || s.address + s.n < s.address)
        return false;
    s.is_writable = is_writable != 0;
    s.is_executable = is_executable != 0;
    program->segments[program->n_segments++] = s;
    return true;
}

static bool add_writable(GArray *writable, const char *text)
{
    struct module_area area, *last = NULL;

    if (writable->len > 0)
        last = &g_array_index(writable, struct module_area, writable->len - 1);
    if (writable->len >= GORUNTIME_MAX_IMAGE_RANGES ||
        sscanf(text, "%" SCNx64 " %" SCNx64, &area.begin, &area.end) != 2 ||
        area.end <= area.begin || (last != NULL && area.begin < last->end))
        return false;
    g_array_append_val(writable, area);
    return true;
}

static bool set_property(struct image *image, const char *name, const char *text)
{
    struct program *program = image->program;
    uint64_t number = g_ascii_strtoull(text, NULL, 16);
    const struct {
        const char *name;
        uint64_t *value;
    } numbers[] = {
        {"bias", &program->bias},
        {"pclntab", &program->pclntab},
        {"go.module", &program->go_module},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
        if (strcmp(name, numbers[i].name) == 0)
            *numbers[i].value = number;
    if (strcmp(name, "version") == 0) {
        g_free(program->version);
        program->version = g_strndup(text, GORUNTIME_MAX_VERSION);
    } else if (strcmp(name, "machine") == 0) {
        program->machine = (uint16_t)number;
        program->goarch = go_arch_of_machine(program->machine);
    } else if (strcmp(name, "now") == 0) {
        image->now_ns = (int64_t)number;
    } else if (strcmp(name, "segment") == 0) {
        return add_segment(program, text);
    } else if (strcmp(name, "writable") == 0) {
        return add_writable(image->writable, text);
    }
    return true;
}

static bool load_properties(struct image *image, struct input *in)
{
    uint32_t n;

    if (!take_u32(in, &n))
        return false;
    for (uint32_t i = 0; i < n; i++) {
        g_autofree char *name = take_text(in);
        g_autofree char *text = name != NULL ? take_text(in) : NULL;

        if (text == NULL || !set_property(image, name, text))
            return false;
    }
    return image->program->version != NULL && image->program->goarch != NULL;
}

static bool load_ranges(struct image *image, struct input *in)
{
    uint64_t end = 0;
    uint32_t n;

    if (!take_u32(in, &n) || n > GORUNTIME_MAX_IMAGE_RANGES)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        struct image_range r;

        if (!take_u64(in, &r.address) || !take_u64(in, &r.n) || r.address + r.n < r.address ||
            r.address < end || (r.data = take(in, r.n)) == NULL)
            return false;
        end = r.address + r.n;
        g_array_append_val(image->ranges, r);
    }
    return true;
}

/* The range an address is in, or NULL. */
static const struct image_range *find_range(const struct image *image, uint64_t address)
{
    size_t low = 0, high = image->ranges->len;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct image_range *r = &g_array_index(image->ranges, struct image_range, middle);

        if (address < r->address)
            high = middle;
        else if (address - r->address >= r->n)
            low = middle + 1;
        else
            return r;
    }
    return NULL;
}

static bool image_read(struct memory *memory, struct memory_range *ranges, size_t n, GError **error)
{
    const struct image *image = (const struct image *)memory;

    (void)error;
    memory->n_calls++;
    for (size_t i = 0; i < n; i++) {
        struct memory_range *wanted = &ranges[i];
        const struct image_range *r = find_range(image, wanted->address);
        uint64_t into = r != NULL ? wanted->address - r->address : 0;

        wanted->ok = wanted->n == 0 || (r != NULL && wanted->n <= r->n - into);
        if (wanted->ok && wanted->n > 0)
            memcpy(wanted->data, r->data + into, wanted->n);
        memory->n_bytes += wanted->ok ? wanted->n : 0;
    }
    return true;
}

/* Of the areas that the process could write to what was recorded, in whole words. */
static struct writable *image_writable(struct memory *memory, GError **error)
{
    enum { WORD = 8 };
    const struct image *image = (const struct image *)memory;
    g_autoptr(GArray) there = g_array_new(FALSE, FALSE, sizeof(struct module_area));

    if (image->writable->len == 0) {
        g_set_error_literal(error, GORUNTIME_ERROR, GORUNTIME_ERROR_FAILED,
                            "what the process could write to was not recorded");
        return NULL;
    }
    for (guint i = 0, k = 0; i < image->writable->len && k < image->ranges->len;) {
        const struct module_area *area = &g_array_index(image->writable, struct module_area, i);
        const struct image_range *range = &g_array_index(image->ranges, struct image_range, k);
        uint64_t end = range->address + range->n;
        struct module_area both = {
            (MAX(area->begin, range->address) + (WORD - 1)) / WORD * WORD,
            MIN(area->end, end) / WORD * WORD,
        };

        if (both.begin < both.end)
            g_array_append_val(there, both);
        if (area->end <= end)
            i++;
        else
            k++;
    }
    return writable_of_areas(there);
}

static void image_free(struct memory *memory)
{
    struct image *image = (struct image *)memory;

    g_array_unref(image->ranges);
    g_array_unref(image->writable);
    if (image->bytes != NULL)
        g_byte_array_unref(image->bytes);
    program_free(image->program);
    g_free(image);
}

/* A plain copy, or what the gzip member holds; NULL when damaged or too large. */
static GByteArray *unpack(const void *data, size_t n)
{
    const uint8_t *bytes = data;

    if (n >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b) {
        g_autoptr(GZlibDecompressor) gunzip =
            g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP);

        return convert(G_CONVERTER(gunzip), data, n, GORUNTIME_MAX_IMAGE);
    }
    if (n > GORUNTIME_MAX_IMAGE)
        return NULL;
    return g_byte_array_append(g_byte_array_sized_new((guint)n), data, (guint)n);
}

struct memory *image_load(const void *data, size_t n, GError **error)
{
    static const struct memory_ops ops = {image_read, image_free, image_writable, true};
    struct image *image = g_new0(struct image, 1);
    g_autoptr(memory_auto) memory = &image->base;

    image->base.ops = &ops;
    image->program = g_new0(struct program, 1);
    image->program->refs = 1;
    image->program->segments = g_new0(struct program_area, GORUNTIME_MAX_SEGMENTS);
    image->ranges = g_array_new(FALSE, FALSE, sizeof(struct image_range));
    image->writable = g_array_new(FALSE, FALSE, sizeof(struct module_area));
    image->bytes = unpack(data, n);
    if (image->bytes != NULL && image->bytes->len > 0) {
        struct input in = {image->bytes->data, image->bytes->data + image->bytes->len};
        const uint8_t *first = take(&in, sizeof mark);

        if (first != NULL && memcmp(first, mark, sizeof mark) == 0 && load_properties(image, &in) &&
            load_ranges(image, &in))
            return g_steal_pointer(&memory);
    }
    g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_MISMATCH,
                "this is no recorded memory of a Go program, or it is damaged");
    return NULL;
}

const struct program *image_program(const struct memory *image)
{
    return ((const struct image *)image)->program;
}

int64_t image_now(const struct memory *image)
{
    return ((const struct image *)image)->now_ns;
}
