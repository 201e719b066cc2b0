#ifndef SIDESCOPE_TESTS_APP_MONITOR_RUN_H
#define SIDESCOPE_TESTS_APP_MONITOR_RUN_H

/* `sidescope monitor` as a script would run it, in a folder of its own. */

#include "tests/support/target.h"

#include <glib.h>
#include <stdbool.h>

struct monitor_child {
    GPid pid;
    gint out, err; /* read ends */
};
struct monitor_outcome {
    int status;
    char *out, *err;
};
struct monitor_place {
    char *dir;
};

/* folder: working directory; line: the arguments, blanks between. */
struct monitor_child monitor_launch(const char *folder, const char *line);
char *monitor_read_all(int fd);
void monitor_outcome_clear(struct monitor_outcome *outcome);
struct monitor_outcome monitor_finish(const struct monitor_child *child);
/* The next line of a pipe without its end; NULL at the end or after half a minute. */
char *monitor_next_line(int fd);
/* The first line that begins with prefix or has part in it. */
char *monitor_wait_for_line(int fd, const char *part);
void monitor_place_clear(struct monitor_place *place);
struct monitor_place monitor_place_new(void);
bool monitor_skip_without_stage(void);
struct stage *monitor_start_stage(int port);
void monitor_assert_has(const char *text, const char *part);
/* GET of path at a port of this machine: our own few lines, not the program's client. */
char *monitor_get(int port, const char *path);
int monitor_port_of_nobody(void);

typedef struct monitor_outcome monitor_outcome_auto;
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(monitor_outcome_auto, monitor_outcome_clear)
typedef struct monitor_place monitor_place_auto;
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(monitor_place_auto, monitor_place_clear)

#endif
