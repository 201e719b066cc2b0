#ifndef SIDESCOPE_APP_TRIAGE_PATTERN_RULES_H
#define SIDESCOPE_APP_TRIAGE_PATTERN_RULES_H

/*
 * One rule per known pattern: leaves match as it is when the pattern is not
 * present, else sets confidence and evidence. A series that was seen not to
 * grow refutes a leak of it, whatever two looks at it say. Pure.
 */

#include "app/triage/patterns.h"

/*
 * Of a confidence. Levels alone never reach PATTERN_GREW; growth within a
 * window so short that it may be work in progress never reaches PATTERN_SURE.
 */
#define PATTERN_PROVEN 0.99  /* by the runtime itself */
#define PATTERN_SURE 0.9     /* growth of the very thing, for a minute or longer */
#define PATTERN_GREW 0.75    /* the same within a shorter window */
#define PATTERN_LIKELY 0.6   /* its level is beyond doubt */
#define PATTERN_POSSIBLE 0.3 /* it may be */

/* How a function that grew is told: which of the heap's patterns it is. */
enum pattern_heap_kind {
    PATTERN_HEAP_SCANNER,
    PATTERN_HEAP_JSON,
    PATTERN_HEAP_SPLIT,
    PATTERN_HEAP_LARGE,
    PATTERN_HEAP_CONTEXT,
    PATTERN_HEAP_TIMER,
    PATTERN_HEAP_CACHE,
    PATTERN_HEAP_PLAIN,
    PATTERN_HEAP_N_KINDS,
};

struct heap_growth;

struct pattern_context {
    const struct triage_input *in;
    const struct triage_findings *findings;
    const struct thresholds *limits;
    /* what grew in the heap, sorted once for all its rules */
    const struct heap_growth *heap_first[PATTERN_HEAP_N_KINDS]; /* that grew most; NULL: none */
};

/* Fills heap_first. */
void pattern_sort_heap(struct pattern_context *context);

typedef void pattern_rule(const struct pattern_context *context, struct pattern_match *match);

/* Of each row. By their evidence they stand in pattern_rules_files.c (what is open by path),
 * _sockets.c (without one), _handles.c (what is neither), _processes.c (what is started, what
 * computes), _sidecar.c (chains, fetches and frames, databases), _goroutines.c (by what they wait
 * for), _waits.c (by where they stand), _heap.c (by the function that keeps), _memory.c, _levels.c
 * (much, and whose). */
#define PATTERN(RULE, ...) pattern_rule pattern_##RULE;
#include "app/triage/pattern_rows.h"

/* --- what rules share (pattern_rules.c) --- */

/* The newest sample of a kind, NULL when there is none to be used. Borrowed. */
const struct files_sample *pattern_files(const struct pattern_context *context);
const struct threads_sample *pattern_tasks(const struct pattern_context *context);
const struct heap_sample *pattern_heap(const struct pattern_context *context);
const struct goroutine_dump *pattern_dump(const struct pattern_context *context);

/* Of something that is more than at the baseline, by the trend of all of its kind together:
 * PATTERN_SURE, PATTERN_GREW, 0 when the trend refutes it, PATTERN_POSSIBLE when it is not known.
 */
double pattern_grown(const struct trend *trend);
/* The same of one part that is more than at the baseline: 0 as well when its own trend refutes it,
 * and by its own as soon as that tells. */
double pattern_part_grown(const struct pattern_context *context, enum part_kind kind,
                          const char *part, const struct trend *whole);
double pattern_bucket_grown(const struct pattern_context *context,
                            const struct goroutine_bucket *bucket);

/* Fills match; culprit (raw bytes) is copied, NULL for none. */
void pattern_set(struct pattern_match *match, double confidence, const char *culprit,
                 const char *format, ...) G_GNUC_PRINTF(4, 5);
void pattern_link(struct pattern_match *match, const struct ref *ref); /* copied */

typedef bool pattern_template_test(const struct files_sample *files, const struct fd_template *t);
/* The template that grew most of those that pass the test, by as many as the documented "same
 * file" and by a part of all growth that matters; NULL when there is none. Borrowed. */
const struct fd_template *pattern_grown_template(const struct pattern_context *context,
                                                 pattern_template_test *test);

/* --- descriptors (pattern_rules_handles.c) --- */

/* A file that has no name in any file system (memfd_create). */
bool pattern_is_memory_file(const struct fd_template *t);
/* More than half of them have no name any more. */
bool pattern_is_deleted(const struct files_sample *files, const struct fd_template *t);
/* What the files of a template are large together; SAMPLE_UNKNOWN when of none the size is known.
 */
int64_t pattern_template_bytes(const struct files_sample *files, const struct fd_template *t);
/* Of what grew most among those wanted: "40 WHAT are open (+30)", and with bytes "; BYTES 12M". */
void pattern_match_grown(const struct pattern_context *context, pattern_template_test *wanted,
                         const char *what, const char *bytes, struct pattern_match *match);

/* --- the heap (pattern_rules_heap.c) --- */

/* The first function of a kind, blamed on who calls it; less: how much surer a pattern that says
 * more has to come out. Leaves match as it is when there is none. */
void pattern_match_heap(const struct pattern_context *context, enum pattern_heap_kind kind,
                        double less, struct pattern_match *match);

/* --- goroutines by their stacks (pattern_stacks.c) --- */

struct pattern_stacks {
    size_t count;
    int64_t growth; /* since the baseline; 0 without one */
    const struct goroutine_bucket *largest;
};

/* True when any function of the stack has part in its name. */
bool pattern_on_stack(const struct goroutine_bucket *bucket, const char *part);
/* True when part is in the name of the function it is in, the standard library's aside. */
bool pattern_at_site(const struct goroutine_bucket *bucket, const char *part);
/* All buckets that a test wants; part is handed through to it. */
struct pattern_stacks
pattern_count(const struct pattern_context *context,
              bool (*wanted)(const struct goroutine_bucket *, const char *part), const char *part);
/* The innermost function of the stack with part in its name, NULL when there is none. Borrowed. */
const char *pattern_function(const struct goroutine_bucket *bucket, const char *part);
/* Points at a bucket. */
void pattern_link_bucket(struct pattern_match *match, const struct goroutine_bucket *bucket);
/* Those that a pattern of pattern_rules_waits.c speaks of. */
bool pattern_is_known_wait(const struct goroutine_bucket *bucket);
/* Goroutines that other patterns explain: known waits, fetches of a database, readers of watchers
 * that pile up with their descriptors. */
bool pattern_explained(const struct pattern_context *context,
                       const struct goroutine_bucket *bucket);

/* --- chains (pattern_rules_processes.c) --- */

/* How many td poll chains start the git commands that are seen, by the mix of them; 0: no more than
 * a healthy sidecar has, or not most of those commands. */
double pattern_chains_by_git(const struct pattern_context *context);

/* --- databases (pattern_rules_sidecar.c) --- */

struct db_lock;
struct database;

#endif
