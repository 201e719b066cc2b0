#include "app/ground/file_error.h"

GQuark file_error_quark(void)
{
    return g_quark_from_static_string("sidescope-file-error-quark");
}
