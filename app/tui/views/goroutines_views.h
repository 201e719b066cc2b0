#ifndef SIDESCOPE_APP_TUI_VIEWS_GOROUTINES_VIEWS_H
#define SIDESCOPE_APP_TUI_VIEWS_GOROUTINES_VIEWS_H

/*
 * The views of the goroutine pane: stacks, one row per bucket, and groups of
 * buckets by wait reason, by creator, or by what blocks them. A group opens
 * the stacks that are in it. UI thread.
 */

#include "app/session/session.h"
#include "pprof/goroutine_signatures.h"
#include "widgets/table.h"

/* --- what both draw from ---------------------------------------------------- */

const char *bucket_where(const struct goroutine_bucket *bucket); /* function, raw bytes */
const char *bucket_state(const struct goroutine_bucket *bucket); /* raw wait reason, or category */
/* Since the mark; SAMPLE_UNKNOWN without one, or when the mark's dump had states and this bucket's
 * (dump's) has none: the same goroutines are other buckets then. session may be NULL. */
int64_t bucket_growth(const struct session *session, const struct goroutine_dump *dump,
                      const struct goroutine_bucket *bucket);
/* Everything a search may be after: state, signature, frames, files, creator, labels. */
void bucket_search_text(const struct goroutine_bucket *bucket, GString *out);

/* --- groups ------------------------------------------------------------------- */

enum goroutines_view { VIEW_STACKS, VIEW_STATES, VIEW_CREATORS, VIEW_BLOCKED, N_VIEWS };

struct goroutine_group {
    enum goroutines_view view;
    char *name;          /* raw bytes: wait reason, function, signature */
    const char *meaning; /* of VIEW_BLOCKED: a sentence; else "" */
    enum goroutine_signature_kind kind;
    size_t count, buckets;
    int64_t longest; /* minutes, -1 unknown */
    int64_t growth;  /* SAMPLE_UNKNOWN without a mark */
};

struct goroutine_groups;

struct goroutine_groups *goroutine_groups_new(enum goroutines_view view);
void goroutine_groups_free(struct goroutine_groups *groups);
/* dump and session may be NULL. Groups before are gone. */
void goroutine_groups_fill(struct goroutine_groups *groups, const struct goroutine_dump *dump,
                           const struct session *session);
struct table *goroutine_groups_table(struct goroutine_groups *groups);
const struct goroutine_group *goroutine_groups_at(const struct goroutine_groups *groups,
                                                  size_t row);
/* Whether a bucket is in the group of that view and name. */
bool goroutine_group_holds(enum goroutines_view view, const char *name,
                           const struct goroutine_bucket *bucket);

/* --- stacks ------------------------------------------------------------------- */

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

/* Cells both kinds of table have. */
void goroutine_growth_cell(int64_t growth, struct table_cell *ret);
void goroutine_minutes_cell(int64_t minutes, struct table_cell *ret);
enum theme_role goroutine_signature_role(enum goroutine_signature_kind kind);

#endif
