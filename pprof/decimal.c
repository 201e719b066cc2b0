#include "pprof/decimal.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

/* number / 2^bits, to the nearest, ties to even. */
static wide shift_down(wide number, unsigned bits)
{
    enum { WIDTH = 128 };

    if (bits >= WIDTH)
        return 0;
    wide kept = number >> bits, rest = number - (kept << bits), half = (wide)1 << (bits - 1);

    if (rest > half || (rest == half && (kept & 1) != 0))
        kept++;
    return kept;
}

/* Decimal digits, the last one at end[-1]; at least so many. */
static char *write_digits(char *end, uint64_t number, unsigned least)
{
    for (; number > 0 || least > 0; number /= 10) {
        *--end = (char)('0' + number % 10);
        least -= least > 0;
    }
    return end;
}

size_t decimal_write(double value, unsigned digits, char out[DECIMAL_MAX])
{
    static const uint64_t factors[DECIMAL_MOST_DIGITS + 1] = {1,     10,     100,    1000,
                                                              10000, 100000, 1000000};
    char text[DECIMAL_MAX], *end = text + sizeof text - 1, *at = end;
    /* value * 10^digits as an integer: exact before it is rounded, as a double is binary. */
    enum { MANTISSA_BITS = 53 };
    int exponent;
    double fraction = frexp(fabs(value), &exponent);
    wide product = (wide)(uint64_t)ldexp(fraction, MANTISSA_BITS) * factors[digits];

    exponent -= MANTISSA_BITS;
    wide number = exponent >= 0 ? product << exponent : shift_down(product, (unsigned)-exponent);

    *end = '\0';
    if (digits > 0) {
        at = write_digits(at, (uint64_t)(number % factors[digits]), digits);
        *--at = '.';
    }
    at = write_digits(at, (uint64_t)(number / factors[digits]), 1);
    if (signbit(value))
        *--at = '-';
    memcpy(out, at, (size_t)(end - at) + 1);
    return (size_t)(end - at);
}
