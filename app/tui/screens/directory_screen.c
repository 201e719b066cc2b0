#include "app/tui/screens/screens.h"

#include "app/ground/directory_listing.h"
#include "app/tui/shell/errands.h"
#include "app/tui/shell/format.h"

/* What is in a directory of the target, newest first; read by a job, through the target's root. */

struct directory_screen {
    struct view base;
    struct pager *pager;
    char *path;
    size_t n;
};

static void write_text(struct directory_screen *screen, const struct directory_listing *listing)
{
    pager_clear(screen->pager);
    screen->n = listing->entries->len;
    if (listing->error != NULL)
        pager_add(screen->pager, THEME_LOOK, listing->error);
    for (guint i = 0; i < listing->entries->len; i++) {
        const struct directory_entry *entry =
            &g_array_index(listing->entries, struct directory_entry, i);
        g_autoptr(GDateTime) when = g_date_time_new_from_unix_local(entry->modified_s);
        g_autofree char *date = when != NULL ? g_date_time_format(when, "%Y-%m-%d %H:%M:%S") : NULL;

        pager_addf(screen->pager, entry->is_directory ? THEME_TITLE : THEME_TEXT,
                   "%s %10s  %s  %s%s", entry->mode, number_bytes(entry->size).text,
                   date != NULL ? date : "-", entry->name, entry->is_directory ? "/" : "");
    }
    if (listing->truncated)
        pager_add(screen->pager, THEME_LOOK, "truncated: there are more entries");
}

static void *read_it(void *data, const int *cancelled)
{
    return directory_listing_read(data, cancelled);
}

static const struct view_ops ops;

/* The screen may be gone, or show another directory by now. */
static void read_done(void *result, void *user)
{
    struct ui *ui = user;
    struct view *screen = ui_find_screen(ui, &ops);
    struct directory_listing *listing = result;

    if (screen != NULL &&
        g_str_has_suffix(listing->path, view_of(struct directory_screen, screen)->path)) {
        write_text(view_of(struct directory_screen, screen), listing);
        ui_damage(ui);
    }
    directory_listing_free(listing);
}

static void start_job(struct directory_screen *screen)
{
    struct ui *ui = screen->base.ui;
    struct session *session = ui_session(ui);
    const struct target *target = session != NULL ? session_target(session) : NULL;

    if (target == NULL)
        return;
    if (ui_file_name(ui) != NULL) { /* what is there now says nothing of then */
        pager_clear(screen->pager);
        pager_add(screen->pager, THEME_DIM,
                  "Directories are read where the process runs: a file does not hold them.");
        return;
    }
    ui_start_job(ui,
                 &(struct job_ops){.work = read_it,
                                   .done = read_done,
                                   .free_data = g_free,
                                   .free_result = (GDestroyNotify)directory_listing_free,
                                   .user = ui},
                 directory_listing_path(target->proc_root, target->id.pid, screen->path));
}

static void directory_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct directory_screen *screen = view_of(struct directory_screen, base);
    char right[48];

    g_snprintf(right, sizeof right, "%s entries", number_count((int64_t)screen->n).text);
    screen_title(base->ui, canvas, area, right);
    text_draw(canvas, area.top + 1, area.left + 1, area.cols - 1,
              &(struct text_style){.role = THEME_STRONG, .elide = TEXT_ELIDE_MIDDLE}, screen->path);
    area.top += 3;
    area.lines -= 3;
    pager_draw(screen->pager, canvas, area);
}

static struct pager *directory_pager(struct view *base)
{
    return view_of(struct directory_screen, base)->pager;
}

static char *directory_copy(struct view *base)
{
    return g_strdup(view_of(struct directory_screen, base)->path);
}

static char *directory_export(struct view *base)
{
    return pager_to_text(view_of(struct directory_screen, base)->pager, ui_unicode(base->ui));
}

static void refresh(struct view *base)
{
    start_job(view_of(struct directory_screen, base));
    ui_message(base->ui, THEME_DIM, "refreshing");
}

static const struct view_key directory_keys[] = {{.action = ACTION_BACK},
                                                 {.action = ACTION_FILTER},
                                                 {ACTION_REFRESH, .act = refresh},
                                                 {.action = ACTION_COPY},
                                                 {.action = ACTION_NONE}};

static void directory_free(struct view *base)
{
    struct directory_screen *screen = view_of(struct directory_screen, base);

    pager_free(screen->pager);
    g_free(screen->path);
    g_free(screen);
}

static const struct view_ops ops = {
    .name = "directory",
    .draw = directory_draw,
    .keys = directory_keys,
    .pager = directory_pager,
    .copy = directory_copy,
    .export_text = directory_export,
    .free = directory_free,
};

struct view *directory_screen_new(struct ui *ui, const char *path)
{
    struct directory_screen *screen = g_new0(struct directory_screen, 1);

    screen->base = (struct view){.ops = &ops, .ui = ui};
    screen->path = g_strdup(path);
    screen->pager = pager_new();
    pager_add(screen->pager, THEME_DIM, "reading ...");
    start_job(screen);
    return &screen->base;
}
