#include "tests/scenarios/stand.h"

#include "tests/support/keep_going.h"
#include "tests/support/target.h"

#include <stdlib.h>
#include <string.h>

/*
 * Runs the scenario matrix and prints it: expected against got, and every
 * miss. One GLib test case per row, so that a row that fails is named.
 */

enum { DEFAULT_JOBS = 16 }; /* of four inotify instances each, of the user's 128: some are left */

static const double default_seconds = 10;
/* Growth counts as sustained from a minute on. */
static const double long_seconds = 90;
static const double growing_windows[] = {6, 15, 30, 60, 120};

static struct arguments {
    int jobs;
    double seconds;
    char *only, *backend;
    gboolean list, is_long, times, no_pprof;
} arguments = {.jobs = DEFAULT_JOBS};

static void parse(int *argc, char ***argv)
{
    const GOptionEntry entries[] = {
        {"jobs", 0, 0, G_OPTION_ARG_INT, &arguments.jobs, "rows at the same time", "N"},
        {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &arguments.seconds, "window of each row", "N"},
        {"only", 0, 0, G_OPTION_ARG_STRING, &arguments.only, "rows whose name has this in it",
         "TEXT"},
        {"backend", 0, 0, G_OPTION_ARG_STRING, &arguments.backend, "as sidescope's", "NAME"},
        {"long", 0, 0, G_OPTION_ARG_NONE, &arguments.is_long,
         "windows of 90 s, in which the slow rows have to be named as well", NULL},
        {"times", 0, 0, G_OPTION_ARG_NONE, &arguments.times,
         "the shortest window that gives the right diagnosis of each leak", NULL},
        {"no-pprof", 0, 0, G_OPTION_ARG_NONE, &arguments.no_pprof,
         "targets that serve no profiles: what they are asked has to come from memory", NULL},
        {"causes", 0, 0, G_OPTION_ARG_NONE, &arguments.list, "print all that was named", NULL},
        {0}};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_ignore_unknown_options(context, TRUE);
    if (!g_option_context_parse(context, argc, argv, &error) || arguments.jobs < 1) {
        g_printerr("%s\n", error != NULL ? error->message : "--jobs takes a number from 1 up");
        exit(2);
    }
    if (arguments.seconds <= 0)
        arguments.seconds = arguments.is_long ? long_seconds : default_seconds;
}

static GPtrArray *choose(void)
{
    GPtrArray *wanted = g_ptr_array_new();
    bool commands = g_strcmp0(arguments.backend, "commands") == 0;

    for (size_t i = 0; i < n_rows; i++)
        if ((arguments.only == NULL || strstr(rows[i].name, arguments.only) != NULL) &&
            (!commands || rows[i].flags & ROW_COMMANDS))
            g_ptr_array_add(wanted, (gpointer)(guintptr)&rows[i]);
    return wanted;
}

/* --- printing --- */

static const char *expected_word(const struct row *row)
{
    static const char *const words[] = {[ROW_LEAK] = "",
                                        [ROW_TROUBLE] = "(finding, no leak)",
                                        [ROW_LOOKALIKE] = "(silent)",
                                        [ROW_HONEST] = "(silent)"};

    return row->pattern != NULL ? row->pattern : words[row->expects];
}

/* Of every expected word how often which was got; the empty cells are left out. */
static void print_matrix(GPtrArray *results)
{
    g_autoptr(GHashTable) cells = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < results->len; i++) {
        const struct stand_result *result = g_ptr_array_index(results, i);
        char *cell = g_strdup_printf("%-26s %-26s %s", expected_word(result->row),
                                     outcome_word(result->outcome),
                                     result->wrong == NULL ? "right" : "WRONG");
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(cells, cell));

        g_hash_table_replace(cells, cell, GUINT_TO_POINTER(n + 1));
    }
    g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(cells), (GCompareFunc)strcmp);

    g_print("# %-26s %-26s\n", "expected", "first named");
    for (GList *key = keys; key != NULL; key = key->next)
        g_print("# %s %u\n", (char *)key->data,
                GPOINTER_TO_UINT(g_hash_table_lookup(cells, key->data)));
}

static void print_causes(const struct outcome *outcome)
{
    g_print("#     status %d, %s: %s\n", outcome->status, outcome->verdict, outcome->diagnosis);
    for (guint i = 0; i < outcome->causes->len; i++) {
        const struct named_cause *cause = g_ptr_array_index(outcome->causes, i);

        g_print("#     %.2f %s%s: %s | %s\n", cause->confidence, cause->id,
                cause->leak ? "" : " (no leak)", cause->culprit, cause->evidence);
    }
}

static void print_misses(GPtrArray *results)
{
    for (guint i = 0; i < results->len; i++) {
        const struct stand_result *result = g_ptr_array_index(results, i);

        if (result->wrong == NULL && !arguments.list)
            continue;
        g_print("# %s: %s\n", result->row->name, result->wrong != NULL ? result->wrong : "right");
        print_causes(result->outcome);
    }
}

/* --- time to the right diagnosis --- */

static GPtrArray *leaks_of(const GPtrArray *wanted)
{
    GPtrArray *leaks = g_ptr_array_new();

    for (guint i = 0; i < wanted->len; i++) {
        const struct row *row = g_ptr_array_index(wanted, i);

        if (row->pattern != NULL && row->expects != ROW_LOOKALIKE)
            g_ptr_array_add(leaks, (gpointer)(guintptr)row);
    }
    return leaks;
}

/* Runs each window with the rows that no shorter one was enough for. */
static int print_times(const GPtrArray *wanted)
{
    g_autoptr(GPtrArray) pending = leaks_of(wanted);

    g_print("window, row\n");
    for (size_t w = 0; w < G_N_ELEMENTS(growing_windows) && pending->len > 0; w++) {
        const struct stand_options options = {.jobs = (unsigned)arguments.jobs,
                                              .seconds = growing_windows[w],
                                              .backend = arguments.backend,
                                              .strict = true,
                                              .no_pprof = arguments.no_pprof};
        g_autoptr(GPtrArray) results = stand_run(pending, &options);

        g_ptr_array_set_size(pending, 0);
        for (guint i = 0; i < results->len; i++) {
            const struct stand_result *result = g_ptr_array_index(results, i);

            if (result->wrong == NULL)
                g_print("%4.0f s  %s\n", growing_windows[w], result->row->name);
            else
                g_ptr_array_add(pending, (gpointer)(guintptr)result->row);
        }
    }
    for (guint i = 0; i < pending->len; i++)
        g_print("never   %s\n", ((const struct row *)g_ptr_array_index(pending, i))->name);
    return pending->len > 0;
}

/* --- a second look --- */

/* Of how many times the window. */
static const double second_look = 3;

/*
 * What a short window got wrong is looked at once more for longer, as its
 * report advises: a machine under sanitizers gives it two looks at a heap,
 * where one moment of a saw tooth decides. Wrong twice is wrong; what only the
 * second look got right is said.
 */
static void look_again(GPtrArray *results, const struct stand_options *options)
{
    g_autoptr(GPtrArray) wrong = g_ptr_array_new();
    g_autoptr(GArray) at = g_array_new(FALSE, FALSE, sizeof(guint));
    struct stand_options longer = *options;

    for (guint i = 0; i < results->len; i++) {
        const struct stand_result *result = g_ptr_array_index(results, i);

        if (result->wrong == NULL)
            continue;
        g_ptr_array_add(wrong, (gpointer)(guintptr)result->row);
        g_array_append_val(at, i);
    }
    if (wrong->len == 0)
        return;
    longer.seconds *= second_look;
    g_autoptr(GPtrArray) second = stand_run(wrong, &longer);

    for (guint i = 0; i < second->len; i++) {
        struct stand_result *then = g_ptr_array_index(second, i);
        struct stand_result *result = g_ptr_array_index(results, g_array_index(at, guint, i));

        g_print("# %s: second look over %.0f s: %s\n", then->row->name, longer.seconds,
                then->wrong != NULL ? then->wrong : "right");
        if (then->wrong == NULL)
            g_clear_pointer(&result->wrong, g_free);
    }
}

/* --- cases --- */

static void test_row(gconstpointer data)
{
    const struct stand_result *result = data;

    if (result->wrong == NULL)
        return;
    g_test_message("%s: %s", result->row->name, result->wrong);
    g_test_fail();
}

static void test_skip(void)
{
    g_test_skip("no Go: the stage program was not built; or no lsof");
}

static bool can_run(void)
{
    g_autofree char *lsof = g_find_program_in_path("lsof");

    return target_available() && (lsof != NULL || g_strcmp0(arguments.backend, "commands") != 0);
}

static void add_cases(GPtrArray *results)
{
    for (guint i = 0; i < results->len; i++) {
        const struct stand_result *result = g_ptr_array_index(results, i);
        g_autofree char *path = g_strdup_printf("/scenarios/%s", result->row->name);

        g_test_add_data_func(path, result, test_row);
    }
}

int main(int argc, char **argv)
{
    parse(&argc, &argv);
    g_autofree char **all = keep_going_init(argc, argv);

    (void)all; /* the test library may look at it until the end */
    if (!can_run()) {
        g_test_add_func("/scenarios", test_skip);
        return g_test_run();
    }
    g_autoptr(GPtrArray) wanted = choose();

    if (arguments.times)
        return print_times(wanted);
    const struct stand_options options = {.jobs = (unsigned)arguments.jobs,
                                          .seconds = arguments.seconds,
                                          .backend = arguments.backend,
                                          .strict = arguments.is_long,
                                          .no_pprof = arguments.no_pprof};
    g_autoptr(GPtrArray) results = stand_run(wanted, &options);

    print_matrix(results);
    print_misses(results);
    look_again(results, &options);
    add_cases(results);
    return g_test_run();
}
