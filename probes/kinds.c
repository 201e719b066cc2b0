#include "probes/kinds.h"

static const struct probe_info table[PROBE_N_KINDS] = {
#define PROBE_ROW(KIND, name, title, looks_at, every_s, duty, is_cheap)                            \
    [PROBE_##KIND] = {#name, (title), (looks_at), (every_s)*G_USEC_PER_SEC, (duty), (is_cheap)},
    PROBE_TABLE(PROBE_ROW)
#undef PROBE_ROW
};

const struct probe_info *probe_info(enum probe_kind kind)
{
    return &table[kind];
}
