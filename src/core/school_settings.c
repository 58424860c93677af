/* School Settings: what a school is called, how it looks, sells, pays its partners and takes in students. */
#include "core.h"
#include "settings_priv.h"

static const struct field fields[] = {
    { "title", DATA, .reqd = true, .preset = "Préau" },
    { "company", DATA },
    { "currency", DATA, .reqd = true, .preset = "EUR" },
    { "language", DATA, .reqd = true, .preset = "en" },
    { "time_zone", DATA, .reqd = true, .preset = "UTC" },
    { "signup", SELECT, .options = "Open\nInvitation\nClosed", .preset = "Open" },
    { "sales_section", SECTION_BREAK },
    { "attribution_days", INT, .preset = "30", .non_negative = true },
    { "hold_days", INT, .preset = "30", .non_negative = true },
    { "minimum_payout", CURRENCY, .preset = "50", .non_negative = true },
    { "consent_for_referral", CHECK },
    { "tax_rate", PERCENT },
    { "tax_included", CHECK },
    { "rounding_method", SELECT, .options = "Commercial\nBanker's\nBanker's legacy", .preset = "Commercial" },
    { "look_section", SECTION_BREAK },
    { "logo", ATTACH_IMAGE },
    { "primary_color", COLOR },
    { "accent_color", COLOR },
    { "footer", MARKDOWN_EDITOR, .ignore_xss_filter = true },
    { "legal_section", SECTION_BREAK },
    { "legal_notice", MARKDOWN_EDITOR, .ignore_xss_filter = true },
    { "terms", MARKDOWN_EDITOR, .ignore_xss_filter = true },
    { "privacy", MARKDOWN_EDITOR, .ignore_xss_filter = true },
    { "bank_section", SECTION_BREAK },
    { "debtor_name", DATA },
    { "iban", DATA, .label = "IBAN" },
    { "bic", DATA, .label = "BIC" },
};

static bool is_color(struct str color)
{
    if (color.n != 7 || color.p[0] != '#')
        return false;
    for (size_t i = 1; i < color.n; i++)
        if (!strchr("0123456789abcdefABCDEF", color.p[i]))
            return false;
    return true;
}

/* A whole number of days, at most ten years. */
static bool check_days(struct ctx *cx, const struct doc *settings, const char *field)
{
    if (doc_int(settings, field) <= 3650)
        return true;
    return throw(cx, &ValidationError, "%s must be between %d and %d.",
                 field_label(cx->arena, doc_field(settings->type, str_of(field))), 0, 3650);
}

static bool check_tax(struct ctx *cx, const struct doc *settings)
{
    struct decimal rate = doc_decimal(settings, "tax_rate");
    if (rate.units < 0 || decimal_compare(rate, DECIMAL_INT(100)) > 0)
        return throw(cx, &ValidationError, "%s must be between %d and %d.", "Tax Rate", 0, 100);
    return true;
}

static bool check_colors(struct ctx *cx, const struct doc *settings)
{
    static const char *const colors[] = { "primary_color", "accent_color" };
    for (size_t i = 0; i < countof(colors); i++) {
        struct str color = doc_text(settings, colors[i]);
        if (color.n && !is_color(color))
            return throw(cx, &ValidationError, "A colour is written #rrggbb, not %.*s.", STR_ARG(color));
    }
    return true;
}

static bool validate(struct ctx *cx, struct doc *settings)
{
    if (!is_currency(doc_text(settings, "currency")))
        return throw(cx, &ValidationError, "Unknown currency: %.*s", STR_ARG(doc_text(settings, "currency")));
    return settings_check_locale(cx, settings) && check_days(cx, settings, "attribution_days") &&
           check_days(cx, settings, "hold_days") && check_tax(cx, settings) && check_colors(cx, settings);
}

static bool on_update(struct ctx *cx, struct doc *settings)
{
    return settings_share_locale(cx, settings, "System Settings");
}

DOCTYPE(school_settings)
= {
    .name = "School Settings",
    .module = "Core",
    .is_single = true,
    .about = "What the school is called, how it looks, sells, pays its partners and takes in students.",
    FIELDS(fields),
    PERMS({ "System Manager", READ | WRITE | CREATE | SHARE | PRINT | EMAIL }),
    NEEDS("title", "currency", "language", "time_zone", "attribution_days", "hold_days", "tax_rate", "primary_color",
          "accent_color"),
    .track_changes = true,
    .validate = validate,
    .on_update = on_update,
};
