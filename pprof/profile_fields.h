#ifndef SIDESCOPE_PPROF_PROFILE_FIELDS_H
#define SIDESCOPE_PPROF_PROFILE_FIELDS_H

/* The fields of the outermost message of profile.proto, which are read and written by hand. Private
 * to pprof/. */

enum profile_field {
    FIELD_SAMPLE_TYPE = 1,
    FIELD_SAMPLE = 2,
    FIELD_MAPPING = 3,
    FIELD_LOCATION = 4,
    FIELD_FUNCTION = 5,
    FIELD_STRING = 6,
    FIELD_DROP_FRAMES = 7,
    FIELD_KEEP_FRAMES = 8,
    FIELD_TIME = 9,
    FIELD_DURATION = 10,
    FIELD_PERIOD_TYPE = 11,
    FIELD_PERIOD = 12,
    FIELD_COMMENT = 13,
    FIELD_DEFAULT_TYPE = 14,
    FIELD_DOC_URL = 15,
    N_FIELDS
};

#endif
