#include "app/snapshots/snapshot_folder.h"

#include "app/ground/file_error.h"
#include "app/ground/json.h"
#include "app/profiles/profile_file.h"
#include "app/profiles/profile_source.h"
#include "app/snapshots/snapshot_text.h"
#include "pprof/encode.h"
#include "pprof/inflate.h"
#include "probes/go_process.h"
#include "probes/recorded.h"

#include <string.h>
#include <sys/stat.h>

static const char manifest_name[] = "snapshot.json";

/* --- writing --- */

/* Where the files of one snapshot go: the writer's folder, or one in it ("snapshot-0001/"). */
struct place {
    struct folder_writer *writer;
    const char *prefix;
    const struct redact *redact;
};

static bool put(const struct place *place, const char *name, const void *data, size_t n,
                GError **error)
{
    g_autofree char *path = g_strconcat(place->prefix, name, NULL);

    return folder_writer_put(place->writer, path, data, n, error);
}

/* Takes text. */
static bool put_text(const struct place *place, const char *name, char *text, GError **error)
{
    g_autofree char *owned = text;
    g_autofree char *hidden = redact_text(place->redact, owned);

    return put(place, name, hidden, strlen(hidden), error);
}

/* "heap.pb.gz"; a program's own profile may be called anything. */
static char *profile_file_name(const char *kind, guint number)
{
    GString *name = g_string_new(NULL);
    bool plain = *kind != '\0' && *kind != '.';

    for (const char *c = kind; *c != '\0' && name->len < 64; c++) {
        bool good = g_ascii_isalnum(*c) || strchr("-_.", *c) != NULL;

        plain = plain && good;
        g_string_append_c(name, good && (*c != '.' || name->len > 0) ? *c : '_');
    }
    plain = plain && name->len < 64;
    if (!plain) /* two names may have become one */
        g_string_append_printf(name, "-%u", number);
    g_string_append(name, ".pb.gz");
    return g_string_free(name, FALSE);
}

/* What came as text is encoded anew: the file's name says what is in it. */
static bool write_profile(const struct place *place, const struct snapshot_profile *profile,
                          const char *name, GError **error)
{
    gsize n = 0;
    const uint8_t *data = profile->bytes != NULL ? g_bytes_get_data(profile->bytes, &n) : NULL;

    if (place->redact == NULL && inflate_is_gzip(data, n))
        return put(place, name, data, n, error);
    g_autoptr(GError) cause = NULL;
    g_autoptr(GByteArray) encoded = place->redact != NULL
                                        ? redact_profile(place->redact, profile->profile, &cause)
                                        : profile_encode(profile->profile, &cause);

    if (encoded == NULL)
        g_set_error(error, FILE_ERROR, FILE_ERROR_ACCESS, "%s cannot be written: %s", name,
                    cause->message);
    return encoded != NULL && put(place, name, encoded->data, encoded->len, error);
}

static bool write_profiles(const struct place *place, const struct snapshot *snapshot,
                           struct snapshot_parts *parts, GError **error)
{
    for (guint i = 0; i < MIN(snapshot->profiles->len, (guint)SNAPSHOT_MAX_PROFILES); i++) {
        const struct snapshot_profile *profile =
            &g_array_index(snapshot->profiles, struct snapshot_profile, i);
        g_autofree char *kind = redact_text(place->redact, profile->kind);
        g_autofree char *name = profile_file_name(kind, i);

        if (!write_profile(place, profile, name, error))
            return false;
        snapshot_parts_add(parts, profile->kind, name);
    }
    return true;
}

static bool write_goroutines(const struct place *place, const struct snapshot *snapshot,
                             struct snapshot_parts *parts, GError **error)
{
    gsize n;

    if (snapshot->goroutines_text == NULL)
        return true;
    g_autoptr(GBytes) bytes = redact_bytes(place->redact, snapshot->goroutines_text);
    const void *text = g_bytes_get_data(bytes, &n);
    bool states = snapshot->goroutines == NULL || snapshot->goroutines->has_states;

    parts->goroutines = g_strdup(states ? "goroutine.debug2.txt" : "goroutine.debug1.txt");
    return put(place, parts->goroutines, text, n, error);
}

static bool write_texts(const struct place *place, const struct snapshot *snapshot, GError **error)
{
    return (!snapshot->has_memstats ||
            put_text(place, "memstats.txt", memstats_text(&snapshot->memstats), error)) &&
           (snapshot->files == NULL ||
            put_text(place, "files.txt", snapshot_text_files(snapshot->files), error)) &&
           (snapshot->memory == NULL ||
            put_text(place, "regions.txt", snapshot_text_regions(snapshot->memory), error));
}

/* Strings are hidden inside the document: in base64 no search would find them. Takes manifest. */
static char *hide_in_manifest(const struct redact *redact, char *manifest)
{
    g_autofree char *owned = manifest;
    g_autoptr(JsonParser) parser = json_parser_new();

    if (redact == NULL || !json_parser_load_from_data(parser, owned, -1, NULL))
        return redact == NULL ? g_steal_pointer(&owned) : redact_text(redact, owned);
    redact_json(redact, json_parser_get_root(parser));
    return json_document_of(json_parser_get_root(parser));
}

static bool write_manifest(const struct place *place, const struct snapshot *snapshot,
                           const struct snapshot_parts *parts, GError **error)
{
    char *manifest = snapshot_manifest_write(snapshot, parts, error);

    if (manifest == NULL)
        return false;
    g_autofree char *hidden = hide_in_manifest(place->redact, manifest);

    return put(place, manifest_name, hidden, strlen(hidden), error);
}

static bool write_snapshot(const struct place *place, const struct snapshot *snapshot,
                           GError **error)
{
    struct snapshot_parts parts;

    snapshot_parts_init(&parts);
    bool ok = write_profiles(place, snapshot, &parts, error) &&
              write_goroutines(place, snapshot, &parts, error) &&
              write_texts(place, snapshot, error) && write_manifest(place, snapshot, &parts, error);

    snapshot_parts_clear(&parts);
    return ok;
}

bool snapshot_folder_put(struct folder_writer *writer, const struct snapshot *snapshot,
                         const struct redact *redact, GError **error)
{
    return write_snapshot(&(struct place){writer, "", redact}, snapshot, error);
}

bool snapshot_folder_save(const GPtrArray *snapshots, const char *path, GError **error)
{
    struct folder_writer *writer = folder_writer_begin(path, error);

    if (writer == NULL)
        return false;
    for (guint i = 0; i < snapshots->len; i++) {
        g_autofree char *prefix =
            snapshots->len > 1 ? g_strdup_printf("snapshot-%04u/", i + 1) : g_strdup("");

        if (!write_snapshot(&(struct place){writer, prefix, NULL}, snapshots->pdata[i], error)) {
            folder_writer_abort(writer);
            return false;
        }
    }
    return folder_writer_finish(writer, error);
}

/* --- reading --- */

static bool is_cancelled(const int *cancelled, GError **error)
{
    if (cancelled == NULL || !__atomic_load_n(cancelled, __ATOMIC_RELAXED))
        return false;
    g_set_error(error, FILE_ERROR, FILE_ERROR_CANCELLED, "cancelled");
    return true;
}

static void fail_format(const char *path, const char *why, GError **error)
{
    g_set_error(error, FILE_ERROR, FILE_ERROR_FORMAT, "%s: %s", path, why);
}

/* With the limits of a profile: none of these files is larger. */
static GBytes *read_file(const char *path, const int *cancelled, GError **error)
{
    g_autoptr(GError) cause = NULL;
    GBytes *bytes = profile_file_read(path, cancelled, &cause);

    if (bytes == NULL && !is_cancelled(cancelled, error))
        g_set_error_literal(error, FILE_ERROR, FILE_ERROR_ACCESS, cause->message);
    return bytes;
}

static bool load_profile(struct snapshot *snapshot, const struct snapshot_part *part,
                         const char *folder, const int *cancelled, GError **error)
{
    g_autofree char *path = g_build_filename(folder, part->file, NULL);
    g_autoptr(GError) cause = NULL;
    g_autoptr(GBytes) bytes = read_file(path, cancelled, error);
    gsize n;

    if (bytes == NULL)
        return false;
    const uint8_t *data = g_bytes_get_data(bytes, &n);
    struct profile *profile = profile_decode(data, n, &cause);

    if (profile == NULL) {
        fail_format(path, cause->message, error);
        return false;
    }
    snapshot_set_profile(snapshot, part->kind, profile, g_steal_pointer(&bytes));
    return true;
}

/* Takes a reference of text. */
static bool take_dump(struct snapshot *snapshot, const char *path, GBytes *text, GError **error)
{
    g_autoptr(GError) cause = NULL;
    gsize n;
    const char *data = g_bytes_get_data(text, &n);

    snapshot->goroutines = goroutine_dump_parse(data, n, &cause);
    if (snapshot->goroutines == NULL) {
        fail_format(path, cause->message, error);
        return false;
    }
    snapshot->goroutines_text = g_bytes_ref(text);
    /* nothing else tells that, and what is older does not say where it came from */
    if (snapshot->goroutines->waited != NULL)
        snapshot_set_source(&snapshot->goroutines_source, go_process_source);
    return true;
}

static bool load_parts(struct snapshot *snapshot, const struct snapshot_parts *parts,
                       const char *folder, const int *cancelled, GError **error)
{
    for (guint i = 0; i < parts->profiles->len; i++)
        if (!load_profile(snapshot, &g_array_index(parts->profiles, struct snapshot_part, i),
                          folder, cancelled, error))
            return false;
    /* Without its text the dump was made of the profile: it is again. */
    const char *file = parts->goroutines;
    struct profile *profile = snapshot_profile(snapshot, "goroutine");

    if (file == NULL) {
        if (profile != NULL)
            snapshot->goroutines = goroutine_dump_from_profile(profile, NULL);
        return true;
    }
    g_autofree char *path = g_build_filename(folder, file, NULL);
    g_autoptr(GBytes) text = read_file(path, cancelled, error);

    return text != NULL && take_dump(snapshot, path, text, error);
}

static struct snapshot *load_folder(const char *folder, const int *cancelled, GError **error)
{
    g_autofree char *path = g_build_filename(folder, manifest_name, NULL);
    g_autoptr(GBytes) bytes = read_file(path, cancelled, error);
    g_autoptr(GError) cause = NULL;
    struct snapshot_parts parts;
    gsize n;

    if (bytes == NULL)
        return NULL;
    const char *text = g_bytes_get_data(bytes, &n);

    if (n > SNAPSHOT_MAX_MANIFEST_BYTES) {
        fail_format(path, "it is larger than anything sidescope saves", error);
        return NULL;
    }
    snapshot_parts_init(&parts);
    g_autoptr(snapshot_auto) snapshot =
        snapshot_manifest_read(text != NULL ? text : "", n, &parts, &cause);
    bool ok = snapshot != NULL && load_parts(snapshot, &parts, folder, cancelled, error);

    snapshot_parts_clear(&parts);
    if (cause != NULL)
        fail_format(folder, cause->message, error);
    return ok ? g_steal_pointer(&snapshot) : NULL;
}

static bool has_manifest(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, manifest_name, NULL);

    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The folders in folder that hold a snapshot, by name. */
static GPtrArray *list_folders(const char *folder)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir != NULL && paths->len < SNAPSHOT_MAX_FOLDERS &&
           (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        if (has_manifest(path))
            g_ptr_array_add(paths, g_steal_pointer(&path));
    }
    g_ptr_array_sort(paths, by_name);
    return paths;
}

static bool load_folders(const char *path, const int *cancelled, GPtrArray *snapshots,
                         GError **error)
{
    g_autoptr(GPtrArray) paths = list_folders(path);

    if (paths->len == 0)
        fail_format(path, "there is no snapshot in this folder (no snapshot.json)", error);
    for (guint i = 0; i < paths->len; i++) {
        struct snapshot *snapshot = load_folder(paths->pdata[i], cancelled, error);

        if (snapshot == NULL)
            return false;
        g_ptr_array_add(snapshots, snapshot);
    }
    return paths->len > 0;
}

/* --- single files --- */

static bool looks_like_dump(const char *data, size_t n)
{
    return g_strstr_len(data, (gssize)MIN(n, (size_t)64 * 1024), "goroutine ") != NULL;
}

static void take_profile(struct snapshot *snapshot, struct profile *profile, GBytes *bytes)
{
    const char *kind = profile_source_guess_kind(profile);
    gsize n;
    const char *text = g_bytes_get_data(bytes, &n);

    snapshot->has_memstats = memstats_parse(text, n, &snapshot->memstats, NULL);
    if (strcmp(kind, "goroutine") == 0)
        snapshot->goroutines = goroutine_dump_from_profile(profile, NULL);
    if (profile->time_ns > 0)
        snapshot->real_us = profile->time_ns / 1000;
    snapshot_set_profile(snapshot, *kind != '\0' ? kind : "profile", profile, g_bytes_ref(bytes));
}

/* False: it is no such output. */
static bool take_recorded(struct snapshot *snapshot, const char *data, gsize n, GError **error)
{
    enum recorded_kind kind = recorded_kind_of(data, n);
    gint64 at_us = snapshot->real_us; /* nothing else tells when it was printed */
    struct recorded_process process;

    if (kind == RECORDED_NONE)
        return false;
    if (kind == RECORDED_VMMAP)
        snapshot->memory = recorded_memory(data, n, at_us, at_us, &process, error);
    else
        snapshot->files = recorded_files(kind, data, n, at_us, at_us, &process, error);
    if ((snapshot->memory != NULL || snapshot->files != NULL) && process.pid > 0)
        snapshot->whom = g_strdup_printf("%s %d", *process.name != '\0' ? process.name : "process",
                                         (int)process.pid);
    return true;
}

static struct snapshot *load_file(const char *path, const int *cancelled, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(GBytes) bytes = read_file(path, cancelled, error);
    gsize n;

    if (bytes == NULL)
        return NULL;
    const char *data = g_bytes_get_data(bytes, &n);
    g_autoptr(snapshot_auto) snapshot = snapshot_new("", path);
    struct stat info;

    snapshot->real_us = stat(path, &info) == 0 ? (gint64)info.st_mtime * G_USEC_PER_SEC : 0;
    if (n > 0 && take_recorded(snapshot, data, n, &cause)) {
        if (cause == NULL)
            return g_steal_pointer(&snapshot);
        fail_format(path, cause->message, error);
        return NULL;
    }
    struct profile *profile = profile_decode((const uint8_t *)data, n, &cause);

    if (profile != NULL) {
        take_profile(snapshot, profile, bytes);
    } else if (n == 0 || !looks_like_dump(data, n)) {
        fail_format(path, cause->message, error);
        return NULL;
    } else if (!take_dump(snapshot, path, bytes, error)) {
        return NULL;
    }
    return g_steal_pointer(&snapshot);
}

bool snapshot_folder_is_one(const char *path)
{
    if (has_manifest(path))
        return true;
    g_autoptr(GPtrArray) folders = list_folders(path);

    return folders->len > 0;
}

GPtrArray *snapshot_load(const char *path, const int *cancelled, GError **error)
{
    g_autoptr(GPtrArray) snapshots = g_ptr_array_new_with_free_func((GDestroyNotify)snapshot_free);
    bool is_folder = g_file_test(path, G_FILE_TEST_IS_DIR);

    if (is_folder && !has_manifest(path))
        return load_folders(path, cancelled, snapshots, error) ? g_steal_pointer(&snapshots) : NULL;
    struct snapshot *snapshot =
        is_folder ? load_folder(path, cancelled, error) : load_file(path, cancelled, error);

    if (snapshot == NULL)
        return NULL;
    g_ptr_array_add(snapshots, snapshot);
    return g_steal_pointer(&snapshots);
}
