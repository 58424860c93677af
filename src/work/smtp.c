/* Mails to a server that takes them: libcurl speaks SMTP. */
#include "easy.h"

enum { TIMEOUT_S = 60, REFUSED = 500, LOGIN_LEAST = 530, LOGIN_MOST = 539 };

/* A message while it goes out. */
struct outgoing {
    struct str rest;
};

static size_t give(char *to, size_t one, size_t count, void *arg)
{
    struct outgoing *o = arg;
    size_t n = one * count < o->rest.n ? one * count : o->rest.n;
    if (n)
        memcpy(to, o->rest.p, n);
    o->rest = str_from(o->rest, n);
    return n;
}

static void set_server(struct ctx *cx, CURL *c, const struct smtp *s)
{
    bool six = str_has(s->host, ':');
    const char *url = arena_printf(cx->arena, "%s://%s%.*s%s:%lld/%.*s", s->safety == SMTP_TLS ? "smtps" : "smtp",
                                   six ? "[" : "", STR_ARG(s->host), six ? "]" : "", (long long)s->port,
                                   STR_ARG(url_encode(cx->arena, s->greeting, "")));
    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(c, CURLOPT_USE_SSL, s->safety == SMTP_OPEN ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
    if (s->ca_file.n)
        curl_easy_setopt(c, CURLOPT_CAINFO, str_c(cx->arena, s->ca_file));
    if (s->login.n) {
        curl_easy_setopt(c, CURLOPT_USERNAME, str_c(cx->arena, s->login));
        curl_easy_setopt(c, CURLOPT_PASSWORD, str_c(cx->arena, s->password));
    }
}

static void set_message(struct ctx *cx, CURL *c, struct str from, struct str to, struct outgoing *message)
{
    const char *recipient = arena_printf(cx->arena, "<%.*s>", STR_ARG(to));
    curl_easy_setopt(c, CURLOPT_MAIL_FROM, arena_printf(cx->arena, "<%.*s>", STR_ARG(from)));
    curl_easy_setopt(c, CURLOPT_MAIL_RCPT, easy_list(cx, curl_slist_append(NULL, recipient)));
    curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(c, CURLOPT_READDATA, message);
    curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)message->rest.n);
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
}

static const char *problem_of(CURLcode code, int status)
{
    static const struct {
        CURLcode code;
        const char *text;
    } known[] = {
        { CURLE_COULDNT_RESOLVE_HOST, N_("The mail server's name is not known.") },
        { CURLE_OPERATION_TIMEDOUT, N_("The mail server did not answer in time.") },
        { CURLE_COULDNT_CONNECT, N_("No connection to the mail server could be made.") },
        { CURLE_PEER_FAILED_VERIFICATION, N_("The mail server's certificate is not valid.") },
        { CURLE_SSL_CACERT_BADFILE, N_("The file mail_ca_file cannot be read.") },
        { CURLE_SSL_CONNECT_ERROR, N_("No safe connection to the mail server could be made.") },
        { CURLE_USE_SSL_FAILED, N_("The mail server offers no STARTTLS.") },
        { CURLE_LOGIN_DENIED, N_("The mail server refused mail_login and mail_password.") },
    };
    for (size_t i = 0; i < countof(known); i++)
        if (known[i].code == code)
            return known[i].text;
    return status >= 400 ? N_("The mail server refused the mail.") : N_("The connection to the mail server broke.");
}

/* A 5xx about the mail stays so; about logging in it is a mistake of the configuration, which somebody mends. */
static bool is_lasting(CURLcode code, int status)
{
    bool about_login = code == CURLE_LOGIN_DENIED || (status >= LOGIN_LEAST && status <= LOGIN_MOST);
    bool about_greeting = code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_REMOTE_ACCESS_DENIED;
    return status >= REFUSED && !about_login && !about_greeting;
}

/* What is put into a command must not end it. */
static bool is_plain(struct str address)
{
    return address.n && !has_control(address) && !str_has(address, '<') && !str_has(address, '>') &&
           !str_has(address, ' ');
}

bool smtp_send(struct ctx *cx, const struct smtp *server, struct str from, struct str to, struct str message,
               struct smtp_result *out)
{
    *out = (struct smtp_result){ 0 };
    if (cx->writing)
        return bug(cx, "a mail inside a transaction");
    db_return(cx);
    if (!is_plain(from) || !is_plain(to)) {
        *out = (struct smtp_result){ .problem = N_("This is no address for mails."), .lasting = true };
        return true;
    }
    struct outgoing outgoing = { message };
    CURL *c = easy_new(cx, TIMEOUT_S);
    if (!c)
        return false;
    set_server(cx, c, server);
    set_message(cx, c, from, to, &outgoing);
    long status = 0;
    CURLcode code = curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    out->status = (int)status;
    if (code == CURLE_OK)
        return true;
    out->stopped = code == CURLE_ABORTED_BY_CALLBACK;
    out->problem = problem_of(code, out->status);
    out->lasting = is_lasting(code, out->status);
    return true;
}
