#include "tests/support/vt_osc.h"

#include <string.h>

static void match_introducer(struct vt_osc *osc, char byte)
{
    if (byte != osc->introducer[osc->matched])
        osc->matched = 0;
    if (byte == osc->introducer[osc->matched])
        osc->matched++;
    if (osc->matched < strlen(osc->introducer))
        return;
    osc->matched = 0;
    osc->content = g_string_new(NULL);
}

char *vt_osc_feed(struct vt_osc *osc, char byte)
{
    gsize length;
    guchar *bytes;
    char *text;

    if (osc->content == NULL) {
        match_introducer(osc, byte);
        return NULL;
    }
    if (byte != '\a' && byte != '\033') {
        g_string_append_c(osc->content, byte);
        return NULL;
    }
    if (strcmp(osc->introducer, VT_OSC_CLIPBOARD) != 0) {
        text = g_string_free(g_steal_pointer(&osc->content), FALSE);
        return text;
    }
    bytes = g_base64_decode(osc->content->str, &length);
    text = g_strndup((const char *)bytes, length);
    g_free(bytes);
    vt_osc_clear(osc);
    return text;
}

void vt_osc_clear(struct vt_osc *osc)
{
    if (osc->content != NULL)
        g_string_free(osc->content, TRUE);
    osc->content = NULL;
}
