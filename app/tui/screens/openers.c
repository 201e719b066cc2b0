#include "app/tui/screens/screens.h"

/* What the shell and the panes can open: see openers.h. */

static struct screen *screen_of(struct ui *ui, const struct ref *ref)
{
    switch (ref->kind) {
    case REF_REGIONS:
        return regions_screen_new(ui, ref->region);
    case REF_PATH:
        return descriptors_screen_new(ui, DESCRIPTORS_BY_PATH, ref->text, ref->type);
    case REF_TEMPLATE:
        return descriptors_screen_new(ui, DESCRIPTORS_BY_TEMPLATE, ref->text, ref->type);
    case REF_TYPE:
        return descriptors_screen_new(ui, DESCRIPTORS_BY_TYPE, ref->text, ref->type);
    case REF_AGES:
        return survivors_screen_new(ui, ref->from_us, ref->to_us, ref->text);
    case REF_DESCRIPTOR:
        return descriptor_screen_new(ui, ref->fd);
    case REF_DATABASE:
        return database_screen_new(ui, ref->text);
    case REF_STACKS:
        return stack_screen_new(ui, ref->hashes, ref->n, ref->at);
    case REF_NONE:
        break;
    }
    return NULL;
}

static void show(struct ui *ui, const struct ref *ref)
{
    struct screen *screen = screen_of(ui, ref);

    if (screen != NULL)
        ui_push(ui, screen);
}

static void open_profile(struct ui *ui, const struct profile_subject *subject, enum profile_tab tab)
{
    ui_push(ui, profile_screen_new(ui, subject, tab));
}

static void open_compare(struct ui *ui, unsigned before_id, unsigned after_id)
{
    ui_push(ui, compare_screen_new(ui, before_id, after_id));
}

static void open_help(struct ui *ui, struct screen *screen)
{
    ui_push(ui, help_screen_new(ui, screen));
}

const struct ui_openers screens_openers = {.show = show,
                                           .profile = open_profile,
                                           .compare = open_compare,
                                           .help = open_help,
                                           .dump = dump_ask,
                                           .act = screens_open};
