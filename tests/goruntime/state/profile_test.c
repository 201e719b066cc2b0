/*
 * The profiles read from a process's memory are those that it gives itself: the same
 * stacks with the same files, lines, values and labels.
 */

#include "probes/goruntime/contention_profile.h"
#include "probes/goruntime/errors.h"
#include "probes/goruntime/heap_profile.h"
#include "tests/goruntime/state/live.h"

#include <locale.h>
#include <string.h>

enum { MAX_VALUES = 4 };

struct row {
    gint64 values[MAX_VALUES];
};

static void add_stack(const struct profile *p, const struct profile_sample *sample, GString *key)
{
    for (uint32_t i = 0; i < sample->n_frames; i++) {
        const struct profile_location *l = &p->locations[p->frames[sample->first_frame + i]];

        for (uint32_t k = 0; k < l->n_lines; k++) {
            const struct profile_line *line = &p->lines[l->first_line + k];
            const struct profile_function *f = &p->functions[line->function];

            /* runtime/pprof has one function of a name, with the first file it saw of it */
            g_string_append_printf(key, "%s %s:%d\n", f->name,
                                   g_str_has_suffix(f->name, ".init") ? "" : f->filename,
                                   (int)line->line);
        }
    }
    for (uint32_t i = 0; i < sample->n_labels; i++) {
        const struct profile_label *label = &p->labels[sample->first_label + i];

        g_string_append_printf(key, "%s=%d%s%s\n", label->key, (int)label->num, label->str,
                               label->unit);
    }
}

/* Stack and labels -> row, where anything was counted; only stacks with this function. */
static GHashTable *rows_of(const struct profile *p, const char *function)
{
    GHashTable *rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

    for (size_t s = 0; s < p->n_samples; s++) {
        const int64_t *values = &p->values[s * p->n_sample_types];
        g_autoptr(GString) key = g_string_new(NULL);
        bool any = false;

        for (size_t i = 0; i < p->n_sample_types; i++)
            any |= values[i] != 0;
        add_stack(p, &p->samples[s], key);
        if (!any || strstr(key->str, function) == NULL)
            continue;
        struct row *row = g_hash_table_lookup(rows, key->str);

        if (row == NULL) {
            row = g_new0(struct row, 1);
            g_hash_table_insert(rows, g_strdup(key->str), row);
        }
        for (size_t i = 0; i < p->n_sample_types; i++)
            row->values[i] += values[i];
    }
    return rows;
}

static struct profile *ask(struct live *live, const char *name)
{
    g_autofree char *file = g_build_filename(live_folder(live), name, NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes = NULL;
    gsize n;

    g_free(live_say(live, "profile %s %s", name, file));
    g_assert_true(g_file_get_contents(file, &bytes, &n, &error));
    struct profile *profile = profile_decode((const uint8_t *)bytes, n, &error);

    g_assert_no_error(error);
    return profile;
}

/* tolerance: part of a value by which ours may differ from theirs. */
static void compare(const struct profile *ours, const struct profile *theirs, const char *function,
                    double tolerance)
{
    g_autoptr(GHashTable) a = rows_of(ours, function), b = rows_of(theirs, function);
    GHashTableIter iter;
    gpointer key, value;

    g_assert_cmpuint(ours->n_sample_types, ==, theirs->n_sample_types);
    for (size_t i = 0; i < ours->n_sample_types; i++) {
        g_assert_cmpstr(ours->sample_types[i].type, ==, theirs->sample_types[i].type);
        g_assert_cmpstr(ours->sample_types[i].unit, ==, theirs->sample_types[i].unit);
    }
    g_assert_cmpstr(ours->period_type.type, ==, theirs->period_type.type);
    g_assert_cmpint(ours->period, ==, theirs->period);
    g_test_message("%u stacks", g_hash_table_size(b));
    g_assert_cmpuint(g_hash_table_size(b), >, 0);
    g_hash_table_iter_init(&iter, b);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        const struct row *mine = g_hash_table_lookup(a, key), *there = value;

        if (mine == NULL)
            g_error("missing: %s", (const char *)key);
        for (size_t i = 0; i < ours->n_sample_types; i++) {
            double off = (double)(mine->values[i] - there->values[i]);

            if (ABS(off) > tolerance * (double)there->values[i])
                g_error("value %d: %" G_GINT64_FORMAT " for %" G_GINT64_FORMAT " of %s", (int)i,
                        mine->values[i], there->values[i], (const char *)key);
        }
    }
    g_assert_cmpuint(g_hash_table_size(a), ==, g_hash_table_size(b));
}

static struct profile *read_heap(struct live *live, struct heap_profile_facts *facts)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(go_runtime_auto) runtime = live_attach(live, &error);

    g_assert_no_error(error);
    g_autoptr(native_auto) native = native_new(live_pid(live));
    struct profile *profile = heap_profile_read(runtime, native, facts, &error);

    g_assert_no_error(error);
    return profile;
}

/* Before any collection all that was counted is shown, and what asking allocates with it. */
static void check_unpublished(const char *program)
{
    struct heap_profile_facts facts;
    struct live *live = live_start(program);

    g_free(live_say(live, "collector -1"));
    g_free(live_say(live, "allocate 100"));
    g_autoptr(profile_auto) ours = read_heap(live, &facts);
    g_autoptr(profile_auto) theirs = ask(live, "heap");

    compare(ours, theirs, "main.allocate", 0);
    live_stop(live);
}

/* Go 1.19 forgets memprofilerate again, which theirs says too. */
static void check_heap_at(const char *program, const char *go_debug)
{
    struct heap_profile_facts facts;
    struct live *live = live_start_debug(program, go_debug);

    g_free(live_say(live, "allocate 1000"));
    g_free(live_say(live, "collect"));
    g_free(live_say(live, "collector -1"));
    g_free(live_say(live, "allocate 100")); /* not published */
    g_autoptr(profile_auto) ours = read_heap(live, &facts);
    g_autoptr(profile_auto) theirs = ask(live, "heap");

    compare(ours, theirs, "", 0);
    g_assert_cmpuint(ours->n_mappings, >=, live_is_emulated() ? 0 : 1);
    g_assert_cmpuint(facts.rate, ==, (guint64)theirs->period);
    g_assert_cmpuint(facts.collection, >, 0);
    g_assert_cmpuint(facts.n_torn, ==, 0);
    live_stop(live);
}

static void check_heap(const struct live_build *build, const char *program)
{
    (void)build;
    check_heap_at(program, "");
    check_heap_at(program, "memprofilerate=64");
    check_unpublished(program);
}

static struct profile *read_contention(struct go_runtime *runtime, enum contention_kind kind,
                                       GError **error)
{
    return contention_profile_read(runtime, kind, NULL, error);
}

static void check_contention(const struct live_build *build, const char *program)
{
    g_autoptr(GError) error = NULL;
    struct live *live = live_start(program);
    g_autoptr(go_runtime_auto) runtime = live_attach(live, &error);

    (void)build;
    g_assert_no_error(error);
    g_assert_null(read_contention(runtime, CONTENTION_BLOCK, &error));
    g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_OFF);
    g_clear_error(&error);
    g_free(live_say(live, "rates 1"));
    g_free(live_say(live, "contend"));
    for (int kind = CONTENTION_BLOCK; kind <= CONTENTION_MUTEX; kind++) {
        g_autoptr(profile_auto) ours = read_contention(runtime, (enum contention_kind)kind, &error);

        g_assert_no_error(error);
        g_autoptr(profile_auto) theirs = ask(live, kind == CONTENTION_BLOCK ? "block" : "mutex");

        compare(ours, theirs, "main.contend", 0.01);
    }
    live_stop(live);
}

/* A program that set the rate to 0 has no profile, and the reason is said. */
static void check_off(const struct live_build *build, const char *program)
{
    g_autoptr(GError) error = NULL;

    /* Go 1.19 gives MemProfileRate its value after it has read GODEBUG: it cannot be put out so */
    if (g_str_has_prefix(build->version, "1.19."))
        return;
    struct live *live = live_start_debug(program, "memprofilerate=0");
    g_autoptr(go_runtime_auto) runtime = live_attach(live, &error);

    g_assert_no_error(error);
    g_assert_null(heap_profile_read(runtime, NULL, NULL, &error));
    g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_OFF);
    g_assert_nonnull(strstr(error->message, "MemProfileRate is 0"));
    live_stop(live);
}

static void test_heap(void)
{
    live_each(check_heap);
}

static void test_contention(void)
{
    if (live_is_emulated())
        g_test_skip("the clock that the emulator gives its guest is not that of this processor");
    else
        live_each(check_contention);
}

static void test_off(void)
{
    live_each(check_off);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/goruntime/profile/heap", test_heap);
    g_test_add_func("/goruntime/profile/contention", test_contention);
    g_test_add_func("/goruntime/profile/off", test_off);
    return g_test_run();
}
