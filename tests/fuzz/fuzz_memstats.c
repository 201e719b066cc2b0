#include "fuzz.h"

#include "pprof/memstats.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct memstats memstats;

    memstats_parse((const char *)data, n, &memstats, NULL);
    return 0;
}
