#ifndef SIDESCOPE_APP_TUI_SCREENS_SCREENS_H
#define SIDESCOPE_APP_TUI_SCREENS_SCREENS_H

/* Constructors of all screens; each is its own source file. Owned by ui_push. */

#include "app/recording/recorded_side.h"
#include "app/tui/shell/workbench.h"
#include "probes/find.h"

/* For ui_new: what the shell and the panes open. */
extern const struct ui_openers screens_openers;

/* What the program starts with: the four panes of ui_session(), or, while none is attached, the
 * word that says so. */
struct view *dashboard_screen_new(struct ui *ui);
/* The pane of that probe alone; Escape comes back. */
struct view *dashboard_pane_new(struct ui *ui, enum probe_kind kind);

/* Processes to attach to; refreshes itself off the UI thread. asked: TARGET as given (NULL: any
 * sidecar); pprof: --pprof as given, or NULL; why (or NULL) is shown above the list. */
struct view *picker_screen_new(struct ui *ui, const char *asked, const char *pprof,
                               const char *why);

/* Keys valid on screen and what everything means. */
struct view *help_screen_new(struct ui *ui, struct view *screen);

/* The mappings of one class. */
struct view *regions_screen_new(struct ui *ui, enum region_class cls);

/* The descriptors that ref (copied) points at: of REF_PATH, REF_TEMPLATE, REF_TYPE, REF_CLASS,
 * REF_HELD, REF_AGES. Follows new samples. */
struct view *descriptors_screen_new(struct ui *ui, const struct ref *ref);
/* Everything about one descriptor (copied): fdinfo, watched paths, epoll members. */
struct view *descriptor_screen_new(struct ui *ui, const struct fd_entry *fd);
/* Who holds the memory of the process: roots by what they hold, then what that consists of. */
struct view *holders_screen_new(struct ui *ui);
/* By types, what the holder of that key (copied) holds; follows new looks. */
struct view *holder_screen_new(struct ui *ui, const char *key);
/* What is in a directory of the target. */
struct view *directory_screen_new(struct ui *ui, const char *path);
/* A database's locks and users; follows new samples. */
struct view *database_screen_new(struct ui *ui, const char *path);

/* One goroutine bucket: full stack, creator, labels, ids. hashes (copied): of the list it was
 * opened from, to walk through; at: which one to show first. */
/* waited: of them only those that wait for what has that name; NULL: all. */
struct view *stack_screen_new(struct ui *ui, const uint64_t *hashes, size_t n, size_t at,
                              const char *waited);
/* The text of goroutine?debug=2 as it is sent; asks first where that would disturb. id: goroutine
 * to begin at, 0 for none. */
void dump_ask(struct ui *ui, uint64_t id);
/* Whether goroutine?debug=2 may be asked for: done is called with yes at once where that disturbs
 * nobody, else with the answer to a question. Says so when there is nothing to ask. */
void dump_consent(struct ui *ui, const char *title, ui_answer done, void *user);

struct view *profile_screen_new(struct ui *ui, const struct profile_subject *subject,
                                enum profile_tab tab);

/* What the target serves below /debug/pprof/, what is empty and how to enable it; captures it. */
struct view *profiles_screen_new(struct ui *ui);
/* Asks for the seconds, captures a CPU profile with a progress bar, opens it. */
void capture_ask_cpu(struct ui *ui);

/* All snapshots: take, name, load, delete, save, compare any two. */
struct view *snapshots_screen_new(struct ui *ui);
/* One snapshot against another (heap, goroutines, files, map together). */
struct view *compare_screen_new(struct ui *ui, unsigned before_id, unsigned after_id);

/* The triage wizard. */
struct view *wizard_screen_new(struct ui *ui);

/* Threads, children and what the process starts. */
struct view *threads_screen_new(struct ui *ui);
/* The same at what ref points at: REF_THREADS, REF_CHILDREN, REF_STARTS, REF_THREAD, REF_COMMAND.
 */
struct view *threads_screen_at(struct ui *ui, const struct ref *ref);

/* What watching costs. */
struct view *observer_screen_new(struct ui *ui);

/* Colours, glyphs, mouse, intervals. */
struct view *options_screen_new(struct ui *ui);

/* What happened while it was watched: opens what an event points to. */
struct view *events_screen_new(struct ui *ui);
/* What happened in the recording looked at; goes there. */
struct view *recording_events_screen_new(struct ui *ui);

/* Two recordings on one time axis; takes both. As root of the stack it works without a session. */
struct view *recordings_screen_new(struct ui *ui, struct recorded_side *first,
                                   struct recorded_side *second);

/* What the mark holds. */
struct view *marks_screen_new(struct ui *ui);

/* Actions that open screens or prompts from anywhere. False: it is none of them. */
bool screens_open(struct ui *ui, struct view *from, enum action action);
/* How the i-th word of the command line is used and, after a colon, what it does, for the manual;
 * NULL beyond the last. The names of actions are words too. */
const char *screens_command_help(size_t i);

/* A title line for full screens: breadcrumb left, text right. */
void screen_title(struct ui *ui, const struct canvas *canvas, TickitRect area, const char *right);

#endif
