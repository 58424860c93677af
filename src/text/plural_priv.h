#pragma once
/* Plural-Forms of a catalogue: "nplurals=2; plural=(n > 1);" (the C expression of gettext's manual). */
#include "base.h"

struct plural;
/* NULL: malformed. The text is a catalogue's header. */
const struct plural *plural_read(struct arena *, struct str header);
/* Which form fits n; below the number of forms. */
size_t plural_form(const struct plural *, uint64_t n);
