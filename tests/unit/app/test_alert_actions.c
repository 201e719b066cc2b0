/* What is done at an alert: bytes for the terminal, the command, the options. */

#include "app/alerts/alert_actions.h"
#include "app/alerts/alert_exec.h"

#include <string.h>

/* --- notifications --- */

static const struct {
    enum notification_form form;
    const char *title, *text, *bytes;
} forms[] = {
    {NOTIFICATION_OFF, "t", "x", ""},
    {NOTIFICATION_OSC9, "sidescope", "FDs: 12", "\033]9;sidescope: FDs: 12\033\\"},
    {NOTIFICATION_OSC777, "side;scope", "a;b", "\033]777;notify;side,scope;a,b\033\\"},
    {NOTIFICATION_OSC99, "Hi", "You",
     "\033]99;i=sidescope:d=0:e=1:p=title;SGk=\033\\\033]99;i=sidescope:d=1:e=1:p=body;WW91\033\\"},
    /* what would end the sequence or begin another cannot stand in it */
    {NOTIFICATION_OSC9, "a\033]0;x\a", "b\033\\c\x9d\n",
     "\033]9;a ]0,x : b \\c\xef\xbf\xbd \033\\"},
    {NOTIFICATION_OSC777, "", "\xc2\x9c.", "\033]777;notify;; .\033\\"},
};

static void test_forms(void)
{
    g_unsetenv("TMUX");
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autofree char *bytes = notification_bytes(forms[i].form, forms[i].title, forms[i].text);

        g_assert_cmpstr(bytes, ==, forms[i].bytes);
    }
    g_setenv("TMUX", "/tmp/tmux,1,0", TRUE);
    g_autofree char *wrapped = notification_bytes(NOTIFICATION_OSC9, "a", "b");

    g_assert_cmpstr(wrapped, ==, "\033Ptmux;\033\033]9;a: b\033\033\\\033\\");
    g_unsetenv("TMUX");
}

static void test_long(void)
{
    g_autofree char *text = g_strnfill(5000, 'x');
    g_autofree char *bytes = notification_bytes(NOTIFICATION_OSC9, text, text);

    g_assert_cmpuint(strlen(bytes), <, NOTIFICATION_MAX_TITLE + NOTIFICATION_MAX_TEXT + 20);
}

static const struct {
    const char *name, *value;
    enum notification_form form;
} terminals[] = {
    {"TERM", "linux", NOTIFICATION_OFF},           {"TERM", "xterm-kitty", NOTIFICATION_OSC99},
    {"TERM", "foot-extra", NOTIFICATION_OSC777},   {"VTE_VERSION", "7600", NOTIFICATION_OSC777},
    {"TERM", "xterm-256color", NOTIFICATION_OSC9},
};

static void test_guess(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(terminals); i++) {
        g_unsetenv("KITTY_WINDOW_ID");
        g_unsetenv("VTE_VERSION");
        g_setenv("TERM", "xterm", TRUE);
        g_setenv(terminals[i].name, terminals[i].value, TRUE);
        g_assert_cmpint(notification_guess(), ==, terminals[i].form);
    }
    g_unsetenv("VTE_VERSION");
}

/* Words as a shell would split them; what only a shell would do stays text. */
static void test_split(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) argv = alert_options_split("say 'it leaks' $HOME `id` *; rm x", &error);
    static const char *const expected[] = {"say", "it leaks", "$HOME", "`id`",
                                           "*;",  "rm",       "x",     NULL};

    g_assert_no_error(error);
    g_assert_cmpstrv(argv, expected);
}

/* --- the command --- */

struct failures {
    guint n;
    char *last;
};

static void on_failed(const char *problem, void *user)
{
    struct failures *failures = user;

    failures->n++;
    g_free(failures->last);
    failures->last = g_strdup(problem);
}

static struct alert_exec *exec_new(char *const *argv, int limit_s, struct failures *failures)
{
    return alert_exec_new(&(struct alert_exec_options){
        .argv = argv, .quiet = true, .limit_s = limit_s, .failed = on_failed, .user = failures});
}

static char **variables(const char *one)
{
    const char *const all[] = {one, NULL};

    return g_strdupv((char **)(guintptr)all);
}

static const struct {
    const char *command;
    const char *problem; /* NULL: none */
} commands[] = {
    {"true", NULL},
    {"test x = x", NULL},
    {"false", "false: Child process exited with code 1"},
    {"/nonexistent/program", "No such file"},
    {"printenv SIDESCOPE_TEXT", NULL}, /* fails when there is no such variable */
    {"printenv PATH", NULL},           /* ours stay */
    {"sleep 60", "had not finished after 1 s"},
};

static void test_commands(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_auto(GStrv) argv = g_strsplit(commands[i].command, " ", -1);
        struct failures failures = {0};
        struct alert_exec *exec = exec_new(argv, 1, &failures);

        alert_exec_run(exec, variables("SIDESCOPE_TEXT=FDs: 12"));
        while (alert_exec_busy(exec))
            g_main_context_iteration(NULL, TRUE);
        g_test_message("%s: %s", commands[i].command, failures.last);
        if (commands[i].problem == NULL)
            g_assert_null(failures.last);
        else
            g_assert_nonnull(strstr(failures.last, commands[i].problem));
        g_free(failures.last);
        alert_exec_free(exec);
    }
}

/* A command that hangs holds up a bounded number of events. */
static void test_queue(void)
{
    char *argv[] = {g_strdup("sleep"), g_strdup("2"), NULL};
    struct failures failures = {0};
    struct alert_exec *exec = exec_new(argv, 60, &failures);

    for (int i = 0; i < ALERT_EXEC_MAX_WAITING + 4; i++)
        alert_exec_run(exec, variables("A=b"));
    g_assert_cmpuint(failures.n, ==, 3); /* one runs */
    g_assert_true(alert_exec_busy(exec));
    alert_exec_free(exec);
    g_free(failures.last);
    g_free(argv[0]);
    g_free(argv[1]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/notification/forms", test_forms);
    g_test_add_func("/notification/long", test_long);
    g_test_add_func("/notification/guess", test_guess);
    g_test_add_func("/alert-options/split", test_split);
    g_test_add_func("/alert-exec/commands", test_commands);
    g_test_add_func("/alert-exec/queue", test_queue);
    return g_test_run();
}
