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
const char *coupon_verdict_reason(enum coupon_verdict); /* one sentence, a message id */

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

/* Somebody tries a code: 60 in ten minutes, each person by their account, a visitor by their address. False: thrown
 * (TooManyRequestsError). */
bool coupon_try(struct ctx *);

/* ---- uses of a code --------------------------------------------------------------------------------------------------
 * In the caller's transaction. The code's row decides: of any number of callers no more get a use than there are. */
/* `user`: whose limit counts, for invoices that stand in the database already; empty: nobody's. Throws ValidationError
 * when there is none left. */
bool coupon_use_take(struct ctx *, struct str coupon, struct str user);
bool coupon_use_give_back(struct ctx *, struct str coupon);
/* One more that was made elsewhere, whatever the limit says. */
bool coupon_use_count(struct ctx *, struct str coupon);

/* ---- invoices --------------------------------------------------------------------------------------------------------
 * In the caller's transaction, all of them. */
struct sale {
    struct str user, bootcamp;
    struct str coupon_code; /* name; empty: none. A use that is reserved for it is given back first. */
    bool use_is_reserved;
    struct str sales_partner; /* empty: nobody, but for what the code says */
    const char *attribution;  /* Code or Link; NULL: as the code says */
    struct str purchase;      /* becomes custom_lms_purchase_id */
    struct decimal total;     /* as quoted to the buyer, tax included: what the invoice must come to */
    bool honours_total;       /* prices have changed since: no rule, and a discount that leads to the total */
    struct str currency;
};
/* A submitted Sales Invoice of one unit to the user's Customer (made where there is none), not paid unless its total is 0.
 * Throws ValidationError where its total would differ from `total`. NULL: failed. */
struct doc *invoice_of_sale(struct ctx *, const struct sale *);
/* Money came: outstanding_amount falls, never below 0; status and ledger follow. */
bool invoice_paid(struct ctx *, struct str invoice, struct decimal amount);
/* It went again (a payment was reversed): outstanding_amount rises, never above what is due. */
bool invoice_unpaid(struct ctx *, struct str invoice, struct decimal amount);
/* A submitted credit note over `amount` of the invoice, tax included, at most what is left of it; over all that is left
 * it takes the units back too. NULL: failed. */
struct doc *invoice_credited(struct ctx *, struct str invoice, struct decimal amount);

/* ---- made elsewhere --------------------------------------------------------------------------------------------------
 * Rows of an import or of ERPNext, keys as its fields; what is no field of ours is passed over. In the caller's
 * transaction. The same row again changes nothing. */
enum taken { TAKEN_NEW, TAKEN_CHANGED, TAKEN_UNCHANGED };
/* Item, Sales Partner, Pricing Rule, Coupon Code, by their names. An Item's `rate` and `uom` may stand for standard_rate and
 * stock_uom; rows of a table may be the names of what they link to. */
bool sales_take(struct ctx *, const char *doctype, const json_t *row, enum taken *out);
/* Somebody with email, first_name, last_name, full_name, customer, role, language and enabled (spec/product.md 6a.7). No
 * password, no mail. Who had an account before keeps it as it is; roles are added, never taken. */
bool person_take(struct ctx *, const json_t *row, enum taken *out);
/* A Sales Invoice with its items, of whatever docstatus: name, figures, status, partner and rate stay as they are; ledger,
 * uses of the code and enrollments follow. `from`: Import or ERPNext. Customer, account and Items that are missing are
 * made. Throws ValidationError for one that was made here: that is the caller's business. */
bool invoice_take(struct ctx *, const json_t *row, const char *from, enum taken *out);

/* What came of imports. */
struct history {
    int64_t enrolled; /* Enrollments of the source Import that give access */
    struct unsold {
        struct str item_code;
        int64_t lines;
    } * unsold; /* Items of imported invoices that no bootcamp sells, and on how many lines they stand */
    size_t unsold_count;
};
bool history_read(struct ctx *, struct history *out);

/* ---- purchases -------------------------------------------------------------------------------------------------------
 * One person buying one bootcamp. Facts about money are noted once each, in any order, and the state follows from them
 * (spec/erpnext.md 5.3). */
/* Who takes the money: a row beside its code. */
struct provider {
    const char *name;              /* "Bank": as Purchase.provider has it */
    const char *words;             /* what the button says, a message id */
    bool (*offered)(struct ctx *); /* by this school */
};
#define PROVIDER(id) TABLE_ROW(providers, struct provider, provider_##id)
/* The provider of this name that the school offers; NULL: none. */
const struct provider *provider_named(struct ctx *, struct str name);

struct checkout {
    struct str user, bootcamp;
    struct str code;     /* as typed; empty: none */
    struct str cookie;   /* value of CLICK_COOKIE; empty: none */
    struct str provider; /* may be empty where nothing is to be paid */
};
struct purchase_view {
    struct str purchase, user, bootcamp, state, currency, provider, sales_invoice;
    struct str enrollment; /* the buyer's, where it gives access; else empty */
    struct str url;        /* where the buyer goes next */
    struct decimal amount; /* tax included */
};
/* The price is the quote's; a use of the code is reserved for 30 minutes. The same again while it is open is the same
 * purchase. Where nothing is to be paid it is Paid at once. Begins the transaction. Throws ValidationError for a code that
 * does not hold, a bootcamp that the buyer has or that is not sold, a provider that is not offered. */
bool purchase_begin(struct ctx *, const struct checkout *, struct purchase_view *out);
/* As it is now. Throws DoesNotExistError, also for somebody else's unless the caller is a manager. */
bool purchase_look(struct ctx *, struct str purchase, struct purchase_view *out);

void purchase_json(const struct purchase_view *, struct json_out *); /* as lms.purchase answers */

enum payment_fact { FACT_PAID, FACT_REVERSED, FACT_REFUNDED, FACT_CANCELLED };
struct payment_event {
    struct str purchase;
    const char *provider; /* whose event it is */
    struct str event;     /* its own id: the same again does nothing */
    struct str reference; /* for people */
    enum payment_fact fact;
    struct decimal amount; /* of REFUNDED 0: all that is left; of CANCELLED nothing */
    struct str currency;
};
/* Who says so is the caller's business. Throws ValidationError for another currency, an amount that cannot be, and what the
 * state does not allow. */
bool purchase_event(struct ctx *, const struct payment_event *, struct purchase_view *out);

/* ---- the ledger ------------------------------------------------------------------------------------------------------
 * In the caller's transaction; nothing happens for an invoice without a partner (spec/product.md 6a.3 to 6a.5). */
/* The invoice or credit note was submitted: its one row of the ledger. Again does nothing. */
bool ledger_of_invoice(struct ctx *, const struct doc *invoice);
/* It was cancelled: Rejected; what was paid out or taken back already gets a row of the opposite amount, dated today. */
bool ledger_cancelled(struct ctx *, const struct doc *invoice);
/* What waited for the invoice to be paid, or wholly credited, and for the hold to be over, is Approved. */
bool ledger_settle(struct ctx *, struct str invoice);
/* ---- who brought it --------------------------------------------------------------------------------------------------
 * /r/<code>: a referral code or a coupon code of an enabled partner (spec/product.md 6a.5). */
#define CLICK_COOKIE "preau_ref"
struct link_target {
    struct str sales_partner; /* empty: the code is nobody's */
    struct str code;          /* the referral code as stored, or the Coupon Code's name */
    struct str bootcamp;      /* the only one that the code is for; empty: none in particular */
    struct str url;           /* where it leads: the bootcamp's page, or "/" */
};
bool link_find(struct ctx *, struct str code, struct link_target *out);
/* What a browser says of itself; all may be empty. */
struct click {
    struct str peer, user_agent, referrer, campaign, own_host;
};
/* A program that reads pages, by what it calls itself. */
bool click_is_robot(struct str user_agent);
/* Counts the click, once an hour for a person and a link. In the caller's transaction. */
bool click_count(struct ctx *, const struct link_target *, const struct click *);
/* The cookie's value: which link, when, and a proof that this school wrote it. */
struct str click_cookie(struct ctx *, const struct link_target *);
/* Days that a click counts: School Settings attribution_days. */
int64_t click_window_days(const struct site *);

/* Who gets the commission of a checkout: the code's partner, else the last click's within the window, else nobody. */
struct attribution {
    struct str sales_partner; /* empty: nobody */
    const char *how;          /* Code, Link or "" */
    bool self;                /* the buyer is the partner: the row will be Rejected */
};
/* `coupon_code`: name of the code that made the price, or empty; `cookie`: value of CLICK_COOKIE, or empty. */
bool attribution_of_checkout(struct ctx *, struct str user, struct str coupon_code, struct str cookie,
                             struct attribution *out);

/* ---- what a partner sees ---------------------------------------------------------------------------------------------
 * spec/product.md 5 lms.affiliate.*. Nothing of a buyer is in it. */
enum affiliate_by { BY_DAY, BY_MONTH, BY_BOOTCAMP, BY_CODE };
struct affiliate_question {
    struct str sales_partner; /* empty: all of them */
    struct str from, to;      /* school dates, both inclusive */
    enum affiliate_by by;
};
struct affiliate_figures {
    int64_t clicks, visitors, sales, refunds, linked; /* linked: sales that a click brought */
    struct decimal net_total, pending, approved, paid, reversed, rejected;
};
struct affiliate_summary {
    struct affiliate_figures totals;
    struct affiliate_row {
        struct str key;
        struct affiliate_figures figures;
    } * rows; /* by key; only where there is something */
    size_t count;
    struct str currency, as_of;
};
/* Two statements. */
bool affiliate_summary(struct ctx *, const struct affiliate_question *, struct affiliate_summary *out);
void affiliate_summary_json(const struct affiliate_summary *, struct json_out *);
/* Commission in all: pending, approved, paid and reversed. */
struct decimal affiliate_total(const struct affiliate_figures *);
/* Sales that a click brought, in percent of the visitors, with one decimal. False: there were none. */
bool affiliate_conversion(const struct affiliate_figures *, struct decimal *out);
/* Reads the arguments from, to, by, sales_partner: empty dates are the last 30 days; a partner sees themselves, a manager
 * whom they name or all. Throws PermissionError for anybody else. */
bool affiliate_question(struct ctx *, struct str from, struct str to, struct str by, struct str sales_partner,
                        struct affiliate_question *out);
/* The partner's links: their referral code first, then coupon codes by name. */
struct affiliate_link {
    struct str key;  /* as rows by BY_CODE have it */
    struct str code; /* as people type it */
    bool disabled;
    struct str until; /* last day of a coupon; empty: open */
};
bool affiliate_links(struct ctx *, struct str sales_partner, struct affiliate_link **out, size_t *count);

/* Rows of the ledger, newest first, as a partner may see them. */
struct affiliate_sale {
    struct str at, bootcamp, state, code; /* at: to the hour */
    struct decimal net_total, commission;
};
bool affiliate_sales(struct ctx *, const struct affiliate_question *, int64_t start, int64_t length,
                     struct affiliate_sale **out, size_t *count);
/* All of them as CSV. */
bool affiliate_csv(struct ctx *, const struct affiliate_question *, struct buf *out);

/* ---- reports ---------------------------------------------------------------------------------------------------------
 * For those who run the school; sums in its own currency, drafts and cancelled invoices left out. */
struct report_question {
    struct str report;   /* sales, commissions, enrollments */
    struct str from, to; /* both inclusive */
    struct str by;       /* of sales: bootcamp, partner, code, month */
};
/* Empty dates are the last year, an empty `by` is month. Throws PermissionError for anybody but managers. */
bool report_question(struct ctx *, struct str report, struct str from, struct str to, struct str by,
                     struct report_question *out);
/* One statement. `rows` of the report's columns. */
bool report_json(struct ctx *, const struct report_question *, struct json_out *);
bool report_csv(struct ctx *, const struct report_question *, struct buf *out);

/* ---- payouts ---------------------------------------------------------------------------------------------------------
 * A payout takes a partner's Approved rows up to its cut-off, and Reversed ones whose sale is Approved or Paid; what is
 * below the school's minimum, or negative, is carried to the next (spec/product.md 6a.4). In the caller's transaction. */
struct payout_report {
    struct doc **payouts;
    size_t count;
    int64_t carried; /* partners whose balance is not paid out yet */
};
/* Of every partner, or of one. `cut_off`: the last posting_date that counts; empty: today. False: thrown. */
bool payouts_make(struct ctx *, struct str partner, struct str cut_off, struct payout_report *out);
/* What the partner's next payout would come to today, and what it must reach. */
bool payout_next(struct ctx *, struct str partner, struct decimal *amount, struct decimal *minimum);
/* Open → Paid, and its Approved rows with it; Open → Failed, and its rows are free for the next. */
bool payout_paid(struct ctx *, struct str payout, struct str reference);
bool payout_failed(struct ctx *, struct str payout, struct str reason);
/* What the bank is told. */
enum payout_format { PAYOUTS_CSV, PAYOUTS_SEPA };
/* All Open payouts. SEPA is one pain.001.001.09 of those in EUR with an IBAN (EPC132-08); names and words in its Latin
 * letters. Throws where there is nothing to pay or the school's own account is missing. *left_out: Open payouts that are
 * not in it. */
bool payouts_export(struct ctx *, enum payout_format, struct buf *out, int64_t *left_out);

/* ---- people ---------------------------------------------------------------------------------------------------------- */
/* The two addresses are one person's: case and what follows a plus do not count. */
bool same_mailbox(struct str, struct str);
