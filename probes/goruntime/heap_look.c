#include "probes/goruntime/heap_look.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

enum { N_STEPS = 6 };

static void say(struct heap_look *look, const char *step)
{
    if (look->progress != NULL)
        look->progress(step, look->step, N_STEPS, look->user);
    look->step++;
}

static int64_t monotonic_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool look_at_all(struct heap_look *look, GError **error)
{
    say(look, "reading goroutines");
    look->goroutines = goroutines_read(look->runtime, monotonic_ns(), error);
    if (look->goroutines == NULL)
        return false;
    say(look, "copying the heap");
    look->objects = objects_read(look->runtime, error);
    if (look->objects == NULL)
        return false;
    say(look, "looking for variables in the code");
    look->variables = variables_read(look->runtime, error);
    if (look->variables == NULL)
        return false;
    look->types = go_types_new(look->runtime);
    look->object_types = object_types_new(look->runtime, look->types, look->objects, error);
    if (look->object_types == NULL)
        return false;
    struct reach_input input = {.runtime = look->runtime,
                                .objects = look->objects,
                                .variables = look->variables,
                                .goroutines = look->goroutines,
                                .types = look->types,
                                .see_pair = object_types_see_pair,
                                .user = look->object_types};

    say(look, "following pointers");
    look->reach = reach_follow(&input, error);
    if (look->reach == NULL)
        return false;
    say(look, "finding types");
    object_types_find(look->object_types, look->reach);
    say(look, "adding up");
    return true;
}

bool heap_look_read(struct heap_look *look, struct go_runtime *runtime, holders_progress *progress,
                    void *user, GError **error)
{
    *look = (struct heap_look){
        .runtime = runtime, .progress = progress, .user = user, .began_ns = monotonic_ns()};
    return look_at_all(look, error);
}

void heap_look_clear(struct heap_look *look)
{
    reach_free(look->reach);
    object_types_free(look->object_types);
    go_types_free(look->types);
    variables_free(look->variables);
    objects_free(look->objects);
    goroutine_list_free(look->goroutines);
}

double heap_look_seconds(const struct heap_look *look)
{
    return (double)(monotonic_ns() - look->began_ns) / 1e9;
}

/* --- names --- */

bool heap_look_is_user(const char *function)
{
    const char *slash = strchr(function, '/'), *dot = strchr(function, '.');

    return g_str_has_prefix(function, "main.") || (slash != NULL && dot != NULL && dot < slash);
}

const char *heap_look_user_frame(const struct live_goroutine *g)
{
    for (size_t i = 0; i < g->n_stack; i++)
        for (uint32_t k = 0; k < g->stack[i]->n_frames; k++)
            if (heap_look_is_user(g->stack[i]->frames[k].function))
                return g->stack[i]->frames[k].function;
    return g->meant != NULL ? g->meant->function : "an unknown function";
}

/* Goroutines that wait at the same place of the program are one holder. */
char *heap_look_root_name(const struct heap_look *look, const struct reach_root *root)
{
    if (root->kind == REACH_GOROUTINE)
        return g_strdup_printf("goroutine in %s", heap_look_user_frame(root->goroutine));
    if (root->kind != REACH_GLOBAL)
        return g_strdup("the Go runtime");
    g_autofree char *users = variables_users(look->variables, root->variable);

    return g_strdup_printf("variable %#" PRIx64 " used by %s", root->variable->address, users);
}
