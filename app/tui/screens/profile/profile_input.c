#include "app/tui/screens/profile/profile_private.h"
#include "app/tui/shell/errands.h"

/* What the profile screen looks at, what it compares with, and how. */

/* --- time --- */

static double hours_between(gint64 before_us, gint64 after_us)
{
    if (before_us == 0 || after_us == 0)
        return NAN;
    return number_rate_hours(fabs((double)(after_us - before_us)) / G_USEC_PER_SEC);
}

static gint64 taken_real_us(const struct profile *profile)
{
    return profile->time_ns / 1000;
}

/* By the clock of this machine's uptime where both were seen by it, else by what the profiles say.
 */
static double hours_of(const struct profile_screen *screen, const struct profile_input *input)
{
    if (input->base == NULL || input->profile == NULL)
        return NAN;
    if (screen->base_taken_us != 0 && input->taken_us != 0)
        return hours_between(screen->base_taken_us, input->taken_us);
    return hours_between(screen->base_real_us != 0 ? screen->base_real_us
                                                   : taken_real_us(input->base),
                         screen->real_us != 0 ? screen->real_us : taken_real_us(input->profile));
}

/* --- what is looked at --- */

/* input is a view: nothing of it is owned, all of it is copied. */
static void set_input(struct profile_screen *screen, struct profile_input *input)
{
    input->hours = hours_of(screen, input);
    profile_model_set(screen->model, input);
    profile_update_tab(screen);
}

static void change_settings(struct profile_screen *screen, const struct profile_settings *settings)
{
    struct profile_input input = *profile_model_input(screen->model);

    input.settings = *settings;
    set_input(screen, &input);
}

/* The newest profile of the session's heap; false when it is the one we have. */
static bool follow_heap(const struct profile_screen *screen, struct profile_input *input)
{
    struct session *session = ui_session(screen->base.ui);
    const struct heap_sample *heap = session != NULL ? session_heap(session) : NULL;

    if (heap == NULL || heap->profile == NULL || heap->profile == input->profile)
        return false;
    input->profile = heap->profile;
    input->taken_us = heap->profile_us;
    return true;
}

/* The mark moves when it is set anew. */
static bool follow_mark(struct profile_screen *screen, struct profile_input *input)
{
    struct session *session = ui_session(screen->base.ui);
    const struct heap_sample *mark = session != NULL ? session_mark_heap(session) : NULL;

    if (screen->compare.kind != PROFILE_COMPARE_MARK || mark == NULL || mark->profile == NULL ||
        mark->profile == input->base)
        return false;
    input->base = mark->profile;
    input->base_title =
        (char *)(uintptr_t)(session_mark_us(session) != 0 ? "the mark" : "the first profile");
    screen->base_taken_us = mark->profile_us;
    screen->base_real_us = 0;
    return true;
}

void profile_follow(struct profile_screen *screen)
{
    struct profile_input input = *profile_model_input(screen->model);
    bool moved = screen->live && follow_heap(screen, &input);

    if (input.profile != NULL && (follow_mark(screen, &input) || moved))
        set_input(screen, &input);
    else if (profile_current(screen)->answer == NULL)
        profile_update_tab(screen);
}

/* --- changing how it is looked at --- */

void profile_next_sample_type(struct view *base, enum action action)
{
    struct profile_screen *screen = view_of(struct profile_screen, base);
    const struct profile_input *input = profile_model_input(screen->model);
    struct profile_settings settings = input->settings;

    if (input->profile == NULL || input->profile->n_sample_types < 2)
        return;
    int n = (int)input->profile->n_sample_types, step = action == ACTION_GROUP ? n - 1 : 1;
    int now = settings.sample_index >= 0 ? settings.sample_index
                                         : profile_default_sample_index(input->profile);

    /* inuse_space, inuse_objects, alloc_space, alloc_objects: from the last to the first */
    settings.sample_index = (now + step) % n;
    change_settings(screen, &settings);
}

void profile_next_granularity(struct profile_screen *screen)
{
    struct profile_settings settings = profile_model_input(screen->model)->settings;

    settings.granularity = (settings.granularity + 1) % (TOP_ADDRESSES + 1);
    change_settings(screen, &settings);
    profile_select_function(screen);
    ui_message(screen->base.ui, THEME_DIM, "by %s", profile_granularity_name(settings.granularity));
}

void profile_screen_set_by_cum(struct profile_screen *screen, bool by_cum)
{
    struct profile_settings settings = profile_model_input(screen->model)->settings;

    if (settings.by_cum == by_cum)
        return;
    settings.by_cum = by_cum;
    change_settings(screen, &settings);
}

static void on_refined(void *user, const struct profile_settings *settings)
{
    change_settings(user, settings);
}

void profile_forget_filters(struct view *base)
{
    struct profile_screen *screen = view_of(struct profile_screen, base);
    struct profile_settings settings;

    profile_settings_copy(&settings, &profile_model_input(screen->model)->settings);
    profile_settings_forget_refined(&settings);
    change_settings(screen, &settings);
    profile_settings_clear(&settings);
    ui_message(base->ui, THEME_DIM, "filters cleared");
}

void profile_ask_filters(struct view *base)
{
    struct profile_screen *screen = view_of(struct profile_screen, base);
    const struct profile_input *input = profile_model_input(screen->model);
    struct ui *ui = base->ui;

    if (input->profile != NULL)
        ui_push(ui, profile_refine_new(ui, input->profile, &input->settings, on_refined, screen));
    else
        ui_message(ui, THEME_DIM, "there is no profile yet");
}

/* --- comparing --- */

static void on_chosen(void *user, const struct profile_choice *choice)
{
    struct profile_screen *screen = user;
    struct profile_input input = *profile_model_input(screen->model);
    const struct snapshot *snapshot =
        snapshots_find(ui_snapshots(screen->base.ui), choice->snapshot_id);

    screen->compare = *choice;
    if (choice->kind == PROFILE_COMPARE_NONE) {
        input.base = NULL;
        input.base_title = (char *)(uintptr_t) "";
        set_input(screen, &input);
    } else if (choice->kind == PROFILE_COMPARE_MARK) {
        input.base = NULL;
        follow_mark(screen, &input);
        set_input(screen, &input);
        if (input.base == NULL)
            ui_message(screen->base.ui, THEME_LOOK, "the mark holds no heap profile yet");
    } else if (snapshot != NULL && snapshot_profile(snapshot, screen->kind) != NULL) {
        g_autofree char *label = snapshot_label(snapshot);
        g_autofree char *title = g_strdup_printf("snapshot %s", label);

        input.base = snapshot_profile(snapshot, screen->kind);
        input.base_title = title;
        screen->base_taken_us = snapshot->taken_us;
        screen->base_real_us = snapshot->real_us;
        set_input(screen, &input);
    }
}

void profile_ask_comparison(struct view *base)
{
    struct profile_screen *screen = view_of(struct profile_screen, base);

    ui_push(base->ui, profile_compare_new(base->ui, screen->kind, on_chosen, screen));
}

/* --- in a browser --- */

/* The type and the filters as options of go tool pprof, which call them the same. */
static GPtrArray *web_options(const struct profile_input *input)
{
    GPtrArray *options = g_ptr_array_new_with_free_func(g_free);
    const struct profile_settings *settings = &input->settings;
    const char *type = profile_input_type(input);

    if (*type != '\0')
        g_ptr_array_add(options, g_strdup_printf("-sample_index=%s", type));
    for (int i = 0; i < PROFILE_N_FILTERS; i++)
        if (*settings->filters[i] != '\0')
            g_ptr_array_add(options,
                            g_strdup_printf("-%s=%s", profile_filter_name((enum profile_filter)i),
                                            settings->filters[i]));
    g_ptr_array_add(options,
                    g_strdup_printf("-%s", profile_granularity_name(settings->granularity)));
    g_ptr_array_add(options, NULL);
    return options;
}

void profile_open_web(struct view *base)
{
    const struct profile_screen *screen = view_of(struct profile_screen, base);
    const struct profile_input *input = profile_model_input(screen->model);
    g_autoptr(GPtrArray) options = NULL;

    if (input->profile == NULL) {
        ui_message(base->ui, THEME_DIM, "there is no profile yet");
        return;
    }
    options = web_options(input);
    ui_open_web(base->ui, &(struct web_pprof_request){
                              .profile = input->profile,
                              .base = input->base,
                              .options = (const char *const *)(void *)options->pdata});
}

/* --- life --- */

void profile_input_of_subject(struct profile_screen *screen, const struct profile_subject *subject)
{
    struct profile_input input;

    profile_input_init(&input, subject->sample_index);
    screen->real_us = subject->real_us;
    if (subject->profile != NULL)
        input.profile = profile_ref(subject->profile);
    if (subject->profile != NULL && screen->real_us == 0)
        screen->real_us = taken_real_us(subject->profile);
    if (subject->base != NULL) {
        input.base = profile_ref(subject->base);
        g_free(input.base_title);
        input.base_title = g_strdup(subject->base_title != NULL ? subject->base_title : "");
        screen->base_real_us = subject->base_real_us;
    }
    set_input(screen, &input);
    profile_input_clear(&input);
    if (subject->compare_mark)
        on_chosen(screen, &(struct profile_choice){.kind = PROFILE_COMPARE_MARK});
}
