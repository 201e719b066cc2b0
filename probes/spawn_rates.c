#include "probes/spawn_rates.h"

#include "probes/limits.h"

#include <string.h>

enum { SECONDS = 60 };

struct command {
    char *name;
    uint64_t total;
    uint32_t per_second[SECONDS]; /* by second of the monotonic clock, modulo SECONDS */
};

struct spawn_rates {
    GHashTable *by_name; /* name to struct command * */
    gint64 since_us;
    gint64 second; /* of the newest bucket */
    uint64_t total;
};

static void command_free(void *data)
{
    struct command *command = data;

    g_free(command->name);
    g_free(command);
}

struct spawn_rates *spawn_rates_new(gint64 now_us)
{
    struct spawn_rates *rates = g_new0(struct spawn_rates, 1);

    rates->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, command_free);
    rates->since_us = now_us;
    rates->second = now_us / G_USEC_PER_SEC;
    return rates;
}

void spawn_rates_free(struct spawn_rates *rates)
{
    if (rates == NULL)
        return;
    g_hash_table_unref(rates->by_name);
    g_free(rates);
}

static struct command *find_command(struct spawn_rates *rates, const char *name)
{
    struct command *command = g_hash_table_lookup(rates->by_name, name);

    if (command != NULL)
        return command;
    if (g_hash_table_size(rates->by_name) >= PROBES_MAX_SPAWN_COMMANDS &&
        strcmp(name, "(other)") != 0)
        return find_command(rates, "(other)");
    command = g_new0(struct command, 1);
    command->name = g_strdup(name);
    g_hash_table_insert(rates->by_name, command->name, command);
    return command;
}

/* Empties the buckets of the seconds that have begun since. */
static void advance(struct spawn_rates *rates, gint64 now_us)
{
    gint64 now = now_us / G_USEC_PER_SEC;
    gint64 steps = CLAMP(now - rates->second, 0, SECONDS);
    GHashTableIter iter;
    gpointer value;

    if (steps == 0)
        return;
    g_hash_table_iter_init(&iter, rates->by_name);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        for (gint64 i = 0; i < steps; i++)
            ((struct command *)value)->per_second[(now - i) % SECONDS] = 0;
    rates->second = now;
}

void spawn_rates_add(struct spawn_rates *rates, const char *command, gint64 at_us)
{
    struct command *entry = find_command(rates, command);
    gint64 second = at_us / G_USEC_PER_SEC;

    advance(rates, at_us);
    entry->total++;
    rates->total++;
    if (rates->second - second < SECONDS)
        entry->per_second[second % SECONDS]++;
}

uint64_t spawn_rates_total(const struct spawn_rates *rates)
{
    return rates->total;
}

static gint busiest_first(gconstpointer a, gconstpointer b)
{
    const struct spawn_rate *x = a, *y = b;

    if (x->last_minute != y->last_minute)
        return x->last_minute > y->last_minute ? -1 : 1;
    if (x->total != y->total)
        return x->total > y->total ? -1 : 1;
    return strcmp(x->command, y->command);
}

void spawn_rates_fill(struct spawn_rates *rates, gint64 now_us, struct threads_sample *sample)
{
    size_t n = g_hash_table_size(rates->by_name), i = 0;
    struct spawn_rate *spawns = sample_alloc(sample, MAX(n, 1) * sizeof *spawns);
    GHashTableIter iter;
    gpointer value;

    advance(rates, now_us);
    sample->spawns_total = sample->spawns_last_minute = 0;
    g_hash_table_iter_init(&iter, rates->by_name);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct command *command = value;

        spawns[i] = (struct spawn_rate){.command = sample_strdup(sample, command->name),
                                        .total = command->total};
        for (size_t s = 0; s < SECONDS; s++)
            spawns[i].last_minute += command->per_second[s];
        sample->spawns_total += spawns[i].total;
        sample->spawns_last_minute += spawns[i].last_minute;
        i++;
    }
    qsort(spawns, n, sizeof *spawns, busiest_first);
    sample->spawns = spawns;
    sample->n_spawns = n;
    sample->spawns_since_us = rates->since_us;
}

/* --- names of commands --- */

static const char *const with_subcommands[] = {"git", "td",     "tmux", "gh",
                                               "go",  "docker", "npm",  NULL};
/* Options that are followed by a word of their own: git -C dir, -c key=value; tmux -L name. */
static const char *const with_value[] = {"-C", "-c", "-L", "-S", "-f", "-w", "--git-dir", NULL};
/* git worktree list is something else than git worktree add. */
static const char *const with_second_word[] = {"worktree",  "stash", "remote",
                                               "submodule", "notes", NULL};

/* tmux -C is a mode, not an option with a value. */
static const char *find_subcommand(const char *program, const char *p, const char *end)
{
    bool tmux = strcmp(program, "tmux") == 0, skip = false;

    for (; p < end; p += strlen(p) + 1) {
        if (skip || *p == '\0')
            skip = false;
        else if (*p == '-')
            skip = g_strv_contains(with_value, p) && !(tmux && strcmp(p, "-C") == 0);
        else
            return p;
    }
    return NULL;
}

/*
 * What tells one git command from another behind its subcommand: options without
 * their values, and HEAD. What follows (paths, messages, hashes) is not the
 * same twice.
 */
static void append_git_words(GString *out, const char *subcommand, const char *end)
{
    enum { MAX_WORDS = 3 };
    const char *word = subcommand + strlen(subcommand) + 1;

    for (int n = 0; n < MAX_WORDS && word < end; n++, word += strlen(word) + 1) {
        bool option = word[0] == '-' && word[1] != '\0' && strcmp(word, "--") != 0;
        bool second =
            n == 0 && g_strv_contains(with_second_word, subcommand) && g_ascii_isalpha(*word);

        if (!option && !second && strcmp(word, "HEAD") != 0)
            return;
        g_string_append_c(out, ' ');
        g_string_append_len(out, word, (gssize)strcspn(word, "="));
    }
}

char *spawn_command_of(const char *arguments, size_t n)
{
    g_autofree char *text = g_malloc(n + 1);

    memcpy(text, arguments, n);
    text[n] = '\0';
    const char *slash = strrchr(text, '/');
    const char *program = slash != NULL ? slash + 1 : text;
    const char *word = g_strv_contains(with_subcommands, program)
                           ? find_subcommand(program, text + strlen(text) + 1, text + n)
                           : NULL;
    GString *out = g_string_new(program);

    if (word != NULL)
        g_string_append_printf(out, " %s", word);
    if (word != NULL && strcmp(program, "git") == 0)
        append_git_words(out, word, text + n);
    return g_string_free(out, FALSE);
}
