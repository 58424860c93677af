/* Who takes the money: the providers of this program, and which of them a school offers. */
#include "lms/sales.h"
#include "site.h"

const struct provider *provider_named(struct ctx *cx, struct str name)
{
    TABLE_EACH (providers, struct provider, it)
        if (str_is(name, (*it)->name) && (*it)->offered(cx))
            return *it;
    return NULL;
}

/* The buyer transfers the money to the school's account; a manager confirms that it came. */
static bool has_account(struct ctx *cx)
{
    return site_setting(cx->site, "School Settings", "iban").n > 0;
}

PROVIDER(bank) = { .name = "Bank", .words = N_("Pay by bank transfer"), .offered = has_account };

/* For schools that are tried out: configuration key `test_payments`. */
static bool is_tried_out(struct ctx *cx)
{
    return site_config_int(cx->site, "test_payments", 0) != 0;
}

PROVIDER(test) = { .name = "Test", .words = N_("Pay with the test provider"), .offered = is_tried_out };
