/*
 * Goroutines that nothing can wake are proven leaked, those that something can wake never
 * are: whatever has what they wait for, and while it is handed on.
 */

#include "probes/goruntime/errors.h"
#include "probes/goruntime/goroutines.h"
#include "probes/goruntime/proofs.h"
#include "probes/goruntime/writable.h"
#include "tests/goruntime/state/live.h"

#include <locale.h>
#include <string.h>

/* The function of the target that one stands in, or "". */
static const char *place_of(const struct live_goroutine *g)
{
    for (size_t i = 0; i < g->n_stack; i++)
        for (uint32_t k = 0; k < g->stack[i]->n_frames; k++)
            if (g_str_has_prefix(g->stack[i]->frames[k].function, "main.stuck") ||
                g_str_has_prefix(g->stack[i]->frames[k].function, "main.waits"))
                return g->stack[i]->frames[k].function;
    return "";
}

/* Ways to have what a goroutine waits for; see stuck.go. */
static const char *const keepers[] = {
    "map",       "timer", "buffer", "sleeper", "deferring", "deferring-many",
    "array",     "panic", "reader", "raw",     "accept",    "sender",
    "finalizer", "mmap",  "shared", "weak",    "cleanup"};

static void keep(struct live *live, int n)
{
    for (size_t i = 0; i < G_N_ELEMENTS(keepers); i++)
        g_free(live_say(live, "keep %s %d", keepers[i], n));
}

struct counts {
    unsigned stuck, proven, wrong;
    unsigned kinds, proven_kinds; /* functions that goroutines are stuck in */
    unsigned looks;
    size_t suspects;
};

static void count(const struct goroutine_list *list, const struct proofs *proofs,
                  struct counts *counts)
{
    g_autoptr(GHashTable) kinds = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) proven_kinds = g_hash_table_new(g_str_hash, g_str_equal);

    for (size_t i = 0; i < list->n; i++) {
        const struct live_goroutine *g = &list->goroutines[i];
        const char *place = place_of(g);
        bool proven = proofs_have(proofs, g->id), stuck = g_str_has_prefix(place, "main.stuck");

        counts->stuck += stuck;
        counts->proven += stuck && proven;
        counts->wrong += proven && !stuck;
        if (stuck)
            g_hash_table_add(kinds, (gpointer)(uintptr_t)place);
        if (stuck && proven)
            g_hash_table_add(proven_kinds, (gpointer)(uintptr_t)place);
        if (stuck != proven && (*place != '\0' || proven))
            g_test_message("%s: %s [%s] in %s", stuck ? "not proven" : "FALSELY PROVEN", place,
                           g->state,
                           g->n_stack > 0 && g->stack[0]->n_frames > 0
                               ? g->stack[g->n_stack - 1]->frames[0].function
                               : "?");
    }
    counts->kinds = g_hash_table_size(kinds);
    counts->proven_kinds = g_hash_table_size(proven_kinds);
}

/* What is proven here, the runtime's own profile (Go 1.27) calls leaked as well. */
static void check_runtime(struct live *live, const struct proofs *proofs)
{
    g_autofree char *file = g_build_filename(live_folder(live), "leaked", NULL), *text = NULL;
    g_autoptr(GHashTable) leaked = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);

    g_free(live_say(live, "leaked %s", file));
    if (!g_file_get_contents(file, &text, NULL, NULL))
        return;
    for (const char *at = text; (at = strstr(at, "goroutine ")) != NULL; at++) {
        guint64 id = g_ascii_strtoull(at + strlen("goroutine "), NULL, 10);
        g_autofree char *line = g_strndup(at, strcspn(at, "\n"));

        if ((at == text || at[-1] == '\n') && strstr(line, "(leaked)") != NULL)
            g_hash_table_add(leaked, g_memdup2(&id, sizeof id));
    }
    g_test_message("the runtime: %u", g_hash_table_size(leaked));
    for (guint i = 0; i < proofs->proven->len; i++)
        g_assert_true(
            g_hash_table_contains(leaked, &g_array_index(proofs->proven, struct proof, i).id));
}

static struct counts look(struct live *live, bool asks_runtime)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(go_runtime_auto) runtime = live_attach(live, &error);
    struct counts counts = {0};

    g_assert_no_error(error);
    g_autoptr(proofs_auto) proofs = proofs_read(runtime, NULL, NULL, &error);

    g_assert_no_error(error);
    g_autoptr(goroutine_list_auto) list = goroutines_read(runtime, 0, &error);

    g_assert_no_error(error);
    count(list, proofs, &counts);
    counts.looks = proofs->n_looks;
    counts.suspects = proofs->n_suspects;
    g_test_message("%u of %u proven, %u wrongly; of %zu suspects, %zu unread; %u looks, %s, "
                   "%.0f ms, %.1f MB read",
                   counts.proven, counts.stuck, counts.wrong, proofs->n_suspects, proofs->n_unread,
                   proofs->n_looks, proofs->was_quiet ? "quiet" : "not quiet",
                   proofs->took_s * 1000, (double)proofs->read_bytes / 1e6);
    g_assert_cmpuint(counts.wrong, ==, 0);
    if (counts.stuck > 0 && asks_runtime)
        check_runtime(live, proofs);
    return counts;
}

static void check_ways(const struct live_build *build, const char *program)
{
    enum { EACH = 10, SHARE = 20 };
    struct live *live = live_start(program);

    (void)build;
    g_free(live_say(live, "collector -1")); /* no finalizer runs */
    for (size_t i = 0; i < G_N_ELEMENTS(keepers); i++) {
        g_test_message("%s", keepers[i]);
        g_free(live_say(live, "keep %s %d", keepers[i], EACH));
        g_assert_cmpuint(look(live, false).stuck, ==, 0);
    }
    g_free(live_say(live, "wait %d", EACH));
    g_assert_cmpuint(look(live, false).stuck, ==, 0);
    g_free(live_say(live, "stick %d", EACH));
    struct counts counts = look(live, true);

    g_assert_cmpuint(counts.kinds, ==, 15);
    g_assert_cmpuint(counts.proven_kinds, ==, counts.kinds);
    /* a word that is left over somewhere may hide one */
    g_assert_cmpuint(counts.proven * SHARE, >=, counts.stuck * (SHARE - 1));
    live_stop(live);
}

/* What a goroutine has that called C, which called Go, which waits. */
static void check_callback(const struct live_build *build, const char *program)
{
    struct live *live = live_start(program);

    (void)build;
    g_free(live_say(live, "collector -1"));
    g_free(live_say(live, "keep callback 10"));
    struct counts counts = look(live, false);

    g_assert_cmpuint(counts.suspects, >=, 20);
    g_assert_cmpuint(counts.stuck, ==, 0);
    live_stop(live);
}

/* While others run, a word that lies about on a stack may hide a leak, but none is made up. */
static void check_churn(const struct live_build *build, const char *program)
{
    enum { EACH = 5, TIMES = 4, SHARE = 4 };
    struct live *live = live_start(program);

    (void)build;
    keep(live, EACH);
    g_free(live_say(live, "wait %d", EACH));
    g_free(live_say(live, "stick %d", EACH));
    g_free(live_say(live, "run"));
    g_free(live_say(live, "move"));
    g_free(live_say(live, "hurry"));
    for (int i = 0; i < TIMES; i++) {
        struct counts counts = look(live, false);

        g_assert_cmpuint(counts.proven * SHARE, >=, counts.stuck);
    }
    live_stop(live);
}

/* A main goroutine that waits for nothing, as of many a server, is no reason to look again. */
static void check_main(const struct live_build *build, const char *program)
{
    enum { MOST = 4 }; /* another may be in doubt for a look or two */
    struct live *live = live_start(program);

    (void)build;
    g_free(live_say(live, "spin place"));
    g_free(live_say(live, "rest"));
    g_assert_cmpuint(look(live, false).looks, <=, MOST);
    live_stop(live);
}

/* What the runtime notes of pages and stacks, where they begin or end, is no pointer to anything.
 */
static void check_place(const char *program, const char *command)
{
    enum { TRIES = 4 }; /* a word that is left over somewhere may hide it now and then */
    unsigned proven = 0, stuck = 0;

    for (int i = 0; i < TRIES && proven == 0; i++) {
        struct live *live = live_start(program);

        g_free(live_say(live, "collector -1"));
        g_free(live_say(live, "%s", command));
        struct counts counts = look(live, false);

        stuck += counts.stuck;
        proven += counts.proven;
        live_stop(live);
    }
    g_assert_cmpuint(stuck, >, 0);
    g_assert_cmpuint(proven, >, 0);
}

static void check_pages(const struct live_build *build, const char *program)
{
    (void)build;
    check_place(program, "stick-page 0");
    check_place(program, "stick-page 63");
    check_place(program, "stick-behind"); /* where a goroutine's stack ends */
    check_place(program, "stick-behind-dead");
    check_place(program, "stick-behind-thread"); /* where its stack for signals ends */
}

/*
 * What only a register of a goroutine that is never interrupted has is not seen: then nothing is
 * proven.
 */
static void check_registers(const struct live_build *build, const char *program)
{
    struct live *live = live_start_debug(program, "asyncpreemptoff=1");

    (void)build;
    g_free(live_say(live, "collector -1")); /* which would wait for that goroutine to stop */
    g_free(live_say(live, "run-alone"));
    g_autoptr(GError) error = NULL;
    g_autoptr(go_runtime_auto) runtime = live_attach(live, &error);

    g_assert_no_error(error);
    g_autoptr(proofs_auto) proofs = proofs_read(runtime, NULL, NULL, &error);

    g_test_message("%s", error != NULL ? error->message : "no goroutine is proven leaked");
    if (proofs == NULL)
        g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_MISMATCH);
    else
        g_assert_cmpuint(proofs->proven->len, ==, 0);
    live_stop(live);
}

/*
 * A process in which goroutines that sleep go on at the worst moment: between where they were found
 * and their stacks, which have by then no pointer where one was needed.
 */
struct hasty {
    struct memory base;
    struct memory *process;
    struct go_layout layout;
    struct goroutine_list *list;
    unsigned n_moved;
};

enum { HEAP_SHIFT = 32, WORD = 8 };

static void forget(struct hasty *hasty, struct memory_range *range)
{
    for (size_t i = 0; i < hasty->list->n; i++) {
        const struct live_goroutine *g = &hasty->list->goroutines[i];
        uint8_t *bytes = range->data;

        if (strcmp(g->state, "sleep") != 0)
            continue;
        if (range->address == g->address)
            bytes[hasty->layout.g_tracking_seq]++;
        if (range->address != g->sp || range->n != g->stack_hi - g->sp)
            continue;
        hasty->n_moved++;
        for (size_t at = 0; at + WORD <= range->n; at += WORD) {
            uint64_t word;

            memcpy(&word, bytes + at, WORD);
            if (word >> HEAP_SHIFT == g->address >> HEAP_SHIFT)
                memset(bytes + at, 0, WORD);
        }
    }
}

static bool hasty_read(struct memory *memory, struct memory_range *ranges, size_t n, GError **error)
{
    struct hasty *hasty = (struct hasty *)memory;

    if (!memory_read_ranges(hasty->process, ranges, n, error))
        return false;
    /* one at a time: for the proof; many: for the list */
    if (n == 1 && ranges[0].ok)
        forget(hasty, &ranges[0]);
    return true;
}

static void hasty_free(struct memory *memory)
{
    struct hasty *hasty = (struct hasty *)memory;

    goroutine_list_free(hasty->list);
    memory_free(hasty->process);
    g_free(hasty);
}

static struct writable *hasty_writable(struct memory *memory, GError **error)
{
    return writable_of_memory(((struct hasty *)memory)->process, error);
}

static void check_hasty(const struct live_build *build, const char *program)
{
    static const struct memory_ops ops = {hasty_read, hasty_free, hasty_writable, false};
    struct live *live = live_start(program);
    struct hasty *hasty = g_new0(struct hasty, 1);
    g_autoptr(GError) error = NULL;

    (void)build;
    g_free(live_say(live, "collector -1"));
    g_free(live_say(live, "keep sleeper 2"));
    g_autoptr(go_runtime_auto) runtime = live_attach(live, &error);

    g_assert_no_error(error);
    hasty->list = goroutines_read(runtime, 0, &error);
    g_assert_no_error(error);
    hasty->base.ops = &ops;
    hasty->layout = runtime->layout;
    hasty->process = runtime->memory;
    runtime->memory = &hasty->base;
    g_autoptr(proofs_auto) proofs = proofs_read(runtime, NULL, NULL, &error);

    g_assert_no_error(error);
    g_test_message("%u stacks gone on", hasty->n_moved);
    g_assert_cmpuint(hasty->n_moved, >, 0);
    g_assert_cmpuint(proofs->proven->len, ==, 0);
    live_stop(live);
}

static void test_hasty(void)
{
    live_each_of(live_spread, true, check_hasty);
}

static void test_registers(void)
{
    live_each_of(live_spread, true, check_registers);
}

static void test_ways(void)
{
    live_each_of(live_spread, true, check_ways);
}

static void test_callback(void)
{
    live_each_with_c(live_spread, check_callback);
}

static void test_churn(void)
{
    live_each_of(live_spread, true, check_churn);
}

static void test_main(void)
{
    live_each_of(live_spread, true, check_main);
}

static void test_pages(void)
{
    live_each_of(live_spread, true, check_pages);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/proofs/ways", test_ways);
    g_test_add_func("/proofs/callback", test_callback);
    g_test_add_func("/proofs/main", test_main);
    g_test_add_func("/proofs/pages", test_pages);
    g_test_add_func("/proofs/registers", test_registers);
    g_test_add_func("/proofs/hasty", test_hasty);
    g_test_add_func("/proofs/churn", test_churn);
    return g_test_run();
}
