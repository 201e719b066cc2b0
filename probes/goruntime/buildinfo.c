#include "probes/goruntime/buildinfo.h"

#include "probes/goruntime/bytes.h"
#include "probes/goruntime/limits.h"

#include <string.h>
#include <unistd.h>

enum {
    HEADER_BYTES = 32,
    BLOCK_ALIGN = 16,
    POINTER_SIZE_AT = 14,
    FLAGS_AT = 15,
    POINTER_AT = 16, /* before Go 1.18 */
    MAX_SCAN = 1 << 20,
    FLAG_BIG_ENDIAN = 1,
    FLAG_INLINE = 2, /* since Go 1.18: the strings follow, no pointers */
};

static const char magic[] = "\xff Go buildinf:";

/* Without section headers: the block is at the beginning of the writable data. */
static bool scan_data(const struct elf_file *file, uint64_t *ret)
{
    const struct elf_segment *s = file->segments, *end = s + file->n_segments;

    while (s < end && !s->is_writable)
        s++;
    if (s == end)
        return false;
    size_t n = MIN(s->file_n, (uint64_t)MAX_SCAN);
    g_autofree char *data = g_malloc(n + 1);

    if (!elf_read(file, s->offset, data, n))
        return false;
    for (size_t at = 0; at + HEADER_BYTES <= n; at += BLOCK_ALIGN) {
        if (memcmp(data + at, magic, POINTER_SIZE_AT) != 0)
            continue;
        *ret = s->offset + at;
        return true;
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

static char *read_inline(const struct elf_file *file, uint64_t block)
{
    unsigned char text[GORUNTIME_MAX_VERSION + 2] = {0};
    ssize_t got = pread(file->fd, text, sizeof text, (off_t)(block + HEADER_BYTES));

    if (got < 2)
        return g_strdup("");
    size_t n = text[0] & 0x7f, begin = 1;

    if (text[0] & 0x80) { /* varint of two bytes: no version is longer */
        n |= (size_t)text[1] << 7;
        begin = 2;
    }
    if (n > GORUNTIME_MAX_VERSION || begin + n > (size_t)got)
        return g_strdup("");
    return version_text((const char *)text + begin, n);
}

/* Before 1.18: the block holds the address of a Go string (address, length). */
static char *read_pointers(const struct elf_file *file, const unsigned char *block)
{
    unsigned char string[16];
    char text[GORUNTIME_MAX_VERSION];

    if (block[POINTER_SIZE_AT] != sizeof(uint64_t) || (block[FLAGS_AT] & FLAG_BIG_ENDIAN) ||
        !elf_read_address(file, bytes_u64(block + POINTER_AT), string, sizeof string))
        return g_strdup("");
    uint64_t n = bytes_u64(string + 8);

    if (n > sizeof text || !elf_read_address(file, bytes_u64(string), text, n))
        return g_strdup("");
    return version_text(text, n);
}

/* Where the block is and its header. */
static bool find_block(const struct elf_file *file, unsigned char block[HEADER_BYTES],
                       uint64_t *ret)
{
    const struct elf_section *section = elf_section_find(file, ".go.buildinfo");

    if (section != NULL)
        *ret = section->offset;
    else if (!scan_data(file, ret))
        return false;
    return elf_read(file, *ret, block, HEADER_BYTES) && memcmp(block, magic, POINTER_SIZE_AT) == 0;
}

char *buildinfo_version_of(const struct elf_file *file)
{
    unsigned char block[HEADER_BYTES];
    uint64_t offset = 0;

    if (!find_block(file, block, &offset))
        return NULL;
    return block[FLAGS_AT] & FLAG_INLINE ? read_inline(file, offset) : read_pointers(file, block);
}

/* --- modules --- */

/* Length of a string at *at, a varint, which is skipped; false when it is longer than is read. */
static bool take_length(const unsigned char *text, size_t n, size_t *at, size_t *ret)
{
    size_t length = 0;

    for (unsigned shift = 0; *at < n && shift < 28; shift += 7) {
        unsigned char byte = text[(*at)++];

        length |= (size_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            *ret = length;
            return length <= n - *at;
        }
    }
    return false;
}

/* Behind the version; between two marks of 16 bytes each. */
static char *read_modules(const struct elf_file *file, uint64_t block)
{
    enum { MARK_BYTES = 16, MAX_MODULES = 256 * 1024 };
    g_autofree unsigned char *text = g_malloc0(MAX_MODULES);
    ssize_t got = pread(file->fd, text, MAX_MODULES, (off_t)(block + HEADER_BYTES));
    size_t n = got > 0 ? (size_t)got : 0, at = 0, length = 0;

    if (!take_length(text, n, &at, &length))
        return NULL;
    at += length;
    if (!take_length(text, n, &at, &length) || length <= 2 * MARK_BYTES)
        return NULL;
    return g_strndup((const char *)text + at + MARK_BYTES, length - 2 * MARK_BYTES);
}

char *buildinfo_modules(int fd)
{
    g_autoptr(elf_file_auto) file = elf_open(fd, NULL);
    unsigned char block[HEADER_BYTES];
    uint64_t offset = 0;

    if (file == NULL || !find_block(file, block, &offset) || !(block[FLAGS_AT] & FLAG_INLINE))
        return NULL;
    return read_modules(file, offset);
}

char *buildinfo_module_version(const char *modules, const char *path, char **ret_path)
{
    const char *wanted = path != NULL ? "dep" : "mod";
    g_auto(GStrv) lines = g_strsplit(modules != NULL ? modules : "", "\n", -1);

    for (size_t i = 0; lines[i] != NULL; i++) {
        g_auto(GStrv) fields = g_strsplit(lines[i], "\t", -1);

        if (g_strv_length(fields) < 3 || strcmp(fields[0], wanted) != 0 ||
            (path != NULL && strcmp(fields[1], path) != 0))
            continue;
        if (ret_path != NULL)
            *ret_path = g_strdup(fields[1]);
        return fields[2][0] == 'v' ? g_strdup(fields[2]) : NULL;
    }
    return NULL;
}

/* --- files --- */

char *buildinfo_read(int fd)
{
    g_autoptr(elf_file_auto) file = elf_open(fd, NULL);

    return file != NULL ? buildinfo_version_of(file) : NULL;
}

int buildinfo_minor(const char *version)
{
    enum { MOST_DIGITS = 3 };
    const char *at = strstr(version, "go1.");
    int minor = 0;

    if (at == NULL)
        return 0;
    at += strlen("go1.");
    size_t n = strspn(at, "0123456789");

    for (size_t i = 0; i < n && n <= MOST_DIGITS; i++)
        minor = 10 * minor + (at[i] - '0');
    return minor;
}
