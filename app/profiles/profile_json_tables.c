#include "app/profiles/profile_json_tables.h"

#include <inttypes.h>
#include <string.h>

/* Hexadecimal, because not every program's numbers hold 64 bits without sign. */
static void add_address(JsonBuilder *builder, const char *name, uint64_t address)
{
    char text[32];

    g_snprintf(text, sizeof text, "0x%" PRIx64, address);
    json_add_text(builder, name, text);
}

/* --- samples, locations, mappings --- */

static void add_sample(JsonBuilder *builder, const struct profile *p, size_t i, bool *used)
{
    const struct profile_sample *sample = &p->samples[i];

    json_builder_begin_object(builder);
    json_begin_array(builder, "values");
    for (size_t j = 0; j < p->n_sample_types; j++)
        json_builder_add_int_value(builder, p->values[i * p->n_sample_types + j]);
    json_builder_end_array(builder);
    json_begin_array(builder, "stack");
    for (uint32_t j = 0; j < sample->n_frames; j++) {
        uint32_t location = p->frames[sample->first_frame + j];

        used[location] = true;
        json_builder_add_int_value(builder, (gint64)p->locations[location].id);
    }
    json_builder_end_array(builder);
    json_begin_array(builder, "labels");
    for (uint32_t j = 0; j < sample->n_labels; j++) {
        const struct profile_label *label = &p->labels[sample->first_label + j];

        json_builder_begin_object(builder);
        json_add_text(builder, "key", label->key);
        if (*label->str != '\0') {
            json_add_text(builder, "value", label->str);
        } else {
            json_add_int(builder, "number", label->num);
            json_add_text(builder, "unit", label->unit);
        }
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    json_builder_end_object(builder);
}

static void add_location(JsonBuilder *builder, const struct profile *p,
                         const struct profile_location *location)
{
    json_builder_begin_object(builder);
    json_add_int(builder, "id", (gint64)location->id);
    add_address(builder, "address", location->address);
    if (location->mapping != PROFILE_NONE)
        json_add_int(builder, "mapping", (gint64)p->mappings[location->mapping].id);
    json_begin_array(builder, "lines");
    for (uint32_t i = 0; i < location->n_lines; i++) {
        const struct profile_line *line = &p->lines[location->first_line + i];
        const struct profile_function *function = &p->functions[line->function];

        json_builder_begin_object(builder);
        json_add_text(builder, "function", function->name);
        json_add_text(builder, "file", function->filename);
        json_add_int(builder, "line", line->line);
        json_add_int(builder, "column", line->column);
        json_add_int(builder, "start_line", function->start_line);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    json_builder_end_object(builder);
}

void profile_json_add_tables(JsonBuilder *builder, const struct profile *profile)
{
    g_autofree bool *used = g_new0(bool, profile->n_locations + 1);

    profile_unpack(profile);
    json_begin_array(builder, "samples");
    for (size_t i = 0; i < profile->n_samples; i++)
        add_sample(builder, profile, i, used);
    json_builder_end_array(builder);
    json_begin_array(builder, "locations");
    for (size_t i = 0; i < profile->n_locations; i++)
        if (used[i])
            add_location(builder, profile, &profile->locations[i]);
    json_builder_end_array(builder);
    json_begin_array(builder, "mappings");
    for (size_t i = 0; i < profile->n_mappings; i++) {
        const struct profile_mapping *mapping = &profile->mappings[i];

        json_builder_begin_object(builder);
        json_add_int(builder, "id", (gint64)mapping->id);
        add_address(builder, "start", mapping->start);
        add_address(builder, "limit", mapping->limit);
        add_address(builder, "offset", mapping->file_offset);
        json_add_text(builder, "file", mapping->filename);
        json_add_text(builder, "build_id", mapping->build_id);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

/* --- labels --- */

struct tag {
    const struct profile_label *label;
    gint64 weight;
};

static gint compare_labels(gconstpointer a, gconstpointer b)
{
    const struct profile_label *x = ((const struct tag *)a)->label,
                               *y = ((const struct tag *)b)->label;
    int order = strcmp(x->key, y->key);

    order = order != 0 ? order : strcmp(x->str, y->str);
    order = order != 0 ? order : strcmp(x->unit, y->unit);
    return order != 0 ? order : (x->num > y->num) - (x->num < y->num);
}

static gint compare_weights(gconstpointer a, gconstpointer b)
{
    const struct tag *x = a, *y = b;
    int order = strcmp(x->label->key, y->label->key);

    order = order != 0 ? order : (x->weight < y->weight) - (x->weight > y->weight);
    return order != 0 ? order : compare_labels(a, b);
}

/* Returns the first tag of the next key. */
static guint add_key(JsonBuilder *builder, const GArray *tags, guint first)
{
    const char *key = g_array_index(tags, struct tag, first).label->key;
    guint64 total = 0;
    guint i = first;

    json_builder_begin_object(builder);
    json_add_text(builder, "key", key);
    json_begin_array(builder, "values");
    for (; i < tags->len; i++) {
        const struct tag *tag = &g_array_index(tags, struct tag, i);

        if (strcmp(tag->label->key, key) != 0)
            break;
        total += (guint64)tag->weight;
        json_builder_begin_object(builder);
        if (*tag->label->str != '\0') {
            json_add_text(builder, "value", tag->label->str);
        } else {
            json_add_int(builder, "number", tag->label->num);
            json_add_text(builder, "unit", tag->label->unit);
        }
        json_add_int(builder, "weight", tag->weight);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    json_add_int(builder, "total", (gint64)total);
    json_builder_end_object(builder);
    return i;
}

void profile_json_add_tags(JsonBuilder *builder, const struct profile *profile, size_t index)
{
    /* Equal ones summed, heaviest of each key first. */
    GArray *all = g_array_new(FALSE, FALSE, sizeof(struct tag));
    g_autoptr(GArray) tags = g_array_new(FALSE, FALSE, sizeof(struct tag));

    for (size_t i = 0; i < profile->n_samples; i++)
        for (uint32_t j = 0; j < profile->samples[i].n_labels; j++) {
            struct tag tag = {&profile->labels[profile->samples[i].first_label + j],
                              profile->values[i * profile->n_sample_types + index]};

            g_array_append_val(all, tag);
        }
    g_array_sort(all, compare_labels);
    for (guint i = 0; i < all->len; i++) {
        const struct tag *tag = &g_array_index(all, struct tag, i);
        struct tag *last = tags->len > 0 ? &g_array_index(tags, struct tag, tags->len - 1) : NULL;

        if (last != NULL && compare_labels(last, tag) == 0)
            last->weight = (gint64)((guint64)last->weight + (guint64)tag->weight);
        else
            g_array_append_val(tags, *tag);
    }
    g_array_unref(all);
    g_array_sort(tags, compare_weights);

    json_begin_array(builder, "tags");
    for (guint i = 0; i < tags->len;)
        i = add_key(builder, tags, i);
    json_builder_end_array(builder);
}
