#include "probes/goruntime/pclntab.h"

#include "probes/goruntime/bytes.h"
#include "probes/goruntime/limits.h"

#include <string.h>

enum {
    INDEX_ENTRY = 8,
};

/* --- functions --- */

static uint32_t index_offset(const struct module *m, size_t i)
{
    return bytes_u32(m->index.data + i * INDEX_ENTRY);
}

/* The _func record; module_load saw to it that all of its fixed part is there. */
static const uint8_t *record_of(const struct module *m, size_t function)
{
    return m->functions.data + bytes_u32(m->index.data + function * INDEX_ENTRY + 4);
}

/* A 32-bit number of the record. */
static uint32_t record_u32(const struct module *m, size_t function, int32_t at)
{
    return at >= 0 && at + 4 <= m->layout.func_bytes ? bytes_u32(record_of(m, function) + at) : 0;
}

static uint8_t record_u8(const struct module *m, size_t function, int32_t at)
{
    return at >= 0 && at < m->layout.func_bytes ? record_of(m, function)[at] : 0;
}

size_t pclntab_find(const struct module *m, uint64_t pc)
{
    size_t low = 0, high = m->n_functions;

    if (pc < m->text.begin || pc - m->text.begin >= index_offset(m, m->n_functions))
        return PCLNTAB_NONE;
    uint32_t wanted = (uint32_t)(pc - m->text.begin);

    if (wanted < index_offset(m, 0))
        return PCLNTAB_NONE;
    while (high - low > 1) { /* the last that begins at or before it */
        size_t middle = low + (high - low) / 2;

        if (index_offset(m, middle) <= wanted)
            low = middle;
        else
            high = middle;
    }
    return low;
}

uint64_t pclntab_entry(const struct module *m, size_t function)
{
    return m->text.begin + index_offset(m, function);
}

uint64_t pclntab_end(const struct module *m, size_t function)
{
    return m->text.begin + index_offset(m, function + 1);
}

/*
 * One text of a table. The linker puts them behind one another, each with its end; one that begins
 * within another is none: as many as there are bytes would be as long as the whole table.
 */
static const char *text_at(const struct module_table *table, uint32_t offset)
{
    const char *text = (const char *)table->data + offset;

    if (offset >= table->n || (offset > 0 && text[-1] != '\0'))
        return "";
    return strnlen(text, MIN(table->n - offset, GORUNTIME_MAX_NAME)) < GORUNTIME_MAX_NAME ? text
                                                                                          : "";
}

const char *pclntab_name_at(const struct module *m, uint32_t offset)
{
    return text_at(&m->names, offset);
}

const char *pclntab_name(const struct module *m, size_t function)
{
    return pclntab_name_at(m, record_u32(m, function, m->layout.func_name));
}

uint8_t pclntab_function_id(const struct module *m, size_t function)
{
    return record_u8(m, function, m->layout.func_id);
}

uint8_t pclntab_flags(const struct module *m, size_t function)
{
    return record_u8(m, function, m->layout.func_flag);
}

bool pclntab_defers(const struct module *m, size_t function)
{
    return record_u32(m, function, m->layout.func_deferreturn) != 0;
}

/* --- values by pc --- */

/* What is left of a table of varints. */
struct varints {
    const uint8_t *at, *end;
};

static bool varint_take(struct varints *in, uint32_t *ret)
{
    uint32_t value = 0;

    for (unsigned shift = 0; in->at < in->end && shift < 35; shift += 7) {
        uint8_t byte = *in->at++;

        value |= shift < 32 ? (uint32_t)(byte & 0x7f) << shift : 0;
        if ((byte & 0x80) == 0) {
            *ret = value;
            return true;
        }
    }
    return false;
}

/* Pairs (change of the value, zigzag; length of code it holds for), from -1 at the entry on. */
static int32_t value_at(const struct module *m, size_t function, uint32_t table, uint64_t pc)
{
    struct varints in = {m->pc_tables.data + MIN(table, m->pc_tables.n),
                         m->pc_tables.data + m->pc_tables.n};
    uint64_t at = pclntab_entry(m, function);
    uint32_t value = UINT32_MAX, change, length;
    /* No more values than instructions: of a length of 0 there may be a whole table. */
    uint64_t left = (pclntab_end(m, function) - at) / m->quantum + 1;

    for (bool first = true; table != 0 && left > 0; first = false, left--) {
        if (!varint_take(&in, &change) || (change == 0 && !first) || !varint_take(&in, &length))
            break;
        value += change & 1 ? ~(change >> 1) : change >> 1;
        at += (uint64_t)length * m->quantum;
        if (pc < at)
            return (int32_t)value;
    }
    return -1;
}

int32_t pclntab_stack_delta(const struct module *m, size_t function, uint64_t pc)
{
    return value_at(m, function, record_u32(m, function, m->layout.func_pcsp), pc);
}

const char *pclntab_place(const struct module *m, size_t function, uint64_t pc, int64_t *ret_line)
{
    int32_t file = value_at(m, function, record_u32(m, function, m->layout.func_pcfile), pc);
    int32_t line = value_at(m, function, record_u32(m, function, m->layout.func_pcln), pc);
    uint64_t unit = record_u32(m, function, m->layout.func_cu_offset);

    *ret_line = MAX(line, 0);
    if (file < 0 || (unit + (uint64_t)file) * 4 + 4 > m->units.n)
        return "";
    return text_at(&m->files, bytes_u32(m->units.data + (unit + (uint64_t)file) * 4));
}

/* --- tables by function: u32 offsets behind the record, pcdata first --- */

/* Number i of those; false when the record ends before. */
static bool table_offset(const struct module *m, size_t function, uint64_t i, uint32_t *ret)
{
    const uint8_t *end = m->functions.data + m->functions.n;
    const uint8_t *first = record_of(m, function) + m->layout.func_bytes;

    if (i >= (uint64_t)(end - first) / 4)
        return false;
    *ret = bytes_u32(first + i * 4);
    return true;
}

int32_t pclntab_pcdata(const struct module *m, size_t function, unsigned table, uint64_t pc)
{
    uint32_t offset;

    if (table >= record_u32(m, function, m->layout.func_npcdata) ||
        !table_offset(m, function, table, &offset))
        return -1;
    return value_at(m, function, offset, pc);
}

uint64_t pclntab_funcdata(const struct module *m, size_t function, unsigned table)
{
    uint64_t n_pcdata = record_u32(m, function, m->layout.func_npcdata);
    uint32_t offset;

    if (table >= record_u8(m, function, m->layout.func_nfuncdata) ||
        !table_offset(m, function, n_pcdata + table, &offset) || offset == UINT32_MAX)
        return 0;
    return m->gofunc + offset;
}
