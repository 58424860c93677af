/* School Settings: what a school is called, how it looks, sells, pays its partners and takes in students. */
#include <unistd.h>

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
    { "introduction", SMALL_TEXT, .translatable = true },
    { "logo", ATTACH_IMAGE },
    { "favicon", ATTACH_IMAGE },
    { "primary_color", COLOR },
    { "accent_color", COLOR },
    { "footer", MARKDOWN_EDITOR, .translatable = true, .ignore_xss_filter = true },
    { "legal_section", SECTION_BREAK },
    { "legal_notice", MARKDOWN_EDITOR, .translatable = true, .ignore_xss_filter = true },
    { "terms", MARKDOWN_EDITOR, .translatable = true, .ignore_xss_filter = true },
    { "privacy", MARKDOWN_EDITOR, .translatable = true, .ignore_xss_filter = true },
    { "bank_section", SECTION_BREAK },
    { "debtor_name", DATA },
    { "iban", DATA, .label = "IBAN" },
    { "bic", DATA, .label = "BIC" },
};

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

/* A colour that cannot be read is not refused: pages use the nearest one that can, and this says so. */
static void tell_accent(struct ctx *cx, struct color color)
{
    struct color light = color_for_page(color, false);
    double contrast = color_contrast(color, color_ground(false));
    if (contrast >= 4.5)
        return;
    note(cx, N_("Colours"),
         "The colour %.*s has a contrast of %.1f to 1 on a light page; text needs 4.5. Pages use %.*s there.",
         STR_ARG(color_text(cx->arena, color)), contrast, STR_ARG(color_text(cx->arena, light)));
}

static bool check_colors(struct ctx *cx, const struct doc *settings)
{
    static const char *const colors[] = { "primary_color", "accent_color" };
    struct color color;
    for (size_t i = 0; i < countof(colors); i++) {
        struct str text = doc_text(settings, colors[i]);
        if (text.n && !color_read(text, &color))
            return throw(cx, &ValidationError, "A colour is written #rrggbb, not %.*s.", STR_ARG(text));
        if (text.n && i == 1 && doc_changed(settings, colors[i]))
            tell_accent(cx, color);
    }
    return true;
}

/* What every visitor's browser loads: a public file of this school, of a kind that browsers draw and never run. */
static bool check_picture(struct ctx *cx, const struct doc *settings, const char *field)
{
    struct str url = doc_text(settings, field);
    struct file_opened file;
    if (!url.n || !doc_changed(settings, field))
        return true;
    const char *label = field_label(cx->arena, doc_field(settings->type, str_of(field)));
    if (!str_starts(url, STR("/files/")))
        return throw(cx, &ValidationError, "%s must be a public file of this school: upload it and take its file_url.",
                     label);
    const struct file_kind *kind = file_kind_of(url);
    if (!kind->shown || !str_starts(str_of(kind->media_type), STR("image/")))
        return throw(cx, &ValidationError, "%s must be a picture: PNG, JPEG, WebP, AVIF or GIF.", label);
    if (!file_open(cx, false, str_from(url, strlen("/files/")), &file)) {
        cx->err = (struct error){ 0 };
        return throw(cx, &ValidationError, "There is no file %.*s in this school.", STR_ARG(url));
    }
    close(file.fd);
    return true;
}

static bool validate(struct ctx *cx, struct doc *settings)
{
    if (!is_currency(doc_text(settings, "currency")))
        return throw(cx, &ValidationError, "Unknown currency: %.*s", STR_ARG(doc_text(settings, "currency")));
    return settings_check_locale(cx, settings) && check_days(cx, settings, "attribution_days") &&
           check_days(cx, settings, "hold_days") && check_tax(cx, settings) && check_colors(cx, settings) &&
           check_picture(cx, settings, "logo") && check_picture(cx, settings, "favicon");
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
