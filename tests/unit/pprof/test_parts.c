#include "pprof/edge_table.h"
#include "pprof/go_labels.h"
#include "pprof/id_map.h"
#include "pprof/names.h"
#include "pprof/path.h"
#include "pprof/report_time.h"
#include "pprof/tabs.h"
#include "pprof/wire.h"

#include <string.h>

/* The small parts that the rest is made of. */

static void test_path_clean(void)
{
    static const char *const cases[][2] = {
        {"", "."},
        {"/", "/"},
        {"a//b/./c", "a/b/c"},
        {"a/../b", "b"},
        {"../a/../../b", "../../b"},
        {"/../a", "/a"},
        {"a/..", "."},
        {"/a/b/../..", "/"},
        {"./x", "x"},
        {"a/b/", "a/b"},
        {"..", ".."},
        {"//a", "/a"},
        {"../../x/..", "../.."},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) out = g_string_new(NULL);

        path_clean(cases[i][0], out);
        g_assert_cmpstr(out->str, ==, cases[i][1]);
    }
}

static void test_path_base(void)
{
    static const char *const cases[][2] = {{"", "."},  {"/", "/"},    {"///", "/"},
                                           {"a", "a"}, {"/a/b", "b"}, {"/a/b//", "b"}};

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *base = path_base(cases[i][0]);

        g_assert_cmpstr(base, ==, cases[i][1]);
    }
}

static void test_tabs(void)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"plain\n", "plain\n"},
        {"a:\t x\n \tlong (1):\t y\n \tb:\t z\n\n", " a: x\n    long (1): y\n           b: z\n\n"},
        {"\xc3\xa9:\t1\nab:\t2\n", "  \xc3\xa9:1\n ab:2\n"},
        {"a\tb\tc\n\nlonger\tb\n", " a bc\n\n longerb\n"},
        {"a\xff\t\n\xff\tb\n", " a\xff\t\n\xff"
                               "b\n"},
        {"a\vb\fccc\td\n", " ab\n cccd\n"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) out = g_string_new(NULL);

        tabs_align(out, cases[i][0]);
        g_assert_cmpstr(out->str, ==, cases[i][1]);
    }
}

static void test_labels(void)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"\"k\":\"v\", \"k2\":\"v, 2\"", "k:v, k2:v, 2"},
        {"\"k\": \"v\"", "k:v"},
        {"job: \"import v2\", tenant: acme", "job:import v2, tenant:acme"},
        {"a: \"\\a\\t\\\\\\\"\\x41\\u00e9\\U0001F600\"", "a:\a\t\\\"A\xc3\xa9\xf0\x9f\x98\x80"},
        {"broken", "broken:"},
        {"\"open", "open:"},
        {"a: \"x\\", "a:x\\"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) out = g_string_new("old");

        go_labels_text((struct span){cases[i][0], strlen(cases[i][0])}, out);
        g_assert_cmpstr(out->str, ==, cases[i][1]);
    }
}

static void test_times(void)
{
    static const struct {
        int64_t ns;
        enum report_time form;
        const char *text;
    } cases[] = {
        {INT64_C(1700000000123400000), REPORT_TIME_SECONDS, "2023-11-14 22:13:20 UTC"},
        {INT64_C(1700000000123400000), REPORT_TIME_FULL, "2023-11-14 22:13:20.1234 +0000 UTC"},
        {INT64_C(1700000000000000000), REPORT_TIME_FULL, "2023-11-14 22:13:20 +0000 UTC"},
        {INT64_C(1700000000000000000), REPORT_TIME_OLD, "Nov 14, 2023 at 10:13pm (UTC)"},
        {INT64_C(1700006400000000000), REPORT_TIME_OLD, "Nov 15, 2023 at 12:00am (UTC)"},
        {-1, REPORT_TIME_FULL, "1969-12-31 23:59:59.999999999 +0000 UTC"},
        {INT64_MAX, REPORT_TIME_SECONDS, "2262-04-11 23:47:16 UTC"},
        {INT64_MIN, REPORT_TIME_SECONDS, "1677-09-21 00:12:43 UTC"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) out = g_string_new(NULL);

        report_time_append(out, cases[i].ns, NULL, cases[i].form);
        g_assert_cmpstr(out->str, ==, cases[i].text);
    }
}

static void test_zone(void)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_offset(-(5 * 3600 + 1800));
    g_autoptr(GString) out = g_string_new(NULL);

    report_time_append(out, INT64_C(1700000000000000000), zone, REPORT_TIME_FULL);
    g_assert_true(g_str_has_prefix(out->str, "2023-11-14 16:43:20 -0530 "));
}

static void test_durations(void)
{
    static const struct {
        int64_t ns;
        const char *text;
    } cases[] = {
        {0, "0s"},
        {1, "1ns"},
        {1500, "1.5\xc2\xb5s"},
        {1000000, "1ms"},
        {INT64_C(1098765432), "1.098765432s"},
        {INT64_C(60000000000), "1m0s"},
        {INT64_C(3723500000000), "1h2m3.5s"},
        {-1500000, "-1.5ms"},
        {INT64_MIN, "-2562047h47m16.854775808s"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) out = g_string_new(NULL);

        report_duration_append(out, cases[i].ns);
        g_assert_cmpstr(out->str, ==, cases[i].text);
    }
}

static void test_names(void)
{
    enum { MANY = 5000 };
    struct store *arena = store_new();
    struct names names;

    names_init(&names, arena);
    for (uint32_t round = 0; round < 2; round++)
        for (uint32_t i = 0; i < MANY; i++) {
            g_autofree char *text = g_strdup_printf("%*u", (int)(i % 40), i);

            g_assert_cmpuint(names_number(&names, text, strlen(text)), ==, i + 1);
            g_assert_cmpstr(names_intern(&names, text, strlen(text)), ==, text);
        }
    g_assert_cmpuint(names_number(&names, "", 0), ==, 0);
    g_assert_cmpuint(names_number(&names, "a\0b", 3), !=, names_number(&names, "a\0c", 3));
    names_clear(&names);
    store_free(arena);
}

static void test_id_map(void)
{
    struct id_map map;

    id_map_init(&map, 10);
    g_assert_true(id_map_add(&map, 5, 0));
    g_assert_true(id_map_add(&map, UINT64_MAX, 1));
    for (uint32_t i = 0; i < 1000; i++)
        g_assert_true(id_map_add(&map, (uint64_t)(i + 1) << 32, i + 2));
    g_assert_false(id_map_add(&map, 5, 7));
    g_assert_false(id_map_add(&map, UINT64_MAX, 7));
    g_assert_cmpuint(id_map_find(&map, 5), ==, 0);
    g_assert_cmpuint(id_map_find(&map, UINT64_MAX), ==, 1);
    g_assert_cmpuint(id_map_find(&map, UINT64_C(1000) << 32), ==, 1001);
    g_assert_cmpuint(id_map_find(&map, 0), ==, HASH_NONE);
    g_assert_cmpuint(id_map_find(&map, 123456789), ==, HASH_NONE);
    id_map_clear(&map);
}

static void test_edge_table(void)
{
    enum { NODES = 60 };
    struct edge_table table = {0};
    size_t n;

    for (unsigned round = 0; round < 2; round++)
        for (uint32_t from = 0; from < NODES; from++)
            for (uint32_t to = 0; to < NODES; to++) {
                uint32_t number = edge_table_find(&table, from, to); /* edges may move */

                table.edges[number].weight += (int64_t)from * 1000 + to;
            }
    g_autofree struct graph_edge *edges = edge_table_finish(&table, &n);

    g_assert_cmpuint(n, ==, NODES * NODES);
    for (uint32_t i = 0; i < n; i++) {
        g_assert_cmpuint(edges[i].from, ==, i / NODES);
        g_assert_cmpuint(edges[i].to, ==, i % NODES);
        g_assert_cmpint(edges[i].weight, ==, 2 * ((int64_t)edges[i].from * 1000 + edges[i].to));
        g_assert_true(edges[i].inlined);
    }
    g_free(edge_table_finish(&table, &n));
    g_assert_cmpuint(n, ==, 0);
}

static void test_wire(void)
{
    static const struct {
        const char *bytes;
        size_t n;
        enum wire_result result;
    } cases[] = {
        {"", 0, WIRE_END},
        {"\x08\x05", 2, WIRE_FIELD},
        {"\x08", 1, WIRE_BAD},
        {"\x0a\x02"
         "ab",
         4, WIRE_FIELD},
        {"\x0a\x03"
         "ab",
         4, WIRE_BAD},
        {"\x09"
         "12345678",
         9, WIRE_FIELD},
        {"\x0d"
         "123",
         4, WIRE_BAD},
        {"\x0b", 1, WIRE_BAD},
        {"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, WIRE_FIELD},
        {"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12, WIRE_BAD},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const uint8_t *bytes = (const uint8_t *)cases[i].bytes;
        struct wire wire = {bytes, bytes + cases[i].n};
        struct wire_field field;

        g_assert_cmpint(wire_next(&wire, &field), ==, cases[i].result);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pprof/parts/path-clean", test_path_clean);
    g_test_add_func("/pprof/parts/path-base", test_path_base);
    g_test_add_func("/pprof/parts/tabs", test_tabs);
    g_test_add_func("/pprof/parts/labels", test_labels);
    g_test_add_func("/pprof/parts/times", test_times);
    g_test_add_func("/pprof/parts/zone", test_zone);
    g_test_add_func("/pprof/parts/durations", test_durations);
    g_test_add_func("/pprof/parts/names", test_names);
    g_test_add_func("/pprof/parts/id-map", test_id_map);
    g_test_add_func("/pprof/parts/edge-table", test_edge_table);
    g_test_add_func("/pprof/parts/wire", test_wire);
    return g_test_run();
}
