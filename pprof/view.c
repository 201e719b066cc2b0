#include "pprof/view.h"

#include "pprof/graph.h"
#include "pprof/measurement.h"
#include "pprof/merge.h"
#include "pprof/problem.h"
#include "pprof/prune.h"

#include <math.h>
#include <string.h>

static bool is_of_base(const struct profile *p, const struct profile_sample *s)
{
    for (uint32_t i = 0; i < s->n_labels; i++) {
        const struct profile_label *l = &p->labels[s->first_label + i];

        if (strcmp(l->key, MERGE_BASE_KEY) == 0 && strcmp(l->str, "true") == 0)
            return true;
    }
    return false;
}

struct total {
    uint64_t sum, divisor;
};

static void add_to_total(struct total *total, const int64_t *values, size_t index)
{
    total->sum += (uint64_t)graph_magnitude(values[index]);
    total->divisor += (uint64_t)values[0];
}

/* Sum of the values without sign; of the base's alone when there are any. */
static int64_t total_of(const struct profile *p, size_t index, bool mean)
{
    struct total total = {0, 0}, base = {0, 0};

    for (size_t i = 0; i < p->n_samples; i++) {
        const int64_t *values = p->values + i * p->n_sample_types;

        add_to_total(&total, values, index);
        if (is_of_base(p, &p->samples[i]))
            add_to_total(&base, values, index);
    }
    if ((int64_t)base.sum > 0)
        total = base;
    return graph_mean((int64_t)total.sum, mean ? (int64_t)total.divisor : 0);
}

static bool choose_type(struct view *view, const struct top_options *options, GError **error)
{
    const struct profile *p = view->profile;
    int wanted = options->sample_index;
    int index = wanted >= 0 ? wanted : profile_default_sample_index(p);

    view->type = view->unit = "";
    if (p->n_sample_types == 0 && wanted < 0)
        return true; /* nothing sampled: an empty report */
    if (index < 0 || (size_t)index >= p->n_sample_types)
        return problem_invalid(error, "there is no sample type number %d", index);
    view->index = (size_t)index;
    view->type = p->sample_types[index].type;
    if (options->mean)
        view->type = view->mean_type = g_strconcat("mean_", view->type, NULL);
    view->unit = p->sample_types[index].unit;
    view->total = total_of(p, view->index, options->mean);
    return true;
}

static bool apply_filters(struct view *view, const struct top_options *options, GError **error)
{
    if (options->filters == NULL)
        return true;
    struct profile *filtered =
        filter_apply(view->profile, options->filters, &view->unmatched, error);

    if (filtered == NULL)
        return false;
    profile_unref(view->profile);
    view->profile = filtered;
    if (options->relative_percentages && filtered->n_sample_types > 0)
        view->total = total_of(filtered, view->index, options->mean);
    return true;
}

bool view_init(struct view *view, const struct profile *profile, const struct top_options *options,
               GError **error)
{
    *view = (struct view){0};
    g_autoptr(profile_auto) merged =
        options->base == NULL ? profile_ref((struct profile *)(uintptr_t)profile)
                              : (options->normalize ? merge_minus_normalized : merge_minus)(
                                    profile, options->base, options->diff_base, error);

    if (merged == NULL)
        return false;
    view->profile = prune_uninteresting(merged);
    view->whole = profile_ref(view->profile);
    if (choose_type(view, options, error) && apply_filters(view, options, error)) {
        if (options->unmatched != NULL)
            *options->unmatched = view->unmatched;
        return true;
    }
    view_clear(view);
    return false;
}

void view_clear(struct view *view)
{
    g_clear_pointer(&view->profile, profile_unref);
    g_clear_pointer(&view->whole, profile_unref);
    g_clear_pointer(&view->mean_type, g_free);
}

int64_t view_cutoff(int64_t total, double fraction)
{
    return measurement_whole(fabs(trunc((double)total * fraction)));
}
