#include "app/commands/pprof.h"

#include "app/commands/pprof_shell.h"
#include "app/commands/report.h"

#include <string.h>

static const struct profile_usage usage = {
    .words = "[BINARY] SOURCE...",
    .summary = "go tool pprof's command line. With the flag of a report, that report; without,\n"
               "a shell: top20, list REGEX, peek REGEX, web, NAME=VALUE, help. BINARY is\n"
               "accepted and not needed.",
    .epilogue = "Reports: -top -text -tree -traces -tags -raw -comments -peek=REGEX -list=REGEX\n"
                "-proto (merges, as go build -pgo wants it) -dot; -svg -png -pdf by Graphviz.",
};

/* The report a word asks for, "-list=x" say; *ret_pattern what is behind its "=", or NULL. */
static const struct report_command *report_of(const char *word, const char **ret_pattern)
{
    if (word[0] != '-' || word[1] == '\0')
        return NULL;
    word += word[1] == '-' ? 2 : 1;
    const char *equals = strchr(word, '=');
    g_autofree char *name =
        equals != NULL ? g_strndup(word, (gsize)(equals - word)) : g_strdup(word);

    *ret_pattern = equals != NULL ? equals + 1 : NULL;
    return report_command_find(name);
}

struct asked {
    const struct report_command *command; /* NULL: the shell */
    const char *pattern;
    GPtrArray *rest; /* argv without them; NULL-terminated */
};

static int run(const struct asked *asked, const struct profile_flags *flags)
{
    struct profile_gathered input = {0}, base = {0};
    int status = PROFILE_EXIT_UNABLE;

    if (profile_run_load(flags, flags->words, 0, &input, &status) &&
        profile_run_load_base(flags, &base, &status))
        status = asked->command != NULL
                     ? report_print(&(struct report_job){.command = asked->command,
                                                         .pattern = asked->pattern,
                                                         .flags = flags,
                                                         .input = &input,
                                                         .base = &base})
                     : pprof_shell_run(flags, &input, &base);
    profile_gathered_clear(&input);
    profile_gathered_clear(&base);
    return status;
}

int command_pprof(int argc, char **argv)
{
    g_autoptr(GPtrArray) rest = g_ptr_array_new();
    struct asked asked = {.rest = rest};
    struct profile_flags flags;
    int status = PROFILE_EXIT_UNABLE;

    (void)argc;

    g_ptr_array_add(asked.rest, argv[0]);
    for (size_t i = 1; argv[i] != NULL; i++) {
        const char *pattern;
        const struct report_command *command = report_of(argv[i], &pattern);

        if (command == NULL) {
            g_ptr_array_add(asked.rest, argv[i]);
            continue;
        }
        if (command->has_pattern && pattern == NULL)
            pattern = argv[++i];
        if (asked.command != NULL || (command->has_pattern && pattern == NULL)) {
            profile_run_complain(asked.command != NULL ? "one report at a time"
                                                       : "say which functions: -list=REGEX");
            return status;
        }
        asked.command = command;
        asked.pattern = command->has_pattern ? pattern : NULL;
    }
    g_ptr_array_add(asked.rest, NULL);

    if (profile_run_begin((char **)rest->pdata, &usage, &flags, &status))
        status = run(&asked, &flags);
    profile_flags_clear(&flags);
    return status;
}
