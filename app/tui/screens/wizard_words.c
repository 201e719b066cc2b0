#include "app/tui/screens/wizard_words.h"

#include "app/tui/shell/format.h"

#include <math.h>

int wizard_words(const struct canvas *canvas, TickitRect area, int line, int most,
                 enum theme_role role, const char *text)
{
    g_autofree char *safe = text_safe(text, -1, text_unicode(canvas));
    g_autoptr(GPtrArray) lines = text_wrap(safe, MAX(area.cols - 2, 1));
    int n = MIN((int)lines->len, MIN(most, area.lines - line));

    for (int i = 0; i < n; i++) {
        /* two lines do not fit into one: drawing cuts them as it cuts everything */
        bool cut = i == n - 1 && n < (int)lines->len;

        text_drawf(canvas, area.top + line + i, area.left + 1, area.cols - 2, role, "%s%s%s",
                   (const char *)lines->pdata[i], cut ? " " : "",
                   cut ? (const char *)lines->pdata[i + 1] : "");
    }
    return MAX(n, 0);
}

void wizard_chart(struct ui *ui, const struct canvas *canvas, TickitRect rect, enum metric metric)
{
    text_drawf(canvas, rect.top, rect.left, rect.cols, THEME_DIM, "%s", metric_info(metric)->name);
    rect.top++;
    rect.lines--;
    draw_series(canvas, rect, ui_session(ui), metric, ui_now(ui), NAN, THEME_GRAPH1);
}
