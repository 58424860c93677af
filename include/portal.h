#pragma once
/* portal: the pages of a school. Its routes, templates and assets are rows and embedded files; the program only starts
 * it.
 */
#include "base.h"

/* Compiles the templates and prepares the assets, once, before serving. Everything lives in the arena. False: one
 * sentence in *why (a mistake in a template). */
bool portal_start(struct arena *, struct str *why);
