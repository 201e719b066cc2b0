#ifndef SIDESCOPE_APP_TUI_SCREENS_STACK_ARGUMENTS_H
#define SIDESCOPE_APP_TUI_SCREENS_STACK_ARGUMENTS_H

/*
 * One stack by the values of its arguments: a dump is asked for and split off
 * the UI thread, since samples keep no arguments. UI thread.
 */

#include "app/tui/shell/workbench.h"
#include "pprof/goroutine_arguments.h"

struct stack_arguments;

/* changed is called when there is more to show. */
struct stack_arguments *stack_arguments_new(void (*changed)(void *user), void *user);
void stack_arguments_free(struct stack_arguments *arguments); /* NULL accepted */

/* Asks the target for goroutine?debug=2: consent has been given. */
void stack_arguments_ask(struct stack_arguments *arguments, struct session *session);
/* What is to be shown from now on: a bucket of dump, of which one reference is taken. Both NULL:
 * nothing. */
void stack_arguments_show(struct stack_arguments *arguments, const struct goroutine_dump *dump,
                          const struct goroutine_bucket *bucket);
/* True once a dump was asked for: there is no need to ask again. */
bool stack_arguments_asked(const struct stack_arguments *arguments);
/* Monotonic; 0: no dump yet. */
gint64 stack_arguments_taken_us(const struct stack_arguments *arguments);
/* In words, also while it waits and when it failed. */
void stack_arguments_fill(const struct stack_arguments *arguments, struct pager *pager);

/* The words alone. site: frame to stand out. has_states: the stack is from a dump that could have
 * had arguments. */
void stack_arguments_text(struct pager *pager, const struct goroutine_arguments *split, size_t site,
                          bool has_states);

#endif
