/* Stored bytes: <sites>/<host>/public/files and private/files.
 *
 * A new file is written under a name of its own in ".new", made durable, then linked to its final name, which nobody else
 * can have taken. The first name stays until the call is committed; when the process dies before, the sweep of a later
 * upload finds it and asks the database whether the file is anybody's. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_priv.h"

enum { FOLDER_MODE = 0700, FILE_MODE = 0600, PIECE = 4 << 20, SEGMENT_MOST = 255, DEPTH_MOST = 8 };
enum { ABANDONED_S = 3600, SWEPT_MOST = 100 };

/* ---- URLs and paths --------------------------------------------------------------------------------------------------- */
bool disk_url(struct str url, bool *is_private, struct str *path)
{
    static const struct str prefixes[] = { { "/files/", 7 }, { "/private/files/", 15 } };
    for (size_t i = 0; i < countof(prefixes); i++)
        if (str_starts(url, prefixes[i])) {
            *is_private = i == 1;
            *path = str_from(url, prefixes[i].n);
            return true;
        }
    return false;
}

struct str disk_url_of(struct arena *a, bool is_private, struct str name)
{
    return str_printf(a, "%s%.*s", is_private ? "/private/files/" : "/files/", STR_ARG(name));
}

static const char *folder_of(struct ctx *cx, bool is_private)
{
    return arena_printf(cx->arena, "%s/%.*s/%s/files", sites_folder(), STR_ARG(cx->site->name),
                        is_private ? "private" : "public");
}

static bool is_segment(struct str s)
{
    return s.n && s.n <= SEGMENT_MOST && s.p[0] != '.' && !str_has(s, '\0') && !str_has(s, '\\');
}

/* Every step is a plain folder, the last a plain file: no link is followed, whoever put it there. -1: none. No arena
 * here: nothing may leave while a descriptor is open. */
static int open_below(int folder, struct str path)
{
    char name[SEGMENT_MOST + 1];
    struct str segment;
    for (int depth = 0; depth < DEPTH_MOST && str_cut(&path, '/', &segment) && is_segment(segment); depth++) {
        memcpy(name, segment.p, segment.n);
        name[segment.n] = 0;
        int flags = path.p ? O_PATH | O_DIRECTORY : O_RDONLY | O_NONBLOCK | O_NOCTTY;
        int next = openat(folder, name, flags | O_NOFOLLOW | O_CLOEXEC);
        close(folder);
        folder = next;
        if (folder < 0 || !path.p)
            return folder;
    }
    close(folder);
    return -1;
}

static int open_plain(struct ctx *cx, bool is_private, struct str path, struct stat *s)
{
    int folder = open(folder_of(cx, is_private), O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = folder < 0 ? -1 : open_below(folder, path);
    if (fd >= 0 && fstat(fd, s) == 0 && S_ISREG(s->st_mode))
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static struct str last_segment(struct str path)
{
    size_t slash = path.n;
    while (slash && path.p[slash - 1] != '/')
        slash--;
    return str_from(path, slash);
}

bool file_open(struct ctx *cx, bool is_private, struct str path, struct file_opened *out)
{
    struct stat s;
    *out = (struct file_opened){ .fd = -1, .name = last_segment(path) };
    out->kind = file_kind_of(out->name);
    int fd = open_plain(cx, is_private, path, &s);
    if (fd < 0)
        return throw(cx, &PageDoesNotExistError, "The page you are looking for does not exist.");
    char etag[64];
    snprintf(etag, sizeof etag, "\"%llx-%llx-%llx\"", (unsigned long long)s.st_ino, (unsigned long long)s.st_size,
             (unsigned long long)(s.st_mtim.tv_sec * 1000000000LL + s.st_mtim.tv_nsec));
    out->etag = str_copy(cx->arena, str_of(etag));
    out->size = s.st_size;
    out->changed_us = s.st_mtim.tv_sec * 1000000LL + s.st_mtim.tv_nsec / 1000;
    out->fd = fd;
    return true;
}

bool disk_has(struct ctx *cx, struct str url)
{
    struct stat s;
    struct str path;
    bool is_private;
    int fd = disk_url(url, &is_private, &path) ? open_plain(cx, is_private, path, &s) : -1;
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* ---- comparing ---------------------------------------------------------------------------------------------------------- */
struct str disk_hash(struct arena *a, const struct new_file *from)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    bool begun = md && EVP_DigestInit_ex(md, EVP_md5(), NULL);
    for (size_t at = 0; begun && at < from->bytes.n; at += PIECE) {
        struct str piece = str_slice(from->bytes, at, at + PIECE);
        EVP_DigestUpdate(md, piece.p, piece.n);
        http_passed(from->of, piece);
    }
    if (begun)
        EVP_DigestFinal_ex(md, digest, &n);
    EVP_MD_CTX_free(md);
    struct buf hex = buf_new(a, 2 * EVP_MAX_MD_SIZE + 1);
    for (unsigned i = 0; i < n; i++)
        buf_printf(&hex, "%02x", digest[i]);
    return buf_str(&hex);
}

static bool same_piece(int fd, size_t offset, struct str bytes)
{
    char piece[8 * 1024];
    for (size_t at = 0; at < bytes.n;) {
        size_t want = bytes.n - at < sizeof piece ? bytes.n - at : sizeof piece;
        ssize_t got = pread(fd, piece, want, (off_t)(offset + at));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || memcmp(piece, bytes.p + at, (size_t)got) != 0)
            return false;
        at += (size_t)got;
    }
    return true;
}

static bool same_bytes(int fd, const struct new_file *from)
{
    bool same = true;
    for (size_t at = 0; same && at < from->bytes.n; at += PIECE) {
        struct str piece = str_slice(from->bytes, at, at + PIECE);
        same = same_piece(fd, at, piece);
        http_passed(from->of, piece);
    }
    return same;
}

bool disk_equals(struct ctx *cx, struct str url, const struct new_file *from)
{
    struct stat s;
    struct str path;
    bool is_private;
    int fd = disk_url(url, &is_private, &path) ? open_plain(cx, is_private, path, &s) : -1;
    bool same = fd >= 0 && s.st_size == (off_t)from->bytes.n && same_bytes(fd, from);
    if (fd >= 0)
        close(fd);
    return same;
}

/* ---- writing ------------------------------------------------------------------------------------------------------------ */
/* One file on its way: the folder, its first name and the one it is to have. */
struct landing {
    const char *folder, *first, *final;
};

static bool cannot_write(struct ctx *cx)
{
    int why = errno;
    log_say(LOG_ERROR, "files.write", "A file of %.*s could not be written: %s", STR_ARG(cx->site->name),
            strerrordesc_np(why));
    if (why == ENOSPC || why == EDQUOT)
        return throw(cx, &ServiceUnavailable, "There is no room left for files on this server.");
    return throw(cx, &ServiceUnavailable, "The file could not be stored. Please try again later.");
}

static bool write_all(int fd, const struct new_file *from)
{
    for (struct str left = from->bytes; left.n;) {
        ssize_t n = write(fd, left.p, left.n < PIECE ? left.n : PIECE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        http_passed(from->of, str_slice(left, 0, (size_t)n));
        left = str_from(left, (size_t)n);
    }
    return true;
}

static bool write_file(const char *path, const struct new_file *from)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    bool done = fd >= 0 && write_all(fd, from) && fsync(fd) == 0;
    int why = errno;
    if (fd >= 0)
        close(fd);
    if (fd >= 0 && !done)
        unlink(path);
    errno = why;
    return done;
}

static bool make_new_folder(struct arena *a, const char *folder)
{
    const char *below = arena_printf(a, "%s/.new", folder);
    if (access(below, W_OK) == 0)
        return true;
    char *parent = arena_printf(a, "%s", folder);
    *strrchr(parent, '/') = 0;
    mkdir(parent, FOLDER_MODE);
    mkdir(folder, FOLDER_MODE);
    return mkdir(below, FOLDER_MODE) == 0 || errno == EEXIST;
}

/* The link must be on disk before the row that speaks of it. */
static bool sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return done;
}

static void landed(struct ctx *cx, void *arg)
{
    const struct landing *l = arg;
    (void)cx;
    unlink(l->first);
}

static void take_off(struct ctx *cx, void *arg)
{
    const struct landing *l = arg;
    (void)cx;
    unlink(l->final);
    unlink(l->first);
}

/* The wanted name, the same with the end of the hash, then with something random. */
static struct str candidate(struct arena *a, struct str wanted, struct str hash, int round)
{
    if (round == 0)
        return wanted;
    struct str end = str_from(hash, hash.n > 6 ? hash.n - 6 : 0);
    return file_name_suffixed(a, wanted, round == 1 && end.n ? end : random_hex(a, 3));
}

static bool land(struct ctx *cx, struct landing *l, struct str id, struct str hash, struct str *name)
{
    struct str wanted = *name;
    for (int round = 0; round < 10; round++) {
        *name = candidate(cx->arena, wanted, hash, round);
        const char *first = arena_printf(cx->arena, "%s/.new/%.*s-%.*s", l->folder, STR_ARG(id), STR_ARG(*name));
        if (strcmp(first, l->first) != 0 && rename(l->first, first) != 0)
            break;
        l->first = first;
        l->final = arena_printf(cx->arena, "%s/%.*s", l->folder, STR_ARG(*name));
        if (link(l->first, l->final) == 0) {
            call_undo(cx, take_off, l);
            call_later(cx, landed, l);
            return sync_folder(l->folder) || cannot_write(cx);
        }
        if (errno != EEXIST)
            break;
    }
    cannot_write(cx);
    unlink(l->first);
    return false;
}

/* ---- what was left behind ------------------------------------------------------------------------------------------------ */
static bool is_anybodys(struct ctx *cx, bool is_private, struct str name)
{
    struct file_row *rows;
    size_t count = 0;
    return !file_rows(cx, disk_url_of(cx->arena, is_private, name), &rows, &count) || count > 0;
}

static void settle(struct ctx *cx, const char *folder, bool is_private, const char *entry)
{
    struct stat first, final;
    const char *path = arena_printf(cx->arena, "%s/.new/%s", folder, entry), *dash = strchr(entry, '-');
    if (!dash || lstat(path, &first) != 0 || first.st_ctim.tv_sec * 1000000LL > cx->now_us - ABANDONED_S * 1000000LL)
        return;
    struct str name = str_of(dash + 1);
    const char *named = arena_printf(cx->arena, "%s/%s", folder, dash + 1);
    bool was_linked = lstat(named, &final) == 0 && final.st_ino == first.st_ino;
    if (was_linked && !is_anybodys(cx, is_private, name) && !failed(cx))
        unlink(named);
    if (!failed(cx))
        unlink(path);
}

static void close_folder(void *folder)
{
    closedir(folder);
}

static bool sweep(struct ctx *cx, const char *folder, bool is_private)
{
    DIR *d = opendir(arena_printf(cx->arena, "%s/.new", folder));
    if (!d)
        return true;
    struct deferred *open = arena_defer(cx->arena, close_folder, d);
    struct dirent *entry;
    for (int n = 0; n < SWEPT_MOST && !failed(cx) && (entry = readdir(d));)
        if (entry->d_name[0] != '.') {
            settle(cx, folder, is_private, entry->d_name);
            n++;
        }
    arena_release(open);
    return !failed(cx);
}

/* ---- storing, sharing, removing ------------------------------------------------------------------------------------------- */
static const char *path_of(struct ctx *cx, struct str url)
{
    struct str path;
    bool is_private;
    if (!disk_url(url, &is_private, &path))
        return NULL;
    return arena_printf(cx->arena, "%s/%.*s", folder_of(cx, is_private), STR_ARG(path));
}

bool disk_store(struct ctx *cx, bool is_private, const struct new_file *from, struct str hash, struct str same,
                struct str *name)
{
    struct landing *l = arena_new_of(cx->arena, struct landing);
    struct str id = random_hex(cx->arena, 4);
    l->folder = folder_of(cx, is_private);
    l->first = arena_printf(cx->arena, "%s/.new/%.*s-%.*s", l->folder, STR_ARG(id), STR_ARG(*name));
    if (!make_new_folder(cx->arena, l->folder))
        return cannot_write(cx);
    if (!sweep(cx, l->folder, is_private))
        return false;
    const char *shared = same.n ? path_of(cx, same) : NULL;
    if (!(shared && link(shared, l->first) == 0) && !write_file(l->first, from))
        return cannot_write(cx);
    return land(cx, l, id, hash, name);
}

bool disk_share(struct ctx *cx, bool is_private, struct str url, struct str hash, struct str *name)
{
    struct landing *l = arena_new_of(cx->arena, struct landing);
    struct str id = random_hex(cx->arena, 4);
    const char *from = path_of(cx, url);
    l->folder = folder_of(cx, is_private);
    l->first = arena_printf(cx->arena, "%s/.new/%.*s-%.*s", l->folder, STR_ARG(id), STR_ARG(*name));
    if (!from || !disk_has(cx, url))
        return throw(cx, &ValidationError, "The bytes of this file are missing: %.*s", STR_ARG(url));
    if (!make_new_folder(cx->arena, l->folder) || link(from, l->first) != 0)
        return cannot_write(cx);
    return land(cx, l, id, hash, name);
}

static void remove_now(struct ctx *cx, void *path)
{
    (void)cx;
    unlink(path);
}

void disk_remove_later(struct ctx *cx, struct str url)
{
    const char *path = disk_has(cx, url) ? path_of(cx, url) : NULL;
    if (path)
        call_later(cx, remove_now, (void *)(uintptr_t)path);
}
