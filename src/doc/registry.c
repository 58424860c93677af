/* The DocTypes that are compiled in, sorted by name before main: nothing to lock, nothing to wait for. */
#include "doc_priv.h"

static const struct doctype **sorted;
static size_t sorted_count;

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct doctype *const *)a)->name, (*(const struct doctype *const *)b)->name);
}

__attribute__((constructor)) static void gather(void)
{
    size_t count = 0;
    TABLE_EACH (doctypes, struct doctype, counted)
        count++;
    sorted = calloc(count + 1, sizeof *sorted);
    if (!sorted)
        abort();
    TABLE_EACH (doctypes, struct doctype, it)
        sorted[sorted_count++] = *it;
    qsort(sorted, sorted_count, sizeof *sorted, by_name);
}

const struct doctype *doc_type_find(const struct site *site __attribute__((unused)), struct str name)
{
    size_t low = 0, high = sorted_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(name, str_of(sorted[middle]->name));
        if (order == 0)
            return sorted[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct doctype *doc_type(struct ctx *cx, struct str name)
{
    const struct doctype *type = doc_type_find(cx->site, name);
    if (!type)
        throw(cx, &DoesNotExistError, "DocType %.*s not found", STR_ARG(name));
    return type;
}

size_t doc_types(struct arena *arena, const struct site *site __attribute__((unused)), const struct doctype ***out)
{
    *out = arena_array(arena, sorted_count + 1, sizeof **out);
    for (size_t i = 0; i < sorted_count; i++)
        (*out)[i] = sorted[i];
    return sorted_count;
}
