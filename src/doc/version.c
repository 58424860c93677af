/* Versions: what an update changed, as Frappe keeps it (spec/frappe-api.md 4.7). Only of DocTypes that track changes. */
#include "doc_priv.h"

/* [[field, old, new], …] */
static size_t write_changed(const struct doc *doc, struct json_out *out)
{
    size_t count = 0;
    out_begin_array(out);
    for (size_t f = 0; f < doc->type->field_count; f++) {
        const struct field *field = &doc->type->fields[f];
        if (!field_has_column(field) || field->type == PASSWORD || value_equal(doc->values[f], doc->before->values[f]))
            continue;
        out_begin_array(out);
        out_text(out, str_of(field->name));
        out_field_value(out, field->type, doc->before->values[f]);
        out_field_value(out, field->type, doc->values[f]);
        out_end_array(out);
        count++;
    }
    out_end_array(out);
    return count;
}

/* [[table, row], …] of rows that came or went. */
static size_t write_rows(struct ctx *cx, const struct doc_list *rows, bool only_new, struct json_out *out)
{
    size_t count = 0;
    out_begin_array(out);
    for (size_t i = 0; i < rows->count; i++) {
        const struct doc *row = rows->docs[i];
        if (!row->up || (only_new && !row->is_new))
            continue;
        out_begin_array(out);
        out_text(out, row->parentfield);
        doc_json(cx, row, out, true);
        out_end_array(out);
        count++;
    }
    out_end_array(out);
    return count;
}

/* [[table, index, row name, [[field, old, new]]], …] */
static size_t write_changed_rows(const struct doc_list *rows, struct json_out *out)
{
    size_t count = 0;
    out_begin_array(out);
    for (size_t i = 0; i < rows->count; i++) {
        const struct doc *row = rows->docs[i];
        if (!row->up || !row->before || !doc_differs(row))
            continue;
        out_begin_array(out);
        out_text(out, row->parentfield);
        out_int(out, row->idx - 1);
        out_text(out, row->name);
        write_changed(row, out);
        out_end_array(out);
        count++;
    }
    out_end_array(out);
    return count;
}

bool save_version(struct save *s)
{
    struct ctx *cx = s->cx;
    if (s->inserting || !s->changed || (s->flags & SAVE_NO_VERSION) || !s->top->type->track_changes ||
        !s->top->before || !doc_type_find(cx->site, STR("Version")))
        return true;
    struct buf b = buf_new(cx->arena, (size_t)64 << 20);
    struct json_out out = out_to(&b);
    out_begin_object(&out);
    out_key(&out, STR("added"));
    size_t changes = write_rows(cx, &s->docs, true, &out);
    out_key(&out, STR("changed"));
    changes += write_changed(s->top, &out);
    out_member_null(&out, "data_import");
    out_key(&out, STR("removed"));
    changes += write_rows(cx, &s->removed, false, &out);
    out_key(&out, STR("row_changed"));
    changes += write_changed_rows(&s->docs, &out);
    out_member_null(&out, "updater_reference");
    out_end_object(&out);
    struct doc *version = changes && !b.full ? doc_new_named(cx, "Version") : NULL;
    if (!version)
        return !failed(cx);
    doc_set_text(version, "ref_doctype", str_of(s->top->type->name));
    doc_set_text(version, "docname", s->top->name);
    doc_set_text(version, "data", buf_str(&b));
    return doc_insert(cx, version, SAVE_AS_SYSTEM | SAVE_NO_LINKS | SAVE_NO_VERSION);
}
