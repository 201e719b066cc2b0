#ifndef SIDESCOPE_APP_TRIAGE_HEAP_STACKS_H
#define SIDESCOPE_APP_TRIAGE_HEAP_STACKS_H

/* What the stacks of a heap profile say of one function that allocates. Pure. */

#include "pprof/profile.h"

#include <stdbool.h>

/*
 * The function outside the standard library that is nearest to the allocation
 * on the stacks that have function as their leaf, by inuse_space; "" when there
 * is none, or when it is function itself. Borrowed from the profile.
 */
const char *heap_stacks_owner(const struct profile *profile, const char *function);

/* A function with part in its name on the heaviest stack (inuse_space) that has function as its
 * leaf, NULL when there is none. Borrowed from the profile. */
const char *heap_stacks_through(const struct profile *profile, const char *function,
                                const char *part);

/*
 * The function outside the standard library that holds most: inuse_space of the stacks on which it
 * is the nearest such one to the allocation, in ret_owner its name ("" for none; borrowed), in
 * ret_all and ret_objects the whole and its own number of objects.
 */
int64_t heap_stacks_most(const struct profile *profile, const char **ret_owner, int64_t *ret_all,
                         int64_t *ret_objects);

/* Sums over the stacks that have function as their leaf. 0 when there are none. */
int64_t heap_stacks_bytes(const struct profile *profile, const char *function);
int64_t heap_stacks_objects(const struct profile *profile, const char *function);

/* Bytes ever allocated (alloc_space) by strings.Split and its like on behalf of function, its
 * nearest caller outside the standard library. */
int64_t heap_stacks_split_bytes(const struct profile *profile, const char *function);

#endif
