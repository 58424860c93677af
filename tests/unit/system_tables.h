#pragma once
/* The tables that are no DocType's: the files of sql/ in the order of their numbers. */
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "base/embedded.h"
#include "db.h"
#include "site.h"

static inline int migration_order(const void *a, const void *b)
{
    return strcmp(((const struct migration *)a)->name, ((const struct migration *)b)->name);
}

static inline bool system_tables(struct ctx *cx)
{
    struct migration files[32];
    size_t count = 0;
    unsigned ran;
    TABLE_EACH (embedded_sql, struct embedded, it)
        if (count < countof(files) && !strchr((*it)->name, '/'))
            files[count++] = (struct migration){ (*it)->name, embedded_text(*it) };
    qsort(files, count, sizeof *files, migration_order);
    return db_migrate(cx, files, count, &ran);
}
