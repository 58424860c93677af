/* Money: how a school rounds, shares and taxes amounts. */
#include "money_priv.h"

#include "core.h"

struct money money_of(const struct site *site, struct str currency)
{
    static const struct {
        const char *name;
        enum rounding method;
    } methods[] = { { "Banker's", ROUND_BANKERS }, { "Banker's legacy", ROUND_BANKERS_LEGACY } };
    struct money money = { ROUND_COMMERCIAL, currency_places(currency) };
    struct str name = site_setting(site, "School Settings", "rounding_method");
    for (size_t i = 0; i < countof(methods); i++)
        if (str_is(name, methods[i].name))
            money.method = methods[i].method;
    return money;
}

struct decimal money_percent(struct decimal amount, struct decimal percent, struct money money)
{
    struct decimal share, part = DECIMAL_INT(0);
    bool fits = decimal_divide(percent, DECIMAL_INT(100), 9, ROUND_COMMERCIAL, &share) &&
                decimal_multiply(amount, share, money.places, money.method, &part);
    return fits ? part : amount;
}

struct decimal money_share(struct decimal amount, struct decimal part, struct decimal whole, struct money money)
{
    struct decimal step = DECIMAL_INT(1), share;
    for (int i = 0; i < money.places; i++)
        step.units /= 10;
    /* In units of the smallest coin, so that nothing is rounded but the share itself. */
    struct decimal product = { amount.units / step.units * part.units };
    if (!decimal_divide(product, whole, 0, money.method, &share))
        return DECIMAL_INT(0);
    return (struct decimal){ share.units / DECIMAL_ONE * step.units };
}

struct tax tax_of(const struct site *site)
{
    struct tax tax = { .included = site_setting_int(site, "School Settings", "tax_included", 0) != 0 };
    if (!decimal_parse(site_setting(site, "School Settings", "tax_rate"), &tax.rate) || tax.rate.units < 0)
        tax.rate = DECIMAL_INT(0);
    return tax;
}

/* The divisor is never below 1, so the quotient always fits. */
struct decimal tax_net(struct decimal gross, struct tax tax, struct money money)
{
    struct decimal net = gross, factor;
    bool fits =
        decimal_divide(decimal_add(DECIMAL_INT(100), tax.rate), DECIMAL_INT(100), 9, ROUND_COMMERCIAL, &factor) &&
        decimal_divide(gross, factor, money.places, money.method, &net);
    return fits ? net : gross;
}
