/* SPDX-License-Identifier: MIT */
/* Keys that stand in a file of their own, outside the store, for its owner alone. */
#include "base/base.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static enum alm_status file_error(const char *file, struct alm_error *err)
{
    return error_set(err, errno == EACCES || errno == EPERM || errno == EROFS ? ALM_NO_PERMISSION : ALM_IO, NULL,
                     "%s: %s", file, strerror(errno));
}

/* It gets its name when it is whole, so that another process that makes it at the same time reads no half of it. */
static enum alm_status make_key(const char *file, struct alm_error *err)
{
    unsigned char key[SECRET_SIZE];
    struct arena arena = {0};
    char *temporary = arena_printf(&arena, "%s.XXXXXX", file);
    enum alm_status status = ALM_OK;
    int fd = -1;
    if (getrandom(key, sizeof key, 0) != (ssize_t)sizeof key)
        status = error_set(err, ALM_UNAVAILABLE, NULL, _("the system gives no random bytes: %s"), strerror(errno));
    else if ((fd = mkostemp(temporary, O_CLOEXEC)) < 0) /* of mode 0600 */
        status = file_error(file, err);
    if (fd >= 0) {
        bool written = write(fd, key, sizeof key) == (ssize_t)sizeof key && fsync(fd) == 0;
        if (!written || (link(temporary, file) != 0 && errno != EEXIST))
            status = file_error(file, err);
        close(fd);
        unlink(temporary);
    }
    explicit_bzero(key, sizeof key);
    arena_release(&arena);
    return status;
}

enum alm_status secret_key(const char *file, bool make, bool shared, unsigned char key[SECRET_SIZE],
                           struct alm_error *err)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && make) {
        enum alm_status status = make_key(file, err);
        if (status != ALM_OK)
            return status;
        fd = open(file, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0 && errno == ENOENT)
        return error_set(err, ALM_NO_INPUT, _("put it back from where it is kept safe"), _("%s: the key is not there"),
                         file);
    if (fd < 0 && errno == EACCES && shared)
        return error_set(err, ALM_NO_PERMISSION,
                         _("whose key it is lets a group read it: chgrp GROUP and chmod 640, and chmod 750 its folder"),
                         _("%s: only its owner can read the key"), file);
    if (fd < 0)
        return file_error(file, err);
    enum alm_status status = ALM_OK;
    struct stat st;
    if (fstat(fd, &st) != 0)
        status = file_error(file, err);
    else if (st.st_mode & (shared ? 037 : 077))
        status = error_set(err, ALM_NO_PERMISSION,
                           shared ? _("chmod 600, or 640 for its group, and take a new key if it was read")
                                  : _("chmod 600, and take a new key if it was read"),
                           _("%s: others can read the key"), file);
    else if (st.st_size != SECRET_SIZE || read(fd, key, SECRET_SIZE) != SECRET_SIZE)
        status = error_set(err, ALM_BAD_DATA, NULL, _("%s: not a key"), file);
    close(fd);
    return status;
}
