#ifndef SIDESCOPE_PPROF_FILTER_TAGS_H
#define SIDESCOPE_PPROF_FILTER_TAGS_H

/*
 * Filtering by labels: "key=regex", "regex" on "key:value", a list of them with
 * commas, or a range of numbers "32kb", ":64kb", "1mb:", "1kb:10kb", also
 * "key=range" (pprof-reference 2.12). Private to pprof/.
 */

#include "pprof/pattern.h"
#include "pprof/profile.h"

struct tag_filter;

/* *ret is NULL for text NULL or "". The units of numbers are those of profile. */
bool tag_filter_new_optional(const char *text, const char *option, const struct profile *profile,
                             struct tag_filter **ret, GError **error);
void tag_filter_free(struct tag_filter *filter);

/* Keeps samples that focus takes and ignore does not; adds filter_unmatched bits to matched. */
struct profile *tag_filter_samples(const struct profile *profile, const struct tag_filter *focus,
                                   const struct tag_filter *ignore, unsigned *matched);
/* Keeps labels whose key show matches and hide does not; either may be NULL. */
struct profile *tag_filter_labels(const struct profile *profile, const struct pattern *show,
                                  const struct pattern *hide);

#endif
