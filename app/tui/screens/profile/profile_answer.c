#include "app/tui/screens/profile/profile_answer.h"

#include "app/lists/functions_list.h"
#include "app/profiles/frame_owner.h"
#include "pprof/measurement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How many nodes of a flame graph one can tell apart at most. */
enum { FLAME_NODES = 50000 };

/* --- input --- */

void profile_input_init(struct profile_input *input, int sample_index)
{
    *input = (struct profile_input){.base_title = g_strdup(""), .hours = NAN};
    profile_settings_init(&input->settings, sample_index);
}

void profile_input_copy(struct profile_input *to, const struct profile_input *from)
{
    *to = *from;
    if (to->profile != NULL)
        profile_ref(to->profile);
    if (to->base != NULL)
        profile_ref(to->base);
    to->base_title = g_strdup(from->base_title);
    profile_settings_copy(&to->settings, &from->settings);
}

void profile_input_clear(struct profile_input *input)
{
    g_clear_pointer(&input->profile, profile_unref);
    g_clear_pointer(&input->base, profile_unref);
    g_clear_pointer(&input->base_title, g_free);
    profile_settings_clear(&input->settings);
}

const char *profile_input_type(const struct profile_input *input)
{
    const struct profile *profile = input->profile;
    int index = input->settings.sample_index >= 0 ? input->settings.sample_index
                                                  : profile_default_sample_index(profile);

    return index >= 0 && (size_t)index < profile->n_sample_types ? profile->sample_types[index].type
                                                                 : "";
}

/* --- life --- */

struct profile_answer *profile_answer_new(const struct profile_input *input, const char *function)
{
    struct profile_answer *answer = g_new0(struct profile_answer, 1);

    answer->refs = 1;
    answer->unit = "";
    profile_input_copy(&answer->input, input);
    answer->function = g_strdup(function);
    return answer;
}

static void answer_free(void *data)
{
    struct profile_answer *answer = data;

    if (answer == NULL)
        return;
    profile_rows_free(answer->rows);
    calltree_free(answer->tree);
    top_peek_free(answer->peek);
    top_peek_free(answer->peek_before);
    profile_input_clear(&answer->input);
    profile_lines_free(answer->source);
    g_free(answer->flame);
    g_free(answer->flame_tree);
    g_free(answer->function);
    g_free(answer->problem);
    g_free(answer);
}

const struct profile_answer *profile_answer_ref(const struct profile_answer *answer)
{
    if (answer != NULL)
        __atomic_add_fetch(&((struct profile_answer *)(uintptr_t)answer)->refs, 1,
                           __ATOMIC_RELAXED);
    return answer;
}

void profile_answer_unref(const struct profile_answer *answer)
{
    struct profile_answer *own = (struct profile_answer *)(uintptr_t)answer;

    if (own != NULL && __atomic_sub_fetch(&own->refs, 1, __ATOMIC_ACQ_REL) == 0)
        answer_free(own);
}

/* --- computing --- */

static void take_total_of_rows(struct profile_answer *answer)
{
    if (answer->rows == NULL)
        return;
    answer->total = answer->rows->report->total;
    answer->base_total = answer->rows->base_total;
    answer->unit = answer->rows->report->unit;
}

static int compare_falling(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x > y ? -1 : x < y;
}

static double weight_of(const struct calltree_node *node)
{
    return MAX(fabs((double)node->total), fabs((double)node->base_total));
}

/* The value under which nodes are left out, so that about FLAME_NODES remain. */
static double least_weight(const struct calltree *tree)
{
    if (tree->n_nodes <= FLAME_NODES)
        return 0;
    g_autofree double *weights = g_new(double, tree->n_nodes);

    for (size_t i = 0; i < tree->n_nodes; i++)
        weights[i] = weight_of(&tree->nodes[i]);
    qsort(weights, tree->n_nodes, sizeof *weights, compare_falling);
    return weights[FLAME_NODES];
}

/* Go's own is quiet, the program stands out, each other package has its hue. */
static enum theme_role ground_of(const struct frame_owners *owners, const char *name)
{
    static const enum theme_role hues[] = {THEME_BLOCK1, THEME_BLOCK2, THEME_BLOCK3, THEME_BLOCK4,
                                           THEME_BLOCK5};
    enum frame_owner owner = frame_owner(owners, name);

    return owner == FRAME_OF_GO        ? THEME_BLOCK_QUIET
           : owner == FRAME_OF_PROGRAM ? THEME_BLOCK_OWN
                                       : hues[frame_package_hash(name) % G_N_ELEMENTS(hues)];
}

/* Parents stand before their children, and are not left out where a child is kept. */
static void make_flame(struct profile_answer *answer)
{
    const struct calltree *tree = answer->tree;
    double least = least_weight(tree);
    struct frame_owners *owners = frame_owners_new(answer->input.profile);
    g_autofree uint32_t *flame_of = g_new(uint32_t, tree->n_nodes);

    answer->flame = g_new(struct flame_node, tree->n_nodes);
    answer->flame_tree = g_new(uint32_t, tree->n_nodes);
    for (size_t i = 0; i < tree->n_nodes; i++) {
        const struct calltree_node *node = &tree->nodes[i];
        size_t parent = i == 0 ? FLAME_NO_NODE : flame_of[node->parent];
        bool kept = i == 0 || (parent != UINT32_MAX && weight_of(node) > least);

        flame_of[i] = kept ? (uint32_t)answer->n_flame : UINT32_MAX;
        if (!kept)
            continue;
        answer->flame_tree[answer->n_flame] = (uint32_t)i;
        answer->flame[answer->n_flame++] = (struct flame_node){
            .parent = parent,
            .name = i == 0 ? "all" : node->name,
            .value = fabs((double)node->total),
            .base = answer->input.base != NULL ? fabs((double)node->base_total) : NAN,
            .role = i == 0 ? THEME_BLOCK_QUIET : ground_of(owners, node->name),
        };
    }
    frame_owners_free(owners);
}

/* Of all samples, whatever the filters leave: as in a top table. */
static int64_t total_of(const struct profile_input *input)
{
    const struct profile *p = input->profile;
    int index = input->settings.sample_index >= 0 ? input->settings.sample_index
                                                  : profile_default_sample_index(p);
    uint64_t total = 0;

    for (size_t i = 0; index >= 0 && i < p->n_samples; i++) {
        int64_t value = p->values[i * p->n_sample_types + (size_t)index];

        total += value < 0 ? -(uint64_t)value : (uint64_t)value;
    }
    return (int64_t)total;
}

static void compute_tree(struct profile_answer *answer, const struct top_options *options,
                         GError **error)
{
    const struct profile_input *input = &answer->input;
    const struct calltree_options tree_options = {.sample_index = options->sample_index,
                                                  .granularity = options->granularity,
                                                  .filters = options->filters,
                                                  .base = input->base};

    answer->tree = calltree_build(input->profile, &tree_options, error);
    if (answer->tree == NULL)
        return;
    make_flame(answer);
    answer->unit = answer->tree->unit;
    answer->base_total = answer->tree->nodes[0].base_total;
    answer->total = input->settings.relative ? answer->tree->nodes[0].total : total_of(input);
}

static void compute_peek(struct profile_answer *answer, const struct top_options *options,
                         GError **error)
{
    const struct profile_input *input = &answer->input;
    struct top_options before = *options;
    g_autoptr(GError) gone = NULL;

    answer->peek = top_peek_build(input->profile, options, answer->function, &gone);
    if (answer->peek != NULL) {
        answer->total = answer->peek->total;
        answer->unit = answer->peek->unit;
    }
    if (input->base != NULL) {
        before.sample_index =
            profile_rows_base_index(input->profile, input->base, options->sample_index, error);
        if (before.sample_index >= 0) /* a function that is new has no neighbours there */
            answer->peek_before = top_peek_build(input->base, &before, answer->function, NULL);
    }
    if (answer->peek == NULL && answer->peek_before != NULL) {
        /* what it had once is more of an answer than that it is not there */
        const struct top_peek *had = answer->peek_before;
        char flat[MEASUREMENT_TEXT_MAX], cum[MEASUREMENT_TEXT_MAX];

        profile_value_text(had->flat, had->unit, flat);
        profile_value_text(had->cum, had->unit, cum);
        answer->problem = g_strdup_printf("%s has nothing in this profile any more. It had flat "
                                          "%s, cum %s in what this is compared with.",
                                          answer->function, flat, cum);
    } else if (answer->peek == NULL && *error == NULL) {
        g_propagate_error(error, g_steal_pointer(&gone));
    }
}

/* The function a row's printed name is of: they differ at other granularities. */
static char *function_of(const struct profile_answer *answer, const struct top_options *options)
{
    if (options->granularity == TOP_FUNCTIONS)
        return g_strdup(answer->function);
    g_autoptr(top_report_auto) report = top_build(answer->input.profile, options, NULL);

    for (size_t i = 0; report != NULL && i < report->n_rows; i++)
        if (strcmp(report->rows[i].name, answer->function) == 0)
            return g_strdup(report->rows[i].function);
    return g_strdup(answer->function);
}

static int compare_lines(const void *a, const void *b)
{
    const struct profile_row *x = a, *y = b;
    int files = strcmp(x->file, y->file);

    return files != 0 ? files : x->line < y->line ? -1 : x->line > y->line;
}

/* A function that is gone is looked for where it was. */
static void read_source(struct profile_answer *answer, const struct top_options *options,
                        const char *function)
{
    const struct profile_input *input = &answer->input;

    answer->source = profile_lines_read(input->profile, options, function);
    if (answer->source->path == NULL && input->base != NULL) {
        struct top_options before = *options;
        struct profile_lines *lines;

        before.sample_index =
            profile_rows_base_index(input->profile, input->base, options->sample_index, NULL);
        lines = profile_lines_read(input->base, &before, function);
        if (lines->path == NULL) {
            profile_lines_free(lines);
            return;
        }
        profile_lines_free(answer->source);
        answer->source = lines;
    }
}

static void compute_lines(struct profile_answer *answer, const struct top_options *options,
                          GError **error)
{
    const struct profile_input *input = &answer->input;
    g_autofree char *function = function_of(answer, options);
    struct top_options lines = *options;
    size_t n = 0;

    lines.granularity = TOP_LINES;
    lines.node_count = 0;
    lines.node_fraction = 0;
    answer->rows = profile_rows_build(input->profile, input->base, &lines, input->hours, error);
    take_total_of_rows(answer);
    if (answer->rows == NULL)
        return;
    for (size_t i = 0; i < answer->rows->n; i++)
        if (strcmp(answer->rows->rows[i].function, function) == 0)
            answer->rows->rows[n++] = answer->rows->rows[i];
    answer->rows->n = n;
    qsort(answer->rows->rows, n, sizeof *answer->rows->rows, compare_lines);
    if (n > 0)
        read_source(answer, &lines, function);
}

void profile_answer_compute(enum profile_part part, struct profile_answer *answer)
{
    const struct filter_options filters = profile_settings_filters(&answer->input.settings);
    const struct top_options options = profile_settings_options(&answer->input.settings, &filters);
    gint64 start = g_get_monotonic_time();
    g_autoptr(GError) error = NULL;

    if (part == PROFILE_PART_ROWS) {
        const struct profile_input *input = &answer->input;

        answer->rows =
            profile_rows_build(input->profile, input->base, &options, input->hours, &error);
        take_total_of_rows(answer);
    } else if (part == PROFILE_PART_TREE)
        compute_tree(answer, &options, &error);
    else if (part == PROFILE_PART_LINES)
        compute_lines(answer, &options, &error);
    else
        compute_peek(answer, &options, &error);
    if (error != NULL && answer->problem == NULL)
        answer->problem = g_strdup(error->message);
    answer->cost_us = g_get_monotonic_time() - start;
}
