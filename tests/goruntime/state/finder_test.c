/* Every variable that the finder finds is where the symbol table has it. */

#include "probes/goruntime/runtime.h"
#include "probes/goruntime/variables.h"
#include "tests/goruntime/state/live.h"

#include <locale.h>
#include <string.h>

/* Variables that a program has only with the functions that set them. */
static bool may_be_missing(const char *name)
{
    return strcmp(name, "runtime.blockprofilerate") == 0 ||
           strcmp(name, "runtime.mutexprofilerate") == 0;
}

static void check_globals(const struct go_runtime *runtime, GHashTable *symbols)
{
    for (size_t i = 0; i < FINDER_N_GLOBALS; i++) {
        const struct finder_global *global = finder_global_at(&runtime->globals, i);
        const guint64 *there = g_hash_table_lookup(symbols, finder_name(i));

        g_test_message("%s %#" G_GINT64_MODIFIER "x %d %s", finder_name(i), global->address,
                       global->state, global->reason != NULL ? global->reason : "");
        if (!may_be_missing(finder_name(i)))
            g_assert_cmpint(global->state, !=, FINDER_MISSING);
        if (there != NULL && global->state != FINDER_MISSING)
            g_assert_cmphex(global->address, ==, *there + runtime->program->bias);
    }
}

/* Functions are found by name, the runtime's, which attaching asks for, and all others. */
static void check_functions(const struct go_runtime *runtime, GHashTable *symbols)
{
    static const char *const there[] = {"runtime.main", "main.main", "main.readLine",
                                        "sync.(*Once).doSlow"};
    struct symbol_range range;

    for (size_t i = 0; i < G_N_ELEMENTS(there); i++) {
        const guint64 *known = g_hash_table_lookup(symbols, there[i]);

        g_assert_true(symbols_find_function(runtime->symbols, there[i], &range));
        g_assert_cmphex(range.end, >, range.entry);
        if (known != NULL)
            g_assert_cmphex(range.entry, ==, *known + runtime->program->bias);
    }
    g_assert_false(symbols_find_function(runtime->symbols, "runtime.nothing", &range));
    g_assert_false(symbols_find_function(runtime->symbols, "main.nothing", &range));
}

/* The same program with its symbols gives the addresses; a stripped one must find as much. */
static void one_build(const struct live_build *build, const char *program)
{
    g_autoptr(GHashTable) symbols = live_symbols(program);
    struct live *live = live_start(program);
    g_autoptr(GError) error = NULL;

    if (!build->is_stripped)
        g_assert_cmpint(g_hash_table_size(symbols), >, 1000);
    for (int round = 0; round < 2; round++) { /* new, and after it did something */
        g_autoptr(go_runtime_auto) runtime = live_attach(live, &error);

        g_assert_no_error(error);
        check_globals(runtime, symbols);
        check_functions(runtime, symbols);
        g_free(live_say(live, "rates 1"));
        g_free(live_say(live, "allocate 100"));
        g_free(live_say(live, "contend"));
        g_free(live_say(live, "collect"));
    }
    live_stop(live);
}

static void test_globals(void)
{
    live_each(one_build);
}

static int64_t kib_of_files(int pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/status", pid), *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    const char *line = strstr(text, "\nRssFile:");

    g_assert_nonnull(line);
    return g_ascii_strtoll(line + strlen("\nRssFile:"), NULL, 10);
}

/* What is read of a program, all of its code among it, is not resident in the process for that. */
static void one_effect(const struct live_build *build, const char *program)
{
    enum { MOST_KIB = 512 };
    struct live *live = live_start(program);
    g_autoptr(GError) error = NULL;

    (void)build;
    if (live_is_emulated()) {
        live_stop(live);
        return;
    }
    int64_t before = kib_of_files(live_pid(live));
    g_autoptr(go_runtime_auto) runtime = go_runtime_of_process(live_pid(live), &error);

    g_assert_no_error(error);
    struct variables *variables = variables_read(runtime, &error);

    g_assert_no_error(error);
    variables_free(variables);
    g_test_message("%" G_GINT64_FORMAT " KiB before, %" G_GINT64_FORMAT " after", before,
                   kib_of_files(live_pid(live)));
    g_assert_cmpint(kib_of_files(live_pid(live)) - before, <=, MOST_KIB);
    live_stop(live);
}

static void test_effect(void)
{
    /* in older ones the tables of a position independent program are where it could write */
    static const char *const versions[] = {"1.26.8", "1.27.0", NULL};

    live_each_of(versions, false, one_effect);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/goruntime/finder/symbol-table", test_globals);
    g_test_add_func("/goruntime/finder/effect", test_effect);
    return g_test_run();
}
