/*
 * The CPU profile from outside beside pprof's own of the same seconds: the share of each
 * function, flat, for programs of different kinds. Time in the handler of pprof's signal is left
 * out of both, and a function that was interrupted by the runtime counts itself, not
 * runtime.asyncPreempt. Prints tables; nothing here passes or fails. Usage: bench_cpu [SECONDS]
 */

#include "probes/goruntime/cpu_profile.h"
#include "probes/http.h"
#include "tests/cpu/cpu_target.h"

#include "pprof/decode.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 8 };

static int seconds = 10;

/* --- shares --- */

static const char *name_of(const struct profile *profile, uint32_t location, uint32_t line)
{
    const struct profile_location *l = &profile->locations[location];

    return profile->functions[profile->lines[l->first_line + line].function].name;
}

static bool is_interruption(const char *function)
{
    return g_str_has_prefix(function, "runtime.asyncPreempt");
}

static bool is_handler(const char *function)
{
    return g_str_has_prefix(function, "runtime.sigtramp") ||
           g_str_has_prefix(function, "runtime.sigreturn") ||
           strcmp(function, "runtime.sigprof") == 0 || strcmp(function, "runtime.cgoSigtramp") == 0;
}

/* The function that a sample counts for; NULL: for none. */
static const char *leaf_of(const struct profile *profile, const struct profile_sample *sample)
{
    const char *leaf = NULL;

    for (uint32_t i = 0; i < sample->n_frames; i++) {
        uint32_t location = profile->frames[sample->first_frame + i];

        for (uint32_t k = 0; k < profile->locations[location].n_lines; k++) {
            const char *function = name_of(profile, location, k);

            if (is_handler(function))
                return NULL;
            if (leaf == NULL && !is_interruption(function))
                leaf = function;
        }
    }
    return leaf;
}

/* Function to its samples (first value); *ret_all: of all that count. */
static GHashTable *count(const struct profile *profile, int64_t *ret_all, int64_t *ret_left_out)
{
    GHashTable *counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    *ret_all = *ret_left_out = 0;
    for (size_t i = 0; i < profile->n_samples; i++) {
        const char *leaf = leaf_of(profile, &profile->samples[i]);
        int64_t value = profile->values[i * profile->n_sample_types];

        if (leaf == NULL) {
            *ret_left_out += value;
            continue;
        }
        gintptr before = (gintptr)g_hash_table_lookup(counts, leaf);

        *ret_all += value;
        g_hash_table_insert(counts, g_strdup(leaf), (gpointer)(before + (gintptr)value));
    }
    return counts;
}

/* --- both at once --- */

struct asked {
    const char *address;
    struct profile *profile;
};

static gpointer ask_pprof(gpointer data)
{
    struct asked *asked = data;
    struct http_client *client = http_client_new();
    g_autofree char *url =
        g_strdup_printf("http://%s/debug/pprof/profile?seconds=%d", asked->address, seconds);
    struct http_request request = {
        .url = url, .max_bytes = 1 << 28, .timeout_ms = 120000, .idle_ms = 120000};
    struct http_response response = {0};
    g_autoptr(GError) error = NULL;

    if (!http_get(client, &request, &response, &error))
        g_error("%s", error->message);
    asked->profile = profile_decode(response.body->data, response.body->len, &error);
    if (asked->profile == NULL)
        g_error("%s", error->message);
    http_response_clear(&response);
    http_client_free(client);
    return NULL;
}

/* --- the table --- */

struct row {
    const char *function;
    double ours, theirs; /* percent */
    double chance;       /* two standard deviations of their difference, points */
};

static gint by_difference(gconstpointer a, gconstpointer b)
{
    const struct row *x = a, *y = b;
    double dx = fabs(x->ours - x->theirs), dy = fabs(y->ours - y->theirs);

    return dx < dy ? 1 : dx > dy ? -1 : strcmp(x->function, y->function);
}

static double deviation(double percent, int64_t n)
{
    return n > 0 ? percent * (100 - percent) / (double)n : 0;
}

static double share(GHashTable *counts, const char *function, int64_t all)
{
    return all > 0 ? 100.0 * (double)(gintptr)g_hash_table_lookup(counts, function) / (double)all
                   : 0;
}

static void print_table(const char *load, const struct profile *outside,
                        const struct profile *pprof, const struct cpu_profile_facts *facts)
{
    int64_t n_ours, n_theirs, out_ours, out_theirs;
    g_autoptr(GHashTable) ours = count(outside, &n_ours, &out_ours);
    g_autoptr(GHashTable) theirs = count(pprof, &n_theirs, &out_theirs);
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(struct row));
    GHashTable *tables[] = {ours, theirs};
    size_t n_far = 0;

    for (size_t t = 0; t < G_N_ELEMENTS(tables); t++) {
        GHashTableIter iter;
        gpointer name;

        g_hash_table_iter_init(&iter, tables[t]);
        while (g_hash_table_iter_next(&iter, &name, NULL)) {
            struct row row = {name, share(ours, name, n_ours), share(theirs, name, n_theirs), 0};
            double mean = (row.ours + row.theirs) / 2;

            row.chance = 2 * sqrt(deviation(mean, n_ours) + deviation(mean, n_theirs));

            if (t == 0 || !g_hash_table_contains(ours, name))
                g_array_append_val(rows, row);
        }
    }
    g_array_sort(rows, by_difference);
    for (guint i = 0; i < rows->len; i++) {
        const struct row *row = &g_array_index(rows, struct row, i);

        n_far += fabs(row->ours - row->theirs) > MAX(2, row->chance);
    }
    printf("\n%s: %d samples outside (%d in the signal's handler; kernel %.0f%%, coverage %.0f%%), "
           "%d of pprof; %zu of %u functions differ by more than two points and chance\n",
           load, (int)(n_ours + out_ours), (int)out_ours, 100 * facts->kernel_share,
           100 * facts->coverage, (int)(n_theirs + out_theirs), n_far, rows->len);
    printf("%-52s %8s %8s %8s %8s\n", "function", "outside", "pprof", "points", "chance");
    for (guint i = 0; i < MIN(rows->len, (guint)SHOWN); i++) {
        const struct row *row = &g_array_index(rows, struct row, i);

        printf("%-52.52s %7.1f%% %7.1f%% %+8.1f %8.1f\n", row->function, row->ours, row->theirs,
               row->ours - row->theirs, row->chance);
    }
    fflush(stdout);
}

static void bench(const char *load)
{
    struct cpu_target target;
    struct cpu_profile_facts facts = {0};
    g_autoptr(GError) error = NULL;

    cpu_target_start(&target, load, 3600, true);
    struct asked asked = {.address = target.address};
    GThread *thread = g_thread_new("pprof", ask_pprof, &asked);
    struct profile *outside = cpu_profile_record(
        &(struct cpu_profile_request){.pid = target.pid, .seconds = seconds}, &facts, &error);

    g_thread_join(thread);
    cpu_target_stop(&target);
    if (outside == NULL)
        g_error("%s", error->message);
    print_table(load, outside, asked.profile, &facts);
    cpu_profile_facts_clear(&facts);
    profile_unref(outside);
    profile_unref(asked.profile);
}

int main(int argc, char **argv)
{
    static const char *const loads[] = {"mix",    "leaf",    "asm",   "clock",
                                        "system", "collect", "switch"};

    setlocale(LC_ALL, "C.UTF-8");
    if (argc > 1)
        seconds = CLAMP(atoi(argv[1]), 2, 600);
    for (size_t i = 0; i < G_N_ELEMENTS(loads); i++)
        bench(loads[i]);
    return 0;
}
