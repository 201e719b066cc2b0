#include "made_module.h"

#include <string.h>

static void put_u32(uint8_t *at, int32_t field, uint32_t value)
{
    memcpy(at + field, &value, sizeof value);
}

/* A pc-value table of one value over a whole function: runtime/symtab.go, pcvalue. */
static uint32_t add_value(GByteArray *tables, int32_t value)
{
    uint32_t at = tables->len;
    int32_t change = value + 1; /* it begins at -1 */
    uint32_t zigzag = (uint32_t)(change << 1 ^ change >> 31);

    while (zigzag >= 0x80) {
        g_byte_array_append(tables, &(uint8_t){(uint8_t)(zigzag | 0x80)}, 1);
        zigzag >>= 7;
    }
    g_byte_array_append(tables, &(uint8_t){(uint8_t)zigzag}, 1);
    g_byte_array_append(tables, (const uint8_t[]){MADE_FUNCTION, 0}, 2);
    return at;
}

static struct module_table steal(struct made_module *made, size_t i, GByteArray *array)
{
    struct module_table table = {.n = array->len};

    table.data = made->own[i] = g_byte_array_free(array, FALSE);
    return table;
}

void made_module_init(struct made_module *made, const struct made_function *functions, size_t n)
{
    GByteArray *names = g_byte_array_new(), *tables = g_byte_array_new();
    GByteArray *records = g_byte_array_new(), *index = g_byte_array_new();
    struct module *m = &made->module;

    *made = (struct made_module){.module = {.refs = 2}}; /* one of them is never given back */
    g_assert_cmpuint(n, <=, MADE_MAX);
    g_assert_true(go_layout_find("go1.26.8", "amd64", &m->layout, NULL));
    g_byte_array_append(names, (const uint8_t *)"", 1);
    g_byte_array_append(tables, (const uint8_t *)"", 1);
    for (size_t i = 0; i < n; i++) {
        const struct go_layout *l = &m->layout;
        uint32_t entry[] = {(uint32_t)(i * MADE_FUNCTION), records->len};
        uint8_t record[64] = {0};

        put_u32(record, l->func_name, names->len);
        if (functions[i].delta >= 0)
            put_u32(record, l->func_pcsp, add_value(tables, functions[i].delta));
        if (functions[i].is_wrapper)
            record[l->func_id] = (uint8_t)l->funcid_wrapper;
        g_byte_array_append(names, (const uint8_t *)functions[i].name,
                            (guint)strlen(functions[i].name) + 1);
        g_byte_array_append(index, (const uint8_t *)entry, sizeof entry);
        g_byte_array_append(records, record, sizeof record);
    }
    g_byte_array_append(index, (const uint8_t *)(const uint32_t[]){(uint32_t)n * MADE_FUNCTION, 0},
                        8);
    m->quantum = 1;
    m->text = (struct module_area){MADE_TEXT, made_pc(n, 0)};
    m->n_functions = n;
    m->names = steal(made, 0, names);
    m->pc_tables = steal(made, 1, tables);
    m->functions = steal(made, 2, records);
    m->index = steal(made, 3, index);
    made->symbols = symbols_new(m, NULL); /* nothing is inlined: no memory is read */
}

void made_module_clear(struct made_module *made)
{
    symbols_free(made->symbols);
    for (size_t i = 0; i < G_N_ELEMENTS(made->own); i++)
        g_free(made->own[i]);
}
