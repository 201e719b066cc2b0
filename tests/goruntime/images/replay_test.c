/* Memory recorded of programs of several Go versions gives what it gave when it was recorded. */

#include "probes/goruntime/image.h"
#include "tests/goruntime/images/answers.h"

#include <locale.h>
#include <string.h>

#define FOLDER SIDESCOPE_SOURCE_DIR "/tests/goruntime/images/recorded"

static char *load(const char *version, const char *kind, gsize *ret_n)
{
    g_autofree char *path = g_strdup_printf(FOLDER "/%s.%s", version, kind);
    g_autoptr(GError) error = NULL;
    char *text;

    g_file_get_contents(path, &text, ret_n, &error);
    g_assert_no_error(error);
    return text;
}

static char *answer(const char *version)
{
    gsize n;
    g_autofree char *bytes = load(version, "img.gz", &n);
    g_autofree char *open = load(version, "links", NULL);
    g_autoptr(GHashTable) links = answers_links_parse(open);
    g_autoptr(GError) error = NULL;
    struct memory *memory = image_load(bytes, n, &error);

    g_assert_no_error(error);
    int64_t now_ns = image_now(memory);
    g_autoptr(go_runtime_auto) runtime = go_runtime_new(memory, image_program(memory), &error);

    g_assert_no_error(error);
    return answers_text(runtime, now_ns, links, ANSWERS_ALL);
}

/* Line by line, so that what differs is seen. */
static void check(const char *version, const char *text)
{
    g_autofree char *beside = load(version, "txt", NULL);
    g_auto(GStrv) is = g_strsplit(text, "\n", -1), was = g_strsplit(beside, "\n", -1);

    for (size_t i = 0; is[i] != NULL && was[i] != NULL; i++)
        g_assert_cmpstr(is[i], ==, was[i]);
    g_assert_cmpuint(g_strv_length(is), ==, g_strv_length(was));
}

static void test_version(gconstpointer data)
{
    const char *version = data;
    g_autofree char *text = answer(version);

    if (g_getenv("SIDESCOPE_UPDATE_GOLDEN") != NULL) {
        g_autofree char *path = g_strdup_printf(FOLDER "/%s.txt", version);

        g_assert_true(g_file_set_contents(path, text, -1, NULL));
        return;
    }
    check(version, text);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/goruntime/images/oldest", "go1.19.13", test_version);
    g_test_add_data_func("/goruntime/images/middle", "go1.23.12", test_version);
    g_test_add_data_func("/goruntime/images/newest", "go1.27.0", test_version);
    return g_test_run();
}
