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

/* The rate of the first line, and what one object of 1000 bytes becomes; in rows as gperftools
 * aligns them, too. */
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
        g_autofree char *text = g_strdup_printf("heap profile: 2: 2000 [2: 2000] @ %s\n"
                                                "1: 1000 [1: 1000] @ 0x1\n#\t0x1\tf+0x1\tf.go:1\n"
                                                "     1:     1000 [     1:     1000] @ 0x2\n",
                                                cases[i].word);
        g_autoptr(profile_auto) p = decode(text);

        g_assert_cmpuint(p->n_samples, ==, 2);
        g_assert_cmpint(p->period, ==, cases[i].period);
        g_assert_cmpint(p->values[0], ==, cases[i].count);
        g_assert_cmpint(p->values[p->n_sample_types], ==, cases[i].count);
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

/* Every way to end a record: an empty line, the next record, the end; addresses where no names are.
 */
static void test_records(void)
{
    g_autoptr(profile_auto) p = decode("threadcreate profile: total 22\n"
                                       "3 @ 0x11\n"
                                       "4 @ 0x21 0x31\n"
                                       "5 @ 0x41\n"
                                       "#\t0x40\tf+0x1\tf.go:1\n"
                                       "6 @ 0x11\n"
                                       "\n"
                                       "4 @ 0x51");
    static const struct {
        int64_t value;
        uint32_t n_frames;
        uint64_t leaf;
    } expected[] = {{3, 1, 0x10}, {4, 2, 0x20}, {5, 1, 0x40}, {6, 1, 0x10}, {4, 1, 0x50}};

    g_assert_cmpuint(p->n_samples, ==, G_N_ELEMENTS(expected));
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        const struct profile_sample *sample = &p->samples[i];

        g_assert_cmpint(p->values[i], ==, expected[i].value);
        g_assert_cmpuint(sample->n_frames, ==, expected[i].n_frames);
        g_assert_cmpuint(p->locations[p->frames[sample->first_frame]].address, ==,
                         expected[i].leaf);
    }
}

/* What gperftools writes: aligned numbers, no names, the map of the process. */
static void test_gperftools(void)
{
    g_autoptr(profile_auto) p =
        decode("heap profile:      3:     4096 [     9:    12288] @ heapprofile\n"
               "     1:     2048 [     4:     8192] @ 0x00401011 0x7f0000001001\n"
               "     2:     2048 [     5:     4096] @ 0x00402001\n"
               "\nMAPPED_LIBRARIES:\n"
               "00400000-00410000 r-xp 00001000 08:01 11 /opt/a server\n"
               "00410000-00420000 rw-p 00000000 08:01 11 /opt/a server\n"
               "7f0000000000-7f0000010000 r-xp 00000000 08:01 12 /lib/libc.so\n");

    g_assert_cmpuint(p->n_samples, ==, 2);
    g_assert_cmpuint(p->n_sample_types, ==, 4);
    g_assert_cmpint(p->values[1], ==, 8192);
    g_assert_cmpint(p->values[3], ==, 2048);
    g_assert_cmpuint(p->n_mappings, ==, 2);
    g_assert_cmpstr(p->mappings[0].filename, ==, "/opt/a server");
    g_assert_cmphex(p->mappings[0].file_offset, ==, 0x1000);
    g_assert_cmpuint(p->locations[0].mapping, ==, 0);
    g_assert_cmpuint(p->locations[1].mapping, ==, 1);
}

static void test_contention(void)
{
    g_autoptr(profile_auto) block = decode("--- contention:\ncycles/second=2000000000\n"
                                           "3000 7 @ 0x4a1 0x4b2\n"
                                           "#\t0x4a0\tsync.(*Mutex).Lock+0x20\t/sync/mutex.go:12\n"
                                           "\n500 1 @ 0x4c1\n");
    g_autoptr(profile_auto) mutex = decode("--- mutex:\ncycles/second=1000000000\n"
                                           "sampling period=5\n1000 2 @ 0x4a1\n");

    g_assert_cmpstr(block->sample_types[0].type, ==, "contentions");
    g_assert_cmpstr(block->sample_types[1].unit, ==, "nanoseconds");
    g_assert_cmpuint(block->n_samples, ==, 2);
    g_assert_cmpint(block->values[0], ==, 7);
    g_assert_cmpint(block->values[1], ==, 1500);
    g_assert_cmpint(block->values[3], ==, 250);
    g_assert_cmpstr(block->functions[0].name, ==, "sync.(*Mutex).Lock");
    g_assert_cmpint(mutex->values[0], ==, 10);
    g_assert_cmpint(mutex->values[1], ==, 5000);
}

/* A record that cannot be read is weight that would be missing. */
static void test_broken_record(void)
{
    static const char *const texts[] = {
        "threadcreate profile: total 7\n3 @ 0x1\n99999999999999999999 @ 0x2\n",
        "heap profile: 1: 1 [1: 1] @ heap/2\n1: x [1: 1] @ 0x1\n",
        "--- mutex:\ncycles/second=1\n12 @ 0x1\n",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(profile_decode((const uint8_t *)texts[i], strlen(texts[i]), &error));
        g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID);
    }
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
    g_test_add_func("/pprof/text-profile/records", test_records);
    g_test_add_func("/pprof/text-profile/gperftools", test_gperftools);
    g_test_add_func("/pprof/text-profile/contention", test_contention);
    g_test_add_func("/pprof/text-profile/broken-record", test_broken_record);
    g_test_add_func("/pprof/text-profile/sample", test_sample);
    return g_test_run();
}
