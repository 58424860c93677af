/* decimal: whole numbers of 10⁻⁹ in 128 bits. A value that leaves this file fits decimal(21,9): |units| < 10²¹. */
#include "base/decimal.h"

static const wide LIMIT = (wide)1000000000000 * 1000000000; /* 10²¹ */

static wide power_of_ten(int exponent)
{
    wide p = 1;
    while (exponent-- > 0)
        p *= 10;
    return p;
}

static wide magnitude(wide v)
{
    return v < 0 ? -v : v;
}

/* n / d (d > 0) as a whole number, rounded by the method. ERPNext's legacy method sends ties up, but at precision 0 to
 * the even neighbour (spec/erpnext.md 2.2). */
static wide divide_rounded(wide n, wide d, int places, enum rounding method)
{
    wide q = n / d, r = magnitude(n % d);
    wide away = n < 0 ? -1 : 1;
    if (2 * r < d)
        return q;
    if (2 * r > d)
        return q + away;
    if (method == ROUND_COMMERCIAL)
        return q + away;
    if (method == ROUND_BANKERS || places == 0)
        return q % 2 ? q + away : q;
    return n < 0 ? q : q + 1;
}

static bool fits(wide v)
{
    return magnitude(v) < LIMIT;
}

/* The digits of the input as a whole number of `scale` decimals, before the exponent. */
struct digits {
    wide value;
    int scale;
    bool any, sticky; /* sticky: a digit that did not fit was not 0 */
};

static bool take_digit(struct digits *d, char c, bool fraction)
{
    d->any = true;
    if (d->value >= LIMIT * 1000000) { /* enough digits to round; the rest only counts as size */
        d->scale -= !fraction;
        d->sticky |= c != '0';
        return d->scale > -64;
    }
    d->value = d->value * 10 + (c - '0');
    d->scale += fraction;
    return true;
}

static bool take_digits(struct str s, size_t *at, struct digits *d)
{
    bool fraction = false;
    for (; *at < s.n; ++*at) {
        char c = s.p[*at];
        if (c == '.' && !fraction)
            fraction = true;
        else if (c < '0' || c > '9')
            break;
        else if (!take_digit(d, c, fraction))
            return false;
    }
    return d->any;
}

static bool take_exponent(struct str s, size_t *at, struct digits *d)
{
    if (*at == s.n || (s.p[*at] != 'e' && s.p[*at] != 'E'))
        return true;
    struct str rest = str_from(s, *at + 1);
    int64_t exponent;
    if (rest.n && rest.p[0] == '+')
        rest = str_from(rest, 1);
    if (!str_int(rest, &exponent) || exponent > 64 || exponent < -64)
        return false;
    d->scale -= (int)exponent;
    *at = s.n;
    return true;
}

bool decimal_parse(struct str s, struct decimal *out)
{
    size_t at = 0;
    bool negative = s.n && s.p[0] == '-';
    if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
        at = 1;
    struct digits d = { 0 };
    if (!take_digits(s, &at, &d) || !take_exponent(s, &at, &d) || at != s.n)
        return false;
    wide units;
    if (d.scale > 9)
        units = d.scale - 9 > 37 ? 0 : divide_rounded(d.value, power_of_ten(d.scale - 9), 9, ROUND_COMMERCIAL);
    else if (d.value == 0)
        units = 0;
    else if (9 - d.scale > 21 || magnitude(d.value) > LIMIT / power_of_ten(9 - d.scale))
        return false;
    else
        units = d.value * power_of_ten(9 - d.scale);
    if (!fits(units))
        return false;
    out->units = negative ? -units : units;
    return true;
}

struct str decimal_fixed(struct arena *a, struct decimal d, int places)
{
    wide units = decimal_round(d, places, ROUND_COMMERCIAL).units;
    wide size = magnitude(units);
    long long whole = (long long)(size / DECIMAL_ONE);
    long long rest = (long long)(size % DECIMAL_ONE / power_of_ten(9 - places));
    const char *sign = units < 0 ? "-" : "";
    if (places == 0)
        return str_printf(a, "%s%lld", sign, whole);
    return str_printf(a, "%s%lld.%0*lld", sign, whole, places, rest);
}

struct str decimal_text(struct arena *a, struct decimal d)
{
    int places = 9;
    wide rest = magnitude(d.units) % DECIMAL_ONE;
    while (places > 0 && rest % 10 == 0) {
        rest /= 10;
        places--;
    }
    return decimal_fixed(a, d, places);
}

int decimal_compare(struct decimal a, struct decimal b)
{
    return (a.units > b.units) - (a.units < b.units);
}

bool decimal_is_zero(struct decimal d)
{
    return d.units == 0;
}

struct decimal decimal_add(struct decimal a, struct decimal b)
{
    return (struct decimal){ a.units + b.units };
}

struct decimal decimal_subtract(struct decimal a, struct decimal b)
{
    return (struct decimal){ a.units - b.units };
}

struct decimal decimal_round(struct decimal d, int places, enum rounding method)
{
    wide step = power_of_ten(9 - places);
    return (struct decimal){ divide_rounded(d.units, step, places, method) * step };
}

/* |a|, |b| < 10²¹, so the product could need 10⁴²: more than 128 bits. Beyond 10³⁷ it cannot fit decimal(21,9) after
 * the division by 10⁹ either, hence the check before. */
bool decimal_multiply(struct decimal a, struct decimal b, int places, enum rounding method, struct decimal *out)
{
    wide product;
    if (__builtin_mul_overflow(a.units, b.units, &product))
        return false;
    wide step = power_of_ten(9 - places);
    wide units = divide_rounded(product, DECIMAL_ONE * step, places, method) * step;
    if (!fits(units))
        return false;
    out->units = units;
    return true;
}

bool decimal_divide(struct decimal a, struct decimal b, int places, enum rounding method, struct decimal *out)
{
    if (b.units == 0)
        return false;
    wide sign = b.units < 0 ? -1 : 1;
    wide step = power_of_ten(9 - places);
    wide units = divide_rounded(sign * a.units * power_of_ten(places), magnitude(b.units), places, method) * step;
    if (!fits(units))
        return false;
    out->units = units;
    return true;
}

int64_t decimal_truncate(struct decimal d)
{
    return (int64_t)(d.units / DECIMAL_ONE);
}
