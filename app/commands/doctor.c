#include "app/commands/doctor.h"

#include "app/doctor/doctor.h"
#include "app/target/attach.h"
#include "widgets/safe_text.h"

#include <stdio.h>

enum { EXIT_UNUSABLE = 2 };

struct arguments {
    char *target, *pprof, *backend;
    gboolean json, markdown, ascii;
};

static bool parse(int *argc, char ***argv, struct arguments *ret, GError **error)
{
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &ret->json, "one JSON document instead of text", NULL},
        {"markdown", 0, 0, G_OPTION_ARG_NONE, &ret->markdown, "a table for an issue tracker", NULL},
        ATTACH_ENTRIES(&ret->pprof, &ret->backend),
        {"ascii", 0, 0, G_OPTION_ARG_NONE, &ret->ascii, "plain ASCII", NULL},
        {0}};
    g_autoptr(GOptionContext) context = g_option_context_new("[TARGET]");

    g_set_prgname("sidescope doctor");
    g_option_context_set_summary(context, "Tells what sidescope can see here, what is missing, "
                                          "what follows from it and how to mend it.");
    g_option_context_set_description(
        context, "Exit status: 0 all is there, 1 something is limited or missing, 2 unusable.\n");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, error))
        return false;
    if (!attach_take_target(*argc, *argv, &ret->target, error))
        return false;
    if (ret->json && ret->markdown)
        return attach_refuse(error, "standard output is either --json or --markdown");
    return attach_use_backend(ret->backend, error);
}

static int print(const struct doctor *doctor, const struct arguments *arguments)
{
    bool unicode = !arguments->ascii && g_get_charset(NULL);
    g_autoptr(document_auto) document = doctor_document(doctor);
    g_autofree char *text = arguments->json       ? document_json(document, NULL)
                            : arguments->markdown ? document_markdown(document, NULL, unicode)
                                                  : document_text(document, NULL, unicode);

    if (fputs(text, stdout) >= 0 && fflush(stdout) == 0)
        return doctor_status(doctor);
    g_printerr("sidescope: standard output cannot be written to\n");
    return EXIT_UNUSABLE;
}

int command_doctor(int argc, char **argv)
{
    struct arguments arguments = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(doctor_auto) doctor = doctor_new();
    int status = EXIT_UNUSABLE;

    if (parse(&argc, &argv, &arguments, &error)) {
        doctor_check_system(doctor);
        /* One that was asked for has to be there; without a word any sidecar would do. */
        struct attach_outcome *outcome = attach_find(arguments.target, arguments.pprof);

        if (outcome->target != NULL)
            doctor_check_target(doctor, outcome->target);
        else
            doctor_add(doctor,
                       &(struct doctor_words){
                           .id = "target",
                           .title = "target",
                           .state = arguments.target != NULL ? DOCTOR_BROKEN : DOCTOR_LIMITED,
                           .found = outcome->error->message,
                           .consequence = "what can be seen of a process is not examined",
                           .fix = "sidescope doctor PID"});
        attach_outcome_free(outcome);
        doctor_check_tools(doctor);
        doctor_check_terminal(doctor);
        doctor_check_ourselves(doctor);
        status = print(doctor, &arguments);
    } else {
        g_autofree char *safe = text_safe(error->message, -1, g_get_charset(NULL));

        g_printerr("sidescope: %s\n", safe);
    }
    g_free(arguments.target);
    g_free(arguments.pprof);
    g_free(arguments.backend);
    return status;
}
