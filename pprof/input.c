#include "pprof/decode.h"
#include "pprof/inflate.h"
#include "pprof/limits.h"
#include "pprof/problem.h"
#include "pprof/text_profile.h"

#include <string.h>

/* bytes: those of data, whose stacks may stay in them, or NULL. */
static struct profile *decode_inflated(const uint8_t *data, size_t n, GByteArray *bytes,
                                       GError **error)
{
    if (n == 0) {
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_EMPTY, "empty profile: there are no bytes");
        return NULL;
    }
    if (n > limits_bytes() && !problem_too_large(error))
        return NULL;

    if (text_profile_looks_like(data, n))
        return text_profile_decode((const char *)data, n, error);
    /* What the first bytes say: which decoder to ask, or what came instead of a profile. */
    static const char dump[] = "goroutine ";
    const char *what = NULL;

    if (data[0] == '<')
        what = "this is a web page, not a profile: is the address right?";
    else if (data[0] == '{')
        what = "this is JSON, not a profile: is the address right?";
    else if (n > sizeof dump && memcmp(data, dump, sizeof dump - 1) == 0)
        what = "this is a goroutine dump (debug=2), not a profile";
    if (what != NULL)
        g_set_error_literal(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT, what);
    if (what != NULL)
        return NULL;
    return bytes != NULL ? proto_decode_packed(bytes, error) : proto_decode(data, n, error);
}

struct profile *profile_decode(const uint8_t *data, size_t n, GError **error)
{
    if (!inflate_is_gzip(data, n))
        return decode_inflated(data, n, NULL, error);
    g_autoptr(GByteArray) inflated = inflate_gzip(data, n, error);

    return inflated != NULL ? decode_inflated(inflated->data, inflated->len, NULL, error) : NULL;
}

struct profile *profile_decode_packed(GByteArray *bytes, GError **error)
{
    g_autoptr(GByteArray) plain = bytes;

    if (inflate_is_gzip(bytes->data, bytes->len)) {
        plain = inflate_gzip(bytes->data, bytes->len, error);
        g_byte_array_unref(bytes);
    }
    return plain != NULL ? decode_inflated(plain->data, plain->len, plain, error) : NULL;
}
