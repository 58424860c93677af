#pragma once
/* lms: selling, the second public header of the room. Money is `struct decimal`, dates are dates of the school
 * ("2026-11-24"), currencies codes of ISO 4217. These functions do what they are told; who may ask is said by methods and
 * pages.
 */
#include "base.h"
#include "doc.h"

/* What prices and codes are made of: methods and pages of them say `.uses = LMS_SELLING`, as learning does (lms.h). */
#define LMS_SELLING                                                                                                    \
    "LMS Bootcamp\nItem\nPricing Rule\nPricing Rule Item Code\nPricing Rule Item Group\nCoupon Code\nSales "           \
    "Invoice\nCustomer"

/* ---- quotes -------------------------------------------------------------------------------------------------------------
 * What one unit costs, and why (spec/product.md 5 lms.quote, 6a.2). Takes no use of a code. */
struct quote_question {
    struct str bootcamp, item_code; /* names; item_code counts where there is no bootcamp */
    bool has_code;                  /* a code was given; an empty one is unknown like any other that is none */
    struct str code;                /* as typed, or the Coupon Code's name */
    struct str user;                /* who buys, for limits per person; empty: nobody known */
    struct str on;                  /* empty: today */
    int64_t used_before; /* how often the code was used, instead of what its row counts; below 0: as counted */
};
/* What was found of a code, tested in this order. */
enum coupon_verdict {
    COUPON_OK,
    COUPON_UNKNOWN,
    COUPON_DISABLED,
    COUPON_WRONG_ITEM,
    COUPON_NOT_STARTED,
    COUPON_EXPIRED,
    COUPON_EXHAUSTED
};
const char *coupon_verdict_name(enum coupon_verdict); /* "ok", "not_started" … */
/* Whether a code like this is there at all is nobody's business but the school's: unknown, disabled, not started, expired. */
bool coupon_verdict_is_secret(enum coupon_verdict);

struct quote {
    struct decimal price, discount, tax, total; /* total = price - discount + tax */
    bool tax_included;                          /* `total` without a discount is the price as the pages show it */
    struct str item_code, currency;             /* item_code may be empty: a bootcamp that no Item sells */
    enum coupon_verdict verdict;                /* COUPON_OK also where no code was given */
    struct str coupon_code;                     /* name of the code that made the price; empty: none did */
    struct str pricing_rule, sales_partner;     /* the rule that made the price; whom the code belongs to */
    const char *reason;                         /* one sentence, a message id */
};
/* Reads the bootcamp or Item as the caller. Statements: those of that document, one for the Item, one for the code, one
 * for the rules, one for a limit per person. False: thrown (DoesNotExistError, PermissionError,
 * MandatoryError where neither is named). */
bool lms_quote(struct ctx *, const struct quote_question *, struct quote *out);
