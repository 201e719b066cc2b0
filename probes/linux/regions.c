#include "probes/linux/regions.h"

#include <string.h>

#define MIB (UINT64_C(1) << 20)
#define TIB (UINT64_C(1) << 40)

enum {
    GO_RANDOM_BASE_MINOR = 26, /* first release that randomises the heap base */
    GO_ARENA_MIB = 64,
    GO_CHUNK_MIB = 4, /* the heap grows by these */
    C_ARENA_MIB = 64,
    DEFAULT_STACK_MIB = 8,
    UNLIMITED_STACK_MIB = 2, /* what the C library takes when the limit is "unlimited" */
};

struct classifier {
    struct mapping *list;
    size_t n;
    const struct region_hints *hints;
    uint64_t library_zone; /* lowest address of the zone where libraries and the vdso lie */
    bool guessed;
};

static bool has_prefix(const char *name, const char *prefix)
{
    return strncmp(name, prefix, strlen(prefix)) == 0;
}

static bool has_suffix(const char *name, size_t n, const char *suffix)
{
    size_t k = strlen(suffix);
    return n >= k && memcmp(name + n - k, suffix, k) == 0;
}

static bool is_aligned(uint64_t address, uint64_t mib)
{
    return address % (mib * MIB) == 0;
}

static bool is_unnamed(const struct mapping *m)
{
    return m->inode == 0 && m->region.name[0] == '\0';
}

static bool is_reserved(const struct mapping *m)
{
    return memcmp(m->region.perms, "---", 3) == 0;
}

static bool is_read_write(const struct mapping *m)
{
    return memcmp(m->region.perms, "rw-p", 4) == 0;
}

static const struct mapping *adjacent_before(const struct classifier *c, size_t i)
{
    return i > 0 && c->list[i - 1].region.end == c->list[i].region.start ? &c->list[i - 1] : NULL;
}

static const struct mapping *adjacent_after(const struct classifier *c, size_t i)
{
    return i + 1 < c->n && c->list[i].region.end == c->list[i + 1].region.start ? &c->list[i + 1]
                                                                                : NULL;
}

static enum region_class bracket_class(const char *name)
{
    static const struct {
        const char *prefix;
        enum region_class cls;
    } rules[] = {
        {"[anon: glibc: malloc", REGION_C_HEAP},
        {"[anon: glibc: loader malloc", REGION_C_HEAP},
        {"[anon: glibc: pthread stack", REGION_STACK},
        {"[heap]", REGION_C_HEAP},
        {"[stack", REGION_STACK},
        {"[vdso]", REGION_KERNEL},
        {"[vvar", REGION_KERNEL},
        {"[vsyscall]", REGION_KERNEL},
        {"[uprobes]", REGION_KERNEL},
        {"[anon_shmem:", REGION_SHARED},
        /* the space before "Go" is the kernel's plus the runtime's */
        {"[anon: Go: heap]", REGION_GO_HEAP},
        {"[anon: Go: heap reservation]", REGION_GO_HEAP},
        {"[anon: Go: OS thread stack]", REGION_STACK},
        {"[anon: Go: goroutine stack (system)]", REGION_STACK},
        {"[anon: Go: ", REGION_GO_RUNTIME},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++)
        if (has_prefix(name, rules[i].prefix))
            return rules[i].cls;
    return REGION_ANONYMOUS;
}

static bool is_database(const char *name, size_t n)
{
    static const char *const suffixes[] = {".db", ".sqlite", ".sqlite3", ".db3"};
    for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++)
        if (has_suffix(name, n, suffixes[i]))
            return true;
    return false;
}

static bool is_shared_memory(const char *name)
{
    static const char *const prefixes[] = {"/memfd:", "/dev/shm/", "/SYSV", "/dev/zero (deleted)",
                                           "anon_inode:"};
    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++)
        if (has_prefix(name, prefixes[i]))
            return true;
    return false;
}

static bool is_binary(const struct region_hints *hints, const struct mapping *m, size_t n)
{
    if (hints->exe_inode && hints->exe_inode != m->inode)
        return false;
    return strlen(hints->exe) == n && memcmp(hints->exe, m->region.name, n) == 0;
}

static bool is_library(const char *name, size_t n)
{
    const char *base = strrchr(name, '/');
    return has_suffix(name, n, ".so") || strstr(base ? base : name, ".so.") != NULL;
}

static enum region_class file_class(const struct region_hints *hints, const struct mapping *m)
{
    static const char deleted[] = " (deleted)";
    const char *name = m->region.name;
    size_t n = strlen(name), cut = sizeof deleted - 1;
    if (n > cut && has_suffix(name, n, deleted))
        n -= cut;
    if (has_suffix(name, n, "-shm") && m->region.perms[3] == 's')
        return REGION_SQLITE;
    if (is_database(name, n) &&
        (hints->is_other_file == NULL || !hints->is_other_file(hints->user, name)))
        return REGION_SQLITE;
    if (is_shared_memory(name))
        return REGION_SHARED;
    if (is_binary(hints, m, n))
        return REGION_BINARY;
    return is_library(name, n) ? REGION_LIBRARY : REGION_FILE;
}

static bool is_bss(const struct classifier *c, size_t i)
{
    const struct mapping *before = adjacent_before(c, i);
    return before && is_read_write(before) && before->inode &&
           (before->region.cls == REGION_BINARY || before->region.cls == REGION_LIBRARY);
}

/* Neighbouring stacks merge, so the size is a lower bound. */
static bool is_thread_stack(const struct classifier *c, size_t i)
{
    const struct mapping *guard = adjacent_before(c, i);
    if (!guard || !is_unnamed(guard) || !is_reserved(guard) ||
        guard->region.end - guard->region.start != c->hints->page_bytes)
        return false;
    uint64_t least = c->hints->stack_limit == SAMPLE_UNKNOWN ? UNLIMITED_STACK_MIB * MIB
                                                             : (uint64_t)c->hints->stack_limit;
    const struct region *r = &c->list[i].region;
    return r->end - r->start >= least;
}

static bool is_c_arena(const struct classifier *c, size_t i)
{
    const struct mapping *rest = adjacent_after(c, i);
    return is_aligned(c->list[i].region.start, C_ARENA_MIB) && rest && is_unnamed(rest) &&
           is_reserved(rest) && is_aligned(rest->region.end, C_ARENA_MIB);
}

/* The addresses Go up to 1.25 asks for first, and every 2^40 above when taken. */
static bool is_fixed_arena(uint64_t start)
{
    uint64_t low = start & (TIB - 1);
    return start < 128 * TIB && (low == UINT64_C(0xc000000000) || low == UINT64_C(0x4000000000));
}

/* End (exclusive) of the run of unnamed private mappings that touch each other from i on. */
static size_t run_end(const struct classifier *c, size_t i)
{
    size_t end = i + 1;
    while (end < c->n && is_unnamed(&c->list[end]) && c->list[end].region.perms[3] == 'p' &&
           c->list[end - 1].region.end == c->list[end].region.start &&
           !is_fixed_arena(c->list[end].region.start))
        end++;
    return end;
}

/*
 * At a fixed address, or a randomised heap: whole 64 MiB arenas whose parts in use
 * end on 4 MiB, far below the zone of libraries and thread stacks (C arenas have
 * 64 MiB bounds too, but lie in that zone).
 */
static bool is_go_heap(const struct classifier *c, size_t begin, size_t end)
{
    const struct region_hints *hints = c->hints;
    uint64_t low = c->list[begin].region.start, high = c->list[end - 1].region.end;
    if (is_fixed_arena(low))
        return true;
    if (!hints->is_go || (hints->go_minor != 0 && hints->go_minor < GO_RANDOM_BASE_MINOR))
        return false;
    if (!is_aligned(low, GO_ARENA_MIB) || !is_aligned(high, GO_ARENA_MIB))
        return false;
    if (!c->library_zone || high + 2 * TIB > c->library_zone)
        return false;
    for (size_t i = begin; i < end; i++) {
        const struct mapping *m = &c->list[i];
        if (is_read_write(m) && is_aligned(m->region.start, GO_CHUNK_MIB) &&
            is_aligned(m->region.end, GO_CHUNK_MIB))
            return true;
    }
    return false;
}

static enum region_class unnamed_class(const struct classifier *c, size_t i)
{
    const struct mapping *m = &c->list[i];
    if (is_reserved(m))
        return REGION_RESERVED;
    if (!is_read_write(m))
        return REGION_ANONYMOUS;
    if (is_bss(c, i))
        return REGION_DATA;
    if (is_thread_stack(c, i))
        return REGION_STACK;
    return is_c_arena(c, i) ? REGION_C_HEAP : REGION_ANONYMOUS;
}

bool regions_classify(struct mapping *mappings, size_t n, const struct region_hints *hints)
{
    struct classifier c = {mappings, n, hints, 0, false};
    for (size_t i = 0; i < n; i++) {
        struct mapping *m = &mappings[i];
        if (is_unnamed(m))
            m->region.cls = REGION_N_CLASSES; /* second round */
        else
            m->region.cls =
                m->region.name[0] == '[' ? bracket_class(m->region.name) : file_class(hints, m);
    }
    for (size_t i = 0; i < n && c.library_zone == 0; i++) {
        const struct region *r = &mappings[i].region;
        if (r->cls == REGION_LIBRARY || r->cls == REGION_KERNEL || strcmp(r->name, "[stack]") == 0)
            c.library_zone = r->start;
    }
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        if (mappings[i].region.cls == REGION_N_CLASSES) {
            end = run_end(&c, i);
            bool heap = mappings[i].region.perms[3] == 'p' && is_go_heap(&c, i, end);
            c.guessed = c.guessed || heap;
            for (size_t j = i; j < end; j++)
                mappings[j].region.cls = heap ? REGION_GO_HEAP : unnamed_class(&c, j);
        }
        i = end;
    }
    return c.guessed;
}
