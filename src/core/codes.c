/* Codes that people type into settings: languages, currencies, addresses. */
#include "core.h"
#include "text.h"

static bool all_between(struct str s, char low, char high)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < low || s.p[i] > high)
            return false;
    return true;
}

bool is_language(struct str code)
{
    struct str rest = code, language, region;
    if (!str_cut(&rest, '-', &language) || language.n < 2 || language.n > 3 || !all_between(language, 'a', 'z'))
        return false;
    if (!rest.p)
        return true;
    return str_cut(&rest, '-', &region) && !rest.p && region.n == 2 && all_between(region, 'A', 'Z');
}

bool is_currency(struct str code)
{
    /* ISO 4217, active codes of states. */
    static const char codes[] =
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF "
        "CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD "
        "HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD "
        "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN "
        "PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY "
        "TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG ";
    if (code.n != 3 || !all_between(code, 'A', 'Z'))
        return false;
    for (const char *p = codes; *p; p += 4)
        if (!memcmp(p, code.p, 3))
            return true;
    return false;
}

int currency_places(struct str code)
{
    static const char none[] = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF ";
    static const char three[] = "BHD IQD JOD KWD LYD OMR TND ";
    static const struct {
        const char *codes;
        int places;
    } others[] = { { none, 0 }, { three, 3 } };
    for (size_t i = 0; i < countof(others) && code.n == 3; i++)
        for (const char *p = others[i].codes; *p; p += 4)
            if (!memcmp(p, code.p, 3))
                return others[i].places;
    return 2;
}

bool is_web_address(struct str url)
{
    if (has_control(url) || str_has(url, ' ') || str_has(url, '"') || str_has(url, '<'))
        return false;
    struct str rest = str_from(url, str_starts(url, STR("https://")) ? 8 : 7);
    return (str_starts(url, STR("https://")) || str_starts(url, STR("http://"))) && rest.n > 0 && rest.p[0] != '/';
}
