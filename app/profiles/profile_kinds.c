#include "app/profiles/profile_kinds.h"

#include <glib.h>
#include <string.h>

#define ONE_PROFILE "no pause; about 1.3 MB of garbage for the collector."
#define ENABLE_LATER                                                                               \
    " The program itself has to call it, so this needs a rebuild and a restart, which loses the "  \
    "present state."

static const struct profile_kind kinds[] = {
    {
        .name = "heap",
        .label = "heap",
        .query = "",
        .shows = "live objects by allocating function",
        .more = "As of the last collection: the profile for leaks.",
        .costs = ONE_PROFILE,
        .empty = "Nothing was sampled: the program runs with runtime.MemProfileRate = 0, or has "
                 "allocated less than one sample (512 kB).",
        .missing = "",
        .consent = "",
        .has_count = true,
        .delta = true,
    },
    {
        .name = "heap",
        .label = "heap after GC",
        .query = "gc=1",
        .shows = "the same after a collection made for it",
        .more = "Garbage is gone, so that two of them compare exactly.",
        .costs = "one full collection first: the program slows down while it marks, on a heap of "
                 "gigabytes for seconds.",
        .empty = "Nothing was sampled: the program runs with runtime.MemProfileRate = 0, or has "
                 "allocated less than one sample (512 kB).",
        .missing = "",
        .consent = "heap?gc=1 makes the target run a full garbage collection before it answers. "
                   "The program goes on, but slower while the heap is marked: milliseconds for a "
                   "small heap, seconds for one of gigabytes. Do it?",
        .has_count = false,
        .delta = false,
    },
    {
        .name = "allocs",
        .label = "allocs",
        .query = "",
        .shows = "all allocations since the start",
        .more = "Dead or alive: who keeps the collector busy.",
        .costs = ONE_PROFILE,
        .empty = "Nothing was sampled: the program runs with runtime.MemProfileRate = 0.",
        .missing = "",
        .consent = "",
        .has_count = true,
        .delta = true,
    },
    {
        .name = "profile",
        .label = "CPU",
        .query = "",
        .shows = "where CPU time goes",
        .more = "100 samples for every second of CPU used.",
        .costs = "1 to 5 % of its CPU while it runs; one at a time per process.",
        .empty = "The process was idle: it used too little CPU within that time to be sampled "
                 "(100 samples for every second of CPU). Capture longer, or while it is busy.",
        .missing = "The program mounts pprof by hand and left out pprof.Profile.",
        .consent = "",
        .asking = PROFILE_ASKING_SECONDS,
    },
    {
        .name = "goroutine",
        .label = "goroutine",
        .query = "",
        .shows = "stacks of all goroutines",
        .more =
            "As a profile, to be compared and drawn as a flame graph; wait reasons are in pane 3.",
        .costs = "two pauses below a millisecond and one walk over every stack; 1.3 MB of garbage.",
        .empty = "",
        .missing = "",
        .consent = "",
        .has_count = true,
        .delta = true,
    },
    {
        .name = "block",
        .label = "block",
        .query = "",
        .shows = "waits for channels and locks",
        .more = "Where goroutines waited, how often and for how long.",
        .costs = ONE_PROFILE,
        .empty = "Nothing is recorded unless the program calls runtime.SetBlockProfileRate(1) at "
                 "its start (1: every wait; larger numbers, in ns, cost less)." ENABLE_LATER,
        .missing = "",
        .consent = "",
        .has_count = true,
        .delta = true,
    },
    {
        .name = "mutex",
        .label = "mutex",
        .query = "",
        .shows = "locks that made others wait",
        .more = "Stacks of those who held them.",
        .costs = ONE_PROFILE,
        .empty = "Nothing is recorded unless the program calls runtime.SetMutexProfileFraction(1) "
                 "at its start (1: every contention; n: one in n)." ENABLE_LATER,
        .missing = "",
        .consent = "",
        .has_count = true,
        .delta = true,
    },
    {
        .name = "threadcreate",
        .label = "threadcreate",
        .query = "",
        .shows = "what led to new OS threads",
        .more = "In newer Go versions mostly without stacks.",
        .costs = ONE_PROFILE,
        .empty = "",
        .missing = "",
        .consent = "",
        .has_count = true,
        .delta = true,
    },
    {
        .name = "goroutineleak",
        .label = "goroutineleak",
        .query = "",
        .shows = "goroutines proven blocked for ever",
        .more = "Nothing that could wake them is reachable; the count is that of the last run.",
        .costs = "a special full collection that stops the program at its phase ends.",
        .empty = "The runtime found no goroutine that is provably blocked for ever. Leaks whose "
                 "channel is still reachable, sleeps and I/O are not seen this way.",
        .missing = "Go 1.27 and newer always serve it; with Go 1.26 the program has to be built "
                   "with GOEXPERIMENT=goroutineleakprofile. A rebuild needs a restart, which loses "
                   "the present state.",
        .consent = "The leak profile makes the target run a special full garbage collection that "
                   "follows every goroutine's stack and stops the program at the ends of its "
                   "phases: as heap?gc=1, or longer with many goroutines. The leaked ones stay "
                   "marked in full stacks. Do it?",
        .has_count = true,
        .delta = false,
    },
    {
        .name = "trace",
        .label = "trace",
        .query = "",
        .shows = "execution trace; no profile",
        .more = "go tool trace reads it.",
        .costs = "megabytes per second, and two short pauses.",
        .empty = "",
        .missing = "The program mounts pprof by hand and left out pprof.Trace.",
        .consent = "",
        .asking = PROFILE_ASKING_NEVER,
    },
    {
        .name = "cmdline",
        .label = "cmdline",
        .query = "",
        .shows = "command line; no profile",
        .more = "",
        .costs = "nothing to speak of.",
        .empty = "",
        .missing = "The program mounts pprof by hand and left out pprof.Cmdline.",
        .consent = "",
        .asking = PROFILE_ASKING_NEVER,
    },
    {
        .name = "symbol",
        .label = "symbol",
        .query = "",
        .shows = "names of addresses; no profile",
        .more = "For profiles that come without names.",
        .costs = "nothing to speak of.",
        .empty = "",
        .missing = "Go 1.24 and newer list it; older ones serve it without a row.",
        .consent = "",
        .asking = PROFILE_ASKING_NEVER,
    },
};

static const struct profile_kind custom = {
    .name = "",
    .label = "",
    .query = "",
    .shows = "a profile of the program's own",
    .more = "Made with pprof.NewProfile: what is added and never removed is what leaks.",
    .costs = ONE_PROFILE,
    .empty = "The program has added nothing to it, or removed everything again.",
    .missing = "",
    .consent = "",
    .has_count = true,
    .delta = false,
};

const struct profile_kind *profile_kinds(size_t *ret_n)
{
    *ret_n = G_N_ELEMENTS(kinds);
    return kinds;
}

const struct profile_kind *profile_kind_of(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return &custom;
}

bool profile_kind_is_custom(const struct profile_kind *kind)
{
    return kind == &custom;
}
