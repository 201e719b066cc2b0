#ifndef SIDESCOPE_PPROF_TAG_FRAMES_H
#define SIDESCOPE_PPROF_TAG_FRAMES_H

/*
 * Labels as frames: every stack gets the values of some keys as callers of its
 * root or as callees of its leaf, so that reports tell them apart. Private to
 * pprof/; one thread.
 */

#include "pprof/profile.h"

struct tag_frames {
    const char *root, *leaf; /* keys with commas between; NULL or "": none */
    const char *unit;        /* of numeric values, as in struct report_options */
};

/*
 * The profile with these frames, or the same when no key is given; one new
 * reference. *ret_root and *ret_leaf: whether any sample has such a label.
 */
struct profile *tag_frames_add(const struct profile *profile, const struct tag_frames *frames,
                               bool *ret_root, bool *ret_leaf);

#endif
