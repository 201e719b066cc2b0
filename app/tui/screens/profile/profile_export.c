#include "app/tui/screens/profile/profile_export.h"

#include "app/lists/functions_list.h"
#include "app/profiles/flame_svg.h"
#include "app/tui/shell/errands.h"

#include <math.h>

/* --- as text --- */

char *profile_node_text(const struct profile_answer *answer, const struct calltree_node *node)
{
    char flat[MEASUREMENT_TEXT_MAX], cum[MEASUREMENT_TEXT_MAX], share[MEASUREMENT_TEXT_MAX];
    const char *unit = answer->tree->unit;
    GString *out = g_string_new(NULL);

    profile_value_text(node->self, unit, flat);
    profile_value_text(node->total, unit, cum);
    measurement_percentage(node->total, answer->total, share);
    g_string_append_printf(out, "flat %s  cum %s  %s", flat, cum, g_strchug(share));
    if (answer->input.base != NULL) {
        profile_delta_text((double)node->total - (double)node->base_total, unit, cum);
        g_string_append_printf(out, "  %s against %s", cum, answer->input.base_title);
    }
    if (node->inlined)
        g_string_append(out, "  inlined");
    return g_string_free(out, FALSE);
}

char *profile_export_tree(const struct profile_answer *answer)
{
    enum { SMALLEST = 2000, LONGEST = 20000 }; /* parts of the whole; lines */
    GString *out = g_string_new(NULL);
    size_t lines = 0;

    const struct calltree *tree = answer->tree;
    g_autoptr(GArray) stack = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    uint32_t root = 0;

    g_array_append_val(stack, root);
    while (stack->len > 0 && lines++ < LONGEST) {
        uint32_t at = g_array_index(stack, uint32_t, stack->len - 1);
        const struct calltree_node *node = &tree->nodes[at];
        g_autofree char *numbers = profile_node_text(answer, node);

        g_array_set_size(stack, stack->len - 1);
        g_string_append_printf(out, "%*s", (int)node->depth * 2, "");
        text_sanitise(out, at == 0 ? "all" : node->name, -1, true);
        g_string_append_c(out, '\t');
        text_sanitise(out, numbers, -1, true);
        g_string_append_c(out, '\n');
        for (uint32_t c = node->first_child + node->n_children; c-- > node->first_child;)
            if (fabs((double)tree->nodes[c].total) * SMALLEST >= fabs((double)tree->nodes[0].total))
                g_array_append_val(stack, c);
    }
    return g_string_free(out, FALSE);
}

/* --- as a picture --- */

struct drawing {
    const struct profile_answer *answer; /* own reference */
    char *title;
};

static void drawing_free(void *data)
{
    struct drawing *drawing = data;

    profile_answer_unref(drawing->answer);
    g_free(drawing->title);
    g_free(drawing);
}

static void *draw_svg(void *data, const int *cancelled)
{
    const struct drawing *drawing = data;
    g_autofree char *filters = profile_settings_text(&drawing->answer->input.settings);
    const struct flame_svg_options options = {.title = drawing->title,
                                              .details = filters,
                                              .min_fraction = FLAME_SVG_MIN_FRACTION,
                                              .has_base = drawing->answer->input.base != NULL};

    (void)cancelled;
    return flame_svg(drawing->answer->tree, &options, NULL);
}

static void save_svg(void *result, void *user)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *name = g_date_time_format(now, "sidescope-flame-%Y%m%d-%H%M%S.svg");

    ui_save_text(user, name, result);
}

void profile_export_svg(struct ui *ui, const struct profile_answer *answer, const char *title)
{
    struct drawing *drawing = g_new0(struct drawing, 1);

    *drawing = (struct drawing){.answer = profile_answer_ref(answer), .title = g_strdup(title)};
    ui_start_job(ui,
                 &(struct job_ops){.work = draw_svg,
                                   .done = save_svg,
                                   .free_data = drawing_free,
                                   .free_result = g_free,
                                   .user = ui},
                 drawing);
}
