#include "fuzz.h"

#include "app/monitor/http_head.h"
#include "probes/pprof_index.h"

#include <string.h>

/* What comes over the network: a request to our page, a server's page of its profiles. */

static void request(const char *bytes, size_t n)
{
    struct http_head head;
    enum http_head_state state = http_head_parse(bytes, n, &head);

    g_assert_true(state <= HTTP_HEAD_OK);
    g_assert_true(state != HTTP_HEAD_INCOMPLETE || n <= HTTP_HEAD_MAX_BYTES);
}

static void rows(const char *html, size_t n)
{
    g_autoptr(GArray) all = pprof_index_rows(html, n);

    g_assert_cmpuint(all->len, <=, PPROF_INDEX_MAX_ROWS);
    for (guint i = 0; i < all->len; i++) {
        const struct pprof_index_row *row = &g_array_index(all, struct pprof_index_row, i);
        g_autofree char *path = pprof_index_path(row->name);

        g_assert_null(strpbrk(path, "?# \r\n"));
    }
}

static void count(const char *html, size_t n)
{
    int64_t goroutines = 0;

    if (pprof_index_count(html, n, "goroutine", &goroutines))
        g_assert_cmpint(goroutines, >=, 0);
}

static void (*const parsers[])(const char *, size_t) = {request, rows, count};

G_STATIC_ASSERT(FUZZ_CHOICES == G_N_ELEMENTS(parsers));

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > 0)
        parsers[data[n - 1] % FUZZ_CHOICES]((const char *)data, n - 1);
    return 0;
}
