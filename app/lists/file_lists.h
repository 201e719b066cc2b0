#ifndef SIDESCOPE_APP_LISTS_FILE_LISTS_H
#define SIDESCOPE_APP_LISTS_FILE_LISTS_H

/*
 * What is open, as lists: by path, by template, by type, descriptor by
 * descriptor, the databases, what stayed open, a level of the tree. Each
 * declares its columns once. Models borrow what they point at. Pure.
 */

#include "app/session/fd_tree.h"
#include "app/session/survivors.h"
#include "app/triage/thresholds.h"
#include "widgets/listing.h"

/* Model of several of them, first member of the others. */
struct files_list {
    const struct files_sample *files;
    const struct thresholds *thresholds;
};

/* A row for each of files->groups; model: struct files_list. */
extern const struct listing paths_listing;
enum path_column {
    PATH_COUNT,
    PATH_GROWTH,
    PATH_DELETED, /* on the screen behind the path */
    PATH_TYPE,
    PATH_CLASS,
    PATH_AGE,
    PATH_TEXT,
};

/* A row for each of files->templates. */
struct templates_list {
    struct files_list base;
    uint32_t *same; /* per template: descriptors of its most repeated path */
};
extern const struct listing templates_listing;
enum template_column {
    TEMPLATE_COUNT,
    TEMPLATE_GROWTH,
    TEMPLATE_PATHS,
    TEMPLATE_SAME,
    TEMPLATE_TYPE,
    TEMPLATE_TEXT,
};
/* Takes what files (may be NULL) has, whose rows are counted anew. */
void templates_list_take(struct templates_list *list, const struct files_sample *files,
                         const struct thresholds *thresholds);
void templates_list_clear(struct templates_list *list);

/* A row for each type that is there. */
struct types_list {
    struct files_list base;
    enum fd_type types[FD_N_TYPES];
    size_t n;
};
extern const struct listing types_listing;
void types_list_take(struct types_list *list, const struct files_sample *files,
                     const struct thresholds *thresholds);

/* A row for each of files->databases; model: struct files_list. */
extern const struct listing databases_listing;

/* A row for each lock on one database, then for each process that has it open and holds none. */
struct locks_list {
    const struct files_sample *files;
    const struct database *database;
};
extern const struct listing locks_listing;
size_t locks_list_n(const struct database *database);
pid_t locks_list_pid(const struct database *database, size_t row);

/* A row for each stretch of time in which descriptors were opened. */
struct survivors_list {
    struct files_list base;
    struct survivors_band bands[SURVIVORS_BANDS];
};
extern const struct listing survivors_listing;
/* Whether a stretch looks like a leak. */
bool survivors_are_kept(const struct survivors_band *band, const struct thresholds *thresholds);

/* A row for each node of a level of the tree. */
struct level_list {
    struct files_list base;
    const struct fd_level *level;
    uint32_t largest; /* count of the fullest row, the length of its bar */
    /* Where a filter shall look at all that is within a row: the place of the level, and where its
     * fd_level_paths are kept, NULL at first and the owner's to free. paths NULL: it looks at what
     * is shown. */
    const struct fd_place *place;
    GPtrArray **paths;
};
extern const struct listing level_listing;
void level_list_take(struct level_list *list, const struct files_sample *files,
                     const struct thresholds *thresholds, const struct fd_level *level);

/* Descriptor by descriptor: all of files, or n of them. */
struct descriptors_list {
    const struct files_sample *files;
    const uint32_t *rows; /* indices into files->fds; NULL: all of them */
    size_t n;
};
extern const struct listing descriptors_listing;
enum descriptor_column {
    DESCRIPTOR_FD,
    DESCRIPTOR_TYPE,
    DESCRIPTOR_ACCESS,
    DESCRIPTOR_FLAGS,
    DESCRIPTOR_OFFSET,
    DESCRIPTOR_SIZE,
    DESCRIPTOR_INODE,
    DESCRIPTOR_AGE,
    DESCRIPTOR_PATH,
};
/* "RDONLY|CLOEXEC" from fdinfo's bits; "-" when not known. Free with g_free. */
char *descriptor_flags(int64_t flags);

/* The documented limit of the same file open several times. */
bool fd_is_repeated(const struct thresholds *thresholds, enum fd_type type, uint32_t count);
/* A count above the documented band of its type. */
bool fd_above_band(const struct thresholds *thresholds, enum fd_type type, int64_t count);

#endif
