#pragma once
/* Writing to descriptors: files, and pipes to programs that we started. */
#include "base/str.h"

/* All of it, however many calls that takes. False: errno says why, and some of it may be there. */
bool fd_write(int fd, struct str bytes);
