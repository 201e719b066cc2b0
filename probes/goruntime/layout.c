#include "probes/goruntime/layout.h"

#include "probes/goruntime/layout_table.h"

#include <stddef.h>
#include <string.h>

#define COLUMN_OF(MINOR, ARCH, RELEASE) {MINOR, ARCH},
static const struct {
    int minor;
    enum go_arch arch;
} columns[] = {GO_LAYOUT_COLUMNS(COLUMN_OF)};

enum { N_COLUMNS = G_N_ELEMENTS(columns) };

#define ROW_OF(MEMBER, ...) {offsetof(struct go_layout, MEMBER), {__VA_ARGS__}},
static const struct {
    size_t offset; /* of the member */
    int32_t numbers[N_COLUMNS];
} rows[] = {GO_LAYOUT_ROWS(ROW_OF)};

#define ONE_FIELD(MEMBER, WHERE, FIELD) 1,
_Static_assert(G_N_ELEMENTS(rows) ==
                   sizeof((char[]){GO_LAYOUT_FIELDS(ONE_FIELD, ONE_FIELD, ONE_FIELD)}),
               "layout_fields.h has changed since layout-gen wrote layout_table.h");

const uint32_t go_size_class_bytes[GO_SIZE_CLASSES] = {GO_LAYOUT_SIZE_CLASSES};

/*
 * Experiments that move no field that is read in these minor versions: each was
 * built and compared (layout-gen -experiment). Any other is refused. With and
 * without greenteagc p and mstats end elsewhere, behind all that is read of them.
 */
static const struct {
    const char *name;
    int first, last;
} harmless[] = {
    {"arenas", 20, 20},
    {"loopvar", 21, 21},
    {"rangefunc", 22, 22},
    {"aliastypeparams", 23, 23},
    {"synctest", 24, 25},
    {"nospinbitmutex", 24, 24},
    {"greenteagc", 25, 25},
    {"nogreenteagc", 26, 27},
    {"jsonv2", 25, 26},
    {"nojsonv2", 27, 27},
    {"nodwarf5", 25, 26},
    {"goroutineleakprofile", 26, 26},
    {"runtimesecret", 26, 26},
    {"sizespecializedmalloc", 26, 26},
    {"nosizespecializedmalloc", 27, 27},
    {"norandomizedheapbase64", 26, 26},
};

static const char *const arch_names[GO_ARCH_COUNT] = {
    [GO_ARCH_AMD64] = "amd64",
    [GO_ARCH_ARM64] = "arm64",
};

GQuark go_layout_error_quark(void)
{
    return g_quark_from_static_string("sidescope-go-layout-error-quark");
}

/* ELF's EM_X86_64 and EM_AARCH64; <elf.h> is not there on every system. */
const char *go_arch_of_machine(uint16_t e_machine)
{
    enum { EM_OF_AMD64 = 62, EM_OF_ARM64 = 183 };

    return e_machine == EM_OF_AMD64   ? arch_names[GO_ARCH_AMD64]
           : e_machine == EM_OF_ARM64 ? arch_names[GO_ARCH_ARM64]
                                      : NULL;
}

/* "go1.26.8" or "go1.26": releases only. *rest is what follows. */
static bool release_minor(const char *version, int *minor, const char **rest)
{
    static const char prefix[] = "go1.";
    char *end;

    if (strncmp(version, prefix, sizeof prefix - 1) != 0 ||
        !g_ascii_isdigit(version[sizeof prefix - 1]))
        return false;
    guint64 number = g_ascii_strtoull(version + sizeof prefix - 1, &end, 10);

    if (number > 9999)
        return false;
    *minor = (int)number;
    if (*end == '.' && g_ascii_isdigit(end[1]))
        end += 1 + strspn(end + 1, "0123456789");
    *rest = end;
    return *end == '\0' || *end == ' ';
}

static bool experiment_is_harmless(const char *name, int minor)
{
    for (size_t i = 0; i < G_N_ELEMENTS(harmless); i++)
        if (strcmp(name, harmless[i].name) == 0 && minor >= harmless[i].first &&
            minor <= harmless[i].last)
            return true;
    return false;
}

/* On with 1.26 unless it was turned off; an experiment in 1.25. */
static struct go_experiments experiments_of(char **names, int minor)
{
    struct go_experiments e = {.green_tea_gc = minor >= 26};

    for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
        if (strcmp(names[i], "greenteagc") == 0)
            e.green_tea_gc = true;
        if (strcmp(names[i], "nogreenteagc") == 0)
            e.green_tea_gc = false;
    }
    return e;
}

static bool fill(int minor, enum go_arch arch, struct go_layout *layout)
{
    for (size_t column = 0; column < N_COLUMNS; column++) {
        if (columns[column].minor != minor || columns[column].arch != arch)
            continue;
        layout->minor = minor;
        layout->arch = arch;
        for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
            memcpy((char *)layout + rows[i].offset, &rows[i].numbers[column], sizeof(int32_t));
        return true;
    }
    return false;
}

static bool arch_of(const char *goarch, enum go_arch *ret)
{
    for (int i = 0; i < GO_ARCH_COUNT; i++) {
        if (goarch != NULL && strcmp(goarch, arch_names[i]) == 0) {
            *ret = (enum go_arch)i;
            return true;
        }
    }
    return false;
}

bool go_layout_find(const char *version, const char *goarch, struct go_layout *ret, GError **error)
{
    struct go_layout layout;
    enum go_arch arch;
    const char *rest;
    int minor;

    if (!arch_of(goarch, &arch)) {
        g_set_error(error, GO_LAYOUT_ERROR, GO_LAYOUT_ERROR_ARCH,
                    "built for %s: memory is read of amd64 and arm64 programs only",
                    goarch != NULL ? goarch : "an unknown processor");
        return false;
    }
    if (!release_minor(version, &minor, &rest)) {
        g_set_error(error, GO_LAYOUT_ERROR, GO_LAYOUT_ERROR_VERSION,
                    "built by \"%s\", which is no release of Go: its memory layout is not known",
                    version);
        return false;
    }
    if (!fill(minor, arch, &layout)) {
        g_set_error(error, GO_LAYOUT_ERROR, GO_LAYOUT_ERROR_VERSION,
                    "built by %s: the memory layout is known of Go 1.%d to 1.%d", version,
                    columns[0].minor, columns[N_COLUMNS - 1].minor);
        return false;
    }
    /* rest: " X:one,two", " (vendor's note)", both or nothing. */
    const char *list = strstr(rest, " X:");
    g_auto(GStrv) names = NULL;

    if (list != NULL) {
        g_autofree char *text = g_strndup(list + 3, strcspn(list + 3, " "));

        names = g_strsplit(text, ",", -1);
        for (size_t i = 0; names[i] != NULL; i++) {
            if (experiment_is_harmless(names[i], minor))
                continue;
            g_set_error(error, GO_LAYOUT_ERROR, GO_LAYOUT_ERROR_EXPERIMENT,
                        "built by %s with GOEXPERIMENT %s, whose memory layout is not known",
                        version, names[i]);
            return false;
        }
    }
    layout.experiments = experiments_of(names, minor);
    *ret = layout;
    return true;
}
