/*
 * Random keys, mouse reports, pastes and sizes on the real program, attached to
 * a live process that leaks. A short run always; with SIDESCOPE_LONG set 20 000
 * events for each of three seeds, best under the sanitizers. SIDESCOPE_SEED=N
 * repeats one. Nothing but an orderly end is allowed, and after every burst the
 * program has to answer.
 */

#include "tests/support/remove.h"
#include "tests/support/visit.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LINES = 40,
    COLS = 120,
    SHORT_EVENTS = 1500,
    LONG_EVENTS = 20 * 1000,
    BURST = 40,
    BURST_MS = 15,
    ANSWER_MS = 120 * 1000, /* an end with a search for leaks takes long on a busy machine */
};

static const char *const leak =
    "files claude 60; goroutines recv 30; heap json 4M; heap scanner 2M;"
    "files claude 2/s; goroutines recv 1/s; heap scanner 128K/s";

/* Also in the middle of sequences; what stops it (C-z) belongs to another test. */
static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                              " ,./<>?!@#$%^&*()[]{};:'\"\\|-_=+`~";
static const char *const keys[] = {
    "Enter", "Tab",    "S-Tab", "Escape", "Backspace", "Up",    "Down",  "Left", "Right",
    "Home",  "End",    "Down",  "PageUp", "PageDown",  "Enter", "F1",    "F5",   "C-Right",
    "M-x",   "Delete", "C-l",   "C-u",    "C-w",       "C-a",   "Enter", "C-d"};

struct monkey {
    GRand *rand;
    struct visit visit;
    struct stage_options stage;
    char *dir; /* working directory, home, and where sanitizers write */
    int lines, cols;
    unsigned ends; /* orderly ones: it was started anew */
};

static int below(struct monkey *m, int n)
{
    return g_rand_int_range(m->rand, 0, n);
}

/* --- what it does --- */

static void press_letter(struct monkey *m)
{
    char text[2] = {letters[below(m, (int)sizeof letters - 1)], '\0'};

    vt_type(m->visit.vt, text);
}

static void press_key(struct monkey *m)
{
    vt_key(m->visit.vt, keys[below(m, (int)G_N_ELEMENTS(keys))]);
}

static void use_mouse(struct monkey *m)
{
    static const int buttons[] = {0, 0, 0, 2, 32, 35, 64, 65, 128};
    g_autofree char *report = g_strdup_printf(
        "\033[<%d;%d;%d%c", buttons[below(m, (int)G_N_ELEMENTS(buttons))],
        1 + below(m, m->cols + 5), 1 + below(m, m->lines + 5), below(m, 3) == 0 ? 'm' : 'M');

    vt_type(m->visit.vt, report);
}

static void send_noise(struct monkey *m)
{
    char bytes[8];
    int n = 1 + below(m, (int)sizeof bytes - 1);

    for (int i = 0; i < n; i++) {
        bytes[i] = (char)below(m, 256);
        if (strchr("\x03\x1a\x1c", bytes[i]) != NULL) /* C-c, C-z, C-\\: signals while it ends */
            bytes[i] = '\033';
    }
    vt_send(m->visit.vt, bytes, (size_t)n);
}

static void paste(struct monkey *m)
{
    vt_type(m->visit.vt, "\033[200~");
    for (int i = below(m, 5); i > 0; i--)
        send_noise(m);
    vt_type(m->visit.vt, "\033[201~");
}

static void change_size(struct monkey *m)
{
    m->lines = 1 + below(m, 70);
    m->cols = 1 + below(m, 220);
    vt_resize(m->visit.vt, m->lines, m->cols);
}

static void act(struct monkey *m)
{
    static const struct {
        void (*act)(struct monkey *m);
        int weight;
    } acts[] = {{press_letter, 45}, {press_key, 35}, {use_mouse, 15},
                {send_noise, 2},    {paste, 2},      {change_size, 1}};
    int at = below(m, 100);
    size_t i = 0;

    for (; at >= acts[i].weight; i++)
        at -= acts[i].weight;
    acts[i].act(m);
}

/* --- its life --- */

static void start(struct monkey *m)
{
    const char *const argv[] = {"sh",          "-c",         "cd \"$HOME\" && exec \"$0\" \"$1\"",
                                SIDESCOPE_BIN, m->visit.pid, NULL};
    g_autofree char *home = g_strdup_printf("HOME=%s", m->dir);
    g_autofree char *state = g_strdup_printf("XDG_STATE_HOME=%s/state", m->dir);
    const char *const env[] = {home,
                               state,
                               "TERM=xterm-256color",
                               "EDITOR=true",
                               "VISUAL=true",
                               "XDG_CONFIG_HOME=/dev/null",
                               "PATH=/usr/bin:/bin",
                               NULL};

    m->lines = LINES;
    m->cols = COLS;
    m->visit.vt =
        vt_start(&(struct vt_options){.argv = argv, .env = env, .lines = LINES, .cols = COLS});
    g_assert_true(vt_wait_text(m->visit.vt, "Memory", ANSWER_MS));
}

static void set_up(struct monkey *m, guint32 seed)
{
    g_autoptr(GError) error = NULL;

    *m = (struct monkey){.rand = g_rand_new_with_seed(seed), .stage = {.commands = leak}};
    m->dir = g_dir_make_tmp("sidescope-monkey-XXXXXX", NULL);
    m->visit.stage = target_start(&m->stage, &error);
    g_assert_no_error(error);
    m->visit.pid = g_strdup_printf("%d", (int)target_pid(m->visit.stage));
    start(m);
}

static void tear_down(struct monkey *m)
{
    visit_end(&m->visit);
    g_rand_free(m->rand);
    remove_tree(m->dir);
    g_free(m->dir);
}

/* q, and yes where it asks, is an end like any other. */
static void check_end(struct monkey *m)
{
    int status = -1;

    g_assert_true(vt_wait_exit(m->visit.vt, ANSWER_MS, &status));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        vt_dump(m->visit.vt);
        g_error("ended with wait status 0x%x", (unsigned)status);
    }
    vt_free(m->visit.vt);
    m->ends++;
    start(m);
}

/* Whatever stands on the screen, another size paints it anew. */
static void check_answer(struct monkey *m)
{
    gint64 until = g_get_monotonic_time() + (gint64)ANSWER_MS * 1000;
    guint64 before;

    vt_settle(m->visit.vt, BURST_MS);
    before = vt_received_bytes(m->visit.vt);
    m->cols = m->cols > 2 ? m->cols - 1 : m->cols + 1;
    vt_resize(m->visit.vt, m->lines, m->cols);
    while (!vt_has_ended(m->visit.vt) && vt_received_bytes(m->visit.vt) == before) {
        if (g_get_monotonic_time() >= until) {
            vt_dump(m->visit.vt);
            g_error("no answer any more");
        }
        vt_live(m->visit.vt, BURST_MS);
    }
}

static void run(guint32 seed, int events)
{
    struct monkey m;

    if (!target_available()) {
        g_test_skip("no Go: the target was not built");
        return;
    }
    g_test_message("seed %u, %d events", seed, events);
    set_up(&m, seed);
    for (int i = 1; i <= events; i++) {
        act(&m);
        if (i % BURST != 0)
            continue;
        vt_live(m.visit.vt, BURST_MS);
        if (i % (BURST * 10) == 0)
            check_answer(&m);
        if (vt_has_ended(m.visit.vt))
            check_end(&m);
    }
    g_test_message("ended %u times by itself, in order", m.ends);
    tear_down(&m);
}

static void test_monkey(void)
{
    static const guint32 seeds[] = {1, 20, 4711};
    const char *seed = g_getenv("SIDESCOPE_SEED");
    bool is_long = g_getenv("SIDESCOPE_LONG") != NULL;

    if (seed != NULL)
        run((guint32)g_ascii_strtoull(seed, NULL, 10), LONG_EVENTS);
    for (size_t i = 0; seed == NULL && i < (is_long ? G_N_ELEMENTS(seeds) : 1); i++)
        run(seeds[i], is_long ? LONG_EVENTS : SHORT_EVENTS);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/monkey", test_monkey);
    return g_test_run();
}
