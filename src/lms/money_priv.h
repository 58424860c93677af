#pragma once
/* Money: how a school rounds, shares and taxes amounts (School Settings: rounding_method, tax_rate, tax_included). */
#include "site.h"

/* How the school rounds, and to how many places the currency goes. */
struct money {
    enum rounding method;
    int places;
};
struct money money_of(const struct site *, struct str currency);
/* So many percent of the amount, at most 100 of them, rounded once. */
struct decimal money_percent(struct decimal amount, struct decimal percent, struct money);
/* amount × part ÷ whole, rounded once; 0 of nothing. `amount` has no more places than the currency. */
struct decimal money_share(struct decimal amount, struct decimal part, struct decimal whole, struct money);

/* What the school adds to its prices, or has in them. */
struct tax {
    struct decimal rate; /* percent */
    bool included;
};
struct tax tax_of(const struct site *);
/* Of an amount with tax the part without. */
struct decimal tax_net(struct decimal gross, struct tax, struct money);
