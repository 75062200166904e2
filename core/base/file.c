/* SPDX-License-Identifier: MIT */
/* file: whole files in, whole files out, and their paths. */
#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_STEP = 64 << 10 };

enum alm_status file_read(const char *path, size_t limit, char **at, size_t *len, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    char *buf = NULL;
    size_t used = 0;
    struct stat st;

    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return error_set(err, errno == EACCES ? ALM_NO_PERMISSION : ALM_NO_INPUT, NULL, _("%s: cannot be opened: %s"),
                         path, strerror(errno));
    if (fstat(fd, &st) != 0) {
        status = error_set(err, ALM_IO, NULL, _("%s: cannot be read: %s"), path, strerror(errno));
        goto out;
    }
    if (S_ISDIR(st.st_mode)) {
        status = error_set(err, ALM_NO_INPUT, _("name a file in it"), _("%s: is a folder, not a file"), path);
        goto out;
    }
    /* The size is a guess only: a pipe has none, and a file may grow while it is read. */
    size_t capacity =
        S_ISREG(st.st_mode) && st.st_size > 0 && (uintmax_t)st.st_size <= limit ? (size_t)st.st_size + 1 : READ_STEP;
    buf = xmalloc(capacity + 1);
    for (;;) {
        if (used == capacity) {
            buf = xreallocarray(buf, 2 * capacity + 1, 1);
            capacity *= 2;
        }
        ssize_t got = read(fd, buf + used, capacity - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            status = error_set(err, ALM_IO, NULL, _("%s: cannot be read: %s"), path, strerror(errno));
            goto out;
        }
        if (got == 0)
            break;
        used += (size_t)got;
        if (used > limit) {
            status = error_set(err, ALM_BAD_DATA, NULL, _("%s: is larger than %zu bytes"), path, limit);
            goto out;
        }
    }
    buf[used] = '\0';
    *at = buf;
    *len = used;
    buf = NULL;
out:
    free(buf);
    close(fd);
    return status;
}

static bool write_all(int fd, const char *at, size_t len)
{
    while (len) {
        ssize_t put = write(fd, at, len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        at += put;
        len -= (size_t)put;
    }
    return true;
}

/* What replaces a file takes over its mode, and its owner where this process may give files away. */
static bool take_over_mode(int fd, const char *target)
{
    struct stat st;
    if (stat(target, &st) != 0) {
        /* A new file: what open() would have given it. umask() can only be read by setting it. */
        mode_t mask = umask(077);
        umask(mask);
        return errno == ENOENT && fchmod(fd, 0666 & ~mask) == 0;
    }
    if (st.st_uid != geteuid() || st.st_gid != getegid()) {
        if (fchown(fd, st.st_uid, st.st_gid) != 0 && errno != EPERM)
            return false;
    }
    return fchmod(fd, st.st_mode & 0777) == 0;
}

static bool sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    /* Some network file systems can't sync a folder; the rename has happened all the same. */
    bool synced = fsync(fd) == 0 || errno == EINVAL;
    close(fd);
    return synced;
}

enum alm_status file_replace(const char *path, const void *bytes, size_t len, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    struct arena arena = {0};
    int fd = -1;
    char *temporary = NULL;

    /* A link stays a link: the file that it leads to is replaced. */
    char *target = realpath(path, NULL);
    if (!target)
        target = xstrdup(path);
    struct stat st;
    if (stat(target, &st) == 0 && !S_ISREG(st.st_mode)) {
        status = error_set(err, ALM_CANT_CREATE, NULL, _("%s: is not a regular file"), path);
        goto out;
    }
    const char *folder = file_folder_of(&arena, target);
    const char *name = strrchr(target, '/');
    name = name ? name + 1 : target;
    char *candidate = arena_printf(&arena, "%s/.%.200s.XXXXXX", folder, name);
    fd = mkostemp(candidate, O_CLOEXEC);
    if (fd < 0) {
        status = error_set(err, errno == EACCES || errno == EROFS ? ALM_NO_PERMISSION : ALM_CANT_CREATE, NULL,
                           _("%s: no file can be made beside it: %s"), path, strerror(errno));
        goto out;
    }
    temporary = candidate;
    if (!take_over_mode(fd, target) || !write_all(fd, bytes, len) || fsync(fd) != 0) {
        status = error_set(err, ALM_IO, _("the old file is unchanged"), _("%s: cannot be written: %s"), path,
                           strerror(errno));
        goto out;
    }
    int closed = close(fd);
    fd = -1;
    if (closed != 0 || rename(temporary, target) != 0) {
        status = error_set(err, ALM_IO, _("the old file is unchanged"), _("%s: cannot be written: %s"), path,
                           strerror(errno));
        goto out;
    }
    temporary = NULL;
    if (!sync_folder(folder))
        status =
            error_set(err, ALM_IO, NULL, _("%s: written, but its folder cannot be synced: %s"), path, strerror(errno));
out:
    if (fd >= 0)
        close(fd);
    if (temporary)
        unlink(temporary);
    free(target);
    arena_release(&arena);
    return status;
}

char *file_join(struct arena *arena, const char *dir, const char *name)
{
    if (name[0] == '/' || dir[0] == '\0')
        return arena_strdup(arena, name);
    const char *between = dir[strlen(dir) - 1] == '/' ? "" : "/";
    return arena_printf(arena, "%s%s%s", dir, between, name);
}

char *file_folder_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return arena_strdup(arena, ".");
    if (slash == path)
        return arena_strdup(arena, "/");
    return arena_strndup(arena, path, (size_t)(slash - path));
}
