#ifndef SIDESCOPE_PROBES_GORUNTIME_STACK_WORDS_H
#define SIDESCOPE_PROBES_GORUNTIME_STACK_WORDS_H

/*
 * Which words of a stack are pointers that the program still needs: the compiler
 * leaves a map of them for every call (funcdata 0 and 1, pcdata 1; runtime/stkframe.go).
 * One thread.
 */

#include "probes/goruntime/blocks.h"
#include "probes/goruntime/goroutines.h"

struct stack_words {
    GArray *live;  /* uint32_t: bytes above sp */
    GArray *other; /* the same: the rest of frames that are not the runtime's */
    /*
     * The same: what may be needed beside that. Variables whose address is taken, and all of
     * frames that defer calls or have no maps (runtime/mgcstack.go, panic.go).
     */
    GArray *loose;
    bool is_whole; /* all frames were seen, and none of them is one that maps do not hold for */
};

void stack_words_init(struct stack_words *words);
void stack_words_clear(struct stack_words *words);
/*
 * Of the n bytes from the stack pointer of a goroutine on; ends where they are not
 * those of its list any more. blocks: of the program's memory.
 */
void stack_words_find(struct stack_words *words, const struct module *module, struct blocks *blocks,
                      const struct live_goroutine *goroutine, const uint8_t *stack, size_t n);

#endif
