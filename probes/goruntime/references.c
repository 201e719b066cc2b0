#include "probes/goruntime/references.h"

#include "probes/goruntime/bytes.h"

static void add_inside(uint64_t address, struct module_area data, GArray *found)
{
    if (module_area_has(&data, address))
        g_array_append_val(found, address);
}

/*
 * Bytes of the immediate operand behind the displacement, by the opcode before
 * ModRM: opcodes that carry one (Intel SDM 2, appendix A); F6 and F7 do for TEST.
 */
static unsigned immediate_bytes(const uint8_t *modrm, bool has_prefix_byte)
{
    bool is_test = (modrm[0] & 0x38) == 0;

    switch (modrm[-1]) {
    case 0x80:
    case 0x83:
    case 0xc0:
    case 0xc1:
    case 0xc6:
    case 0x6b:
        return 1;
    case 0x81:
    case 0xc7:
    case 0x69:
        return has_prefix_byte && modrm[-2] == 0x66 ? 2 : 4;
    case 0xf6:
        return is_test ? 1 : 0;
    case 0xf7:
        return is_test ? 4 : 0;
    default:
        return 0;
    }
}

static void scan_amd64(const struct references_code *code, struct module_area data, GArray *found)
{
    enum { DISPLACEMENT = 4, RIP_RELATIVE_MASK = 0xc7, RIP_RELATIVE = 5 };

    for (size_t i = 1; i + 1 + DISPLACEMENT <= code->n; i++) {
        const uint8_t *modrm = code->bytes + i;

        if ((*modrm & RIP_RELATIVE_MASK) != RIP_RELATIVE)
            continue;
        int32_t displacement = (int32_t)bytes_u32(modrm + 1);
        uint64_t end = code->address + i + 1 + DISPLACEMENT;

        add_inside(end + (uint64_t)(int64_t)displacement + immediate_bytes(modrm, i >= 2), data,
                   found);
    }
}

/* Page that ADRP at pc puts into its register: 21 bits, signed, in units of 4 KiB. */
static uint64_t adrp_page(uint32_t word, uint64_t pc)
{
    uint64_t pages = (uint64_t)(word >> 5 & 0x7ffff) << 2 | (word >> 29 & 3);

    if (pages & 1u << 20)
        pages |= ~(uint64_t)0 << 21;
    return (pc & ~(uint64_t)0xfff) + (pages << 12);
}

static void scan_arm64(const struct references_code *code, struct module_area data, GArray *found)
{
    enum { REGISTERS = 32, INSTRUCTION = 4 };
    uint64_t pages[REGISTERS] = {0}; /* 0: not known */

    for (size_t i = 0; i + INSTRUCTION <= code->n; i += INSTRUCTION) {
        uint32_t word = bytes_u32(code->bytes + i);
        unsigned target = word & 31, base = word >> 5 & 31;
        uint64_t immediate = word >> 10 & 0xfff;

        if ((word & 0x9f000000) == 0x90000000) { /* ADRP */
            pages[target] = adrp_page(word, code->address + i);
        } else if ((word & 0xff800000) == 0x91000000) { /* ADD, 64 bits, immediate */
            if (pages[base] != 0)
                add_inside(pages[base] + (word >> 22 & 1 ? immediate << 12 : immediate), data,
                           found);
            pages[target] = 0;
        } else if ((word & 0x3b000000) == 0x39000000) { /* load, store, unsigned offset */
            if (pages[base] != 0)
                add_inside(pages[base] + (immediate << (word >> 30)), data, found);
        }
    }
}

void references_scan(const struct references_code *code, struct module_area data, GArray *found)
{
    if (code->arch == GO_ARCH_ARM64)
        scan_arm64(code, data, found);
    else
        scan_amd64(code, data, found);
}

static int compare_addresses(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

void references_sort(GArray *found)
{
    guint kept = 0;

    g_array_sort(found, compare_addresses);
    for (guint i = 0; i < found->len; i++) {
        uint64_t address = g_array_index(found, uint64_t, i);

        if (kept == 0 || g_array_index(found, uint64_t, kept - 1) != address)
            g_array_index(found, uint64_t, kept++) = address;
    }
    g_array_set_size(found, kept);
}

bool references_has(const GArray *sorted, uint64_t address)
{
    guint low = 0, high = sorted->len;

    while (low < high) {
        guint middle = low + (high - low) / 2;
        uint64_t here = g_array_index(sorted, uint64_t, middle);

        if (here == address)
            return true;
        if (here < address)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

struct module_area references_data(const struct module *module)
{
    const struct module_area areas[] = {module->noptrdata, module->data, module->bss,
                                        module->noptrbss};
    struct module_area whole = {UINT64_MAX, 0};

    for (size_t i = 0; i < G_N_ELEMENTS(areas); i++) {
        if (areas[i].begin >= areas[i].end)
            continue;
        whole.begin = MIN(whole.begin, areas[i].begin);
        whole.end = MAX(whole.end, areas[i].end);
    }
    return whole;
}
