#include "probes/goruntime/image.h"

#include "probes/goruntime/bytes.h"
#include "probes/goruntime/errors.h"
#include "probes/goruntime/image_private.h"
#include "probes/goruntime/limits.h"
#include "probes/goruntime/writable.h"

#include <inttypes.h>
#include <stdio.h>

const char image_mark[IMAGE_MARK_BYTES] = {'S', 'S', 'G', 'O', 'I', 'M', 'G', '1'};

GByteArray *image_convert(GConverter *converter, const void *data, size_t n, size_t most)
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

        return image_convert(G_CONVERTER(gunzip), data, n, GORUNTIME_MAX_IMAGE);
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
        const uint8_t *first = take(&in, IMAGE_MARK_BYTES);

        if (first != NULL && memcmp(first, image_mark, IMAGE_MARK_BYTES) == 0 &&
            load_properties(image, &in) && load_ranges(image, &in))
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
