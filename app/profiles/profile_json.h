#ifndef SIDESCOPE_APP_PROFILES_PROFILE_JSON_H
#define SIDESCOPE_APP_PROFILES_PROFILE_JSON_H

/*
 * The profile commands' answers as JSON (app/ground/json.h). Every document begins
 *   {"schema": 1, "version": "0.1.0", "command": "top",
 *    "profile": {"sources": ["heap.pb.gz"], "kind": "heap", "program": "/bin/x", "build_id": "...",
 *                "time_ns": ..., "duration_ns": ..., "period": ..., "period_type": {...},
 *                "sample_types": [{"type": "inuse_space", "unit": "bytes"}], "samples": 12},
 *    "base": null or the same, "sample_type": {"type": ..., "unit": ...}, "total": ...
 * All weights are whole numbers in that unit. Then, by command:
 *   top: "shown", "dropped_nodes", "cutoff", "nodes": [{"name", "function", "file", "line", "flat",
 *        "cum", "inlined": "no" | "partly" | "always"}]
 *   peek, tree: "nodes" with "callers" and "callees": [{"name", "weight", "inlined"}]
 *   list: "routines": [{"function", "file", "flat", "cum", "source_error": null or a sentence,
 *        "lines": [{"line", "flat", "cum", "text": null where the source was not found}]}]
 *   tags: "tags": [{"key", "total", "values": [{"value" or "number" with "unit", "weight"}]}]
 *   traces, raw: "samples": [{"values", "stack": [location id, leaf first], "labels"}],
 *        "locations": [{"id", "address": "0x...", "mapping", "lines": [{"function", "file",
 * "line"}]}], "mappings"
 * Pure but for the sources that list reads through its options; any thread.
 */

#include "app/ground/json.h"
#include "pprof/report_text.h"

struct profile_json_source {
    const struct profile *profile; /* NULL: none */
    const GPtrArray *origins;      /* char *, raw bytes */
    const char *kind;
};

struct profile_json_request {
    const char *command;
    struct profile_json_source source, base;
    const struct report_options *options;
};

/* The document; free with g_free. NULL with error (PROFILE_ERROR). */
char *profile_json(const struct profile_json_request *request, GError **error);

/* "schema" to "base" of a document that another writer goes on with. */
void profile_json_begin(JsonBuilder *builder, const char *command,
                        const struct profile_json_source *source,
                        const struct profile_json_source *base);
/* {"type": ..., "unit": ...} */
void profile_json_add_type(JsonBuilder *builder, const char *name, const char *type,
                           const char *unit);

#endif
