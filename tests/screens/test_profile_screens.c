/* The profile screen on the mock terminal: the live heap of the story, and fixed profiles. */

#include "tests/screens/golden.h"
#include "tests/screens/screen_fixture.h"

#include <glib/gstdio.h>
#include <string.h>

/* --- the live heap --- */

struct golden {
    const char *name;
    enum fake_story story;
    int lines, cols;
    const char *keys;
};

static const struct golden goldens[] = {
    {"profile-callers-walked", FAKE_LEAKING, 40, 120, "4 Enter Enter"},
    {"profile-top", FAKE_LEAKING, 40, 120, "4 Enter 1"},
    {"profile-top-80x24", FAKE_LEAKING, 24, 80, "4 Enter 1"},
    {"profile-top-compared", FAKE_LEAKING, 40, 120, "4 d"},
    {"profile-top-lines", FAKE_LEAKING, 24, 80, "4 Enter 1 u u u"},
    {"profile-top-objects", FAKE_LEAKING, 24, 80, "4 Enter 1 a"},
    {"profile-flame", FAKE_LEAKING, 40, 120, "4 f"},
    {"profile-flame-zoomed", FAKE_LEAKING, 24, 80, "4 f Up Right Enter"},
    {"profile-flame-search", FAKE_LEAKING, 24, 80, "4 f / j s o n Enter"},
    {"profile-flame-compared", FAKE_LEAKING, 24, 80, "4 d f"},
    {"profile-source-missing", FAKE_LEAKING, 24, 80, "4 v"},
    {"heap-unsampled", FAKE_UNSAMPLED, 24, 80, ""},
    {"heap-unsampled-zoomed", FAKE_UNSAMPLED, 40, 120, "4 z"},
    {"profile-no-pprof", FAKE_NO_PPROF, 24, 80, "4 f"},
    {"profile-compare", FAKE_LEAKING, 24, 80, "4 f d"},
    {"profile-refine", FAKE_LEAKING, 24, 80, "4 f x"},
    {"profile-refine-bad", FAKE_LEAKING, 24, 80, "4 f x Enter ( a"},
    {"profile-refined", FAKE_LEAKING, 24, 80,
     "4 d x Enter j s o n Enter Down Enter q u x Enter Escape"},
    {"profile-refined-away", FAKE_LEAKING, 24, 80, "4 d x Enter q u x Enter Escape"},
    {"profile-30x6", FAKE_LEAKING, 6, 30, "4 f"},
};

static void test_golden(gconstpointer data)
{
    const struct golden *golden = data;
    struct fixture f;

    set_up(&f, golden->story, golden->lines, golden->cols);
    press(&f, golden->keys);
    wait_gone(&f, "computing");
    compare(&f, golden->name);
    tear_down(&f);
}

/* --- fixed profiles --- */

static const char before_text[] =
    "heap profile: 3: 31457280 [3: 31457280] @ heap/2\n"
    "1: 20971520 [1: 20971520] @ 0x401001 0x402001 0x404001\n"
    "#\t0x401000\tbufio.(*Scanner).Scan+0x10\t/go/src/bufio/scan.go:200\n"
    "#\t0x402000\tgithub.com/x/y.parse+0x20\t/src/y/parse.go:40\n"
    "#\t0x404000\tmain.main+0x20\t/src/main.go:10\n\n"
    "1: 8388608 [1: 8388608] @ 0x405001 0x404001\n"
    "#\t0x405000\tmain.given\x1b[31mBack+0x20\t/src/main.go:30\n"
    "#\t0x404000\tmain.main+0x20\t/src/main.go:10\n\n";
static const char after_text[] =
    "heap profile: 3: 41943040 [3: 41943040] @ heap/2\n"
    "1: 31457280 [1: 31457280] @ 0x401001 0x402001 0x404001\n"
    "#\t0x401000\tbufio.(*Scanner).Scan+0x10\t/go/src/bufio/scan.go:200\n"
    "#\t0x402000\tgithub.com/x/y.parse+0x20\t/src/y/parse.go:40\n"
    "#\t0x404000\tmain.main+0x20\t/src/main.go:10\n\n"
    "1: 2097152 [1: 2097152] @ 0x403001 0x404001\n"
    "#\t0x403000\tencoding/json.Unmarshal+0x10\t/go/src/encoding/json/d.go:9\n"
    "#\t0x404000\tmain.main+0x20\t/src/main.go:10\n\n";

static struct profile *decode(const char *text)
{
    struct profile *profile = profile_decode((const uint8_t *)text, strlen(text), NULL);

    g_assert_nonnull(profile);
    return profile;
}

static struct profile *empty_profile(void)
{
    return decode("heap profile: 0: 0 [0: 0] @ heap/2\n");
}

/* 2026-11-23 05:11:22 and half an hour later. */
enum { SECOND = G_USEC_PER_SEC };
static const gint64 before_us = 1795410682LL * SECOND, after_us = 1795412482LL * SECOND;

static void open_fixed(struct fixture *f, struct profile *profile, struct profile *base,
                       enum profile_tab tab)
{
    ui_push(f->ui, profile_screen_new(f->ui,
                                      &(struct profile_subject){.title = "snapshot 2 heap",
                                                                .kind = "heap",
                                                                .profile = profile,
                                                                .real_us = after_us,
                                                                .base = base,
                                                                .base_title = "snapshot 1",
                                                                .base_real_us = before_us,
                                                                .function = "bufio.(*Scanner).Scan",
                                                                .sample_index = -1},
                                      tab));
    press(f, "");
}

struct fixed_golden {
    const char *name;
    enum profile_tab tab;
    bool compared;
    const char *keys;
};

static const struct fixed_golden fixed_goldens[] = {
    {"profile-fixed-top", PROFILE_TAB_TOP, false, ""},
    {"profile-fixed-top-compared", PROFILE_TAB_TOP, true, ""},
    {"profile-fixed-flame-compared", PROFILE_TAB_FLAME, true, ""},
    {"profile-fixed-callers-compared", PROFILE_TAB_CALLERS, true, "Enter Enter"},
    {"profile-fixed-source-compared", PROFILE_TAB_SOURCE, true, ""},
    {"profile-fixed-gone", PROFILE_TAB_TOP, true, "End Enter"},
};

static void test_fixed(gconstpointer data)
{
    const struct fixed_golden *golden = data;
    g_autoptr(profile_auto) before = decode(before_text), after = decode(after_text);
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 100);
    open_fixed(&f, after, golden->compared ? before : NULL, golden->tab);
    press(&f, golden->keys);
    wait_gone(&f, "computing");
    compare(&f, golden->name);
    tear_down(&f);
}

/* Lines of a file of this test, next to what they cost. */
static void test_source(void)
{
    g_autofree char *path =
        g_strdup_printf("%s/tests/screens/golden/source.go", SIDESCOPE_SOURCE_DIR);
    g_autofree char *heap =
        g_strdup_printf("heap profile: 2: 4194304 [2: 4194304] @ heap/2\n"
                        "1: 3145728 [1: 3145728] @ 0x401001\n#\t0x401000\tmain.keep+0x10\t%s:6\n\n"
                        "1: 1048576 [1: 1048576] @ 0x402001\n#\t0x402000\tmain.keep+0x20\t%s:8\n",
                        path, path);
    g_autoptr(profile_auto) profile = decode(heap);
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    ui_push(f.ui, profile_screen_new(f.ui,
                                     &(struct profile_subject){.title = "heap",
                                                               .kind = "heap",
                                                               .profile = profile,
                                                               .function = "main.keep",
                                                               .sample_index = -1},
                                     PROFILE_TAB_SOURCE));
    press(&f, "");
    wait_gone(&f, "computing");
    g_autofree char *text = terminal_mock_text(f.terminal);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    g_assert_nonnull(strstr(lines[5], "source.go")); /* the folder is another everywhere */
    g_free(lines[5]);
    lines[5] = g_strdup("(path)");
    g_autofree char *joined = g_strjoinv("\n", lines);

    golden_compare("profile-source", joined);
    press(&f, "y");
    g_assert_true(g_str_has_suffix(terminal_mock_copied(f.terminal),
                                   "source.go:6:     held = append(held, make([]byte, 1<<20))"));
    tear_down(&f);
}

static void test_empty(void)
{
    g_autoptr(profile_auto) nothing = empty_profile();
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    for (int tab = PROFILE_TAB_TOP; tab <= PROFILE_TAB_FLAME; tab++) {
        open_fixed(&f, nothing, NULL, (enum profile_tab)tab);
        g_autofree char *text = terminal_mock_text(f.terminal);

        g_assert_nonnull(strstr(text, "runtime.MemProfileRate"));
    }
    tear_down(&f);
}

/* As the first screen there may be no session, and leaving it is leaving the program. */
static void test_without_session(void)
{
    g_autoptr(profile_auto) after = decode(after_text);
    g_autoptr(GError) error = NULL;
    struct fixture f;

    terminal_mock_prepare(24, 80, 256);
    f.config = config_load("/dev/null/sidescope/config", &error);
    f.ui = ui_new(
        &(struct ui_options){.openers = &screens_openers, .config = f.config, .theme = "dark"},
        &error);
    g_assert_no_error(error);
    f.terminal = terminal_mock_current();
    open_fixed(&f, after, NULL, PROFILE_TAB_TOP);
    press(&f, "Tab Tab Tab Tab d Escape x Escape m r Space s Escape Escape Escape");
    g_autofree char *text = terminal_mock_text(f.terminal);

    g_assert_nonnull(strstr(text, "[1 Top]"));
    g_assert_nonnull(strstr(text, "total 32M"));
    tear_down(&f);
}

/* --- looks --- */

static void test_ascii(void)
{
    g_autoptr(profile_auto) before = decode(before_text), after = decode(after_text);
    struct fixture f;

    set_up_looks(&f, FAKE_LEAKING, 24, 80, &(struct ui_options){.ascii = true, .no_color = true});
    open_fixed(&f, after, before, PROFILE_TAB_FLAME);
    compare(&f, "profile-ascii-flame");
    press(&f, "1");
    g_autofree char *text = terminal_mock_text(f.terminal);

    for (const char *p = text; *p != '\0'; p++)
        g_assert_cmpint((unsigned char)*p, <, 0x80);
    tear_down(&f);
}

static void test_all_sizes(void)
{
    static const char *const places[] = {"1", "2", "2 / m a i n Enter", "3", "4",
                                         "d", "x", "x Enter ("};
    g_autoptr(profile_auto) before = decode(before_text), after = decode(after_text);

    for (size_t p = 0; p < G_N_ELEMENTS(places); p++) {
        struct fixture f;

        set_up(&f, FAKE_LEAKING, 24, 80);
        open_fixed(&f, after, before, PROFILE_TAB_TOP);
        press(&f, places[p]);
        for (int lines = 1; lines <= 30; lines += lines < 14 ? 1 : 6)
            for (int cols = 1; cols <= 130; cols += cols < 40 ? 3 : 29) {
                terminal_mock_resize(f.terminal, lines, cols);
                g_autofree char *text = terminal_mock_text(f.terminal);

                assert_clean(text);
            }
        tear_down(&f);
    }
}

/* --- what is compared with --- */

static unsigned add_snapshot(struct fixture *f, const char *name, const char *kind,
                             struct profile *profile)
{
    struct snapshot *snapshot = snapshot_new(name, "sidecar 41822");

    snapshot->real_us = before_us;
    snapshot_set_profile(snapshot, kind, profile_ref(profile), NULL);
    return snapshots_add(ui_snapshots(f->ui), snapshot);
}

/* Those of another kind are not offered; the one chosen is subtracted; nothing undoes it. */
static void test_snapshots(void)
{
    g_autoptr(profile_auto) before = decode(before_text), after = decode(after_text);
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 100);
    add_snapshot(&f, "idle", "heap", before);
    add_snapshot(&f, "other", "block", before);
    open_fixed(&f, after, NULL, PROFILE_TAB_TOP);
    press(&f, "d");
    compare(&f, "profile-compare-snapshots");
    press(&f, "Down Enter");
    compare(&f, "profile-compared-snapshot");
    snapshots_delete(ui_snapshots(f.ui), 1); /* what is shown keeps it */
    press(&f, "2 3 1");
    compare(&f, "profile-compared-snapshot");
    press(&f, "d End Enter");
    g_autofree char *text = terminal_mock_text(f.terminal);

    g_assert_null(strstr(text, "GROWTH"));
    tear_down(&f);
}

/* --- keys and mouse --- */

static bool shows(struct fixture *f, const char *words)
{
    g_autofree char *text = terminal_mock_text(f->terminal);

    return strstr(text, words) != NULL;
}

/* Each Escape undoes one step, and the last one leaves. */
static void test_escape(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    press(&f, "4 Enter Enter");
    g_assert_true(shows(&f, "calls      bufio"));
    press(&f, "f Up Enter / j s o n Enter");
    g_assert_true(shows(&f, "/json: 1 frame"));
    press(&f, "x Enter m a i n Enter Escape");
    g_assert_true(shows(&f, "Active filters: focus=main"));
    press(&f, "Escape"); /* the search */
    g_assert_false(shows(&f, "/json: "));
    press(&f, "Escape"); /* the tab */
    g_assert_true(shows(&f, "[3 Callers]"));
    press(&f, "Escape"); /* the walk */
    press(&f, "Escape"); /* the filters */
    g_assert_false(shows(&f, "Active filters"));
    g_assert_true(shows(&f, "called by  claudecode.parseLine"));
    press(&f, "Escape");
    g_assert_true(ui_top(f.ui) == ui_root_screen(f.ui));
    tear_down(&f);
}

/* The tabs are about one function, whichever of them it was chosen in. */
static void test_function_is_kept(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    press(&f, "4 Enter 1 Home Down y");
    g_assert_cmpstr(terminal_mock_copied(f.terminal), ==, "encoding/json.(*decodeState).object");
    press(&f, "Tab y");
    g_assert_cmpstr(terminal_mock_copied(f.terminal), ==, "encoding/json.(*decodeState).object");
    press(&f, "Up Tab y");
    g_assert_cmpstr(terminal_mock_copied(f.terminal), ==, "main.main");
    press(&f, "S-Tab S-Tab y");
    g_assert_cmpstr(terminal_mock_copied(f.terminal), ==, "main.main");
    press(&f, "u u u y"); /* the row of its line */
    g_assert_cmpstr(terminal_mock_copied(f.terminal), ==, "main.main /src/main.go:10");
    tear_down(&f);
}

static void click(struct fixture *f, int line, int col, bool twice)
{
    terminal_flush(f->terminal); /* what is clicked at must have been drawn */
    terminal_mock_mouse(
        f->terminal,
        &(struct terminal_mouse){
            .type = TERMINAL_PRESS, .button = 1, .line = line, .col = col, .double_click = twice});
    press(f, "");
}

static void test_mouse(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    press(&f, "4 Enter");
    click(&f, 1, 12, false);
    g_assert_true(shows(&f, "[2 Flame]"));
    click(&f, 6, 70, false); /* the second frame below the root, after its larger brother */
    press(&f, "y");
    g_assert_cmpstr(terminal_mock_copied(f.terminal), ==, "encoding/json.(*decodeState).object");
    click(&f, 5, 70, true);
    g_assert_false(shows(&f, "parseLine"));
    click(&f, 5, 70, true); /* and out again */
    g_assert_true(shows(&f, "parseLine"));
    click(&f, 1, 3, false);
    click(&f, 4, 30, false); /* the header of CUM */
    g_assert_true(shows(&f, "CUM"));
    click(&f, 6, 50, true);
    g_assert_true(shows(&f, "[3 Callers]"));
    tear_down(&f);
}

static void test_help(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 60, 100);
    press(&f, "4 f ? End");
    g_assert_true(shows(&f, "/ marks frames by regular expression"));
    g_assert_true(shows(&f, "go tool pprof -peek"));
    tear_down(&f);
}

static void export_to(struct fixture *f, const char *path, const char *answer)
{
    press(f, "e");
    while (!shows(f, "write to: sidescope-flame-"))
        g_main_context_iteration(NULL, TRUE);
    press(f, "C-u");
    terminal_mock_type(f->terminal, path);
    press(f, "Enter");
    while (!shows(f, answer))
        g_main_context_iteration(NULL, TRUE);
}

/* e on the flame graph asks where the picture goes; it is written whole, and over nothing. */
static void test_export(void)
{
    g_autofree char *dir = g_dir_make_tmp("sidescope-test-svg-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "x.svg", NULL);
    g_autofree char *svg = NULL, *again = NULL;
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 120);
    press(&f, "4 f");
    export_to(&f, path, "written: ");
    g_assert_true(g_file_get_contents(path, &svg, NULL, NULL));
    g_assert_nonnull(strstr(svg, "</svg>"));
    g_assert_nonnull(strstr(svg, "inuse_space"));
    g_assert_true(g_file_set_contents(path, "mine", -1, NULL));
    export_to(&f, path, "is there already: choose another name");
    g_assert_true(g_file_get_contents(path, &again, NULL, NULL));
    g_assert_cmpstr(again, ==, "mine");
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_cmpint(g_rmdir(dir), ==, 0); /* nothing half written stays */
    tear_down(&f);
}

/* A new mark moves what the heap is compared with. */
static void test_follows_the_mark(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 100);
    press(&f, "4 d");
    g_assert_true(shows(&f, "against the first profile"));
    press(&f, "m");
    fake_session_ring(ui_session(f.ui));
    press(&f, "");
    g_assert_true(shows(&f, "GROWTH"));
    tear_down(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_setenv("TZ", "UTC", TRUE);
    for (size_t i = 0; i < G_N_ELEMENTS(goldens); i++) {
        g_autofree char *path = g_strdup_printf("/profile/golden/%s", goldens[i].name);

        g_test_add_data_func(path, &goldens[i], test_golden);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(fixed_goldens); i++) {
        g_autofree char *path = g_strdup_printf("/profile/fixed/%s", fixed_goldens[i].name);

        g_test_add_data_func(path, &fixed_goldens[i], test_fixed);
    }
    g_test_add_func("/profile/source", test_source);
    g_test_add_func("/profile/empty", test_empty);
    g_test_add_func("/profile/without-session", test_without_session);
    g_test_add_func("/profile/ascii", test_ascii);
    g_test_add_func("/profile/all-sizes", test_all_sizes);
    g_test_add_func("/profile/snapshots", test_snapshots);
    g_test_add_func("/profile/escape", test_escape);
    g_test_add_func("/profile/function-is-kept", test_function_is_kept);
    g_test_add_func("/profile/mouse", test_mouse);
    g_test_add_func("/profile/help", test_help);
    g_test_add_func("/profile/export", test_export);
    g_test_add_func("/profile/follows-the-mark", test_follows_the_mark);
    return g_test_run();
}
