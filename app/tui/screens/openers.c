#include "app/triage/goroutine_growth.h"
#include "app/triage/notes.h"
#include "app/tui/screens/view_table.h"
#include "app/tui/screens/wizard_path.h"
#include "pprof/goroutines.h"

#include <string.h>

/* What the shell, the panes and the screens can open: see openers.h. */

/* --- by what it points at --- */

static struct view *of_memory(struct ui *ui, const struct ref *ref)
{
    (void)ref;
    return dashboard_pane_new(ui, PROBE_MEMORY);
}

static struct view *of_files(struct ui *ui, const struct ref *ref)
{
    (void)ref;
    return dashboard_pane_new(ui, PROBE_FILES);
}

static struct view *of_goroutines(struct ui *ui, const struct ref *ref)
{
    (void)ref;
    return dashboard_pane_new(ui, PROBE_GOROUTINES);
}

static struct view *of_heap(struct ui *ui, const struct ref *ref)
{
    (void)ref;
    return dashboard_pane_new(ui, PROBE_HEAP);
}

static struct view *of_regions(struct ui *ui, const struct ref *ref)
{
    return regions_screen_new(ui, ref->region);
}

static struct view *of_descriptors(struct ui *ui, const struct ref *ref)
{
    return descriptors_screen_new(ui, ref);
}

static struct view *of_descriptor(struct ui *ui, const struct ref *ref)
{
    return descriptor_screen_new(ui, ref->fd);
}

static struct view *of_database(struct ui *ui, const struct ref *ref)
{
    return database_screen_new(ui, ref->text);
}

static struct view *of_stacks(struct ui *ui, const struct ref *ref)
{
    return stack_screen_new(ui, ref->hashes, ref->n, ref->at, ref->text);
}

/* All buckets that stand in the function; the pane when there are none any more. */
static struct view *of_site(struct ui *ui, const struct ref *ref)
{
    const struct goroutines_sample *goroutines = session_goroutines(ui_session(ui));
    const struct goroutine_dump *dump = goroutines != NULL ? goroutines->dump : NULL;
    g_autoptr(GArray) hashes = g_array_new(FALSE, FALSE, sizeof(uint64_t));

    for (size_t i = 0; dump != NULL && i < dump->n_buckets; i++)
        if (strcmp(goroutine_site_function(&dump->buckets[i]), ref->text) == 0)
            g_array_append_val(hashes, dump->buckets[i].hash);
    if (hashes->len == 0)
        return of_goroutines(ui, ref);
    return stack_screen_new(ui, (const uint64_t *)(void *)hashes->data, hashes->len, 0, NULL);
}

static struct view *of_function(struct ui *ui, const struct ref *ref)
{
    const struct heap_sample *heap = session_heap(ui_session(ui));
    const struct profile_subject subject = {.title = "heap",
                                            .kind = "heap",
                                            .function = ref->text,
                                            .compare_mark = true,
                                            .sample_index = -1};

    if (heap == NULL || heap->profile == NULL)
        return of_heap(ui, ref);
    return profile_screen_new(ui, &subject, PROFILE_TAB_CALLERS);
}

/* With the callers of a function, or as a whole. */
static struct view *of_cpu(struct ui *ui, const struct ref *ref)
{
    const struct profile_subject subject = {.title = "CPU",
                                            .kind = "profile",
                                            .function = ref->text,
                                            .profile = triage_notes_of(ui_session(ui))->cpu_profile,
                                            .sample_index = -1};

    if (subject.profile == NULL)
        return NULL;
    return profile_screen_new(ui, &subject,
                              ref->text != NULL ? PROFILE_TAB_CALLERS : PROFILE_TAB_TOP);
}

static struct view *of_step(struct ui *ui, const struct ref *ref)
{
    ui_set_wizard_page(ui, WIZARD_STEPS + ref->id);
    return wizard_screen_new(ui);
}

/* Makes the screen; NULL: there is nothing to be shown now. */
typedef struct view *maker(struct ui *ui, const struct ref *ref);

static maker *const makers[REF_N_KINDS] = {
    [REF_MEMORY] = of_memory,
    [REF_FILES] = of_files,
    [REF_GOROUTINES] = of_goroutines,
    [REF_HEAP] = of_heap,
    [REF_CPU] = of_cpu,
    [REF_THREADS] = threads_screen_at,
    [REF_CHILDREN] = threads_screen_at,
    [REF_STARTS] = threads_screen_at,
    [REF_STEP] = of_step,
    [REF_REGIONS] = of_regions,
    [REF_PATH] = of_descriptors,
    [REF_TEMPLATE] = of_descriptors,
    [REF_TYPE] = of_descriptors,
    [REF_CLASS] = of_descriptors,
    [REF_HELD] = of_descriptors,
    [REF_AGES] = of_descriptors,
    [REF_DESCRIPTOR] = of_descriptor,
    [REF_DATABASE] = of_database,
    [REF_STACKS] = of_stacks,
    [REF_SITE] = of_site,
    [REF_FUNCTION] = of_function,
    [REF_CPU_FUNCTION] = of_cpu,
    [REF_THREAD] = threads_screen_at,
    [REF_COMMAND] = threads_screen_at,
};

static bool show(struct ui *ui, const struct ref *ref)
{
    maker *make = makers[ref->kind];
    struct view *screen = make != NULL && ui_session(ui) != NULL ? make(ui, ref) : NULL;

    if (screen != NULL)
        ui_push(ui, screen);
    return screen != NULL;
}

/* --- profiles, help --- */

static void open_profile(struct ui *ui, const struct profile_subject *subject, enum profile_tab tab)
{
    ui_push(ui, profile_screen_new(ui, subject, tab));
}

static void open_compare(struct ui *ui, unsigned before_id, unsigned after_id)
{
    ui_push(ui, compare_screen_new(ui, before_id, after_id));
}

static void open_help(struct ui *ui, struct view *screen)
{
    ui_push(ui, help_screen_new(ui, screen));
}

const struct ui_openers screens_openers = {.show = show,
                                           .profile = open_profile,
                                           .compare = open_compare,
                                           .help = open_help,
                                           .dump = dump_ask,
                                           .act = screens_open,
                                           .place = view_table_place};
