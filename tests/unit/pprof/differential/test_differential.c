#include "../tool_args.h"
#include "random_profile.h"

#include "pprof/encode.h"
#include "tests/support/go_tool.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The reports against go tool pprof itself, whole outputs: over all sample
 * profiles and over random ones. SIDESCOPE_DIFFERENTIAL_RUNS sets how many
 * random ones, SIDESCOPE_DIFFERENTIAL_SEED where they start.
 */

/* Where the library differs from the tool on purpose; printed with the results. */
static const char *const differences[] = {
    "nodes that print alike, values of a tag that weigh alike: in a fixed order here, in a random "
    "one there; compared as sets",
    "-list of a function that starts twice in one file: the widest range here, by chance there; "
    "not compared",
    "-list: sources of a -trimpath build are also found in GOROOT and in the module cache, and "
    "files over 16 MiB are refused",
    "regular expressions are PCRE's, not RE2's; one that backtracks too much matches nothing",
    "a profile without any sample type: an empty report here, refused there; not compared",
    "two of -inuse_space, -total_delay and the like: the last one counts here, there is a fixed "
    "order there",
    "-divide_by below 0: refused here, ignored there",
    "diff and flame refuse -mean, -normalize and -divide_by, JSON the last and, but for top, -mean",
    "-topproto, -callgrind, -gif, -ps, -disasm, -weblist, -http: refused, the tool itself can be "
    "asked",
    "-dot and what is drawn of it: the same nodes, edges and numbers, coloured and laid out in "
    "our own words; not compared",
    "a value that scaling takes beyond 63 bits: held at the limit here, what the machine's "
    "conversion gives there; not compared",
};

static char *tool; /* path of the pprof program, or NULL */

/* --- the tool --- */

static char *run_tool(const char *const *args, const char *dir)
{
    return go_tool_run(tool, args, dir);
}

static size_t count_lines(const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

/* Nodes that print alike are in no order with the tool: what is above them must agree. */
static bool is_tie(const char *own, const char *theirs)
{
    const char *table = strstr(theirs, "flat%");
    size_t n = table != NULL ? (size_t)(table - theirs) : strlen(theirs);

    return strncmp(own, theirs, n) == 0 && count_lines(own) == count_lines(theirs);
}

static gint compare_lines(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *sorted_lines(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    qsort(lines, g_strv_length(lines), sizeof *lines, compare_lines);
    return g_strjoinv("\n", lines);
}

/* What weighs the same but for the sign is in no order either: values of a label, edges. */
static bool is_sign_tie(const char *own, const char *theirs)
{
    g_autofree char *a = sorted_lines(own), *b = sorted_lines(theirs);

    return strcmp(a, b) == 0;
}

static bool is_same(const char *command, const char *own, const char *theirs, bool may_tie)
{
    if (strcmp(own, theirs) == 0)
        return true;
    if (strstr(command, "-tags ") != NULL)
        return is_sign_tie(own, theirs);
    if ((strstr(command, "-peek ") != NULL || strstr(command, "-tree ") != NULL) &&
        is_sign_tie(own, theirs))
        return true;
    return may_tie && is_tie(own, theirs);
}

static void check(const char *const *args, const char *dir, bool may_tie)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *theirs = run_tool(args, dir);
    g_autofree char *own = tool_args_run(args, dir, REPORT_DIALECT_GO_1_26, &error);
    g_autofree char *command = g_strjoinv(" ", (char **)(uintptr_t)args);

    if ((theirs == NULL) != (own == NULL))
        g_error("%s: the tool %s, this library says: %s", command,
                theirs == NULL ? "refuses" : "accepts", own != NULL ? own : error->message);
    /* where a function starts twice, the lines that -list shows are chance with the tool */
    if (may_tie && strstr(command, "-list ") != NULL)
        return;
    may_tie = may_tie || strstr(command, "-files") != NULL;
    /* which of the nodes that print alike come first is chance with the tool */
    if (may_tie && strstr(command, "-nodecount") != NULL)
        return;
    if (theirs != NULL && !is_same(command, own, theirs, may_tie))
        tool_assert_equal(command, own, theirs);
}

static bool have_tool(void)
{
    if (tool == NULL)
        tool = go_tool_find(SIDESCOPE_GO);
    if (tool == NULL)
        g_test_skip("there is no go tool pprof on this machine");
    return tool != NULL;
}

/* --- samples --- */

static void check_sample(const char *dir, const char *name)
{
    static const char *const options[][4] = {
        {"-top"},
        {"-top", "-cum"},
        {"-top", "-lines"},
        {"-top", "-files"},
        {"-top", "-filefunctions"},
        {"-top", "-addresses"},
        {"-top", "-noinlines", "-nodefraction=0"},
        {"-top", "-nodecount=3"},
        {"-top", "-sample_index=0"},
        {"-tree"},
        {"-tree", "-lines", "-nodecount=5"},
        {"-peek", "main|b"},
        {"-traces"},
        {"-traces", "-lines"},
        {"-tags"},
        {"-raw"},
        {"-list", "main|b"},
        {"-raw", "-hide=main"},
        {"-top", "-focus=main"},
        {"-top", "-ignore=main"},
        {"-top", "-hide=main"},
        {"-top", "-show=main"},
        {"-top", "-show_from=main", "-relative_percentages"},
        {"-top", "-tagfocus=1kb:"},
        {"-top", "-unit=auto"},
        {"-tree", "-mean", "-trim=false"},
        {"-top", "-tagroot=tenant,bytes"},
        {"-traces", "-tagleaf=bytes", "-compact_labels"},
        {"-top", "-lines", "-showcolumns"},
        {"-comments"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        const char *args[8] = {NULL};
        size_t n = 0;

        for (; n < 4 && options[i][n] != NULL; n++)
            args[n] = options[i][n];
        args[n++] = "-symbolize=none";
        args[n] = name;
        check(args, dir, false);
    }
}

static void check_pair(const char *dir, const char *base, const char *source)
{
    static const char *const kinds[] = {"-top", "-tree", "-raw", "-tags", "-traces"};
    static const char *const bases[] = {"-base", "-diff_base"};

    for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++)
        for (size_t b = 0; b < G_N_ELEMENTS(bases); b++) {
            const char *args[] = {kinds[k], bases[b], base, "-symbolize=none", source, NULL};

            check(args, dir, false);
        }
}

/* Texts are named differently, and 64-bit garbage is not compared. */
static bool is_compared(const char *name)
{
    return !g_str_has_suffix(name, ".txt") && !g_str_has_suffix(name, ".html");
}

static void check_dir(const char *below)
{
    g_autofree char *path = g_build_filename(SIDESCOPE_SAMPLES_DIR, "pprof", below, NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);

    for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *file = g_build_filename(path, name, NULL);

        if (g_file_test(file, G_FILE_TEST_IS_REGULAR) && is_compared(name))
            check_sample(path, name);
    }
}

static void test_samples(void)
{
    g_autofree char *path = g_build_filename(SIDESCOPE_SAMPLES_DIR, "pprof", NULL);
    g_autofree char *edge = g_build_filename(path, "edge", NULL);

    if (!have_tool())
        return;
    if (!g_file_test(edge, G_FILE_TEST_IS_DIR)) {
        g_test_skip("the sample profiles are not beside this tree");
        return;
    }
    check_dir("");
    check_dir("edge");
    check_pair(path, "heap-before.pb.gz", "heap-after.pb.gz");
    check_pair(path, "heap-after.pb.gz", "heap-before.pb.gz");
    check_pair(path, "heap-after.pb.gz", "heap-after.pb.gz");
    check_pair(path, "heap-after.pb.gz", "allocs-after.pb.gz");
    check_pair(path, "goroutine-before.pb.gz", "goroutine-after.pb.gz");
    check_pair(path, "cpu.pb.gz", "heap-after.pb.gz");
    check_pair(edge, "t21_kb", "t20_ref");
    check_pair(edge, "t27_old", "t27_new");
    check_pair(edge, "t19_labels_base", "t19_labels");
}

/* --- texts without names, which both sides see alike --- */

static void test_texts(void)
{
    static const char *const texts[] = {
        "threadcreate profile: total 7\n3 @ 0x1\n4 @ 0x2\n",
        "goroutine profile: total 12\n3 @ 0x11 0x21\n4 @ 0x11\n\n5 @ 0x31 0x21\n",
        "heap profile: 1: 1024 [10: 10240] @ heap/1048576\n1: 1024 [10: 10240] @ 0x401000 "
        "0x402000\n",
        "heap profile:      3:     4096 [     9:    12288] @ heapprofile\n"
        "     1:     2048 [     4:     8192] @ 0x00401011 0x7f0000001001\n"
        "     2:     2048 [     5:     4096] @ 0x00402001\n\nMAPPED_LIBRARIES:\n"
        "00400000-00410000 r-xp 00001000 08:01 11 /opt/server\n"
        "7f0000000000-7f0000010000 r-xp 00000000 08:01 12 /lib/libc.so\n",
        "heap profile: 3: 4096 [3: 4096] @ heap_v2/524288\n"
        " 1: 2048 [ 1: 2048] @ 0x00401011\n 2: 2048 [2: 2048] @ 0x00402001\n",
        "heap profile: 3: 4096 [9: 12288] @ heapz_v2/524288\n1: 2048 [4: 8192] @ 0x00401011\n",
        "--- contention:\ncycles/second=2000000000\n3000 7 @ 0x4a1 0x4b2\n500 1 @ 0x4c1\n",
        "--- mutex:\ncycles/second=3000000001\nsampling period=5\n1000 2 @ 0x4a1\n",
    };
    static const char *const kinds[] = {"-top", "-traces", "-tags", "-tree"};
    g_autofree char *dir = g_dir_make_tmp("sidescope-differential-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "text", NULL);

    for (size_t i = 0; have_tool() && i < G_N_ELEMENTS(texts); i++) {
        g_assert_true(g_file_set_contents(path, texts[i], -1, NULL));
        for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
            const char *args[] = {kinds[k], "-addresses", "-symbolize=none", "text", NULL};

            check(args, dir, false);
        }
    }
    g_remove(path);
    g_rmdir(dir);
}

/* --- random profiles --- */

static void save(const char *dir, const char *name, GByteArray *bytes)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);

    g_assert_true(g_file_set_contents(path, (const char *)bytes->data, bytes->len, NULL));
    g_byte_array_unref(bytes);
}

/* The tool reads what this library writes, and sees the same in it. */
static void check_encoded(const char *dir)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(profile_auto) profile = tool_load(dir, "source", &error);

    g_assert_no_error(error);
    bool counted = profile->locations[0].id == 1; /* encoding counts ids anew, -raw prints them */
    const char *kind = counted ? "-raw" : "-traces";
    const char *original[] = {kind, "-addresses", "-symbolize=none", "source", NULL};
    const char *encoded[] = {kind, "-addresses", "-symbolize=none", "encoded", NULL};
    GByteArray *bytes = profile_encode(profile, &error);

    g_assert_no_error(error);
    save(dir, "encoded", bytes);
    g_autofree char *before = run_tool(original, dir), *after = run_tool(encoded, dir);

    g_assert_nonnull(before);
    g_assert_nonnull(after);
    tool_assert_equal("encoded", after, before);
}

/* Beside the profiles, where the tool looks for the relative ones. */
static const char *const source_names[] = {"main.go", "z.go", "lib/w.go"};

static void save_sources(const char *dir, GRand *rand)
{
    for (size_t i = 0; i < G_N_ELEMENTS(source_names); i++) {
        g_autofree char *path = g_build_filename(dir, source_names[i], NULL);
        g_autofree char *text = random_source(rand);

        g_assert_true(g_file_set_contents(path, text, -1, NULL));
    }
}

static void remove_sources(const char *dir)
{
    g_autofree char *lib = g_build_filename(dir, "lib", NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(source_names); i++) {
        g_autofree char *path = g_build_filename(dir, source_names[i], NULL);

        g_remove(path);
    }
    g_rmdir(lib);
}

static void check_random(guint32 seed, const char *dir)
{
    enum { COMMANDS = 6 };
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    unsigned kind = (unsigned)g_rand_int_range(rand, 0, 5);
    bool nameless = seed % 4 == 0;

    g_test_message("seed %u in %s", seed, dir);
    save(dir, "source", random_profile(rand, kind, nameless));
    kind += g_rand_int_range(rand, 0, 20) == 0;
    save(dir, "base", random_profile(rand, kind, nameless));
    save_sources(dir, rand);
    for (int i = 0; i < COMMANDS; i++) {
        g_auto(GStrv) args = random_command(rand, "source", "base");

        check((const char *const *)args, dir, nameless);
    }
    check_encoded(dir);
}

static guint32 from_environment(const char *name, guint32 otherwise)
{
    const char *text = g_getenv(name);

    return text != NULL ? (guint32)g_ascii_strtoull(text, NULL, 10) : otherwise;
}

static void test_random(void)
{
    guint32 runs = from_environment("SIDESCOPE_DIFFERENTIAL_RUNS", 100);
    guint32 first = from_environment("SIDESCOPE_DIFFERENTIAL_SEED", 1);
    g_autofree char *dir = g_dir_make_tmp("sidescope-differential-XXXXXX", NULL);
    g_autofree char *source = g_build_filename(dir, "source", NULL);
    g_autofree char *base = g_build_filename(dir, "base", NULL);
    g_autofree char *encoded = g_build_filename(dir, "encoded", NULL);

    if (!have_tool())
        return;
    g_autofree char *lib = g_build_filename(dir, "lib", NULL);
    g_autofree char *before = g_get_current_dir();

    g_assert_cmpint(g_mkdir(lib, 0700), ==, 0);
    g_assert_cmpint(g_chdir(dir), ==, 0); /* relative -source_path */
    for (guint32 i = 0; i < runs; i++)
        check_random(first + i, dir);
    g_assert_cmpint(g_chdir(before), ==, 0);
    remove_sources(dir);
    g_remove(source);
    g_remove(base);
    g_remove(encoded);
    g_rmdir(dir);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(differences); i++)
        g_test_message("differs: %s", differences[i]);
    g_test_add_func("/pprof/differential/samples", test_samples);
    g_test_add_func("/pprof/differential/texts", test_texts);
    g_test_add_func("/pprof/differential/random", test_random);
    int result = g_test_run();

    g_free(tool);
    return result;
}
