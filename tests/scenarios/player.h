#ifndef SIDESCOPE_TESTS_SCENARIOS_PLAYER_H
#define SIDESCOPE_TESTS_SCENARIOS_PLAYER_H

/*
 * Plays macOS to one sidescope: a directory with ps, lsof, vmmap and footprint
 * that print what those of a Mac print of a Go program, with numbers that move
 * from the moment of player_run. What they print is made by the awk programs in
 * player/, from a recording where there is one.
 */

#include "tests/scenarios/outcome.h"

#include <glib.h>
#include <stdbool.h>

#define PLAYER_DIR SIDESCOPE_SOURCE_DIR "/tests/scenarios/player"

enum play_vmmap {
    PLAY_WORKS,
    PLAY_DENIED, /* the process may not be examined */
    PLAY_HANGS,  /* for longer than anybody waits */
    PLAY_MISSING,
};

/* Numbers as in player/moving.awk, sizes in KiB; NULL: those of a healthy sidecar. */
struct play {
    const char *program; /* its name */
    const char *rss, *footprint, *peak;
    const char *open;    /* kinds and numbers of descriptors: player/lsof.awk */
    const char *regions; /* what of the recorded map moves: player/vmmap.awk */
    enum play_vmmap vmmap;
    bool footprint_tool;
};

struct player {
    const struct play *play;
    char *dir;
    struct outcome *outcome; /* after player_run */
    char *errors;            /* what sidescope said on stderr */
    double took_s;
};

struct player *player_new(const struct play *play);
/* Runs one triage over seconds to its end. Any thread, one at a time. */
void player_run(struct player *player, double seconds);
/* What one of the tools prints, from the moment on that it is asked. Caller frees. */
char *player_ask(const struct player *player, const char *tool);
/* How often a vmmap that hangs was started, and how many of them are there still. */
unsigned player_hung(const struct player *player, unsigned *ret_left);
void player_free(struct player *player);

#endif
