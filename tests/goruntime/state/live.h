#ifndef SIDESCOPE_TESTS_GORUNTIME_STATE_LIVE_H
#define SIDESCOPE_TESTS_GORUNTIME_STATE_LIVE_H

/*
 * The program in target/, built by any Go version and steered by lines, for tests
 * that read its memory. Two builds of the newest two versions by default;
 * SIDESCOPE_GO_VERSIONS names others with spaces, or "all": every version of the
 * table, with and without PIE, stripped and not. Toolchains come through the
 * module proxy by the go command; a version that cannot be had is skipped. With
 * SIDESCOPE_GO_ARCH=arm64 they are programs for that processor, which qemu-aarch64 runs
 * and whose memory is read through its own.
 */

#include "probes/goruntime/runtime.h"

#include <glib.h>
#include <stdbool.h>

struct live_build {
    const char *version; /* "1.26.8" */
    bool is_pie, is_stripped, has_cgo;
    bool is_small; /* without net/http: it cannot leak bodies of answers */
};

/* Calls test for every build there is; skips the GLib test when there is none. */
typedef void live_test(const struct live_build *build, const char *program);
void live_each(live_test *test);
/* The oldest, a middle and the newest version, NULL at the end. */
extern const char *const live_spread[];
/* The same for these versions, stripped; for those of SIDESCOPE_GO_VERSIONS where it is
 * live_spread. */
void live_each_of(const char *const *versions, bool is_small, live_test *test);
/* The same with code in C in it. */
void live_each_with_c(const char *const *versions, live_test *test);

struct live;

/* Starts a built program; aborts the test when it does not get ready. */
struct live *live_start(const char *program);
/* The same with GODEBUG. */
struct live *live_start_debug(const char *program, const char *go_debug);
int live_pid(const struct live *live);
/* Whether it is the emulator's process: mappings and system calls are that one's. */
bool live_is_emulated(void);
/* Attaches to it as go_runtime_of_process does. */
struct go_runtime *live_attach(const struct live *live, GError **error);
/* A fresh folder of its own, removed by live_stop. */
const char *live_folder(const struct live *live);
/* Sends a command and gives what it said before "ok". g_free it. */
char *live_say(struct live *live, const char *format, ...) G_GNUC_PRINTF(2, 3);
void live_stop(struct live *live);

/*
 * Addresses of the program's symbols by name as nm(1) knows them, without load bias;
 * values are guint64 pointers. Empty for a stripped one. Free with g_hash_table_unref.
 */
GHashTable *live_symbols(const char *program);

#endif
