#pragma once
/* What an invoice is computed from, in this order: its lines, then its totals. */
#include "lms/sales.h"
#include "money_priv.h"

/* How the figures of an invoice round: in its own currency and in the school's. */
struct invoice_money {
    struct money own, school;
    struct decimal exchange; /* of one unit of its currency in the school's */
};
/* False: thrown, its conversion_rate is none. */
bool invoice_money(struct ctx *, const struct doc *invoice, struct invoice_money *out);

/* Lines of a sale: each Item at its price, less what rules and code take off. Settles who gets the commission. */
bool invoice_price(struct ctx *, struct doc *invoice);
/* Totals of a sale, whose lines have their amounts: discount of the whole, tax, commission. */
bool invoice_total(struct ctx *, struct doc *invoice);

/* A credit note before it is checked: what it takes from the sale it returns; without lines it returns all that is left. */
bool credit_fill(struct ctx *, struct doc *credit);
/* Its lines and totals, by what the sale came to and what was returned before. */
bool credit_total(struct ctx *, struct doc *credit);

/* What a sale and a credit note share at the end: sums of the lines, company currency, commission. */
struct invoice_sums {
    struct decimal grand;    /* tax included */
    struct decimal discount; /* of the whole, as typed or by percent */
};
bool invoice_sum(struct ctx *, struct doc *invoice, const struct invoice_money *, const struct invoice_sums *);
/* What has to be paid: grand_total, or rounded_total where the invoice is rounded. */
struct decimal invoice_due(const struct doc *invoice);

/* What is open of a submitted invoice rises or falls, between 0 and what is due; status and ledger follow. */
bool invoice_open_change(struct ctx *, struct str invoice, struct decimal by);

/* The user whom the invoice's Customer is tied to; empty: nobody. */
struct str invoice_buyer(struct ctx *, const struct doc *invoice);
/* The Customer of a user, made where there is none. */
bool customer_of_user(struct ctx *, struct str user, struct str *name);
