#include "app/tui/terminal/terminal_colour.h"

#include <stdlib.h>

/* xterm's 256colres: a cube of six levels from 16 on, then 24 greys from 232 on */
static const int levels[6] = {0, 95, 135, 175, 215, 255};

static int nearest_level(int value)
{
    int best = 0;

    for (int i = 1; i < 6; i++)
        if (abs(levels[i] - value) < abs(levels[best] - value))
            best = i;
    return best;
}

static int nearest_grey(int red, int green, int blue)
{
    int step = ((red + green + blue) / 3 - 3) / 10;

    return step < 0 ? 0 : step > 23 ? 23 : step;
}

static int distance(int rgb, int red, int green, int blue)
{
    int dr = (rgb >> 16) - red, dg = (rgb >> 8 & 0xff) - green, db = (rgb & 0xff) - blue;

    return dr * dr + dg * dg + db * db;
}

int colour_rgb(int index)
{
    static const int basic[16] = {
        0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
        0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
    };

    if (index < 16)
        return basic[index & 15];
    if (index >= 232) {
        int grey = 8 + 10 * (index - 232);
        return grey << 16 | grey << 8 | grey;
    }
    index -= 16;
    return levels[index / 36] << 16 | levels[index / 6 % 6] << 8 | levels[index % 6];
}

int colour_nearest(int red, int green, int blue)
{
    int cube = 16 + 36 * nearest_level(red) + 6 * nearest_level(green) + nearest_level(blue);
    int grey = 232 + nearest_grey(red, green, blue);

    return distance(colour_rgb(grey), red, green, blue) <
                   distance(colour_rgb(cube), red, green, blue)
               ? grey
               : cube;
}

int colour_of_pen(const TickitPen *pen, TickitPenAttr attr, const struct colour_range *range)
{
    int colour = tickit_pen_get_colour_attr(pen, attr);

    if (colour < 0)
        return -1;
    if (range->count >= 256 && tickit_pen_has_colour_attr_rgb8(pen, attr)) {
        TickitPenRGB8 rgb = tickit_pen_get_colour_attr_rgb8(pen, attr);
        int value = rgb.r << 16 | rgb.g << 8 | rgb.b;
        if (!range->direct)
            return colour_nearest(rgb.r, rgb.g, rgb.b);
        /* the darkest blues share their numbers with the basic colours */
        return value < 8 ? 8 : value;
    }
    return range->direct && colour >= 8 ? colour_rgb(colour) : colour;
}
