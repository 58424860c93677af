#pragma once
/* The right side of a filter: as it came, and coerced for the column it is compared with, by the lenient rules of
 * spec/frappe-api.md 3.4. */
#include "doc.h"

#define OPERAND_VALUES_MOST 2000

/* As it came: texts; an item with p == NULL is a null. */
struct operand {
    struct str *items;
    size_t count;
    bool is_list;
};

/* False: not usable on the right side of a filter (an object, a list in a list, too many values): has thrown. */
bool operand_of_json(struct ctx *, const json_t *, struct operand *out);
struct operand operand_of_text(struct arena *, struct str);
struct operand operand_of_lines(struct arena *, struct str lines);
struct operand operand_split(struct arena *, struct str, char separator);
/* Not too many values; else throws. */
bool operand_check(struct ctx *, const struct operand *);

/* One text as a value of the column. False: not a date where there must be one (has thrown). */
bool operand_value(struct ctx *, const struct field *, struct str, struct value *out);
/* The same of a bound of a span of dates or datetimes, where a date `at_end` means its last moment. */
bool operand_bound(struct ctx *, const struct field *, struct str, bool at_end, struct value *out);
/* What a NULL column stands for where a comparison is null-safe. */
struct value operand_fallback(const struct field *);
/* Local µs in the form of a Date, Time or Datetime column. */
struct value operand_moment(struct ctx *, const struct field *, int64_t local_us);
