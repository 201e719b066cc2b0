/* What a sidecar says of itself lies in a folder of a stranger: a file, or anything else. */

#include "app/target/instance.h"
#include "tests/support/remove.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    char *folder, *path;
    struct target *target;
};

static void place_init(struct place *place)
{
    place->folder = g_dir_make_tmp("sidescope-instance-XXXXXX", NULL);
    g_autofree char *instances = g_build_filename(place->folder, "sidecar", "instances", NULL);

    g_assert_cmpint(g_mkdir_with_parents(instances, 0700), ==, 0);
    place->path = g_strdup_printf("%s/%d.json", instances, (int)getpid());
    place->target = target_new(NULL, NULL, NULL, NULL);
    place->target->id.pid = getpid();
    place->target->is_sidecar = true;
    place->target->state_home = g_strdup(place->folder);
    place->target->cwd = g_strdup("/home/u/from-cwd");
}

static void place_clear(struct place *place)
{
    target_free(place->target);
    remove_tree(place->folder);
    g_free(place->folder);
    g_free(place->path);
}

static void assert_project(const struct place *place, const char *wanted)
{
    g_autofree char *project = instance_project(place->target);

    g_assert_cmpstr(project, ==, wanted);
}

static char *instance_text(const char *more)
{
    return g_strdup_printf("{\"pid\": %d, \"startedAt\": \"2026-11-29T10:00:00Z\", "
                           "\"project\": \"shop\"}%s",
                           (int)getpid(), more);
}

static void test_file(void)
{
    struct place place;
    g_autofree char *text = instance_text("\n");

    place_init(&place);
    assert_project(&place, "from-cwd");
    g_assert_true(g_file_set_contents(place.path, text, -1, NULL));
    assert_project(&place, "shop");

    g_autofree char *project = NULL;
    gint64 opened_us = 0;
    g_autoptr(GDateTime) opened = g_date_time_new_utc(2026, 11, 29, 10, 0, 0);

    g_assert_true(instance_project_now(place.target, &project, &opened_us));
    g_assert_cmpstr(project, ==, "shop");
    g_assert_cmpint(opened_us, ==, g_date_time_to_unix(opened) * G_USEC_PER_SEC);
    place_clear(&place);
}

/* A pipe must not hold up who attaches. */
static void test_pipe(void)
{
    struct place place;

    place_init(&place);
    g_assert_cmpint(mkfifo(place.path, 0600), ==, 0);
    assert_project(&place, "from-cwd");
    place_clear(&place);
}

static void test_giant(void)
{
    struct place place;
    g_autofree char *blanks = g_strnfill(1 << 20, ' ');
    g_autofree char *text = instance_text(blanks);

    place_init(&place);
    g_assert_true(g_file_set_contents(place.path, text, -1, NULL));
    assert_project(&place, "from-cwd");
    place_clear(&place);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/instance/file", test_file);
    g_test_add_func("/instance/pipe", test_pipe);
    g_test_add_func("/instance/giant", test_giant);
    return g_test_run();
}
