#pragma once
/* What a quote is made of: the article, the code, the rule that wins. */
#include "lms/sales.h"

/* How the school rounds, and to how many places its currency goes. */
struct money {
    enum rounding method;
    int places;
};
struct money money_of(const struct site *, struct str currency);
/* So many percent of the amount, at most 100 of them, rounded once. */
struct decimal money_percent(struct decimal amount, struct decimal percent, struct money);

/* What is sold. */
struct article {
    struct str item_code, item_group, currency;
    struct decimal price;        /* of one unit, as the pages show it */
    struct decimal max_discount; /* percent; 0: no limit */
};

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

/* The rule that makes the lowest price; rule empty: none lowers it. */
struct offer {
    struct str rule;
    struct decimal price; /* reduced */
    bool by_code;
};
/* Of all rules that hold on the day for one unit of the article; `code_rule` is the rule of a valid code, or empty. */
bool offer_best(struct ctx *, const struct article *, struct str on, struct str code_rule, struct str user,
                struct offer *out);

/* Boolean expressions over the Pricing Rule `r`: it is for the article; it names no other company than the school's. */
void sql_rule_fits(struct sql *, const struct article *);
void sql_rule_is_ours(struct ctx *, struct sql *);
