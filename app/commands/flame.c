#include "app/commands/flame.h"

#include "app/commands/profile_run.h"
#include "app/config/config.h"
#include "app/profiles/flame_svg.h"
#include "app/tui/screens/screens.h"
#include "pprof/measurement.h"

#include <string.h>
#include <unistd.h>

static const struct profile_usage usage = {
    .words = "[SOURCE...]",
    .summary = "Stacks as a flame graph: full-screen on a terminal; with -o, or where standard "
               "output\nis none, one interactive SVG file. -base colours it by what grew and what "
               "shrank;\n-nodefraction says how thin a frame may be.",
    .epilogue = "",
};

struct run {
    struct profile_flags flags;
    struct profile_gathered input, base;
    struct filter_options filters;
    int sample_index;
};

static bool load(struct run *run, int *ret_status)
{
    g_autoptr(GError) error = NULL;

    *ret_status = PROFILE_EXIT_UNABLE;
    if (profile_run_refuses(&run->flags) ||
        !profile_run_load(&run->flags, run->flags.words, 0, &run->input, ret_status) ||
        !profile_run_load_base(&run->flags, &run->base, ret_status))
        return false;
    run->filters = profile_flags_filters(&run->flags);
    if (profile_flags_sample_index(&run->flags, run->input.profile, &run->sample_index, &error))
        return true;
    profile_run_complain(error->message);
    *ret_status = PROFILE_EXIT_UNABLE;
    return false;
}

static char *joined(const struct profile_gathered *input)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (guint i = 0; i < input->origins->len; i++)
        g_ptr_array_add(names, input->origins->pdata[i]);
    g_ptr_array_add(names, NULL);
    return g_strjoinv(" + ", (char **)names->pdata);
}

/* --- as a file --- */

static char *make_svg(const struct run *run, const struct calltree *tree)
{
    g_autofree char *source = joined(&run->input);
    g_autofree char *base = run->base.profile != NULL ? joined(&run->base) : NULL;
    g_autofree char *total = measurement_text(tree->nodes[0].total, tree->unit, "auto");
    g_autofree char *details =
        g_strdup_printf("%s, %s in total%s%s", tree->type, total,
                        base != NULL ? ", compared with " : "", base != NULL ? base : "");
    double fraction =
        run->flags.node_fraction >= 0 ? run->flags.node_fraction : FLAME_SVG_MIN_FRACTION;
    struct flame_svg_options options = {.title = source,
                                        .details = details,
                                        .min_fraction = run->flags.trim ? fraction : 0,
                                        .has_base = base != NULL};

    return flame_svg(tree, &options, NULL);
}

static char *make_json(const struct run *run, const struct calltree *tree)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    struct profile_json_source source = profile_run_json_source(&run->input);
    struct profile_json_source base = profile_run_json_source(&run->base);

    profile_json_begin(builder, "flame", &source, &base);
    profile_json_add_type(builder, "sample_type", tree->type, tree->unit);
    json_add_int(builder, "total", tree->nodes[0].total);
    json_add_flag(builder, "truncated", tree->truncated);
    json_begin_array(builder, "nodes");
    for (size_t i = 0; i < tree->n_nodes; i++) {
        const struct calltree_node *node = &tree->nodes[i];
        bool has_base = run->base.profile != NULL;

        json_builder_begin_object(builder);
        json_add_text(builder, "name", node->name);
        json_add_int(builder, "parent", node->depth > 0 ? (gint64)node->parent : -1);
        json_add_int(builder, "self", node->self);
        json_add_int(builder, "total", node->total);
        if (has_base) {
            json_add_int(builder, "base_self", node->base_self);
            json_add_int(builder, "base_total", node->base_total);
        }
        json_add_flag(builder, "inlined", node->inlined);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    return json_document(builder);
}

static int write_out(const struct run *run)
{
    g_autoptr(GError) error = NULL;
    struct calltree_options options = {
        .sample_index = run->sample_index,
        .granularity = (enum top_granularity)run->flags.granularity,
        .no_inlines = run->flags.no_inlines,
        .filters = &run->filters,
        .base = run->base.profile,
    };
    g_autoptr(calltree_auto) tree = calltree_build(run->input.profile, &options, &error);

    if (tree == NULL) {
        profile_run_complain(error->message);
        return PROFILE_EXIT_UNABLE;
    }
    profile_run_note_empty(&run->input);
    g_autofree char *text = run->flags.json ? make_json(run, tree) : make_svg(run, tree);

    return profile_run_write(&run->flags, text, strlen(text));
}

/* --- on the screen --- */

static int run_screen(struct ui *ui, const struct run *run)
{
    g_autofree char *title = joined(&run->input);
    g_autofree char *base_title = run->base.profile != NULL ? joined(&run->base) : NULL;
    struct profile_subject subject = {
        .title = title,
        .kind = run->input.kind,
        .profile = run->input.profile,
        .base = run->base.profile,
        .base_title = base_title,
        .real_us = run->input.real_us,
        .base_real_us = run->base.real_us,
        .sample_index = run->sample_index,
    };

    ui_push(ui, profile_screen_new(ui, &subject, PROFILE_TAB_FLAME));
    return ui_run(ui);
}

static bool apply_filters(struct run *run, GError **error)
{
    struct profile_gathered *inputs[] = {&run->input, &run->base};

    for (size_t i = 0; i < G_N_ELEMENTS(inputs); i++) {
        struct profile *before = inputs[i]->profile;

        if (before == NULL)
            continue;
        /* The screen starts from what the filters of the command line leave. */
        struct top_options options = top_options_of_tool();

        options.filters = &run->filters;
        struct profile *after = report_filtered(before, &options, error);

        if (after == NULL)
            return false;
        inputs[i]->profile = after;
        profile_unref(before);
    }
    return true;
}

static int show(struct run *run)
{
    g_autoptr(GError) error = NULL;
    struct config *config = config_load(NULL, &error);
    const char *no_color = g_getenv("NO_COLOR");
    struct ui_options options = {.openers = &screens_openers,
                                 .config = config,
                                 .no_color = no_color != NULL && *no_color != '\0'};
    struct ui *ui = NULL;

    if (config != NULL && apply_filters(run, &error)) {
        options.mouse = config_value(config, OPTION_MOUSE)->on;
        ui = ui_new(&options, &error);
    }
    if (ui == NULL)
        profile_run_complain(error->message);
    int status = ui != NULL ? run_screen(ui, run) : PROFILE_EXIT_UNABLE;

    ui_free(ui);
    config_free(config);
    return status;
}

int command_flame(int argc, char **argv)
{
    struct run run = {.sample_index = -1};
    int status;

    (void)argc;
    if (profile_run_begin(argv, &usage, &run.flags, &status) && load(&run, &status))
        status = (run.flags.output == NULL && !run.flags.json && isatty(STDOUT_FILENO) &&
                  isatty(STDIN_FILENO))
                     ? show(&run)
                     : write_out(&run);
    profile_gathered_clear(&run.input);
    profile_gathered_clear(&run.base);
    profile_flags_clear(&run.flags);
    return status;
}
