#ifndef SIDESCOPE_APP_REPORT_MARKDOWN_H
#define SIDESCOPE_APP_REPORT_MARKDOWN_H

/*
 * Foreign text inside GitHub-flavoured Markdown: whatever its bytes are, it
 * stands there as text and starts no markup, table cell, HTML, link or mention.
 * It is made safe for a terminal first (widgets/text). Pure.
 */

#include "app/ground/redact.h"

struct markdown {
    GString *out;
    const struct redact *redact; /* NULL: nothing is hidden */
    bool unicode;
};

/* Words of a sentence, punctuation escaped. Words that would become links or mentions are set as
 * code. */
void markdown_text(struct markdown *md, const char *bytes);
/* A path, name or command as a code span; nothing for "". */
void markdown_code(struct markdown *md, const char *bytes);
/* The same inside a table, where a bar would end the cell even in code. */
void markdown_cell_code(struct markdown *md, const char *bytes);
void markdown_cell_text(struct markdown *md, const char *bytes);

/* A fenced block; its lines are safe text already, newlines between. */
void markdown_block(struct markdown *md, const char *safe_lines);

#endif
