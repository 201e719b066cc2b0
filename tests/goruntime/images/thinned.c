#include "tests/goruntime/images/thinned.h"

#include "probes/goruntime/writable.h"
#include "tests/goruntime/images/answers.h"

#include <string.h>

enum {
    PIECE = 256,     /* bytes that become zeroes or stay */
    LARGEST = 65536, /* bytes that are tried at once */
};

struct thinning {
    struct memory *image;
    const struct program *program;
    const char *answers;
    GHashTable *links;
    GByteArray *is_zero[256]; /* of each segment, a byte for each piece; NULL: not begun */
};

/* --- the image as far as it was thinned --- */

struct thinned {
    struct memory base;
    const struct thinning *of;
};

static void clear_pieces(const struct thinning *t, struct memory_range *range)
{
    for (size_t s = 0; s < t->program->n_segments; s++) {
        const struct program_area *segment = &t->program->segments[s];
        uint64_t begin = MAX(segment->address, range->address);
        uint64_t end = MIN(segment->address + segment->n, range->address + range->n);

        for (uint64_t at = begin; t->is_zero[s] != NULL && at < end; at++)
            if (t->is_zero[s]->data[(at - segment->address) / PIECE] != 0)
                ((uint8_t *)range->data)[at - range->address] = 0;
    }
}

static bool thinned_read(struct memory *memory, struct memory_range *ranges, size_t n,
                         GError **error)
{
    const struct thinning *t = ((const struct thinned *)memory)->of;

    if (!memory_read_ranges(t->image, ranges, n, error))
        return false;
    for (size_t i = 0; i < n; i++)
        if (ranges[i].ok)
            clear_pieces(t, &ranges[i]);
    return true;
}

static struct writable *thinned_writable(struct memory *memory, GError **error)
{
    return writable_of_memory(((const struct thinned *)memory)->of->image, error);
}

static void thinned_free(struct memory *memory)
{
    g_free(memory);
}

static struct memory *thinned_new(const struct thinning *t)
{
    static const struct memory_ops ops = {thinned_read, thinned_free, thinned_writable, true};
    struct thinned *thinned = g_new0(struct thinned, 1);

    thinned->base.ops = &ops;
    thinned->of = t;
    return &thinned->base;
}

/* --- what can go --- */

/* Whether the answers of a memory, which is given up, are those of the image. */
static bool is_same(const struct thinning *t, struct memory *memory)
{
    g_autoptr(go_runtime_auto) runtime = go_runtime_new(memory, t->program, NULL);

    if (runtime == NULL)
        return false;
    g_autofree char *text = answers_text(runtime, image_now(t->image), t->links, ANSWERS_ALL);

    return strcmp(text, t->answers) == 0;
}

static void try_pieces(struct thinning *t, size_t segment, guint first, guint n)
{
    guint8 *pieces = t->is_zero[segment]->data;

    if (n == 0)
        return;
    memset(pieces + first, 1, n);
    if (is_same(t, thinned_new(t)))
        return;
    memset(pieces + first, 0, n);
    if (n > 1) {
        try_pieces(t, segment, first, n / 2);
        try_pieces(t, segment, first + n / 2, n - n / 2);
    }
}

static void thin_segment(struct thinning *t, size_t segment)
{
    uint64_t n = (t->program->segments[segment].n + PIECE - 1) / PIECE;

    t->is_zero[segment] = g_byte_array_new();
    g_byte_array_set_size(t->is_zero[segment], (guint)n);
    memset(t->is_zero[segment]->data, 0, n);
    for (guint at = 0; at < n; at += LARGEST / PIECE)
        try_pieces(t, segment, at, MIN((guint)n - at, LARGEST / PIECE));
}

GBytes *thinned_image(GBytes *image, const char *answers, GHashTable *links)
{
    g_autoptr(memory_auto) memory =
        image_load(g_bytes_get_data(image, NULL), g_bytes_get_size(image), NULL);
    struct thinning t = {.image = memory, .answers = answers, .links = links};

    g_assert_nonnull(memory);
    t.program = image_program(memory);
    g_assert_cmpuint(t.program->n_segments, <, G_N_ELEMENTS(t.is_zero));
    for (size_t i = 0; i < t.program->n_segments; i++)
        thin_segment(&t, i);
    struct memory *recorder = image_recorder_new(thinned_new(&t));
    g_autoptr(go_runtime_auto) runtime = go_runtime_new(recorder, t.program, NULL);

    g_assert_nonnull(runtime);
    g_autofree char *text = answers_text(runtime, image_now(memory), links, ANSWERS_ALL);

    g_assert_cmpstr(text, ==, answers);
    GBytes *thin = image_save(recorder, t.program, image_now(memory));

    g_assert_true(
        is_same(&t, image_load(g_bytes_get_data(thin, NULL), g_bytes_get_size(thin), NULL)));

    for (size_t i = 0; i < t.program->n_segments; i++)
        g_byte_array_unref(t.is_zero[i]);
    return thin;
}
