#include "tests/scenarios/player.h"
#include "tests/support/keep_going.h"

#include <string.h>

/*
 * The scenario matrix on what a Mac shows: ps, lsof, vmmap and footprint of
 * macOS are played to the backend that runs them, see player.h. All rows at the
 * same time, for they mostly wait.
 */

#define CLAUDE ".claude/projects/<project>/<uuid>.jsonl"

enum {
    SECONDS = 10,
    /* a pprof that hangs would be waited for as long; sanitizers and a busy machine come on top */
    MAX_TOOK_S = 28,
};

struct recorded {
    struct row row;
    struct play play;
    const char *step, *verdict; /* how one step has to stand, and */
    const char *words;          /* a part of its sentence; NULL: whatever */
};

static const struct recorded recorded[] = {
    /* --- descriptors -------------------------------------------------------------------------- */
    {.row = {.name = "session files",
             .expects = ROW_LEAK,
             .pattern = "session-files",
             .culprit = CLAUDE},
     .play = {.open = "pipe 12,dir 6,file 12,session 4+20"}},
    {.row = {.name = "same file",
             .expects = ROW_LEAK,
             .pattern = "same-file-open",
             .culprit = "/Library/Application Support/sidecar/console.log"},
     .play = {.open = "pipe 12,dir 6,file 12,same 1+5"}},
    /* as recorded of fsnotify: a kqueue, and a descriptor of each directory it watches */
    {.row = {.name = "watchers",
             .expects = ROW_LEAK,
             .pattern = "unclosed-watchers",
             .culprit = "KQUEUE",
             .also = "directory-handles",
             .also_culprit = "/code/app/internal"},
     .play = {.open = "pipe 12,file 12,dir 6+2,kqueue 4+2"}},
    {.row = {.name = "kqueues alone",
             .expects = ROW_LEAK,
             .pattern = "unclosed-watchers",
             .culprit = "KQUEUE"},
     .play = {.open = "pipe 12,dir 6,file 12,kqueue 4+2"}},
    {.row = {.name = "pipes", .expects = ROW_LEAK, .pattern = "pipe-leak", .culprit = "pipe"},
     .play = {.open = "dir 6,file 12,pipe 12+8"}},
    /* --- memory ------------------------------------------------------------------------------- */
    {.row = {.name = "mappings",
             .expects = ROW_LEAK,
             .pattern = "mmap-leak",
             .culprit = "VM_ALLOCATE"},
     .play = {.rss = "90000+4000",
              .footprint = "68000+4000",
              .peak = "68000+4000",
              .regions = "VM_ALLOCATE virtual 703600+4000;VM_ALLOCATE resident 32000+4000;"
                         "VM_ALLOCATE dirty 30000+4000;VM_ALLOCATE count 21+400"},
     .step = "map",
     .verdict = "bad"},
    {.row =
         {.name = "C heap", .expects = ROW_LEAK, .pattern = "memory-growth", .culprit = "C heap"},
     .play = {.rss = "180000+4000",
              .footprint = "158000+4000",
              .peak = "158000+4000",
              .regions = "MALLOC_SMALL virtual 120000+4000;MALLOC_SMALL resident 110000+4000;"
                         "MALLOC_SMALL dirty 110000+4000;MALLOC_SMALL count 20"},
     .step = "map",
     .verdict = "healthy",
     .words = "is not Go's"},
    {.row =
         {.name = "Go heap", .expects = ROW_LEAK, .pattern = "memory-growth", .culprit = "Go heap"},
     .play = {.rss = "90000+4000",
              .footprint = "68000+4000",
              .peak = "68000+4000",
              .regions = "VM_ALLOCATE resident 32000+4000;VM_ALLOCATE dirty 30000+4000"}},
    {.row = {.name = "returned lazily", .expects = ROW_LOOKALIKE, .pattern = "memory-returned"},
     .play = {.rss = "921600",
              .footprint = "122880",
              .peak = "1258291",
              .regions = "VM_ALLOCATE virtual 1258291;VM_ALLOCATE resident 860000;"
                         "VM_ALLOCATE dirty 110000"},
     .step = "rss",
     .verdict = "healthy",
     .words = "not a leak"},
    {.row = {.name = "healthy", .expects = ROW_LOOKALIKE},
     .play = {.open = "pipe 22,dir 12,file 24,kqueue 4,unix 14"},
     .step = "rss",
     .verdict = "healthy",
     .words = "under the documented"},
    {.row = {.name = "swapped", .expects = ROW_TROUBLE, .pattern = "swap-thrash"},
     .play = {.regions = "VM_ALLOCATE swapped 40000+2000;MALLOC_SMALL swapped 3000+200"},
     .step = "map",
     .verdict = "look",
     .words = "Swap grows"},
    {.row = {.name = "swapped once", .expects = ROW_LOOKALIKE},
     .play = {.regions = "VM_ALLOCATE swapped 40000;MALLOC_SMALL swapped 3000"},
     .step = "map",
     .verdict = "healthy"},
    /* no sidecar: of that, so many files are already worth a look */
    {.row = {.name = "load, then level", .expects = ROW_LOOKALIKE},
     .play = {.program = "gopls", .open = "pipe 12,dir 6,file 12+20*3"},
     .step = "fds",
     .verdict = "healthy"},
    /* --- tools that do not tell -----------------------------------------------------------------
     */
    {.row = {.name = "vmmap denied",
             .expects = ROW_LEAK,
             .pattern = "session-files",
             .culprit = CLAUDE},
     .play = {.open = "pipe 12,dir 6,file 12,session 4+20", .vmmap = PLAY_DENIED},
     .step = "map",
     .verdict = "unknown",
     .words = "get-task-allow"},
    {.row = {.name = "vmmap hangs",
             .expects = ROW_LEAK,
             .pattern = "session-files",
             .culprit = CLAUDE},
     .play = {.open = "pipe 12,dir 6,file 12,session 4+20", .vmmap = PLAY_HANGS},
     .step = "map",
     .verdict = "unknown",
     .words = "No answer arrived"},
    {.row = {.name = "footprint without vmmap",
             .expects = ROW_LOOKALIKE,
             .pattern = "memory-returned"},
     .play = {.rss = "921600",
              .footprint = "122880",
              .peak = "1258291",
              .vmmap = PLAY_MISSING,
              .footprint_tool = true},
     .step = "map",
     .verdict = "unknown",
     .words = "vmmap"},
};

/* --- judging --- */

static char *judge_step(const struct recorded *row, const struct outcome *outcome)
{
    const struct named_step *step = row->step != NULL ? outcome_step(outcome, row->step) : NULL;

    if (row->step == NULL)
        return NULL;
    if (step == NULL)
        return g_strdup_printf("there is no step %s", row->step);
    if (strcmp(step->verdict, row->verdict) != 0 ||
        (row->words != NULL && strstr(step->sentence, row->words) == NULL))
        return g_strdup_printf("step %s is %s: %s", row->step, step->verdict, step->sentence);
    return NULL;
}

static bool expects(const struct row *row, const char *pattern)
{
    return g_strcmp0(row->pattern, pattern) == 0 || g_strcmp0(row->also, pattern) == 0;
}

/* What is played is all there is: nothing else may be named beside it. */
static char *judge_alone(const struct recorded *row, const struct outcome *outcome)
{
    for (guint i = 0; i < outcome->causes->len; i++) {
        const struct named_cause *cause = g_ptr_array_index(outcome->causes, i);

        if (!expects(&row->row, cause->id))
            return g_strdup_printf("%s of %s is named as well", cause->id, cause->culprit);
    }
    return NULL;
}

/* Who reads of a Mac's map gets a Mac's commands. */
static char *judge_words(const struct recorded *row, const struct outcome *outcome)
{
    const struct named_step *map = outcome_step(outcome, "map");

    if (row->play.vmmap != PLAY_WORKS ||
        (map != NULL && g_str_has_prefix(map->command, "vmmap --summary ")))
        return NULL;
    return g_strdup_printf("the map's command is %s", map != NULL ? map->command : "missing");
}

static char *judge(const struct recorded *row, const struct player *player)
{
    struct row expected = row->row;

    expected.flags |= ROW_UNSEEN; /* nothing of a program is played but what the tools print */
    char *wrong = outcome_judge(player->outcome, &expected, 0);

    if (wrong == NULL)
        wrong = judge_alone(row, player->outcome);
    if (wrong == NULL)
        wrong = judge_step(row, player->outcome);
    if (wrong == NULL)
        wrong = judge_words(row, player->outcome);
    if (wrong == NULL && player->took_s > MAX_TOOK_S)
        wrong = g_strdup_printf("it took %.1f s", player->took_s);
    return wrong;
}

static void print_all(const struct player *player)
{
    const struct outcome *outcome = player->outcome;

    g_test_message("status %d, %s after %.1f s: %s", outcome->status, outcome->verdict,
                   player->took_s, outcome->diagnosis);
    for (guint i = 0; i < outcome->causes->len; i++) {
        const struct named_cause *cause = g_ptr_array_index(outcome->causes, i);

        g_test_message("%.2f %s%s: %s | %s", cause->confidence, cause->id,
                       cause->leak ? "" : " (no leak)", cause->culprit, cause->evidence);
    }
    for (guint i = 0; i < outcome->steps->len; i++) {
        const struct named_step *step = g_ptr_array_index(outcome->steps, i);

        g_test_message("step %s: %s: %s", step->id, step->verdict, step->sentence);
    }
    g_test_message("said: %s", player->errors);
}

/* --- cases --- */

struct place {
    const struct recorded *row;
    struct player *player;
    GThread *thread;
};

static gpointer run(gpointer user)
{
    struct place *place = user;

    player_run(place->player, SECONDS);
    return NULL;
}

static void run_all(struct place *places)
{
    for (size_t i = 0; i < G_N_ELEMENTS(recorded); i++) {
        places[i].row = &recorded[i];
        places[i].player = player_new(&recorded[i].play);
        places[i].thread = g_thread_new("recorded", run, &places[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(recorded); i++)
        g_thread_join(places[i].thread);
}

/* Where the real tool would be found in place of one that is missing. */
static bool is_played_by_a_mac(const struct recorded *row)
{
    g_autofree char *real = g_find_program_in_path("vmmap");

    return row->play.vmmap == PLAY_MISSING && real != NULL;
}

static void test_row(gconstpointer data)
{
    const struct place *place = data;
    g_autofree char *wrong = judge(place->row, place->player);

    if (is_played_by_a_mac(place->row)) {
        g_test_skip("this machine has a vmmap of its own");
        return;
    }
    if (wrong != NULL) {
        g_test_message("%s: %s", place->row->row.name, wrong);
        print_all(place->player);
        g_test_fail();
    }
}

/* A tool that is not waited for any more is not left behind. */
static void test_nothing_left(gconstpointer data)
{
    const struct place *places = data;

    for (size_t i = 0; i < G_N_ELEMENTS(recorded); i++) {
        if (places[i].row->play.vmmap != PLAY_HANGS)
            continue;
        unsigned left;

        g_assert_cmpuint(player_hung(places[i].player, &left), >, 0);
        g_assert_cmpuint(left, ==, 0);
    }
}

/* --- what is played --- */

/* A number that moves to where it stands is printed as it was recorded. */
static void test_prints_as_recorded(void)
{
    const struct play play = {.regions = "VM_ALLOCATE virtual 703590.4;VM_ALLOCATE dirty 9456;"
                                         "VM_ALLOCATE count 21;MALLOC_SMALL dirty 40"};
    g_autofree char *path = g_build_filename(PLAYER_DIR, "vmmap.txt", NULL);
    g_autofree char *recording = NULL;
    struct player *player = player_new(&play);
    g_autofree char *printed = player_ask(player, "vmmap");

    g_assert_true(g_file_get_contents(path, &recording, NULL, NULL));
    g_assert_nonnull(strstr(printed, "ReadOnly portion"));
    g_assert_cmpstr(strstr(printed, "ReadOnly portion"), ==, strstr(recording, "ReadOnly portion"));
    player_free(player);
}

/* The recording is that of a whole `vmmap PID`, of which the list of regions is left out. */
static void test_is_recorded(void)
{
    g_autofree char *path = g_build_filename(PLAYER_DIR, "vmmap.txt", NULL);
    g_autofree char *text = NULL, *recording = NULL;

    if (!g_file_get_contents(SIDESCOPE_SAMPLES_DIR "/vmmap/06.txt", &recording, NULL, NULL)) {
        g_test_skip("the recorded outputs are not on this machine");
        return;
    }
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    const char *head_end = strstr(text, "\n\nReadOnly"), *tail = strstr(text, "ReadOnly");

    g_assert_nonnull(head_end);
    g_assert_cmpint(strncmp(recording, text, (gsize)(head_end - text)), ==, 0);
    g_assert_true(g_str_has_suffix(recording, tail));
}

/* --- all of it --- */

static void add_cases(struct place *places)
{
    g_test_add_func("/recorded/prints as recorded", test_prints_as_recorded);
    g_test_add_func("/recorded/is recorded", test_is_recorded);
    for (size_t i = 0; i < G_N_ELEMENTS(recorded); i++) {
        g_autofree char *path = g_strdup_printf("/recorded/%s", recorded[i].row.name);

        g_test_add_data_func(path, &places[i], test_row);
    }
    g_test_add_data_func("/recorded/nothing left", places, test_nothing_left);
}

int main(int argc, char **argv)
{
    struct place places[G_N_ELEMENTS(recorded)] = {0};
    g_autofree char **all = keep_going_init(argc, argv);

    (void)all; /* the test library may look at it until the end */
    run_all(places);
    add_cases(places);
    int status = g_test_run();

    for (size_t i = 0; i < G_N_ELEMENTS(recorded); i++)
        player_free(places[i].player);
    return status;
}
