#ifndef SIDESCOPE_PROBES_LEAK_MARKS_H
#define SIDESCOPE_PROBES_LEAK_MARKS_H

/*
 * Goroutines of one target that were proven leaked from its memory (probes/goruntime/proofs.h),
 * so that each later reading marks them as a run of goroutineleak does: "chan send (leaked)".
 * Numbers of goroutines are never given twice, and what is leaked stays so. Counted references;
 * all calls from any thread. NULL, of a target that is none any more, is taken for none.
 */

#include "probes/goruntime/proofs.h"

struct leak_marks;

struct leak_marks *leak_marks_new(void);
struct leak_marks *leak_marks_ref(struct leak_marks *marks);
void leak_marks_unref(struct leak_marks *marks);

/* What a look has found, beside what earlier ones have; or why one found nothing. */
void leak_marks_add(struct leak_marks *marks, const struct proofs *proofs);
void leak_marks_fail(struct leak_marks *marks, const char *why);

/* The last look. */
struct leak_look {
    bool was_tried;
    char *why; /* it failed; NULL: it did not. Cleared by leak_look_clear. */
    size_t n_proven, n_suspects, n_unread;
    unsigned n_looks;
    uint64_t read_bytes;
    double took_s;
};
void leak_marks_last(struct leak_marks *marks, struct leak_look *ret);
void leak_look_clear(struct leak_look *look);

/* In a list of which no dump was made yet. */
void leak_marks_apply(struct leak_marks *marks, struct goroutine_list *list);
/* In a text of goroutine?debug=2: a new one, or NULL when there is nothing to mark. g_free it. */
char *leak_marks_apply_text(struct leak_marks *marks, const char *text, size_t n, size_t *ret_n);

#endif
