#ifndef SIDESCOPE_APP_TRIAGE_PATTERN_RULES_H
#define SIDESCOPE_APP_TRIAGE_PATTERN_RULES_H

/*
 * One rule per known pattern: leaves match as it is when the pattern is not
 * present, else sets confidence and evidence. Levels alone never reach
 * PATTERN_SURE; growth that was seen may. Pure.
 */

#include "app/triage/patterns.h"

/* Of a confidence: growth of the very thing was seen; its level is beyond doubt; it may be. */
#define PATTERN_SURE 0.9
#define PATTERN_LIKELY 0.6
#define PATTERN_POSSIBLE 0.3

struct pattern_context {
    const struct triage_input *in;
    const struct triage_findings *findings;
    const struct thresholds *limits;
};

typedef void pattern_rule(const struct pattern_context *context, struct pattern_match *match);

/* pattern_rules_files.c: descriptors, children, commands */
pattern_rule pattern_session_files, pattern_watchers, pattern_td_handles, pattern_same_file,
    pattern_git_storm, pattern_children, pattern_orphans;
/* pattern_rules_goroutines.c */
pattern_rule pattern_poll_chains, pattern_interactive_polls, pattern_sqlite_lock, pattern_fetches,
    pattern_frame_storm, pattern_channel, pattern_lock_queue;
/* pattern_rules_memory.c */
pattern_rule pattern_scanner, pattern_json, pattern_slices, pattern_output_buffer, pattern_churn,
    pattern_mappings, pattern_swap, pattern_returned, pattern_kept;

#endif
