/* Goroutines that were proven leaked are marked in texts, once, and nothing else is changed. */

#include "probes/leak_marks.h"

#include <string.h>

static struct proofs *proofs_of(const uint64_t *ids, size_t n)
{
    struct proofs *proofs = g_new0(struct proofs, 1);

    proofs->proven = g_array_new(FALSE, FALSE, sizeof(struct proof));
    for (size_t i = 0; i < n; i++) {
        struct proof proof = {.id = ids[i]};

        g_array_append_val(proofs->proven, proof);
    }
    return proofs;
}

static void test_text(void)
{
    static const uint64_t ids[] = {7, 18};
    static const char text[] = "goroutine 1 [running]:\nmain.main()\n\n"
                               "goroutine 7 [chan send, 3 minutes]:\nmain.send()\n\n"
                               "goroutine 18 [select (leaked)]:\nmain.wait()\n\n"
                               "goroutine 71 [chan send]:\nmain.send()\ngoroutine 7 [";
    static const char marked[] = "goroutine 1 [running]:\nmain.main()\n\n"
                                 "goroutine 7 [chan send (leaked), 3 minutes]:\nmain.send()\n\n"
                                 "goroutine 18 [select (leaked)]:\nmain.wait()\n\n"
                                 "goroutine 71 [chan send]:\nmain.send()\ngoroutine 7 [";
    struct leak_marks *marks = leak_marks_new();
    g_autoptr(proofs_auto) proofs = proofs_of(ids, G_N_ELEMENTS(ids));
    struct leak_look look;
    size_t n;

    g_assert_null(leak_marks_apply_text(marks, text, strlen(text), &n));
    leak_marks_add(marks, proofs);
    g_autofree char *found = leak_marks_apply_text(marks, text, strlen(text), &n);

    g_assert_cmpstr(found, ==, marked);
    g_assert_cmpuint(n, ==, strlen(marked));
    g_assert_null(leak_marks_apply_text(marks, marked, strlen(marked), &n));
    leak_marks_last(marks, &look);
    g_assert_true(look.was_tried);
    g_assert_cmpuint(look.n_proven, ==, 2);
    leak_look_clear(&look);
    leak_marks_unref(marks);
}

/* A look that failed takes back nothing that was proven before. */
static void test_failed(void)
{
    static const uint64_t ids[] = {7};
    static const char text[] = "goroutine 7 [select]:\n";
    struct leak_marks *marks = leak_marks_new();
    g_autoptr(proofs_auto) proofs = proofs_of(ids, G_N_ELEMENTS(ids));
    struct leak_look look;
    size_t n;

    leak_marks_add(marks, proofs);
    leak_marks_fail(marks, "denied");
    leak_marks_last(marks, &look);
    g_assert_cmpstr(look.why, ==, "denied");
    leak_look_clear(&look);
    g_autofree char *found = leak_marks_apply_text(marks, text, strlen(text), &n);

    g_assert_cmpstr(found, ==, "goroutine 7 [select (leaked)]:\n");
    leak_marks_unref(marks);
}

/* A target of a file has no marks. */
static void test_none(void)
{
    struct leak_look look;
    size_t n;

    g_assert_null(leak_marks_ref(NULL));
    leak_marks_last(NULL, &look);
    g_assert_false(look.was_tried);
    g_assert_null(leak_marks_apply_text(NULL, "goroutine 7 [select]:\n", 22, &n));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/leak-marks/text", test_text);
    g_test_add_func("/leak-marks/failed", test_failed);
    g_test_add_func("/leak-marks/none", test_none);
    return g_test_run();
}
