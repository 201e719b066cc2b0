/*
 * What a user says to the wizard, by keys on a live process: mark now and see
 * what stays, overrule and pass a step by, copy its command, take two heaps.
 */

#include "tests/support/visit.h"

#include <string.h>

static const struct {
    int lines, cols;
} sizes[] = {{24, 80}, {40, 120}};

static bool start(struct visit *visit, size_t size, const char *before)
{
    const struct stage_options stage = {.commands = before};

    if (!visit_start(visit, &(struct visit_options){.stage = &stage,
                                                    .lines = sizes[size].lines,
                                                    .cols = sizes[size].cols}))
        return false;
    visit_expect(visit, "FLAT .*FUNCTION|HeapAlloc"); /* everything has been looked at once */
    vt_key(visit->vt, "t");
    visit_expect(visit, "WHAT YOU SEE");
    vt_key(visit->vt, "Enter");
    visit_expect(visit, "Step 1 of 4");
    return true;
}

static void end(struct visit *visit)
{
    visit_escape(visit);
    visit_quit(visit);
    visit_end(visit);
}

/* m, then what sidecar is made to do, and the step lists what was born and stays. */
static void test_mark(gconstpointer size)
{
    struct visit visit;

    if (!start(&visit, GPOINTER_TO_SIZE(size), NULL))
        return;
    vt_key(visit.vt, "Right");
    visit_expect(&visit, "Step 2 of 4");
    vt_key(visit.vt, "m");
    /* our own connections to its pprof may be new to it */
    visit_expect(&visit, "since the mark +(nothing|\\+\\d)");
    target_do(visit.stage, "files claude 30");
    visit_expect(&visit, "since the mark +\\+3\\d");
    target_do(visit.stage, "goroutines recv 40");
    for (int i = 0; i < 4 && !vt_find(visit.vt, "Do goroutines", NULL, NULL); i++) {
        vt_key(visit.vt, "B"); /* the branches, in turn */
        vt_settle(visit.vt, 60);
    }
    visit_expect(&visit, "since the mark +\\+4\\d");
    end(&visit);
}

/* The diagnosis follows what the user knows better, and says so. */
static void test_overrule(gconstpointer size)
{
    struct visit visit;

    if (!start(&visit, GPOINTER_TO_SIZE(size), NULL))
        return;
    vt_key(visit.vt, "Right");
    visit_expect(&visit, "Step 2 of 4");
    vt_key(visit.vt, "V"); /* healthy, look, bad; each is asked about */
    visit_expect(&visit, "Say that FDs is healthy");
    vt_key(visit.vt, "y");
    visit_expect(&visit, "overruled: healthy");
    vt_key(visit.vt, "V");
    visit_expect(&visit, "Say that FDs is look");
    vt_key(visit.vt, "y");
    visit_expect(&visit, "overruled: look");
    vt_key(visit.vt, "V");
    visit_expect(&visit, "Say that FDs is bad");
    vt_key(visit.vt, "y");
    visit_expect(&visit, "\\[FDs ✗\\*\\]");
    vt_key(visit.vt, "Right");
    visit_expect(&visit, "Step 3 of 4");
    vt_key(visit.vt, "X");
    visit_expect(&visit, "Step 4 of 4");
    for (int i = 0; i < 8 && !vt_find(visit.vt, "[diagnosis", NULL, NULL); i++) {
        vt_key(visit.vt, "Right");
        vt_settle(visit.vt, 60);
    }
    visit_expect(&visit, "You overruled: FDs");
    visit_expect(&visit, "You skipped: memory map");
    end(&visit);
}

static void test_copy(gconstpointer size)
{
    struct visit visit;

    if (!start(&visit, GPOINTER_TO_SIZE(size), NULL))
        return;
    vt_key(visit.vt, "y");
    visit_expect(&visit, "copied");
    const char *copied = vt_clipboard(visit.vt);
    g_autofree char *pid = g_strdup_printf("%d", (int)target_pid(visit.stage));

    g_test_message("%s", copied);
    g_assert_nonnull(copied);
    g_assert_nonnull(strstr(copied, pid)); /* to be pasted as it is */
    end(&visit);
}

/* Two snapshots with a wait that can be seen, and then what grew between them. */
static void test_two_heaps(gconstpointer size)
{
    struct visit visit;

    if (!start(&visit, GPOINTER_TO_SIZE(size), "heap scanner 8M"))
        return;
    target_do(visit.stage, "heap scanner 8M/s");
    vt_key(visit.vt, "Right");
    visit_expect(&visit, "Step 2 of 4");
    vt_key(visit.vt, "Right");
    visit_expect(&visit, "Step 3 of 4");
    vt_key(visit.vt, "Right");
    visit_expect(&visit, "Step 4 of 4");
    vt_key(visit.vt, "C");
    visit_expect(&visit, "seconds between the two");
    vt_type(visit.vt, "6");
    vt_key(visit.vt, "Enter");
    visit_expect(&visit, "second snapshot in \\ds");
    visit_expect(&visit, "snapshot \\d+: heap");
    visit_expect(&visit, "Scanner");
    visit_escape(&visit);
    visit_expect(&visit, "Step 4 of 4");
    end(&visit);
}

/* Waiting can be given up, and the first snapshot is not lost. */
static void test_give_up(gconstpointer size)
{
    struct visit visit;

    if (!start(&visit, GPOINTER_TO_SIZE(size), NULL))
        return;
    vt_key(visit.vt, "C");
    visit_expect(&visit, "seconds between the two");
    vt_key(visit.vt, "Enter"); /* the proposed minute */
    visit_expect(&visit, "second snapshot in \\d+s");
    vt_key(visit.vt, "C");
    visit_expect(&visit, "Give up waiting");
    vt_key(visit.vt, "y");
    visit_expect(&visit, "given up; the first snapshot is kept");
    end(&visit);
}

static void add(const char *name, GTestDataFunc test)
{
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *path =
            g_strdup_printf("/wizard-keys/%s/%dx%d", name, sizes[i].cols, sizes[i].lines);

        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("mark", test_mark);
    add("overrule", test_overrule);
    add("copy", test_copy);
    add("two-heaps", test_two_heaps);
    add("give-up", test_give_up);
    return g_test_run();
}
