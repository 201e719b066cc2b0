#ifndef SIDESCOPE_PROBES_MACOS_HANDLE_H
#define SIDESCOPE_PROBES_MACOS_HANDLE_H

/*
 * The open target as the files of this directory see it, and what they share:
 * which tool to run with what limits, and the sentences for what goes wrong.
 * Used by one thread at a time (platform.h).
 */

#include "probes/backend.h"
#include "probes/macos/lsof.h"
#include "probes/macos/ps.h"
#include "probes/macos/run.h"

struct file_baseline;

/* What the commands of this system look like; tests parse recordings of both. */
#ifdef __APPLE__
enum { COMMANDS_ON_DARWIN = true, COMMANDS_PS = PS_DARWIN };
#else
enum { COMMANDS_ON_DARWIN = false, COMMANDS_PS = PS_PROCPS };
#endif

enum tool { TOOL_PS, TOOL_LSOF, TOOL_VMMAP, TOOL_FOOTPRINT };

struct commands_platform {
    struct platform base;       /* first: the same address */
    struct process_identity id; /* start_ticks: seconds, see ps_row.start_s */
    struct runner runner;
    struct file_baseline *baseline; /* descriptor counts growth is measured from */
    gint64 cpu_at_us;               /* monotonic; 0: no sample yet */
    int64_t cpu_us;
    bool no_footprint; /* there is no such tool, or it may not look */
    gint64 footprint_due_us;
    int64_t footprint_bytes, footprint_peak_bytes;
    bool looked_at_program, is_go;
};

static inline struct commands_platform *commands_platform_of(struct platform *base)
{
    return (struct commands_platform *)base;
}

/* --- running --- */

/* The tool with argv (its own name first, NULL last) and its limits. */
bool tool_run(struct runner *runner, enum tool tool, const char *const *argv,
              struct run_result *ret);
/* ps about one process, or all with pid 0. */
bool tool_ps(struct runner *runner, enum ps_question question, pid_t pid, struct run_result *ret);
/* lsof about one process: all of it, or with descriptors ("txt") only those. */
bool tool_lsof(struct runner *runner, pid_t pid, const char *descriptors, struct run_result *ret);

/* Why a tool gave nothing; what: a noun, "the memory regions". Caller frees. */
char *tool_why(enum tool tool, const struct run_result *result, const char *what);
/* The status that goes with it. */
enum sample_status tool_status(const struct run_result *result);

/* --- the target --- */

/* The numbers of one process; false when there is none, or with *ret_why when ps failed. */
bool commands_read_row(struct runner *runner, pid_t pid, struct ps_row *ret, char **ret_why);
/* The same process, as far as its start time tells. */
bool commands_same_start(uint64_t a, int64_t b);
/* Stamps the sample. False when there is nothing to read: the sample then says why. */
bool commands_begin(struct commands_platform *platform, void *sample, struct ps_row *ret);
void commands_end(struct commands_platform *platform, void *sample);
/* Marks sample after a tool failed or found nothing: GONE when the target is, else as given. */
void commands_set_failed(struct commands_platform *platform, void *sample,
                         enum sample_status status, const char *why);
/* Why the process of another user cannot be looked into, and what gives the right. */
char *commands_denied_text(const struct ps_row *row, const char *what);

/* The path of its program; "" when it cannot be told. Caller frees. */
char *commands_program(struct runner *runner, pid_t pid);

/* --- what the tools printed at another time --- */

/* Fills sample from lsof's output; only: the process whose rows count, 0: all. False: no
 * descriptor is in it. */
bool commands_census_of_text(struct files_sample *sample, lsof_walk walk, const char *text,
                             size_t n, pid_t only);
/* The same from that of vmmap --summary of a Go program. False: no region table is in it. */
bool commands_memory_of_text(struct memory_sample *sample, const char *text, size_t n);

/* --- what platform.c puts into the backend's table; see platform.h --- */

void commands_read_process(struct platform *base, void *sample, const void *previous);
void commands_read_memory(struct platform *base, struct memory_sample *sample, bool with_regions);
void commands_read_files(struct platform *base, void *sample, const void *previous);
struct process_entry *commands_describe(const struct platform_options *options, pid_t pid,
                                        GError **error);
GPtrArray *commands_list(const struct platform_options *options, bool deep, GError **error);
void commands_deepen(const struct platform_options *options, struct process_entry *entry);
void commands_identify(const struct platform_options *options, struct process_entry *entry);
pid_t commands_port_owner(const struct platform_options *options, int port, bool *ret_listening);

#endif
