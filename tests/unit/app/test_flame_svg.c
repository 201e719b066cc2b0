/* Flame graphs as SVG: well-formed whatever the names are, and as wide as the weights say. */

#include "app/profiles/flame_svg.h"

#include "tests/unit/pprof/differential/random_profile.h"

#include <math.h>
#include <string.h>

/* One frame as the file has it. */
struct seen {
    int parent;
    double x, y, width;
    char *name, *class;
};

struct reading {
    GArray *frames; /* struct seen */
    GString *text;
    bool in_script;
};

static void clear_seen(void *data)
{
    struct seen *seen = data;

    g_free(seen->name);
    g_free(seen->class);
}

static void on_start(GMarkupParseContext *context, const char *element, const char **names,
                     const char **values, gpointer user, GError **error)
{
    struct reading *reading = user;
    const char *class = NULL, *parent = NULL, *name = NULL, *x = NULL, *y = NULL, *width = NULL;

    (void)context;
    (void)error;
    reading->in_script = strcmp(element, "script") == 0 || strcmp(element, "style") == 0;
    for (size_t i = 0; names[i] != NULL; i++) {
        const char **to = strcmp(names[i], "class") == 0    ? &class
                          : strcmp(names[i], "data-p") == 0 ? &parent
                          : strcmp(names[i], "data-n") == 0 ? &name
                          : strcmp(names[i], "x") == 0      ? &x
                          : strcmp(names[i], "y") == 0      ? &y
                          : strcmp(names[i], "width") == 0  ? &width
                                                            : NULL;
        if (to != NULL)
            *to = values[i];
    }
    if (parent != NULL) {
        struct seen seen = {.parent = (int)g_ascii_strtoll(parent, NULL, 10),
                            .name = g_strdup(name)};

        g_array_append_val(reading->frames, seen);
    } else if (strcmp(element, "rect") == 0 && reading->frames->len > 0) {
        struct seen *last = &g_array_index(reading->frames, struct seen, reading->frames->len - 1);

        last->x = g_ascii_strtod(x, NULL);
        last->y = g_ascii_strtod(y, NULL);
        last->width = g_ascii_strtod(width, NULL);
        last->class = g_strdup(class);
    }
}

static void on_text(GMarkupParseContext *context, const char *text, gsize n, gpointer user,
                    GError **error)
{
    struct reading *reading = user;

    (void)context;
    (void)error;
    if (!reading->in_script)
        g_string_append_len(reading->text, text, (gssize)n);
}

/* Fails when the file is not well-formed. */
static struct reading read_svg(const char *svg)
{
    static const GMarkupParser parser = {.start_element = on_start, .text = on_text};
    struct reading reading = {.frames = g_array_new(FALSE, FALSE, sizeof(struct seen)),
                              .text = g_string_new(NULL)};
    g_autoptr(GError) error = NULL;
    GMarkupParseContext *context =
        g_markup_parse_context_new(&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &reading, NULL);

    g_array_set_clear_func(reading.frames, clear_seen);
    if (g_markup_parse_context_parse(context, svg, -1, &error))
        g_markup_parse_context_end_parse(context, &error);
    g_assert_no_error(error);
    g_markup_parse_context_free(context);
    return reading;
}

static void reading_clear(struct reading *reading)
{
    g_array_unref(reading->frames);
    g_string_free(reading->text, TRUE);
}

static const struct seen *frame_at(const struct reading *reading, guint i)
{
    return &g_array_index(reading->frames, struct seen, i);
}

/* Frames lie below their parents and within them, beside each other. */
static void check_layout(const struct reading *reading)
{
    enum { ROW = 18 };
    const double rounding = 0.011;

    for (guint i = 1; i < reading->frames->len; i++) {
        const struct seen *frame = frame_at(reading, i);
        const struct seen *parent = frame_at(reading, (guint)frame->parent);

        g_assert_cmpint(frame->parent, <, (int)i);
        g_assert_cmpfloat_with_epsilon(frame->y, parent->y + ROW, rounding);
        g_assert_cmpfloat(frame->x, >=, parent->x - rounding);
        g_assert_cmpfloat(frame->x + frame->width, <=, parent->x + parent->width + 2 * rounding);
        if (frame_at(reading, i - 1)->parent == frame->parent && i > 1)
            g_assert_cmpfloat_with_epsilon(
                frame->x, frame_at(reading, i - 1)->x + frame_at(reading, i - 1)->width,
                2 * rounding);
    }
}

static struct calltree *random_tree(guint32 seed, bool with_base)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    g_autoptr(GByteArray) bytes = random_profile(rand, 0, TRUE);
    g_autoptr(GByteArray) base_bytes = random_profile(rand, 0, TRUE);
    g_autoptr(profile_auto) profile = profile_decode(bytes->data, bytes->len, NULL);
    g_autoptr(profile_auto) base = profile_decode(base_bytes->data, base_bytes->len, NULL);
    struct calltree_options options = {.sample_index = -1, .base = with_base ? base : NULL};
    g_autoptr(GError) error = NULL;
    struct calltree *tree = calltree_build(profile, &options, &error);

    g_assert_no_error(error);
    return tree;
}

/* --- tests --- */

static void test_random(void)
{
    enum { RUNS = 200 };

    for (guint32 seed = 1; seed <= RUNS; seed++) {
        bool has_base = seed % 2 == 0;
        g_autoptr(calltree_auto) tree = random_tree(seed, has_base);
        struct flame_svg_options options = {.title = "t", .details = "", .has_base = has_base};
        struct flame_svg_counts counts;
        g_autofree char *svg = flame_svg(tree, &options, &counts);
        struct reading reading = read_svg(svg);

        g_assert_cmpuint(reading.frames->len, ==, counts.drawn);
        g_assert_cmpuint(counts.drawn + counts.dropped, ==, tree->n_nodes);
        check_layout(&reading);
        reading_clear(&reading);
    }
}

static void add_sample(GString *out, int bytes, const char *name, const char *caller)
{
    static int address = 0x10;

    address += 0x100;
    g_string_append_printf(out,
                           "1: %d [1: %d] @ 0x%x 0x%x\n#\t0x%x\t%s+0x1\t/a.go:1\n"
                           "#\t0x%x\t%s+0x1\t/b.go:1\n\n",
                           bytes, bytes, address, address + 0x10, address - 1, name, address + 0xf,
                           caller);
}

static struct calltree *tree_of(const char *text, const char *base_text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(profile_auto) profile = profile_decode((const uint8_t *)text, strlen(text), &error);
    g_autoptr(profile_auto) base =
        base_text != NULL ? profile_decode((const uint8_t *)base_text, strlen(base_text), &error)
                          : NULL;
    struct calltree_options options = {.sample_index = -1, .base = base};

    g_assert_no_error(error);
    struct calltree *tree = calltree_build(profile, &options, &error);

    g_assert_no_error(error);
    return tree;
}

static const char header[] = "heap profile: 1: 1 [1: 1] @ heap/1\n";

static void test_escaping(void)
{
    g_autoptr(GString) text = g_string_new(header);

    add_sample(text, 1000, "evil.<b>&\"']]>\x01\xff",
               "main.\xe2\x80\xae"
               "flip");
    g_autoptr(calltree_auto) tree = tree_of(text->str, NULL);
    struct flame_svg_options options = {.title = "</title><script>\x1b[31m", .details = "<&>"};
    g_autofree char *svg = flame_svg(tree, &options, NULL);
    struct reading reading = read_svg(svg);

    g_assert_cmpuint(reading.frames->len, ==, 3);
    g_assert_cmpstr(frame_at(&reading, 2)->name, ==, "evil.<b>&\"']]>\xef\xbf\xbd\xef\xbf\xbd");
    g_assert_cmpstr(frame_at(&reading, 1)->name, ==,
                    "main.\xef\xbf\xbd"
                    "flip");
    g_assert_null(strchr(svg, '\x1b'));
    g_assert_true(g_utf8_validate(svg, -1, NULL));
    g_assert_nonnull(strstr(reading.text->str, "</title><script>\xef\xbf\xbd[31m"));
    reading_clear(&reading);
}

/* Sizes stay bounded, the widest frames stay, and the file says what is missing. */
static void test_dropping(void)
{
    g_autoptr(GString) text = g_string_new(header);

    add_sample(text, 1000000, "main.wide", "main.main");
    add_sample(text, 100, "main.thin", "main.main");
    g_autoptr(calltree_auto) tree = tree_of(text->str, NULL);
    struct flame_svg_options by_fraction = {.title = "", .details = "", .min_fraction = 0.001};
    struct flame_svg_options by_count = {.title = "", .details = "", .max_frames = 3};
    struct flame_svg_counts counts;

    g_assert_cmpuint(tree->n_nodes, ==, 4);
    for (int i = 0; i < 2; i++) {
        g_autofree char *svg = flame_svg(tree, i == 0 ? &by_fraction : &by_count, &counts);
        struct reading reading = read_svg(svg);

        g_assert_cmpuint(counts.drawn, ==, 3);
        g_assert_cmpuint(counts.dropped, ==, 1);
        g_assert_cmpstr(frame_at(&reading, 2)->name, ==, "main.wide");
        g_assert_nonnull(strstr(reading.text->str, "1 too thin to be drawn"));
        reading_clear(&reading);
    }
}

static const char *class_of(const struct reading *reading, const char *name)
{
    for (guint i = 0; i < reading->frames->len; i++)
        if (strcmp(frame_at(reading, i)->name, name) == 0)
            return frame_at(reading, i)->class;
    return "";
}

static void test_difference(void)
{
    g_autoptr(GString) before = g_string_new(header), after = g_string_new(header);

    add_sample(before, 1000, "main.grew", "main.main");
    add_sample(before, 5000, "main.shrank", "main.main");
    add_sample(before, 7000, "main.same", "main.main");
    add_sample(before, 500, "main.gone", "main.main");
    add_sample(after, 9000, "main.grew", "main.main");
    add_sample(after, 1000, "main.shrank", "main.main");
    add_sample(after, 7000, "main.same", "main.main");
    g_autoptr(calltree_auto) tree = tree_of(after->str, before->str);
    struct flame_svg_options options = {.title = "", .details = "", .has_base = true};
    g_autofree char *svg = flame_svg(tree, &options, NULL);
    struct reading reading = read_svg(svg);

    g_assert_cmpstr(class_of(&reading, "main.grew"), ==, "g3");
    g_assert_cmpint(class_of(&reading, "main.shrank")[0], ==, 's');
    g_assert_cmpstr(class_of(&reading, "main.same"), ==, "d0");
    g_assert_cmpint(class_of(&reading, "main.gone")[0], ==, 's');
    check_layout(&reading);
    reading_clear(&reading);
}

static void test_empty(void)
{
    g_autoptr(calltree_auto) tree = tree_of(header, NULL);
    struct flame_svg_options options = {.title = "", .details = ""};
    g_autofree char *svg = flame_svg(tree, &options, NULL);
    struct reading reading = read_svg(svg);

    g_assert_cmpuint(reading.frames->len, ==, 1);
    g_assert_cmpstr(frame_at(&reading, 0)->name, ==, "all");
    reading_clear(&reading);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flame-svg/random", test_random);
    g_test_add_func("/flame-svg/escaping", test_escaping);
    g_test_add_func("/flame-svg/dropping", test_dropping);
    g_test_add_func("/flame-svg/difference", test_difference);
    g_test_add_func("/flame-svg/empty", test_empty);
    return g_test_run();
}
