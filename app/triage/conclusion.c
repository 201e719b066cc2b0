#include "app/triage/conclusion.h"

struct row {
    bool (*holds)(const struct triage_findings *f, const struct triage_result *result);
    const char *sentence;
};

bool conclusion_heap_examined(const struct triage_result *result)
{
    return result->steps[TRIAGE_HEAP].verdict != TRIAGE_UNKNOWN;
}

static bool all_rise(const struct triage_findings *f, const struct triage_result *result)
{
    (void)result;
    return f->fds_growing && f->goroutines_growing && (f->rss_growing || f->heap_growing);
}

static bool fds_and_goroutines(const struct triage_findings *f, const struct triage_result *result)
{
    (void)result;
    return f->fds_growing && f->goroutines_growing;
}

static bool fds_and_memory(const struct triage_findings *f, const struct triage_result *result)
{
    (void)result;
    return f->fds_growing && (f->rss_growing || f->heap_growing);
}

static bool goroutines_and_memory(const struct triage_findings *f,
                                  const struct triage_result *result)
{
    (void)result;
    return f->goroutines_growing && (f->rss_growing || f->heap_growing);
}

static bool heap_only(const struct triage_findings *f, const struct triage_result *result)
{
    (void)result;
    return f->heap_growing;
}

/* What is not known of the heap says nothing of the memory outside: it has to be Go's for sure, or
 * not to be for sure. */
static bool outside_go(const struct triage_findings *f, const struct triage_result *result)
{
    bool mapped = f->regions_growing || f->regions_many;

    (void)result;
    return f->rss_growing && !f->rss_is_go && (f->not_go_memory || (mapped && f->heap_still));
}

static bool rss_is_go(const struct triage_findings *f, const struct triage_result *result)
{
    (void)result;
    return f->rss_growing && f->rss_is_go && !f->heap_still;
}

static bool rss_not_heap(const struct triage_findings *f, const struct triage_result *result)
{
    (void)result;
    return f->rss_growing && f->heap_still;
}

static bool rss_of_whom(const struct triage_findings *f, const struct triage_result *result)
{
    return f->rss_growing && conclusion_heap_examined(result);
}

static bool rss_alone(const struct triage_findings *f, const struct triage_result *result)
{
    (void)result;
    return f->rss_growing;
}

static bool fds_alone(const struct triage_findings *f, const struct triage_result *result)
{
    (void)result;
    return f->fds_growing;
}

static bool goroutines_alone(const struct triage_findings *f, const struct triage_result *result)
{
    (void)result;
    return f->goroutines_growing;
}

static bool is_stuck(const struct triage_findings *f, const struct triage_result *result)
{
    (void)result;
    return f->stuck;
}

static bool is_locked(const struct triage_findings *f, const struct triage_result *result)
{
    (void)result;
    return f->locked != NULL;
}

static bool is_halted(const struct triage_findings *f, const struct triage_result *result)
{
    (void)result;
    return f->halted;
}

static bool is_silent(const struct triage_findings *f, const struct triage_result *result)
{
    (void)result;
    return f->silent;
}

static bool swap_pressure(const struct triage_findings *f, const struct triage_result *result)
{
    (void)result;
    return f->swap_growing;
}

static bool watchers(const struct triage_findings *f, const struct triage_result *result)
{
    (void)result;
    return f->inotify_high || f->session_files;
}

static bool files_high(const struct triage_findings *f, const struct triage_result *result)
{
    (void)result;
    return f->fds_high || f->same_file || f->fds_near_limit;
}

static bool regions_high(const struct triage_findings *f, const struct triage_result *result)
{
    (void)result;
    return f->regions_many || f->regions_growing;
}

static bool rss_level(const struct triage_findings *f, const struct triage_result *result)
{
    (void)result;
    return f->rss_high;
}

static bool goroutines_level(const struct triage_findings *f, const struct triage_result *result)
{
    (void)result;
    return f->goroutines_high;
}

static bool burns(const struct triage_findings *f, const struct triage_result *result)
{
    return f->cpu_high && result->steps[TRIAGE_CPU].verdict != TRIAGE_HEALTHY;
}

static bool any_finding(const struct triage_findings *f, const struct triage_result *result)
{
    (void)f;
    return result->verdict == TRIAGE_LOOK || result->verdict == TRIAGE_BAD;
}

/* The first that holds is the diagnosis: joint growth, then growth, then levels. */
static const struct row rows[] = {
    {all_rise, "Descriptors, goroutines and memory rise together: one cause, most likely watchers "
               "or sessions that are opened again and again and never closed."},
    {fds_and_goroutines, "Descriptors and goroutines rise together: whatever is opened keeps a "
                         "goroutine waiting on it and is never closed."},
    {fds_and_memory, "Descriptors and memory rise together: what is opened is kept, with its "
                     "contents."},
    {goroutines_and_memory, "Goroutines pile up and memory rises with them: blocked goroutines "
                            "keep what they reference."},
    {heap_only, "The Go heap grows."},
    {outside_go, "RSS grows outside the Go heap: C libraries or mappings that are not released."},
    {rss_is_go, "RSS grows, and the Go heap with it; how much of that survives collections is not "
                "known."},
    {rss_not_heap, "RSS grows while the live Go heap does not: memory outside Go, or memory that "
                   "Go keeps for reuse."},
    {rss_of_whom, "RSS grows; whether the live Go heap does is not known yet: it takes more "
                  "collections."},
    {rss_alone, "RSS grows, and without pprof nobody can say whose memory it is."},
    {fds_alone, "Descriptors rise alone: something is opened and not closed."},
    {goroutines_alone, "Goroutines rise alone: something starts them and nothing ends them."},
    {is_halted,
     "It is stopped, by a signal or a debugger: nothing in it runs until it is told to go "
     "on."},
    {is_locked, "A database is locked: whatever reads or writes it waits."},
    {is_stuck, "Goroutines wait for one lock: a deadlock, or its holder hangs."},
    {is_silent, "pprof listens and does not answer: the process hangs, or is too busy to."},
    {swap_pressure, "The machine is short of memory and swaps; what is slow here may not be this "
                    "process's fault."},
    {watchers, "More watchers or session files are open than a healthy sidecar has: the known "
               "adapter and watcher leak."},
    {files_high, "Descriptors are the problem: too many, or one file again and again."},
    {regions_high, "Mappings are the problem: memory is mapped and not unmapped."},
    {rss_level, "RSS is high, but growth was not seen: it may be a level this work needs."},
    {goroutines_level, "There are more goroutines than a healthy sidecar has, but growth was not "
                       "seen."},
    {burns, "It burns CPU; nothing was seen to leak."},
    {any_finding, "Something is above its documented band, but nothing was seen to grow."},
};

struct conclusion conclusion_of(const struct triage_findings *findings,
                                const struct triage_result *result)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].holds(findings, result))
            return (struct conclusion){rows[i].sentence, rows[i].holds == any_finding};
    return (struct conclusion){NULL, false};
}
