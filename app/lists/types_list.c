#include "app/lists/file_lists.h"
#include "app/lists/list_values.h"

#include <string.h>

/* By type, beside the documented bands and the limits of the system. */

enum { TYPE_COUNT, TYPE_BAND, TYPE_TYPE };

static const struct listing_column columns[] = {
    [TYPE_COUNT] = {.id = "count", .title = "COUNT", .kind = LISTING_COUNT, .width = 7},
    [TYPE_BAND] =
        {.id = "documented", .title = "DOCUMENTED", .width = 10, .right = true, .unsortable = true},
    [TYPE_TYPE] = {.id = "type", .title = "TYPE", .min_width = 10},
};

static enum fd_type type_at(const void *model, size_t row)
{
    return ((const struct types_list *)model)->types[row];
}

/* Bands of the procedure, "File Descriptor Analysis", or what the configuration says. */
static void take_band(const double *limits, enum fd_type type, struct listing_value *ret)
{
    ret->text = "";
    if (type == FD_REG)
        listing_say(ret, "%.0f-%.0f", limits[THRESHOLD_REG_LOW], limits[THRESHOLD_REG_HIGH]);
    else if (type == FD_FIFO)
        listing_say(ret, "%.0f-%.0f", limits[THRESHOLD_PIPE_LOW], limits[THRESHOLD_PIPE_HIGH]);
    else if (type == FD_DIR)
        listing_say(ret, "%.0f-%.0f", limits[THRESHOLD_DIR_LOW], limits[THRESHOLD_DIR_HIGH]);
    else if (type == FD_INOTIFY)
        listing_say(ret, "up to %.0f", limits[THRESHOLD_INOTIFY_INSTANCES]);
    ret->role = THEME_DIM;
}

/* So much of what the user may have, for all processes together, that it is bad. */
static bool is_full(const struct thresholds *thresholds, int64_t used, int64_t limit)
{
    return limit > 0 &&
           (double)used * 100 >= (double)limit * thresholds->value[THRESHOLD_LIMIT_FULL];
}

static void take_name(const struct files_list *list, enum fd_type type, struct listing_value *ret)
{
    const struct files_sample *files = list->files;

    ret->text = fd_type_label(type);
    if (strcmp(fd_type_label(type), fd_type_name(type)) != 0)
        listing_note(ret, " (lsof: %s)", fd_type_name(type));
    if (type != FD_INOTIFY)
        return;
    if (files->inotify_max_instances != SAMPLE_UNKNOWN)
        listing_note(ret, "  of %s per user, %s of %s watches",
                     number_count(files->inotify_max_instances).text,
                     number_count(files->inotify_watches).text,
                     number_count(files->inotify_max_watches).text);
    if (is_full(list->thresholds, files->by_type[type], files->inotify_max_instances) ||
        is_full(list->thresholds, files->inotify_watches, files->inotify_max_watches))
        ret->role = THEME_BAD;
}

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct files_list *list = &((const struct types_list *)model)->base;
    enum fd_type type = type_at(model, row);

    if (column == TYPE_COUNT) {
        ret->n = list->files->by_type[type];
        ret->role = fd_above_band(list->thresholds, type, ret->n) ? THEME_LOOK : THEME_TEXT;
    } else if (column == TYPE_BAND) {
        take_band(list->thresholds->value, type, ret);
    } else {
        take_name(list, type, ret);
    }
}

static uint64_t key(const void *model, size_t row)
{
    return (uint64_t)type_at(model, row) + 1;
}

const struct listing types_listing = {
    .id = "types",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = TYPE_COUNT,
    .value = value,
    .key = key,
};

void types_list_take(struct types_list *list, const struct files_sample *files,
                     const struct thresholds *thresholds)
{
    list->base = (struct files_list){files, thresholds};
    list->n = 0;
    for (int t = 0; files != NULL && t < FD_N_TYPES; t++)
        if (files->by_type[t] > 0)
            list->types[list->n++] = (enum fd_type)t;
}

bool fd_is_repeated(const struct thresholds *thresholds, enum fd_type type, uint32_t count)
{
    return type == FD_REG && count >= thresholds->value[THRESHOLD_SAME_FILE];
}

bool fd_above_band(const struct thresholds *thresholds, enum fd_type type, int64_t count)
{
    const double *limits = thresholds->value;

    switch (type) {
    case FD_REG:
        return (double)count > limits[THRESHOLD_REG_HIGH];
    case FD_FIFO:
        return (double)count > limits[THRESHOLD_PIPE_HIGH];
    case FD_DIR:
        return (double)count > limits[THRESHOLD_DIR_HIGH];
    case FD_INOTIFY:
        return (double)count > limits[THRESHOLD_INOTIFY_INSTANCES];
    default:
        return false;
    }
}
