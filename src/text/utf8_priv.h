#pragma once
/* One code point at a time, for the files of this room. */
#include "base.h"

/* Length in bytes (1–4) of the code point at s.p[at], which is put into *point; 0: not valid UTF-8 there. */
size_t utf8_take(struct str, size_t at, uint32_t *point);
void utf8_put(struct buf *, uint32_t point);
