#include "probes/goruntime/stack_words.h"

#include "probes/goruntime/bytes.h"
#include "probes/goruntime/pclntab.h"

#include <string.h>

enum {
    WORD = 8,
    MAX_BITS = 1 << 16,
    MAX_MAPS = 1 << 16,
    MAX_TIMES = 4, /* that a word of a stack is told of, as a local, argument, object: once each */
};

void stack_words_init(struct stack_words *words)
{
    words->live = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    words->other = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    words->loose = g_array_new(FALSE, FALSE, sizeof(uint32_t));
}

void stack_words_clear(struct stack_words *words)
{
    g_array_unref(words->live);
    g_array_unref(words->other);
    g_array_unref(words->loose);
}

/* One frame; sizes in bytes above the stack pointer of the goroutine. */
struct frame {
    const struct module *module;
    struct blocks *blocks;
    const struct symbol *symbol;
    uint64_t begin, end; /* end: of the locals, where the return address or the caller begins */
    uint64_t arguments;
    int32_t map; /* which of the function's maps holds here */
    size_t n;    /* bytes of the whole stack */
};

/* Tables are a stranger's: what they say lies outside of the stack, or is far too much, is not so.
 */
static bool has_room(const struct frame *f, const GArray *words, uint64_t at, uint64_t bytes)
{
    return bytes <= f->n && at <= f->n - bytes &&
           words->len + bytes / WORD <= (uint64_t)MAX_TIMES * (f->n / WORD);
}

/*
 * Variables whose address is taken are in no map, but in a table of their own: {count uint64},
 * then {offset int32, size int32, ...} each, from the end of the locals or from the arguments
 * (runtime/stack.go, stackObjectRecord).
 */
static bool add_objects(const struct frame *f, uint64_t locals, struct stack_words *words)
{
    enum { RECORD = 16, MAX_OBJECTS = 1 << 12 };
    uint64_t address =
        pclntab_funcdata(f->module, f->symbol->function, PCLNTAB_FUNCDATA_STACK_OBJECTS);
    uint8_t head[8], record[RECORD];

    if (address == 0)
        return true;
    if (!blocks_read(f->blocks, address, head, sizeof head) || bytes_u64(head) > MAX_OBJECTS)
        return false;
    for (uint64_t i = 0; i < bytes_u64(head); i++) {
        if (!blocks_read(f->blocks, address + sizeof head + i * RECORD, record, RECORD))
            return false;
        int32_t offset = (int32_t)bytes_u32(record), bytes = (int32_t)bytes_u32(record + 4);
        int64_t at = (int64_t)(offset < 0 ? locals : f->arguments) + offset;

        if (at < 0 || bytes < 0 || !has_room(f, words->loose, (uint64_t)at, (uint64_t)bytes))
            return false;
        for (int64_t end = at + bytes; at < end; at += WORD) {
            uint32_t word = (uint32_t)at;

            g_array_append_val(words->loose, word);
        }
    }
    return true;
}

/* Frames of these make what maps say of their callers no longer hold, or have none that hold. */
static bool is_special(const struct symbol *symbol)
{
    static const char *const names[] = {"runtime.gopanic", "runtime.sigpanic", "runtime.Goexit",
                                        "reflect.makeFuncStub", "reflect.methodValueCall"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(symbol->frames[symbol->n_frames - 1].function, names[i]) == 0)
            return true;
    return symbol->is_trap;
}

/* The pointers of one map: {count int32, bits int32, bits of the first, of the second, ...}. */
static bool add_map(const struct frame *f, unsigned table, uint64_t low, bool from_top,
                    struct stack_words *words)
{
    uint64_t address = pclntab_funcdata(f->module, f->symbol->function, table);
    uint8_t head[8], bits[MAX_BITS / 8];

    if (address == 0 || !blocks_read(f->blocks, address, head, sizeof head))
        return false;
    int32_t n_maps = (int32_t)bytes_u32(head), n_bits = (int32_t)bytes_u32(head + 4);

    if (n_maps <= 0 || n_maps > MAX_MAPS || n_bits <= 0 || n_bits > MAX_BITS || f->map >= n_maps)
        return n_bits == 0;
    size_t n = ((size_t)n_bits + 7) / 8;
    uint64_t down = from_top ? (uint64_t)n_bits * WORD : 0;

    if (down > low ||
        !blocks_read(f->blocks, address + sizeof head + (uint64_t)f->map * n, bits, n))
        return false;
    for (int32_t i = 0; i < n_bits; i++) {
        uint32_t at = (uint32_t)(low - down) + (uint32_t)i * WORD;

        if ((bits[i / 8] >> i % 8 & 1) == 0)
            continue;
        if (!has_room(f, words->live, at, WORD))
            return false;
        g_array_append_val(words->live, at);
    }
    return true;
}

/* What of a frame is in no map; from: its own among those that are live. */
static void add_others(const struct frame *f, guint from, struct stack_words *words)
{
    size_t n = (size_t)((f->end - f->begin) / WORD);
    g_autofree bool *is_live = g_new0(bool, n + 1);

    for (guint i = from; i < words->live->len; i++) {
        uint64_t at = g_array_index(words->live, uint32_t, i);

        if (at >= f->begin && (at - f->begin) / WORD < n)
            is_live[(at - f->begin) / WORD] = true;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t word = (uint32_t)(f->begin + i * WORD);

        if (!is_live[i])
            g_array_append_val(words->other, word);
    }
}

static void add_frame(const struct frame *f, struct stack_words *words)
{
    const char *name = f->symbol->frames[0].function;
    guint from = words->live->len;
    uint64_t locals = f->end > f->begin ? f->end - WORD : f->end; /* the saved frame pointer */

    bool told = add_map(f, PCLNTAB_FUNCDATA_LOCAL_POINTERS, locals, true, words);

    told = add_map(f, PCLNTAB_FUNCDATA_ARGUMENT_POINTERS, f->arguments, false, words) && told;
    told = add_objects(f, locals, words) && told && !pclntab_defers(f->module, f->symbol->function);
    for (uint64_t at = f->begin; !told && at < f->end; at += WORD) {
        uint32_t word = (uint32_t)at;

        g_array_append_val(words->loose, word);
    }
    if (g_str_has_prefix(name, "runtime."))
        return;
    add_others(f, from, words);
}

static int32_t map_at(const struct module *module, const struct symbol *symbol, bool is_exact)
{
    bool is_entry = symbol->pc == pclntab_entry(module, symbol->function);
    uint64_t pc = is_exact || is_entry ? symbol->pc : symbol->pc - 1;

    return MAX(pclntab_pcdata(module, symbol->function, PCLNTAB_PCDATA_STACK_MAP, pc), 0);
}

void stack_words_find(struct stack_words *words, const struct module *module, struct blocks *blocks,
                      const struct live_goroutine *goroutine, const uint8_t *stack, size_t n)
{
    bool is_arm = module->layout.arch == GO_ARCH_ARM64, is_exact = false, is_whole = true;
    uint64_t sp = 0;

    g_array_set_size(words->live, 0);
    g_array_set_size(words->other, 0);
    g_array_set_size(words->loose, 0);
    words->is_whole = false;
    for (size_t i = 0; i < goroutine->n_stack; i++) {
        const struct symbol *s = goroutine->stack[i];
        uint64_t end = sp + (uint64_t)MAX(s->stack_delta, 0), back = is_arm ? sp : end;

        if (s->stack_delta < 0 || s->n_frames == 0 || end + WORD > n)
            return;
        if (i + 1 < goroutine->n_stack && s->stack_delta > 0 &&
            bytes_u64(stack + back) != goroutine->stack[i + 1]->pc)
            return;
        struct frame frame = {module, blocks, s, sp, end, end + WORD, map_at(module, s, is_exact),
                              n};

        add_frame(&frame, words);
        is_whole = is_whole && !is_special(s);
        is_exact = s->is_trap;
        sp = is_arm ? end : end + WORD;
        if (is_arm && s->is_trap)
            sp += 2 * WORD;
    }
    words->is_whole = is_whole && goroutine->n_stack > 0 && goroutine->problem == NULL &&
                      !goroutine->is_truncated;
}
