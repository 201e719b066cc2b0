#include "app/profiles/flame_svg.h"

#include "app/profiles/flame_svg_page.h"
#include "app/profiles/frame_owner.h"
#include "pprof/goroutines.h"
#include "pprof/measurement.h"
#include "widgets/safe_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAGE_WIDTH = 1200,
    LEFT = 10,
    WIDTH = PAGE_WIDTH - 2 * LEFT,
    TOP = 76,
    ROW = 18,
    BOTTOM = 36,
    TEXT_RISE = 13,     /* of a row's text */
    TEXT_ROOM = 6,      /* beside it */
    MIN_LETTERS = 3,    /* fewer say nothing */
    N_COLOURS = 7,      /* c1..c7; c0 is the standard library */
    TITLE_LETTERS = 70, /* beside the controls */
    N_STEPS = 3,        /* of growth */
    NUMBER_MAX = G_ASCII_DTOSTR_BUF_SIZE,
};

static const double letter_width = 7.25; /* of 12 px monospace, and a little more */

struct frame {
    double x, width; /* 0..1 of the whole */
    uint32_t number; /* among those drawn */
    bool drawn;
};

struct svg {
    const struct calltree *tree;
    const struct flame_svg_options *options;
    struct frame *frames; /* by node */
    double *weights;      /* by node */
    double largest_change;
    uint32_t depth; /* of what is drawn */
    struct flame_svg_counts counts;
    GString *out;
};

/* --- text --- */

/* What XML 1.0 forbids, and what would show text in another order than it has. */
static bool is_harmful(gunichar c)
{
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c || (c >= 0x200e && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff ||
           (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);
}

static void append_character(GString *out, gunichar c)
{
    switch (c) {
    case '&':
        g_string_append(out, "&amp;");
        break;
    case '<':
        g_string_append(out, "&lt;");
        break;
    case '>':
        g_string_append(out, "&gt;");
        break;
    case '"':
        g_string_append(out, "&quot;");
        break;
    default:
        g_string_append_unichar(out, is_harmful(c) ? 0xfffd : c);
    }
}

/* At most max characters of it. */
static void append_text(GString *out, const char *bytes, size_t max)
{
    const char *end = bytes + strlen(bytes);

    for (const char *at = bytes; at < end && max > 0; max--) {
        gunichar c = g_utf8_get_char_validated(at, end - at);
        bool valid = c != (gunichar)-1 && c != (gunichar)-2;

        append_character(out, valid ? c : 0xfffd);
        at = valid ? g_utf8_next_char(at) : at + 1;
    }
}

/* The last max bytes or so: of a path the end says most. */
static void append_end(GString *out, const char *bytes, size_t max)
{
    size_t n = strlen(bytes);

    if (n > max) {
        bytes += n - max;
        while ((*bytes & 0xc0) == 0x80) /* the middle of a character */
            bytes++;
        g_string_append(out, "\u2026");
    }
    append_text(out, bytes, SIZE_MAX);
}

static void append_number(GString *out, const char *before, double value)
{
    char text[NUMBER_MAX];

    g_string_append(out, before);
    g_string_append(out, g_ascii_formatd(text, sizeof text, "%.2f", value));
}

static const char *name_of(const struct svg *svg, uint32_t node)
{
    return node == 0 ? "all" : svg->tree->nodes[node].name;
}

/* --- layout --- */

static double magnitude(int64_t value)
{
    return fabs((double)value);
}

/* Children never outgrow their parent, whatever signs their weights have. */
static void weigh(struct svg *svg)
{
    const struct calltree *tree = svg->tree;
    g_autofree double *children = g_new0(double, tree->n_nodes);

    for (size_t i = tree->n_nodes; i-- > 0;) {
        const struct calltree_node *node = &tree->nodes[i];
        double own = fmax(magnitude(node->total), magnitude(node->base_total));

        svg->weights[i] = fmax(own, children[i]);
        if (i > 0)
            children[node->parent] += svg->weights[i];
    }
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x < y) - (x > y);
}

/* The weight from which on frames are drawn: by fraction, and so that they are not too many. */
static double least_weight(const struct svg *svg)
{
    size_t n = svg->tree->n_nodes;
    size_t max = svg->options->max_frames > 0 ? svg->options->max_frames : FLAME_SVG_MAX_FRAMES;
    double least = svg->weights[0] * svg->options->min_fraction;

    if (n <= max)
        return least;
    g_autofree double *sorted = g_memdup2(svg->weights, n * sizeof *sorted);

    qsort(sorted, n, sizeof *sorted, compare_doubles);
    return fmax(least, nextafter(sorted[max], INFINITY));
}

static void draw_node(struct svg *svg, uint32_t i, double x)
{
    struct frame *frame = &svg->frames[i];
    const struct calltree_node *node = &svg->tree->nodes[i];

    *frame = (struct frame){.x = x,
                            .width = svg->weights[0] > 0 ? svg->weights[i] / svg->weights[0] : 1,
                            .drawn = true};
    svg->counts.drawn++;
    svg->depth = MAX(svg->depth, node->depth);
    if (i > 0)
        svg->largest_change =
            fmax(svg->largest_change, fabs((double)node->total - (double)node->base_total));
}

static void lay_out(struct svg *svg)
{
    const struct calltree *tree = svg->tree;
    double least = least_weight(svg);

    draw_node(svg, 0, 0);
    for (size_t i = 0; i < tree->n_nodes; i++) {
        const struct calltree_node *node = &tree->nodes[i];
        double x = svg->frames[i].x;

        for (uint32_t j = 0; svg->frames[i].drawn && j < node->n_children; j++) {
            uint32_t child = node->first_child + j;

            if (svg->weights[child] < least || !(svg->weights[child] > 0))
                continue;
            draw_node(svg, child, x);
            x += svg->frames[child].width;
        }
    }
    svg->counts.dropped = tree->n_nodes - svg->counts.drawn;
    for (size_t i = 0, number = 0; i < tree->n_nodes; i++)
        if (svg->frames[i].drawn)
            svg->frames[i].number = (uint32_t)number++;
}

/* --- one frame --- */

static void append_value(GString *out, int64_t value, const char *unit)
{
    g_autofree char *text = measurement_text(value, unit, "auto");

    append_text(out, text, SIZE_MAX);
}

/* "main.work\n1.50MB (12.00%), was 1MB: +512kB\nitself 0" */
static void append_about(const struct svg *svg, uint32_t i)
{
    const struct calltree_node *node = &svg->tree->nodes[i];
    const char *unit = svg->tree->unit;
    int64_t change = (int64_t)((uint64_t)node->total - (uint64_t)node->base_total);

    append_text(svg->out, name_of(svg, i), SIZE_MAX);
    g_string_append(svg->out, node->inlined ? " (inlined)\n" : "\n");
    append_value(svg->out, node->total, unit);
    if (!svg->options->has_base) {
        double share = svg->frames[i].width;

        append_number(svg->out, " (", share * 100);
        g_string_append(svg->out, "%)");
    } else {
        g_string_append(svg->out, ", was ");
        append_value(svg->out, node->base_total, unit);
        g_string_append(svg->out, change > 0 ? ": +" : ": ");
        append_value(svg->out, change, unit);
    }
    g_string_append(svg->out, "\nitself ");
    append_value(svg->out, node->self, unit);
}

/* As the script does it: the import path goes first, then the end. */
static void append_label(const struct svg *svg, uint32_t i, double x, double y)
{
    const char *name = name_of(svg, i);
    double room = (svg->frames[i].width * WIDTH - TEXT_ROOM) / letter_width;
    size_t letters = room > 0 ? (size_t)room : 0;

    if (letters < MIN_LETTERS)
        return;
    if (strlen(name) > letters)
        name = text_without_import_path(name);
    bool whole = strlen(name) <= letters;

    append_number(svg->out, "<text x=\"", x + TEXT_ROOM / 2.0);
    append_number(svg->out, "\" y=\"", y + TEXT_RISE);
    g_string_append(svg->out, "\">");
    append_text(svg->out, name, whole ? letters : letters - 1);
    g_string_append(svg->out, whole ? "</text>" : "\u2026</text>");
}

static void append_frame(const struct svg *svg, uint32_t i)
{
    const struct calltree_node *node = &svg->tree->nodes[i];
    const struct frame *frame = &svg->frames[i];
    double x = LEFT + frame->x * WIDTH, y = TOP + (double)node->depth * ROW;

    g_string_append_printf(svg->out, "<g class=\"f\" data-p=\"%d\" data-n=\"",
                           i == 0 ? -1 : (int)svg->frames[node->parent].number);
    append_text(svg->out, name_of(svg, i), SIZE_MAX);
    g_string_append(svg->out, "\"><title>");
    append_about(svg, i);
    append_number(svg->out, "</title><rect x=\"", x);
    append_number(svg->out, "\" y=\"", y);
    append_number(svg->out, "\" width=\"", frame->width * WIDTH);
    g_string_append_printf(svg->out, "\" height=\"%d\" rx=\"2\" class=\"", ROW - 1);
    if (svg->options->has_base) {
        double change = (double)node->total - (double)node->base_total;
        double share = svg->largest_change > 0 ? sqrt(fabs(change) / svg->largest_change) : 0;
        int step = (int)ceil(fmin(share, 1) * N_STEPS);

        if (step == 0)
            g_string_append(svg->out, "d0");
        else
            g_string_append_printf(svg->out, "%c%d", change > 0 ? 'g' : 's', step);
    } else {
        if (goroutine_is_standard(node->name))
            g_string_append(svg->out, "c0");
        else
            g_string_append_printf(svg->out, "c%u", 1 + frame_package_hash(node->name) % N_COLOURS);
    }
    g_string_append(svg->out, "\"/>");
    append_label(svg, i, x, y);
    g_string_append(svg->out, "</g>\n");
}

/* --- the page --- */

static void append_head(const struct svg *svg, int height)
{
    g_string_append_printf(
        svg->out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100%%\" "
        "viewBox=\"0 0 %d %d\" preserveAspectRatio=\"xMidYMin\" role=\"img\">\n<title>",
        PAGE_WIDTH, height);
    append_text(svg->out, svg->options->title, SIZE_MAX);
    g_string_append_printf(svg->out, "</title>\n<style><![CDATA[\n%s]]></style>\n",
                           flame_svg_style);
    g_string_append(svg->out, "<text class=\"head\" x=\"10\" y=\"26\">");
    append_end(svg->out, svg->options->title, TITLE_LETTERS);
    g_string_append(svg->out, "</text>\n<text class=\"note\" x=\"10\" y=\"44\">");
    append_text(svg->out, svg->options->details, SIZE_MAX);
    g_string_append(svg->out, "</text>\n");
    g_string_append(
        svg->out,
        "<foreignObject id=\"bar\" x=\"690\" y=\"10\" width=\"500\" height=\"34\" "
        "style=\"display:none\"><div xmlns=\"http://www.w3.org/1999/xhtml\" class=\"bar\">"
        "<input id=\"search\" type=\"search\" placeholder=\"search: regex ( / )\" "
        "aria-label=\"search functions by regular expression\"/>"
        "<button id=\"reset\" type=\"button\">reset zoom (Esc)</button></div></foreignObject>\n"
        "<text id=\"found\" x=\"1190\" y=\"62\" text-anchor=\"end\" "
        "aria-live=\"polite\"></text>\n");
    if (svg->options->has_base) {
        GString *out = svg->out;
        static const char *const classes[] = {"s3", "s2", "s1", "d0", "g1", "g2", "g3"};

        g_string_append(out, "<text class=\"note\" x=\"10\" y=\"64\">shrank</text>\n");
        for (size_t i = 0; i < G_N_ELEMENTS(classes); i++)
            g_string_append_printf(
                out, "<rect class=\"%s\" x=\"%zu\" y=\"54\" width=\"16\" height=\"12\"/>\n",
                classes[i], 60 + i * 17);
        g_string_append(out, "<text class=\"note\" x=\"184\" y=\"64\">grew</text>\n");
    }
}

char *flame_svg(const struct calltree *tree, const struct flame_svg_options *options,
                struct flame_svg_counts *ret_counts)
{
    g_autofree struct frame *frames = g_new0(struct frame, tree->n_nodes);
    g_autofree double *weights = g_new0(double, tree->n_nodes);
    struct svg svg = {.tree = tree,
                      .options = options,
                      .frames = frames,
                      .weights = weights,
                      .out = g_string_new(NULL)};

    weigh(&svg);
    lay_out(&svg);
    int height = TOP + ((int)svg.depth + 1) * ROW + BOTTOM;

    append_head(&svg, height);
    for (size_t i = 0; i < tree->n_nodes; i++)
        if (frames[i].drawn)
            append_frame(&svg, (uint32_t)i);
    g_string_append_printf(svg.out, "<text id=\"info\" class=\"note\" x=\"10\" y=\"%d\">",
                           height - BOTTOM / 2 + 2);
    g_string_append_printf(svg.out, "%zu frames", svg.counts.drawn);
    if (svg.counts.dropped > 0) {
        g_string_append_printf(svg.out, "; %zu too thin to be drawn are left out",
                               svg.counts.dropped);
    }
    if (svg.tree->truncated)
        g_string_append(svg.out, "; the deepest calls are cut off");
    g_string_append_printf(svg.out, "</text>\n<script><![CDATA[\n%s]]></script>\n</svg>\n",
                           flame_svg_script);
    if (ret_counts != NULL)
        *ret_counts = svg.counts;
    return g_string_free(svg.out, FALSE);
}
