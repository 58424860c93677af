#pragma once
/* What follows from a purchase: the invoice, the access. */
#include "lms/sales.h"

/* The invoice of a purchase that has none yet: what was agreed is charged, whatever prices are now. */
bool purchase_invoice(struct ctx *, struct doc *purchase);
/* The state that follows from the invoice and its credit notes, and the access that follows from the state. Saves it. */
bool purchase_settle(struct ctx *, struct doc *purchase);
/* Gives a reserved use of the code back. Does not save. */
bool purchase_release(struct ctx *, struct doc *purchase);
/* A manager should look at it: one more sentence. Does not save. */
void purchase_flag(struct ctx *, struct doc *purchase, const char *why);
/* "paid", "reversed" … by enum payment_fact. */
extern const char *const fact_names[];
/* What is told of it; no right is asked. */
bool purchase_view_of(struct ctx *, const struct doc *purchase, struct purchase_view *out);
