#ifndef SIDESCOPE_APP_TRIAGE_STEPS_H
#define SIDESCOPE_APP_TRIAGE_STEPS_H

/*
 * Inside triage: what the steps share. A step adds facts, each with its own
 * verdict; the step's verdict is the worst of them, so that no conclusion
 * stands without evidence. What the diagnosis combines is left in struct
 * triage_findings. Pure.
 */

#include "app/triage/numbers.h"
#include "app/triage/triage.h"

/* Growth over less than SUSTAINED_GROWTH_S is hardly seen at all; below BURST_S work in progress
 * looks like a leak: it is only worth a look. */
enum { SUSTAINED_GROWTH_S = 60, BURST_S = 300, STEADY_S = 600 };

struct triage_findings {
    bool rss_high, rss_growing, rss_returned;
    bool fds_high, fds_growing, fds_near_limit, same_file, session_files, inotify_high;
    bool regions_many, regions_growing, swap_growing, not_go_memory;
    bool heap_still; /* the live heap was seen not to grow: more than that it was not seen to */
    bool rss_is_go;  /* what RSS rises by lies in the Go heap */
    bool heap_growing, goroutines_high, goroutines_growing, stuck;
    bool cpu_high;
    bool silent;           /* pprof was there and does not answer */
    bool halted;           /* by a signal or a debugger: nothing in it runs */
    char *file;            /* worst path open several times, or NULL */
    char *holder;          /* "1 200 descriptors are held by goroutine in main.open", or NULL */
    char *function;        /* that grew most in the heap, or NULL */
    char *function_caller; /* the program's own that calls it; NULL: it is its own */
    const char *signature; /* what is known of it, or NULL */
    GPtrArray *grown; /* struct heap_growth *, most first: what grew in the heap; NULL: not known */
    char *locked;     /* "issues.db is locked by 4711 td list for 12 s", or NULL */
    pid_t locker;     /* who; 0: the target itself, or not known */
    char *bucket;     /* function of the worst group of goroutines, or NULL */
};

void triage_findings_clear(struct triage_findings *findings);

struct step_context {
    const struct triage_input *in;
    const struct thresholds *limits;
    struct triage_findings *findings;
    struct triage_step *step;
};

void triage_step_rss(struct step_context *context);
void triage_step_fds(struct step_context *context);
void triage_step_map(struct step_context *context);
void triage_step_heap(struct step_context *context);
void triage_step_cpu(struct step_context *context);
void triage_step_goroutines(struct step_context *context);
void triage_step_response(struct step_context *context);
/* Fills diagnosis and actions from the finished steps. */
void triage_diagnose(const struct triage_input *in, const struct triage_findings *findings,
                     struct triage_result *result);

/* --- building --- */

struct fact_spec {
    const char *label, *value, *note; /* NULL: "" ; copied */
    enum triage_verdict verdict;
    struct ref ref; /* copied */
};

void step_add(struct triage_step *step, const struct fact_spec *spec);
/* UNKNOWN changes nothing; anything else replaces UNKNOWN and is then only made worse. */
void step_worsen(struct triage_step *step, enum triage_verdict verdict);
enum triage_verdict triage_worst(enum triage_verdict a, enum triage_verdict b);
/* The step could not be examined: summary for the strip, and why; made a whole sentence. */
void step_unknown(struct triage_step *step, const char *summary, const char *sentence);
/* The same for a step that needs pprof: how to get it, and what that costs. */
void step_without_pprof(struct step_context *context);
void step_set(char **field, char *value); /* takes value */
/* Same with printf. */
void step_setf(char **field, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* --- judging --- */

/* Values of a sample may be used: ok, or of an earlier moment. */
bool sample_usable(const struct sample *sample);
/* Its sentence, or what an absent sample means. */
const char *sample_why(const struct sample *sample);

static inline double limit_of(const struct step_context *context, enum threshold_id id)
{
    return context->limits->value[id];
}

bool trend_grows(const struct trend *trend);
/* Memory of the processes it started, against its own. */
struct children_view {
    int64_t sum;
    const struct child_entry *most; /* that holds most */
    bool grows;
    bool held; /* rose while watched, and stays: many times what it holds itself */
    bool high; /* so much, and so many times as much, that it is the memory to look at */
};
/* False when of none of them, or not of itself, it is known. */
bool step_children(const struct triage_input *in, const struct thresholds *limits,
                   struct children_view *ret);
/* "; +20M/min", "; +540M while watched, level now", or "". New string. */
char *step_children_change(const struct triage_input *in, const struct children_view *view);
/* Watched for a while, and none of its descriptors is older than a moment: a file that several
 * read at once and close again, which no level of one look tells from a leak. */
bool step_is_passing(const struct triage_input *in, const struct fd_group *group);
/* So many inotify descriptors, or so many more that stay, that in any program they are watchers
 * which nobody closed. */
bool step_watchers_pile(const struct triage_input *in, const struct thresholds *limits);
/* HeapAlloc or RSS rises: where nothing is collected, by whatever is allocated. */
bool step_fills(const struct triage_input *in);
/* Of bytes: grows by more than a collector takes, or one large buffer is, within minutes. */
bool step_memory_grows(const struct trend *trend);
enum triage_verdict step_memory_verdict(const struct trend *trend); /* as trend_verdict_of */
/* Of what RSS rises by at least half lies in the Go heap: by HeapAlloc, or by the walks of the map.
 */
bool step_is_go_rise(const struct triage_input *in);
/* Of what Go gave back to the system so much is resident all the same: what its heap has resident
 * by the map beyond Sys minus Released. SAMPLE_UNKNOWN when map or counters are not known. */
int64_t step_returned_resident(const struct triage_input *in);
/*
 * What the collector is told (heap_sample): the limit in bytes, SAMPLE_UNKNOWN where there is none
 * or none is known; what Go holds of it in percent, NAN likewise; GOGC in percent, -1 off; and
 * where that comes from, in words.
 */
enum { GC_PERCENT_USUAL = 100 };
int64_t step_memory_limit(const struct heap_sample *heap);
double step_memory_limit_share(const struct heap_sample *heap);
int64_t step_gc_percent(const struct heap_sample *heap);
const char *step_settings_words(const struct heap_sample *heap);
/* Go holds nearly all that its limit allows, and collections follow each other. */
bool step_collector_is_at_limit(const struct triage_input *in);
/* Growing for long enough to be called a leak. */
bool trend_sustained(const struct trend *trend);
/* And for longer than a burst of work takes. */
bool trend_lasts(const struct trend *trend);
/* Was seen not to grow: whatever two looks at a part of it differ by is no leak. */
bool trend_refutes(const struct trend *trend);
/* Did not grow, seen for long enough that a high level alone is no leak. */
bool trend_steady(const struct trend *trend);
/* HEALTHY unless it grows; LOOK over a short window; BAD when sustained. */
enum triage_verdict trend_verdict_of(const struct trend *trend);
/*
 * ", growing +410M/h (last 3h)", ", no growth in 6s", …: the clause that
 * ends a sentence about a level. rate and rise are the trend's in words.
 */
void append_trend(GString *out, const struct trend *trend, const char *rate, const char *rise,
                  double observed_s);

/* The same of memory: of what is below the floor there is no rate. */
void step_append_memory_trend(GString *out, const struct trend *trend, double observed_s);

/* What RSS, descriptors or goroutines rose by when other projects were opened: a fact, and a
 * sentence when it explains the rise. Neither where none was. */
void step_add_switches(struct step_context *context, enum metric metric, struct ref ref);
void step_append_switches(const struct step_context *context, enum metric metric, GString *out);

/* Of a limit of the system, so many percent used. */
enum triage_verdict step_limit_verdict(const struct step_context *context, double percent);
/* "documented 10 to 30; here 2 to 30" where the band in force differs, else without it. */
char *step_band(const struct step_context *context, enum threshold_id low, enum threshold_id high);

/* Memory of the target that is swapped out. */
struct swap_view {
    int64_t bytes;
    double rise; /* over the window of its trend, else between two walks of the map */
    bool grows;
    bool by_walks; /* two walks say how much, not whether it goes on */
};

/* SAMPLE_UNKNOWN when no usable sample tells. */
int64_t step_swap_bytes(const struct triage_input *in);
/* False when it is not known. */
bool step_swap(const struct triage_input *in, const struct thresholds *limits,
               struct swap_view *ret);
/* "+20M/min", or "+20M" where no rate is known. */
struct number_text step_swap_rate(const struct triage_input *in, const struct swap_view *view);

/* Seconds until a growing level reaches limit, INFINITY when it does not, or when that is too far
 * off, or was seen for too short a time, to say. */
double step_eta_s(const struct trend *trend, double level, double limit);
/* "62% used", with ", reached in 3h at this rate" where that is in sight. New string. */
char *step_limit_note(const struct trend *trend, double level, double limit);

/* One path, stack, function or type of region by itself. */
static inline struct trend step_part(const struct step_context *context, enum part_kind kind,
                                     const char *part)
{
    return session_parts_trend(context->in->parts, kind, part);
}
/* A part's own trend says something: in a few looks its growth may be one step, which is flat. */
bool trend_tells(const struct trend *own);
/* A part was seen not to grow; until its own trend tells, the trend of the whole says so. */
bool step_part_refuted(const struct trend *own, const struct trend *whole);
/* ", +6/s (90% sure: +5.8/s to +6.3/s)" for a part that grows, "" for others. New string. */
char *step_part_count(const struct trend *own);
char *step_part_bytes(const struct trend *own);

/* More than a level that was measured of healthy ones; one more that does not grow is not. */
bool step_is_over(int64_t count, double level, const struct trend *trend);
/* So many starts in the last minute, or what there is of it, are a storm: their rate is above the
 * threshold, and what it is at least not far below. */
bool step_is_storm(const struct threads_sample *threads, uint64_t starts,
                   const struct thresholds *limits);

/* What growth is counted from, as a clause: "since the mark" or "since the start". */
static inline const char *step_since(bool marked)
{
    return marked ? "since the mark" : "since the start";
}

#endif
