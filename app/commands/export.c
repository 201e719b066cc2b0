#include "app/commands/export.h"

#include "app/recording/export.h"
#include "app/recording/opened_file.h"
#include "app/recording/time_text.h"
#include "app/target/attach.h"
#include "widgets/safe_text.h"

enum { EXIT_UNABLE = 2 };

struct arguments {
    char *from, *to;
    int run; /* from 1; 0: the last */
    gboolean redact;
};

static bool parse(int *argc, char ***argv, struct arguments *ret, GError **error)
{
    const GOptionEntry entries[] = {
        {"run", 0, 0, G_OPTION_ARG_INT, &ret->run,
         "which of the processes that were watched, from 1 (default: the last)", "N"},
        {"from", 0, 0, G_OPTION_ARG_STRING, &ret->from, "leave out what was before (03:12, -2h)",
         "TIME"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &ret->to, "leave out what was after", "TIME"},
        {"redact", 0, 0, G_OPTION_ARG_NONE, &ret->redact,
         "hide home directories, user and host names", NULL},
        {0}};
    g_autoptr(GOptionContext) context = g_option_context_new("FILE DIR");

    g_set_prgname("sidescope export");
    g_option_context_set_summary(
        context,
        "Writes a recording as a folder of standard files: series.csv, descriptors.csv,\n"
        "events.csv, verdicts.csv, profiles (.pb.gz), goroutine dumps, and the last moment\n"
        "as a snapshot (snapshot.json) that sidescope opens.");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, error))
        return false;
    if (*argc == 3)
        return true;
    g_set_error_literal(error, ATTACH_ERROR, ATTACH_ERROR_USAGE,
                        "say what to export and where to: sidescope export FILE DIR");
    return false;
}

static bool choose_run(const struct opened_file *file, const struct arguments *arguments,
                       size_t *ret, GError **error)
{
    size_t n = reader_n_runs(file->reader);

    *ret = arguments->run > 0 ? (size_t)arguments->run - 1 : n - 1;
    if (arguments->run >= 0 && *ret < n)
        return true;
    g_set_error(error, ATTACH_ERROR, ATTACH_ERROR_USAGE, "--run takes 1 to %zu: %s has so many", n,
                file->path);
    return false;
}

static bool choose_range(const struct opened_file *file, const struct arguments *arguments,
                         struct export_range *ret, GError **error)
{
    if (!choose_run(file, arguments, &ret->run, error))
        return false;
    const struct reader_run *run = reader_run(file->reader, ret->run);
    gint64 begun_us = run->begun_us, last_us = MAX(run->last_us, run->begun_us);

    ret->from_us = begun_us;
    ret->to_us = last_us;
    if ((arguments->from != NULL &&
         !time_text_parse(arguments->from, last_us, begun_us, last_us, &ret->from_us, error)) ||
        (arguments->to != NULL &&
         !time_text_parse(arguments->to, last_us, begun_us, last_us, &ret->to_us, error)))
        return false;
    if (ret->from_us <= ret->to_us)
        return true;
    g_set_error_literal(error, ATTACH_ERROR, ATTACH_ERROR_USAGE, "--from is after --to");
    return false;
}

static bool export_file(const struct opened_file *file, const struct arguments *arguments,
                        const char *path, GError **error)
{
    struct export_range range;

    if (file->reader == NULL) {
        g_set_error(error, ATTACH_ERROR, ATTACH_ERROR_USAGE,
                    "%s is no recording: only those are exported", file->path);
        return false;
    }
    if (!choose_range(file, arguments, &range, error))
        return false;
    g_autoptr(redact_auto) redact = arguments->redact ? export_redact(file->reader, &range) : NULL;

    return export_recording(file->reader, &range, redact, path, error);
}

int command_export(int argc, char **argv)
{
    struct arguments arguments = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(opened_file_auto) file = NULL;
    bool ok = parse(&argc, &argv, &arguments, &error) &&
              (file = opened_file_new(argv[1], &error)) != NULL &&
              export_file(file, &arguments, argv[2], &error);

    if (ok) {
        g_autofree char *safe = text_safe(argv[2], -1, g_get_charset(NULL));

        g_print("written: %s\n", safe);
    } else {
        g_autofree char *safe = text_safe(error->message, -1, g_get_charset(NULL));

        g_printerr("sidescope: %s\n", safe);
    }
    g_free(arguments.from);
    g_free(arguments.to);
    return ok ? 0 : EXIT_UNABLE;
}
