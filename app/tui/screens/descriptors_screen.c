#include "app/tui/screens/screens.h"

#include "app/lists/file_lists.h"
#include "app/session/fd_items.h"
#include "app/triage/notes.h"
#include "app/tui/shell/format.h"
#include "app/tui/shell/holdings_desk.h"

#include <stdlib.h>
#include <string.h>

/* The descriptors behind one line of the files pane, following new samples. */

struct descriptors_screen {
    struct view base;
    struct ref ref; /* keeps its own */
    char *title;
    struct files_sample *files; /* own reference */
    struct descriptors_list selection;
    uint32_t *type_rows; /* own array where the sample has none */
    GArray *held;        /* int: of REF_HELD */
    gint64 held_us;      /* when they were; what was opened later is not theirs */
    struct table *table;
};

/* Those that share a path or a template; none when it is gone. */
static void select_item(struct descriptors_screen *screen, enum fd_fold fold)
{
    struct fd_item item;

    if (!fd_item_find(screen->files, fold, screen->ref.type, screen->ref.text, &item))
        return;
    screen->selection.rows = item.fds;
    screen->selection.n = item.count;
}

static int compare_ints(const void *a, const void *b)
{
    return (*(const int *)a > *(const int *)b) - (*(const int *)a < *(const int *)b);
}

/* The numbers of the last look, ascending. */
static void take_held(struct descriptors_screen *screen)
{
    const struct holdings *holdings = ui_holdings(screen->base.ui);
    const GArray *groups = holdings != NULL ? holdings->descriptors->groups : NULL;

    for (guint i = 0; groups != NULL && i < groups->len; i++) {
        const struct descriptor_group *group = &g_array_index(groups, struct descriptor_group, i);

        if (strcmp(group->text, screen->ref.text) != 0)
            continue;
        screen->held_us = triage_notes_of(ui_session(screen->base.ui))->holdings_us;
        g_array_set_size(screen->held, 0);
        g_array_append_vals(screen->held, group->fds->data, group->fds->len);
    }
}

static bool is_selected(const struct descriptors_screen *screen, const struct fd_entry *fd)
{
    const struct ref *ref = &screen->ref;

    if (ref->kind == REF_TYPE)
        return fd->type == ref->type;
    if (ref->kind == REF_CLASS)
        return fd->cls == ref->cls && fd->type == FD_REG;
    if (ref->kind == REF_HELD)
        return fd->first_seen_us <= screen->held_us &&
               bsearch(&fd->fd, screen->held->data, screen->held->len, sizeof(int), compare_ints) !=
                   NULL;
    return fd->first_seen_us >= ref->from_us && fd->first_seen_us < ref->to_us;
}

static void select_one_by_one(struct descriptors_screen *screen)
{
    const struct files_sample *files = screen->files;
    size_t n = 0;

    g_free(screen->type_rows);
    screen->type_rows = g_new(uint32_t, MAX(files->n_fds, 1));
    for (size_t i = 0; i < files->n_fds; i++)
        if (is_selected(screen, &files->fds[i]))
            screen->type_rows[n++] = (uint32_t)i;
    screen->selection.rows = screen->type_rows;
    screen->selection.n = n;
}

static void descriptors_update(struct view *base, unsigned kinds)
{
    struct descriptors_screen *screen = view_of(struct descriptors_screen, base);
    struct session *session = ui_session(base->ui);
    const struct files_sample *newest = session != NULL ? session_files(session) : NULL;

    (void)kinds;
    if (newest == NULL || newest == screen->files)
        return;
    sample_unref(screen->files);
    screen->files = sample_ref(newest);
    screen->selection = (struct descriptors_list){.files = screen->files};
    if (screen->ref.kind == REF_HELD)
        take_held(screen);
    if (screen->ref.kind == REF_PATH)
        select_item(screen, FD_BY_PATH);
    else if (screen->ref.kind == REF_TEMPLATE)
        select_item(screen, FD_BY_TEMPLATE);
    else
        select_one_by_one(screen);
    table_set_model(screen->table, &screen->selection, screen->selection.n);
}

static void descriptors_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct descriptors_screen *screen = view_of(struct descriptors_screen, base);
    char right[64];
    size_t deleted = 0;

    for (size_t i = 0; i < screen->selection.n; i++)
        deleted += screen->files->fds[screen->selection.rows[i]].deleted;
    g_snprintf(right, sizeof right, "%s %s, %s deleted",
               number_count((int64_t)screen->selection.n).text,
               number_word((int64_t)screen->selection.n, "descriptor", "descriptors"),
               number_count((int64_t)deleted).text);
    screen_title(base->ui, canvas, area, right);
    text_draw(canvas, area.top + 1, area.left + 1, area.cols - 1,
              &(struct text_style){.role = THEME_STRONG,
                                   .elide = screen->ref.kind == REF_HELD ? TEXT_ELIDE_SENTENCE
                                                                         : TEXT_ELIDE_MIDDLE},
              screen->title);
    area.top += 3;
    area.lines -= 3;
    table_draw(screen->table, canvas, area,
               &(struct table_look){.focused = true,
                                    .empty = "all of these descriptors have been closed"});
}

static struct table *descriptors_table(struct view *base)
{
    return view_of(struct descriptors_screen, base)->table;
}

static const struct fd_entry *selected(struct descriptors_screen *screen)
{
    size_t row;

    if (!table_selected(screen->table, &row))
        return NULL;
    return &screen->files->fds[screen->selection.rows[row]];
}

static char *descriptors_copy(struct view *base)
{
    const struct fd_entry *fd = selected(view_of(struct descriptors_screen, base));

    return fd != NULL ? g_strdup(fd->path) : NULL;
}

static void open_descriptor(struct view *base)
{
    const struct fd_entry *fd = selected(view_of(struct descriptors_screen, base));

    ui_push(base->ui, descriptor_screen_new(base->ui, fd));
}

static const struct view_key descriptors_keys[] = {
    {.action = ACTION_BACK},
    {ACTION_OPEN, .applies = view_has_row, .act = open_descriptor},
    {.action = ACTION_NONE}};

static void descriptors_screen_free(struct view *base)
{
    struct descriptors_screen *screen = view_of(struct descriptors_screen, base);

    table_free(screen->table);
    sample_unref(screen->files);
    g_free(screen->type_rows);
    g_array_unref(screen->held);
    ref_clear(&screen->ref);
    g_free(screen->title);
    g_free(screen);
}

static const struct view_ops ops = {
    .name = "descriptors",
    .draw = descriptors_draw,
    .update = descriptors_update,
    .keys = descriptors_keys,
    .table = descriptors_table,
    .copy = descriptors_copy,
    .free = descriptors_screen_free,
};

struct view *descriptors_screen_new(struct ui *ui, const struct ref *ref)
{
    struct descriptors_screen *screen = g_new0(struct descriptors_screen, 1);

    screen->base = (struct view){.ops = &ops, .ui = ui};
    ref_copy(&screen->ref, ref);
    screen->held = g_array_new(FALSE, FALSE, sizeof(int));
    screen->title = ref->kind == REF_AGES ? g_strdup_printf("opened %s, still open", ref->text)
                                          : g_strdup(ref->text);
    screen->table = table_new(&descriptors_listing);
    return &screen->base;
}
