#include "probes/goruntime/records.h"

#include "probes/goruntime/errors.h"

bool records_read(struct records *records, struct memory *memory, const uint64_t *addresses,
                  size_t n, size_t bytes, GError **error)
{
    *records = (struct records){.n = n, .bytes = bytes};
    if (n == 0)
        return true;
    records->data = g_try_malloc_n(n, bytes);
    records->ranges = g_try_new(struct memory_range, n);
    if (records->data == NULL || records->ranges == NULL) {
        g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_TOO_LARGE,
                    "there is no room for %zu records of the process", n);
        return false;
    }
    for (size_t i = 0; i < n; i++)
        records->ranges[i] = (struct memory_range){
            .address = addresses[i], .data = records->data + i * bytes, .n = bytes};
    return memory_read_ranges(memory, records->ranges, n, error);
}

void records_clear(struct records *records)
{
    g_clear_pointer(&records->data, g_free);
    g_clear_pointer(&records->ranges, g_free);
    records->n = 0;
}

const uint8_t *records_at(const struct records *records, size_t i)
{
    return records->ranges[i].ok ? records->data + i * records->bytes : NULL;
}
