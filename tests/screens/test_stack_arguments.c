/* A stack by the values of its arguments: the words, and the screen against a scripted server. */

#include "app/tui/screens/screens.h"
#include "app/tui/screens/stack_arguments.h"
#include "tests/screens/golden.h"
#include "tests/screens/screen_fixture.h"
#include "tests/support/http_server.h"

#include <string.h>

#define DUMP "/debug/pprof/goroutine?debug=2"

static void add_receiver(GString *text, unsigned id, const char *arguments)
{
    g_string_append_printf(
        text,
        "goroutine %u [chan receive, 544 minutes]:\n"
        "github.com/marcus/sidecar/internal/plugins/td.(*Model).listen(%s)\n"
        "\t/src/sidecar/internal/plugins/td/model.go:51 +0x2b\n"
        "created by github.com/marcus/sidecar/internal/plugins/td.New in goroutine 1\n"
        "\t/src/sidecar/internal/plugins/td/model.go:30 +0x11\n\n",
        id, arguments);
}

/* --- the words --- */

static char *words_of(const char *text, size_t bucket, bool has_states)
{
    g_autoptr(goroutine_dump_auto) usual = goroutine_dump_parse(text, strlen(text), NULL);
    g_autoptr(goroutine_dump_auto) exact = goroutine_dump_parse_exact(text, strlen(text), NULL);
    g_autoptr(goroutine_arguments_auto) split =
        goroutine_arguments_of(exact, &usual->buckets[bucket]);
    struct pager *pager = pager_new();

    stack_arguments_text(pager, split, 0, has_states);
    char *words = pager_to_text(pager, true);

    pager_free(pager);
    return words;
}

static char *lockers(const char *format, unsigned n)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < n; i++) {
        g_string_append(text, "goroutine 5 [sync.Mutex.Lock]:\nsync.(*Mutex).Lock(");
        g_string_append_printf(text, format, i);
        g_string_append(text, ")\n\t/m.go:9\n\n");
    }
    return g_string_free(text, FALSE);
}

static void test_words(void)
{
    g_autofree char *one = lockers("0xc0001a2b3c", 40), *many = lockers("0x%x", 40);
    g_autofree char *of_one = words_of(one, 0, true), *of_many = words_of(many, 0, false);

    g_assert_cmpstr(of_one, ==,
                    "40 goroutines, 1 different argument list\n\n"
                    "  sync.(*Mutex).Lock\n"
                    "      (0xc0001a2b3c) in all 40\n");
    g_assert_true(g_str_has_prefix(of_many, "The stacks shown so far (debug=1) have no arguments"));
    g_assert_nonnull(strstr(of_many, "40 goroutines, 40 different argument lists\n"));
    g_assert_nonnull(strstr(of_many, "      (0x0) in 1 of 40; 40 different\n"));
    g_assert_nonnull(strstr(of_many, "  1 goroutine\n      sync.(*Mutex).Lock(0x27)\n"));
}

/* A list nobody reads to its end has one. */
static void test_many(void)
{
    g_autofree char *many = lockers("0x%x", 1000);
    g_autofree char *words = words_of(many, 0, true);

    g_assert_nonnull(strstr(words, "  ... and 800 more\n"));
}

/* --- the screen --- */

struct served {
    struct fixture f;
    struct http_server *server;
};

static void set_up_served(struct served *s, gconstpointer user)
{
    struct target *target = fake_target_new(FAKE_LEAKING);

    (void)user;
    s->server = http_server_new();
    set_up(&s->f, FAKE_LEAKING, 24, 80);
    g_free(target->pprof_url);
    target->pprof_url = g_strdup(http_server_base(s->server));
    ui_attach(s->f.ui, target);
}

static void tear_down_served(struct served *s, gconstpointer user)
{
    (void)user;
    tear_down(&s->f);
    http_server_free(s->server);
}

static void serve(struct served *s, const char *body)
{
    http_server_set(s->server, DUMP, &(struct http_answer){.body = body});
}

static gboolean on_limit(gpointer user)
{
    *(bool *)user = true;
    return G_SOURCE_REMOVE;
}

static void expect(struct served *s, const char *words)
{
    bool late = false;
    guint limit = g_timeout_add_seconds(15, on_limit, &late);

    for (;;) {
        g_autofree char *text = terminal_mock_text(s->f.terminal);

        if (strstr(text, words) != NULL)
            break;
        if (late)
            g_error("the screen never showed \"%s\":\n%s", words, text);
        g_main_context_iteration(NULL, TRUE);
    }
    g_source_remove(limit);
}

static void test_screen(struct served *s, gconstpointer user)
{
    g_autoptr(GString) dump = g_string_new(NULL);

    (void)user;
    for (unsigned i = 0; i < 8; i++)
        add_receiver(dump, 20 + i, i < 5 ? "0xc0001a2b3c" : i < 7 ? "{...}, _" : "0xc00001?");
    serve(s, dump->str);
    press(&s->f, "3 Enter");
    expect(s, "2 goroutines in chan receive");
    press(&s->f, "u");
    expect(s, "8 goroutines, 3 different argument lists");
    expect(s, "(0xc0001a2b3c) in 5 of 8; 3 different");
    g_autofree char *text = terminal_mock_text(s->f.terminal);

    golden_compare("stack-arguments", text);
    press(&s->f, "u");
    expect(s, "2 goroutines in chan receive");
    press(&s->f, "u"); /* what is there is not asked for again */
    expect(s, "8 goroutines, 3 different argument lists");
    g_assert_cmpuint(http_server_hits(s->server, DUMP), ==, 1);
    press(&s->f, "y");
    g_assert_nonnull(strstr(terminal_mock_copied(s->f.terminal), "listen(0xc0001a2b3c)"));
    press(&s->f, "Tab"); /* another stack, of which the dump has none */
    expect(s, "The dump asked for has no goroutine with this stack.");
    press(&s->f, "Tab");
    expect(s, "8 goroutines, 3 different argument lists");
}

static void test_again(struct served *s, gconstpointer user)
{
    g_autoptr(GString) dump = g_string_new(NULL);

    (void)user;
    add_receiver(dump, 20, "0x1");
    serve(s, dump->str);
    press(&s->f, "3 Enter u");
    expect(s, "1 goroutine, 1 different argument list");
    add_receiver(dump, 21, "0x2");
    serve(s, dump->str);
    press(&s->f, "r");
    expect(s, "2 goroutines, 2 different argument lists");
    http_server_set(s->server, DUMP, NULL);
    press(&s->f, "r");
    expect(s, "No arguments: ");
    expect(s, "2 goroutines, 2 different argument lists"); /* the old ones stay */
}

static void test_counted(struct served *s, gconstpointer user)
{
    (void)user;
    serve(s, "goroutine profile: total 2\n2 @ 0x1\n#\t0x0\tmain.f+0x1\t/m.go:2\n");
    press(&s->f, "3 Enter u");
    expect(s, "counted stacks (debug=1)");
    serve(s, "nothing of the kind");
    press(&s->f, "r");
    expect(s, "there is no goroutine in this text");
}

/* Many goroutines stand still for it: not without a yes. */
static void test_consent(struct served *s, gconstpointer user)
{
    const struct goroutines_sample *sample = session_goroutines(ui_session(s->f.ui));
    g_autoptr(GString) dump = g_string_new(NULL);

    (void)user;
    ((struct goroutines_sample *)(uintptr_t)sample)->count = 5000;
    add_receiver(dump, 20, "0x1");
    serve(s, dump->str);
    press(&s->f, "3 Enter u");
    expect(s, "Stacks with arguments");
    press(&s->f, "n");
    expect(s, "2 goroutines in chan receive");
    g_assert_cmpuint(http_server_hits(s->server, DUMP), ==, 0);
    press(&s->f, "u y");
    expect(s, "1 goroutine, 1 different argument list");
}

/* The answer comes when the screen is gone. */
static void test_leave(struct served *s, gconstpointer user)
{
    (void)user;
    http_server_set(s->server, DUMP, &(struct http_answer){.behaviour = HTTP_HANG});
    press(&s->f, "3 Enter u");
    expect(s, "asking for all stacks");
    press(&s->f, "Escape");
    g_assert_true(ui_top(s->f.ui) == ui_root_screen(s->f.ui));
}

#define ADD(name, test)                                                                            \
    g_test_add("/stack-arguments/" name, struct served, NULL, set_up_served, test, tear_down_served)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_setenv("TZ", "UTC", TRUE);
    g_test_add_func("/stack-arguments/words", test_words);
    g_test_add_func("/stack-arguments/many", test_many);
    ADD("screen", test_screen);
    ADD("again", test_again);
    ADD("counted", test_counted);
    ADD("consent", test_consent);
    ADD("leave", test_leave);
    return g_test_run();
}
