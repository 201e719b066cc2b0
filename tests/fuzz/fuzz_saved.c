#include "fuzz.h"

#include "app/recording/details.h"
#include "app/snapshots/snapshot_manifest.h"

#include <string.h>

/* What comes back out of files that somebody else may have written: snapshots and recordings. */

static void manifest(const char *text, size_t n)
{
    struct snapshot_parts parts;

    snapshot_parts_init(&parts);
    snapshot_free(snapshot_manifest_read(text, n, &parts, NULL));
    for (guint i = 0; i < parts.profiles->len; i++) {
        const struct snapshot_part *part = &g_array_index(parts.profiles, struct snapshot_part, i);

        g_assert_null(strchr(part->file, G_DIR_SEPARATOR));
    }
    snapshot_parts_clear(&parts);
}

static void details(enum details_kind kind, enum probe_kind probe, size_t size, const char *text,
                    size_t n)
{
    struct sample *sample = sample_new(probe, size);

    g_assert_true(details_probe(kind) == probe);
    details_read(kind, text, n, sample);
    sample_unref(sample);
}

static void threads(const char *text, size_t n)
{
    details(DETAILS_THREADS, PROBE_THREADS, sizeof(struct threads_sample), text, n);
}

static void databases(const char *text, size_t n)
{
    details(DETAILS_DATABASES, PROBE_FILES, sizeof(struct files_sample), text, n);
}

static void zones(const char *text, size_t n)
{
    details(DETAILS_ZONES, PROBE_MEMORY, sizeof(struct memory_sample), text, n);
}

static void (*const parsers[])(const char *, size_t) = {manifest, threads, databases, zones};

G_STATIC_ASSERT(FUZZ_CHOICES == G_N_ELEMENTS(parsers));

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > 0)
        parsers[data[n - 1] % FUZZ_CHOICES]((const char *)data, n - 1);
    return 0;
}
