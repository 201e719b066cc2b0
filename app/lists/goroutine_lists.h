#ifndef SIDESCOPE_APP_LISTS_GOROUTINE_LISTS_H
#define SIDESCOPE_APP_LISTS_GOROUTINE_LISTS_H

/*
 * Goroutines as lists: a row for each bucket of equal stacks, and groups of
 * buckets by wait reason, by creator, or by what blocks them. Pure.
 */

#include "app/session/session.h"
#include "pprof/goroutine_signatures.h"
#include "widgets/listing.h"

/* --- what both tell --- */

const char *bucket_state(const struct goroutine_bucket *bucket); /* raw wait reason, or category */
/* Since the mark; SAMPLE_UNKNOWN without one, or when the mark's dump had states and this bucket's
 * (dump's) has none: the same goroutines are other buckets then. session may be NULL. */
int64_t bucket_growth(const struct session *session, const struct goroutine_dump *dump,
                      const struct goroutine_bucket *bucket);

/* --- groups --- */

enum goroutines_view {
    VIEW_STACKS,
    VIEW_STATES,
    VIEW_CREATORS,
    VIEW_BLOCKED,
    VIEW_CHANNELS, /* what they wait for, where memory tells */
    VIEW_LOCKS,
    N_VIEWS
};

/* Whose groups are what is waited for: of a bucket those alone that wait there are in it. */
bool goroutine_view_is_waited(enum goroutines_view view);

struct goroutine_group {
    enum goroutines_view view;
    char *name;          /* raw bytes: wait reason, function, signature, channel or lock */
    const char *meaning; /* of VIEW_BLOCKED: a sentence; of what is waited for: its state, borrowed
                          * from the dump; else "" */
    const char *where;   /* of what is waited for: where most stand, borrowed likewise; NULL */
    const char *holder;  /* of a lock: who has it, borrowed likewise; NULL: not known */
    size_t most;         /* of them in one bucket */
    enum goroutine_signature_kind kind;
    size_t count, buckets;
    int64_t longest; /* minutes, -1 unknown */
    int64_t growth;  /* SAMPLE_UNKNOWN without a mark */
};

struct groups_list {
    enum goroutines_view view;
    GArray *all;       /* struct goroutine_group */
    GHashTable *index; /* private: name -> position + 1; names belong to all */
};

void groups_list_init(struct groups_list *list, enum goroutines_view view);
void groups_list_clear(struct groups_list *list);
/* dump and session may be NULL. Groups before are gone. */
void groups_list_fill(struct groups_list *list, const struct goroutine_dump *dump,
                      const struct session *session);
const struct goroutine_group *groups_list_at(const struct groups_list *list, size_t row);
/* Model: struct groups_list of that view. */
const struct listing *groups_listing(enum goroutines_view view);
/* Whether a bucket is in the group of that view and name. */
bool goroutine_group_holds(enum goroutines_view view, const char *name,
                           const struct goroutine_bucket *bucket);

/* --- stacks --- */

struct stacks_list {
    const struct session *session;     /* borrowed; NULL: no mark */
    const struct goroutine_dump *dump; /* borrowed */
    GArray *shown;                     /* private */
};

void stacks_list_init(struct stacks_list *list);
void stacks_list_clear(struct stacks_list *list);
/* Those buckets of dump (borrowed; may be NULL), or parts, that are in the group; name NULL: all.
 */
void stacks_list_fill(struct stacks_list *list, const struct goroutine_dump *dump,
                      const struct session *session, enum goroutines_view view, const char *name);
const struct goroutine_bucket *stacks_list_at(const struct stacks_list *list, size_t row);
extern const struct listing stacks_listing;

/* How grave a signature is. */
enum theme_role goroutine_signature_role(enum goroutine_signature_kind kind);
/* The longest wait of a bucket or group: -1 when not known. */
void goroutine_list_minutes(struct listing_value *value, int64_t minutes);

#endif
