/* What findings point at: each opens what it names, and Escape comes back. */

#include "tests/screens/screen_fixture.h"

#include <string.h>

/* The screen (view_ops.name) that shows a thing of each kind. */
static const char *const shown_by[REF_N_KINDS] = {
    [REF_MEMORY] = "dashboard",  [REF_FILES] = "dashboard",      [REF_GOROUTINES] = "dashboard",
    [REF_HEAP] = "dashboard",    [REF_THREADS] = "threads",      [REF_CHILDREN] = "threads",
    [REF_STARTS] = "threads",    [REF_STEP] = "triage",          [REF_REGIONS] = "mappings",
    [REF_PATH] = "descriptors",  [REF_TEMPLATE] = "descriptors", [REF_TYPE] = "descriptors",
    [REF_CLASS] = "descriptors", [REF_AGES] = "descriptors",     [REF_HELD] = "descriptors",
    [REF_DATABASE] = "database", [REF_STACKS] = "stack",         [REF_SITE] = "stack",
    [REF_FUNCTION] = "profile",  [REF_THREAD] = "threads",       [REF_COMMAND] = "threads",
};

/* What a screen says that found nothing. */
static const char *const nothing[] = {"have been closed", "has this stack", "no thread matches",
                                      "no further detail", "has closed this"};

static void assert_opens(struct fixture *f, const struct ref *ref)
{
    struct view *before = ui_top(f->ui);
    g_autofree char *key = ref_key(ref);

    g_test_message("%s %s", ref_name(ref->kind), key);
    g_assert_true(ui_show(f->ui, ref));
    press(f, "");
    g_assert_true(ui_top(f->ui) != before);
    g_assert_cmpstr(ui_top(f->ui)->ops->name, ==, shown_by[ref->kind]);
    g_autofree char *text = terminal_mock_text(f->terminal);

    /* the hand-made census counts more kinds than it lists */
    for (size_t i = 0; i < G_N_ELEMENTS(nothing) && ref_is_part(ref->kind); i++)
        g_assert_null(strstr(text, nothing[i]));
    ui_pop(f->ui);
    press(f, "");
    g_assert_true(ui_top(f->ui) == before);
}

/* The result is made anew while screens open and close: what is shown keeps its own. */
static void open_copy(struct fixture *f, const struct ref *ref)
{
    struct ref copy;

    if (ref->kind == REF_NONE)
        return;
    ref_copy(&copy, ref);
    assert_opens(f, &copy);
    ref_clear(&copy);
}

static void test_facts(gconstpointer story)
{
    struct fixture f;
    size_t n = 0, n_parts = 0;

    set_up(&f, (enum fake_story)GPOINTER_TO_INT(story), 40, 120);
    press(&f, "");
    for (int s = 0; s < TRIAGE_N_STEPS; s++)
        for (guint i = 0; i < ui_triage(f.ui)->steps[s].facts->len; i++) {
            const struct triage_fact *fact = ui_triage(f.ui)->steps[s].facts->pdata[i];

            n += fact->ref.kind != REF_NONE;
            n_parts += ref_is_part(fact->ref.kind);
            open_copy(&f, &fact->ref);
        }
    g_assert_cmpuint(n, >, 10);
    g_assert_cmpuint(n_parts, >, 3);
    for (guint i = 0; i < ui_triage(f.ui)->causes->len; i++) {
        const struct triage_cause *cause = ui_triage(f.ui)->causes->pdata[i];

        g_assert_cmpint((int)cause->ref.kind, !=, REF_NONE); /* its step at least */
        open_copy(&f, &cause->ref);
    }
    tear_down(&f);
}

static void test_nothing(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    g_assert_false(ui_show(f.ui, &(struct ref){.kind = REF_NONE}));
    g_assert_false(ui_show(f.ui, &(struct ref){.kind = REF_CPU_FUNCTION, .text = "main.main"}));
    g_autofree char *text = (press(&f, ""), terminal_mock_text(f.terminal));

    g_assert_nonnull(strstr(text, "no further detail"));
    tear_down(&f);
}

/* Of a command or a thread the row is selected, wherever it stands. */
static void test_row(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 40, 120);
    const struct threads_sample *threads = session_threads(ui_session(f.ui));

    g_assert_cmpuint(threads->n_spawns, >, 1);
    const struct spawn_rate *last = &threads->spawns[threads->n_spawns - 1];

    g_assert_true(ui_show(f.ui, &(struct ref){.kind = REF_COMMAND, .text = last->command}));
    press(&f, "");
    g_autofree char *copied = view_copy(ui_top(f.ui));

    g_assert_cmpstr(copied, ==, last->command);
    tear_down(&f);
}

static void test_keys(void)
{
    static const uint64_t hashes[] = {1, 0xabc0};
    static const struct {
        struct ref ref;
        const char *pane, *key;
    } cases[] = {
        {{.kind = REF_NONE}, "none", ""},
        {{.kind = REF_PATH, .text = "/a", .type = FD_REG}, "files", "/a"},
        {{.kind = REF_REGIONS, .region = REGION_GO_HEAP}, "memory", "Go heap"},
        {{.kind = REF_STACKS, .hashes = hashes, .n = 2, .at = 1}, "goroutines", "000000000000abc0"},
        {{.kind = REF_CPU_FUNCTION, .text = "main.main"}, "cpu", "main.main"},
        {{.kind = REF_THREAD, .id = 12}, "none", "12"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct ref copy;

        ref_copy(&copy, &cases[i].ref);
        g_autofree char *key = ref_key(&copy);

        g_assert_cmpstr(ref_pane(copy.kind), ==, cases[i].pane);
        g_assert_cmpstr(key, ==, cases[i].key);
        ref_clear(&copy);
        g_assert_cmpint((int)copy.kind, ==, REF_NONE);
    }
    for (int kind = 0; kind < REF_N_KINDS; kind++)
        g_assert_nonnull(ref_name((enum ref_kind)kind));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/refs/facts/leaking", GINT_TO_POINTER(FAKE_LEAKING), test_facts);
    g_test_add_data_func("/refs/facts/hostile", GINT_TO_POINTER(FAKE_HOSTILE), test_facts);
    g_test_add_func("/refs/nothing", test_nothing);
    g_test_add_func("/refs/row", test_row);
    g_test_add_func("/refs/keys", test_keys);
    return g_test_run();
}
