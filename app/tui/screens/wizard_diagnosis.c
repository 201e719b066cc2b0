#include "app/tui/screens/wizard_diagnosis.h"

#include "app/triage/patterns.h"
#include "app/tui/shell/format.h"

struct page {
    struct pager *pager;
    int cols;
    bool unicode;
};

/* Wrapped; lines after the first stand in by indent columns. */
static void add(struct page *page, enum theme_role role, int indent, const char *text)
{
    g_autofree char *safe = text_safe(text, -1, page->unicode);
    g_autoptr(GPtrArray) lines = text_wrap(safe, MAX(page->cols - indent - 1, 1));

    for (guint i = 0; i < lines->len; i++)
        pager_addf(page->pager, role, "%*s%s", indent, "", (const char *)lines->pdata[i]);
}

static void add_labelled(struct page *page, enum theme_role role, const char *label,
                         const char *text)
{
    g_autofree char *line = *text != '\0' ? g_strdup_printf("%s %s", label, text) : NULL;

    if (line != NULL)
        add(page, role, 6, line);
}

static void add_heading(struct page *page, const char *text)
{
    pager_add(page->pager, THEME_TEXT, "");
    pager_add(page->pager, THEME_TITLE, text);
}

static void add_cause(struct page *page, const struct triage_cause *cause)
{
    const struct triage_pattern *pattern = cause->pattern;
    g_autofree char *head =
        g_strdup_printf("%3.0f%% %s%s: %s", cause->confidence * 100, pattern->title,
                        pattern->leak ? "" : " (no leak)", cause->evidence);

    add(page, pattern->leak ? THEME_STRONG : THEME_TEXT, 1, head);
    add_labelled(page, THEME_TEXT, "where:", cause->culprit);
}

static void add_background(struct page *page, const struct triage_pattern *pattern)
{
    add(page, THEME_STRONG, 1, pattern->title);
    add_labelled(page, THEME_TEXT, "why:", pattern->cause);
    add_labelled(page, THEME_TEXT, "check:", pattern->confirm);
    add_labelled(page, THEME_TEXT, "then:", pattern->advice);
    add_labelled(page, THEME_DIM, "fixed in:", pattern->fixed);
}

static void add_actions(struct page *page, const GPtrArray *actions)
{
    if (actions->len == 0)
        return;
    add_heading(page, " What to do next");
    for (guint i = 0; i < actions->len; i++) {
        g_autofree char *item = g_strdup_printf("%u. %s", i + 1, (const char *)actions->pdata[i]);

        add(page, THEME_TEXT, 1, item);
    }
}

void wizard_diagnosis_fill(struct pager *pager, const struct triage_result *result, int cols,
                           bool unicode)
{
    struct page page = {pager, cols, unicode};

    pager_clear(pager);
    pager_add(pager, THEME_TITLE, " Diagnosis");
    add(&page, verdict_role(result->verdict), 1, result->diagnosis);
    if (result->causes->len > 0)
        add_heading(&page, " Known patterns that fit, surest first");
    for (guint i = 0; i < result->causes->len; i++)
        add_cause(&page, result->causes->pdata[i]);
    add_actions(&page, result->actions);
    if (result->causes->len > 0)
        add_heading(&page, " What is known of these patterns");
    for (guint i = 0; i < result->causes->len; i++)
        add_background(&page, ((struct triage_cause *)result->causes->pdata[i])->pattern);
}
