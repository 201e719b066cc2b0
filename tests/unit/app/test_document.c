#include "app/report/document.h"

#include <math.h>
#include <string.h>

/* One document in its three forms. */

enum { ROWS = 3, SHOWN = 2 };

static void add_table(struct document *d)
{
    static const struct document_column columns[] = {{"open", "open", DOCUMENT_COUNT, true},
                                                     {"bytes", NULL, DOCUMENT_BYTES, true},
                                                     {"path", "path", DOCUMENT_CODE, false}};

    document_for(d, DOCUMENT_FULL);
    document_table(d, &(struct document_table){.key = "paths",
                                               .columns = columns,
                                               .n_columns = G_N_ELEMENTS(columns),
                                               .intro = "What is open:",
                                               .noun = "paths"});
    document_row(d,
                 (const struct document_value[]){DOCUMENT_OF_INT(0, 1200), DOCUMENT_OF_INT(0, 2048),
                                                 DOCUMENT_OF_TEXT(0, "/a|b")});
    document_row(d, (const struct document_value[]){DOCUMENT_OF_INT(0, SAMPLE_UNKNOWN),
                                                    DOCUMENT_OF_INT(0, 0),
                                                    DOCUMENT_OF_TEXT(0, "/c\xff")});
    document_left_out(d, ROWS - SHOWN);
}

static struct document *make(void)
{
    struct document *d = document_new();

    document_for(d, DOCUMENT_TEXT);
    document_words(d, &(struct document_style){.level = 2, .has_mark = true, .verdict = TRIAGE_BAD},
                   DOCUMENT_PLAIN, "Files");
    document_for(d, DOCUMENT_MARKDOWN);
    document_words(d, &(struct document_style){.level = 2}, DOCUMENT_PLAIN, "Files");
    document_for(d, DOCUMENT_ALL);
    document_words(d, &(struct document_style){.key = "rule", .label = "Rule", .label_cols = 8},
                   DOCUMENT_WORDS, "at most *four* times");
    document_words(d, &(struct document_style){.key = "next", .label = "Next"}, DOCUMENT_WORDS, "");
    document_open_list(d, "actions");
    document_words(d, &(struct document_style){.number = 1, .is_element = true, .indent = 2},
                   DOCUMENT_WORDS, "close them");
    document_words(d, &(struct document_style){.number = 2, .is_element = true, .indent = 2},
                   DOCUMENT_WORDS, "look again");
    document_close(d);
    document_narrow(d, DOCUMENT_TEXT);
    document_words(d, &(struct document_style){.is_whole = true}, DOCUMENT_WORDS, "short");
    document_narrow(d, DOCUMENT_ALL);
    document_for(d, DOCUMENT_JSON);
    document_member(d, "age_s", DOCUMENT_OF_DOUBLE(DOCUMENT_SECONDS, NAN));
    document_null(d, "mark");
    add_table(d);
    return d;
}

static void test_text(void)
{
    g_autoptr(document_auto) d = make();
    g_autofree char *text = document_text(d, NULL, false);

    g_assert_cmpstr(text, ==,
                    "\nBAD Files\n"
                    "Rule:   at most *four* times\n"
                    "  1. close them\n"
                    "  2. look again\n"
                    "short\n");
}

static void test_markdown(void)
{
    g_autoptr(document_auto) d = make();
    g_autofree char *text = document_markdown(d, NULL, false);

    g_assert_cmpstr(text, ==,
                    "## Files\n"
                    "\n"
                    "Rule: at most \\*four\\* times\n"
                    "\n"
                    "1. close them\n"
                    "2. look again\n"
                    "\n"
                    "What is open:\n"
                    "\n"
                    "| open | path |\n"
                    "| ---: | --- |\n"
                    "| 1 200 | <code>&#47;a&#124;b</code> |\n"
                    "| - | <code>&#47;c&#92;xff</code> |\n"
                    "\n"
                    "1 more paths are not listed.\n");
}

static void test_json(void)
{
    g_autoptr(document_auto) d = make();
    g_autofree char *text = document_json(d, NULL);
    g_autoptr(GString) flat = g_string_new(NULL);

    for (const char *p = text; *p != '\0'; p++)
        if (*p != ' ' && *p != '\n')
            g_string_append_c(flat, *p);
    g_assert_cmpstr(flat->str, ==,
                    "{\"rule\":\"atmost*four*times\",\"next\":\"\","
                    "\"actions\":[\"closethem\",\"lookagain\"],\"age_s\":null,\"mark\":null,"
                    "\"paths\":[{\"open\":1200,\"bytes\":2048,\"path\":\"/a|b\"},"
                    "{\"open\":null,\"bytes\":0,\"path\":{\"text\":\"/c\xef\xbf\xbd\","
                    "\"bytes_base64\":\"L2P/\"}}],\"paths_left_out\":1}");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/document/text", test_text);
    g_test_add_func("/document/markdown", test_markdown);
    g_test_add_func("/document/json", test_json);
    return g_test_run();
}
