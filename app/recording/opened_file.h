#ifndef SIDESCOPE_APP_RECORDING_OPENED_FILE_H
#define SIDESCOPE_APP_RECORDING_OPENED_FILE_H

/*
 * A file on the command line in the place of a process: a recording, or what
 * was captured and saved. Opening waits for the disk: any thread but the UI's,
 * one at a time per file.
 */

#include "app/recording/reader.h"
#include "app/snapshots/snapshots.h"

struct opened_file {
    char *path, *name;     /* name: without its folders */
    struct reader *reader; /* NULL: it is no recording */
    GPtrArray *snapshots;  /* struct snapshot *, in their order; of a recording NULL */
};

/* Is a word of the command line meant as a file? It is where its content is ours (file_kind.h), or
 * where no process can be called so: then opening says what is wrong with it. */
bool opened_file_is_meant(const char *word);

/* NULL with a sentence. */
struct opened_file *opened_file_new(const char *path, GError **error);
void opened_file_free(struct opened_file *file);
typedef struct opened_file opened_file_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(opened_file_auto, opened_file_free)

/* The profile, when that is all there is; NULL: there is something for a dashboard. */
const struct snapshot_profile *opened_file_profile(const struct opened_file *file);

/*
 * What is known at a time (time_text.h; NULL: the end), and of whom (a new
 * target). False with a sentence; a capture is of one moment and has no times. A
 * snapshot gives its moment once: its samples are moved to it.
 */
bool opened_file_moment(struct opened_file *file, const char *at, struct target **ret_target,
                        struct session_moment *ret, GError **error);
/* The time of a recording that the words say, and the run it lies in. */
bool opened_file_time(struct opened_file *file, const char *at, size_t *ret_run, gint64 *ret_us,
                      GError **error);

#endif
