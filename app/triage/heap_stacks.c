#include "app/triage/heap_stacks.h"

#include "app/triage/heap_growth.h"

#include <string.h>

typedef struct {
    const struct profile *profile;
    const struct profile_sample *sample;
} stack;

/* The name of the i-th function from the leaf on, inlined ones included; NULL behind the last. */
static const char *function_at(const stack *s, size_t i)
{
    const struct profile *p = s->profile;

    for (size_t f = 0; f < s->sample->n_frames; f++) {
        const struct profile_location *location =
            &p->locations[p->frames[s->sample->first_frame + f]];

        if (i < location->n_lines)
            return p->functions[p->lines[location->first_line + i].function].name;
        i -= location->n_lines;
    }
    return NULL;
}

static bool has_leaf(const stack *s, const char *function)
{
    const char *leaf = function_at(s, 0);

    return leaf != NULL && strcmp(leaf, function) == 0;
}

static const char *owner_of(const stack *s)
{
    const char *name = NULL;

    for (size_t i = 0; (name = function_at(s, i)) != NULL && heap_growth_is_standard(name); i++)
        ;
    return name;
}

static int64_t value_of(const stack *s, int index)
{
    size_t i = (size_t)(s->sample - s->profile->samples);

    return index < 0 ? 0 : s->profile->values[i * s->profile->n_sample_types + (size_t)index];
}

const char *heap_stacks_owner(const struct profile *profile, const char *function)
{
    g_autoptr(GHashTable) sums = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    int index = profile_sample_index(profile, "inuse_space");
    const char *best = "";
    int64_t most = 0;

    for (size_t i = 0; i < profile->n_samples; i++) {
        stack s = {profile, &profile->samples[i]};
        const char *owner = has_leaf(&s, function) ? owner_of(&s) : NULL;

        if (owner == NULL || strcmp(owner, function) == 0)
            continue;
        int64_t *sum = g_hash_table_lookup(sums, owner);

        if (sum == NULL) {
            sum = g_new0(int64_t, 1);
            g_hash_table_insert(sums, (gpointer)(guintptr)owner, sum);
        }
        *sum += value_of(&s, index);
        if (*sum > most) {
            most = *sum;
            best = owner;
        }
    }
    return best;
}

struct held {
    int64_t bytes, objects;
};

int64_t heap_stacks_most(const struct profile *profile, const char **ret_owner, int64_t *ret_all,
                         int64_t *ret_objects)
{
    g_autoptr(GHashTable) sums = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    int space = profile_sample_index(profile, "inuse_space");
    int objects = profile_sample_index(profile, "inuse_objects");
    struct held most = {0};

    *ret_owner = "";
    *ret_all = 0;
    for (size_t i = 0; i < profile->n_samples; i++) {
        stack s = {profile, &profile->samples[i]};
        const char *owner = owner_of(&s);

        *ret_all += value_of(&s, space);
        if (owner == NULL)
            continue;
        struct held *held = g_hash_table_lookup(sums, owner);

        if (held == NULL) {
            held = g_new0(struct held, 1);
            g_hash_table_insert(sums, (gpointer)(guintptr)owner, held);
        }
        held->bytes += value_of(&s, space);
        held->objects += value_of(&s, objects);
        if (held->bytes > most.bytes) {
            most = *held;
            *ret_owner = owner;
        }
    }
    *ret_objects = most.objects;
    return most.bytes;
}

const char *heap_stacks_through(const struct profile *profile, const char *function,
                                const char *part)
{
    int index = profile_sample_index(profile, "inuse_space");
    stack heaviest = {profile, NULL};
    int64_t most = 0;
    const char *name;

    for (size_t i = 0; i < profile->n_samples; i++) {
        stack s = {profile, &profile->samples[i]};

        if (value_of(&s, index) > most && has_leaf(&s, function)) {
            most = value_of(&s, index);
            heaviest = s;
        }
    }
    for (size_t i = 0; heaviest.sample != NULL && (name = function_at(&heaviest, i)) != NULL; i++)
        if (strstr(name, part) != NULL)
            return name;
    return NULL;
}

static int64_t leaf_sum(const struct profile *profile, const char *function, const char *type)
{
    int index = profile_sample_index(profile, type);
    int64_t sum = 0;

    for (size_t i = 0; i < profile->n_samples; i++) {
        stack s = {profile, &profile->samples[i]};

        if (has_leaf(&s, function))
            sum += value_of(&s, index);
    }
    return sum;
}

int64_t heap_stacks_bytes(const struct profile *profile, const char *function)
{
    return leaf_sum(profile, function, "inuse_space");
}

int64_t heap_stacks_objects(const struct profile *profile, const char *function)
{
    return leaf_sum(profile, function, "inuse_objects");
}

static bool splits(const char *function)
{
    static const char *const names[] = {"strings.genSplit", "strings.Split",
                                        "strings.SplitN",   "strings.SplitAfter",
                                        "strings.Fields",   "strings.FieldsFunc"};

    for (size_t i = 0; function != NULL && i < G_N_ELEMENTS(names); i++)
        if (strcmp(function, names[i]) == 0)
            return true;
    return false;
}

int64_t heap_stacks_split_bytes(const struct profile *profile, const char *function)
{
    int index = profile_sample_index(profile, "alloc_space");
    int64_t sum = 0;

    for (size_t i = 0; i < profile->n_samples; i++) {
        stack s = {profile, &profile->samples[i]};
        const char *owner = splits(function_at(&s, 0)) ? owner_of(&s) : NULL;

        if (owner != NULL && strcmp(owner, function) == 0)
            sum += value_of(&s, index);
    }
    return sum;
}
