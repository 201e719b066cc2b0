#include "probes/goruntime/chains.h"

#include "probes/goruntime/bytes.h"

#include <inttypes.h>
#include <string.h>

enum {
    MAX_HOPS = 1 << 16,
    MAX_TEXTS = 256, /* of different neighbours: more than anybody reads, and each descriptor has a
                      * chain */
};

/* One object on the way up. */
struct hop {
    uint32_t slot;
    struct object_child is; /* what it is, for the one above */
    char *text;             /* NULL: not worth showing */
};

struct climber {
    const struct heap_look *look;
    struct hop below;
    uint64_t offset; /* in the value of the object at hand, of the word that points below */
    bool in_header;  /* or it is in front of the value */
};

/* Parts of maps have types that nobody wrote. */
static bool is_map_part(const char *name)
{
    return g_str_has_prefix(name, "map.") || g_str_has_prefix(name, "noalg.") ||
           g_str_has_prefix(name, "struct { ctrl") || g_str_has_prefix(name, "maps.table");
}

static char *text_of(const struct climber *c, const struct go_type *type, bool is_array,
                     const char *prefix)
{
    g_autoptr(GString) text = g_string_new(prefix);
    uint64_t rest;

    if (is_map_part(type->name))
        return NULL;
    g_string_append(text, type->name);
    if (type->kind == GO_KIND_MAP || type->kind == GO_KIND_CHAN || type->size == 0 || c->in_header)
        return g_string_free(g_steal_pointer(&text), FALSE);
    if (is_array || c->offset < type->size)
        go_types_inside(c->look->types, type, c->offset % type->size, text, &rest);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *size_text(const struct climber *c, uint32_t slot)
{
    return g_strdup_printf("%" PRIu64 " B", objects_at(c->look->objects, slot).bytes);
}

/* --- what nothing tells --- */

/* The header of a map by what it points to: a group of its keys and values. */
static uint64_t map_above(const struct climber *c, uint32_t slot)
{
    const struct go_layout *l = &c->look->runtime->layout;
    bool is_swiss = l->map_bytes != GO_LAYOUT_NONE;
    int32_t bytes = is_swiss ? l->map_bytes : l->hmap_bytes;
    int32_t at = is_swiss ? l->map_dir_ptr : l->hmap_buckets;

    if (c->below.is.type == NULL || c->offset != (uint64_t)at ||
        objects_at(c->look->objects, slot).bytes != (uint64_t)bytes)
        return 0;
    return go_types_map_of(c->look->types, c->below.is.type->address);
}

/* A channel says itself what goes through it; NULL: it is none. */
static char *channel_text(const struct climber *c, uint32_t slot)
{
    enum { ROOM = 16 }; /* a slot is larger than a channel by less */
    const struct go_layout *l = &c->look->runtime->layout;
    struct object object = objects_at(c->look->objects, slot);
    uint64_t n = (uint64_t)l->hchan_bytes;

    if (object.data == NULL || object.bytes < n || object.bytes >= n + ROOM)
        return NULL;
    const uint8_t *b = object.data;
    const struct go_type *elem = go_types_at(c->look->types, bytes_u64(b + l->hchan_elemtype));

    if (elem->name == NULL || elem->size != bytes_u16(b + l->hchan_elemsize) ||
        bytes_u64(b + l->hchan_qcount) > bytes_u64(b + l->hchan_dataqsiz) ||
        bytes_u32(b + l->hchan_closed) > 1)
        return NULL;
    return g_strconcat("chan ", elem->name, NULL);
}

static char *ambiguous_text(const struct climber *c, uint32_t slot,
                            const struct object_guess *guess)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (size_t i = 0; i < MIN(guess->n, OBJECT_GUESS_MOST); i++)
        g_string_append_printf(text, "%s%s", i > 0 ? "|" : "", guess->types[i]->name);
    g_string_append(text, guess->n > OBJECT_GUESS_MOST ? "|…" : "");
    return g_strdup_printf("%" PRIu64 " B (%s)", objects_at(c->look->objects, slot).bytes,
                           text->str);
}

static struct hop array_above(const struct climber *c, uint32_t slot)
{
    const struct go_type *elem = c->below.is.type;
    struct hop hop = {.slot = slot};

    if (elem == NULL) {
        hop.text = g_strdup("[]func");
        return hop;
    }
    g_autofree char *pointer = g_strconcat("*", elem->name, NULL);
    uint64_t type = go_types_named(c->look->types, pointer);

    hop.text = g_strconcat("[]", pointer, NULL);
    if (type != 0)
        hop.is = (struct object_child){.type = go_types_at(c->look->types, type), .is_array = true};
    return hop;
}

static struct hop guess_above(const struct climber *c, uint32_t slot)
{
    struct hop hop = {.slot = slot};
    uint64_t map = map_above(c, slot);
    struct object_guess guess = {0};

    if (map != 0) {
        hop.is.type = go_types_at(c->look->types, map);
        hop.text = g_strdup(hop.is.type->name);
        return hop;
    }
    hop.text = channel_text(c, slot);
    if (hop.text != NULL) {
        uint64_t channel = go_types_named(c->look->types, hop.text);

        hop.is.type = channel != 0 ? go_types_at(c->look->types, channel) : NULL;
        return hop;
    }
    if (!c->in_header)
        guess = object_guess_above(c->look->types, c->look->objects, slot, c->offset, &c->below.is);
    if (guess.is_array)
        return array_above(c, slot);
    if (guess.n == 1) {
        hop.is.type = guess.types[0];
        hop.text = text_of(c, hop.is.type, false, "*");
    } else {
        hop.text = guess.n > 1 ? ambiguous_text(c, slot, &guess) : size_text(c, slot);
    }
    return hop;
}

/* --- the way up --- */

static struct hop climb(const struct climber *c, uint32_t slot)
{
    struct object_type type = object_types_at(c->look->object_types, slot);
    struct hop hop = {.slot = slot};

    if (type.function != NULL) {
        hop.is.is_function = true;
        hop.text = g_strconcat("func ", type.function, NULL);
        return hop;
    }
    if (type.type == NULL)
        return guess_above(c, slot);
    hop.is = (struct object_child){.type = type.type, .is_array = type.is_array};
    hop.text = text_of(c, type.type, type.is_array,
                       type.is_array                     ? "[]"
                       : type.type->kind == GO_KIND_MAP  ? ""
                       : type.type->kind == GO_KIND_CHAN ? ""
                                                         : "*");
    return hop;
}

static char *goroutine_name(const struct heap_look *look, const struct reach_root *root,
                            uint32_t offset)
{
    const struct live_goroutine *g = root->goroutine;
    const char *frame = reach_frame(g, look->runtime->layout.arch, offset);
    const char *user = heap_look_user_frame(g);
    g_autoptr(GString) text = g_string_new(NULL);

    g_string_append_printf(text, "goroutine [%s] in %s", g->state, frame);
    if (!heap_look_is_user(frame) && strcmp(user, frame) != 0)
        g_string_append_printf(text, " under %s", user);
    if (g->creator != NULL)
        g_string_append_printf(text, DESCRIPTOR_CREATED_BY "%s", g->creator->frames[0].function);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* A list names each link of it once. */
static void add_hop(GPtrArray *hops, char *text)
{
    const char *last = hops->len > 0 ? g_ptr_array_index(hops, hops->len - 1) : "";

    if (text == NULL || strcmp(last, text) == 0)
        g_free(text);
    else
        g_ptr_array_add(hops, text);
}

static void reverse(GPtrArray *array)
{
    for (guint i = 0; i < array->len / 2; i++) {
        gpointer other = array->pdata[array->len - 1 - i];

        array->pdata[array->len - 1 - i] = array->pdata[i];
        array->pdata[i] = other;
    }
}

/* What the last object was that said itself what it is, and where in it the way went on. */
struct repeat {
    const struct go_type *type;
    bool is_array, in_header;
    uint64_t offset;
};

/* The links of a list say the same, and each of its elements may have a descriptor. */
static bool is_repeated(const struct climber *c, uint32_t slot, struct repeat *last)
{
    struct object_type type = object_types_at(c->look->object_types, slot);
    struct repeat now = {type.type, type.is_array, c->in_header, c->offset};
    bool is_same = now.type != NULL && now.type == last->type && now.is_array == last->is_array &&
                   now.in_header == last->in_header && now.offset == last->offset;

    *last = now;
    return is_same;
}

void chain_make(const struct heap_look *look, uint32_t slot, const char *type, struct chain *ret)
{
    const struct reach *reach = look->reach;
    struct climber c = {.look = look};
    uint64_t address = go_types_named(look->types, type);

    *ret = (struct chain){.hops = g_ptr_array_new_with_free_func(g_free)};
    if (reach->parent[slot] == REACH_NONE)
        return;
    c.below = (struct hop){.slot = slot};
    if (address != 0)
        c.below.is.type = go_types_at(look->types, address);
    add_hop(ret->hops, g_strconcat("*", type, NULL));
    struct repeat last = {0};

    for (int i = 0; i < MAX_HOPS && ret->hops->len < MAX_TEXTS && reach->parent[c.below.slot] >= 0;
         i++) {
        uint32_t above = (uint32_t)reach->parent[c.below.slot];
        size_t header = objects_at(look->objects, above).header_bytes;
        uint32_t offset = reach->offset[c.below.slot];

        c.in_header = offset < header;
        c.offset = c.in_header ? 0 : offset - header;
        if (is_repeated(&c, above, &last)) {
            c.below.slot = above;
            continue;
        }
        c.below = climb(&c, above);
        add_hop(ret->hops, c.below.text);
    }
    /* What is held from afar is held. */
    if (reach->parent[c.below.slot] >= 0)
        add_hop(ret->hops, g_strdup("…"));
    while (reach->parent[c.below.slot] >= 0)
        c.below.slot = (uint32_t)reach->parent[c.below.slot];
    reverse(ret->hops);
    const struct reach_root *root =
        &g_array_index(reach->roots, struct reach_root, (guint)~reach->parent[c.below.slot]);

    ret->is_guess = root->is_guess;
    ret->root = root->kind == REACH_GOROUTINE
                    ? goroutine_name(look, root, reach->offset[c.below.slot])
                    : heap_look_root_name(look, root);
}

void chain_clear(struct chain *chain)
{
    g_clear_pointer(&chain->root, g_free);
    g_clear_pointer(&chain->hops, g_ptr_array_unref);
}
