/* Uploads on their way in: found, unpacked or copied into a working folder, cleared of what is no file, moved into place. */
#include "adopt_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "folder.h"
#include "school.h"

static const char *const parts[] = { "public", "private" };

static bool is_folder(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

static bool is_there(const char *path)
{
    return access(path, R_OK) == 0;
}

/* ---- where they are -------------------------------------------------------------------------------------------------- */
static const char *beside_dump(struct arena *a, const char *dump, size_t part)
{
    static const char *const names[][2] = { { "files.tar", "files.tgz" },
                                            { "private-files.tar", "private-files.tgz" } };
    struct str path = str_of(dump);
    ptrdiff_t at = path.n ? str_find(path, STR("-database.sql")) : -1;
    for (size_t i = 0; i < 2 && at >= 0; i++) {
        const char *archive = arena_printf(a, "%.*s-%s", (int)at, dump, names[part][i]);
        if (is_there(archive))
            return archive;
    }
    return NULL;
}

static const char *beside_config(struct arena *a, const char *config, size_t part)
{
    const char *slash = strrchr(config, '/');
    const char *folder =
        arena_printf(a, "%.*s/%s/files", slash ? (int)(slash - config) : 1, slash ? config : ".", parts[part]);
    return is_folder(folder) ? folder : NULL;
}

/* ---- bringing -------------------------------------------------------------------------------------------------------- */
static bool stage(struct arena *a, const char *from, const char *to, struct str *why)
{
    const char *copy[] = { "cp", "-r", "-P", "--", arena_printf(a, "%s/.", from), to, NULL };
    const char *unpack[] = { "tar", "--force-local", "-xf", from, "--no-same-owner", "--no-same-permissions", "-C", to,
                             NULL };
    if (!folder_make(to)) {
        *why = str_printf(a, "%s cannot be made", to);
        return false;
    }
    mode_t before = umask(0077);
    bool staged = child_run(a, is_folder(from) ? copy : unpack, NULL, NULL, why);
    umask(before);
    return staged;
}

/* bench packs ./<site>/public/files; a folder may be given at any level of that. */
static const char *files_in(struct arena *a, const char *staged, size_t part)
{
    const char *const inner[] = { arena_printf(a, "%s/files", parts[part]), "files" };
    struct str name;
    for (size_t i = 0; i < countof(inner); i++) {
        const char *direct = arena_printf(a, "%s/%s", staged, inner[i]);
        if (is_folder(direct))
            return direct;
    }
    if (folder_only_child(a, staged, &name)) {
        const char *below = arena_printf(a, "%s/%.*s/%s", staged, STR_ARG(name), inner[0]);
        if (is_folder(below))
            return below;
    }
    return staged;
}

static bool bring_part(struct arena *a, const char *from, size_t part, const char *work, struct str host,
                       struct str *why)
{
    const char *staged = arena_printf(a, "%s/%s-files", work, parts[part]);
    const char *to = arena_printf(a, "%s/%s/files", school_folder(a, host), parts[part]);
    if (!is_there(from)) {
        *why = str_printf(a, "%s cannot be read", from);
        return false;
    }
    if (!stage(a, from, staged, why))
        return false;
    folder_keep_plain(staged);
    if (folder_remove(to) && rename(files_in(a, staged, part), to) == 0)
        return true;
    *why = str_printf(a, "%s cannot be put in place", to);
    return false;
}

bool files_bring(struct arena *a, const struct files_source *source, const char *work, struct str host, struct str *why)
{
    for (size_t part = 0; part < countof(parts); part++) {
        const char *from = source->given[part];
        if (!from && source->dump)
            from = beside_dump(a, source->dump, part);
        if (!from)
            from = beside_config(a, source->config, part);
        if (from && !bring_part(a, from, part, work, host, why))
            return false;
    }
    return true;
}
