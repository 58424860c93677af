/* A mail as bytes: headers that hold any text, bodies that any server passes on. */
#include "mail_priv.h"
#include "test.h"

static struct str header(struct arena *a, const char *value, size_t n)
{
    struct buf out = buf_new(a, 65536);
    mail_header(&out, "Subject", (struct str){ value, n });
    return buf_str(&out);
}

static struct mail_row sample(const char *text)
{
    return (struct mail_row){ .id = 1,
                              .created_us = INT64_C(1764000000000000),
                              .token = STR("00112233445566778899aabbccddeeff"),
                              .to = STR("ada@x.org"),
                              .language = STR("en"),
                              .subject = STR("Words"),
                              .text = str_of(text),
                              .html = STR("<p>Words</p>") };
}

static struct str message(struct arena *a, const char *text)
{
    struct mail_row row = sample(text);
    return mail_message(a, &row, STR("school@x.org"), STR("A School"), STR("x.org"));
}

TEST(core, a_header_of_plain_words_stands_as_it_is)
{
    struct arena *a = arena_new(1 << 20);
    assert_true(str_is(header(a, "Hello, you!", 11), "Subject: Hello, you!\r\n"));
    arena_free(a);
}

TEST(core, a_header_never_leaves_its_line)
{
    struct arena *a = arena_new(1 << 20);
    assert_true(str_is(header(a, "a\r\nBcc: b", 9), "Subject: a  Bcc: b\r\n"));
    assert_true(str_is(header(a, "a\0b\x7f", 4), "Subject: a b \r\n"));
    assert_true(str_is(header(a, "=?utf-8?B?eA==?=", 16), "Subject: =?utf-8?B?PT91dGYtOD9CP2VBPT0/PQ==?=\r\n"));
    arena_free(a);
}

TEST(core, long_words_are_cut_between_characters_and_lines_stay_short)
{
    struct arena *a = arena_new(1 << 20);
    struct buf text = buf_new(a, 4096);
    for (int i = 0; i < 200; i++)
        buf_lit(&text, "\u20ac");
    struct str out = header(a, buf_str(&text).p, text.n), line;
    while (str_cut(&out, '\n', &line)) {
        struct str bytes, word = line;
        assert_true(line.n <= 77); /* with its CR */
        ptrdiff_t from = str_find(word, STR("?B?"));
        if (from < 0)
            continue;
        word = str_from(word, (size_t)from + 3);
        assert_true(base64_decode(a, str_slice(word, 0, (size_t)str_index(word, '?')), &bytes));
        assert_true(utf8_valid(bytes));
    }
    arena_free(a);
}

TEST(core, text_of_ascii_is_sent_as_it_is_and_other_text_quoted)
{
    struct arena *a = arena_new(1 << 20);
    struct str plain = message(a, "see https://x.org/?key=1\n\nbye"), other = message(a, "\u00e9t\u00e9 = \n x");
    assert_true(str_find(plain, STR("7bit\r\n\r\nsee https://x.org/?key=1\r\n\r\nbye\r\n--=_")) > 0);
    assert_true(str_find(other, STR("quoted-printable\r\n\r\n=C3=A9t=C3=A9 =3D=20\r\n x\r\n--=_")) > 0);
    arena_free(a);
}

TEST(core, quoted_lines_are_broken_softly_before_77_characters)
{
    struct arena *a = arena_new(1 << 20);
    struct buf text = buf_new(a, 4096);
    for (int i = 0; i < 300; i++)
        buf_add(&text, i % 7 ? STR("x") : STR("\u00e9"));
    struct str out = message(a, buf_str(&text).p), line;
    while (str_cut(&out, '\n', &line))
        assert_true(line.n <= 78); /* with its CR */
    arena_free(a);
}

TEST(core, addresses_are_one_and_plain)
{
    static const char *const good[] = { "a@b.co", "o'neil+tag@x-y.example.org", "zo\u00e9@\u00e9cole.fr", "a=b@c.de" };
    static const char *const bad[] = { "",           "a",           "@b.co",    "a@",        "a@b",
                                       "a@b..co",    "a@-b.co",     "a b@c.de", "a,b@c.de",  "a@b@c.de",
                                       "\"a\"@b.co", "a@b.co\r\nX", ".a@b.co",  "a..b@c.de", "a@[1.2.3]",
                                       "<a@b.co>",   "a@b.co.",     "a@b_c.de", "a(x)@b.co", "a;b@c.de" };
    for (size_t i = 0; i < countof(good); i++)
        assert_true(is_mail_address(str_of(good[i])));
    for (size_t i = 0; i < countof(bad); i++)
        assert_false(is_mail_address(str_of(bad[i])));
}
