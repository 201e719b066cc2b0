#include "app/commands/holders.h"

#include "app/ground/json.h"
#include "app/report/holders_text.h"
#include "app/target/attach.h"
#include "probes/go_process.h"
#include "probes/goruntime/descriptors.h"
#include "widgets/safe_text.h"

#include <stdio.h>
#include <unistd.h>

enum {
    EXIT_TOLD = 0,
    EXIT_UNABLE = 2,
    MAX_ROWS = 25, /* without --all */
    MAX_WATCH_S = 86400,
};

struct arguments {
    char *target;
    gboolean files, all, json;
    gint watch_s;
};

struct run {
    struct arguments arguments;
    const struct target *target;
    struct go_process *process;
    bool unicode, shows_progress;
    GString *out;
};

static bool parse(int *argc, char ***argv, struct arguments *ret, GError **error)
{
    const GOptionEntry entries[] = {
        {"files", 0, 0, G_OPTION_ARG_NONE, &ret->files, "who holds the open files instead", NULL},
        {"watch", 0, 0, G_OPTION_ARG_INT, &ret->watch_s,
         "look twice, this many seconds apart, and tell whose memory grew", "SECONDS"},
        {"all", 0, 0, G_OPTION_ARG_NONE, &ret->all, "all rows, not only the largest", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &ret->json, "one JSON document instead of text", NULL},
        {0}};
    g_autoptr(GOptionContext) context = g_option_context_new("[TARGET]");

    g_set_prgname("sidescope holders");
    g_option_context_set_summary(
        context, "Tells which variables and goroutines keep the memory of a Go process alive, or\n"
                 "its open files: read from its memory, without pprof, also of stripped programs.");
    g_option_context_set_description(context, "Exit status: 0 told, 2 could not be read.\n");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, error))
        return false;
    if (!attach_take_target(*argc, *argv, &ret->target, error))
        return false;
    if (ret->watch_s >= 0 && ret->watch_s <= MAX_WATCH_S)
        return true;
    g_set_error(error, ATTACH_ERROR, ATTACH_ERROR_USAGE, "--watch takes 1 to %d seconds",
                MAX_WATCH_S);
    return false;
}

static void on_progress(const char *step, unsigned at, unsigned n, void *user)
{
    const struct run *run = user;

    if (run->shows_progress)
        g_printerr("\r\033[K%s (%u of %u) ...", step, at + 1, n);
}

static void end_progress(const struct run *run)
{
    if (run->shows_progress)
        g_printerr("\r\033[K");
}

static JsonBuilder *begin_json(const struct run *run)
{
    JsonBuilder *builder = json_builder_new();

    json_builder_begin_object(builder);
    json_add_int(builder, "pid", (gint64)run->target->id.pid);
    json_add_text(builder, "source", go_process_source);
    return builder;
}

static void end_json(const struct run *run, JsonBuilder *builder)
{
    json_builder_end_object(builder);
    g_autofree char *text = json_document(builder);

    g_string_append(run->out, text);
}

/* Texts of the target are made safe where they are printed. */
static void add_safe(const struct run *run, const char *text)
{
    g_autofree char *safe = text_safe(text, -1, run->unicode);

    g_string_append(run->out, safe);
}

static void add_line(enum holders_line line, const char *text, void *user)
{
    const struct run *run = user;

    add_safe(run, text);
    g_string_append(run->out, line == HOLDERS_LINE_NOTE ? "\n\n" : "\n");
}

static void add_target(const struct run *run)
{
    g_autofree char *text = g_strdup_printf("%s %d: ", run->target->name, (int)run->target->id.pid);

    add_safe(run, text);
}

/* --- memory --- */

static void add_holder_json(JsonBuilder *builder, const struct holder *holder,
                            const struct holders *before)
{
    static const char *const kinds[] = {
        [REACH_GLOBAL] = "variable", [REACH_GOROUTINE] = "goroutine", [REACH_RUNTIME] = "runtime"};

    json_builder_begin_object(builder);
    json_add_text(builder, "kind", kinds[holder->kind]);
    json_add_text(builder, "name", holder->name);
    json_add_flag(builder, "guess", holder->is_guess);
    json_add_int(builder, "roots", (gint64)holder->n_roots);
    json_add_int(builder, "bytes", (gint64)holder->bytes);
    json_add_int(builder, "objects", (gint64)holder->n);
    if (before != NULL)
        json_add_int(builder, "growth_bytes", holders_growth(holder, before));
    json_begin_array(builder, "types");
    for (guint i = 0; i < holder->types->len; i++) {
        const struct holder_type *type = &g_array_index(holder->types, struct holder_type, i);

        json_builder_begin_object(builder);
        json_add_text(builder, "name", type->name);
        json_add_int(builder, "bytes", (gint64)type->bytes);
        json_add_int(builder, "objects", (gint64)type->n);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    json_builder_end_object(builder);
}

static struct holders *look(struct run *run, GError **error)
{
    struct go_runtime *runtime = go_process_open(run->process, error);
    struct holders *holders =
        runtime != NULL ? holders_read(runtime, on_progress, run, error) : NULL;

    end_progress(run);
    return holders;
}

static bool tell_memory(struct run *run, GError **error)
{
    g_autoptr(holders_auto) before = run->arguments.watch_s > 0 ? look(run, error) : NULL;

    if (run->arguments.watch_s > 0 && before == NULL)
        return false;
    g_usleep((gulong)run->arguments.watch_s * G_USEC_PER_SEC);
    g_autoptr(holders_auto) holders = look(run, error);

    if (holders == NULL)
        return false;
    if (run->arguments.json) {
        g_autoptr(JsonBuilder) builder = begin_json(run);
        g_autoptr(GPtrArray) order = holders_in_order(holders, before);

        json_add_int(builder, "heap_bytes", (gint64)holders->heap_bytes);
        json_add_int(builder, "held_bytes", (gint64)holders->reached_bytes);
        json_add_int(builder, "unheld_bytes", (gint64)holders->unheld_bytes);
        json_add_int(builder, "objects", (gint64)holders->n_objects);
        json_begin_array(builder, "holders");
        for (guint i = 0; i < order->len; i++)
            add_holder_json(builder, g_ptr_array_index(order, i), before);
        json_builder_end_array(builder);
        end_json(run, builder);
    } else {
        add_target(run);
        holders_text(holders, before, run->arguments.all ? 0 : MAX_ROWS, add_line, run);
    }
    return true;
}

/* --- files --- */

static void add_descriptor_json(JsonBuilder *builder, const struct descriptor *d)
{
    static const char *const states[] = {[DESCRIPTOR_HELD] = "held",
                                         [DESCRIPTOR_UNHELD] = "unheld",
                                         [DESCRIPTOR_NO_OBJECT] = "no Go object"};

    json_builder_begin_object(builder);
    json_add_int(builder, "fd", d->fd);
    json_add_text(builder, "link", d->link);
    json_add_text(builder, "name", d->name);
    json_add_text(builder, "state", states[d->state]);
    json_add_flag(builder, "guess", d->is_guess);
    json_add_text(builder, "root", d->root);
    if (d->request != NULL) {
        json_add_text(builder, "request", d->request);
        json_add_flag(builder, "response_body_not_closed", d->is_unclosed_body);
    }
    json_begin_array(builder, "chain");
    for (guint i = 0; i < d->chain->len; i++)
        json_add_text_value(builder, g_ptr_array_index(d->chain, i));
    json_builder_end_array(builder);
    json_builder_end_object(builder);
}

static bool tell_files(struct run *run, GError **error)
{
    struct go_runtime *runtime = go_process_open(run->process, error);
    g_autoptr(descriptors_auto) found =
        runtime != NULL
            ? descriptors_read(runtime, (int)run->target->id.pid, on_progress, run, error)
            : NULL;

    end_progress(run);
    if (found == NULL)
        return false;
    if (run->arguments.json) {
        g_autoptr(JsonBuilder) builder = begin_json(run);

        json_add_int(builder, "changed", (gint64)found->n_changed);
        json_begin_array(builder, "descriptors");
        for (guint i = 0; i < found->all->len; i++)
            add_descriptor_json(builder, &g_array_index(found->all, struct descriptor, i));
        json_builder_end_array(builder);
        end_json(run, builder);
    } else {
        add_target(run);
        descriptors_text(found, run->arguments.all ? 0 : MAX_ROWS, add_line, run);
    }
    return true;
}

/* --- the command --- */

static void begin(struct run *run, const struct target *target)
{
    run->target = target;
    run->process = go_process_new(target);
    run->out = g_string_new(NULL);
    run->unicode = g_get_charset(NULL);
    run->shows_progress = isatty(STDERR_FILENO) && isatty(STDOUT_FILENO);
}

struct holdings *holders_look(const struct target *target, GError **error)
{
    struct run run = {0};

    begin(&run, target);
    struct go_runtime *runtime = go_process_open(run.process, error);
    struct holdings *holdings =
        runtime != NULL ? holdings_read(runtime, (int)target->id.pid, on_progress, &run, error)
                        : NULL;

    end_progress(&run);
    g_string_free(run.out, TRUE);
    go_process_free(run.process);
    return holdings;
}

char *holders_for_triage(const struct holdings *holdings)
{
    struct run run = {.out = g_string_new("\nWho holds the memory\n"),
                      .unicode = g_get_charset(NULL)};

    holders_text(holdings->holders, NULL, MAX_ROWS, add_line, &run);
    g_string_append(run.out, "\nWho holds the open files\n");
    descriptors_text(holdings->descriptors, MAX_ROWS, add_line, &run);
    return g_string_free(run.out, FALSE);
}

static bool tell(struct run *run, GError **error)
{
    bool ok = run->arguments.files ? tell_files(run, error) : tell_memory(run, error);

    if (ok && (fputs(run->out->str, stdout) < 0 || fflush(stdout) != 0)) {
        g_set_error_literal(error, ATTACH_ERROR, ATTACH_ERROR_USAGE,
                            "standard output cannot be written to");
        ok = false;
    }
    g_string_free(run->out, TRUE);
    go_process_free(run->process);
    return ok;
}

int command_holders(int argc, char **argv)
{
    struct run run = {0};
    g_autoptr(GError) error = NULL;
    struct attach_outcome *outcome = NULL;
    bool ok = parse(&argc, &argv, &run.arguments, &error);

    if (ok) {
        outcome = attach_find(run.arguments.target, NULL);
        ok = outcome->target != NULL;
        if (ok)
            begin(&run, outcome->target);
        else
            g_propagate_error(&error, g_steal_pointer(&outcome->error));
        ok = ok && tell(&run, &error);
    }
    if (!ok) {
        g_autofree char *safe = text_safe(error->message, -1, g_get_charset(NULL));

        g_printerr("sidescope: %s\n", safe);
    }
    if (outcome != NULL)
        attach_outcome_free(outcome);
    g_free(run.arguments.target);
    return ok ? EXIT_TOLD : EXIT_UNABLE;
}
