#include "pprof/labels.h"
#include "pprof/measurement.h"
#include "pprof/report.h"
#include "pprof/stacks.h"

#include <string.h>

/* -traces: every sample with its labels and its whole stack. */

#define SEPARATOR "-----------+-------------------------------------------------------\n"

struct traces {
    const struct report *report;
    const struct graph *graph; /* for the names of frames */
    GHashTable *units;
    GPtrArray *sorted; /* labels of a sample */
    GPtrArray *lines;  /* one per key */
};

static gint compare_texts(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The labels from index on that have one key, as a line; returns how many they are. */
static guint add_line(const struct traces *traces, guint index)
{
    const struct profile_label *first = g_ptr_array_index(traces->sorted, index);
    GString *line = g_string_new(NULL);
    guint n = 0;

    report_append_right(line, first->key, 10);
    g_string_append(line, ":  ");
    for (guint i = index; i < traces->sorted->len; i++, n++) {
        const struct profile_label *label = g_ptr_array_index(traces->sorted, i);
        g_autofree char *value =
            !label_is_number(label)
                ? g_strdup(label->str)
                : measurement_text(label->num, labels_unit(traces->units, label->key), "auto");

        if (strcmp(label->key, first->key) != 0 || label_is_number(label) != label_is_number(first))
            break;
        g_string_append_printf(line, "%s%s", n > 0 ? " " : "", value);
    }
    g_string_append_c(line, '\n');
    g_ptr_array_add(traces->lines, g_string_free(line, FALSE));
    return n;
}

/* Texts and numbers apart, each sorted as the lines they become. */
static void write_labels(GString *out, const struct traces *traces,
                         const struct profile_sample *sample)
{
    guint n_texts = 0;

    labels_sorted(traces->report->view.profile, sample, traces->sorted);
    while (n_texts < traces->sorted->len &&
           !label_is_number(g_ptr_array_index(traces->sorted, n_texts)))
        n_texts++;
    for (guint at = 0; at < traces->sorted->len;) {
        guint end = at < n_texts ? n_texts : traces->sorted->len;

        g_ptr_array_set_size(traces->lines, 0);
        while (at < end)
            at += add_line(traces, at);
        g_ptr_array_sort(traces->lines, compare_texts);
        for (guint i = 0; i < traces->lines->len; i++)
            g_string_append(out, g_ptr_array_index(traces->lines, i));
    }
}

static void write_stack(GString *out, const struct traces *traces, const struct stacks *stacks,
                        int64_t value)
{
    const int64_t *shown = &value;

    for (size_t i = stacks->n; i-- > 0; shown = NULL) {
        uint32_t n;
        const uint32_t *nodes = graph_nodes_of(traces->graph, stacks->path[i], &n);

        for (uint32_t j = n; j-- > 0; shown = NULL) {
            /* The value stands on the first line only. */
            if (shown != NULL)
                report_append_value(out, traces->report, *shown, 10);
            else
                g_string_append(out, "          ");
            g_string_append_printf(out, "   %s%s\n", traces->graph->nodes[nodes[j]].printed,
                                   j > 0 ? " (inline)" : "");
        }
    }
}

static int64_t value_of(const struct traces *traces, size_t sample)
{
    const struct view *view = &traces->report->view;
    const int64_t *values = view->profile->values + sample * view->profile->n_sample_types;

    return graph_mean(values[view->index], traces->report->options->top.mean ? values[0] : 0);
}

void report_write_traces(GString *out, const struct report *report)
{
    const struct top_options *top = &report->options->top;
    struct graph *graph =
        graph_new(report->view.profile, &(struct graph_options){.granularity = top->granularity,
                                                                .no_inlines = top->no_inlines,
                                                                .show_columns = top->show_columns,
                                                                .untrimmed = true});
    g_autoptr(GHashTable) units = labels_units(report->view.whole);
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    struct traces traces = {report, graph, units, sorted, lines};

    report_write_profile(out, report);

    const struct profile *p = traces.report->view.profile;
    struct stacks stacks;

    stacks_init(&stacks, p);
    for (size_t i = 0; i < p->n_samples; i++) {
        if (p->samples[i].n_frames == 0)
            continue;
        stacks_read(&stacks, i);
        g_string_append(out, SEPARATOR);
        write_labels(out, &traces, &p->samples[i]);
        write_stack(out, &traces, &stacks, value_of(&traces, i));
    }
    stacks_clear(&stacks);
    g_string_append(out, SEPARATOR);

    graph_free(graph);
}
