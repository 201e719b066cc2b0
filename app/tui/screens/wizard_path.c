#include "app/tui/screens/wizard_path.h"

#include "app/tui/shell/format.h"

void wizard_path_take(struct wizard_path *ret, const struct triage_result *result,
                      enum symptom symptom, int current)
{
    enum triage_step_id order[TRIAGE_N_STEPS];
    size_t n_branch = symptom_order(symptom, order);

    *ret = (struct wizard_path){.n_branch = (int)n_branch};
    ret->pages[ret->n++] = WIZARD_SYMPTOMS;
    for (size_t i = 0; i < TRIAGE_N_STEPS; i++) {
        int page = WIZARD_STEPS + (int)order[i];

        if (i < n_branch || page == current || !triage_is_branch(order[i]) ||
            *result->steps[order[i]].suggested != '\0')
            ret->pages[ret->n++] = page;
    }
    ret->pages[ret->n++] = WIZARD_DIAGNOSIS;
    for (int i = 0; i < ret->n; i++)
        if (ret->pages[i] == current)
            ret->at = i;
}

int wizard_path_page(const struct wizard_path *path, int direction)
{
    return path->pages[CLAMP(path->at + direction, 0, path->n - 1)];
}

/* --- drawing --- */

/* As the strip of the dashboard has them where it is narrow. */
static const char *page_title(const struct triage_result *result, int page, bool compact)
{
    static const char *const compact_titles[TRIAGE_N_STEPS] = {
        [TRIAGE_MAP] = "map", [TRIAGE_GOROUTINES] = "goro", [TRIAGE_RESPONSE] = "resp"};

    if (page == WIZARD_SYMPTOMS)
        return compact ? "seen" : "what is seen";
    if (page == WIZARD_DIAGNOSIS)
        return "diagnosis";
    const char *title = compact_titles[page - WIZARD_STEPS];

    return compact && title != NULL ? title : result->steps[page - WIZARD_STEPS].title;
}

/* "✗" and what the user says of it; "" of the page that judges nothing. */
static void append_mark(GString *out, const struct theme *theme, const struct triage_result *result,
                        int page, enum theme_role role)
{
    enum triage_judgement_kind said = TRIAGE_AS_SEEN;

    if (page == WIZARD_SYMPTOMS)
        return;
    if (wizard_is_step(page))
        said = result->steps[page - WIZARD_STEPS].judgement;
    g_string_append(out, theme_mark(theme, role));
    if (said != TRIAGE_AS_SEEN)
        g_string_append_c(out, said == TRIAGE_SKIPPED ? '-' : '*');
}

/* One page of the path; returns its columns. col < 0: only measures. */
static int draw_page(const struct canvas *canvas, int line, int col,
                     const struct triage_result *result, int page, bool is_current, bool compact)
{
    enum theme_role role = page == WIZARD_SYMPTOMS ? THEME_TEXT
                           : page == WIZARD_DIAGNOSIS
                               ? verdict_role(result->verdict)
                               : verdict_role(result->steps[page - WIZARD_STEPS].verdict);
    const char *blank = compact ? "" : " ";
    g_autoptr(GString) text = g_string_new(is_current ? "[" : blank);

    g_string_append(text, page_title(result, page, compact));
    if (page != WIZARD_SYMPTOMS)
        g_string_append(text, blank);
    append_mark(text, canvas->theme, result, page, role);
    g_string_append(text, is_current ? "]" : blank);
    int width = text_width(text->str);

    if (col >= 0)
        text_drawf(canvas, line, col, width, is_current ? THEME_FOCUS : role, "%s", text->str);
    return width;
}

void wizard_path_draw(struct wizard_path *path, const struct canvas *canvas, TickitRect area,
                      const struct triage_result *result)
{
    const char *arrow = canvas->theme->glyphs == THEME_ASCII ? "->" : "─▶";
    int end = area.left + area.cols, gap = text_width(arrow), col = area.left + 1;
    int width = -gap;

    for (int i = 0; i < path->n; i++)
        width += draw_page(canvas, 0, -1, result, path->pages[i], i == path->at, false) + gap;
    bool compact = width > area.cols - 1;

    if (compact)
        arrow = " > ", gap = 3;
    for (int i = 0; i < path->n; i++) {
        path->cols[i] = col;
        if (col >= end)
            continue;
        if (i > 0) {
            text_drawf(canvas, area.top, col, MIN(gap, end - col), THEME_DIM, "%s", arrow);
            col += gap;
            path->cols[i] = col;
        }
        if (col < end)
            col += draw_page(canvas, area.top, col, result, path->pages[i], i == path->at, compact);
    }
    path->cols[path->n] = col;
}
