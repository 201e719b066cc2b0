#ifndef SIDESCOPE_TESTS_SUPPORT_VISIT_H
#define SIDESCOPE_TESTS_SUPPORT_VISIT_H

/*
 * A person's visit: the real program on a pseudo terminal, attached to a live
 * Go process. What is waited for and never comes ends the test, with the
 * screen in its log.
 */

#include "tests/support/target.h"
#include "tests/support/vt.h"

/* How long a busy machine may take to show something. */
enum { VISIT_SOON_MS = 60000 };

struct visit {
    struct stage *stage;
    struct vt *vt;
    char *pid; /* of the stage, as typed */
};

struct visit_options {
    const struct stage_options *stage; /* NULL: as target_start has it */
    const char *const *arguments;      /* behind the pid, NULL-terminated, or NULL */
    const char *const *env;            /* over the quiet one, as vt_options.env, or NULL */
    int lines, cols;
};

/* False, with the test skipped, when no target was built (no Go). */
bool visit_start(struct visit *visit, const struct visit_options *options);
/* Starts the program on the same process again, after it was left or killed. */
void visit_again(struct visit *visit, const struct visit_options *options);
/* Ends both programs. */
void visit_end(struct visit *visit);

/* The program alone, with these arguments (NULL-terminated, or NULL); freed with vt_free. */
struct vt *visit_program(const char *const *arguments, int lines, int cols);

/* Until the screen shows, or no longer shows, this regular expression. */
void visit_expect(struct visit *visit, const char *pattern);
void visit_expect_gone(struct visit *visit, const char *pattern);
/* Escape and a key right behind it would be Meta and that key: a person is slower. */
void visit_escape(struct visit *visit);
/* Leaves with q: status 0, and the terminal as it was. */
void visit_quit(struct visit *visit);

#endif
