/* What looks like a secret in a command line. */

#include "probes/secrets.h"

#include <glib.h>
#include <string.h>

static const struct {
    const char *command, *shown;
} cases[] = {
    {"", ""},
    {"sidecar --project /home/u/x -v", "sidecar --project /home/u/x -v"},
    {"x --api-key abc123 -v", "x --api-key [hidden] -v"},
    {"x --api-key=abc123 -v", "x --api-key=[hidden] -v"},
    {"x -token abc --color", "x -token [hidden] --color"},
    {"x --token --color", "x --token --color"},
    {"x --token-file /run/t --max-tokens 4096", "x --token-file /run/t --max-tokens 4096"},
    {"env DB_PASSWORD=p&q GITHUB_TOKEN='a b' x",
     "env DB_PASSWORD=[hidden]&q GITHUB_TOKEN=[hidden] x"},
    /* quotes and ampersands within one do not end it: arguments are shown as they are */
    {"x PASSWORD=ab\"cd\"ef y", "x PASSWORD=[hidden] y"},
    {"x PASSWORD='ab'\"cd\" y", "x PASSWORD=[hidden]\" y"},
    {"x PASSWORD=p&7&& y", "x PASSWORD=[hidden] y"},
    {"curl http://h/?token=abc&n=3", "curl http://h/?token=[hidden]&n=3"},
    {"x postgres://joe:s3cret@db:5432/a?sslmode=off",
     "x postgres://[hidden]@db:5432/a?sslmode=off"},
    {"x https://host/a@b http://h:1/", "x https://host/a@b http://h:1/"},
    {"curl -H 'Authorization: Bearer abc.def'", "curl -H 'Authorization: Bearer [hidden]'"},
    {"curl -H Bearer abcdefghij", "curl -H Bearer [hidden]"},
    {"x {\"password\":\"a b\",\"n\":1}", "x {\"password\":[hidden],\"n\":1}"},
    {"x ghp_0123456789abcdefghijABCDEFGHIJ012345", "x [hidden]"},
    {"x AKIAIOSFODNN7EXAMPLE y", "x [hidden] y"},
    {"x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2ln y", "x [hidden] y"},
    {"x q8Zt3LmN0pRv7WxYa2BcDeFgH5iJkLmN9 y", "x [hidden] y"},
    /* a sum, a UUID, a long path, a module: no secrets */
    {"x 8cccaa00112233445566778899aabbccddeeff00", "x 8cccaa00112233445566778899aabbccddeeff00"},
    {"x 8ccc0000-0000-4000-8000-00000000000a.jsonl",
     "x 8ccc0000-0000-4000-8000-00000000000a.jsonl"},
    {"/usr/lib/a/b/SomeLongDirectoryNameForThings/file",
     "/usr/lib/a/b/SomeLongDirectoryNameForThings/file"},
    {"x token.go:123 monkey=1 --author me", "x token.go:123 monkey=1 --author me"},
    {"x --password", "x --password"},
    {"x password=", "x password="},
    {"x \xff\xfe token=\xff y", "x \xff\xfe token=[hidden] y"},
};

static void test_cases(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *shown = secrets_hide(cases[i].command);
        g_autofree char *again = secrets_hide(shown);

        g_assert_cmpstr(shown, ==, cases[i].shown);
        g_assert_cmpstr(again, ==, shown); /* what is hidden stays as it is */
    }
    g_assert_null(secrets_hide(NULL));
}

/* Whatever comes, it ends, and grows by no more than what hiding adds. */
static void test_noise(void)
{
    static const char letters[] = "token=:\"' -@/Bearer sk_0aA&\xff";

    for (int i = 0; i < 20000; i++) {
        char text[64];
        int n = g_test_rand_int_range(0, (gint32)sizeof text);

        for (int k = 0; k < n; k++)
            text[k] = letters[g_test_rand_int_range(0, (gint32)sizeof letters - 1)];
        text[n] = '\0';
        g_autofree char *shown = secrets_hide(text);

        g_assert_cmpuint(strlen(shown), <=, (size_t)n * (strlen(SECRETS_HIDDEN) + 1));
    }
}

/* The last: it stays so. */
static void test_keep(void)
{
    secrets_keep();
    g_autofree char *shown = secrets_hide("x --token abc");

    g_assert_cmpstr(shown, ==, "x --token abc");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/secrets/cases", test_cases);
    g_test_add_func("/secrets/noise", test_noise);
    g_test_add_func("/secrets/keep", test_keep);
    return g_test_run();
}
