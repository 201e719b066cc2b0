#include "app/triage/pattern_rules.h"

#include "app/triage/goroutine_growth.h"
#include "app/triage/goroutine_judge.h"

#include <string.h>

const char *pattern_function(const struct goroutine_bucket *bucket, const char *part)
{
    for (size_t i = 0; i < bucket->n_frames; i++)
        if (strstr(bucket->frames[i].function, part) != NULL)
            return bucket->frames[i].function;
    return NULL;
}

bool pattern_on_stack(const struct goroutine_bucket *bucket, const char *part)
{
    return goroutine_has_function(bucket, part);
}

bool pattern_at_site(const struct goroutine_bucket *bucket, const char *part)
{
    return bucket->site < bucket->n_frames &&
           strstr(bucket->frames[bucket->site].function, part) != NULL;
}

struct pattern_stacks
pattern_count(const struct pattern_context *context,
              bool (*wanted)(const struct goroutine_bucket *, const char *part), const char *part)
{
    const struct goroutine_dump *dump = pattern_dump(context);
    const struct goroutine_dump *base = goroutine_base_dump(context->in);
    struct pattern_stacks counted = {0};

    for (size_t i = 0; dump != NULL && i < dump->n_buckets; i++) {
        const struct goroutine_bucket *bucket = &dump->buckets[i];

        if (!wanted(bucket, part))
            continue;
        int64_t growth = goroutine_growth(base, bucket);

        counted.count += bucket->count;
        counted.growth += growth != SAMPLE_UNKNOWN ? growth : 0;
        if (counted.largest == NULL || bucket->count > counted.largest->count)
            counted.largest = bucket;
    }
    return counted;
}

void pattern_link_bucket(struct pattern_match *match, const struct goroutine_bucket *bucket)
{
    pattern_link(match, &(struct ref){.kind = REF_STACKS, .hashes = &bucket->hash, .n = 1});
}

bool pattern_explained(const struct pattern_context *context, const struct goroutine_bucket *bucket)
{
    const struct files_sample *files = pattern_files(context);
    bool watchers = files != NULL && (double)files->by_type[FD_INOTIFY] >
                                         context->limits->value[THRESHOLD_INOTIFY_INSTANCES];

    if (pattern_is_known_wait(bucket) || pattern_on_stack(bucket, "etchData") ||
        pattern_on_stack(bucket, "database/sql."))
        return true;
    return watchers && (pattern_on_stack(bucket, "atcher") || pattern_on_stack(bucket, "fsnotify"));
}
