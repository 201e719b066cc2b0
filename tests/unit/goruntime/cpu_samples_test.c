#include "probes/goruntime/cpu_samples.h"

#include "made_module.h"

#include <string.h>

enum function { LEAF, WRAPPER, MAIN, ROOT, N_FUNCTIONS };

static const struct made_function functions[N_FUNCTIONS] = {
    [LEAF] = {"main.leaf", 0, false},
    [WRAPPER] = {"main.(*T).call", 8, true},
    [MAIN] = {"main.main", 8, false},
    [ROOT] = {"runtime.goexit", 0, false},
};

static const char maps[] = "00401000-00402000 r-xp 00001000 08:01 12    /none/program\n"
                           "00402000-00403000 rw-p 00002000 08:01 12    /none/program\n"
                           "00500000-00501000 r-xp 00000000 08:01 13    /none/lib dir/libc.so.6\n"
                           "00600000-00601000 r-xp 00000000 00:00 0 \n"
                           "00700000-00701000 r-xp 00000000 00:00 0     [vdso]\n"
                           "rubbish\n"
                           "00800000-00801000 r-xp\n";

#define BACK(function) (MADE_TEXT + (function)*MADE_FUNCTION + 5)
#define LIBRARY 0x500010
#define VDSO 0x700010
#define NOWHERE 0x10

struct fixture {
    struct made_module made;
    struct native *native;
    struct cpu_samples *samples;
};

static void set_up(struct fixture *f, gconstpointer data)
{
    (void)data;
    made_module_init(&f->made, functions, N_FUNCTIONS);
    f->native = native_of_maps(maps);
    f->samples = cpu_samples_new(f->made.symbols, f->native, NULL, 2000000, 5);
}

static void tear_down(struct fixture *f, gconstpointer data)
{
    (void)data;
    cpu_samples_free(f->samples);
    native_free(f->native);
    made_module_clear(&f->made);
}

static void add(struct fixture *f, bool in_kernel, const uint64_t *chain, size_t n)
{
    struct perf_record sample = {.kind = PERF_RECORD_KIND_SAMPLE,
                                 .in_kernel = in_kernel,
                                 .has_registers = n > 0,
                                 .pc = n > 0 ? chain[0] : 0,
                                 .chain = chain,
                                 .n_chain = n};

    cpu_samples_add(f->samples, &sample);
}

#define ADD(f, in_kernel, ...)                                                                     \
    add(f, in_kernel, (const uint64_t[]){__VA_ARGS__},                                             \
        sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

/* "main.leaf<main.main 2 4000000 kernel" for each sample, in their order. */
static char *print(const struct profile *profile)
{
    GString *out = g_string_new(NULL);

    for (size_t i = 0; i < profile->n_samples; i++) {
        const struct profile_sample *sample = &profile->samples[i];

        for (uint32_t k = 0; k < sample->n_frames; k++) {
            const struct profile_location *location =
                &profile->locations[profile->frames[sample->first_frame + k]];

            g_assert_cmpuint(location->n_lines, ==, 1);
            g_string_append_printf(
                out, "%s%s", k > 0 ? "<" : "",
                profile->functions[profile->lines[location->first_line].function].name);
        }
        g_string_append_printf(out, " %d %d", (int)profile->values[2 * i],
                               (int)profile->values[2 * i + 1]);
        for (uint32_t k = 0; k < sample->n_labels; k++)
            g_string_append_printf(out, " %s", profile->labels[sample->first_label + k].str);
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}

static void check(struct fixture *f, const char *expected)
{
    const char *const comments[] = {"one", "two"};
    g_autoptr(profile_auto) profile = cpu_samples_finish(f->samples, 5, 6, comments, 2);
    g_autofree char *text = print(profile);

    g_assert_cmpstr(text, ==, expected);
    g_assert_cmpuint(profile->n_comments, ==, 2);
    g_assert_cmpstr(profile->comments[1], ==, "two");
    g_assert_cmpstr(profile->sample_types[0].type, ==, "samples");
    g_assert_cmpstr(profile->sample_types[1].unit, ==, "nanoseconds");
    g_assert_cmpstr(profile->period_type.type, ==, "cpu");
    g_assert_cmpint(profile->period, ==, 2000000);
    g_assert_cmpint(profile->time_ns, ==, 5);
    g_assert_cmpint(profile->duration_ns, ==, 6);
    g_assert_cmpstr(profile->mappings[0].filename, ==, "/none/program");
}

static void test_counting(struct fixture *f, gconstpointer data)
{
    (void)data;
    ADD(f, false, BACK(LEAF), BACK(WRAPPER), BACK(MAIN), BACK(ROOT));
    ADD(f, false, BACK(MAIN), BACK(ROOT));
    ADD(f, false, BACK(LEAF), BACK(WRAPPER), BACK(MAIN), BACK(ROOT));
    ADD(f, true, BACK(LEAF), BACK(WRAPPER), BACK(MAIN), BACK(ROOT));
    ADD(f, false, BACK(WRAPPER), BACK(MAIN), BACK(ROOT)); /* the time is the wrapper's own */
    g_assert_cmpuint(cpu_samples_counts(f->samples)->n, ==, 5);
    g_assert_cmpuint(cpu_samples_counts(f->samples)->n_kernel, ==, 1);
    check(f, "main.leaf<main.main 2 4000000\n"
             "main.main 1 2000000\n"
             "main.leaf<main.main 1 2000000 kernel\n"
             "main.(*T).call<main.main 1 2000000\n");
}

static void test_native(struct fixture *f, gconstpointer data)
{
    (void)data;
    ADD(f, false, VDSO, VDSO + 9, BACK(LEAF), BACK(MAIN)); /* the time of day: who asked for it */
    ADD(f, false, LIBRARY, BACK(MAIN));                    /* C code that has its Go caller */
    ADD(f, false, LIBRARY, LIBRARY + 4);                   /* and some that has none */
    ADD(f, false, 0x600004, NOWHERE, BACK(MAIN));          /* nonsense within a chain is left out */
    ADD(f, false, VDSO);                                   /* nobody: it stays what it is */
    add(f, true, NULL, 0);
    g_assert_cmpuint(cpu_samples_counts(f->samples)->n_native, ==, 2);
    g_assert_cmpuint(cpu_samples_counts(f->samples)->n_unknown, ==, 1);
    check(f, "main.leaf<main.main 1 2000000\n"
             "[libc.so.6]<main.main 1 2000000\n"
             "[libc.so.6]<[libc.so.6]<[C code, Go caller unknown] 1 2000000\n"
             "[code without a file]<main.main 1 2000000\n"
             "[vdso]<[C code, Go caller unknown] 1 2000000\n"
             "[no user stack] 1 2000000 kernel\n");
}

static void test_deep(struct fixture *f, gconstpointer data)
{
    (void)data;
    ADD(f, false, BACK(LEAF), BACK(MAIN), BACK(MAIN), BACK(MAIN));
    ADD(f, false, BACK(LEAF), BACK(MAIN), BACK(MAIN), BACK(MAIN), BACK(MAIN));
    g_assert_cmpuint(cpu_samples_counts(f->samples)->n_cut, ==, 1);
    check(f, "main.leaf<main.main<main.main<main.main 1 2000000\n"
             "main.leaf<main.main<main.main<main.main<main.main 1 2000000\n");
}

static void test_unfinished(struct fixture *f, gconstpointer data)
{
    (void)data;
    ADD(f, false, BACK(LEAF), BACK(MAIN)); /* freed without a profile: what a cancelled one does */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/cpu_samples/counting", struct fixture, NULL, set_up, test_counting, tear_down);
    g_test_add("/cpu_samples/native", struct fixture, NULL, set_up, test_native, tear_down);
    g_test_add("/cpu_samples/deep", struct fixture, NULL, set_up, test_deep, tear_down);
    g_test_add("/cpu_samples/unfinished", struct fixture, NULL, set_up, test_unfinished, tear_down);
    return g_test_run();
}
