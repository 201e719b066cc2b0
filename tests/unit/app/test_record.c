#include "app/ground/record_json.h"
#include "tests/unit/app/record_paint.h"

#include <math.h>
#include <string.h>

/* The tables of members, and what JSON keeps of them. */

/* A name twice would be lost in an object, a member twice would hide one that is missing. */
static void test_tables(void)
{
    for (size_t r = 0; r < n_record_rows; r++) {
        const struct record *record = record_rows[r].record;

        g_test_message("%s", record_rows[r].name);
        for (size_t i = 0; i < record->n; i++) {
            g_assert_cmpuint(record->members[i].offset, <, record->size);
            for (size_t j = 0; j < i; j++) {
                g_assert_cmpstr(record->members[i].name, !=, record->members[j].name);
                g_assert_cmpuint(record->members[i].offset, !=, record->members[j].offset);
            }
        }
    }
}

static JsonObject *to_json(const struct record *record, const void *from, JsonNode **ret_root)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    g_autofree char *text = NULL;

    json_builder_begin_object(builder);
    record_json_write(builder, record, from);
    json_builder_end_object(builder);
    g_autoptr(JsonNode) root = json_builder_get_root(builder);

    text = json_to_string(root, FALSE);
    *ret_root = json_from_string(text, NULL);
    g_assert_nonnull(*ret_root);
    return json_node_get_object(*ret_root);
}

/* Written, read as text by a JSON reader, and nothing is lost: raw bytes and large numbers too. */
static void test_json_round_trip(void)
{
    for (size_t r = 0; r < n_record_rows; r++) {
        const struct record *record = record_rows[r].record;
        void *sample = sample_new(PROBE_PROCESS, sizeof(struct sample));
        g_autofree void *before = g_malloc0(record->size);
        g_autofree void *after = g_malloc0(record->size);
        g_autoptr(JsonNode) root = NULL;

        for (unsigned seed = 1; seed < 4; seed++) {
            record_paint(record, before, sample, seed);
            record_json_read(to_json(record, before, &root), record, after, sample);
            record_assert_equal(record, before, after);
            g_clear_pointer(&root, json_node_unref);
        }
        sample_unref(sample);
    }
}

/* Nothing known is nothing known after reading, and so is what is not there. */
static void test_json_unknown(void)
{
    for (size_t r = 0; r < n_record_rows; r++) {
        const struct record *record = record_rows[r].record;
        void *sample = sample_new(PROBE_PROCESS, sizeof(struct sample));
        g_autofree void *before = g_malloc0(record->size);
        g_autofree void *after = g_malloc0(record->size);
        g_autofree void *absent = g_malloc0(record->size);
        g_autoptr(JsonNode) root = NULL, empty = json_from_string("{}", NULL);

        record_set_unknown(record, before);
        record_json_read(to_json(record, before, &root), record, after, sample);
        record_assert_equal(record, before, after);
        record_paint(record, absent, sample, 1);
        record_json_read(json_node_get_object(empty), record, absent, sample);
        for (size_t i = 0; i < record->n; i++)
            if (record->members[i].kind == RECORD_INT64)
                g_assert_cmpint(*(const int64_t *)record_at(&record->members[i], absent), ==,
                                SAMPLE_UNKNOWN);
        sample_unref(sample);
    }
}

static void test_set_unknown(void)
{
    struct process_sample process;
    struct memory_sample memory;

    memset(&process, 0x55, sizeof process);
    memset(&memory, 0x55, sizeof memory);
    process_sample_set_unknown(&process);
    memory_sample_set_unknown(&memory);
    g_assert_cmpint(process.rss_bytes, ==, SAMPLE_UNKNOWN);
    g_assert_cmpint(process.uptime_s, ==, SAMPLE_UNKNOWN);
    g_assert_true(isnan(process.cpu_percent));
    g_assert_cmpint(process.state_letter, ==, '?');
    g_assert_cmpint(memory.shmem_bytes, ==, SAMPLE_UNKNOWN);
    g_assert_cmpint(memory.pressure.cgroup_oom_kills, ==, SAMPLE_UNKNOWN);
    g_assert_cmpstr(memory.pressure.cgroup, ==, "");
    g_assert_cmpint(memory.regions_us, ==, 0);
}

static void test_carry_walked(void)
{
    struct memory_sample walk = {
        .regions_us = 7, .rss_bytes = 1, .regions_truncated = true, .footprint_bytes = 9};
    struct memory_sample next = {.rss_bytes = 2};

    record_carry_walked(&record_memory, &next, &walk);
    g_assert_cmpint(next.regions_us, ==, 7);
    g_assert_cmpint(next.footprint_bytes, ==, 9);
    g_assert_true(next.regions_truncated);
    g_assert_cmpint(next.rss_bytes, ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/record/tables", test_tables);
    g_test_add_func("/record/set-unknown", test_set_unknown);
    g_test_add_func("/record/carry-walked", test_carry_walked);
    g_test_add_func("/record/json/round-trip", test_json_round_trip);
    g_test_add_func("/record/json/unknown", test_json_unknown);
    return g_test_run();
}
