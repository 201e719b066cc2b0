#include "probes/linux/buildinfo.h"

#include "probes/go_versions.h"

#include "probes/linux/procfs.h"
#include "probes/linux/scan.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    HEADER_BYTES = 32, /* of the build information block */
    BLOCK_ALIGN = 16,
    MAX_VERSION = 256,
    MAX_SECTIONS = 4096,
    MAX_SEGMENTS = 256,
    MAX_NAMES = 1 << 20, /* section name table */
    MAX_SCAN = 1 << 20,  /* of the data segment, when there are no section headers */
    FLAG_BIG_ENDIAN = 1,
    FLAG_INLINE = 2, /* since Go 1.18: the strings follow, no pointers */
};

static const char magic[14] = "\xff Go buildinf:";

struct image {
    int fd;
    Elf64_Ehdr header;
    Elf64_Phdr segments[MAX_SEGMENTS];
    size_t n_segments;
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

static bool open_image(int fd, struct image *image)
{
    const unsigned char *id = image->header.e_ident;
    image->fd = fd;
    if (!read_at(fd, 0, &image->header, sizeof image->header) || memcmp(id, ELFMAG, SELFMAG) != 0)
        return false;
    if (id[EI_CLASS] != ELFCLASS64 || id[EI_DATA] != ELFDATA2LSB ||
        image->header.e_phentsize != sizeof(Elf64_Phdr))
        return false;
    image->n_segments = MIN((size_t)image->header.e_phnum, (size_t)MAX_SEGMENTS);
    return read_at(fd, image->header.e_phoff, image->segments,
                   image->n_segments * sizeof(Elf64_Phdr));
}

/* File offset of a virtual address; false when no segment has n bytes of it in the file. */
static bool file_offset(const struct image *image, uint64_t address, uint64_t n, uint64_t *ret)
{
    for (size_t i = 0; i < image->n_segments; i++) {
        const Elf64_Phdr *s = &image->segments[i];
        uint64_t into = address - s->p_vaddr;
        if (s->p_type != PT_LOAD || address < s->p_vaddr || into >= s->p_filesz ||
            s->p_filesz - into < n)
            continue;
        *ret = s->p_offset + into;
        return true;
    }
    return false;
}

static bool section_has_name(const char *names, size_t names_n, const Elf64_Shdr *section)
{
    static const char wanted[] = ".go.buildinfo";
    return section->sh_name < names_n && names_n - section->sh_name >= sizeof wanted &&
           memcmp(names + section->sh_name, wanted, sizeof wanted) == 0;
}

static bool find_section(const struct image *image, uint64_t *ret)
{
    const Elf64_Ehdr *h = &image->header;
    if (h->e_shentsize != sizeof(Elf64_Shdr) || h->e_shnum == 0 || h->e_shnum > MAX_SECTIONS ||
        h->e_shstrndx >= h->e_shnum)
        return false;
    g_autofree Elf64_Shdr *sections = g_new0(Elf64_Shdr, h->e_shnum);
    if (!read_at(image->fd, h->e_shoff, sections, h->e_shnum * sizeof *sections))
        return false;
    size_t names_n = MIN(sections[h->e_shstrndx].sh_size, (uint64_t)MAX_NAMES);
    g_autofree char *names = g_malloc(names_n + 1);
    if (!read_at(image->fd, sections[h->e_shstrndx].sh_offset, names, names_n))
        return false;
    for (size_t i = 0; i < h->e_shnum; i++) {
        if (!section_has_name(names, names_n, &sections[i]))
            continue;
        *ret = sections[i].sh_offset;
        return true;
    }
    return false;
}

/* Stripped of section headers: the block is at the beginning of the writable data. */
static bool scan_data(const struct image *image, uint64_t *ret)
{
    for (size_t i = 0; i < image->n_segments; i++) {
        const Elf64_Phdr *s = &image->segments[i];
        if (s->p_type != PT_LOAD || !(s->p_flags & PF_W))
            continue;
        size_t n = MIN(s->p_filesz, (uint64_t)MAX_SCAN);
        g_autofree char *data = g_malloc(n + 1);
        if (!read_at(image->fd, s->p_offset, data, n))
            return false;
        for (size_t at = 0; at + HEADER_BYTES <= n; at += BLOCK_ALIGN) {
            if (memcmp(data + at, magic, sizeof magic) != 0)
                continue;
            *ret = s->p_offset + at;
            return true;
        }
        return false;
    }
    return false;
}

/* A version is one printable line; anything else is not what we think it is. */
static char *version_text(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!g_ascii_isprint(text[i]))
            return g_strdup("");
    return g_strndup(text, n);
}

static char *read_inline(const struct image *image, uint64_t block)
{
    unsigned char text[MAX_VERSION + 2] = {0};
    ssize_t got = pread(image->fd, text, sizeof text, (off_t)(block + HEADER_BYTES));
    if (got < 2)
        return g_strdup("");
    size_t n = text[0] & 0x7f, begin = 1;
    if (text[0] & 0x80) { /* varint of two bytes: no version is longer */
        n |= (size_t)text[1] << 7;
        begin = 2;
    }
    if (n > MAX_VERSION || begin + n > (size_t)got)
        return g_strdup("");
    return version_text((const char *)text + begin, n);
}

/* Before 1.18: the block holds the address of a Go string (address, length). */
static char *read_pointers(const struct image *image, const char *block, unsigned flags)
{
    uint64_t address, offset, string[2];
    if (block[14] != (char)sizeof address || (flags & FLAG_BIG_ENDIAN))
        return g_strdup("");
    memcpy(&address, block + 16, sizeof address);
    if (!file_offset(image, address, sizeof string, &offset) ||
        !read_at(image->fd, offset, string, sizeof string) || string[1] > MAX_VERSION ||
        !file_offset(image, string[0], string[1], &offset))
        return g_strdup("");
    char text[MAX_VERSION];
    if (!read_at(image->fd, offset, text, string[1]))
        return g_strdup("");
    return version_text(text, string[1]);
}

char *buildinfo_read(int fd)
{
    g_autofree struct image *image = g_new0(struct image, 1);
    uint64_t offset;
    char block[HEADER_BYTES];
    if (!open_image(fd, image))
        return NULL;
    if (!find_section(image, &offset) && !scan_data(image, &offset))
        return NULL;
    if (!read_at(fd, offset, block, sizeof block) || memcmp(block, magic, sizeof magic) != 0)
        return NULL;
    unsigned flags = (unsigned char)block[15];
    return flags & FLAG_INLINE ? read_inline(image, offset) : read_pointers(image, block, flags);
}

int buildinfo_minor(const char *version)
{
    const char *at = strstr(version, "go1.");
    return at ? atoi(at + 4) : 0;
}

static struct go_versions known = GO_VERSIONS_INIT;

char *buildinfo_version(int pid_dir_fd)
{
    struct stat st;
    char *version = NULL;
    if (fstatat(pid_dir_fd, "exe", &st, 0) != 0 || !S_ISREG(st.st_mode))
        return NULL;
    if (go_versions_get(&known, &st, &version))
        return version;
    int fd = procfs_open(pid_dir_fd, "exe");
    if (fd < 0)
        return NULL;
    version = buildinfo_read(fd);
    close(fd);
    go_versions_put(&known, &st, version);
    return version;
}
