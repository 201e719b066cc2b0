#include "app/recording/past.h"
#include "app/recording/reader.h"
#include "app/recording/recorder.h"
#include "app/report/report_content.h"
#include "probes/find.h"
#include "tests/support/remove.h"
#include "tests/support/target.h"
#include "tests/unit/app/same_samples.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/*
 * Replay equals live: the stage program leaks, is watched and recorded; what the
 * session knew, what the triage said and what the report read at ten moments is
 * found again in the recording, number by number.
 */

enum { DEADLINE_S = 60, LOOKS = 10, LOOK_PAUSE_MS = 1300 };

/* What one part had. */
struct part_seen {
    enum part_kind kind;
    char *name;
    int64_t values[PART_HISTORY_POINTS];
    bool any;
    struct trend trend;
};

/* What the session knew at a moment. */
struct look {
    gint64 t_us, axis_us;
    struct sample *samples[PROBE_N_KINDS];
    struct sample *base_heap, *base_goroutines;
    GArray *points[METRIC_N]; /* struct history_point */
    struct trend trends[METRIC_N];
    gint64 parts_at_us[PART_N_KINDS][PART_HISTORY_POINTS];
    size_t parts_n[PART_N_KINDS];
    GArray *parts; /* struct part_seen */
    gint64 mark_us;
    bool ended;
    struct session_end end;
    char *text, *markdown;
};

struct fixture {
    struct stage *stage;
    struct target *target; /* described once: by its age, the start may be a second off */
    struct session *session;
    struct recorder *recorder;
    char *folder, *path;
    GArray *looks; /* struct look */
    struct thresholds thresholds;
};

/* --- looking --- */

static void see_part(struct look *look, const struct session *session, enum part_kind kind,
                     const char *name)
{
    const struct session_parts *parts = session_parts(session);
    const int64_t *values = part_history_values(session_parts_history(parts, kind), name);
    struct part_seen seen = {.kind = kind,
                             .name = g_strdup(name),
                             .any = values != NULL,
                             .trend = session_parts_trend(parts, kind, name)};

    if (values != NULL)
        memcpy(seen.values, values, sizeof seen.values);
    g_array_append_val(look->parts, seen);
}

/* By the names that are in the samples now; those of before were seen before. */
static void see_parts(struct look *look, const struct session *session)
{
    const struct files_sample *files = session_files(session);
    const struct goroutines_sample *goroutines = session_goroutines(session);
    const struct heap_sample *heap = session_heap(session);

    for (int kind = 0; kind < PART_N_KINDS; kind++) {
        const struct part_history *history =
            session_parts_history(session_parts(session), (enum part_kind)kind);

        look->parts_n[kind] = part_history_n_points(history);
        for (size_t i = 0; i < look->parts_n[kind]; i++)
            look->parts_at_us[kind][i] = part_history_at_us(history, i);
    }
    for (int i = 0; i < REGION_N_CLASSES; i++)
        see_part(look, session, PART_REGIONS, region_class_name((enum region_class)i));
    for (size_t i = 0; files != NULL && i < files->n_templates; i++)
        see_part(look, session, PART_TEMPLATES, files->templates[i].text);
    for (size_t i = 0; files != NULL && i < files->n_groups; i++)
        see_part(look, session, PART_FILES, files->groups[i].path);
    for (size_t i = 0; goroutines != NULL && i < goroutines->dump->n_buckets; i++)
        see_part(look, session, PART_GOROUTINES,
                 session_parts_bucket_key(goroutines->dump->buckets[i].hash).text);
    for (size_t i = 0; heap != NULL && i < heap->profile->n_functions; i++)
        see_part(look, session, PART_FUNCTIONS, heap->profile->functions[i].name);
}

/* Text and Markdown as of now_us; what is of this machine and of the making is left out. */
static void see_report(struct session *session, const struct thresholds *thresholds, gint64 now_us,
                       char **ret_text, char **ret_markdown)
{
    g_autoptr(report_content_auto) content = report_content_new(session, thresholds, NULL);
    struct triage_report view = *report_content_view(content);

    view.now_us = now_us;
    view.made_real_us = 0;
    view.host = view.system = view.backend = ""; /* a recording is read elsewhere */
    *ret_text = triage_report_text(&view, true);
    *ret_markdown = triage_report_markdown(&view, true);
}

static void see(struct fixture *fixture)
{
    struct session *session = fixture->session;
    struct look look = {.t_us = g_get_monotonic_time(),
                        .mark_us = session_mark_us(session),
                        .ended = session_ended(session, NULL),
                        .parts = g_array_new(FALSE, FALSE, sizeof(struct part_seen))};

    look.axis_us = recorder_axis_us(fixture->recorder, look.t_us);
    session_ended(session, &look.end);
    for (int i = 0; i < PROBE_N_KINDS; i++)
        look.samples[i] = sample_ref(session_sample(session, (enum probe_kind)i));
    look.base_heap = sample_ref(session_mark_heap(session));
    look.base_goroutines = sample_ref(session_mark_goroutines(session));
    for (int i = 0; i < METRIC_N; i++) {
        look.points[i] = history_since(session_history(session, (enum metric)i), 0);
        look.trends[i] = *session_trend(session, (enum metric)i);
    }
    see_parts(&look, session);
    see_report(session, &fixture->thresholds, look.t_us, &look.text, &look.markdown);
    g_array_append_val(fixture->looks, look);
}

static void clear_look(void *data)
{
    struct look *look = data;

    for (int i = 0; i < PROBE_N_KINDS; i++)
        sample_unref(look->samples[i]);
    sample_unref(look->base_heap);
    sample_unref(look->base_goroutines);
    for (int i = 0; i < METRIC_N; i++)
        g_array_unref(look->points[i]);
    for (guint i = 0; i < look->parts->len; i++)
        g_free(g_array_index(look->parts, struct part_seen, i).name);
    g_array_unref(look->parts);
    g_free(look->text);
    g_free(look->markdown);
}

/* --- comparing --- */

static void assert_same_trend(const struct trend *a, const struct trend *b, const char *name)
{
    if (a->verdict != b->verdict || a->n != b->n)
        g_error("trend of %s: was %d over %zu points and is %d over %zu", name, (int)a->verdict,
                a->n, (int)b->verdict, b->n);
    g_assert_true(memcmp(&a->per_second, &b->per_second, sizeof a->per_second) == 0);
    g_assert_true(memcmp(&a->low, &b->low, sizeof a->low) == 0);
    g_assert_true(memcmp(&a->rise, &b->rise, sizeof a->rise) == 0);
}

static void assert_same_parts(const struct look *look, const struct session *replay,
                              gint64 offset_us)
{
    static const char *const names[PART_N_KINDS] = {"functions", "templates", "paths", "goroutines",
                                                    "regions"};
    const struct session_parts *parts = session_parts(replay);

    for (int kind = 0; kind < PART_N_KINDS; kind++) {
        const struct part_history *history = session_parts_history(parts, (enum part_kind)kind);

        if (look->parts_n[kind] != part_history_n_points(history))
            g_error("%s: %zu moments were there and %zu are", names[kind], look->parts_n[kind],
                    part_history_n_points(history));
        for (size_t i = 0; i < look->parts_n[kind]; i++)
            g_assert_cmpint(look->parts_at_us[kind][i] + offset_us, ==,
                            part_history_at_us(history, i));
    }
    for (guint i = 0; i < look->parts->len; i++) {
        const struct part_seen *seen = &g_array_index(look->parts, struct part_seen, i);
        const int64_t *values =
            part_history_values(session_parts_history(parts, seen->kind), seen->name);
        struct trend trend = session_parts_trend(parts, seen->kind, seen->name);

        if (seen->any != (values != NULL))
            g_error("%s: %s was %s", names[seen->kind], seen->name,
                    seen->any ? "seen and is not" : "not seen and is");
        for (size_t k = 0; seen->any && k < look->parts_n[seen->kind]; k++)
            g_assert_cmpint(seen->values[k], ==, values[k]);
        assert_same_trend(&seen->trend, &trend, seen->name);
    }
}

/* Says which line, not all of them. */
static void assert_same_lines(const char *a, const char *b)
{
    g_auto(GStrv) left = g_strsplit(a, "\n", -1);
    g_auto(GStrv) right = g_strsplit(b, "\n", -1);

    for (guint i = 0; left[i] != NULL && right[i] != NULL; i++)
        if (strcmp(left[i], right[i]) != 0)
            g_error("line %u was\n%s\nand is\n%s", i + 1, left[i], right[i]);
    g_assert_cmpuint(g_strv_length(left), ==, g_strv_length(right));
}

static void assert_same_session(const struct look *look, struct session *replay,
                                const struct thresholds *thresholds)
{
    gint64 offset_us = look->axis_us - look->t_us;
    struct session_end end = {0};
    g_autofree char *text = NULL, *markdown = NULL;

    for (int i = 0; i < PROBE_N_KINDS; i++)
        assert_same_sample(look->samples[i], session_sample(replay, (enum probe_kind)i), offset_us);
    assert_same_sample(look->base_heap, (const struct sample *)session_mark_heap(replay),
                       offset_us);
    assert_same_sample(look->base_goroutines,
                       (const struct sample *)session_mark_goroutines(replay), offset_us);
    for (int i = 0; i < METRIC_N; i++) {
        const char *name = metric_info((enum metric)i)->name;

        assert_same_points(look->points[i], session_history(replay, (enum metric)i), offset_us,
                           name);
        assert_same_trend(&look->trends[i], session_trend(replay, (enum metric)i), name);
    }
    assert_same_parts(look, replay, offset_us);
    g_assert_cmpint(look->mark_us != 0 ? look->mark_us + offset_us : 0, ==,
                    session_mark_us(replay));
    g_assert_true(look->ended == session_ended(replay, &end));
    if (look->ended) {
        g_assert_cmpint((int)look->end.state, ==, (int)end.state);
        g_assert_cmpint(look->end.at_us + offset_us, ==, end.at_us);
    }
    see_report(replay, thresholds, session_now_us(replay), &text, &markdown);
    assert_same_lines(look->text, text);
    assert_same_lines(look->markdown, markdown);
}

/* --- recording --- */

static struct target *describe(const struct stage *stage)
{
    struct platform_options options = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(process_entry_auto) process = platform_describe(&options, target_pid(stage), &error);

    g_assert_no_error(error);
    g_autofree char *url = find_pprof(&options, process, NULL, &error);

    g_assert_no_error(error);
    struct target *target = target_new(&options, process, url, NULL);

    /* what memory tells of a group beyond its stack is not recorded */
    target_set_source(target, TARGET_SOURCE_PPROF);
    return target;
}

/* Watches and records; past may be NULL. */
static void watch(struct fixture *fixture, struct session_moment *past)
{
    g_autoptr(GError) error = NULL;
    struct session_options options = {.duty_scale = 20, .past = past};

    for (int i = 0; i < PROBE_N_KINDS; i++)
        options.interval_us[i] = G_USEC_PER_SEC * 2 / 5;
    fixture->session = session_new(target_copy(fixture->target), &options);
    if (fixture->recorder == NULL)
        fixture->recorder = recorder_new(fixture->path, NULL, &error);
    g_assert_no_error(error);
    recorder_begin_run(fixture->recorder, session_target(fixture->session));
    session_set_tap(fixture->session, recorder_tap(fixture->recorder));
}

static void begin(struct fixture *fixture)
{
    g_autoptr(GError) error = NULL;

    *fixture = (struct fixture){.stage = target_start(NULL, &error)};
    g_assert_no_error(error);
    fixture->folder = g_dir_make_tmp("sidescope-replay-XXXXXX", &error);
    g_assert_no_error(error);
    fixture->path = g_build_filename(fixture->folder, "night.db", NULL);
    fixture->looks = g_array_new(FALSE, FALSE, sizeof(struct look));
    g_array_set_clear_func(fixture->looks, clear_look);
    thresholds_init(&fixture->thresholds, thresholds_on_macos());
    fixture->target = describe(fixture->stage);
    watch(fixture, NULL);
}

static void end(struct fixture *fixture)
{
    session_free(fixture->session);
    recorder_free(fixture->recorder);
    target_stop(fixture->stage);
    target_free(fixture->target);
    remove_tree(fixture->folder);
    g_array_unref(fixture->looks);
    g_free(fixture->folder);
    g_free(fixture->path);
}

typedef bool (*condition)(const struct fixture *fixture);

static void wait_for(struct fixture *fixture, condition holds)
{
    gint64 deadline = g_get_monotonic_time() + DEADLINE_S * G_USEC_PER_SEC;

    while (!holds(fixture)) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        if (!g_main_context_iteration(NULL, FALSE))
            g_usleep(2000);
    }
}

static bool all_arrived(const struct fixture *fixture)
{
    const struct memory_sample *memory = session_memory(fixture->session);
    const struct goroutines_sample *goroutines = session_goroutines(fixture->session);

    for (int i = 0; i < PROBE_N_KINDS; i++)
        if (session_sample(fixture->session, (enum probe_kind)i) == NULL)
            return false;
    return memory->regions_us != 0 && goroutines->dump != NULL &&
           session_mark_heap(fixture->session) != NULL;
}

static bool has_ended(const struct fixture *fixture)
{
    return session_ended(fixture->session, NULL);
}

static void watch_for(struct fixture *fixture, gint64 ms)
{
    gint64 until = g_get_monotonic_time() + ms * 1000;

    (void)fixture;
    while (g_get_monotonic_time() < until)
        if (!g_main_context_iteration(NULL, FALSE))
            g_usleep(2000);
}

static void record(struct fixture *fixture)
{
    static const char *const orders[LOOKS] = {
        [0] = "files claude 8/s 60s",
        [1] = "goroutines recv 20",
        [2] = "heap session 2M/s 60s",
        [4] = "goroutines recv 5/s 60s",
        [6] = "gc",
        [7] = "close claude 20",
    };

    wait_for(fixture, all_arrived);
    for (int i = 0; i < LOOKS - 1; i++) {
        if (orders[i] != NULL)
            target_do(fixture->stage, "%s", orders[i]);
        if (i == 3)
            session_refresh(fixture->session); /* another walk, another dump */
        if (i == 5)
            session_mark(fixture->session);
        watch_for(fixture, LOOK_PAUSE_MS);
        see(fixture);
    }
    target_kill(fixture->stage, SIGKILL);
    wait_for(fixture, has_ended);
    watch_for(fixture, LOOK_PAUSE_MS); /* what the others still have to say */
    see(fixture);
}

static void compare(struct fixture *fixture, struct reader *reader, guint i)
{
    const struct look *look = &g_array_index(fixture->looks, struct look, i);
    struct session *replay = session_new_replay(target_copy(reader_run(reader, 0)->target));
    struct session_moment moment;
    g_autoptr(GError) error = NULL;

    g_test_message("look %u", i);
    g_assert_true(reader_moment(reader, 0, look->axis_us, 0, &moment, &error));
    g_assert_no_error(error);
    session_show(replay, &moment);
    assert_same_session(look, replay, &fixture->thresholds);
    session_free(replay);
}

static bool skip(void)
{
    if (target_available())
        return target_skip_without_map();
    g_test_skip("no Go: the stage program was not built");
    return true;
}

static void test_equals_live(void)
{
    struct fixture fixture;
    g_autoptr(GError) error = NULL;

    if (skip())
        return;
    begin(&fixture);
    record(&fixture);
    session_set_tap(fixture.session, NULL);
    g_clear_pointer(&fixture.recorder, recorder_free);
    g_autoptr(reader_auto) reader = reader_open(fixture.path, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(reader_n_runs(reader), ==, 1);
    g_assert_false(reader_is_written(reader));
    for (guint i = 0; i < LOOKS; i++)
        compare(&fixture, reader, i);
    for (guint i = LOOKS; i-- > 0;) /* and on the way back, with what is kept of the last ones */
        compare(&fixture, reader, i);
    end(&fixture);
}

/* --- watched again --- */

static void stop_watching(struct fixture *fixture)
{
    g_clear_pointer(&fixture->session, session_free);
    g_clear_pointer(&fixture->recorder, recorder_free);
}

/* What was known when it was watched last; false: nothing. */
static bool look_back(struct fixture *fixture, struct session_moment *ret)
{
    g_autoptr(target_auto) target = describe(fixture->stage);
    gint64 now_us = g_get_monotonic_time();
    g_autoptr(GError) error = NULL;

    fixture->recorder = recorder_new(fixture->path, NULL, &error);
    g_assert_no_error(error);
    bool found = past_load(fixture->path, target, recorder_axis_us(fixture->recorder, now_us),
                           now_us, ret, NULL, &error);

    g_assert_no_error(error);
    return found;
}

/* Points before from_us, then a gap, then points after it. */
static void assert_gap(const struct history *history, gint64 from_us)
{
    g_autoptr(GArray) points = history_since(history, G_MININT64);
    guint n = 0;

    while (n < points->len && g_array_index(points, struct history_point, n).t_us < from_us)
        n++;
    g_assert_cmpuint(n, >, 5);
    g_assert_true(isnan(g_array_index(points, struct history_point, n - 1).value));
    g_assert_cmpuint(n, <, points->len);
    g_assert_false(isnan(g_array_index(points, struct history_point, n).value));
}

static const struct fd_template *claude_of(const struct files_sample *files)
{
    for (size_t i = 0; i < files->n_templates; i++)
        if (files->templates[i].cls == PATH_CLAUDE)
            return &files->templates[i];
    return NULL;
}

static gint64 oldest_us(const struct files_sample *files, const struct fd_template *template)
{
    gint64 oldest_us = G_MAXINT64;

    for (size_t i = 0; i < template->count; i++)
        oldest_us =
            MIN(oldest_us, files->fds[files->by_template[template->first + i]].first_seen_us);
    return oldest_us;
}

static bool has_many_claude(const struct fixture *fixture)
{
    const struct files_sample *files = session_files(fixture->session);

    return claude_of(files) != NULL && claude_of(files)->count >= 20;
}

static void assert_goes_on(const struct fixture *fixture, gint64 begun_us, gint64 again_us,
                           gint64 mark_us)
{
    const struct session *session = fixture->session;
    const struct files_sample *files = session_files(session);
    const struct fd_template *claude = claude_of(files);

    assert_gap(session_history(session, METRIC_RSS), again_us);
    assert_gap(session_history(session, METRIC_GOROUTINES), again_us);
    g_assert_cmpint(claude->growth, ==, claude->count); /* none was open when it all began */
    g_assert_cmpint(claude->count, >=, 20);
    g_assert_cmpint(oldest_us(files, claude), >, begun_us);
    g_assert_cmpint(oldest_us(files, claude), <, again_us);
    g_assert_cmpint(session_memory(session)->growth_since_us, <, again_us);
    g_assert_cmpint(session_mark_heap(session)->profile_us, <, again_us);
    g_assert_cmpint(session_mark_goroutines(session)->dump_us, <, again_us);
    g_assert_cmpint(ABS(session_mark_us(session) - mark_us), <, G_USEC_PER_SEC / 1000);
    g_assert_cmpint(
        part_history_at_us(session_parts_history(session_parts(session), PART_TEMPLATES), 0), <,
        again_us);
}

static void test_goes_on(void)
{
    struct fixture fixture;
    struct session_moment past;
    g_autoptr(GError) error = NULL;

    if (skip())
        return;
    begin(&fixture);
    wait_for(&fixture, all_arrived);
    gint64 begun_us = g_get_monotonic_time();

    session_mark(fixture.session);
    gint64 mark_us = session_mark_us(fixture.session);

    watch_for(&fixture, LOOK_PAUSE_MS);
    target_do(fixture.stage, "files claude 20");
    target_do(fixture.stage, "goroutines recv 20");
    wait_for(&fixture, has_many_claude);
    watch_for(&fixture, LOOK_PAUSE_MS);
    stop_watching(&fixture);
    target_do(fixture.stage, "files claude 5"); /* nobody watches */
    g_usleep(LOOK_PAUSE_MS * 1000);

    g_assert_true(look_back(&fixture, &past));
    gint64 again_us = g_get_monotonic_time();

    watch(&fixture, &past);
    g_assert_null(past.series);
    wait_for(&fixture, all_arrived);
    watch_for(&fixture, LOOK_PAUSE_MS);
    assert_goes_on(&fixture, begun_us, again_us, mark_us);
    for (int i = 0; i < 3; i++) {
        watch_for(&fixture, LOOK_PAUSE_MS);
        see(&fixture);
    }
    session_set_tap(fixture.session, NULL);
    g_clear_pointer(&fixture.recorder, recorder_free);
    g_autoptr(reader_auto) reader = reader_open(fixture.path, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(reader_n_runs(reader), ==, 1);
    for (guint i = 0; i < fixture.looks->len; i++)
        compare(&fixture, reader, i);
    end(&fixture);
}

/* Another process has no past, and neither has one that ended. */
static void test_no_past(void)
{
    struct fixture fixture;
    struct session_moment past;

    if (skip())
        return;
    begin(&fixture);
    wait_for(&fixture, all_arrived);
    stop_watching(&fixture);
    target_stop(g_steal_pointer(&fixture.stage));
    fixture.stage = target_start(NULL, NULL);
    g_assert_false(look_back(&fixture, &past));
    end(&fixture);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/replay/equals-live", test_equals_live);
    g_test_add_func("/replay/goes-on", test_goes_on);
    g_test_add_func("/replay/no-past", test_no_past);
    return g_test_run();
}
