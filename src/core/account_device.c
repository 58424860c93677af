/* What a browser says it is, as people say it. */
#include "core.h"

/* The first that occurs: browsers name those they imitate after themselves. */
struct sign {
    const char *mark, *name;
};
static const struct sign browsers[] = {
    { "Edg", "Edge" },      { "OPR/", "Opera" },   { "SamsungBrowser", "Samsung" }, { "Firefox", "Firefox" },
    { "FxiOS", "Firefox" }, { "CriOS", "Chrome" }, { "Chromium", "Chromium" },      { "Chrome", "Chrome" },
    { "Safari", "Safari" }, { "curl", "curl" },    { "python", "Python" }
};
static const struct sign systems[] = { { "iPhone", "iPhone" },   { "iPad", "iPad" },     { "Android", "Android" },
                                       { "Windows", "Windows" }, { "CrOS", "ChromeOS" }, { "Macintosh", "Mac" },
                                       { "Linux", "Linux" } };

static const char *find(const struct sign *signs, size_t count, struct str text)
{
    for (size_t i = 0; i < count; i++)
        if (str_find(text, str_of(signs[i].mark)) >= 0)
            return signs[i].name;
    return NULL;
}

struct str device_words(struct ctx *cx, struct str user_agent)
{
    const char *browser = find(browsers, countof(browsers), user_agent);
    const char *system = find(systems, countof(systems), user_agent);
    if (browser && system)
        return str_printf(cx->arena, "%s, %s", browser, system);
    return browser || system ? str_of(browser ? browser : system) : str_of(tr(cx, N_("Unknown device")));
}
