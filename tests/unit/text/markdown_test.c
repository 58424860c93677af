/* Markdown and HTML made safe. */
#include "test.h"
#include "text.h"

static const struct markdown_options plain = { .images_link = { "?images=1", 9 } };
static const struct markdown_options drawn = { .remote_images = true };

static struct str shown(const char *markdown)
{
    return str_trim(markdown_html(test_arena, str_of(markdown), &plain).text);
}

static struct str clean(const char *html)
{
    return html_sanitize(test_arena, str_of(html), &plain).text;
}

TEST(text, markdown_headings_start_at_two_with_ids_that_clobber_nothing)
{
    assert_str(shown("# Été\n\n## Été\n\n###### Deep {#x}"),
               "<h2 id=\"h-ete\">Été</h2>\n<h3 id=\"h-ete-2\">Été</h3>\n<h6 id=\"h-deep\">Deep</h6>");
    assert_str(shown("[a](#-Été)"), "<p><a href=\"#h-ete\">a</a></p>");
}

TEST(text, markdown_links_keep_safe_schemes_only)
{
    assert_str(shown("[a](javascript:x) [b](https://b.example/?x=1&y=2) [c](../c.md) [d](mailto:a@b)"),
               "<p><a>a</a> <a href=\"https://b.example/?x=1&amp;y=2\" rel=\"noopener noreferrer\">b</a> "
               "<a href=\"../c.md\">c</a> <a href=\"mailto:a@b\">d</a></p>");
    assert_str(clean("<a href=\"java&#x09;script:x\">a</a><a href='&#106;avascript&colon;x'>b</a><a href=data:x>c</a>"),
               "<a>a</a><a>b</a><a>c</a>");
}

TEST(text, markdown_remote_images_wait_for_a_click)
{
    assert_str(shown("![a <b>](http://h.example/x.png)"),
               "<p><a class=\"remote-image\" href=\"?images=1\"><span>a &lt;b&gt;</span> "
               "<small>Show the images, this one from h.example</small></a></p>");
    assert_str(
        markdown_html(test_arena, STR("![a](http://h.example/x.png)"), &drawn).text,
        "<p><img src=\"https://h.example/x.png\" alt=\"a\" loading=\"lazy\" referrerpolicy=\"no-referrer\"></p>\n");
    assert_str(shown("![cap](fig/a.png){alt='a <map>'}."), "<p>a &lt;map&gt;.</p>");
    assert_str(clean("<img src=\"//h.example/x\" onerror=x><img src=data:x alt=y>"),
               "<a class=\"remote-image\" href=\"?images=1\"><span></span> "
               "<small>Show the images, this one from h.example</small></a>y");
}

TEST(text, markdown_code_is_shown_and_not_run)
{
    assert_str(shown("```CSS\n<script>x</script>\n```"),
               "<pre tabindex=\"0\"><code class=\"language-css\">&lt;script&gt;x&lt;/script&gt;\n</code></pre>");
    assert_str(shown("``` \"onx=\n<img src=x>\n```"), "<pre tabindex=\"0\"><code>&lt;img src=x&gt;\n</code></pre>");
}

TEST(text, markdown_fenced_divs_become_callouts)
{
    assert_str(
        shown("::::: challenge\n## Try\n:::: {.solution}\nok\n::::\n:::::\n\n```\n::: x\n```"),
        "<div class=\"callout challenge\">\n<h3 id=\"h-try\">Try</h3>\n<div class=\"callout solution\">\n<p>ok</p>\n"
        "</div>\n</div>\n<pre tabindex=\"0\"><code>::: x\n</code></pre>");
}

TEST(text, markdown_tables_scroll_and_tasks_are_boxes)
{
    assert_str(shown("|a|b|\n|---|--:|\n|1|2|"),
               "<div class=\"table-scroll\" tabindex=\"0\"><table><thead><tr><th>a</th>\n<th "
               "class=\"align-right\">b</th>\n</tr>\n"
               "</thead>\n<tbody><tr><td>1</td>\n<td class=\"align-right\">2</td>\n</tr>\n</tbody>\n</table></div>");
    assert_str(shown("- [x] a"), "<ul><li><input type=\"checkbox\" disabled checked> a</li>\n</ul>");
}

TEST(text, markdown_reads_crlf_and_emoji)
{
    assert_str(shown("a :dollar: 😀\r\n\r\n---\r\n\r\nb\r\n"), "<p>a :dollar: 😀</p>\n<hr>\n<p>b</p>");
}

TEST(text, sanitize_drops_scripts_handlers_and_styles)
{
    assert_str(clean("<script>x</script><style>y</style><p onclick=x style=y id=z class=w>a<iframe src=x></iframe>"),
               "<p>a</p>");
    assert_str(clean("<svg><script>x</script></svg><b>a</b><!-- c --><i>b"), "<strong>a</strong><em>b</em>");
    assert_str(clean("clone <yourname> & <3"), "clone &lt;yourname&gt; &amp; &lt;3");
    assert_str(clean("<details><summary>s</summary>t</details><h1>h</h1><kbd>k</kbd><sub>2</sub>"),
               "<details><summary>s</summary>t</details><h2 id=\"h-h\">h</h2><kbd>k</kbd><sub>2</sub>");
    assert_str(
        clean("<table><tr><td>1<td>2<tr><td>3</table>"),
        "<div class=\"table-scroll\" tabindex=\"0\"><table><tbody><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr>"
        "</tbody></table></div>");
}

TEST(text, sanitize_bounds_nesting_and_stays_fast)
{
    struct buf b = buf_new(test_arena, 1 << 20);
    for (int i = 0; i < 10000; i++)
        buf_lit(&b, "<div><table><tr><td></div><b x>");
    int64_t start = clock_mono_us();
    struct str out = html_sanitize(test_arena, buf_str(&b), &plain).text;
    assert_true(out.n > 0);
    assert_true(clock_mono_us() - start < 2000000);
    struct str forty = STR("<p>x");
    for (int i = 0; i < 40; i++)
        forty = str_printf(test_arena, "<div>%.*s", STR_ARG(forty));
    assert_true(str_find(html_sanitize(test_arena, forty, &plain).text, STR("&lt;div&gt;")) > 0);
}

TEST(text, markdown_that_multiplies_is_bounded)
{
    struct buf b = buf_new(test_arena, 2 << 20);
    buf_lit(&b, "[a]: /");
    for (int i = 0; i < 5000; i++)
        buf_lit(&b, "uuuuuuuuuu");
    buf_lit(&b, "\n\n");
    for (int i = 0; i < 50000; i++)
        buf_lit(&b, "[a] ");
    struct str out = markdown_html(test_arena, buf_str(&b), &plain).text;
    assert_true(out.n > 0 && out.n < (20u << 20));
}

TEST(text, markdown_words_are_without_markup)
{
    assert_str(markdown_words(test_arena, STR("# A *b*\n\n- [c](x) <kbd>d</kbd>\n\n`e f`"), 100), "A b c d e f");
    assert_str(markdown_words(test_arena, STR("été là"), 5), "été l");
    assert_str(markdown_words(test_arena, STR("x"), 0), "");
}
