#ifndef SIDESCOPE_APP_COMMANDS_REPORT_H
#define SIDESCOPE_APP_COMMANDS_REPORT_H

/*
 * The reports of go tool pprof: as commands of their own, and for whoever has
 * the profiles already. Notes and errors go to stderr. Exit status: 0, 2 when it
 * could not be done, 130 after Ctrl-C.
 */

#include "app/commands/profile_run.h"

enum report_product {
    REPORT_PRODUCT_TEXT,
    REPORT_PRODUCT_PROFILE, /* the profile itself, as merged and filtered, gzipped */
    REPORT_PRODUCT_DRAWN,   /* the call graph, by Graphviz */
};

struct report_command {
    const char *name;
    enum report_kind kind;
    enum report_product product;
    bool has_pattern;     /* the first word is a regular expression */
    const char *drawn_as; /* REPORT_PRODUCT_DRAWN: Graphviz's word for the format, and the ending */
    bool is_own;          /* a command of sidescope, not only a flag of its pprof */
    const char *summary;  /* a sentence for --help */
};

/* All of them; *ret_n is how many. */
const struct report_command *report_commands(size_t *ret_n);
/* NULL when there is none of that name. */
const struct report_command *report_command_find(const char *name);

struct report_job {
    const struct report_command *command;
    const char *pattern; /* NULL unless the command has one */
    const struct profile_flags *flags;
    const struct profile_gathered *input, *base; /* base may be empty */
};

/* Writes one report to where the flags say. */
int report_print(const struct report_job *job);

/* sidescope top|peek|list|tree|traces|tags|raw; argv[0] is the command's name. */
int command_report(int argc, char **argv);

#endif
