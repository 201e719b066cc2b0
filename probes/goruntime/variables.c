#include "probes/goruntime/variables.h"

#include "probes/goruntime/bytes.h"
#include "probes/goruntime/errors.h"
#include "probes/goruntime/pclntab.h"
#include "probes/goruntime/references.h"

#include <string.h>

enum {
    WORD = 8,
    CODE_AT_ONCE = 1 << 20,
    MAX_FUNCTION = 16 << 20, /* bytes of code of one function that are looked at */
    MAX_FAR = 512,           /* bytes from the beginning of a variable to a word of it */
    MAX_FIELD = 64,          /* bytes from there to a word that init alone uses */
    MAX_USERS = 3,           /* that are named */
    MAX_USES = 1 << 25,      /* in all code; a large program has a million */
};

/* One function's use of one address. */
struct use {
    uint64_t address;
    uint32_t function;
};

struct variables {
    struct module *module;
    GArray *uses;      /* struct use, by address, of user code */
    GArray *variables; /* struct variable, by address */
};

/* --- the code --- */

static bool has_part(const char *path, const char *part)
{
    return g_str_has_prefix(path, part + 1) || strstr(path, part) != NULL;
}

/*
 * By file as well: functions of the runtime may have names of other packages. And the pools that
 * the collector clears are a list like its own: one that is part of an object of the program would
 * be said to hold all of that.
 */
static bool is_runtime(const struct module *module, size_t function)
{
    const char *name = pclntab_name(module, function);
    int64_t line;

    if (g_str_has_prefix(name, "runtime.") || g_str_has_prefix(name, "internal/runtime/") ||
        g_str_has_prefix(name, "type:.") || g_str_has_prefix(name, "go:") ||
        g_str_has_prefix(name, "sync.(*Pool).") || strcmp(name, "sync.poolCleanup") == 0)
        return true;
    const char *file = pclntab_place(module, function, pclntab_entry(module, function), &line);

    return has_part(file, "/runtime/") &&
           (g_str_has_prefix(file, "runtime/") || g_str_has_prefix(file, "internal/runtime/") ||
            strstr(file, "/src/runtime/") != NULL ||
            strstr(file, "/src/internal/runtime/") != NULL);
}

static void scan_function(const struct module *module, size_t function, const uint8_t *code,
                          GArray *found, GArray *uses)
{
    uint64_t entry = pclntab_entry(module, function);
    struct references_code text = {.arch = module->layout.arch,
                                   .address = entry,
                                   .bytes = code,
                                   .n = (size_t)(pclntab_end(module, function) - entry)};

    g_array_set_size(found, 0);
    references_scan(&text, references_data(module), found);
    references_sort(found);
    uint32_t number = is_runtime(module, function) ? UINT32_MAX : (uint32_t)function;

    for (guint i = 0; i < found->len; i++) {
        struct use use = {g_array_index(found, uint64_t, i), number};

        g_array_append_val(uses, use);
    }
}

static bool is_sound(const struct module *module, size_t function)
{
    uint64_t begin = pclntab_entry(module, function), end = pclntab_end(module, function);

    return begin < end && end - begin <= MAX_FUNCTION && module_area_has(&module->text, begin) &&
           end <= module->text.end;
}

/* Functions lie one behind the other: as many as fit are read at once. */
static bool scan_code(struct go_runtime *runtime, GArray *uses, GError **error)
{
    const struct module *module = runtime->module;
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    g_autoptr(GByteArray) code = g_byte_array_new();

    for (size_t i = 0, next; i < module->n_functions; i = next) {
        next = i + 1;
        if (!is_sound(module, i))
            continue;
        uint64_t begin = pclntab_entry(module, i), end = pclntab_end(module, i);

        while (next < module->n_functions && is_sound(module, next) &&
               pclntab_entry(module, next) >= end &&
               pclntab_end(module, next) - begin <= CODE_AT_ONCE)
            end = pclntab_end(module, next++);
        g_byte_array_set_size(code, (guint)(end - begin));
        struct memory_range range = {begin, code->data, code->len, false};

        if (!memory_read_ranges(runtime->memory, &range, 1, error))
            return false;
        if (uses->len > MAX_USES) {
            g_set_error_literal(error, GORUNTIME_ERROR, GORUNTIME_ERROR_TOO_LARGE,
                                "the program's code refers to variables in more places than are "
                                "looked at");
            return false;
        }
        for (size_t k = i; range.ok && k < next; k++)
            scan_function(module, k, code->data + (pclntab_entry(module, k) - begin), found, uses);
    }
    return true;
}

/* --- the variables --- */

static int compare_uses(const void *a, const void *b)
{
    const struct use *x = a, *y = b;

    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return (x->function > y->function) - (x->function < y->function);
}

static int compare_variables(const void *a, const void *b)
{
    const struct variable *x = a, *y = b;

    return (x->address > y->address) - (x->address < y->address);
}

static struct variable *exact(const struct variables *v, uint64_t address)
{
    const struct variable *found = variables_find(v, address);

    return found != NULL && found->address == address ? (struct variable *)(uintptr_t)found : NULL;
}

static bool is_init(const char *name)
{
    return g_str_has_suffix(name, ".init") || strstr(name, ".init.") != NULL;
}

static const char *user_at(const struct variables *v, const struct variable *variable, uint32_t i)
{
    return pclntab_name(v->module,
                        g_array_index(v->uses, struct use, variable->first + i).function);
}

/* Is a function of the package of another one? "example.com/x/cache.init". */
static bool is_of_package(const char *function, const char *other)
{
    const char *slash = strrchr(other, '/');
    size_t n = (size_t)(slash != NULL ? slash - other : 0);

    n += strcspn(other + n, ".");
    return strncmp(function, other, n) == 0 && function[n] == '.';
}

/*
 * The object of "var x = &T{...}": its package's init alone names it, to fill it in, and all other
 * code goes through x. Then variable is told by the users of x, which holder is, or a part of its
 * object that is known to be.
 */
static void join(const struct variables *v, struct variable *variable,
                 const struct variable *holder, uint64_t through)
{
    bool is_joined = false;

    for (uint32_t i = 0; i < variable->n; i++)
        if (!is_init(user_at(v, variable, i)))
            return;
    for (uint32_t i = 0; variable->n > 0 && i < holder->n && !is_joined; i++) {
        const char *user = user_at(v, holder, i);

        is_joined = !is_init(user) && is_of_package(user, user_at(v, variable, 0));
    }
    if (!is_joined)
        return;
    variable->first = holder->first;
    variable->n = holder->n;
    variable->through = through;
}

/* Words inside of such an object. */
static void join_fields(const struct variables *v)
{
    for (guint i = 1; i < v->variables->len; i++) {
        struct variable *field = &g_array_index(v->variables, struct variable, i);
        const struct variable *object = field - 1;

        if (object->through != 0 && field->is_user && field->address - object->address < MAX_FIELD)
            join(v, field, object, object->through);
    }
}

static bool read_literals(struct variables *v, struct go_runtime *runtime, GError **error)
{
    enum { MAX_AREA = 1 << 30 };
    const struct module_area areas[] = {runtime->module->data, runtime->module->bss};

    for (size_t i = 0; i < G_N_ELEMENTS(areas); i++) {
        if (areas[i].end <= areas[i].begin)
            continue;
        g_autofree uint8_t *words = memory_copy(runtime->memory, areas[i].begin,
                                                areas[i].end - areas[i].begin, MAX_AREA, error);

        if (words == NULL)
            return false;
        /*
         * Data that no code names is a literal that another variable points to: its users
         * are that one's.
         */
        struct module_area area = areas[i];
        struct module_area all = references_data(runtime->module);
        g_autoptr(GArray) more = g_array_new(FALSE, FALSE, sizeof(struct variable));

        for (uint64_t at = 0; at + WORD <= area.end - area.begin; at += WORD) {
            uint64_t value = bytes_u64(words + at);

            if (!module_area_has(&all, value))
                continue;
            const struct variable *holder = variables_find(v, area.begin + at);
            struct variable *known = exact(v, value);

            if (holder == NULL || !holder->is_user || (known != NULL && !known->is_user))
                continue;
            if (known != NULL) {
                join(v, known, holder, holder->address);
                continue;
            }
            if (more->len >= MAX_USES)
                break;
            struct variable literal = *holder;

            literal.address = value;
            literal.through = holder->address;
            g_array_append_val(more, literal);
        }
        g_array_append_vals(v->variables, more->data, more->len);
        g_array_sort(v->variables, compare_variables);
    }
    return true;
}

struct variables *variables_read(struct go_runtime *runtime, GError **error)
{
    struct variables *v = g_new0(struct variables, 1);

    v->module = module_ref(runtime->module);
    v->uses = g_array_new(FALSE, FALSE, sizeof(struct use));
    v->variables = g_array_new(FALSE, FALSE, sizeof(struct variable));
    bool ok = scan_code(runtime, v->uses, error);

    if (ok) {
        g_array_sort(v->uses, compare_uses);
        /* Some references only look like one: a variable that more of the runtime refers to is its
         * own. */
        for (guint i = 0; i < v->uses->len;) {
            const struct use *use = &g_array_index(v->uses, struct use, i);
            struct variable variable = {.address = use->address, .first = i};
            uint32_t n_runtime = 0;

            for (;
                 i < v->uses->len && g_array_index(v->uses, struct use, i).address == use->address;
                 i++) {
                bool is_user = g_array_index(v->uses, struct use, i).function != UINT32_MAX;

                variable.n += is_user;
                n_runtime += !is_user;
            }
            variable.is_user = variable.n > n_runtime;
            g_array_append_val(v->variables, variable);
        }
        ok = read_literals(v, runtime, error);
        join_fields(v);
    }
    if (!ok)
        g_clear_pointer(&v, variables_free);
    return v;
}

void variables_free(struct variables *v)
{
    if (v == NULL)
        return;
    module_unref(v->module);
    g_array_unref(v->uses);
    g_array_unref(v->variables);
    g_free(v);
}

const struct variable *variables_find(const struct variables *v, uint64_t address)
{
    guint low = 0, high = v->variables->len;

    while (low < high) {
        guint middle = low + (high - low) / 2;

        if (g_array_index(v->variables, struct variable, middle).address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    const struct variable *found = &g_array_index(v->variables, struct variable, low - 1);

    return address - found->address < MAX_FAR ? found : NULL;
}

/* Code that sets it up says least of it, so it is named when there is no other. */
char *variables_users(const struct variables *v, const struct variable *variable)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (int with_init = 0; with_init < 2 && text->len == 0; with_init++) {
        size_t n = 0;

        for (uint32_t i = 0; i < variable->n; i++) {
            const char *name = user_at(v, variable, i);

            if (is_init(name) != (with_init == 1))
                continue;
            if (n++ < MAX_USERS)
                g_string_append_printf(text, "%s%s", n > 1 ? ", " : "", name);
        }
        if (n > MAX_USERS)
            g_string_append_printf(text, ", +%zu", n - MAX_USERS);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}
