/* The words of a mail, filled in: once as text, once as HTML in the school's look. */
#include "base/embedded.h"
#include "mail_priv.h"

enum { TEXT_MOST = 32 * 1024 };

struct filling {
    struct ctx *cx;
    const struct mail *mail;
    struct str school;
};

static struct str fact(const struct filling *f, struct str key)
{
    for (size_t i = 0; i < f->mail->fact_count; i++)
        if (str_eq(f->mail->facts[i].key, key))
            return f->mail->facts[i].value;
    if (str_is(key, "school"))
        return f->school;
    return str_is(key, "address") ? f->mail->to : str_is(key, "name") ? f->mail->name : STR_NONE;
}

/* The translation with its {placeholders} filled in. */
static struct str fill(const struct filling *f, const char *message_id)
{
    struct str rest = str_of(tr(f->cx, message_id));
    struct buf out = buf_new(f->cx->arena, TEXT_MOST);
    ptrdiff_t open, close;
    while ((open = str_index(rest, '{')) >= 0 && (close = str_index(rest, '}')) > open) {
        buf_add(&out, str_slice(rest, 0, (size_t)open));
        buf_add(&out, fact(f, str_slice(rest, (size_t)open + 1, (size_t)close)));
        rest = str_from(rest, (size_t)close + 1);
    }
    buf_add(&out, rest);
    return buf_str(&out);
}

static struct str greeting(const struct filling *f)
{
    return fill(f, f->mail->name.n ? N_("Hello {name},") : N_("Hello,"));
}

/* ---- text ----------------------------------------------------------------------------------------------------------------- */
static void put_paragraphs(const struct filling *f, const char *const *ids, struct buf *out)
{
    for (size_t i = 0; i < 4 && ids[i]; i++)
        buf_printf(out, "%.*s\n\n", STR_ARG(fill(f, ids[i])));
}

static struct str as_text(const struct filling *f)
{
    const struct mail *m = f->mail;
    struct buf out = buf_new(f->cx->arena, TEXT_MOST);
    buf_printf(&out, "%.*s\n\n", STR_ARG(greeting(f)));
    put_paragraphs(f, m->words->before, &out);
    if (m->link.n)
        buf_printf(&out, "%.*s\n\n", STR_ARG(m->link));
    put_paragraphs(f, m->words->after, &out);
    buf_printf(&out, "-- \n%.*s\n%.*s", STR_ARG(f->school), STR_ARG(site_link(f->cx, STR("/"))));
    return buf_str(&out);
}

/* ---- HTML ------------------------------------------------------------------------------------------------------------------- */
static int channel(struct str color, size_t at)
{
    int value = 0;
    for (size_t i = at; i < at + 2; i++) {
        char c = color.p[i];
        value = value * 16 + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
}

/* White on the school's colour, or black where white would not be read: by how light the eye finds it. */
static const char *text_on(struct str color)
{
    int light = 299 * channel(color, 1) + 587 * channel(color, 3) + 114 * channel(color, 5);
    return light > 140000 ? "#1f2328" : "#ffffff";
}

static void put_look(const struct filling *f, struct view *v)
{
    struct str color = site_setting(f->cx->site, "School Settings", "primary_color");
    struct str logo = site_setting(f->cx->site, "School Settings", "logo");
    if (color.n != 7)
        color = STR("#0b5d6b");
    view_text(v, "accent", color);
    view_text(v, "accent_text", str_of(text_on(color)));
    if (str_starts(logo, STR("/files/")))
        view_text(v, "logo", site_link(f->cx, url_encode(f->cx->arena, logo, "/")));
}

static void put_rows(const struct filling *f, struct view *v, const char *name, const char *const *ids)
{
    for (size_t i = 0; i < 4 && ids[i]; i++)
        view_text(view_row(v, name), "text", fill(f, ids[i]));
}

static struct view *view_of(const struct filling *f, struct str subject)
{
    const struct mail *m = f->mail;
    struct view *v = view_new(f->cx->arena);
    view_text(v, "lang", f->cx->lang);
    view_text(v, "subject", subject);
    view_text(v, "school", f->school);
    view_text(v, "home", site_link(f->cx, STR("/")));
    view_text(v, "greeting", greeting(f));
    put_rows(f, v, "before", m->words->before);
    put_rows(f, v, "after", m->words->after);
    if (m->link.n) {
        view_text(v, "link", m->link);
        view_text(v, "button", fill(f, m->words->button));
    }
    put_look(f, v);
    return v;
}

/* Compiled for each mail: there are few, and nothing has to be kept. */
static bool as_html(const struct filling *f, struct str subject, struct str *out)
{
    struct template_source source = { .name = "mail" };
    struct str why = STR("there is none");
    TABLE_EACH (embedded_mails, struct embedded, it)
        source.text = embedded_text(*it);
    struct template_set *set = templates_compile(f->cx->arena, &source, 1, &why);
    struct buf html = buf_new(f->cx->arena, 2 * TEXT_MOST);
    if (!set || !template_render(set, "mail", view_of(f, subject), words_of(f->cx->lang), &html))
        return bug(f->cx, "the template of mails: %.*s", STR_ARG(why));
    *out = buf_str(&html);
    return true;
}

bool mail_words_fill(struct ctx *cx, const struct mail *m, struct mail_row *row)
{
    struct filling f = { cx, m, cx->site->title.n ? cx->site->title : STR("Préau") };
    row->to = m->to;
    row->language = cx->lang;
    row->subject = utf8_head(fill(&f, m->words->subject), 255);
    row->text = as_text(&f);
    return as_html(&f, row->subject, &row->html);
}
