#include "app/doctor/doctor.h"

#include "probes/goroutines_memory.h"
#include "probes/goruntime/errors.h"
#include "probes/goruntime/perf_events.h"
#include "probes/goruntime/perf_rights.h"
#include "probes/goruntime/proofs.h"
#include "probes/http.h"
#include "widgets/number.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PPROF_TIMEOUT_MS = 5000, PPROF_MAX_BYTES = 1024 * 1024 };

/* --- what procfs shows of it --- */

static const struct {
    const char *id, *title, *file;
    bool is_folder;
    const char *consequence;
} files[] = {
    {"fd", "descriptors", "fd", true, "open files and leaks of them cannot be seen"},
    {"fdinfo", "offsets, watches", "fdinfo", true, "offsets and inotify watches stay unknown"},
    {"smaps-rollup", "PSS", "smaps_rollup", false,
     "PSS and lazily freed memory stay unknown, and with them much of the ledger"},
    {"smaps", "memory map", "smaps", false, "the memory map step cannot be examined"},
    {"io", "disk I/O", "io", false, "bytes read and written stay unknown"},
};

static void check_file(struct doctor *doctor, const struct target *target, size_t i)
{
    g_autofree char *path =
        g_strdup_printf("%s/%d/%s", target->proc_root != NULL ? target->proc_root : "/proc",
                        (int)target->id.pid, files[i].file);
    bool is_folder = files[i].is_folder;
    char byte;
    int fd = open(path, O_RDONLY | O_CLOEXEC | (is_folder ? O_DIRECTORY : 0));
    int error = fd < 0 ? errno : 0;

    /* the kernel asks for the right to some files only when they are read */
    if (fd >= 0 && !is_folder && read(fd, &byte, 1) < 0)
        error = errno;
    if (fd >= 0)
        close(fd);
    g_autofree char *found =
        error == 0 ? g_strdup(path) : g_strdup_printf("%s: %s", path, g_strerror(error));
    g_autofree char *fix = g_strdup_printf("sudo sidescope %d", (int)target->id.pid);

    doctor_add(doctor,
               &(struct doctor_words){.id = files[i].id,
                                      .title = files[i].title,
                                      .state = error == 0 ? DOCTOR_OK : DOCTOR_MISSING,
                                      .found = found,
                                      .consequence = files[i].consequence,
                                      .fix = error == ENOENT ? "a kernel that has it" : fix});
}

static void check_owner(struct doctor *doctor, const struct target *target)
{
    g_autofree char *path = g_strdup_printf(
        "%s/%d", target->proc_root != NULL ? target->proc_root : "/proc", (int)target->id.pid);
    struct stat info;

    if (stat(path, &info) != 0)
        return;
    bool ours = info.st_uid == geteuid() || geteuid() == 0;
    g_autofree char *found = g_strdup_printf("runs as uid %u, sidescope as %u",
                                             (unsigned)info.st_uid, (unsigned)geteuid());
    g_autofree char *fix = g_strdup_printf("sudo sidescope %d", (int)target->id.pid);

    doctor_add(doctor, &(struct doctor_words){
                           .id = "owner",
                           .title = "rights",
                           .state = ours ? DOCTOR_OK : DOCTOR_LIMITED,
                           .found = found,
                           .consequence = "descriptors and memory of another user's process are "
                                          "closed to you",
                           .fix = fix});
}

/* What a container has of its own. */
static const struct {
    const char *id, *title, *other, *consequence;
    const char *option; /* of nsenter; NULL: nothing to mend */
    enum platform_space space;
} spaces[] = {
    {"network", "network", "another network namespace",
     "its loopback is not ours: pprof cannot be reached", "-n", PLATFORM_SPACE_NETWORK},
    {"pid-namespace", "process numbers", "another pid namespace",
     "it calls processes by other numbers than we do: in its logs, locks and state files", NULL,
     PLATFORM_SPACE_PIDS},
    {"mounts", "paths", "another mount namespace",
     "its paths are other files here: they are read through /proc/PID/root", NULL,
     PLATFORM_SPACE_MOUNTS},
};

/* --- the kernel's CPU profile --- */

/* By trying, since rights, limits and the rules of containers all have a say; takes no sample. */
static void check_cpu_profile(struct doctor *doctor, const struct target *target)
{
    const int pid = (int)target->id.pid;
    const struct perf_events_request request = {.pid = pid, .frequency_hz = PERF_EVENTS_HZ};
    g_autoptr(GError) error = NULL;
    struct perf_events *events = perf_events_open(&request, &error);
    const struct perf_rights rights = perf_rights_look(pid);
    bool whole = events != NULL && perf_events_state(events).has_kernel;
    g_autofree char *hidden = perf_rights_user_only(&rights);
    g_autofree char *found =
        events == NULL ? g_strdup(error->message)
        : whole        ? g_strdup("perf events; time in the kernel is seen")
                : g_strdup_printf("perf events; time in the kernel is not seen (%s)", hidden);
    g_autofree char *fix = g_strdup_printf("sudo sidescope %d", pid);

    perf_events_free(events);
    doctor_add(doctor,
               &(struct doctor_words){
                   .id = "cpu-profile",
                   .title = "CPU profile",
                   .state = whole ? DOCTOR_OK : DOCTOR_LIMITED,
                   .found = found,
                   .consequence = error == NULL
                                      ? "a CPU profile without pprof books no time in the kernel"
                                      : "only pprof can give a CPU profile",
                   .fix = fix});
}

/* --- its memory --- */

/* What would help where its memory told nothing: rights only where they were what was missing. */
static char *fix_of_memory(const GError *error, int pid)
{
    if (g_error_matches(error, GORUNTIME_ERROR, GORUNTIME_ERROR_DENIED))
        return g_strdup_printf("sudo sidescope %d", pid);
    if (g_error_matches(error, GORUNTIME_ERROR, GORUNTIME_ERROR_FOREIGN))
        return g_strdup("none: only Go programs have goroutines and a Go heap");
    if (g_error_matches(error, GORUNTIME_ERROR, GORUNTIME_ERROR_GONE))
        return g_strdup("sidescope: choose one that runs");
    return g_strdup("none here: see a newer sidescope, or pprof where it is on");
}

/* By reading its goroutines once: rights, version and program all have a say. */
static bool check_memory(struct doctor *doctor, struct go_process *process)
{
    g_autoptr(goroutine_dump_auto) dump = NULL;
    g_autoptr(GBytes) text = NULL;
    g_autoptr(GError) error = NULL;
    bool ok = goroutines_memory_read(process, &dump, &text, &error);
    g_autofree char *found =
        ok ? g_strdup_printf("readable: %zu goroutines", dump->total) : g_strdup(error->message);
    g_autofree char *fix = fix_of_memory(error, go_process_pid(process));

    doctor_add(doctor,
               &(struct doctor_words){
                   .id = "runtime-memory",
                   .title = "memory",
                   .state = ok ? DOCTOR_OK : DOCTOR_LIMITED,
                   .found = found,
                   .consequence = "goroutines and heap can be had from pprof only, which stops "
                                  "the process for all stacks",
                   .fix = fix});
    return ok;
}

/* How much there is to look through, for who asks what a proof costs. */
static char *describe_proofs(struct go_process *process)
{
    struct go_memstats stats;

    if (!go_process_memstats(process, &stats, NULL))
        return g_strdup("leaked goroutines can be proven from memory");
    return g_strdup_printf(
        "leaked goroutines can be proven from memory: %s of heap to look through",
        number_bytes((int64_t)stats.memstats.heap_inuse).text);
}

/* What is in the way of it is in the program, unless its memory cannot be read at all. */
static void check_proofs(struct doctor *doctor, struct go_process *process)
{
    g_autoptr(GError) error = NULL;
    struct go_runtime *runtime = go_process_open(process, &error);
    bool ok = runtime != NULL && proofs_possible(runtime, &error);
    g_autofree char *found = ok ? describe_proofs(process) : g_strdup(error->message);
    g_autofree char *fix = runtime != NULL ? g_strdup("none here: count them over time instead")
                                           : fix_of_memory(error, go_process_pid(process));

    doctor_add(doctor, &(struct doctor_words){
                           .id = "proofs",
                           .title = "proven leaks",
                           .state = ok ? DOCTOR_OK : DOCTOR_LIMITED,
                           .found = found,
                           .consequence = "that nothing can ever wake a goroutine is told only "
                                          "where pprof has the goroutineleak profile (Go 1.27)",
                           .fix = fix});
}

/* False: goroutines and heap cannot be had from memory. */
static bool check_runtime(struct doctor *doctor, const struct target *target)
{
    if (!go_process_possible(target))
        return false;
    struct go_process *process = go_process_new(target);
    bool ok = check_memory(doctor, process);

    check_proofs(doctor, process);
    go_process_free(process);
    return ok;
}

/* --- pprof --- */

/* NULL, or why it did not answer. */
static char *ask(const char *base)
{
    struct http_client *client = http_client_new();
    g_autofree char *url = g_strconcat(base, "/", NULL);
    struct http_request request = {
        .url = url, .max_bytes = PPROF_MAX_BYTES, .timeout_ms = PPROF_TIMEOUT_MS};
    struct http_response response = {0};
    g_autoptr(GError) error = NULL;
    char *why = NULL;

    if (http_get(client, &request, &response, &error))
        http_response_clear(&response);
    else
        why = g_strdup(error->message);
    http_client_free(client);
    return why;
}

static void check_pprof(struct doctor *doctor, const struct target *target, bool has_memory)
{
    g_autofree char *why =
        target->pprof_url != NULL ? ask(target->pprof_url) : g_strdup(target->pprof_why);
    bool answers = target->pprof_url != NULL && why == NULL;

    doctor_add(doctor,
               &(struct doctor_words){
                   .id = "pprof",
                   .title = "pprof",
                   .state = answers      ? DOCTOR_OK
                            : has_memory ? DOCTOR_LIMITED
                                         : DOCTOR_MISSING,
                   .found = answers       ? target->pprof_url
                            : why != NULL ? why
                                          : "none found",
                   .consequence = has_memory
                                      ? "goroutines and heap are read from memory instead: "
                                        "nothing has to be restarted"
                                      : "heap and goroutines cannot be examined; a restart loses "
                                        "what has leaked so far",
                   .fix = target_pprof_recipe(target)});
}

void doctor_check_target(struct doctor *doctor, const struct target *target)
{
    g_autofree char *found =
        target->id.pid != 0
            ? g_strdup_printf("%s %d %s", target->name, (int)target->id.pid, target->go_version)
            : g_strdup(target->name);

    doctor_add(doctor, &(struct doctor_words){.id = "target", .title = "target", .found = found});
    if (target->id.pid != 0 && strcmp(platform_backend_name(&target->platform), "procfs") == 0) {
        check_owner(doctor, target);
        for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
            check_file(doctor, target, i);
        for (size_t i = 0; i < G_N_ELEMENTS(spaces); i++) {
            int pid = (int)target->id.pid;
            bool same = platform_same_space(&target->platform, pid, spaces[i].space);
            g_autofree char *fix = spaces[i].option != NULL
                                       ? g_strdup_printf("sudo nsenter -t %d %s sidescope %d", pid,
                                                         spaces[i].option, pid)
                                       : g_strdup("nothing to do");

            doctor_add(doctor,
                       &(struct doctor_words){.id = spaces[i].id,
                                              .title = spaces[i].title,
                                              .state = same ? DOCTOR_OK : DOCTOR_LIMITED,
                                              .found = same ? "the same as ours" : spaces[i].other,
                                              .consequence = spaces[i].consequence,
                                              .fix = fix});
        }
        check_cpu_profile(doctor, target);
    }
    check_pprof(doctor, target, check_runtime(doctor, target));
}
