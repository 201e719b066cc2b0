#include "app/commands/profile_run.h"

#include "app/config/config.h"
#include "app/ground/folder_writer.h"
#include "app/profiles/profile_kinds.h"
#include "app/profiles/profile_source.h"
#include "app/target/attach.h"
#include "pprof/limits.h"
#include "pprof/merge.h"
#include "widgets/safe_text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined __linux__ && defined __GLIBC__
#include <malloc.h>
#endif

static int interrupted; /* set by the signal handler, read by whoever waits */

void profile_gathered_clear(struct profile_gathered *input)
{
    profile_unref(input->profile);
    g_clear_pointer(&input->origins, g_ptr_array_unref);
    g_free(input->kind);
    *input = (struct profile_gathered){0};
}

struct profile_json_source profile_run_json_source(const struct profile_gathered *input)
{
    return (struct profile_json_source){
        .profile = input->profile, .origins = input->origins, .kind = input->kind};
}

/* --- words to the user --- */

void profile_run_complain(const char *sentence)
{
    g_auto(GStrv) lines = g_strsplit(sentence, "\n", -1);

    for (size_t i = 0; lines[i] != NULL; i++) {
        g_autofree char *safe = text_safe(lines[i], -1, g_get_charset(NULL));

        g_printerr("%s%s\n", i == 0 ? "sidescope: " : "", safe);
    }
}

void profile_run_note_unmatched(unsigned unmatched)
{
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = {{FILTER_UNMATCHED_FOCUS, "Focus"},
                 {FILTER_UNMATCHED_IGNORE, "Ignore"},
                 {FILTER_UNMATCHED_HIDE, "Hide"},
                 {FILTER_UNMATCHED_SHOW, "Show"},
                 {FILTER_UNMATCHED_SHOW_FROM, "ShowFrom"},
                 {FILTER_UNMATCHED_TAG_FOCUS, "TagFocus"},
                 {FILTER_UNMATCHED_TAG_IGNORE, "TagIgnore"},
                 {FILTER_UNMATCHED_TAG_ROOT, "TagRoot"},
                 {FILTER_UNMATCHED_TAG_LEAF, "TagLeaf"}};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (unmatched & names[i].bit)
            g_printerr("%s expression matched no samples\n", names[i].name);
}

void profile_run_note_empty(const struct profile_gathered *input)
{
    const char *why = profile_kind_of(input->kind)->empty;

    if (input->profile->n_samples == 0 && *why != '\0')
        profile_run_complain(why);
}

static void print_help(const char *command, const struct profile_usage *usage)
{
    g_autofree char *flags = profile_flags_help();

    g_print("Usage:\n  sidescope %s [FLAG...] %s\n\n%s\n\n"
            "SOURCE is a file (profile.proto, gzipped or not, or Go's text form), - for standard\n"
            "input, a pprof address (http://host:port/debug/pprof/heap, or host:port with\n"
            "-profile), or a running process by pid or name. A path that exists is a file;\n"
            "./NAME always is one, and a pid never is a name. Several are merged into one;\n"
            "without any, the running sidecar is asked.\n\n"
            "Flags (one dash or two; -flag=value or -flag value), those of go tool pprof where\n"
            "it has them:\n%s\n"
            "Exit status: 0 done, 2 not possible, 130 cancelled by Ctrl-C.%s%s\n",
            command, usage->words, usage->summary, flags, *usage->epilogue != '\0' ? "\n" : "",
            usage->epilogue);
}

bool profile_run_begin(char **argv, const struct profile_usage *usage, struct profile_flags *flags,
                       int *ret_status)
{
    g_autoptr(GError) error = NULL;

    /*
     * What is freed is used again by the next step instead of going back to the
     * system, where every page would have to be fetched and cleared anew.
     */
#if defined __linux__ && defined __GLIBC__
    enum { MEBIBYTE = 1024 * 1024 };

    mallopt(M_MMAP_THRESHOLD, 4 * MEBIBYTE);
    mallopt(M_TRIM_THRESHOLD, 32 * MEBIBYTE);
    mallopt(M_TOP_PAD, 4 * MEBIBYTE);
#endif
    profile_flags_init(flags);
    if (!profile_flags_parse(flags, (const char *const *)argv + 1, &error)) {
        profile_run_complain(error->message);
        *ret_status = PROFILE_EXIT_UNABLE;
        return false;
    }
    if (!flags->help)
        return true;
    print_help(argv[0], usage);
    *ret_status = PROFILE_EXIT_FINE;
    return false;
}

/* --- reading --- */

static void on_interrupt(int number)
{
    (void)number;
    __atomic_store_n(&interrupted, 1, __ATOMIC_RELAXED);
}

static void show_progress(const struct profile_source *source, double fraction, void *user)
{
    bool *shown = user;

    if (source->seconds == 0 || !isatty(STDERR_FILENO))
        return;
    g_autofree char *name = text_safe(source->text, -1, g_get_charset(NULL));

    *shown = true;
    g_printerr("\r%s: %s, %.0f of %d s (Ctrl-C cancels) ", name, source->name,
               fraction * source->seconds, source->seconds);
}

/* Ctrl-C only while something is read; otherwise it ends the program as ever. */
static bool load_one(const struct profile_source *source, struct profile_loaded *ret,
                     GError **error)
{
    struct sigaction own = {.sa_handler = on_interrupt}, before;
    bool shown = false;
    struct profile_waiting waiting = {
        .profile_only = true, .cancelled = &interrupted, .progress = show_progress, .user = &shown};

    sigemptyset(&own.sa_mask);
    sigaction(SIGINT, &own, &before);
    bool ok = profile_source_load(source, &waiting, ret, error);

    sigaction(SIGINT, &before, NULL);
    if (shown)
        g_printerr("\r\033[K");
    return ok;
}

/* Where a process is read from, when the command line does not say: as the file says. */
static bool take_configured_source(const struct profile_source *source, GError **error)
{
    if (source->kind != PROFILE_SOURCE_LIVE)
        return true;
    struct config *config = config_load(NULL, error); /* it says so to attach.h */

    if (config == NULL)
        return false;
    config_free(config);
    return true;
}

static bool load_text(const struct profile_flags *flags, const char *text,
                      struct profile_loaded *ret, GError **error)
{
    struct profile_wanted wanted = {
        .profile = flags->profile, .seconds = flags->seconds, .pprof = flags->pprof};
    struct profile_source source;

    if (flags->source != NULL && !attach_source_option(NULL, flags->source, NULL, error))
        return false;
    if (!profile_source_parse(text, &wanted, &source, error))
        return false;
    bool ok = take_configured_source(&source, error) && load_one(&source, ret, error);

    profile_source_clear(&source);
    return ok;
}

/* Adds the profile of loaded to what was read before. */
static bool add_profile(struct profile_gathered *input, const struct profile_loaded *loaded,
                        GError **error)
{
    g_autoptr(GError) cause = NULL;

    if (input->profile == NULL) {
        input->profile = profile_ref(loaded->profile);
        return true;
    }
    struct profile *sum = merge_plus(input->profile, loaded->profile, &cause);

    if (sum == NULL) {
        g_set_error(error, PROFILE_SOURCE_ERROR, PROFILE_SOURCE_ERROR_FORMAT,
                    "%s cannot be merged with what is before it: %s", loaded->origin,
                    cause->message);
        return false;
    }
    profile_unref(input->profile);
    input->profile = sum;
    return true;
}

static bool is_cancelled(const GError *error)
{
    return g_error_matches(error, PROFILE_SOURCE_ERROR, PROFILE_SOURCE_ERROR_CANCELLED);
}

/* go tool pprof's older callers name the program first: Go profiles carry its symbols. */
static bool is_program(const char *path)
{
    static const guint8 starts[][4] = {{0x7f, 'E', 'L', 'F'},
                                       {0xcf, 0xfa, 0xed, 0xfe},
                                       {0xca, 0xfe, 0xba, 0xbe},
                                       {'M', 'Z', 0x90, 0}};
    guint8 start[4] = {0};
    struct stat info;
    bool found = false;

    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd >= 0 && read(fd, start, sizeof start) == (ssize_t)sizeof start)
        for (size_t i = 0; i < G_N_ELEMENTS(starts); i++)
            found = found || memcmp(start, starts[i], sizeof start) == 0;
    if (fd >= 0)
        close(fd);
    return found;
}

/* One more source. False: nothing more is to be read; what one alone lacks is only told. */
static bool gather(const struct profile_flags *flags, const char *text, bool alone,
                   struct profile_gathered *input, GError **error)
{
    g_autoptr(GError) cause = NULL;
    struct profile_loaded loaded;

    if (load_text(flags, text, &loaded, &cause)) {
        bool ok = add_profile(input, &loaded, error);

        if (ok) {
            g_ptr_array_add(input->origins, g_strdup(loaded.origin));
            if (input->kind == NULL)
                input->kind = g_strdup(loaded.kind);
            input->real_us = loaded.real_us;
        }
        profile_loaded_clear(&loaded);
        return ok;
    }
    if (alone || is_cancelled(cause)) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    profile_run_complain(cause->message);
    return true;
}

bool profile_run_load(const struct profile_flags *flags, const GPtrArray *sources, guint first,
                      struct profile_gathered *ret, int *ret_status)
{
    struct profile_gathered input = {.origins = g_ptr_array_new_with_free_func(g_free)};
    if (sources->len > first + 1 && is_program(sources->pdata[first]))
        first++;
    guint n = sources->len > first ? sources->len - first : 0;

    g_autoptr(GError) error = NULL;
    bool ok = true;

    /* How large a profile may be: as was said, else what leaves room for others on this machine. */
    enum { SHARE = 4 };
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    guint64 share = pages > 0 && page > 0 ? (guint64)pages * (guint64)page / SHARE : 0;
    guint64 bytes = flags->max_size > 0 ? flags->max_size : MAX(share, PPROF_DEFAULT_BYTES);

    limits_set_bytes((size_t)MIN(bytes, PPROF_MOST_BYTES));

    for (guint i = 0; ok && i < MAX(n, 1); i++)
        ok = gather(flags, n > 0 ? sources->pdata[first + i] : "", n <= 1, &input, &error);
    if (ok && input.profile == NULL) {
        g_set_error_literal(&error, PROFILE_SOURCE_ERROR, PROFILE_SOURCE_ERROR_FILE,
                            "none of the sources could be read");
        ok = false;
    }
    if (!ok) {
        profile_gathered_clear(&input);
        profile_run_complain(error->message);
        *ret_status = is_cancelled(error) ? PROFILE_EXIT_INTERRUPTED : PROFILE_EXIT_UNABLE;
        return false;
    }

    /* As the tool: what could be read counts, and that it is not all stands on stderr. */
    if (input.origins->len < n)
        g_printerr("sidescope: read %u source profiles out of %u\n", input.origins->len, n);

    *ret = input;
    return true;
}

bool profile_run_load_base(const struct profile_flags *flags, struct profile_gathered *ret,
                           int *ret_status)
{
    const GPtrArray *base = flags->diff_base->len > 0 ? flags->diff_base : flags->base;

    *ret = (struct profile_gathered){0};
    if (flags->base->len > 0 && flags->diff_base->len > 0) {
        profile_run_complain("-base and -diff_base exclude each other");
        *ret_status = PROFILE_EXIT_UNABLE;
        return false;
    }
    if (flags->normalize && base->len == 0) {
        profile_run_complain("-normalize needs a -base or -diff_base to scale to");
        *ret_status = PROFILE_EXIT_UNABLE;
        return false;
    }
    return base->len == 0 || profile_run_load(flags, base, 0, ret, ret_status);
}

/* They change what numbers mean, so they are not passed over in silence. */
bool profile_run_refuses(const struct profile_flags *flags)
{
    bool refused = flags->mean || flags->mean_delay || flags->normalize || flags->divide_by != 1;

    if (refused)
        profile_run_complain("-mean, -mean_delay, -normalize and -divide_by are for top, peek, "
                             "list, tree, traces and tags");
    return refused;
}

/* --- writing --- */

/* Lines and their tabs stay; what is between them becomes safe. */
static char *make_safe(const char *text, gsize n)
{
    GString *out = g_string_sized_new(n);

    for (const char *at = text, *end = text + n; at < end;) {
        const char *stop = at;

        while (stop < end && *stop != '\n' && *stop != '\t')
            stop++;
        text_sanitise(out, at, stop - at, g_get_charset(NULL));
        if (stop < end)
            g_string_append_c(out, *stop++);
        at = stop;
    }
    return g_string_free(out, FALSE);
}

static int write_stdout(const char *text, gsize n)
{
    g_autofree char *safe = isatty(STDOUT_FILENO) ? make_safe(text, n) : NULL;

    if (safe != NULL ? file_write_all(STDOUT_FILENO, safe, strlen(safe))
                     : file_write_all(STDOUT_FILENO, text, n))
        return PROFILE_EXIT_FINE;
    profile_run_complain("standard output cannot be written to");
    return PROFILE_EXIT_UNABLE;
}

static int write_file(const struct profile_flags *flags, const char *text, gsize n)
{
    enum { MODE = 0666 };
    int extra = flags->force ? O_TRUNC : O_EXCL;
    int fd = open(flags->output, O_WRONLY | O_CREAT | O_CLOEXEC | extra, MODE);
    bool ok = fd >= 0 && file_write_all(fd, text, n);
    int cause = errno;

    if (fd >= 0 && close(fd) != 0 && ok) {
        ok = false;
        cause = errno;
    }
    if (ok)
        return PROFILE_EXIT_FINE;
    g_autofree char *sentence =
        g_strdup_printf("%s cannot be written: %s%s", flags->output, g_strerror(cause),
                        cause == EEXIST ? " (-force overwrites it)" : "");

    profile_run_complain(sentence);
    return PROFILE_EXIT_UNABLE;
}

int profile_run_write(const struct profile_flags *flags, const char *text, gsize n)
{
    return flags->output != NULL ? write_file(flags, text, n) : write_stdout(text, n);
}
