#include "probes/goruntime/errors.h"

GQuark goruntime_error_quark(void)
{
    return g_quark_from_static_string("goruntime-error");
}
