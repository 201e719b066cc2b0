#include "app/profiles/frame_owner.h"

#include "pprof/goroutines.h"

#include <string.h>

struct frame_owners {
    GHashTable *own; /* packages of the program, char * */
};

/* The import path with the package, or all of a name that has none; what stands behind a blank is
 * a line's file. */
static size_t package_length(const char *name)
{
    size_t n = strcspn(name, " ([");
    const char *slash = g_strrstr_len(name, (gssize)n, "/");
    size_t from = slash != NULL ? (size_t)(slash - name) : 0,
           dot = from + strcspn(name + from, ".");

    return MIN(dot, n);
}

unsigned frame_package_hash(const char *name)
{
    unsigned hash = 5381;

    for (size_t i = 0, n = package_length(name); i < n; i++)
        hash = hash * 33 + (unsigned char)name[i];
    return hash;
}

/* "/root/go/pkg/mod/github.com/x/y@v1.2.3/z.go", with -trimpath from the module on. */
static bool is_of_another_module(const char *file)
{
    return *file == '\0' || strchr(file, '@') != NULL || strstr(file, "/vendor/") != NULL;
}

/* "example.com/u/tool" of "/go/src/example.com/u/tool/cmd/tool/main.go", which a build with GOPATH
 * or -trimpath says of package main: then files do not say whose they are. NULL: not known. */
static char *repository_of_main(const struct profile *profile)
{
    enum { HOST, OWNER, NAME, FILE_IN_IT, N };

    for (size_t i = 0; i < profile->n_functions; i++) {
        const char *file = profile->functions[i].filename;
        const char *src = g_strrstr(file, "/src/");

        if (!g_str_has_prefix(profile->functions[i].name, "main."))
            continue;
        g_auto(GStrv) parts = g_strsplit(src != NULL ? src + strlen("/src/") : file, "/", N);

        if (g_strv_length(parts) == N && strchr(parts[HOST], '.') != NULL)
            return g_strdup_printf("%s/%s/%s", parts[HOST], parts[OWNER], parts[NAME]);
    }
    return NULL;
}

static bool is_in(const char *package, const char *repository)
{
    size_t n = strlen(repository);

    return strncmp(package, repository, n) == 0 && (package[n] == '\0' || package[n] == '/');
}

struct frame_owners *frame_owners_new(const struct profile *profile)
{
    struct frame_owners *owners = g_new0(struct frame_owners, 1);
    g_autofree char *repository = repository_of_main(profile);

    owners->own = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (size_t i = 0; i < profile->n_functions; i++) {
        const struct profile_function *function = &profile->functions[i];

        g_autofree char *package = g_strndup(function->name, package_length(function->name));

        if (!goroutine_is_standard(function->name) && !is_of_another_module(function->filename) &&
            (repository == NULL || is_in(package, repository)))
            g_hash_table_add(owners->own, g_steal_pointer(&package));
    }
    return owners;
}

void frame_owners_free(struct frame_owners *owners)
{
    if (owners == NULL)
        return;
    g_hash_table_unref(owners->own);
    g_free(owners);
}

enum frame_owner frame_owner(const struct frame_owners *owners, const char *name)
{
    g_autofree char *package = g_strndup(name, package_length(name));

    if (strcmp(package, "main") == 0 || g_hash_table_contains(owners->own, package))
        return FRAME_OF_PROGRAM;
    return goroutine_is_standard(name) ? FRAME_OF_GO : FRAME_OF_MODULE;
}
