#pragma once
/* Language and time zone stand in two Singles and are one value. */
#include "doc.h"

/* ValidationError unless the language and time zone of the Single are known. */
bool settings_check_locale(struct ctx *, const struct doc *settings);
/* Gives the other Single the same language and time zone, where they differ. */
bool settings_share_locale(struct ctx *, const struct doc *settings, const char *other_single);
