#include "app/session/survivors.h"

#include <math.h>

static const struct {
    const char *name;
    gint64 max_age_us;
} bands[SURVIVORS_BANDS - 1] = {
    {"in the last 10 s", 10 * G_USEC_PER_SEC},
    {"10 to 60 s ago", 60 * G_USEC_PER_SEC},
    {"1 to 10 min ago", 600 * G_USEC_PER_SEC},
    {"10 to 60 min ago", 3600 * (gint64)G_USEC_PER_SEC},
    {"1 to 6 h ago", 6 * 3600 * (gint64)G_USEC_PER_SEC},
    {"more than 6 h ago", G_MAXINT64 / 2},
};

static size_t band_of(const struct survivors_band list[SURVIVORS_BANDS], gint64 at_us)
{
    for (size_t i = 0; i + 1 < SURVIVORS_BANDS; i++)
        if (at_us >= list[i].from_us && at_us < list[i].to_us)
            return i;
    return SURVIVORS_BANDS - 1;
}

static void lay_out(gint64 begun_us, const struct files_sample *files,
                    struct survivors_band ret[SURVIVORS_BANDS])
{
    gint64 now_us = files->base.taken_us, to_us = G_MAXINT64;

    for (size_t i = 0; i + 1 < SURVIVORS_BANDS; i++) {
        gint64 from_us = MAX(now_us - bands[i].max_age_us, begun_us + 1);

        ret[i] = (struct survivors_band){.name = bands[i].name,
                                         .min_age_us = i > 0 ? bands[i - 1].max_age_us : 0,
                                         .from_us = MIN(from_us, to_us),
                                         .to_us = to_us};
        to_us = ret[i].from_us;
    }
    ret[SURVIVORS_BANDS - 1] = (struct survivors_band){.name = "before the watch",
                                                       .min_age_us = G_MAXINT64,
                                                       .from_us = G_MININT64,
                                                       .to_us = to_us,
                                                       .opened = SAMPLE_UNKNOWN};
}

void survivors_bands(const struct history *opened, const struct files_sample *files,
                     struct survivors_band ret[SURVIVORS_BANDS])
{
    /* The oldest descriptor was seen by the first census, whether that sample reached us or not. */
    struct history_point first;
    gint64 oldest = files->base.taken_us;

    for (size_t i = 0; i < files->n_fds; i++)
        oldest = MIN(oldest, files->fds[i].first_seen_us);
    lay_out(history_first(opened, &first) ? MIN(oldest, first.t_us) : oldest, files, ret);
    /* What the sum rose by between two points was born by the later one. */
    g_autoptr(GArray) points = history_since(opened, G_MININT64);
    double before = 0; /* the sum begins with the watch */

    for (guint i = 0; i < points->len; i++) {
        const struct history_point *point = &g_array_index(points, struct history_point, i);

        if (isnan(point->value))
            continue;
        size_t band = band_of(ret, point->t_us);

        if (band + 1 < SURVIVORS_BANDS)
            ret[band].opened += (int64_t)(point->value - before);
        before = point->value;
    }
    for (size_t t = 0; t < files->n_templates; t++) {
        const struct fd_template *template = &files->templates[t];
        size_t counts[SURVIVORS_BANDS] = {0};

        for (uint32_t i = 0; i < template->count; i++)
            counts[band_of(ret,
                           files->fds[files->by_template[template->first + i]].first_seen_us)]++;
        for (size_t i = 0; i < SURVIVORS_BANDS; i++) {
            ret[i].open += counts[i];
            if (counts[i] > ret[i].most_count) {
                ret[i].most_count = counts[i];
                ret[i].most = t;
            }
        }
    }
    /* a sample that never reached us had births as well */
    for (size_t i = 0; i + 1 < SURVIVORS_BANDS; i++)
        ret[i].opened = MAX(ret[i].opened, (int64_t)ret[i].open);
}
