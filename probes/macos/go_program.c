#include "probes/macos/go_program.h"

#include "probes/go_versions.h"

#include <fcntl.h>
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    CHUNK_BYTES = 1 << 20,
    BLOCK_ALIGN = 16,
    HEADER_BYTES = 32, /* the strings of the block follow it */
    FLAGS_AT = 15,
    FLAG_INLINE = 2, /* since Go 1.18; before, the version is behind pointers */
    MAX_VERSION = 256,
    MAX_FILE_MIB = 512,
};

static const char mark[] = "\xff Go buildinf:";

enum { MARK_BYTES = sizeof mark - 1 };

/* --- the file --- */

/* ELF, Mach-O of 64 bits, or several of them in one file: anything else is a script. */
static bool is_program(const unsigned char *head)
{
    static const unsigned char magics[][4] = {
        {0x7f, 'E', 'L', 'F'},
        {0xcf, 0xfa, 0xed, 0xfe},
        {0xca, 0xfe, 0xba, 0xbe},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(magics); i++)
        if (memcmp(head, magics[i], sizeof magics[i]) == 0)
            return true;
    return false;
}

static bool is_zero(const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* NULL when the mark there is only a text, as in a program that looks for it. */
static char *read_block(int fd, off_t at)
{
    unsigned char block[HEADER_BYTES + MAX_VERSION + 2];
    ssize_t n = pread(fd, block, sizeof block, at);

    if (n <= HEADER_BYTES)
        return NULL;
    if (block[FLAGS_AT] == FLAG_INLINE &&
        is_zero(block + FLAGS_AT + 1, HEADER_BYTES - FLAGS_AT - 1)) {
        /* text: what follows the header; a length as varint and so many bytes. NULL: no version. */
        const unsigned char *text = block + HEADER_BYTES;
        size_t count = (size_t)n - HEADER_BYTES;
        size_t length = count > 0 ? text[0] & 0x7f : 0, begin = 1;

        if (count > 1 && (text[0] & 0x80)) {
            length |= (size_t)text[1] << 7;
            begin = 2;
        }
        if (length > MAX_VERSION || begin + length > count)
            return NULL;
        char *version = g_strndup((const char *)text + begin, length);

        if (g_str_has_prefix(version, "go") || g_str_has_prefix(version, "devel"))
            return version;
        g_free(version);
        return NULL;
    }
    /* until Go 1.17: the size of a pointer, and two of them */
    bool old = block[FLAGS_AT] == 0 && block[FLAGS_AT - 1] == sizeof(uint64_t) &&
               !is_zero(block + FLAGS_AT + 1, sizeof(uint64_t));

    return old ? g_strdup("") : NULL;
}

/* Offset of the next mark in n bytes of a chunk; n when there is none. Chunks keep the alignment.
 */
static size_t find_mark(const char *chunk, size_t from, size_t n)
{
    for (size_t at = from; at + MARK_BYTES <= n; at += BLOCK_ALIGN)
        if (chunk[at] == mark[0] && memcmp(chunk + at, mark, MARK_BYTES) == 0)
            return at;
    return n;
}

static char *search(int fd, off_t size)
{
    g_autofree char *chunk = g_malloc(CHUNK_BYTES);
    char *version = NULL;

    for (off_t at = 0; at < size && version == NULL; at += CHUNK_BYTES) {
        ssize_t n = pread(fd, chunk, CHUNK_BYTES, at);
        size_t found = 0;

        if (n <= 0 || (at == 0 && (n < 4 || !is_program((const unsigned char *)chunk))))
            return NULL;
        for (; version == NULL && (found = find_mark(chunk, found, (size_t)n)) < (size_t)n;
             found += BLOCK_ALIGN)
            version = read_block(fd, at + (off_t)found);
    }
    return version;
}

static struct go_versions known = GO_VERSIONS_INIT;

char *go_program_version(const char *path)
{
    struct stat st;
    char *version = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
        st.st_size <= (off_t)MAX_FILE_MIB * 1024 * 1024) {
        if (!go_versions_get(&known, &st, &version)) {
            version = search(fd, st.st_size);
            go_versions_put(&known, &st, version);
        }
    }
    close(fd);
    return version;
}
