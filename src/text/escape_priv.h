#pragma once
/* Escaping and the judgement of URLs, for the files of this room. */
#include "text.h"

/* The text with & < > " ' escaped: fit for text and quoted attributes. */
void put_escaped(struct buf *, struct str);

enum url_kind { URL_RELATIVE, URL_WEB, URL_MAIL, URL_REFUSED };
/* What a browser would make of an attribute's value. Scheme-relative "//host" counts as WEB. */
enum url_kind url_kind_of(struct arena *, struct str);
