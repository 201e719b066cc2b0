/* Taking, listing, comparing, saving and loading snapshots on the mock terminal. */

#include "tests/screens/screen_fixture.h"
#include "tests/support/http_server.h"
#include "tests/support/remove.h"
#include "tests/unit/app/snapshot_fixture.h"

#include <glib/gstdio.h>
#include <string.h>

static const char heap_before[] = "heap profile: 1: 20971520 [1: 20971520] @ heap/2\n"
                                  "1: 20971520 [1: 20971520] @ 0x401001 0x404001\n"
                                  "#\t0x401000\tbufio.(*Scanner).Scan+0x10\t/go/scan.go:200\n"
                                  "#\t0x404000\tmain.main+0x20\t/src/main.go:10\n\n";
static const char heap_after[] = "heap profile: 1: 31457280 [1: 31457280] @ heap/2\n"
                                 "1: 31457280 [1: 31457280] @ 0x401001 0x404001\n"
                                 "#\t0x401000\tbufio.(*Scanner).Scan+0x10\t/go/scan.go:200\n"
                                 "#\t0x404000\tmain.main+0x20\t/src/main.go:10\n\n";
static const char dump_text[] =
    "goroutine 1 [select, 3 minutes]:\nmain.main()\n\t/src/main.go:5 +0x1\n\n"
    "goroutine 7 [chan receive]:\nmain.wait()\n\t/src/main.go:9 +0x1\n\n";

static struct profile *decode(const char *text)
{
    struct profile *profile = profile_decode((const uint8_t *)text, strlen(text), NULL);

    g_assert_nonnull(profile);
    return profile;
}

/* --- what is in the store --- */

static void add(struct fixture *f, guint32 seed, const char *name, const char *heap)
{
    g_autoptr(profile_auto) profile = decode(heap);
    struct snapshot *snapshot = fixture_snapshot(seed, true, profile);

    g_free(snapshot->name);
    snapshot->name = g_strdup(name);
    snapshot->automatic = *name == '\0';
    snapshot_set_source(&snapshot->goroutines_source,
                        snapshot->automatic ? "memory" : "goroutine?debug=2");
    snapshots_add(ui_snapshots(f->ui), snapshot);
}

static void fill(struct fixture *f)
{
    add(f, 1, "before lunch", heap_before);
    add(f, 601, "", heap_after);
    struct snapshot *loaded = snapshot_new("", "/home/me/odd\x1b[31m folder/heap.pb.gz");

    loaded->real_us = 1600000000 * (gint64)G_USEC_PER_SEC;
    snapshots_add(ui_snapshots(f->ui), loaded);
}

struct golden {
    const char *name;
    int lines, cols;
    const char *keys;
};

static const struct golden goldens[] = {
    {"snapshots-80x24", 24, 80, "S"},
    {"snapshots", 40, 120, "S"},
    {"snapshots-30x6", 6, 30, "S"},
    {"snapshots-before", 24, 80, "S End m Up"},
    {"snapshots-delete", 24, 80, "S Down D"},
    {"snapshots-save", 24, 80, "S Down e"},
    {"snapshots-help", 60, 100, "S ? End"},
    {"snapshots-opened", 24, 80, "S Down Enter"},
    {"compare-80x24", 24, 80, "S Down d"},
    {"compare", 40, 120, "S Down d"},
    {"compare-goroutines", 40, 120, "S Down d 3"},
    {"compare-goroutines-80x24", 24, 80, "S Down d Tab"},
    {"compare-stack", 24, 80, "S Down d 3 Enter"},
    {"compare-files", 24, 80, "S Down d 2"},
    {"compare-files-paths", 24, 80, "S Down d 2 a"},
    {"compare-map", 24, 80, "S Down d 1"},
    {"compare-turned", 24, 80, "S Down d A"},
    {"compare-heap", 40, 120, "S Down d 4"},
    {"compare-nothing", 24, 80, "S d"},
    {"compare-30x6", 6, 30, "S Down d 3"},
    {"compare-help", 60, 100, "S Down d ? End"},
};

static void test_golden(gconstpointer data)
{
    const struct golden *golden = data;
    struct fixture f;

    set_up(&f, FAKE_LEAKING, golden->lines, golden->cols);
    fill(&f);
    press(&f, golden->keys);
    g_autofree char *text = terminal_mock_text(f.terminal);

    assert_clean(text);
    compare(&f, golden->name);
    tear_down(&f);
}

static void test_golden_empty(void)
{
    struct fixture f;

    set_up(&f, FAKE_NO_PPROF, 24, 80);
    press(&f, "S");
    compare(&f, "snapshots-empty");
    tear_down(&f);
}

/* --- what the keys do --- */

static bool shows(struct fixture *f, const char *words)
{
    g_autofree char *text = terminal_mock_text(f->terminal);

    return strstr(text, words) != NULL;
}

static gboolean on_limit(gpointer user)
{
    *(bool *)user = true;
    return G_SOURCE_REMOVE;
}

static void expect(struct fixture *f, const char *words)
{
    bool late = false;
    guint limit = g_timeout_add_seconds(15, on_limit, &late);

    while (!shows(f, words)) {
        if (late) {
            g_autofree char *text = terminal_mock_text(f->terminal);

            g_error("the screen never showed \"%s\":\n%s", words, text);
        }
        g_main_context_iteration(NULL, TRUE);
    }
    g_source_remove(limit);
}

static void test_rename_and_delete(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    fill(&f);
    press(&f, "S Down L");
    terminal_mock_type(f.terminal, "mine");
    press(&f, "Enter");
    g_assert_cmpstr(snapshots_find(ui_snapshots(f.ui), 2)->name, ==, "mine");
    g_assert_true(shows(&f, "mine"));
    press(&f, "D n");
    g_assert_cmpuint(snapshots_count(ui_snapshots(f.ui)), ==, 3);
    press(&f, "D y");
    g_assert_cmpuint(snapshots_count(ui_snapshots(f.ui)), ==, 2);
    g_assert_null(snapshots_find(ui_snapshots(f.ui), 2));
    g_assert_false(shows(&f, "mine"));
    tear_down(&f);
}

/* What is compared stays on the screen when the store forgets it. */
static void test_deleted_while_compared(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    fill(&f);
    press(&f, "S Down d 3");
    snapshots_delete(ui_snapshots(f.ui), 1);
    snapshots_delete(ui_snapshots(f.ui), 2);
    ui_snapshots_changed(f.ui);
    press(&f, "Enter");
    g_assert_true(shows(&f, "before,"));
    press(&f, "Escape 4");
    expect(&f, "bufio.(*Scanner).Scan");
    tear_down(&f);
}

static void test_copy(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    fill(&f);
    press(&f, "S Down d y");
    g_assert_nonnull(strstr(terminal_mock_copied(f.terminal), "RSS: "));
    press(&f, "3 y");
    g_assert_nonnull(strstr(terminal_mock_copied(f.terminal), "main.f1"));
    press(&f, "2 a y");
    g_assert_true(g_str_has_prefix(terminal_mock_copied(f.terminal), "/home/me/"));
    tear_down(&f);
}

static void test_one_is_nothing_to_compare(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    add(&f, 1, "", heap_before);
    press(&f, "S d");
    g_assert_true(shows(&f, "there is no other snapshot to compare it with"));
    tear_down(&f);
}

/* What one of them holds nothing of is passed by; its digit says why there is nothing. A snapshot
 * with nothing in common is no neighbour. */
static void test_passes_what_cannot_be_compared(void)
{
    struct fixture f;
    struct snapshot *bare = snapshot_new("bare", "elsewhere");

    set_up(&f, FAKE_LEAKING, 24, 80);
    add(&f, 1, "", heap_before);
    snapshots_add(ui_snapshots(f.ui), bare);
    ui_snapshots_changed(f.ui);
    press(&f, "S d");
    g_assert_true(shows(&f, "there is no other snapshot to compare it with"));
    press(&f, "Home m Down d");
    g_assert_true(shows(&f, "hold nothing of the same kind"));
    snapshot_set_profile(bare, "heap", decode(heap_after), NULL);
    press(&f, "d 3");
    g_assert_true(shows(&f, "holds no goroutines: nothing to compare"));
    press(&f, "Escape Tab"); /* the summary is all there is */
    g_assert_false(shows(&f, "nothing to compare"));
    g_assert_true(shows(&f, "[Summary"));
    tear_down(&f);
}

/* --- taking --- */

static void attach(struct fixture *f, struct http_server *server, enum fake_story story)
{
    struct target *target = fake_target_new(story);

    g_free(target->pprof_url);
    target->pprof_url = g_strdup(http_server_base(server));
    fake_session_prepare(story);
    ui_attach(f->ui, target);
}

static const struct snapshot *only(struct fixture *f)
{
    g_assert_cmpuint(snapshots_count(ui_snapshots(f->ui)), ==, 1);
    return snapshots_at(ui_snapshots(f->ui), 0);
}

static void test_take(void)
{
    struct http_server *server = http_server_new();
    struct fixture f;

    http_server_set(server, "/debug/pprof/heap", &(struct http_answer){.body = heap_before});
    http_server_set(server, "/debug/pprof/goroutine?debug=2",
                    &(struct http_answer){.body = dump_text});
    set_up(&f, FAKE_LEAKING, 24, 120);
    attach(&f, server, FAKE_LEAKING);
    press(&f, "s");
    expect(&f, "snapshot 1 taken: RSS");
    expect(&f, "2 goroutines");
    g_assert_nonnull(snapshot_profile(only(&f), "heap"));
    g_assert_true(only(&f)->goroutines->has_states);
    g_assert_true(only(&f)->has_memstats);
    g_assert_true(only(&f)->process != NULL && only(&f)->memory != NULL && only(&f)->files != NULL);
    g_assert_cmpstr(only(&f)->origin, ==, "sidecar 41822");
    g_assert_false(only(&f)->automatic);
    tear_down(&f);
    http_server_free(server);
}

/* One answer fails: what it would have given is named, the rest is kept. */
static void test_take_in_part(void)
{
    struct http_server *server = http_server_new();
    struct fixture f;

    http_server_set(server, "/debug/pprof/heap",
                    &(struct http_answer){.status = 500, .body = "no"});
    http_server_set(server, "/debug/pprof/goroutine?debug=2",
                    &(struct http_answer){.body = dump_text});
    set_up(&f, FAKE_LEAKING, 24, 160);
    attach(&f, server, FAKE_LEAKING);
    press(&f, "s");
    expect(&f, "without heap: ");
    g_assert_cmpuint(only(&f)->goroutines->total, ==, 2);
    g_assert_null(snapshot_profile(only(&f), "heap"));
    tear_down(&f);
    http_server_free(server);
}

/* Where nobody knows how many there are, full stacks are not asked for. */
static void test_take_unknown_many(void)
{
    struct http_server *server = http_server_new();
    struct fixture f;

    http_server_set(server, "/debug/pprof/heap", &(struct http_answer){.body = heap_before});
    http_server_set(server, "/debug/pprof/goroutine",
                    &(struct http_answer){.body = "goroutine profile: total 9\n"
                                                  "9 @ 0x401000\n"
                                                  "#\t0x401000\tmain.f+0x1d\t/src/main.go:1\n"});
    set_up(&f, FAKE_LEAKING, 24, 120);
    attach(&f, server, FAKE_EMPTY);
    press(&f, "s");
    expect(&f, "9 goroutines");
    g_assert_cmpuint(http_server_hits(server, "/debug/pprof/goroutine?debug=2"), ==, 0);
    g_assert_nonnull(snapshot_profile(only(&f), "goroutine"));
    tear_down(&f);
    http_server_free(server);
}

/* Nothing waits: while the target does not answer the screens go on, and quitting is at once. */
static void test_take_hangs(void)
{
    struct http_server *server = http_server_new();
    struct fixture f;

    http_server_set(server, "/debug/pprof/heap", &(struct http_answer){.behaviour = HTTP_HANG});
    http_server_set(server, "/debug/pprof/goroutine?debug=2",
                    &(struct http_answer){.body = dump_text});
    set_up(&f, FAKE_LEAKING, 24, 80);
    attach(&f, server, FAKE_LEAKING);
    press(&f, "s");
    g_assert_true(http_server_wait_hits(server, "/debug/pprof/heap", 1));
    press(&f, "S");
    g_assert_true(shows(&f, "taking one ..."));
    press(&f, "s");
    g_assert_true(shows(&f, "a snapshot is being taken already"));
    g_assert_cmpuint(snapshots_count(ui_snapshots(f.ui)), ==, 0);
    tear_down(&f);
    http_server_free(server);
}

static void test_take_without_pprof(void)
{
    struct fixture f;

    set_up(&f, FAKE_NO_PPROF, 24, 120);
    press(&f, "s");
    g_assert_true(shows(&f, "without heap and goroutines: there is no pprof to ask"));
    g_assert_nonnull(only(&f)->process);
    tear_down(&f);
}

static void test_take_nothing(void)
{
    struct fixture f;

    set_up(&f, FAKE_ENDED, 24, 80);
    press(&f, "s");
    g_assert_true(shows(&f, "the process has ended"));
    g_assert_cmpuint(snapshots_count(ui_snapshots(f.ui)), ==, 0);
    tear_down(&f);
}

static void test_timer(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    press(&f, "S C-t C-u");
    terminal_mock_type(f.terminal, "often");
    press(&f, "Enter");
    g_assert_true(shows(&f, "\"often\" is no time"));
    press(&f, "C-t C-u");
    terminal_mock_type(f.terminal, "7");
    press(&f, "Enter");
    g_assert_true(shows(&f, "a snapshot every 7 min"));
    g_assert_true(shows(&f, "one every 7 min"));
    press(&f, "C-t C-u");
    press(&f, "Enter");
    g_assert_true(shows(&f, "no automatic snapshots"));
    g_assert_false(shows(&f, "one every 7"));
    tear_down(&f);
}

/* --- the disk --- */

static void test_save_and_load(void)
{
    g_autofree char *dir = g_dir_make_tmp("sidescope-test-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "all of them", NULL);
    g_autofree char *begun = g_build_filename(dir, "al", NULL);
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 120);
    fill(&f);
    press(&f, "S e y C-u");
    terminal_mock_type(f.terminal, path);
    press(&f, "Enter");
    expect(&f, "saved: ");
    press(&f, "e y C-u");
    terminal_mock_type(f.terminal, path);
    press(&f, "Enter");
    expect(&f, "is there already: choose another name");
    press(&f, "C-o");
    terminal_mock_type(f.terminal, begun);
    while (!shows(&f, "all of them/")) { /* the folder is listed on another thread */
        press(&f, "Tab");
        g_main_context_iteration(NULL, FALSE);
    }
    press(&f, "Enter");
    expect(&f, "3 snapshots loaded from");
    g_assert_cmpuint(snapshots_count(ui_snapshots(f.ui)), ==, 6);
    g_assert_cmpstr(snapshots_find(ui_snapshots(f.ui), 4)->name, ==, "before lunch");
    tear_down(&f);
    remove_tree(dir);
}

static void test_load_garbage(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 120);
    press(&f, "C-o");
    terminal_mock_type(f.terminal, "/nonexistent/thing");
    press(&f, "Enter");
    expect(&f, "Not loaded");
    expect(&f, "No such file");
    g_autofree char *text = terminal_mock_text(f.terminal);

    g_assert_null(strstr(text, "loading ")); /* it is over */
    tear_down(&f);
}

/* --- the store --- */

static void test_trim(void)
{
    struct snapshots *store = snapshots_new();

    for (guint32 i = 0; i < 10; i++) {
        struct snapshot *snapshot = fixture_snapshot(i, true, NULL);

        snapshot->automatic = i % 2 == 0;
        snapshots_add(store, snapshot);
    }
    g_assert_true(snapshots_rename(store, 1, "keep me"));
    g_assert_cmpuint(snapshots_trim(store, 2, SIZE_MAX), ==, 2);
    g_assert_null(snapshots_find(store, 3));
    g_assert_null(snapshots_find(store, 5));
    g_assert_nonnull(snapshots_find(store, 1)); /* named */
    g_assert_nonnull(snapshots_find(store, 2)); /* taken by hand */
    g_assert_cmpuint(snapshots_trim(store, 2, SIZE_MAX), ==, 0);
    g_assert_cmpuint(snapshots_trim(store, 2, 1), ==, 1); /* the newest stays, however large */
    g_assert_nonnull(snapshots_find(store, 9));
    g_assert_cmpuint(snapshots_count(store), ==, 7);
    g_assert_cmpuint(snapshots_add(store, snapshot_new("", "x")), ==, 11);
    g_assert_false(snapshots_delete(store, 3));
    snapshots_free(store);
}

int main(int argc, char **argv)
{
    g_setenv("TZ", "UTC", TRUE);
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(goldens); i++) {
        g_autofree char *path = g_strdup_printf("/snapshots/golden/%s", goldens[i].name);

        g_test_add_data_func(path, &goldens[i], test_golden);
    }
    g_test_add_func("/snapshots/golden/empty", test_golden_empty);
    g_test_add_func("/snapshots/rename-and-delete", test_rename_and_delete);
    g_test_add_func("/snapshots/deleted-while-compared", test_deleted_while_compared);
    g_test_add_func("/snapshots/one-is-nothing-to-compare", test_one_is_nothing_to_compare);
    g_test_add_func("/snapshots/passes-what-cannot-be-compared",
                    test_passes_what_cannot_be_compared);
    g_test_add_func("/snapshots/copy", test_copy);
    g_test_add_func("/snapshots/take", test_take);
    g_test_add_func("/snapshots/take-in-part", test_take_in_part);
    g_test_add_func("/snapshots/take-unknown-many", test_take_unknown_many);
    g_test_add_func("/snapshots/take-hangs", test_take_hangs);
    g_test_add_func("/snapshots/take-without-pprof", test_take_without_pprof);
    g_test_add_func("/snapshots/take-nothing", test_take_nothing);
    g_test_add_func("/snapshots/timer", test_timer);
    g_test_add_func("/snapshots/save-and-load", test_save_and_load);
    g_test_add_func("/snapshots/load-garbage", test_load_garbage);
    g_test_add_func("/snapshots/trim", test_trim);
    return g_test_run();
}
