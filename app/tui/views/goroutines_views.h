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

#endif
