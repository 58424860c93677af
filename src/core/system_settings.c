/* System Settings: Frappe's keys for sessions, formats and log-in. Language and time zone are the school's own. */
#include "core.h"
#include "settings_priv.h"

static const struct field fields[] = {
    { "app_name", DATA, .hidden = true, .preset = "Préau" },
    { "country", DATA },
    { "language", DATA, .reqd = true, .preset = "en", .in_list_view = true },
    { "time_zone", DATA, .reqd = true, .preset = "UTC" },
    { "setup_complete", CHECK, .read_only = true, .hidden = true, .preset = "1" },
    { "disable_document_sharing", CHECK },
    { "date_format", SELECT, .reqd = true, .preset = "yyyy-mm-dd",
      .options = "yyyy-mm-dd\ndd-mm-yyyy\ndd/mm/yyyy\ndd.mm.yyyy\nmm/dd/yyyy\nmm-dd-yyyy" },
    { "time_format", SELECT, .options = "HH:mm:ss\nHH:mm", .preset = "HH:mm:ss", .reqd = true },
    { "number_format", SELECT, .reqd = true, .preset = "#,###.##",
      .options = "#,###.##\n#.###,##\n# ###.##\n# ###,##\n#'###.##\n#, ###.##\n#,##,###.##\n#,###.###\n#.###\n#,###" },
    { "first_day_of_the_week", SELECT, .preset = "Sunday",
      .options = "Sunday\nMonday\nTuesday\nWednesday\nThursday\nFriday\nSaturday" },
    { "float_precision", SELECT, .options = "\n2\n3\n4\n5\n6\n7\n8\n9" },
    { "currency_precision", SELECT, .options = "\n0\n1\n2\n3\n4\n5\n6\n7\n8\n9" },
    { "rounding_method", SELECT, .preset = "Commercial Rounding",
      .options = "Banker's Rounding (legacy)\nBanker's Rounding\nCommercial Rounding" },
    { "apply_strict_user_permissions", CHECK },
    { "session_expiry", DATA, .preset = "170:00" },
    { "deny_multiple_sessions", CHECK },
    { "disable_user_pass_login", CHECK },
    { "allow_login_using_mobile_number", CHECK },
    { "allow_login_using_user_name", CHECK },
    { "allow_consecutive_login_attempts", INT, .preset = "10", .non_negative = true },
    { "allow_login_after_fail", INT, .preset = "60", .non_negative = true },
    { "logout_on_password_reset", CHECK, .preset = "1" },
    { "force_user_to_reset_password", INT, .non_negative = true },
    { "reset_password_link_expiry_duration", DURATION, .preset = "1200", .non_negative = true },
    { "password_reset_limit", INT, .preset = "3", .non_negative = true },
    { "enable_password_policy", CHECK, .preset = "1" },
    { "minimum_password_score", SELECT, .options = "2\n3\n4", .preset = "2" },
    { "max_file_size", INT, .non_negative = true },
    { "allow_guests_to_upload_files", CHECK },
    { "strip_exif_metadata_from_uploaded_images", CHECK, .preset = "1" },
    { "allowed_file_extensions", SMALL_TEXT },
    { "link_field_results_limit", INT, .preset = "10", .non_negative = true },
    { "allow_error_traceback", CHECK, .preset = "1" },
};

/* "170:00" or "170:00:00": hours, minutes and seconds; at least a minute. */
static bool is_session_expiry(struct str text)
{
    struct str part, rest = text;
    int64_t seconds = 0, unit = 3600, n = 0;
    for (; unit && str_cut(&rest, ':', &part); unit /= 60) {
        if (!str_int(part, &n) || n < 0 || n > 9999 || (unit < 3600 && n > 59))
            return false;
        seconds += n * unit;
    }
    return !rest.p && unit < 60 && seconds >= 60;
}

static bool validate(struct ctx *cx, struct doc *settings)
{
    if (!is_session_expiry(doc_text(settings, "session_expiry")))
        return throw(cx, &ValidationError,
                     "The session expiry is hours and minutes, as in 170:00, of at least a minute.");
    return settings_check_locale(cx, settings);
}

static bool on_update(struct ctx *cx, struct doc *settings)
{
    return settings_share_locale(cx, settings, "School Settings");
}

DOCTYPE(system_settings)
= {
    .name = "System Settings",
    .module = "Core",
    .is_single = true,
    .about = "Sessions, formats and log-in of the site, under Frappe's keys.",
    FIELDS(fields),
    PERMS({ "System Manager", READ | WRITE | CREATE | SHARE | PRINT | EMAIL }),
    NEEDS("session_expiry", "language", "time_zone"),
    .track_changes = true,
    .validate = validate,
    .on_update = on_update,
};
