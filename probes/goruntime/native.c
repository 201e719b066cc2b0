#include "probes/goruntime/native.h"

#include "pprof/store.h"
#include "probes/goruntime/elf.h"
#include "probes/goruntime/limits.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    MAX_MAPPINGS = 65536,
    MAX_SYMBOLS = 1 << 20,   /* of one file */
    MAX_NAMES = 1 << 26,     /* bytes of one file's names */
    MAX_FILES = 1024,        /* whose symbols are read */
    MAX_BYTES = 1 << 30,     /* of symbols and names of all of them */
    REREAD_US = 1000 * 1000, /* libraries may be loaded later: looked for at most so often */
    SECTION_SYMBOLS = 2,     /* SHT_SYMTAB, elf(5) */
    SECTION_DYNAMIC = 11,    /* SHT_DYNSYM */
    SYMBOL_FUNCTION = 2,     /* STT_FUNC */
    SYMBOL_INDIRECT = 10,    /* STT_GNU_IFUNC */
};

static const char vdso[] = "[vdso]";

/* Elf64_Sym */
struct elf_symbol {
    uint32_t name;
    uint8_t info, other;
    uint16_t section;
    uint64_t value, n;
};

struct function {
    uint64_t begin, end; /* as in the file */
    const char *name;
};

/* A file that is mapped, opened when it is first asked for. */
struct library {
    const char *path, *label; /* label: "[libc.so.6]" */
    bool is_read;
    struct elf_segment *segments;
    size_t n_segments;
    struct function *functions; /* by address */
    size_t n_functions;
    char *names;
};

struct mapping {
    uint64_t begin, end, offset;
    struct library *library;
};

struct native {
    int pid; /* 0: none */
    gint64 read_us;
    struct store *arena;
    GArray *mappings;      /* by address */
    GHashTable *libraries; /* path -> struct library * */
    guint n_read;
    size_t n_bytes; /* of symbols and names */
};

/* --- the file of a mapping --- */

static int by_address(const void *a, const void *b)
{
    const struct function *x = a, *y = b;

    return x->begin < y->begin ? -1 : x->begin > y->begin;
}

static void read_symbols(struct native *native, struct library *library,
                         const struct elf_file *file)
{
    const struct elf_section *table = NULL;

    for (size_t i = 0; i < file->n_sections; i++) {
        const struct elf_section *section = &file->sections[i];

        if (section->type == SECTION_SYMBOLS || (section->type == SECTION_DYNAMIC && !table))
            table = section;
    }

    if (table == NULL || table->link >= file->n_sections)
        return;
    const struct elf_section *names = &file->sections[table->link];
    size_t n = (size_t)MIN(table->n / sizeof(struct elf_symbol), MAX_SYMBOLS);

    if (n == 0 || names->n == 0 || names->n > MAX_NAMES || native->n_bytes >= MAX_BYTES)
        return;
    native->n_bytes += n * sizeof(struct function) + (size_t)names->n;
    g_autofree struct elf_symbol *symbols = g_new(struct elf_symbol, n);

    library->names = g_malloc((size_t)names->n + 1);
    library->names[names->n] = '\0';
    if (!elf_read(file, table->offset, symbols, n * sizeof *symbols) ||
        !elf_read(file, names->offset, library->names, (size_t)names->n))
        return;
    library->functions = g_new(struct function, n);
    for (size_t i = 0; i < n; i++) {
        unsigned type = symbols[i].info & 15U;

        if ((type != SYMBOL_FUNCTION && type != SYMBOL_INDIRECT) || symbols[i].section == 0 ||
            symbols[i].name >= (size_t)names->n || symbols[i].n > UINT64_MAX - symbols[i].value)
            continue;
        library->functions[library->n_functions++] = (struct function){
            symbols[i].value, symbols[i].value + symbols[i].n, library->names + symbols[i].name};
    }
    qsort(library->functions, library->n_functions, sizeof *library->functions, by_address);
}

static void read_library(struct native *native, struct library *library)
{
    library->is_read = true;
    if (library->path[0] != '/' || native->n_read >= MAX_FILES)
        return;
    /* As the target sees it: it may live in a container with a file system of its own. */
    g_autofree char *path = native->pid == 0
                                ? g_strdup(library->path)
                                : g_strdup_printf("/proc/%d/root%s", native->pid, library->path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    g_autoptr(elf_file_auto) file = fd >= 0 ? elf_open(fd, NULL) : NULL;

    native->n_read++;
    if (file != NULL) {
        library->segments = g_memdup2(file->segments, file->n_segments * sizeof *library->segments);
        library->n_segments = file->n_segments;
        read_symbols(native, library, file);
    }
    if (fd >= 0)
        close(fd);
}

static void free_library(gpointer data)
{
    struct library *library = data;

    g_free(library->segments);
    g_free(library->functions);
    g_free(library->names);
    g_free(library);
}

/* --- mappings --- */

static struct library *library_of(struct native *native, const char *path)
{
    struct library *library = g_hash_table_lookup(native->libraries, path);

    if (library != NULL)
        return library;
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    g_autofree char *label = path[0] == '['    ? g_strdup(path)
                             : path[0] == '\0' ? g_strdup("[code without a file]")
                                               : g_strdup_printf("[%s]", base);

    library = g_new0(struct library, 1);
    library->path = store_strndup(native->arena, path, strlen(path));
    library->label = store_strndup(native->arena, label, strlen(label));
    g_hash_table_insert(native->libraries, (gpointer)(uintptr_t)library->path, library);
    return library;
}

static void take_maps(struct native *native, char *maps)
{
    char *rest = NULL;

    g_array_set_size(native->mappings, 0);
    for (char *line = strtok_r(maps, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        /* "7f…-7f… r-xp 00000000 08:01 1234   /usr/lib/libc.so.6", proc_pid_maps(5); ascending. */
        struct mapping mapping;
        char access[5];
        int path_at = 0;

        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %*s %*s %n", &mapping.begin,
                   &mapping.end, access, &mapping.offset, &path_at) != 4 ||
            path_at == 0 || access[2] != 'x' || native->mappings->len >= MAX_MAPPINGS)
            continue;
        mapping.library = library_of(native, line + path_at);
        g_array_append_val(native->mappings, mapping);
    }
}

static void read_maps(struct native *native)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/maps", native->pid), *maps = NULL;

    native->read_us = g_get_monotonic_time();
    /* that of a process which has ended is empty: what was known of it stays */
    if (g_file_get_contents(path, &maps, NULL, NULL) && *maps != '\0')
        take_maps(native, maps);
}

static struct native *make(int pid)
{
    struct native *native = g_new0(struct native, 1);

    native->pid = pid;
    native->arena = store_new();
    native->mappings = g_array_new(FALSE, FALSE, sizeof(struct mapping));
    native->libraries = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_library);
    return native;
}

struct native *native_new(int pid)
{
    struct native *native = make(pid);

    read_maps(native);
    return native;
}

struct native *native_of_maps(const char *maps)
{
    struct native *native = make(0);
    g_autofree char *copy = g_strdup(maps);

    take_maps(native, copy);
    return native;
}

void native_free(struct native *native)
{
    if (native == NULL)
        return;
    g_hash_table_unref(native->libraries);
    g_array_unref(native->mappings);
    store_free(native->arena);
    g_free(native);
}

/* --- finding --- */

static const struct mapping *find_mapping(const struct native *native, uint64_t pc)
{
    guint low = 0, high = native->mappings->len;

    while (low < high) {
        guint middle = low + (high - low) / 2;
        const struct mapping *mapping = &g_array_index(native->mappings, struct mapping, middle);

        if (pc < mapping->begin)
            high = middle;
        else if (pc >= mapping->end)
            low = middle + 1;
        else
            return mapping;
    }
    return NULL;
}

/* Where the file itself says that this byte of it goes; false: nowhere. */
static bool address_in_file(const struct library *library, uint64_t offset, uint64_t *ret)
{
    for (size_t i = 0; i < library->n_segments; i++) {
        const struct elf_segment *segment = &library->segments[i];

        if (offset >= segment->offset && offset - segment->offset < segment->file_n) {
            *ret = segment->address + (offset - segment->offset);
            return true;
        }
    }
    return false;
}

/* Symbols of assembly may have no size: they go on to the next. */
static const char *function_at(const struct library *library, uint64_t address)
{
    size_t low = 0, high = library->n_functions;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (library->functions[middle].begin <= address)
            low = middle + 1;
        else
            high = middle;
    }
    const struct function *function = low > 0 ? &library->functions[low - 1] : NULL;

    if (function == NULL || *function->name == '\0' ||
        strnlen(function->name, GORUNTIME_MAX_NAME) == GORUNTIME_MAX_NAME ||
        (function->end > function->begin && address >= function->end))
        return NULL;
    return function->name;
}

bool native_find(struct native *native, uint64_t pc, struct native_place *ret)
{
    const struct mapping *mapping = find_mapping(native, pc);
    uint64_t address;

    if (mapping == NULL && native->pid != 0 &&
        g_get_monotonic_time() - native->read_us > REREAD_US) {
        read_maps(native);
        mapping = find_mapping(native, pc);
    }
    if (mapping == NULL)
        return false;
    struct library *library = mapping->library;

    if (!library->is_read)
        read_library(native, library);
    const char *function = address_in_file(library, pc - mapping->begin + mapping->offset, &address)
                               ? function_at(library, address)
                               : NULL;

    *ret = (struct native_place){.function = function != NULL ? function : library->label,
                                 .file = library->path,
                                 .is_vdso = strcmp(library->path, vdso) == 0,
                                 .begin = mapping->begin,
                                 .end = mapping->end,
                                 .offset = mapping->offset};
    return true;
}
