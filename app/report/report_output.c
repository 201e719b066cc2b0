#include "app/report/report_output.h"

#include "app/ground/file_error.h"
#include "app/ground/folder_writer.h"

#include <string.h>

bool report_form_of(const char *path, enum report_form *ret, GError **error)
{
    static const struct {
        const char *extension;
        enum report_form form;
    } forms[] = {{".md", REPORT_MARKDOWN},
                 {".markdown", REPORT_MARKDOWN},
                 {".json", REPORT_JSON},
                 {".txt", REPORT_TEXT}};

    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++)
        if (g_str_has_suffix(path, forms[i].extension)) {
            *ret = forms[i].form;
            return true;
        }
    g_set_error(error, FILE_ERROR, FILE_ERROR_ACCESS,
                "a report's name ends with .md, .json or .txt, which \"%s\" does not", path);
    return false;
}

char *report_in_form(const struct report_content *content, enum report_form form, bool unicode)
{
    const struct triage_report *view = report_content_view(content);

    switch (form) {
    case REPORT_MARKDOWN:
        return triage_report_markdown(view, unicode);
    case REPORT_JSON:
        return triage_report_json(view);
    case REPORT_TEXT:
    default:
        return triage_report_text(view, unicode);
    }
}

bool report_write(const struct report_content *content, const char *path, bool replace,
                  GError **error)
{
    enum report_form form;

    if (!report_form_of(path, &form, error))
        return false;
    g_autofree char *text = report_in_form(content, form, true);

    return file_write(path, text, strlen(text), replace, error);
}
