/* Births and deaths over time: a process that keeps what it opens, and one that does not. */

#include "app/session/survivors.h"
#include "probes/file_groups.h"

#include <string.h>

enum { S = G_USEC_PER_SEC };

struct world {
    struct history *opened;
    double sum;
    struct file_baseline *baseline;
    uint64_t sequence;
    GArray *open; /* gint64: first seen */
};

static struct files_sample *sample_at(struct world *w, gint64 now_us, uint64_t opened,
                                      uint64_t closed)
{
    struct files_sample *files = sample_new(PROBE_FILES, sizeof *files);
    struct fd_entry *fds = sample_alloc(files, (w->open->len + 1) * sizeof *fds);

    for (guint i = 0; i < w->open->len; i++)
        fds[i] = (struct fd_entry){.fd = (int)i,
                                   .type = FD_REG,
                                   .path = sample_printf(files, "/a/%u.log", i),
                                   .detail = "",
                                   .watches = SAMPLE_UNKNOWN,
                                   .first_seen_us = g_array_index(w->open, gint64, i)};
    files->base.taken_us = now_us;
    files->base.sequence = ++w->sequence;
    files->fds = fds;
    files->n_fds = w->open->len;
    files->count = w->open->len;
    files->opened = opened;
    files->closed = closed;
    files_summarise(files, w->baseline);
    return files;
}

/* Every two seconds ten are opened, of which keep stay. */
static void run(struct world *w, guint keep, int seconds,
                struct survivors_band ret[SURVIVORS_BANDS])
{
    gint64 begin = 1000 * (gint64)S;

    w->opened = history_new(512);
    w->sum = 0;
    w->baseline = file_baseline_new();
    w->sequence = 0;
    w->open = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (int i = 0; i < 5; i++) /* there before anybody looked */
        g_array_append_val(w->open, begin);
    struct files_sample *files = sample_at(w, begin, 0, 0);

    history_add(w->opened, begin, 0);
    for (int at = 2; at <= seconds; at += 2) {
        gint64 now = begin + at * (gint64)S;

        for (guint i = 0; i < keep; i++)
            g_array_append_val(w->open, now);
        sample_unref(files);
        files = sample_at(w, now, 10, 10 - keep);
        w->sum += 10;
        history_add(w->opened, now, w->sum);
    }
    survivors_bands(w->opened, files, ret);
    sample_unref(files);
    g_array_unref(w->open);
    file_baseline_free(w->baseline);
    history_free(w->opened);
}

static void test_leaking(void)
{
    struct survivors_band bands[SURVIVORS_BANDS];
    struct world w;
    int64_t opened = 0;
    size_t open = 0;

    run(&w, 10, 900, bands);
    for (int i = 0; i + 1 < SURVIVORS_BANDS; i++) {
        g_assert_cmpint(bands[i].opened, ==, (int64_t)bands[i].open);
        opened += bands[i].opened;
        open += bands[i].open;
    }
    g_assert_cmpint(opened, ==, 4500);
    g_assert_cmpuint(open, ==, 4500);
    g_assert_cmpint(bands[2].opened, >, 2000); /* 1 to 10 min ago */
    g_assert_cmpuint(bands[SURVIVORS_BANDS - 1].open, ==, 5);
    g_assert_cmpint(bands[SURVIVORS_BANDS - 1].opened, ==, SAMPLE_UNKNOWN);
}

static void test_busy(void)
{
    struct survivors_band bands[SURVIVORS_BANDS];
    struct world w;

    run(&w, 0, 900, bands);
    for (int i = 0; i + 1 < SURVIVORS_BANDS; i++)
        g_assert_cmpuint(bands[i].open, ==, 0);
    g_assert_cmpint(bands[2].opened, >, 2000);
}

/* So long a watch that its points were thinned: no birth is lost. */
static void test_long(void)
{
    struct survivors_band bands[SURVIVORS_BANDS];
    struct world w;
    int64_t opened = 0;

    run(&w, 0, 40000, bands);
    for (int i = 0; i + 1 < SURVIVORS_BANDS; i++)
        opened += bands[i].opened;
    g_assert_cmpint(opened, ==, 200000);
}

/* Bands neither overlap nor leave a gap, however short the watch. */
static void test_bands_meet(void)
{
    struct survivors_band bands[SURVIVORS_BANDS];
    struct world w;

    for (int seconds = 2; seconds < 100000; seconds = seconds * 3 + 1) {
        run(&w, 0, MIN(seconds, 3000), bands);
        for (int i = 1; i < SURVIVORS_BANDS; i++) {
            g_assert_cmpint(bands[i].to_us, ==, bands[i - 1].from_us);
            g_assert_cmpint(bands[i].from_us, <=, bands[i].to_us);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/survivors/leaking", test_leaking);
    g_test_add_func("/survivors/busy", test_busy);
    g_test_add_func("/survivors/long", test_long);
    g_test_add_func("/survivors/bands-meet", test_bands_meet);
    return g_test_run();
}
