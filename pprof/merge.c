#include "pprof/merge.h"

#include "pprof/limits.h"
#include "pprof/measurement.h"
#include "pprof/merge_types.h"
#include "pprof/merger.h"
#include "pprof/problem.h"
#include "pprof/restack.h"

#include <math.h>
#include <string.h>

struct part {
    const struct profile *profile;
    const struct merge_columns *columns;
    bool is_base;       /* subtract and label */
    const double *norm; /* each own value is multiplied by; NULL: none */
};

static bool is_zero(const int64_t *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (values[i] != 0)
            return false;
    return true;
}

/* --- header --- */

static void add_comments(struct profile *out, const struct profile *source, GHashTable *seen)
{
    for (size_t i = 0; i < source->n_comments && out->n_comments < PPROF_MAX_COMMENTS; i++)
        if (g_hash_table_add(seen, (gpointer)(uintptr_t)source->comments[i]))
            out->comments[out->n_comments++] = source->comments[i];
}

static void combine_headers(struct profile *out, const struct profile *a, const struct profile *b,
                            const struct merge_types *types)
{
    profile_use(out, b);
    out->sample_types = store_array(out->store->arena, types->n, sizeof *out->sample_types);
    out->n_sample_types = types->n;
    for (size_t i = 0; i < types->n; i++)
        out->sample_types[i] = types->types[i];
    out->period_type = types->period_type;
    out->period = MAX(types->period[0], types->period[1]);
    if (a->time_ns == 0 || b->time_ns < a->time_ns)
        out->time_ns = b->time_ns;
    out->duration_ns = (int64_t)((uint64_t)a->duration_ns + (uint64_t)b->duration_ns);
    out->default_sample_type = types->default_type[0];
    if (*out->default_sample_type == '\0')
        out->default_sample_type = types->default_type[1];
    if (*out->doc_url == '\0')
        out->doc_url = b->doc_url;

    g_autoptr(GHashTable) seen = g_hash_table_new(hash_string, g_str_equal);
    size_t room = MIN(a->n_comments + b->n_comments, (size_t)PPROF_MAX_COMMENTS);

    out->comments = store_array(out->store->arena, room, sizeof *out->comments);
    out->n_comments = 0;
    add_comments(out, a, seen);
    add_comments(out, b, seen);
}

/* --- samples --- */

static void add_part(struct merger *merger, const struct part *part)
{
    int64_t values[PPROF_MAX_VALUES];

    merger_begin(merger, part->profile);
    for (size_t i = 0; i < part->profile->n_samples; i++) {
        const struct merge_columns *columns = part->columns;
        int64_t row[PPROF_MAX_VALUES];
        size_t n = part->profile->n_sample_types;
        bool any_scaled = false, keep = false;

        memcpy(row, part->profile->values + i * n, n * sizeof *row);
        for (size_t j = 0; part->norm != NULL && j < n; j++)
            if (part->norm[j] != 1) {
                any_scaled = true;
                row[j] = measurement_whole(round((double)row[j] * part->norm[j]));
                keep = keep || row[j] != 0;
            }
        if (any_scaled && !keep)
            continue; /* the tool drops a sample of which all values that were scaled became 0 */
        for (size_t j = 0; j < columns->n; j++)
            values[j] = row[columns->index[j]];
        if (!merge_columns_scale(columns, values) || is_zero(values, columns->n))
            continue;
        for (size_t v = 0; part->is_base && v < part->columns->n; v++)
            values[v] = (int64_t)(0 - (uint64_t)values[v]);
        merger_add(merger, i, values);
    }
    merger_end(merger);
}

static bool has_zero_sample(const struct profile *p)
{
    for (size_t i = 0; i < p->n_samples; i++)
        if (is_zero(p->values + i * p->n_sample_types, p->n_sample_types))
            return true;
    return false;
}

static struct profile *compact_once(const struct profile *profile)
{
    struct merger merger;

    merger_init(&merger, profile);
    merger_begin(&merger, profile);
    for (size_t i = 0; i < profile->n_samples; i++) {
        const int64_t *values = profile->values + i * profile->n_sample_types;

        if (!is_zero(values, profile->n_sample_types))
            merger_add(&merger, i, values);
    }
    merger_end(&merger);
    return merger_finish(&merger);
}

/* Samples that cancelled out take what only they used with them. */
static struct profile *without_zeros(struct profile *merged)
{
    g_autoptr(profile_auto) owned = merged;

    return has_zero_sample(merged) ? compact_once(merged) : g_steal_pointer(&owned);
}

struct profile *merge_compact(const struct profile *profile)
{
    return without_zeros(compact_once(profile));
}

static struct profile *combine(const struct part parts[2], const struct merge_types *types,
                               bool marks_base)
{
    struct merger merger;

    merger_init(&merger, parts[0].profile);
    combine_headers(merger_profile(&merger), parts[0].profile, parts[1].profile, types);
    add_part(&merger, &parts[0]);
    if (marks_base)
        merger_mark(&merger, MERGE_BASE_KEY, "true");
    add_part(&merger, &parts[1]);
    return without_zeros(merger_finish(&merger));
}

static struct profile *merge(const struct profile *a, const struct profile *b, bool subtract,
                             bool marks_base, GError **error)
{
    struct merge_types types;

    if (!merge_types_init(&types, a, b, error))
        return NULL;
    const struct part parts[2] = {
        {.profile = a, .columns = &types.columns[0]},
        {.profile = b, .columns = &types.columns[1], .is_base = subtract},
    };

    return combine(parts, &types, marks_base);
}

struct profile *merge_minus(const struct profile *profile, const struct profile *base,
                            bool marks_base, GError **error)
{
    return merge(profile, base, true, marks_base, error);
}

/* --- normalizing --- */

static bool is_same_type(const struct profile_value_type *a, const struct profile_value_type *b)
{
    return strcmp(a->type, b->type) == 0 && strcmp(a->unit, b->unit) == 0;
}

/* Stricter than for subtracting: the same types in the same order. */
static bool can_normalize(const struct profile *a, const struct profile *b, GError **error)
{
    bool same = a->n_sample_types == b->n_sample_types && a->n_sample_types <= PPROF_MAX_VALUES &&
                is_same_type(&a->period_type, &b->period_type);

    for (size_t i = 0; same && i < a->n_sample_types; i++)
        same = is_same_type(&a->sample_types[i], &b->sample_types[i]);
    return same || problem_mismatch(error, "the profile cannot be normalized by its base: they "
                                           "have different sample types");
}

static int64_t sum_of(const struct profile *p, size_t type)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < p->n_samples; i++)
        sum += (uint64_t)p->values[i * p->n_sample_types + type];
    return (int64_t)sum;
}

struct profile *merge_minus_normalized(const struct profile *profile, const struct profile *base,
                                       bool marks_base, GError **error)
{
    double norm[PPROF_MAX_VALUES];
    struct merge_types types;

    if (!can_normalize(profile, base, error) || !merge_types_init(&types, profile, base, error))
        return NULL;
    for (size_t i = 0; i < profile->n_sample_types; i++) {
        int64_t sum = sum_of(profile, i);

        norm[i] = sum != 0 ? (double)sum_of(base, i) / (double)sum : 0;
    }
    const struct part parts[2] = {
        {.profile = profile, .columns = &types.columns[0], .norm = norm},
        {.profile = base, .columns = &types.columns[1], .is_base = true},
    };

    return combine(parts, &types, marks_base);
}

struct profile *merge_plus(const struct profile *profile, const struct profile *other,
                           GError **error)
{
    g_autoptr(profile_auto) a = restack_with_mapping(profile), b = restack_with_mapping(other);

    return merge(a, b, false, false, error);
}
