#ifndef SIDESCOPE_PROBES_GORUNTIME_CHAINS_H
#define SIDESCOPE_PROBES_GORUNTIME_CHAINS_H

/*
 * The way from a root to an object in words: each object on it by its type and the
 * field that leads on. Types that nothing tells are guessed upwards from the one
 * that is known. Private to descriptors.c.
 */

#include "probes/goruntime/heap_look.h"
#include "probes/goruntime/object_guess.h"

struct chain {
    char *root;      /* "variable 0x58eb40 used by main.main"; NULL: nothing holds the object */
    bool is_guess;   /* by a word of a stack that may be dead */
    GPtrArray *hops; /* char *, from what the root points to down to the object; repeats are one */
};

/* type: what the object is, "os.file". Clear with chain_clear. */
void chain_make(const struct heap_look *look, uint32_t slot, const char *type, struct chain *ret);
void chain_clear(struct chain *chain);

#endif
