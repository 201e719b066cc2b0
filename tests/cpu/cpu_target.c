#include "cpu_target.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* It must not outlive a test that fails. */
static void on_start(gpointer user)
{
    (void)user;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* What has been printed until there is word in it, or the end. */
static char *read_until(int fd, const char *word)
{
    GString *text = g_string_new(NULL);
    char part[256];

    for (ssize_t n; strstr(text->str, word) == NULL && (n = read(fd, part, sizeof part)) > 0;)
        g_string_append_len(text, part, n);
    return g_string_free(text, FALSE);
}

void cpu_target_start(struct cpu_target *target, const char *load, double seconds, bool web)
{
    g_autofree char *time = g_strdup_printf("%.1f", seconds);
    const char *argv[] = {web ? CPU_TARGET_WEB : CPU_TARGET, load, time, NULL};
    g_autoptr(GError) error = NULL;
    GPid pid;

    g_spawn_async_with_pipes(NULL, (char **)(uintptr_t)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD,
                             on_start, NULL, &pid, NULL, &target->out, NULL, &error);
    g_assert_no_error(error);
    g_autofree char *ready = read_until(target->out, "\n");

    target->pid = pid;
    g_assert_true(g_str_has_prefix(ready, "ready "));
    g_auto(GStrv) words = g_strsplit(g_strstrip(ready), " ", 3);

    target->address = g_strdup(words[2] != NULL ? words[2] : "");
}

static void clear(struct cpu_target *target)
{
    waitpid(target->pid, NULL, 0);
    close(target->out);
    g_free(target->address);
}

void cpu_target_stop(struct cpu_target *target)
{
    kill(target->pid, SIGKILL);
    clear(target);
}

double cpu_target_wait(struct cpu_target *target)
{
    static const char word[] = "per second ";
    g_autofree char *text = read_until(target->out, "\n");
    const char *at = strstr(text, word);

    clear(target);
    g_assert_nonnull(at);
    return g_ascii_strtod(at + strlen(word), NULL);
}

/* --- profiles --- */

static bool has_function(const struct profile *profile, uint32_t location, const char *function,
                         bool innermost)
{
    const struct profile_location *l = &profile->locations[location];

    for (uint32_t i = 0; i < (innermost ? MIN(l->n_lines, 1) : l->n_lines); i++) {
        const struct profile_line *line = &profile->lines[l->first_line + i];

        if (strcmp(profile->functions[line->function].name, function) == 0)
            return true;
    }
    return false;
}

static bool is_in(const struct profile *profile, const struct profile_sample *sample,
                  const char *function, bool innermost)
{
    for (uint32_t i = 0; i < (innermost ? MIN(sample->n_frames, 1) : sample->n_frames); i++)
        if (has_function(profile, profile->frames[sample->first_frame + i], function, innermost))
            return true;
    return false;
}

static double share(const struct profile *profile, const char *function, bool innermost)
{
    int64_t sum = 0, found = 0;

    for (size_t i = 0; i < profile->n_samples; i++) {
        int64_t value = profile->values[i * profile->n_sample_types];

        sum += value;
        found += is_in(profile, &profile->samples[i], function, innermost) ? value : 0;
    }
    return sum > 0 ? (double)found / (double)sum : 0;
}

double cpu_target_flat(const struct profile *profile, const char *function)
{
    return share(profile, function, true);
}

double cpu_target_cum(const struct profile *profile, const char *function)
{
    return share(profile, function, false);
}

int64_t cpu_target_samples(const struct profile *profile)
{
    int64_t sum = 0;

    for (size_t i = 0; i < profile->n_samples; i++)
        sum += profile->values[i * profile->n_sample_types];
    return sum;
}
