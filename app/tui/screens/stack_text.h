#ifndef SIDESCOPE_APP_TUI_SCREENS_STACK_TEXT_H
#define SIDESCOPE_APP_TUI_SCREENS_STACK_TEXT_H

/* One bucket of goroutines in words: how many, since when, where and why they wait, who made
 * them. UI thread. */

#include "pprof/goroutines.h"
#include "probes/samples.h"
#include "widgets/pager.h"

/* growth: since when is said by since ("since the mark"); SAMPLE_UNKNOWN: none. files names the
 * descriptors they wait for; NULL: nothing does. */
void stack_text_fill(struct pager *pager, const struct goroutine_bucket *bucket, int64_t growth,
                     const char *since, const struct files_sample *files);
/* As a dump has it, without arguments: to be pasted. Raw bytes; free with g_free. */
char *stack_text_plain(const struct goroutine_bucket *bucket);

#endif
