#include "pprof/problem.h"

#include "pprof/limits.h"
#include "pprof/profile.h"

bool problem_invalid(GError **error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);

    va_end(args);
    g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID, "malformed profile: %s", text);
    return false;
}

bool problem_too_many(GError **error, const char *what, int limit)
{
    g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_LIMIT,
                "the profile is too large: it has more than %d %s", limit, what);
    return false;
}

bool problem_too_large(GError **error)
{
    enum { MEBIBYTE = 1024 * 1024 };

    g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_LIMIT,
                "the profile is larger than the %zu MiB that may be in memory here: the commands "
                "take more with -max_size",
                limits_bytes() / MEBIBYTE);
    return false;
}

bool problem_unrecognized(GError **error)
{
    g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT,
                "unrecognized profile format: neither profile.proto nor a profile as text");
    return false;
}

bool problem_mismatch(GError **error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);

    va_end(args);
    g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_MISMATCH, "%s", text);
    return false;
}
