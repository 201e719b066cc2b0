#include "pprof/merge_types.h"

#include "pprof/measurement.h"
#include "pprof/problem.h"

#include <math.h>
#include <string.h>

static double ratio(const char *from, const char *to)
{
    const char *unit;

    return measurement_scale(1, from, to, &unit);
}

static size_t count_type(const struct profile *p, const char *type)
{
    size_t n = 0;

    for (size_t i = 0; i < p->n_sample_types; i++)
        n += strcmp(p->sample_types[i].type, type) == 0;
    return n;
}

static bool is_same_kind(const struct profile_value_type *a, const struct profile_value_type *b)
{
    size_t n = strlen(a->type), m = strlen(b->type);

    /* a plural s is no difference */
    n -= n > 0 && a->type[n - 1] == 's';
    m -= m > 0 && b->type[m - 1] == 's';
    return n == m && memcmp(a->type, b->type, n) == 0 && measurement_same_family(a->unit, b->unit);
}

static bool meet(const struct profile_value_type *a, const struct profile_value_type *b,
                 struct profile_value_type *ret, const char *what, GError **error)
{
    if (!is_same_kind(a, b))
        return problem_mismatch(error,
                                "the profiles cannot be compared: %s %s/%s is not compatible "
                                "with %s/%s",
                                what, a->type, a->unit, b->type, b->unit);
    *ret = ratio(b->unit, a->unit) < 1 ? *b : *a;
    return true;
}

static bool is_changed(const struct merge_columns *columns, const struct profile *p)
{
    bool changed = columns->n != p->n_sample_types;

    for (size_t i = 0; i < columns->n; i++)
        changed = changed || columns->index[i] != i;
    return changed;
}

/* A profile that loses or reorders types gets the first of them as its default. */
static const char *default_of(const struct merge_types *t, size_t which, const struct profile *p)
{
    if (!is_changed(&t->columns[which], p))
        return p->default_sample_type;
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->types[i].type, p->default_sample_type) == 0)
            return p->default_sample_type;
    return t->types[0].type;
}

static int64_t in_unit(int64_t value, const char *from, const char *to)
{
    const char *unit;
    double scaled = measurement_scale(value, from, to, &unit);

    return strcmp(from, to) == 0 || !(fabs(scaled) < 9.2e18) ? value : (int64_t)scaled;
}

bool merge_types_init(struct merge_types *t, const struct profile *a, const struct profile *b,
                      GError **error)
{
    *t = (struct merge_types){0};

    /* A type named twice in one profile is counted like one of both: so does the tool. */
    for (size_t i = 0; i < a->n_sample_types; i++) {
        const char *type = a->sample_types[i].type;

        if (count_type(a, type) != 1 || count_type(b, type) != 1)
            continue;
        t->types[t->n] = a->sample_types[i];
        t->columns[0].index[t->n] = i;
        size_t j = 0;

        while (strcmp(b->sample_types[j].type, type) != 0)
            j++;
        t->columns[1].index[t->n] = j;
        t->n++;
    }
    t->columns[0].n = t->columns[1].n = t->n;

    if (t->n == 0)
        return problem_mismatch(error, "the profiles cannot be compared: they have no sample type "
                                       "in common");
    if (!meet(&a->period_type, &b->period_type, &t->period_type, "period type", error))
        return false;
    for (size_t i = 0; i < t->n; i++) {
        const struct profile_value_type *x = &a->sample_types[t->columns[0].index[i]];
        const struct profile_value_type *y = &b->sample_types[t->columns[1].index[i]];

        if (!meet(x, y, &t->types[i], "sample type", error))
            return false;
        t->columns[0].ratio[i] = ratio(x->unit, t->types[i].unit);
        t->columns[1].ratio[i] = ratio(y->unit, t->types[i].unit);
    }

    t->period[0] = in_unit(a->period, a->period_type.unit, t->period_type.unit);
    t->period[1] = in_unit(b->period, b->period_type.unit, t->period_type.unit);
    t->default_type[0] = default_of(t, 0, a);
    t->default_type[1] = default_of(t, 1, b);
    return true;
}

bool merge_columns_scale(const struct merge_columns *columns, int64_t *values)
{
    bool any_scaled = false, keep = false;

    for (size_t i = 0; i < columns->n; i++) {
        if (columns->ratio[i] == 1)
            continue;
        any_scaled = true;
        values[i] = measurement_whole(round((double)values[i] * columns->ratio[i]));
        keep = keep || values[i] != 0;
    }
    return !any_scaled || keep;
}
