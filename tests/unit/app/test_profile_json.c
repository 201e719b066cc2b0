/* The JSON of the profile commands: a small golden document, and that nothing is lost. */

#include "app/profiles/profile_json.h"

#include "pprof/neighbours.h"

#include <string.h>

/* main.keep calls main.grow, which allocates; a name with a byte that is no UTF-8. */
static const char heap_text[] = "heap profile: 3: 3072 [5: 5120] @ heap/1\n"
                                "1: 1024 [2: 2048] @ 0x10 0x20\n"
                                "#\t0xf\tmain.grow+0x5\t/src/main.go:10\n"
                                "#\t0x1f\tmain.keep+0x5\t/src/main.go:20\n"
                                "\n"
                                "2: 2048 [3: 3072] @ 0x30 0x20\n"
                                "#\t0x2f\tmain.b\xff"
                                "d+0x5\t/src/bad.go:1\n"
                                "#\t0x1f\tmain.keep+0x5\t/src/main.go:20\n";

struct fixture {
    struct profile *profile;
    GPtrArray *origins;
    struct report_options options;
};

static void set_up(struct fixture *f, gconstpointer user)
{
    g_autoptr(GError) error = NULL;

    (void)user;
    f->profile = profile_decode((const uint8_t *)heap_text, strlen(heap_text), &error);
    g_assert_no_error(error);
    f->origins = g_ptr_array_new();
    g_ptr_array_add(f->origins, (gpointer) "heap.txt");
}

static void tear_down(struct fixture *f, gconstpointer user)
{
    (void)user;
    profile_unref(f->profile);
    g_ptr_array_unref(f->origins);
}

/* Ten lines of one source; the other one is not here. */
static GBytes *read_source(void *user, const char *file, GError **error)
{
    static const char text[] = "1\n2\n3\n4\n5\n6\n7\n8\n9\n\tgrow(\"\xff\")\n";

    (void)user;
    if (strcmp(file, "/src/main.go") == 0)
        return g_bytes_new_static(text, sizeof text - 1);
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "open %s: none", file);
    return NULL;
}

static const struct source_listing_sources sources = {.read = read_source};

static char *json_of(struct fixture *f, const char *command, enum report_kind kind,
                     const char *pattern)
{
    g_autoptr(GError) error = NULL;

    f->options = report_options_of_tool(kind);
    f->options.pattern = pattern;
    f->options.sources = &sources;
    struct profile_json_request request = {
        .command = command,
        .source = {.profile = f->profile, .origins = f->origins, .kind = "heap"},
        .options = &f->options,
    };
    char *json = profile_json(&request, &error);

    g_assert_no_error(error);
    return json;
}

static JsonNode *parse(const char *json)
{
    g_autoptr(GError) error = NULL;
    JsonNode *root = json_from_string(json, &error);

    g_assert_no_error(error);
    return root;
}

static void test_top_golden(struct fixture *f, gconstpointer user)
{
    static const char expected[] = "  \"sample_type\" : {\n"
                                   "    \"type\" : \"inuse_space\",\n"
                                   "    \"unit\" : \"bytes\"\n"
                                   "  },\n"
                                   "  \"total\" : 3072,\n"
                                   "  \"shown\" : 3072,\n"
                                   "  \"dropped_nodes\" : 0,\n"
                                   "  \"cutoff\" : 15,\n"
                                   "  \"nodes\" : [\n"
                                   "    {\n"
                                   "      \"name\" : {\n"
                                   "        \"text\" : \"main.b\xef\xbf\xbd"
                                   "d\",\n"
                                   "        \"bytes_base64\" : \"bWFpbi5i/2Q=\"\n"
                                   "      },\n"
                                   "      \"function\" : {\n"
                                   "        \"text\" : \"main.b\xef\xbf\xbd"
                                   "d\",\n"
                                   "        \"bytes_base64\" : \"bWFpbi5i/2Q=\"\n"
                                   "      },\n"
                                   "      \"file\" : \"/src/bad.go\",\n"
                                   "      \"line\" : 0,\n"
                                   "      \"flat\" : 2048,\n"
                                   "      \"cum\" : 2048,\n"
                                   "      \"inlined\" : \"no\"\n"
                                   "    },\n"
                                   "    {\n"
                                   "      \"name\" : \"main.grow\",\n"
                                   "      \"function\" : \"main.grow\",\n"
                                   "      \"file\" : \"/src/main.go\",\n"
                                   "      \"line\" : 0,\n"
                                   "      \"flat\" : 1024,\n"
                                   "      \"cum\" : 1024,\n"
                                   "      \"inlined\" : \"no\"\n"
                                   "    },\n"
                                   "    {\n"
                                   "      \"name\" : \"main.keep\",\n"
                                   "      \"function\" : \"main.keep\",\n"
                                   "      \"file\" : \"/src/main.go\",\n"
                                   "      \"line\" : 0,\n"
                                   "      \"flat\" : 0,\n"
                                   "      \"cum\" : 3072,\n"
                                   "      \"inlined\" : \"no\"\n"
                                   "    }\n"
                                   "  ]\n"
                                   "}\n";
    g_autofree char *json = json_of(f, "top", REPORT_TOP, NULL);
    const char *at = strstr(json, "  \"sample_type\" : {\n");

    (void)user;
    g_assert_nonnull(at);
    g_assert_cmpstr(at, ==, expected);
}

static void test_head(struct fixture *f, gconstpointer user)
{
    g_autofree char *json = json_of(f, "top", REPORT_TOP, NULL);
    g_autoptr(JsonNode) root = parse(json);
    JsonObject *object = json_node_get_object(root);
    JsonObject *profile = json_object_get_object_member(object, "profile");

    (void)user;
    g_assert_cmpint(json_object_get_int_member(object, "schema"), ==, 1);
    g_assert_cmpstr(json_object_get_string_member(object, "command"), ==, "top");
    g_assert_true(json_object_get_null_member(object, "base"));
    g_assert_cmpstr(
        json_array_get_string_element(json_object_get_array_member(profile, "sources"), 0), ==,
        "heap.txt");
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(profile, "sample_types")),
                     ==, 4);
    g_assert_cmpint(json_object_get_int_member(profile, "samples"), ==, 2);
}

/* Weights of callers and callees add up to what the node is. */
static void test_peek(struct fixture *f, gconstpointer user)
{
    g_autofree char *json = json_of(f, "peek", REPORT_PEEK, "keep");
    g_autoptr(JsonNode) root = parse(json);
    JsonArray *nodes = json_object_get_array_member(json_node_get_object(root), "nodes");

    (void)user;
    g_assert_cmpuint(json_array_get_length(nodes), ==, 1);
    JsonObject *node = json_array_get_object_element(nodes, 0);
    JsonArray *callees = json_object_get_array_member(node, "callees");
    gint64 sum = 0;

    for (guint i = 0; i < json_array_get_length(callees); i++)
        sum += json_object_get_int_member(json_array_get_object_element(callees, i), "weight");
    g_assert_cmpint(sum, ==, 3072);
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(node, "callers")), ==, 0);
}

/* Every id in a stack stands in the table of locations. */
static void test_raw(struct fixture *f, gconstpointer user)
{
    g_autofree char *json = json_of(f, "raw", REPORT_RAW, NULL);
    g_autoptr(JsonNode) root = parse(json);
    JsonObject *object = json_node_get_object(root);
    JsonArray *samples = json_object_get_array_member(object, "samples");
    JsonArray *locations = json_object_get_array_member(object, "locations");

    (void)user;
    g_assert_cmpuint(json_array_get_length(samples), ==, f->profile->n_samples);
    g_assert_cmpuint(json_array_get_length(locations), ==, 3);
    for (guint i = 0; i < json_array_get_length(samples); i++) {
        JsonObject *sample = json_array_get_object_element(samples, i);
        JsonArray *stack = json_object_get_array_member(sample, "stack");
        bool found = false;

        for (guint j = 0; j < json_array_get_length(locations); j++)
            found |= json_object_get_int_member(json_array_get_object_element(locations, j),
                                                "id") == json_array_get_int_element(stack, 0);
        g_assert_true(found);
        g_assert_cmpuint(json_array_get_length(json_object_get_array_member(sample, "values")), ==,
                         4);
    }
}

static void test_tags(struct fixture *f, gconstpointer user)
{
    g_autofree char *json = json_of(f, "tags", REPORT_TAGS, NULL);
    g_autoptr(JsonNode) root = parse(json);
    JsonArray *tags = json_object_get_array_member(json_node_get_object(root), "tags");

    (void)user;
    for (guint i = 0; i < json_array_get_length(tags); i++) {
        JsonObject *tag = json_array_get_object_element(tags, i);
        JsonArray *values = json_object_get_array_member(tag, "values");
        gint64 sum = 0;

        for (guint j = 0; j < json_array_get_length(values); j++)
            sum += json_object_get_int_member(json_array_get_object_element(values, j), "weight");
        g_assert_cmpint(sum, ==, json_object_get_int_member(tag, "total"));
    }
    g_assert_cmpuint(json_array_get_length(tags), ==, 1); /* bytes */
}

static JsonObject *routine_at(JsonNode *root, guint index)
{
    JsonObject *document = json_node_get_object(root);

    return json_array_get_object_element(json_object_get_array_member(document, "routines"), index);
}

static JsonNode *only_text(JsonObject *routine)
{
    JsonArray *lines = json_object_get_array_member(routine, "lines");

    g_assert_cmpuint(json_array_get_length(lines), ==, 1);
    return json_object_get_member(json_array_get_object_element(lines, 0), "text");
}

static void test_list(struct fixture *f, gconstpointer user)
{
    g_autofree char *json = json_of(f, "list", REPORT_LIST, "main");
    g_autoptr(JsonNode) root = parse(json);
    JsonObject *bad = routine_at(root, 0), *grow = routine_at(root, 1), *keep = routine_at(root, 2);

    (void)user;
    g_assert_cmpstr(json_object_get_string_member(bad, "source_error"), ==,
                    "open /src/bad.go: none");
    g_assert_true(json_node_is_null(only_text(bad)));
    g_assert_true(json_object_get_null_member(grow, "source_error"));
    g_assert_cmpstr(json_object_get_string_member(json_node_get_object(only_text(grow)), "text"),
                    ==, "\tgrow(\"\xef\xbf\xbd\")");
    /* line 20 of ten */
    g_assert_true(json_object_get_null_member(keep, "source_error"));
    g_assert_true(json_node_is_null(only_text(keep)));
}

static void test_bad_pattern(struct fixture *f, gconstpointer user)
{
    static const char *const patterns[] = {"(", "no such function"};

    (void)user;
    for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++) {
        struct top_options options = top_options_of_tool();
        g_autoptr(GError) error = NULL;

        g_assert_null(neighbours_build(f->profile, &options, patterns[i], &error));
        g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID);
    }
}

/* Many nodes at once are the same as one after the other. */
static void test_neighbours(struct fixture *f, gconstpointer user)
{
    struct top_options options = top_options_of_tool();
    g_autoptr(neighbours_auto) all = neighbours_build(f->profile, &options, NULL, NULL);

    (void)user;
    g_assert_cmpuint(all->n_nodes, ==, 3);
    for (size_t i = 0; i < all->n_nodes; i++) {
        const struct neighbours_node *node = &all->nodes[i];
        g_autoptr(top_peek_auto) peek = top_peek_build(f->profile, &options, node->row.name, NULL);

        g_assert_cmpint(node->row.flat, ==, peek->flat);
        g_assert_cmpint(node->row.cum, ==, peek->cum);
        g_assert_cmpuint(node->n_callers, ==, peek->n_callers);
        g_assert_cmpuint(node->n_callees, ==, peek->n_callees);
        for (size_t j = 0; j < node->n_callees; j++)
            g_assert_cmpstr(node->callees[j].name, ==, peek->callees[j].name);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, function)                                                                        \
    g_test_add("/profile-json/" path, struct fixture, NULL, set_up, function, tear_down)
    ADD("top-golden", test_top_golden);
    ADD("head", test_head);
    ADD("peek", test_peek);
    ADD("raw", test_raw);
    ADD("tags", test_tags);
    ADD("list", test_list);
    ADD("bad-pattern", test_bad_pattern);
    ADD("neighbours", test_neighbours);
    return g_test_run();
}
