#include "app/survivors.h"

#include <string.h>

/* Births of one census, or of several when there are too many to keep apart. */
struct births {
    gint64 at_us;
    int64_t opened;
};

enum { MAX_BIRTHS = 8192 };

struct survivors {
    GArray *births; /* struct births, oldest first */
    uint64_t sequence;
    gint64 begun_us; /* what was first seen until then was open before; 0: nothing noted */
};

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

struct survivors *survivors_new(void)
{
    struct survivors *survivors = g_new0(struct survivors, 1);

    survivors->births = g_array_new(FALSE, FALSE, sizeof(struct births));
    return survivors;
}

void survivors_free(struct survivors *survivors)
{
    if (survivors == NULL)
        return;
    g_array_unref(survivors->births);
    g_free(survivors);
}

void survivors_reset(struct survivors *survivors)
{
    g_array_set_size(survivors->births, 0);
    survivors->sequence = 0;
    survivors->begun_us = 0;
}

/* The older half at half the resolution. */
static void thin(GArray *births)
{
    guint half = births->len / 2, kept = 0;
    struct births *list = (struct births *)(void *)births->data;

    for (guint i = 0; i + 1 < half; i += 2) {
        list[kept] = list[i + 1];
        list[kept++].opened += list[i].opened;
    }
    half -= half % 2;
    memmove(list + kept, list + half, (births->len - half) * sizeof *list);
    g_array_set_size(births, births->len - half + kept);
}

/* The oldest descriptor was seen by the first census, whether that sample reached us or not. */
static gint64 beginning(const struct files_sample *files)
{
    gint64 oldest = files->base.taken_us;

    for (size_t i = 0; i < files->n_fds; i++)
        oldest = MIN(oldest, files->fds[i].first_seen_us);
    return oldest;
}

void survivors_note(struct survivors *survivors, const struct files_sample *files)
{
    struct births births = {files->base.taken_us, (int64_t)files->opened};

    if (files->base.status != SAMPLE_OK || files->base.sequence <= survivors->sequence)
        return;
    survivors->sequence = files->base.sequence;
    if (survivors->begun_us == 0)
        survivors->begun_us = beginning(files);
    if (births.opened == 0)
        return;
    if (survivors->births->len >= MAX_BIRTHS)
        thin(survivors->births);
    g_array_append_val(survivors->births, births);
}

static size_t band_of(const struct survivors_band list[SURVIVORS_BANDS], gint64 at_us)
{
    for (size_t i = 0; i + 1 < SURVIVORS_BANDS; i++)
        if (at_us >= list[i].from_us && at_us < list[i].to_us)
            return i;
    return SURVIVORS_BANDS - 1;
}

static void lay_out(const struct survivors *survivors, const struct files_sample *files,
                    struct survivors_band ret[SURVIVORS_BANDS])
{
    gint64 now_us = files->base.taken_us, to_us = G_MAXINT64, begun_us = survivors->begun_us + 1;

    for (size_t i = 0; i + 1 < SURVIVORS_BANDS; i++) {
        gint64 from_us = MAX(now_us - bands[i].max_age_us, begun_us);

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

static void count_open(const struct files_sample *files, struct survivors_band ret[SURVIVORS_BANDS])
{
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
}

void survivors_bands(const struct survivors *survivors, const struct files_sample *files,
                     struct survivors_band ret[SURVIVORS_BANDS])
{
    lay_out(survivors, files, ret);
    for (guint i = 0; i < survivors->births->len; i++) {
        const struct births *births = &g_array_index(survivors->births, struct births, i);
        size_t band = band_of(ret, births->at_us);

        if (band + 1 < SURVIVORS_BANDS)
            ret[band].opened += births->opened;
    }
    count_open(files, ret);
    /* a sample that never reached us had births as well */
    for (size_t i = 0; i + 1 < SURVIVORS_BANDS; i++)
        ret[i].opened = MAX(ret[i].opened, (int64_t)ret[i].open);
}
