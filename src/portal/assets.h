#pragma once
/* Style sheets, scripts and icons: embedded, named by their content, kept by browsers for ever. */
#include "base.h"

bool assets_start(struct arena *);
/* "/assets/style.3f2a9c1e.css" for "style.css". An unknown name is a mistake of ours: empty. */
struct str asset_url(const char *name);
struct str asset_bytes(const char *name);
/* The address of what is named by its content. */
struct str asset_url_of(struct arena *, struct str name, struct str bytes);
