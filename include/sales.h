#pragma once
/* lms: selling. Prices and codes, invoices and credit notes, purchases, the commission ledger. The second public header
 * of the room lms; money is `struct decimal`, dates are school dates ("2026-11-24"), currencies ISO 4217 codes. What is
 * said of callers' rights is said by methods and pages, not here: these functions do what they are told.
 */
#include "base.h"
#include "doc.h"

/* ---- quote (src/lms/sales/quote.c; spec/product.md 5 lms.quote, 6a.2) -------------------------------------------------
 * What one unit costs, and why. No use of a code is taken. */
struct quote_question {
    struct str bootcamp, item_code; /* one of the two; names */
    struct str code;                /* as typed, or the Coupon Code's name; empty: none */
    struct str user;                /* the buyer, for limits per person; empty: unknown */
    struct str on;                  /* a school date; empty: today */
    int64_t used_before;            /* uses to add to what the row counts; -1: as the row says */
};
struct quote {
    struct decimal price, discount, tax, total; /* total = price - discount + tax */
    struct str item_code, currency;
    bool valid;             /* the code is valid (or none was given) */
    struct str coupon_code; /* the Coupon Code's name when it is what reduced the price; no use is taken else */
    struct str pricing_rule, sales_partner;
    struct str reason;       /* words in the caller's language */
    const char *reason_code; /* ok, wrong_item, exhausted, unknown, disabled, not_started, expired */
};
bool lms_quote(struct ctx *, const struct quote_question *, struct quote *out);

/* ---- invoices (src/lms/sales/invoice*.c) ------------------------------------------------------------------------------ */
struct sale {
    struct str user, bootcamp;
    struct str coupon_code;   /* name; empty: none */
    struct str sales_partner; /* empty: none */
    const char *attribution;  /* Code, Link or "" */
    struct decimal total;     /* as quoted to the buyer, tax included: what the invoice must come to */
    struct str currency;
};
/* A submitted Sales Invoice of one unit to the user's Customer (made where there is none), not paid yet unless its total
 * is 0. In the caller's transaction. Throws ValidationError where its total would differ from `total`. NULL: failed. */
struct doc *invoice_of_sale(struct ctx *, const struct sale *);
/* Money came for the invoice: outstanding_amount falls, never below 0, and status follows. */
bool invoice_paid(struct ctx *, struct str invoice, struct decimal amount);
/* A submitted credit note over `amount` of the invoice (tax included), at most what is left of it. NULL: failed. */
struct doc *invoice_credited(struct ctx *, struct str invoice, struct decimal amount);

/* ---- taken invoices (src/lms/sales/take*.c) -----------------------------------------------------------------------------
 * Invoices that were made elsewhere (an import, ERPNext): name, totals, status, partner and total_commission stay as they
 * are; ledger row, uses of the code and enrollments follow (spec/product.md 6a.3 to 6a.6). The same row twice changes
 * nothing. */
enum taken { TAKEN_NEW, TAKEN_CHANGED, TAKEN_UNCHANGED };
bool invoice_take(struct ctx *, const json_t *row, enum taken *out);

/* ---- the ledger (src/lms/partner/ledger*.c; spec/product.md 6a.3 to 6a.5) -----------------------------------------------
 * All of these write in the caller's transaction and are no-ops for an invoice without a partner. */
/* The invoice or credit note was submitted: its one row (`Sales Commission`), unique by invoice and partner. */
bool ledger_of_invoice(struct ctx *, const struct doc *invoice);
/* It was cancelled: Rejected, or a new Reversed row where it was paid out. */
bool ledger_cancelled(struct ctx *, const struct doc *invoice);

/* Who gets the commission of a checkout: the code's partner, else the last click's within the window, else nobody. */
struct attribution {
    struct str sales_partner; /* empty: nobody */
    const char *how;          /* Code, Link or "" */
    bool self;                /* the buyer is the partner: the row will be Rejected */
};
/* `coupon_code`: name of the code that reduced the price; `click`: value of the referral cookie (CLICK_COOKIE). */
bool attribution_of_checkout(struct ctx *, struct str user, struct str coupon_code, struct str click,
                             struct attribution *out);
#define CLICK_COOKIE "preau_ref"

/* ---- purchases (src/lms/sales/purchase*.c; spec/erpnext.md 5) ----------------------------------------------------------- */
struct checkout {
    struct str user, bootcamp, code, click; /* code as typed */
    const char *provider;                   /* Bank, ERPNext, Stripe, Test */
    struct str idempotency_key;             /* of the form or the caller; empty: none */
};
struct purchase_view {
    struct str purchase, state, currency, enrollment, url; /* url: where the buyer goes next */
    struct decimal amount;
};
bool purchase_begin(struct ctx *, const struct checkout *, struct purchase_view *out);
/* A fact about money, from a provider, a manager or ERPNext, in any order and any number of times: `event` is the
 * provider's own id of it. Facts are added up and the state follows from them. */
enum payment_fact { FACT_PAID, FACT_REVERSED, FACT_REFUNDED, FACT_CANCELLED };
struct payment_event {
    struct str purchase, event, reference, currency;
    enum payment_fact fact;
    struct decimal amount;
};
bool purchase_event(struct ctx *, const struct payment_event *, struct purchase_view *out);
