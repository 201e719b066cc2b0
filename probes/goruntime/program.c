#include "probes/goruntime/program.h"

#include "probes/goruntime/buildinfo.h"
#include "probes/goruntime/errors.h"
#include "probes/goruntime/rights.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    TYPE_EXEC = 2, /* ET_EXEC: loaded where its headers say */
    PAGE = 4096,
};

/* --- the load bias --- */

/* One line of maps: "START-END perms OFFSET dev INODE   name". */
struct mapping {
    uint64_t start, offset, inode;
    const char *name;
    size_t name_n;
};

static bool parse_mapping(const char *line, size_t n, struct mapping *ret)
{
    char *at;

    ret->start = strtoull(line, &at, 16);
    const char *perms = memchr(line, ' ', n);

    if (*at != '-' || perms == NULL || (size_t)(perms - line) + 6 > n)
        return false;
    ret->offset = strtoull(perms + 6, &at, 16);
    if (*at != ' ' || (at = strchr(at + 1, ' ')) == NULL || at >= line + n)
        return false;
    ret->inode = strtoull(at + 1, &at, 10);
    while (at < line + n && *at == ' ')
        at++;
    ret->name = at;
    ret->name_n = at < line + n ? (size_t)(line + n - at) : 0;
    return true;
}

/*
 * Where the beginning of the program file is mapped. Its name decides, as the
 * link of exe has it; on some file systems maps and stat(2) have different
 * devices for one file, so an inode alone is the second choice.
 */
static bool find_start(const char *maps, const char *name, uint64_t inode, uint64_t *ret)
{
    bool found = false;

    for (const char *line = maps, *end; *line != '\0'; line = *end != '\0' ? end + 1 : end) {
        struct mapping m;

        end = line + strcspn(line, "\n");
        if (!parse_mapping(line, (size_t)(end - line), &m) || m.offset != 0 || m.inode == 0)
            continue;
        if (name != NULL && strlen(name) == m.name_n && memcmp(name, m.name, m.name_n) == 0) {
            *ret = m.start;
            return true;
        }
        if (!found && m.inode == inode) {
            *ret = m.start;
            found = true;
        }
    }
    return found;
}

/* --- the parts --- */

static void take_segments(struct program *program, const struct elf_file *file)
{
    program->segments = g_new0(struct program_area, file->n_segments + 1);
    program->n_segments = file->n_segments;
    for (size_t i = 0; i < file->n_segments; i++) {
        const struct elf_segment *s = &file->segments[i];

        program->segments[i] = (struct program_area){.address = s->address + program->bias,
                                                     .n = s->memory_n,
                                                     .file_n = s->file_n,
                                                     .file_offset = s->offset,
                                                     .is_writable = s->is_writable,
                                                     .is_executable = s->is_executable};
    }
}

static uint64_t section_address(const struct program *program, const struct elf_file *file,
                                const char *name)
{
    const struct elf_section *section = elf_section_find(file, name);

    return section != NULL && section->address != 0 ? section->address + program->bias : 0;
}

static bool fail_foreign(GError **error, const char *why)
{
    g_set_error_literal(error, GORUNTIME_ERROR, GORUNTIME_ERROR_FOREIGN, why);
    return false;
}

static bool take_version(struct program *program, const struct elf_file *file, GError **error)
{
    program->version = buildinfo_version_of(file);
    if (program->version == NULL)
        return fail_foreign(error, "the program says nothing of Go: it was made by something else, "
                                   "or it is packed");
    if (*program->version == '\0')
        return fail_foreign(error, "the program does not say which version of Go made it");
    program->machine = file->machine;
    program->goarch = go_arch_of_machine(file->machine);
    if (program->goarch != NULL)
        return true;
    g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_UNSUPPORTED,
                "the program is for another processor (ELF machine %u): amd64 and arm64 are known",
                file->machine);
    return false;
}

/* Where, relative to its headers, the file was loaded. */
static bool take_bias(struct program *program, const struct elf_file *file, const char *maps,
                      const char *name, GError **error)
{
    struct stat st;
    uint64_t start;

    if (file->type == TYPE_EXEC || maps == NULL)
        return true;
    if (file->n_segments > 0 && fstat(file->fd, &st) == 0 &&
        find_start(maps, name, (uint64_t)st.st_ino, &start)) {
        program->bias = start - (file->segments[0].address & ~(uint64_t)(PAGE - 1));
        return true;
    }
    g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_FOREIGN,
                "the program's file is not where the process says it is mapped");
    return false;
}

static struct program *read_program(int fd, const char *maps, const char *name, GError **error)
{
    g_autoptr(elf_file_auto) file = elf_open(fd, error);
    g_autoptr(program_auto) program = g_new0(struct program, 1);

    program->refs = 1;

    if (file == NULL || !take_version(program, file, error) ||
        !take_bias(program, file, maps, name, error))
        return NULL;
    take_segments(program, file);
    program->pclntab = section_address(program, file, ".gopclntab");
    if (program->pclntab == 0)
        program->pclntab = section_address(program, file, ".data.rel.ro.gopclntab");
    program->go_module = section_address(program, file, ".go.module");
    return g_steal_pointer(&program);
}

struct program *program_of_file(int fd, const char *maps, GError **error)
{
    return read_program(fd, maps, NULL, error);
}

/* --- a process --- */

static char *read_maps(int pid, GError **error)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/maps", pid);
    g_autoptr(GError) problem = NULL;
    char *text = NULL;

    errno = 0;
    if (g_file_get_contents(path, &text, NULL, &problem))
        return text;
    rights_fail(pid, errno != 0 ? errno : ESRCH, error);
    return NULL;
}

struct program *program_of_process(int pid, GError **error)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/exe", pid);
    g_autofree char *name = g_file_read_link(path, NULL);
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        rights_fail(pid, errno, error);
        return NULL;
    }
    g_autofree char *maps = read_maps(pid, error);
    struct program *program = maps != NULL ? read_program(fd, maps, name, error) : NULL;

    close(fd);
    return program;
}

struct program *program_ref(struct program *program)
{
    g_atomic_int_inc(&program->refs);
    return program;
}

void program_free(struct program *program)
{
    if (program == NULL || !g_atomic_int_dec_and_test(&program->refs))
        return;
    g_free(program->version);
    g_free(program->segments);
    g_free(program);
}

bool program_holds(const struct program *program, uint64_t address, uint64_t n)
{
    for (size_t i = 0; i < program->n_segments; i++) {
        const struct program_area *s = &program->segments[i];

        if (address >= s->address && address - s->address <= s->n &&
            n <= s->n - (address - s->address))
            return true;
    }
    return false;
}
