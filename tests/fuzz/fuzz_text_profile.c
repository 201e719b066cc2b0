#include "fuzz.h"

#include "pprof/memstats.h"
#include "pprof/profile.h"
#include "pprof/text_profile.h"
#include "pprof/top.h"

/* The texts of debug=1, read as profiles: what is accepted must be whole. */

static void check_sample(const struct profile *profile, const struct profile_sample *sample)
{
    g_assert_true((size_t)sample->first_frame + sample->n_frames <= profile->n_frames);
    g_assert_true((size_t)sample->first_label + sample->n_labels <= profile->n_labels);
    for (uint32_t i = 0; i < sample->n_frames; i++)
        g_assert_true(profile->frames[sample->first_frame + i] < profile->n_locations);
}

static void check_location(const struct profile *profile, const struct profile_location *location)
{
    g_assert_true((size_t)location->first_line + location->n_lines <= profile->n_lines);
    g_assert_true(location->mapping == PROFILE_NONE || location->mapping < profile->n_mappings);
    for (uint32_t i = 0; i < location->n_lines; i++)
        g_assert_true(profile->lines[location->first_line + i].function < profile->n_functions);
}

static void check(const struct profile *profile)
{
    g_assert_true(profile->n_sample_types > 0);
    g_assert_true(profile_default_sample_index(profile) >= 0);
    for (size_t i = 0; i < profile->n_samples; i++)
        check_sample(profile, &profile->samples[i]);
    for (size_t i = 0; i < profile->n_locations; i++)
        check_location(profile, &profile->locations[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct top_options options = top_options_of_tool();
    struct memstats memstats;
    g_autoptr(profile_auto) profile = text_profile_decode((const char *)data, n, NULL);

    memstats_parse((const char *)data, n, &memstats, NULL);
    if (profile == NULL)
        return 0;
    check(profile);
    top_report_free(top_build(profile, &options, NULL));
    return 0;
}
