#include "probes/goruntime/module.h"

#include "probes/goruntime/bytes.h"
#include "probes/goruntime/errors.h"
#include "probes/goruntime/limits.h"

enum {
    HEADER_BYTES = 72,
    MAGIC_1_18 = 0xfffffff0, /* Go 1.18 and 1.19 */
    MAGIC_1_20 = 0xfffffff1, /* since Go 1.20 */
    QUANTUM_AT = 6,          /* in pcHeader */
    POINTER_SIZE_AT = 7,
    N_FUNCTIONS_AT = 8,
    INDEX_ENTRY = 8, /* of ftab: u32 offset from text, u32 offset in pclntable */
    SCAN_BYTES = 1 << 20,
    MAX_SCANS = 1 << 12, /* of one segment: 4 GiB */
    MAX_CANDIDATES = 64,
};

struct search {
    struct memory *memory;
    const struct program *program;
    const struct go_layout *layout;
};

static bool fail(GError **error, enum goruntime_error code, const char *what)
{
    g_set_error_literal(error, GORUNTIME_ERROR, (gint)code, what);
    return false;
}

/* --- the header of the pclntab --- */

static bool is_pc_header(const uint8_t *at)
{
    uint32_t magic = bytes_u32(at);
    uint64_t n = bytes_u64(at + N_FUNCTIONS_AT);

    return (magic == MAGIC_1_18 || magic == MAGIC_1_20) && at[4] == 0 && at[5] == 0 &&
           (at[QUANTUM_AT] == 1 || at[QUANTUM_AT] == 4) && at[POINTER_SIZE_AT] == 8 &&
           n >= GORUNTIME_MIN_FUNCTIONS && n <= GORUNTIME_MAX_FUNCTIONS;
}

/*
 * Calls visit for pieces of a segment that overlap by overlap bytes, until it
 * says stop. False when stopped, or with error.
 */
typedef bool visit_piece(uint64_t address, const uint8_t *data, size_t n, void *user);

static bool walk_segment(const struct search *s, const struct program_area *segment, size_t overlap,
                         visit_piece *visit, void *user, GError **error)
{
    g_autofree uint8_t *buffer = g_malloc(SCAN_BYTES + overlap);

    for (uint64_t at = 0; at < MIN(segment->file_n, (uint64_t)MAX_SCANS * SCAN_BYTES);
         at += SCAN_BYTES) {
        size_t n = (size_t)MIN(segment->file_n - at, (uint64_t)SCAN_BYTES + overlap);
        struct memory_range range = {segment->address + at, buffer, n, false};

        if (!memory_read_ranges(s->memory, &range, 1, error))
            return false;
        if (range.ok && !visit(range.address, buffer, n, user))
            return false;
    }
    return true;
}

static bool visit_for_header(uint64_t address, const uint8_t *data, size_t n, void *user)
{
    for (size_t i = 0; i + HEADER_BYTES <= n; i += 8) {
        if (!is_pc_header(data + i))
            continue;
        *(uint64_t *)user = address + i;
        return false;
    }
    return true;
}

static bool find_header(const struct search *s, uint64_t *ret, const char **ret_how, GError **error)
{
    uint8_t bytes[HEADER_BYTES];
    struct memory_range range = {s->program->pclntab, bytes, sizeof bytes, false};

    *ret_how = "section";
    if (s->program->pclntab != 0) {
        if (!memory_read_ranges(s->memory, &range, 1, error))
            return false;
        *ret = s->program->pclntab;
        if (range.ok && is_pc_header(bytes))
            return true;
    }
    *ret_how = "scan";
    /* Position-independent programs linked by the C linker have no section of its own for it. */
    GError *problem = NULL;

    *ret = 0;
    for (size_t i = 0; i < s->program->n_segments && *ret == 0; i++) {
        if (!walk_segment(s, &s->program->segments[i], HEADER_BYTES, visit_for_header, ret,
                          &problem) &&
            problem != NULL) {
            g_propagate_error(error, problem);
            return false;
        }
    }
    return *ret != 0 ||
           fail(error, GORUNTIME_ERROR_FOREIGN,
                "the program has no table of Go functions in its memory: it is packed, obfuscated "
                "or made by another compiler than Go's");
}

/* --- the module data --- */

struct candidates {
    uint64_t header;
    uint64_t found[MAX_CANDIDATES];
    size_t n;
};

/* The header's address, and behind it a slice of names: in the table, as long as it is large. */
static bool visit_for_module(uint64_t address, const uint8_t *data, size_t n, void *user)
{
    struct candidates *c = user;

    for (size_t i = 0; i + 32 <= n && c->n < MAX_CANDIDATES; i += 8) {
        if (bytes_u64(data + i) != c->header)
            continue;
        uint64_t begin = bytes_u64(data + i + 8), length = bytes_u64(data + i + 16);

        if (length > 0 && length == bytes_u64(data + i + 24) && begin > c->header)
            c->found[c->n++] = address + i;
    }
    return c->n < MAX_CANDIDATES;
}

static bool find_candidates(const struct search *s, struct candidates *c, GError **error)
{
    GError *problem = NULL;

    if (s->program->go_module != 0)
        c->found[c->n++] = s->program->go_module;
    for (size_t i = 0; i < s->program->n_segments && s->program->go_module == 0; i++) {
        const struct program_area *segment = &s->program->segments[i];

        if (segment->is_writable)
            walk_segment(s, segment, 24, visit_for_module, c, &problem);
        if (problem != NULL) {
            g_propagate_error(error, problem);
            return false;
        }
    }
    return c->n > 0 || fail(error, GORUNTIME_ERROR_MISMATCH,
                            "the runtime's own description of the program is not in its memory");
}

/* --- one candidate --- */

#define FIELD(NAME) offsetof(struct go_layout, moduledata_##NAME)
#define MEMBER(NAME) offsetof(struct module, NAME)

static const struct {
    size_t member, begin, end; /* of struct module_area; fields of the layout */
} areas[] = {
    {MEMBER(text), FIELD(text), FIELD(etext)},
    {MEMBER(noptrdata), FIELD(noptrdata), FIELD(enoptrdata)},
    {MEMBER(data), FIELD(data), FIELD(edata)},
    {MEMBER(bss), FIELD(bss), FIELD(ebss)},
    {MEMBER(noptrbss), FIELD(noptrbss), FIELD(enoptrbss)},
    {MEMBER(types), FIELD(types), FIELD(etypes)},
};

static const struct {
    size_t member, field; /* of struct module_table; a slice */
    uint64_t element;     /* bytes */
} tables[] = {
    {MEMBER(names), FIELD(funcnametab), 1},   {MEMBER(units), FIELD(cutab), 4},
    {MEMBER(files), FIELD(filetab), 1},       {MEMBER(pc_tables), FIELD(pctab), 1},
    {MEMBER(functions), FIELD(pclntable), 1}, {MEMBER(index), FIELD(ftab), INDEX_ENTRY},
};

/* The word at a field of the layout, 0 when this version has no such field. */
static uint64_t word(const struct go_layout *layout, const uint8_t *data, size_t field)
{
    int32_t at;

    memcpy(&at, (const char *)layout + field, sizeof at);
    return at >= 0 && at + 8 <= layout->moduledata_bytes ? bytes_u64(data + at) : 0;
}

/* The length of the slice at a field. */
static uint64_t slice_length(const struct go_layout *layout, const uint8_t *data, size_t field)
{
    int32_t at;

    memcpy(&at, (const char *)layout + field, sizeof at);
    return at >= 0 && at + 16 <= layout->moduledata_bytes ? bytes_u64(data + at + 8) : 0;
}

static bool take_areas(struct module *m, const uint8_t *data)
{
    for (size_t i = 0; i < G_N_ELEMENTS(areas); i++) {
        struct module_area *area = (struct module_area *)(void *)((char *)m + areas[i].member);

        area->begin = word(&m->layout, data, areas[i].begin);
        area->end = word(&m->layout, data, areas[i].end);
        if (area->begin > area->end)
            return false;
    }
    m->gofunc = word(&m->layout, data, FIELD(gofunc));
    m->next = word(&m->layout, data, FIELD(next));
    return m->text.begin < m->text.end;
}

static bool copy_tables(const struct search *s, struct module *m, const uint8_t *data,
                        GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        struct module_table *table = (struct module_table *)(void *)((char *)m + tables[i].member);
        uint64_t n = slice_length(&m->layout, data, tables[i].field);

        if (n > GORUNTIME_MAX_TABLE / tables[i].element)
            return fail(error, GORUNTIME_ERROR_TOO_LARGE,
                        "a table of the program's functions is larger than can be true");
        table->n = (size_t)(n * tables[i].element);
        table->data = memory_copy(s->memory, word(&m->layout, data, tables[i].field), table->n,
                                  GORUNTIME_MAX_TABLE, error);
        if (table->data == NULL)
            return false;
        table->data[table->n] = 0; /* the last text ends, whatever is in it */
    }
    return true;
}

/* Entries ascend and point into the tables: checked once, so that lookups need not. */
static bool check_index(struct module *m, GError **error)
{
    size_t n = m->index.n / INDEX_ENTRY, least = (size_t)m->layout.func_bytes;
    uint32_t before = 0;

    if (n < GORUNTIME_MIN_FUNCTIONS + 1 || m->functions.n < least)
        return fail(error, GORUNTIME_ERROR_MISMATCH,
                    "the program's table of functions is too small to be one");
    m->n_functions = n - 1;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *entry = m->index.data + i * INDEX_ENTRY;
        uint32_t begin = bytes_u32(entry), record = bytes_u32(entry + 4);

        if (begin < before || (i + 1 < n && record > m->functions.n - least))
            return fail(error, GORUNTIME_ERROR_MISMATCH,
                        "the program's table of functions contradicts itself");
        before = begin;
    }
    return true;
}

static struct module *load_candidate(const struct search *s, uint64_t address, uint64_t header,
                                     GError **error)
{
    g_autoptr(module_auto) m = g_new0(struct module, 1);
    size_t n = (size_t)s->layout->moduledata_bytes;
    g_autofree uint8_t *data = memory_copy(s->memory, address, n, n, error);
    uint8_t head[HEADER_BYTES];

    m->refs = 1;
    m->layout = *s->layout;
    m->address = address;
    m->pc_header = header;
    if (data == NULL || !memory_read(s->memory, header, head, sizeof head, error))
        return NULL;
    m->quantum = head[QUANTUM_AT];
    if (word(s->layout, data, FIELD(pcheader)) != header || !take_areas(m, data) ||
        !is_pc_header(head)) { /* a quantum of 0 would be a step that leads nowhere */
        fail(error, GORUNTIME_ERROR_MISMATCH,
             "the runtime's description of the program is not the one this version of Go has");
        return NULL;
    }
    return copy_tables(s, m, data, error) && check_index(m, error) ? g_steal_pointer(&m) : NULL;
}

static bool is_final(const GError *error)
{
    return g_error_matches(error, GORUNTIME_ERROR, GORUNTIME_ERROR_DENIED) ||
           g_error_matches(error, GORUNTIME_ERROR, GORUNTIME_ERROR_GONE) ||
           g_error_matches(error, GORUNTIME_ERROR, GORUNTIME_ERROR_CANCELLED);
}

struct module *module_load(struct memory *memory, const struct program *program,
                           const struct go_layout *layout, GError **error)
{
    struct search s = {memory, program, layout};
    struct candidates c = {0};
    const char *how;

    if (!find_header(&s, &c.header, &how, error) || !find_candidates(&s, &c, error))
        return NULL;
    for (size_t i = 0; i < c.n; i++) {
        g_autoptr(GError) problem = NULL;
        struct module *m = load_candidate(&s, c.found[i], c.header, &problem);

        if (m != NULL) {
            m->how = how;
            return m;
        }
        if (i + 1 == c.n || is_final(problem)) {
            g_propagate_error(error, g_steal_pointer(&problem));
            return NULL;
        }
    }
    return NULL;
}

struct module *module_ref(struct module *module)
{
    g_atomic_int_inc(&module->refs);
    return module;
}

void module_unref(struct module *m)
{
    if (m == NULL || !g_atomic_int_dec_and_test(&m->refs))
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
        g_free(((struct module_table *)(void *)((char *)m + tables[i].member))->data);
    g_free(m);
}
