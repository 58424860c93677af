/* Writing whole: the system may take a piece, or be interrupted. */
#include "base/fd.h"

#include <errno.h>
#include <unistd.h>

bool fd_write(int fd, struct str bytes)
{
    while (bytes.n) {
        ssize_t wrote = write(fd, bytes.p, bytes.n);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return false;
        bytes = str_from(bytes, (size_t)wrote);
    }
    return true;
}
