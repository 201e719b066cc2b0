#include "pprof/inflate.h"

#include "pprof/limits.h"
#include "pprof/problem.h"
#include "pprof/profile.h"

#include <string.h>
#include <zlib.h>

#if SIDESCOPE_HAVE_LIBDEFLATE
#include <libdeflate.h>
#endif

enum { FIRST_ROOM = 64 * 1024, GZIP_WINDOW = 15 + 16 };

bool inflate_is_gzip(const uint8_t *data, size_t n)
{
    return n >= 2 && data[0] == 0x1f && data[1] == 0x8b;
}

static bool is_checksum_error(const z_stream *z)
{
    return z->msg != NULL && (strcmp(z->msg, "incorrect data check") == 0 ||
                              strcmp(z->msg, "incorrect length check") == 0);
}

static bool fail(GError **error, int code, const z_stream *z)
{
    if (code == Z_DATA_ERROR && is_checksum_error(z))
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_CHECKSUM,
                    "the profile is damaged: its gzip checksum does not match");
    else if (code == Z_BUF_ERROR || code == Z_OK)
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_TRUNCATED,
                    "the profile is cut off: its gzip data ends in the middle");
    else
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT, "not valid gzip data: %s",
                    z->msg != NULL ? z->msg : "unknown format");
    return false;
}

static bool inflate_members(z_stream *z, GByteArray *out, GError **error)
{
    for (;;) {
        /* One member; z keeps what was not consumed. */
        int code = Z_OK;

        while (code == Z_OK) {
            /* Room doubles while it is used up, so that a large profile is not copied often. */
            guint room = MAX((guint)FIRST_ROOM, out->len);

            if (out->len >= limits_bytes())
                return problem_too_large(error);
            room = MIN(room, (guint)limits_bytes() - out->len);
            guint before = out->len;

            g_byte_array_set_size(out, before + room);
            z->next_out = out->data + before;
            z->avail_out = room;

            code = inflate(z, Z_NO_FLUSH);
            g_byte_array_set_size(out, out->len - z->avail_out);
        }
        if (code != Z_STREAM_END)
            return fail(error, code, z);
        if (z->avail_in == 0)
            return true;
        if (!inflate_is_gzip(z->next_in, z->avail_in)) {
            g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT,
                        "%u bytes follow the profile that are no gzip data", z->avail_in);
            return false;
        }
        if (inflateReset(z) != Z_OK)
            return fail(error, Z_DATA_ERROR, z);
    }
}

/* --- at once --- */

#if SIDESCOPE_HAVE_LIBDEFLATE

/* What the end of the last member says; 0 when that cannot be. */
static size_t announced_bytes(const uint8_t *data, size_t n)
{
    enum { SHORTEST = 18, MOST_PER_BYTE = 1032 };

    if (n < SHORTEST)
        return 0;
    size_t bytes = (size_t)data[n - 4] | (size_t)data[n - 3] << 8 | (size_t)data[n - 2] << 16 |
                   (size_t)data[n - 1] << 24;

    return bytes <= limits_bytes() && bytes / MOST_PER_BYTE <= n ? bytes : 0;
}

/*
 * All of a single member in one go, twice as fast as zlib; NULL for anything
 * else, and for whatever is wrong: zlib then says what.
 */
static GByteArray *inflate_at_once(const uint8_t *data, size_t n)
{
    size_t bytes = announced_bytes(data, n), used = 0, made = 0;

    if (bytes == 0)
        return NULL;
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    g_autoptr(GByteArray) out = g_byte_array_sized_new((guint)bytes);

    if (decompressor == NULL)
        return NULL;
    g_byte_array_set_size(out, (guint)bytes);
    enum libdeflate_result result =
        libdeflate_gzip_decompress_ex(decompressor, data, n, out->data, out->len, &used, &made);

    libdeflate_free_decompressor(decompressor);
    return result == LIBDEFLATE_SUCCESS && used == n && made == bytes ? g_steal_pointer(&out)
                                                                      : NULL;
}

#else

static GByteArray *inflate_at_once(const uint8_t *data, size_t n)
{
    (void)data;
    (void)n;
    return NULL;
}

#endif

GByteArray *inflate_gzip(const uint8_t *data, size_t n, GError **error)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)n};

    if (n > limits_bytes()) {
        problem_too_large(error);
        return NULL;
    }
    GByteArray *whole = inflate_at_once(data, n);

    if (whole != NULL)
        return whole;
    if (inflateInit2(&z, GZIP_WINDOW) != Z_OK) {
        fail(error, Z_DATA_ERROR, &z);
        return NULL;
    }
    GByteArray *out = g_byte_array_new();
    bool ok = inflate_members(&z, out, error);

    inflateEnd(&z);
    if (!ok)
        g_clear_pointer(&out, g_byte_array_unref);
    return out;
}

GByteArray *deflate_gzip(const uint8_t *data, size_t n)
{
    enum { LEVEL = 6, MEMORY = 8 };
    z_stream z = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)n};
    GByteArray *out = g_byte_array_new();

    /* both only fail for want of memory or for wrong arguments */
    if (deflateInit2(&z, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        g_error("zlib cannot start");
    g_byte_array_set_size(out, (guint)deflateBound(&z, (uLong)n));
    z.next_out = out->data;
    z.avail_out = out->len;
    int code = deflate(&z, Z_FINISH);

    g_assert(code == Z_STREAM_END);
    g_byte_array_set_size(out, (guint)z.total_out);
    deflateEnd(&z);
    return out;
}
