#ifndef SIDESCOPE_APP_TRIAGE_PATTERNS_H
#define SIDESCOPE_APP_TRIAGE_PATTERNS_H

/*
 * Known leak patterns and their look-alikes, from the memory-profiling
 * document ("Known Leak Patterns", "Common pprof signatures", "Common causes")
 * and from what was measured on real sidecars. Each entry is words and one
 * rule; a new one is a new row of the table and a new test. Pure.
 */

#include "app/triage/steps.h"

struct triage_pattern {
    const char *id;    /* "session-files"; stable, for JSON */
    const char *title; /* a few words */
    const char *cause;
    const char *advice;
    const char *confirm;      /* what would confirm or refute it */
    const char *fixed;        /* version where it was fixed; "" when it is not, or does not apply */
    bool leak;                /* false: looks like a leak and is none, or is another trouble */
    enum triage_step_id step; /* whose evidence it rests on */
};

/* What a rule found. */
struct pattern_match {
    double confidence; /* 0..1; 0: not present */
    char *evidence;    /* the numbers, a clause */
    char *culprit;     /* path, function or command; "" when there is none; raw bytes */
    struct ref ref;    /* what the culprit is; owned */
};

/* How many patterns are known. */
size_t patterns_count(void);

/* All patterns that are present, surest first: GPtrArray of struct triage_cause *, owns them. */
GPtrArray *patterns_match(const struct triage_input *input, const struct triage_findings *findings,
                          const struct thresholds *thresholds);

#endif
