#ifndef SIDESCOPE_PROBES_LINUX_CENSUS_SHARE_H
#define SIDESCOPE_PROBES_LINUX_CENSUS_SHARE_H

/*
 * How a census passes its entries to the sample. A leaking process has very
 * many descriptors of which next to none change: a census that finds them as
 * they were takes over the lists of the sample before, by reference, and what
 * it builds anew shares the text of equal paths. Same thread as the census.
 */

#include "probes/samples.h"

struct file_baseline;

/*
 * fds (scratch of the caller) may borrow texts from previous. True when
 * nothing is different: sample then has the lists, groups and templates of
 * previous, held for as long as it lives.
 */
bool census_share(struct files_sample *sample, const struct files_sample *previous,
                  const struct fd_entry *fds, size_t n);

/* Copies fds and the texts they borrow from previous (may be NULL) into the sample. */
void census_adopt(struct files_sample *sample, const struct files_sample *previous,
                  const struct fd_entry *fds, size_t n);

#endif
