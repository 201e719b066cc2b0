#include "probes/bell.h"
#include "probes/mailbox.h"
#include "probes/samples.h"
#include "probes/threads.h"
#include "tests/unit/probes/counts.h"

#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* --- samples --- */

static void test_status_names(void)
{
    g_assert_cmpstr(sample_status_name(SAMPLE_OK), ==, "ok");
    g_assert_cmpstr(sample_status_name(SAMPLE_GONE), ==, "gone");
    g_assert_cmpstr(sample_status_name((enum sample_status)99), ==, "unknown");
}

static void test_arena_keeps_what_it_is_given(void)
{
    struct files_sample *sample = sample_new(PROBE_FILES, sizeof *sample);
    const char *texts[2000];
    char *large = sample_alloc(sample, 3 << 20);

    for (int i = 0; i < 2000; i++)
        texts[i] = sample_printf(sample, "path number %d", i);
    g_assert_cmpint(large[(3 << 20) - 1], ==, 0);
    for (int i = 0; i < 2000; i++) {
        g_autofree char *expected = g_strdup_printf("path number %d", i);

        g_assert_cmpstr(texts[i], ==, expected);
    }
    g_assert_cmpstr(sample_strndup(sample, "abcdef", 3), ==, "abc");
    g_assert_cmpstr(sample_strdup(sample, ""), ==, "");
    g_assert_cmpuint((guintptr)sample_alloc(sample, 1) % 16, ==, 0);
    sample_unref(sample);
}

static void test_new_sample_is_ok_and_silent(void)
{
    struct heap_sample *sample = sample_new(PROBE_HEAP, sizeof *sample);

    g_assert_cmpint(sample->base.kind, ==, PROBE_HEAP);
    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    g_assert_cmpstr(sample->base.reason, ==, "");
    sample_set_status(sample, SAMPLE_DENIED, "needs %s", "rights");
    g_assert_cmpint(sample->base.status, ==, SAMPLE_DENIED);
    g_assert_cmpstr(sample->base.reason, ==, "needs rights");
    sample_unref(sample);
    sample_unref(NULL);
}

static void count_release(gpointer user)
{
    (*(int *)user)++;
}

static void test_held_objects_go_with_the_last_reference(void)
{
    struct sample *sample = sample_new(PROBE_HEAP, sizeof(struct heap_sample));
    int released[3] = {0, 0, 0};

    for (int i = 0; i < 3; i++)
        sample_hold(sample, &released[i], count_release);
    g_assert_true(sample_ref(sample) == sample);
    sample_unref(sample);
    g_assert_cmpint(released[0], ==, 0);
    sample_unref(sample);
    for (int i = 0; i < 3; i++)
        g_assert_cmpint(released[i], ==, 1);
}

static void *ref_and_unref(void *sample)
{
    for (int i = 0; i < 10000; i++)
        sample_unref(sample_ref(sample));
    return NULL;
}

static void test_references_from_many_threads(void)
{
    struct sample *sample = sample_new(PROBE_HEAP, sizeof(struct heap_sample));
    pthread_t threads[4];
    int released = 0;

    sample_hold(sample, &released, count_release);
    for (int i = 0; i < 4; i++)
        g_assert_true(thread_start(&threads[i], "refs", ref_and_unref, sample));
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    g_assert_cmpint(released, ==, 0);
    sample_unref(sample);
    g_assert_cmpint(released, ==, 1);
}

/* --- bell --- */

static bool is_ringing(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

    return poll(&poll_fd, 1, 0) == 1;
}

static void test_bell_merges_rings(void)
{
    struct counts before = counts_now();
    struct bell *bell = bell_new();

    g_assert_false(is_ringing(bell_fd(bell)));
    bell_clear(bell); /* silent already: returns at once */
    for (int i = 0; i < 100000; i++)
        bell_ring(bell);
    g_assert_true(is_ringing(bell_fd(bell)));
    bell_clear(bell);
    g_assert_false(is_ringing(bell_fd(bell)));
    bell_ring_fd(bell_ring_end(bell));
    g_assert_true(is_ringing(bell_fd(bell)));
    bell_ring_fd(-1);
    bell_free(bell);
    bell_free(NULL);
    counts_assert_back(before);
}

static void test_pipe_as_bell(void)
{
    int fds[2];

    g_assert_cmpint(pipe2(fds, O_NONBLOCK | O_CLOEXEC), ==, 0);
    for (int i = 0; i < 100000; i++) /* far more than a pipe holds */
        bell_ring_fd(fds[1]);
    g_assert_true(is_ringing(fds[0]));
    close(fds[0]);
    close(fds[1]);
}

/* --- mailbox --- */

static void test_newest_wins(void)
{
    struct bell *bell = bell_new();
    struct mailbox *box = mailbox_new(count_release, bell_ring_end(bell));
    int items[3] = {0, 0, 0};

    g_assert_null(mailbox_take(box));
    mailbox_put(box, &items[0]);
    mailbox_put(box, &items[1]);
    g_assert_cmpint(items[0], ==, 1);
    g_assert_true(is_ringing(bell_fd(bell)));
    g_assert_true(mailbox_take(box) == &items[1]);
    g_assert_null(mailbox_take(box));
    mailbox_put(box, &items[2]);
    mailbox_free(box);
    g_assert_cmpint(items[1], ==, 0);
    g_assert_cmpint(items[2], ==, 1);
    mailbox_free(NULL);
    bell_free(bell);
}

enum { POSTED = 20000 };

static void *post_many(void *user)
{
    for (int i = 1; i <= POSTED; i++) {
        int *item = g_new(int, 1);

        *item = i;
        mailbox_put(user, item);
    }
    return NULL;
}

static void test_reader_sees_only_newer(void)
{
    struct mailbox *box = mailbox_new(g_free, -1);
    pthread_t thread;
    int last = 0;

    g_assert_true(thread_start(&thread, "poster", post_many, box));
    while (last < POSTED) {
        int *item = mailbox_take(box);

        if (item == NULL)
            continue;
        g_assert_cmpint(*item, >, last);
        last = *item;
        g_free(item);
    }
    pthread_join(thread, NULL);
    mailbox_free(box);
}

/* --- threads --- */

static void *look_at_signals(void *user)
{
    sigset_t *mask = user;

    pthread_sigmask(SIG_SETMASK, NULL, mask);
    return NULL;
}

static void test_threads_take_no_signals(void)
{
    sigset_t inside, before, after;
    pthread_t thread;

    pthread_sigmask(SIG_SETMASK, NULL, &before);
    g_assert_true(
        thread_start(&thread, "a name too long for the kernel", look_at_signals, &inside));
    pthread_join(thread, NULL);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    for (int number = 1; number < 32; number++) {
        g_assert_cmpint(sigismember(&before, number), ==, sigismember(&after, number));
        if (number != SIGKILL && number != SIGSTOP)
            g_assert_cmpint(sigismember(&inside, number), ==, 1);
    }
}

static void test_wait_ends_at_its_time(void)
{
    gint64 begin = g_get_monotonic_time();
    struct lock lock;

    lock_init(&lock);
    lock_acquire(&lock);
    while (g_get_monotonic_time() < begin + 20000)
        lock_wait(&lock, begin + 20000);
    lock_release(&lock);
    lock_clear(&lock);
    g_assert_cmpint(g_get_monotonic_time() - begin, <, (gint64)5 * G_USEC_PER_SEC);
    g_assert_cmpint(thread_cpu_us(), >, 0);
}

/* The first who asks has it; who never asks leaks nothing. */
static void test_dump_text_is_taken_once(void)
{
    for (int taken = 0; taken < 2; taken++) {
        struct goroutines_sample *sample = sample_new(PROBE_GOROUTINES, sizeof *sample);
        g_autoptr(GBytes) text = g_bytes_new_static("goroutine 1", 11);

        g_assert_null(goroutines_sample_take_text(sample));
        goroutines_sample_set_text(sample, text);
        if (taken == 1) {
            g_autoptr(GBytes) got = goroutines_sample_take_text(sample);

            g_assert_true(got == text);
            g_assert_null(goroutines_sample_take_text(sample));
        }
        sample_unref(sample);
        g_assert_cmpuint(g_bytes_get_size(text), ==, 11);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/samples/status-names", test_status_names);
    g_test_add_func("/samples/new-is-ok", test_new_sample_is_ok_and_silent);
    g_test_add_func("/samples/arena", test_arena_keeps_what_it_is_given);
    g_test_add_func("/samples/held", test_held_objects_go_with_the_last_reference);
    g_test_add_func("/samples/references", test_references_from_many_threads);
    g_test_add_func("/samples/dump-text", test_dump_text_is_taken_once);
    g_test_add_func("/bell/merges", test_bell_merges_rings);
    g_test_add_func("/bell/pipe", test_pipe_as_bell);
    g_test_add_func("/mailbox/newest-wins", test_newest_wins);
    g_test_add_func("/mailbox/only-newer", test_reader_sees_only_newer);
    g_test_add_func("/threads/signals", test_threads_take_no_signals);
    g_test_add_func("/threads/wait", test_wait_ends_at_its_time);
    return g_test_run();
}
