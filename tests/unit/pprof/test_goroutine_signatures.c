#include "pprof/goroutine_signatures.h"

#include <string.h>

/* One goroutine as a dump would hold it: a state and its frames, leaf first, "|" between them. */
struct sig_case {
    const char *state, *frames;
    enum goroutine_signature_kind kind;
    const char *word;
};

static const struct sig_case cases[] = {
    /* what the document asks to look for */
    {"chan receive", "main.work", GOROUTINE_SIGNATURE_WAITING, "blocked receive"},
    {"chan send, 5 minutes", "main.work", GOROUTINE_SIGNATURE_BLOCKED, "blocked send"},
    {"sleep", "time.Sleep|main.poll", GOROUTINE_SIGNATURE_WAITING, "sleep loop"},
    /* what never ends */
    {"chan receive (nil chan)", "main.work", GOROUTINE_SIGNATURE_FOREVER, "nil channel"},
    {"chan send (nil chan)", "main.work", GOROUTINE_SIGNATURE_FOREVER, "nil channel"},
    {"select (no cases)", "main.work", GOROUTINE_SIGNATURE_FOREVER, "empty select"},
    {"select (no cases)", "main.main", GOROUTINE_SIGNATURE_EXPECTED, "main"},
    {"chan send (leaked)", "main.work", GOROUTINE_SIGNATURE_FOREVER, "leaked"},
    {"select (leaked)", "net/http.(*persistConn).writeLoop", GOROUTINE_SIGNATURE_FOREVER, "leaked"},
    /* locks, by the words of old and new versions */
    {"sync.Mutex.Lock", "sync.(*Mutex).Lock|main.work", GOROUTINE_SIGNATURE_BLOCKED, "lock"},
    {"semacquire", "sync.(*Mutex).Lock|main.work", GOROUTINE_SIGNATURE_BLOCKED, "lock"},
    {"sync.RWMutex.RLock", "main.work", GOROUTINE_SIGNATURE_BLOCKED, "lock"},
    {"semacquire", "internal/poll.runtime_Semacquire|main.w", GOROUTINE_SIGNATURE_BLOCKED,
     "semaphore"},
    {"sync.WaitGroup.Wait", "main.work", GOROUTINE_SIGNATURE_WAITING, "wait group"},
    /* parked by design */
    {"IO wait", "internal/poll.runtime_pollWait|net.(*TCPListener).Accept|main.serve",
     GOROUTINE_SIGNATURE_EXPECTED, "accept loop"},
    {"IO wait", "internal/poll.runtime_pollWait|net/http.(*conn).serve",
     GOROUTINE_SIGNATURE_EXPECTED, "http server"},
    {"select", "net/http.(*persistConn).writeLoop", GOROUTINE_SIGNATURE_EXPECTED, "http client"},
    {"syscall, 70 minutes", "os/signal.signal_recv|os/signal.loop", GOROUTINE_SIGNATURE_EXPECTED,
     "signal loop"},
    {"IO wait", "os.(*File).Read|github.com/fsnotify/fsnotify.(*inotify).readEvents",
     GOROUTINE_SIGNATURE_EXPECTED, "watcher"},
    {"select", "database/sql.(*DB).connectionOpener", GOROUTINE_SIGNATURE_EXPECTED, "sql opener"},
    {"select", "charm.land/bubbletea/v2.(*Program).eventLoop", GOROUTINE_SIGNATURE_EXPECTED,
     "event loop"},
    {"select", "github.com/charmbracelet/bubbletea.(*Program).handleCommands.func1",
     GOROUTINE_SIGNATURE_EXPECTED, "event loop"},
    {"force gc (idle)", "runtime.forcegchelper", GOROUTINE_SIGNATURE_EXPECTED, "runtime"},
    {"running", "runtime/pprof.writeGoroutineStacks|net/http/pprof.handler.ServeHTTP",
     GOROUTINE_SIGNATURE_EXPECTED, "profiler"},
    /* and what only looks like it */
    {"select", "charm.land/bubbletea/v2.(*Program).Send", GOROUTINE_SIGNATURE_NONE, ""},
    {"select", "charm.land/bubbletea/v2.(*Program).RunAway", GOROUTINE_SIGNATURE_NONE, ""},
    {"chan send", "main.h|net/http.HandlerFunc.ServeHTTP|net/http.(*conn).serve",
     GOROUTINE_SIGNATURE_BLOCKED, "blocked send"},
    {"chan receive", "main.h|net/http.(*conn).serve", GOROUTINE_SIGNATURE_WAITING,
     "blocked receive"},
    {"sync.Mutex.Lock", "sync.(*Mutex).Lock|net/http.(*conn).serve", GOROUTINE_SIGNATURE_BLOCKED,
     "lock"},
    {"running", "net/http.(*conn).serve", GOROUTINE_SIGNATURE_NONE, ""},
    {"select", "main.loop", GOROUTINE_SIGNATURE_NONE, ""},
    {"something new", "main.loop", GOROUTINE_SIGNATURE_NONE, ""},
};

static struct goroutine_dump *dump_of(const struct sig_case *c)
{
    g_auto(GStrv) frames = g_strsplit(c->frames, "|", -1);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    g_string_append_printf(text, "goroutine 7 [%s]:\n", c->state);
    for (char **frame = frames; *frame != NULL; frame++)
        g_string_append_printf(text, "%s(0x1)\n\t/src/x.go:5 +0x1d\n", *frame);
    struct goroutine_dump *dump = goroutine_dump_parse(text->str, text->len, &error);

    g_assert_no_error(error);
    return dump;
}

static void test_words(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(goroutine_dump_auto) dump = dump_of(&cases[i]);
        const struct goroutine_signature *signature = goroutine_signature_of(&dump->buckets[0]);

        g_test_message("%s: %s", cases[i].state, cases[i].frames);
        g_assert_cmpstr(signature->word, ==, cases[i].word);
        g_assert_cmpint(signature->kind, ==, cases[i].kind);
    }
}

/* Every category has its sentences, and no word is wider than its column. */
static void test_sentences(void)
{
    for (int c = 0; c < GOROUTINE_N_CATEGORIES; c++) {
        struct goroutine_bucket bucket = {.category = (enum goroutine_category)c};
        const struct goroutine_signature *signature = goroutine_signature_of(&bucket);

        g_assert_cmpuint(strlen(signature->word), <=, 16);
        g_assert_true(g_str_has_suffix(signature->meaning, "."));
        g_assert_true(g_str_has_suffix(signature->next, "."));
        g_assert_cmpint(*signature->word == '\0', ==, signature->kind == GOROUTINE_SIGNATURE_NONE);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/goroutine-signatures/words", test_words);
    g_test_add_func("/goroutine-signatures/sentences", test_sentences);
    return g_test_run();
}
