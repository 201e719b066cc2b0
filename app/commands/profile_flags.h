#ifndef SIDESCOPE_APP_COMMANDS_PROFILE_FLAGS_H
#define SIDESCOPE_APP_COMMANDS_PROFILE_FLAGS_H

/*
 * The command line of the profile commands. Flags are those of go tool pprof
 * where they mean the same, written as there: -flag, --flag, -flag=value,
 * -flag value; words may stand anywhere between them. One table feeds parsing,
 * --help and the tests of man page and completions. Pure; any thread.
 */

#include "pprof/report_text.h"

#include <glib.h>
#include <stdbool.h>

enum profile_flag_kind {
    PROFILE_FLAG_SWITCH,   /* int: 1, or 0 with =false */
    PROFILE_FLAG_CHOICE,   /* int: the row's value */
    PROFILE_FLAG_NAMED,    /* int: value of the choice of that name for the same member */
    PROFILE_FLAG_TEXT,     /* char * */
    PROFILE_FLAG_LIST,     /* GPtrArray * of char *: may be given several times */
    PROFILE_FLAG_COUNT,    /* int, not negative */
    PROFILE_FLAG_FRACTION, /* double, not negative */
    PROFILE_FLAG_DIVISOR,  /* double, positive */
    PROFILE_FLAG_SIZE,     /* uint64_t: bytes, of "4GB" */
    PROFILE_FLAG_TYPE,     /* char *: the row's arg is the sample type */
    PROFILE_FLAG_IGNORED,  /* takes a value that changes nothing here */
};

/* One flag as --help shows it. */
struct profile_flag {
    const char *name; /* without dashes */
    enum profile_flag_kind kind;
    size_t member; /* offset in struct profile_flags */
    int value;
    const char *arg;  /* what its value is called; NULL when it takes none */
    const char *help; /* "" : left out of --help */
};

struct profile_flags {
    /* how it is shown, as go tool pprof */
    int granularity; /* enum top_granularity */
    int sort_cum, no_inlines, relative, drop_negative, trim, normalize;
    int show_columns, compact_labels, call_tree;
    int mean, mean_delay;
    int node_count;                      /* -1: as the report does by itself */
    double node_fraction, edge_fraction; /* negative: the same */
    double divide_by;
    char *unit, *sample_index; /* NULL: not given */
    char *short_type;          /* of -inuse_space and so on; sample_index goes first */
    char *focus, *ignore, *hide, *show, *show_from, *prune_from;
    char *source_path, *trim_path;
    char *tag_focus, *tag_ignore, *tag_show, *tag_hide, *tag_root, *tag_leaf;
    GPtrArray *base, *diff_base; /* char * each */
    /* sidescope's own */
    char *profile, *pprof, *source, *output;
    int seconds, json, force, help;
    uint64_t max_size; /* bytes; 0: not given */
    GPtrArray *words;  /* char *: everything that is no flag */
};

const struct profile_flag *profile_flag_table(size_t *ret_n);

void profile_flags_init(struct profile_flags *flags);
void profile_flags_clear(struct profile_flags *flags);
/* A copy of its own; flags is not initialised before. */
void profile_flags_copy(struct profile_flags *flags, const struct profile_flags *from);
/* What differs from the beginning, "name=value\n" each. Free with g_free. */
char *profile_flags_describe(const struct profile_flags *flags);
/* argv: NULL-terminated, without the command's name. False with a sentence in error. */
bool profile_flags_parse(struct profile_flags *flags, const char *const *argv, GError **error);

/* The rows of --help, "  -cum            sort by …\n" each. Free with g_free. */
char *profile_flags_help(void);

/* Views into flags, which must outlive them. */
struct filter_options profile_flags_filters(const struct profile_flags *flags);
struct report_options profile_flags_report(const struct profile_flags *flags, enum report_kind kind,
                                           const struct filter_options *filters);

/* The sample type that was asked for, -1 when none was; *ret only on success. */
bool profile_flags_sample_index(const struct profile_flags *flags, const struct profile *profile,
                                int *ret, GError **error);

#endif
