#include "app/triage/busiest.h"

#include "pprof/top.h"

#include <string.h>

/* Of a CPU profile in one function: above it, that function is what computes. */
static const double function_share = 0.5;
/* Of samples in which the program's own functions are: below, it is the runtime that works. */
static const double own_share = 0.5;
/* Fewer say nothing of who has no half. */
static const int64_t least_samples = 100;

/* What a server runs for each connection or request. */
static const char requests[] =
    "^(net/http\\.\\(\\*conn\\)\\.serve|net/http\\.\\(\\*http2serverConn\\)\\.runHandler"
    "|golang\\.org/x/net/http2\\.\\(\\*serverConn\\)\\.runHandler"
    "|google\\.golang\\.org/grpc\\.\\(\\*Server\\)\\.handleStream"
    "|github\\.com/valyala/fasthttp\\.\\(\\*Server\\)\\.serveConn"
    "|net/rpc\\.\\(\\*service\\)\\.call)$";

/* The standard library's import paths have no dot in their first part. */
static bool is_library(const char *function)
{
    const char *slash = strchr(function, '/');

    return !g_str_has_prefix(function, "main.") &&
           (slash == NULL || memchr(function, '.', (size_t)(slash - function)) == NULL);
}

/* The first row that has most of total by flat, else the innermost of the program's own functions
 * that has most of it by cum. */
static const struct top_row *busiest_row(const struct top_report *top, int64_t total)
{
    const struct top_row *best = NULL;

    for (size_t i = 0; i < top->n_rows; i++) {
        const struct top_row *row = &top->rows[i];

        if ((double)row->flat >= function_share * (double)total)
            return row;
        if ((double)row->cum >= function_share * (double)total && !is_library(row->name) &&
            (best == NULL || row->cum < best->cum))
            best = row;
    }
    return best;
}

void busiest_of(const struct profile *profile, struct busiest *ret)
{
    /* what a loop calls of the runtime is the loop's, and so is being interrupted by it */
    static const struct filter_options filters = {.hide = "^(runtime|internal/runtime/.*)\\."};
    static const struct filter_options serving = {.focus = requests};
    struct top_options options = {
        .sample_index = -1, .granularity = TOP_FUNCTIONS, .filters = &filters};

    *ret = (struct busiest){0};
    if (profile == NULL)
        return;
    struct top_report *own = top_build(profile, &options, NULL);

    options.filters = &serving;
    struct top_report *served = top_build(profile, &options, NULL);

    options.filters = NULL;
    struct top_report *all = top_build(profile, &options, NULL);

    options.sample_index = 0;
    struct top_report *counts = top_build(profile, &options, NULL);
    bool is_enough = counts != NULL && counts->total >= least_samples;
    int64_t total = all != NULL ? all->total : 0;
    const struct top_row *row = own != NULL && total > 0 ? busiest_row(own, total) : NULL;

    if (row != NULL) {
        ret->kind = BUSIEST_FUNCTION;
        ret->function = g_strdup(row->name);
        ret->percent = 100 * (double)MAX(row->flat, row->cum) / (double)total;
        ret->has_callees = row->cum > row->flat;
    } else if (own != NULL && is_enough && (double)own->shown >= own_share * (double)total) {
        ret->kind = BUSIEST_NONE;
    }
    ret->serves = served != NULL && is_enough && (double)served->shown >= own_share * (double)total;
    top_report_free(served);
    top_report_free(own);
    top_report_free(all);
    top_report_free(counts);
}

void busiest_clear(struct busiest *busiest)
{
    g_free(busiest->function);
    *busiest = (struct busiest){0};
}
