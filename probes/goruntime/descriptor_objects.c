#include "probes/goruntime/descriptor_objects.h"

#include "probes/goruntime/bytes.h"

#include <string.h>

enum {
    WORD = 8,
    MAX_NAME = 4096,
    MAX_NETWORK = 12, /* "unixpacket" */
    LOWEST = 4096,
    CLOSING = 1, /* of fdmu.state */
    /* syscall numbers that both systems of the table have alike */
    FAMILY_UNIX = 1,
    FAMILY_IP4 = 2,
    FAMILY_IP6 = 10,
    MAX_SOCKET_TYPE = 5,
};

struct finder_of_objects {
    struct memory *memory;
    const struct go_layout *layout;
    const struct reach *reach;
    GHashTable *links;
    GHashTable *found; /* number, of its value -> struct descriptor_object */
};

static void free_object(gpointer data)
{
    struct descriptor_object *object = data;

    g_free(object->name);
    g_free(object);
}

static char *read_string(const struct finder_of_objects *f, const uint8_t *string, size_t most)
{
    uint64_t at = bytes_u64(string), n = bytes_u64(string + WORD);

    if (n > most || (n > 0 && at < LOWEST))
        return NULL;
    g_autofree char *text = g_malloc0((size_t)n + 1);

    if (n > 0 && !memory_read(f->memory, at, text, (size_t)n, NULL))
        return NULL;
    return g_steal_pointer(&text);
}

/* poll.FD: an open number, and flags that are flags. */
static const char *link_of(const struct finder_of_objects *f, const uint8_t *data, bool is_net,
                           int *ret_fd)
{
    const struct go_layout *l = f->layout;
    uint64_t fd = bytes_u64(data + l->pollfd_sysfd);
    int number = (int)fd;

    if (fd > INT32_MAX || data[l->pollfd_is_stream] > 1 || data[l->pollfd_zero_read_is_eof] > 1 ||
        data[l->pollfd_is_file] != (is_net ? 0 : 1) ||
        bytes_u32(data + l->pollfd_is_blocking) > 1 ||
        (bytes_u64(data + l->pollfd_state) & CLOSING) != 0)
        return NULL;
    *ret_fd = number;
    return g_hash_table_lookup(f->links, &number);
}

/* --- files --- */

static bool is_same_path(const char *name, const char *link)
{
    static const char deleted[] = " (deleted)";
    size_t n = strlen(link), n_name = strlen(name);

    if (g_str_has_suffix(link, deleted))
        n -= strlen(deleted);
    return n_name > 0 && n_name <= n && memcmp(link + n - n_name, name, n_name) == 0 &&
           (n_name == n || (name[0] != '/' && link[n - n_name - 1] == '/'));
}

static bool is_file(const struct finder_of_objects *f, const uint8_t *data, const char *link,
                    struct descriptor_object *ret)
{
    const struct go_layout *l = f->layout;

    if (data[l->osfile_nonblock] > 1 || data[l->osfile_stdout_or_err] > 1 ||
        data[l->osfile_append_mode] > 1)
        return false;
    ret->name = read_string(f, data + l->osfile_name, MAX_NAME);
    ret->is_exact = ret->name != NULL && is_same_path(ret->name, link);
    return ret->name != NULL;
}

/* --- connections --- */

/* net.TCPAddr, or one that begins alike: an address of 4 or 16 bytes, then a port. */
static void add_address(const struct finder_of_objects *f, const uint8_t *interface, GString *out)
{
    const struct go_layout *l = f->layout;
    uint8_t value[64], ip[16];
    size_t n = (size_t)l->tcpaddr_bytes;

    if (n > sizeof value || bytes_u64(interface + WORD) < LOWEST ||
        !memory_read(f->memory, bytes_u64(interface + WORD), value, n, NULL))
        return;
    uint64_t n_ip = bytes_u64(value + l->tcpaddr_ip + WORD),
             port = bytes_u64(value + l->tcpaddr_port);

    if ((n_ip != 4 && n_ip != 16) || port > UINT16_MAX ||
        !memory_read(f->memory, bytes_u64(value + l->tcpaddr_ip), ip, (size_t)n_ip, NULL))
        return;
    const uint8_t *last = ip + n_ip - 4;

    g_string_append_printf(out, "%s%d.%d.%d.%d:%d", out->len > 0 ? " " : "", last[0], last[1],
                           last[2], last[3], (int)port);
}

static bool is_connection(const struct finder_of_objects *f, const uint8_t *data, const char *link,
                          struct descriptor_object *ret)
{
    const struct go_layout *l = f->layout;
    uint64_t family = bytes_u64(data + l->netfd_family), type = bytes_u64(data + l->netfd_sotype);

    if (!g_str_has_prefix(link, "socket:") ||
        (family != FAMILY_UNIX && family != FAMILY_IP4 && family != FAMILY_IP6) || type == 0 ||
        type > MAX_SOCKET_TYPE || data[l->netfd_is_connected] > 1)
        return false;
    g_autofree char *network = read_string(f, data + l->netfd_net, MAX_NETWORK);

    if (network == NULL || *network == '\0')
        return false;
    g_autoptr(GString) name = g_string_new(network);

    add_address(f, data + l->netfd_laddr, name);
    add_address(f, data + l->netfd_raddr, name);
    ret->name = g_string_free(g_steal_pointer(&name), FALSE);
    ret->is_exact = true;
    return true;
}

/* --- all --- */

/* Bytes of the slot that a struct of n bytes takes. */
static uint64_t slot_bytes(int32_t n)
{
    for (size_t i = 1; i < GO_SIZE_CLASSES; i++)
        if (go_size_class_bytes[i] >= (uint32_t)n)
            return go_size_class_bytes[i];
    return 0;
}

static int score_of(const struct finder_of_objects *f, const struct descriptor_object *object)
{
    return (f->reach->parent[object->slot] != REACH_NONE ? 2 : 0) + object->is_exact;
}

/* Millions may look like one number: only the best is kept, the first of equals. */
static void look_at(const struct finder_of_objects *f, uint32_t slot, const struct object *object,
                    bool is_net)
{
    struct descriptor_object found = {.slot = slot, .is_net = is_net};
    const char *link = link_of(f, object->data, is_net, &found.fd);

    if (link == NULL || !(is_net ? is_connection(f, object->data, link, &found)
                                 : is_file(f, object->data, link, &found)))
        return;
    const struct descriptor_object *best = g_hash_table_lookup(f->found, &found.fd);

    if (best != NULL && score_of(f, &found) <= score_of(f, best)) {
        g_free(found.name);
        return;
    }
    struct descriptor_object *kept = g_memdup2(&found, sizeof found);

    g_hash_table_replace(f->found, &kept->fd, kept);
}

GHashTable *descriptor_objects_find(struct go_runtime *runtime, const struct reach *reach,
                                    GHashTable *links)
{
    const struct objects *objects = reach->objects;
    struct finder_of_objects f = {
        .memory = runtime->memory,
        .layout = &runtime->layout,
        .reach = reach,
        .links = links,
        .found = g_hash_table_new_full(g_int_hash, g_int_equal, NULL, free_object)};
    uint64_t file = slot_bytes(f.layout->osfile_bytes), net = slot_bytes(f.layout->netfd_bytes);

    for (uint32_t slot = 0; slot < objects_count(objects); slot++) {
        struct object object = objects_at(objects, slot);

        if (object.data == NULL || !object.is_used)
            continue;
        if (object.bytes == file)
            look_at(&f, slot, &object, false);
        else if (object.bytes == net)
            look_at(&f, slot, &object, true);
    }
    return f.found;
}
