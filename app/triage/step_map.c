#include "app/triage/mapped_files.h"
#include "app/triage/steps.h"

#include <math.h>
#include <string.h>

/*
 * Step 3: the memory map. Regions in thousands and growing swap are the
 * documented flags; which part of RSS is whose decides whether a Go heap
 * profile can show the leak at all. Reserved address space is left out.
 */

static const double half = 0.5;

/* What vmmap calls VM_ALLOCATE: anonymous mappings, Go's among them. */
static int64_t anonymous_regions(const struct memory_sample *memory)
{
    return memory->classes[REGION_ANONYMOUS].count + memory->classes[REGION_GO_HEAP].count +
           memory->classes[REGION_GO_RUNTIME].count + memory->classes[REGION_C_HEAP].count;
}

static enum triage_verdict count_verdict(const struct step_context *context, int64_t count)
{
    double limit = limit_of(context, THRESHOLD_REGIONS);

    if ((double)count >= limit)
        return TRIAGE_BAD;
    return (double)count >= half * limit ? TRIAGE_LOOK : TRIAGE_HEALTHY;
}

/* --- facts --- */

static void add_counts(struct step_context *context, const struct memory_sample *memory)
{
    int64_t count = anonymous_regions(memory);
    double limit = limit_of(context, THRESHOLD_REGIONS);
    g_autofree char *note = g_strdup_printf("documented: thousands are an mmap leak (%.0f)", limit);
    double most = limit_of(context, THRESHOLD_MAP_COUNT); /* NAN: none, and no comparison holds */
    bool full = step_limit_verdict(context, 100 * (double)memory->total.count / most) == TRIAGE_BAD;
    g_autofree char *limit_note = isnan(most) ? g_strdup("")
                                              : g_strdup_printf("the kernel's default limit is %s",
                                                                number_count_real(most).text);
    g_autofree char *all =
        g_strdup_printf("%s%s", limit_note, memory->regions_truncated ? "; list truncated" : "");

    step_add(context->step, &(struct fact_spec){.label = "anonymous regions",
                                                .value = number_count(count).text,
                                                .note = note,
                                                .verdict = count_verdict(context, count),
                                                .ref = {.kind = REF_MEMORY}});
    step_add(context->step, &(struct fact_spec){.label = "all regions",
                                                .value = number_count(memory->total.count).text,
                                                .note = all,
                                                .verdict = full ? TRIAGE_BAD : TRIAGE_HEALTHY,
                                                .ref = {.kind = REF_MEMORY}});
    context->findings->regions_many = full || count_verdict(context, count) != TRIAGE_HEALTHY;
}

static void add_region_trend(struct step_context *context)
{
    const struct trend *trend = &context->in->trends[METRIC_REGIONS];

    if (trend->verdict == TREND_UNKNOWN)
        return;
    g_autofree char *note = g_strdup_printf("%s over %s", number_rise_count(trend).text,
                                            number_duration(trend->window_s).text);

    /* a few more mappings an hour are normal; thousands at that pace are what is documented */
    step_add(context->step,
             &(struct fact_spec){.label = "region trend",
                                 .value = number_trend_count(trend).text,
                                 .note = note,
                                 .verdict = trend_grows(trend) ? TRIAGE_LOOK : TRIAGE_HEALTHY,
                                 .ref = {.kind = REF_MEMORY}});
    context->findings->regions_growing = trend_grows(trend);
}

static void add_swap(struct step_context *context, const struct swap_view *view)
{
    g_autofree char *note =
        view->grows ? g_strdup_printf("%s: memory pressure", step_swap_rate(context->in, view).text)
                    : g_strdup(view->bytes > 0 ? "does not grow: no present pressure" : "");
    enum triage_verdict verdict = !view->grows ? TRIAGE_HEALTHY
                                  : view->by_walks
                                      ? TRIAGE_LOOK
                                      : trend_verdict_of(&context->in->trends[METRIC_SWAP]);

    step_add(context->step, &(struct fact_spec){.label = "swapped",
                                                .value = number_bytes(view->bytes).text,
                                                .note = note,
                                                .verdict = verdict,
                                                .ref = {.kind = REF_MEMORY}});
    context->findings->swap_growing = view->grows;
}

/* Each is two megabytes, in use or not. */
static void add_huge(struct step_context *context, const struct memory_sample *memory)
{
    const char *setting = memory->pressure.huge_pages;
    g_autofree char *note =
        g_strdup_printf("of the anonymous memory%s%s",
                        setting != NULL && *setting != '\0' ? "; this machine: " : "",
                        setting != NULL ? setting : "");

    if (memory->anon_huge_bytes > 0)
        step_add(context->step,
                 &(struct fact_spec){.label = "in huge pages",
                                     .value = number_bytes(memory->anon_huge_bytes).text,
                                     .note = note,
                                     .ref = {.kind = REF_MEMORY}});
}

static void add_class(struct step_context *context, enum region_class cls,
                      const struct region_totals *totals, bool guessed)
{
    struct trend own = step_part(context, PART_REGIONS, region_class_name(cls));
    g_autofree char *rate = step_part_bytes(&own);
    g_autofree char *note =
        g_strdup_printf("%s region%s, %s virtual, %s dirty%s%s", number_count(totals->count).text,
                        totals->count == 1 ? "" : "s", number_bytes(totals->virtual_bytes).text,
                        number_bytes(totals->dirty_bytes).text, rate,
                        guessed && cls == REGION_GO_HEAP ? ", found by shape" : "");

    step_add(context->step, &(struct fact_spec){.label = region_class_name(cls),
                                                .value = number_bytes(totals->resident_bytes).text,
                                                .note = note,
                                                .ref = {.kind = REF_REGIONS, .region = cls}});
}

/*
 * What C's malloc keeps and nobody holds: pages a zone dirtied beyond what is
 * allocated in it. vmmap calls it fragmentation.
 */
static void add_zone(struct step_context *context, const struct malloc_zone *zone)
{
    int64_t held = zone->dirty_bytes != SAMPLE_UNKNOWN ? zone->dirty_bytes : zone->virtual_bytes;
    g_autofree char *label = g_strdup_printf("malloc zone %s", zone->name);

    if (zone->swapped_bytes != SAMPLE_UNKNOWN)
        held += zone->swapped_bytes;
    g_autofree char *note = g_strdup_printf(
        "in %s allocations; the zone holds %s%s", number_count(zone->allocations).text,
        number_bytes(held).text, zone->dirty_bytes != SAMPLE_UNKNOWN ? "" : " of address space");

    step_add(context->step,
             &(struct fact_spec){.label = label,
                                 .value = number_bytes(zone->allocated_bytes).text,
                                 .note = note,
                                 .ref = {.kind = REF_REGIONS, .region = REGION_C_HEAP}});
}

/* Pages of a file that nobody wrote to are counted in RSS, and the system takes them when it likes.
 */
static void add_file(struct step_context *context, const struct mapped_file *file)
{
    enum { PART = 5 };
    g_autofree char *note = g_strdup_printf(
        "mapped %s time%s, %s dirty%s", number_count(file->n_mappings).text,
        file->n_mappings == 1 ? "" : "s", number_bytes(file->dirty_bytes).text,
        file->resident_bytes > 0 && file->dirty_bytes * PART < file->resident_bytes
            ? ": the rest are clean pages of the file, which the system can have back"
            : "");

    step_add(context->step, &(struct fact_spec){.label = file->name,
                                                .value = number_bytes(file->resident_bytes).text,
                                                .note = note,
                                                .ref = {.kind = REF_MEMORY}});
}

/* The one that fills a good part of RSS, and the one that is mapped again and again. */
static void add_files(struct step_context *context, const struct memory_sample *memory)
{
    enum { PART = 5, MANY_MAPPINGS = 16 };
    struct mapped_files files = mapped_files_find(memory);
    bool large = files.largest.name != NULL &&
                 files.largest.resident_bytes * PART >= memory->total.resident_bytes;

    if (large)
        add_file(context, &files.largest);
    if (files.most_mapped.n_mappings >= MANY_MAPPINGS &&
        !(large && files.most_mapped.name == files.largest.name))
        add_file(context, &files.most_mapped);
}

/* Largest resident first; classes with nothing resident only lengthen the list. */
static void add_classes(struct step_context *context, const struct memory_sample *memory)
{
    bool done[REGION_N_CLASSES] = {[REGION_RESERVED] = true};

    for (size_t n = 0; n < REGION_N_CLASSES; n++) {
        size_t best = REGION_N_CLASSES;

        for (size_t i = 0; i < REGION_N_CLASSES; i++)
            if (!done[i] && memory->classes[i].resident_bytes > 0 &&
                (best == REGION_N_CLASSES ||
                 memory->classes[i].resident_bytes > memory->classes[best].resident_bytes))
                best = i;
        if (best == REGION_N_CLASSES)
            return;
        done[best] = true;
        add_class(context, (enum region_class)best, &memory->classes[best],
                  memory->heap_class_guessed);
    }
}

/* --- words --- */

static enum region_class largest_class(const struct memory_sample *memory)
{
    enum region_class best = REGION_GO_HEAP;

    for (size_t i = 0; i < REGION_N_CLASSES; i++)
        if (memory->classes[i].resident_bytes > memory->classes[best].resident_bytes)
            best = (enum region_class)i;
    return best;
}

static bool is_go(enum region_class cls)
{
    return cls == REGION_GO_HEAP || cls == REGION_GO_RUNTIME;
}

static bool is_own_memory(enum region_class cls)
{
    return cls == REGION_C_HEAP || cls == REGION_ANONYMOUS || cls == REGION_SQLITE ||
           cls == REGION_SHARED;
}

static void write_sentence(struct step_context *context, const struct memory_sample *memory)
{
    const struct region_totals *total = &memory->total;
    enum region_class largest = largest_class(memory);
    int64_t resident = memory->classes[largest].resident_bytes;
    g_autoptr(GString) out = g_string_new(NULL);

    g_string_append_printf(out, "%s regions hold %s resident", number_count(total->count).text,
                           number_bytes(total->resident_bytes).text);
    if (total->resident_bytes > 0)
        g_string_append_printf(
            out, "; the largest part is %s with %s (%s)", region_class_name(largest),
            number_bytes(resident).text,
            number_percent_whole(100.0 * (double)resident / (double)total->resident_bytes).text);
    g_string_append(out, context->findings->regions_many
                             ? ". So many regions mean memory that is mapped and never unmapped."
                             : ".");
    if (context->findings->regions_growing)
        g_string_append(out, " Their number grows.");
    if (context->findings->swap_growing)
        g_string_append(out, " Swap grows: the system is under pressure, which also makes SQLite "
                             "slow; relieve it first.");
    if (context->findings->not_go_memory)
        g_string_append(out, " Most of that is not Go's: the heap profile will not show it.");
    step_set(&context->step->sentence, g_strdup(out->str));
}

static void write_next(struct step_context *context)
{
    step_setf(&context->step->next, "%s",
              context->findings->not_go_memory
                  ? "the heap comes next to be sure, but look for C libraries and mmap: most "
                    "memory is outside Go"
                  : "the heap profile comes last: it names the function that keeps the memory");
}

static void write_summary(struct step_context *context, const struct memory_sample *memory,
                          const struct swap_view *swap)
{
    g_autoptr(GString) out = g_string_new(NULL);

    g_string_append_printf(out, "%s regions", number_count(memory->total.count).text);
    if (context->findings->regions_growing)
        g_string_append_printf(out, " %s",
                               number_slope_count(&context->in->trends[METRIC_REGIONS]).text);
    if (context->findings->swap_growing)
        g_string_append_printf(out, ", swap %s", step_swap_rate(context->in, swap).text);
    step_set(&context->step->summary, g_strdup(out->str));
}

static void write_command(struct step_context *context)
{
    int pid = (int)context->in->target->id.pid;

    if (context->in->macos)
        step_setf(&context->step->command, "vmmap --summary %d", pid);
    else
        step_setf(&context->step->command,
                  "grep -E '^(Rss|Anonymous|LazyFree|Swap):' /proc/%d/smaps_rollup; wc -l < "
                  "/proc/%d/maps; pmap -x %d | sort -k3 -rn | head -20",
                  pid, pid, pid);
}

/* Region walks are rare: without one only swap can be judged. */
static void without_regions(struct step_context *context)
{
    struct triage_step *step = context->step;

    if (step->verdict == TRIAGE_HEALTHY) {
        step_unknown(step, "not walked yet",
                     "The regions were not walked yet, so their number is not known.");
    } else {
        step_setf(&step->summary, "swap %s",
                  number_slope_bytes(&context->in->trends[METRIC_SWAP]).text);
        step_setf(&step->sentence, "Swap grows: the system is under pressure; relieve it first. "
                                   "The regions were not walked yet.");
    }
}

void triage_step_map(struct step_context *context)
{
    enum { SHOWN_ZONES = 3 };
    const struct memory_sample *memory = context->in->memory;
    struct triage_step *step = context->step;
    struct swap_view swap;

    step_setf(&step->threshold,
              "documented: region count in thousands is an mmap leak, growing swap is memory "
              "pressure (%s); here: %.0f anonymous regions",
              threshold_info(THRESHOLD_REGIONS)->source, limit_of(context, THRESHOLD_REGIONS));
    write_command(context);
    write_next(context);
    if (memory == NULL || !sample_usable(&memory->base)) {
        step_unknown(step, "not known", sample_why(memory != NULL ? &memory->base : NULL));
        return;
    }
    step->verdict = TRIAGE_HEALTHY;
    if (step_swap(context->in, context->limits, &swap))
        add_swap(context, &swap);
    if (memory->regions_us == 0) {
        without_regions(context);
        return;
    }
    enum region_class largest = largest_class(memory);

    context->findings->not_go_memory = !is_go(largest) && is_own_memory(largest) &&
                                       !memory->heap_class_guessed &&
                                       (double)memory->classes[largest].resident_bytes >
                                           half * (double)memory->total.resident_bytes;
    add_counts(context, memory);
    add_region_trend(context);
    add_classes(context, memory);
    add_files(context, memory);
    add_huge(context, memory);
    for (size_t i = 0; i < MIN(memory->n_zones, (size_t)SHOWN_ZONES); i++)
        add_zone(context, &memory->zones[i]);
    write_summary(context, memory, &swap);
    write_sentence(context, memory);
    write_next(context);
}
