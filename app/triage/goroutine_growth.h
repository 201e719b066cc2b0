#ifndef SIDESCOPE_APP_TRIAGE_GOROUTINE_GROWTH_H
#define SIDESCOPE_APP_TRIAGE_GOROUTINE_GROWTH_H

/* Goroutine buckets against the baseline of the triage. Pure. */

#include "app/triage/triage.h"

/* The baseline's dump, NULL when there is none but the newest itself, or none to compare with. A
 * dump with wait reasons is one for a dump without them. Borrowed. */
const struct goroutine_dump *goroutine_base_dump(const struct triage_input *input);
/* How many more than in base (may be NULL: SAMPLE_UNKNOWN); all of them where base has none. */
int64_t goroutine_growth(const struct goroutine_dump *base, const struct goroutine_bucket *bucket);
/* The very same goroutines as in base, as far as the dumps tell: by number none of those has left,
 * and few have come; without numbers just as many, a hundred at least. */
bool goroutine_stands_still(const struct goroutine_dump *base,
                            const struct goroutine_bucket *bucket);
/* On the stack of the main goroutine. */
bool goroutine_is_main(const struct goroutine_bucket *bucket);
/* The first function outside the standard library, else what the goroutine runs; raw bytes. */
const char *goroutine_site_function(const struct goroutine_bucket *bucket);

#endif
