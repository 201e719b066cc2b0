#include "app/monitor/push.h"
#include "probes/http.h"
#include "tests/support/profile_store.h"

#include <string.h>

/* What is sent to a store, and what happens while it is away. */

static const char heap_text[] =
    "heap profile: 1: 1024 [1: 1024] @ heap/1048576\n1: 1024 [1: 1024] @ 0x1000 0x2000\n"
    "#\t0x1000\tmain.leak+0x1\t/src/main.go:1\n#\t0x2000\tmain.main+0x1\t/src/main.go:2\n\n";

static struct profile *some_profile(void)
{
    g_autoptr(GError) error = NULL;
    struct profile *profile = profile_decode((const uint8_t *)heap_text, strlen(heap_text), &error);

    g_assert_no_error(error);
    return profile;
}

static struct push *push_to(const struct profile_store *store, const char *who, const char *token)
{
    g_autofree char *url =
        g_strdup_printf("http://%s127.0.0.1:%d/", who, profile_store_port(store));
    struct push_options options = {.url = url, .token = token, .pause_us = 20000};
    g_autoptr(GError) error = NULL;
    struct push *push = push_new(&options, &error);

    g_assert_no_error(error);
    return push;
}

static void send_one(struct push *push, const char *process, const char *project)
{
    g_autoptr(profile_auto) profile = some_profile();

    push_send(push, &(struct push_item){.profile = profile,
                                        .process = process,
                                        .project = project,
                                        .pid = 4711,
                                        .from_us = 1700000000 * (gint64)G_USEC_PER_SEC,
                                        .until_us = 1700000060 * (gint64)G_USEC_PER_SEC});
}

static void test_what_is_sent(void)
{
    struct profile_store *store = profile_store_new();
    struct push *push = push_to(store, "", "t0k3n");

    send_one(push, "sidecar", "my, project}");
    g_assert_true(profile_store_wait(store, 1));
    const struct stored *stored = profile_store_nth(store, 0);

    g_assert_cmpstr(stored->line, ==,
                    "POST /ingest?name=sidecar%7Bprocess%3Dsidecar%2Cpid%3D4711%2Cproject%3Dmy__"
                    "project_%7D&from=1700000000&until=1700000060&format=pprof&spyName=sidescope "
                    "HTTP/1.1");
    g_assert_nonnull(strstr(stored->head, "Authorization: Bearer t0k3n\r\n"));
    g_autoptr(GError) error = NULL;
    g_autoptr(profile_auto) back = profile_decode(stored->body->data, stored->body->len, &error);

    g_assert_no_error(error);
    g_assert_cmpint(stored->body->data[0], ==, 0x1f); /* gzip */
    g_assert_cmpuint(back->n_samples, ==, 1);
    g_assert_cmpint(profile_sample_index(back, "inuse_space"), >=, 0);
    push_free(push);
    profile_store_free(store);
}

static void test_user_and_password(void)
{
    struct profile_store *store = profile_store_new();
    struct push *push = push_to(store, "me:s%40crt@", NULL);

    send_one(push, "sidecar", NULL);
    g_assert_true(profile_store_wait(store, 1));
    /* base64 of me:s@crt */
    g_assert_nonnull(
        strstr(profile_store_nth(store, 0)->head, "Authorization: Basic bWU6c0BjcnQ=\r\n"));
    push_free(push);
    profile_store_free(store);
}

/* Busy: tried again, said once, and nobody's secret is said. */
static void test_away_for_a_while(void)
{
    if (g_test_subprocess()) {
        struct profile_store *store = profile_store_new();
        struct push *push = push_to(store, "me:secret@", NULL);
        guint64 sent, dropped;

        profile_store_fail(store, 503, 3);
        send_one(push, "sidecar", NULL);
        g_assert_true(profile_store_wait(store, 4));
        push_free(push);
        g_assert_cmpuint(profile_store_size(store), ==, 4);
        profile_store_fail(store, 503, 1);
        push = push_to(store, "", NULL);
        send_one(push, "sidecar", NULL);
        g_assert_true(profile_store_wait(store, 6));
        for (int i = 0; i < 500; i++) {
            push_counts(push, &sent, &dropped);
            if (sent == 1)
                break;
            g_usleep(10000);
        }
        g_assert_cmpuint(sent, ==, 1);
        g_assert_cmpuint(dropped, ==, 0);
        push_free(push);
        profile_store_free(store);
        return;
    }
    g_test_trap_subprocess(NULL, 60 * (guint64)G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*did not take the profile, it answered 503 \"told\"*taken again*");
    g_test_trap_assert_stderr_unmatched("*secret*");
    g_test_trap_assert_stderr_unmatched("*503*503*503*");
}

/* Refused: the next one has a better chance than the same again. */
static void test_refused(void)
{
    struct profile_store *store = profile_store_new();
    struct push *push = push_to(store, "", NULL);
    guint64 sent = 0, dropped = 0;

    profile_store_fail(store, 422, 1);
    send_one(push, "sidecar", NULL);
    g_assert_true(profile_store_wait(store, 1));
    send_one(push, "sidecar", NULL);
    g_assert_true(profile_store_wait(store, 2));
    for (int i = 0; i < 500 && sent == 0; i++) {
        push_counts(push, &sent, &dropped);
        g_usleep(10000);
    }
    g_assert_cmpuint(sent, ==, 1);
    g_assert_cmpuint(dropped, ==, 1);
    push_free(push);
    profile_store_free(store);
}

/* Nobody there: what waits is bounded, and the end does not wait for it. */
static void test_bounded(void)
{
    struct profile_store *store = profile_store_new();
    struct push *push = push_to(store, "", NULL);
    guint64 sent, dropped;

    profile_store_fail(store, 503, G_MAXUINT);
    for (int i = 0; i < 100; i++)
        send_one(push, "sidecar", NULL);
    push_counts(push, &sent, &dropped);
    g_assert_cmpuint(sent, ==, 0);
    g_assert_cmpuint(dropped, >=, 100 - 32 - 1);
    push_free(push);
    profile_store_free(store);
}

static void test_addresses(void)
{
    static const char *const bad[] = {"", "nothing", "ftp://host/", "http://", "localhost:4040"};

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(push_new(&(struct push_options){.url = bad[i]}, &error));
        g_assert_error(error, PUSH_ERROR, PUSH_ERROR_URL);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/push/what-is-sent", test_what_is_sent);
    g_test_add_func("/push/user-and-password", test_user_and_password);
    g_test_add_func("/push/away-for-a-while", test_away_for_a_while);
    g_test_add_func("/push/refused", test_refused);
    g_test_add_func("/push/bounded", test_bounded);
    g_test_add_func("/push/addresses", test_addresses);
    return g_test_run();
}
