#include "pprof/goroutine_names.h"

#include <string.h>

const char *goroutine_category_name(enum goroutine_category category)
{
    static const char *const names[GOROUTINE_N_CATEGORIES] = {
        [GOROUTINE_RUNNING] = "running",
        [GOROUTINE_CHAN_RECEIVE] = "chan receive",
        [GOROUTINE_CHAN_SEND] = "chan send",
        [GOROUTINE_CHAN_NIL] = "nil channel",
        [GOROUTINE_SELECT] = "select",
        [GOROUTINE_SELECT_EMPTY] = "select (no cases)",
        [GOROUTINE_MUTEX] = "sync.Mutex.Lock",
        [GOROUTINE_RWMUTEX] = "sync.RWMutex",
        [GOROUTINE_WAITGROUP] = "sync.WaitGroup.Wait",
        [GOROUTINE_COND] = "sync.Cond.Wait",
        [GOROUTINE_SEMAPHORE] = "semacquire",
        [GOROUTINE_SLEEP] = "sleep",
        [GOROUTINE_IO_WAIT] = "IO wait",
        [GOROUTINE_SYSCALL] = "syscall",
        [GOROUTINE_CGO] = "cgo call",
        [GOROUTINE_SIGNAL] = "signal loop",
        [GOROUTINE_COROUTINE] = "coroutine",
        [GOROUTINE_RUNTIME] = "runtime",
        [GOROUTINE_OTHER] = "other",
    };

    return names[category];
}

static bool any_frame(const struct goroutine_frame *frames, size_t n, const char *part)
{
    for (size_t i = 0; i < n && i < 12; i++)
        if (strstr(frames[i].function, part) != NULL)
            return true;
    return false;
}

/* Goroutines below Go 1.20 (1.24 for WaitGroup) say semacquire for every lock. */
static enum goroutine_category category_of_semaphore(const struct goroutine_frame *frames, size_t n)
{
    if (any_frame(frames, n, "sync.(*WaitGroup).Wait"))
        return GOROUTINE_WAITGROUP;
    if (any_frame(frames, n, "sync.(*RWMutex)."))
        return GOROUTINE_RWMUTEX;
    if (any_frame(frames, n, "sync.(*Mutex)."))
        return GOROUTINE_MUTEX;
    return GOROUTINE_SEMAPHORE;
}

static enum goroutine_category category_of_syscall(const struct goroutine_frame *frames, size_t n)
{
    if (n > 0 && strcmp(frames[0].function, "os/signal.signal_recv") == 0)
        return GOROUTINE_SIGNAL;
    if (n > 0 && (strstr(frames[0].function, "._Cfunc_") != NULL ||
                  strcmp(frames[0].function, "runtime.cgocall") == 0))
        return GOROUTINE_CGO;
    return GOROUTINE_SYSCALL;
}

static const struct {
    const char *state; /* normalised */
    enum goroutine_category category;
} states[] = {
    {"chan receive", GOROUTINE_CHAN_RECEIVE},
    {"chan send", GOROUTINE_CHAN_SEND},
    {"chan receive (nil chan)", GOROUTINE_CHAN_NIL},
    {"chan send (nil chan)", GOROUTINE_CHAN_NIL},
    {"select", GOROUTINE_SELECT},
    {"select (no cases)", GOROUTINE_SELECT_EMPTY},
    {"sync.Mutex.Lock", GOROUTINE_MUTEX},
    {"sync.RWMutex.RLock", GOROUTINE_RWMUTEX},
    {"sync.RWMutex.Lock", GOROUTINE_RWMUTEX},
    {"sync.WaitGroup.Wait", GOROUTINE_WAITGROUP},
    {"sync.Cond.Wait", GOROUTINE_COND},
    {"sleep", GOROUTINE_SLEEP},
    {"IO wait", GOROUTINE_IO_WAIT},
    {"running", GOROUTINE_RUNNING},
    {"runnable", GOROUTINE_RUNNING},
    {"preempted", GOROUTINE_RUNNING},
    {"copystack", GOROUTINE_RUNNING},
    {"coroutine", GOROUTINE_COROUTINE},
};

static bool is_runtime_state(const char *state)
{
    static const char *const prefixes[] = {"GC ",
                                           "garbage collection",
                                           "finalizer wait",
                                           "force gc",
                                           "timer goroutine",
                                           "trace ",
                                           "wait for GC cycle",
                                           "cleanup wait",
                                           "GOMAXPROCS updater",
                                           "stopping the world",
                                           "flushing proc caches",
                                           "dumping heap",
                                           "debug call",
                                           "page trace flush"};

    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++)
        if (g_str_has_prefix(state, prefixes[i]))
            return true;
    return false;
}

/* Strips what newer versions append: " (durable)", " (synctest)", " (leaked)", " (scan)". */
static char *normalise(const char *state)
{
    static const char *const suffixes[] = {" (leaked)", " (scan)", " (durable)", " (synctest)"};
    char *out = g_strdup(state);

    for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++)
        if (g_str_has_suffix(out, suffixes[i])) {
            out[strlen(out) - strlen(suffixes[i])] = '\0';
            i = (size_t)-1; /* from the beginning: several may stand there */
        }
    return out;
}

enum goroutine_category goroutine_category_of_state(const char *state,
                                                    const struct goroutine_frame *frames, size_t n)
{
    g_autofree char *normal = normalise(state);

    for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
        if (strcmp(normal, states[i].state) == 0)
            return states[i].category;
    if (strcmp(normal, "semacquire") == 0)
        return category_of_semaphore(frames, n);
    if (strcmp(normal, "syscall") == 0)
        return category_of_syscall(frames, n);
    return is_runtime_state(normal) ? GOROUTINE_RUNTIME : GOROUTINE_OTHER;
}

static const struct {
    const char *part;
    enum goroutine_category category;
} leaf_words[] = {
    {"os/signal.signal_recv", GOROUTINE_SIGNAL}, {"runtime.chanrecv", GOROUTINE_CHAN_RECEIVE},
    {"runtime.chansend", GOROUTINE_CHAN_SEND},   {"runtime.selectgo", GOROUTINE_SELECT},
    {"runtime.block", GOROUTINE_SELECT_EMPTY},   {"sync.(*WaitGroup).Wait", GOROUTINE_WAITGROUP},
    {"sync.(*RWMutex).", GOROUTINE_RWMUTEX},     {"sync.(*Mutex).", GOROUTINE_MUTEX},
    {"sync.(*Cond).Wait", GOROUTINE_COND},       {"time.Sleep", GOROUTINE_SLEEP},
    {"runtime_pollWait", GOROUTINE_IO_WAIT},     {"runtime.netpollblock", GOROUTINE_IO_WAIT},
    {"runtime.cgocall", GOROUTINE_CGO},          {"_Cfunc_", GOROUTINE_CGO},
    {"syscall.Syscall", GOROUTINE_SYSCALL},      {"syscall.RawSyscall", GOROUTINE_SYSCALL},
    {"runtime_Semacquire", GOROUTINE_SEMAPHORE},
};

enum goroutine_category goroutine_category_of_frames(const struct goroutine_frame *frames, size_t n)
{
    for (size_t i = 0; i < n && i < 8; i++)
        for (size_t w = 0; w < G_N_ELEMENTS(leaf_words); w++)
            if (strstr(frames[i].function, leaf_words[w].part) != NULL)
                return leaf_words[w].category;
    return GOROUTINE_OTHER;
}

/* Import paths of the standard library have no dot in their first element; main is the user's. */
static bool is_standard(const char *function)
{
    size_t n = strcspn(function, "/([");

    if (g_str_has_prefix(function, "main."))
        return false;
    if (function[n] == '/')
        return memchr(function, '.', n) == NULL;
    /* one element: "runtime.gopark", "net.(*conn).Read"; a user's own may look the same */
    return true;
}

size_t goroutine_site(const struct goroutine_frame *frames, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (frames[i].elided == 0 && !is_standard(frames[i].function))
            return i;
    return 0;
}

bool goroutine_is_profiler(const struct goroutine_frame *frames, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (g_str_has_prefix(frames[i].function, "runtime/pprof.") ||
            g_str_has_prefix(frames[i].function, "net/http/pprof.") ||
            strstr(frames[i].function, "(*connReader).backgroundRead") != NULL)
            return true;
    return false;
}
