#include "app/lists/file_lists.h"
#include "app/lists/list_values.h"

#include <math.h>

/*
 * Survivors: of what was opened in each stretch of time, how much is still
 * open. A busy process opens and closes; a leaking one keeps.
 */

enum { BAND_AGE, BAND_OPENED, BAND_OPEN, BAND_KEPT, BAND_BAR, BAND_MOST };

static const struct listing_column columns[] = {
    [BAND_AGE] = {.id = "opened_when", .title = "OPENED", .kind = LISTING_WORD, .width = 17},
    [BAND_OPENED] = {.id = "opened", .title = "THEN", .kind = LISTING_COUNT, .width = 8, .drop = 2},
    [BAND_OPEN] = {.id = "open", .title = "STILL OPEN", .kind = LISTING_COUNT, .width = 10},
    [BAND_KEPT] = {.id = "kept_percent",
                   .title = "KEPT",
                   .kind = LISTING_PERCENT_WHOLE,
                   .width = 5,
                   .drop = 1},
    [BAND_BAR] = {.id = "kept",
                  .title = "",
                  .kind = LISTING_SHARE,
                  .width = 10,
                  .drop = 4,
                  .unsortable = true},
    [BAND_MOST] =
        {.id = "most", .title = "MOST OF THEM", .kind = LISTING_PATH, .min_width = 16, .drop = 3},
};

static const struct survivors_band *band_at(const void *model, size_t row)
{
    return &((const struct survivors_list *)model)->bands[row];
}

static double share_of(const struct survivors_band *band)
{
    return band->opened > 0 ? (double)band->open / (double)band->opened : NAN;
}

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct survivors_list *list = model;
    const struct survivors_band *band = band_at(model, row);
    bool kept = survivors_are_kept(band, list->base.thresholds);

    switch (column) {
    case BAND_AGE:
        ret->n = band->min_age_us;
        ret->text = band->name;
        break;
    case BAND_OPENED:
        ret->n = band->opened;
        ret->role = THEME_DIM;
        break;
    case BAND_OPEN:
        ret->n = (int64_t)band->open;
        ret->role = kept ? THEME_BAD : THEME_TEXT;
        break;
    case BAND_KEPT:
        ret->x = share_of(band) * 100;
        ret->role = kept ? THEME_BAD : THEME_DIM;
        break;
    case BAND_BAR:
        ret->x = share_of(band);
        break;
    default:
        ret->text = "";
        if (band->open > 0)
            listing_say(ret, "%s %s", number_count((int64_t)band->most_count).text,
                        list->base.files->templates[band->most].text);
    }
}

static uint64_t key(const void *model, size_t row)
{
    (void)model;
    return row + 1;
}

const struct listing survivors_listing = {
    .id = "survivors",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = BAND_AGE,
    .value = value,
    .key = key,
};

/* Much that stays of much that was opened, minutes later: that is what a leak looks like. */
bool survivors_are_kept(const struct survivors_band *band, const struct thresholds *thresholds)
{
    enum { MINUTE_US = 60 * G_USEC_PER_SEC };
    const double *limits = thresholds->value;

    return band->min_age_us >= MINUTE_US && (double)band->open >= limits[THRESHOLD_KEPT_FDS] &&
           share_of(band) * 100 >= limits[THRESHOLD_KEPT_SHARE];
}
