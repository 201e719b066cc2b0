#ifndef SIDESCOPE_APP_TUI_SHELL_ACTIONS_H
#define SIDESCOPE_APP_TUI_SHELL_ACTIONS_H

/*
 * Keys become actions in one table before any screen sees them. The same
 * table gives the help screen, the footer, the command bar and the names in
 * the [keys] group of the configuration, so that they cannot drift apart.
 */

#include <glib.h>
#include <stdbool.h>

/* X(ENUM, "config-name", "default keys, blank between", "label for the footer", "help text") */
#define ACTION_TABLE(X)                                                                            \
    X(QUIT, "quit", "q C-c", "quit", "leave sidescope; the target is not touched")                 \
    X(HELP, "help", "? F1", "help", "keys valid here, and what everything means")                  \
    X(UP, "up", "Up k", "up", "one row up")                                                        \
    X(DOWN, "down", "Down j", "down", "one row down")                                              \
    X(LEFT, "left", "Left h", "back", "left: previous step, close, scroll sideways")               \
    X(RIGHT, "right", "Right l", "next", "right: next step, open, scroll sideways")                \
    X(PAGE_UP, "page-up", "PageUp C-b", "page up", "one page up")                                  \
    X(PAGE_DOWN, "page-down", "PageDown C-f", "page down", "one page down")                        \
    X(HALF_UP, "half-up", "C-u", "half page up", "half a page up")                                 \
    X(HALF_DOWN, "half-down", "C-d", "half page down", "half a page down")                         \
    X(HOME, "home", "Home g", "top", "first row")                                                  \
    X(END, "end", "End G", "end", "last row")                                                      \
    X(OPEN, "open", "Enter", "open", "open what is selected")                                      \
    X(BACK, "back", "Escape Backspace", "back", "back: clear the filter, leave the view")          \
    X(NEXT_PANE, "next-pane", "Tab", "pane", "next pane")                                          \
    X(PREVIOUS_PANE, "previous-pane", "S-Tab", "previous pane", "previous pane")                   \
    X(PANE_1, "memory", "1", "memory", "go to the memory pane")                                    \
    X(PANE_2, "files", "2", "files", "go to the files pane")                                       \
    X(PANE_3, "goroutines", "3", "goroutines", "go to the goroutines pane")                        \
    X(PANE_4, "heap", "4", "heap", "go to the heap pane")                                          \
    X(TAB_5, "tab-5", "5", "tab 5", "zoomed: the fifth tab; 1 to 4: the first ones")               \
    X(TAB_6, "tab-6", "6", "tab 6", "zoomed: the sixth tab")                                       \
    X(TAB_7, "tab-7", "7", "tab 7", "zoomed: the seventh tab")                                     \
    X(TAB_8, "tab-8", "8", "tab 8", "zoomed: the eighth tab")                                      \
    X(TAB_9, "tab-9", "9", "tab 9", "zoomed: the ninth tab")                                       \
    X(ZOOM, "zoom", "z", "zoom", "the pane over the whole screen, and back")                       \
    X(FILTER, "filter", "/", "filter",                                                             \
      "show only rows that match (regular expression, ! inverts)")                                 \
    X(SEARCH_NEXT, "search-next", "n", "next match", "next match in a text")                       \
    X(SEARCH_PREVIOUS, "search-previous", "N", "previous match", "previous match in a text")       \
    X(SORT_LEFT, "sort-left", "<", "sort", "sort by the column to the left")                       \
    X(SORT_RIGHT, "sort-right", ">", "sort", "sort by the column to the right")                    \
    X(SORT_INVERT, "sort-invert", "I", "invert", "invert the order")                               \
    X(GROUP, "group", "a", "tab", "next tab of the pane: another grouping or sample type")         \
    X(GROUP_BACK, "group-back", "A", "tab before", "the tab before")                               \
    X(PAUSE, "pause", "Space", "pause", "freeze the screen; recording: play, pause")               \
    X(STEP_BACK, "step-back", ",", "earlier", "paused, recording: one sample back")                \
    X(STEP_FORWARD, "step-forward", ".", "later", "paused, recording: one sample forward")         \
    X(MINUTE_BACK, "minute-back", "[", "-1 min", "paused, recording: a minute back")               \
    X(MINUTE_FORWARD, "minute-forward", "]", "+1 min", "paused, recording: a minute forward")      \
    X(GO_TO_TIME, "go-to-time", "b", "go to time",                                                 \
      "paused, recording: go to a time (HH:MM, or -5m)")                                           \
    X(TIME_BEGIN, "time-begin", "^", "begin", "recording: its beginning")                          \
    X(TIME_END, "time-end", "$", "end", "recording: its end; one that is written is followed")     \
    X(EVENT_BACK, "event-back", "{", "event before", "recording: the event or verdict before")     \
    X(EVENT_FORWARD, "event-forward", "}", "next event", "recording: the next event or verdict")   \
    X(RUN_BACK, "run-back", "(", "run before", "recording: the process watched before")            \
    X(RUN_FORWARD, "run-forward", ")", "next run", "recording: the next process watched")          \
    X(REFRESH, "refresh", "r F5", "refresh", "every probe samples now")                            \
    X(FASTER, "faster", "+ =", "faster",                                                           \
      "the focused pane refreshes twice as often; recording: play faster")                         \
    X(SLOWER, "slower", "-", "slower",                                                             \
      "the focused pane refreshes half as often; recording: slower")                               \
    X(MARK, "mark", "m", "mark", "growth counts from now: the base for every difference")          \
    X(MARKS, "marks", "M", "marks", "what the mark holds; forget it")                              \
    X(EVENTS, "events", "!", "events", "what got worse, came near a limit, or is well again")      \
    X(TRIAGE, "triage", "t", "triage", "walk the documented steps with live evidence")             \
    X(VERDICT, "verdict", "V", "verdict", "triage: say yourself how a step stands, or as seen")    \
    X(SKIP, "skip", "X", "skip", "triage: pass a step by")                                         \
    X(BRANCH, "branch", "B", "branch", "triage: CPU, goroutines, response, suggested or not")      \
    X(TWO_HEAPS, "two-heaps", "C", "two heaps",                                                    \
      "two snapshots with a wait between them, then what grew")                                    \
    X(REPORT, "report", "R", "report", "write the triage report to a file")                        \
    X(COPY, "copy", "y", "copy", "copy the row or the command (OSC 52)")                           \
    X(EXPORT, "export", "e", "export", "write what this view lists to a file")                     \
    X(STACKS, "stacks", "F", "full stacks",                                                        \
      "ask once for full stacks although there are many goroutines")                               \
    X(SNAPSHOT, "snapshot", "s", "snapshot", "take a snapshot now: heap, goroutines, files, map")  \
    X(SNAPSHOTS, "snapshots", "S", "snapshots", "all snapshots: compare, name, load, save")        \
    X(TIMER, "timer", "C-t", "timer", "take a snapshot every N minutes")                           \
    X(LOAD, "load", "C-o", "load", "load a snapshot or a profile from disk")                       \
    X(RENAME, "rename", "L", "name", "name what is selected")                                      \
    X(DELETE, "delete", "D Delete", "delete", "forget what is selected (asks first)")              \
    X(PROFILES, "profiles", "P", "profiles",                                                       \
      "every profile the target serves: allocs, block, mutex, ...")                                \
    X(CPU, "cpu", "c", "CPU", "capture a CPU profile (asks for how long)")                         \
    X(FLAME, "flame", "f", "flame", "flame graph of the profile")                                  \
    X(SOURCE, "source", "v", "source", "source lines of the function, where they are found")       \
    X(EDIT, "edit", "E", "edit", "open the source line in $EDITOR")                                \
    X(COMPARE, "compare", "d", "compare", "difference against a snapshot, the mark, or nothing")   \
    X(GRANULARITY, "granularity", "u", "granularity",                                              \
      "rows are functions, files, lines or addresses")                                             \
    X(REFINE, "refine", "x", "refine", "focus, ignore, hide, show, tags: the filters of pprof")    \
    X(WEB, "web", "w", "web", "go tool pprof -http on the profile shown")                          \
    X(THREADS, "threads", "H", "threads",                                                          \
      "threads, child processes, and what is started how often")                                   \
    X(HOLDERS, "holders", "K", "holders", "who holds the memory, variables and goroutines")        \
    X(PROVE, "prove", "U", "leaks",                                                                \
      "goroutines: prove from memory which ones nothing can ever wake")                            \
    X(OBSERVER, "observer", "O", "cost", "what sidescope itself costs you and the target")         \
    X(PICKER, "picker", "@", "attach", "choose another process")                                   \
    X(WAIT, "wait", "W", "wait", "attach list: wait for the process to start, then attach")        \
    X(PRESET, "preset", "p", "layout", "next layout of the panes")                                 \
    X(OPTIONS, "options", "o", "options", "colours, glyphs, mouse, intervals; saved on request")   \
    X(THEME, "theme", "T", "theme", "next theme, shown at once")                                   \
    X(MOUSE, "mouse", "F2", "mouse", "mouse capture on or off (off: select text)")                 \
    X(COMMAND, "command", ":", "command", "type a command; Tab completes")                         \
    X(REDRAW, "redraw", "C-l", "redraw", "paint the whole screen again")                           \
    X(SUSPEND, "suspend", "C-z", "suspend", "back to the shell; fg returns")                       \
    X(YES, "yes", "", "yes", "")                                                                   \
    X(NO, "no", "", "no", "")

enum action {
    ACTION_NONE,
#define ACTION_ENUM(id, name, keys, label, help) ACTION_##id,
    ACTION_TABLE(ACTION_ENUM)
#undef ACTION_ENUM
        ACTION_N
};

struct action_info {
    const char *name, *keys, *label, *help;
};

const struct action_info *action_info(enum action action);

/* The action called name, or ACTION_NONE. */
enum action action_find(const char *name);

struct keymap;

/* The default keys, then those of group [keys] of file (may be NULL). NULL with a sentence when
 * the file names an unknown action, or the same key twice. */
struct keymap *keymap_new(GKeyFile *file, GError **error);
void keymap_free(struct keymap *keymap);
/* A key as the terminal names it (text or key name). */
enum action keymap_lookup(const struct keymap *keymap, bool is_text, const char *str);
/* The first key bound to action as shown to the user ("Enter", "^C", "space"), "" when none. */
const char *keymap_key(const struct keymap *keymap, enum action action);
/* All of them, comma between. Free with g_free. */
char *keymap_keys(const struct keymap *keymap, enum action action);

enum keymap_error { KEYMAP_ERROR_ACTION, KEYMAP_ERROR_CLASH };
#define KEYMAP_ERROR (keymap_error_quark())
GQuark keymap_error_quark(void);

#endif
