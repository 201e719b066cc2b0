#include "app/commands/dashboard.h"
#include "app/commands/diff.h"
#include "app/commands/doctor.h"
#include "app/commands/export.h"
#include "app/commands/flame.h"
#include "app/commands/holders.h"
#include "app/commands/monitor.h"
#include "app/commands/pprof.h"
#include "app/commands/record.h"
#include "app/commands/report.h"
#include "app/commands/triage.h"
#include "app/ground/job.h"
#include "app/process_setup.h"

#include <glib.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Finds the command; everything else is its. */

static int command_help(int argc, char **argv);

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *usage, *words;
} commands[] = {
    {"dashboard", command_dashboard, "[TARGET|FILE]",
     "full-screen dashboard (what runs without a command)"},
    {"triage", command_triage, "[TARGET|FILE]", "the documented triage as text or --json"},
    {"overnight", command_record, "[TARGET]",
     "the documented overnight test: record until the morning, report what grew"},
    {"record", command_record, "[TARGET]", "keep all that is seen in a file, for a night, say"},
    {"monitor", command_monitor, "[TARGET]",
     "log memory over time; serve the numbers to Prometheus"},
    {"export", command_export, "FILE DIR", "a recording as CSV, profiles, dumps and JSON"},
    {"doctor", command_doctor, "[TARGET]",
     "what can be seen here, what is missing, how to mend it"},
    {"holders", command_holders, "[TARGET]",
     "who keeps the memory of a process, or its open files, alive"},
    {"top", command_report, "[SOURCE...]", "functions of a profile by weight"},
    {"peek", command_report, "REGEX [SOURCE...]", "callers and callees of functions"},
    {"list", command_report, "REGEX [SOURCE...]", "source lines of functions and what they cost"},
    {"tree", command_report, "[SOURCE...]", "all functions with callers and callees"},
    {"traces", command_report, "[SOURCE...]", "all stacks of a profile"},
    {"tags", command_report, "[SOURCE...]", "labels of a profile"},
    {"diff", command_diff, "BEFORE AFTER", "what grew between two profiles"},
    {"flame", command_flame, "[SOURCE...]", "flame graph: full-screen, or an SVG file with -o"},
    {"pprof", command_pprof, "[SOURCE...]",
     "as go tool pprof: -top, -proto, -svg, …, or its shell"},
    {"raw", command_report, "[SOURCE...]", "everything in a profile"},
    {"help", command_help, "[COMMAND]", "this text, or the options of a command"},
};

static int print_help(void)
{
    g_print("sidescope: find leaks in a running Go process, typically sidecar\n\n"
            "Usage:\n"
            "  sidescope [TARGET | FILE [FILE]] [OPTION...]\n"
            "  sidescope COMMAND [ARGUMENT...]\n\n"
            "TARGET is a pid, a process name, a pprof URL or host:port; none: the running "
            "sidecar.\nFILE is a recording, a profile, a goroutine dump, a saved snapshot, or what "
            "lsof or "
            "vmmap\nprinted. SOURCE is a TARGET, or a profile's file.\n\nCommands:\n");
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
        g_print("  %-10s %-18s %s\n", commands[i].name, commands[i].usage, commands[i].words);
    g_autofree char *options = command_dashboard_options();

    g_print("\nOptions of the dashboard, without a command:\n\n%s"
            "Options of a command: sidescope COMMAND --help, or sidescope help COMMAND\n"
            "  -h, --help     this text\n"
            "  --version      the version\n"
            "  --header-file FILE  send its lines (\"Name: value\") to the pprof address that is "
            "typed\n\n"
            "Exit status: 0 fine or healthy, 1 findings (triage), growth (diff) or limits "
            "(doctor), 2 could not do "
            "it.\n",
            options);
    return 0;
}

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static int command_help(int argc, char **argv)
{
    const struct command *command = argc > 1 ? find(argv[1]) : NULL;

    if (argc <= 1 || *argv[1] == '-' || (command != NULL && command->run == command_help))
        return print_help();
    if (command != NULL)
        return command->run(2, (char *[]){argv[1], (char *)(uintptr_t) "--help", NULL});
    g_printerr("sidescope: there is no command called %s: sidescope help lists them\n", argv[1]);
    return 2;
}

/* How long the end waits for work that nobody wants any more. */
enum { LEAVE_PATIENCE_MS = 300 };

/* Runs for hours or days. */
static bool stays(const struct command *command)
{
    return command == NULL || command->run == command_dashboard || command->run == command_record ||
           command->run == command_monitor;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;

    process_setup();
    setlocale(LC_ALL, "");
    g_set_prgname("sidescope");
    if (!process_take_options(&argc, &argv, &error)) {
        g_printerr("sidescope: %s\n", error->message);
        return 2;
    }
    const char *first = argc > 1 ? argv[1] : "";

    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0)
        return print_help();
    if (strcmp(first, "--version") == 0) {
        g_print("sidescope %s\n", SIDESCOPE_VERSION);
        return 0;
    }
    const struct command *command = find(first);

    if (stays(command))
        process_stay_small();
    int status = command != NULL ? command->run(argc - 1, argv + 1) : command_dashboard(argc, argv);

    if (!job_wait_all(LEAVE_PATIENCE_MS)) {
        fflush(NULL);
        _exit(status);
    }
    return status;
}
