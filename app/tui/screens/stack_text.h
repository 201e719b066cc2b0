#ifndef SIDESCOPE_APP_TUI_SCREENS_STACK_TEXT_H
#define SIDESCOPE_APP_TUI_SCREENS_STACK_TEXT_H

/* One bucket of goroutines in words: how many, since when, where and why they wait, who made
 * them. UI thread. */

#include "pprof/goroutines.h"
#include "probes/samples.h"
#include "widgets/pager.h"

struct stack_text_input {
    const struct goroutine_bucket *bucket;
    size_t n_all;                         /* goroutines of this stack, of which bucket is a part */
    int64_t growth;                       /* SAMPLE_UNKNOWN: none */
    const char *since;                    /* that is said of growth: "since the mark" */
    const struct files_sample *files;     /* names the descriptors they wait for; or NULL */
    const struct threads_sample *threads; /* what the threads take that they are on; or NULL */
};
void stack_text_fill(struct pager *pager, const struct stack_text_input *in);
/* As a dump has it, without arguments: to be pasted. Raw bytes; free with g_free. */
char *stack_text_plain(const struct goroutine_bucket *bucket);

#endif
