#include "probes/goruntime/http_requests.h"

#include "pprof/hash.h"
#include "probes/goruntime/bytes.h"
#include "probes/goruntime/stack_words.h"

#include <string.h>

enum {
    WORD = 8,
    MAX_OBJECTS = 256, /* that are looked at from one goroutine */
    MAX_DEPTH = 3,     /* pointers from its stack to a request */
    MAX_HOPS = 4,      /* from the descriptor's object to the connection's own */
    MAX_STACK = 1 << 16,
    MAX_METHOD = 16,
    MAX_TEXT = 200,
    MAX_WORDS = 1 << 24, /* of all connections */
};

/* The types of this program; offsets are those of its fields. */
struct request_types {
    const struct go_type *request, *url;
    uint64_t method, url_at, proto_major; /* of http.Request */
    uint64_t host, path;                  /* of url.URL */
    uint64_t request_host;
};

static bool field_at(const struct go_type *type, const char *name, uint64_t bytes, uint64_t *ret)
{
    for (size_t i = 0; i < type->n_fields; i++)
        if (strcmp(type->fields[i].name, name) == 0) {
            *ret = type->fields[i].offset;
            return *ret % WORD == 0 && bytes <= type->size && *ret <= type->size - bytes;
        }
    return false;
}

static bool find_types(const struct heap_look *look, struct request_types *ret)
{
    enum { STRING = 16 };
    uint64_t request = go_types_named(look->types, "http.Request");
    uint64_t url = go_types_named(look->types, "url.URL");

    if (request == 0 || url == 0)
        return false;
    ret->request = go_types_at(look->types, request);
    ret->url = go_types_at(look->types, url);
    return field_at(ret->request, "Method", STRING, &ret->method) &&
           field_at(ret->request, "URL", WORD, &ret->url_at) &&
           field_at(ret->request, "Host", STRING, &ret->request_host) &&
           field_at(ret->request, "ProtoMajor", WORD, &ret->proto_major) &&
           field_at(ret->url, "Host", STRING, &ret->host) &&
           field_at(ret->url, "Path", STRING, &ret->path);
}

/* --- one request --- */

/* Is an object that begins there, with pointers, large enough and not much larger? */
static const uint8_t *value_of(const struct heap_look *look, uint64_t address,
                               const struct go_type *type)
{
    uint32_t slot = objects_find(look->objects, address);

    if (slot == OBJECT_NONE)
        return NULL;
    struct object object = objects_at(look->objects, slot);

    if (!object.is_used || object.data == NULL || object.address + object.header_bytes != address ||
        object.bytes - object.header_bytes < type->size || object.bytes > type->size * 3 / 2)
        return NULL;
    return object.data + object.header_bytes;
}

static void append_string(const struct heap_look *look, const uint8_t *at, size_t most,
                          GString *out)
{
    uint64_t address = bytes_u64(at), n = MIN(bytes_u64(at + WORD), most);
    char text[MAX_TEXT];

    if (n == 0 || n > sizeof text ||
        !memory_read(look->runtime->memory, address, text, (size_t)n, NULL))
        return;
    for (uint64_t i = 0; i < n && text[i] != '?'; i++) /* data of a stranger */
        g_string_append_c(out, (guchar)text[i] < ' ' || text[i] == 0x7f ? '?' : text[i]);
}

/* Methods are words in capitals; "" means GET. */
static bool append_method(const struct heap_look *look, const uint8_t *at, GString *out)
{
    gsize before = out->len;

    if (bytes_u64(at + WORD) == 0) {
        g_string_append(out, "GET");
        return true;
    }
    if (bytes_u64(at + WORD) > MAX_METHOD)
        return false;
    append_string(look, at, MAX_METHOD, out);
    for (gsize i = before; i < out->len; i++)
        if (!g_ascii_isupper(out->str[i]))
            return false;
    return out->len > before;
}

/* What no other object of this size looks like. */
static char *request_at(const struct heap_look *look, const struct request_types *types,
                        uint64_t address)
{
    const uint8_t *request = value_of(look, address, types->request);
    const uint8_t *url =
        request != NULL ? value_of(look, bytes_u64(request + types->url_at), types->url) : NULL;
    g_autoptr(GString) text = g_string_new(NULL);

    if (url == NULL || bytes_u64(request + types->proto_major) > 3 ||
        !append_method(look, request + types->method, text))
        return NULL;
    g_string_append_c(text, ' ');
    gsize before = text->len;

    append_string(look, url + types->host, MAX_TEXT, text);
    if (text->len == before) /* of a server: the client named it apart */
        append_string(look, request + types->request_host, MAX_TEXT, text);
    append_string(look, url + types->path, MAX_TEXT, text);
    if (text->len == before)
        return NULL;
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* --- where it may be --- */

/* The first request that a word points to; what else they point to is appended to next. */
static char *request_in(const struct heap_look *look, const struct request_types *types,
                        const uint8_t *data, uint64_t bytes, GArray *next)
{
    for (uint64_t at = 0; at + WORD <= bytes; at += WORD) {
        uint64_t word = bytes_u64(data + at);
        char *found = request_at(look, types, word);

        if (found != NULL)
            return found;
        if (next->len < MAX_OBJECTS && objects_find(look->objects, word) != OBJECT_NONE)
            g_array_append_val(next, word);
    }
    return NULL;
}

/* The words that its frames still need. */
static GArray *words_of(const struct heap_look *look, const struct live_goroutine *g)
{
    GArray *ret = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    uint64_t n = g->sp != 0 && g->sp < g->stack_hi ? MIN(g->stack_hi - g->sp, MAX_STACK) : 0;
    g_autofree uint8_t *stack = g_malloc((size_t)n + 1);
    struct stack_words words;

    if (n == 0 || !memory_read(look->runtime->memory, g->sp, stack, (size_t)n, NULL))
        return ret;
    struct blocks *blocks = blocks_new(look->runtime->memory);

    stack_words_init(&words);
    stack_words_find(&words, look->runtime->module, blocks, g, stack, (size_t)n);
    for (guint i = 0; i < words.live->len; i++) {
        uint32_t at = g_array_index(words.live, uint32_t, i);

        if (at + WORD > n)
            continue;
        uint64_t word = bytes_u64(stack + at);

        g_array_append_val(ret, word);
    }
    stack_words_clear(&words);
    blocks_free(blocks);
    return ret;
}

static char *request_of_goroutine(const struct heap_look *look, const struct request_types *types,
                                  const struct live_goroutine *g)
{
    g_autoptr(GArray) now = words_of(look, g);
    char *found = NULL;

    for (guint i = 0; i < now->len && found == NULL; i++)
        found = request_at(look, types, g_array_index(now, uint64_t, i));
    for (int depth = 1; depth < MAX_DEPTH && found == NULL; depth++) {
        g_autoptr(GArray) next = g_array_new(FALSE, FALSE, sizeof(uint64_t));

        for (guint i = 0; i < now->len && found == NULL; i++) {
            uint32_t slot = objects_find(look->objects, g_array_index(now, uint64_t, i));
            struct object object = {0};

            if (slot != OBJECT_NONE)
                object = objects_at(look->objects, slot);
            if (object.data != NULL && object.bytes <= MAX_STACK)
                found = request_in(look, types, object.data, object.bytes, next);
        }
        g_array_unref(g_steal_pointer(&now));
        now = g_steal_pointer(&next);
    }
    return found;
}

static bool is_in(const struct live_goroutine *g, const char *function)
{
    for (size_t i = 0; i < g->n_stack; i++)
        for (uint32_t k = 0; k < g->stack[i]->n_frames; k++)
            if (strcmp(g->stack[i]->frames[k].function, function) == 0)
                return true;
    return false;
}

/* --- whose connection it is --- */

struct http_requests {
    const struct heap_look *look;
    struct request_types types;
    GHashTable
        *by_word; /* guint64 live word of one goroutine's stack -> its place + 1, 0: several */
};

static bool is_busy(const struct live_goroutine *g, bool *ret_reads)
{
    *ret_reads = is_in(g, "net/http.(*persistConn).readLoop");
    /* between two requests it waits for the connection, and has none */
    return *ret_reads ? strcmp(g->state, "select") == 0 : is_in(g, "net/http.(*conn).serve");
}

static void add_words(struct http_requests *requests, size_t place)
{
    const struct heap_look *look = requests->look;
    g_autoptr(GArray) words = words_of(look, &look->goroutines->goroutines[place]);

    for (guint i = 0; i < words->len; i++) {
        uint64_t word = g_array_index(words, uint64_t, i);
        gpointer known, value = GSIZE_TO_POINTER(place + 1);

        if (objects_find(look->objects, word) == OBJECT_NONE)
            continue;
        if (g_hash_table_lookup_extended(requests->by_word, &word, NULL, &known) && known != value)
            value = NULL;
        g_hash_table_insert(requests->by_word, g_memdup2(&word, sizeof word), value);
    }
}

struct http_requests *http_requests_new(const struct heap_look *look)
{
    struct http_requests *requests = g_new0(struct http_requests, 1);
    bool reads;

    requests->look = look;
    requests->by_word = g_hash_table_new_full(hash_u64, g_int64_equal, g_free, NULL);
    if (!find_types(look, &requests->types))
        return requests;
    for (size_t i = 0; i < look->goroutines->n; i++)
        if (is_busy(&look->goroutines->goroutines[i], &reads)) {
            add_words(requests, i);
            if (g_hash_table_size(requests->by_word) <= MAX_WORDS)
                continue;
            /* with some of them it would not be known which have one goroutine alone */
            g_hash_table_remove_all(requests->by_word);
            break;
        }
    return requests;
}

void http_requests_free(struct http_requests *requests)
{
    g_hash_table_unref(requests->by_word);
    g_free(requests);
}

char *http_requests_of(const struct http_requests *requests, uint32_t slot, bool *ret_unclosed)
{
    const struct heap_look *look = requests->look;

    for (int i = 0; i < MAX_HOPS && look->reach->parent[slot] >= 0; i++) {
        slot = (uint32_t)look->reach->parent[slot];
        struct object object = objects_at(look->objects, slot);
        uint64_t address = object.address + object.header_bytes;
        size_t place = GPOINTER_TO_SIZE(g_hash_table_lookup(requests->by_word, &address));

        if (place == 0)
            continue;
        const struct live_goroutine *g = &look->goroutines->goroutines[place - 1];

        is_busy(g, ret_unclosed);
        return request_of_goroutine(look, &requests->types, g);
    }
    return NULL;
}

char *http_request_template(const char *text)
{
    const char *path = strchr(text, '/');
    g_autoptr(GString) out = g_string_new_len(text, path != NULL ? path - text : -1);

    while (path != NULL) {
        const char *end = strchr(path + 1, '/');
        gsize n = end != NULL ? (gsize)(end - path) : strlen(path);
        bool has_digit = false;

        for (gsize i = 0; i < n; i++)
            has_digit |= g_ascii_isdigit(path[i]);
        if (has_digit)
            g_string_append(out, "/*");
        else
            g_string_append_len(out, path, (gssize)n);
        path = end;
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}
