#include "tests/screens/fake_prove.h"

#include "app/target/prove_run.h"
#include "probes/leak_marks.h"

struct prove_run {
    struct leak_marks *leaks;
    bool is_over;
    void (*done)(void *user);
    void *user;
};

static struct prove_run *current;

struct prove_run *prove_run_start(const struct target *target, void (*done)(void *user), void *user)
{
    current = g_new0(struct prove_run, 1);
    *current = (struct prove_run){.leaks = target->leaks, .done = done, .user = user};
    return current;
}

void prove_run_free(struct prove_run *run)
{
    g_free(run);
}

bool prove_run_over(const struct prove_run *run)
{
    return run->is_over;
}

void prove_run_say(const struct prove_run *run, GString *out)
{
    (void)run;
    g_string_append(out, "looking for leaked goroutines: following pointers (4 of 18)");
}

void fake_prove_finish(const char *why)
{
    static const struct proof proven[] = {{.id = 20}, {.id = 21}};
    struct proofs proofs = {.proven = g_array_new(FALSE, FALSE, sizeof(struct proof)),
                            .n_suspects = 123456,
                            .n_looks = 6,
                            .read_bytes = 1234567890,
                            .took_s = 12.34};

    g_array_append_vals(proofs.proven, proven, G_N_ELEMENTS(proven));
    if (why != NULL)
        leak_marks_fail(current->leaks, why);
    else
        leak_marks_add(current->leaks, &proofs);
    g_array_unref(proofs.proven);
    current->is_over = true;
    current->done(current->user);
}
