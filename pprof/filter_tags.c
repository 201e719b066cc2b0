#include "pprof/filter_tags.h"

#include "pprof/builder.h"
#include "pprof/filter.h"
#include "pprof/labels.h"
#include "pprof/measurement.h"
#include "pprof/restack.h"

#include <math.h>
#include <string.h>

struct tag_range {
    double low, high;
    char *unit;
};

struct tag_filter {
    char *key; /* NULL: any */
    bool is_range;
    struct tag_range range;
    GPtrArray *patterns;
    GHashTable *units;
};

/* --- ranges --- */

struct quantity {
    int64_t value;
    char *unit; /* as written */
};

/* "12kb" at the front of *at; false when there is no number. */
static bool take_quantity(const char **at, struct quantity *ret)
{
    char *end;
    const char *digits = *at + (**at == '+' || **at == '-');
    size_t letters = 0;

    if (!g_ascii_isdigit(*digits))
        return false;
    ret->value = g_ascii_strtoll(*at, &end, 10);
    while (g_ascii_isalpha(end[letters]))
        letters++;
    ret->unit = g_strndup(end, letters);
    *at = end + letters;
    return true;
}

static bool read_range(const char *text, struct quantity ends[2], bool given[2])
{
    const char *at = text;

    given[0] = take_quantity(&at, &ends[0]);
    bool single = given[0] && *at == '\0';

    if (*at == ':')
        at++;
    else if (!single)
        return false;
    given[1] = !single && take_quantity(&at, &ends[1]);
    if (*at != '\0' || (!given[0] && !given[1]))
        return false;
    if (single) {
        ends[1] = (struct quantity){ends[0].value, g_strdup(ends[0].unit)};
        given[1] = true;
    }
    return true;
}

/* Both ends in the unit of the first that is given. */
static bool resolve_range(const struct quantity ends[2], const bool given[2], struct tag_range *ret)
{
    const struct quantity *first = &ends[given[0] ? 0 : 1];
    const char *unit, *other = NULL;
    double value = measurement_scale(first->value, first->unit, first->unit, &unit);

    ret->low = given[0] ? value : -INFINITY;
    ret->high = given[1] ? value : INFINITY;
    if (given[0] && given[1]) {
        ret->high = measurement_scale(ends[1].value, ends[1].unit, unit, &other);
        if (strcmp(unit, other) != 0)
            return false;
    }
    ret->unit = g_strdup(unit);
    return true;
}

static bool is_in_range(const struct tag_range *range, int64_t value, const char *unit)
{
    const char *in;
    double scaled = measurement_scale(value, unit, range->unit, &in);

    return strcmp(in, range->unit) == 0 && scaled >= range->low && scaled <= range->high;
}

/* --- life --- */

static bool compile_patterns(struct tag_filter *filter, const char *text, const char *option,
                             GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);

    filter->patterns = g_ptr_array_new_with_free_func((GDestroyNotify)pattern_free);
    for (size_t i = 0; parts[i] != NULL; i++) {
        struct pattern *pattern = pattern_new(parts[i], option, error);

        if (pattern == NULL)
            return false;
        g_ptr_array_add(filter->patterns, pattern);
    }
    return true;
}

bool tag_filter_new_optional(const char *text, const char *option, const struct profile *profile,
                             struct tag_filter **ret, GError **error)
{
    *ret = NULL;
    if (text == NULL || *text == '\0')
        return true;
    struct tag_filter *filter = g_new0(struct tag_filter, 1);
    const char *equals = strchr(text, '='), *value = equals != NULL ? equals + 1 : text;

    if (equals != NULL)
        filter->key = g_strndup(text, (gsize)(equals - text));
    struct quantity ends[2] = {{0, NULL}, {0, NULL}};
    bool given[2];
    bool ok = read_range(value, ends, given) && resolve_range(ends, given, &filter->range);

    g_free(ends[0].unit);
    g_free(ends[1].unit);
    filter->is_range = ok;
    filter->units = labels_units(profile);
    if (!filter->is_range && !compile_patterns(filter, value, option, error)) {
        tag_filter_free(filter);
        return false;
    }
    *ret = filter;
    return true;
}

void tag_filter_free(struct tag_filter *filter)
{
    if (filter == NULL)
        return;
    g_free(filter->key);
    g_free(filter->range.unit);
    g_clear_pointer(&filter->patterns, g_ptr_array_unref);
    g_clear_pointer(&filter->units, g_hash_table_unref);
    g_free(filter);
}

/* --- matching --- */

static bool is_key_wanted(const struct tag_filter *filter, const struct profile_label *label)
{
    return filter->key == NULL || strcmp(filter->key, label->key) == 0;
}

/* Without a key the expression sees "key:value". */
static bool any_text_matches(const struct tag_filter *filter, const struct pattern *pattern,
                             const struct profile *p, const struct profile_sample *s)
{
    for (uint32_t i = 0; i < s->n_labels; i++) {
        const struct profile_label *l = &p->labels[s->first_label + i];

        if (label_is_number(l) || !is_key_wanted(filter, l))
            continue;
        g_autofree char *both =
            filter->key == NULL ? g_strdup_printf("%s:%s", l->key, l->str) : g_strdup(l->str);

        if (pattern_matches(pattern, both))
            return true;
    }
    return false;
}

/* Several expressions: any of them for one key, else all of them. */
static bool takes(const struct tag_filter *filter, const struct profile *p,
                  const struct profile_sample *s)
{
    if (filter->is_range) {
        for (uint32_t i = 0; i < s->n_labels; i++) {
            const struct profile_label *l = &p->labels[s->first_label + i];

            if (label_is_number(l) && is_key_wanted(filter, l) &&
                is_in_range(&filter->range, l->num, labels_unit(filter->units, l->key)))
                return true;
        }
        return false;
    }
    bool any = filter->key != NULL;

    for (guint i = 0; i < filter->patterns->len; i++)
        if (any_text_matches(filter, g_ptr_array_index(filter->patterns, i), p, s) == any)
            return any;
    return !any;
}

struct profile *tag_filter_samples(const struct profile *p, const struct tag_filter *focus,
                                   const struct tag_filter *ignore, unsigned *matched)
{
    struct restack r;

    restack_init(&r, p);
    for (size_t i = 0; i < p->n_samples; i++) {
        const struct profile_sample *s = &p->samples[i];
        bool focused = focus == NULL || takes(focus, p, s);
        bool ignored = ignore != NULL && takes(ignore, p, s);

        *matched |= focused ? FILTER_UNMATCHED_TAG_FOCUS : 0u;
        *matched |= ignored ? FILTER_UNMATCHED_TAG_IGNORE : 0u;
        if (focused && !ignored)
            restack_keep(&r, i, restack_frames(&r, i), s->n_frames);
    }
    return restack_finish(&r);
}

struct profile *tag_filter_labels(const struct profile *p, const struct pattern *show,
                                  const struct pattern *hide)
{
    GArray *labels = g_array_new(FALSE, FALSE, sizeof(struct profile_label));
    struct restack r;

    restack_init(&r, p);
    for (size_t i = 0; i < p->n_samples; i++) {
        const struct profile_sample *s = &p->samples[i];
        uint32_t first = labels->len;

        restack_keep(&r, i, restack_frames(&r, i), s->n_frames);
        for (uint32_t j = 0; j < s->n_labels; j++) {
            const struct profile_label *l = &p->labels[s->first_label + j];

            if ((show == NULL || pattern_matches(show, l->key)) &&
                (hide == NULL || !pattern_matches(hide, l->key)))
                g_array_append_val(labels, *l);
        }
        struct profile_sample *out =
            &g_array_index(r.samples, struct profile_sample, r.samples->len - 1);

        out->first_label = first;
        out->n_labels = labels->len - first;
    }
    r.out->labels = store_adopt_array(r.out->store->arena, labels, &r.out->n_labels);
    return restack_finish(&r);
}
