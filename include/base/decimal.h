#pragma once
/* decimal: fixed point with nine places, as MariaDB's decimal(21,9). Money and every Float of a DocType; never a double.
 */
#include "base/str.h"

__extension__ typedef __int128 wide;

struct decimal {
    wide units; /* of 10⁻⁹ */
};

enum rounding { ROUND_COMMERCIAL, ROUND_BANKERS, ROUND_BANKERS_LEGACY };

#define DECIMAL_ONE ((wide)1000000000)
#define DECIMAL_INT(n) ((struct decimal){ (wide)(n)*DECIMAL_ONE })

/* Whole input: optional sign, digits, optional point, optional exponent; at most 12 integer digits. Digits past the
 * ninth place are rounded half away from zero. False on anything else. */
bool decimal_parse(struct str, struct decimal *out) MUST_USE;
/* "349", "0.5", "-12.345678901": shortest exact form. */
struct str decimal_text(struct arena *, struct decimal);
/* With exactly `places` places (0–9), rounded half away from zero: "349.00". */
struct str decimal_fixed(struct arena *, struct decimal, int places);

int decimal_compare(struct decimal, struct decimal);
bool decimal_is_zero(struct decimal);
struct decimal decimal_add(struct decimal, struct decimal);
struct decimal decimal_subtract(struct decimal, struct decimal);
/* Exact product rounded once to `places` by the method. False on overflow of decimal(21,9). */
bool decimal_multiply(struct decimal, struct decimal, int places, enum rounding, struct decimal *out) MUST_USE;
/* a / b rounded once to `places`. False when b is 0 or on overflow. */
bool decimal_divide(struct decimal a, struct decimal b, int places, enum rounding, struct decimal *out) MUST_USE;
struct decimal decimal_round(struct decimal, int places, enum rounding);
/* Nearest whole number below in size: 2.9 → 2, -2.9 → -2. */
int64_t decimal_truncate(struct decimal);
