#include "pprof/goroutine_dump.h"
#include "probes/goruntime/goroutines_private.h"

#include <string.h>

/* What the texts of the runtime show of a stack, traceback.go. */

/* --- which frames --- */

static bool is_exported(const char *name)
{
    return *name >= 'A' && *name <= 'Z';
}

/* "runtime.Gosched", "runtime.(*Func).Entry": isExportedRuntime. rest is behind "runtime." */
static bool is_exported_runtime(const char *rest)
{
    const char *dot = strrchr(rest, '.');

    if (dot == NULL)
        return is_exported(rest);
    bool is_pointer = dot - rest >= 3 && rest[0] == '(' && rest[1] == '*' && dot[-1] == ')';

    return is_exported(dot + 1) && (dot == rest || is_exported(is_pointer ? rest + 2 : rest));
}

static bool is_shown(const struct symbol_frame *f, bool is_first, const char *callee)
{
    static const char prefix[] = "runtime.";
    const char *name = f->function;

    if (f->is_wrapper && strcmp(callee, "runtime.gopanic") != 0 &&
        strcmp(callee, "runtime.sigpanic") != 0 && strcmp(callee, "runtime.panicwrap") != 0)
        return false;
    if (strcmp(name, "runtime.gopanic") == 0 && !is_first)
        return true;
    if (!g_str_has_prefix(name, prefix))
        return strchr(name, '.') != NULL;
    return is_exported_runtime(name + sizeof prefix - 1);
}

/* The frames that go on being shown from 1.25 on: what is below is a finalizer's. */
static bool is_context(const char *name)
{
    return strcmp(name, "runtime.runFinalizers") == 0 || strcmp(name, "runtime.runCleanups") == 0;
}

/* printFuncName: type arguments are left out, and gopanic is what the source calls. */
static const char *printed_name(const char *name, GString *out)
{
    const char *open = strchr(name, '['), *close = strrchr(name, ']');

    if (strcmp(name, "runtime.gopanic") == 0)
        return "panic";
    if (open == NULL || close == NULL || close < open)
        return name;
    g_string_truncate(out, 0);
    g_string_append_len(out, name, open - name);
    g_string_append(out, "[...]");
    g_string_append(out, close + 1);
    return out->str;
}

/* --- visiting --- */

struct visit {
    goroutine_visit_frame *frame;
    void *user;
    GString *name;
    bool shows_all;
    size_t n; /* visited */
};

static void visit_stack(struct visit *v, const struct live_goroutine *g)
{
    const char *callee = "";
    bool is_first = true;

    for (size_t i = 0; i < g->n_stack; i++)
        for (uint32_t k = 0; k < g->stack[i]->n_frames; k++) {
            const struct symbol_frame *f = &g->stack[i]->frames[k];

            if (v->shows_all || is_shown(f, is_first, callee) || is_context(f->function)) {
                struct goroutine_frame shown = {.function = printed_name(f->function, v->name),
                                                .file = f->file,
                                                .line = f->line,
                                                .inlined = f->is_inlined};

                v->frame(&shown, v->user);
                v->n++;
            }
            is_first = false;
            callee = f->function;
        }
}

void goroutine_visit_shown(const struct live_goroutine *g, goroutine_visit_frame *visit, void *user)
{
    g_autoptr(GString) name = g_string_new(NULL);
    struct visit v = {.frame = visit, .user = user, .name = name};

    visit_stack(&v, g);
    v.shows_all = true;
    if (v.n == 0)
        visit_stack(&v, g);
}

/* The function itself, with the place of what is innermost there: as the runtime prints one pc. */
static bool frame_of_symbol(const struct symbol *s, GString *name, struct goroutine_frame *ret)
{
    if (s == NULL)
        return false;
    *ret = (struct goroutine_frame){.function =
                                        printed_name(s->frames[s->n_frames - 1].function, name),
                                    .file = s->frames[0].file,
                                    .line = s->frames[0].line};
    return true;
}

bool goroutine_shown_start(const struct live_goroutine *g, GString *name,
                           struct goroutine_frame *ret)
{
    if (g->meant == NULL)
        return false;
    *ret = (struct goroutine_frame){.function = printed_name(g->meant->function, name),
                                    .file = g->meant->file,
                                    .line = g->meant->line};
    return true;
}

bool goroutine_shown_creator(const struct live_goroutine *g, GString *name,
                             struct goroutine_frame *ret)
{
    return g->creator != NULL &&
           is_shown(&g->creator->frames[g->creator->n_frames - 1], false, "") &&
           frame_of_symbol(g->creator, name, ret);
}

/* --- as a dump --- */

struct shown {
    struct goroutine_frame *frames;
    guint n;
};

struct maker {
    struct goroutine_collection c;
    GString *name;
    GHashTable *by_stack; /* a list's stack -> struct shown *: each is named once */
};

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static struct goroutine_frame intern(struct maker *m, const struct goroutine_frame *frame)
{
    struct goroutine_frame own = *frame;

    own.function = collection_intern(&m->c, span_of(frame->function));
    own.file = collection_intern(&m->c, span_of(frame->file));
    own.arguments = NULL;
    return own;
}

static void add_frame(const struct goroutine_frame *frame, void *user)
{
    struct maker *m = user;
    struct goroutine_frame own = intern(m, frame);

    collection_add_frame(&m->c, &own);
}

/* Leaves the frames of g in the collection. */
static void collect_frames(struct maker *m, const struct live_goroutine *g)
{
    struct goroutine_frame frame;
    struct shown *known = g->stack != NULL ? g_hash_table_lookup(m->by_stack, g->stack) : NULL;

    collection_clear_frames(&m->c);
    if (known != NULL) {
        g_array_append_vals(m->c.frames, known->frames, known->n);
    } else if (g->stack != NULL) {
        goroutine_visit_shown(g, add_frame, m);
        known = store_alloc(m->c.arena, sizeof *known);
        known->n = m->c.frames->len;
        known->frames = store_array(m->c.arena, known->n, sizeof *known->frames);
        memcpy(known->frames, m->c.frames->data, known->n * sizeof *known->frames);
        g_hash_table_insert(m->by_stack, (gpointer)(uintptr_t)g->stack, known);
    } else if (goroutine_shown_start(g, m->name, &frame)) {
        add_frame(&frame, m);
    }
}

struct goroutine_dump *goroutine_list_to_dump(const struct goroutine_list *list)
{
    struct maker m = {.name = g_string_new(NULL),
                      .by_stack = g_hash_table_new(g_direct_hash, g_direct_equal)};

    collection_init(&m.c);
    m.c.dump->has_states = true;
    m.c.dump->truncated = list->truncated;
    for (size_t i = 0; i < list->n; i++) {
        static const int64_t ns_per_minute = INT64_C(60000000000);
        const struct live_goroutine *g = &list->goroutines[i];
        struct goroutine_frame creator;

        if (g->is_system)
            continue;
        struct goroutine one = {.has_id = true,
                                .id = g->id,
                                .count = 1,
                                .state = collection_intern(&m.c, span_of(g->state)),
                                .labels = collection_intern(&m.c, span_of(g->labels)),
                                .minutes = MAX(g->waiting_ns, 0) / ns_per_minute,
                                .locked = g->is_locked,
                                .has_creator = goroutine_shown_creator(g, m.name, &creator)};

        if (one.has_creator) {
            one.creator = intern(&m, &creator);
            one.creator.arguments = collection_intern(&m.c, (struct span){"", 0});
            one.creator_id = g->parent_id;
        }
        collect_frames(&m, g);
        collection_add(&m.c, &one);
    }
    struct goroutine_dump *dump = collection_finish(&m.c);

    g_hash_table_unref(m.by_stack);
    g_string_free(m.name, TRUE);
    return dump;
}
