/* The kinds of failure (Frappe's names and statuses, spec/frappe-api.md 7.4) and how one is recorded. */
#include "base/error.h"

#include <stdarg.h>

#include "base/ctx.h"
#include "base/log.h"
#include "base/random.h"

#define KIND(id, status) const struct exc id = { #id, status, NULL }
#define KIND_TITLED(id, status, title) const struct exc id = { #id, status, title }

KIND(ValidationError, 417);
KIND(FrappeTypeError, 417);
KIND(DataError, 417);
KIND(MandatoryError, 417);
KIND_TITLED(NonNegativeError, 417, N_("Negative Value"));
KIND(UniqueValidationError, 417);
KIND(LinkValidationError, 417);
KIND(CancelledLinkError, 417);
KIND(LinkExistsError, 417);
KIND(TimestampMismatchError, 417);
KIND(UpdateAfterSubmitError, 417);
KIND(DocstatusTransitionError, 417);
KIND(CannotChangeConstantError, 417);
KIND_TITLED(CharacterLengthExceededError, 417, N_("Value too big"));
KIND(InvalidEmailAddressError, 417);
KIND(InvalidPhoneNumberError, 417);
KIND(InvalidNameError, 417);
KIND_TITLED(InvalidDates, 417, N_("Invalid Date"));
KIND(MaxFileSizeReachedError, 417);
KIND(AttachmentLimitReached, 417);
KIND_TITLED(FileTypeNotAllowed, 417, N_("File Type Not Allowed"));
KIND(FolderNotEmpty, 417);
const struct exc NamingError = { "NameError", 409, NULL };
KIND_TITLED(DuplicateEntryError, 409, N_("Duplicate Name"));
KIND(PermissionError, 403);
KIND(DoesNotExistError, 404);
KIND(PageDoesNotExistError, 404);
KIND(AuthenticationError, 401);
KIND(SessionExpired, 401);
KIND(CSRFTokenError, 400);
KIND(InvalidAuthorizationToken, 400);
KIND(LinkExpired, 410);
KIND(UnsupportedMediaType, 415);
KIND(BadRequest, 400);
KIND(MethodNotAllowed, 405);
KIND(RequestEntityTooLarge, 413);
KIND(TooManyRequestsError, 429);
KIND(RateLimitExceededError, 429);
const struct exc SecurityException = { "SecurityException", 429, NULL }; /* 429, not Frappe's 500: spec 6.1 */
KIND(QueryTimeoutError, 503);
KIND(QueryDeadlockError, 503);
KIND(SessionStopped, 503);
KIND(InReadOnlyMode, 503);
KIND(ServiceUnavailable, 503);
KIND(InternalError, 500);
KIND(SiteNotFound, 404);
KIND(CommandUsage, 400);
KIND(CommandFailed, 500);

static void record(struct ctx *cx, const struct error *e)
{
    if (cx->err.kind)
        return;
    cx->err = *e;
    random_fill(&cx->err.id, sizeof cx->err.id);
}

void *throw(struct ctx * cx, const struct exc *kind, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct str message = str_of(arena_vprintf(cx->arena, tr(cx, format), args));
    va_end(args);
    record(cx, &(struct error){ .kind = kind, .message = message });
    return NULL;
}

void *throw_quiet(struct ctx *cx, const struct exc *kind)
{
    record(cx, &(struct error){ .kind = kind, .quiet = true });
    return NULL;
}

void *throw_detail(struct ctx *cx, const struct exc *kind, struct str detail, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct str message = str_of(arena_vprintf(cx->arena, tr(cx, format), args));
    va_end(args);
    record(cx, &(struct error){ .kind = kind, .message = message, .detail = detail });
    return NULL;
}

void note(struct ctx *cx, const char *title, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct note *n = arena_new_of(cx->arena, struct note);
    *n = (struct note){ .next = cx->notes, .title = title };
    n->message = str_of(arena_vprintf(cx->arena, tr(cx, format), args));
    va_end(args);
    cx->notes = n;
}

void *bug_at(struct ctx *cx, const char *file, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *what = arena_vprintf(cx->arena, format, args);
    va_end(args);
    struct log_line l;
    log_begin(&l, LOG_ERROR, "bug");
    log_text(&l, "request", cx->request_id);
    log_text(&l, "file", str_of(file));
    log_number(&l, "line", line);
    log_text(&l, "what", str_of(what));
    log_end(&l);
    return throw(cx, &InternalError, N_("Something went wrong on our side. The request id is in the log."));
}
