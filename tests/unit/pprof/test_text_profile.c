#include "pprof/profile.h"

#include <string.h>

/* The texts of heap?debug=1 and of counted stacks, read as profiles. */

static struct profile *decode(const char *text)
{
    g_autoptr(GError) error = NULL;
    struct profile *p = profile_decode((const uint8_t *)text, strlen(text), &error);

    g_assert_no_error(error);
    return p;
}

static void test_heap(void)
{
    g_autoptr(profile_auto) p = decode("heap profile: 3: 3072 [7: 9000] @ heap/2\n"
                                       "2: 2048 [4: 4096] @ 0x4a1 0x4b2\n"
                                       "#\t0x4a0\tmain.grow+0x20\t\t/app/a b:c.go:12\n"
                                       "#\t0x4b1\tmain.main+0x1f\t/app/main.go:30\n"
                                       "\n"
                                       "0: 0 [3: 4904] @ 0x4c1\n"
                                       "#\t0x4c0\n"
                                       "\n"
                                       "\n# runtime.MemStats\n# Alloc = 5\n");

    g_assert_cmpuint(p->n_sample_types, ==, 4);
    g_assert_cmpstr(p->sample_types[3].type, ==, "inuse_space");
    g_assert_cmpstr(p->period_type.type, ==, "space");
    g_assert_cmpint(p->period, ==, 1);
    g_assert_cmpuint(p->n_samples, ==, 2);
    g_assert_cmpint(p->values[0], ==, 4);
    g_assert_cmpint(p->values[1], ==, 4096);
    g_assert_cmpint(p->values[2], ==, 2);
    g_assert_cmpint(p->values[3], ==, 2048);
    g_assert_cmpint(p->values[7], ==, 0);
    g_assert_cmpuint(p->samples[0].n_frames, ==, 2);
    g_assert_cmpstr(p->functions[0].name, ==, "main.grow");
    g_assert_cmpstr(p->functions[0].filename, ==, "/app/a b:c.go");
    g_assert_cmpint(p->lines[0].line, ==, 12);
    g_assert_cmpint(p->labels[0].num, ==, 1024);
    g_assert_cmpuint(p->locations[p->frames[p->samples[1].first_frame]].n_lines, ==, 0);
}

/* The rate of the first line, and what one object of 1000 bytes becomes. */
static void test_rates(void)
{
    static const struct {
        const char *word;
        int64_t period, count;
    } cases[] = {
        {"heap/1048576", 524288, 524},
        {"heap/2", 1, 1},
        {"heap/0", 0, 1},
        {"heap_v2/524288", 524288, 524},
        {"heapz_v2/524288", 524288, 524},
        {"heapprofile", 1, 1},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf("heap profile: 1: 1000 [1: 1000] @ %s\n1: 1000 [1: "
                                                "1000] @ 0x1\n#\t0x1\tf+0x1\tf.go:1\n",
                                                cases[i].word);
        g_autoptr(profile_auto) p = decode(text);

        g_assert_cmpint(p->period, ==, cases[i].period);
        g_assert_cmpint(p->values[0], ==, cases[i].count);
    }
}

static void test_counts(void)
{
    g_autoptr(profile_auto) p = decode("threadcreate profile: total 8\r\n"
                                       "5 @\r\n#\t0x0\r\n\r\n"
                                       "3 @ 0x1 0x2\r\n"
                                       "# labels: {\"a\":\"b\\n\", \"é\":\"ü\"}\r\n"
                                       "#\t0x1\tf+0x1\tf.go:1\r\n");

    g_assert_cmpstr(p->sample_types[0].type, ==, "threadcreate");
    g_assert_cmpstr(p->period_type.unit, ==, "count");
    g_assert_cmpuint(p->n_samples, ==, 2);
    g_assert_cmpuint(p->samples[0].n_frames, ==, 0);
    g_assert_cmpint(p->values[0], ==, 5);
    g_assert_cmpuint(p->samples[1].n_labels, ==, 2);
    g_assert_cmpstr(p->labels[0].str, ==, "b\n");
    g_assert_cmpstr(p->labels[1].key, ==, "é");
}

static struct profile *decode_sample(const char *name)
{
    g_autofree char *path = g_build_filename(SIDESCOPE_SAMPLES_DIR, "pprof", name, NULL);
    g_autofree char *data = NULL;
    gsize n;

    if (!g_file_get_contents(path, &data, &n, NULL)) {
        g_test_skip("the sample profiles are not beside this tree");
        return NULL;
    }
    return profile_decode((const uint8_t *)data, n, NULL);
}

static void sums(const struct profile *p, int64_t out[4])
{
    memset(out, 0, 4 * sizeof *out);
    for (size_t i = 0; i < p->n_samples * p->n_sample_types; i++)
        out[i % p->n_sample_types] += p->values[i];
}

/* Scaling the text gives the integers of the binary profile of the same moment. */
static void test_sample(void)
{
    static const char *const names[][2] = {
        {"heap-before.debug1.txt", "heap-before.pb.gz"},
        {"heap-after.debug1.txt", "heap-after.pb.gz"},
        {"states.debug1.txt", "states.pb.gz"},
        {"threadcreate.debug1.txt", "threadcreate.pb.gz"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(profile_auto) text = decode_sample(names[i][0]);
        g_autoptr(profile_auto) binary = decode_sample(names[i][1]);
        int64_t a[4], b[4];

        if (text == NULL || binary == NULL)
            return;
        sums(text, a);
        sums(binary, b);
        for (size_t j = 0; j < text->n_sample_types; j++)
            g_assert_cmpint(a[j], ==, b[j]);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pprof/text-profile/heap", test_heap);
    g_test_add_func("/pprof/text-profile/rates", test_rates);
    g_test_add_func("/pprof/text-profile/counts", test_counts);
    g_test_add_func("/pprof/text-profile/sample", test_sample);
    return g_test_run();
}
