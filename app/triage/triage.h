#ifndef SIDESCOPE_APP_TRIAGE_TRIAGE_H
#define SIDESCOPE_APP_TRIAGE_TRIAGE_H

/*
 * The documented flow as pure functions: RSS -> FD count -> memory map -> heap
 * profile, and its branches for high CPU, goroutine leak and a plugin that does
 * not respond. Input is what is known of the target at one moment, output is
 * steps with verdict and evidence and a diagnosis. No terminal, no clock, no
 * I/O; the screen, the text report and the JSON all print the same result.
 */

#include "app/session/metrics.h"
#include "app/session/ref.h"
#include "app/session/session.h"
#include "app/session/session_parts.h"
#include "app/session/switches.h"
#include "app/triage/thresholds.h"
#include "probes/in_step.h"
#include "probes/samples.h"
#include "probes/target.h"
#include "probes/trend.h"

struct descriptors; /* probes/goruntime/descriptors.h */

enum triage_verdict {
    TRIAGE_HEALTHY,
    TRIAGE_LOOK, /* worth a look: above a band, or growing slowly */
    TRIAGE_BAD,
    TRIAGE_UNKNOWN, /* could not be examined: the sentence says why and what to do */
};

/* The documented flow, and behind it the branches that its other symptoms lead to. */
enum triage_step_id {
    TRIAGE_RSS,
    TRIAGE_FDS,
    TRIAGE_MAP,
    TRIAGE_HEAP,
    TRIAGE_N_FLOW,
    TRIAGE_CPU = TRIAGE_N_FLOW, /* high CPU */
    TRIAGE_GOROUTINES,          /* goroutine leak */
    TRIAGE_RESPONSE,            /* unresponsive plugin: locks, blocked goroutines, swap */
    TRIAGE_N_STEPS,
};

/* What the user says of a step against its evidence. */
enum triage_judgement_kind {
    TRIAGE_AS_SEEN,
    TRIAGE_OVERRULED,
    TRIAGE_SKIPPED,
};

struct triage_judgement {
    enum triage_judgement_kind kind;
    enum triage_verdict verdict; /* of TRIAGE_OVERRULED */
};

struct triage_fact {
    char *label; /* "RSS", "claude sessions open", or a path / function (raw bytes) */
    char *value; /* "6.2G", "1 288", … */
    char *note;  /* "> 500M", "+94/h", "4+ same file"; "" */
    enum triage_verdict verdict; /* colours it */
    struct ref ref;              /* what Enter opens; keeps its own */
};

struct triage_step {
    enum triage_step_id id;
    const char *key;             /* "rss", "fds", "map", "heap", "cpu", "goroutines", "response" */
    const char *title;           /* "RSS", "FDs", "memory map", "heap", "CPU", … */
    const char *question;        /* "Is RSS high?" */
    enum triage_verdict verdict; /* the user's where it was overruled */
    enum triage_verdict evidence_verdict; /* what the evidence says in any case */
    enum triage_judgement_kind judgement;
    char *summary;    /* strip: "6.2G > 500M" */
    char *sentence;   /* plain words: what was found */
    char *threshold;  /* "documented: over 500 MB for an idle sidecar (System Memory, red flags)" */
    char *command;    /* equivalent shell command for this OS with the real pid */
    char *next;       /* why the next step follows */
    char *suggested;  /* of a branch: why the walk leads there; "" when it does not */
    bool is_asked;    /* it has what was asked for beside the walk: told also when it is fine */
    GPtrArray *facts; /* struct triage_fact * */
};

/* What the user sees, with which the procedure begins (symptoms.h). */
enum symptom {
    SYMPTOM_NONE, /* the documented flow from its beginning */
    SYMPTOM_RSS,
    SYMPTOM_FDS,
    SYMPTOM_CPU,
    SYMPTOM_GOROUTINES,
    SYMPTOM_HANG,
    SYMPTOM_N,
};

/* Whether it is there now. Where nothing is known the texts say so, and are never 0. */
struct symptom_sign {
    char *now;                   /* "6.2G", "1 412", "database locked", "unknown" */
    char *trend;                 /* "+410M/h", "flat", "trend unknown"; of a hang: what pprof
                                  * answers */
    enum triage_verdict verdict; /* of the step that judges it, by its evidence */
};

/* A known pattern (patterns.h) that fits what was seen. */
struct triage_pattern;
struct triage_cause {
    const struct triage_pattern *pattern; /* static */
    double confidence;                    /* above 0, at most 1 */
    /* as they fit the target: a sidecar or not, and its version */
    const char *title, *cause, *confirm; /* static */
    char *advice;
    const char *fixed; /* "" when it says nothing for this target */
    char *evidence;    /* the numbers, a clause */
    char *culprit;     /* path, function, command or region type; "" for none; raw bytes */
    struct ref ref;    /* what the culprit is, or what the evidence is seen in; keeps its own */
};

struct triage_result {
    struct triage_step steps[TRIAGE_N_STEPS];
    /* Worst of the steps; UNKNOWN when nothing was found and a step that might have found it could
     * not be examined. */
    enum triage_verdict verdict;
    enum triage_verdict seen; /* worst of what was examined; UNKNOWN: nothing was */
    char *diagnosis;          /* up to three sentences */
    GPtrArray *causes;        /* struct triage_cause *, surest first */
    GPtrArray *actions;       /* char *: what to do next, best first */
    struct symptom_sign signs[SYMPTOM_N];
};

struct triage_input {
    const struct target *target;
    const struct process_sample *process; /* NULL: not known */
    const struct memory_sample *memory;
    const struct files_sample *files;
    const struct goroutines_sample *goroutines;
    const struct heap_sample *heap;
    const struct threads_sample *threads;
    const struct heap_sample *base_heap;             /* the mark's or first sample; NULL: none */
    const struct goroutines_sample *base_goroutines; /* likewise */
    bool base_marked;  /* those two are of a mark; else of the start of watching */
    bool files_marked; /* the same of what descriptors grew by */
    /* Over the observed window; verdict UNKNOWN when it was too short. Those of the metrics with
     * METRIC_USE_TREND or METRIC_USE_ANY are filled. */
    struct trend trends[METRIC_N];
    const struct session_parts *parts; /* trends of single paths, stacks, functions; NULL: none */
    /* goroutines, live heap bytes and RSS bytes against descriptors, while these grow */
    struct in_step goroutines_per_fd, heap_per_fd, rss_per_fd;
    /* of RSS, descriptors and goroutines: what another project brought each time */
    struct switch_growth at_switches[METRIC_GOROUTINES + 1];
    /* The last of few collections left hardly more alive than the one before it, long after that:
     * whatever was allocated between them is gone. */
    bool heap_settled;
    double alloc_rate; /* bytes per second over the last heap answers; 0: not known */
    double cpu_mean;   /* percent of one core over the last seconds; 0: not known */
    double cpu_watch;  /* the same, median of all the time observed; 0: not known */
    double cpu_wait;   /* as cpu_mean: time its threads waited for a core; 0: none, or not known */
    double cpu_denied; /* the part of cpu_wait in which it would have computed on; all of it where
                          that is not known */
    double cpu_throttled; /* percent of the last seconds a limit kept it from running; 0 as above */
    double gc_share; /* percent of the CPU it may use that the collector had in the time observed;
                      * NAN: not known */
    double observed_s;
    bool ended; /* the process ended while it was watched: all of this is of before */
    struct session_end end;
    /* What the user said: TRIAGE_N_STEPS of them, or NULL. */
    const struct triage_judgement *judgements;
    const struct profile *cpu_profile; /* captured last from this target, or NULL */
    const struct descriptors *held;    /* who held what was open when that was read, or NULL */
    bool macos;                        /* command texts and words of that system */
};

struct triage_result *triage_evaluate(const struct triage_input *input,
                                      const struct thresholds *thresholds);
void triage_result_free(struct triage_result *result);
/* It uses, or would use if there were cores enough, so much CPU that a profile is worth its cost.
 */
bool triage_is_busy(const struct triage_input *input, const struct thresholds *thresholds);
/* A fact that keeps its own; end it with triage_fact_clear. */
void triage_fact_copy(struct triage_fact *ret, const struct triage_fact *fact);
void triage_fact_clear(struct triage_fact *fact);
typedef struct triage_result triage_result_auto;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(triage_result_auto, triage_result_free)

const char *
triage_verdict_name(enum triage_verdict verdict); /* "healthy", "look", "bad", "unknown" */
/* "as seen", "overruled", "skipped". */
const char *triage_judgement_name(enum triage_judgement_kind kind);

/* Fills input from a session (borrows its samples until the next main-loop turn). */
void triage_input_from_session(struct triage_input *input, struct session *session);
/* The same of what is now, also while the session is frozen. */
void triage_input_newest(struct triage_input *input, struct session *session);

/* Behind the documented four. */
static inline bool triage_is_branch(enum triage_step_id id)
{
    return id >= TRIAGE_N_FLOW;
}
/* The step called key, or TRIAGE_N_STEPS. */
enum triage_step_id triage_step_from_key(const char *key);
/* "rss", "fds", …: its name in options and documents; static. */
const char *triage_step_key(enum triage_step_id id);

/* What a leak might have hidden in: the user did not pass it by, and it could not be examined. */
bool triage_is_unexamined(const struct triage_input *input, const struct triage_step *step);
/* 0 healthy, 1 findings (look or bad), 2 could not examine. */
int triage_exit_status(const struct triage_result *result);

#endif
