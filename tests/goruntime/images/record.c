/*
 * Records the fixtures beside it anew: build/dev/tests/goruntime/images/record_images FOLDER.
 * For the oldest, a middle and the newest Go version that can be built NAME.img.gz (memory),
 * NAME.links (what is open) and NAME.txt (all that is read of both).
 */

#include "probes/goruntime/image.h"
#include "tests/goruntime/images/answers.h"
#include "tests/goruntime/images/thinned.h"
#include "tests/goruntime/state/live.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *folder;

static void save(const struct live_build *build, const char *kind, const void *data, size_t n)
{
    g_autofree char *name = g_strdup_printf("go%s.%s", build->version, kind);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GError) error = NULL;

    g_file_set_contents(path, data, (gssize)n, &error);
    g_assert_no_error(error);
    g_test_message("%s: %zu bytes", name, n);
}

static GHashTable *read_links(int pid)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (int fd = 0; fd < 256; fd++) {
        g_autofree char *path = g_strdup_printf("/proc/%d/fd/%d", pid, fd);
        g_autofree char *link = g_file_read_link(path, NULL);

        if (link != NULL)
            g_string_append_printf(text, "%d %s\n", fd, link);
    }
    return answers_links_parse(text->str);
}

/* A little of everything: every way to wait, of leaked files, of allocating. */
static void prepare(struct live *live)
{
    static const char *const kinds[] = {"map",  "local",   "interface", "closure", "list",
                                        "sync", "channel", "dropped",   "raw"};

    g_free(live_say(live, "rates 1"));
    g_free(live_say(live, "contend"));
    g_free(live_say(live, "allocate 3"));
    g_free(live_say(live, "park 1"));
    g_free(live_say(live, "stick 1"));
    g_free(live_say(live, "collect"));
    g_free(live_say(live, "collector -1"));
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        g_free(live_say(live, "leak %s %s 2", kinds[i], live_folder(live)));
}

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* What the image of it answers; what the process answers is the same. */
static char *read_both(struct live *live, GHashTable *links, GBytes **ret_image)
{
    g_autoptr(GError) error = NULL;
    int64_t now = now_ns();
    g_autoptr(program_auto) program = program_of_process(live_pid(live), &error);

    g_assert_no_error(error);
    struct memory *recorder = image_recorder_new(memory_of_process(live_pid(live), &error));
    g_autoptr(go_runtime_auto) runtime = go_runtime_new(recorder, program, &error);

    g_assert_no_error(error);
    g_autofree char *there = answers_text(runtime, now, links, ANSWERS_ALL);

    *ret_image = image_save(recorder, program, now);
    struct memory *memory =
        image_load(g_bytes_get_data(*ret_image, NULL), g_bytes_get_size(*ret_image), &error);

    g_assert_no_error(error);
    g_autoptr(go_runtime_auto) replayed = go_runtime_new(memory, image_program(memory), &error);

    g_assert_no_error(error);
    char *text = answers_text(replayed, now, links, ANSWERS_ALL);

    g_assert_cmpstr(text, ==, there);
    return text;
}

/* With nothing of who records in its environment. */
static struct live *start_alone(const char *path)
{
    g_auto(GStrv) environment = g_get_environ();

    for (size_t i = 0; environment[i] != NULL; i++) {
        g_autofree char *name = g_strndup(environment[i], strcspn(environment[i], "="));

        g_unsetenv(name);
    }
    g_setenv("PATH", g_environ_getenv(environment, "PATH"), TRUE);
    struct live *live = live_start(path);

    for (size_t i = 0; environment[i] != NULL; i++) {
        g_auto(GStrv) pair = g_strsplit(environment[i], "=", 2);

        g_setenv(pair[0], pair[1], TRUE);
    }
    return live;
}

static void record(const struct live_build *build, const char *path)
{
    struct live *live = start_alone(path);

    prepare(live);
    g_autoptr(GHashTable) links = read_links(live_pid(live));
    g_autoptr(GBytes) image = NULL;
    g_autofree char *text = read_both(live, links, &image);

    g_test_message("%zu bytes as recorded", g_bytes_get_size(image));
    live_stop(live);
    g_autoptr(GBytes) thin = thinned_image(image, text, links);
    g_autofree char *open = answers_links_text(links);

    save(build, "img.gz", g_bytes_get_data(thin, NULL), g_bytes_get_size(thin));
    save(build, "links", open, strlen(open));
    save(build, "txt", text, strlen(text));
}

static void test_record(void)
{
    const char *versions = g_getenv("SIDESCOPE_GO_VERSIONS");
    g_auto(GStrv) wanted =
        g_strsplit(versions != NULL ? versions : "1.19.13 1.23.12 1.27.0", " ", -1);

    live_each_of((const char *const *)wanted, true, record);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    if (argc != 2) {
        g_printerr("usage: record_images FOLDER\n");
        return 2;
    }
    folder = argv[1];
    g_test_add_func("/goruntime/images/record", test_record);
    return g_test_run();
}
