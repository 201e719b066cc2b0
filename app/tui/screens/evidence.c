#include "app/tui/screens/evidence.h"

#include "app/triage/goroutine_growth.h"
#include "app/triage/notes.h"
#include "app/tui/screens/screens.h"
#include "pprof/goroutines.h"
#include "probes/databases.h"

#include <string.h>

static bool is_database(const struct files_sample *files, const char *key)
{
    for (size_t i = 0; i < files->n_databases; i++)
        if (strcmp(files->databases[i].path, key) == 0 && files->databases[i].n_locks > 0)
            return true;
    return false;
}

static bool open_files(struct ui *ui, const char *key)
{
    const struct files_sample *files = session_files(ui_session(ui));

    if (files == NULL)
        return false;
    if (is_database(files, key)) {
        ui_push(ui, database_screen_new(ui, key));
        return true;
    }
    for (size_t i = 0; i < files->n_groups; i++)
        if (strcmp(files->groups[i].path, key) == 0) {
            ui_push(ui,
                    descriptors_screen_new(ui, DESCRIPTORS_BY_PATH, key, files->groups[i].type));
            return true;
        }
    for (size_t i = 0; i < files->n_templates; i++)
        if (strcmp(files->templates[i].text, key) == 0) {
            ui_push(ui, descriptors_screen_new(ui, DESCRIPTORS_BY_TEMPLATE, key,
                                               files->templates[i].type));
            return true;
        }
    return false;
}

/* The key is a bucket's hash in hex, or the function its members stand in. */
static bool open_stack(struct ui *ui, const char *key)
{
    const struct goroutines_sample *goroutines = session_goroutines(ui_session(ui));
    g_autoptr(GArray) hashes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    guint64 hash = 0;
    bool is_hash = g_ascii_string_to_unsigned(key, 16, 0, G_MAXUINT64, &hash, NULL);

    if (goroutines == NULL || goroutines->dump == NULL)
        return false;
    for (size_t i = 0; i < goroutines->dump->n_buckets; i++) {
        const struct goroutine_bucket *bucket = &goroutines->dump->buckets[i];

        if (is_hash ? bucket->hash == hash : strcmp(goroutine_site_function(bucket), key) == 0)
            g_array_append_val(hashes, bucket->hash);
    }
    if (hashes->len == 0)
        return false;
    ui_push(ui, stack_screen_new(ui, (const uint64_t *)(void *)hashes->data, hashes->len, 0));
    return true;
}

static bool open_function(struct ui *ui, const char *key)
{
    const struct heap_sample *heap = session_heap(ui_session(ui));
    struct profile_subject subject = {
        .title = "heap", .kind = "heap", .function = key, .compare_mark = true, .sample_index = -1};

    if (heap == NULL || heap->profile == NULL)
        return false;
    ui_push(ui, profile_screen_new(ui, &subject, PROFILE_TAB_CALLERS));
    return true;
}

static bool open_cpu(struct ui *ui, const char *key)
{
    struct profile_subject subject = {.title = "CPU",
                                      .kind = "profile",
                                      .function = key,
                                      .profile = triage_notes_of(ui_session(ui))->cpu_profile,
                                      .sample_index = -1};

    if (subject.profile == NULL)
        return false;
    ui_push(ui, profile_screen_new(ui, &subject, PROFILE_TAB_CALLERS));
    return true;
}

/* The key is the name of a class of regions. */
static bool open_regions(struct ui *ui, const char *key)
{
    for (int cls = 0; cls < REGION_N_CLASSES; cls++)
        if (strcmp(region_class_name((enum region_class)cls), key) == 0) {
            ui_push(ui, regions_screen_new(ui, (enum region_class)cls));
            return true;
        }
    return false;
}

bool evidence_open(struct ui *ui, enum triage_link link, const char *key)
{
    static bool (*const openers[])(struct ui *, const char *) = {
        [TRIAGE_LINK_MEMORY] = open_regions,   [TRIAGE_LINK_FILES] = open_files,
        [TRIAGE_LINK_GOROUTINES] = open_stack, [TRIAGE_LINK_HEAP] = open_function,
        [TRIAGE_LINK_CPU] = open_cpu,
    };

    return ui_session(ui) != NULL && *key != '\0' && link != TRIAGE_LINK_NONE &&
           openers[link](ui, key);
}
