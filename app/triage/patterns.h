#ifndef SIDESCOPE_APP_TRIAGE_PATTERNS_H
#define SIDESCOPE_APP_TRIAGE_PATTERNS_H

/*
 * Known leak patterns and their look-alikes, from the memory-profiling
 * document ("Known Leak Patterns", "Common pprof signatures", "Common causes")
 * and from what was measured on real sidecars. Each is words and one rule;
 * a new one is a row of pattern_rows.h, its rule and a test. Pure.
 */

#include "app/triage/steps.h"

/* What is said of a pattern. */
struct pattern_words {
    const char *title; /* a few words */
    const char *cause;
    const char *advice;  /* but for updates, which follow from the version */
    const char *confirm; /* what would confirm or refute it */
};

struct triage_pattern {
    const char *id; /* "session-files"; stable, for JSON */
    struct pattern_words words;
    bool leak;                /* false: looks like a leak and is none, or is another trouble */
    enum triage_step_id step; /* whose evidence it rests on */
    /* of a sidecar: where it was fixed, in words; NULL: it is not, or does not apply */
    const char *fixed;
    const char *fixed_sidecar, *fixed_td; /* the same as a version; NULL: by the other, or not */
    const char *unfixed;                  /* what of it no version has fixed; NULL: nothing */
    /* of any other program; NULL: the same. What is NULL in it is as above. */
    const struct pattern_words *elsewhere;
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
