#include "pprof/names.h"

#include <string.h>

struct wanted {
    const struct names *names;
    const char *text;
    size_t n;
};

void names_init(struct names *names, struct store *arena)
{
    *names = (struct names){.arena = arena, .seed = hash_seed()};
    names_number(names, "", 0);
}

void names_clear(struct names *names)
{
    hash_index_clear(&names->index);
    g_clear_pointer(&names->list, g_free);
    names->n = names->size = 0;
}

static bool is_wanted(const void *user, uint32_t element)
{
    const struct wanted *wanted = user;
    const struct name *name = &wanted->names->list[element];

    return name->n == wanted->n &&
           (wanted->n == 0 || memcmp(name->text, wanted->text, wanted->n) == 0);
}

static void append(struct names *names, struct name name)
{
    if (names->n == names->size) {
        names->size = names->size == 0 ? 64 : names->size * 2;
        names->list = g_renew(struct name, names->list, names->size);
    }
    names->list[names->n++] = name;
}

uint32_t names_number(struct names *names, const char *text, size_t n)
{
    struct wanted wanted = {names, text, n};
    uint64_t hash = hash_bytes(text, n, names->seed);
    uint32_t found = hash_index_find(&names->index, hash, is_wanted, &wanted);

    if (found != HASH_NONE)
        return found;
    append(names, (struct name){n > 0 ? store_strndup(names->arena, text, n) : "", n});
    hash_index_add(&names->index, hash, (uint32_t)names->n - 1);
    return (uint32_t)names->n - 1;
}

const char *names_intern(struct names *names, const char *text, size_t n)
{
    /* the list may move: number first */
    uint32_t number = names_number(names, text, n);

    return names->list[number].text;
}
