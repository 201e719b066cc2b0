#include "tests/screens/screen_fixture.h"

#include "tests/screens/golden.h"
#include "tests/support/table_laws.h"

#include <string.h>

void set_up_looks(struct fixture *f, enum fake_story story, int lines, int cols,
                  const struct ui_options *looks)
{
    struct ui_options options = *looks;
    g_autoptr(GError) error = NULL;

    options.openers = &screens_openers;
    terminal_mock_prepare(lines, cols, 256);
    fake_session_prepare(story);
    f->config = config_load("/dev/null/sidescope/config", &error);
    g_assert_no_error(error);
    options.config = f->config;
    options.theme = "dark";
    f->ui = ui_new(&options, &error);
    g_assert_no_error(error);
    f->terminal = terminal_mock_current();
    ui_push(f->ui, dashboard_screen_new(f->ui));
    ui_attach(f->ui, fake_target_new(story));
}

void set_up(struct fixture *f, enum fake_story story, int lines, int cols)
{
    set_up_looks(f, story, lines, cols, &(struct ui_options){0});
}

void tear_down(struct fixture *f)
{
    ui_free(f->ui);
    config_free(f->config);
}

void press(struct fixture *f, const char *keys)
{
    g_auto(GStrv) each = g_strsplit(keys, " ", -1);

    for (char **key = each; *key != NULL; key++)
        if (**key != '\0')
            terminal_mock_key(f->terminal, *key);
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

void wait_gone(struct fixture *f, const char *words)
{
    for (;;) {
        g_autofree char *text = terminal_mock_text(f->terminal);

        if (strstr(text, words) == NULL)
            return;
        g_main_context_iteration(NULL, TRUE);
    }
}

/* Of the view that has the focus, however deep it is. */
static struct table *shown_table(struct view *view)
{
    struct view *inner = view->ops->inner != NULL ? view->ops->inner(view) : NULL;
    struct table *table = inner != NULL ? shown_table(inner) : NULL;

    return table == NULL && view->ops->table != NULL ? view->ops->table(view) : table;
}

void compare(struct fixture *f, const char *name)
{
    g_autofree char *text = terminal_mock_text(f->terminal);

    g_assert_true(g_utf8_validate(text, -1, NULL));
    golden_compare(name, text);
    struct table *table = shown_table(ui_top(f->ui));

    if (table != NULL)
        table_laws(table);
}

void assert_clean(const char *text)
{
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        g_assert_true(c == '\n' || c >= 0x20);
        g_assert_false(c >= 0x7f && c < 0xa0);
        g_assert_false(c >= 0x202a && c <= 0x202e);
    }
}
