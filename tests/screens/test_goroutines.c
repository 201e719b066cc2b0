/* The goroutine pane's views, its search, the stack screen: on dumps made by hand. */

#include "app/tui/views/goroutines_views.h"
#include "tests/screens/screen_fixture.h"

#include <string.h>

static const char dump_text[] =
    "goroutine 20 [chan send, 5 minutes] {job: import, tenant: acme}:\n"
    "github.com/x/app/event.publish(...)\n\t/src/app/event/bus.go:31\n"
    "created by github.com/x/app/event.Publish in goroutine 1\n\t/src/app/event/pub.go:24 +0x11\n\n"
    "goroutine 21 [chan send, 7 minutes] {job: import, tenant: acme}:\n"
    "github.com/x/app/event.publish(...)\n\t/src/app/event/bus.go:31\n"
    "created by github.com/x/app/event.Publish in goroutine 1\n\t/src/app/event/pub.go:24 +0x11\n\n"
    "goroutine 30 [select]:\n"
    "github.com/x/app/plugins/td.(*Model).fetchData(0xc0000)\n\t/src/app/plugins/td/m.go:7 +0x1\n"
    "created by github.com/x/app/tea.exec in goroutine 9\n\t/src/app/tea/exec.go:3 +0x1\n\n"
    "goroutine 31 [IO wait]:\n"
    "internal/poll.runtime_pollWait(0x1, 0x72)\n\t/go/src/runtime/netpoll.go:345 +0x85\n"
    "net.(*TCPListener).Accept(0xc0)\n\t/go/src/net/tcpsock.go:372 +0x30\n"
    "main.serve()\n\t/src/app/stdout.go:5 +0x1\n"
    "created by main.main in goroutine 1\n\t/src/app/main.go:9 +0x1\n\n"
    "goroutine 32 [chan receive (nil chan)]:\n"
    "main.stuck()\n\t/src/app/main.go:50 +0x1\n"
    "created by main.main in goroutine 1\n\t/src/app/main.go:10 +0x1\n\n"
    "goroutine 1 [running]:\n"
    "main.main()\n\t/src/app/main.go:12 +0x1\n";

enum { ALL_BUCKETS = 5 };

static struct goroutine_dump *parse(void)
{
    g_autoptr(GError) error = NULL;
    struct goroutine_dump *dump = goroutine_dump_parse(dump_text, sizeof dump_text - 1, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(dump->n_buckets, ==, ALL_BUCKETS);
    return dump;
}

/* --- search --- */

static void test_search(void)
{
    static const struct {
        const char *pattern;
        size_t shown;
    } cases[] = {
        {"event.publish", 1},        /* a function */
        {"bus\\.go", 1},             /* its file */
        {"tcpsock.go:372", 1},       /* file and line, below the leaf */
        {"created by main.main", 2}, /* the creator */
        {"pub\\.go:24", 1},          /* where it was created */
        {"tenant:acme", 1},          /* a label */
        {"nil chan", 1},             /* the runtime's word for the state */
        {"nil channel", 1},          /* ours */
        {"chan (send|receive)", 2},
        {"expected", 1},
        {"accept loop", 1},
        {"blocked send", 1},
        {"!chan", 3},
        {"no such thing", 0},
    };
    g_autoptr(goroutine_dump_auto) dump = parse();
    struct goroutine_stacks *stacks = goroutine_stacks_new();

    goroutine_stacks_fill(stacks, dump, NULL, VIEW_STACKS, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].pattern);
        table_set_filter(goroutine_stacks_table(stacks), cases[i].pattern);
        g_assert_cmpuint(table_n_shown(goroutine_stacks_table(stacks)), ==, cases[i].shown);
    }
    goroutine_stacks_free(stacks);
}

/* Of one that is Go's own through and through its loop is named, as the triage names it. */
static void test_where(void)
{
    static const char text[] =
        "goroutine 8 [IO wait]:\n"
        "internal/poll.runtime_pollWait(0x1, 0x72)\n\t/go/src/runtime/netpoll.go:345 +0x85\n"
        "net/http.(*persistConn).readLoop(0xc0)\n\t/go/src/net/http/transport.go:7 +0x1\n"
        "created by net/http.(*Transport).dialConn in goroutine 1\n\t/go/src/net/http/t.go:9 "
        "+0x1\n";
    g_autoptr(goroutine_dump_auto) dump = goroutine_dump_parse(text, sizeof text - 1, NULL);
    struct stacks_list list;

    stacks_list_init(&list);
    stacks_list_fill(&list, dump, NULL, VIEW_STACKS, NULL);
    g_autofree char *rows = listing_to_tsv(&stacks_listing, &list, 1);

    g_assert_nonnull(strstr(rows, "net/http.(*persistConn).readLoop"));
    g_assert_null(strstr(rows, "runtime_pollWait"));
    stacks_list_clear(&list);
}

/* --- groups --- */

static const struct goroutine_group *find_group(struct goroutine_groups *groups, const char *name)
{
    for (size_t i = 0; i < table_n_rows(goroutine_groups_table(groups)); i++)
        if (strcmp(goroutine_groups_at(groups, i)->name, name) == 0)
            return goroutine_groups_at(groups, i);
    return NULL;
}

static void test_groups(void)
{
    static const struct {
        enum goroutines_view view;
        const char *name;
        size_t count, buckets;
        int64_t longest;
    } cases[] = {
        {VIEW_STATES, "chan send", 2, 1, 7},
        {VIEW_STATES, "nil channel", 1, 1, 0},
        {VIEW_CREATORS, "github.com/x/app/event.Publish", 2, 1, 7},
        {VIEW_CREATORS, "main.main", 2, 2, 0},
        {VIEW_CREATORS, "", 1, 1, 0}, /* the main goroutine */
        {VIEW_BLOCKED, "blocked send", 2, 1, 7},
        {VIEW_BLOCKED, "accept loop", 1, 1, 0},
        {VIEW_BLOCKED, "nil channel", 1, 1, 0},
        {VIEW_BLOCKED, "td or monitor", 1, 1, 0}, /* and not what is in stdout.go */
        {VIEW_BLOCKED, "fetchData", 1, 1, 0},
    };
    g_autoptr(goroutine_dump_auto) dump = parse();

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct goroutine_groups *groups = goroutine_groups_new(cases[i].view);
        struct goroutine_stacks *stacks = goroutine_stacks_new();

        goroutine_groups_fill(groups, dump, NULL);
        const struct goroutine_group *group = find_group(groups, cases[i].name);

        g_test_message("%s", cases[i].name);
        g_assert_nonnull(group);
        g_assert_cmpuint(group->count, ==, cases[i].count);
        g_assert_cmpuint(group->buckets, ==, cases[i].buckets);
        g_assert_cmpint(group->longest, ==, cases[i].longest);
        /* what a group opens is what it counted */
        goroutine_stacks_fill(stacks, dump, NULL, cases[i].view, group->name);
        g_assert_cmpuint(table_n_rows(goroutine_stacks_table(stacks)), ==, cases[i].buckets);
        goroutine_groups_free(groups);
        goroutine_stacks_free(stacks);
    }
}

/* As memory tells it: the publishers send to one channel, the server reads fd 4. */
static struct goroutine_dump *parse_with_waited(void)
{
    static const struct goroutine_waited waited[] = {
        {GOROUTINE_WAITED_CHANNEL, "channel 0xc0000a", "3 of 3 buffered", 2, -1, "", 0, false,
         NULL},
        {GOROUTINE_WAITED_LOCK, "mutex 0xc0000b", "locked", 1, -1,
         "goroutine 7 in main.(*cache).load (chan receive)", 7, true, NULL},
        {GOROUTINE_WAITED_LOCK, "mutex 0xc0000c", "locked", 1, -1,
         "whoever took it is in no frame with it", 0, false, NULL},
        {GOROUTINE_WAITED_DESCRIPTOR, "fd 4", "", 1, 4, "", 0, false, NULL},
    };
    static const char *const functions[] = {"event.publish", "fetchData", "main.stuck", "Accept"};
    static const struct goroutine_waited *const each[] = {&waited[0], &waited[1], &waited[2],
                                                          &waited[3]};
    struct goroutine_dump *dump = parse();

    dump->waited = waited;
    dump->n_waited = G_N_ELEMENTS(waited);
    for (size_t i = 0; i < dump->n_buckets; i++)
        for (size_t k = 0; k < G_N_ELEMENTS(functions); k++)
            for (size_t f = 0; f < dump->buckets[i].n_frames; f++)
                if (strstr(dump->buckets[i].frames[f].function, functions[k]) != NULL) {
                    dump->buckets[i].waited = &each[k];
                    dump->buckets[i].n_waited = 1;
                }
    return dump;
}

static void test_waited(void)
{
    static const struct {
        enum goroutines_view view;
        const char *name, *state;
        size_t count;
        int64_t longest;
        const char *holder;
        size_t n_rows;
    } cases[] = {
        {VIEW_CHANNELS, "channel 0xc0000a", "3 of 3 buffered", 2, 7, NULL, 1},
        {VIEW_LOCKS, "mutex 0xc0000b", "locked", 1, 0,
         "goroutine 7 in main.(*cache).load (chan receive)", 2},
        {VIEW_LOCKS, "mutex 0xc0000c", "locked", 1, 0, "whoever took it is in no frame with it", 2},
    };
    g_autoptr(goroutine_dump_auto) dump = parse_with_waited();

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct goroutine_groups *groups = goroutine_groups_new(cases[i].view);
        struct goroutine_stacks *stacks = goroutine_stacks_new();

        goroutine_groups_fill(groups, dump, NULL);
        g_assert_cmpuint(table_n_rows(goroutine_groups_table(groups)), ==, cases[i].n_rows);
        const struct goroutine_group *group = find_group(groups, cases[i].name);

        g_assert_nonnull(group);
        g_assert_cmpstr(group->meaning, ==, cases[i].state);
        g_assert_cmpuint(group->count, ==, cases[i].count);
        g_assert_cmpint(group->longest, ==, cases[i].longest);
        g_assert_cmpstr(group->holder, ==, cases[i].holder);
        goroutine_stacks_fill(stacks, dump, NULL, cases[i].view, group->name);
        g_assert_cmpuint(table_n_rows(goroutine_stacks_table(stacks)), ==, 1);
        goroutine_groups_free(groups);
        goroutine_stacks_free(stacks);
    }
}

/* Every goroutine has one wait reason and one creator. */
static void test_groups_are_whole(void)
{
    static const enum goroutines_view views[] = {VIEW_STATES, VIEW_CREATORS};
    g_autoptr(goroutine_dump_auto) dump = parse();

    for (size_t v = 0; v < G_N_ELEMENTS(views); v++) {
        struct goroutine_groups *groups = goroutine_groups_new(views[v]);
        size_t count = 0;

        goroutine_groups_fill(groups, dump, NULL);
        for (size_t i = 0; i < table_n_rows(goroutine_groups_table(groups)); i++)
            count += goroutine_groups_at(groups, i)->count;
        g_assert_cmpuint(count, ==, dump->total);
        goroutine_groups_fill(groups, NULL, NULL);
        g_assert_cmpuint(table_n_rows(goroutine_groups_table(groups)), ==, 0);
        goroutine_groups_free(groups);
    }
}

/* Nobody fetches: the row says so instead of missing. */
static void test_presets_stay(void)
{
    static const char text[] = "goroutine 1 [select]:\nmain.main()\n\t/src/stdout.go:1 +0x1\n";
    g_autoptr(goroutine_dump_auto) dump = goroutine_dump_parse(text, sizeof text - 1, NULL);
    struct goroutine_groups *groups = goroutine_groups_new(VIEW_BLOCKED);

    goroutine_groups_fill(groups, dump, NULL);
    g_assert_cmpuint(find_group(groups, "fetchData")->count, ==, 0);
    g_assert_cmpuint(find_group(groups, "td or monitor")->count, ==, 0);
    goroutine_groups_free(groups);
}

/* Without wait reasons and creators the same goroutines are other buckets: nothing grew. */
static void test_growth_needs_like_dumps(void)
{
    static const char counts[] = "goroutine profile: total 2\n2 @ 0x1\n"
                                 "#\t0x0\tgithub.com/x/app/event.publish+0x1\t/src/bus.go:31\n";
    g_autoptr(goroutine_dump_auto) with = parse();
    g_autoptr(goroutine_dump_auto) without = goroutine_dump_parse(counts, sizeof counts - 1, NULL);
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    const struct session *session = ui_session(f.ui); /* whose mark has states */

    g_assert_true(with->has_states);
    g_assert_false(without->has_states);
    g_assert_cmpint(bucket_growth(session, with, &with->buckets[0]), !=, SAMPLE_UNKNOWN);
    g_assert_cmpint(bucket_growth(session, without, &without->buckets[0]), ==, SAMPLE_UNKNOWN);
    g_assert_cmpint(bucket_growth(NULL, with, &with->buckets[0]), ==, SAMPLE_UNKNOWN);
    g_assert_cmpstr(bucket_state(&without->buckets[0]), ==, "(not known)");
    tear_down(&f);
}

/* --- screens --- */

static void expect(struct fixture *f, const char *words, bool there)
{
    g_autofree char *text = terminal_mock_text(f->terminal);

    if ((strstr(text, words) != NULL) != there)
        g_error("\"%s\" %s the screen:\n%s", words, there ? "is not on" : "is on", text);
}

static void wait_for(struct fixture *f, const char *words)
{
    for (;;) {
        g_autofree char *text = terminal_mock_text(f->terminal);

        if (strstr(text, words) != NULL)
            return;
        g_main_context_iteration(NULL, TRUE);
    }
}

static void test_golden(void)
{
    static const struct {
        const char *name, *keys;
        int lines, cols;
    } cases[] = {
        {"goroutines-creators", "3 z a a", 24, 80},
        {"goroutines-blocked-80x24", "3 z a a a", 24, 80},
        {"goroutines-blocked-120x40", "3 z a a a", 40, 120},
        {"goroutines-channels-80x24", "3 z a a a a", 24, 80},
        {"goroutines-channels-120x40", "3 z a a a a", 40, 120},
        {"goroutines-group", "3 z a a Enter", 24, 80},
        {"goroutines-waiters", "3 z a a a a Enter", 24, 80},
        {"goroutines-waiters-stack", "3 z a a a a Enter Enter", 24, 80},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct fixture f;

        set_up(&f, FAKE_LEAKING, cases[i].lines, cases[i].cols);
        press(&f, cases[i].keys);
        compare(&f, cases[i].name);
        tear_down(&f);
    }
}

static void test_group_and_back(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    press(&f, "3 z a Enter");
    expect(&f, "stacks in chan receive", true);
    expect(&f, "td.(*Model).listen", true);
    expect(&f, "app.(*Model).run", false);
    press(&f, "/ x y z Enter Escape"); /* the filter goes first */
    expect(&f, "stacks in chan receive", true);
    press(&f, "Escape");
    expect(&f, "WAIT REASON", true);
    press(&f, "a a");
    expect(&f, "[blocked]", true);
    press(&f, "a a a"); /* and all stacks at the end */
    expect(&f, "app.(*Model).run", true);
    tear_down(&f);
}

/* Goroutines of one stack that wait at different channels: one opens those that wait there. */
static void test_waiters(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    press(&f, "3 z a a a a / 0 b Enter Enter");
    expect(&f, "stacks at channel 0xc0000b", true);
    expect(&f, "     1       - chan receive", true);
    expect(&f, "9h00m", true); /* and not the 9h04m of who waits elsewhere */
    press(&f, "Enter");
    expect(&f, "1 goroutine in chan receive", true);
    expect(&f, "of 2 with this stack; the others wait elsewhere", true);
    expect(&f, "waits: channel 0xc0000b, unbuffered", true);
    expect(&f, "goroutine ids: 21\n", true);
    press(&f, "y");
    g_assert_nonnull(strstr(terminal_mock_copied(f.terminal), "1 x [chan receive]\n"));
    tear_down(&f);
}

static void test_walk(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    press(&f, "3 Enter");
    expect(&f, "stack 1 of 2", true);
    expect(&f, "2 goroutines in chan receive", true);
    expect(&f, "blocked receive", true);
    expect(&f, "created by goroutine 1 in", true);
    press(&f, "Tab");
    expect(&f, "stack 2 of 2", true);
    expect(&f, "1 goroutine in IO wait", true);
    press(&f, "Tab");
    expect(&f, "stack 1 of 2", true);
    press(&f, "S-Tab");
    expect(&f, "stack 2 of 2", true);
    press(&f, "y");
    g_assert_nonnull(strstr(terminal_mock_copied(f.terminal), "1 x [IO wait]\n"));
    g_assert_nonnull(strstr(terminal_mock_copied(f.terminal), "\n\t/src/sidecar/internal/app/"));
    press(&f, "E");
    wait_for(&f, "was not found"); /* a job looks for it */
    tear_down(&f);
}

static void test_search_in_a_stack(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    press(&f, "3 Enter / m o d e l \\ . g o Enter");
    press(&f, "n n");
    expect(&f, "no line matches", false);
    press(&f, "/ z z z Enter");
    expect(&f, "no line matches zzz", true);
    press(&f, "n");
    expect(&f, "no further match", true);
    tear_down(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_setenv("TZ", "UTC", TRUE);
    g_test_add_func("/goroutines/search", test_search);
    g_test_add_func("/goroutines/where", test_where);
    g_test_add_func("/goroutines/groups", test_groups);
    g_test_add_func("/goroutines/groups-are-whole", test_groups_are_whole);
    g_test_add_func("/goroutines/waited", test_waited);
    g_test_add_func("/goroutines/presets-stay", test_presets_stay);
    g_test_add_func("/goroutines/growth-needs-like-dumps", test_growth_needs_like_dumps);
    g_test_add_func("/goroutines/golden", test_golden);
    g_test_add_func("/goroutines/group-and-back", test_group_and_back);
    g_test_add_func("/goroutines/waiters", test_waiters);
    g_test_add_func("/goroutines/walk", test_walk);
    g_test_add_func("/goroutines/search-in-a-stack", test_search_in_a_stack);
    return g_test_run();
}
