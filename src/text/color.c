/* Colours that people choose: read, compared by contrast as WCAG 2 defines it, and moved until they can be read. */
#include <math.h>

#include "text.h"

enum { STEPS = 64 };

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool color_read(struct str text, struct color *out)
{
    unsigned char part[3] = { 0 };
    if (text.n != 7 || text.p[0] != '#')
        return false;
    for (size_t i = 0; i < 3; i++) {
        int high = hex(text.p[1 + i * 2]), low = hex(text.p[2 + i * 2]);
        if (high < 0 || low < 0)
            return false;
        part[i] = (unsigned char)(high * 16 + low);
    }
    *out = (struct color){ part[0], part[1], part[2] };
    return true;
}

struct str color_text(struct arena *a, struct color c)
{
    return str_printf(a, "#%02x%02x%02x", c.red, c.green, c.blue);
}

static double linear(unsigned char part)
{
    double v = part / 255.0;
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double luminance(struct color c)
{
    return 0.2126 * linear(c.red) + 0.7152 * linear(c.green) + 0.0722 * linear(c.blue);
}

double color_contrast(struct color one, struct color other)
{
    double a = luminance(one), b = luminance(other);
    return (fmax(a, b) + 0.05) / (fmin(a, b) + 0.05);
}

struct color color_mixed(struct color from, struct color to, int part, int of)
{
    return (struct color){ (unsigned char)(from.red + (to.red - from.red) * part / of),
                           (unsigned char)(from.green + (to.green - from.green) * part / of),
                           (unsigned char)(from.blue + (to.blue - from.blue) * part / of) };
}

struct color color_on(struct color ground)
{
    const struct color black = { 0, 0, 0 }, white = { 255, 255, 255 };
    return color_contrast(white, ground) >= color_contrast(black, ground) ? white : black;
}

struct color color_readable(struct color wanted, const struct color *on, size_t count, double contrast)
{
    struct color end = color_on(on[0]), best = wanted;
    for (int step = 0; step <= STEPS; step++) {
        double least = 21;
        best = color_mixed(wanted, end, step, STEPS);
        for (size_t i = 0; i < count; i++)
            least = fmin(least, color_contrast(best, on[i]));
        if (least >= contrast)
            break;
    }
    return best;
}

/* Grounds, surfaces and code of src/portal/assets/style.css, light and dark. */
static const struct color grounds[2][3] = { { { 0xfb, 0xfa, 0xf7 }, { 0xff, 0xff, 0xff }, { 0xf2, 0xef, 0xe8 } },
                                            { { 0x15, 0x18, 0x1b }, { 0x1d, 0x21, 0x25 }, { 0x23, 0x28, 0x2d } } };

struct color color_for_page(struct color wanted, bool dark)
{
    return color_readable(wanted, grounds[dark], countof(grounds[dark]), 4.5);
}

struct color color_ground(bool dark)
{
    return grounds[dark][0];
}
