#include "app/report/report_functions.h"

static struct top_report *build(const struct profile *profile, bool cum)
{
    struct top_options options = {.sample_index = profile_sample_index(profile, "inuse_space"),
                                  .granularity = TOP_FUNCTIONS,
                                  .sort_cum = cum};

    return options.sample_index >= 0 ? top_build(profile, &options, NULL) : NULL;
}

static const struct profile *base_profile(const struct triage_input *input)
{
    const struct heap_sample *base = input->base_heap;

    return base != NULL && base != input->heap && base->profile != input->heap->profile
               ? base->profile
               : NULL;
}

bool report_functions_init(struct report_functions *functions, const struct triage_input *input)
{
    *functions = (struct report_functions){0};
    if (input->heap == NULL || input->heap->profile == NULL)
        return false;
    functions->flat = build(input->heap->profile, false);
    functions->cum = build(input->heap->profile, true);
    const struct profile *base = base_profile(input);

    functions->base_rows = base != NULL ? build(base, false) : NULL;
    if (functions->base_rows != NULL) {
        functions->base = g_hash_table_new(g_str_hash, g_str_equal);
        for (size_t i = 0; i < functions->base_rows->n_rows; i++) {
            struct top_row *row = &functions->base_rows->rows[i];

            g_hash_table_insert(functions->base, (gpointer)(uintptr_t)row->name, row);
        }
    }
    return functions->flat != NULL && functions->cum != NULL;
}

void report_functions_clear(struct report_functions *functions)
{
    if (functions->base != NULL)
        g_hash_table_unref(functions->base);
    top_report_free(functions->flat);
    top_report_free(functions->cum);
    top_report_free(functions->base_rows);
}

int64_t report_functions_growth(const struct report_functions *functions, const struct top_row *row,
                                bool cum)
{
    if (functions->base == NULL)
        return SAMPLE_UNKNOWN;
    const struct top_row *then = g_hash_table_lookup(functions->base, row->name);

    if (then == NULL)
        return cum ? row->cum : row->flat;
    return cum ? row->cum - then->cum : row->flat - then->flat;
}
