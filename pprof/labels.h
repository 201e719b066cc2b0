#ifndef SIDESCOPE_PPROF_LABELS_H
#define SIDESCOPE_PPROF_LABELS_H

/*
 * The labels of a sample as Go sees them: by key, texts and numbers apart, each
 * key with a list of values. Private to pprof/; one thread per list.
 */

#include "pprof/profile.h"

static inline bool label_is_number(const struct profile_label *label)
{
    return *label->str == '\0';
}

/*
 * Pointers to the sample's labels: texts before numbers, each by key, values of
 * one key in their order. The array is reused by the next call.
 */
void labels_sorted(const struct profile *profile, const struct profile_sample *sample,
                   GPtrArray *out);

/*
 * The unit of each numeric key in the whole profile: the first one given, else
 * one guessed from the key. Keys and units are the profile's own texts.
 */
GHashTable *labels_units(const struct profile *profile);
const char *labels_unit(GHashTable *units, const char *key);

#endif
