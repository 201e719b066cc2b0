#ifndef SIDESCOPE_APP_RECORDING_WRITER_H
#define SIDESCOPE_APP_RECORDING_WRITER_H

/*
 * The writing half of a recorder: one connection and what it has to know of
 * what is in the file, so that only changes are written. Belongs to one thread
 * at a time; waits for the disk. Private to the folder.
 */

#include "app/recording/details.h"
#include "app/recording/item.h"
#include "app/recording/schema.h"
#include "app/recording/sql.h"

/* What the file says of a metric by now. */
struct written_metric {
    gint64 id;      /* in the table metric */
    bool any;       /* it has rows */
    double value;   /* of the newest row; NAN: a gap, or nothing */
    int clock;      /* it repeats at the ticks of that one; -1: nowhere */
    gint64 last_us; /* of its newest point or row */
};

struct written_part {
    gint64 id;
    int64_t value;
    bool known; /* false: a row is due whatever the value */
    guint turn; /* set at that moment */
};

struct writer {
    char *path;
    sqlite3 *db;
    struct sql sql;
    struct axis axis;
    gint64 max_bytes;
    /* the run; target is kept to find it again after a failure */
    gint64 run;
    struct target *target;
    char *boot_id;
    gint64 sitting_us; /* since when this sidescope writes into the run */
    gint64 last_us;    /* newest at_us told */
    bool lost;         /* what is below does not tell what is in the file: load it again */
    gint64 row_us[PROBE_N_KINDS]; /* newest row of each table of samples */
    char *insert[PROBE_N_KINDS];  /* statements */
    gint64 tick_us[RECORDING_N_CLOCKS];
    struct written_metric metrics[METRIC_N];
    GHashTable *parts[PART_N_KINDS]; /* name -> struct written_part */
    gint64 part_tick_us[PART_N_KINDS];
    guint part_turn;
    bool part_forget[PART_N_KINDS];
    /* descriptors of the newest census and the row of each, by index */
    struct files_sample *files;
    GArray *descriptors;  /* gint64 */
    bool files_resumed;   /* they were read from the file: first_seen_us is another sitting's */
    bool base_due;        /* the next complete census is what growth counts from */
    gint64 base_after_us; /* monotonic: the mark it is of */
    struct memory_sample *walk; /* NULL: none yet */
    GArray *regions;            /* gint64 */
    /* blobs */
    bool heap_seen;
    guint64 heap_hash;              /* of what was written last */
    bool keep_profile, keep_dump;   /* the next one is kept for good */
    char *details[DETAILS_N_KINDS]; /* as last written; NULL: nothing */
    GHashTable *verdicts;           /* step -> verdict and summary, as last written */
    gint64 bytes;
    char problem[256]; /* why the last batch failed; "" when it did not */
    bool full_disk;
    gint64 thinned_us; /* when it was last done */
};

/* NULL with error (RECORDING_ERROR). */
struct writer *writer_open(const char *path, gint64 max_bytes, GError **error);
/* Newest time in the file; 0: none. */
gint64 writer_newest_us(struct writer *writer);
/*
 * Writes the items (struct item *) in one transaction and frees them. False when
 * it failed: problem says why, and those that are no samples are left in items
 * to be tried again.
 */
bool writer_write(struct writer *writer, GQueue *items);
/* Bytes of the file after the last commit, were it closed then. */
gint64 writer_bytes(const struct writer *writer);
/* Closes to one plain file. NULL accepted. */
void writer_close(struct writer *writer);

/* --- by subject; inside the transaction, failures are in writer->sql --- */

/* Points and ticks of the sample (write_points.c). */
void write_points(struct writer *writer, const struct item *item);
void write_parts(struct writer *writer, const struct item *item);
/* Reads what the file says of the run. */
void write_points_load(struct writer *writer);

/* Descriptors, regions and their classes (write_lists.c). at_us: of the sample's row. */
void write_files(struct writer *writer, const struct files_sample *files, gint64 at_us);
void write_regions(struct writer *writer, const struct memory_sample *memory, gint64 at_us);
void write_lists_load(struct writer *writer);
void write_lists_clear(struct writer *writer);

/* Profiles, dumps, details (write_blobs.c). */
void write_blobs(struct writer *writer, const struct item *item, gint64 at_us);
void write_snapshot(struct writer *writer, const struct item *item);
/* The newest ones are kept for good, and so are the next. */
void write_blobs_keep(struct writer *writer);

void write_event(struct writer *writer, gint64 at_us, const char *kind, const char *severity,
                 const char *key, const char *label, const char *json);

/* Thins what is old and, above max_bytes, what is oldest (thin.c); does nothing most of the time.
 */
void thin(struct writer *writer);

#endif
