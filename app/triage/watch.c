#include "app/triage/watch.h"

struct watch *watch_new(gint64 from_real_us, gint64 to_real_us)
{
    struct watch *watch = g_new0(struct watch, 1);

    watch->from_real_us = from_real_us;
    watch->to_real_us = to_real_us;
    watch->ending = watch->recording = "";
    watch->rows = g_array_new(FALSE, FALSE, sizeof(struct watch_row));
    watch->strings = g_string_chunk_new(1024);
    return watch;
}

void watch_free(struct watch *watch)
{
    if (watch == NULL)
        return;
    g_array_unref(watch->rows);
    g_string_chunk_free(watch->strings);
    g_free(watch);
}

void watch_set_ending(struct watch *watch, const char *sentence)
{
    watch->ending = g_string_chunk_insert(watch->strings, sentence);
}

void watch_set_recording(struct watch *watch, const char *path)
{
    watch->recording = g_string_chunk_insert(watch->strings, path);
}

void watch_add(struct watch *watch, const struct watch_row *row)
{
    struct watch_row copy = *row;

    copy.kind = g_string_chunk_insert_const(watch->strings, row->kind);
    copy.text = g_string_chunk_insert(watch->strings, row->text);
    g_array_append_val(watch->rows, copy);
}

static gint by_time(gconstpointer a, gconstpointer b)
{
    gint64 left = ((const struct watch_row *)a)->real_us;
    gint64 right = ((const struct watch_row *)b)->real_us;

    return left < right ? -1 : left > right;
}

void watch_sort(struct watch *watch)
{
    g_array_sort(watch->rows, by_time); /* stable: GLib merges */
}

char *watch_time(gint64 real_us)
{
    g_autoptr(GDateTime) when =
        real_us != 0 ? g_date_time_new_from_unix_local(real_us / G_USEC_PER_SEC) : NULL;

    return when != NULL ? g_date_time_format(when, "%F %T") : g_strdup("-");
}
