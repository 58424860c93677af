/* Prices and lengths as readers of each language write them. */
#include "page.h"
#include "test.h"

static struct web reader(const char *language)
{
    struct web w = { .cx = test_ctx() };
    w.cx.lang = str_of(language);
    return w;
}

static struct str price(const char *language, const char *amount, const char *currency)
{
    struct web w = reader(language);
    struct decimal d;
    assert_true(decimal_parse(str_of(amount), &d));
    return page_money(&w, d, str_of(currency));
}

static struct str length(int64_t minutes)
{
    struct web w = reader("en");
    return page_duration(&w, minutes);
}

TEST(portal, english_prices_begin_with_the_sign)
{
    assert_str(price("en", "349", "EUR"), "€349.00");
    assert_str(price("en", "1234567.5", "USD"), "$1,234,567.50");
    assert_str(price("en", "12000", "JPY"), "¥12,000");
    assert_str(price("en", "50", "SEK"), "SEK50.00");
}

TEST(portal, french_prices_end_with_the_sign)
{
    assert_str(price("fr", "349", "EUR"), "349,00\u00a0€");
    assert_str(price("fr", "1234.5", "EUR"), "1\u202f234,50\u00a0€");
    assert_str(price("fr", "25000", "XOF"), "25\u202f000\u00a0F CFA");
    assert_str(price("fr", "9.5", "TND"), "9,500\u00a0DT");
}

TEST(portal, nothing_to_pay_is_free)
{
    assert_str(price("en", "0.00", "EUR"), "Free");
}

TEST(portal, lengths_are_hours_and_minutes)
{
    assert_str(length(45), "45\u00a0min");
    assert_str(length(60), "1\u00a0h");
    assert_str(length(200), "3\u00a0h\u00a020\u00a0min");
    assert_int_equal(length(0).n, 0);
    assert_int_equal(length(-5).n, 0);
}
