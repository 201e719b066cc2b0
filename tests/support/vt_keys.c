#include "tests/support/vt_keys.h"

#include <glib.h>
#include <string.h>

static VTermKey special_key(const char *name)
{
    static const struct {
        const char *name;
        VTermKey key;
    } keys[] = {
        {"Enter", VTERM_KEY_ENTER},   {"Tab", VTERM_KEY_TAB},
        {"Escape", VTERM_KEY_ESCAPE}, {"Backspace", VTERM_KEY_BACKSPACE},
        {"Up", VTERM_KEY_UP},         {"Down", VTERM_KEY_DOWN},
        {"Left", VTERM_KEY_LEFT},     {"Right", VTERM_KEY_RIGHT},
        {"Home", VTERM_KEY_HOME},     {"End", VTERM_KEY_END},
        {"Insert", VTERM_KEY_INS},    {"Delete", VTERM_KEY_DEL},
        {"PageUp", VTERM_KEY_PAGEUP}, {"PageDown", VTERM_KEY_PAGEDOWN},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        if (strcmp(keys[i].name, name) == 0)
            return keys[i].key;
    if (name[0] == 'F' && g_ascii_isdigit(name[1]))
        return (VTermKey)VTERM_KEY_FUNCTION(g_ascii_strtoull(name + 1, NULL, 10));
    return VTERM_KEY_NONE;
}

static int take_modifiers(const char **name)
{
    int modifiers = 0;

    for (; (*name)[0] != '\0' && (*name)[1] == '-' && (*name)[2] != '\0'; *name += 2) {
        if (**name == 'S')
            modifiers |= VTERM_MOD_SHIFT;
        else if (**name == 'M')
            modifiers |= VTERM_MOD_ALT;
        else if (**name == 'C')
            modifiers |= VTERM_MOD_CTRL;
        else
            break;
    }
    return modifiers;
}

struct vt_keystroke vt_keystroke_parse(const char *name)
{
    struct vt_keystroke stroke = {.modifiers = (VTermModifier)take_modifiers(&name)};

    if (strcmp(name, "Space") == 0)
        name = " ";
    stroke.key = special_key(name);
    if (stroke.key != VTERM_KEY_NONE)
        return stroke;
    g_assert_cmpint(g_utf8_strlen(name, -1), ==, 1);
    stroke.character = g_utf8_get_char(name);
    return stroke;
}
