#include "app/recording/details.h"

#include "app/ground/record_json.h"
#include "probes/databases.h"

enum { MAX_ROWS = 200 * 1000, MAX_DEPTH = 6 };

static const struct {
    const char *name;
    enum probe_kind probe;
} kinds[DETAILS_N_KINDS] = {
    [DETAILS_THREADS] = {"threads", PROBE_THREADS},
    [DETAILS_DATABASES] = {"databases", PROBE_FILES},
    [DETAILS_ZONES] = {"zones", PROBE_MEMORY},
    [DETAILS_WATCHES] = {"watches", PROBE_FILES},
};

const char *details_name(enum details_kind kind)
{
    return kinds[kind].name;
}

enum probe_kind details_probe(enum details_kind kind)
{
    return kinds[kind].probe;
}

/* --- writing --- */

static void write_rows(JsonBuilder *builder, const char *name, const struct record *record,
                       const void *rows, size_t n)
{
    if (name != NULL)
        json_builder_set_member_name(builder, name);
    json_builder_begin_array(builder);
    for (size_t i = 0; i < n; i++) {
        json_builder_begin_object(builder);
        record_json_write(builder, record, (const char *)rows + i * record->size);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

static void write_threads(JsonBuilder *builder, const struct threads_sample *sample)
{
    json_builder_begin_object(builder);
    write_rows(builder, "threads", &record_thread, sample->threads, sample->n_threads);
    write_rows(builder, "children", &record_child, sample->children, sample->n_children);
    write_rows(builder, "orphans", &record_child, sample->orphans, sample->n_orphans);
    write_rows(builder, "spawns", &record_spawn, sample->spawns, sample->n_spawns);
    json_builder_end_object(builder);
}

static void write_databases(JsonBuilder *builder, const struct files_sample *sample,
                            const struct axis *axis)
{
    json_builder_begin_array(builder);
    for (size_t i = 0; i < sample->n_databases; i++) {
        const struct database *database = &sample->databases[i];
        g_autofree struct db_lock *locks = g_new(struct db_lock, database->n_locks + 1);

        for (size_t j = 0; j < database->n_locks; j++) {
            locks[j] = database->locks[j];
            locks[j].first_seen_us = axis_of(axis, locks[j].first_seen_us);
        }
        json_builder_begin_object(builder);
        record_json_write(builder, &record_database, database);
        write_rows(builder, "locks", &record_db_lock, locks, database->n_locks);
        write_rows(builder, "users", &record_db_user, database->users, database->n_users);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

/* With the descriptors that watch it, as far as they are known. */
static void write_watches(JsonBuilder *builder, const struct files_sample *sample)
{
    json_builder_begin_array(builder);
    for (size_t i = 0; i < sample->n_watched; i++) {
        const struct watched_path *watched = &sample->watched[i];

        json_builder_begin_object(builder);
        record_json_write(builder, &record_watched, watched);
        json_builder_set_member_name(builder, "fds");
        json_builder_begin_array(builder);
        for (size_t k = 0; k < watched->n_fds; k++)
            json_builder_add_int_value(builder, watched->fds[k]);
        json_builder_end_array(builder);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

char *details_write(enum details_kind kind, const struct sample *sample, const struct axis *axis)
{
    const void *any = sample;
    const struct files_sample *files = any;
    const struct memory_sample *memory = any;
    g_autoptr(JsonBuilder) builder = json_builder_new();

    if ((kind == DETAILS_DATABASES && files->n_databases == 0) ||
        (kind == DETAILS_ZONES && memory->n_zones == 0) ||
        (kind == DETAILS_WATCHES && files->n_watched == 0))
        return NULL;
    if (kind == DETAILS_THREADS)
        write_threads(builder, any);
    else if (kind == DETAILS_DATABASES)
        write_databases(builder, files, axis);
    else if (kind == DETAILS_WATCHES)
        write_watches(builder, files);
    else
        write_rows(builder, NULL, &record_zone, memory->zones, memory->n_zones);
    g_autoptr(JsonNode) root = json_builder_get_root(builder);

    return json_to_string(root, FALSE);
}

/* --- reading: the file may say anything --- */

static JsonArray *array_of(JsonNode *node)
{
    return node != NULL && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}

static JsonObject *row_of(JsonArray *array, guint i)
{
    JsonNode *node = json_array_get_element(array, i);

    return JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

/* Rows in the arena of sample. */
static void *read_rows(JsonNode *node, const struct record *record, void *sample, size_t *ret_n)
{
    JsonArray *array = array_of(node);
    guint n = array != NULL ? MIN(json_array_get_length(array), MAX_ROWS) : 0;
    char *rows = sample_alloc(sample, (n + 1) * record->size);

    *ret_n = 0;
    for (guint i = 0; i < n; i++) {
        JsonObject *row = row_of(array, i);

        if (row != NULL)
            record_json_read(row, record, rows + (*ret_n)++ * record->size, sample);
    }
    return rows;
}

static void read_threads(JsonNode *root, struct threads_sample *sample)
{
    if (!JSON_NODE_HOLDS_OBJECT(root))
        return;
    JsonObject *object = json_node_get_object(root);

    sample->threads = read_rows(json_object_get_member(object, "threads"), &record_thread, sample,
                                &sample->n_threads);
    sample->children = read_rows(json_object_get_member(object, "children"), &record_child, sample,
                                 &sample->n_children);
    sample->orphans = read_rows(json_object_get_member(object, "orphans"), &record_child, sample,
                                &sample->n_orphans);
    sample->spawns = read_rows(json_object_get_member(object, "spawns"), &record_spawn, sample,
                               &sample->n_spawns);
}

static void read_databases(JsonNode *root, struct files_sample *sample)
{
    JsonArray *array = array_of(root);
    guint n = array != NULL ? MIN(json_array_get_length(array), MAX_ROWS) : 0;
    struct database *databases = sample_alloc(sample, (n + 1) * sizeof *databases);

    sample->databases = databases;
    for (guint i = 0; i < n; i++) {
        JsonObject *row = row_of(array, i);

        if (row == NULL)
            continue;
        struct database *database = &databases[sample->n_databases++];

        record_json_read(row, &record_database, database, sample);
        database->locks = read_rows(json_object_get_member(row, "locks"), &record_db_lock, sample,
                                    &database->n_locks);
        database->users = read_rows(json_object_get_member(row, "users"), &record_db_user, sample,
                                    &database->n_users);
    }
}

static void read_fds(JsonArray *array, struct files_sample *sample, struct watched_path *ret)
{
    guint n = array != NULL ? MIN(json_array_get_length(array), MAX_ROWS) : 0;
    int *fds = sample_alloc(sample, (n + 1) * sizeof *fds);

    ret->fds = fds;
    ret->n_fds = 0;
    for (guint i = 0; i < n; i++) {
        JsonNode *node = json_array_get_element(array, i);
        gint64 fd = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_int(node) : -1;

        if (fd >= 0 && fd <= G_MAXINT)
            fds[ret->n_fds++] = (int)fd;
    }
}

/* What was recorded before descriptors were has none. */
static void read_watches(JsonNode *root, struct files_sample *sample)
{
    JsonArray *array = array_of(root);
    guint n = array != NULL ? MIN(json_array_get_length(array), MAX_ROWS) : 0;
    struct watched_path *watched = sample_alloc(sample, (n + 1) * sizeof *watched);

    sample->watched = watched;
    for (guint i = 0; i < n; i++) {
        JsonObject *row = row_of(array, i);

        if (row == NULL)
            continue;
        struct watched_path *path = &watched[sample->n_watched++];

        record_json_read(row, &record_watched, path, sample);
        read_fds(array_of(json_object_get_member(row, "fds")), sample, path);
    }
}

/* The parser calls itself per level; what was written here is flat. */
static bool is_flat(const char *json, size_t n)
{
    int depth = 0;
    bool quoted = false;

    for (size_t i = 0; i < n; i++) {
        if (quoted && json[i] == '\\')
            i++;
        else if (json[i] == '"')
            quoted = !quoted;
        else if (!quoted && (json[i] == '[' || json[i] == '{') && ++depth > MAX_DEPTH)
            return false;
        else if (!quoted && (json[i] == ']' || json[i] == '}'))
            depth--;
    }
    return true;
}

bool details_read(enum details_kind kind, const char *json, size_t n, struct sample *sample)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    void *any = sample;
    struct memory_sample *memory = any;
    struct files_sample *files = any;

    if (!g_utf8_validate(json, (gssize)n, NULL) || !is_flat(json, n) ||
        !json_parser_load_from_data(parser, json, (gssize)n, NULL) ||
        json_parser_get_root(parser) == NULL)
        return false;
    JsonNode *root = json_parser_get_root(parser);

    if (kind == DETAILS_THREADS)
        read_threads(root, any);
    else if (kind == DETAILS_DATABASES)
        read_databases(root, any);
    else if (kind == DETAILS_WATCHES)
        read_watches(root, files);
    else
        memory->zones = read_rows(root, &record_zone, memory, &memory->n_zones);
    return true;
}
