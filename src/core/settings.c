/* What System Settings and School Settings share: language and time zone are the same values in both. */
#include "settings_priv.h"

#include "core.h"

bool settings_check_locale(struct ctx *cx, const struct doc *settings)
{
    struct str language = doc_text(settings, "language"), zone = doc_text(settings, "time_zone");
    if (!is_language(language))
        return throw(cx, &ValidationError, "Unknown language: %.*s", STR_ARG(language));
    if (!zone_find(zone))
        return throw(cx, &ValidationError, "Unknown time zone: %.*s", STR_ARG(zone));
    return true;
}

bool settings_share_locale(struct ctx *cx, const struct doc *settings, const char *other_single)
{
    static const char *const shared[] = { "language", "time_zone" };
    struct doc *other = doc_load(cx, other_single, str_of(other_single));
    if (!other)
        return false;
    bool differs = false;
    for (size_t i = 0; i < countof(shared); i++) {
        struct str value = doc_text(settings, shared[i]);
        differs = differs || !str_eq(value, doc_text(other, shared[i]));
        doc_set_text(other, shared[i], value);
    }
    return !differs || doc_save(cx, other, SAVE_AS_SYSTEM | SAVE_NO_VERSION);
}
