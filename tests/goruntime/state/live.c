#include "tests/goruntime/state/live.h"

#include "tests/support/remove.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct live {
    char *program;
    GPid pid;
    int to, from; /* its standard input and output */
    char *folder;
};

static const char *const all_versions[] = {"1.19.13", "1.20.14", "1.21.13", "1.22.12", "1.23.12",
                                           "1.24.13", "1.25.8",  "1.26.8",  "1.27.0",  NULL};

const char *const live_spread[] = {"1.19.13", "1.23.12", "1.27.0", NULL};

bool live_is_emulated(void)
{
    return g_strcmp0(g_getenv("SIDESCOPE_GO_ARCH"), "arm64") == 0;
}

/* A folder that lasts as long as the build tree, so that a program is linked once. */
static char *program_path(const struct live_build *build)
{
    g_autofree char *name =
        g_strdup_printf("%sgo%s-%s-cgo%d%s%s", live_is_emulated() ? "arm64-" : "", build->version,
                        build->is_pie ? "pie" : "exe", build->has_cgo,
                        build->is_stripped ? "-stripped" : "", build->is_small ? "-small" : "");

    return g_build_filename(SIDESCOPE_STATE_BUILDS, name, NULL);
}

/* The program, built when it is older than its source; NULL when that version is not to be had. */
static char *build_program(const struct live_build *build)
{
    g_autofree char *program = program_path(build);
    g_autofree char *toolchain = g_strconcat("GOTOOLCHAIN=go", build->version, NULL);
    const char *argv[] = {"env",
                          toolchain,
                          "GOWORK=off",
                          "GOFLAGS=-buildvcs=false",
                          build->has_cgo ? "CGO_ENABLED=1" : "CGO_ENABLED=0",
                          live_is_emulated() ? "GOARCH=arm64" : "GOARCH=",
                          SIDESCOPE_GO,
                          "build",
                          "-trimpath",
                          build->is_small ? "-tags=small" : "-tags=",
                          build->is_pie ? "-buildmode=pie" : "-buildmode=exe",
                          build->is_stripped ? "-ldflags=-s -w" : "-ldflags=",
                          "-o",
                          program,
                          ".",
                          NULL};
    g_autofree char *output = NULL;
    int status;

    if (*SIDESCOPE_GO == '\0' ||
        !g_spawn_sync(SIDESCOPE_STATE_TARGET, (char **)(uintptr_t)argv, NULL, G_SPAWN_SEARCH_PATH,
                      NULL, NULL, NULL, &output, &status, NULL) ||
        status != 0) {
        g_test_message("go%s: left out: %s", build->version, output != NULL ? output : "no go");
        return NULL;
    }
    return g_steal_pointer(&program);
}

static bool run_build(const struct live_build *wanted, live_test *test)
{
    struct live_build build = *wanted;

    build.is_pie &= !live_is_emulated(); /* those want a dynamic linker of that processor */
    g_autofree char *program = build_program(&build);

    if (program == NULL)
        return false;
    g_test_message("%s", program);
    test(&build, program);
    return true;
}

static bool run_version(const char *version, bool all_forms, live_test *test)
{
    static const struct live_build forms[] = {
        {NULL, false, false, false, false}, {NULL, true, true, false, false}, /* on every run */
        {NULL, false, true, false, false},  {NULL, true, false, false, false},
        {NULL, true, true, true, false},
    };
    bool any = false;

    for (size_t i = 0; i < (all_forms ? G_N_ELEMENTS(forms) : 2); i++) {
        struct live_build build = forms[i];

        build.version = version;
        any = run_build(&build, test) || any;
    }
    return any;
}

static void run_all(const char *const *versions, bool all_forms, live_test *test)
{
    bool any = false;

    for (size_t i = 0; versions[i] != NULL; i++)
        any = run_version(versions[i], all_forms, test) || any;
    if (!any)
        g_test_skip("no Go toolchain to build the target with");
}

void live_each(live_test *test)
{
    const char *wanted = g_getenv("SIDESCOPE_GO_VERSIONS");

    if (wanted != NULL && strcmp(wanted, "all") == 0) {
        run_all(all_versions, true, test);
    } else if (wanted != NULL) {
        g_auto(GStrv) list = g_strsplit(wanted, " ", -1);

        run_all((const char *const *)list, false, test);
    } else {
        run_all(all_versions + G_N_ELEMENTS(all_versions) - 3, false, test);
    }
}

static void each_of(const char *const *versions, struct live_build build, live_test *test)
{
    const char *wanted = g_getenv("SIDESCOPE_GO_VERSIONS");
    bool any = false;
    g_auto(GStrv) named = NULL;

    if (versions == live_spread && wanted != NULL && strcmp(wanted, "all") != 0)
        versions = (const char *const *)(named = g_strsplit(wanted, " ", -1));
    else if (versions == live_spread && wanted != NULL)
        versions = all_versions;

    for (size_t i = 0; versions[i] != NULL; i++) {
        build.version = versions[i];
        any = run_build(&build, test) || any;
    }
    if (!any)
        g_test_skip("no Go toolchain to build the target with");
}

void live_each_of(const char *const *versions, bool is_small, live_test *test)
{
    each_of(versions, (struct live_build){NULL, true, true, false, is_small}, test);
}

void live_each_with_c(const char *const *versions, live_test *test)
{
    each_of(versions, (struct live_build){NULL, true, true, true, true}, test);
}

static void die_with_test(gpointer data)
{
    (void)data;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* What it writes up to a line, which is left out. */
static char *read_until(const struct live *live, const char *line)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *end = g_strconcat(line, "\n", NULL);

    while (!g_str_has_suffix(text->str, end)) {
        char piece[4096];
        ssize_t n = read(live->from, piece, sizeof piece);

        if (n < 0 && errno == EINTR)
            continue;
        g_assert_cmpint(n, >, 0);
        g_string_append_len(text, piece, n);
    }
    g_string_truncate(text, text->len - strlen(end));
    return g_string_free(g_steal_pointer(&text), FALSE);
}

struct live *live_start(const char *program)
{
    return live_start_debug(program, "");
}

struct live *live_start_debug(const char *program, const char *go_debug)
{
    const char *argv[] = {"qemu-aarch64", program, NULL};
    g_auto(GStrv) env = g_environ_setenv(g_get_environ(), "GODEBUG", go_debug, TRUE);
    g_autoptr(GError) error = NULL;
    struct live *live = g_new0(struct live, 1);

    live->program = g_strdup(program);
    live->folder = g_dir_make_tmp("sidescope-state-XXXXXX", &error);
    g_assert_no_error(error);
    g_assert_true(g_spawn_async_with_pipes(NULL, (char **)(uintptr_t)(argv + !live_is_emulated()),
                                           env, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH,
                                           die_with_test, NULL, &live->pid, &live->to, &live->from,
                                           NULL, &error));
    g_free(read_until(live, "ready"));
    return live;
}

int live_pid(const struct live *live)
{
    return live->pid;
}

/* The emulator is the process; its guest's addresses are its own, and its program is the guest's.
 */
static struct go_runtime *attach_to_guest(const struct live *live, GError **error)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/maps", live->pid);
    g_autofree char *maps = NULL;
    int fd = open(live->program, O_RDONLY | O_CLOEXEC);

    g_assert_cmpint(fd, >=, 0);
    if (!g_file_get_contents(path, &maps, NULL, error)) {
        close(fd);
        return NULL;
    }
    struct program *program = program_of_file(fd, maps, error);

    close(fd);
    if (program == NULL)
        return NULL;
    struct go_runtime *runtime = go_runtime_new(memory_of_process(live->pid, NULL), program, error);

    if (runtime != NULL)
        runtime->program_own = program;
    return runtime;
}

struct go_runtime *live_attach(const struct live *live, GError **error)
{
    return live_is_emulated() ? attach_to_guest(live, error)
                              : go_runtime_of_process(live->pid, error);
}

const char *live_folder(const struct live *live)
{
    return live->folder;
}

char *live_say(struct live *live, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *line = g_strconcat(text, "\n", NULL);

    g_assert_cmpint(write(live->to, line, strlen(line)), ==, (ssize_t)strlen(line));
    return read_until(live, "ok");
}

void live_stop(struct live *live)
{
    close(live->to);
    kill(live->pid, SIGKILL);
    waitpid(live->pid, NULL, 0);
    close(live->from);
    remove_tree(live->folder);
    g_free(live->program);
    g_free(live->folder);
    g_free(live);
}

GHashTable *live_symbols(const char *program)
{
    GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    const char *argv[] = {"nm", program, NULL};
    g_autofree char *text = NULL;
    int status;

    if (!g_spawn_sync(NULL, (char **)(uintptr_t)argv, NULL,
                      G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &text, NULL,
                      &status, NULL))
        return table;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (size_t i = 0; lines[i] != NULL; i++) {
        g_auto(GStrv) words = g_strsplit(lines[i], " ", 3);

        if (g_strv_length(words) == 3 && *words[0] != '\0')
            g_hash_table_replace(
                table, g_strdup(words[2]),
                g_memdup2(&(guint64){g_ascii_strtoull(words[0], NULL, 16)}, sizeof(guint64)));
    }
    return table;
}
