/*
 * The real program where it is treated badly: a key held down, a terminal that
 * nobody reads, a paste, no descriptors. It must neither break nor disturb its
 * target, whose CPU and connections are counted.
 */

#include "tests/support/remove.h"
#include "tests/support/visit.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* A busy machine under sanitizers, no proof of anything: what hangs never ends. */
enum { END_SOON_MS = 30 * 1000 };

static bool set_up(struct visit *f)
{
    if (!visit_start(f, &(struct visit_options){.lines = 50, .cols = 160}))
        return false;
    visit_expect(f, "readEvents"); /* pprof answers */
    return true;
}

static void tear_down(struct visit *f)
{
    visit_quit(f);
    visit_end(f);
}

/* --- what the target feels --- */

static double cpu_seconds(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid);
    g_autofree char *text = NULL;
    unsigned long user = 0, system_ = 0;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpint(sscanf(strrchr(text, ')') + 2,
                           "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system_),
                    ==, 2);
    return (double)(user + system_) / (double)sysconf(_SC_CLK_TCK);
}

/* Connections to the target's pprof port now: its own ends, in the kernel's tables. */
static int connections(const struct stage *stage)
{
    static const char *const tables[] = {"/proc/net/tcp", "/proc/net/tcp6"};
    enum { ESTABLISHED = 1 };
    int n = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        g_autofree char *text = NULL;

        g_assert_true(g_file_get_contents(tables[i], &text, NULL, NULL));
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        for (char **line = lines; *line != NULL; line++) {
            unsigned port, state;
            if (sscanf(*line, "%*s %*[0-9A-F]:%X %*s %X", &port, &state) == 2 &&
                (int)port == target_pprof_port(stage) && state == ESTABLISHED)
                n++;
        }
    }
    return n;
}

/* --- a key held down --- */

/* Presses m as fast as a keyboard repeats; the most connections that there were at once. */
static int hold_mark(struct visit *f)
{
    enum { PRESSES = 90 };
    int most = 0;

    for (int i = 0; i < PRESSES; i++) {
        vt_type(f->vt, "m");
        vt_live(f->vt, 33);
        most = MAX(most, connections(f->stage));
    }
    return most;
}

/* First a target that does not answer, so that captures which wait show; then one that does, whose
 * CPU says what they cost it. */
static void test_marks_held(void)
{
    enum { MOST_CONNECTIONS = 5 };
    struct visit f;

    if (!set_up(&f))
        return;
    target_do(f.stage, "heap json 16M");
    g_assert_cmpint(kill(target_pid(f.stage), SIGSTOP), ==, 0);
    int most = hold_mark(&f);

    g_assert_cmpint(kill(target_pid(f.stage), SIGCONT), ==, 0);
    g_test_message("at most %d connections to a target that does not answer", most);
    visit_expect(&f, "marked: growth counts from now");
    g_assert_cmpint(most, <=, MOST_CONNECTIONS);

    double before = cpu_seconds(target_pid(f.stage));
    gint64 begin = g_get_monotonic_time();

    most = hold_mark(&f);
    double wall = (double)(g_get_monotonic_time() - begin) / G_USEC_PER_SEC;
    double share = (cpu_seconds(target_pid(f.stage)) - before) / wall;

    g_test_message("at most %d connections, the target took %.1f %% of a core", most, 100 * share);
    g_assert_cmpint(most, <=, MOST_CONNECTIONS);
    g_assert_cmpfloat(share, <, 0.2);
    tear_down(&f);
}

/* --- no descriptors --- */

static struct vt *start_limited(const struct visit *f, const char *limit)
{
    g_autofree char *command =
        g_strdup_printf("ulimit %s; exec %s %s", limit, SIDESCOPE_BIN, f->pid);
    const char *const argv[] = {"sh", "-c", command, NULL};
    const char *const env[] = {"TERM=xterm-256color", "XDG_CONFIG_HOME=/dev/null", NULL};

    return vt_start(&(struct vt_options){.argv = argv, .env = env, .lines = 40, .cols = 120});
}

static void test_soft_limit(void)
{
    struct visit f;
    struct rlimit limit;

    if (!set_up(&f))
        return;
    struct vt *vt = start_limited(&f, "-Sn 256");

    g_assert_true(vt_wait_text(vt, "readEvents", VISIT_SOON_MS));
    g_assert_cmpint(prlimit(vt_pid(vt), RLIMIT_NOFILE, NULL, &limit), ==, 0);
    g_assert_cmpuint(limit.rlim_cur, ==, MIN(limit.rlim_max, 10240));
    vt_free(vt);
    tear_down(&f);
}

/* Whatever the limit is, it lives, says what is missing, and never that the process has ended. */
static void test_few_descriptors(void)
{
    /* on a frame the sentence is cut where its age is told; with nearly enough it depends on who
     * asks first how much is missing */
    static const char missing[] = "cannot open any more|Too many|stale, [0-9]+s ago";
    static const char some[] = "cannot open any more|Too many|stale, [0-9]+s ago|gor +[0-9]";
    static const struct {
        const char *limit, *shows;
    } cases[] = {
        {"-n 14", missing}, {"-n 18", missing}, {"-n 22", some}, {"-n 26", some}, {"-n 32", some}};
    enum { WATCH_MS = 3000 };
    struct visit f;
    int status;

    if (!set_up(&f))
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct vt *vt = start_limited(&f, cases[i].limit);

        g_test_message("ulimit %s", cases[i].limit);
        g_assert_true(vt_wait_text(vt, cases[i].shows, VISIT_SOON_MS));
        vt_type(vt, "mmm");
        vt_live(vt, WATCH_MS);
        g_assert_false(vt_find(vt, "has ended", NULL, NULL));
        g_assert_false(vt_find(vt, "there is no process", NULL, NULL));
        g_assert_false(vt_find(vt, "hidden from this user", NULL, NULL));
        vt_kill(vt, SIGTERM);
        g_assert_true(vt_wait_exit(vt, END_SOON_MS, &status));
        g_assert_true(WIFEXITED(status));
        vt_free(vt);
    }
    tear_down(&f);
}

/* --- a file that may not grow --- */

/* SIGXFSZ would end it without a word. */
static void test_file_limit(void)
{
    g_autofree char *dir = g_dir_make_tmp("sidescope-limit-XXXXXX", NULL);
    struct visit f;
    g_autoptr(GError) error = NULL;
    g_autofree char *said = NULL;
    int status;

    if (!set_up(&f))
        return;
    g_autofree char *command =
        g_strdup_printf("ulimit -f 1; exec %s triage --seconds 1 --report %s/leak.md %s",
                        SIDESCOPE_BIN, dir, f.pid);
    const char *argv[] = {"/bin/sh", "-c", command, NULL};

    g_assert_true(g_spawn_sync(NULL, (char **)(guintptr)argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL,
                               NULL, NULL, NULL, &said, &status, &error));
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 2);
    g_assert_nonnull(strstr(said, "File too large"));
    remove_tree(dir);
    tear_down(&f);
}

/* --- memory over days --- */

#if defined(__GLIBC__) && !defined(SANITIZED)
/* glibc's pools beside the main one: 64 MiB at a multiple of that (malloc/arena.c, HEAP_MAX_SIZE),
 * of which the end is not accessible yet. Other memory may begin there by chance. */
static int memory_pools(pid_t pid)
{
    static const unsigned long pool_bytes = 64UL * 1024 * 1024;
    g_autofree char *path = g_strdup_printf("/proc/%d/maps", (int)pid);
    g_autofree char *text = NULL;
    unsigned long pool = 0, used_to = 0; /* of what may be one, by the line before */
    int n = 0;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        unsigned long begin, end, inode;
        char access[5], name[2];
        int found =
            sscanf(*line, "%lx-%lx %4s %*x %*s %lu %1s", &begin, &end, access, &inode, name);
        bool is_nameless = found == 4 && inode == 0;

        n += is_nameless && strcmp(access, "---p") == 0 && pool != 0 && begin == used_to &&
             end == pool + pool_bytes;
        pool = is_nameless && strcmp(access, "rw-p") == 0 && begin % pool_bytes == 0 ? begin : 0;
        used_to = end;
    }
    return n;
}

/* A pool for every probe's thread grows by what others free: megabytes in a day. */
static void test_one_pool(void)
{
    struct visit f;

    if (!set_up(&f))
        return;
    visit_expect(&f, "gor +[0-9]"); /* every probe has been at work */
    g_assert_cmpint(memory_pools(vt_pid(f.vt)), ==, 0);
    tear_down(&f);
}
#endif

/* --- a terminal that nobody reads --- */

static void test_unread(gconstpointer data)
{
    enum { REDRAWS = 200 };
    int number = GPOINTER_TO_INT(data), status;
    struct visit f;

    if (!set_up(&f))
        return;
    for (int i = 0; i < REDRAWS; i++) {
        vt_type(f.vt, "\014");
        g_usleep(20 * 1000); /* so that each is a frame of its own */
    }
    vt_kill(f.vt, number);
    g_assert_true(vt_wait_exit_unread(f.vt, END_SOON_MS, &status));
    g_assert_false(vt_altscreen(f.vt));
    visit_end(&f);
}

/* --- pastes --- */

enum { PASTE_BYTES = 60 * 1000 };

static char *much(const char *piece)
{
    GString *text = g_string_new(NULL);

    while (text->len < PASTE_BYTES)
        g_string_append(text, piece);
    return g_string_free(text, FALSE);
}

static void test_paste_is_no_keys(void)
{
    g_autofree char *text = much("Rq\rmsdx ");
    struct visit f;

    if (!set_up(&f))
        return;
    vt_type(f.vt, "\033[200~");
    vt_type(f.vt, text);
    vt_type(f.vt, "\033[201~");
    visit_expect(&f, "nothing here takes a paste");
    visit_expect(&f, "4 Heap");
    vt_type(f.vt, "2/\033[200~inotify\r\n\033[201~");
    visit_expect(&f, "filter: inotify *$");
    vt_key(f.vt, "C-c");
    tear_down(&f);
}

/* As keys that do not end, from a terminal that knows no brackets: the screen and a signal have
 * their turn all the same. */
static void test_flood(void)
{
    enum { WATCH_MS = 2000 };
    struct visit f;
    int status;

    if (!set_up(&f))
        return;
    vt_type(f.vt, "m"); /* from now on there is something to compare with */
    visit_expect(&f, "marked: growth counts from now");
    struct vt_flood *flood = vt_flood_begin(f.vt, "z,\t.a<>");

    vt_live(f.vt, WATCH_MS / 2); /* what was on its way has arrived */
    guint64 before = vt_received_bytes(f.vt);

    vt_live(f.vt, WATCH_MS);
    guint64 drawn = vt_received_bytes(f.vt) - before;

    vt_kill(f.vt, SIGTERM);
    bool ended = vt_wait_exit(f.vt, END_SOON_MS, &status);

    vt_flood_end(flood);
    g_test_message("%" G_GUINT64_FORMAT " bytes were drawn under the flood", drawn);
    g_assert_cmpuint(drawn, >, 0);
    g_assert_true(ended);
    visit_end(&f);
}

int main(int argc, char **argv)
{
    g_autofree char *state = g_dir_make_tmp("sidescope-steady-XXXXXX", NULL);

    g_setenv("XDG_STATE_HOME", state, TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/steady/marks-held", test_marks_held);
    g_test_add_func("/steady/soft-limit", test_soft_limit);
    g_test_add_func("/steady/few-descriptors", test_few_descriptors);
    g_test_add_func("/steady/file-limit", test_file_limit);
#if defined(__GLIBC__) && !defined(SANITIZED)
    g_test_add_func("/steady/one-pool", test_one_pool);
#endif
    g_test_add_data_func("/steady/unread/term", GINT_TO_POINTER(SIGTERM), test_unread);
    g_test_add_data_func("/steady/unread/hup", GINT_TO_POINTER(SIGHUP), test_unread);
    g_test_add_data_func("/steady/unread/int", GINT_TO_POINTER(SIGINT), test_unread);
    g_test_add_data_func("/steady/unread/quit", GINT_TO_POINTER(SIGQUIT), test_unread);
    g_test_add_func("/steady/paste-is-no-keys", test_paste_is_no_keys);
    g_test_add_func("/steady/flood", test_flood);
    int status = g_test_run();

    remove_tree(state);
    return status;
}
