#ifndef SIDESCOPE_APP_TUI_SCREENS_SERVED_ROWS_H
#define SIDESCOPE_APP_TUI_SCREENS_SERVED_ROWS_H

/* The rows of the profiles screen: what is known of each profile put together with what the
 * target's index page says. UI thread. */

#include "app/profiles/profile_kinds.h"
#include "widgets/table.h"

struct served_rows;

enum served_row_state {
    SERVED_ROW_UNKNOWN, /* there is no index page to tell */
    SERVED_ROW_SERVED,
    SERVED_ROW_EMPTY,
    SERVED_ROW_MISSING,
};

struct served_row {
    const struct profile_kind *kind;
    char *name;    /* on the index page; raw bytes */
    int64_t count; /* SAMPLE_UNKNOWN: the number means nothing */
    enum served_row_state state;
};

struct served_rows *served_rows_new(void);
void served_rows_free(struct served_rows *rows);
/* served: as pprof_index_rows(), or NULL when there is no page. Rows before are gone. */
void served_rows_fill(struct served_rows *rows, const GArray *served);
size_t served_rows_count(const struct served_rows *rows);
const struct served_row *served_rows_at(const struct served_rows *rows, size_t row);
const char *served_row_label(const struct served_row *row); /* raw bytes */

/* A table whose model is a struct served_rows. */
struct table *served_rows_table(void);

#endif
