#pragma once
/* What a quote is made of: the article, the code, the rule that wins. */
#include "lms/sales.h"
#include "money_priv.h"

/* What is sold. */
struct article {
    struct str item_code, item_group, currency;
    struct decimal price;        /* of one unit, as the pages show it */
    struct decimal max_discount; /* percent; 0: no limit */
};

/* The Item's price is the one that is charged; the currency stays as it is. */
void article_take(const struct doc *item, struct article *out);

/* What the rows of a typed code say. */
struct coupon {
    struct str name, rule, sales_partner, from, upto, rule_from, rule_upto;
    int64_t used, most, most_per_user; /* 0: no limit */
    bool disabled;
    bool ours; /* its rule names no other company: another school's code is unknown here */
    bool fits; /* its rule is for the article */
};
/* False: there is none, or failed(cx). */
bool coupon_find(struct ctx *, struct str typed, const struct article *, struct coupon *out);
/* `used` is the code's own count or the question's. False: failed(cx). */
bool coupon_judge(struct ctx *, const struct coupon *, const struct quote_question *, struct str on,
                  enum coupon_verdict *out);

/* Which rules could hold: of the article, so many units of it, on the day, for this buyer. */
struct offer_question {
    const struct article *article;
    struct str on;
    struct str code_rule;      /* the rule of a valid code; empty: none */
    struct str user, customer; /* whichever of the two is known */
    int64_t quantity;
};
/* The rule that makes the lowest price; rule empty: none lowers it. */
struct offer {
    struct str rule;
    struct decimal price;   /* of one unit, reduced */
    struct decimal percent; /* what the rule takes off, where it is one of percent */
    bool by_code;
};
bool offer_best(struct ctx *, const struct offer_question *, struct offer *out);

/* Boolean expressions over the Pricing Rule `r`: it is for the article; it names no other company than the school's. */
void sql_rule_fits(struct sql *, const struct article *);
void sql_rule_is_ours(struct ctx *, struct sql *);
