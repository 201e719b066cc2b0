#include "app/snapshots/snapshot_manifest.h"

#include "app/ground/file_error.h"
#include "app/ground/json.h"
#include "app/ground/record_json.h"
#include "probes/file_groups.h"

#include <string.h>

enum { SCHEMA = 1, MAX_DEPTH = 8 };

/* --- which file holds what --- */

static void clear_part(void *data)
{
    struct snapshot_part *part = data;

    g_free(part->kind);
    g_free(part->file);
}

void snapshot_parts_init(struct snapshot_parts *parts)
{
    *parts = (struct snapshot_parts){.profiles =
                                         g_array_new(FALSE, FALSE, sizeof(struct snapshot_part))};
    g_array_set_clear_func(parts->profiles, clear_part);
}

void snapshot_parts_clear(struct snapshot_parts *parts)
{
    g_array_unref(parts->profiles);
    g_free(parts->goroutines);
    *parts = (struct snapshot_parts){0};
}

void snapshot_parts_add(struct snapshot_parts *parts, const char *kind, const char *file)
{
    struct snapshot_part part = {.kind = g_strdup(kind), .file = g_strdup(file)};

    g_array_append_val(parts->profiles, part);
}

/* --- writing --- */

/* Opens the object of that name, or writes null when there is nothing to say. */
static bool begin(JsonBuilder *builder, const char *name, const void *what)
{
    json_builder_set_member_name(builder, name);
    if (what != NULL)
        json_builder_begin_object(builder);
    else
        json_builder_add_null_value(builder);
    return what != NULL;
}

static void write_memory(JsonBuilder *builder, const struct memory_sample *memory)
{
    if (!begin(builder, "memory", memory))
        return;
    record_json_write(builder, &record_sample, &memory->base);
    record_json_write(builder, &record_memory, memory);
    json_builder_set_member_name(builder, "classes");
    json_builder_begin_object(builder);
    for (int cls = 0; cls < REGION_N_CLASSES; cls++) {
        begin(builder, region_class_name((enum region_class)cls), memory);
        record_json_write(builder, &record_totals, &memory->classes[cls]);
        record_json_write(builder, &record_growth, &memory->growth[cls]);
        json_builder_end_object(builder);
    }
    json_builder_end_object(builder);
    begin(builder, "total", memory);
    record_json_write(builder, &record_totals, &memory->total);
    json_builder_end_object(builder);
    json_builder_set_member_name(builder, "regions");
    json_builder_begin_array(builder);
    for (size_t i = 0; i < MIN(memory->n_regions, (size_t)SNAPSHOT_MAX_ROWS); i++) {
        json_builder_begin_object(builder);
        record_json_write(builder, &record_region, &memory->regions[i]);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    json_builder_set_member_name(builder, "malloc_zones");
    json_builder_begin_array(builder);
    for (size_t i = 0; i < MIN(memory->n_zones, (size_t)SNAPSHOT_MAX_ROWS); i++) {
        json_builder_begin_object(builder);
        record_json_write(builder, &record_zone, &memory->zones[i]);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    json_builder_end_object(builder);
}

static void write_files(JsonBuilder *builder, const struct files_sample *files)
{
    if (!begin(builder, "files", files))
        return;
    record_json_write(builder, &record_sample, &files->base);
    record_json_write(builder, &record_files, files);
    json_builder_set_member_name(builder, "descriptors");
    json_builder_begin_array(builder);
    for (size_t i = 0; i < MIN(files->n_fds, (size_t)SNAPSHOT_MAX_ROWS); i++) {
        json_builder_begin_object(builder);
        record_json_write(builder, &record_fd, &files->fds[i]);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    json_builder_end_object(builder);
}

static void write_parts(JsonBuilder *builder, const struct snapshot_parts *parts)
{
    json_builder_set_member_name(builder, "profiles");
    json_builder_begin_array(builder);
    for (guint i = 0; i < parts->profiles->len; i++) {
        const struct snapshot_part *part = &g_array_index(parts->profiles, struct snapshot_part, i);

        json_builder_begin_object(builder);
        json_add_text(builder, "kind", part->kind);
        json_add_text(builder, "file", part->file);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    json_add_text(builder, "goroutines", parts->goroutines);
}

/* Not in what was saved before they were kept: not known then. */
static const struct {
    const char *name;
    size_t offset;
} sources[] = {
    {"goroutines_source", offsetof(struct snapshot, goroutines_source)},
    {"heap_source", offsetof(struct snapshot, heap_source)},
};

static char **source_at(const struct snapshot *snapshot, size_t i)
{
    return (char **)(void *)((char *)(uintptr_t)snapshot + sources[i].offset);
}

char *snapshot_manifest_write(const struct snapshot *snapshot, const struct snapshot_parts *parts,
                              GError **error)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    g_autoptr(JsonGenerator) generator = json_generator_new();
    gsize n;

    json_builder_begin_object(builder);
    json_builder_set_member_name(builder, "schema");
    json_builder_add_int_value(builder, SCHEMA);
    json_add_text(builder, "program", "sidescope");
    json_add_text(builder, "name", snapshot->name);
    json_add_text(builder, "origin", snapshot->origin);
    json_builder_set_member_name(builder, "real_us");
    json_builder_add_int_value(builder, snapshot->real_us);
    write_parts(builder, parts);
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
        const char *source = *source_at(snapshot, i);

        json_add_text(builder, sources[i].name, *source != '\0' ? source : NULL);
    }
    if (begin(builder, "memstats", snapshot->has_memstats ? snapshot : NULL)) {
        record_json_write(builder, &record_memstats, &snapshot->memstats);
        json_builder_end_object(builder);
    }
    const struct process_sample *process = snapshot->process;

    if (begin(builder, "process", process)) {
        record_json_write(builder, &record_sample, &process->base);
        record_json_write(builder, &record_process, process);
        json_builder_end_object(builder);
    }
    write_memory(builder, snapshot->memory);
    write_files(builder, snapshot->files);
    json_builder_end_object(builder);
    g_autoptr(JsonNode) root = json_builder_get_root(builder);

    json_generator_set_root(generator, root);
    json_generator_set_pretty(generator, TRUE);
    json_generator_set_indent(generator, 1);
    g_autofree char *text = json_generator_to_data(generator, &n);

    if (n > SNAPSHOT_MAX_MANIFEST_BYTES) {
        g_set_error(error, FILE_ERROR, FILE_ERROR_ACCESS,
                    "its names are too long to be saved: more than %d MiB",
                    SNAPSHOT_MAX_MANIFEST_BYTES / 1024 / 1024);
        return NULL;
    }
    return g_steal_pointer(&text);
}

/* --- reading --- */

static bool fail(GError **error, const char *why)
{
    g_set_error(error, FILE_ERROR, FILE_ERROR_FORMAT, "it is no saved snapshot: %s", why);
    return false;
}

/* The parser calls itself per level; what was written here is flat. */
static bool is_flat(const char *text, size_t n)
{
    size_t depth = 0;
    bool quoted = false;

    for (size_t i = 0; i < n; i++) {
        if (quoted && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (!quoted && (text[i] == '[' || text[i] == '{') && ++depth > MAX_DEPTH)
            return false;
        else if (!quoted && (text[i] == ']' || text[i] == '}') && depth > 0)
            depth--;
    }
    return true;
}

static JsonObject *object_of(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

static JsonArray *array_of(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    return node != NULL && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}

static guint rows_of(JsonArray *array)
{
    return array != NULL ? MIN(json_array_get_length(array), SNAPSHOT_MAX_ROWS) : 0;
}

static JsonObject *row_of(JsonArray *array, guint i)
{
    JsonNode *node = json_array_get_element(array, i);

    return JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

static gint64 integer_of(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    return node != NULL && JSON_NODE_HOLDS_VALUE(node) &&
                   json_node_get_value_type(node) == G_TYPE_INT64
               ? json_node_get_int(node)
               : 0;
}

/* A sample of the object, or NULL. */
static void *read_sample(JsonObject *object, enum probe_kind kind, size_t size)
{
    if (object == NULL)
        return NULL;
    struct sample *sample = sample_new(kind, size);

    record_json_read(object, &record_sample, sample, sample);
    return sample;
}

static void read_regions(JsonArray *rows, struct memory_sample *memory)
{
    struct region *regions = sample_alloc(memory, (rows_of(rows) + 1) * sizeof *regions);

    memory->regions = regions;
    for (guint i = 0; i < rows_of(rows); i++) {
        JsonObject *row = row_of(rows, i);

        if (row == NULL)
            continue;
        struct region *region = &regions[memory->n_regions++];

        record_json_read(row, &record_region, region, memory);
    }
}

static struct memory_sample *read_memory(JsonObject *object)
{
    struct memory_sample *memory = read_sample(object, PROBE_MEMORY, sizeof(struct memory_sample));
    JsonObject *classes = memory != NULL ? object_of(object, "classes") : NULL;
    JsonObject *total = memory != NULL ? object_of(object, "total") : NULL;

    if (memory == NULL)
        return NULL;
    record_json_read(object, &record_memory, memory, memory);
    for (int cls = 0; classes != NULL && cls < REGION_N_CLASSES; cls++) {
        JsonObject *totals = object_of(classes, region_class_name((enum region_class)cls));

        if (totals == NULL)
            continue;
        record_json_read(totals, &record_totals, &memory->classes[cls], NULL);
        record_json_read(totals, &record_growth, &memory->growth[cls], NULL);
    }
    if (total != NULL)
        record_json_read(total, &record_totals, &memory->total, NULL);
    read_regions(array_of(object, "regions"), memory);
    JsonArray *rows = array_of(object, "malloc_zones");
    struct malloc_zone *zones = sample_alloc(memory, (rows_of(rows) + 1) * sizeof *zones);

    memory->zones = zones;
    for (guint i = 0; i < rows_of(rows); i++) {
        JsonObject *row = row_of(rows, i);

        if (row != NULL)
            record_json_read(row, &record_zone, &zones[memory->n_zones++], memory);
    }
    return memory;
}

static struct files_sample *read_files(JsonObject *object)
{
    struct files_sample *files = read_sample(object, PROBE_FILES, sizeof(struct files_sample));

    if (files == NULL)
        return NULL;
    struct file_baseline *baseline = file_baseline_new();

    record_json_read(object, &record_files, files, files);
    JsonArray *rows = array_of(object, "descriptors");
    struct fd_entry *fds = sample_alloc(files, (rows_of(rows) + 1) * sizeof *fds);

    files->fds = fds;
    for (guint i = 0; i < rows_of(rows); i++) {
        JsonObject *row = row_of(rows, i);

        if (row != NULL)
            record_json_read(row, &record_fd, &fds[files->n_fds++], files);
    }
    files->truncated = files->truncated || (int64_t)files->n_fds < files->count;
    files_summarise(files, baseline);
    file_baseline_free(baseline);
    return files;
}

/* A name from the manifest must not lead out of the folder. */
static bool is_plain(const char *file)
{
    return file != NULL && *file != '\0' && *file != '.' && strchr(file, '/') == NULL;
}

static bool read_parts(JsonObject *object, struct snapshot_parts *parts, GError **error)
{
    JsonArray *rows = array_of(object, "profiles");

    for (guint i = 0; i < MIN(rows_of(rows), (guint)SNAPSHOT_MAX_PROFILES); i++) {
        JsonObject *row = row_of(rows, i);
        g_autofree char *kind = row != NULL ? record_json_text_of(row, "kind") : NULL;
        g_autofree char *file = row != NULL ? record_json_text_of(row, "file") : NULL;

        if (kind == NULL || !is_plain(file))
            return fail(error, "a profile in it is no file of the folder");
        snapshot_parts_add(parts, kind, file);
    }
    parts->goroutines = record_json_text_of(object, "goroutines");
    return parts->goroutines == NULL || is_plain(parts->goroutines) ||
           fail(error, "the goroutine dump in it is no file of the folder");
}

static struct snapshot *read_root(JsonObject *root)
{
    g_autofree char *name = record_json_text_of(root, "name");
    g_autofree char *origin = record_json_text_of(root, "origin");
    JsonObject *memstats = object_of(root, "memstats");
    struct snapshot *snapshot = snapshot_new(name, origin != NULL ? origin : "");

    snapshot->real_us = MAX(integer_of(root, "real_us"), 0);
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
        g_autofree char *source = record_json_text_of(root, sources[i].name);

        snapshot_set_source(source_at(snapshot, i), source);
    }
    snapshot->has_memstats = memstats != NULL;
    if (memstats != NULL)
        record_json_read(memstats, &record_memstats, &snapshot->memstats, NULL);
    JsonObject *object = object_of(root, "process");
    struct process_sample *process =
        read_sample(object, PROBE_PROCESS, sizeof(struct process_sample));

    if (process != NULL)
        record_json_read(object, &record_process, process, process);
    snapshot->process = process;
    snapshot->memory = read_memory(object_of(root, "memory"));
    snapshot->files = read_files(object_of(root, "files"));
    return snapshot;
}

static bool check_root(JsonNode *root, GError **error)
{
    if (root == NULL || !JSON_NODE_HOLDS_OBJECT(root))
        return fail(error, "the manifest is no JSON object");
    JsonObject *object = json_node_get_object(root);
    g_autofree char *program = record_json_text_of(object, "program");

    if (g_strcmp0(program, "sidescope") != 0)
        return fail(error, "the manifest is of another program");
    return integer_of(object, "schema") == SCHEMA ||
           fail(error, "another version of sidescope wrote it");
}

struct snapshot *snapshot_manifest_read(const char *text, size_t n, struct snapshot_parts *parts,
                                        GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    g_autoptr(GError) cause = NULL;

    if (!g_utf8_validate(text, (gssize)n, NULL) || !is_flat(text, n)) {
        fail(error, "the manifest is damaged");
        return NULL;
    }
    if (!json_parser_load_from_data(parser, text, (gssize)n, &cause)) {
        fail(error, cause->message);
        return NULL;
    }
    JsonNode *root = json_parser_get_root(parser);

    if (!check_root(root, error) || !read_parts(json_node_get_object(root), parts, error))
        return NULL;
    return read_root(json_node_get_object(root));
}
