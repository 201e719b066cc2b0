#include "app/recording/recorded_side.h"

#include "app/recording/reader_source.h"
#include "app/session/series.h"
#include "app/snapshots/snapshot_samples.h"
#include "widgets/number.h"
#include "widgets/safe_text.h"

#include <math.h>

static bool read_points(struct recorded_side *side, GError **error)
{
    struct session_moment moment;

    if (!reader_moment(side->file->reader, side->run, side->outline->to_us, 0, &moment, error))
        return false;
    for (int i = 0; i < METRIC_N; i++)
        side->points[i] = history_since(series_set_history(moment.series, (enum metric)i), 0);
    session_moment_clear(&moment);
    return true;
}

struct recorded_side *recorded_side_new(struct opened_file *file, GError **error)
{
    struct recorded_side *side = g_new0(struct recorded_side, 1);

    side->file = file;
    side->name = g_strdup(file->name);
    if (file->reader == NULL) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                    "%s is no recording: two of those are laid beside each other (sidescope diff "
                    "compares two profiles)",
                    file->path);
    } else {
        side->run = reader_n_runs(file->reader) - 1;
        side->outline = reader_outline(file->reader, side->run, error);
        if (side->outline != NULL && read_points(side, error))
            return side;
    }
    recorded_side_free(side);
    return NULL;
}

void recorded_side_free(struct recorded_side *side)
{
    if (side == NULL)
        return;
    for (int i = 0; i < METRIC_N; i++)
        g_clear_pointer(&side->points[i], g_array_unref);
    player_outline_free(side->outline);
    opened_file_free(side->file);
    g_free(side->name);
    g_free(side);
}

double recorded_side_value(const struct recorded_side *side, enum metric metric, gint64 at_us)
{
    const GArray *points = side->points[metric];
    guint low = 0, high = points->len;

    if (at_us > side->outline->to_us) /* it was over by then */
        return NAN;
    while (low < high) {
        guint middle = low + (high - low) / 2;

        if (g_array_index(points, struct history_point, middle).t_us <= at_us)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? g_array_index(points, struct history_point, low - 1).value : NAN;
}

struct snapshot *recorded_side_snapshot(struct recorded_side *side, gint64 at_us, GError **error)
{
    const struct reader_run *run = reader_run(side->file->reader, side->run);
    struct session_moment moment;

    if (!reader_moment(side->file->reader, side->run, at_us, 0, &moment, error))
        return NULL;
    struct snapshot *snapshot = snapshot_of_samples(run->target, moment.samples);

    g_free(snapshot->name);
    snapshot->name = g_strdup_printf(
        "%s +%s", side->name,
        number_duration((double)(at_us - side->outline->from_us) / G_USEC_PER_SEC).text);
    /* of two processes no time lies between: nothing grew per hour */
    snapshot->taken_us = snapshot->real_us = 0;
    session_moment_clear(&moment);
    return snapshot;
}
