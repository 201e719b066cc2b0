#include "app/doctor/doctor.h"

#include "app/ground/json.h"
#include "widgets/safe_text.h"

enum { SCHEMA = 1, TITLE_COLS = 20, STATE_COLS = 8, TEXT_COLS = 100 };

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

/* --- text ------------------------------------------------------------------- */

static void append_wrapped(GString *out, int indent, const char *safe)
{
    g_autoptr(GPtrArray) lines = text_wrap(safe, TEXT_COLS - indent);

    for (guint i = 0; i < lines->len; i++)
        g_string_append_printf(out, "%*s%s\n", i == 0 ? 0 : indent, "",
                               (const char *)lines->pdata[i]);
    if (lines->len == 0)
        g_string_append_c(out, '\n');
}

static void append_check(GString *out, const struct check *check, bool unicode)
{
    enum { INDENT = STATE_COLS + 1 + TITLE_COLS + 1 };
    g_autofree char *found = text_safe(check->found, -1, unicode);
    g_autofree char *consequence = text_safe(check->consequence, -1, unicode);
    g_autofree char *fix = text_safe(check->fix, -1, unicode);

    g_string_append_printf(out, "%-*s %-*s ", STATE_COLS, state_name(check->state), TITLE_COLS,
                           check->title);
    append_wrapped(out, INDENT, found);
    if (*consequence != '\0') {
        g_string_append_printf(out, "%*s", INDENT, "");
        append_wrapped(out, INDENT, consequence);
    }
    if (*fix != '\0') /* to be copied: not wrapped */
        g_string_append_printf(out, "%*sfix: %s\n", INDENT, "", fix);
}

char *doctor_text(const struct doctor *doctor, bool unicode)
{
    static const char *const verdicts[] = {"everything is there",
                                           "sidescope works, with what is said above missing",
                                           "sidescope cannot work here as it is"};
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < doctor->checks->len; i++)
        append_check(out, doctor->checks->pdata[i], unicode);
    g_string_append_printf(out, "\n%s\n", verdicts[doctor_status(doctor)]);
    return g_string_free(out, FALSE);
}

/* --- JSON ------------------------------------------------------------------- */

char *doctor_json(const struct doctor *doctor)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();

    json_builder_begin_object(builder);
    json_add_int(builder, "schema", SCHEMA);
    json_add_text(builder, "version", SIDESCOPE_VERSION);
    json_add_int(builder, "exit_status", doctor_status(doctor));
    json_begin_array(builder, "checks");
    for (guint i = 0; i < doctor->checks->len; i++) {
        const struct check *check = doctor->checks->pdata[i];

        json_builder_begin_object(builder);
        json_add_text(builder, "id", check->id);
        json_add_text(builder, "title", check->title);
        json_add_text(builder, "state", state_name(check->state));
        json_add_text(builder, "found", check->found);
        json_add_text(builder, "consequence", check->consequence);
        json_add_text(builder, "fix", check->fix);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    return json_document(builder);
}
