#include "app/ground/redact.h"

#include "../pprof/fixture.h"
#include "app/ground/json.h"
#include "pprof/decode.h"
#include "pprof/encode.h"

#include <string.h>

static struct redact *some_names(void)
{
    struct redact *redact = redact_new();

    redact_add_home(redact, "/home/zaphod/");
    redact_add_home(redact, "/"); /* no home: every path begins with it */
    redact_add_home(redact, "");
    redact_add_user(redact, "zaphod");
    redact_add_user(redact, "go");
    redact_add_user(redact, "root");
    redact_add_host(redact, "heart-of-gold.example.org");
    redact_add_host(redact, "localhost.localdomain");
    redact_add_host(redact, "127.0.0.1");
    return redact;
}

static const struct {
    const char *from, *to;
} cases[] = {
    {"", ""},
    {"/home/zaphod/.claude/projects/-home-zaphod-code/x.jsonl",
     "~/.claude/projects/-home-USER-code/x.jsonl"},
    {"/HOME/Zaphod", "~"},
    {"/home/zaphod2/x", "~2/x"},
    {"myzaphodfile", "myUSERfile"},
    {"/var/spool/ZAPHOD", "/var/spool/USER"},
    {"go tool: a gopher in golang, go", "USER tool: a gopher in golang, USER"},
    {"/root/x: root's GOROOT", "/USER/x: USER's GOROOT"},
    {"ssh heart-of-gold, Heart-Of-Gold.example.org:22", "ssh HOST, HOST:22"},
    {"http://127.0.0.1:6060 localhost", "http://127.0.0.1:6060 localhost"},
    {"zaphozaphod", "zaphoUSER"},
    {"\xff/home/zaphod\xfe", "\xff~\xfe"},
};

static void test_text(void)
{
    g_autoptr(redact_auto) redact = some_names();

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *got = redact_text(redact, cases[i].from);
        g_autofree char *again = redact_text(redact, got);

        g_assert_cmpstr(got, ==, cases[i].to);
        g_assert_cmpstr(again, ==, got);
    }
    g_assert_null(redact_text(redact, NULL));
}

static void test_bytes(void)
{
    g_autoptr(redact_auto) redact = some_names();
    g_autoptr(GBytes) bytes = g_bytes_new_static("a\0zaphod\0", 9);
    g_autoptr(GBytes) clean = redact_bytes(redact, bytes);
    g_autoptr(GBytes) same = redact_bytes(NULL, bytes);

    g_assert_cmpuint(g_bytes_get_size(clean), ==, 7);
    g_assert_true(memcmp(g_bytes_get_data(clean, NULL), "a\0USER\0", 7) == 0);
    g_assert_true(g_bytes_equal(same, bytes));
}

/* A path that is no UTF-8 stands in base64, where no search finds the name. */
static void test_json(void)
{
    static const char path[] = "/home/zaphod/\xff";
    g_autoptr(redact_auto) redact = some_names();
    g_autoptr(JsonBuilder) builder = json_builder_new();

    json_builder_begin_object(builder);
    json_add_text(builder, "path", path);
    json_add_int(builder, "n", 3);
    json_begin_array(builder, "list");
    json_add_text_value(builder, "at heart-of-gold");
    json_add_text_value(builder, NULL);
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    g_autoptr(JsonNode) root = json_builder_get_root(builder);

    redact_json(redact, root);
    g_autofree char *text = json_document_of(root);
    JsonObject *object = json_node_get_object(root);
    JsonObject *raw = json_object_get_object_member(object, "path");
    gsize n;
    g_autofree guchar *bytes =
        g_base64_decode(json_object_get_string_member(raw, "bytes_base64"), &n);

    g_assert_null(strstr(text, "zaphod"));
    g_assert_nonnull(strstr(text, "at HOST"));
    g_assert_cmpuint(n, ==, 3);
    g_assert_true(memcmp(bytes, "~/\xff", 3) == 0);
    g_assert_cmpint(json_object_get_int_member(object, "n"), ==, 3);
}

static bool mentions(const struct profile *profile, const char *name)
{
    for (size_t i = 0; i < profile->n_functions; i++)
        if (strstr(profile->functions[i].name, name) != NULL ||
            strstr(profile->functions[i].filename, name) != NULL)
            return true;
    for (size_t i = 0; i < profile->n_mappings; i++)
        if (strstr(profile->mappings[i].filename, name) != NULL)
            return true;
    return false;
}

static void test_profile(void)
{
    g_autoptr(redact_auto) redact = some_names();
    g_autoptr(profile_auto) profile =
        fixture_stacks("10 zaphod.leaf zaphod/mid main\n5 main\n7 other main\n");
    g_autoptr(GError) error = NULL;

    g_assert_true(mentions(profile, "zaphod"));
    g_autoptr(GByteArray) file = redact_profile(redact, profile, &error);

    g_assert_no_error(error);
    g_autoptr(profile_auto) read = profile_decode(file->data, file->len, &error);

    g_assert_no_error(error);
    g_assert_false(mentions(read, "zaphod"));
    g_assert_true(mentions(read, "USER.leaf"));
    g_assert_cmpuint(read->n_samples, ==, profile->n_samples);
    g_assert_true(mentions(profile, "zaphod")); /* the source is as it was */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/redact/text", test_text);
    g_test_add_func("/redact/bytes", test_bytes);
    g_test_add_func("/redact/json", test_json);
    g_test_add_func("/redact/profile", test_profile);
    return g_test_run();
}
