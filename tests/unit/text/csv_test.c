/* CSV and lines that come in pieces: what spreadsheets write, and what nobody should. */
#include "drops.h"
#include "test.h"
#include "text.h"

/* All records as one text: fields between | and |, records between newlines; a bad one as its number and !. */
static struct str shown(struct str text, size_t drop)
{
    struct drops d = { text, drop };
    struct csv *c = csv_open(test_arena, (struct inflow){ read_drop, &d }, 4096);
    struct buf b = buf_new(test_arena, 1 << 20);
    struct csv_record r;
    enum record what;
    while ((what = csv_next(c, &r)) != RECORD_NONE) {
        buf_printf(&b, "%llu", (unsigned long long)r.number);
        for (size_t i = 0; what == RECORD_THERE && i < r.count; i++)
            buf_printf(&b, "|%.*s", STR_ARG(r.fields[i]));
        if (what != RECORD_THERE)
            buf_char(&b, '!');
        buf_char(&b, '\n');
        if (what == RECORD_FATAL)
            break;
    }
    return buf_str(&b);
}

static void reads(const char *text, const char *expected)
{
    assert_str(shown(str_of(text), 1), expected);
    assert_str(shown(str_of(text), 3), expected);
    assert_str(shown(str_of(text), 1 << 20), expected);
}

TEST(text, csv_rows_and_fields)
{
    reads("a,b\n1,2\n", "1|a|b\n2|1|2\n");
    reads("a,b\n1,2", "1|a|b\n2|1|2\n");
    reads("a,\n,", "1|a|\n2||\n");
    reads("", "");
}

TEST(text, csv_takes_every_line_end)
{
    reads("a,b\r\n1,2\r\n3,4", "1|a|b\n2|1|2\n3|3|4\n");
    reads("a,b\r1,2\r", "1|a|b\n2|1|2\n");
}

TEST(text, csv_skips_the_byte_order_mark)
{
    reads("\xef\xbb\xbf"
          "a,b\n",
          "1|a|b\n");
}

TEST(text, csv_refuses_utf16_and_latin1)
{
    reads("\xff\xfe"
          "a,b\n",
          "1!\n");
    reads("a\ncaf\xe9\nb\n", "1|a\n2!\n3|b\n");
}

TEST(text, csv_finds_the_separator)
{
    reads("a;b,c;d\n1;2,5;3\n", "1|a|b,c|d\n2|1|2,5|3\n");
    reads("a\tb\n1\t2;3\n", "1|a|b\n2|1|2;3\n");
    reads("\"a;x\",b\n1,2\n", "1|a;x|b\n2|1|2\n");
    reads("sep=;\na;b\n", "2|a|b\n");
}

TEST(text, csv_quotes_hold_anything)
{
    reads("a,b\n\"x\"\"y\",\"1\r\n2,3\"\n", "1|a|b\n2|x\"y|1\r\n2,3\n");
    reads("a,b\n\"\",x\n", "1|a|b\n2||x\n");
    reads("a\n5\" disk\n", "1|a\n2|5\" disk\n");
}

TEST(text, csv_a_bad_row_does_not_spoil_the_next)
{
    reads("a,b\n\"x\"y,1\n3,4\n", "1|a|b\n2!\n3|3|4\n");
}

TEST(text, csv_an_open_quote_at_the_end_is_the_end)
{
    reads("a,b\n1,2\n\"x,1\n3,4\n", "1|a|b\n2|1|2\n3!\n");
}

TEST(text, csv_a_row_over_the_limit_is_the_end)
{
    struct buf b = buf_new(test_arena, 1 << 20);
    buf_lit(&b, "a\n\"");
    for (int i = 0; i < 5000; i++)
        buf_char(&b, 'x');
    assert_str(shown(buf_str(&b), 100), "1|a\n2!\n");
}

TEST(text, csv_blank_lines_are_counted)
{
    reads("a\n\n1\n", "1|a\n2|\n3|1\n");
}

static void survives(const char *text, const char *written)
{
    struct buf b = buf_new(test_arena, 1 << 16);
    csv_field(&b, str_of(text), true);
    assert_str(buf_str(&b), written);
    struct csv *c =
        csv_open(test_arena, inflow_of(test_arena, str_printf(test_arena, "a,b,c\n%s,,\n", written)), 1 << 16);
    struct csv_record r;
    assert_int_equal(csv_next(c, &r), RECORD_THERE);
    assert_int_equal(csv_next(c, &r), RECORD_THERE);
    assert_str(csv_unguarded(r.fields[0]), text);
}

TEST(text, csv_formulas_are_guarded_and_come_back)
{
    survives("=1+1", "'=1+1");
    survives("@SUM(A1)", "'@SUM(A1)");
    survives("'=1", "''=1");
    survives("'-x", "''-x");
    survives("-5", "-5");
    survives("-5.25", "-5.25");
    survives("'quoted'", "'quoted'");
    survives("\tx", "\"'\tx\"");
    survives("a;b", "\"a;b\"");
    survives(" x ", "\" x \"");
    survives("say \"hi\"", "\"say \"\"hi\"\"\"");
    survives("", "");
}

TEST(text, lines_come_one_by_one)
{
    struct drops d = { STR("\xef\xbb\xbfone\r\n\ntwo"), 2 };
    struct lines *l = lines_open(test_arena, (struct inflow){ read_drop, &d }, 4096);
    struct str line;
    uint64_t number;
    const char *why;
    assert_int_equal(lines_next(l, &line, &number, &why), RECORD_THERE);
    assert_str(line, "one");
    assert_int_equal(lines_next(l, &line, &number, &why), RECORD_THERE);
    assert_str(line, "");
    assert_int_equal(lines_next(l, &line, &number, &why), RECORD_THERE);
    assert_str(line, "two");
    assert_int_equal(number, 3);
    assert_int_equal(lines_next(l, &line, &number, &why), RECORD_NONE);
}
