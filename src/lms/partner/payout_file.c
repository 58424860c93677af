/* Open payouts as a file: CSV for people, pain.001.001.09 for the bank (ISO 20022; EPC132-08, customer credit transfer). */
#include "core.h"
#include "lms/sales.h"

enum { NAME_MOST = 70, TEXT_MOST = 140 };

/* One payout, its texts as stored. */
struct transfer {
    struct str name, sales_partner, posting_date, state, holder, iban, bic, currency, reference;
    struct decimal amount;
};
struct transfers {
    struct transfer *rows;
    size_t count;
    struct decimal sum;
};

static bool read_open(struct ctx *cx, struct transfers *out)
{
    enum { MOST = 10000 };
    struct rows *rows =
        doc_rows(cx, &(struct find){ .doctype = "Commission Payout",
                                     .fields = "name sales_partner posting_date state account_holder iban bic currency "
                                               "reference amount",
                                     .where = FIND({ "state", "=", STR("Open") }),
                                     .order = "name asc",
                                     .length = MOST,
                                     .unchecked = true });
    *out = (struct transfers){ .rows = arena_array(cx->arena, MOST, sizeof *out->rows) };
    while (rows && rows_next(rows)) {
        struct transfer *t = &out->rows[out->count++];
        struct str *texts[] = { &t->name, &t->sales_partner, &t->posting_date, &t->state,    &t->holder,
                                &t->iban, &t->bic,           &t->currency,     &t->reference };
        for (unsigned i = 0; i < countof(texts); i++)
            *texts[i] = str_copy(cx->arena, rows_text(rows, i));
        t->amount = rows_decimal(rows, countof(texts));
    }
    return !failed(cx);
}

/* ---- CSV -------------------------------------------------------------------------------------------------------------------- */
static void csv_row(struct buf *out, const struct str *fields, size_t count)
{
    for (size_t i = 0; i < count; i++)
        csv_field(out, fields[i], i == 0);
    buf_add(out, STR("\r\n"));
}

static void write_csv(struct ctx *cx, const struct transfers *all, struct buf *out)
{
    static const struct str titles[] = { STR("payout"),   STR("sales_partner"), STR("account_holder"),
                                         STR("iban"),     STR("bic"),           STR("amount"),
                                         STR("currency"), STR("posting_date"),  STR("reference") };
    csv_row(out, titles, countof(titles));
    for (size_t i = 0; i < all->count; i++) {
        const struct transfer *t = &all->rows[i];
        const struct str fields[] = { t->name,     t->sales_partner,
                                      t->holder,   t->iban,
                                      t->bic,      decimal_fixed(cx->arena, t->amount, currency_places(t->currency)),
                                      t->currency, t->posting_date,
                                      t->reference };
        csv_row(out, fields, countof(fields));
    }
}

/* ---- SEPA -------------------------------------------------------------------------------------------------------------------- */
/* None of these characters is one that XML escapes, but for the apostrophe, which it need not. */
static struct str sepa_text(struct ctx *cx, struct str text, size_t most)
{
    return str_slice(latin_of(cx->arena, text, "/-?:().,'+"), 0, most);
}

static void element(struct buf *out, const char *name, struct str text)
{
    buf_printf(out, "<%s>%.*s</%s>", name, STR_ARG(text), name);
}

/* The bank finds an agent by the IBAN where no BIC is known. */
static void agent(struct buf *out, const char *name, struct str bic)
{
    buf_printf(out, "<%s><FinInstnId>", name);
    if (bic.n)
        element(out, "BICFI", bic);
    else
        buf_add(out, STR("<Othr><Id>NOTPROVIDED</Id></Othr>"));
    buf_printf(out, "</FinInstnId></%s>", name);
}

static void account(struct buf *out, const char *name, struct str iban)
{
    buf_printf(out, "<%s><Id><IBAN>%.*s</IBAN></Id></%s>", name, STR_ARG(iban), name);
}

static void party(struct ctx *cx, struct buf *out, const char *name, struct str text)
{
    buf_printf(out, "<%s><Nm>%.*s</Nm></%s>", name, STR_ARG(sepa_text(cx, text, NAME_MOST)), name);
}

static void write_transfer(struct ctx *cx, const struct transfer *t, struct str school, struct buf *out)
{
    struct str words = str_printf(cx->arena, "%.*s %.*s", STR_ARG(school), STR_ARG(t->name));
    buf_add(out, STR("<CdtTrfTxInf><PmtId>"));
    element(out, "EndToEndId", sepa_text(cx, t->name, 35));
    buf_printf(out, "</PmtId><Amt><InstdAmt Ccy=\"EUR\">%.*s</InstdAmt></Amt>",
               STR_ARG(decimal_fixed(cx->arena, t->amount, 2)));
    if (t->bic.n)
        agent(out, "CdtrAgt", t->bic);
    party(cx, out, "Cdtr", t->holder.n ? t->holder : t->sales_partner);
    account(out, "CdtrAcct", t->iban);
    buf_add(out, STR("<RmtInf>"));
    element(out, "Ustrd", sepa_text(cx, words, TEXT_MOST));
    buf_add(out, STR("</RmtInf></CdtTrfTxInf>\n"));
}

static void count_and_sum(struct ctx *cx, const struct transfers *all, struct buf *out)
{
    buf_printf(out, "<NbOfTxs>%zu</NbOfTxs>", all->count);
    element(out, "CtrlSum", decimal_fixed(cx->arena, all->sum, 2));
}

struct debtor {
    struct str name, iban, bic, school;
};

static void write_sepa(struct ctx *cx, const struct transfers *all, const struct debtor *debtor, struct buf *out)
{
    struct str now = clock_datetime(cx->arena, cx->now_us);
    struct str id = str_printf(cx->arena, "PREAU-%.*s", STR_ARG(random_hex(cx->arena, 12)));
    buf_add(out,
            STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\"><CstmrCdtTrfInitn>\n<GrpHdr>"));
    element(out, "MsgId", id);
    buf_printf(out, "<CreDtTm>%.10sT%.8sZ</CreDtTm>", now.p, now.p + 11);
    count_and_sum(cx, all, out);
    party(cx, out, "InitgPty", debtor->name);
    buf_add(out, STR("</GrpHdr>\n<PmtInf>"));
    element(out, "PmtInfId", str_printf(cx->arena, "%.*s-1", STR_ARG(id)));
    buf_add(out, STR("<PmtMtd>TRF</PmtMtd>"));
    count_and_sum(cx, all, out);
    buf_printf(out, "<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf><ReqdExctnDt><Dt>%.*s</Dt></ReqdExctnDt>",
               STR_ARG(call_today(cx)));
    party(cx, out, "Dbtr", debtor->name);
    account(out, "DbtrAcct", debtor->iban);
    agent(out, "DbtrAgt", debtor->bic);
    buf_add(out, STR("<ChrgBr>SLEV</ChrgBr>\n"));
    for (size_t i = 0; i < all->count; i++)
        write_transfer(cx, &all->rows[i], debtor->school, out);
    buf_add(out, STR("</PmtInf>\n</CstmrCdtTrfInitn></Document>\n"));
}

static bool find_debtor(struct ctx *cx, struct debtor *out)
{
    struct str title = site_setting(cx->site, "School Settings", "title");
    struct str name = site_setting(cx->site, "School Settings", "debtor_name");
    *out = (struct debtor){ .name = name.n ? name : title,
                            .iban = site_setting(cx->site, "School Settings", "iban"),
                            .bic = site_setting(cx->site, "School Settings", "bic"),
                            .school = title };
    return out->iban.n || throw(cx, &ValidationError, "The school's own IBAN is missing: set it in School Settings.");
}

/* Those that SEPA can pay: the file is for EUR and for accounts that are known. */
static void keep_payable(struct transfers *all)
{
    size_t kept = 0;
    all->sum = DECIMAL_INT(0);
    for (size_t i = 0; i < all->count; i++) {
        if (!all->rows[i].iban.n || !str_is(all->rows[i].currency, "EUR"))
            continue;
        all->sum = decimal_add(all->sum, all->rows[i].amount);
        all->rows[kept++] = all->rows[i];
    }
    all->count = kept;
}

bool payouts_export(struct ctx *cx, enum payout_format format, struct buf *out, int64_t *left_out)
{
    struct transfers all;
    struct debtor debtor;
    *left_out = 0;
    if (!read_open(cx, &all))
        return false;
    if (format == PAYOUTS_CSV) {
        write_csv(cx, &all, out);
        return true;
    }
    size_t before = all.count;
    keep_payable(&all);
    *left_out = (int64_t)(before - all.count);
    if (!all.count)
        return throw(cx, &ValidationError, "No open payout can be paid by SEPA: it needs EUR and the partner's IBAN.");
    if (!find_debtor(cx, &debtor))
        return false;
    write_sepa(cx, &all, &debtor, out);
    return true;
}
