#pragma once
/* Files that the build put into the program (CMakeLists.txt, embed()): templates, assets, SQL, catalogues, demo lessons.
 * Each kind is a table `embedded_<kind>`; `end` points one past the last byte, where a 0 stands. */
#include "base/str.h"
#include "base/table.h"

struct embedded {
    const char *name; /* path below the folder that was embedded */
    const char *start, *end;
};

static inline struct str embedded_text(const struct embedded *e)
{
    return (struct str){ e->start, (size_t)(e->end - e->start) };
}
