#include "pprof/goroutine_signatures.h"

#include "pprof/goroutine_names.h"

#include <string.h>

static const char next_growth[] = "Nothing to do while its count stands still; if it grows, look "
                                  "at who creates it.";

/* --- parked by design --- */

/* All parts have to be in the name of one frame; the first rule that fits decides. */
static const struct expected_rule {
    const char *part, *also; /* also: NULL for none */
    struct goroutine_signature signature;
} expected_rules[] = {
#define EXPECTED(part, also, word, meaning)                                                        \
    {                                                                                              \
        part, also,                                                                                \
        {                                                                                          \
            GOROUTINE_SIGNATURE_EXPECTED, word, meaning, next_growth                               \
        }                                                                                          \
    }
    EXPECTED("os/signal.loop", NULL, "signal loop",
             "The runtime's loop that waits for the next signal; every program that handles "
             "signals has one."),
    EXPECTED("os/signal.signal_recv", NULL, "signal loop",
             "The runtime's loop that waits for the next signal; every program that handles "
             "signals has one."),
    EXPECTED("net/http.(*Server).Serve", NULL, "accept loop",
             "An HTTP server waits for the next connection; one per listener."),
    EXPECTED("Listener).Accept", NULL, "accept loop",
             "A server waits for the next connection; one per listener."),
    EXPECTED("net/http.(*connReader).backgroundRead", NULL, "http server",
             "The HTTP server watches a connection for its end while a request is served."),
    EXPECTED("net/http.(*conn).serve", NULL, "http server",
             "The HTTP server holds a client's connection; one per open connection."),
    EXPECTED("net/http.(*persistConn).readLoop", NULL, "http client",
             "A pooled connection of an HTTP client waits for an answer; growing numbers mean "
             "response bodies that nobody closes."),
    EXPECTED("net/http.(*persistConn).writeLoop", NULL, "http client",
             "A pooled connection of an HTTP client waits for a request; growing numbers mean "
             "response bodies that nobody closes."),
    EXPECTED("fsnotify.", "readEvents", "watcher",
             "The reader of a file watcher; exactly one per watcher that was not closed, so its "
             "count is the number of watchers."),
    EXPECTED("database/sql.(*DB).connectionOpener", NULL, "sql opener",
             "database/sql's opener of connections; one per open database handle."),
    EXPECTED("database/sql.(*DB).connectionCleaner", NULL, "sql cleaner",
             "database/sql's cleaner of idle connections; one per open database handle."),
    EXPECTED("bubbletea", ".(*Program).", "event loop",
             "One of Bubble Tea's own loops; a program has a fixed handful of them."),
    EXPECTED("glog.", "flushDaemon", "log flusher", "The logger's flusher; one per program."),
    EXPECTED("go.opencensus.io/stats/view.(*worker).start", NULL, "stats worker",
             "OpenCensus' worker; one per program."),
    EXPECTED("google.golang.org/grpc/internal/transport.", NULL, "grpc transport",
             "A gRPC connection's own loop; a fixed number per open connection."),
#undef EXPECTED
};

/* Go's own name for a bubbletea loop; others of (*Program), such as Send, wait for a reader. */
static bool is_program_loop(const char *function)
{
    static const char *const loops[] = {
        "eventLoop",       "handleSignals", "handleCommands", "handleResize",
        "listenForResize", "readLoop",      "startRenderer",  "Run"};
    const char *method = strstr(function, ".(*Program).");

    if (method == NULL)
        return true;
    method += strlen(".(*Program).");
    for (size_t i = 0; i < G_N_ELEMENTS(loops); i++)
        if (strncmp(method, loops[i], strlen(loops[i])) == 0 &&
            !g_ascii_isalnum(method[strlen(loops[i])]))
            return true;
    return false;
}

static bool fits(const struct expected_rule *rule, const char *function)
{
    return strstr(function, rule->part) != NULL &&
           (rule->also == NULL || strstr(function, rule->also) != NULL) &&
           (strcmp(rule->part, "bubbletea") != 0 || is_program_loop(function));
}

/*
 * Down to the first frame of the program's own code: what a handler waits for is not the waiting
 * of the server that called it.
 */
static const struct goroutine_signature *expected_of(const struct goroutine_bucket *bucket)
{
    for (size_t i = 0; i < bucket->n_frames; i++) {
        const char *function = bucket->frames[i].function;

        for (size_t r = 0; r < G_N_ELEMENTS(expected_rules); r++)
            if (fits(&expected_rules[r], function))
                return &expected_rules[r].signature;
        if (bucket->frames[i].elided == 0 && !goroutine_is_standard(function))
            break;
    }
    return NULL;
}

/* select {} at the end of main() is how a server stays alive. */
static bool is_idle_main(const struct goroutine_bucket *bucket)
{
    return bucket->category == GOROUTINE_SELECT_EMPTY && bucket->n_frames > 0 &&
           strcmp(bucket->frames[0].function, "main.main") == 0;
}

/* --- by wait reason --- */

static const char next_peer[] = "Look at who creates it and at who should be at the other end of "
                                "the channel: an early return or a timeout there leaves it alone.";

static const struct goroutine_signature by_category[GOROUTINE_N_CATEGORIES] = {
    [GOROUTINE_RUNNING] = {GOROUTINE_SIGNATURE_NONE, "", "It runs, or could run.",
                           "For what it does with the CPU capture a CPU profile."},
    [GOROUTINE_CHAN_RECEIVE] =
        {GOROUTINE_SIGNATURE_WAITING, "blocked receive",
         "It waits for a value from a channel (runtime.chanrecv1): idle workers do, and so does "
         "one whose sender is gone.",
         next_peer},
    [GOROUTINE_CHAN_SEND] =
        {GOROUTINE_SIGNATURE_BLOCKED, "blocked send",
         "It wants to send (runtime.chansend1) and nobody receives; what it holds stays in memory.",
         next_peer},
    [GOROUTINE_CHAN_NIL] = {GOROUTINE_SIGNATURE_FOREVER, "nil channel",
                            "It uses a channel that was never made: this wait never ends.",
                            "Look for the make(chan ...) that is missing before this line."},
    [GOROUTINE_SELECT] = {GOROUTINE_SIGNATURE_NONE, "",
                          "It waits for the first of several channels; event loops do.",
                          "If its count grows, look whether one of its cases is ctx.Done()."},
    [GOROUTINE_SELECT_EMPTY] = {GOROUTINE_SIGNATURE_FOREVER, "empty select",
                                "select {} without cases: this wait never ends.",
                                "Only main() has a reason to do so; look at who creates it."},
    [GOROUTINE_MUTEX] = {GOROUTINE_SIGNATURE_BLOCKED, "lock",
                         "It waits for a mutex that another goroutine holds.",
                         "Look for a goroutine with the same receiver on its stack that does not "
                         "wait for the lock: it is the holder."},
    [GOROUTINE_RWMUTEX] = {GOROUTINE_SIGNATURE_BLOCKED, "lock",
                           "It waits for a read-write lock; a waiting writer also stops readers.",
                           "Look for a goroutine with the same receiver on its stack that does "
                           "not wait for the lock: it is the holder."},
    [GOROUTINE_WAITGROUP] = {GOROUTINE_SIGNATURE_WAITING, "wait group",
                             "It waits until other goroutines have called Done().",
                             "Look at the goroutines it has created: one of them does not end."},
    [GOROUTINE_COND] = {GOROUTINE_SIGNATURE_WAITING, "condition",
                        "It waits for Signal() or Broadcast() on a sync.Cond.",
                        "Look at who should signal, and whether that comes before this wait."},
    [GOROUTINE_SEMAPHORE] = {GOROUTINE_SIGNATURE_BLOCKED, "semaphore",
                             "It waits for a semaphore of the runtime: a lock, or a file that "
                             "another goroutine is using.",
                             "Look for another goroutine in the same file or lock."},
    [GOROUTINE_SLEEP] = {GOROUTINE_SIGNATURE_WAITING, "sleep loop",
                         "It sleeps for a fixed time (time.Sleep), mostly within a polling loop.",
                         "If its count grows, a loop is started again without ending the old one."},
    [GOROUTINE_IO_WAIT] = {GOROUTINE_SIGNATURE_NONE, "",
                           "It waits for a socket, a pipe or a terminal to become ready.",
                           "If its count grows, compare with the open descriptors (pane 2)."},
    [GOROUTINE_SYSCALL] = {GOROUTINE_SIGNATURE_NONE, "",
                           "It is in a system call and keeps a thread of its own meanwhile.",
                           "If it is old, look at what it reads: the other end may hang."},
    [GOROUTINE_CGO] = {GOROUTINE_SIGNATURE_NONE, "",
                       "It is in C code and keeps a thread of its own meanwhile.",
                       "Go cannot see further; a debugger can."},
    [GOROUTINE_SIGNAL] = {GOROUTINE_SIGNATURE_EXPECTED, "signal loop",
                          "The runtime's loop that waits for the next signal.", next_growth},
    [GOROUTINE_COROUTINE] = {GOROUTINE_SIGNATURE_WAITING, "iterator",
                             "An iterator (iter.Pull) waits until its next value is wanted.",
                             "If its count grows, somebody does not call its stop function."},
    [GOROUTINE_RUNTIME] = {GOROUTINE_SIGNATURE_EXPECTED, "runtime",
                           "One of the runtime's own workers.", next_growth},
    [GOROUTINE_OTHER] = {GOROUTINE_SIGNATURE_NONE, "",
                         "It waits; the source of these stacks does not say for what.",
                         "Full stacks give the wait reason."},
};

static const struct goroutine_signature leaked = {
    GOROUTINE_SIGNATURE_FOREVER, "leaked", "It is proven that nothing can wake it any more.",
    "Look at who creates it; what it holds is lost until the program ends."};

static const struct goroutine_signature profiler = {
    GOROUTINE_SIGNATURE_EXPECTED, "profiler",
    "It serves this very request, or waits beside it: it is there because somebody looks.",
    next_growth};

static const struct goroutine_signature idle_main = {
    GOROUTINE_SIGNATURE_EXPECTED, "main",
    "select {} at the end of main() keeps the program alive while others work.", next_growth};

const struct goroutine_signature *goroutine_signature_of(const struct goroutine_bucket *bucket)
{
    const struct goroutine_signature *expected;

    if (bucket->n_leaked > 0)
        return &leaked;
    if (bucket->is_profiler)
        return &profiler;
    if (is_idle_main(bucket))
        return &idle_main;
    /* a goroutine that runs, or hangs in a lock, does not do what its loop is made for */
    if (by_category[bucket->category].kind <= GOROUTINE_SIGNATURE_WAITING &&
        bucket->category != GOROUTINE_RUNNING && (expected = expected_of(bucket)) != NULL)
        return expected;
    return &by_category[bucket->category];
}
