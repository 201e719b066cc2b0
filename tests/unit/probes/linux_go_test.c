/* What only a real Go program shows: build information and where its heap lies. */

#include "probes/platform.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HEAP_MIB = 96 };

static const char source[] = "package main\n"
                             "import (\"fmt\"; \"os\"; \"time\")\n"
                             "var keep [][]byte\n"
                             "func main() {\n"
                             "  for i := 0; i < 96; i++ {\n"
                             "    b := make([]byte, 1<<20)\n"
                             "    for j := range b { b[j] = 1 }\n"
                             "    keep = append(keep, b)\n"
                             "  }\n"
                             "  fmt.Println(\"ready\")\n"
                             "  os.Stdout.Close()\n"
                             "  time.Sleep(time.Hour)\n"
                             "}\n";

struct program {
    char *dir, *path, *version; /* version: "go1.26.8" as the tool itself says */
};

static void program_clear(struct program *program)
{
    g_autofree char *main_go = g_build_filename(program->dir, "main.go", NULL);
    g_unlink(main_go);
    g_unlink(program->path);
    g_rmdir(program->dir);
    g_free(program->dir);
    g_free(program->path);
    g_free(program->version);
}

static char *tool_version(void)
{
    g_autofree char *output = NULL;
    int status = 1;
    if (!g_spawn_command_line_sync("go env GOVERSION", &output, NULL, &status, NULL) || status)
        return NULL;
    return g_strdup(g_strstrip(output));
}

/* False when there is no Go here, or it cannot build. */
static bool program_build(struct program *program, const char *const *flags)
{
    program->version = tool_version();
    if (!program->version)
        return false;
    program->dir = g_dir_make_tmp("sidescope-go-XXXXXX", NULL);
    program->path = g_build_filename(program->dir, "sidecar", NULL);
    g_autofree char *main_go = g_build_filename(program->dir, "main.go", NULL);
    g_assert_true(g_file_set_contents(main_go, source, -1, NULL));
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, (gpointer) "go");
    g_ptr_array_add(argv, (gpointer) "build");
    for (; *flags; flags++)
        g_ptr_array_add(argv, (gpointer)(uintptr_t)*flags);
    g_ptr_array_add(argv, (gpointer) "-o");
    g_ptr_array_add(argv, program->path);
    g_ptr_array_add(argv, main_go);
    g_ptr_array_add(argv, NULL);
    int status = 1;
    g_autofree char *errors = NULL;
    bool ran = g_spawn_sync(program->dir, (char **)argv->pdata, NULL, G_SPAWN_SEARCH_PATH, NULL,
                            NULL, NULL, &errors, &status, NULL);
    if (ran && status == 0)
        return true;
    g_test_message("go build: %s", errors ? errors : "did not start");
    program_clear(program);
    return false;
}

static pid_t program_start(const struct program *program)
{
    int ends[2];
    char byte;
    g_assert_cmpint(pipe(ends), ==, 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], 1);
        close_range(3, ~0U, 0);
        execl(program->path, "sidecar", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    while (read(ends[0], &byte, 1) == 1)
        continue; /* until it closes its output: all is allocated */
    close(ends[0]);
    return pid;
}

static void check_program(const struct program *program)
{
    pid_t pid = program_start(program);
    g_autoptr(GError) error = NULL;
    g_autoptr(process_entry_auto) entry = platform_describe(NULL, pid, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(entry->comm, ==, "sidecar");
    g_assert_cmpstr(entry->exe, ==, program->path);
    g_assert_true(entry->is_go);
    g_assert_true(g_str_has_prefix(entry->go_version, program->version));
    struct platform *platform = platform_open(NULL, pid, &entry->id, &error);
    struct memory_sample *sample = sample_new(PROBE_MEMORY, sizeof *sample);
    platform_read_memory(platform, sample, true);
    int64_t heap = sample->classes[REGION_GO_HEAP].resident_bytes;
    g_test_message("%s: heap %" G_GINT64_FORMAT " of rss %" G_GINT64_FORMAT " KiB, %s",
                   entry->go_version, heap / 1024, sample->rss_bytes / 1024,
                   sample->heap_class_guessed ? "by shape" : "by name");
    g_assert_cmpint(heap, >=, (int64_t)HEAP_MIB * 1024 * 1024);
    g_assert_cmpint(heap, <=, sample->rss_bytes);
    g_assert_cmpint(sample->classes[REGION_BINARY].count, >=, 2);
    sample_unref(sample);
    platform_close(platform);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void build_and_check(const char *const *flags)
{
    struct program program = {NULL, NULL, NULL};
    if (!program_build(&program, flags)) {
        g_free(program.version);
        g_test_skip("no Go tool here that can build a program");
        return;
    }
    check_program(&program);
    program_clear(&program);
}

static void test_plain(void)
{
    static const char *const flags[] = {NULL};
    build_and_check(flags);
}

/* As releases are built: no symbols, no debug information. */
static void test_stripped(void)
{
    static const char *const flags[] = {"-ldflags=-s -w", NULL};
    build_and_check(flags);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_setenv("GO111MODULE", "off", TRUE);
    g_setenv("GOTOOLCHAIN", "local", TRUE);
    g_setenv("GOFLAGS", "", TRUE);
    g_test_add_func("/linux-go/plain", test_plain);
    g_test_add_func("/linux-go/stripped", test_stripped);
    return g_test_run();
}
