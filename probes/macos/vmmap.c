#include "probes/macos/vmmap.h"

#include <string.h>

enum {
    MAX_WORDS = 48, /* of a line; longer lines are comments or paths */
    SIZES = 7,      /* virtual resident dirty swapped volatile nonvolatile empty */
    OLD_SIZES = 1,  /* macOS 10.12: virtual alone */
    MAX_ROWS = 4096,
};

/* --- words --- */

struct word {
    const char *p;
    size_t n;
};

struct line {
    const char *p, *end;
    struct word words[MAX_WORDS];
    size_t n_words;
};

static bool word_is(const struct line *line, size_t index, const char *text)
{
    return index < line->n_words && line->words[index].n == strlen(text) &&
           memcmp(line->words[index].p, text, line->words[index].n) == 0;
}

static bool parse_count(const struct word *word, int64_t *ret)
{
    enum { MAX_DIGITS = 15 };
    int64_t value = 0;

    if (word->n == 0 || word->n > MAX_DIGITS)
        return false;
    for (size_t i = 0; i < word->n; i++) {
        if (!g_ascii_isdigit(word->p[i]))
            return false;
        value = value * 10 + (word->p[i] - '0');
    }
    *ret = value;
    return true;
}

bool vmmap_parse_size(const char *text, size_t n, int64_t *ret)
{
    enum { MAX_DIGITS = 15 }; /* footprint -f bytes prints all of them */
    static const char units[] = "KMGT";
    int64_t tenths = 0;
    size_t i = 0;
    int shift = 0;

    for (; i < n && i < MAX_DIGITS && g_ascii_isdigit(text[i]); i++)
        tenths = tenths * 10 + (text[i] - '0');
    if (i == 0)
        return false;
    tenths *= 10;
    if (i + 1 < n && text[i] == '.' && g_ascii_isdigit(text[i + 1])) {
        tenths += text[i + 1] - '0';
        i += 2;
    }
    const char *unit = i + 1 == n && text[i] != '\0' ? strchr(units, text[i]) : NULL;

    if (unit != NULL) {
        shift = 10 * (int)(unit - units + 1);
        i++;
    }
    if (i != n || tenths > INT64_MAX >> shift)
        return false;
    *ret = (tenths << shift) / 10;
    return true;
}

int64_t vmmap_size_step(int64_t bytes)
{
    enum { KIB_DIGITS = 10000 };
    const int64_t kib = 1024, mib = 1024 * kib, gib = 1024 * mib;

    if (bytes < KIB_DIGITS * kib)
        return kib;
    return (bytes < gib ? mib : bytes < 1024 * gib ? gib : 1024 * gib) / 10 + 1;
}

/* --- the table of regions --- */

struct reader {
    struct vmmap *vmmap;
    const char *p, *end;
    size_t n_sizes; /* size columns of the table being read */
};

static bool next_line(struct reader *r, struct line *ret)
{
    if (r->p >= r->end)
        return false;
    const char *newline = memchr(r->p, '\n', (size_t)(r->end - r->p));

    ret->p = r->p;
    ret->end = newline ? newline : r->end;
    r->p = newline ? newline + 1 : r->end;

    const char *p = ret->p;

    ret->n_words = 0;
    while (p < ret->end && ret->n_words < MAX_WORDS) {
        while (p < ret->end && g_ascii_isspace(*p))
            p++;
        const char *begin = p;

        while (p < ret->end && !g_ascii_isspace(*p))
            p++;
        if (p > begin)
            ret->words[ret->n_words++] = (struct word){begin, (size_t)(p - begin)};
    }

    return true;
}

/* The word is the last of the line, or a comment stands well apart behind it. */
static bool ends_row(const struct line *line, size_t index)
{
    const char *after = line->words[index].p + line->words[index].n;

    if (index + 1 == line->n_words)
        return true;
    return line->words[index + 1].p - after >= 2;
}

/*
 * Names contain blanks and may end in a number, and columns move with the
 * longest name: the values are the first run of sizes with a count behind it.
 * The word where they begin, or 0.
 */
static size_t find_values(const struct line *line, size_t n_sizes)
{
    int64_t value;

    for (size_t first = 1; first + n_sizes < line->n_words; first++) {
        size_t k = 0;

        while (k < n_sizes &&
               vmmap_parse_size(line->words[first + k].p, line->words[first + k].n, &value))
            k++;
        if (k == n_sizes && parse_count(&line->words[first + k], &value) &&
            ends_row(line, first + k))
            return first;
    }
    return 0;
}

static int64_t size_at(const struct line *line, size_t index)
{
    int64_t value = SAMPLE_UNKNOWN;

    vmmap_parse_size(line->words[index].p, line->words[index].n, &value);
    return value;
}

/* From the first word up to the word before. */
static const char *words_text(struct vmmap *vmmap, const struct line *line, size_t before)
{
    const struct word *last = &line->words[before - 1];

    return g_string_chunk_insert_len(vmmap->strings, line->words[0].p,
                                     last->p + last->n - line->words[0].p);
}

/* "TOTAL", then "TOTAL, minus reserved VM space": the first one counts. */
static bool is_total(const struct line *line)
{
    return word_is(line, 0, "TOTAL") || word_is(line, 0, "TOTAL,");
}

static void read_regions(struct reader *r, const struct line *heading)
{
    struct vmmap *vmmap = r->vmmap;
    struct vmmap_region region;
    struct line line;
    size_t n_headings = 0;

    for (size_t i = 0; i < heading->n_words; i++)
        n_headings += word_is(heading, i, "SIZE");
    r->n_sizes = n_headings == OLD_SIZES ? OLD_SIZES : SIZES;
    g_array_set_size(vmmap->region_array, 0);
    while (next_line(r, &line) && line.n_words > 0) {
        size_t first = find_values(&line, r->n_sizes);
        bool old = r->n_sizes == OLD_SIZES;

        if (first == 0)
            continue;
        region = (struct vmmap_region){
            .virtual_bytes = size_at(&line, first),
            .resident_bytes = old ? SAMPLE_UNKNOWN : size_at(&line, first + 1),
            .dirty_bytes = old ? SAMPLE_UNKNOWN : size_at(&line, first + 2),
            .swapped_bytes = old ? SAMPLE_UNKNOWN : size_at(&line, first + 3),
        };
        parse_count(&line.words[first + r->n_sizes], &region.count);
        region.type = words_text(r->vmmap, &line, first);
        if (region.type[0] == '\0')
            continue;
        if (!is_total(&line)) {
            if (vmmap->region_array->len < MAX_ROWS)
                g_array_append_val(vmmap->region_array, region);
        } else if (vmmap->total.count == SAMPLE_UNKNOWN) {
            vmmap->total = region;
            vmmap->total.type = "";
        }
    }
}

/* Up to macOS 10.14 every count but the total is one too high. */
static void correct_counts(struct vmmap *vmmap)
{
    GArray *regions = vmmap->region_array;
    int64_t sum = 0;

    for (guint i = 0; i < regions->len; i++)
        sum += g_array_index(regions, struct vmmap_region, i).count;
    if (vmmap->total.count == SAMPLE_UNKNOWN || sum - vmmap->total.count != (int64_t)regions->len)
        return;
    for (guint i = 0; i < regions->len; i++)
        g_array_index(regions, struct vmmap_region, i).count--;
}

/* --- the table of malloc zones --- */

/* Read from the right: "… 4 sizes, allocations, allocated, fragmented, percent, regions". */
static bool parse_zone(const struct reader *r, const struct line *line, struct malloc_zone *ret)
{
    enum { VALUES = 9, OLD_VALUES = 5 };
    bool old = r->n_sizes == OLD_SIZES;
    size_t n_values = old ? OLD_VALUES : VALUES, n = line->n_words;

    if (n <= n_values)
        return false;
    const struct word *percent = &line->words[n - 2];

    if (percent->n < 2 || percent->p[percent->n - 1] != '%')
        return false;
    size_t first = n - n_values, allocations = old ? first + 1 : first + 4;

    *ret = (struct malloc_zone){
        .virtual_bytes = size_at(line, first),
        .resident_bytes = old ? SAMPLE_UNKNOWN : size_at(line, first + 1),
        .dirty_bytes = old ? SAMPLE_UNKNOWN : size_at(line, first + 2),
        .swapped_bytes = old ? SAMPLE_UNKNOWN : size_at(line, first + 3),
        .allocated_bytes = size_at(line, allocations + 1),
    };
    if (ret->virtual_bytes == SAMPLE_UNKNOWN ||
        !parse_count(&line->words[allocations], &ret->allocations) ||
        !parse_count(&line->words[n - 1], &ret->regions))
        return false;
    ret->name = words_text(r->vmmap, line, first);
    return true;
}

static void read_zones(struct reader *r)
{
    struct malloc_zone zone;
    struct line line;

    while (next_line(r, &line) && line.n_words > 0)
        if (!is_total(&line) && parse_zone(r, &line, &zone) && r->vmmap->zone_array->len < MAX_ROWS)
            g_array_append_val(r->vmmap->zone_array, zone);
}

/* --- the head --- */

static bool has_key(const struct line *line, const char *key, const char **ret_value)
{
    size_t n = strlen(key);
    const char *p = line->p;

    if ((size_t)(line->end - p) < n || memcmp(p, key, n) != 0)
        return false;
    for (p += n; p < line->end && g_ascii_isspace(*p); p++)
        ;
    *ret_value = p;
    return true;
}

static struct vmmap *vmmap_new(void)
{
    struct vmmap *vmmap = g_new0(struct vmmap, 1);

    vmmap->path = "";
    vmmap->footprint_bytes = vmmap->footprint_peak_bytes = SAMPLE_UNKNOWN;
    vmmap->total = (struct vmmap_region){
        .type = "",
        .virtual_bytes = SAMPLE_UNKNOWN,
        .resident_bytes = SAMPLE_UNKNOWN,
        .dirty_bytes = SAMPLE_UNKNOWN,
        .swapped_bytes = SAMPLE_UNKNOWN,
        .count = SAMPLE_UNKNOWN,
    };
    vmmap->strings = g_string_chunk_new(1024);
    vmmap->region_array = g_array_new(FALSE, FALSE, sizeof(struct vmmap_region));
    vmmap->zone_array = g_array_new(FALSE, FALSE, sizeof(struct malloc_zone));
    return vmmap;
}

static bool read_all(struct reader *r)
{
    struct line line;
    bool found = false;

    while (next_line(r, &line)) {
        /* the full listing has headings that begin alike; only the summary counts regions */
        if (word_is(&line, 0, "REGION") && word_is(&line, 1, "TYPE") && word_is(&line, 2, "SIZE")) {
            read_regions(r, &line);
            found = true;
        } else if (word_is(&line, 0, "MALLOC") && word_is(&line, 1, "ZONE") &&
                   word_is(&line, 2, "SIZE")) {
            read_zones(r);
        } else if (!found && line.n_words > 1) {
            struct vmmap *vmmap = r->vmmap;
            const char *value;
            size_t last = line.n_words - 1;

            if (has_key(&line, "Physical footprint:", &value))
                vmmap_parse_size(line.words[last].p, line.words[last].n, &vmmap->footprint_bytes);
            else if (has_key(&line, "Physical footprint (peak):", &value))
                vmmap_parse_size(line.words[last].p, line.words[last].n,
                                 &vmmap->footprint_peak_bytes);
            else if (has_key(&line, "Path:", &value))
                vmmap->path = g_string_chunk_insert_len(vmmap->strings, value, line.end - value);
        }
    }
    return found;
}

struct vmmap *vmmap_parse(const char *text, size_t n)
{
    struct vmmap *vmmap = vmmap_new();
    struct reader reader = {.vmmap = vmmap, .p = text, .end = text + n, .n_sizes = SIZES};

    if (!read_all(&reader)) {
        vmmap_free(vmmap);
        return NULL;
    }
    correct_counts(vmmap);
    vmmap->regions = (const struct vmmap_region *)(const void *)vmmap->region_array->data;
    vmmap->n_regions = vmmap->region_array->len;
    vmmap->zones = (const struct malloc_zone *)(const void *)vmmap->zone_array->data;
    vmmap->n_zones = vmmap->zone_array->len;
    return vmmap;
}

void vmmap_free(struct vmmap *vmmap)
{
    if (!vmmap)
        return;
    g_string_chunk_free(vmmap->strings);
    g_array_unref(vmmap->region_array);
    g_array_unref(vmmap->zone_array);
    g_free(vmmap);
}

/* --- words of failure, words of types --- */

enum vmmap_failure vmmap_failure_of(const char *text)
{
    static const char *const gone[] = {"no longer appears to be running", "No such process"};
    static const char *const denied[] = {"try running with sudo", "task_for_pid",
                                         "cannot examine process", "Operation not permitted",
                                         "need root"};

    for (size_t i = 0; i < G_N_ELEMENTS(gone); i++)
        if (strstr(text, gone[i]))
            return VMMAP_GONE;
    for (size_t i = 0; i < G_N_ELEMENTS(denied); i++)
        if (strstr(text, denied[i]))
            return VMMAP_DENIED;
    return VMMAP_FAILED;
}

enum region_class vmmap_class(const char *type, bool is_go)
{
    static const struct {
        const char *prefix;
        enum region_class cls;
    } prefixes[] = {
        {"MALLOC guard", REGION_RESERVED},
        {"MALLOC", REGION_C_HEAP},
        {"Stack guard", REGION_RESERVED}, /* and STACK GUARD */
        {"Stack", REGION_STACK},
        {"mapped file", REGION_FILE},
        {"SQLite", REGION_SQLITE},
        {"shared memory", REGION_SHARED},
        {"unused but dirty shlib", REGION_LIBRARY},
        {"unused dyld", REGION_LIBRARY},
        {"dyld", REGION_LIBRARY},
        {"__", REGION_LIBRARY}, /* segments of the program and, far more, of libraries */
        {".note", REGION_LIBRARY},
        {"commpage", REGION_KERNEL},
        {"page table", REGION_KERNEL},
        {"Kernel Alloc", REGION_KERNEL},
    };

    if (g_str_has_suffix(type, "(reserved)"))
        return REGION_RESERVED;
    if (strcmp(type, "VM_ALLOCATE") == 0)
        return is_go ? REGION_GO_HEAP : REGION_ANONYMOUS;
    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++)
        if (g_ascii_strncasecmp(type, prefixes[i].prefix, strlen(prefixes[i].prefix)) == 0)
            return prefixes[i].cls;
    return REGION_ANONYMOUS;
}

/* --- footprint --- */

/* "848 KB", "868352 B", and without a unit bytes. */
static bool parse_spaced(const struct line *line, size_t index, int64_t *ret)
{
    char text[32] = "";

    if (index >= line->n_words)
        return false;
    size_t n = MIN(line->words[index].n, sizeof text - 2);

    memcpy(text, line->words[index].p, n);
    if (index + 1 < line->n_words && line->words[index + 1].p[0] != 'B')
        text[n++] = line->words[index + 1].p[0];
    return vmmap_parse_size(text, n, ret);
}

bool footprint_parse(const char *text, size_t n, int64_t *ret_bytes, int64_t *ret_peak_bytes)
{
    struct reader reader = {.p = text, .end = text + n};
    struct line line;
    bool found = false;

    while (next_line(&reader, &line)) {
        if (word_is(&line, 0, "phys_footprint:"))
            found = parse_spaced(&line, 1, ret_bytes) || found;
        else if (word_is(&line, 0, "phys_footprint_peak:"))
            parse_spaced(&line, 1, ret_peak_bytes);
    }
    return found;
}
