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

const char *goroutine_bucket_words(const struct goroutine_bucket *bucket)
{
    if (bucket->leaked != NULL)
        return bucket->leaked;
    return *bucket->state != '\0' ? bucket->state : goroutine_category_name(bucket->category);
}

/* --- the standard library --- */

/* First elements of its import paths. A module without a dot in its name is not in here. */
static const char *const standard[] = {
    "archive", "bufio",    "builtin", "bytes",   "cmp",      "compress", "container", "context",
    "crypto",  "database", "debug",   "embed",   "encoding", "errors",   "expvar",    "flag",
    "fmt",     "go",       "hash",    "html",    "image",    "index",    "internal",  "io",
    "iter",    "log",      "maps",    "math",    "mime",     "net",      "os",        "path",
    "plugin",  "reflect",  "regexp",  "runtime", "slices",   "sort",     "strconv",   "strings",
    "structs", "sync",     "syscall", "testing", "text",     "time",     "type",      "unicode",
    "unique",  "unsafe",   "vendor",  "weak",
};

/* "net.example.com/x.F" begins like "net.Dial". */
static bool is_domain(const char *rest)
{
    return memchr(rest, '/', strcspn(rest, "([")) != NULL;
}

bool goroutine_is_standard(const char *function)
{
    size_t n = strcspn(function, "/.([:");

    /* "panic(…)", "non-Go function …": of no package */
    if (function[n] == '\0' || function[n] == '(')
        return true;
    for (size_t i = 0; i < G_N_ELEMENTS(standard); i++)
        if (strlen(standard[i]) == n && memcmp(function, standard[i], n) == 0)
            return function[n] != '.' || !is_domain(function + n);
    return false;
}

size_t goroutine_site(const struct goroutine_frame *frames, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (frames[i].elided == 0 && !goroutine_is_standard(frames[i].function))
            return i;
    return 0;
}

/* --- frames --- */

/* The first match from the leaf decides. */
static const struct {
    const char *prefix;
    enum goroutine_category category;
} leaf_rules[] = {
    {"os/signal.signal_recv", GOROUTINE_SIGNAL},
    {"os/signal.loop", GOROUTINE_SIGNAL},
    {"runtime.chanrecv", GOROUTINE_CHAN_RECEIVE},
    {"runtime.chansend", GOROUTINE_CHAN_SEND},
    {"runtime.selectgo", GOROUTINE_SELECT},
    {"runtime.block", GOROUTINE_SELECT_EMPTY},
    {"runtime.coroswitch", GOROUTINE_COROUTINE},
    {"iter.Pull", GOROUTINE_COROUTINE},
    {"sync.runtime_SemacquireRWMutex", GOROUTINE_RWMUTEX},
    {"sync.runtime_SemacquireWaitGroup", GOROUTINE_WAITGROUP},
    {"sync.runtime_notifyListWait", GOROUTINE_COND},
    {"sync.(*Cond).Wait", GOROUTINE_COND},
    {"sync.(*WaitGroup).Wait", GOROUTINE_WAITGROUP},
    {"sync.(*RWMutex).", GOROUTINE_RWMUTEX},
    {"sync.(*Mutex).", GOROUTINE_MUTEX},
    {"internal/sync.(*Mutex).", GOROUTINE_MUTEX},
    {"time.Sleep", GOROUTINE_SLEEP},
    {"internal/poll.runtime_pollWait", GOROUTINE_IO_WAIT},
    {"runtime.netpollblock", GOROUTINE_IO_WAIT},
    {"internal/poll.runtime_Semacquire", GOROUTINE_SEMAPHORE},
    {"runtime.cgocall", GOROUTINE_CGO},
    {"syscall.Syscall", GOROUTINE_SYSCALL},
    {"syscall.RawSyscall", GOROUTINE_SYSCALL},
    {"syscall.syscall", GOROUTINE_SYSCALL}, /* macOS */
    {"runtime/internal/syscall.", GOROUTINE_SYSCALL},
    {"internal/runtime/syscall", GOROUTINE_SYSCALL},
    {"runtime.gcBgMarkWorker", GOROUTINE_RUNTIME},
    {"runtime.bgsweep", GOROUTINE_RUNTIME},
    {"runtime.bgscavenge", GOROUTINE_RUNTIME},
    {"runtime.forcegchelper", GOROUTINE_RUNTIME},
    {"runtime.runfinq", GOROUTINE_RUNTIME},
    {"runtime.runFinalizers", GOROUTINE_RUNTIME},
    {"runtime.runCleanups", GOROUTINE_RUNTIME},
    {"runtime.updateMaxProcsGoroutine", GOROUTINE_RUNTIME},
};

/* A goroutine is parked behind one of these; what is above says nothing. */
static bool is_parking(const char *function)
{
    static const char *const names[] = {"runtime.gopark", "runtime.goparkunlock",
                                        "runtime.semacquire1", "runtime.notetsleepg",
                                        "runtime.semacquire"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(function, names[i]) == 0)
            return true;
    return false;
}

static bool is_cgo(const char *function)
{
    return strstr(function, "._Cfunc_") != NULL;
}

/* Only the standard library's frames at the leaf: beyond them is what the program does. */
static bool category_of_leaf(const struct goroutine_frame *frames, size_t n,
                             enum goroutine_category *ret)
{
    for (size_t i = 0; i < n; i++) {
        if (frames[i].elided > 0)
            return false;
        for (size_t j = 0; j < G_N_ELEMENTS(leaf_rules); j++)
            if (g_str_has_prefix(frames[i].function, leaf_rules[j].prefix)) {
                *ret = leaf_rules[j].category;
                return true;
            }

        if (is_cgo(frames[i].function)) {
            *ret = GOROUTINE_CGO;
            return true;
        }
        if (!goroutine_is_standard(frames[i].function))
            return false;
    }
    return false;
}

enum goroutine_category goroutine_category_of_frames(const struct goroutine_frame *frames, size_t n,
                                                     bool has_runtime)
{
    enum goroutine_category category;

    if (category_of_leaf(frames, n, &category))
        return category;
    if (has_runtime && n > 0 && !is_parking(frames[0].function))
        return GOROUTINE_RUNNING;
    return GOROUTINE_OTHER;
}

static bool any_prefix(const struct goroutine_frame *frames, size_t n, const char *prefix)
{
    for (size_t i = 0; i < n; i++)
        if (g_str_has_prefix(frames[i].function, prefix))
            return true;
    return false;
}

bool goroutine_is_profiler(const struct goroutine_frame *frames, size_t n)
{
    /* not all of runtime/pprof: programs run their own work under pprof.Do() */
    static const char *const prefixes[] = {"net/http/pprof.", "runtime/pprof.write",
                                           "runtime/pprof.(*Profile)", "runtime/pprof.runtime_",
                                           "runtime/pprof.profileWriter"};

    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++)
        if (any_prefix(frames, n, prefixes[i]))
            return true;
    return false;
}

bool goroutine_is_bystander(const struct goroutine_frame *frames, size_t n)
{
    return any_prefix(frames, n, "net/http.(*connReader).backgroundRead") ||
           any_prefix(frames, n, "net/http.(*connReader).startBackgroundRead");
}

/* --- wait reasons --- */

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
    {"waiting for cgo callback", GOROUTINE_CGO},
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

/* Takes one of the words off that newer versions append; false when there is none. */
static bool strip_suffix(char *state)
{
    static const char *const suffixes[] = {" (leaked)", " (scan)", " (durable)", " (synctest)"};

    for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++)
        if (g_str_has_suffix(state, suffixes[i])) {
            state[strlen(state) - strlen(suffixes[i])] = '\0';
            return true;
        }
    return false;
}

static enum goroutine_category category_of_word(const char *state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
        if (strcmp(state, states[i].state) == 0)
            return states[i].category;
    return is_runtime_state(state) ? GOROUTINE_RUNTIME : GOROUTINE_OTHER;
}

struct goroutine_state goroutine_state_of(const char *state)
{
    g_autofree char *normal = g_strdup(state);

    while (strip_suffix(normal))
        ;
    return (struct goroutine_state){
        .category = category_of_word(normal),
        .is_semaphore = strcmp(normal, "semacquire") == 0,
        .is_syscall = strcmp(normal, "syscall") == 0,
        .leaked = strstr(state, " (leaked)") != NULL || strcmp(state, "leaked") == 0,
    };
}

enum goroutine_category goroutine_category_of_state(struct goroutine_state state,
                                                    const struct goroutine_frame *frames, size_t n)
{
    enum goroutine_category category;

    if (state.is_syscall) {
        if (n == 0)
            return GOROUTINE_SYSCALL;
        if (g_str_has_prefix(frames[0].function, "os/signal."))
            return GOROUTINE_SIGNAL;
        if (is_cgo(frames[0].function) || strcmp(frames[0].function, "runtime.cgocall") == 0)
            return GOROUTINE_CGO;
        return GOROUTINE_SYSCALL;
    }
    /* until Go 1.19 (1.23 for WaitGroup) every lock says semacquire */
    if (state.is_semaphore)
        return category_of_leaf(frames, n, &category) ? category : GOROUTINE_SEMAPHORE;
    return state.category;
}
