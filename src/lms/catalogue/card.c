/* A bootcamp as lists show it: its columns, its address, its JSON. */
#include "card_priv.h"

void card_columns(struct sql *q)
{
    sql_add(q, "b.name, b.slug, b.title, b.short_introduction, b.currency, b.image, b.language, b.enrollment, b.price, "
               "b.total_lessons, b.duration_minutes");
}

static struct str copied(struct ctx *cx, struct rows *rows, unsigned column)
{
    return str_copy(cx->arena, rows_text(rows, column));
}

void card_read(struct ctx *cx, struct rows *rows, struct bootcamp_card *card)
{
    struct str *const texts[] = { &card->name,     &card->slug,  &card->title,    &card->short_introduction,
                                  &card->currency, &card->image, &card->language, &card->enrollment };
    for (unsigned i = 0; i < countof(texts); i++)
        *texts[i] = copied(cx, rows, i);
    card->price = rows_decimal(rows, 8);
    card->total_lessons = rows_int(rows, 9);
    card->duration_minutes = rows_int(rows, 10);
    card->url = place_url(cx, card->slug.n ? card->slug : card->name, STR_NONE, STR_NONE);
}

void card_translate(const struct translations *texts, struct bootcamp_card *card, struct str language)
{
    if (str_eq_nocase(card->language, language))
        return;
    card->title =
        translated_from(texts, "LMS Bootcamp", card->name, "title", card->title, card->language, &card->title_foreign);
    card->short_introduction = translated_from(texts, "LMS Bootcamp", card->name, "short_introduction",
                                               card->short_introduction, card->language, &card->intro_foreign);
}

bool sql_only_visible(struct ctx *cx, struct sql *q, const char *doctype, const char *alias)
{
    const struct doctype *type = doc_type(cx, str_of(doctype));
    struct sql *rule = sql_new(cx);
    bool any = false;
    if (!type || !perm_rows(cx, type, rule, alias, &any))
        return false;
    call_depends(cx, doctype);
    if (any) {
        sql_add(q, " AND (");
        sql_join(q, rule);
        sql_add(q, ")");
    }
    return true;
}

struct str place_url(struct ctx *cx, struct str bootcamp, struct str course, struct str lesson)
{
    const struct str parts[] = { bootcamp, course, lesson };
    struct buf url = buf_new(cx->arena, 4096);
    buf_lit(&url, "/bootcamps");
    for (size_t i = 0; i < countof(parts) && parts[i].n; i++) {
        buf_char(&url, '/');
        buf_add(&url, url_encode(cx->arena, parts[i], ""));
    }
    return buf_str(&url);
}

void out_member_price(struct json_out *out, const char *key, struct decimal price)
{
    out_key(out, str_of(key));
    out_float(out, price);
}

void out_member_text_or_null(struct json_out *out, const char *key, struct str text)
{
    if (text.n)
        out_member_text(out, key, text);
    else
        out_member_null(out, key);
}

void card_json(struct json_out *out, const struct bootcamp_card *card)
{
    out_member_text(out, "name", card->name);
    out_member_text(out, "slug", card->slug);
    out_member_text(out, "title", card->title);
    out_member_text_or_null(out, "short_introduction", card->short_introduction);
    out_member_price(out, "price", card->price);
    out_member_text(out, "currency", card->currency);
    out_member_text(out, "enrollment", card->enrollment);
    out_member_text(out, "language", card->language);
    out_member_int(out, "total_lessons", card->total_lessons);
    out_member_int(out, "duration_minutes", card->duration_minutes);
    out_member_text_or_null(out, "image", card->image);
    out_member_text(out, "url", card->url);
}
