#pragma once
/* A lesson's video: which player, by its address. */
#include "base.h"

struct video {
    struct str watch; /* where a link leads without JavaScript */
    struct str embed; /* what the player's frame loads after a click; "ORIGIN" stands for the page's own */
    const char *kind; /* "youtube", "vimeo", "file", "link" */
    const char *host; /* who is asked, in words; NULL for "link" */
};

/* False: there is no address, or it is neither http nor https. Knows youtube.com/watch, /embed, /shorts, /live, youtu.be,
 * youtube-nocookie.com; vimeo.com with and without a private hash, player.vimeo.com; files by their ending. Anything else
 * is a plain link. */
bool video_of(struct arena *, struct str url, struct video *out);
