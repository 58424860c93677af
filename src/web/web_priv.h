#pragma once
/* What the files of this room share. */
#include "web.h"

/* Origin of a request is one that the site allows (allow_cors). */
bool web_origin_allowed(const struct web *, struct str origin);
/* The user that a document of the DocType `source` speaks for, by its key and secret. NULL: thrown. */
const struct user *web_source_user(struct ctx *, struct str source, struct str authorization);
/* Headers for a request from an allowed origin. */
void web_add_cors(struct web *);
/* Scheme, host and port of this request as a browser writes an Origin. */
struct str web_own_origin(const struct web *);
/* Deletes the five cookies of a session. */
void web_delete_cookies(struct web *);
/* `_server_messages` (v1) or `messages` (v2) of a success, when there are notes. */
void web_out_notes(struct web *, struct json_out *);
/* No browser may keep the answer, not even to ask again. */
bool web_keeps_secret(const struct web *);
/* Gives w->body its way out, for a new answer. */
void web_outlet(struct web *);
/* The last piece of a stream that has begun. */
bool web_stream_rest(struct web *, struct str rest);
/* The answer's object as it begins: an expired session is told first. */
struct str web_with_session(struct web *, struct str body);
/* The client takes gzip. */
bool web_takes_gzip(const struct web *);
/* Answers of this kind are worth compressing. */
bool web_compressible(const struct exchange *);
/* The answer's header of this name, or empty. */
struct str web_header(const struct exchange *, const char *name);
/* Makes the complete answer ready for those who will ask for it again. */
void web_prepare(struct web *);
