#include "app/tui/screens/view_table.h"

#include "app/tui/screens/capture.h"
#include "app/tui/shell/pane.h"

#include <string.h>

/* Those of the recording that is looked at, else those of now. */
static struct view *open_events(struct ui *ui)
{
    return ui_player(ui) != NULL ? recording_events_screen_new(ui) : events_screen_new(ui);
}

static const struct row {
    const struct view_ops *ops;
    enum action action;
    const char *place;
    struct view *(*make)(struct ui *ui);
    bool (*may)(struct ui *ui);
} rows[] = {
#define PANE_ROW(name, key, place) {&name##_ops, ACTION_##key, place, NULL, NULL},
    PANE_TABLE(PANE_ROW)
#undef PANE_ROW
#define VIEW_ROW(ops, key, place, make, may) {&(ops), ACTION_##key, place, make, may},
        VIEW_TABLE(VIEW_ROW)
#undef VIEW_ROW
};

static bool has_key(const struct view_ops *ops, enum action action)
{
    const struct view_key *key = ops->keys;

    while (key != NULL && key->action != ACTION_NONE && key->action != action)
        key++;
    if (key != NULL && key->action == action)
        return true;
    return ops->tabs != NULL && (action == ACTION_GROUP || action == ACTION_GROUP_BACK);
}

/* Its key works anywhere: a pane, or a screen that is opened by it. */
static bool is_open_to_all(const struct row *row)
{
    return row->make != NULL || (row->action >= ACTION_PANE_1 && row->action <= ACTION_TAB_9);
}

/* Of the places that have it, one that can be gone to from here. */
char *view_table_place(const struct ui *ui, enum action action)
{
    const struct row *best = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (has_key(rows[i].ops, action) &&
            (best == NULL || (!is_open_to_all(best) && is_open_to_all(&rows[i]))))
            best = &rows[i];
    if (best == NULL)
        return NULL;
    const char *key = keymap_key(ui_keymap(ui), best->action);

    return *key != '\0' ? g_strdup_printf("%s (%s)", best->place, key) : g_strdup(best->place);
}

bool view_table_open(struct ui *ui, enum action action)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].action != action || rows[i].make == NULL)
            continue;
        if (strcmp(ui_top(ui)->ops->name, rows[i].ops->name) != 0 &&
            (rows[i].may == NULL || rows[i].may(ui)))
            ui_push(ui, rows[i].make(ui));
        return true;
    }
    return false;
}
