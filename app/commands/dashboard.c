#include "app/commands/dashboard.h"

#include "app/commands/triage.h"
#include "app/ground/job.h"
#include "app/recording/opened_file.h"
#include "app/target/attach.h"
#include "app/tui/screens/file_view.h"
#include "app/tui/screens/screens.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_UNUSABLE = 2 };

struct arguments {
    char *target;                   /* NULL: any sidecar */
    char *other;                    /* a second recording, beside target; NULL: none */
    char *at;                       /* of a recording; NULL: its end */
    struct opened_file *file;       /* target, when that is one */
    struct recorded_side *sides[2]; /* both, when there are two */
    char *problem;                  /* with file, for after the screen */
    char *pprof;
    char *backend;
    gboolean no_color;
    struct option_choices *choices; /* of the flags */
    struct alert_options alerts;
};

static void arguments_clear(struct arguments *arguments)
{
    g_free(arguments->target);
    g_free(arguments->other);
    g_free(arguments->at);
    g_free(arguments->problem);
    opened_file_free(arguments->file);
    for (int i = 0; i < 2; i++)
        recorded_side_free(arguments->sides[i]);
    g_free(arguments->pprof);
    g_free(arguments->backend);
    option_choices_free(arguments->choices);
    alert_options_clear(&arguments->alerts);
}

static GOptionContext *context_new(struct arguments *ret)
{
    const GOptionEntry entries[] = {
        ATTACH_ENTRIES(&ret->pprof, &ret->backend),
        {"at", 0, 0, G_OPTION_ARG_STRING, &ret->at,
         "where in a recording to begin (03:12, -2h, begin, end)", "TIME"},
        {"no-color", 0, 0, G_OPTION_ARG_NONE, &ret->no_color, "no colours (also: NO_COLOR)", NULL},
        {0}};
    GOptionContext *context = g_option_context_new("[TARGET | FILE [FILE]]");

    g_option_context_set_summary(
        context, "Watches a running Go process: memory, descriptors, goroutines, heap.\n"
                 "TARGET is a pid, a process name, a pprof URL or host:port; none: sidecar.\n"
                 "FILE is a recording, a profile, a goroutine dump, a saved snapshot, or what lsof "
                 "or vmmap\nprinted; two recordings are laid beside each other.");
    ret->choices = option_choices_new();
    g_option_context_set_main_group(context, option_look_group(ret->choices));
    g_option_context_add_main_entries(context, entries, NULL);
    option_add_alert_group(context, ret->choices);
    return context;
}

char *command_dashboard_options(void)
{
    struct arguments unused = {0};
    g_autoptr(GOptionContext) context = context_new(&unused);

    g_option_context_set_summary(context, NULL);
    g_option_context_set_help_enabled(context, FALSE);
    g_autofree char *help = g_option_context_get_help(context, FALSE, NULL);

    arguments_clear(&unused);
    const char *after_usage = strstr(help, "\n\n");

    return g_strdup(after_usage != NULL ? after_usage + strlen("\n\n") : help);
}

static bool parse_arguments(int *argc, char ***argv, struct arguments *ret, GError **error)
{
    g_autoptr(GOptionContext) context = context_new(ret);

    if (!g_option_context_parse(context, argc, argv, error))
        return false;
    bool two_files =
        *argc == 3 && opened_file_is_meant((*argv)[1]) && opened_file_is_meant((*argv)[2]);

    if (!attach_take_target(two_files ? 2 : *argc, *argv, &ret->target, error))
        return false;
    ret->other = two_files ? g_strdup((*argv)[2]) : NULL;
    if (option_choice(ret->choices, OPTION_EVENTS) != NULL && isatty(STDOUT_FILENO) &&
        isatty(STDERR_FILENO))
        return attach_refuse(
            error, "--events writes to standard error, which is the screen here: redirect "
                   "it (2>events.log), or press ! in the dashboard");
    return attach_use_backend(ret->backend, error);
}

/* --- attaching while the screen is already up --- */

struct attaching {
    struct ui *ui;
    const struct arguments *arguments;
    struct job *job;
};

/* The work gets its own copy: it may outlast the program's main function when it hangs. */
static struct arguments *arguments_copy(const struct arguments *arguments)
{
    struct arguments *copy = g_new0(struct arguments, 1);

    copy->target = g_strdup(arguments->target);
    copy->pprof = g_strdup(arguments->pprof);
    return copy;
}

static void arguments_free(void *data)
{
    arguments_clear(data);
    g_free(data);
}

static void *attach_work(void *data, const int *cancelled)
{
    const struct arguments *arguments = data;

    (void)cancelled;
    return attach_find(arguments->target, arguments->pprof);
}

static void attach_done(void *result, void *user)
{
    struct attaching *attaching = user;
    struct attach_outcome *outcome = result;
    const struct arguments *arguments = attaching->arguments;

    attaching->job = NULL;
    if (outcome->target != NULL)
        ui_attach(attaching->ui, g_steal_pointer(&outcome->target));
    else
        ui_push(attaching->ui, picker_screen_new(attaching->ui, arguments->target, arguments->pprof,
                                                 outcome->error->message));
    attach_outcome_free(outcome);
}

static int run(struct ui *ui, struct arguments *arguments)
{
    struct attaching attaching = {.ui = ui, .arguments = arguments};
    int status;

    ui_push(ui, dashboard_screen_new(ui));
    attaching.job = job_start(&(struct job_ops){.work = attach_work,
                                                .done = attach_done,
                                                .free_data = arguments_free,
                                                .free_result = attach_outcome_free_void,
                                                .user = &attaching},
                              arguments_copy(arguments));
    status = ui_run(ui);
    job_cancel(attaching.job);
    return status;
}

/* --- no terminal --- */

static int print_report(const struct arguments *arguments)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();

    g_ptr_array_add(argv, (gpointer) "triage");
    if (arguments->pprof != NULL) {
        g_ptr_array_add(argv, (gpointer) "--pprof");
        g_ptr_array_add(argv, arguments->pprof);
    }
    if (arguments->at != NULL) {
        g_ptr_array_add(argv, (gpointer) "--at");
        g_ptr_array_add(argv, arguments->at);
    }
    if (arguments->target != NULL) {
        g_ptr_array_add(argv, (gpointer) "--");
        g_ptr_array_add(argv, arguments->target);
    }
    int argc = (int)argv->len;

    g_ptr_array_add(argv, NULL);
    return command_triage(argc, (char **)argv->pdata);
}

/* --- files --- */

/* What is wrong with a file is told before the screen is taken. */
static bool open_files(struct arguments *arguments, GError **error)
{
    if (arguments->target == NULL || !opened_file_is_meant(arguments->target)) {
        if (arguments->at != NULL)
            g_set_error_literal(error, ATTACH_ERROR, ATTACH_ERROR_USAGE,
                                "--at is a time of a recording: sidescope FILE --at TIME");
        return arguments->at == NULL;
    }
    arguments->file = opened_file_new(arguments->target, error);
    if (arguments->file == NULL || arguments->other == NULL)
        return arguments->file != NULL;
    for (int i = 0; i < 2; i++) {
        struct opened_file *file =
            i == 0 ? g_steal_pointer(&arguments->file) : opened_file_new(arguments->other, error);

        if (file == NULL || (arguments->sides[i] = recorded_side_new(file, error)) == NULL)
            return false;
    }
    return true;
}

static int run_file(struct ui *ui, struct arguments *arguments)
{
    g_autoptr(GError) error = NULL;

    if (arguments->other != NULL) {
        ui_push(ui, recordings_screen_new(ui, g_steal_pointer(&arguments->sides[0]),
                                          g_steal_pointer(&arguments->sides[1])));
        return ui_run(ui);
    }
    if (file_view_show(ui, g_steal_pointer(&arguments->file), arguments->at, &error))
        return ui_run(ui);
    arguments->problem = g_strdup(error->message);
    return EXIT_UNUSABLE;
}

static int open_and_run(struct arguments *arguments, struct config *config)
{
    config_choose(config, arguments->choices);
    const char *no_color = g_getenv("NO_COLOR");
    struct ui_options options = {
        .openers = &screens_openers,
        .config = config,
        .alerts = &arguments->alerts,
        .no_color = arguments->no_color || (no_color != NULL && *no_color != '\0'),
        .mouse = config_value(config, OPTION_MOUSE)->on,
        .remember = true,
    };
    g_autoptr(GError) error = NULL;

    config_alerts(config, arguments->choices, &arguments->alerts);
    struct ui *ui = ui_new(&options, &error);

    if (ui == NULL) {
        g_printerr("sidescope: %s\n", error->message);
        return EXIT_UNUSABLE;
    }
    int status = arguments->file != NULL || arguments->other != NULL ? run_file(ui, arguments)
                                                                     : run(ui, arguments);

    ui_free(ui);
    if (arguments->problem != NULL) /* the screen is the shell's again */
        g_printerr("sidescope: %s\n", arguments->problem);
    return status;
}

int command_dashboard(int argc, char **argv)
{
    struct arguments arguments = {0};
    g_autoptr(GError) error = NULL;
    struct config *config = NULL;
    int status = EXIT_UNUSABLE;

    if (!parse_arguments(&argc, &argv, &arguments, &error) ||
        (config = config_load(NULL, &error)) == NULL)
        g_printerr("sidescope: %s\n", error->message);
    else if (!isatty(STDOUT_FILENO) && arguments.other != NULL)
        g_printerr("sidescope: two recordings are laid beside each other on a terminal; without "
                   "one judge each: sidescope triage FILE\n");
    else if (!isatty(STDOUT_FILENO))
        status = print_report(&arguments);
    else if (!open_files(&arguments, &error))
        g_printerr("sidescope: %s\n", error->message);
    else
        status = open_and_run(&arguments, config);
    config_free(config);
    arguments_clear(&arguments);
    return status;
}
