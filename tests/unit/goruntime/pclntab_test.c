#include "probes/goruntime/pclntab.h"

#include <string.h>

/*
 * A module made by hand: three functions from TEXT on, in the layout of Go 1.26.
 *   0x00 main.first   lines 10 and 12, stack deltas 0 and 24, file a.go
 *   0x20 main.second  nothing but a name
 *   0x80 main.third   everything in it points outside
 *   0x90 the end
 */
enum { TEXT = 0x401000, N = 3, RECORD = 44, TABLES = 4 * 4, STRIDE = RECORD + TABLES };

static const char names[] = "\0main.first\0main.second\0main.third";
static const char files[] = "\0/src/a.go";

/* pc-value tables; 0 means none, so the first byte is unused */
static const uint8_t pc_tables[] = {
    0,    2,    1,    48, 31, 0, /* 1: deltas: 0 for 1 byte, 24 for 31 */
    22,   8,    4,    24, 0,     /* 6: lines: 10 for 8 bytes, 12 for 24 */
    2,    32,   0,               /* 11: files: number 0 */
    1,    16,   2,    16, 0,     /* 14: a pcdata: -2 for 16 bytes, -1 for 16 */
    0x80, 0x80, 0x80,            /* 19: a number that does not end */
};

static void put_u32(uint8_t *at, int32_t field, uint32_t value)
{
    memcpy(at + field, &value, sizeof value);
}

static void fill(struct module *m, uint8_t *records, uint8_t *index, uint8_t *units)
{
    static const uint32_t entries[N + 1] = {0, 0x20, 0x80, 0x90};
    const struct go_layout *l = &m->layout;
    uint8_t *first = records, *second = records + STRIDE, *third = records + (size_t)2 * STRIDE;

    for (size_t i = 0; i <= N; i++) {
        put_u32(index + i * 8, 0, entries[i]);
        put_u32(index + i * 8, 4, (uint32_t)(MIN(i, N - 1) * STRIDE));
    }
    put_u32(units, 4, 1); /* file 0 of unit 1 */
    put_u32(first, l->func_name, 1);
    put_u32(first, l->func_pcsp, 1);
    put_u32(first, l->func_pcln, 6);
    put_u32(first, l->func_pcfile, 11);
    put_u32(first, l->func_cu_offset, 1);
    put_u32(first, l->func_npcdata, 3);
    first[l->func_nfuncdata] = 1;
    put_u32(first, RECORD + 2 * 4, 14);
    put_u32(first, RECORD + 3 * 4, 0x50);
    put_u32(second, l->func_name, 12);
    second[l->func_flag] = PCLNTAB_FLAG_TOP;
    second[l->func_id] = 7;
    put_u32(third, l->func_name, 4000);
    put_u32(third, l->func_pcsp, 19);
    put_u32(third, l->func_pcln, UINT32_MAX);
    put_u32(third, l->func_pcfile, 11);
    put_u32(third, l->func_cu_offset, UINT32_MAX);
    put_u32(third, l->func_npcdata, UINT32_MAX);
    third[l->func_nfuncdata] = 255;
}

struct fixture {
    struct module module;
    uint8_t records[N * STRIDE], index[(N + 1) * 8], units[8];
};

static void set_up(struct fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    (void)data;
    memset(f, 0, sizeof *f);
    g_assert_true(go_layout_find("go1.26.8", "amd64", &f->module.layout, &error));
    g_assert_cmpint(f->module.layout.func_bytes, ==, RECORD);
    fill(&f->module, f->records, f->index, f->units);
    f->module.quantum = 1;
    f->module.text = (struct module_area){TEXT, TEXT + 0x90};
    f->module.gofunc = 0x700000;
    f->module.n_functions = N;
    f->module.names = (struct module_table){(uint8_t *)(uintptr_t)names, sizeof names};
    f->module.files = (struct module_table){(uint8_t *)(uintptr_t)files, sizeof files};
    f->module.units = (struct module_table){f->units, sizeof f->units};
    f->module.pc_tables = (struct module_table){(uint8_t *)(uintptr_t)pc_tables, sizeof pc_tables};
    f->module.functions = (struct module_table){f->records, sizeof f->records};
    f->module.index = (struct module_table){f->index, sizeof f->index};
}

static void tear_down(struct fixture *f, gconstpointer data)
{
    (void)f;
    (void)data;
}

static void test_find(struct fixture *f, gconstpointer data)
{
    static const struct {
        uint64_t pc;
        size_t function;
    } cases[] = {
        {0, PCLNTAB_NONE},          {TEXT - 1, PCLNTAB_NONE}, {TEXT, 0},
        {TEXT + 0x1f, 0},           {TEXT + 0x20, 1},         {TEXT + 0x7f, 1},
        {TEXT + 0x80, 2},           {TEXT + 0x8f, 2},         {TEXT + 0x90, PCLNTAB_NONE},
        {UINT64_MAX, PCLNTAB_NONE},
    };

    (void)data;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpuint(pclntab_find(&f->module, cases[i].pc), ==, cases[i].function);
    g_assert_cmpuint(pclntab_entry(&f->module, 1), ==, TEXT + 0x20);
    g_assert_cmpuint(pclntab_end(&f->module, 2), ==, TEXT + 0x90);
}

static void test_names(struct fixture *f, gconstpointer data)
{
    (void)data;
    g_assert_cmpstr(pclntab_name(&f->module, 0), ==, "main.first");
    g_assert_cmpstr(pclntab_name(&f->module, 1), ==, "main.second");
    g_assert_cmpstr(pclntab_name(&f->module, 2), ==, "");
    g_assert_cmpuint(pclntab_flags(&f->module, 1), ==, PCLNTAB_FLAG_TOP);
    g_assert_cmpuint(pclntab_function_id(&f->module, 1), ==, 7);
}

/* Texts stand behind one another: what begins within one, or does not end, is none. */
static void test_no_text(struct fixture *f, gconstpointer data)
{
    enum { LONG = 1 << 17 };
    g_autofree char *text = g_strnfill(LONG, 'x');

    (void)data;
    g_assert_cmpstr(pclntab_name_at(&f->module, 12), ==, "main.second");
    g_assert_cmpstr(pclntab_name_at(&f->module, 17), ==, "");
    f->module.names = (struct module_table){(uint8_t *)text, LONG + 1};
    g_assert_cmpstr(pclntab_name_at(&f->module, 0), ==, "");
    text[LONG / 2 - 2] = '\0';
    g_assert_cmpuint(strlen(pclntab_name_at(&f->module, 0)), ==, LONG / 2 - 2);
}

static void test_values(struct fixture *f, gconstpointer data)
{
    static const struct {
        uint64_t pc;
        int32_t delta;
        int64_t line;
        int32_t pcdata;
    } cases[] = {
        {TEXT, 0, 10, -2},       {TEXT + 1, 24, 10, -2},  {TEXT + 7, 24, 10, -2},
        {TEXT + 8, 24, 12, -2},  {TEXT + 15, 24, 12, -2}, {TEXT + 16, 24, 12, -1},
        {TEXT + 31, 24, 12, -1}, {TEXT + 32, -1, 0, -1},
    };

    (void)data;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t line;
        const char *file = pclntab_place(&f->module, 0, cases[i].pc, &line);

        g_assert_cmpint(pclntab_stack_delta(&f->module, 0, cases[i].pc), ==, cases[i].delta);
        g_assert_cmpstr(file, ==, cases[i].line > 0 ? "/src/a.go" : "");
        g_assert_cmpint(line, ==, cases[i].line);
        g_assert_cmpint(pclntab_pcdata(&f->module, 0, 2, cases[i].pc), ==, cases[i].pcdata);
    }
    g_assert_cmpint(pclntab_pcdata(&f->module, 0, 1, TEXT), ==, -1);
    g_assert_cmpint(pclntab_pcdata(&f->module, 0, 3, TEXT), ==, -1);
    g_assert_cmphex(pclntab_funcdata(&f->module, 0, 0), ==, 0x700050);
    g_assert_cmphex(pclntab_funcdata(&f->module, 0, 1), ==, 0);
}

/* A function has no more values than instructions, whatever its table goes on to say. */
static void test_many_values(struct fixture *f, gconstpointer data)
{
    enum { CHANGES = 0x40, CHANGE_BY_1 = 2, LAST = 1 + 2 * CHANGES };
    uint8_t table[LAST + 3] = {0};

    (void)data;
    for (size_t i = 0; i < CHANGES; i++)
        table[1 + 2 * i] = CHANGE_BY_1; /* for 0 bytes */
    table[LAST] = CHANGE_BY_1;
    table[LAST + 1] = 8;
    f->module.pc_tables = (struct module_table){table, sizeof table};
    g_assert_cmpint(pclntab_stack_delta(&f->module, 0, TEXT), ==, -1);
}

/* On arm64 lengths count instructions of four bytes. */
static void test_quantum(struct fixture *f, gconstpointer data)
{
    (void)data;
    f->module.quantum = 4;
    g_assert_cmpint(pclntab_stack_delta(&f->module, 0, TEXT + 3), ==, 0);
    g_assert_cmpint(pclntab_stack_delta(&f->module, 0, TEXT + 4), ==, 24);
}

/* Records that point outside give nothing; the sanitizers see to it that nothing is read. */
static void test_damaged(struct fixture *f, gconstpointer data)
{
    int64_t line = 77;

    (void)data;
    g_assert_cmpint(pclntab_stack_delta(&f->module, 2, TEXT + 0x80), ==, -1);
    g_assert_cmpstr(pclntab_place(&f->module, 2, TEXT + 0x80, &line), ==, "");
    g_assert_cmpint(line, ==, 0);
    for (unsigned table = 0; table < 256; table += 5) {
        pclntab_pcdata(&f->module, 2, table, TEXT + 0x80);
        g_assert_cmphex(pclntab_funcdata(&f->module, 2, table), ==, 0);
    }
    g_assert_cmpint(pclntab_pcdata(&f->module, 2, 1U << 30, TEXT + 0x80), ==, -1);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(struct fixture *, gconstpointer);
    } tests[] = {
        {"/pclntab/find", test_find},
        {"/pclntab/names", test_names},
        {"/pclntab/values", test_values},
        {"/pclntab/quantum", test_quantum},
        {"/pclntab/damaged", test_damaged},
        {"/pclntab/no-text", test_no_text},
        {"/pclntab/many-values", test_many_values},
    };

    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].name, struct fixture, NULL, set_up, tests[i].run, tear_down);
    return g_test_run();
}
