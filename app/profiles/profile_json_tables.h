#ifndef SIDESCOPE_APP_PROFILES_PROFILE_JSON_TABLES_H
#define SIDESCOPE_APP_PROFILES_PROFILE_JSON_TABLES_H

/* The members of profile_json.h that list a profile's samples. Pure; any thread. */

#include "app/ground/json.h"
#include "pprof/profile.h"

/* "samples", "locations", "mappings": of those only what samples use. */
void profile_json_add_tables(JsonBuilder *builder, const struct profile *profile);
/* "tags", in the order of keys; values heaviest first. */
void profile_json_add_tags(JsonBuilder *builder, const struct profile *profile, size_t index);

#endif
