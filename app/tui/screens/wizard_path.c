#include "app/tui/screens/wizard_path.h"

#include "app/tui/shell/format.h"

bool wizard_path_has(const struct triage_result *result, int current, int page)
{
    return page < TRIAGE_N_FLOW || page == WIZARD_DIAGNOSIS || page == current ||
           *result->steps[page].suggested != '\0';
}

static const char *page_title(const struct triage_result *result, int page, bool compact)
{
    if (page == WIZARD_DIAGNOSIS)
        return "diagnosis";
    return compact && page == TRIAGE_MAP ? "map" : result->steps[page].title;
}

/* One page of the path; returns its columns. col < 0: only measures. */
static int draw_page(const struct canvas *canvas, int line, int col,
                     const struct triage_result *result, int page, bool is_current, bool compact)
{
    enum theme_role role =
        verdict_role(page == WIZARD_DIAGNOSIS ? result->verdict : result->steps[page].verdict);
    const char *said = "";
    char text[64];

    if (page != WIZARD_DIAGNOSIS && result->steps[page].judgement != TRIAGE_AS_SEEN)
        said = result->steps[page].judgement == TRIAGE_SKIPPED ? "-" : "*";
    const char *blank = compact ? "" : " ";

    g_snprintf(text, sizeof text, "%s%s%s%s%s%s", is_current ? "[" : blank,
               page_title(result, page, compact), blank, theme_mark(canvas->theme, role), said,
               is_current ? "]" : blank);
    int width = text_width(text);

    if (col >= 0)
        text_drawf(canvas, line, col, width, is_current ? THEME_FOCUS : role, "%s", text);
    return width;
}

static int path_width(const struct canvas *canvas, const struct triage_result *result, int current,
                      int arrow)
{
    int width = 0;

    for (int i = 0; i < WIZARD_N_PAGES; i++)
        if (wizard_path_has(result, current, i))
            width += draw_page(canvas, 0, -1, result, i, i == current, false) + arrow;
    return width - arrow;
}

void wizard_path_draw(const struct canvas *canvas, TickitRect area,
                      const struct triage_result *result, int current,
                      int ret_cols[WIZARD_N_PAGES + 1])
{
    const char *arrow = canvas->theme->glyphs == THEME_ASCII ? "->" : "─▶";
    int end = area.left + area.cols, gap = text_width(arrow), col = area.left + 1;
    bool compact = path_width(canvas, result, current, gap) > area.cols - 1;

    if (compact)
        arrow = " > ", gap = 3;
    for (int i = 0; i < WIZARD_N_PAGES; i++) {
        ret_cols[i] = col;
        if (!wizard_path_has(result, current, i) || col >= end)
            continue;
        if (col > area.left + 1) {
            text_drawf(canvas, area.top, col, MIN(gap, end - col), THEME_DIM, "%s", arrow);
            col += gap;
            ret_cols[i] = col;
        }
        if (col < end)
            col += draw_page(canvas, area.top, col, result, i, i == current, compact);
    }
    ret_cols[WIZARD_N_PAGES] = col;
}
