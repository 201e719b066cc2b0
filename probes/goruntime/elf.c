#include "probes/goruntime/elf.h"

#include "probes/goruntime/errors.h"
#include "probes/goruntime/limits.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* elf(5), the 64-bit forms; all little-endian, as every machine we run on. */
struct header {
    unsigned char ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, segments_at, sections_at;
    uint32_t flags;
    uint16_t header_n, segment_n, n_segments, section_n, n_sections, names_index;
};

struct program_header {
    uint32_t type, flags;
    uint64_t offset, address, physical, file_n, memory_n, align;
};

struct section_header {
    uint32_t name, type;
    uint64_t flags, address, offset, n;
    uint32_t link, info;
    uint64_t align, entry_n;
};

enum {
    CLASS_AT = 4, /* in ident */
    CLASS_64 = 2,
    DATA_AT = 5,
    DATA_LITTLE = 1,
    SEGMENT_LOAD = 1,
    SEGMENT_EXECUTABLE = 1,
    SEGMENT_WRITABLE = 2,
    SECTION_NO_BYTES = 8,
};

static bool read_at(int fd, uint64_t offset, void *ret, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t k = pread(fd, (char *)ret + done, n - done, (off_t)(offset + done));

        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return false;
        done += (size_t)k;
    }
    return true;
}

static bool is_readable_kind(const struct header *h)
{
    return memcmp(h->ident, "\177ELF", 4) == 0 && h->ident[CLASS_AT] == CLASS_64 &&
           h->ident[DATA_AT] == DATA_LITTLE && h->segment_n == sizeof(struct program_header);
}

static bool read_segments(struct elf_file *file, const struct header *h)
{
    size_t n = MIN((size_t)h->n_segments, (size_t)GORUNTIME_MAX_SEGMENTS);
    g_autofree struct program_header *headers = g_new0(struct program_header, n + 1);

    if (!read_at(file->fd, h->segments_at, headers, n * sizeof *headers))
        return false;
    file->segments = g_new0(struct elf_segment, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct program_header *p = &headers[i];

        uint64_t memory_n = MAX(p->memory_n, p->file_n);

        if (p->type != SEGMENT_LOAD || p->address + memory_n < p->address)
            continue;
        file->segments[file->n_segments++] =
            (struct elf_segment){.address = p->address,
                                 .memory_n = memory_n,
                                 .offset = p->offset,
                                 .file_n = p->file_n,
                                 .is_writable = (p->flags & SEGMENT_WRITABLE) != 0,
                                 .is_executable = (p->flags & SEGMENT_EXECUTABLE) != 0};
    }
    return true;
}

/* Sections may be missing or damaged: then there are none. */
static void read_sections(struct elf_file *file, const struct header *h)
{
    size_t n = h->n_sections;

    if (h->section_n != sizeof(struct section_header) || n == 0 || n > GORUNTIME_MAX_SECTIONS ||
        h->names_index >= n)
        return;
    g_autofree struct section_header *headers = g_new0(struct section_header, n);

    if (!read_at(file->fd, h->sections_at, headers, n * sizeof *headers))
        return;
    const struct section_header *names = &headers[h->names_index];
    size_t names_n = MIN(names->n, (uint64_t)GORUNTIME_MAX_SECTION_NAMES);

    file->names = g_malloc0(names_n + 1);
    if (!read_at(file->fd, names->offset, file->names, names_n))
        return;
    file->sections = g_new0(struct elf_section, n);
    file->n_sections = n;
    for (size_t i = 0; i < n; i++) {
        const struct section_header *s = &headers[i];

        file->sections[i] =
            (struct elf_section){.name = s->name < names_n ? file->names + s->name : "",
                                 .address = s->address,
                                 .offset = s->offset,
                                 .n = s->n,
                                 .type = s->type,
                                 .link = s->link,
                                 .has_bytes = s->type != SECTION_NO_BYTES};
    }
}

struct elf_file *elf_open(int fd, GError **error)
{
    g_autoptr(elf_file_auto) file = g_new0(struct elf_file, 1);
    struct header header;

    file->fd = fd;
    if (!read_at(fd, 0, &header, sizeof header) || !is_readable_kind(&header) ||
        !read_segments(file, &header)) {
        g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_FOREIGN,
                    "the program is no 64-bit little-endian ELF file");
        return NULL;
    }
    file->type = header.type;
    file->machine = header.machine;
    read_sections(file, &header);
    return g_steal_pointer(&file);
}

void elf_free(struct elf_file *file)
{
    if (file == NULL)
        return;
    g_free(file->segments);
    g_free(file->sections);
    g_free(file->names);
    g_free(file);
}

const struct elf_section *elf_section_find(const struct elf_file *file, const char *name)
{
    for (size_t i = 0; i < file->n_sections; i++)
        if (strcmp(file->sections[i].name, name) == 0)
            return &file->sections[i];
    return NULL;
}

bool elf_read(const struct elf_file *file, uint64_t offset, void *ret, size_t n)
{
    return read_at(file->fd, offset, ret, n);
}

bool elf_read_address(const struct elf_file *file, uint64_t address, void *ret, size_t n)
{
    for (size_t i = 0; i < file->n_segments; i++) {
        const struct elf_segment *s = &file->segments[i];
        uint64_t into = address - s->address;

        if (address >= s->address && into < s->file_n && s->file_n - into >= n)
            return elf_read(file, s->offset + into, ret, n);
    }
    return false;
}
