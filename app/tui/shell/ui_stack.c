#include "app/tui/shell/ui_private.h"

/* The stack of screens. */

void ui_free_screens(GPtrArray *screens)
{
    while (screens->len > 0)
        view_free(g_ptr_array_steal_index(screens, screens->len - 1));
}

struct view *ui_top(const struct ui *ui)
{
    return ui->screens->len > 0 ? g_ptr_array_index(ui->screens, ui->screens->len - 1) : NULL;
}

struct view *ui_root_screen(const struct ui *ui)
{
    return ui->screens->len > 0 ? g_ptr_array_index(ui->screens, 0) : NULL;
}

void ui_push(struct ui *ui, struct view *screen)
{
    g_ptr_array_add(ui->screens, screen);
    view_update(screen, ~0u);
    ui_damage(ui);
}

static gboolean on_reap(gpointer user)
{
    struct ui *ui = user;

    ui->reap = 0;
    ui_free_screens(ui->dead);
    return G_SOURCE_REMOVE;
}

/* A screen may pop itself from inside a key of its own: it is freed on the next turn. */
static void bury(struct ui *ui, guint index)
{
    g_ptr_array_add(ui->dead, g_ptr_array_steal_index(ui->screens, index));
    if (ui->reap == 0)
        ui->reap = g_idle_add(on_reap, ui);
    ui_damage(ui);
}

void ui_pop(struct ui *ui)
{
    if (ui->screens->len > 1)
        bury(ui, ui->screens->len - 1);
}

void ui_remove(struct ui *ui, struct view *screen)
{
    guint index;

    if (g_ptr_array_find(ui->screens, screen, &index) && index > 0)
        bury(ui, index);
}

struct view *ui_below(const struct ui *ui, const struct view *screen)
{
    guint index;

    if (!g_ptr_array_find(ui->screens, screen, &index) || index == 0)
        return NULL;
    return g_ptr_array_index(ui->screens, index - 1);
}

struct view *ui_find_screen(const struct ui *ui, const struct view_ops *ops)
{
    for (guint i = 0; i < ui->screens->len; i++) {
        struct view *screen = g_ptr_array_index(ui->screens, i);

        if (screen->ops == ops)
            return screen;
    }
    return NULL;
}

void ui_pop_to_root(struct ui *ui)
{
    while (ui->screens->len > 1)
        ui_pop(ui);
}

char *ui_breadcrumb(const struct ui *ui)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < ui->screens->len; i++) {
        const struct view *screen = g_ptr_array_index(ui->screens, i);

        g_string_append_printf(out, "%s%s", i > 0 ? " > " : "", screen->ops->name);
    }
    return g_string_free(out, FALSE);
}

/* --- what others open --- */

const struct ui_openers *ui_openers(const struct ui *ui)
{
    return ui->options.openers;
}

bool ui_show(struct ui *ui, const struct ref *ref)
{
    if (ui->options.openers->show(ui, ref))
        return true;
    ui_message(ui, THEME_DIM, "this has no further detail");
    return false;
}
