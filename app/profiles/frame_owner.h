#ifndef SIDESCOPE_APP_PROFILES_FRAME_OWNER_H
#define SIDESCOPE_APP_PROFILES_FRAME_OWNER_H

/*
 * Whose the functions of a profile are, by their printed names: what colours a
 * flame graph. Go's own are those of the standard library and the runtime; the
 * program's are those of package main, and of its repository where the path of
 * main says one, else of files that belong to no other module, whose path would
 * carry its version. Immutable once made; any thread.
 */

#include "pprof/profile.h"

struct frame_owners;

enum frame_owner { FRAME_OF_GO, FRAME_OF_PROGRAM, FRAME_OF_MODULE };

struct frame_owners *frame_owners_new(const struct profile *profile);
void frame_owners_free(struct frame_owners *owners);
enum frame_owner frame_owner(const struct frame_owners *owners, const char *name);

/* A number of the function's package, the same wherever and whenever it is drawn. */
unsigned frame_package_hash(const char *name);

#endif
