#ifndef SIDESCOPE_PROBES_FILE_GROUPS_H
#define SIDESCOPE_PROBES_FILE_GROUPS_H

/*
 * From a list of descriptors to what leaks: counts by type and class, groups
 * of the same path, templates of similar paths, and how each grew since a
 * baseline. Linear in the number of descriptors. Same thread as the census.
 */

#include "probes/samples.h"

/* Counts by group and template when the probe began or at the last mark. */
struct file_baseline;

struct file_baseline *file_baseline_new(void);
void file_baseline_free(struct file_baseline *baseline);
/* The next summary becomes the baseline. */
void file_baseline_reset(struct file_baseline *baseline);
/* False until then. */
bool file_baseline_is_taken(const struct file_baseline *baseline);

/* Of a baseline that nothing was counted from yet: counts from where sample, of an earlier look at
 * the same process, did. NULL accepted: nothing happens. */
void file_baseline_resume(struct file_baseline *baseline, const struct files_sample *sample);

/*
 * Fills by_type, by_class, groups, templates and inotify_watches from
 * sample->fds. Pipes, sockets and other descriptors without a path are grouped
 * by kind ("pipe", "TCP CLOSE_WAIT", "unix"), not by inode.
 */
void files_summarise(struct files_sample *sample, struct file_baseline *baseline);

#endif
