#include "tests/screens/fake_holdings.h"

enum { KIB = 1024, MIB = 1024 * 1024 };

/* --- memory --- */

static void add_holder(struct holders *ret, enum reach_kind kind, bool is_guess, const char *name,
                       uint64_t n_roots)
{
    struct holder holder = {.kind = kind,
                            .is_guess = is_guess,
                            .key = g_strconcat(is_guess ? "? " : "", name, NULL),
                            .name = g_strdup(name),
                            .n_roots = n_roots,
                            .types = holders_new_types()};

    g_array_append_val(ret->holders, holder);
}

/* To the holder added last. */
static void add_type(struct holders *ret, const char *name, uint64_t bytes, uint64_t n)
{
    struct holder *holder = &g_array_index(ret->holders, struct holder, ret->holders->len - 1);
    struct holder_type type = {g_strdup(name), bytes, n};

    g_array_append_val(holder->types, type);
    holder->bytes += bytes;
    holder->n += n;
    ret->reached_bytes += bytes;
    ret->n_objects += n;
}

static struct holders *make_holders(bool grown)
{
    struct holders *ret = holders_new();

    add_holder(ret, REACH_GLOBAL, false,
               "variable 0x651c00 used by github.com/x/app/adapter.Open, main.main", 1);
    add_type(ret, "[]uint8", (grown ? 40 : 24) * MIB, grown ? 160 : 96);
    add_type(ret, "*adapter.session", 3 * MIB, 12288);
    add_holder(ret, REACH_GOROUTINE, false, "goroutine in github.com/x/app/event.(*Bus).publish",
               grown ? 340 : 300);
    add_type(ret, "*event.Message", (grown ? 340 : 300) * 4 * KIB, grown ? 340 : 300);
    add_holder(ret, REACH_GOROUTINE, true, "goroutine in main.serve", 1);
    add_type(ret, "64 B", 640 * KIB, 10240);
    add_holder(ret, REACH_RUNTIME, false, "the Go runtime", 1);
    add_type(ret, "*runtime.g", 96 * KIB, 240);
    ret->heap_bytes = 64 * (uint64_t)MIB;
    ret->unheld_bytes = 3 * MIB;
    ret->n_goroutines = 340;
    ret->took_s = 0.18;
    return ret;
}

/* --- files --- */

static void add_group(struct descriptors *ret, enum descriptor_state state, bool is_guess,
                      const char *text)
{
    struct descriptor_group group = {.state = state,
                                     .is_guess = is_guess,
                                     .text = g_strdup(text),
                                     .fds = g_array_new(FALSE, FALSE, sizeof(int)),
                                     .first = ret->all->len};

    g_array_append_val(ret->groups, group);
}

/* To the group added last; chain: its words, "*main.x.open -> *os.File". */
static void add_descriptor(struct descriptors *ret, char *link, const char *name, const char *root,
                           const char *chain)
{
    struct descriptor_group *group =
        &g_array_index(ret->groups, struct descriptor_group, ret->groups->len - 1);
    g_auto(GStrv) hops = g_strsplit(chain, " -> ", -1);
    struct descriptor d = {.fd = (int)ret->all->len + 3,
                           .link = link,
                           .state = group->state,
                           .is_guess = group->is_guess,
                           .name = g_strdup(name),
                           .root = g_strdup(root),
                           .chain = g_ptr_array_new_with_free_func(g_free),
                           .group = ret->groups->len - 1};

    for (size_t i = 0; hops[i] != NULL; i++)
        g_ptr_array_add(d.chain, g_strdup(hops[i]));
    g_array_append_val(ret->all, d);
    g_array_append_val(group->fds, d.fd);
}

#define FAKE_SERVING                                                                               \
    "goroutine [IO wait] in github.com/x/app/internal/transport/v2.(*Server).readRequest"

static struct descriptors *make_descriptors(bool grown)
{
    static const char root[] = "variable 0x651c00 used by main.main";
    static const char chain[] = "map[string]*main.adapter -> *main.adapter.open -> []*os.File";
    struct descriptors *ret = descriptors_new();
    g_autofree char *text = g_strdup_printf("%s -> %s", root, chain);

    add_group(ret, DESCRIPTOR_HELD, false, text);
    for (int i = 0; i < (grown ? 60 : 40); i++)
        add_descriptor(ret, g_strdup_printf("/home/u/.claude/projects/a/%04d.jsonl", i), NULL, root,
                       chain);
    add_group(ret, DESCRIPTOR_HELD, true, FAKE_SERVING " (a guess) -> *net.netFD");
    add_descriptor(ret, g_strdup("socket:[4711]"), "tcp 127.0.0.1:6061", FAKE_SERVING,
                   "*net.netFD");
    add_group(ret, DESCRIPTOR_UNHELD, false, "nobody, closes at the next collection");
    add_descriptor(ret, g_strdup("/tmp/dropped"), NULL, NULL, "");
    add_group(ret, DESCRIPTOR_NO_OBJECT, false, "no Go object (of C code or a raw call)");
    add_descriptor(ret, g_strdup("anon_inode:[eventpoll]"), NULL, NULL, "");
    add_descriptor(ret, g_strdup("pipe:[8]"), NULL, NULL, "");
    ret->took_s = 0.18;
    return ret;
}

struct holdings *fake_holdings_new(bool grown)
{
    return holdings_new(make_holders(grown), make_descriptors(grown));
}
