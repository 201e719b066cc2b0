/* One path, stack or type of region is judged by its own trend, once that tells. */

#include "pprof/goroutines.h"
#include "tests/unit/app/triage_fixture.h"

#include <string.h>

#define SECOND ((gint64)G_USEC_PER_SEC)

enum { MINUTES = 10, LOOKS = MINUTES * 60 / 2 };

static const char leak[] = "/home/u/.claude/projects/<project>/<uuid>.jsonl", busy[] = "/srv/<n>";

/* The leak opens one file every two seconds; the busy program has 40 or 70 open, by turns. */
static struct session_parts *watch_files(guint looks)
{
    struct session_parts *parts = session_parts_new(&(struct trend_options){0});

    for (guint i = 0; i < looks; i++) {
        struct fd_template templates[] = {{.text = leak, .count = 100 + i},
                                          {.text = busy, .count = i / 5 % 2 == 0 ? 70 : 40}};
        struct files_sample files = {
            .base = {.kind = PROBE_FILES, .status = SAMPLE_OK, .taken_us = i * 2 * SECOND},
            .templates = templates,
            .n_templates = G_N_ELEMENTS(templates)};

        session_parts_add(parts, &files.base);
    }
    return parts;
}

/* Both are more than at the baseline; together they grow. */
static void two_templates(struct triage_fixture *f)
{
    fixture_healthy(f);
    f->templates[0] = (struct fd_template){
        .text = leak, .type = FD_REG, .count = 400, .n_paths = 400, .growth = 300};
    f->templates[1] = (struct fd_template){
        .text = busy, .type = FD_REG, .count = 70, .n_paths = 70, .growth = 30};
    f->files.templates = f->templates;
    f->files.n_templates = 2;
    f->input.trends[METRIC_FDS] = fixture_growing(1800, MINUTES * 60);
}

static void test_templates(void)
{
    struct triage_fixture f;
    struct session_parts *parts = watch_files(LOOKS);

    two_templates(&f);
    f.input.parts = parts;
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);
    const struct triage_fact *grows = fixture_fact(&result->steps[TRIAGE_FDS], leak);
    const struct triage_fact *swings = fixture_fact(&result->steps[TRIAGE_FDS], busy);

    g_assert_cmpint((int)grows->verdict, ==, TRIAGE_LOOK);
    g_test_message("%s", grows->note);
    g_assert_nonnull(strstr(grows->note, "+30/min (90% sure: +30/min)"));
    g_assert_cmpint((int)swings->verdict, ==, TRIAGE_HEALTHY);
    g_assert_null(strstr(swings->note, "sure"));
    session_parts_free(parts);
}

/* A few looks show steps of growth as flat: until there are more, the trend of all counts. */
static void test_too_early(void)
{
    struct triage_fixture f;
    struct session_parts *parts = watch_files(12);

    two_templates(&f);
    f.input.parts = parts;
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);

    g_assert_cmpint((int)fixture_fact(&result->steps[TRIAGE_FDS], busy)->verdict, ==, TRIAGE_LOOK);
    session_parts_free(parts);
}

/* A bucket that has as many goroutines as ten minutes ago did not grow, whatever the base says. */
static void test_bucket(void)
{
    struct triage_fixture f;
    struct session_parts *parts = session_parts_new(&(struct trend_options){0});

    fixture_healthy(&f);
    fixture_add_bucket(&f, "main.work", 300, GOROUTINE_SELECT, 0);
    f.input.base_goroutines = &f.base_goroutines;
    f.input.trends[METRIC_GOROUTINES] = fixture_growing(600, MINUTES * 60);
    g_autoptr(triage_result_auto) before = fixture_evaluate(&f);

    g_assert_cmpint((int)fixture_fact(&before->steps[TRIAGE_GOROUTINES], "main.work")->verdict, ==,
                    TRIAGE_BAD);
    for (int i = 0; i < LOOKS; i++) {
        struct goroutines_sample sample = f.goroutines;

        sample.base.kind = PROBE_GOROUTINES;
        sample.dump_us = (i + 1) * 2 * SECOND;
        session_parts_add(parts, &sample.base);
    }
    f.input.parts = parts;
    g_autoptr(triage_result_auto) after = fixture_evaluate(&f);

    g_assert_cmpint((int)fixture_fact(&after->steps[TRIAGE_GOROUTINES], "main.work")->verdict, ==,
                    TRIAGE_HEALTHY);
    session_parts_free(parts);
}

static void test_region(void)
{
    struct triage_fixture f;
    struct session_parts *parts = session_parts_new(&(struct trend_options){0});

    fixture_healthy(&f);
    f.memory.base.kind = PROBE_MEMORY;
    for (int i = 1; i <= LOOKS; i++) {
        f.memory.regions_us = i * 2 * SECOND;
        f.memory.classes[REGION_C_HEAP] =
            (struct region_totals){.count = 1, .resident_bytes = (int64_t)i << 20};
        session_parts_add(parts, &f.memory.base);
    }
    f.input.parts = parts;
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);
    const struct triage_fact *heap =
        fixture_fact(&result->steps[TRIAGE_MAP], region_class_name(REGION_C_HEAP));

    g_test_message("%s", heap->note);
    g_assert_nonnull(strstr(heap->note, "+30M/min (90% sure: +30M/min)"));
    session_parts_free(parts);
}

/* A server's connections wait by the hundred, by design; nobody idles in a send. */
static void test_parked_by_design(void)
{
    static const char grpc[] = "google.golang.org/grpc/internal/transport.(*controlBuffer).get";
    struct triage_fixture f;

    fixture_healthy(&f);
    fixture_not_sidecar(&f);
    fixture_add_bucket(&f, grpc, 100, GOROUTINE_SELECT, 30);
    fixture_add_bucket(&f, "main.worker", 100, GOROUTINE_CHAN_SEND, 30);
    f.input.base_goroutines = NULL;
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);
    const struct triage_step *step = &result->steps[TRIAGE_GOROUTINES];

    g_assert_cmpint((int)fixture_fact(step, "grpc")->verdict, ==, TRIAGE_HEALTHY);
    g_assert_cmpint((int)fixture_fact(step, "main.worker")->verdict, ==, TRIAGE_LOOK);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/triage/parts/templates", test_templates);
    g_test_add_func("/triage/parts/too-early", test_too_early);
    g_test_add_func("/triage/parts/bucket", test_bucket);
    g_test_add_func("/triage/parts/region", test_region);
    g_test_add_func("/triage/parked-by-design", test_parked_by_design);
    return g_test_run();
}
