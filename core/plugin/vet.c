/* SPDX-License-Identifier: MIT */
/* Which file may be loaded at all: asked before dlopen, since a constructor runs before any check of ours. */
#include "plugin/plugin.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = 40 };

const char *const plugin_reserved[] = {
    "account",     "action",     "almoner",  "area",      "assignment", "audit",      "base",        "body",
    "campaign",    "capacity",   "case",     "claim",     "committee",  "complaint",  "complaints",  "completion",
    "config",      "core",       "coverage", "decision",  "delivery",   "doctor",     "entitlement", "export",
    "finding",     "first",      "gap",      "group",     "held",       "help",       "household",   "import",
    "init",        "item",       "journal",  "ledger",    "line",       "lot",        "manual",      "match",
    "member",      "membership", "merge",    "migration", "monitor",    "monitoring", "office",      "overlap",
    "overlaps",    "person",     "place",    "plan",      "plugin",     "programme",  "reach",       "refusal",
    "register",    "report",     "role",     "roles",     "round",      "sample",     "schema",      "seal",
    "secretariat", "speciality", "stage",    "status",    "stock",      "store",      "tally",       "target",
    "targets",     "unique",     "version",  "visit",     "window",     NULL};

enum alm_status plugin_check_name(const char *name, struct alm_error *err)
{
    size_t len = strlen(name);
    bool fits = len >= 1 && len <= NAME_MAX_BYTES && name[0] >= 'a' && name[0] <= 'z';
    for (size_t i = 0; fits && i < len; i++)
        fits = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') || name[i] == '-';
    if (!fits)
        return error_set(err, ALM_BAD_DATA, _("small letters a to z, digits and -, a letter first, at most 40"),
                         _("'%.60s' is not a plug-in's name"), name);
    for (size_t i = 0; plugin_reserved[i]; i++)
        if (strcmp(plugin_reserved[i], name) == 0)
            return error_set(err, ALM_BAD_DATA, _("choose another name"), _("'%s' is a word of almoner's own"), name);
    return ALM_OK;
}

/* Whether nobody but root and the user can change what `status` describes. */
static enum alm_status check_owner(const char *what, const struct stat *status, struct alm_error *err)
{
    char hint[sizeof err->hint];
    if (status->st_uid != 0 && status->st_uid != geteuid()) {
        snprintf(hint, sizeof hint, "chown root %s", what);
        return error_set(err, ALM_UNAVAILABLE, hint, _("%s belongs to another user (uid %u), who could change it"),
                         what, (unsigned)status->st_uid);
    }
    if (status->st_mode & (S_IWGRP | S_IWOTH)) {
        snprintf(hint, sizeof hint, "chmod go-w %s", what);
        return error_set(err, ALM_UNAVAILABLE, hint, _("%s can be written by others (mode %04o)"), what,
                         (unsigned)status->st_mode & 07777);
    }
    return ALM_OK;
}

/* A folder above that anybody may write in (and that is not sticky, as /tmp is) lets anybody exchange the whole path.
 */
static enum alm_status check_ancestors(const char *dir, struct alm_error *err)
{
    enum alm_status result = ALM_OK;
    char *path = realpath(dir, NULL);
    while (path && result == ALM_OK) {
        char *slash = strrchr(path, '/');
        if (!slash || !path[1])
            break;
        slash[slash == path] = '\0';
        struct stat status;
        if (stat(path, &status) == 0 && (status.st_mode & S_IWOTH) && !(status.st_mode & S_ISVTX)) {
            char hint[sizeof err->hint];
            snprintf(hint, sizeof hint, "chmod o-w %s", path);
            result = error_set(err, ALM_UNAVAILABLE, hint, _("%s, above the plug-ins, can be written by all"), path);
        }
    }
    free(path);
    return result;
}

/* The folder itself; *fd is open if it is sound. */
static enum alm_status open_folder(const char *dir, int *fd, struct alm_error *err)
{
    struct stat folder;
    enum alm_status status;
    *fd = -1;
    if (dir[0] != '/')
        return error_set(err, ALM_UNAVAILABLE, _("set [almoner] plugindir to a path that begins with /"),
                         _("the folder of the plug-ins is not absolute: %s"), dir);
    *fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (*fd < 0)
        return error_set(err, ALM_UNAVAILABLE, _("see [almoner] plugindir"),
                         _("the folder of the plug-ins cannot be opened: %s: %s"), dir, strerror(errno));
    if (fstat(*fd, &folder) != 0)
        status = error_set(err, ALM_UNAVAILABLE, NULL, "%s: %s", dir, strerror(errno));
    else
        status = check_owner(dir, &folder, err);
    if (status == ALM_OK)
        status = check_ancestors(dir, err);
    if (status != ALM_OK) {
        close(*fd);
        *fd = -1;
    }
    return status;
}

enum alm_status plugin_vet_folder(const char *dir, struct alm_error *err)
{
    int fd;
    enum alm_status status = open_folder(dir, &fd, err);
    if (fd >= 0)
        close(fd);
    return status;
}

enum alm_status plugin_vet(const char *dir, const char *name, struct arena *arena, const char **path,
                           struct alm_error *err)
{
    struct stat file;
    int fd;
    enum alm_status status = plugin_check_name(name, err);
    if (status == ALM_OK)
        status = open_folder(dir, &fd, err);
    if (status != ALM_OK)
        return status;
    const char *full = arena_printf(arena, "%s/%s.so", dir, name);
    if (fstatat(fd, strrchr(full, '/') + 1, &file, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT)
            status = error_set(err, ALM_UNAVAILABLE, _("`almoner plugin list` shows those that are"),
                               _("plug-in %s is not installed: there is no %s"), name, full);
        else
            status = error_set(err, ALM_UNAVAILABLE, NULL, "%s: %s", full, strerror(errno));
        goto out;
    }
    if (!S_ISREG(file.st_mode)) {
        status = error_set(err, ALM_UNAVAILABLE, _("put the plug-in's own file there"),
                           S_ISLNK(file.st_mode) ? _("%s is a link, not a file") : _("%s is not a regular file"), full);
        goto out;
    }
    status = check_owner(full, &file, err);
    if (status == ALM_OK)
        *path = full;

out:
    close(fd);
    return status;
}
