#include "fixture.h"

#include "pprof/goroutines.h"

#include <string.h>

static struct goroutine_dump *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    struct goroutine_dump *dump = goroutine_dump_parse(text, strlen(text), &error);

    g_assert_no_error(error);
    return dump;
}

/* --- header lines of every version --- */

struct header {
    const char *line; /* without "goroutine " */
    enum goroutine_category category;
    const char *state;
    int64_t minutes;
    bool locked, leaked;
    const char *labels;
};

static const struct header headers[] = {
    {"1 [running]:", GOROUTINE_RUNNING, "running", 0, false, false, ""},
    {"2 [runnable]:", GOROUTINE_RUNNING, "runnable", 0, false, false, ""},
    {"1 [IO wait, 2 minutes]:", GOROUTINE_IO_WAIT, "IO wait", 2, false, false, ""},
    {"26 [chan receive, 1 minutes, locked to thread]:", GOROUTINE_CHAN_RECEIVE, "chan receive", 1,
     true, false, ""},
    {"38 [chan receive (nil chan)]:", GOROUTINE_CHAN_NIL, "chan receive (nil chan)", 0, false,
     false, ""},
    {"39 [chan send (nil chan), 9999999999 minutes]:", GOROUTINE_CHAN_NIL, "chan send (nil chan)",
     INT64_C(9999999999), false, false, ""},
    {"4 [select (no cases)]:", GOROUTINE_SELECT_EMPTY, "select (no cases)", 0, false, false, ""},
    {"5 [sync.Mutex.Lock]:", GOROUTINE_MUTEX, "sync.Mutex.Lock", 0, false, false, ""},
    {"5 [sync.RWMutex.RLock]:", GOROUTINE_RWMUTEX, "sync.RWMutex.RLock", 0, false, false, ""},
    {"5 [sync.Cond.Wait]:", GOROUTINE_COND, "sync.Cond.Wait", 0, false, false, ""},
    {"5 [sleep]:", GOROUTINE_SLEEP, "sleep", 0, false, false, ""},
    {"5 [coroutine]:", GOROUTINE_COROUTINE, "coroutine", 0, false, false, ""},
    {"5 [GC worker (idle)]:", GOROUTINE_RUNTIME, "GC worker (idle)", 0, false, false, ""},
    {"5 [finalizer wait, 3 minutes]:", GOROUTINE_RUNTIME, "finalizer wait", 3, false, false, ""},
    {"5 [GOMAXPROCS updater (idle)]:", GOROUTINE_RUNTIME, "GOMAXPROCS updater (idle)", 0, false,
     false, ""},
    {"5 [something new]:", GOROUTINE_OTHER, "something new", 0, false, false, ""},
    {"5 [select (synctest)]:", GOROUTINE_SELECT, "select (synctest)", 0, false, false, ""},
    {"7 [sync.WaitGroup.Wait (durable), synctest bubble 3]:", GOROUTINE_WAITGROUP,
     "sync.WaitGroup.Wait (durable)", 0, false, false, ""},
    {"9 [chan send (leaked)]:", GOROUTINE_CHAN_SEND, "chan send (leaked)", 0, false, true, ""},
    {"9 [chan send (leaked) (scan), locked to thread]:", GOROUTINE_CHAN_SEND,
     "chan send (leaked) (scan)", 0, true, true, ""},
    {"12 [select, 3 minutes labels:{\"tenant\": \"a]c\\\"me\"}]:", GOROUTINE_SELECT, "select", 3,
     false, false, "tenant:a]c\"me"},
    {"12 [select, 3 minutes] {job: \"import v2\", tenant: acme}:", GOROUTINE_SELECT, "select", 3,
     false, false, "job:import v2, tenant:acme"},
    {"12 [select] {a: \"\\u00e9\\n\\x1b\"}:", GOROUTINE_SELECT, "select", 0, false, false,
     "a:\xc3\xa9\n\x1b"},
    {"18446744073709551 gp=0xc000002380 m=nil [select]:", GOROUTINE_SELECT, "select", 0, false,
     false, ""},
    {"3 gp=0xc000002380 m=4 mp=0xc0001 [syscall, 1 minutes]:", GOROUTINE_SYSCALL, "syscall", 1,
     false, false, ""},
};

static void test_headers(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
        const struct header *h = &headers[i];
        g_autofree char *text =
            g_strdup_printf("goroutine %s\nmain.f()\n\t/x/main.go:1 +0x1\n\n", h->line);
        g_autoptr(goroutine_dump_auto) dump = parse(text);
        const struct goroutine_bucket *b = &dump->buckets[0];

        g_test_message("%s", h->line);
        g_assert_cmpuint(dump->total, ==, 1);
        g_assert_cmpint(b->category, ==, h->category);
        g_assert_cmpstr(b->state, ==, h->state);
        g_assert_cmpint(b->wait_max_minutes, ==, h->minutes);
        g_assert_cmpuint(b->n_locked, ==, h->locked);
        g_assert_cmpuint(b->n_leaked, ==, h->leaked);
        g_assert_true(g_str_has_prefix(goroutine_bucket_words(b), "leaked, chan send") ==
                      h->leaked);
        g_assert_null(strstr(goroutine_bucket_words(b), "(leaked)"));
        g_assert_cmpstr(b->labels, ==, h->labels);
        g_assert_cmpuint(b->ids[0], ==, g_ascii_strtoull(h->line, NULL, 10));
        g_assert_cmpuint(dump->by_category[h->category], ==, 1);
        g_assert_true(dump->has_states);
        g_assert_false(dump->truncated);
    }
}

/* --- frame lines --- */

struct frame {
    const char *text; /* one or two lines */
    const char *function, *file;
    int64_t line;
    bool inlined;
    uint32_t elided;
};

static const struct frame frames[] = {
    {"main.main()\n\t/app/main.go:118 +0x1d\n", "main.main", "/app/main.go", 118, false, 0},
    {"main.f(...)\n\tmain.go:5\n", "main.f", "main.go", 5, true, 0},
    {"main.(*T[...]).m(0x1b, {0x1, 0x2, ...}, 0x0?)\n\t_cgo_gotypes.go:43 +0x1\n",
     "main.(*T[...]).m", "_cgo_gotypes.go", 43, false, 0},
    {"main.g()\n\t/src/dir with space/we ird:na +0x me.go:77 +0x20\n", "main.g",
     "/src/dir with space/we ird:na +0x me.go", 77, false, 0},
    {"main.h(0x1)\n\t/a.go:3 +0x18 fp=0xc000 sp=0xc001 pc=0xc002\n", "main.h", "/a.go", 3, false,
     0},
    {"example.com/my%2eapp.F.func1.2({})\n\t<autogenerated>:1\n", "example.com/my%2eapp.F.func1.2",
     "<autogenerated>", 1, false, 0},
    {"...12 frames elided...\n", "", "", 0, false, 12},
    {"...additional frames elided...\n", "", "", 0, false, 1},
    {"non-Go function at pc=7f0102\n", "non-Go function", "", 0, false, 0},
    {"c_function\n\tpc=0x7f01\n", "c_function", "", 0, false, 0},
    {"c_function\n\tx.c:12 pc=0x7f01\n", "c_function", "x.c", 12, false, 0},
};

static void test_frames(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(frames); i++) {
        const struct frame *f = &frames[i];
        g_autofree char *text =
            g_strdup_printf("goroutine 1 [select]:\n%smain.main()\n\t/m.go:2 +0x1\n\n", f->text);
        g_autoptr(goroutine_dump_auto) dump = parse(text);
        const struct goroutine_frame *got = &dump->buckets[0].frames[0];

        g_test_message("%s", f->text);
        g_assert_cmpuint(dump->buckets[0].n_frames, ==, 2);
        g_assert_cmpstr(got->function, ==, f->function);
        g_assert_cmpstr(got->file, ==, f->file);
        g_assert_cmpint(got->line, ==, f->line);
        g_assert_cmpint(got->inlined, ==, f->inlined);
        g_assert_cmpuint(got->elided, ==, f->elided);
    }
}

static void test_creator(void)
{
    g_autoptr(goroutine_dump_auto) dump =
        parse("goroutine 5 [select]:\nmain.f()\n\t/m.go:2 +0x1\n"
              "created by main.(*T).start.func1 in goroutine 3\n\t/m.go:9 +0x5b\n"
              "[originating from goroutine 3]:\nmain.old(...)\n\t/old.go:1 +0x1\n"
              "created by main.older\n\t/old.go:2 +0x1\n\n");
    const struct goroutine_bucket *b = &dump->buckets[0];

    g_assert_cmpuint(b->n_frames, ==, 1);
    g_assert_cmpstr(b->creator->function, ==, "main.(*T).start.func1");
    g_assert_cmpstr(b->creator->file, ==, "/m.go");
    g_assert_cmpint(b->creator->line, ==, 9);
    g_assert_cmpuint(b->creator_id, ==, 3);
}

static void test_no_stack(void)
{
    g_autoptr(goroutine_dump_auto) dump =
        parse("goroutine 5 [running]:\n\tgoroutine running on other thread; stack unavailable\n"
              "created by main.f\n\t/m.go:9 +0x5b\n");

    g_assert_cmpuint(dump->buckets[0].n_frames, ==, 0);
    g_assert_cmpuint(dump->buckets[0].site, ==, 0);
    g_assert_cmpstr(dump->buckets[0].creator->function, ==, "main.f");
}

/* --- grouping --- */

static void test_buckets(void)
{
    g_autoptr(goroutine_dump_auto) dump =
        parse("goroutine 9 [select, 4 minutes]:\nmain.f(0x1)\n\t/m.go:2 +0x1\n\n"
              "goroutine 3 [select]:\nmain.f(0x2)\n\t/m.go:2 +0x1\n\n"
              "goroutine 7 [select, 2 minutes, locked to thread]:\nmain.f(0x3)\n\t/m.go:2 +0x1\n\n"
              "goroutine 4 [chan send]:\nmain.f(0x3)\n\t/m.go:2 +0x1\n\n"
              "goroutine 5 [select]:\nmain.f(0x3)\n\t/m.go:3 +0x1\n\n");
    const struct goroutine_bucket *b = &dump->buckets[0];

    g_assert_cmpuint(dump->n_buckets, ==, 3);
    g_assert_cmpuint(dump->total, ==, 5);
    g_assert_cmpuint(dump->by_category[GOROUTINE_SELECT], ==, 4);
    g_assert_cmpuint(b->count, ==, 3);
    g_assert_cmpint(b->wait_min_minutes, ==, 0);
    g_assert_cmpint(b->wait_max_minutes, ==, 4);
    g_assert_cmpuint(b->n_locked, ==, 1);
    g_assert_cmpuint(b->ids[0], ==, 3);
    g_assert_cmpuint(b->ids[1], ==, 7);
    g_assert_cmpuint(b->ids[2], ==, 9);
}

/* --- arguments --- */

struct arguments {
    const char *text; /* first line of a frame */
    const char *function, *arguments;
};

static const struct arguments arguments[] = {
    {"main.f()", "main.f", ""},
    {"main.f(...)", "main.f", "..."}, /* inlined */
    {"main.f(0x1b)", "main.f", "0x1b"},
    {"main.f(0xc000123?, 0x1)", "main.f", "0xc000123?, 0x1"},
    {"main.f({0x1, 0x2, 0x3}, ...)", "main.f", "{0x1, 0x2, 0x3}, ..."},
    {"main.f({...}, _, 0x2)", "main.f", "{...}, _, 0x2"},
    {"main.f({{0x1, {...}}, {}}, ...)", "main.f", "{{0x1, {...}}, {}}, ..."},
    {"main.f(0x0, {_, _})", "main.f", "0x0, {_, _}"},
    {"main.(*T[...]).m(0xc00001, {0x4f?, 0x3?})", "main.(*T[...]).m", "0xc00001, {0x4f?, 0x3?}"},
    {"main.f.func1.1(0x1)", "main.f.func1.1", "0x1"},
};

static struct goroutine_dump *parse_exact(const char *text)
{
    g_autoptr(GError) error = NULL;
    struct goroutine_dump *dump = goroutine_dump_parse_exact(text, strlen(text), &error);

    g_assert_no_error(error);
    return dump;
}

static void test_arguments(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(arguments); i++) {
        const struct arguments *a = &arguments[i];
        g_autofree char *text =
            g_strdup_printf("goroutine 1 [select]:\n%s\n\t/m.go:2 +0x1\n\n", a->text);
        g_autoptr(goroutine_dump_auto) usual = parse(text), exact = parse_exact(text);

        g_test_message("%s", a->text);
        g_assert_cmpstr(exact->buckets[0].frames[0].function, ==, a->function);
        g_assert_cmpstr(exact->buckets[0].frames[0].arguments, ==, a->arguments);
        g_assert_true(exact->has_arguments);
        g_assert_cmpstr(usual->buckets[0].frames[0].function, ==, a->function);
        g_assert_cmpstr(usual->buckets[0].frames[0].arguments, ==, "");
        g_assert_false(usual->has_arguments);
    }
}

static void test_exact_buckets(void)
{
    static const char text[] =
        "goroutine 9 [select]:\nmain.f(0x1)\n\t/m.go:2 +0x1\ncreated by main.g\n\t/m.go:1\n\n"
        "goroutine 3 [select]:\nmain.f(0x2)\n\t/m.go:2 +0x1\ncreated by main.g\n\t/m.go:1\n\n"
        "goroutine 7 [select]:\nmain.f(0x1?)\n\t/m.go:2 +0x1\ncreated by main.g\n\t/m.go:1\n\n"
        "goroutine 4 [select]:\nmain.f(0x1)\n\t/m.go:2 +0x5\ncreated by main.g\n\t/m.go:1\n\n";
    g_autoptr(goroutine_dump_auto) usual = parse(text), exact = parse_exact(text);
    g_autoptr(goroutine_dump_auto) again = parse_exact(text);

    g_assert_cmpuint(usual->n_buckets, ==, 1);
    g_assert_cmpuint(usual->buckets[0].stack_hash, ==, usual->buckets[0].hash);
    g_assert_cmpuint(exact->n_buckets, ==, 3);
    g_assert_cmpuint(exact->total, ==, 4);
    g_assert_cmpuint(exact->buckets[0].count, ==, 2);
    g_assert_cmpuint(exact->buckets[0].ids[1], ==, 9);
    for (size_t i = 0; i < exact->n_buckets; i++) {
        g_assert_cmpuint(exact->buckets[i].stack_hash, ==, usual->buckets[0].hash);
        g_assert_cmpuint(exact->buckets[i].hash, ==, again->buckets[i].hash);
        g_assert_cmpuint(exact->buckets[i].hash, !=, exact->buckets[(i + 1) % 3].hash);
    }
}

/* The same texts in other frames are another stack. */
static void test_exact_order(void)
{
    g_autoptr(goroutine_dump_auto) exact =
        parse_exact("goroutine 1 [select]:\nmain.f(0x1)\n\t/m.go:2\nmain.g()\n\t/m.go:3\n\n"
                    "goroutine 2 [select]:\nmain.f()\n\t/m.go:2\nmain.g(0x1)\n\t/m.go:3\n\n");

    g_assert_cmpuint(exact->n_buckets, ==, 2);
    g_assert_cmpuint(exact->buckets[0].hash, !=, exact->buckets[1].hash);
}

static void test_exact_without_arguments(void)
{
    g_autoptr(goroutine_dump_auto) dump =
        parse_exact("goroutine profile: total 2\n2 @ 0x1\n#\t0x0\tmain.f+0x1\t/m.go:2\n");

    g_assert_false(dump->has_arguments);
    g_assert_cmpuint(dump->buckets[0].count, ==, 2);
    g_assert_cmpstr(dump->buckets[0].frames[0].arguments, ==, "");
}

static void test_hash_lasts(void)
{
    static const char block[] =
        "goroutine 9 [select]:\nmain.f(0x1)\n\t/m.go:2 +0x1\ncreated by main.g\n\t/m.go:1 +0x1\n\n";
    g_autofree char *more = g_strconcat("goroutine 1 [sleep]:\nmain.z()\n\t/z.go:1\n\n", block,
                                        "goroutine 77 [select, 3 minutes]:\nmain.f(0x9)\n"
                                        "\t/m.go:2 +0x1\ncreated by main.g\n\t/m.go:1 +0x1\n",
                                        NULL);
    g_autoptr(goroutine_dump_auto) first = parse(block), second = parse(more);

    g_assert_cmpuint(second->buckets[0].count, ==, 2);
    g_assert_cmpuint(first->buckets[0].hash, ==, second->buckets[0].hash);
    g_assert_cmpuint(second->buckets[0].hash, !=, second->buckets[1].hash);
}

/* --- what frames tell --- */

struct shape {
    const char *state;
    const char *functions; /* leaf first, one per line */
    enum goroutine_category category;
    size_t site;
    bool profiler;
};

static const struct shape shapes[] = {
    {"semacquire",
     "sync.runtime_SemacquireMutex\nsync.(*Mutex).lockSlow\nsync.(*Mutex).Lock\nmain.f",
     GOROUTINE_MUTEX, 3, false},
    {"semacquire", "sync.runtime_SemacquireMutex\nsync.(*RWMutex).RLock\nmain.f", GOROUTINE_RWMUTEX,
     2, false},
    {"semacquire", "sync.runtime_Semacquire\nsync.(*WaitGroup).Wait\nmain.f", GOROUTINE_WAITGROUP,
     2, false},
    {"semacquire", "internal/poll.runtime_Semacquire\ninternal/poll.(*fdMutex).rwlock\nmain.f",
     GOROUTINE_SEMAPHORE, 2, false},
    {"semacquire", "mysync.(*Mutex).Lock\nmain.f", GOROUTINE_SEMAPHORE, 0, false},
    {"syscall", "os/signal.signal_recv\nos/signal.loop", GOROUTINE_SIGNAL, 0, false},
    {"syscall", "main._Cfunc_sleep\nmain.f", GOROUTINE_CGO, 0, false},
    {"syscall", "syscall.Syscall\nsyscall.read\nos.(*File).Read\nexample.com/a/b.(*T).Run",
     GOROUTINE_SYSCALL, 3, false},
    {"IO wait", "internal/poll.runtime_pollWait\nnet/http.(*conn).serve\nnet.example.com/x.F",
     GOROUTINE_IO_WAIT, 2, false},
    {"chan receive", "runtime/pprof.Do\nplainmodule/x.F", GOROUTINE_CHAN_RECEIVE, 1, false},
    {"running", "runtime/pprof.writeGoroutineStacks\nnet/http/pprof.Index", GOROUTINE_RUNNING, 0,
     true},
    {"IO wait", "internal/poll.runtime_pollWait\nnet/http.(*connReader).backgroundRead",
     GOROUTINE_IO_WAIT, 0, true},
    {"running", "panic\nmain.f", GOROUTINE_RUNNING, 1, false},
};

static char *block_of(const char *state, const char *functions)
{
    g_auto(GStrv) names = g_strsplit(functions, "\n", -1);
    GString *text = g_string_new(NULL);

    g_string_printf(text, "goroutine 1 [%s]:\n", state);
    for (size_t i = 0; names[i] != NULL; i++)
        g_string_append_printf(text, "%s(0x1)\n\t/f.go:%zu +0x1\n", names[i], i + 1);
    g_string_append_c(text, '\n');
    return g_string_free(text, FALSE);
}

static void test_shapes(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
        g_autofree char *text = block_of(shapes[i].state, shapes[i].functions);
        g_autoptr(goroutine_dump_auto) dump = parse(text);
        const struct goroutine_bucket *b = &dump->buckets[0];

        g_test_message("%s", text);
        g_assert_cmpint(b->category, ==, shapes[i].category);
        g_assert_cmpuint(b->site, ==, shapes[i].site);
        g_assert_cmpint(b->is_profiler, ==, shapes[i].profiler);
    }
}

/* From the binary profile there are only frames. */
static const struct {
    const char *functions; /* leaf first, with blanks */
    enum goroutine_category category;
} leaves[] = {
    {"runtime.gopark runtime.chanrecv runtime.chanrecv1 main.f", GOROUTINE_CHAN_RECEIVE},
    {"runtime.gopark runtime.chansend runtime.chansend1 main.f", GOROUTINE_CHAN_SEND},
    {"runtime.gopark runtime.selectgo main.f", GOROUTINE_SELECT},
    {"runtime.gopark runtime.block main.f", GOROUTINE_SELECT_EMPTY},
    {"runtime.gopark runtime.goparkunlock runtime.semacquire1 sync.runtime_Semacquire "
     "sync.(*WaitGroup).Wait main.f",
     GOROUTINE_WAITGROUP},
    {"runtime.gopark runtime.semacquire1 internal/sync.runtime_SemacquireMutex "
     "internal/sync.(*Mutex).lockSlow sync.(*Mutex).Lock main.f",
     GOROUTINE_MUTEX},
    {"runtime.gopark runtime.semacquire1 sync.runtime_SemacquireRWMutexR sync.(*RWMutex).RLock",
     GOROUTINE_RWMUTEX},
    {"runtime.gopark sync.runtime_notifyListWait sync.(*Cond).Wait main.f", GOROUTINE_COND},
    {"runtime.gopark time.Sleep main.f", GOROUTINE_SLEEP},
    {"runtime.gopark runtime.netpollblock internal/poll.runtime_pollWait main.f",
     GOROUTINE_IO_WAIT},
    {"internal/runtime/syscall/linux.Syscall6 syscall.RawSyscall6 main.f", GOROUTINE_SYSCALL},
    {"runtime/internal/syscall.Syscall6 syscall.RawSyscall6 main.f", GOROUTINE_SYSCALL},
    {"runtime.cgocall main._Cfunc_x main.f", GOROUTINE_CGO},
    {"runtime.notetsleepg os/signal.signal_recv os/signal.loop", GOROUTINE_SIGNAL},
    {"runtime.gopark runtime.coroswitch_m iter.Pull[...].func2 main.f", GOROUTINE_COROUTINE},
    {"runtime.gopark runtime.gcBgMarkWorker", GOROUTINE_RUNTIME},
    {"runtime.asyncPreempt main.f", GOROUTINE_RUNNING},
    {"main.f main.main", GOROUTINE_RUNNING},
    {"runtime.gopark main.f time.Sleep", GOROUTINE_OTHER},
};

static void test_profile(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(leaves); i++) {
        g_autofree char *text = g_strdup_printf("7 %s\n", leaves[i].functions);
        g_autoptr(profile_auto) profile = fixture_stacks(text);
        g_autoptr(GError) error = NULL;
        g_autoptr(goroutine_dump_auto) dump = goroutine_dump_from_profile(profile, &error);

        g_test_message("%s", text);
        g_assert_no_error(error);
        g_assert_cmpuint(dump->total, ==, 7);
        g_assert_cmpint(dump->buckets[0].category, ==, leaves[i].category);
        g_assert_cmpint(dump->buckets[0].wait_max_minutes, ==, -1);
        g_assert_null(dump->buckets[0].ids);
        g_assert_false(dump->has_states);
    }
}

/* --- debug=1 --- */

static void test_debug1(void)
{
    g_autoptr(goroutine_dump_auto) dump =
        parse("goroutine profile: total 9\r\n"
              "5 @ 0x4a1 0x4b2\r\n"
              "# labels: {\"job\":\"import \\\"v2\\\"\", \"tenant\":\"a\\x1bb\"}\r\n"
              "#\t0x4a0\tmain.(*T).wait+0x20\t\t\t/app/a b:c.go:12\r\n"
              "#\t0x4b1\tmain.main+0x1f\t/app/main.go:30\r\n\r\n"
              "3 @\n#\t0x0\n\n"
              "1 @ 0x1\n#\t0x1\tsync.runtime_notifyListWait+0x1\ts.go:1\n"
              "#\t0x2\tsync.(*Cond).Wait+0x1\ts.go:2\n#\t0x3\n");
    const struct goroutine_bucket *b = &dump->buckets[0];

    g_assert_cmpuint(dump->total, ==, 9);
    g_assert_cmpuint(dump->n_buckets, ==, 3);
    g_assert_false(dump->has_states);
    g_assert_false(dump->truncated);
    g_assert_cmpstr(b->labels, ==,
                    "job:import \"v2\", tenant:a\x1b"
                    "b");
    g_assert_cmpstr(b->frames[0].function, ==, "main.(*T).wait");
    g_assert_cmpstr(b->frames[0].file, ==, "/app/a b:c.go");
    g_assert_cmpint(b->frames[0].line, ==, 12);
    g_assert_cmpuint(dump->buckets[1].n_frames, ==, 0);
    g_assert_cmpint(dump->buckets[2].category, ==, GOROUTINE_COND);
    g_assert_cmpuint(dump->buckets[2].n_frames, ==, 2);
}

static void test_debug1_cut(void)
{
    g_autoptr(goroutine_dump_auto) dump =
        parse("goroutine profile: total 9\n5 @ 0x4a1\n#\t0x4a0\tmain.f+0x1\tm.go:1\n\n");

    g_assert_cmpuint(dump->total, ==, 5);
    g_assert_true(dump->truncated);
}

/* --- texts that are not clean dumps --- */

static void test_crash(void)
{
    g_autoptr(goroutine_dump_auto) dump =
        parse("panic: boom\n\nfatal error: x\n[signal SIGSEGV]\n\n"
              "goroutine 18 [running, locked to thread]:\n"
              "main.f(0x1)\n\t/app/main.go:3 +0x18\n\n"
              "goroutine 0 [idle]:\nruntime.futex()\n\t/r.s:1 +0x1\n\n"
              "runtime stack:\nruntime.throw({0x1, 0x2})\n\t/r.go:1 +0x1\n\n"
              "rax    0x0\nrbx    0x1\n\n"
              "goroutine 1 [select]:\nmain.g()\n\t/app/main.go:4 +0x18\nexit status 2\n");

    g_assert_cmpuint(dump->total, ==, 3);
    g_assert_cmpuint(dump->n_buckets, ==, 3);
    for (size_t i = 0; i < 3; i++)
        g_assert_cmpuint(dump->buckets[i].n_frames, ==, 1);
    g_assert_false(dump->truncated);
}

/* go run's last words need no newline for the goroutine above them to be whole. */
static void test_last_words(void)
{
    static const char *const words[] = {"exit status 2", "exit status 2\n", "signal: killed"};

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autofree char *text = g_strconcat("goroutine 1 [running]:\nmain.f()\n\t/x/main.go:110\n"
                                            "created by main.New\n\t/x/main.go:131 +0x381\n",
                                            words[i], NULL);
        g_autoptr(goroutine_dump_auto) dump = parse(text);

        g_assert_cmpuint(dump->total, ==, 1);
        g_assert_false(dump->truncated);
    }
}

/* Whoever pasted the text may have lost the empty lines. */
static void test_no_empty_lines(void)
{
    g_autoptr(goroutine_dump_auto) dump =
        parse("goroutine 1 [select]:\nmain.g()\n\t/app/main.go:4 +0x18\n"
              "goroutine 2 [sleep]:\nmain.f()\n\t/app/main.go:5 +0x18\n"
              "created by main.g\n\t/app/main.go:6\n"
              "goroutine 3 [sleep]:\n");

    g_assert_cmpuint(dump->total, ==, 3);
    g_assert_cmpuint(dump->n_buckets, ==, 3);
    g_assert_false(dump->truncated);
}

static const char whole_block[] = "goroutine 1 [select]:\nmain.g()\n\t/app/main.go:4 +0x18\n\n";

static void test_cut(void)
{
    static const struct {
        const char *rest;
        bool truncated;
        size_t total;
    } cases[] = {
        {"", false, 1},
        {"goroutine 2 [select]:\nmain.f()\n\t/m.go:1 +0x1\n", false, 2},
        {"goroutine 2 [select]:\nmain.f()\n\t/m.go:1 +0x1", false, 2},
        {"goroutine 2 [select]:\nmain.f()\n", true, 1},
        {"goroutine 2 [select]:\nmain.f(0x", true, 1},
        {"goroutine 2 [sele", true, 1},
        {"goroutine 2 [select]:\nmain.f()\n\t/m.go:1 +0x1\ncreated by mai", true, 1},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strconcat(whole_block, cases[i].rest, NULL);
        g_autoptr(goroutine_dump_auto) dump = parse(text);

        g_test_message("'%s'", cases[i].rest);
        g_assert_cmpint(dump->truncated, ==, cases[i].truncated);
        g_assert_cmpuint(dump->total, ==, cases[i].total);
        g_assert_cmpuint(dump->n_unparsed, ==, cases[i].truncated);
    }
}

static void test_nothing(void)
{
    static const char *const texts[] = {"", "\n", "hello\n", "goroutine x [select]:\n",
                                        "goroutine profile: total 0\n"};

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(goroutine_dump_parse(texts[i], strlen(texts[i]), &error));
        g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT);
    }
}

static void test_wrong_profile(void)
{
    g_autoptr(fixture_auto) f = fixture_new();
    g_autoptr(GError) error = NULL;

    fixture_type(f, "a", "count");
    fixture_type(f, "b", "count");
    g_autoptr(profile_auto) profile = fixture_decode(f);

    g_assert_null(goroutine_dump_from_profile(profile, &error));
    g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_MISMATCH);
}

/* --- the recorded dumps: both texts and the profile tell the same --- */

static struct goroutine_dump *parse_sample(const char *name)
{
    g_autofree char *path = g_build_filename(SIDESCOPE_SAMPLES_DIR, "pprof", name, NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    gsize n;

    if (!g_file_get_contents(path, &text, &n, NULL)) {
        g_test_skip("the sample profiles are not beside this tree");
        return NULL;
    }
    if (!g_str_has_suffix(name, ".gz"))
        return goroutine_dump_parse(text, n, &error);
    g_autoptr(profile_auto) profile = profile_decode((const uint8_t *)text, n, &error);

    g_assert_no_error(error);
    return goroutine_dump_from_profile(profile, &error);
}

static void test_samples(void)
{
    g_autoptr(goroutine_dump_auto) debug2 = parse_sample("states.debug2.txt");

    if (debug2 == NULL)
        return;
    g_autoptr(goroutine_dump_auto) debug1 = parse_sample("states.debug1.txt");
    g_autoptr(goroutine_dump_auto) proto = parse_sample("states.pb.gz");
    g_autoptr(goroutine_dump_auto) ancestors = parse_sample("states-ancestors.debug2.txt");

    g_assert_cmpuint(debug2->total, ==, 50);
    g_assert_cmpuint(debug1->total, ==, 50);
    g_assert_cmpuint(proto->total, ==, 50);
    g_assert_cmpuint(ancestors->total, ==, 50);
    g_assert_cmpuint(debug2->n_unparsed + ancestors->n_unparsed, ==, 0);
    for (int c = GOROUTINE_MUTEX; c <= GOROUTINE_SIGNAL; c++)
        g_assert_cmpuint(debug2->by_category[c], ==, proto->by_category[c]);
    g_assert_cmpuint(debug2->by_category[GOROUTINE_CHAN_NIL], ==, 2);
    g_assert_cmpuint(debug2->by_category[GOROUTINE_SELECT_EMPTY], ==, 1);
    g_assert_cmpuint(debug2->by_category[GOROUTINE_OTHER], ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pprof/goroutines/headers", test_headers);
    g_test_add_func("/pprof/goroutines/frames", test_frames);
    g_test_add_func("/pprof/goroutines/creator", test_creator);
    g_test_add_func("/pprof/goroutines/no-stack", test_no_stack);
    g_test_add_func("/pprof/goroutines/buckets", test_buckets);
    g_test_add_func("/pprof/goroutines/hash-lasts", test_hash_lasts);
    g_test_add_func("/pprof/goroutines/arguments", test_arguments);
    g_test_add_func("/pprof/goroutines/exact-buckets", test_exact_buckets);
    g_test_add_func("/pprof/goroutines/exact-order", test_exact_order);
    g_test_add_func("/pprof/goroutines/exact-without-arguments", test_exact_without_arguments);
    g_test_add_func("/pprof/goroutines/shapes", test_shapes);
    g_test_add_func("/pprof/goroutines/profile", test_profile);
    g_test_add_func("/pprof/goroutines/debug1", test_debug1);
    g_test_add_func("/pprof/goroutines/debug1-cut", test_debug1_cut);
    g_test_add_func("/pprof/goroutines/crash", test_crash);
    g_test_add_func("/pprof/goroutines/no-empty-lines", test_no_empty_lines);
    g_test_add_func("/pprof/goroutines/cut", test_cut);
    g_test_add_func("/pprof/goroutines/last-words", test_last_words);
    g_test_add_func("/pprof/goroutines/nothing", test_nothing);
    g_test_add_func("/pprof/goroutines/wrong-profile", test_wrong_profile);
    g_test_add_func("/pprof/goroutines/samples", test_samples);
    return g_test_run();
}
