#pragma once
/* Errors: what goes wrong, goes wrong once, with a name.
 *
 * Whoever detects a failure throws; whoever passes it on says only `return false`. The first error of a call wins.
 * A kind of failure is a row of the table in error.c: Frappe's exception name, its HTTP status and the title of its
 * message (spec/frappe-api.md section 7.4). No handler chooses a status.
 */
#include <stdbool.h>

#include "base/str.h"

struct ctx;

struct exc {
    const char *name;  /* Frappe's class name, what clients see as exc_type */
    int status;        /* HTTP */
    const char *title; /* of the message shown to people; NULL: "Message" */
};

/* One failure, or none while kind is NULL. */
struct error {
    const struct exc *kind;
    struct str message; /* for people, translated; may hold HTML where Frappe's does */
    const char *title;  /* overrides the kind's */
    struct str detail;  /* Frappe's text after the class name in `exception`, where it differs from message */
    struct str hint;    /* `_error_message`, empty: none */
    bool quiet;         /* no server message at all, as Frappe's bare raise */
    bool plain;         /* its server message is a plain one, without raise_exception and indicator */
    const char *field;  /* the field it is about, where one is; NULL: none, or not known */
    int retry_after_s;  /* >0: Retry-After */
    uint64_t id;        /* of this error, for __frappe_exc_id */
};

/* What else to tell the user in `_server_messages`, in order of addition. */
struct note {
    struct note *next;
    struct str message;
    const char *title, *indicator;
};

extern const struct exc ValidationError, FrappeTypeError, DataError, MandatoryError, NonNegativeError,
    UniqueValidationError, LinkValidationError, CancelledLinkError, LinkExistsError, TimestampMismatchError,
    UpdateAfterSubmitError, DocstatusTransitionError, CannotChangeConstantError, CharacterLengthExceededError,
    InvalidEmailAddressError, InvalidPhoneNumberError, InvalidNameError, InvalidDates, MaxFileSizeReachedError,
    AttachmentLimitReached, FileTypeNotAllowed, FolderNotEmpty, NamingError, DuplicateEntryError, PermissionError,
    DoesNotExistError, PageDoesNotExistError, AuthenticationError, SessionExpired, CSRFTokenError,
    InvalidAuthorizationToken, LinkExpired, UnsupportedMediaType, BadRequest, MethodNotAllowed, RequestEntityTooLarge,
    TooManyRequestsError, RateLimitExceededError, SecurityException, QueryTimeoutError, QueryDeadlockError,
    SessionStopped, InReadOnlyMode, ServiceUnavailable, InternalError, SiteNotFound, CommandUsage, CommandFailed;

/* Records the first error of this call and returns NULL, which is also false: `return throw(...)` fits functions that
 * return a bool or a pointer. The format is a message id: it is translated before it is filled in. */
void *throw(struct ctx *, const struct exc *, const char *format, ...) PRINTF(3, 4);
/* As throw, without any server message (Frappe's bare `raise X`). */
void *throw_quiet(struct ctx *, const struct exc *);
/* As throw, with Frappe's `exception` detail different from the message shown. */
void *throw_detail(struct ctx *, const struct exc *, struct str detail, const char *format, ...) PRINTF(4, 5);

/* An additional message for the user; does not fail the call. */
void note(struct ctx *, const char *title, const char *format, ...) PRINTF(3, 4);

/* A mistake of ours, never of a client: logs what and where, and fails this call with InternalError. */
void *bug_at(struct ctx *, const char *file, int line, const char *format, ...) PRINTF(4, 5);
#define bug(cx, ...) bug_at((cx), __FILE__, __LINE__, __VA_ARGS__)

/* Marks a message id for extraction where it is not an argument of throw or note. */
#define N_(text) text
