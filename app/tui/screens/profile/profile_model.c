#include "app/tui/screens/profile/profile_model.h"

#include "app/ground/job.h"

/* What may be done between two frames of the screen. */
enum { AT_ONCE_NS = 15 * 1000 * 1000 };

/* Nanoseconds a frame takes, measured on profiles where no two stacks are equal. */
static const guint64 cost_ns[PROFILE_N_PARTS] = {
    [PROFILE_PART_ROWS] = 15,
    [PROFILE_PART_TREE] = 700,
    [PROFILE_PART_PEEK] = 50,
};

struct profile_model;

/* What a job's callback is told: which part of which model. */
struct errand {
    struct profile_model *model;
    enum profile_part part;
};

/* One part: the answer shown, and the job that computes the next. */
struct part {
    struct profile_answer *answer;
    guint64 version; /* of the input that answer is to */
    struct job *job;
    guint64 job_version;
    struct errand errand;
};

struct profile_model {
    void (*changed)(void *user);
    void *user;
    struct profile_input input;
    guint64 version; /* counts changes of input */
    guint64 limit_ns;
    struct part parts[PROFILE_N_PARTS];
};

struct question {
    enum profile_part part;
    struct profile_answer *answer; /* with input and function set */
};

static void forget_answer(void *data)
{
    profile_answer_unref(data);
}

static void *work(void *data, const int *cancelled)
{
    struct question *question = data;

    if (!__atomic_load_n(cancelled, __ATOMIC_RELAXED))
        profile_answer_compute(question->part, question->answer);
    return g_steal_pointer(&question->answer);
}

static void question_free(void *data)
{
    struct question *question = data;

    profile_answer_unref(question->answer);
    g_free(question);
}

/* --- asking --- */

static void take_answer(struct part *part, struct profile_answer *answer, guint64 version)
{
    profile_answer_unref(part->answer);
    part->answer = answer;
    part->version = version;
}

static void done(void *result, void *user)
{
    const struct errand *errand = user;
    struct profile_model *model = errand->model;
    struct part *part = &model->parts[errand->part];

    part->job = NULL;
    take_answer(part, result, part->job_version);
    model->changed(model->user);
}

static bool is_large(const struct profile_model *model, enum profile_part part)
{
    const struct profile_input *in = &model->input;
    guint64 frames = in->profile->n_frames + in->profile->n_samples;

    if (in->base != NULL)
        frames += in->base->n_frames + in->base->n_samples;
    /* lines are read from files, which is never done here */
    return part == PROFILE_PART_LINES || frames * cost_ns[part] > model->limit_ns;
}

static void start(struct profile_model *model, enum profile_part which, const char *function)
{
    struct part *part = &model->parts[which];
    struct question *question = g_new0(struct question, 1);

    *question =
        (struct question){.part = which, .answer = profile_answer_new(&model->input, function)};
    part->errand = (struct errand){.model = model, .part = which};
    part->job_version = model->version;
    part->job = job_start(&(struct job_ops){.work = work,
                                            .done = done,
                                            .free_data = question_free,
                                            .free_result = forget_answer,
                                            .user = &part->errand},
                          question);
}

static bool is_current(const struct profile_model *model, const struct part *part,
                       const char *function)
{
    return part->answer != NULL && part->version == model->version &&
           g_strcmp0(part->answer->function, function) == 0;
}

const struct profile_answer *profile_model_get(struct profile_model *model, enum profile_part which,
                                               const char *function, bool *ret_due)
{
    struct part *part = &model->parts[which];
    bool current = is_current(model, part, function);

    if (!current && model->input.profile != NULL && part->job == NULL) {
        if (is_large(model, which)) {
            start(model, which, function);
        } else {
            struct profile_answer *answer = profile_answer_new(&model->input, function);

            profile_answer_compute(which, answer);
            take_answer(part, answer, model->version);
            current = true;
        }
    }
    *ret_due = !current && model->input.profile != NULL;
    return part->answer;
}

/* --- life --- */

struct profile_model *profile_model_new(void (*changed)(void *user), void *user)
{
    struct profile_model *model = g_new0(struct profile_model, 1);

    model->changed = changed;
    model->user = user;
    model->limit_ns = AT_ONCE_NS;
    profile_input_init(&model->input, -1);
    return model;
}

void profile_model_free(struct profile_model *model)
{
    if (model == NULL)
        return;
    for (int i = 0; i < PROFILE_N_PARTS; i++) {
        job_cancel(model->parts[i].job);
        profile_answer_unref(model->parts[i].answer);
    }
    profile_input_clear(&model->input);
    g_free(model);
}

const struct profile_input *profile_model_input(const struct profile_model *model)
{
    return &model->input;
}

/* A question put otherwise is not waited for; newer numbers wait for the older ones, or they would
 * never come where they change faster than they are counted. */
static void forget_jobs(struct profile_model *model)
{
    for (int i = 0; i < PROFILE_N_PARTS; i++) {
        job_cancel(model->parts[i].job);
        model->parts[i].job = NULL;
    }
}

void profile_model_set(struct profile_model *model, const struct profile_input *input)
{
    struct profile_input copy;

    if (input->profile == model->input.profile)
        forget_jobs(model);
    profile_input_copy(&copy, input); /* input may be our own */
    profile_input_clear(&model->input);
    model->input = copy;
    model->version++;
}

void profile_model_set_limit(struct profile_model *model, guint64 ns)
{
    model->limit_ns = ns;
}
