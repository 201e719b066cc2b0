#include "app/recording/item.h"

struct item *item_new(enum item_kind kind, gint64 at_us)
{
    struct item *item = g_new0(struct item, 1);

    item->kind = kind;
    item->at_us = at_us;
    return item;
}

void item_free(struct item *item)
{
    if (item == NULL)
        return;
    sample_unref(item->sample);
    g_bytes_unref(item->text);
    g_clear_pointer(&item->points, g_array_unref);
    g_clear_pointer(&item->parts, g_array_unref);
    g_clear_pointer(&item->verdicts, g_array_unref);
    target_free(item->target);
    snapshot_free(item->snapshot);
    g_free(item->boot_id);
    g_free(item->event);
    g_free(item->severity);
    g_free(item->key);
    g_free(item->label);
    g_free(item->json);
    g_free(item);
}

void item_add_point(struct item *item, const struct item_point *point)
{
    if (item->points == NULL)
        item->points = g_array_new(FALSE, FALSE, sizeof *point);
    g_array_append_vals(item->points, point, 1);
}

static void clear_part(void *part)
{
    g_free(((struct item_part *)part)->name);
}

void item_add_part(struct item *item, const struct item_part *part)
{
    struct item_part copy = *part;

    if (item->parts == NULL) {
        item->parts = g_array_new(FALSE, FALSE, sizeof copy);
        g_array_set_clear_func(item->parts, clear_part);
    }
    copy.name = g_strdup(part->name);
    g_array_append_val(item->parts, copy);
}

static void clear_verdict(void *verdict)
{
    g_free(((struct item_verdict *)verdict)->summary);
}

void item_add_verdict(struct item *item, const char *step, const char *verdict, const char *summary)
{
    struct item_verdict one = {step, verdict, g_strdup(summary)};

    if (item->verdicts == NULL) {
        item->verdicts = g_array_new(FALSE, FALSE, sizeof one);
        g_array_set_clear_func(item->verdicts, clear_verdict);
    }
    g_array_append_val(item->verdicts, one);
}
