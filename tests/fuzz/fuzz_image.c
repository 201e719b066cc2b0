#include "fuzz.h"

#include "probes/goruntime/image.h"
#include "probes/goruntime/writable.h"
#include "tests/goruntime/images/answers.h"

#include <string.h>

/*
 * Memory of a stranger: recorded images of Go programs (tests/goruntime/images), spoilt as the
 * input says, and read. Eight bytes each: what is done, of which word (three), and with which
 * value (four). Words are those that a reader has looked at and that are not 0. The last byte says
 * which image, which readers, and whether the program's tables are spoilt too.
 */

enum {
    PAGE = 4096,
    STEP = 8,        /* bytes of the input for one edit */
    MAX_EDITS = 128, /* more make it slow and nothing new */
    N_PARTS = 6,
};

enum change {
    CHANGE_FLIP,  /* bits of one byte */
    CHANGE_SMALL, /* a small number, negative ones too */
    CHANGE_LOOP,  /* the address of another word */
    CHANGE_SHIFT, /* the word, to the left */
    CHANGE_ADD,   /* to the word: a neighbour of what it points to */
    CHANGE_GONE,  /* its page is not there; from here on whole pages */
    CHANGE_PAGE,  /* its page is a copy of another */
    CHANGE_ZERO,  /* its page is empty */
    N_CHANGES,
    CHANGE_TORN = 0x80, /* only at every second look */
};

struct edit {
    enum change change;
    bool is_torn;
    uint64_t address;
    uint32_t value;
};

/* An image and what is done to it; memories of it only point here. */
struct subject {
    struct memory *image;
    GHashTable *links;
    GArray *words;              /* uint64_t, addresses */
    bool is_noting;             /* of words */
    struct go_runtime *runtime; /* of tables that are whole */
    struct edit edits[MAX_EDITS];
    size_t n_edits, n_looks;
};

struct spoilt {
    struct memory base;
    struct subject *of;
};

/* --- reading what was spoilt --- */

static uint64_t get_word(const struct subject *s, uint64_t address)
{
    uint64_t word = 0;

    memory_read(s->image, address, &word, sizeof word, NULL);
    return word;
}

static uint64_t other_word(const struct subject *s, uint32_t number)
{
    return g_array_index(s->words, uint64_t, number % s->words->len);
}

static uint64_t new_word(const struct subject *s, const struct edit *e)
{
    uint64_t word = get_word(s, e->address);

    switch (e->change) {
    case CHANGE_FLIP:
        return word ^ (uint64_t)(e->value & 0xff) << 8 * (e->value >> 8 & 7);
    case CHANGE_SMALL:
        return (uint64_t)(int32_t)e->value;
    case CHANGE_LOOP:
        return other_word(s, e->value);
    case CHANGE_SHIFT:
        return word << (e->value & 63);
    default:
        return word + (uint64_t)(int32_t)e->value;
    }
}

static void copy_page(const struct subject *s, uint64_t from, uint8_t bytes[PAGE])
{
    for (uint64_t at = 0; at < PAGE; at += 8) {
        uint64_t word = get_word(s, from + at);

        memcpy(bytes + at, &word, sizeof word);
    }
}

static void apply(const struct subject *s, const struct edit *e, struct memory_range *range)
{
    bool is_page = e->change >= CHANGE_GONE;
    uint64_t at = is_page ? e->address / PAGE * PAGE : e->address;
    uint64_t from = MAX(at, range->address);
    uint64_t to = MIN(at + (is_page ? PAGE : 8), range->address + range->n);

    if (from >= to)
        return;
    uint8_t bytes[PAGE] = {0};

    if (e->change == CHANGE_GONE) {
        range->ok = false;
        return;
    }
    if (e->change == CHANGE_PAGE) {
        copy_page(s, other_word(s, e->value) / PAGE * PAGE, bytes);
    } else if (!is_page) {
        uint64_t word = new_word(s, e);

        memcpy(bytes, &word, sizeof word);
    }
    memcpy((uint8_t *)range->data + (from - range->address), bytes + (from - at),
           (size_t)(to - from));
}

static void note_words(struct subject *s, const struct memory_range *range)
{
    for (uint64_t at = (range->address + 7) & ~(uint64_t)7; at + 8 <= range->address + range->n;
         at += 8)
        if (get_word(s, at) != 0)
            g_array_append_val(s->words, at);
}

static bool spoilt_read(struct memory *memory, struct memory_range *ranges, size_t n,
                        GError **error)
{
    struct subject *s = ((struct spoilt *)memory)->of;

    if (!memory_read_ranges(s->image, ranges, n, error))
        return false;
    s->n_looks++;
    for (size_t i = 0; i < n; i++) {
        if (s->is_noting && ranges[i].ok)
            note_words(s, &ranges[i]);
        for (size_t k = 0; k < s->n_edits && ranges[i].ok; k++)
            if (!s->edits[k].is_torn || s->n_looks % 2 == 0)
                apply(s, &s->edits[k], &ranges[i]);
    }
    return true;
}

static struct writable *spoilt_writable(struct memory *memory, GError **error)
{
    return writable_of_memory(((struct spoilt *)memory)->of->image, error);
}

static void spoilt_free(struct memory *memory)
{
    g_free(memory);
}

static struct memory *spoilt_new(struct subject *s)
{
    static const struct memory_ops ops = {spoilt_read, spoilt_free, spoilt_writable, true};
    struct spoilt *spoilt = g_new0(struct spoilt, 1);

    spoilt->base.ops = &ops;
    spoilt->of = s;
    return &spoilt->base;
}

/* --- the images --- */

static char *load_file(const char *name, const char *kind, gsize *ret_n)
{
    g_autofree char *path =
        g_strdup_printf(SIDESCOPE_SOURCE_DIR "/tests/goruntime/images/recorded/%s.%s", name, kind);
    char *text;

    if (!g_file_get_contents(path, &text, ret_n, NULL))
        g_error("%s is not there", path);
    return text;
}

static int compare_addresses(gconstpointer a, gconstpointer b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static void keep_once(GArray *words)
{
    guint n = 0;

    g_array_sort(words, compare_addresses);
    for (guint i = 0; i < words->len; i++)
        if (n == 0 || g_array_index(words, uint64_t, n - 1) != g_array_index(words, uint64_t, i))
            g_array_index(words, uint64_t, n++) = g_array_index(words, uint64_t, i);
    g_array_set_size(words, n);
}

static void subject_load(struct subject *s, const char *name)
{
    gsize n;
    g_autofree char *bytes = load_file(name, "img.gz", &n);
    g_autofree char *open = load_file(name, "links", NULL);

    s->image = image_load(bytes, n, NULL);
    g_assert_nonnull(s->image);
    s->links = answers_links_parse(open);
    s->words = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    s->is_noting = true;
    s->runtime = go_runtime_new(spoilt_new(s), image_program(s->image), NULL);
    g_assert_nonnull(s->runtime);
    g_free(answers_text(s->runtime, image_now(s->image), s->links, ANSWERS_ALL));
    s->is_noting = false;
    keep_once(s->words);
}

static struct subject *find_subject(unsigned number)
{
    static const char *const names[] = {"go1.19.13", "go1.23.12", "go1.27.0"};
    static struct subject subjects[G_N_ELEMENTS(names)];
    struct subject *s = &subjects[number % G_N_ELEMENTS(names)];

    if (s->image == NULL)
        subject_load(s, names[number % G_N_ELEMENTS(names)]);
    return s;
}

/* --- one input --- */

static void take_edits(struct subject *s, const uint8_t *data, size_t n)
{
    s->n_looks = 0;
    for (s->n_edits = 0; n >= STEP && s->n_edits < MAX_EDITS; data += STEP, n -= STEP) {
        struct edit *e = &s->edits[s->n_edits++];

        e->change = (data[0] & ~CHANGE_TORN) % N_CHANGES;
        e->is_torn = (data[0] & CHANGE_TORN) != 0;
        e->address = other_word(s, (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3]);
        memcpy(&e->value, data + 4, sizeof e->value);
    }
}

/* With fresh symbols: what was remembered of other inputs must not matter. */
static void read_attached(struct subject *s, unsigned parts)
{
    struct go_runtime runtime = *s->runtime;

    runtime.symbols = symbols_new(runtime.module, runtime.memory);
    g_free(answers_text(&runtime, image_now(s->image), s->links, parts));
    symbols_free(runtime.symbols);
}

static void read_from_attaching(struct subject *s, unsigned parts)
{
    g_autoptr(go_runtime_auto) runtime =
        go_runtime_new(spoilt_new(s), image_program(s->image), NULL);

    if (runtime != NULL)
        g_free(answers_text(runtime, image_now(s->image), s->links, parts));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    unsigned choice = data[n - 1] % FUZZ_CHOICES;
    struct subject *s = find_subject(choice / (2 * N_PARTS));
    unsigned parts = 1u << choice / 2 % N_PARTS;

    take_edits(s, data, n - 1);
    if (choice % 2 == 0)
        read_attached(s, parts);
    else
        read_from_attaching(s, parts);
    s->n_edits = 0;
    return 0;
}
