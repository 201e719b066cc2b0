#ifndef SIDESCOPE_APP_TUI_VIEWS_FILES_VIEWS_H
#define SIDESCOPE_APP_TUI_VIEWS_FILES_VIEWS_H

/*
 * The views of the files pane, one source file for each: a table over the
 * newest files sample and what Enter and the other keys do in it. UI thread.
 */

#include "app/tui/shell/ui.h"
#include "widgets/table.h"

struct files_view;

struct files_view_ops {
    const char *name; /* as the frame shows it */
    /* A sample to be shown (NULL: none); borrowed until the next one. */
    void (*update)(struct files_view *view, const struct files_sample *files);
    void (*open)(struct files_view *view, size_t row);
    /* Other keys; NULL: none. */
    bool (*act)(struct files_view *view, enum action action);
    /* What a row is copied as; new string. */
    char *(*copy)(struct files_view *view, size_t row);
    /* A line above the table; NULL: none. */
    void (*title)(const struct files_view *view, GString *out);
    /* What stands in the place of rows when there are none. */
    const char *empty;
    void (*free)(struct files_view *view);
};

/* First member of every view's own struct. */
struct files_view {
    const struct files_view_ops *ops;
    struct ui *ui;
    struct table *table;
    const struct files_sample *files; /* borrowed from the pane */
};

struct files_view *files_templates_new(struct ui *ui);
struct files_view *files_tree_new(struct ui *ui);
struct files_view *files_survivors_new(struct ui *ui);
struct files_view *files_databases_new(struct ui *ui);
struct files_view *files_paths_new(struct ui *ui);
struct files_view *files_types_new(struct ui *ui);
struct files_view *files_each_new(struct ui *ui);

/* --- shared by the views --------------------------------------------------- */

/* A table key for text of a kind, never 0. */
uint64_t files_key(const char *text, uint64_t seed);
int files_by_number(int64_t a, int64_t b);
/* The documented limit of the same file open several times. */
bool files_is_repeated(const struct ui *ui, enum fd_type type, uint32_t count);
/* Growth in a cell: quiet when nothing changed. */
void files_growth_cell(int64_t growth, struct table_cell *ret);
/* How long since then at the time of the sample. */
void files_age_cell(const struct files_sample *files, gint64 then_us, struct table_cell *ret);
/* Count above the documented band of its type. */
bool files_above_band(const struct ui *ui, enum fd_type type, int64_t count);

#endif
