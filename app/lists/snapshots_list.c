#include "app/lists/snapshots_list.h"

#include "app/snapshots/compare.h"

enum {
    COLUMN_ID,
    COLUMN_NAME,
    COLUMN_TAKEN,
    COLUMN_ORIGIN,
    COLUMN_RSS,
    COLUMN_HEAP,
    COLUMN_GOROUTINES,
    COLUMN_FDS,
    COLUMN_REGIONS,
    COLUMN_PROFILES,
};

static const struct listing_column columns[] = {
    [COLUMN_ID] =
        {.id = "id", .title = "ID", .kind = LISTING_NUMBER, .width = 4, .largest_first = true},
    [COLUMN_NAME] = {.id = "name", .title = "NAME", .min_width = 10},
    [COLUMN_TAKEN] = {.id = "taken",
                      .title = "TAKEN",
                      .kind = LISTING_WORD,
                      .width = 16,
                      .drop = 2,
                      .largest_first = true},
    [COLUMN_ORIGIN] = {.id = "origin",
                       .title = "OF",
                       .min_width = 10,
                       .elide = TEXT_ELIDE_START,
                       .fits = true,
                       .drop = 5},
    [COLUMN_RSS] =
        {.id = "rss_bytes", .title = "RSS", .kind = LISTING_BYTES, .width = 7, .drop = 1},
    [COLUMN_HEAP] =
        {.id = "heap_bytes", .title = "HEAP", .kind = LISTING_BYTES, .width = 7, .drop = 1},
    [COLUMN_GOROUTINES] =
        {.id = "goroutines", .title = "GOROUT", .kind = LISTING_COUNT, .width = 7, .drop = 3},
    [COLUMN_FDS] = {.id = "fds", .title = "FDS", .kind = LISTING_COUNT, .width = 6, .drop = 4},
    [COLUMN_REGIONS] =
        {.id = "regions", .title = "REGIONS", .kind = LISTING_COUNT, .width = 8, .drop = 6},
    [COLUMN_PROFILES] =
        {.id = "profiles", .title = "PROFILES", .width = 12, .drop = 7, .unsortable = true},
};

static const struct snapshot *snapshot_at(const void *model, size_t row)
{
    return snapshots_at(((const struct snapshots_list *)model)->all, row);
}

/* How long ago, of this run; else when. */
static void take_time(const struct snapshots_list *list, const struct snapshot *snapshot,
                      struct listing_value *ret)
{
    ret->text = "";
    if (snapshot->real_us != 0)
        ret->n = snapshot->real_us;
    if (snapshot->taken_us != 0) {
        double age_s = (double)(list->now_us - snapshot->taken_us) / G_USEC_PER_SEC;

        listing_say(ret, "%s", number_age(age_s).text);
    } else if (snapshot->real_us != 0) {
        g_autoptr(GDateTime) when =
            g_date_time_new_from_unix_local(snapshot->real_us / G_USEC_PER_SEC);
        g_autofree char *text =
            when != NULL ? g_date_time_format(when, "%Y-%m-%d %H:%M") : g_strdup("");

        listing_say(ret, "%s", text);
    }
}

static void take_profiles(const struct snapshot *snapshot, struct listing_value *ret)
{
    g_autoptr(GString) kinds = g_string_new(NULL);

    for (guint i = 0; i < snapshot->profiles->len; i++)
        g_string_append_printf(kinds, "%s%s", i > 0 ? " " : "",
                               g_array_index(snapshot->profiles, struct snapshot_profile, i).kind);
    if (snapshot->goroutines_text != NULL)
        g_string_append_printf(kinds, "%sstacks", kinds->len > 0 ? " " : "");
    listing_say(ret, "%s", kinds->str);
    ret->role = THEME_DIM;
}

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    static const enum metric metrics[] = {[COLUMN_RSS] = METRIC_RSS,
                                          [COLUMN_HEAP] = METRIC_HEAP_LIVE,
                                          [COLUMN_GOROUTINES] = METRIC_GOROUTINES,
                                          [COLUMN_FDS] = METRIC_FDS,
                                          [COLUMN_REGIONS] = METRIC_REGIONS};
    const struct snapshots_list *list = model;
    const struct snapshot *snapshot = snapshot_at(model, row);

    switch (column) {
    case COLUMN_ID:
        ret->n = snapshot->id;
        break;
    case COLUMN_NAME:
        ret->text = snapshot->name;
        if (snapshot->id == list->before_id) {
            listing_say(ret, "[before] %s", snapshot->name);
            ret->role = THEME_STRONG;
        } else if (*snapshot->name == '\0') {
            ret->role = THEME_DIM;
            ret->text = snapshot->automatic ? "automatic" : snapshot->taken_us == 0 ? "loaded" : "";
        }
        break;
    case COLUMN_TAKEN:
        take_time(list, snapshot, ret);
        break;
    case COLUMN_ORIGIN:
        ret->text = snapshot->origin;
        break;
    case COLUMN_PROFILES:
        take_profiles(snapshot, ret);
        break;
    default:
        ret->n = compare_number_of(snapshot, column == COLUMN_HEAP && snapshot->has_memstats
                                                 ? METRIC_HEAP_INUSE
                                                 : metrics[column]);
    }
}

static uint64_t key(const void *model, size_t row)
{
    return snapshot_at(model, row)->id;
}

const struct listing snapshots_listing = {
    .id = "snapshots",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = COLUMN_ID,
    .value = value,
    .key = key,
};
