#pragma once
/* What becomes of single code points where letters are compared, for the files of this room. */
#include <utf8proc.h>

#include "base.h"

enum { POINTS_MAX = 32 }; /* the longest decomposition of one code point has 18 */

/* What one code point becomes by the options; itself when utf8proc has no opinion. */
size_t utf8_decompose(uint32_t point, utf8proc_option_t options, utf8proc_int32_t out[POINTS_MAX]);
/* Letters that Unicode does not take apart: "oe" for œ. Empty: it does. */
struct str letter_spelled(utf8proc_int32_t point);
bool is_mark(utf8proc_int32_t point);
