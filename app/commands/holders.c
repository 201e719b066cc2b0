#include "app/commands/holders.h"

#include "app/ground/json.h"
#include "app/target/attach.h"
#include "probes/go_process.h"
#include "probes/goruntime/descriptors.h"
#include "widgets/number.h"
#include "widgets/safe_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    EXIT_TOLD = 0,
    EXIT_UNABLE = 2,
    MAX_ROWS = 25, /* holders, without --all */
    MAX_TYPES = 3, /* of one holder in the text */
    MAX_LINKS = 3, /* paths of one group */
    MAX_WATCH_S = 86400,
};

struct arguments {
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
    if (*argc <= 2 && ret->watch_s >= 0 && ret->watch_s <= MAX_WATCH_S)
        return true;
    g_set_error(error, ATTACH_ERROR, ATTACH_ERROR_USAGE,
                *argc > 2 ? "one target at a time" : "--watch takes 1 to %d seconds", MAX_WATCH_S);
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

/* Texts of the target are made safe where they are printed. */
static void add_safe(const struct run *run, const char *text)
{
    g_autofree char *safe = text_safe(text, -1, run->unicode);

    g_string_append(run->out, safe);
}

/* --- memory --- */

static int64_t growth_of(const struct holder *holder, const struct holders *before)
{
    const struct holder *old = before != NULL ? holders_find(before, holder->key) : NULL;

    return (int64_t)holder->bytes - (old != NULL ? (int64_t)old->bytes : 0);
}

static void write_types(const struct run *run, const struct holder *holder)
{
    for (guint i = 0; i < MIN(holder->types->len, MAX_TYPES); i++) {
        const struct holder_type *type = &g_array_index(holder->types, struct holder_type, i);

        g_string_append_printf(run->out, "%s%s ", i > 0 ? ", " : "",
                               number_bytes((int64_t)type->bytes).text);
        add_safe(run, type->name);
    }
    g_string_append_c(run->out, '\n');
}

static void write_holder(const struct run *run, const struct holder *holder,
                         const struct holders *holders, const struct holders *before)
{
    double share = 100.0 * (double)holder->bytes / (double)MAX(holders->reached_bytes, 1);

    g_string_append_printf(run->out, "%8s %6s %9s", number_bytes((int64_t)holder->bytes).text,
                           number_percent(share).text, number_count((int64_t)holder->n).text);
    if (before != NULL)
        g_string_append_printf(run->out, " %9s",
                               number_bytes_signed(growth_of(holder, before)).text);
    g_string_append(run->out, "  ");
    add_safe(run, holder->name);
    if (holder->kind == REACH_GOROUTINE && holder->n_roots > 1)
        g_string_append_printf(run->out, " (%" PRIu64 " of them)", holder->n_roots);
    g_string_append(run->out, holder->is_guess ? " (a guess: the word may be dead)\n" : "\n");
    g_string_append_printf(run->out, "%*s", before != NULL ? 37 : 27, "");
    write_types(run, holder);
}

/* With two looks, what grew comes first. */
static int compare_growth(gconstpointer a, gconstpointer b, gpointer user)
{
    int64_t x = growth_of(*(const struct holder *const *)a, user);
    int64_t y = growth_of(*(const struct holder *const *)b, user);

    return (x < y) - (x > y);
}

static GPtrArray *in_order(const struct holders *holders, const struct holders *before)
{
    GPtrArray *order = g_ptr_array_new();

    for (guint i = 0; i < holders->holders->len; i++)
        g_ptr_array_add(order, &g_array_index(holders->holders, struct holder, i));
    if (before != NULL)
        g_ptr_array_sort_with_data(order, compare_growth, (gpointer)(uintptr_t)before);
    return order;
}

static void write_holders(const struct run *run, const struct holders *holders,
                          const struct holders *before)
{
    g_autoptr(GPtrArray) order = in_order(holders, before);
    guint n = run->arguments.all ? order->len : MIN(order->len, MAX_ROWS);

    add_safe(run, run->target->name);
    g_string_append_printf(
        run->out,
        " %d: %s in %s objects are held, %s by nobody (they go with the next collection); read "
        "from memory in %.2f s\n\n%8s %6s %9s%s  HELD BY\n",
        (int)run->target->id.pid, number_bytes((int64_t)holders->reached_bytes).text,
        number_count((int64_t)holders->n_objects).text,
        number_bytes((int64_t)holders->unheld_bytes).text, holders->took_s, "BYTES", "SHARE",
        "OBJECTS", before != NULL ? "    GROWTH" : "");
    for (guint i = 0; i < n; i++)
        write_holder(run, g_ptr_array_index(order, i), holders, before);
    if (n < order->len)
        g_string_append_printf(run->out, "\n%u smaller ones are left out; --all shows them\n",
                               order->len - n);
}

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
        json_add_int(builder, "growth_bytes", growth_of(holder, before));
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

static char *holders_json(const struct run *run, const struct holders *holders,
                          const struct holders *before)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    g_autoptr(GPtrArray) order = in_order(holders, before);

    json_builder_begin_object(builder);
    json_add_int(builder, "pid", (gint64)run->target->id.pid);
    json_add_text(builder, "source", go_process_source);
    json_add_int(builder, "heap_bytes", (gint64)holders->heap_bytes);
    json_add_int(builder, "held_bytes", (gint64)holders->reached_bytes);
    json_add_int(builder, "unheld_bytes", (gint64)holders->unheld_bytes);
    json_add_int(builder, "objects", (gint64)holders->n_objects);
    json_begin_array(builder, "holders");
    for (guint i = 0; i < order->len; i++)
        add_holder_json(builder, g_ptr_array_index(order, i), before);
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    return json_document(builder);
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
        g_autofree char *text = holders_json(run, holders, before);

        g_string_append(run->out, text);
    } else {
        write_holders(run, holders, before);
    }
    return true;
}

/* --- files --- */

static void write_group(const struct run *run, const struct descriptors *found,
                        const struct descriptor_group *group)
{
    g_string_append_printf(run->out, "%6u  ", group->fds->len);
    add_safe(run, group->text);
    g_string_append_c(run->out, '\n');
    for (guint i = 0; i < MIN(group->fds->len, MAX_LINKS); i++) {
        const struct descriptor *d = descriptors_find(found, g_array_index(group->fds, int, i));

        g_string_append_printf(run->out, "        fd %d ", d->fd);
        add_safe(run, d->link);
        if (d->name != NULL && strstr(d->link, d->name) == NULL) {
            g_string_append(run->out, " ");
            add_safe(run, d->name);
        }
        g_string_append_c(run->out, '\n');
    }
    if (group->fds->len > MAX_LINKS)
        g_string_append_printf(run->out, "        and %u more\n", group->fds->len - MAX_LINKS);
}

static void write_files(const struct run *run, const struct descriptors *found)
{
    guint n = run->arguments.all ? found->groups->len : MIN(found->groups->len, MAX_ROWS);

    add_safe(run, run->target->name);
    g_string_append_printf(run->out,
                           " %d: %u open descriptors, held in %u ways%s; read from memory in "
                           "%.2f s\n\n   FDS  HELD BY\n",
                           (int)run->target->id.pid, found->all->len, found->groups->len,
                           found->n_changed > 0 ? " (some changed meanwhile and are left out)" : "",
                           found->took_s);
    for (guint i = 0; i < n; i++)
        write_group(run, found, &g_array_index(found->groups, struct descriptor_group, i));
    if (n < found->groups->len)
        g_string_append_printf(run->out, "\n%u more ways are left out; --all shows them\n",
                               found->groups->len - n);
}

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
    json_begin_array(builder, "chain");
    for (guint i = 0; i < d->chain->len; i++)
        json_add_text_value(builder, g_ptr_array_index(d->chain, i));
    json_builder_end_array(builder);
    json_builder_end_object(builder);
}

static char *files_json(const struct run *run, const struct descriptors *found)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();

    json_builder_begin_object(builder);
    json_add_int(builder, "pid", (gint64)run->target->id.pid);
    json_add_text(builder, "source", go_process_source);
    json_add_int(builder, "changed", (gint64)found->n_changed);
    json_begin_array(builder, "descriptors");
    for (guint i = 0; i < found->all->len; i++)
        add_descriptor_json(builder, &g_array_index(found->all, struct descriptor, i));
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    return json_document(builder);
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
        g_autofree char *text = files_json(run, found);

        g_string_append(run->out, text);
    } else {
        write_files(run, found);
    }
    return true;
}

/* --- the command --- */

static bool tell(struct run *run, GError **error)
{
    run->process = go_process_new(run->target);
    run->out = g_string_new(NULL);
    run->unicode = g_get_charset(NULL);
    run->shows_progress = isatty(STDERR_FILENO) && isatty(STDOUT_FILENO);
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
        outcome = attach_find(argc == 2 ? argv[1] : NULL, NULL);
        run.target = outcome->target;
        if (run.target == NULL)
            g_propagate_error(&error, g_steal_pointer(&outcome->error));
        ok = run.target != NULL && tell(&run, &error);
    }
    if (!ok) {
        g_autofree char *safe = text_safe(error->message, -1, g_get_charset(NULL));

        g_printerr("sidescope: %s\n", safe);
    }
    if (outcome != NULL)
        attach_outcome_free(outcome);
    return ok ? EXIT_TOLD : EXIT_UNABLE;
}
