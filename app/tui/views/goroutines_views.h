#ifndef SIDESCOPE_APP_TUI_VIEWS_GOROUTINES_VIEWS_H
#define SIDESCOPE_APP_TUI_VIEWS_GOROUTINES_VIEWS_H

/* The lists of the goroutine pane with a table each. A group opens the stacks that are in it. UI
 * thread. */

#include "app/lists/goroutine_lists.h"
#include "widgets/table.h"

struct goroutine_groups;

struct goroutine_groups *goroutine_groups_new(enum goroutines_view view);
void goroutine_groups_free(struct goroutine_groups *groups);
/* dump and session may be NULL. Groups before are gone. */
void goroutine_groups_fill(struct goroutine_groups *groups, const struct goroutine_dump *dump,
                           const struct session *session);
struct table *goroutine_groups_table(struct goroutine_groups *groups);
const struct goroutine_group *goroutine_groups_at(const struct goroutine_groups *groups,
                                                  size_t row);

struct goroutine_stacks;

struct goroutine_stacks *goroutine_stacks_new(void);
void goroutine_stacks_free(struct goroutine_stacks *stacks);
/* Those buckets of dump (borrowed; may be NULL) that are in the group; name NULL: all. */
void goroutine_stacks_fill(struct goroutine_stacks *stacks, const struct goroutine_dump *dump,
                           const struct session *session, enum goroutines_view view,
                           const char *name);
struct table *goroutine_stacks_table(struct goroutine_stacks *stacks);
const struct goroutine_bucket *goroutine_stacks_at(const struct goroutine_stacks *stacks,
                                                   size_t row);

/* --- goroutines_leaks.c: looking for those that nothing can wake, when somebody asks --- */

struct ui;
struct goroutine_leaks;

struct goroutine_leaks *goroutine_leaks_new(struct ui *ui);
/* Ends what is under way. */
void goroutine_leaks_free(struct goroutine_leaks *leaks);
/* Whether a process is looked at whose memory may be read, and none is under way. */
bool goroutine_leaks_possible(const struct goroutine_leaks *leaks);
bool goroutine_leaks_runs(const struct goroutine_leaks *leaks);
/* Begins; what it finds is told in a message, and marks the rows of the next sample. */
void goroutine_leaks_start(struct goroutine_leaks *leaks);
void goroutine_leaks_stop(struct goroutine_leaks *leaks);
/* Appends how far it is. */
void goroutine_leaks_say(const struct goroutine_leaks *leaks, GString *out);

#endif
