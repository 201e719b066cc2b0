#include "random_profile.h"

#include "../fixture.h"

#include <string.h>

enum { MAX_TYPES = 3, MAX_DEPTH = 9, MAX_RECURSION = 600, MAX_LINES = 7, N_KINDS = 5 };

static bool chance(GRand *rand, unsigned percent)
{
    return g_rand_int_range(rand, 0, 100) < (gint32)percent;
}

static guint below(GRand *rand, guint n)
{
    return (guint)g_rand_int_range(rand, 0, (gint32)n);
}

#define PICK(rand, array) ((array)[below(rand, G_N_ELEMENTS(array))])

/* --- profiles --- */

static size_t put_types(struct fixture *f, unsigned kind)
{
    static const char *const types[N_KINDS][MAX_TYPES][2] = {
        {{"inuse_objects", "count"}, {"inuse_space", "bytes"}},
        {{"samples", "count"}, {"cpu", "nanoseconds"}},
        {{"things", "widgets"}},
        {{"contentions", "count"}, {"delay", "microseconds"}, {"space", "kb"}},
        {{"n", "count"}},
    };
    size_t n = 0;

    for (; n < MAX_TYPES && types[kind % N_KINDS][n][0] != NULL; n++)
        fixture_type(f, types[kind % N_KINDS][n][0], types[kind % N_KINDS][n][1]);
    fixture_period(f, types[kind % N_KINDS][n - 1][0], types[kind % N_KINDS][n - 1][1], 10);
    return n;
}

static void put_mappings(struct fixture *f, GRand *rand)
{
    static const char *const files[] = {"/app/bin/server", "/lib/libc.so.6", "",
                                        "[vdso]",          "//anon",         "a b"};
    static const char *const builds[] = {"", "", "abcdef01"};
    guint n = below(rand, chance(rand, 20) ? 9 : 4);

    for (guint i = 0; i < n; i++) {
        uint64_t start = 0x400000 + 0x100000 * (uint64_t)i;

        fixture_mapping(f, start, start + 0x1000 * (1 + (uint64_t)below(rand, 20)),
                        PICK(rand, files), PICK(rand, builds));
    }
}

/* More than the 80 nodes that -tree shows by itself. */
static void put_many_functions(struct fixture *f)
{
    enum { MANY = 130 };

    for (guint i = 0; i < MANY; i++) {
        g_autofree char *name = g_strdup_printf("many.F%u", i);

        fixture_function(f, name, "many.go", 0);
    }
}

static void put_functions(struct fixture *f, GRand *rand, bool nameless)
{
    static const char *const names[] = {
        "main.main",
        "main.(*T).run",
        "runtime.mallocgc",
        "runtime.gopark",
        "net/http.serve",
        "main.work.func1",
        "b",
        "a",
        "",
        "example.com/x.F",
        "main.G[...]",
        "operator()(int)",
        "\xc3\xa9t\xc3\xa9",
        "zz \"quoted\"",
        "malloc(size_t)",
        "main.(*Cache[go.shape.int]).Get",
        "std::vector<int>::push_back(int const&)",
        " spaced ",
        "tab\there",
        "not utf-8 \xff\xfe",
        "\xe2\x80\xaeturned",
        "user",
    };
    static const char *const files[] = {"main.go",      "/src//a/./b.go", "",
                                        "../x/y.go",    "x/../z.go",      "/proc/self/cwd/main.go",
                                        "/src/lib/w.go"};
    guint n = 1 + below(rand, 14);

    for (guint i = 0; i < n; i++) {
        const char *name = PICK(rand, names), *file = PICK(rand, files);
        bool named = *name == '\0' && !nameless;
        /* -list of the tool depends on chance where a function starts twice */
        guint start = nameless ? below(rand, 3) : (guint)strlen(name) % 3;

        name = named ? "named" : name;
        fixture_function_as(f, name, chance(rand, 10) ? "_Zsystem" : name, file, start);
    }
}

static void put_locations(struct fixture *f, GRand *rand)
{
    guint n = 1 + below(rand, f->n_functions > 100 ? 400 : 24);

    for (guint i = 0; i < n; i++) {
        struct fixture_line lines[MAX_LINES];
        guint n_lines = chance(rand, 10) ? 0 : chance(rand, 50) ? 1 : 1 + below(rand, MAX_LINES);
        uint64_t mapping = f->n_mappings > 0 ? below(rand, (guint)f->n_mappings + 1) : 0;
        uint64_t address = chance(rand, 20) ? 0 : 0x400000 + (uint64_t)below(rand, 0x4000);

        for (guint j = 0; j < n_lines; j++)
            lines[j] =
                (struct fixture_line){1 + below(rand, (guint)f->n_functions), below(rand, 5)};
        fixture_location(f, mapping, address, lines, n_lines);
    }
}

static int64_t random_value(GRand *rand)
{
    static const int64_t sizes[] = {1, 10, 1000, 1 << 20, INT64_C(1) << 31, INT64_C(1) << 42};
    int64_t value = g_rand_int_range(rand, 0, 1000) * PICK(rand, sizes) / 7;

    return chance(rand, 15) ? -value : chance(rand, 10) ? 0 : value;
}

static size_t random_labels(GRand *rand, struct fixture_label labels[4])
{
    static const char *const keys[] = {"tenant", "job", "\xc3\xa9", "bytes", "request", "size"};
    static const char *const values[] = {"acme", "import v2", "x", "line\nfeed", "tab\tstop"};
    static const char *const units[] = {NULL, NULL, "kilobytes", "ms"};
    size_t n = chance(rand, 60) ? 0 : below(rand, 4);

    for (size_t i = 0; i < n; i++) {
        guint key = below(rand, G_N_ELEMENTS(keys));

        labels[i] = (struct fixture_label){.key = keys[key]};
        if (key < 3)
            labels[i].str = PICK(rand, values);
        else {
            labels[i].num = 1 + g_rand_int_range(rand, 0, 100000);
            labels[i].unit = PICK(rand, units);
        }
    }
    return n;
}

/* Leaf first. Now and then a few locations that call each other hundreds of times. */
static size_t random_stack(GRand *rand, const struct fixture *f, uint64_t stack[MAX_RECURSION])
{
    bool recurses = chance(rand, 4);
    guint n = recurses ? 1 + below(rand, MAX_RECURSION) : 1 + below(rand, MAX_DEPTH);
    guint few = 1 + below(rand, MIN(4, (guint)f->n_locations));

    if (chance(rand, 5))
        return 0;
    for (guint i = 0; i < n; i++)
        stack[i] = 1 + below(rand, i + MAX_DEPTH < n ? few : (guint)f->n_locations);
    return n;
}

static void put_samples(struct fixture *f, GRand *rand, size_t n_types)
{
    guint n = below(rand, f->n_functions > 100 ? 200 : 40);

    for (guint i = 0; i < n; i++) {
        uint64_t stack[MAX_RECURSION];
        int64_t values[MAX_TYPES];
        struct fixture_label labels[4];
        size_t depth = random_stack(rand, f, stack);

        for (size_t j = 0; j < n_types; j++)
            values[j] = random_value(rand);
        struct fixture_sample sample = {stack, depth, values, n_types, labels, 0};

        sample.n_labels = random_labels(rand, labels);
        fixture_sample(f, &sample);
        /* the same once more, or what takes it back */
        for (size_t j = 0; j < n_types && chance(rand, 8); j++)
            values[j] = -values[j];
        if (chance(rand, 10))
            fixture_sample(f, &sample);
    }
}

static void put_header(struct fixture *f, GRand *rand)
{
    if (chance(rand, 80))
        fixture_number(f, 9, INT64_C(1700000000000000000) + g_rand_int_range(rand, 0, 1 << 30));
    if (chance(rand, 30))
        fixture_number(f, 10, (int64_t)g_rand_int_range(rand, 1, 1 << 30) * 8000);
    if (chance(rand, 20))
        fixture_text(f, 13, chance(rand, 50) ? "a comment" : "# hidden");
    if (chance(rand, 20))
        fixture_text(f, 14, chance(rand, 50) ? "n" : "inuse_objects");
    if (chance(rand, 10))
        fixture_text(f, 15, "https://example.com/doc");
    if (chance(rand, 15))
        fixture_text(f, 7, "runtime\\..*|malloc|b");
    if (chance(rand, 5))
        fixture_text(f, 8, "runtime\\.gopark");
}

GByteArray *random_profile(GRand *rand, unsigned kind, gboolean nameless)
{
    g_autoptr(fixture_auto) f = fixture_new();
    size_t n_types = put_types(f, kind);

    f->sparse_ids = chance(rand, 25);
    put_mappings(f, rand);
    put_functions(f, rand, nameless);
    if (chance(rand, 5))
        put_many_functions(f);
    put_locations(f, rand);
    put_samples(f, rand, n_types);
    put_header(f, rand);
    return fixture_bytes(f);
}

/* --- sources --- */

char *random_source(GRand *rand)
{
    static const char *const texts[] = {"package main", "",       "\tfor {", "}",
                                        "\xff\xc3\xa9", "\tx()\r"};
    GString *out = g_string_new(NULL);
    guint n = below(rand, 16);

    for (guint i = 0; i < n; i++)
        g_string_append_printf(out, "%s%s", PICK(rand, texts),
                               i + 1 == n && chance(rand, 30) ? "" : "\n");
    return g_string_free(out, FALSE);
}

/* --- command lines --- */

static void add(GPtrArray *args, const char *word)
{
    g_ptr_array_add(args, g_strdup(word));
}

static void add_kind(GPtrArray *args, GRand *rand)
{
    static const char *const kinds[] = {"-top",    "-top",  "-top", "-tree",
                                        "-traces", "-tags", "-raw"};
    static const char *const patterns[] = {"main", "^a$|b", "run", "."};

    if (chance(rand, 30)) {
        add(args, chance(rand, 50) ? "-list" : "-peek");
        add(args, PICK(rand, patterns));
    } else {
        add(args, PICK(rand, kinds));
    }
}

static void add_shape(GPtrArray *args, GRand *rand)
{
    static const char *const granularities[] = {"-functions", "-filefunctions", "-files", "-lines",
                                                "-addresses"};
    static const char *const others[] = {"-cum",
                                         "-noinlines",
                                         "-drop_negative",
                                         "-nodecount=3",
                                         "-nodecount=1",
                                         "-nodecount=0",
                                         "-nodecount=-1",
                                         "-nodefraction=0",
                                         "-nodefraction=0.1",
                                         "-edgefraction=0.05",
                                         "-unit=auto",
                                         "-unit=MB",
                                         "-unit=us",
                                         "-relative_percentages",
                                         "-sample_index=0",
                                         "-mean",
                                         "-mean",
                                         "-mean_delay",
                                         "-trim=false",
                                         "-divide_by=7",
                                         "-divide_by=0.3",
                                         "-edgefraction=0",
                                         "-trim_path=/src",
                                         "-trim_path=/src/a:/src/lib/",
                                         "-source_path=/tmp/none:/x/lib",
                                         "-source_path=lib",
                                         "-showcolumns",
                                         "-compact_labels",
                                         "-call_tree",
                                         "-tagroot=tenant",
                                         "-tagroot=job,size",
                                         "-tagleaf=bytes",
                                         "-tagleaf=none, tenant,,bytes"};

    if (chance(rand, 60))
        add(args, PICK(rand, granularities));
    while (chance(rand, 40))
        add(args, PICK(rand, others));
}

static void add_filter(GPtrArray *args, GRand *rand)
{
    static const char *const filters[] = {"-focus=main",
                                          "-focus=^a$",
                                          "-ignore=b",
                                          "-ignore=http",
                                          "-hide=run|func1",
                                          "-show=main",
                                          "-show_from=serve",
                                          "-show_from=main.go",
                                          "-tagfocus=acme",
                                          "-tagfocus=tenant=a",
                                          "-tagignore=job",
                                          "-tagfocus=1kb:",
                                          "-tagfocus=bytes=:20kb",
                                          "-tagignore=size=5:9000",
                                          "-tagshow=tenant",
                                          "-taghide=bytes",
                                          "-prune_from=main",
                                          "-hide=server",
                                          "-show=libc",
                                          "-focus=y\\.go$"};

    add(args, PICK(rand, filters));
}

char **random_command(GRand *rand, const char *source, const char *base)
{
    GPtrArray *args = g_ptr_array_new();

    add_kind(args, rand);
    add_shape(args, rand);
    while (chance(rand, 25))
        add_filter(args, rand);
    if (chance(rand, 30)) {
        add(args, chance(rand, 50) ? "-base" : "-diff_base");
        add(args, base);
        if (chance(rand, 30))
            add(args, "-normalize");
    }
    add(args, "-symbolize=none");
    add(args, source);
    while (chance(rand, 12))
        add(args, chance(rand, 80) ? base : source);
    g_ptr_array_add(args, NULL);
    return (char **)g_ptr_array_free(args, FALSE);
}
