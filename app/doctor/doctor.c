#include "app/doctor/doctor.h"

enum { SCHEMA = 1, TITLE_COLS = 20, STATE_COLS = 8 };

struct check {
    char *id, *title, *found, *consequence, *fix;
    enum doctor_state state;
};

struct doctor {
    GPtrArray *checks; /* struct check * */
};

static void check_free(void *data)
{
    struct check *check = data;

    g_free(check->id);
    g_free(check->title);
    g_free(check->found);
    g_free(check->consequence);
    g_free(check->fix);
    g_free(check);
}

struct doctor *doctor_new(void)
{
    struct doctor *doctor = g_new0(struct doctor, 1);

    doctor->checks = g_ptr_array_new_with_free_func(check_free);
    return doctor;
}

void doctor_free(struct doctor *doctor)
{
    if (doctor == NULL)
        return;
    g_ptr_array_unref(doctor->checks);
    g_free(doctor);
}

static char *copy(const char *text)
{
    return g_strdup(text != NULL ? text : "");
}

void doctor_add(struct doctor *doctor, const struct doctor_words *words)
{
    struct check *check = g_new0(struct check, 1);
    bool fine = words->state == DOCTOR_OK;

    check->id = copy(words->id);
    check->title = copy(words->title);
    check->state = words->state;
    check->found = copy(words->found);
    check->consequence = copy(fine ? NULL : words->consequence);
    check->fix = copy(fine ? NULL : words->fix);
    g_ptr_array_add(doctor->checks, check);
}

int doctor_status(const struct doctor *doctor)
{
    int status = 0;

    for (guint i = 0; i < doctor->checks->len; i++) {
        const struct check *check = doctor->checks->pdata[i];

        status = MAX(status, check->state == DOCTOR_BROKEN ? 2 : check->state != DOCTOR_OK);
    }
    return status;
}

static const char *state_name(enum doctor_state state)
{
    static const char *const names[] = {
        [DOCTOR_OK] = "ok",
        [DOCTOR_LIMITED] = "limited",
        [DOCTOR_MISSING] = "missing",
        [DOCTOR_BROKEN] = "unusable",
    };

    return names[state];
}

/* --- the document --- */

static void add_table(struct document *d, const GPtrArray *checks)
{
    static const struct document_column columns[] = {
        {"id", NULL, DOCUMENT_PLAIN, false},
        {"title", "what", DOCUMENT_WORDS, false},
        {"state", "state", DOCUMENT_PLAIN, false},
        {"found", "found", DOCUMENT_WORDS, false},
        {"consequence", "what follows", DOCUMENT_WORDS, false},
        {"fix", "fix", DOCUMENT_CODE, false}};

    document_table(d, &(struct document_table){
                          .key = "checks", .columns = columns, .n_columns = G_N_ELEMENTS(columns)});
    for (guint i = 0; i < checks->len; i++) {
        const struct check *check = checks->pdata[i];
        const char *const cells[] = {check->id,    check->title,       state_name(check->state),
                                     check->found, check->consequence, check->fix};
        struct document_value values[G_N_ELEMENTS(cells)];

        for (size_t c = 0; c < G_N_ELEMENTS(cells); c++)
            values[c] = DOCUMENT_OF_TEXT(DOCUMENT_WORDS, cells[c]);
        document_row(d, values);
    }
}

struct document *doctor_document(const struct doctor *doctor)
{
    static const char *const verdicts[] = {"everything is there",
                                           "sidescope works, with what is said above missing",
                                           "sidescope cannot work here as it is"};
    struct document *d = document_new();

    document_for(d, DOCUMENT_JSON);
    document_member(d, "schema", DOCUMENT_OF_INT(DOCUMENT_COUNT, SCHEMA));
    document_member(d, "version", DOCUMENT_OF_TEXT(DOCUMENT_PLAIN, SIDESCOPE_VERSION));
    document_member(d, "exit_status", DOCUMENT_OF_INT(DOCUMENT_COUNT, doctor_status(doctor)));
    document_for(d, DOCUMENT_MARKDOWN);
    document_words(d, &(struct document_style){.level = 1}, DOCUMENT_PLAIN,
                   "What sidescope " SIDESCOPE_VERSION " can see here");
    document_for(d, DOCUMENT_FULL);
    add_table(d, doctor->checks);
    document_for(d, DOCUMENT_TEXT);
    for (guint i = 0; i < doctor->checks->len; i++) {
        /* A row of the text: state and title, beside them what was found, what follows, how to mend
         * it. */
        const struct check *check = doctor->checks->pdata[i];
        g_autofree char *label = g_strdup_printf("%-*s %-*s ", STATE_COLS, state_name(check->state),
                                                 TITLE_COLS, check->title);
        const int indent = STATE_COLS + 1 + TITLE_COLS + 1;

        document_words(d, &(struct document_style){.label = label, .is_bare = true}, DOCUMENT_WORDS,
                       check->found);
        document_words(d, &(struct document_style){.indent = indent}, DOCUMENT_WORDS,
                       check->consequence);
        document_words(d,
                       &(struct document_style){.label = "fix",
                                                .label_cols = 5,
                                                .indent = indent,
                                                .is_whole = true}, /* to be copied */
                       DOCUMENT_CODE, check->fix);
    }
    document_for(d, DOCUMENT_READ);
    document_words(d, &(struct document_style){.is_apart = true}, DOCUMENT_PLAIN,
                   verdicts[doctor_status(doctor)]);
    return d;
}
