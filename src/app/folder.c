/* Folders on disk. */
#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

static int remove_entry(const char *path, const struct stat *s, int kind, struct FTW *at)
{
    (void)s, (void)kind, (void)at;
    return remove(path);
}

bool folder_remove(const char *path)
{
    return nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0 || errno == ENOENT;
}

static bool is_plain(const struct stat *s)
{
    return S_ISDIR(s->st_mode) || (S_ISREG(s->st_mode) && s->st_nlink == 1);
}

static int stop_at_other(const char *path, const struct stat *s, int kind, struct FTW *at)
{
    (void)path, (void)kind, (void)at;
    return !is_plain(s);
}

bool folder_is_plain(const char *path)
{
    return nftw(path, stop_at_other, 16, FTW_PHYS) == 0;
}

static int remove_other(const char *path, const struct stat *s, int kind, struct FTW *at)
{
    (void)kind, (void)at;
    if (!is_plain(s))
        unlink(path);
    return 0;
}

void folder_keep_plain(const char *path)
{
    nftw(path, remove_other, 16, FTW_PHYS);
}

bool folder_only_child(struct arena *a, const char *path, struct str *name)
{
    DIR *d = opendir(path);
    size_t count = 0;
    for (const struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        *name = str_copy(a, str_of(e->d_name));
        count++;
    }
    if (d)
        closedir(d);
    return count == 1;
}

bool folder_make(const char *path)
{
    char partial[4096];
    size_t n = strlen(path);
    if (n >= sizeof partial)
        return false;
    for (size_t i = 1; i <= n; i++)
        if (path[i] == '/' || path[i] == '\0') {
            memcpy(partial, path, i);
            partial[i] = '\0';
            if (mkdir(partial, 0700) && errno != EEXIST)
                return false;
        }
    return true;
}

/* ---- reading one whole ---------------------------------------------------------------------------------------------- */

enum { FILE_MAX = 16 << 20, DEPTH_MAX = 8, FILES_MAX = 100000 };

struct reading {
    struct arena *arena;
    struct folder *folder;
    size_t room;
    struct str *why;
};

static struct file *next_file(struct reading *r)
{
    struct folder *f = r->folder;
    if (f->count == r->room) {
        r->room = r->room ? r->room * 2 : 256;
        struct file *files = arena_array(r->arena, r->room, sizeof *files);
        if (f->count)
            memcpy(files, f->files, f->count * sizeof *files);
        f->files = files;
    }
    return &f->files[f->count++];
}

/* NULL, or what is wrong. */
static const char *read_whole(struct arena *a, const char *path, struct str *out)
{
    struct stat s;
    if (lstat(path, &s))
        return strerrordesc_np(errno);
    if (!S_ISREG(s.st_mode))
        return S_ISLNK(s.st_mode) ? "it is a symbolic link: put the file itself there" : "it is not a plain file";
    if (s.st_size > FILE_MAX)
        return "it is larger than 16 MiB";
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return strerrordesc_np(errno);
    char *bytes = arena_alloc(a, (size_t)s.st_size + 1);
    size_t n = 0;
    ssize_t got = 1;
    while (n < (size_t)s.st_size && (got = read(fd, bytes + n, (size_t)s.st_size - n)) > 0)
        n += (size_t)got;
    const char *fault = got < 0 ? strerrordesc_np(errno) : NULL;
    close(fd);
    *out = (struct str){ bytes, n };
    return fault;
}

bool file_read(struct arena *a, const char *path, struct str *out, struct str *why)
{
    const char *fault = read_whole(a, path, out);
    if (fault)
        *why = str_printf(a, "%s cannot be read: %s", path, fault);
    return !fault;
}

static bool read_below(struct reading *r, const char *dir, const char *prefix, int depth);

static bool read_entry(struct reading *r, const char *dir, const char *prefix, int depth, const char *name)
{
    const char *path = arena_printf(r->arena, "%s/%s", dir, name),
               *inner = arena_printf(r->arena, "%s%s", prefix, name);
    bool hidden = name[0] == '.';
    struct stat s;
    if (lstat(path, &s) == 0 && S_ISDIR(s.st_mode))
        return hidden || read_below(r, path, arena_printf(r->arena, "%s/", inner), depth + 1);
    if (hidden && !S_ISREG(s.st_mode)) /* an editor's lock */
        return true;
    struct file *file = next_file(r);
    *file = (struct file){ .path = str_of(inner), .bytes = STR("") };
    file->fault = read_whole(r->arena, path, &file->bytes);
    return r->folder->count < FILES_MAX;
}

static bool read_below(struct reading *r, const char *dir, const char *prefix, int depth)
{
    struct dirent **entries;
    int n = scandir(dir, &entries, NULL, NULL);
    bool done = n >= 0 && depth < DEPTH_MAX;
    if (n < 0)
        *r->why = str_printf(r->arena, "%s cannot be read: %s", dir, strerrordesc_np(errno));
    for (int i = 0; i < n; i++) {
        done = done && read_entry(r, dir, prefix, depth, entries[i]->d_name);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
    return done;
}

static int by_path(const void *a, const void *b)
{
    return str_compare(((const struct file *)a)->path, ((const struct file *)b)->path);
}

bool folder_read(struct arena *a, const char *dir, struct folder *out, struct str *why)
{
    *out = (struct folder){ 0 };
    *why = str_printf(a, "%s holds more than %d files, or folders nested deeper than %d", dir, FILES_MAX, DEPTH_MAX);
    struct reading r = { a, out, 0, why };
    if (!read_below(&r, dir, "", 0))
        return false;
    if (out->count)
        qsort(out->files, out->count, sizeof *out->files, by_path);
    return true;
}

const struct file *folder_file(const struct folder *f, struct str path)
{
    struct file wanted = { .path = path };
    return f->count ? bsearch(&wanted, f->files, f->count, sizeof *f->files, by_path) : NULL;
}

bool file_write(struct arena *a, const char *path, struct str bytes, struct str *why)
{
    const char *slash = strrchr(path, '/');
    if (slash && !folder_make(arena_printf(a, "%.*s", (int)(slash - path), path))) {
        *why = str_printf(a, "the folder of %s cannot be made", path);
        return false;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    bool written = fd >= 0 && fd_write(fd, bytes);
    if (fd >= 0 && close(fd) == 0 && written)
        return true;
    *why = str_printf(a, "%s cannot be written", path);
    return false;
}

static ssize_t read_in(void *arg, char *to, size_t most)
{
    ssize_t n;
    do
        n = read(*(int *)arg, to, most);
    while (n < 0 && errno == EINTR);
    return n;
}

struct inflow file_inflow(int *fd)
{
    return (struct inflow){ read_in, fd };
}
