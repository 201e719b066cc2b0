#include "pprof/names.h"

#include <string.h>

struct wanted {
    const struct names *names;
    const char *text;
    size_t n;
};

static bool is_wanted(const void *user, uint32_t element)
{
    const struct wanted *wanted = user;
    const struct name *name = &wanted->names->list[element];

    return name->n == wanted->n &&
           (wanted->n == 0 || memcmp(name->text, wanted->text, wanted->n) == 0);
}

static uint32_t number_of(struct names *names, const char *text, size_t n)
{
    struct wanted wanted = {names, text, n};
    uint64_t hash = hash_bytes(text, n, names->seed);
    uint32_t found = hash_index_find(&names->index, hash, is_wanted, &wanted);

    if (found != HASH_NONE)
        return found;

    if (names->n == names->size) {
        names->size = names->size == 0 ? 64 : names->size * 2;
        names->list = g_renew(struct name, names->list, names->size);
    }
    names->list[names->n++] = (struct name){n > 0 ? store_strndup(names->arena, text, n) : "", n};
    hash_index_add(&names->index, hash, (uint32_t)names->n - 1);
    return (uint32_t)names->n - 1;
}

void names_init(struct names *names, struct store *arena)
{
    *names = (struct names){.arena = arena, .seed = hash_seed()};
    number_of(names, "", 0);
}

void names_clear(struct names *names)
{
    hash_index_clear(&names->index);
    g_clear_pointer(&names->list, g_free);
    names->n = names->size = 0;
}

/* Texts end with their first NUL everywhere else, and what follows it tells names apart. */
static uint32_t number_with_nuls(struct names *names, const char *text, size_t n)
{
    g_autoptr(GString) spelled = g_string_sized_new(n + 8);

    for (size_t i = 0; i < n; i++)
        if (text[i] == '\0')
            g_string_append(spelled, NAMES_NUL);
        else
            g_string_append_c(spelled, text[i]);
    return number_of(names, spelled->str, spelled->len);
}

uint32_t names_number(struct names *names, const char *text, size_t n)
{
    return n > 0 && memchr(text, '\0', n) != NULL ? number_with_nuls(names, text, n)
                                                  : number_of(names, text, n);
}

const char *names_intern(struct names *names, const char *text, size_t n)
{
    /* the list may move: number first */
    uint32_t number = names_number(names, text, n);

    return names->list[number].text;
}

void names_restore_nuls(GString *text, size_t from)
{
    const size_t n = strlen(NAMES_NUL);
    size_t kept = from;

    /* the first byte alone is no UTF-8 and hardly ever there */
    if (memchr(text->str + from, NAMES_NUL[0], text->len - from) == NULL)
        return;
    for (size_t i = from; i < text->len;) {
        bool nul = text->len - i >= n && memcmp(text->str + i, NAMES_NUL, n) == 0;

        text->str[kept++] = nul ? '\0' : text->str[i];
        i += nul ? n : 1;
    }
    g_string_truncate(text, kept);
}
