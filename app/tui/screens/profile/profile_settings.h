#ifndef SIDESCOPE_APP_TUI_SCREENS_PROFILE_PROFILE_SETTINGS_H
#define SIDESCOPE_APP_TUI_SCREENS_PROFILE_PROFILE_SETTINGS_H

/*
 * How a profile is looked at: sample type, granularity, the filters of go tool
 * pprof. A value with its own strings; may be copied to another thread.
 */

#include "pprof/top.h"

enum profile_filter {
    PROFILE_FOCUS,
    PROFILE_IGNORE,
    PROFILE_HIDE,
    PROFILE_SHOW,
    PROFILE_SHOW_FROM,
    PROFILE_TAG_FOCUS,
    PROFILE_TAG_IGNORE,
    PROFILE_N_FILTERS
};

struct profile_settings {
    int sample_index; /* -1: the profile's default */
    enum top_granularity granularity;
    bool by_cum;
    char *filters[PROFILE_N_FILTERS]; /* "" when not set */
    bool relative;                    /* percentages of what the filters leave */
    size_t node_count;                /* 0: all */
    double node_fraction;             /* 0: all */
};

void profile_settings_init(struct profile_settings *settings, int sample_index);
void profile_settings_copy(struct profile_settings *to, const struct profile_settings *from);
void profile_settings_clear(struct profile_settings *settings);

/* Name of a filter as the tool calls it: "focus"; static. */
const char *profile_filter_name(enum profile_filter filter);
/* "functions", "lines"; static. */
const char *profile_granularity_name(enum top_granularity granularity);

/* True when anything of the refine form is set. */
bool profile_settings_refined(const struct profile_settings *settings);
void profile_settings_forget_refined(struct profile_settings *settings);
/* "focus=main  relative": raw bytes. Free with g_free. */
char *profile_settings_text(const struct profile_settings *settings);
/* The filters of unmatched (filter_unmatched) by name: "focus, hide"; "" for none. g_free. */
char *profile_unmatched_text(unsigned unmatched);

/* Views into settings for pprof/, which borrow its strings. */
struct filter_options profile_settings_filters(const struct profile_settings *settings);
struct top_options profile_settings_options(const struct profile_settings *settings,
                                            const struct filter_options *filters);

#endif
