#ifndef SIDESCOPE_APP_TUI_VIEWS_DESCRIPTORS_H
#define SIDESCOPE_APP_TUI_VIEWS_DESCRIPTORS_H

/* The table of single descriptors: in the files pane over a whole sample, in the drill-down over a
 * selection of it. */

#include "probes/samples.h"
#include "widgets/table.h"

/* Model: const struct files_sample *, row = index into fds. */
struct table *descriptors_table_new(void);

/* Model: const struct descriptors_selection *. */
struct descriptors_selection {
    const struct files_sample *files;
    const uint32_t *rows; /* indices into files->fds */
    size_t n;
};
struct table *descriptors_selection_table_new(void);

/* "flags O_RDONLY|O_CLOEXEC" from fdinfo's bits. Free with g_free. */
char *descriptor_flags(int64_t flags);

#endif
