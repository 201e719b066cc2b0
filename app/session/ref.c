#include "app/session/ref.h"

#include "app/session/session_parts.h"

enum ref_key { KEY_NONE, KEY_TEXT, KEY_REGION, KEY_HASH, KEY_ID };

static const struct ref_info {
    const char *name, *pane;
    enum ref_key key;
    bool is_part;
} infos[REF_N_KINDS] = {
    [REF_NONE] = {"none", "none", KEY_NONE, false},
    [REF_MEMORY] = {"memory", "memory", KEY_NONE, false},
    [REF_FILES] = {"files", "files", KEY_NONE, false},
    [REF_GOROUTINES] = {"goroutines", "goroutines", KEY_NONE, false},
    [REF_HEAP] = {"heap", "heap", KEY_NONE, false},
    [REF_CPU] = {"cpu", "cpu", KEY_NONE, false},
    [REF_THREADS] = {"threads", "none", KEY_NONE, false},
    [REF_CHILDREN] = {"children", "none", KEY_NONE, false},
    [REF_STARTS] = {"starts", "none", KEY_NONE, false},
    [REF_STEP] = {"step", "none", KEY_ID, false},
    [REF_REGIONS] = {"regions", "memory", KEY_REGION, true},
    [REF_PATH] = {"path", "files", KEY_TEXT, true},
    [REF_TEMPLATE] = {"template", "files", KEY_TEXT, true},
    [REF_TYPE] = {"type", "files", KEY_TEXT, false},
    [REF_CLASS] = {"class", "files", KEY_TEXT, false},
    [REF_HELD] = {"held", "files", KEY_TEXT, true},
    [REF_AGES] = {"ages", "files", KEY_TEXT, true},
    [REF_DESCRIPTOR] = {"descriptor", "files", KEY_NONE, true},
    [REF_DATABASE] = {"database", "files", KEY_TEXT, true},
    [REF_STACKS] = {"stacks", "goroutines", KEY_HASH, true},
    [REF_SITE] = {"site", "goroutines", KEY_TEXT, true},
    [REF_FUNCTION] = {"function", "heap", KEY_TEXT, true},
    [REF_CPU_FUNCTION] = {"function", "cpu", KEY_TEXT, true},
    [REF_THREAD] = {"thread", "none", KEY_ID, true},
    [REF_COMMAND] = {"command", "none", KEY_TEXT, true},
};

void ref_copy(struct ref *ret, const struct ref *ref)
{
    g_assert(ref->kind != REF_DESCRIPTOR); /* its entry ends with the sample */
    *ret = *ref;
    ret->text = g_strdup(ref->text);
    ret->hashes = ref->n > 0 ? g_memdup2(ref->hashes, ref->n * sizeof *ref->hashes) : NULL;
}

void ref_clear(struct ref *ref)
{
    g_free((char *)(uintptr_t)ref->text);
    g_free((uint64_t *)(uintptr_t)ref->hashes);
    *ref = (struct ref){.kind = REF_NONE};
}

const char *ref_name(enum ref_kind kind)
{
    return infos[kind].name;
}

const char *ref_pane(enum ref_kind kind)
{
    return infos[kind].pane;
}

char *ref_key(const struct ref *ref)
{
    switch (infos[ref->kind].key) {
    case KEY_TEXT:
        return g_strdup(ref->text != NULL ? ref->text : "");
    case KEY_REGION:
        return g_strdup(region_class_name(ref->region));
    case KEY_HASH:
        return g_strdup(ref->n > 0 ? session_parts_bucket_key(ref->hashes[ref->at]).text : "");
    case KEY_ID:
        return g_strdup_printf("%d", ref->id);
    case KEY_NONE:
    default:
        return g_strdup("");
    }
}

bool ref_is_part(enum ref_kind kind)
{
    return infos[kind].is_part;
}
