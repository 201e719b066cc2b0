#include "app/snapshot_fields.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* --- the tables ----------------------------------------------------------------------------- */

static const char *status_name(int value)
{
    return sample_status_name((enum sample_status)value);
}

static const char *class_name(int value)
{
    return region_class_name((enum region_class)value);
}

static const char *type_name(int value)
{
    return fd_type_label((enum fd_type)value);
}

static const char *path_name(int value)
{
    return path_class_name((enum path_class)value);
}

static const char *state_name(int value)
{
    static const char *const names[] = {[PROCESS_ALIVE] = "alive",
                                        [PROCESS_ZOMBIE] = "zombie",
                                        [PROCESS_ENDED] = "ended",
                                        [PROCESS_REPLACED] = "replaced"};

    return names[value];
}

#define MEMBER(kind, of, member)                                                                   \
    {                                                                                              \
        .name = #member, .offset = offsetof(struct of, member), .type = FIELD_##kind               \
    }
#define NAMED(of, member, names, count)                                                            \
    {                                                                                              \
        .name = #member, .offset = offsetof(struct of, member), .type = FIELD_NAME,                \
        .value_name = (names), .n = (count)                                                        \
    }
#define FIELDS(table)                                                                              \
    {                                                                                              \
        table, G_N_ELEMENTS(table)                                                                 \
    }

static const struct snapshot_field sample_table[] = {
    NAMED(sample, status, status_name, SAMPLE_GONE + 1),
    MEMBER(TEXT, sample, reason),
    MEMBER(INT64, sample, taken_us),
    MEMBER(INT64, sample, real_us),
};

static const struct snapshot_field process_table[] = {
    NAMED(process_sample, state, state_name, PROCESS_REPLACED + 1),
    MEMBER(CHAR, process_sample, state_letter),
    MEMBER(INT64, process_sample, rss_bytes),
    MEMBER(INT64, process_sample, vsz_bytes),
    MEMBER(INT64, process_sample, rss_anon_bytes),
    MEMBER(INT64, process_sample, rss_file_bytes),
    MEMBER(INT64, process_sample, rss_shmem_bytes),
    MEMBER(INT64, process_sample, rss_peak_bytes),
    MEMBER(INT64, process_sample, swap_bytes),
    MEMBER(INT64, process_sample, footprint_bytes),
    MEMBER(INT64, process_sample, footprint_peak_bytes),
    MEMBER(DOUBLE, process_sample, cpu_percent),
    MEMBER(DOUBLE, process_sample, cpu_children_percent),
    MEMBER(INT64, process_sample, cpu_user_us),
    MEMBER(INT64, process_sample, cpu_system_us),
    MEMBER(INT64, process_sample, threads),
    MEMBER(INT64, process_sample, fd_count),
    MEMBER(INT64, process_sample, fd_soft_limit),
    MEMBER(INT64, process_sample, fd_hard_limit),
    MEMBER(INT64, process_sample, minor_faults),
    MEMBER(INT64, process_sample, major_faults),
    MEMBER(INT64, process_sample, voluntary_switches),
    MEMBER(INT64, process_sample, involuntary_switches),
    MEMBER(INT64, process_sample, io_read_bytes),
    MEMBER(INT64, process_sample, io_write_bytes),
    MEMBER(INT64, process_sample, uptime_s),
};

static const struct snapshot_field memory_table[] = {
    MEMBER(INT64, memory_sample, rss_bytes),
    MEMBER(INT64, memory_sample, pss_bytes),
    MEMBER(INT64, memory_sample, pss_anon_bytes),
    MEMBER(INT64, memory_sample, pss_file_bytes),
    MEMBER(INT64, memory_sample, pss_shmem_bytes),
    MEMBER(INT64, memory_sample, anonymous_bytes),
    MEMBER(INT64, memory_sample, shared_clean_bytes),
    MEMBER(INT64, memory_sample, shared_dirty_bytes),
    MEMBER(INT64, memory_sample, private_clean_bytes),
    MEMBER(INT64, memory_sample, private_dirty_bytes),
    MEMBER(INT64, memory_sample, lazyfree_bytes),
    MEMBER(INT64, memory_sample, swap_bytes),
    MEMBER(INT64, memory_sample, swap_pss_bytes),
    MEMBER(INT64, memory_sample, locked_bytes),
    MEMBER(INT64, memory_sample, file_bytes),
    MEMBER(INT64, memory_sample, shmem_bytes),
    MEMBER(INT64, memory_sample, regions_us),
    MEMBER(BOOL, memory_sample, regions_truncated),
    MEMBER(BOOL, memory_sample, heap_class_guessed),
    MEMBER(BOOL, memory_sample, regions_are_types),
    MEMBER(INT64, memory_sample, footprint_bytes),
    MEMBER(INT64, memory_sample, footprint_peak_bytes),
};

static const struct snapshot_field totals_table[] = {
    MEMBER(INT64, region_totals, count),          MEMBER(INT64, region_totals, virtual_bytes),
    MEMBER(INT64, region_totals, resident_bytes), MEMBER(INT64, region_totals, pss_bytes),
    MEMBER(INT64, region_totals, dirty_bytes),    MEMBER(INT64, region_totals, swapped_bytes),
    MEMBER(INT64, region_totals, lazyfree_bytes),
};

static const struct snapshot_field region_table[] = {
    MEMBER(UINT64, region, start),
    MEMBER(UINT64, region, end),
    NAMED(region, cls, class_name, REGION_N_CLASSES),
    MEMBER(TEXT, region, name),
    MEMBER(INT64, region, resident_bytes),
    MEMBER(INT64, region, pss_bytes),
    MEMBER(INT64, region, dirty_bytes),
    MEMBER(INT64, region, swapped_bytes),
    MEMBER(INT64, region, lazyfree_bytes),
    MEMBER(INT64, region, count),
};

static const struct snapshot_field zone_table[] = {
    MEMBER(TEXT, malloc_zone, name),
    MEMBER(INT64, malloc_zone, virtual_bytes),
    MEMBER(INT64, malloc_zone, resident_bytes),
    MEMBER(INT64, malloc_zone, dirty_bytes),
    MEMBER(INT64, malloc_zone, swapped_bytes),
    MEMBER(INT64, malloc_zone, allocations),
    MEMBER(INT64, malloc_zone, allocated_bytes),
    MEMBER(INT64, malloc_zone, regions),
};

static const struct snapshot_field files_table[] = {
    MEMBER(INT64, files_sample, count),
    MEMBER(INT64, files_sample, soft_limit),
    MEMBER(INT64, files_sample, inotify_max_instances),
    MEMBER(INT64, files_sample, inotify_max_watches),
    MEMBER(INT64, files_sample, not_descriptors),
    MEMBER(UINT64, files_sample, opened),
    MEMBER(UINT64, files_sample, closed),
    MEMBER(BOOL, files_sample, truncated),
};

static const struct snapshot_field fd_table[] = {
    MEMBER(INT, fd_entry, fd),
    NAMED(fd_entry, type, type_name, FD_N_TYPES),
    MEMBER(TEXT, fd_entry, path),
    MEMBER(TEXT, fd_entry, detail),
    NAMED(fd_entry, cls, path_name, PATH_N_CLASSES),
    MEMBER(BOOL, fd_entry, deleted),
    MEMBER(CHAR, fd_entry, access),
    MEMBER(UINT64, fd_entry, inode),
    MEMBER(UINT64, fd_entry, device),
    MEMBER(INT64, fd_entry, offset),
    MEMBER(INT64, fd_entry, flags),
    MEMBER(INT64, fd_entry, size),
    MEMBER(INT64, fd_entry, watches),
    MEMBER(INT64, fd_entry, first_seen_us),
};

static const struct snapshot_field memstats_table[] = {
    MEMBER(UINT64, memstats, alloc),         MEMBER(UINT64, memstats, total_alloc),
    MEMBER(UINT64, memstats, sys),           MEMBER(UINT64, memstats, mallocs),
    MEMBER(UINT64, memstats, frees),         MEMBER(UINT64, memstats, heap_alloc),
    MEMBER(UINT64, memstats, heap_sys),      MEMBER(UINT64, memstats, heap_idle),
    MEMBER(UINT64, memstats, heap_inuse),    MEMBER(UINT64, memstats, heap_released),
    MEMBER(UINT64, memstats, heap_objects),  MEMBER(UINT64, memstats, stack_inuse),
    MEMBER(UINT64, memstats, stack_sys),     MEMBER(UINT64, memstats, mspan_inuse),
    MEMBER(UINT64, memstats, mspan_sys),     MEMBER(UINT64, memstats, mcache_inuse),
    MEMBER(UINT64, memstats, mcache_sys),    MEMBER(UINT64, memstats, buck_hash_sys),
    MEMBER(UINT64, memstats, gc_sys),        MEMBER(UINT64, memstats, other_sys),
    MEMBER(UINT64, memstats, next_gc),       MEMBER(UINT64, memstats, last_gc_ns),
    MEMBER(UINT64, memstats, last_pause_ns), MEMBER(UINT64, memstats, num_gc),
    MEMBER(UINT64, memstats, num_forced_gc), MEMBER(DOUBLE, memstats, gc_cpu_fraction),
    MEMBER(UINT64, memstats, max_rss),       MEMBER(BOOL, memstats, complete),
};

const struct snapshot_fields snapshot_sample_fields = FIELDS(sample_table);
const struct snapshot_fields snapshot_process_fields = FIELDS(process_table);
const struct snapshot_fields snapshot_memory_fields = FIELDS(memory_table);
const struct snapshot_fields snapshot_totals_fields = FIELDS(totals_table);
const struct snapshot_fields snapshot_region_fields = FIELDS(region_table);
const struct snapshot_fields snapshot_zone_fields = FIELDS(zone_table);
const struct snapshot_fields snapshot_files_fields = FIELDS(files_table);
const struct snapshot_fields snapshot_fd_fields = FIELDS(fd_table);
const struct snapshot_fields snapshot_memstats_fields = FIELDS(memstats_table);

/* --- writing -------------------------------------------------------------------------------- */

static void write_text_value(JsonBuilder *builder, const char *text)
{
    if (g_utf8_validate(text, -1, NULL)) {
        json_builder_add_string_value(builder, text);
        return;
    }
    g_autofree char *readable = g_utf8_make_valid(text, -1);
    g_autofree char *bytes = g_base64_encode((const guchar *)text, strlen(text));

    json_builder_begin_object(builder);
    json_builder_set_member_name(builder, "text");
    json_builder_add_string_value(builder, readable);
    json_builder_set_member_name(builder, "bytes_base64");
    json_builder_add_string_value(builder, bytes);
    json_builder_end_object(builder);
}

void snapshot_write_text(JsonBuilder *builder, const char *name, const char *text)
{
    json_builder_set_member_name(builder, name);
    if (text != NULL)
        write_text_value(builder, text);
    else
        json_builder_add_null_value(builder);
}

static void write_integer(JsonBuilder *builder, int64_t value)
{
    if (value != SAMPLE_UNKNOWN)
        json_builder_add_int_value(builder, value);
    else
        json_builder_add_null_value(builder);
}

static void write_unsigned(JsonBuilder *builder, uint64_t value)
{
    char digits[24];

    if (value <= INT64_MAX) {
        json_builder_add_int_value(builder, (gint64)value);
        return;
    }
    g_snprintf(digits, sizeof digits, "%" G_GUINT64_FORMAT, (guint64)value);
    json_builder_add_string_value(builder, digits);
}

static void write_double(JsonBuilder *builder, double value)
{
    if (isfinite(value))
        json_builder_add_double_value(builder, value);
    else
        json_builder_add_null_value(builder);
}

static void write_value(JsonBuilder *builder, const struct snapshot_field *field, const void *at)
{
    switch (field->type) {
    case FIELD_INT64:
        write_integer(builder, *(const int64_t *)at);
        break;
    case FIELD_UINT64:
        write_unsigned(builder, *(const uint64_t *)at);
        break;
    case FIELD_DOUBLE:
        write_double(builder, *(const double *)at);
        break;
    case FIELD_INT:
        json_builder_add_int_value(builder, *(const int *)at);
        break;
    case FIELD_BOOL:
        json_builder_add_boolean_value(builder, *(const bool *)at);
        break;
    case FIELD_CHAR:
        write_text_value(builder, (const char[]){*(const char *)at, '\0'});
        break;
    case FIELD_NAME:
        json_builder_add_string_value(builder, field->value_name(*(const int *)at));
        break;
    case FIELD_TEXT:
        write_text_value(builder, *(const char *const *)at);
        break;
    }
}

void snapshot_fields_write(JsonBuilder *builder, const struct snapshot_fields *fields,
                           const void *from)
{
    for (size_t i = 0; i < fields->n; i++) {
        json_builder_set_member_name(builder, fields->fields[i].name);
        write_value(builder, &fields->fields[i], (const char *)from + fields->fields[i].offset);
    }
}

/* --- reading: the file may say anything ------------------------------------------------------- */

static JsonNode *value_of(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    return node != NULL && JSON_NODE_HOLDS_VALUE(node) ? node : NULL;
}

static bool is_type(JsonNode *node, GType type)
{
    return node != NULL && json_node_get_value_type(node) == type;
}

/* Sums over many of them still fit. */
static int64_t read_integer(JsonNode *node)
{
    const int64_t most = INT64_C(1) << 54;

    return is_type(node, G_TYPE_INT64) ? CLAMP(json_node_get_int(node), -most, most)
                                       : SAMPLE_UNKNOWN;
}

static uint64_t read_unsigned(JsonNode *node)
{
    if (is_type(node, G_TYPE_STRING))
        return g_ascii_strtoull(json_node_get_string(node), NULL, 10);
    return is_type(node, G_TYPE_INT64) ? (uint64_t)MAX(json_node_get_int(node), 0) : 0;
}

static double read_double(JsonNode *node)
{
    return is_type(node, G_TYPE_DOUBLE) || is_type(node, G_TYPE_INT64) ? json_node_get_double(node)
                                                                       : NAN;
}

static int read_name(JsonNode *node, const struct snapshot_field *field)
{
    const char *name = is_type(node, G_TYPE_STRING) ? json_node_get_string(node) : "";

    for (int i = 0; i < field->n; i++)
        if (strcmp(name, field->value_name(i)) == 0)
            return i;
    return field->n - 1;
}

static char *bytes_of(JsonObject *object)
{
    JsonNode *node = value_of(object, "bytes_base64");
    gsize n;

    if (!is_type(node, G_TYPE_STRING))
        return NULL;
    g_autofree guchar *bytes = g_base64_decode(json_node_get_string(node), &n);

    return g_strndup((const char *)bytes, n);
}

char *snapshot_read_text(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    if (node != NULL && JSON_NODE_HOLDS_OBJECT(node))
        return bytes_of(json_node_get_object(node));
    return node != NULL && JSON_NODE_HOLDS_VALUE(node) && is_type(node, G_TYPE_STRING)
               ? g_strdup(json_node_get_string(node))
               : NULL;
}

static const char *read_text(JsonObject *object, const char *name, void *sample)
{
    g_autofree char *text = snapshot_read_text(object, name);

    return text != NULL && sample != NULL ? sample_strdup(sample, text) : "";
}

static void read_value(JsonObject *object, const struct snapshot_field *field, void *at,
                       void *sample)
{
    JsonNode *node = value_of(object, field->name);

    switch (field->type) {
    case FIELD_INT64:
        *(int64_t *)at = read_integer(node);
        break;
    case FIELD_UINT64:
        *(uint64_t *)at = read_unsigned(node);
        break;
    case FIELD_DOUBLE:
        *(double *)at = read_double(node);
        break;
    case FIELD_INT:
        *(int *)at = (int)CLAMP(read_integer(node), -1, G_MAXINT);
        break;
    case FIELD_BOOL:
        *(bool *)at = is_type(node, G_TYPE_BOOLEAN) && json_node_get_boolean(node);
        break;
    case FIELD_CHAR:
        *(char *)at = is_type(node, G_TYPE_STRING) ? *json_node_get_string(node) : ' ';
        break;
    case FIELD_NAME:
        *(int *)at = read_name(node, field);
        break;
    case FIELD_TEXT:
        *(const char **)at = read_text(object, field->name, sample);
        break;
    }
}

void snapshot_fields_read(JsonObject *object, const struct snapshot_fields *fields, void *into,
                          void *sample)
{
    for (size_t i = 0; i < fields->n; i++)
        read_value(object, &fields->fields[i], (char *)into + fields->fields[i].offset, sample);
}
