#ifndef SIDESCOPE_APP_TUI_SCREENS_PROFILE_PROFILE_EXPORT_H
#define SIDESCOPE_APP_TUI_SCREENS_PROFILE_PROFILE_EXPORT_H

/* The call tree of an answer as a file. UI thread. */

#include "app/tui/screens/profile/profile_screen.h"

/* Draws the tree as SVG on a job's thread, then asks for a name and writes it. title: raw bytes. */
void profile_export_svg(struct ui *ui, const struct profile_answer *answer, const char *title);
/* The tree with indents, without what is too small to be read. Free with g_free. */
char *profile_export_tree(const struct profile_answer *answer);
/* "flat 1MB  cum 3MB  12.5%  +1.0M against the mark" of a node of the tree. Free with g_free. */
char *profile_node_text(const struct profile_answer *answer, const struct calltree_node *node);

#endif
