/*
 * The wizard of the real program on a live Go process, by keys only, at two
 * sizes: from what is seen to the diagnosis of each documented trouble, with
 * the way into its evidence and back.
 */

#include "tests/support/remove.h"
#include "tests/support/visit.h"

#include <string.h>
#include <sys/wait.h>

struct story {
    const char *name;
    const char *before;   /* commands of the target before the program looks; NULL: none */
    const char *leak;     /* given when it has looked, or NULL */
    const char *ready;    /* what the dashboard shows when the trouble has been seen */
    const char *open;     /* keys from the wizard's first page to that of the evidence */
    bool captures;        /* they begin a capture: its result is opened and left first */
    const char *evidence; /* what that page shows */
    bool procfs;          /* its evidence is nowhere else on Linux */
    const char *filter;   /* finds the row to open, or NULL */
    const char *inside;   /* what the evidence opens to */
    const char *diagnosis;
    const char *culprit;
};

static const struct story stories[] = {
    {.name = "fds",
     .leak = "files claude 300; files claude 6/s",
     .ready = "TRIAGE.*2[!✗] FDs",
     .open = "2",
     .evidence = "Session files stay open",
     .filter = "uuid",
     .inside = "\\d+ descriptors",
     .diagnosis = "session files stay open",
     .culprit = "\\.claude/projects"},
    {.name = "heap",
     .before = "heap scanner 8M",
     .leak = "heap scanner 2M/s",
     .ready = "TRIAGE.*4[!✗] heap",
     .open = "1 4",
     .evidence = "Scanner\\).Scan +\\+",
     .filter = "Scan",
     .inside = "ScanSession|scanLines",
     .diagnosis = "scanner buffers are kept",
     .culprit = "Scan"},
    {.name = "goroutines",
     .leak = "goroutines recv 80; goroutines recv 3/s",
     .ready = "TRIAGE.*6[!✗] goro",
     .open = "4",
     .evidence = "listenForRefresh +\\d",
     .filter = "listenForRefresh",
     .inside = "chan receive",
     .diagnosis = "blocked on a channel",
     .culprit = "listenForRefresh"},
    {.name = "cpu",
     .before = "cpu burn 1",
     .ready = "TRIAGE.*5! CPU",
     .open = "3 c 2 Enter", /* captured from within the step; the result opens over it */
     .captures = true,
     .evidence = "renderFrame +\\d+%",
     .filter = "renderFrame",
     .inside = "StartRender",
     .diagnosis = "something computes without pause",
     .culprit = "renderFrame"},
    {.name = "lock",
     .before = "files db 2; lock exclusive",
     .ready = "TRIAGE.*7[!✗] resp",
     .open = "5",
     .evidence = "issues\\.db is locked by \\d+ .*td",
     .filter = "issues",
     .inside = "EXCLUSIVE",
     .procfs = true,
     .diagnosis = "database is locked|SQLite lock",
     .culprit = "td"},
    {.name = "healthy",
     .ready = "TRIAGE.*1✓ RSS.*2✓ FDs.*3✓ map.*4✓ heap",
     .procfs = true, /* a map */
     .open = "1",
     .evidence = "Is RSS high",
     .diagnosis = "Nothing points to a leak",
     .culprit = "diagnosis ?✓"},
};

static const struct {
    int lines, cols;
} sizes[] = {{24, 80}, {40, 120}};

static void press(struct visit *visit, const char *keys)
{
    g_auto(GStrv) names = g_strsplit(keys, " ", -1);

    for (char **name = names; *name != NULL; name++)
        if (**name != '\0')
            vt_key(visit->vt, *name);
}

static void do_all(struct visit *visit, const char *commands)
{
    g_auto(GStrv) each = g_strsplit(commands, "; ", -1);

    for (char **command = each; *command != NULL; command++)
        target_do(visit->stage, "%s", *command);
}

/* Into the evidence of the step, and back to the step. */
static void drill(struct visit *visit, const struct story *story)
{
    if (story->filter == NULL)
        return;
    vt_key(visit->vt, "/");
    vt_type(visit->vt, story->filter);
    press(visit, "Enter");
    visit_expect(visit, story->filter);
    vt_settle(visit->vt, 60);
    visit_expect_gone(visit, "nothing matches"); /* growth takes two looks to be evidence */
    press(visit, "Home Enter");
    visit_expect(visit, "triage > ");
    visit_expect(visit, story->inside);
    visit_escape(visit);
    visit_expect_gone(visit, "triage > ");
    visit_escape(visit); /* the filter */
}

/* Right, and right again, until the last page: the path decides how many there are. */
static void walk_to_diagnosis(struct visit *visit)
{
    for (int i = 0; i < 8 && !vt_find(visit->vt, "[diagnosis", NULL, NULL); i++) {
        vt_key(visit->vt, "Right");
        vt_settle(visit->vt, 60);
    }
    visit_expect(visit, "\\[diagnosis");
}

/* In the list of the diagnosis, or in what is said of a row: the next one until it is found. */
static void expect_in_list(struct visit *visit, const char *pattern)
{
    vt_key(visit->vt, "Home");
    for (int row = 0; row < 40; row++) {
        if (vt_wait_text(visit->vt, pattern, row == 0 ? 4000 : 200))
            return;
        vt_key(visit->vt, "Down");
    }
    vt_key(visit->vt, "Home");
    visit_expect(visit, pattern);
}

/* A busy machine leaves a program that computes without pause a small part of a core. */
static char *make_config(void)
{
    g_autofree char *dir = g_dir_make_tmp("sidescope-wizard-XXXXXX", NULL);
    g_autofree char *folder = g_build_filename(dir, "sidescope", NULL);
    g_autofree char *path = g_build_filename(folder, "config", NULL);

    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, "[thresholds]\ncpu-busy=3\n", -1, NULL));
    return g_steal_pointer(&dir);
}

static void test_story(gconstpointer data)
{
    size_t index = GPOINTER_TO_SIZE(data);
    const struct story *story = &stories[index / G_N_ELEMENTS(sizes)];
    const struct stage_options stage = {.commands = story->before};
    g_autofree char *config = story->captures ? make_config() : g_strdup("/dev/null");
    g_autofree char *home = g_strconcat("XDG_CONFIG_HOME=", config, NULL);
    const char *const env[] = {home, NULL};
    struct visit visit;

    if (story->procfs && target_skip_without_procfs())
        return;
    if (!visit_start(&visit, &(struct visit_options){.stage = &stage,
                                                     .env = env,
                                                     .lines = sizes[index % 2].lines,
                                                     .cols = sizes[index % 2].cols}))
        return;
    visit_expect(&visit, "FLAT .*FUNCTION|HeapAlloc"); /* everything has been looked at once */
    if (story->leak != NULL)
        do_all(&visit, story->leak);
    visit_expect(&visit, story->ready);
    press(&visit, "t");
    visit_expect(&visit, "WHAT YOU SEE");
    press(&visit, story->open);
    if (story->captures) {
        visit_expect(&visit, "triage > profile");
        visit_escape(&visit);
    }
    visit_expect(&visit, story->evidence);
    drill(&visit, story);
    walk_to_diagnosis(&visit);
    expect_in_list(&visit, story->diagnosis);
    expect_in_list(&visit, story->culprit);
    visit_escape(&visit);
    visit_quit(&visit);
    visit_end(&visit);
    if (story->captures)
        remove_tree(config);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(stories) * G_N_ELEMENTS(sizes); i++) {
        g_autofree char *path =
            g_strdup_printf("/wizard/%s/%dx%d", stories[i / G_N_ELEMENTS(sizes)].name,
                            sizes[i % 2].cols, sizes[i % 2].lines);

        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_story);
    }
    return g_test_run();
}
