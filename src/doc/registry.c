/* The DocTypes: those that are compiled in, sorted by name before main, and for a site that has definitions of its own
 * all that hold there, which come with its snapshot: nothing to lock, nothing to wait for. */
#include <stdlib.h>

#include "definition.h"
#include "doc_priv.h"
#include "term.h"

static struct definitions compiled, core = { .generation = UINT64_MAX };

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct doctype *const *)a)->name, (*(const struct doctype *const *)b)->name);
}

__attribute__((constructor)) static void gather(void)
{
    size_t count = 0;
    TABLE_EACH (doctypes, struct doctype, counted)
        count++;
    compiled.types = calloc(count + 1, sizeof *compiled.types);
    core.types = calloc(count + 1, sizeof *core.types);
    if (!compiled.types || !core.types)
        abort();
    TABLE_EACH (doctypes, struct doctype, it)
        compiled.types[compiled.count++] = *it;
    qsort(compiled.types, compiled.count, sizeof *compiled.types, by_name);
    for (size_t i = 0; i < compiled.count; i++)
        if (doc_type_is_core(compiled.types[i]))
            core.types[core.count++] = compiled.types[i];
}

/* Without them there is no login, no permission and no definition. */
bool doc_type_is_core(const struct doctype *ours)
{
    static const char *const modules[] = { "Core", "Custom", "Integrations" };
    for (size_t i = 0; ours->module && i < countof(modules); i++)
        if (!strcmp(ours->module, modules[i]))
            return true;
    return false;
}

const struct definitions *built_in(const struct site *site)
{
    return site && site->bare ? &core : &compiled;
}

const struct doctype *definition_find(const struct definitions *all, struct str name)
{
    size_t low = 0, high = all->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(name, str_of(all->types[middle]->name));
        if (order == 0)
            return all->types[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct doctype *built_in_find(const struct site *site, struct str name)
{
    return definition_find(built_in(site), name);
}

const struct doctype *built_in_like(struct arena *arena, const struct site *site, struct str name)
{
    const struct definitions *all = built_in(site);
    for (size_t i = 0; i < all->count; i++)
        if (text_compare(arena, name, str_of(all->types[i]->name)) == 0)
            return all->types[i];
    return NULL;
}

const struct doctype *doc_type_find(const struct site *site, struct str name)
{
    return definition_find(definitions_of(site), name);
}

const struct doctype *doc_type(struct ctx *cx, struct str name)
{
    const struct doctype *type = doc_type_find(cx->site, name);
    if (!type)
        throw(cx, &DoesNotExistError, "DocType %.*s not found", STR_ARG(name));
    return type;
}

size_t doc_types(struct arena *arena, const struct site *site, const struct doctype ***out)
{
    const struct definitions *all = definitions_of(site);
    *out = arena_array(arena, all->count + 1, sizeof **out);
    memcpy(*out, all->types, all->count * sizeof **out);
    return all->count;
}

static bool is_whole(const struct doctype *type)
{
    return type && !type->lacks;
}

bool doc_types_whole(struct ctx *cx, const char *list)
{
    struct str rest = str_of(list), name;
    while (str_cut(&rest, '\n', &name)) {
        const struct doctype *type = doc_type(cx, name);
        if (!type)
            return false;
        if (!is_whole(type))
            return throw(cx, &ValidationError, N_("This site defines %s itself, without the fields this needs: %s."),
                         type->name, type->lacks);
    }
    return true;
}

bool doc_types_off(const struct site *site, const char *list)
{
    struct str rest = str_of(list), name;
    while (str_cut(&rest, '\n', &name))
        if (!is_whole(doc_type_find(site, name)))
            return true;
    return false;
}

uint64_t doc_types_generation(const struct site *site)
{
    return definitions_of(site)->generation;
}
